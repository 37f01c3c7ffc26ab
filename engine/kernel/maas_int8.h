/*
 * Products of whole numbers: what a kernel is, and the one place that chooses
 * one.
 * Not here: how a kernel does it, and products of floats (maas_gemm.h).
 */

#ifndef MAAS_INT8_H
#define MAAS_INT8_H

#include "maas_act.h"
#include "maas_dtype.h"


/* Rows of full products: k is at most this, so that sums are exact in 32
 * bits (R40). */
#define MAAS_INT8_MAX_K  65536

/* Scales are within these (R40): products and quotients of two stay normal */
#define MAAS_INT8_SCALE_MIN  0x1p-60f
#define MAAS_INT8_SCALE_MAX  0x1p+60f


/* How rows come: as floats, as codes, as codes of which many may be 0 since
 * their zero is 0 */

typedef enum {
    MAAS_INT8_ALONE = 0,
    MAAS_INT8_CODES,
    MAAS_INT8_SPARSE
} maas_int8_how_t;


/* Weights as a file has them */

typedef struct {
    size_t          k, n;
    const int8_t   *w;             /* (k,n) */
    const float    *scale;         /* (n) */
    const float    *bias;          /* (n) */
    float           input_scale;   /* of x; 0: x is floats */
    unsigned        input_zero;
} maas_int8_weights_t;


/* Rows of a product, and what becomes of its sums */

typedef struct {
    const void     *x;             /* (rows,k) of U8, or of F32; bytes behind a
                                      row up to a multiple of 64 are readable
                                      and of any content */
    size_t          ldx;           /* numbers */
    size_t          rows;
    unsigned        x_zero;        /* input_zero of the weights */
    maas_act_t      act;           /* applied if its row says fused */
    float           alpha;
    void           *y;             /* (rows,n) of F32, or of U8 */
    size_t          ldy;           /* numbers */
    float           inverse;       /* 1 / scale of y; 0: y is floats */
    unsigned        zero;          /* of y */
} maas_int8_pass_t;


/*
 * A kernel.  All give the same bits, those of the oracle: sums of whole numbers
 * are exact, so they may be made in any order; what is done with them is not,
 * and its order is this, in single precision:
 *
 *   y = act(fma((float) (sum - input_zero * column's sum of w),
 *               input_scale * scale, bias)), then, if y is U8, quantized
 *   weights alone: sum = fma(x[i], (float) w[i], sum), i ascending from sum 0;
 *   y = act(fma(sum, scale, bias) + 0)
 *
 * quantize: q = round(x * inverse) of ties to even, + zero, within 0 and 255; 0
 * for NaN.  Allocates nothing, cannot fail.
 */

typedef struct {
    const char     *name;          /* such as "avx512vnni" */
    maas_isa_t      isa;           /* at least that */

    int           (*usable)(void); /* on this CPU */

    /* bytes that pack() writes, 0 on overflow */
    size_t        (*size)(size_t k, size_t n, maas_int8_how_t how);
    /* packed: MAAS_ALIGN aligned, zeroed */
    void          (*pack)(const maas_int8_weights_t *w, void *packed);
    void          (*run)(const void *packed, size_t k, size_t n,
                         const maas_int8_pass_t *p);
    void          (*run_alone)(const void *packed, size_t k, size_t n,
                               const maas_int8_pass_t *p);
    void          (*quantize)(const float *x, size_t n, float inverse,
                              unsigned zero, uint8_t *q);
} maas_int8_t;

extern const maas_int8_t  maas__int8_ref;      /* the oracle */
extern const maas_int8_t  maas__int8_amx;      /* a file each */
extern const maas_int8_t  maas__int8_avx512;
extern const maas_int8_t  maas__int8_avxvnni;
extern const maas_int8_t  maas__int8_avx2;

/* The quickest that may be had where products of floats run on isa; never
 * NULL. */
const maas_int8_t *maas__int8_choose(maas_isa_t isa);


#endif /* MAAS_INT8_H */
