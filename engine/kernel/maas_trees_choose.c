/*
 * The one place that chooses a kernel of trees.
 * Not here: what they do.
 */

#include "maas_trees.h"


/* The fastest first */

static const maas_trees_kernel_t *const  maas_trees_kernels[] = {
#if defined(__x86_64__)
    &maas__trees_avx512,
    &maas__trees_avx2,
#endif
    &maas__trees_walk,
    &maas__trees_ref
};


/* Has a kernel of `need` all that it needs where `isa` is allowed?  BLAS has
 * nothing for trees. */

static int
maas_trees_allows(maas_isa_t isa, maas_isa_t need)
{
    return isa == MAAS_ISA_AUTO || need == MAAS_ISA_REF || need <= isa;
}


const maas_trees_kernel_t *
maas__trees_choose(const maas_trees_t *t, maas_isa_t isa)
{
    size_t                      i;
    const maas_trees_kernel_t  *k;

    for (i = 0; i < sizeof(maas_trees_kernels) / sizeof(void *); i++) {
        k = maas_trees_kernels[i];

        if (maas_trees_allows(isa, k->isa) && k->usable(t)) {
            return k;
        }
    }

    return &maas__trees_ref;
}
