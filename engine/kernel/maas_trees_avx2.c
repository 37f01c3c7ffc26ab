/*
 * Ensembles of trees with AVX2: 32 pieces of trees at once, up to two rows side
 * by side.
 * Not here: what stands where (maas_trees_layout.h).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#define TARGET  __attribute__((target("avx2,popcnt")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define WIDTH  32
#define SLOTS  MAAS_TREES_SLOTS
#define MOST   (MAAS_TREES_COLUMNS / 16)   /* registers of a row */


/* Comparisons are packed into bytes, two of each: their order does not count */

INLINE size_t
maas_v_count_float(const float *p, float x)
{
    __m256   v;
    __m256i  low, high;

    v = _mm256_set1_ps(x);
    low = _mm256_castps_si256(_mm256_cmp_ps(v, _mm256_load_ps(p),
                                            _CMP_GT_OQ));
    high = _mm256_castps_si256(_mm256_cmp_ps(v, _mm256_load_ps(p + 8),
                                             _CMP_GT_OQ));

    return (size_t) _mm_popcnt_u32((unsigned) _mm256_movemask_epi8(
               _mm256_packs_epi32(low, high))) / 2;
}


INLINE __m256i
maas_v_below(const double *p, __m256d v)
{
    return _mm256_packs_epi32(
        _mm256_castpd_si256(_mm256_cmp_pd(v, _mm256_load_pd(p), _CMP_GT_OQ)),
        _mm256_castpd_si256(_mm256_cmp_pd(v, _mm256_load_pd(p + 4),
                                          _CMP_GT_OQ)));
}


INLINE size_t
maas_v_count_double(const double *p, double x)
{
    __m256d  v;

    v = _mm256_set1_pd(x);

    return (size_t) _mm_popcnt_u32((unsigned) _mm256_movemask_epi8(
               _mm256_packs_epi16(maas_v_below(p, v),
                                  maas_v_below(p + 8, v)))) / 2;
}


INLINE int
maas_v_gap_float(const float *x, size_t n, int zeros)
{
    size_t   i;
    __m256   tiny, sign, gap;
    float    least;
    int      found;

    least = zeros ? (float) MAAS_TREE_TINY : -1;
    tiny = _mm256_set1_ps(least);
    sign = _mm256_set1_ps(-0.0f);
    gap = _mm256_setzero_ps();

    for (i = 0; i + 8 <= n; i += 8) {
        gap = _mm256_or_ps(gap, _mm256_cmp_ps(
            _mm256_andnot_ps(sign, _mm256_loadu_ps(x + i)), tiny,
            _CMP_NGT_UQ));
    }

    found = _mm256_movemask_ps(gap);

    for (/* void */; i < n; i++) {
        found |= !(__builtin_fabsf(x[i]) > least);
    }

    return found != 0;
}


INLINE int
maas_v_gap_double(const double *x, size_t n, int zeros)
{
    size_t   i;
    __m256d  tiny, sign, gap;
    double   least;
    int      found;

    least = zeros ? MAAS_TREE_TINY : -1;
    tiny = _mm256_set1_pd(least);
    sign = _mm256_set1_pd(-0.0);
    gap = _mm256_setzero_pd();

    for (i = 0; i + 4 <= n; i += 4) {
        gap = _mm256_or_pd(gap, _mm256_cmp_pd(
            _mm256_andnot_pd(sign, _mm256_loadu_pd(x + i)), tiny,
            _CMP_NGT_UQ));
    }

    found = _mm256_movemask_pd(gap);

    for (/* void */; i < n; i++) {
        found |= !(__builtin_fabs(x[i]) > least);
    }

    return found != 0;
}


typedef __m256  maas_v_same_t;

#define maas_v_same_none()      _mm256_setzero_ps()
#define maas_v_same_any(same)   (_mm256_movemask_ps(same) != 0)


