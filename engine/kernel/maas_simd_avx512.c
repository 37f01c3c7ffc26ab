/*
 * Activations and products with AVX-512.
 * Not here: what they compute and how (maas_act_simd.h, maas_gemm_simd.h).
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <math.h>


#define KERNEL  maas_gemm_f32_6x64_avx512
#define TILE    64                     /* 6 x 4: 24 of 32 registers */
#define TALL    32                     /* 12 x 2 */
#define PAIRS   1

#include "maas_v_avx512.h"


/* Compressed in a register: storing it compressed is microcode on Zen 4. */

static TARGET size_t
maas_v_list(const float *x, const float *also, size_t k, uint16_t *list)
{
    V          v;
    size_t     i, n;
    __m512i    row;
    __mmask16  mask;

    n = 0;
    row = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                            15);

    for (i = 0; i < k; i += N) {
        v = _mm512_or_ps(maas_v_load(x + i, (ptrdiff_t) (k - i)),
                         maas_v_load(also + i, (ptrdiff_t) (k - i)));
        mask = maas_v_nonzero(v);

        _mm256_storeu_si256((__m256i *) (list + n),
            _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(mask, row)));

        n += (size_t) __builtin_popcount(mask);
        row = _mm512_add_epi32(row, _mm512_set1_epi32(N));
    }

    return n;
}


#include "maas_act_simd.h"
#include "maas_tile_simd.h"
#include "maas_gemm_simd.h"


static int
maas_avx512_usable(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("fma");
}


const maas_acts_t  maas__acts_avx512 = { maas_v_act_all, maas_v_softmax };

const maas_gemm_t  maas__gemm_avx512 = {
    .name = "avx512",
    .isa = MAAS_ISA_AVX512,
    .dtype = MAAS_F32,
    .usable = maas_avx512_usable,
    .packed_size = maas__strips_size,
    .pack = maas__strips_pack,
    .run = KERNEL,
    .back = maas__strips_back_avx512
};

#endif
