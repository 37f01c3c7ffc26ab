/*
 * A model file -> its description.
 * Not here: how (the other files of this room).
 */

#ifndef MAAS_READ_H
#define MAAS_READ_H

#include "maas_desc.h"
#include "maas_mem.h"


/* file[0..size), every rule R1..Rn checked.  Everything in *out lives in the
 * arena, or (tensors, if aligned) in the file's bytes.  On failure *out is
 * untouched; NOMEM if memory was out, however far it got. */
maas_status_t maas__read(const void *file, size_t size, maas_arena_t *a,
    maas_desc_t **out, maas_err_t *err);


#endif /* MAAS_READ_H */
