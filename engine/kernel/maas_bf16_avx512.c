/*
 * Products with weights of BF16 that are widened on the way, with AVX-512.
 * Not here: how (maas_bf16_wide.h, maas_bf16_simd.h).
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
#include "maas_bf16_wide.h"


static int
bf16_avx512_usable(void)
{
    return maas__gemm_avx512.usable();
}


const maas_bf16_t  maas__bf16_wide_avx512 = {
    .name = "avx512", .isa = MAAS_ISA_AVX512,
    .usable = bf16_avx512_usable,
    .size = bf16_float_size, .pack = bf16_float_pack,
    .run = bf16_float_run
};

const maas_bf16_t  maas__bf16_avx512 = {
    .name = "avx512", .isa = MAAS_ISA_AVX512,
    .usable = bf16_avx512_usable,
    .size = bf16_swap_size, .pack = bf16_swap_pack,
    .row = maas__bf16_row_wide, .round = maas__bf16_round_wide,
    .run = bf16_swap_run
};

#endif