INLINE size_t
maas_v_rank(const char *p, float x, const int alike, maas_v_same_t *same)
{
    __m256        v, low, high;
    const float  *line;

    line = (const float *) (const void *) p;
    v = _mm256_set1_ps(x);
    low = _mm256_load_ps(line);
    high = _mm256_load_ps(line + 8);

    if (alike) {
        *same = _mm256_or_ps(*same, _mm256_or_ps(
                    _mm256_cmp_ps(v, low, _CMP_EQ_OQ),
                    _mm256_cmp_ps(v, high, _CMP_EQ_OQ)));
    }

    return (size_t) _mm_popcnt_u32((unsigned) _mm256_movemask_epi8(
               _mm256_packs_epi32(
                   _mm256_castps_si256(_mm256_cmp_ps(v, low, _CMP_GT_OQ)),
                   _mm256_castps_si256(_mm256_cmp_ps(v, high, _CMP_GT_OQ)))))
           / 2 + *(const uint16_t *) (const void *) (p + 4 * MAAS_TREES_LINE);
}


/* Of 8 floats.  max() gives its second operand where the first one is NaN */

INLINE void
maas_v_line(__m256 v, const float *guess, float *near, uint32_t *line)
{
    __m256i  at;

    _mm256_store_ps(near, v);
    v = _mm256_add_ps(_mm256_mul_ps(v, _mm256_load_ps(guess)),
                      _mm256_load_ps(guess + 16));
    v = _mm256_max_ps(v, _mm256_setzero_ps());
    v = _mm256_min_ps(v, _mm256_load_ps(guess + 32));
    at = _mm256_slli_epi32(_mm256_cvttps_epi32(v), 6);
    _mm256_store_si256((__m256i *) line, _mm256_add_epi32(at,
        _mm256_load_si256((const __m256i *) (const void *) (guess + 48))));
}


INLINE __m256
maas_v_floats_float(const float *x)
{
    return _mm256_loadu_ps(x);
}


INLINE __m256
maas_v_floats_double(const double *x)
{
    return _mm256_set_m128(_mm256_cvtpd_ps(_mm256_loadu_pd(x + 4)),
                           _mm256_cvtpd_ps(_mm256_loadu_pd(x)));
}


#define MAAS_V_LINES(T)                                                       \
                                                                              \
