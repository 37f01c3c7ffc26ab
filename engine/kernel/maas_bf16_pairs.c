/*
 * Products of rows and weights of BF16 by AVX512-BF16's instruction for pairs.
 * Not here: how (maas_bf16_simd.h), the loops (maas_bf16_rows.c).
 */

#include "maas_bf16.h"
#include "maas_bf16_rows.h"
#include "maas_gemm.h"
#include "maas_int.h"


#if defined(__x86_64__)

#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "avx512bf16,fma")))
#define MOST    MAAS_TALL_ROWS
#define WIDE    64                     /* 12 x 2 and 6 x 4 of 32 registers */
#define TALL    32
#define PER     2

#include "maas_v_avx512.h"

#include <string.h>

#define W  __m512bh
#define bf16_fma(a, v, c)                                                     \
    _mm512_dpbf16_ps(c, (__m512bh) _mm512_castps_si512(a), v)
#define bf16_pair(p)  (__m512bh) _mm512_loadu_si512(p)

#include "maas_tile_simd.h"
#include "maas_bf16_simd.h"


static const maas_bf16_rows_t  bf16_pairs = {
    .cols = WIDE, .pad = MAAS_STRIP_PAD, .per = PER, .lanes = N, .most = MOST,
    .tile = bf16_v_rows
};


static TARGET void
pairs_round(const float *x, size_t k, void *to)
{
    size_t     i;
    uint16_t  *q = to;

    for (i = 0; i + 2 * N <= k; i += 2 * N) {
        _mm512_storeu_si512(q + i, (__m512i) _mm512_cvtne2ps_pbh(
                                _mm512_loadu_ps(x + i + N),
                                _mm512_loadu_ps(x + i)));
    }

    maas__bf16_round(x + i, k - i, q + i);
}


static size_t
pairs_row(size_t k)
{
    return (k + 1) / 2;
}


/* Does the instruction what maas_bf16.h says?  A processor that sums in another
 * order or keeps what is denormal is not asked to. */

static TARGET int
pairs_as_said(void)
{
    size_t                 i;
    float                  sum;
    uint32_t               u;
    static const uint32_t  cases[][4] = {
        /* x, w, sum before and after: two steps, not one; the second number
         * first; denormal weight, sum, and answer */
        { 0x3f803f80, 0x3f803f80, 0x4b800000, 0x4b800000 },
        { 0x4b80cb80, 0x3f803f80, 0x3f800000, 0x00000000 },
        { 0x00003f80, 0x00000040, 0x00000000, 0x00000000 },
        { 0x00000000, 0x00000000, 0x00400000, 0x00000000 },
        { 0x00009a20, 0x00001980, 0x00800000, 0x00000000 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(&sum, &cases[i][2], sizeof(sum));
        sum = _mm512_cvtss_f32(_mm512_dpbf16_ps(_mm512_set1_ps(sum),
            (__m512bh) _mm512_set1_epi32((int) cases[i][0]),
            (__m512bh) _mm512_set1_epi32((int) cases[i][1])));
        memcpy(&u, &sum, sizeof(u));

        if (u != cases[i][3]) {
            return 0;
        }
    }

    return 1;
}


static int
pairs_usable(void)
{
    return maas__gemm_avx512.usable() && __builtin_cpu_supports("avx512bf16")
           && pairs_as_said();
}


static size_t
pairs_size(size_t k, size_t n)
{
    return maas__bf16_rows_size(&bf16_pairs, k, n);
}


static void
pairs_pack(const void *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__bf16_rows_pack(&bf16_pairs, w, bias, k, n, packed);
}


static void
pairs_run(const void *packed, size_t k, size_t n, const void *x, size_t ldx,
    size_t rows, maas_act_t act, float alpha, float *y, size_t ldy)
{
    maas_block_t  b = { .act = act, .alpha = alpha, .ldx = ldx, .ldy = ldy };

    maas__bf16_rows_run(&bf16_pairs, packed, k, n, x, rows, &b, y);
}


const maas_bf16_t  maas__bf16_pairs = {
    .name = "avx512bf16", .isa = MAAS_ISA_AVX512,
    .usable = pairs_usable,
    .size = pairs_size, .pack = pairs_pack,
    .row = pairs_row, .round = pairs_round,
    .run = pairs_run
};

#endif
