/*
 * Products of whole numbers with AVX-512 VNNI.
 * Not here: loops over strips (maas_int8_strips.c).
 */

#include "maas_int8.h"


#if defined(__x86_64__)

#include <immintrin.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "avx512vnni,fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#include "maas_int8_zmm.h"

#define MR  12                         /* rows of a tile of one strip, */
#define WR  6                          /*     and of one of two */


static TARGET void
int8_avx512_quantize(const float *x, size_t n, float inverse, unsigned zero,
    uint8_t *q)
{
    size_t     i;
    __m512     v, by, low;
    __m512i    z;
    __mmask16  m;

    by = _mm512_set1_ps(inverse);
    low = _mm512_set1_ps(-(float) zero);
    z = _mm512_set1_epi32((int) zero);

    for (i = 0; i < n; i += 16) {
        m = int8_mask((ptrdiff_t) (n - i));
        v = _mm512_maskz_loadu_ps(m, x + i);
        _mm512_mask_cvtepi32_storeu_epi8(q + i, m, int8_code(v, by, low, z));
    }
}


INLINE void
int8_tile(const maas_int8_block_t *b, size_t r, const uint8_t *x, const int mr,
    const int nv)
{
    int          i;
    size_t       s, l;
    __m512i      c[MR * 2], d[4];
    const char  *ahead;

    ahead = b->ahead;

#pragma GCC unroll 24
    for (i = 0; i < mr * nv; i++) {
        c[i] = _mm512_setzero_si512();
    }

    /* one row has few sums: a second set of them hides the latency */

#pragma GCC unroll 4
    for (i = 0; i < 4; i++) {
        d[i] = _mm512_setzero_si512();
    }

    for (s = 0; s + 4 <= b->steps; s += 4) {
        for (l = 0; l < b->ahead_lines; l++, ahead += 64) {
            _mm_prefetch(ahead, _MM_HINT_T0);
        }

        int8_step(b, s, x, c, mr, nv);
        int8_step(b, s + 1, x, mr == 1 ? d : c, mr, nv);
        int8_step(b, s + 2, x, c, mr, nv);
        int8_step(b, s + 3, x, mr == 1 ? d : c, mr, nv);
    }

    for ( /* void */ ; s < b->steps; s++) {
        int8_step(b, s, x, c, mr, nv);
    }

#pragma GCC unroll 4
    for (i = 0; mr == 1 && i < nv; i++) {
        c[i] = _mm512_add_epi32(c[i], d[i]);
    }

    int8_end(b, r, c, mr, nv);
}


#define INT8_ROWS(n, f, nv)                                                   \
    case n:                                                                   \
        f(b, r, x, n, nv);                                                    \
        break;

#define INT8_TILES(name, f, type)                                             \
    static TARGET void                                                        \
    name(const maas_int8_block_t *b, size_t r, size_t rows, const void *of)   \
    {                                                                         \
        const type  *x = of;                                                  \
                                                                              \
        if (b->cols > MAAS_INT8_STRIP) {                                      \
            switch (rows) {                                                   \
            INT8_ROWS(1, f, 4)                                                \
            INT8_ROWS(2, f, 4)                                                \
            INT8_ROWS(3, f, 4)                                                \
            INT8_ROWS(4, f, 4)                                                \
            INT8_ROWS(5, f, 4)                                                \
            default:                                                          \
                f(b, r, x, WR, 4);                                            \
            }                                                                 \
            return;                                                           \
        }                                                                     \
                                                                              \
        switch (rows) {                                                       \
        INT8_ROWS(1, f, 2)                                                    \
        INT8_ROWS(2, f, 2)                                                    \
        INT8_ROWS(3, f, 2)                                                    \
        INT8_ROWS(4, f, 2)                                                    \
        INT8_ROWS(5, f, 2)                                                    \
        INT8_ROWS(6, f, 2)                                                    \
        INT8_ROWS(7, f, 2)                                                    \
        INT8_ROWS(8, f, 2)                                                    \
        INT8_ROWS(9, f, 2)                                                    \
        INT8_ROWS(10, f, 2)                                                   \
        INT8_ROWS(11, f, 2)                                                   \
        default:                                                              \
            f(b, r, x, MR, 2);                                                \
        }                                                                     \
    }

INT8_TILES(int8_avx512_tile, int8_tile, uint8_t)


/* Weights alone: floats times whole numbers as floats */

