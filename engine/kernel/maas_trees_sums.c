/*
 * Ids of exits to scores: one operation a tree, in the order of the file, as it
 * is meant.  Rows run side by side, trees never do.
 * Not here: how ids are found.
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define INLINE  static inline __attribute__((always_inline))


/* Entries of each output stand together, in the order of trees */

static void
maas_trees_entries(const maas_trees_layout_t *l, const maas_trees_t *t,
    void *to)
{
    size_t               i, o;
    uint32_t            *first;
    maas_trees_entry_t  *entry;

    first = (uint32_t *) ((char *) to + l->head.first_at);
    entry = (maas_trees_entry_t *) ((char *) to + l->head.entry_at);

    /* first[o + 1]: where o begins, while entries are put there */

    for (i = 0; i < t->trees && t->output != NULL; i++) {
        if (t->output[i] + 2 <= t->out) {
            first[t->output[i] + 2]++;
        }
    }

    for (o = 2; o <= t->out; o++) {
        first[o] += first[o - 1];
    }

    for (i = 0; i < t->trees; i++) {
        o = first[(t->output != NULL ? t->output[i] : 0) + 1]++;
        entry[o].leaf = l->exit_first[i];
        entry[o].rank = l->rank[i];
    }
}


static void
maas_trees_values_pack(const maas_trees_layout_t *l, const maas_trees_t *t,
    size_t size, void *to)
{
    size_t    i;
    char     *value;
    uint32_t *index;

    value = (char *) to + l->head.value_at;
    index = (uint32_t *) ((char *) to + l->head.index_at);

    if (l->head.indexed) {
        memcpy(value, t->value, (t->nodes + t->trees)
                                * (t->vector ? t->out : 1) * size);
    }

    for (i = 0; i < l->exit_first[t->trees]; i++) {
        if (l->exit_leaf[i] == MAAS_TREES_NONE) {
            continue;
        }

        if (l->head.indexed) {
            index[i] = l->exit_leaf[i];
        } else {
            memcpy(value + i * size,
                   (const char *) t->value + l->exit_leaf[i] * size, size);
        }
    }
}


static void
maas_trees_terms_pack(const maas_trees_layout_t *l, const maas_trees_t *t,
    void *to)
{
    char    *p = to;
    size_t   leaves;

    leaves = t->nodes + t->trees;

    memcpy(p + l->head.term_at, t->term, (leaves + 1) * sizeof(uint32_t));
    memcpy(p + l->head.term_feature_at, t->term_feature,
           t->terms * sizeof(uint32_t));
    memcpy(p + l->head.coefficient_at, t->coefficient,
           t->terms * sizeof(double));
    memcpy(p + l->head.constant_at, t->constant, leaves * sizeof(double));
}


void
maas__trees_sums_pack(maas_trees_layout_t *l, const maas_trees_t *t,
    size_t *at, void *to)
{
    size_t              size, leaves, exits, terms;
    maas_trees_head_t  *h = &l->head;

    size = maas__dtypes[t->sum].bits / 8;
    leaves = t->nodes + t->trees;
    exits = l->exit_first[t->trees];
    terms = t->terms != 0;

    h->out = t->out;
    h->wide_sum = t->sum == MAAS_F64;
    h->vector = t->vector;
    h->terms = t->terms;
    h->base_last = t->base_last;
    h->tiny = t->tiny;
    h->combine = t->combine;
    h->indexed = t->vector || t->terms != 0;

    h->entry_at = maas__trees_place(at, t->trees, sizeof(maas_trees_entry_t));
    h->first_at = maas__trees_place(at, t->out + 1, sizeof(uint32_t));
    h->base_at = maas__trees_place(at, t->out, size);
    h->index_at = maas__trees_place(at, h->indexed ? exits : 0,
                                    sizeof(uint32_t));
    h->value_at = maas__trees_place(at, !h->indexed ? exits
                                        : leaves * (t->vector ? t->out : 1),
                                    size);
    h->term_at = maas__trees_place(at, terms * (leaves + 1), sizeof(uint32_t));
    h->term_feature_at = maas__trees_place(at, t->terms, sizeof(uint32_t));
    h->coefficient_at = maas__trees_place(at, t->terms, sizeof(double));
    h->constant_at = maas__trees_place(at, terms * leaves, sizeof(double));

    if (to == NULL) {
        return;
    }

    memcpy((char *) to + h->base_at, t->base, t->out * size);
    maas_trees_entries(l, t, to);
    maas_trees_values_pack(l, t, size, to);

    if (terms) {
        maas_trees_terms_pack(l, t, to);
    }
}


