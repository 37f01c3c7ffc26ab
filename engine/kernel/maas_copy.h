/*
 * Rows of floats as they came, looked through while they are copied.
 * Not here: other types (maas_dtype.c).
 */

#ifndef MAAS_COPY_H
#define MAAS_COPY_H

#include <stddef.h>


/* n floats at src, aligned or not -> x(n), NaN and infinity too.  Are all of
 * them finite? */
int maas__copy_finite(const void *src, size_t n, float *x);


#endif /* MAAS_COPY_H */
