/*
 * Counts what stands in a column, one text after another.
 * What the counts mean is not known here (roles_look.c), nor how a number is
 * written (look_number.c).
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "look.h"
#include "util.h"


#define LOOK_ALL   ((1u << TRAIN_N_WAYS) - 1)
#define LOOK_PLAIN 24               /* bytes of a number that fits anyhow */
#define LOOK_TEXT  40               /* bytes of a text that are kept */


void
train_count_add(train_counts_t *c, const char *s, size_t len, size_t n)
{
    size_t  i;

    c->all += n;

    len = train_cut(s, len, LOOK_TEXT);

    for (i = 0; i < c->n; i++) {
        if (strlen(c->item[i].text) == len
            && memcmp(c->item[i].text, s, len) == 0)
        {
            c->item[i].n += n;
            return;
        }
    }

    if (c->n < TRAIN_COUNTS_KEPT) {
        train_room(&c->item, &c->room, c->n + 1, sizeof(train_count_t));
        c->item[c->n].text = train_format("%.*s", (int) len, s);
        c->item[c->n++].n = n;
    }
}


static void
counts_free(train_counts_t *c)
{
    size_t  i;

    for (i = 0; i < c->n; i++) {
        train_free(c->item[i].text);
    }

    train_free(c->item);
    (void) memset(c, 0, sizeof(train_counts_t));
}


void
train_counts_print(const train_counts_t *c, char *out, size_t size)
{
    int     n;
    size_t  i, at, kept;

    out[0] = '\0';
    at = 0;
    kept = 0;

    for (i = 0; i < c->n && i < 4; i++) {
        n = snprintf(out + at, size - at, "%s\"%s\" (%zu)", i ? ", " : "",
                     c->item[i].text, c->item[i].n);

        if (n < 0 || (size_t) n + 16 >= size - at) {
            out[at] = '\0';
            break;
        }

        at += (size_t) n;
        kept += c->item[i].n;
    }

    if (kept < c->all) {
        (void) snprintf(out + at, size - at, "%s%zu more", at ? " and " : "",
                        c->all - kept);
    }
}


static void
counts_add(train_counts_t *c, const train_counts_t *other, size_t n)
{
    size_t  i, kept;

    kept = 0;

    for (i = 0; i < other->n; i++) {
        train_count_add(c, other->item[i].text, strlen(other->item[i].text),
                        n * other->item[i].n);
        kept += other->item[i].n;
    }

    c->all += n * (other->all - kept);
}


void
train_look_add(train_look_t *k, const train_look_t *other, size_t n)
{
    size_t        i, *to;
    const size_t *from;

    to = (size_t *) k;
    from = (const size_t *) other;

    for (i = 0; i < offsetof(train_look_t, missing) / sizeof(size_t); i++) {
        to[i] += n * from[i];
    }

    counts_add(&k->missing, &other->missing, n);
    counts_add(&k->marks, &other->marks, n);
    counts_add(&k->units, &other->units, n);
    counts_add(&k->others, &other->others, n);
}


void
train_look_free(train_look_t *k)
{
    counts_free(&k->missing);
    counts_free(&k->marks);
    counts_free(&k->units);
    counts_free(&k->others);
}


static size_t
look_words(const char *s, size_t len)
{
    size_t  i, n;

    n = (len > 0);

    for (i = 1; i < len; i++) {
        n += (s[i - 1] == ' ' && s[i] != ' ');
    }

    return n;
}


static void
look_ways(train_look_t *k, unsigned ways)
{
    size_t  i;

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        k->way[i] += (ways >> i & 1);
    }
}


#define LOOK_COMMA  (train_way_bit(COMMA) | train_way_bit(POINT_COMMA))
#define LOOK_POINTS                                                           \
    (train_way_bit(POINT) | train_way_bit(POINT_COMMA)                        \
     | train_way_bit(POINT_BLANK) | train_way_bit(POINT_QUOTE)                \
     | train_way_bit(POINT_LINE))
#define LOOK_POINT  (train_way_bit(POINT) | train_way_bit(COMMA_POINT))

/* Text of a number that some way reads */

static void
look_written(train_look_t *k, const train_written_t *w)
{
    int  point, comma;

    point = memchr(w->digits, '.', w->digits_len) != NULL;
    comma = memchr(w->digits, ',', w->digits_len) != NULL;
    look_ways(k, w->ways);

    k->either_comma += comma && (w->ways & LOOK_COMMA) == LOOK_COMMA;
    k->either_point += point && (w->ways & LOOK_POINT) == LOOK_POINT;
    k->tens += (point || comma) && w->digits_len > 5;
    k->brackets += w->brackets;
    k->behind += w->behind;

    if (w->ways == LOOK_ALL && !point && !comma) {
        k->small += (w->digits_len <= 3);
        k->large += (w->digits_len > 3);
    }

    if (w->unit_len > 0) {
        train_count_add(&k->units, w->unit, w->unit_len, 1);

    } else if (strspn(w->digits, "0.,") < w->digits_len) {
        k->bare++;
    }
}


/* All digits, the commonest of all: every way reads it */

