/*
 * Columns of sixteen rows together: values are transposed, so that a register
 * has one of each row; each list of thresholds is searched for all of them; and
 * ranks become bytes of rows again.
 * Part of maas_trees_avx512.c.
 * Not here: which lists there are (maas_trees_batch.c).
 */

#define BATCH   MAAS_TREES_BATCH
#define STAGED  (MAAS_TREES_COLUMNS + 64)


/* 16 numbers of a row as floats; up: none is less than its number.  some: those
 * that are there. */

INLINE __m512
maas_v_numbers_float(const float *x, size_t some, const int up)
{
    return some == BATCH ? _mm512_loadu_ps(x)
           : _mm512_maskz_loadu_ps((__mmask16) ((1u << some) - 1), x);
}


INLINE __m256
maas_v_half(__m512d v, const int up)
{
    return up ? _mm512_cvt_roundpd_ps(v, _MM_FROUND_TO_POS_INF
                                         | _MM_FROUND_NO_EXC)
           : _mm512_cvtpd_ps(v);
}


INLINE __m512
maas_v_numbers_double(const double *x, size_t some, const int up)
{
    unsigned  mask;
    __m512d   low, high;

    if (some == BATCH) {
        low = _mm512_loadu_pd(x);
        high = _mm512_loadu_pd(x + 8);

    } else {
        mask = (1u << some) - 1;
        low = _mm512_maskz_loadu_pd((__mmask8) mask, x);
        high = _mm512_maskz_loadu_pd((__mmask8) (mask >> 8), x + 8);
    }

    return _mm512_insertf32x8(_mm512_castps256_ps512(maas_v_half(low, up)),
                              maas_v_half(high, up), 1);
}


/* v[i] has number i of 16 rows instead of numbers of row i */

INLINE void
maas_v_turn(__m512 *v)
{
    int     i;
    __m512  t[BATCH];
    __m512  a, b, c, d;

#pragma GCC unroll 8
    for (i = 0; i < BATCH; i += 2) {
        t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }

#define MAAS_V_PAIR(f, i, k)                                                  \
    _mm512_castpd_ps(f(_mm512_castps_pd(t[i]), _mm512_castps_pd(t[k])))

#pragma GCC unroll 4
    for (i = 0; i < BATCH; i += 4) {
        v[i] = MAAS_V_PAIR(_mm512_unpacklo_pd, i, i + 2);
        v[i + 1] = MAAS_V_PAIR(_mm512_unpackhi_pd, i, i + 2);
        v[i + 2] = MAAS_V_PAIR(_mm512_unpacklo_pd, i + 1, i + 3);
        v[i + 3] = MAAS_V_PAIR(_mm512_unpackhi_pd, i + 1, i + 3);
    }

#undef MAAS_V_PAIR

    /* now quarter q of v[4 r + i] has number 4 q + i of rows 4 r to 4 r + 3 */

#pragma GCC unroll 4
    for (i = 0; i < 4; i++) {
        a = _mm512_shuffle_f32x4(v[i], v[i + 4], 0x88);
        b = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0x88);
        c = _mm512_shuffle_f32x4(v[i], v[i + 4], 0xdd);
        d = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0xdd);
        v[i] = _mm512_shuffle_f32x4(a, b, 0x88);
        v[i + 4] = _mm512_shuffle_f32x4(c, d, 0x88);
        v[i + 8] = _mm512_shuffle_f32x4(a, b, 0xdd);
        v[i + 12] = _mm512_shuffle_f32x4(c, d, 0xdd);
    }
}


/* Values by feature, in the order of columns, of 16 rows, or of 8 twice.  A row
 * may be read on into the next one; the last ones end where they end. */

#define MAAS_V_VALUES(T)                                                      \
                                                                              \
