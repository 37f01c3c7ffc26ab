/*
 * Between maas_read.c (the safetensors container) and maas_read_doc.c (the
 * `maas` document).  Not for anyone else.
 */

#ifndef MAAS_READ_H
#define MAAS_READ_H

#include "maas_int.h"

#include <cjson/cJSON.h>


typedef struct {
    const char           *name;
    int                   f32;
    unsigned              used;        /* by how many layers */
    size_t                rank;
    size_t                shape[MAAS_MAX_RANK];
    size_t                begin, end;  /* in the data section */
} maas_tensor_t;

typedef struct {
    const unsigned char  *data;        /* the data section */
    size_t                data_size;
    size_t                n;
    maas_tensor_t        *tensors;     /* sorted by name */
    maas_arena_t         *arena;
    maas_err_t           *err;
} maas_container_t;


/* The one text of the document, checked (R14..R26), bound to its tensors. */
maas_status_t maas__read_document(maas_container_t *c, const char *text,
    maas_desc_t **out);

/* R4, R5 for `what`: strict JSON, an object, no key twice, no NUL.
 * On success *out is a tree for cJSON_Delete(). */
maas_status_t maas__read_tree(maas_container_t *c, const char *text,
    size_t len, const char *rule, const char *what, cJSON **out);

/* Is v an integer from 0 to max?  Then it is in *out. */
int maas__read_integer(const cJSON *v, double max, size_t *out);

/* The tensor of that name, NULL if there is none. */
maas_tensor_t *maas__read_tensor(maas_container_t *c, const char *name);


#endif /* MAAS_READ_H */
