/*
 * The checksum of model files.
 * Not here: what else a file must keep.
 */

#ifndef MAAS_CRC_H
#define MAAS_CRC_H

#include "maas.h"


/* CRC-32C (RFC 3720 B.4) of n bytes; crc is 0 to start with, or the
 * value so far. */
uint32_t maas__crc32c(uint32_t crc, const void *p, size_t n);

/* CRC-32C of a model file, whose header is `header` bytes long, with the eight
 * digits of its own checksum taken as '0'.  *digits: where they stand, 0 if
 * there are none.  BADFILE if the key stands in the header twice. */
maas_status_t maas__file_crc32c(const void *file, size_t size, size_t header,
    uint32_t *crc, size_t *digits, maas_err_t *err);


#endif /* MAAS_CRC_H */
