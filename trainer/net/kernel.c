/*
 * Who computes: the best of the trainer's own loops for this CPU.
 * No arithmetic here.
 */

#include "kernel.h"


const train_kernel_t *
train_kernel(void)
{
    size_t                              i;
    static const train_kernel_t *const  all[] = {
        &train_kernel_avx512, &train_kernel_avx2, &train_kernel_base
    };

    for (i = 0; i + 1 < train_nelts(all) && !all[i]->usable(); i++) {
        /* void */
    }

    return all[i];
}
