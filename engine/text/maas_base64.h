/*
 * Base64 as text.
 * Not here: what the bytes are.
 */

#ifndef MAAS_BASE64_H
#define MAAS_BASE64_H

#include "maas.h"


/* A string, as maas__json_string() gives it, -> bytes; out has room for
 * raw.len / 4 * 3 + 3.  BADVALUE; padding may be left out. */
maas_status_t maas__base64(maas_str_t raw, char *out, size_t *n);


#endif /* MAAS_BASE64_H */
