/*
 * Types of numbers, one row each: names, size, and what they are as floats.
 * Not here: files, requests and arrays that such numbers stand in.
 */

#ifndef MAAS_DTYPE_H
#define MAAS_DTYPE_H

#include "maas.h"


/* safetensors' closed list (README "Format", enum Dtype), and BYTES, texts,
 * which only requests have. */

typedef enum {
    MAAS_F32 = 0,
    MAAS_F64,
    MAAS_F16,
    MAAS_BF16,
    MAAS_I8,
    MAAS_I16,
    MAAS_I32,
    MAAS_I64,
    MAAS_U8,
    MAAS_U16,
    MAAS_U32,
    MAAS_U64,
    MAAS_BOOL,
    MAAS_C64,
    MAAS_F8_E4M3,
    MAAS_F8_E4M3FNUZ,
    MAAS_F8_E5M2,
    MAAS_F8_E5M2FNUZ,
    MAAS_F8_E8M0,
    MAAS_F6_E2M3,
    MAAS_F6_E3M2,
    MAAS_F4,
    MAAS_BYTES,
    MAAS_N_DTYPES
} maas_dtype_t;

typedef struct {
    const char      *name;         /* in safetensors; NULL: not there */
    const char      *wire;         /* v2's datatype; NULL: not there */
    const char      *npy;          /* NumPy's; NULL: not read from .npy */
    unsigned         bits;         /* of an element; 0: varies */
    unsigned         is_signed;    /* of whole numbers */
    uint64_t         max;          /* largest whole number; 0: not of those */
    /* As maas__dtype_read(), NULL where it says UNSUPPORTED. */
    maas_status_t  (*read)(const char *src, size_t n, float *x,
                           maas_err_t *err);
    /* The element at src whatever it is, NaN too; NULL where `read` is. */
    double         (*number)(const char *src);
} maas_dtype_row_t;

extern const maas_dtype_row_t  maas__dtypes[MAAS_N_DTYPES];


/* Elements in memory, C's order, little-endian; maybe not aligned. */

typedef struct {
    maas_dtype_t   dtype;
    size_t         rank;
    size_t         shape[MAAS_MAX_RANK];
    const void    *data;
} maas_tensor_t;


/* n little-endian elements at src, aligned or not -> x(n).  BADVALUE if one is
 * not finite, beyond F32, or a BOOL that is neither 0 nor 1; UNSUPPORTED for
 * what are no numbers or none that are read. */
maas_status_t maas__dtype_read(maas_dtype_t dt, const char *src, size_t n,
    float *x, maas_err_t *err);

/* The same into numbers of rows: x(n) of doubles if wide, which hold each one,
 * of floats else.  nan: NaN is let in. */
maas_status_t maas__dtype_rows(maas_dtype_t dt, const char *src, size_t n,
    int wide, int nan, void *x, maas_err_t *err);


#endif /* MAAS_DTYPE_H */
