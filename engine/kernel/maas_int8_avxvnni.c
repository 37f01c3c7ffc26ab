/*
 * Products of whole numbers with AVX-VNNI, for CPUs without AVX-512.
 * Not here: what is the same for AVX2 (maas_int8_ymm.h).
 */

#include "maas_int8.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#define TARGET  __attribute__((target("avx2,avxvnni,fma")))
#define Y(name)  int8_avxvnni_##name

#define int8_y_dot(c, four, v)  _mm256_dpbusd_avx_epi32(c, four, v)

#include "maas_int8_dot.h"


static int
int8_avxvnni_usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
           && __builtin_cpu_supports("avxvnni");
}


const maas_int8_t  maas__int8_avxvnni = {
    .name = "avxvnni",
    .isa = MAAS_ISA_AVX2,
    .usable = int8_avxvnni_usable,
    .size = maas__int8_strips_size,
    .pack = maas__int8_strips_pack,
    .run = int8_avxvnni_run,
    .run_alone = int8_avxvnni_run_alone,
    .quantize = int8_avxvnni_quantize
};

#endif
