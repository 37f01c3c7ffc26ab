/*
 * Nodes of sets: for each code that a value may have, the decisions of all
 * nodes that test it, as a row of bits; identical rows are one.
 * Not here: what a node does with a value (maas_trees.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


#define TREES_ROWS_MAX  ((size_t) 4 << 20)     /* bytes of a feature's rows, */
#define TREES_ALL_MAX   ((size_t) 32 << 20)    /* of all of them */
#define TREES_KEYS      3      /* of a feature: truncated, floor, equal */


static int
maas_trees_of_set(unsigned flags)
{
    return (flags & (MAAS_TREE_SET | MAAS_TREE_EQUAL)) != 0;
}


static size_t
maas_trees_key(const maas_trees_t *t, size_t n)
{
    return (size_t) t->feature[n] * TREES_KEYS
           + (t->flags[n] & MAAS_TREE_SET
              ? (t->flags[n] & MAAS_TREE_FLOOR) != 0 : 2);
}


static double
maas_trees_operand(const maas_trees_t *t, size_t n)
{
    return t->compare == MAAS_F64 ? ((const double *) t->threshold)[n]
                                  : (double) ((const float *) t->threshold)[n];
}


/* Codes from 0 up to the largest one in the set of a node */

static size_t
maas_trees_set_codes(const maas_trees_t *t, size_t n)
{
    size_t  set, at;

    set = (size_t) maas_trees_operand(t, n);

    for (at = t->set[set + 1]; at > t->set[set]; at--) {
        if (t->word[at - 1] != 0) {
            return (at - 1 - t->set[set]) * 32 + 32
                   - (size_t) __builtin_clz(t->word[at - 1]);
        }
    }

    return 0;
}


/* Place of x in v(n), rising; n if it is not there */

static size_t
maas_trees_place_of(const double *v, size_t n, double x)
{
    size_t  low, middle, end;

    low = 0;

    for (end = n; low < end; /* void */) {
        middle = low + (end - low) / 2;

        if (v[middle] < x) {
            low = middle + 1;
        } else {
            end = middle;
        }
    }

    return low < n && v[low] == x ? low : n;
}


static int
maas_trees_by_number(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x > y) - (x < y);
}


/* Values of its nodes, in order, one of each */

static void
maas_trees_equals(maas_trees_codes_t *c, const maas_trees_t *t)
{
    size_t  i, n;
    double  x;

    for (i = 0, n = 0; i < c->nodes; i++) {
        x = maas_trees_operand(t, c->node[i]);

        if (!isnan(x)) {
            c->value[n++] = x;
        }
    }

    qsort(c->value, n, sizeof(double), maas_trees_by_number);

    for (i = 0; i < n; i++) {
        if (c->codes == 0 || c->value[i] != c->value[c->codes - 1]) {
            c->value[c->codes++] = c->value[i];
        }
    }
}


/* count(in * KEYS) nodes of each key become the place of its codes, from 1 */

static int
maas_trees_codes_new(maas_trees_layout_t *l, const maas_trees_t *t,
    uint32_t *count, maas_arena_t *a)
{
    size_t               i;
    maas_trees_codes_t  *c;

    for (i = 0; i < t->in * TREES_KEYS; i++) {
        l->head.sets += count[i] > 0;
    }

    l->codes = maas__arena_alloc(a, l->head.sets + 1,
                                 sizeof(maas_trees_codes_t));
    if (l->codes == NULL) {
        return -1;
    }

    for (i = 0, c = l->codes; i < t->in * TREES_KEYS; i++) {
        if (count[i] == 0) {
            continue;
        }

        c->feature = (uint32_t) (i / TREES_KEYS);
        c->floor = i % TREES_KEYS == 1;
        c->equal = i % TREES_KEYS == 2;
        c->node = maas__arena_alloc(a, count[i], sizeof(uint32_t));
        c->value = maas__arena_alloc(a, c->equal ? count[i] : 1,
                                     sizeof(double));

        if (c->node == NULL || c->value == NULL) {
            return -1;
        }

        c++;
        count[i] = (uint32_t) (c - l->codes);
    }

    return 0;
}