INLINE void                                                                   \
maas_v_values_##T(const maas_trees_head_t *h, const T *x, size_t ldx,         \
    size_t rows, float (*value)[BATCH], const int up)                         \
{                                                                             \
    int                       i;                                              \
    size_t                    s, k, some, left;                               \
    __m512                    v[BATCH];                                       \
    const maas_trees_span_t  *span;                                           \
                                                                              \
    span = MAAS_TREES_AT(h, span_at, maas_trees_span_t);                      \
    some = h->in < BATCH ? h->in : BATCH;                                     \
                                                                              \
    for (s = 0; s < h->spans; s++, span++) {                                  \
        _Pragma("GCC unroll 16")                                              \
        for (i = 0; i < BATCH; i++) {                                         \
            k = (size_t) i & (rows - 1);                                      \
            left = (rows - 1 - k) * ldx + some;                               \
            v[i] = maas_v_numbers_##T(x + span->first + k * ldx,              \
                                   left < BATCH ? some : BATCH, up);          \
        }                                                                     \
                                                                              \
        maas_v_turn(v);                                                       \
                                                                              \
        _Pragma("GCC unroll 16")                                              \
        for (i = 0; i < BATCH; i++) {                                         \
            _mm512_store_ps(value[span->to[i]], v[i]);                        \
        }                                                                     \
    }                                                                         \
}

MAAS_V_VALUES(float)
MAAS_V_VALUES(double)


/* Node at[i] of the tree for row i, on one level */

INLINE __m512
maas_v_node(const float *heap, __m512i at, const int level)
{
    int        i, n;
    __m512     v[8];

    if (level < 5) {
        return _mm512_permutexvar_ps(at, _mm512_load_ps(heap
                                             + (level < 4 ? 0 : 16)));
    }

    n = 1 << (level - 5);

#pragma GCC unroll 8
    for (i = 0; i < n; i++) {
        v[i] = _mm512_permutex2var_ps(
                   _mm512_load_ps(heap + ((size_t) 1 << level) + 32 * i), at,
                   _mm512_load_ps(heap + ((size_t) 1 << level) + 32 * i + 16));
    }

#pragma GCC unroll 4
    for (i = 0; i < n / 2; i++) {
        v[i] = _mm512_mask_blend_ps(
                   _mm512_test_epi32_mask(at, _mm512_set1_epi32(32)),
                   v[2 * i], v[2 * i + 1]);
    }

    if (n == 4) {
        v[0] = _mm512_mask_blend_ps(
                   _mm512_test_epi32_mask(at, _mm512_set1_epi32(64)), v[0],
                   v[1]);
    }

    return v[0];
}


/* Ranks + 1 << levels of 16 values; alike: *same, those that are equal to a
 * threshold, or infinite */

INLINE __m512i
maas_v_search(const float *heap, __m512 x, const int levels, const int alike,
    __mmask16 *same)
{
    int        level;
    __m512     v, next;
    __m512i    at;
    __mmask16  below;

    v = _mm512_set1_ps(heap[1]);
    below = _mm512_cmp_ps_mask(v, x, _CMP_LT_OQ);
    at = _mm512_mask_mov_epi32(_mm512_set1_epi32(2), below,
                               _mm512_set1_epi32(3));
    next = _mm512_mask_mov_ps(v, below, _mm512_set1_ps(INFINITY));

#pragma GCC unroll 8
    for (level = 1; level < levels; level++) {
        v = maas_v_node(heap, at, level);
        below = _mm512_cmp_ps_mask(v, x, _CMP_LT_OQ);
        at = _mm512_add_epi32(at, at);
        at = _mm512_mask_sub_epi32(at, below, at, _mm512_set1_epi32(-1));

        if (alike) {
            next = _mm512_mask_mov_ps(v, below, next);
        }
    }

    if (alike) {
        *same |= _mm512_cmp_ps_mask(next, x, _CMP_EQ_OQ);
    }

    return at;
}


/* All lists of columns that are no parts, or of parts */

INLINE void
maas_v_lists(const maas_trees_head_t *h, const float (*value)[BATCH],
    uint32_t (*rank)[BATCH], const int part, const int alike,
    __mmask16 *same)
{
    size_t                    i;
    const char               *heap;
    const uint32_t           *end;
    const maas_trees_list_t  *list;

    heap = MAAS_TREES_AT(h, heap_at, char);
    list = MAAS_TREES_AT(h, list_at, maas_trees_list_t)
           + (part ? h->owned : 0);
    end = h->by_level[part];
    i = 0;

#define MAAS_V_LEVELS(levels)                                                 \
    for (/* void */; i < end[(levels) - MAAS_TREES_LEVELS]; i++) {            \
        _mm512_store_si512(rank[list[i].rank], maas_v_search(                 \
            (const float *) (const void *) (heap + list[i].table),            \
            _mm512_load_ps(value[list[i].value]), levels, alike, same));      \
    }

    MAAS_V_LEVELS(4)
    MAAS_V_LEVELS(5)
    MAAS_V_LEVELS(6)
    MAAS_V_LEVELS(7)
    MAAS_V_LEVELS(8)

#undef MAAS_V_LEVELS
}