/* What maas__trees_linear() takes of an ensemble */

static void
maas_trees_view(const maas_trees_head_t *h, maas_trees_t *t)
{
    memset(t, 0, sizeof(maas_trees_t));

    t->x = h->wide ? MAAS_F64 : MAAS_F32;
    t->sum = h->wide_sum ? MAAS_F64 : MAAS_F32;
    t->tiny = h->tiny;
    t->terms = h->terms;
    t->value = MAAS_TREES_AT(h, value_at, char);
    t->term = MAAS_TREES_AT(h, term_at, uint32_t);
    t->term_feature = MAAS_TREES_AT(h, term_feature_at, uint32_t);
    t->coefficient = MAAS_TREES_AT(h, coefficient_at, double);
    t->constant = MAAS_TREES_AT(h, constant_at, double);
}


INLINE size_t
maas_trees_id(const void *id, size_t rank, const unsigned size)
{
    return size == 1 ? ((const uint8_t *) id)[rank]
           : size == 2 ? ((const uint16_t *) id)[rank]
           : ((const uint32_t *) id)[rank];
}


/* f for bytes of an id and a number of rows that are constants */

#define MAAS_TREES_BY_ROWS(f, h, id, next, rows, size, s)                     \
    if (rows == 1) {                                                          \
        f(h, id, next, 1, MAAS_COMBINE_SUM, size, s);                         \
    } else if (rows == 2) {                                                   \
        f(h, id, next, 2, MAAS_COMBINE_SUM, size, s);                         \
    } else {                                                                  \
        f(h, id, next, MAAS_TREES_ROWS, MAAS_COMBINE_SUM, size, s);           \
    }

#define MAAS_TREES_BY_ID(f, h, id, next, rows, s)                             \
    if ((h)->id == 1) {                                                       \
        MAAS_TREES_BY_ROWS(f, h, id, next, rows, 1, s)                        \
    } else if ((h)->id == 2) {                                                \
        MAAS_TREES_BY_ROWS(f, h, id, next, rows, 2, s)                        \
    } else {                                                                  \
        MAAS_TREES_BY_ROWS(f, h, id, next, rows, 4, s)                        \
    }


/* The functions for numbers of one type.  combine is a constant where it is
 * one of speed. */

#define MAAS_TREES_SUMS(T)                                                    \
                                                                              \
INLINE T                                                                      \
maas_trees_join_##T(T s, T v, maas_combine_t combine)                         \
{                                                                             \
    return combine == MAAS_COMBINE_SUM ? s + v                                \
           : (combine == MAAS_COMBINE_MIN) == (v < s) ? v : s;                \
}                                                                             \
                                                                              \
                                                                              \
INLINE T                                                                      \
maas_trees_first_##T(const maas_trees_head_t *h, size_t o)                    \
{                                                                             \
    return h->combine == MAAS_COMBINE_MIN ? (T) INFINITY                      \
           : h->combine == MAAS_COMBINE_MAX ? (T) -INFINITY                   \
           : h->base_last ? 0 : MAAS_TREES_AT(h, base_at, T)[o];              \
}                                                                             \
                                                                              \
                                                                              \
