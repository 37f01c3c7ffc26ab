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
 * Not here: pieces.
 */


/* Where a value is missing, in plain C */

#define MAAS_V_COLUMNS(T)                                                     \
                                                                              \
INLINE void                                                                   \
maas_v_repair_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)    \
{                                                                             \
    T                v;                                                       \
    size_t           i, n;                                                    \
    uint8_t          gap[MAAS_TREES_COLUMNS], g;                              \
    const uint32_t  *feature;                                                 \
                                                                              \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t);                         \
    n = h->small + h->middle + h->large;                                      \
                                                                              \
    for (i = 0; i < n; i++) {                                                 \
        v = x[feature[i]];                                                    \
        gap[i] = v != v ? 2                                                   \
                 : v <= (T) MAAS_TREE_TINY && v >= (T) -MAAS_TREE_TINY;       \
    }                                                                         \
                                                                              \
    for (i = 0; i < h->columns; i++) {                                        \
        g = gap[h->column_feature[i]];                                        \
        g = g == 2 || (g & h->zero[i / 64] >> i % 64);                        \
        column[i] = g ? h->special[i] : column[i];                            \
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
    const uint32_t  *feature, *fine, *top;                                    \
                                                                              \
    n = h->small + h->middle;                                                 \
    table = MAAS_TREES_AT(h, table_at, T);                                    \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + n;                     \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + n;                           \
    top = MAAS_TREES_AT(h, top_at, uint32_t);                                 \
                                                                              \
    for (i = 0; i < h->large; i++) {                                          \
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
    for (i = 0; i < h->parts; i++) {                                          \
        above = rank[h->part[i]];                                             \
        k = (size_t) h->part_group[i] * MAAS_TREES_PART;                      \
        above = above > k ? above - (uint32_t) k : 0;                         \
        column[h->direct + h->copies + i]                                     \
            = (uint8_t) (above < 255 ? above : 255);                          \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
INLINE void                                                                   \
maas_v_columns_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)   \
{                                                                             \
    T                v;                                                       \
    size_t           i, k;                                                    \
    const T         *table, *coarse;                                          \
    const uint32_t  *feature, *fine;                                          \
                                                                              \
    table = MAAS_TREES_AT(h, table_at, T);                                    \
    coarse = table + h->coarse_chunk * MAAS_TREES_STEP;                       \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t);                         \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t);                               \
                                                                              \
    for (i = 0; i < h->small; i++) {                                          \
        column[i] = (uint8_t) maas_v_count_##T(table                          \
                        + i * MAAS_TREES_STEP, x[feature[i]]);                \
    }                                                                         \
                                                                              \
    for (/* void */; i < h->direct; i++, coarse += MAAS_TREES_STEP) {         \
        v = x[feature[i]];                                                    \
        k = maas_v_count_##T(coarse, v);                                      \
        column[i] = (uint8_t) (MAAS_TREES_STEP * k + maas_v_count_##T(table   \
                                  + (fine[i] + k) * MAAS_TREES_STEP, v));     \
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


INLINE void
maas_v_columns(const maas_trees_head_t *h, const void *x, uint8_t *column)
{
    if (h->wide) {
        maas_v_columns_double(h, x, column);
    } else {
        maas_v_columns_float(h, x, column);
    }
}