INLINE void
int8_alone(const maas_int8_block_t *b, size_t r, const float *x, const int mr,
    const int nv)
{
    int            i, j;
    size_t         s, ldx;
    __m512         a, v[4], c[MR * 2];
    const int8_t  *w;

    ldx = b->ldx / sizeof(float);

#pragma GCC unroll 24
    for (i = 0; i < mr * nv; i++) {
        c[i] = _mm512_setzero_ps();
    }

    for (s = 0; s < b->steps; s++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            w = b->w + s * MAAS_INT8_STRIP + (j >= 2 ? b->next : 0)
                + j % 2 * 16;
            v[j] = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(
                       _mm_loadu_si128((const __m128i *) w)));
        }

#pragma GCC unroll 12
        for (i = 0; i < mr; i++) {
            a = _mm512_set1_ps(x[(size_t) i * ldx + s]);
#pragma GCC unroll 4
            for (j = 0; j < nv; j++) {
                c[i * nv + j] = _mm512_fmadd_ps(a, v[j], c[i * nv + j]);
            }
        }
    }

#pragma GCC unroll 12
    for (i = 0; i < mr; i++) {
#pragma GCC unroll 4
        for (j = 0; j < nv; j++) {
            a = _mm512_fmadd_ps(c[i * nv + j],
                                _mm512_loadu_ps(b->factor + 16 * j),
                                _mm512_loadu_ps(b->bias + 16 * j));
            int8_last(b, r + (size_t) i, 16 * (size_t) j,
                      _mm512_add_ps(a, _mm512_setzero_ps()));
        }
    }
}

INT8_TILES(int8_avx512_alone, int8_alone, float)


/*
 * One row of which many numbers are 0: weights stand a second time, behind the
 * strips, in strips (k, 64), and rows of these that are wanted, any four, are
 * brought together in registers.
 */

#define WIDE  64                       /* columns of such a strip */

static int
int8_sparse(size_t n, maas_int8_how_t how)
{
    return how == MAAS_INT8_SPARSE && n > MAAS_INT8_STRIP;
}


static size_t
int8_avx512_size(size_t k, size_t n, maas_int8_how_t how)
{
    size_t  size;

    size = maas__int8_strips_size(k, n, how);

    /* k is at most 65536 there, n 2^20 */

    return size == 0 || !int8_sparse(n, how)
           ? size : size + k * ((n + WIDE - 1) / WIDE * WIDE);
}


static void
int8_avx512_pack(const maas_int8_weights_t *w, void *packed)
{
    size_t   i, j;
    int8_t  *to;

    maas__int8_strips_pack(w, packed);

    if (w->input_scale == 0 || w->input_zero != 0
        || !int8_sparse(w->n, MAAS_INT8_SPARSE))
    {
        return;
    }

    to = (int8_t *) packed
         + maas__int8_strips_size(w->k, w->n, MAAS_INT8_SPARSE);

    for (i = 0; i < w->k; i++) {
        for (j = 0; j < w->n; j++) {
            to[j / WIDE * w->k * WIDE + i * WIDE + j % WIDE]
                = w->w[i * w->n + j];
        }
    }
}


/* Where x(k) is not 0 and what is there, four at a time: at and four have room
 * for half of k, rounded up to 4, and 16 more.  SIZE_MAX: more than half */

static TARGET size_t
int8_avx512_list(const uint8_t *x, size_t k, uint16_t *at, uint8_t *four)
{
    size_t     i, n;
    __m512i    v, row;
    __mmask16  m;

    n = 0;
    row = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                            15);

    for (i = 0; i < k; i += 16) {
        v = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *) (x + i)));
        m = _mm512_mask_test_epi32_mask(int8_mask((ptrdiff_t) (k - i)), v, v);

        /* compressed in a register: in memory it is microcode on Zen 4 */
        v = _mm512_maskz_compress_epi32(m,
                _mm512_or_si512(row, _mm512_slli_epi32(v, 16)));
        _mm256_storeu_si256((__m256i *) (at + n), _mm512_cvtepi32_epi16(v));
        _mm_storeu_si128((__m128i *) (four + n),
                         _mm512_cvtepi32_epi8(_mm512_srli_epi32(v, 16)));
        n += (size_t) __builtin_popcount(m);
        row = _mm512_add_epi32(row, _mm512_set1_epi32(16));

        if (n > k / 2) {
            return SIZE_MAX;
        }
    }

    for ( /* void */ ; n % 4 != 0; n++) {
        at[n] = 0;
        four[n] = 0;
    }

    return n;
}


/* Sums of 64 columns: byte i of each of four rows -> dword i, and so on */