/* Ranks of n lists as bytes of rows, 16 at a time */

INLINE void
maas_v_stage(const uint32_t (*rank)[BATCH], size_t n, const uint32_t *less,
    uint8_t *to)
{
    int      i;
    size_t   at;
    __m512i  four[4], row[4], a, b, c, d;

    for (at = 0; at < n; at += BATCH, to += BATCH, less += 4, rank += BATCH) {
#pragma GCC unroll 4
        for (i = 0; i < 4; i++) {
            a = _mm512_load_si512(rank[4 * i]);
            b = _mm512_slli_epi32(_mm512_load_si512(rank[4 * i + 1]), 8);
            c = _mm512_slli_epi32(_mm512_load_si512(rank[4 * i + 2]), 16);
            d = _mm512_slli_epi32(_mm512_load_si512(rank[4 * i + 3]), 24);
            a = _mm512_add_epi32(_mm512_add_epi32(a, b),
                                 _mm512_add_epi32(c, d));
            four[i] = _mm512_sub_epi32(a, _mm512_set1_epi32((int) less[i]));
        }

        a = _mm512_unpacklo_epi32(four[0], four[1]);
        b = _mm512_unpacklo_epi32(four[2], four[3]);
        c = _mm512_unpackhi_epi32(four[0], four[1]);
        d = _mm512_unpackhi_epi32(four[2], four[3]);
        row[0] = _mm512_unpacklo_epi64(a, b);
        row[1] = _mm512_unpackhi_epi64(a, b);
        row[2] = _mm512_unpacklo_epi64(c, d);
        row[3] = _mm512_unpackhi_epi64(c, d);

        /* quarter k of row[i] is of row 4 k + i */

#define MAAS_V_QUARTER(i, k)                                                  \
    _mm_store_si128((__m128i *) (void *) (to + (4 * (k) + (i)) * STAGED),     \
                    _mm512_extracti32x4_epi32(row[i], k))

#pragma GCC unroll 4
        for (i = 0; i < 4; i++) {
            MAAS_V_QUARTER(i, 0);
            MAAS_V_QUARTER(i, 1);
            MAAS_V_QUARTER(i, 2);
            MAAS_V_QUARTER(i, 3);
        }

#undef MAAS_V_QUARTER
    }
}


/* Bytes of 16 or 8 rows.  Bits of the answer: rows that have gaps; << 16: those
 * that have to be ranked alone. */

#define MAAS_V_BATCH(T)                                                       \
                                                                              \
INLINE uint32_t                                                               \
maas_v_batch_##T(const maas_trees_head_t *h, const T *x, size_t ldx,          \
    size_t rows, uint8_t *staged, const int alike)                            \
{                                                                             \
    size_t     i, n;                                                          \
    float      value[MAAS_TREES_COLUMNS + 1][BATCH]                           \
                   __attribute__((aligned(64)));                              \
    __m512     tiny;                                                          \
    uint32_t   rank[MAAS_TREES_COLUMNS + BATCH][BATCH]                        \
                   __attribute__((aligned(64)));                              \
    __mmask16  same, gap;                                                     \
                                                                              \
    same = gap = 0;                                                           \
    n = h->owned + h->large;                                                  \
    maas_v_values_##T(h, x, ldx, rows, value,                                 \
                      sizeof(T) > sizeof(float) && !alike);                   \
    tiny = _mm512_set1_ps(h->zeros ? (float) MAAS_TREE_TINY : -1);            \
                                                                              \
    for (i = 0; h->repair && i < n; i++) {                                    \
        gap |= _mm512_cmp_ps_mask(_mm512_abs_ps(_mm512_load_ps(value[i])),    \
                                  tiny, _CMP_NGT_UQ);                         \
    }                                                                         \
                                                                              \
    maas_v_lists(h, (const float (*)[BATCH]) value, rank, 0, alike, &same);   \
    maas_v_stage((const uint32_t (*)[BATCH]) rank, h->owned,                  \
                 MAAS_TREES_AT(h, less_at, uint32_t), staged);                \
                                                                              \
    if (h->parts > 0) {                                                       \
        maas_v_lists(h, (const float (*)[BATCH]) value, rank, 1, alike,       \
                     &same);                                                  \
        maas_v_stage((const uint32_t (*)[BATCH]) rank, h->parts,              \
                     MAAS_TREES_AT(h, less_at, uint32_t) + h->behind / 4,     \
                     staged + h->behind);                                     \
    }                                                                         \
                                                                              \
    return gap | (uint32_t) same << 16;                                       \
}                                                                             \
                                                                              \
                                                                              \
