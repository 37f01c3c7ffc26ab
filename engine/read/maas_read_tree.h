/*
 * JSON text of a model file -> a tree, and what readers ask of its members.
 * Not here: what any member means.
 */

#ifndef MAAS_READ_TREE_H
#define MAAS_READ_TREE_H

#include "maas_int.h"
#include "maas_mem.h"

#include <cjson/cJSON.h>


/* A file that is being read: where copies go, and who hears of a failure. */

typedef struct {
    maas_arena_t  *arena;
    maas_err_t    *err;
} maas_read_t;

/* A file that breaks a rule */
#define MAAS_BAD(r, ...)                                                      \
    maas__fail((r)->err, MAAS_BADFILE, __VA_ARGS__)
#define MAAS_OOM(r)                                                           \
    maas__fail((r)->err, MAAS_NOMEM, "out of memory")

#define maas_get(o, name)  cJSON_GetObjectItemCaseSensitive(o, name)


/* Place of v's string in a list of names, -1 if it is not there. */
int maas__tree_choice(const cJSON *v, const char *const *names, int n);
/* Is v a text of 1 to MAAS_MAX_TEXT bytes? */
int maas__tree_is_text(const cJSON *v);
/* Is v an integer from 0 to max?  Then it is in *out. */
int maas__tree_integer(const cJSON *v, double max, size_t *out);
/* Is v that text? */
int maas__tree_is(const cJSON *v, const char *text);
/* An optional number, finite in single precision; 0 if it is neither. */
int maas__tree_float(const cJSON *object, const char *name, float def,
    float *out);
/* First member of `object` that `known` (the last is NULL) does not have, NULL
 * if it has them all. */
const char *maas__tree_unknown(const cJSON *object,
    const char *const *known);


/* These say themselves what is wrong, and may be out of memory: NOMEM. */

/* R4, R5 for `what`: strict JSON, an object, no key twice, no NUL.
 * On success *out is a tree for cJSON_Delete(). */
maas_status_t maas__tree_parse(maas_read_t *r, const char *text, size_t len,
    const char *rule, const char *what, cJSON **out);
/* A copy in the arena. */
maas_status_t maas__tree_copy(maas_read_t *r, const char *s,
    const char **out);
/* R16: the optional member "name" of `what`, def without it. */
maas_status_t maas__tree_name(maas_read_t *r, const cJSON *object,
    const char *what, const char *def, const char **out);
/* R18, R23, R27: a list of texts that differ, `bare` of blanks around them, to
 * the arena.  what: a text, as in "R23: label". */
maas_status_t maas__tree_texts(maas_read_t *r, const cJSON *list, int bare,
    size_t *n, const char ***out, const char *what);
maas_status_t maas__tree_distinct(maas_read_t *r, const char *const *texts,
    size_t n, const char *what);


#endif /* MAAS_READ_TREE_H */