int
maas__trees_codes(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a)
{
    size_t               n, codes;
    uint32_t            *count;
    maas_trees_codes_t  *c;

    l->bit = maas__arena_alloc(a, t->nodes + 1, sizeof(uint32_t));
    count = maas__arena_alloc(a, t->in * TREES_KEYS, sizeof(uint32_t));

    if (l->bit == NULL || count == NULL) {
        return -1;
    }

    for (n = 0; n < t->nodes; n++) {
        if (maas_trees_of_set(t->flags[n])) {
            count[maas_trees_key(t, n)]++;
        }
    }

    if (maas_trees_codes_new(l, t, count, a) != 0) {
        return -1;
    }

    for (n = 0; n < t->nodes; n++) {
        if (!maas_trees_of_set(t->flags[n])) {
            continue;
        }

        c = &l->codes[count[maas_trees_key(t, n)] - 1];
        c->node[c->nodes++] = (uint32_t) n;
        c->zero |= (t->flags[n] & MAAS_TREE_ZERO) != 0;

        if (!c->equal) {
            codes = maas_trees_set_codes(t, n);
            c->codes = codes > c->codes ? codes : c->codes;
        }
    }

    for (n = 0; n < l->head.sets; n++) {
        if (l->codes[n].equal) {
            maas_trees_equals(&l->codes[n], t);
        }
    }

    return 0;
}


/* A value that goes the way of row i: one of no code, if it is not of one.  Of
 * codes + 1 different ones, one is no value. */

static double
maas_trees_example(const maas_trees_codes_t *c, size_t i)
{
    size_t  k;
    double  x;

    if (i >= MAAS_TREES_CODE) {
        i -= MAAS_TREES_CODE;
        return c->equal ? c->value[i] : (double) i + 0.5;      /* not zero */
    }

    if (i == MAAS_TREES_NO_VALUE) {
        return NAN;
    }

    for (k = 1; /* void */; k++) {
        x = MAAS_TREE_TINY * (double) k / (double) (c->codes + 2);

        x = i == MAAS_TREES_OTHER ? -(double) k
            : i == MAAS_TREES_ZERO_UP ? x : -x;

        if (!c->equal
            || maas_trees_place_of(c->value, c->codes, x) == c->codes)
        {
            return x;
        }
    }
}


/* What the nodes say to it, bits(nodes) */

static void
maas_trees_answers(const maas_trees_codes_t *c, const maas_trees_t *t,
    size_t i, uint64_t *bits)
{
    size_t  j;
    double  x;

    x = maas_trees_example(c, i);

    for (j = 0; j < c->nodes; j++) {
        bits[j / 64] |= (uint64_t) !maas__trees_left(t, c->node[j], x)
                        << j % 64;
    }
}


