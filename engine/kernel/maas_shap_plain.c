/*
 * SHAP values of a tree in plain C, a row at a time.
 * Not here: what is computed and how (maas_shap_simd.h).
 */

#include "maas_shap_tables.h"

#include <string.h>


#define TARGET
#define INLINE  static inline

#define V      double
#define M      int
#define LANES  1

#define maas_v_set(x)           (x)
#define maas_v_get(p)           (*(p))
#define maas_v_put(p, v)        (*(p) = (v))
#define maas_v_add(a, b)        ((a) + (b))
#define maas_v_sub(a, b)        ((a) - (b))
#define maas_v_mul(a, b)        ((a) * (b))
#define maas_v_pick(m, no, yes) ((m) ? (yes) : (no))
#define maas_v_bits(byte)       ((byte) & 1)
#define maas_v_most(a, b)       ((a) <= (b))


#include "maas_shap_simd.h"


static int
shap_plain_usable(void)
{
    return 1;
}


const maas_shap_kernel_t  maas__shap_plain = {
    .name = "ref",
    .isa = MAAS_ISA_REF,
    .lanes = LANES,
    .usable = shap_plain_usable,
    .one = maas_v_rows,
    .rows = maas_v_rows
};