INLINE void                                                                   \
maas_v_lines_##T(const T *x, size_t n, const float *guess, float *near,       \
    uint32_t *line)                                                           \
{                                                                             \
    T       few[16];                                                          \
    size_t  i, at;                                                            \
                                                                              \
    for (i = 0; n < 16 && i < 16; i++) {                                      \
        few[i] = i < n ? x[i] : 0;                                            \
    }                                                                         \
                                                                              \
    x = n < 16 ? few : x;                                                     \
    n = n < 16 ? 16 : n;                                                      \
                                                                              \
    for (i = 0; i < n; i += 16, guess += 64) {                                \
        at = i + 16 > n ? n - 16 : i;                                         \
        maas_v_line(maas_v_floats_##T(x + at), guess, near + i, line + i);    \
        maas_v_line(maas_v_floats_##T(x + at + 8), guess + 8, near + i + 8,   \
                    line + i + 8);                                            \
    }                                                                         \
}

MAAS_V_LINES(float)
MAAS_V_LINES(double)


INLINE void
maas_v_put(uint8_t *to, __m256i v)
{
    __m128i  few;

    few = _mm_packus_epi32(_mm256_castsi256_si128(v),
                           _mm256_extracti128_si256(v, 1));
    _mm_storel_epi64((__m128i *) (void *) to, _mm_packus_epi16(few, few));
}


INLINE unsigned
maas_v_nan_float(const float *x)
{
    __m256  v;

    v = _mm256_loadu_ps(x);

    return (unsigned) _mm256_movemask_ps(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
}


INLINE unsigned
maas_v_nan_double(const double *x)
{
    __m256d  low, high;

    low = _mm256_loadu_pd(x);
    high = _mm256_loadu_pd(x + 4);

    return (unsigned) (_mm256_movemask_pd(_mm256_cmp_pd(low, low,
                                                        _CMP_UNORD_Q))
                       | _mm256_movemask_pd(_mm256_cmp_pd(high, high,
                                                          _CMP_UNORD_Q)) << 4);
}


typedef __m256i  maas_v_flat_t;

#define MAAS_V_FLAT  8

#define maas_v_flat_set(n)       _mm256_set1_epi32((int32_t) (n))
#define maas_v_flat_load(p)      _mm256_load_si256((const __m256i *) (p))
#define maas_v_flat_store(p, v)  _mm256_store_si256((__m256i *) (p), v)
#define maas_v_flat_min(a, b)    _mm256_min_epu32(a, b)
#define maas_v_flat_or(a, b)     _mm256_or_si256(a, b)


INLINE __m256i
maas_v_flat_key(const double *x, __m256i low)
{
    __m256i  v;

    v = _mm256_castps_si256(_mm256_max_ps(maas_v_floats_double(x),
                                          _mm256_set1_ps(-__builtin_inff())));
    v = _mm256_xor_si256(v, _mm256_or_si256(_mm256_srai_epi32(v, 31),
                                            _mm256_set1_epi32(INT32_MIN)));

    return _mm256_or_si256(v, low);
}


INLINE __m256i
maas_v_flat_least(__m256i least, __m256i key, const uint32_t *t)
{
    return _mm256_min_epu32(least, _mm256_sub_epi32(key,
               _mm256_load_si256((const __m256i *) (const void *) t)));
}


INLINE void
maas_v_flat_put(uint8_t *to, __m256i least, __m256i low)
{
    maas_v_put(to, _mm256_andnot_si256(least, low));
}


INLINE int
maas_v_flat_any(__m256i all, __m256i low)
{
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(
               _mm256_min_epu32(all, low), all)) != 0;
}


#include "maas_trees_lines.h"

MAAS_V_NEAR(float)
MAAS_V_NEAR(double)

#include "maas_trees_simd.h"


/* Bytes of the row by node: each register has 16 of its bytes twice.  A place
 * has its bits 4 and 7 swapped: of two neighbours, vpshufb looks up in one and
 * gives 0 for the other.  The next bits choose among such pairs. */

INLINE __m256i
maas_v_bytes(const __m256i *row, __m256i at, const int regs)
{
    int      i, n, shift;
    __m256i  part[MOST], odd;

    if (regs == 1) {
        return _mm256_shuffle_epi8(row[0], at);
    }

    odd = _mm256_xor_si256(at, _mm256_set1_epi8(-128));

#pragma GCC unroll 8
    for (i = 0; i < regs / 2; i++) {
        part[i] = _mm256_or_si256(_mm256_shuffle_epi8(row[2 * i], at),
                                  _mm256_shuffle_epi8(row[2 * i + 1], odd));
    }

#pragma GCC unroll 3
    for (n = regs / 4, shift = 2; n > 0; n /= 2) {

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            part[i] = _mm256_blendv_epi8(part[2 * i], part[2 * i + 1],
                                         _mm256_slli_epi16(at, shift));
        }

        shift = shift == 1 ? 3 : shift - 1;
    }

    return part[0];
}


/* Bytes less 128: comparisons are signed */

INLINE void
maas_v_row(const uint8_t *column, __m256i *row, const int regs)
{
    int      i;
    __m128i  v;

    for (i = 0; i < regs; i++) {
        v = _mm_load_si128((const __m128i *) (column + 16 * i));
        row[i] = _mm256_broadcastsi128_si256(
                     _mm_xor_si128(v, _mm_set1_epi8(-128)));
    }
}


/* 32 bits to bytes of 0 or 255 */

INLINE __m256i
maas_v_spread(const uint8_t *bits)
{
    uint32_t  b;
    __m256i   v, one;

    memcpy(&b, bits, sizeof(b));
    one = _mm256_set1_epi64x((int64_t) 0x8040201008040201);
    v = _mm256_shuffle_epi8(_mm256_set1_epi32((int32_t) b),
            _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                               0x0303030303030303));

    return _mm256_cmpeq_epi8(_mm256_and_si256(v, one), one);
}


INLINE void
maas_v_exit(uint8_t *exit, __m256i cleared, const uint8_t *base,
    const int wide)
{
    __m256i  ones, place, bits, low;

    /* trailing ones, of which half a byte is looked up */

    bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    low = _mm256_set1_epi8(15);
    ones = _mm256_andnot_si256(_mm256_add_epi8(cleared, _mm256_set1_epi8(1)),
                               cleared);
    place = _mm256_add_epi8(
        _mm256_shuffle_epi8(bits, _mm256_and_si256(ones, low)),
        _mm256_shuffle_epi8(bits, _mm256_and_si256(
                                      _mm256_srli_epi16(ones, 4), low)));

    if (!wide) {
        _mm256_store_si256((__m256i *) exit, _mm256_add_epi8(place,
            _mm256_load_si256((const __m256i *) base)));
        return;
    }

    _mm256_store_si256((__m256i *) exit, _mm256_add_epi16(
        _mm256_load_si256((const __m256i *) base),
        _mm256_cvtepu8_epi16(_mm256_castsi256_si128(place))));
    _mm256_store_si256((__m256i *) (exit + 32), _mm256_add_epi16(
        _mm256_load_si256((const __m256i *) (base + 32)),
        _mm256_cvtepu8_epi16(_mm256_extracti128_si256(place, 1))));
}


