/*
 * Ranks side by side (maas_trees_flat.c): one instruction compares eight
 * features or more, each with one of its thresholds.
 * Part of maas_trees_simd.h, which says what has to be defined.
 * Not here: features that are ranked one by one.
 */


#define MAAS_V_APART  (MAAS_TREES_COLUMNS + 64)    /* near ranks of a row */


/* A row's values from `from` on, whether copied or not.  Floats are compared as
 * they are: NaN is above none. */

INLINE void
maas_v_flat_row_float(const maas_trees_head_t *h, const float *from,
    const float *x, uint8_t *column)
{
    size_t                     i, k;
    __m256                     v;
    __m256i                    rank;
    const float               *t;
    const maas_trees_flat_t  *list;

    list = MAAS_TREES_AT(h, flat_at, maas_trees_flat_t);
    t = MAAS_TREES_AT(h, flat_table_at, float);

    for (i = 0; i < h->flat_vectors; i++) {
        v = _mm256_loadu_ps(from + list[i].row);
        rank = _mm256_setzero_si256();

        for (k = list[i].thresholds; k > 0; k -= 2, t += 16) {
            rank = _mm256_sub_epi32(rank, _mm256_castps_si256(
                       _mm256_cmp_ps(v, _mm256_load_ps(t), _CMP_GT_OQ)));
            rank = _mm256_sub_epi32(rank, _mm256_castps_si256(
                       _mm256_cmp_ps(v, _mm256_load_ps(t + 8), _CMP_GT_OQ)));
        }

        maas_v_put(column + list[i].column, rank);
    }
}


/* Ranks where a key of x was that of a threshold: how many of those counted
 * are below x */

static __attribute__((noinline)) void
maas_v_flat_mend(const maas_trees_head_t *h, const double *x, uint8_t *column)
{
    size_t           i, first;
    uint8_t         *rank;
    const double    *table, *exact;
    const uint32_t  *feature, *fine;

    first = h->small + h->middle + h->large;
    table = MAAS_TREES_AT(h, table_at, double);
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + first;
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + first;

    for (i = 0; i < h->flat; i++) {
        rank = column + h->own[first + i];
        exact = table + (size_t) fine[i] * MAAS_TREES_STEP;

        while (*rank > 0 && !(exact[*rank - 1] < x[feature[i]])) {
            --*rank;
        }
    }
}


/* Doubles become keys, floats as whole numbers that rise with them, of which
 * flat_low is set: all of them first, so that a row is fetched at once.  Less a
 * threshold, which has its number there, the least that is left, without sign,
 * is that of the highest one that is not above; keys alike leave nothing else.
 * NaN is as -inf is. */

INLINE void
maas_v_flat_row_double(const maas_trees_head_t *h, const double *from,
    const double *x, uint8_t *column)
{
    size_t                     i, k;
    uint32_t                   keys[MAAS_TREES_COLUMNS + 2 * MAAS_V_FLAT]
                                   __attribute__((aligned(64)));
    maas_v_flat_t              key, low, least, other, all;
    const uint32_t            *t;
    const maas_trees_flat_t  *list;

    list = MAAS_TREES_AT(h, flat_at, maas_trees_flat_t);
    t = MAAS_TREES_AT(h, flat_table_at, uint32_t);
    low = maas_v_flat_set(h->flat_low);
    all = maas_v_flat_set(UINT32_MAX);

    for (i = 0; i < h->flat_vectors; i++) {
        maas_v_flat_store(keys + i * MAAS_V_FLAT,
                          maas_v_flat_key(from + list[i].row, low));
    }

    for (i = 0; i < h->flat_vectors; i++) {
        key = maas_v_flat_load(keys + i * MAAS_V_FLAT);
        least = key;
        other = key;

        for (k = list[i].thresholds; k > 0; k -= 2, t += 2 * MAAS_V_FLAT) {
            least = maas_v_flat_least(least, key, t);
            other = maas_v_flat_least(other, key, t + MAAS_V_FLAT);
        }

        least = maas_v_flat_min(least, other);
        all = maas_v_flat_min(all, least);
        maas_v_flat_put(column + list[i].column, least, low);
    }

    if (maas_v_flat_any(all, low)) {
        maas_v_flat_mend(h, x, column);
    }
}


/* Near ranks to columns, where these are not one behind the other */

INLINE void
maas_v_apart(const maas_trees_head_t *h, const uint8_t *rank, uint8_t *column)
{
    size_t  i;

    for (i = 0; i < h->near; i++) {
        column[h->own[h->small + i]] = rank[i];
    }
}


/* Columns of flat features, and those between them */

#define MAAS_V_FLAT_ROW(T)                                                    \
                                                                              \
static TARGET __attribute__((noinline)) void                                  \
maas_v_flat_##T(const maas_trees_head_t *h, const T *x, uint8_t *column)       \
{                                                                             \
    T                apart[MAAS_TREES_COLUMNS + MAAS_TREES_LANES];            \
    size_t           i;                                                       \
    const uint32_t  *feature;                                                 \
                                                                              \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + h->small + h->middle   \
              + h->large;                                                     \
                                                                              \
    for (i = 0; h->flat_apart && i < h->flat; i++) {                          \
        apart[i] = x[feature[i]];                                             \
    }                                                                         \
                                                                              \
    for (/* void */; i % MAAS_TREES_LANES > 0; i++) {                         \
        apart[i] = 0;                                                         \
    }                                                                         \
                                                                              \
    maas_v_flat_row_##T(h, h->flat_apart ? apart : x, x, column);             \
}

MAAS_V_FLAT_ROW(float)
MAAS_V_FLAT_ROW(double)