static TARGET __attribute__((noinline)) uint32_t                              \
maas_v_ranked_##T(const maas_trees_head_t *h, const T *x, size_t ldx,         \
    size_t rows, uint8_t *staged)                                             \
{                                                                             \
    return h->batch == 2 ? maas_v_batch_##T(h, x, ldx, rows, staged, 1)       \
                         : maas_v_batch_##T(h, x, ldx, rows, staged, 0);      \
}                                                                             \
                                                                              \
                                                                              \
/* What is not as in other rows */                                            \
                                                                              \
static TARGET __attribute__((noinline)) void                                  \
maas_v_odd_##T(const maas_trees_head_t *h, const T *x, size_t ldx,            \
    uint8_t *column, size_t next, uint32_t odd)                               \
{                                                                             \
    int  i;                                                                   \
                                                                              \
    for (i = 0; i < 2 * ROWS; i++, odd >>= 1, x += ldx, column += next) {     \
        if (odd & 1 << BATCH) {                                               \
            maas_v_columns(h, x, ldx, column, next, 1);                       \
                                                                              \
        } else if (odd & 1) {                                                 \
            maas_v_repair_##T(h, x, column);                                  \
        }                                                                     \
    }                                                                         \
}

MAAS_V_BATCH(float)
MAAS_V_BATCH(double)


INLINE uint32_t
maas_v_ranked(const maas_trees_head_t *h, const void *x, size_t ldx,
    size_t rows, uint8_t *staged)
{
    return h->wide ? maas_v_ranked_double(h, x, ldx, rows, staged)
                   : maas_v_ranked_float(h, x, ldx, rows, staged);
}


INLINE void
maas_v_take_64(const maas_trees_head_t *h, const uint8_t *staged,
    uint8_t *column, size_t next, const int regs)
{
    int      i, k;
    size_t   at;
    __m512i  table[4];

#pragma GCC unroll 8
    for (i = 0; i < 2 * ROWS; i++, staged += STAGED, column += next) {
        for (k = 0; k < regs; k++) {
            table[k] = _mm512_load_si512(staged + 64 * k);
        }

        for (at = 0; at < (regs == 1 ? 1 : h->columns); at += 64) {
            _mm512_store_si512(column + at, maas_v_bytes(table,
                                   _mm512_loadu_si512(h->from + at), regs));
        }
    }
}


/* Columns of 8 rows of those */

static TARGET void
maas_v_take(const maas_trees_head_t *h, const void *x, size_t ldx,
    const uint8_t *staged, uint32_t odd, uint8_t *column, size_t next)
{
    size_t  bytes;

    bytes = h->behind + h->parts;

    if (bytes <= 64 && h->columns <= 64) {
        maas_v_take_64(h, staged, column, next, 1);
    } else if (bytes <= 128) {
        maas_v_take_64(h, staged, column, next, 2);
    } else {
        maas_v_take_64(h, staged, column, next, 4);
    }

    if (odd & 0x00ff00ff) {
        if (h->wide) {
            maas_v_odd_double(h, x, ldx, column, next, odd);
        } else {
            maas_v_odd_float(h, x, ldx, column, next, odd);
        }
    }
}
