/*
 * Who computes: the best of the trainer's own loops for this CPU, or those
 * that all have.  No arithmetic here.
 */

#include "kernel.h"


const train_kernel_t *const  train_kernels[] = {
#if defined(__x86_64__)
    &train_kernel_avx512, &train_kernel_avx2,
#endif
    &train_kernel_base, NULL
};

static int  kernel_portable;        /* of the process, before its threads */


void
train_kernel_portable(void)
{
    kernel_portable = 1;
}


const train_kernel_t *
train_kernel(void)
{
    const train_kernel_t *const  *k;

    if (kernel_portable) {
        return &train_kernel_base;
    }

    for (k = train_kernels; !(*k)->usable(); k++) {
        /* void */
    }

    return *k;
}
