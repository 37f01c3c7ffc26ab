/*
 * Activations and products with AVX2 and FMA.
 * Not here: what they compute and how (maas_act_simd.h, maas_gemm_simd.h).
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <math.h>


#define KERNEL  maas_gemm_f32_6x16_avx2
#define TILE    16                     /* 6 x 2: 12 of 16 registers */
#define TALL    0
#define PAIRS   0                      /* 8 sums of a row are enough */

#include "maas_v_avx2.h"


/* Without a branch: what is 0 and what not cannot be foreseen. */

static size_t
maas_v_list(const float *x, const float *also, size_t k, uint16_t *list)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < k; i++) {
        list[n] = (uint16_t) i;
        n += (x[i] != 0.0f) | (also[i] != 0.0f);
    }

    return n;
}


#include "maas_act_simd.h"
#include "maas_tile_simd.h"
#include "maas_gemm_simd.h"


static int
maas_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}


const maas_acts_t  maas__acts_avx2 = { maas_v_act_all, maas_v_softmax };

const maas_gemm_t  maas__gemm_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .dtype = MAAS_F32,
    .usable = maas_avx2_usable,
    .packed_size = maas__strips_size,
    .pack = maas__strips_pack,
    .run = KERNEL,
    .back = maas__strips_back_avx2
};

#endif
