/*
 * Ensembles of trees with AVX-512: 64 pieces of trees at once, up to four rows
 * side by side.
 * Not here: what stands where (maas_trees_layout.h).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "avx512vbmi,avx512bitalg,gfni,popcnt")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define WIDTH  64
#define SLOTS  MAAS_TREES_SLOTS
#define ROWS   MAAS_TREES_ROWS
#define SETS   16
#define TOGETHER  4


INLINE size_t
maas_v_count_float(const float *p, float x)
{
    return (size_t) _mm_popcnt_u32(_mm512_cmp_ps_mask(_mm512_load_ps(p),
                                       _mm512_set1_ps(x), _CMP_LT_OQ));
}


INLINE size_t
maas_v_count_double(const double *p, double x)
{
    __m512d   v;
    unsigned  low, high;

    v = _mm512_set1_pd(x);
    low = _mm512_cmp_pd_mask(_mm512_load_pd(p), v, _CMP_LT_OQ);
    high = _mm512_cmp_pd_mask(_mm512_load_pd(p + 8), v, _CMP_LT_OQ);

    return (size_t) _mm_popcnt_u32(low | high << 8);
}


/* As maas_v_lines_float() */

INLINE int
maas_v_gap_float(const float *x, size_t n, int zeros)
{
    size_t     i;
    __m512     tiny;
    __mmask16  gap;

    tiny = _mm512_set1_ps(zeros ? (float) MAAS_TREE_TINY : -1);

    if (n < 16) {
        gap = (__mmask16) ((1u << n) - 1);
        return _mm512_mask_cmp_ps_mask(gap, _mm512_abs_ps(
                   _mm512_maskz_loadu_ps(gap, x)), tiny, _CMP_NGT_UQ) != 0;
    }

    gap = 0;

    for (i = 0; i < n; i += 16) {
        gap |= _mm512_cmp_ps_mask(_mm512_abs_ps(_mm512_loadu_ps(
                   x + (i + 16 > n ? n - 16 : i))), tiny, _CMP_NGT_UQ);
    }

    return gap != 0;
}


INLINE int
maas_v_gap_double(const double *x, size_t n, int zeros)
{
    size_t    i;
    __m512d   tiny;
    __mmask8  gap;

    tiny = _mm512_set1_pd(zeros ? MAAS_TREE_TINY : -1);

    if (n < 8) {
        gap = (__mmask8) ((1u << n) - 1);
        return _mm512_mask_cmp_pd_mask(gap, _mm512_abs_pd(
                   _mm512_maskz_loadu_pd(gap, x)), tiny, _CMP_NGT_UQ) != 0;
    }

    gap = 0;

    for (i = 0; i < n; i += 8) {
        gap |= _mm512_cmp_pd_mask(_mm512_abs_pd(_mm512_loadu_pd(
                   x + (i + 8 > n ? n - 8 : i))), tiny, _CMP_NGT_UQ);
    }

    return gap != 0;
}


typedef __mmask16  maas_v_same_t;

#define maas_v_same_none()      0
#define maas_v_same_any(same)   ((same) != 0)


INLINE size_t
maas_v_rank(const char *p, float x, const int alike, maas_v_same_t *same)
{
    __m512  line, v;

    line = _mm512_load_ps(p);
    v = _mm512_set1_ps(x);

    if (alike) {
        *same = _kor_mask16(*same, _mm512_cmp_ps_mask(line, v, _CMP_EQ_OQ));
    }

    return (size_t) _mm_popcnt_u32(_mm512_cmp_ps_mask(line, v, _CMP_LT_OQ))
           + *(const uint16_t *) (const void *) (p + 4 * MAAS_TREES_LINE);
}


/* max() gives its second operand where the first one is NaN */

