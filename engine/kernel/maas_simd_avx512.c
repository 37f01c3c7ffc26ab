/*
 * Activations and products with AVX-512.
 * Not here: what they compute and how (maas_act_simd.h, maas_gemm_simd.h).
 */

#include "maas_gemm.h"
#include "maas_int.h"
#include "maas_strips.h"


#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>


#define TARGET  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,"   \
                                      "fma")))
#define INLINE  static inline __attribute__((always_inline)) TARGET

#define V  __m512
#define N  16

#define KERNEL  maas_gemm_f32_6x64_avx512
#define TILE    64                     /* 6 x 4: 24 of 32 registers */
#define TALL    32                     /* 12 x 2 */
#define PAIRS   1

#define maas_v_set(f)     _mm512_set1_ps(f)
#define maas_v_fma(a, b, c)                                                   \
    _mm512_fmadd_ps(a, b, c)
#define maas_v_max(a, b)  _mm512_max_ps(a, b)
#define maas_v_min(a, b)  _mm512_min_ps(a, b)
#define maas_v_round(v)                                                       \
    _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define maas_v_below(a, b, x, y)                                              \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x)
#define maas_v_fold(op, v)                                                    \
    _mm256_##op##_ps(_mm512_castps512_ps256((v)[0]),                          \
                     _mm512_extractf32x8_ps((v)[0], 1))
#define maas_v_whole(p)   _mm512_loadu_ps(p)
#define maas_v_nonzero(v)                                                     \
    _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ)


INLINE __mmask16
maas_v_mask(ptrdiff_t n)
{
    return (__mmask16) (n < N ? (1u << n) - 1 : 0xffff);
}


INLINE V
maas_v_load(const float *p, ptrdiff_t n)
{
    return _mm512_maskz_loadu_ps(maas_v_mask(n), p);
}


INLINE void
maas_v_store(float *p, ptrdiff_t n, V v)
{
    if (n >= N) {
        _mm512_storeu_ps(p, v);
    } else {
        _mm512_mask_storeu_ps(p, maas_v_mask(n), v);
    }
}


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
    .back = maas__strips_back
};

#endif
