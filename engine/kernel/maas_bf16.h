/*
 * Products with weights of BF16: what a kernel is, and the one place that
 * chooses one.
 * Not here: how a kernel does it (maas_bf16_rows.h), weights of F32.
 */

#ifndef MAAS_BF16_H
#define MAAS_BF16_H

#include "maas_act.h"
#include "maas_dtype.h"


/*
 * A kernel computes y(rows,n) = act(x(rows,k) * w(k,n) + bias(n)) from weights
 * that it packed itself, in one chain a number, which is the same on every
 * processor and whatever rows a row comes with:
 *
 *   rows of floats: weights are widened; bias, then k ascending, one fused step
 *   each, as with weights of F32; + 0
 *
 *   rows of BF16: bias, then pairs of k ascending, of each the second number
 *   first, one fused step each; what is denormal, on the way in or out of a
 *   step, is 0 (that is what vdpbf16ps does); + 0.  A k without a second
 *   number has 0 there.
 *
 * Allocates nothing, cannot fail.
 */

typedef struct {
    const char   *name;            /* such as "avx512bf16" */
    maas_isa_t    isa;             /* at least that */

    int         (*usable)(void);   /* on this CPU */

    /* bytes that pack() writes, 0 on overflow */
    size_t      (*size)(size_t k, size_t n);
    /* w(k,n) of BF16, aligned or not.  packed: MAAS_ALIGN aligned, zeroed */
    void        (*pack)(const void *w, const float *bias, size_t k, size_t n,
                        void *packed);

    /* rows of BF16: numbers of 4 bytes that a rounded row takes, at most k +
     * 1; and x(k) rounded, to the nearest, ties to even, what is denormal to
     * 0.  NULL: rows of floats. */
    size_t      (*row)(size_t k);
    void        (*round)(const float *x, size_t k, void *to);

    /* x: floats, or rows that round() made.  ldx and ldy are in numbers of 4
     * bytes.  act is applied if its row says fused, else left to the caller. */
    void        (*run)(const void *packed, size_t k, size_t n, const void *x,
                       size_t ldx, size_t rows, maas_act_t act, float alpha,
                       float *y, size_t ldy);
} maas_bf16_t;

/* maas_bf16.c: the oracles, for rows of floats and of BF16 */
extern const maas_bf16_t  maas__bf16_wide_ref;
extern const maas_bf16_t  maas__bf16_ref;

/* maas_bf16_avx2.c, maas_bf16_avx512.c, maas_bf16_pairs.c */
extern const maas_bf16_t  maas__bf16_wide_avx2;
extern const maas_bf16_t  maas__bf16_avx2;
extern const maas_bf16_t  maas__bf16_wide_avx512;
extern const maas_bf16_t  maas__bf16_avx512;
extern const maas_bf16_t  maas__bf16_pairs;

/* The quickest that may be had where products of floats run on isa, for rows
 * of BF16 or else of floats; never NULL. */
const maas_bf16_t *maas__bf16_choose(int rows, maas_isa_t isa);


#endif /* MAAS_BF16_H */
