/*
 * Products with weights of BF16 that are widened on the way, with AVX2.
 * Not here: how (maas_bf16_wide.h, maas_bf16_simd.h).
 */

#include "maas_bf16.h"
#include "maas_bf16_rows.h"
#include "maas_gemm.h"
#include "maas_int.h"


#if defined(__x86_64__)

#define MOST  MAAS_TILE_ROWS
#define WIDE  16                       /* 6 x 2 of 16 registers */
#define TALL  0
#define PER   1

#include "maas_v_avx2.h"

#define W  V
#define bf16_fma(a, v, c)  maas_v_fma(a, v, c)
#define bf16_low(p)        _mm256_castsi256_ps(                               \
    _mm256_slli_epi32(_mm256_loadu_si256((const __m256i *) (p)), 16))
#define bf16_high(p)       _mm256_castsi256_ps(                               \
    _mm256_and_si256(_mm256_loadu_si256((const __m256i *) (p)),               \
                     _mm256_set1_epi32(-65536)))

#include "maas_tile_simd.h"
#include "maas_bf16_simd.h"
#include "maas_bf16_wide.h"


static int
bf16_avx2_usable(void)
{
    return maas__gemm_avx2.usable();
}


const maas_bf16_t  maas__bf16_wide_avx2 = {
    .name = "avx2", .isa = MAAS_ISA_AVX2,
    .usable = bf16_avx2_usable,
    .size = bf16_float_size, .pack = bf16_float_pack,
    .run = bf16_float_run
};

const maas_bf16_t  maas__bf16_avx2 = {
    .name = "avx2", .isa = MAAS_ISA_AVX2,
    .usable = bf16_avx2_usable,
    .size = bf16_swap_size, .pack = bf16_swap_pack,
    .row = maas__bf16_row_wide, .round = maas__bf16_round_wide,
    .run = bf16_swap_run
};

#endif