/* All pieces of n rows, from row `first` on */

INLINE void
maas_v_blocks(const maas_trees_head_t *h, const trees_rows_t *r, size_t first,
    const int n, const int regs, const int sets)
{
    int             i, j;
    size_t          b;
    __m256i         row[2 * MOST], cleared[2], node, right;
    const uint8_t  *at, *bits;

    at = MAAS_TREES_AT(h, block_at, uint8_t);
    first *= r->next;

    for (i = 0; i < n; i++) {
        maas_v_row(r->column + first + (size_t) i * r->next, row + MOST * i,
                   regs);
    }

    for (b = 0; b < h->blocks; b++, at += h->block) {

#pragma GCC unroll 2
        for (i = 0; i < n; i++) {
            cleared[i] = _mm256_setzero_si256();
        }

#pragma GCC unroll 7
        for (j = 0; j < SLOTS; j++) {
            node = _mm256_load_si256((const __m256i *) (at + j * 3 * WIDTH));

#pragma GCC unroll 2
            for (i = 0; i < n; i++) {
                right = _mm256_cmpgt_epi8(
                    maas_v_bytes(row + MOST * i, node, regs),
                    _mm256_load_si256((const __m256i *)
                                      (at + j * 3 * WIDTH + WIDTH)));

                if (sets) {
                    bits = r->bits + first + (size_t) i * r->next;
                    right = _mm256_or_si256(right,
                        maas_v_spread(bits + (b * SLOTS + (size_t) j)
                                             * (WIDTH / 8)));
                }

                cleared[i] = _mm256_or_si256(cleared[i],
                    _mm256_and_si256(right, _mm256_load_si256(
                        (const __m256i *) (at + j * 3 * WIDTH + 2 * WIDTH))));
            }
        }

#pragma GCC unroll 2
        for (i = 0; i < n; i++) {
            maas_v_exit(r->exit + first + (size_t) i * r->next
                        + b * WIDTH * h->id, cleared[i],
                        at + SLOTS * 3 * WIDTH, h->id == 2);
        }
    }
}


/* Two rows have their registers only where they need few */

#define MAAS_V_BLOCKS(regs, rows, sets)                                       \
                                                                              \
static TARGET void                                                            \
maas_v_blocks_##regs##_##sets(const maas_trees_head_t *h,                     \
    const trees_rows_t *r, size_t n)                                          \
{                                                                             \
    size_t  i;                                                                \
                                                                              \
    for (i = 0; i + rows <= n; i += rows) {                                   \
        maas_v_blocks(h, r, i, rows, regs, sets);                             \
    }                                                                         \
                                                                              \
    for (/* void */; i < n; i++) {                                            \
        maas_v_blocks(h, r, i, 1, regs, sets);                                \
    }                                                                         \
}

MAAS_V_BLOCKS(1, 2, 0) MAAS_V_BLOCKS(2, 2, 0) MAAS_V_BLOCKS(4, 2, 0)
MAAS_V_BLOCKS(8, 1, 0) MAAS_V_BLOCKS(16, 1, 0)
MAAS_V_BLOCKS(2, 2, 1) MAAS_V_BLOCKS(4, 2, 1) MAAS_V_BLOCKS(16, 1, 1)


static TARGET void
maas_v_all_blocks(const maas_trees_head_t *h, const trees_rows_t *r, size_t n)
{
    if (h->bits) {
        if (h->columns <= 32) {
            maas_v_blocks_2_1(h, r, n);
        } else if (h->columns <= 64) {
            maas_v_blocks_4_1(h, r, n);
        } else {
            maas_v_blocks_16_1(h, r, n);
        }

        return;
    }

    if (h->columns <= 16) {
        maas_v_blocks_1_0(h, r, n);
    } else if (h->columns <= 32) {
        maas_v_blocks_2_0(h, r, n);
    } else if (h->columns <= 64) {
        maas_v_blocks_4_0(h, r, n);
    } else if (h->columns <= 128) {
        maas_v_blocks_8_0(h, r, n);
    } else {
        maas_v_blocks_16_0(h, r, n);
    }
}


