/*
 * Products of whole numbers with AMX.
 * Not here: loops over tiles (maas_int8_tiles.h).
 */

#include "maas_int8.h"


#if defined(__x86_64__) && defined(__linux__)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "avx512vnni,fma,amx-tile,amx-int8")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define TILES(name)  int8_amx_##name

#include "maas_int8_zmm.h"


/* Intel SDM, LDTILECFG: palette 1; bytes a row from byte 16 on, rows from
 * byte 48 on */

typedef struct {
    uint8_t   palette;
    uint8_t   start;
    uint8_t   unused[14];
    uint16_t  bytes[16];
    uint8_t   rows[16];
} int8_amx_config_t;

static const int8_amx_config_t  int8_amx_config = {
    .palette = 1,
    .bytes = { 64, 64, 64, 64, 64, 64, 64, 64 },
    .rows = { 16, 16, 16, 16, 16, 16, 16, 16 }
};

#define tile_begin()            _tile_loadconfig(&int8_amx_config)
#define tile_end()              _tile_release()
#define tile_zero(t)            _tile_zero(t)
#define tile_load(t, p, ld)     _tile_loadd(t, p, ld)
#define tile_store(t, p, ld)    _tile_stored(t, p, ld)
#define tile_dot(c, a, b)       _tile_dpbusd(c, a, b)

#include "maas_int8_tiles.h"


/* Linux gives tiles to who asks (Documentation/arch/x86/xstate.rst): feature
 * 18; children have what their parent had. */

static int
int8_amx_usable(void)
{
    return maas__int8_avx512.usable()
           && __builtin_cpu_supports("amx-tile")
           && __builtin_cpu_supports("amx-int8")
           && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}


static size_t
int8_amx_size(size_t k, size_t n, maas_int8_how_t how)
{
    return maas__int8_avx512.size(k, n, how);
}


static void
int8_amx_pack(const maas_int8_weights_t *w, void *packed)
{
    maas__int8_avx512.pack(w, packed);
}


static void
int8_amx_run_alone(const void *packed, size_t k, size_t n,
    const maas_int8_pass_t *p)
{
    maas__int8_avx512.run_alone(packed, k, n, p);
}


static void
int8_amx_quantize(const float *x, size_t n, float inverse, unsigned zero,
    uint8_t *q)
{
    maas__int8_avx512.quantize(x, n, inverse, zero, q);
}


const maas_int8_t  maas__int8_amx = {
    .name = "amx",
    .isa = MAAS_ISA_AVX512,
    .usable = int8_amx_usable,
    .size = int8_amx_size,
    .pack = int8_amx_pack,
    .run = int8_amx_all,
    .run_alone = int8_amx_run_alone,
    .quantize = int8_amx_quantize
};

#endif