INLINE void
maas_v_line(__m512 v, const float *guess, float *near, uint32_t *line)
{
    __m512i  at;

    _mm512_store_ps(near, v);
    v = _mm512_add_ps(_mm512_mul_ps(v, _mm512_load_ps(guess)),
                      _mm512_load_ps(guess + 16));
    v = _mm512_max_ps(v, _mm512_setzero_ps());
    v = _mm512_min_ps(v, _mm512_load_ps(guess + 32));
    at = _mm512_slli_epi32(_mm512_cvttps_epi32(v), 6);
    _mm512_store_si512(line, _mm512_add_epi32(at,
                                 _mm512_load_si512(guess + 48)));
}


/* A load under a mask takes far longer where it is of two lines: only rows of
 * less than 16 numbers have one, others take some twice */

INLINE void
maas_v_lines_float(const float *x, size_t n, const float *guess, float *near,
    uint32_t *line)
{
    size_t  i, at;

    if (n < 16) {
        maas_v_line(_mm512_maskz_loadu_ps((__mmask16) ((1u << n) - 1), x),
                    guess, near, line);
        return;
    }

    for (i = 0; i < n; i += 16, guess += 64) {
        at = i + 16 > n ? n - 16 : i;
        maas_v_line(_mm512_loadu_ps(x + at), guess, near + i, line + i);
    }
}


INLINE __m512
maas_v_narrow(__m512d low, __m512d high)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)),
                              _mm512_cvtpd_ps(high), 1);
}


INLINE void
maas_v_lines_double(const double *x, size_t n, const float *guess,
    float *near, uint32_t *line)
{
    size_t    i, at;
    unsigned  some;

    if (n < 16) {
        some = (1u << n) - 1;
        maas_v_line(maas_v_narrow(
                        _mm512_maskz_loadu_pd((__mmask8) some, x),
                        _mm512_maskz_loadu_pd((__mmask8) (some >> 8), x + 8)),
                    guess, near, line);
        return;
    }

    for (i = 0; i < n; i += 16, guess += 64) {
        at = i + 16 > n ? n - 16 : i;
        maas_v_line(maas_v_narrow(_mm512_loadu_pd(x + at),
                                  _mm512_loadu_pd(x + at + 8)),
                    guess, near + i, line + i);
    }
}


typedef __m512i  maas_v_flat_t;

#define MAAS_V_FLAT  16

#define maas_v_flat_set(n)       _mm512_set1_epi32((int32_t) (n))
#define maas_v_flat_load(p)      _mm512_load_si512(p)
#define maas_v_flat_store(p, v)  _mm512_store_si512(p, v)
#define maas_v_flat_min(a, b)    _mm512_min_epu32(a, b)
#define maas_v_flat_or(a, b)     _mm512_or_si512(a, b)


INLINE __m512i
maas_v_flat_key(const double *x, __m512i low)
{
    __m512i  v;

    v = _mm512_castps_si512(_mm512_max_ps(
            maas_v_narrow(_mm512_loadu_pd(x), _mm512_loadu_pd(x + 8)),
            _mm512_set1_ps(-__builtin_inff())));
    v = _mm512_xor_si512(v, _mm512_or_si512(_mm512_srai_epi32(v, 31),
                                            _mm512_set1_epi32(INT32_MIN)));

    return _mm512_or_si512(v, low);
}


INLINE __m512i
maas_v_flat_least(__m512i least, __m512i key, const uint32_t *t)
{
    return _mm512_min_epu32(least, _mm512_sub_epi32(key,
                                       _mm512_load_si512(t)));
}


INLINE void
maas_v_flat_put(uint8_t *to, __m512i least, __m512i low)
{
    _mm_storeu_si128((__m128i *) (void *) to,
                     _mm512_cvtepi32_epi8(_mm512_andnot_si512(least, low)));
}


INLINE int
maas_v_flat_any(__m512i all, __m512i low)
{
    return _mm512_cmple_epu32_mask(all, low) != 0;
}


INLINE void
maas_v_put(uint8_t *to, __m256i v)
{
    _mm_storel_epi64((__m128i *) (void *) to, _mm256_cvtepi32_epi8(v));
}


/* Bytes of the row, in `regs` registers, by node; narrow: of 32 bytes twice */