INLINE void
int8_walk(const int8_t *w, const uint16_t *at, const uint8_t *four, size_t n,
    __m512i *c)
{
    size_t   i;
    int32_t  x;
    __m512i  a, r[4], p[4];

    for (i = 0; i < 4; i++) {
        c[i] = _mm512_setzero_si512();
    }

    for (i = 0; i < n; i += 4) {
        r[0] = _mm512_loadu_si512(w + (size_t) at[i] * WIDE);
        r[1] = _mm512_loadu_si512(w + (size_t) at[i + 1] * WIDE);
        r[2] = _mm512_loadu_si512(w + (size_t) at[i + 2] * WIDE);
        r[3] = _mm512_loadu_si512(w + (size_t) at[i + 3] * WIDE);

        p[0] = _mm512_unpacklo_epi8(r[0], r[1]);
        p[1] = _mm512_unpackhi_epi8(r[0], r[1]);
        p[2] = _mm512_unpacklo_epi8(r[2], r[3]);
        p[3] = _mm512_unpackhi_epi8(r[2], r[3]);

        memcpy(&x, four + i, 4);
        a = _mm512_set1_epi32(x);
        c[0] = _mm512_dpbusd_epi32(c[0], a, _mm512_unpacklo_epi16(p[0], p[2]));
        c[1] = _mm512_dpbusd_epi32(c[1], a, _mm512_unpackhi_epi16(p[0], p[2]));
        c[2] = _mm512_dpbusd_epi32(c[2], a, _mm512_unpacklo_epi16(p[1], p[3]));
        c[3] = _mm512_dpbusd_epi32(c[3], a, _mm512_unpackhi_epi16(p[1], p[3]));
    }

    /* quarter q of c[j] has columns 16 q + 4 j and on */

    r[0] = _mm512_shuffle_i32x4(c[0], c[1], 0x44);
    r[1] = _mm512_shuffle_i32x4(c[2], c[3], 0x44);
    r[2] = _mm512_shuffle_i32x4(c[0], c[1], 0xee);
    r[3] = _mm512_shuffle_i32x4(c[2], c[3], 0xee);
    c[0] = _mm512_shuffle_i32x4(r[0], r[1], 0x88);
    c[1] = _mm512_shuffle_i32x4(r[0], r[1], 0xdd);
    c[2] = _mm512_shuffle_i32x4(r[2], r[3], 0x88);
    c[3] = _mm512_shuffle_i32x4(r[2], r[3], 0xdd);
}


/* Is it done? */

static TARGET int
int8_avx512_walk(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p)
{
    size_t              col, cols, count;
    uint8_t             four[MAAS_INT8_MAX_K / 2 + 32];
    __m512i             c[4];
    uint16_t            at[MAAS_INT8_MAX_K / 2 + 32];
    const int8_t       *w;
    maas_int8_block_t   b;

    count = int8_avx512_list(p->x, k, at, four);
    if (count == SIZE_MAX) {
        return 0;
    }

    w = (const int8_t *) packed
        + maas__int8_strips_size(k, n, MAAS_INT8_SPARSE);

    for (col = 0; col < n; col += WIDE, w += k * WIDE) {
        cols = n - col < WIDE ? n - col : WIDE;
        b = maas__int8_strips_block(packed, k, n, p, col, cols);
        int8_walk(w, at, four, count, c);

        if (cols > MAAS_INT8_STRIP) {
            int8_end(&b, 0, c, 1, 4);
        } else {
            int8_end(&b, 0, c, 1, 2);
        }
    }

    return 1;
}


static const maas_int8_strips_t  int8_avx512_strips = {
    .wide = WR,
    .rows = MR,
    .tile = int8_avx512_tile,
    .tile_alone = int8_avx512_alone
};


static void
int8_avx512_run(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p)
{
    if (p->rows == 1 && p->x_zero == 0 && int8_sparse(n, MAAS_INT8_SPARSE)
        && int8_avx512_walk(packed, k, n, p))
    {
        return;
    }

    maas__int8_strips_run(&int8_avx512_strips, packed, k, n, p);
}


static void
int8_avx512_run_alone(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p)
{
    maas__int8_strips_alone(&int8_avx512_strips, packed, k, n, p);
}


static int
int8_avx512_usable(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512vnni")
           && __builtin_cpu_supports("fma");
}


const maas_int8_t  maas__int8_avx512 = {
    .name = "avx512vnni",
    .isa = MAAS_ISA_AVX512,
    .usable = int8_avx512_usable,
    .size = int8_avx512_size,
    .pack = int8_avx512_pack,
    .run = int8_avx512_run,
    .run_alone = int8_avx512_run_alone,
    .quantize = int8_avx512_quantize
};

#endif
