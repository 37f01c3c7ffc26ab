/*
 * Element types of the wire, and tensors of them as bytes.
 * Not here: JSON.
 */

#ifndef MAAS_BYTES_H
#define MAAS_BYTES_H

#include "maas.h"


/* maas_bytes.c: element types of the wire */

typedef enum {
    MAAS_DT_FP32 = 0,
    MAAS_DT_FP64,
    MAAS_DT_FP16,
    MAAS_DT_BF16,
    MAAS_DT_INT8,
    MAAS_DT_INT16,
    MAAS_DT_INT32,
    MAAS_DT_INT64,
    MAAS_DT_UINT8,
    MAAS_DT_UINT16,
    MAAS_DT_UINT32,
    MAAS_DT_UINT64,
    MAAS_DT_BOOL,
    MAAS_DT_BYTES
} maas_dtype_t;

#define MAAS_N_DTYPES  14

typedef struct {
    const char  *name;
    size_t       size;             /* bytes of an element; 0: varies */
    unsigned     is_signed;        /* of integers */
    unsigned     bits;             /* of integers, 0 for the others */
} maas_dtype_info_t;

extern const maas_dtype_info_t maas__dtypes[MAAS_N_DTYPES];

/* n little-endian elements at src, aligned or not -> x(n).  BADVALUE if one is
 * not finite, beyond FP32, or a BOOL that is neither 0 nor 1; UNSUPPORTED for
 * BYTES. */
maas_status_t maas__tensor_read(maas_dtype_t dt, const char *src, size_t n,
    float *x, maas_err_t *err);

/* Any number -> what maas_v2_read() takes as FP16 in JSON: is it in range? */
int maas__half_range(const float *x, size_t n);


#endif /* MAAS_BYTES_H */
