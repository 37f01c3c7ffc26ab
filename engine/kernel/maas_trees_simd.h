/*
 * Columns of a row on vectors, written once for every instruction set.  A file
 * that includes this has included maas_trees_layout.h, and defined
 *
 *   INLINE                        for functions with its target
 *   maas_v_count_float(p, x)      numbers of the chunk p that are below x
 *   maas_v_count_double(p, x)
 *   maas_v_gap_float(x, n, zeros) is one of n NaN, or, with zeros, about 0?
 *   maas_v_gap_double(x, n, zeros)
 *
 * for ranks by lines,
 *
 *   maas_v_same_t, maas_v_same_none(), maas_v_same_any(same)
 *   maas_v_rank(p, x, alike, same)
 *                                 rank by the line p; alike: is one of its
 *                                 floats x?  Then *same.
 *   maas_v_lines_float(x, n, guess, near, line)
 *   maas_v_lines_double(x, n, guess, near, line)
 *                                 near(n) as floats; where their lines(n) are.
 *                                 Of each 16 are written, or more.
 *   maas_v_near_float(h, x, ldx, column, next, n)
 *   maas_v_near_double(h, x, ldx, column, next, n)
 *                                 ranks of near features of n rows
 *
 * for those side by side, vectors maas_v_flat_t of MAAS_V_FLAT whole numbers,
 *
 *   maas_v_flat_set(n)            all n
 *   maas_v_flat_load(p), maas_v_flat_store(p, v), maas_v_flat_min(a, b),
 *   maas_v_flat_or(a, b)
 *   maas_v_flat_key(x, low)       keys of doubles
 *   maas_v_flat_least(least, key, t)
 *                                 the least of `least` and key - thresholds t
 *   maas_v_flat_put(to, least, low)
 *                                 ranks as bytes
 *   maas_v_flat_any(all, low)     is any of `all` not above low?
 *   maas_v_put(to, v)             eight whole numbers as bytes
 *
 * for gaps,
 *
 *   maas_v_nan_float(x), maas_v_nan_double(x)
 *                                 bits: which of eight are NaN?
 *
 * and, instead of plain C,
 *
 *   maas_v_mend(h, gap, column)
 *
 * Not here: pieces.
 */


/* Rows on their way */

typedef struct {
    size_t     next;                   /* bytes from row to row of scratch */
    uint8_t   *column;
    uint8_t   *bits;
    uint8_t   *exit;
    uint8_t   *id;
} trees_rows_t;


/* Bytes of columns whose values are missing; gap: of features, 2: NaN, 1: about
 * 0 */

#ifndef maas_v_mend
#define maas_v_mend(h, gap, column)  maas_v_mend_plain(h, gap, column)

INLINE void
maas_v_mend_plain(const maas_trees_head_t *h, const uint8_t *gap,
    uint8_t *column)
{
    size_t   i;
    uint8_t  g;

    for (i = 0; i < h->columns; i++) {
        g = gap[h->column_feature[i]];
        g = g == 2 || (g & h->zero[i / 64] >> i % 64);
        column[i] = g ? h->special[i] : column[i];
    }
}

#endif


#include "maas_trees_flat.h"


#define MAAS_V_COLUMNS(T)                                                     \
                                                                              \
INLINE void                                                                   \
maas_v_repair_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)    \
{                                                                             \
    T                v;                                                       \
    size_t           i, n;                                                    \
    uint8_t          gap[MAAS_TREES_COLUMNS] __attribute__((aligned(64)));    \
    const uint32_t  *feature;                                                 \
                                                                              \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t);                         \
    n = h->small + h->middle + h->large + h->flat;                            \
                                                                              \
    for (i = 0; i < n; i++) {                                                 \
        v = x[feature[i]];                                                    \
        gap[i] = (uint8_t) ((v != v) << 1);                                   \
    }                                                                         \
                                                                              \
    for (i = 0; h->zeros && i < n; i++) {                                     \
        v = x[feature[i]];                                                    \
        gap[i] |= v <= (T) MAAS_TREE_TINY && v >= (T) -MAAS_TREE_TINY;        \
    }                                                                         \
                                                                              \
    maas_v_mend(h, gap, column);                                              \
}                                                                             \
                                                                              \
                                                                              \
/* Ranks of the features that lines rank, of more than 255 thresholds */      \
                                                                              \