INLINE void                                                                   \
maas_trees_scalar_##T(const maas_trees_head_t *h, const char *id,             \
    size_t next, const size_t rows, const maas_combine_t combine,             \
    const unsigned size, T *s)                                                \
{                                                                             \
    T                          sum[MAAS_TREES_ROWS];                          \
    size_t                     o, i, r;                                       \
    const T                   *leaf, *value;                                  \
    const uint32_t            *first;                                         \
    const maas_trees_entry_t  *entry;                                         \
                                                                              \
    entry = MAAS_TREES_AT(h, entry_at, maas_trees_entry_t);                   \
    first = MAAS_TREES_AT(h, first_at, uint32_t);                             \
    value = MAAS_TREES_AT(h, value_at, T);                                    \
                                                                              \
    for (o = 0; o < h->out; o++) {                                            \
        _Pragma("GCC unroll 4")                                               \
        for (r = 0; r < rows; r++) {                                          \
            sum[r] = maas_trees_first_##T(h, o);                              \
        }                                                                     \
                                                                              \
        for (i = first[o]; i < first[o + 1]; i++) {                           \
            leaf = value + entry[i].leaf;                                     \
                                                                              \
            _Pragma("GCC unroll 4")                                           \
            for (r = 0; r < rows; r++) {                                      \
                sum[r] = maas_trees_join_##T(sum[r],                          \
                    leaf[maas_trees_id(id + r * next, entry[i].rank, size)],  \
                    combine);                                                 \
            }                                                                 \
        }                                                                     \
                                                                              \
        _Pragma("GCC unroll 4")                                               \
        for (r = 0; r < rows; r++) {                                          \
            s[r * h->out + o] = sum[r];                                       \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* Leaves of several numbers, or linear, of one row */                        \
                                                                              \
static void                                                                   \
maas_trees_indexed_##T(const maas_trees_head_t *h, const char *id,            \
    const void *x, T *s)                                                      \
{                                                                             \
    size_t                     i, o, leaf;                                    \
    maas_trees_t               t;                                             \
    const T                   *value;                                         \
    const uint32_t            *first;                                         \
    const maas_trees_entry_t  *entry;                                         \
                                                                              \
    entry = MAAS_TREES_AT(h, entry_at, maas_trees_entry_t);                   \
    first = MAAS_TREES_AT(h, first_at, uint32_t);                             \
    maas_trees_view(h, &t);                                                   \
                                                                              \
    for (o = 0; o < h->out; o++) {                                            \
        s[o] = maas_trees_first_##T(h, o);                                    \
    }                                                                         \
                                                                              \
    for (i = 0, o = 0; i < h->trees; i++) {                                   \
        leaf = MAAS_TREES_AT(h, index_at, uint32_t)[entry[i].leaf             \
               + maas_trees_id(id, entry[i].rank, h->id)];                     \
                                                                              \
        if (!h->vector) {                                                     \
            for (/* void */; i >= first[o + 1]; o++) { /* void */ }           \
            s[o] = maas_trees_join_##T(s[o],                                  \
                       (T) maas__trees_linear(&t, leaf, x), h->combine);      \
            continue;                                                         \
        }                                                                     \
                                                                              \
        value = MAAS_TREES_AT(h, value_at, T) + leaf * h->out;                \
                                                                              \
        for (o = 0; o < h->out; o++) {                                        \
            s[o] = maas_trees_join_##T(s[o], value[o], h->combine);           \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
static void                                                                   \
maas_trees_sums_##T(const maas_trees_head_t *h, const char *id, size_t next,  \
    const void *x, size_t ldx, size_t rows, T *s)                             \
{                                                                             \
    size_t  r;                                                                \
                                                                              \
    if (!h->indexed && h->combine == MAAS_COMBINE_SUM && rows != 3) {         \
        MAAS_TREES_BY_ID(maas_trees_scalar_##T, h, id, next, rows, s);        \
        return;                                                               \
    }                                                                         \
                                                                              \
    for (r = 0; r < rows; r++, id += next, s += h->out) {                     \
        if (h->indexed) {                                                     \
            maas_trees_indexed_##T(h, id, (const char *) x                    \
                + r * ldx * (h->wide ? sizeof(double) : sizeof(float)), s);   \
        } else {                                                              \
            maas_trees_scalar_##T(h, id, next, 1, h->combine,                 \
                                  h->id, s);                                  \
        }                                                                     \
    }                                                                         \
}

MAAS_TREES_SUMS(double)
MAAS_TREES_SUMS(float)


void
maas__trees_sums(const maas_trees_head_t *h, const void *id, size_t next,
    const void *x, size_t ldx, size_t rows, void *s)
{
    if (h->wide_sum) {
        maas_trees_sums_double(h, id, next, x, ldx, rows, s);
    } else {
        maas_trees_sums_float(h, id, next, x, ldx, rows, s);
    }
}
