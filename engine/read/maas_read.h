/*
 * Between maas_read.c (the safetensors container) and maas_read_doc.c,
 * maas_read_inputs.c, maas_read_column.c, maas_read_layers.c (the `maas`
 * document).  Not for anyone else.
 */

#ifndef MAAS_READ_H
#define MAAS_READ_H

#include "maas_desc.h"
#include "maas_dtype.h"
#include "maas_int.h"
#include "maas_mem.h"

#include <cjson/cJSON.h>


/* A file that breaks a rule; c is the container */
#define MAAS_BAD(c, ...)                                                      \
    maas__fail((c)->err, MAAS_BADFILE, __VA_ARGS__)
#define MAAS_OOM(c)                                                           \
    maas__fail((c)->err, MAAS_NOMEM, "out of memory")

#define maas_get(o, name)  cJSON_GetObjectItemCaseSensitive(o, name)

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
maas_entry_t *maas__read_tensor(maas_container_t *c, const char *name);


/* maas_read_doc.c: what readers of the document share */

/* Place of v's string in a list of names, -1 if it is not there. */
int maas__doc_choice(const cJSON *v, const char *const *names, int n);
/* R16: does v keep it? */
int maas__doc_is_name(const cJSON *v);
/* Is v a text of 1 to MAAS_MAX_TEXT bytes? */
int maas__doc_is_text(const cJSON *v);
/* A copy in the arena, NULL if memory is out. */
char *maas__doc_copy(maas_container_t *c, const char *s);
/* First member of `object` that `known` (words between blanks) does not have,
 * NULL if it has them all. */
const char *maas__doc_unknown(const cJSON *object, const char *known);
/* An optional number, finite in single precision; 0 if it is neither. */
int maas__doc_float(const cJSON *object, const char *name, float def,
    float *out);
/* The optional member "name", def without it; NULL if it breaks R16. */
const char *maas__doc_name(maas_container_t *c, const cJSON *object,
    const char *def);
/* Do n texts differ from one another?  NULL, or one that stands twice. */
const char *maas__doc_twice(maas_container_t *c, const char *const *texts,
    size_t n);

/* maas_read_inputs.c */

/* scaling, shift and factor of a column or of the tensor (R18). */
maas_status_t maas__read_scaling(maas_container_t *c, const cJSON *v,
    maas_column_t *col);
/* Fills d's inputs (R18, R27 to R29). */
maas_status_t maas__read_inputs(maas_container_t *c, const cJSON *doc,
    maas_desc_t *d);

/* maas_read_column.c: column i, all but its place (R18, R27, R29). */
maas_status_t maas__read_column(maas_container_t *c, const cJSON *v,
    size_t i, maas_column_t *col);

/* maas_read_layers.c: fills d's layers (R19 to R22, R24, R26) */

maas_status_t maas__read_layers(maas_container_t *c, const cJSON *doc,
    maas_desc_t *d);
/* R20, R22: nothing may be left over. */
maas_status_t maas__read_unused(maas_container_t *c, maas_desc_t *d);


#endif /* MAAS_READ_H */
