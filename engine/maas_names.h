/*
 * Names in model files of what is a closed list.
 * Not here: activations (maas_act.h) and types (maas_dtype.h), whose rows have
 * more than a name.
 */

#ifndef MAAS_NAMES_H
#define MAAS_NAMES_H

#include "maas.h"


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

extern const char *const maas__task_names[MAAS_N_TASKS];
extern const char *const maas__field_names[MAAS_N_FIELDS];
extern const char *const maas__scaling_names[MAAS_N_SCALINGS];


#endif /* MAAS_NAMES_H */
