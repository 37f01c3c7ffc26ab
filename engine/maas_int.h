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
#define MAAS_MAX_UNITS     64                  /* R33: of a column */
#define MAAS_MAX_BINS      (MAAS_BINS - 2)     /* R35: of values */
#define MAAS_MAX_NGRAM     8                   /* R27: characters */
#define MAAS_MAX_VALUE     (1u << 20)          /* bytes of a field's text */

/* How an encrypted model begins: as a header's length it would be too much */

#define MAAS_SEALED_MAGIC  "maas\x00" "enc"


/* Status with a formatted sentence; err may be NULL.  Returns code.  Control
 * characters, and what is not UTF-8, become "?". */
maas_status_t maas__fail(maas_err_t *err, maas_status_t code,
    const char *fmt, ...) __attribute__((cold, format(printf, 3, 4)));


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

/* When two texts of a category are the same value.  X(constant, name) */

#define MAAS_COMPARES(X)                                                      \
    X(DIGITS,   "")         /* as texts; numbers are re-spelt: version 1 */   \
    X(NUMBER,   "number")           /* by the number that they spell */       \
    X(BOOLEAN,  "boolean")          /* true and false in any case */          \
    X(TEXT,     "text")             /* byte for byte, numbers as written */

#define MAAS_COMPARE_CONSTANT(c, name)  MAAS_COMPARE_##c,

typedef enum {
    MAAS_COMPARES(MAAS_COMPARE_CONSTANT)
    MAAS_N_COMPARES
} maas_compare_t;


/* How dates are written.  X(constant, name) */

#define MAAS_DATE_FORMS(X)                                                    \
    X(ISO,      "iso")              /* year, month, day; ISO 8601 */          \
    X(DMY,      "dmy")                                                        \
    X(MDY,      "mdy")                                                        \
    X(UNIX,     "unix")             /* seconds since 1970 */                  \
    X(UNIX_MS,  "unix_ms")

#define MAAS_DATE_CONSTANT(c, name)  MAAS_DATE_##c,

typedef enum {
    MAAS_DATE_FORMS(MAAS_DATE_CONSTANT)
    MAAS_N_DATE_FORMS
} maas_date_form_t;


/* Parts of a date: trends, then cycles, then the same as numbers, of version 5
 * of the document.  X(constant, name) */

#define MAAS_PARTS(X)                                                         \
    X(SECONDS,  "seconds")          /* since 1970 */                          \
    X(YEAR,     "year")                                                       \
    X(MONTH,    "month")                                                      \
    X(DAY,      "day")              /* of the month */                        \
    X(WEEKDAY,  "weekday")                                                    \
    X(HOUR,     "hour")             /* of the day, with what follows it */    \
    X(MONTH_NUMBER,    "month_number")      /* 1 to 12 */                     \
    X(DAY_NUMBER,      "day_number")        /* 1 to 31 */                     \
    X(WEEKDAY_NUMBER,  "weekday_number")    /* 0: Monday */                   \
    X(HOUR_NUMBER,     "hour_number")       /* 0 to 24, with a fraction */    \
    X(YEARDAY,         "year_day")          /* 1 to 366 */

#define MAAS_PART_CONSTANT(c, name)  MAAS_PART_##c,

typedef enum {
    MAAS_PARTS(MAAS_PART_CONSTANT)
    MAAS_N_PARTS
} maas_part_kind_t;

#define MAAS_PART_CYCLE(kind)  ((kind) >= MAAS_PART_MONTH                     \
                                && (kind) <= MAAS_PART_HOUR)
#define MAAS_PART_LATER(kind)  ((kind) > MAAS_PART_HOUR)    /* version 5 */


/* maas_names.c: names in files of what is a closed list.  Activations and types
 * have rows with more than a name: maas_act.h, maas_dtype.h. */

extern const char *const maas__task_names[MAAS_N_TASKS];
extern const char *const maas__field_names[MAAS_N_FIELDS];
extern const char *const maas__scaling_names[MAAS_N_SCALINGS];
extern const char *const maas__compare_names[MAAS_N_COMPARES];
extern const char *const maas__date_names[MAAS_N_DATE_FORMS];
extern const char *const maas__part_names[MAAS_N_PARTS];
extern const char *const maas__role_names[MAAS_N_ROLES];


#endif /* MAAS_INT_H */