static size_t
maas_trees_hash(const uint64_t *bits, size_t words)
{
    size_t    i;
    uint64_t  h;

    for (i = 0, h = 0; i < words; i++) {
        h = (h ^ bits[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }

    return (size_t) h;
}


/* Rows of all codes, the same ones once: table of places by hash */

static int
maas_trees_share(maas_trees_codes_t *c, const maas_trees_t *t, size_t n,
    maas_arena_t *a)
{
    size_t     i, at, words, slots;
    uint32_t  *table;
    uint64_t  *bits, *mine;

    words = (c->nodes + 63) / 64;

    for (slots = 8; slots < 2 * n; slots *= 2) { /* void */ }

    bits = maas__arena_alloc(a, n * words, sizeof(uint64_t));
    table = maas__arena_alloc(a, slots, sizeof(uint32_t));
    c->row = maas__arena_alloc(a, n, sizeof(uint32_t));
    c->code = maas__arena_alloc(a, n, sizeof(uint32_t));

    if (bits == NULL || table == NULL || c->row == NULL || c->code == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        mine = bits + c->rows * words;
        memset(mine, 0, words * sizeof(uint64_t));
        maas_trees_answers(c, t, i, mine);

        for (at = maas_trees_hash(mine, words) & (slots - 1);
             table[at] != 0
             && memcmp(bits + (table[at] - 1) * words, mine,
                       words * sizeof(uint64_t)) != 0;
             at = (at + 1) & (slots - 1))
        {
            /* void */
        }

        if (table[at] == 0) {
            c->code[c->rows++] = (uint32_t) i;
            table[at] = (uint32_t) c->rows;
        }

        c->row[i] = table[at] - 1;
    }

    return 0;
}


/* Are rows of all codes small enough?  `left`: bytes for them. */

static int
maas_trees_rows_fit(const maas_trees_layout_t *l, const maas_trees_codes_t *c,
    size_t left)
{
    left = left < TREES_ROWS_MAX ? left : TREES_ROWS_MAX;

    return c->codes < left / l->head.row
           && c->codes < TREES_ROWS_MAX / (c->nodes / 8 + 8);
}


int
maas__trees_codes_rows(maas_trees_layout_t *l, const maas_trees_t *t,
    maas_arena_t *a)
{
    size_t               i, n, left;
    maas_trees_codes_t  *c;

    left = TREES_ALL_MAX;

    for (i = 0; i < l->head.sets; i++) {
        c = &l->codes[i];
        c->by_test = !maas_trees_rows_fit(l, c, left);

        if (c->by_test && c->equal) {
            l->head.walk = 1;
            return 0;
        }

        n = MAAS_TREES_CODE + (c->by_test ? 0 : c->codes);

        if (maas_trees_share(c, t, n, a) != 0) {
            return -1;
        }

        n = c->rows * l->head.row;
        left -= n < left ? n : left;
        l->head.tests |= c->by_test;
    }

    return 0;
}


/* A row of each kind: bits of its nodes, at their places */

static void
maas_trees_rows_pack(const maas_trees_layout_t *l, const maas_trees_t *t,
    const maas_trees_codes_t *c, uint8_t *row)
{
    size_t  i, j, bit;
    double  x;

    for (i = 0; i < c->rows; i++, row += l->head.row) {
        x = maas_trees_example(c, c->code[i]);

        for (j = 0; j < c->nodes; j++) {
            bit = l->bit[c->node[j]];

            if (!maas__trees_left(t, c->node[j], x)) {
                row[bit / 8] |= (uint8_t) (1u << bit % 8);
            }
        }
    }
}


/* Lists of one, from *at on; `first`: of its rows */

static void
maas_trees_lists(const maas_trees_layout_t *l, const maas_trees_t *t,
    const maas_trees_codes_t *c, maas_trees_set_t *s, uint32_t first,
    size_t *at, void *to)
{
    size_t              i, n, set;
    uint32_t           *row;
    maas_trees_test_t  *test;

    n = MAAS_TREES_CODE + (c->by_test ? 0 : c->codes);
    s->feature = c->feature;
    s->floor = c->floor;
    s->equal = c->equal;
    s->zero = c->zero;
    s->codes = (uint32_t) c->codes;
    s->tests = c->by_test ? (uint32_t) c->nodes : 0;
    s->code_at = maas__trees_place(at, n, sizeof(uint32_t));
    s->value_at = maas__trees_place(at, c->equal ? c->codes : 0,
                                    sizeof(double));
    s->test_at = maas__trees_place(at, s->tests, sizeof(maas_trees_test_t));

    if (to == NULL) {
        return;
    }

    row = (uint32_t *) ((char *) to + s->code_at);

    for (i = 0; i < n; i++) {
        row[i] = first + c->row[i];
    }

    if (c->equal && c->codes > 0) {
        memcpy((char *) to + s->value_at, c->value,
               c->codes * sizeof(double));
    }

    test = (maas_trees_test_t *) ((char *) to + s->test_at);

    for (i = 0; i < s->tests; i++) {
        set = (size_t) maas_trees_operand(t, c->node[i]);
        test[i].bit = l->bit[c->node[i]];
        test[i].first = t->set[set];
        test[i].words = t->set[set + 1] - t->set[set];
    }
}


void
maas__trees_codes_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to)
{
    size_t              i, rows;
    maas_trees_set_t    none, *s;
    maas_trees_head_t  *h = &l->head;

    for (i = 0, rows = 0; i < h->sets; i++) {
        rows += l->codes[i].rows;
    }

    h->set_at = maas__trees_place(at, h->sets, sizeof(maas_trees_set_t));
    h->row_at = maas__trees_place(at, rows, h->row);
    h->word_at = maas__trees_place(at, h->tests ? t->words : 0,
                                   sizeof(uint32_t));

    if (to != NULL && h->tests) {
        memcpy((char *) to + h->word_at, t->word,
               t->words * sizeof(uint32_t));
    }

    for (i = 0, rows = 0; i < h->sets; i++) {
        s = to == NULL ? &none
            : (maas_trees_set_t *) ((char *) to + h->set_at) + i;

        maas_trees_lists(l, t, &l->codes[i], s, (uint32_t) rows, at, to);

        if (to != NULL) {
            maas_trees_rows_pack(l, t, &l->codes[i], (uint8_t *) to
                                 + h->row_at + rows * h->row);
        }

        rows += l->codes[i].rows;
    }
}


/* The row of x: what the set's value has for all its nodes, but those that are
 * tested one by one */

static size_t
maas_trees_code(const maas_trees_head_t *h, const maas_trees_set_t *s,
    double x)
{
    size_t  k;

    if (isnan(x)) {
        return MAAS_TREES_NO_VALUE;
    }

    if (s->equal) {
        k = maas_trees_place_of((const double *) ((const char *) h
                                                  + s->value_at),
                                s->codes, x);
        if (k < s->codes) {
            return MAAS_TREES_CODE + k;
        }
    }

    if (s->zero && fabs(x) <= MAAS_TREE_TINY) {
        return x < 0 ? MAAS_TREES_ZERO_DOWN : MAAS_TREES_ZERO_UP;
    }

    if (!s->equal && x >= 0 && x < s->codes) {
        return MAAS_TREES_CODE + (size_t) x;
    }

    /* what is above -1 is truncated to 0 */

    return !s->equal && !s->floor && x > -1 && x < 0 && s->codes > 0
           ? MAAS_TREES_CODE : MAAS_TREES_OTHER;
}


const uint64_t *
maas__trees_decisions(const maas_trees_head_t *h, size_t set, const void *x,
    size_t *code)
{
    double                   v;
    size_t                   k;
    const maas_trees_set_t  *s;

    s = MAAS_TREES_AT(h, set_at, maas_trees_set_t) + set;
    v = h->wide ? ((const double *) x)[s->feature]
                : (double) ((const float *) x)[s->feature];

    k = maas_trees_code(h, s, h->tiny && fabs(v) <= MAAS_TREE_TINY ? 0 : v);
    *code = SIZE_MAX;

    if (s->tests > 0 && k >= MAAS_TREES_CODE) {
        *code = k - MAAS_TREES_CODE;
        return NULL;
    }

    return (const uint64_t *) (MAAS_TREES_AT(h, row_at, char) + h->row
           * ((const uint32_t *) ((const char *) h + s->code_at))[k]);
}


void
maas__trees_tests(const maas_trees_head_t *h, size_t set, size_t code,
    uint8_t *bits)
{
    size_t                    i, in;
    const uint32_t           *word;
    const maas_trees_set_t   *s;
    const maas_trees_test_t  *test;

    s = MAAS_TREES_AT(h, set_at, maas_trees_set_t) + set;
    test = (const maas_trees_test_t *) ((const char *) h + s->test_at);
    word = MAAS_TREES_AT(h, word_at, uint32_t);

    for (i = 0; i < s->tests; i++, test++) {
        in = code / 32 < test->words
             && (word[test->first + code / 32] >> code % 32 & 1) != 0;
        bits[test->bit / 8] |= (uint8_t) (!in << test->bit % 8);
    }
}
