/*
 * Embeddings of values with AVX2 and FMA.
 * Not here: what is computed and how (maas_embed_simd.h).
 */

#include "maas_embed.h"


#if defined(__x86_64__)

#include <math.h>
#include <string.h>


#pragma GCC optimize ("O3")

#define EMBED_RUN  maas_embed_run_avx2

#include "maas_v_avx2.h"
#include "maas_embed_simd.h"


static int
embed_avx2_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}


const maas_embed_kernel_t  maas__embed_avx2 = {
    .name = "avx2",
    .isa = MAAS_ISA_AVX2,
    .usable = embed_avx2_usable,
    .run = EMBED_RUN
};

#endif
