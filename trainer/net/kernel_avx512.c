/*
 * The trainer's loops with AVX-512.
 * Only the vector type is here; the loops are in kernel_impl.h.
 */

#include "kernel.h"

#if defined(__x86_64__)

#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")

#include <immintrin.h>


#define V               __m512
#define VW              16
#define VLOAD(p)        _mm512_loadu_ps(p)
#define VSTORE(p, v)    _mm512_storeu_ps(p, v)
#define VSET1(f)        _mm512_set1_ps(f)
#define VADD(a, b)      _mm512_add_ps(a, b)
#define VSUB(a, b)      _mm512_sub_ps(a, b)
#define VMUL(a, b)      _mm512_mul_ps(a, b)
#define VMAX(a, b)      _mm512_max_ps(a, b)
#define VFMA(a, b, c)   _mm512_fmadd_ps(a, b, c)
#define VUPDATE         update
#define VRELU_BACK      relu_mask
#define MR              6
#define NV              4
#define SNV             4
#define KERNEL          train_kernel_avx512
#define NAME            "avx512"
#define USABLE                                                                \
    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")   \
    && __builtin_cpu_supports("avx512dq")                                     \
    && __builtin_cpu_supports("avx512vl")
#define NONZERO         nonzero
#define NONZERO_BYTES   nonzero_bytes


/* An estimate of the root and a Newton step: 1 ulp or two, in less time than
 * the root itself */

static inline __attribute__((always_inline)) __m512
update(__m512 m, __m512 v, __m512 eps)
{
    __m512  r, s;

    v = _mm512_max_ps(v, _mm512_set1_ps(1e-30f));
    r = _mm512_rsqrt14_ps(v);
    s = _mm512_mul_ps(v, r);
    r = _mm512_mul_ps(r, _mm512_set1_ps(0.5f));
    s = _mm512_fmadd_ps(_mm512_fnmadd_ps(s, s, v), r, s);

    return _mm512_div_ps(m, _mm512_add_ps(s, eps));
}


static inline __attribute__((always_inline)) __m512
relu_mask(__m512 a, __m512 d)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, _mm512_setzero_ps(),
                                                  _CMP_GT_OQ), d);
}


/* Compressed in a register: to memory that takes many times as long */

static size_t
nonzero(const float *x, size_t n, uint32_t *at, float *v)
{
    size_t     i, found;
    __m512     f;
    __m512i    place;
    __mmask16  m;

    found = 0;
    place = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                              14, 15);

    for (i = 0; i < n; i += 16) {
        m = (n - i >= 16) ? 0xffff : (__mmask16) ((1u << (n - i)) - 1);
        f = _mm512_maskz_loadu_ps(m, x + i);
        m = _mm512_cmp_ps_mask(f, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        _mm512_storeu_ps(v + found, _mm512_maskz_compress_ps(m, f));
        _mm512_storeu_si512(at + found, _mm512_maskz_compress_epi32(m,
                                                                  place));
        place = _mm512_add_epi32(place, _mm512_set1_epi32(16));
        found += (size_t) __builtin_popcount(m);
    }

    return found;
}


/* The same for bytes, 64 a step where the CPU can compress them */

__attribute__((target("avx512vbmi2")))
static size_t
nonzero_64(const uint8_t *x, size_t n, __m512 shift, __m512 factor,
    uint32_t *at, float *v)
{
    size_t     i, k, count, found;
    __m512     f;
    __m512i    bytes, all, from;
    uint8_t    places[64], values[64];
    __mmask64  m;

    found = 0;
    all = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130,
                           0x2f2e2d2c2b2a2928, 0x2726252423222120,
                           0x1f1e1d1c1b1a1918, 0x1716151413121110,
                           0x0f0e0d0c0b0a0908, 0x0706050403020100);

    for (i = 0; i < n; i += 64) {
        m = (n - i >= 64) ? ~0ull : (1ull << (n - i)) - 1;
        bytes = _mm512_maskz_loadu_epi8(m, x + i);
        m = _mm512_test_epi8_mask(bytes, bytes);
        count = (size_t) __builtin_popcountll(m);
        from = _mm512_set1_epi32((int) i);

        _mm512_storeu_si512(places, _mm512_maskz_compress_epi8(m, all));
        _mm512_storeu_si512(values, _mm512_maskz_compress_epi8(m, bytes));

        for (k = 0; k < count; k += 16) {
            bytes = _mm512_cvtepu8_epi32(
                        _mm_loadu_si128((const __m128i *) (values + k)));
            f = _mm512_sub_ps(_mm512_cvtepi32_ps(bytes), shift);
            _mm512_storeu_ps(v + found + k, _mm512_mul_ps(f, factor));

            bytes = _mm512_cvtepu8_epi32(
                        _mm_loadu_si128((const __m128i *) (places + k)));
            _mm512_storeu_si512(at + found + k,
                                _mm512_add_epi32(bytes, from));
        }

        found += count;
    }

    return found;
}


static size_t
nonzero_bytes(const uint8_t *x, size_t n, const float *lut, float shift,
    float factor, uint32_t *at, float *v)
{
    return __builtin_cpu_supports("avx512vbmi2")
           ? nonzero_64(x, n, _mm512_set1_ps(shift), _mm512_set1_ps(factor),
                        at, v)
           : train_nonzero_bytes(x, n, lut, shift, factor, at, v);
}


#include "kernel_impl.h"

#endif
