/*
 * Rows of floats looked through, and copied in the same go.
 * Not here: who says which of them is not finite.
 */

#include "maas_copy.h"
#include "maas_gemm.h"
#include "maas.h"

#include <string.h>


/* Sixteen numbers a step, in four sums that do not wait for one another: the
 * largest exponent tells. */

typedef uint32_t  copy_u32x4_t __attribute__((vector_size(16)));

int
maas_is_finite(const float *x, size_t n)
{
    size_t        i, j;
    uint32_t      bits, one;
    copy_u32x4_t  v, bad[4] = { { 0 } };

    for (i = 0; i + 16 <= n; i += 16) {
#pragma GCC unroll 4
        for (j = 0; j < 4; j++) {
            memcpy(&v, x + i + 4 * j, sizeof(v));
            /* all ones in the exponent carry into the sign's place */
            bad[j] |= (v & 0x7fffffff) + 0x00800000;
        }
    }

    v = bad[0] | bad[1] | bad[2] | bad[3];
    bits = v[0] | v[1] | v[2] | v[3];

    for ( /* void */ ; i < n; i++) {
        memcpy(&one, x + i, sizeof(one));
        bits |= (one & 0x7fffffff) + 0x00800000;
    }

    return !(bits >> 31);
}


#if defined(__x86_64__)

#include "maas_v_avx512.h"


#define COPY_INFINITE  0x99            /* NaN of both kinds, both infinities */


static TARGET int
maas_copy_finite_avx512(const float *src, size_t n, float *x)
{
    V          v;
    size_t     i;
    __mmask16  bad;

    bad = 0;

    for (i = 0; i + N <= n; i += N) {
        v = maas_v_whole(src + i);
        bad |= _mm512_fpclass_ps_mask(v, COPY_INFINITE);
        _mm512_storeu_ps(x + i, v);
    }

    if (i < n) {
        v = maas_v_load(src + i, (ptrdiff_t) (n - i));
        bad |= _mm512_fpclass_ps_mask(v, COPY_INFINITE);
        maas_v_store(x + i, (ptrdiff_t) (n - i), v);
    }

    return bad == 0;
}

#endif


int
maas__copy_finite(const void *src, size_t n, float *x)
{
#if defined(__x86_64__)

    if (maas__gemm_avx512.usable()) {
        return maas_copy_finite_avx512(src, n, x);
    }

#endif

    memcpy(x, src, n * sizeof(float));

    return maas_is_finite(x, n);
}