/* Ids of trees: links are followed, from the root piece on.  wide: of two
 * bytes, in halves of groups.  What is read behind the exits is not used. */

INLINE void
maas_v_ids(const maas_trees_head_t *h, const trees_rows_t *r, size_t row,
    const int wide)
{
    size_t                     g, p, halves;
    __m256i                    id, link, same;
    const uint8_t             *links, *exit;
    const uint32_t            *start;
    const maas_trees_group_t  *group;

    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);
    halves = wide ? 2 : 1;

    for (g = 0; g < halves * h->groups; g++) {
        links = (const uint8_t *) h + group[g / halves].at
                + g % halves * WIDTH;
        start = MAAS_TREES_AT(h, start_at, uint32_t) + g / halves * h->starts;
        exit = r->exit + row * r->next + g % halves * WIDTH;
        id = _mm256_loadu_si256((const __m256i *) (exit + halves * start[0]));

        for (p = 1; p < group[g / halves].pieces; p++) {
            link = _mm256_load_si256((const __m256i *) links);
            same = wide ? _mm256_cmpeq_epi16(id, link)
                        : _mm256_cmpeq_epi8(id, link);
            id = _mm256_blendv_epi8(id, _mm256_loadu_si256(
                     (const __m256i *) (exit + halves * start[p])), same);
            links += halves * WIDTH;
        }

        _mm256_store_si256((__m256i *) (r->id + row * r->next + g * WIDTH),
                           id);
    }
}


/* Inlined, this makes rows without it slower by 4 ns each */

static TARGET __attribute__((noinline)) void
maas_v_sets(const maas_trees_head_t *h, const void *x, uint8_t *bits)
{
    size_t          i, j, code;
    __m256i        *to;
    const uint8_t  *row;

    memset(bits, 0, h->row);

    for (i = 0; i < h->sets; i++) {
        row = (const uint8_t *) maas__trees_decisions(h, i, x, &code);

        if (row == NULL) {
            maas__trees_tests(h, i, code, bits);
            continue;
        }

        for (j = 0; j < h->row; j += 32) {
            to = (__m256i *) (bits + j);
            _mm256_store_si256(to, _mm256_or_si256(_mm256_load_si256(to),
                _mm256_load_si256((const __m256i *) (row + j))));
        }
    }

    maas_v_gaps(h, x, bits);
}


static TARGET void
maas_v_all_ids(const maas_trees_head_t *h, const trees_rows_t *r, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (h->id == 2) {
            maas_v_ids(h, r, i, 1);
        } else {
            maas_v_ids(h, r, i, 0);
        }
    }
}


#define PACKED  0
#define RANKED  0
#define maas_v_quick(h, r, n, s)  0

#include "maas_trees_rows.h"


static int
maas_trees_avx2_usable(const maas_trees_t *t)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
}


/* As the head says, but places with bits 4 and 7 swapped, and k less 128 */

static void
maas_trees_avx2_pack(const maas_trees_t *t, const void *layout, void *to)
{
    size_t                    b, i, f;
    uint8_t                  *node;
    const maas_trees_head_t  *h = to;

    maas__trees_pack(t, layout, to);

    if (h->walk) {
        return;
    }

    for (b = 0; b < h->blocks * SLOTS; b++) {
        node = (uint8_t *) to + h->block_at + b / SLOTS * h->block
               + b % SLOTS * 3 * WIDTH;

        for (i = 0; i < WIDTH; i++) {
            f = node[i];
            node[i] = (uint8_t) ((f & 0x6f) | (f & 0x10) << 3
                                 | (f & 0x80) >> 3);
            node[WIDTH + i] ^= 0x80;
        }
    }
}


const maas_trees_kernel_t  maas__trees_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .usable = maas_trees_avx2_usable,
    .layout = maas_v_layout,
    .pack = maas_trees_avx2_pack,
    .run = maas_v_run
};

#endif
