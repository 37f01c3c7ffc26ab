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


static int
usable(void)
{
    return 1;
}


const train_kernel_t  train_kernel_base = {
    "base", usable, product, sparse, sparse_grad, sparse_adam, adam,
    column_sum, relu_back
};
