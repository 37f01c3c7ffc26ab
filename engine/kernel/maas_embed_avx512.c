/*
 * Embeddings of values with AVX-512.
 * Not here: what is computed and how (maas_embed_simd.h).
 */

#include "maas_embed.h"


#if defined(__x86_64__)

#include <math.h>
#include <string.h>


#pragma GCC optimize ("O3")

#define EMBED_RUN  maas_embed_run_avx512

#include "maas_v_avx512.h"
#include "maas_embed_simd.h"


static int
embed_avx512_usable(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("fma");
}


const maas_embed_kernel_t  maas__embed_avx512 = {
    .name = "avx512",
    .isa = MAAS_ISA_AVX512,
    .usable = embed_avx512_usable,
    .run = EMBED_RUN
};

#endif
