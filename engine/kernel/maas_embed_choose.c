/*
 * Which kernel embeds rows.
 * Not here: any of them.
 */

#include "maas_embed.h"


/* The fastest first */

static const maas_embed_kernel_t *const  embed_kernels[] = {
#if defined(__x86_64__)
    &maas__embed_avx512,
    &maas__embed_avx2,
#endif
    &maas__embed_plain
};


const maas_embed_kernel_t *
maas__embed_choose(maas_isa_t isa)
{
    size_t                      i;
    const maas_embed_kernel_t  *k;

    for (i = 0; i < sizeof(embed_kernels) / sizeof(void *); i++) {
        k = embed_kernels[i];

        if ((isa == MAAS_ISA_AUTO || k->isa == MAAS_ISA_REF || k->isa <= isa)
            && k->usable())
        {
            return k;
        }
    }

    return &maas__embed_plain;
}
