/*
 * The ground of the engine: caps, failures and names of closed lists, what
 * every room stands on.
 * Nothing of one room alone; not for the nginx module.
 */

#ifndef MAAS_INT_H
#define MAAS_INT_H

#include "maas.h"


#define MAAS_ALIGN         64      /* a cache line, and a zmm register */

/* Caps, checked before anything is allocated; docs/model-format.md says why */

#define MAAS_MAX_HEADER    (16u << 20)         /* R2: bytes */
#define MAAS_MAX_DEPTH     16                  /* R4 */
#define MAAS_MAX_LAYERS    1024                /* R19 */
#define MAAS_MAX_WIDTH     (1u << 20)          /* R19: numbers a row */
#define MAAS_MAX_PARAMS    (1ull << 30)        /* R26 */
#define MAAS_MAX_TEXT      256                 /* R18, R23: bytes of a label */
#define MAAS_MAX_KNOTS     256                 /* R29 */
#define MAAS_MAX_NGRAM     8                   /* R27: characters */
#define MAAS_MAX_VALUE     (1u << 20)          /* bytes of a field's text */


/* Status with a formatted sentence; err may be NULL.  Returns code.  What is
 * not printable ASCII becomes "?". */
maas_status_t maas__fail(maas_err_t *err, maas_status_t code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


/* How the numbers of a column were scaled: for people, shift and factor say it
 * all.  X(constant, name) */

#define MAAS_SCALINGS(X)                                                      \
    X(NONE,     "none")                                                       \
    X(STANDARD, "standard")                                                   \
    X(MINMAX,   "minmax")                                                     \
    X(ROBUST,   "robust")           /* median and quartiles, soft bounds */   \
    X(QUANTILE, "quantile")         /* by rank, to a normal distribution */

#define MAAS_SCALING_CONSTANT(c, name)  MAAS_SCALING_##c,

typedef enum {
    MAAS_SCALINGS(MAAS_SCALING_CONSTANT)
    MAAS_N_SCALINGS
} maas_scaling_t;

/* maas_names.c: names in files of what is a closed list.  Activations and types
 * have rows with more than a name: maas_act.h, maas_dtype.h. */

extern const char *const maas__task_names[MAAS_N_TASKS];
extern const char *const maas__field_names[MAAS_N_FIELDS];
extern const char *const maas__scaling_names[MAAS_N_SCALINGS];


#endif /* MAAS_INT_H */
