/*
 * Any bytes as the value of a column: refused with a sentence that repeats
 * nothing of it, or set in the column's own slots and nowhere else, finite,
 * and the same when set again.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/maas_field.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define SLOTS  32

/* a first byte says which column */

static const char *const  seeds[] = {
    "a-12.5e-1", "a  +.5 ", "aNA", "a", "byes", "bFALSE", "b?", "cDE",
    "cZ\xc3\xbcrich", "c 17", "danything", "eSome Text,\twith  blanks",
    "e\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x99\x82", "e", "f3.4e38"
};

static maas_arena_t   *arena;
static maas_fields_t   fields;


static void
make_fields(void)
{
    static const char *const  values[] = { "DE", "Z\xc3\xbcrich", "17" };
    static const maas_column_t  columns[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = 1,
          .missing_slot = 1 },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = 0 },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1, .missing_slot = 1 },
        { .name = "d", .kind = MAAS_FIELD_CATEGORY, .hash = 5 },
        { .name = "e", .kind = MAAS_FIELD_TEXT, .hash = 13, .shortest = 1,
          .longest = 8, .missing_slot = 1 },
        { .name = "f", .kind = MAAS_FIELD_NUMBER, .missing = NAN }
    };

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);
    FUZZ_HOLDS(maas__fields_create(arena, columns, 6, &fields) == MAAS_OK);
    FUZZ_HOLDS(fields.in <= SLOTS);
}


/* The pieces of a text by the page on the format, letter by letter */

static void
check_pieces(const char *s, size_t len, const float *x,
    const maas_column_t *c)
{
    char      *text;
    float     *want;
    size_t     n, i, from, to, k;
    double     sum;
    uint32_t   h;

    maas__field_trim(&s, &len);
    text = malloc(len + 2);
    want = calloc(c->hash, sizeof(float));
    FUZZ_HOLDS(text != NULL && want != NULL);
    text[0] = ' ';
    n = 1;

    for (i = 0; i < len; i++) {
        if (s[i] != ' ' && !(s[i] >= 9 && s[i] <= 13)) {
            text[n++] = s[i] >= 'A' && s[i] <= 'Z' ? (char) (s[i] + 32) : s[i];
        } else if (text[n - 1] != ' ') {
            text[n++] = ' ';
        }
    }

    text[n++] = ' ';

    for (from = 0; len > 0 && from < n; from++) {
        if ((text[from] & 0xc0) == 0x80) {
            continue;
        }

        for (to = from, k = 1; to < n && k <= c->longest; k++) {
            for (to++; to < n && (text[to] & 0xc0) == 0x80; to++) {
                /* bytes of a character */
            }

            if (k >= c->shortest) {
                h = maas__field_hash(text + from, to - from);
                want[(h & 0x7fffffff) % c->hash] += h >> 31 ? -1.0f : 1.0f;
            }
        }
    }

    for (sum = 0, i = 0; i < c->hash; i++) {
        sum += (double) want[i] * want[i];
    }

    for (i = 0; i < c->hash; i++) {
        FUZZ_HOLDS(x[i] == (sum > 0 ? (float) (want[i] / sqrt(sum)) : 0));
    }

    free(text);
    free(want);
}


static void
check_row(size_t column, const float *x, const float *cleared)
{
    float                 sum;
    size_t                i;
    const maas_column_t  *c;

    c = &fields.columns[column];
    sum = 0;

    for (i = 0; i < fields.in; i++) {
        if (i < c->at || i >= c->at + c->width) {
            FUZZ_HOLDS(memcmp(&x[i], &cleared[i], sizeof(float)) == 0);

        } else if (column != 5) {
            FUZZ_HOLDS(isfinite(x[i]));
            sum += fabsf(x[i]);
        }
    }

    FUZZ_HOLDS(c->kind != MAAS_FIELD_CATEGORY || sum <= 1);
    FUZZ_HOLDS(c->kind != MAAS_FIELD_BOOLEAN || sum <= 1);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char           *s;
    float           x[SLOTS], again[SLOTS], cleared[SLOTS];
    size_t          column;
    double          v;
    maas_err_t      err;
    maas_status_t   rc;

    if (arena == NULL) {
        make_fields();
    }

    if (size == 0) {
        return 0;
    }

    /* a copy of its own size, so that a sanitizer sees what is read beyond */

    column = (size_t) (data[0] - 'a') % fields.n;
    size--;
    s = malloc(size ? size : 1);
    FUZZ_HOLDS(s != NULL);
    memcpy(s, data + 1, size);

    maas_row_clear(&fields, cleared);
    memcpy(x, cleared, sizeof(x));
    memset(&err, 0, sizeof(err));
    rc = maas_row_text(&fields, column, s, size, x, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        check_row(column, x, cleared);

        if (fields.columns[column].kind == MAAS_FIELD_TEXT) {
            check_pieces(s, size, x + fields.columns[column].at,
                         &fields.columns[column]);
        }

        memcpy(again, x, sizeof(x));
        FUZZ_HOLDS(maas_row_text(&fields, column, s, size, again, &err)
                   == MAAS_OK);
        FUZZ_HOLDS(memcmp(x, again, sizeof(x)) == 0);

    } else {
        FUZZ_HOLDS(rc == MAAS_BADVALUE || rc == MAAS_TOOBIG);
        FUZZ_HOLDS(err.code == rc && strncmp(err.msg, "column \"", 8) == 0);
    }

    if (size >= sizeof(v)) {
        memcpy(&v, s, sizeof(v));
        memcpy(x, cleared, sizeof(x));

        if (maas_row_number(&fields, column, v, x, &err) == MAAS_OK) {
            check_row(column, x, cleared);
        }
    }

    FUZZ_HOLDS(maas_column_find(&fields, s, size)
               == (size == 1 && s[0] >= 'a' && s[0] <= 'f'
                   ? (size_t) (s[0] - 'a') : SIZE_MAX));
    free(s);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}
