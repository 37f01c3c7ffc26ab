/*
 * The safetensors container: a header of tensors, a document, their data.
 * Not here: what is in the document.
 */

#ifndef MAAS_READ_CONTAINER_H
#define MAAS_READ_CONTAINER_H

#include "maas_dtype.h"
#include "maas_read_tree.h"


typedef struct {
    const char           *name;
    maas_tensor_t         tensor;
    unsigned              used;        /* by how many layers */
    size_t                begin, end;  /* in the data section */
} maas_entry_t;

typedef struct {
    const unsigned char  *data;        /* the data section */
    size_t                data_size;
    size_t                n;
    maas_entry_t         *entries;     /* sorted by name */
    cJSON                *header;      /* names are in it */
    const char           *document;    /* text of the `maas` document */
    uint32_t              crc32c;      /* of the file */
} maas_container_t;


/* file[0..size) is taken apart and checked: R1 to R13, R25.  On success to be
 * closed before the file's bytes go. */
maas_status_t maas__container_open(maas_read_t *r, const void *file,
    size_t size, maas_container_t *c);
void maas__container_close(maas_container_t *c);

/* The tensor of that name, NULL if there is none. */
maas_entry_t *maas__container_find(const maas_container_t *c,
    const char *name);


#endif /* MAAS_READ_CONTAINER_H */