INLINE __m512i
maas_v_bytes(const __m512i *row, __m512i at, const int regs)
{
    __mmask64  high;

    if (regs == 1) {
        return _mm512_permutexvar_epi8(at, row[0]);
    }

    if (regs == 2) {
        return _mm512_permutex2var_epi8(row[0], at, row[1]);
    }

    high = _mm512_movepi8_mask(at);

    if (regs == 3) {
        return _mm512_mask_permutexvar_epi8(
                   _mm512_permutex2var_epi8(row[0], at, row[1]), high, at,
                   row[2]);
    }

    /* places stay where they are not looked up */

    return _mm512_mask2_permutex2var_epi8(row[2],
               _mm512_mask2_permutex2var_epi8(row[0], at, ~high, row[1]),
               high, row[3]);
}


/* Features that have gaps as a table, by column */

INLINE void
maas_v_mend_64(const maas_trees_head_t *h, const uint8_t *gap,
    uint8_t *column, const int regs)
{
    int        i;
    size_t     at;
    __m512i    table[4], g;
    __mmask64  missing;

    for (i = 0; i < regs; i++) {
        table[i] = _mm512_load_si512(gap + 64 * i);
    }

    for (at = 0; at < h->columns; at += 64) {
        g = maas_v_bytes(table, _mm512_loadu_si512(h->column_feature + at),
                         regs);
        missing = _mm512_cmpeq_epi8_mask(g, _mm512_set1_epi8(2))
                  | (_mm512_cmpeq_epi8_mask(g, _mm512_set1_epi8(1))
                     & h->zero[at / 64]);
        _mm512_mask_storeu_epi8(column + at, missing,
                                _mm512_loadu_si512(h->special + at));
    }
}


INLINE void
maas_v_mend_all(const maas_trees_head_t *h, const uint8_t *gap,
    uint8_t *column)
{
    if (h->small + h->middle + h->large + h->flat <= 64) {
        maas_v_mend_64(h, gap, column, 1);
    } else {
        maas_v_mend_64(h, gap, column, 4);
    }
}


INLINE unsigned
maas_v_nan_float(const float *x)
{
    __m256  v;

    v = _mm256_loadu_ps(x);

    return _mm256_cmp_ps_mask(v, v, _CMP_UNORD_Q);
}


INLINE unsigned
maas_v_nan_double(const double *x)
{
    __m512d  v;

    v = _mm512_loadu_pd(x);

    return _mm512_cmp_pd_mask(v, v, _CMP_UNORD_Q);
}


#define maas_v_mend  maas_v_mend_all

#include "maas_trees_lines.h"
#include "maas_trees_lines_avx512.h"

MAAS_V_NEAR(double)

#include "maas_trees_simd.h"


#include "maas_trees_blocks_avx512.h"


/* Decisions of all sets of a row: those by code, some sets at a time, then
 * those of single nodes */

static TARGET void
maas_v_sets(const maas_trees_head_t *h, const void *x, uint8_t *bits)
{
    size_t       i, j, k, n, code;
    __m512i      v;
    const char  *row[SETS];

    if (h->sets == 0) {
        memset(bits, 0, h->row);
    }

    for (i = 0; i < h->sets; i += SETS) {
        for (k = i, n = 0; k < h->sets && k < i + SETS; k++) {
            row[n] = (const char *) maas__trees_decisions(h, k, x, &code);
            n += row[n] != NULL;
        }

        for (j = 0; j < h->row; j += 64) {
            v = i == 0 ? _mm512_setzero_si512() : _mm512_load_si512(bits + j);

            for (k = 0; k < n; k++) {
                v = _mm512_or_si512(v, _mm512_load_si512(row[k] + j));
            }

            _mm512_store_si512(bits + j, v);
        }
    }

    for (i = 0; h->tests && i < h->sets; i++) {
        if (maas__trees_decisions(h, i, x, &code) == NULL) {
            maas__trees_tests(h, i, code, bits);
        }
    }

    maas_v_gaps(h, x, bits);
}


/* Rows behind the first that run together */

