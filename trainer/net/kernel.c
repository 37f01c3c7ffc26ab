/*
 * Who computes: the best of the trainer's own loops for this CPU.
 * No arithmetic here.
 */

#include "kernel.h"


const train_kernel_t *const  train_kernels[] = {
#if defined(__x86_64__)
    &train_kernel_avx512, &train_kernel_avx2,
#endif
    &train_kernel_base, NULL
};


const train_kernel_t *
train_kernel(void)
{
    const train_kernel_t *const  *k;

    for (k = train_kernels; !(*k)->usable(); k++) {
        /* void */
    }

    return *k;
}