INLINE void                                                                   \
maas_v_far_##T(const maas_trees_head_t *h, const T *x, uint32_t *rank)        \
{                                                                             \
    T                far[MAAS_TREES_COLUMNS] __attribute__((aligned(64)));    \
    float            near[MAAS_TREES_COLUMNS + 16]                            \
                         __attribute__((aligned(64)));                        \
    size_t           i, at;                                                   \
    uint32_t         line[MAAS_TREES_COLUMNS + 16]                            \
                         __attribute__((aligned(64)));                        \
    const T         *exact;                                                   \
    const char      *lines;                                                   \
    maas_v_same_t    same;                                                    \
    const uint32_t  *feature, *fine;                                          \
                                                                              \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + h->small + h->middle;  \
    lines = MAAS_TREES_AT(h, near_at, char);                                  \
    same = maas_v_same_none();                                                \
                                                                              \
    for (i = 0; i < h->far; i++) {                                            \
        far[i] = x[feature[i]];                                               \
    }                                                                         \
                                                                              \
    maas_v_lines_##T(far, h->far, (const float *) (const void *)              \
                         MAAS_TREES_AT(h, far_line_at, char), near, line);    \
                                                                              \
    /* the last ones overlap those before them */                             \
                                                                              \
    for (i = 0, at = 0; i < h->far; i++, at++) {                              \
        if (i % 16 == 0 && i > 0 && h->far - i < 16) {                        \
            at += 16 - h->far % 16;                                           \
        }                                                                     \
                                                                              \
        rank[i] = (uint32_t) maas_v_rank(lines + line[at], near[at],          \
                                         sizeof(T) > sizeof(float), &same);   \
    }                                                                         \
                                                                              \
    if (sizeof(T) == sizeof(float) || !maas_v_same_any(same)) {               \
        return;                                                               \
    }                                                                         \
                                                                              \
    exact = MAAS_TREES_AT(h, table_at, T);                                    \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + h->small + h->middle;        \
                                                                              \
    for (i = 0; i < h->far; i++) {                                            \
        rank[i] += exact[fine[i] * MAAS_TREES_STEP + rank[i]] < far[i];       \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* Features of more than 255 thresholds, into columns of 255 */               \
                                                                              \
static TARGET __attribute__((noinline)) void                                  \
maas_v_parts_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)     \
{                                                                             \
    T                v;                                                       \
    size_t           i, k, b, c, n;                                           \
    uint32_t         rank[MAAS_TREES_COLUMNS], above;                         \
    const T         *table;                                                   \
    const uint8_t   *map;                                                     \
    const uint32_t  *feature, *fine, *top;                                    \
                                                                              \
    n = h->small + h->middle;                                                 \
    table = MAAS_TREES_AT(h, table_at, T);                                    \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + n;                     \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + n;                           \
    top = MAAS_TREES_AT(h, top_at, uint32_t);                                 \
    map = MAAS_TREES_AT(h, map_at, uint8_t);                                  \
    column += h->direct + h->copies;                                          \
                                                                              \
    if (h->far > 0) {                                                         \
        maas_v_far_##T(h, x, rank);                                           \
    }                                                                         \
                                                                              \
    for (i = h->far; i < h->large; i++) {                                     \
        v = x[feature[i]];                                                    \
        n = MAAS_TREES_AT(h, top_chunks_at, uint32_t)[i];                     \
                                                                              \
        for (k = 0, b = 0; k < n; k++) {                                      \
            b += maas_v_count_##T(table + (top[i] + k) * MAAS_TREES_STEP, v); \
        }                                                                     \
                                                                              \
        c = MAAS_TREES_AT(h, coarse_at, uint32_t)[i] + b;                     \
        c = 16 * b + maas_v_count_##T(table + c * MAAS_TREES_STEP, v);        \
        rank[i] = (uint32_t) (MAAS_TREES_STEP * c + maas_v_count_##T(table    \
                                  + (fine[i] + c) * MAAS_TREES_STEP, v));     \
    }                                                                         \
                                                                              \
    for (i = 0; i < h->maps; i++) {                                           \
        column[i] = map[h->map[i] + rank[h->part[i]]];                        \
    }                                                                         \
                                                                              \
    for (/* void */; i < h->parts; i++) {                                     \
        above = rank[h->part[i]];                                             \
        k = (size_t) h->part_group[i] * MAAS_TREES_PART;                      \
        above = above > k ? above - (uint32_t) k : 0;                         \
        column[i] = (uint8_t) (above < 255 ? above : 255);                    \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* What is left of a row: small features, those whose thresholds crowd, and   \
 * columns that are made of others */                                         \
                                                                              \
INLINE void                                                                   \
maas_v_columns_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)   \
{                                                                             \
    T                v;                                                       \
    size_t           i, k, n;                                                 \
    const T         *table, *coarse;                                          \
    const uint32_t  *feature, *fine;                                          \
                                                                              \
    table = MAAS_TREES_AT(h, table_at, T);                                    \
    coarse = table + h->coarse_chunk * MAAS_TREES_STEP;                       \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t);                         \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t);                               \
                                                                              \
    for (i = 0; i < h->small; i++) {                                          \
        column[h->own[i]] = (uint8_t) maas_v_count_##T(table                  \
                        + i * MAAS_TREES_STEP, x[feature[i]]);                \
    }                                                                         \
                                                                              \
    i += h->near;                                                             \
    coarse += h->near * MAAS_TREES_STEP;                                      \
                                                                              \
    n = h->small + h->middle;                                                 \
                                                                              \
    for (/* void */; i < n; i++, coarse += MAAS_TREES_STEP) {                 \
        v = x[feature[i]];                                                    \
        k = maas_v_count_##T(coarse, v);                                      \
        column[h->own[i]] = (uint8_t) (MAAS_TREES_STEP * k                    \
            + maas_v_count_##T(table + (fine[i] + k) * MAAS_TREES_STEP, v));  \
    }                                                                         \
                                                                              \
    for (i = 0; i < h->copies; i++) {                                         \
        column[h->direct + i] = column[h->copy[i]];                           \
    }                                                                         \
                                                                              \
    if (h->large > 0) {                                                       \
        maas_v_parts_##T(h, x, column);                                       \
    }                                                                         \
                                                                              \
    if (h->repair && maas_v_gap_##T(x, h->in, (int) h->zeros)) {              \
        maas_v_repair_##T(h, x, column);                                      \
    }                                                                         \
}