static inline trees_rows_t
maas_v_behind(const trees_rows_t *r)
{
    trees_rows_t  more;

    more.next = r->next;
    more.column = r->column + ROWS * r->next;
    more.bits = r->bits + ROWS * r->next;
    more.exit = r->exit + ROWS * r->next;
    more.id = r->id + ROWS * r->next;

    return more;
}


#define MAAS_V_BY_ROWS(f, h, r, n, ...)                                       \
    switch ((n) << 1 | ((h)->bits != 0)) {                                    \
                                                                              \
    case 1 << 1:                                                              \
        f##_1_0(h, r, ##__VA_ARGS__);                                         \
        break;                                                                \
                                                                              \
    case 1 << 1 | 1:                                                          \
        f##_1_1(h, r, ##__VA_ARGS__);                                         \
        break;                                                                \
                                                                              \
    case 2 << 1:                                                              \
        f##_2_0(h, r, ##__VA_ARGS__);                                         \
        break;                                                                \
                                                                              \
    case 2 << 1 | 1:                                                          \
        f##_2_1(h, r, ##__VA_ARGS__);                                         \
        break;                                                                \
                                                                              \
    case 4 << 1:                                                              \
        f##_4_0(h, r, ##__VA_ARGS__);                                         \
        break;                                                                \
                                                                              \
    default:                                                                  \
        f##_4_1(h, r, ##__VA_ARGS__);                                         \
    }


/* As maas_v_group() */

static TARGET void
maas_v_groups(const maas_trees_head_t *h, const trees_rows_t *r, size_t n,
    size_t g, size_t end, size_t b)
{
    trees_rows_t  more;

    if (n > ROWS) {
        maas_v_groups(h, r, ROWS, g, end, b);
        more = maas_v_behind(r);
        maas_v_groups(h, &more, ROWS, g, end, b);
        return;
    }

    MAAS_V_BY_ROWS(maas_v_group, h, r, n, g, end, b)
}


static TARGET void
maas_v_all_blocks(const maas_trees_head_t *h, const trees_rows_t *r, size_t n)
{
    trees_rows_t  more;

    if (h->id == 1) {                  /* ids come with them */
        return;
    }

    if (n > ROWS) {
        maas_v_all_blocks(h, r, ROWS);
        more = maas_v_behind(r);
        maas_v_all_blocks(h, &more, ROWS);
        return;
    }

    MAAS_V_BY_ROWS(maas_v_blocks, h, r, n)
}


#include "maas_trees_quick_avx512.h"


static TARGET void
maas_v_all_ids(const maas_trees_head_t *h, const trees_rows_t *r, size_t n)
{
    trees_rows_t  more;

    if (h->id == 1) {
        maas_v_groups(h, r, n, 0, h->groups, 0);
        return;
    }

    switch (n) {

    case 1:
        maas_v_wide_ids(h, r, 1);
        break;

    case 2:
        maas_v_wide_ids(h, r, 2);
        break;

    case ROWS:
        maas_v_wide_ids(h, r, ROWS);
        break;

    default:
        maas_v_wide_ids(h, r, ROWS);
        more = maas_v_behind(r);
        maas_v_wide_ids(h, &more, ROWS);
    }
}


#include "maas_trees_batch_avx512.h"


#define PACKED  1                      /* nodes of two bytes are known */
#define RANKED  1                      /* rows are ranked together */

#include "maas_trees_rows.h"


static int
maas_trees_avx512_usable(const maas_trees_t *t)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512vbmi")
           && __builtin_cpu_supports("avx512bitalg")
           && __builtin_cpu_supports("gfni")
           && __builtin_cpu_supports("popcnt");
}


static void
maas_trees_avx512_pack(const maas_trees_t *t, const void *layout, void *to)
{
    maas__trees_pack(t, layout, to);
}


const maas_trees_kernel_t  maas__trees_avx512 = {
    .name = "avx512",
    .isa = MAAS_ISA_AVX512,
    .usable = maas_trees_avx512_usable,
    .layout = maas_v_layout,
    .pack = maas_trees_avx512_pack,
    .run = maas_v_run
};

#endif
