/*
 * Products with weights of BF16 that are widened on the way, with AVX-512:
 * for rows of floats, and for rows of BF16 where the processor has no
 * instruction for those.
 * Not here: how (maas_bf16_simd.h), the loops (maas_bf16_rows.c).
 */

#include "maas_bf16.h"
#include "maas_bf16_rows.h"
#include "maas_gemm.h"
#include "maas_int.h"


#if defined(__x86_64__)

#define MOST  MAAS_TALL_ROWS
#define WIDE  64
#define TALL  32                       /* 12 x 2 and 6 x 4 of 32 registers */
#define PER   1

#include "maas_v_avx512.h"

#define W  V
#define bf16_fma(a, v, c)  maas_v_fma(a, v, c)
#define bf16_low(p)        _mm512_castsi512_ps(                               \
    _mm512_slli_epi32(_mm512_loadu_si512(p), 16))
#define bf16_high(p)       _mm512_castsi512_ps(                               \
    _mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi32(-65536)))

#include "maas_tile_simd.h"
#include "maas_bf16_simd.h"


static const maas_bf16_rows_t  avx512_wide = {
    .cols = WIDE, .pad = 2 * N, .per = PER, .lanes = N, .most = MOST,
    .tile = bf16_v_rows
};

static const maas_bf16_rows_t  avx512_swap = {
    .cols = WIDE, .pad = 2 * N, .per = PER, .lanes = N, .most = MOST,
    .swap = 1, .tile = bf16_v_rows
};


static int
bf16_avx512_usable(void)
{
    return maas__gemm_avx512.usable();
}


static size_t
avx512_wide_size(size_t k, size_t n)
{
    return maas__bf16_rows_size(&avx512_wide, k, n);
}


static void
avx512_wide_pack(const void *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__bf16_rows_pack(&avx512_wide, w, bias, k, n, packed);
}


static void
avx512_wide_run(const void *packed, size_t k, size_t n, const void *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y,
    size_t ldy)
{
    maas_block_t  b = { .act = act, .alpha = alpha, .ldx = ldx, .ldy = ldy };

    maas__bf16_rows_run(&avx512_wide, packed, k, n, x, rows, &b, y);
}


static size_t
avx512_swap_size(size_t k, size_t n)
{
    return maas__bf16_rows_size(&avx512_swap, k, n);
}


static void
avx512_swap_pack(const void *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__bf16_rows_pack(&avx512_swap, w, bias, k, n, packed);
}


/* Rows of BF16 as floats, pairs of k changing places: the same steps, if what
 * is denormal is 0.  That is no matter of the activation: leaky relu may make
 * such numbers. */

static void
avx512_swap_run(const void *packed, size_t k, size_t n, const void *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y,
    size_t ldy)
{
    size_t        r;
    unsigned      csr;
    maas_block_t  b = {
        .act = act == MAAS_ACT_LEAKY_RELU ? MAAS_ACT_LINEAR : act,
        .ldx = ldx, .ldy = ldy
    };

    csr = _mm_getcsr();
    _mm_setcsr(csr | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
    maas__bf16_rows_run(&avx512_swap, packed, k, n, x, rows, &b, y);
    _mm_setcsr(csr);

    for (r = 0; act == MAAS_ACT_LEAKY_RELU && r < rows; r++) {
        maas__act(act, alpha, y + r * ldy, n);
    }
}


const maas_bf16_t  maas__bf16_wide_avx512 = {
    .name = "avx512", .isa = MAAS_ISA_AVX512,
    .usable = bf16_avx512_usable,
    .size = avx512_wide_size, .pack = avx512_wide_pack,
    .run = avx512_wide_run
};

const maas_bf16_t  maas__bf16_avx512 = {
    .name = "avx512", .isa = MAAS_ISA_AVX512,
    .usable = bf16_avx512_usable,
    .size = avx512_swap_size, .pack = avx512_swap_pack,
    .row = maas__bf16_row_wide, .round = maas__bf16_round_wide,
    .run = avx512_swap_run
};

#endif