MAAS_V_COLUMNS(float)
MAAS_V_COLUMNS(double)


/* Bits of nodes that go right since a value is missing, to those of sets */

INLINE void
maas_v_gap_row(const maas_trees_head_t *h, size_t place, uint8_t *bits)
{
    size_t       j;
    const char  *row;

    row = MAAS_TREES_AT(h, gap_row_at, char)
          + MAAS_TREES_AT(h, gap_at, uint32_t)[place] * h->row;

    for (j = 0; j < h->row; j += 4 * MAAS_V_FLAT) {
        maas_v_flat_store(bits + j, maas_v_flat_or(maas_v_flat_load(row + j),
                                        maas_v_flat_load(bits + j)));
    }
}


#define MAAS_V_GAPS(T)                                                        \
                                                                              \
static TARGET __attribute__((noinline)) void                                  \
maas_v_gaps_##T(const maas_trees_head_t *h, const T *x, uint8_t *bits)        \
{                                                                             \
    size_t    i, at;                                                          \
    unsigned  nan;                                                            \
                                                                              \
    for (i = 0; h->in < 8 && i < h->in; i++) {                                \
        if (x[i] != x[i]) {                                                   \
            maas_v_gap_row(h, i, bits);                                       \
        }                                                                     \
    }                                                                         \
                                                                              \
    for (/* void */; i < h->in; i += 8) {                                     \
        at = i + 8 > h->in ? h->in - 8 : i;                                   \
                                                                              \
        for (nan = maas_v_nan_##T(x + at); nan != 0; nan &= nan - 1) {        \
            maas_v_gap_row(h, at + (size_t) __builtin_ctz(nan), bits);        \
        }                                                                     \
    }                                                                         \
}

MAAS_V_GAPS(float)
MAAS_V_GAPS(double)


INLINE void
maas_v_gaps(const maas_trees_head_t *h, const void *x, uint8_t *bits)
{
    if (h->gaps > 0 && h->wide) {
        maas_v_gaps_double(h, x, bits);
    } else if (h->gaps > 0) {
        maas_v_gaps_float(h, x, bits);
    }
}


/* Columns of n rows, `next` bytes from row to row.  Vectors of flat features
 * write over columns of others: they come first. */

#define MAAS_V_ALL(T, h, x, ldx, column, next, n)                             \
    for (i = 0; (h)->flat > 0 && i < (n); i++) {                              \
        maas_v_flat_##T(h, (const T *) (x) + (size_t) i * (ldx),              \
                        (column) + (size_t) i * (next));                      \
    }                                                                         \
                                                                              \
    if ((h)->near > 0) {                                                      \
        maas_v_near_##T(h, x, ldx,                                            \
                        (h)->flat > 0 ? apart : (column) + (h)->small,        \
                        (h)->flat > 0 ? MAAS_V_APART : next, n);              \
    }                                                                         \
                                                                              \
    for (i = 0; i < (n); i++) {                                               \
        if ((h)->flat > 0) {                                                  \
            maas_v_apart(h, apart + i * MAAS_V_APART,                         \
                         (column) + (size_t) i * (next));                     \
        }                                                                     \
                                                                              \
        maas_v_columns_##T(h, (const T *) (x) + (size_t) i * (ldx),           \
                           (column) + (size_t) i * (next));                   \
    }

INLINE void
maas_v_columns(const maas_trees_head_t *h, const void *x, size_t ldx,
    uint8_t *column, size_t next, const int n)
{
    int      i;
    uint8_t  apart[MAAS_TREES_ROWS * MAAS_V_APART];

    if (h->wide) {
        MAAS_V_ALL(double, h, x, ldx, column, next, n)
    } else {
        MAAS_V_ALL(float, h, x, ldx, column, next, n)
    }
}
