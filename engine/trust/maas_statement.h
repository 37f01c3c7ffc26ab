/*
 * What is signed: an in-toto statement with the files of a model.
 * Not here: who signed it.
 */

#ifndef MAAS_STATEMENT_H
#define MAAS_STATEMENT_H

#include "maas_trust.h"
#include "read/maas_read_tree.h"


/* payload[size], any bytes: does it say of the file at `path` that its SHA-256
 * is that?  BADFILE: no, and why; NOMEM. */
maas_status_t maas__statement_check(maas_read_t *r, const char *payload,
    size_t size, const char *path, const char *sha256);


#endif /* MAAS_STATEMENT_H */