static int
look_is_digits(const char *s, size_t len)
{
    size_t  i;

    i = (len > 1 && s[0] == '-');

    while (i < len && s[i] >= '0' && s[i] <= '9') {
        i++;
    }

    return i == len && len > 0 && s[len - 1] != '-';
}


static void
look_code(train_look_t *k, const char *s, size_t len)
{
    size_t  i;

    i = (len > 0 && (s[0] == '-' || s[0] == '+'));

    k->codes += (len > 0 && s[0] == '+')
                || (len > i + 1 && s[i] == '0' && s[i + 1] >= '0'
                    && s[i + 1] <= '9');
}


/* The commonest of the others, such as -12.5: digits on both sides of a point,
 * no zero in front but that of 0.5.  Bytes before the point; 0: it is not
 * that. */

static size_t
look_is_plain(const char *s, size_t len)
{
    size_t  i, from, point;

    from = (len > 0 && s[0] == '-');

    for (i = from; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
        /* those before the point */
    }

    point = i;

    if (len > LOOK_PLAIN || point == from || point + 2 > len || s[i] != '.'
        || (s[from] == '0' && point > from + 1))
    {
        return 0;
    }

    for (i++; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
        /* those behind it */
    }

    return i == len ? point : 0;
}


/* What look_written() would count of it */

static void
look_plain(train_look_t *k, const char *s, size_t len, size_t point)
{
    size_t  i, from, thousands;

    from = (s[0] == '-');
    thousands = (point - from <= 3 && s[from] != '0' && len - point == 4);
    look_ways(k, LOOK_POINTS);
    k->way[TRAIN_WAY_COMMA_POINT] += thousands;
    k->either_point += thousands;
    k->tens += (len - from > 5);
    k->numbers++;

    for (i = from; i < len; i++) {
        if (s[i] != '0' && s[i] != '.') {
            k->bare++;
            break;
        }
    }
}


void
train_look_number(train_look_t *k, const char *s, size_t len)
{
    k->filled++;
    k->numbers++;
    k->booleans += (maas__field_boolean(s, len) >= 0);
    look_ways(k, LOOK_ALL);
}


/* Is s one of "a,b"?  Nothing is of NULL. */

static int
look_is_listed(const char *s, size_t len, const char *list)
{
    size_t  n;

    for ( /* void */ ; list != NULL; list += n + 1) {
        n = strcspn(list, ",");

        if (n == len && memcmp(list, s, n) == 0) {
            return 1;
        }

        if (list[n] == '\0') {
            break;
        }
    }

    return 0;
}


static int
look_is_letter(char c)
{
    return (c & 0x80) != 0 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* Two words in turn, one with a capital, as in "12 Main St": an address or the
 * like, not "2 days ago" */

static int
look_is_name(const char *s, size_t len)
{
    int     names, words;
    size_t  i;

    names = words = 0;

    for (i = 1; i + 1 < len; i++) {
        if (s[i] != ' ' && !look_is_letter(s[i])) {
            names = words = 0;

        } else if (s[i - 1] == ' ' && look_is_letter(s[i])) {
            words++;
            names += (s[i] >= 'A' && s[i] <= 'Z' && s[i + 1] >= 'a');
        }

        if (words > 1 && names > 0) {
            return 1;
        }
    }

    return 0;
}


/* Is a digit the first letter or digit of it? */

static int
look_is_digitish(const char *s, size_t len)
{
    size_t  i;

    if (look_is_name(s, len)) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        if (s[i] >= '0' && s[i] <= '9') {
            return 1;
        }

        if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z') {
            break;
        }
    }

    return 0;
}


void
train_look_text(train_look_t *k, const char *s, size_t len, const char *na)
{
    float            v;
    size_t           point;
    train_written_t  w;

    k->filled++;

    if (look_is_listed(s, len, na)) {
        train_count_add(&k->missing, s, len, 1);
        return;
    }

    point = look_is_plain(s, len);

    if (point > 0) {
        look_plain(k, s, len, point);
        return;
    }

    k->booleans += (maas__field_boolean(s, len) >= 0);
    k->truths += (len == 4 && strncasecmp(s, "true", 4) == 0)
                 || (len == 5 && strncasecmp(s, "false", 5) == 0);

    if (look_is_digits(s, len)) {
        look_code(k, s, len);
        k->numbers++;
        k->bare++;
        k->small += (len <= 3);
        k->large += (len > 3);
        look_ways(k, LOOK_ALL);
        return;
    }

    if (maas__field_number(s, len, &v) != MAAS_BADVALUE) {
        look_code(k, s, len);
        k->numbers++;

        if (train_written(s, len, &w)) {
            look_written(k, &w);
        } else {
            look_ways(k, train_way_bit(POINT));
        }

        return;
    }

    if (maas__field_is_missing(s, len)) {
        train_count_add(&k->missing, s, len, 1);
        return;
    }

    k->words += look_words(s, len);
    k->bytes += len;
    train_look_date(k, s, len);

    if (train_is_mark(s, len)) {
        train_count_add(&k->marks, s, len, 1);

    } else if (train_written(s, len, &w)) {
        look_written(k, &w);
        k->odd += (w.unit_len == 0 && (w.ways & train_way_bit(POINT)));

    } else {
        train_count_add(&k->others, s, len, 1);
        k->digits += (size_t) look_is_digitish(s, len);
    }
}
