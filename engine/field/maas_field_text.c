/*
 * What the text of a field means: true or false, nothing, a hash, pieces of
 * text.  The page docs/model-format.md says all of it, for other tools.
 * Not here: numbers (maas_field_number.c), dates (maas_field_date.c), columns
 * and slots (maas_fields.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "text/maas_json.h"

#include <math.h>
#include <string.h>


static inline int
field_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}


static inline char
field_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}


/* Is s[0..len) one of the words, in any case? */

static int
field_is_word(const char *s, size_t len, const char *const *words, size_t n)
{
    size_t  i, j;

    for (i = 0; i < n; i++) {
        j = 0;

        while (j < len && words[i][j] != '\0'
               && words[i][j] == field_lower(s[j]))
        {
            j++;
        }

        if (j == len && words[i][j] == '\0') {
            return 1;
        }
    }

    return 0;
}


void
maas__field_trim(const char **s, size_t *len)
{
    while (*len > 0 && field_is_blank((*s)[0])) {
        (*s)++;
        (*len)--;
    }

    while (*len > 0 && field_is_blank((*s)[*len - 1])) {
        (*len)--;
    }
}


int
maas__field_is_missing(const char *s, size_t len)
{
    static const char *const  words[] = {
        "", "na", "n/a", "nan", "null", "none", "?"
    };

    return field_is_word(s, len, words, sizeof(words) / sizeof(words[0]));
}


int
maas__field_boolean(const char *s, size_t len)
{
    static const char *const  yes[] = { "true", "yes", "on", "t", "y", "1" };
    static const char *const  no[] = { "false", "no", "off", "f", "n", "0" };

    if (field_is_word(s, len, yes, 6)) {
        return 1;
    }

    return field_is_word(s, len, no, 6) ? 0 : -1;
}


size_t
maas__field_truth(const char *s, size_t len, char *out)
{
    size_t                    i;
    static const char *const  words[] = { "true", "false" };

    if (!field_is_word(s, len, words, 2)) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        out[i] = field_lower(s[i]);
    }

    return len;
}


int
maas__field_flag(const maas_column_t *c, const char *s, size_t len)
{
    char    word[sizeof("false")];
    size_t  n;

    n = c->kind == MAAS_FIELD_NUMBER && c->missing == MAAS_KEEP
        ? maas__field_truth(s, len, word) : 0;

    return n > 0 ? n == sizeof("true") - 1 : -1;
}


#define FIELD_FNV  0x811c9dc5u


static inline uint32_t
field_fnv(uint32_t h, char c)
{
    return (h ^ (unsigned char) c) * 0x01000193u;      /* FNV-1a */
}


static inline uint32_t
field_mix(uint32_t h)
{
    h = (h ^ (h >> 16)) * 0x85ebca6bu;     /* fmix32 of MurmurHash3 */
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;

    return h ^ (h >> 16);
}


uint32_t
maas__field_hash(const char *s, size_t len)
{
    size_t    i;
    uint32_t  h;

    h = FIELD_FNV;

    for (i = 0; i < len; i++) {
        h = field_fnv(h, s[i]);
    }

    return field_mix(h);
}


/* The next characters of a text, and what was counted before them */

#define FIELD_WINDOW  (4 * MAAS_MAX_NGRAM)

typedef struct {
    char       bytes[2 * FIELD_WINDOW];    /* a copy may read on */
    size_t     len;
    unsigned   n;                          /* characters */
    unsigned   size[MAAS_MAX_NGRAM];       /* bytes of each */
    unsigned   shortest;
    unsigned   longest;
    float     *x;                          /* (slots) */
    uint32_t   slots;
    double     squares;                    /* sum of those of x, exact */
} field_window_t;


/* All pieces that begin with the first character, which leaves then: each is
 * the one before it and a character more, and so is its hash */

static void
field_window_shift(field_window_t *w)
{
    size_t    at, end;
    float    *slot, sign;
    unsigned  k;
    uint32_t  h, mixed;

    h = FIELD_FNV;
    at = 0;

    for (k = 1; k <= w->n; k++) {
        for (end = at + w->size[k - 1]; at < end; at++) {
            h = field_fnv(h, w->bytes[at]);
        }

        if (k < w->shortest) {
            continue;
        }

        mixed = field_mix(h);
        sign = mixed >> 31 ? -1.0f : 1.0f;
        slot = &w->x[(mixed & 0x7fffffffu) % w->slots];
        w->squares += 1 + 2.0 * sign * *slot;      /* (x + s)^2 - x^2 */
        *slot += sign;
    }

    at = w->size[0];
    w->len -= at;
    w->n--;
    memmove(w->bytes, w->bytes + at, FIELD_WINDOW);
    memmove(w->size, w->size + 1, (MAAS_MAX_NGRAM - 1) * sizeof(unsigned));
}


static void
field_window_push(field_window_t *w, const char *s, size_t len)
{
    memcpy(w->bytes + w->len, s, len);
    w->len += len;
    w->size[w->n++] = (unsigned) len;

    if (w->n == w->longest) {
        field_window_shift(w);
    }
}


void
maas__field_pieces(const char *s, size_t len, unsigned shortest,
    unsigned longest, float *x, size_t n)
{
    char            c;
    size_t          i, size;
    double          norm;
    field_window_t  w;

    memset(x, 0, n * sizeof(float));
    maas__field_trim(&s, &len);

    if (len == 0) {
        return;
    }

    memset(&w, 0, sizeof(w));
    w.shortest = shortest;
    w.longest = longest;
    w.x = x;
    w.slots = (uint32_t) n;

    field_window_push(&w, " ", 1);

    for (i = 0; i < len; i += size) {
        size = (unsigned char) s[i] < 0x80 ? 1
                                           : maas__utf8_char(s + i, len - i);

        if (size > 1) {
            field_window_push(&w, s + i, size);
            continue;
        }

        size = 1;
        c = field_is_blank(s[i]) ? ' ' : field_lower(s[i]);

        /* of blanks the last counts; there is none at the end */

        if (c != ' ' || !field_is_blank(s[i + 1])) {
            field_window_push(&w, &c, 1);
        }
    }

    field_window_push(&w, " ", 1);

    while (w.n > 0) {
        field_window_shift(&w);
    }

    norm = sqrt(w.squares);

    for (i = 0; i < n && norm > 0; i++) {
        x[i] = (float) (x[i] / norm);
    }
}
