/*
 * Values of named columns -> the slots of a row: texts, columns, scaling.
 * Nothing here knows bodies of requests or layers.
 */

#ifndef MAAS_FIELD_H
#define MAAS_FIELD_H

#include "maas_desc.h"
#include "maas_mem.h"


/* maas_field_text.c: what a field's text means */

/* FNV-1a of 32 bits, then mixed: docs/model-format.md. */
uint32_t maas__field_hash(const char *s, size_t len);

/* Drop blanks at both ends. */
void maas__field_trim(const char **s, size_t *len);

/* A trimmed text that means "no number here", such as nothing or NA? */
int maas__field_is_missing(const char *s, size_t len);

/* A trimmed decimal number, rounded as strtof would.  BADVALUE, or TOOBIG if
 * it is beyond single precision; *out is then untouched. */
maas_status_t maas__field_number(const char *s, size_t len, float *out);

/* 1 or 0 for a trimmed true or false, yes or no, 1 or 0 ...; -1: neither. */
int maas__field_boolean(const char *s, size_t len);

/* v as text: digits if it is whole and below 2^53, else the shortest decimal
 * of its float.  Returns the bytes written, no NUL. */
#define MAAS_NUMBER_TEXT  24
size_t maas__field_print(double v, char *out);

/* x(n) = pieces of the text counted by hash with signs, divided by the length
 * of the vector.  s is UTF-8; zeros if it is blank. */
void maas__field_pieces(const char *s, size_t len, unsigned shortest,
    unsigned longest, float *x, size_t n);


/* maas_field_list.c, maas_fields.c: the columns of a model, or of one that is
 * being made */

typedef struct {
    size_t               n;
    const char *const   *names;
    uint32_t            *place;        /* + 1; 0: free.  Open addressing */
    size_t               mask;
} maas_names_t;

struct maas_fields_s {
    size_t               n;
    size_t               in;           /* slots */
    unsigned             required;     /* some column is */
    maas_column_t       *columns;
    maas_field_t        *info;
    const char         **names;
    maas_names_t         by_name;
    maas_names_t        *values;       /* (n) by value */
};

/* Place of a name, SIZE_MAX if it is not there. */
size_t maas__names_find(const maas_names_t *t, const char *s, size_t len);

/* Fill at and width of n columns, *in with their sum; TOOBIG if that is over
 * MAAS_MAX_WIDTH. */
maas_status_t maas__columns_place(maas_column_t *c, size_t n, size_t *in);
/* Everything of n columns is copied into the arena, each with its place.
 * NOMEM, TOOBIG. */
maas_status_t maas__fields_create(maas_arena_t *a, const maas_column_t *c,
    size_t n, maas_fields_t *out);


/* maas_prep.c: wire numbers x(rows,in) -> network input y(rows,in).
 * y = (x - shift) * factor, two roundings, the same on every CPU.
 * shift and factor have in entries, or one each if n = 1. x may be y. */
void maas__prep(const float *x, size_t rows, size_t in, const float *shift,
    const float *factor, size_t n, float *y);

/* What shift and factor cannot do to one slot of a row */
typedef struct {
    size_t        slot;
    float         clip;            /* 0: none */
    size_t        n_knots;         /* 0: none */
    const float  *knots;           /* (n_knots) rising */
    const float  *levels;          /* (n_knots) */
} maas_curve_t;

/* After maas__prep(): bend the slots of one row, in place. */
void maas__prep_curves(const maas_curve_t *c, size_t n, float *y);


#endif /* MAAS_FIELD_H */
