/*
 * Explanations as JSON, where several forms tell them.
 * Not for others.
 */

#ifndef MAAS_JSON_EXPLAIN_H
#define MAAS_JSON_EXPLAIN_H

#include "maas_dtype.h"
#include "maas_form.h"


/* Bytes that ,"explanations":[...] takes at most; 0 if there are none. */
size_t maas__explanations_size(const maas_info_t *info,
    const maas_request_t *req);

/*
 * That at p, for each row {"score","base","error","label","attributions"}, a
 * label if there is one; returns the end.  Attributions: an object by column,
 * or numbers nested as the tensor is; of the largest ones an object in their
 * order, of a tensor by place, from 0 on.  Numbers are in single precision.
 */
char *maas__explanations_write(const maas_info_t *info,
    const maas_request_t *req, char *p);

/* Of row `row` the largest attributions, at most MAAS_EXPLAIN_TOP, as
 * maas_explain_top() has them. */
size_t maas__explanations_top(const maas_explanations_t *all, size_t row,
    size_t places[MAAS_EXPLAIN_TOP]);

/* What an attribution is called: a column, or its place, in text.  *len. */
#define MAAS_EXPLAIN_PLACE  24
const char *maas__explanations_name(const maas_info_t *info, size_t place,
    char text[MAAS_EXPLAIN_PLACE], size_t *len);

/* The label whose score a row's is; NULL: there is none. */
const char *maas__explanations_label(const maas_info_t *info,
    const maas_explanations_t *all, size_t row);

/* The most bytes of a name in JSON, without quotes */
size_t maas__explanations_name_size(const maas_info_t *info);


/* maas_json_v2_explain.c: the same as outputs of an infer response */

/* One output of an answer: what is said of it before its elements. */

typedef struct {
    const char    *name;
    maas_dtype_t   dtype;              /* F32, F64, I64 or BYTES */
    unsigned       rank;
    size_t         shape[1 + MAAS_MAX_RANK];
    unsigned       place;              /* among all that there may be */
} maas_told_t;

/* The most bytes of them in JSON, and as bytes behind it */
size_t maas__v2_explained_size(const maas_info_t *info,
    const maas_request_t *req);

/* Objects with commas before them at p, which is behind another output; what
 * stands as bytes goes to *tail.  Returns the end. */
char *maas__v2_explained_write(const maas_info_t *info,
    const maas_request_t *req, char *p, char **tail);

/* Outputs that explanations add, by name: their place, or N. */
typedef enum {
    MAAS_EXPLAINED_REASONS = 0,     /* with top= */
    MAAS_EXPLAINED_ATTRIBUTIONS,
    MAAS_EXPLAINED_BASE,
    MAAS_EXPLAINED_SCORE,
    MAAS_EXPLAINED_ERROR,
    MAAS_EXPLAINED_LABEL,
    MAAS_N_EXPLAINED
} maas_explained_output_t;

/* (MAAS_N_EXPLAINED) */
extern const char *const  maas__v2_explained_names[];

/* Output `place` of explanations: 0 if this answer has it not; and its elements
 * as bytes at p, of at most so many.  Returns the end. */
int maas__v2_explained_told(const maas_info_t *info, const maas_request_t *req,
    unsigned place, maas_told_t *t);
size_t maas__v2_explained_room(const maas_info_t *info,
    const maas_request_t *req, unsigned place);
char *maas__v2_explained_bytes(const maas_info_t *info,
    const maas_request_t *req, unsigned place, char *p);


#endif /* MAAS_JSON_EXPLAIN_H */
