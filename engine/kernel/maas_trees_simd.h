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
 * for ranks that are guessed,
 *
 *   maas_v_near(p, x, alike, same)
 *                                 floats of p[0..16), not aligned, below x;
 *                                 alike: is one of them x?  Then *same.
 *   maas_v_buckets_float(x, n, scale, shift, near, bucket)
 *   maas_v_buckets_double(x, n, scale, shift, near, bucket)
 *                                 near(n) as floats; their buckets(n).  Up to
 *                                 16 more of each are written.
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
    n = h->small + h->middle + h->large;                                      \
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
/* Ranks that are guessed, of n rows; step by step, so that all of them are   \
 * under way at once.  Where floats are alike, wide ones are told apart. */   \
                                                                              \
INLINE void                                                                   \
maas_v_near_##T(const maas_trees_head_t *h, const T *x, size_t ldx,           \
    uint8_t *column, size_t next, const int n)                                \
{                                                                             \
    T                apart[MAAS_TREES_COLUMNS];                               \
    int              r, same;                                                 \
    float            near[MAAS_TREES_ROWS][MAAS_TREES_COLUMNS]                \
                         __attribute__((aligned(64)));                        \
    size_t           i, k;                                                    \
    uint8_t          bucket[MAAS_TREES_ROWS][MAAS_TREES_COLUMNS]              \
                         __attribute__((aligned(64)));                        \
    const T         *exact;                                                   \
    const float     *list;                                                    \
    const uint8_t   *start;                                                   \
    const uint32_t  *feature, *fine, *first;                                  \
                                                                              \
    list = MAAS_TREES_AT(h, near_at, float);                                  \
    start = MAAS_TREES_AT(h, near_start_at, uint8_t);                         \
    first = MAAS_TREES_AT(h, near_first_at, uint32_t);                        \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + h->small;              \
    same = 0;                                                                 \
                                                                              \
    for (r = 0; r < n; r++) {                                                 \
        for (i = 0; h->near_apart && i < h->near; i++) {                      \
            apart[i] = x[(size_t) r * ldx + feature[i]];                      \
        }                                                                     \
                                                                              \
        maas_v_buckets_##T(h->near_apart ? apart                              \
                               : x + (size_t) r * ldx + h->near_row,          \
                           h->near, MAAS_TREES_AT(h, near_scale_at, float),   \
                           MAAS_TREES_AT(h, near_shift_at, float), near[r],   \
                           bucket[r]);                                        \
    }                                                                         \
                                                                              \
    for (i = 0; i < h->near; i++, start += MAAS_TREES_BUCKETS) {              \
        _Pragma("GCC unroll 4")                                               \
        for (r = 0; r < n; r++) {                                             \
            bucket[r][i] = start[bucket[r][i]];                               \
        }                                                                     \
    }                                                                         \
                                                                              \
    for (i = 0; i < h->near; i++) {                                           \
        _Pragma("GCC unroll 4")                                               \
        for (r = 0; r < n; r++) {                                             \
            k = bucket[r][i];                                                 \
            column[(size_t) r * next + i] = (uint8_t) (k + maas_v_near(list   \
                + first[i] + k, near[r][i], sizeof(T) > sizeof(float),        \
                &same));                                                      \
        }                                                                     \
    }                                                                         \
                                                                              \
    if (sizeof(T) == sizeof(float) || !same) {                                \
        return;                                                               \
    }                                                                         \
                                                                              \
    exact = MAAS_TREES_AT(h, table_at, T);                                    \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + h->small;                    \
                                                                              \
    for (r = 0; r < n; r++, column += next, x += ldx) {                       \
        for (i = 0; i < h->near; i++) {                                       \
            column[i] = (uint8_t) (column[i]                                  \
                + (exact[fine[i] * MAAS_TREES_STEP + column[i]]               \
                   < x[feature[i]]));                                         \
        }                                                                     \
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
    i += h->near;                                                             \
    coarse += h->near * MAAS_TREES_STEP;                                      \
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


/* Columns of n rows, `next` bytes from row to row */

#define MAAS_V_ALL(T, h, x, ldx, column, next, n)                             \
    if ((h)->near > 0) {                                                      \
        maas_v_near_##T(h, x, ldx, (column) + (h)->small, next, n);           \
    }                                                                         \
                                                                              \
    for (i = 0; i < (n); i++) {                                               \
        maas_v_columns_##T(h, (const T *) (x) + (size_t) i * (ldx),           \
                           (column) + (size_t) i * (next));                   \
    }

INLINE void
maas_v_columns(const maas_trees_head_t *h, const void *x, size_t ldx,
    uint8_t *column, size_t next, const int n)
{
    int  i;

    if (h->wide) {
        MAAS_V_ALL(double, h, x, ldx, column, next, n)
    } else {
        MAAS_V_ALL(float, h, x, ldx, column, next, n)
    }
}
