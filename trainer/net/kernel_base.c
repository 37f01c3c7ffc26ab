/*
 * The trainer's loops for any CPU, in the compiler's own vectors of four.
 * Only the vector type is here; the loops are in kernel_impl.h.
 */

#include <string.h>

#include "kernel.h"


typedef float    base_t __attribute__((vector_size(16)));
typedef int32_t  base_int_t __attribute__((vector_size(16)));

#define V               base_t
#define VW              4
#define VLOAD           base_load
#define VSTORE          base_store
#define VSET1(f)        ((V) { (f), (f), (f), (f) })
#define VADD(a, b)      ((a) + (b))
#define VSUB(a, b)      ((a) - (b))
#define VMUL(a, b)      ((a) * (b))
#define VMAX(a, b)      base_max(a, b)
#define VFMA(a, b, c)   ((a) * (b) + (c))
#define VUPDATE         base_update
#define VRELU_BACK(a, d)                                                      \
    ((V) ((base_int_t) (d) & ((a) > VSET1(0))))
#define MR              4
#define NV              2
#define SNV             8
#define KERNEL          train_kernel_base
#define NAME            "base"
#define USABLE          1


static inline V
base_load(const float *p)
{
    V  v;

    (void) memcpy(&v, p, sizeof(v));

    return v;
}


static inline void
base_store(float *p, V v)
{
    (void) memcpy(p, &v, sizeof(v));
}


static inline V
base_max(V a, V b)
{
    base_int_t  more = a > b;

    return (V) (((base_int_t) a & more) | ((base_int_t) b & ~more));
}


static inline V
base_update(V m, V v, V eps)
{
    int  i;

    for (i = 0; i < VW; i++) {
        v[i] = __builtin_sqrtf(v[i]);
    }

    return m / (v + eps);
}


#include "kernel_impl.h"


#define BASE_LOW7  0x7f7f7f7f7f7f7f7full


size_t
train_nonzero(const float *x, size_t n, uint32_t *at, float *v)
{
    size_t  i, found;

    found = 0;

    for (i = 0; i < n; i++) {
        at[found] = (uint32_t) i;
        v[found] = x[i];
        found += (x[i] != 0);
    }

    return found;
}


/* A bit for each of 64 bytes that is not zero */

static uint64_t
base_mask(const uint8_t *p)
{
    int       i;
    uint64_t  x, mask;

    mask = 0;

    for (i = 0; i < 8; i++, p += 8) {
        (void) memcpy(&x, p, 8);

        /* the top bit of each byte tells, then the bytes' bits side by side */

        x = (((x & BASE_LOW7) + BASE_LOW7) | x) & ~BASE_LOW7;
        mask |= ((x >> 7) * 0x0102040810204080ull >> 56) << (8 * i);
    }

    return mask;
}


size_t
train_nonzero_bytes(const uint8_t *x, size_t n, const float *lut, float shift,
    float factor, uint32_t *at, float *v)
{
    size_t    i, j, found;
    uint8_t   tail[64];
    uint64_t  mask;

    (void) shift;
    (void) factor;
    found = 0;

    for (i = 0; i < n; i += 64) {
        if (n - i >= 64) {
            mask = base_mask(x + i);

        } else {
            (void) memset(tail, 0, sizeof(tail));
            (void) memcpy(tail, x + i, n - i);
            mask = base_mask(tail);
        }

        for ( /* void */ ; mask != 0; mask &= mask - 1) {
            j = i + (size_t) __builtin_ctzll(mask);
            at[found] = (uint32_t) j;
            v[found++] = lut[x[j]];
        }
    }

    return found;
}
