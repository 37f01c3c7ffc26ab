/*
 * Rows on their way from a body into x: where the next one goes, what is
 * missing in it, how many a body can hold.
 * Not here: any form (maas_form.h).
 */

#ifndef MAAS_RECORDS_H
#define MAAS_RECORDS_H

#include "maas_form.h"
#include "field/maas_field.h"


typedef struct {
    const maas_info_t    *info;
    const maas_fields_t  *fields;      /* NULL: the model takes a tensor */
    void                 *x;
    size_t                room;        /* rows in x */
    size_t                max_rows;
    size_t                rows;        /* read so far */
    size_t                pixels;      /* of pictures */
    unsigned              loose;       /* names that the model has not are
                                          passed over */
    unsigned              named;       /* values without names are refused */
} maas_records_t;


/* No rows yet; x has room for `room` of them. */
void maas__records_start(maas_records_t *r, const maas_info_t *info,
    const maas_body_t *body, size_t room, void *x);

/* The type of numbers of a row that no one says the type of */

static inline maas_dtype_t
maas__row_dtype(const maas_info_t *info)
{
    return info->wide ? MAAS_F64 : MAAS_F32;
}

/* Row i of x */

static inline void *
maas__record(const maas_records_t *r, size_t i)
{
    return (char *) r->x + i * r->info->row;
}

/* Where the next row goes: TOOBIG if there are max_rows. */
maas_status_t maas__record_begin(maas_records_t *r, void **x,
    maas_err_t *err);

/* The last value is in: counts the row, unless it is not complete.  `at` is
 * its place in the text, for the sentence. */
maas_status_t maas__record_end(maas_records_t *r, void *x, size_t at,
    maas_err_t *err);

/* "byte N: " before the sentence of err, where rc is a failure.  Returns rc. */
maas_status_t maas__record_at(size_t at, maas_status_t rc, maas_err_t *err)
    __attribute__((cold));

/* What text stands for: returns the bytes, raw.len at most, SIZE_MAX if it is
 * wrong. */
typedef size_t (*maas_decode_pt)(maas_str_t raw, char *out);

/* raw decoded, in an arena of its own that the caller destroys; NULL: none to
 * be had. */
maas_arena_t *maas__decoded(maas_str_t raw, maas_decode_pt decode,
    maas_str_t *text);

/* maas_row_text() of what raw stands for; decode NULL: itself */
maas_status_t maas__record_text(const maas_fields_t *f, size_t column,
    maas_str_t raw, maas_decode_pt decode, void *x, maas_err_t *err);

/* The first column that has no value in the first row. */
size_t maas__records_gap(const maas_records_t *r);

/* BADVALUE if the model has columns, and values must have their names. */
maas_status_t maas__records_nameless(const maas_records_t *r,
    maas_err_t *err);

/* TOOBIG if so many are more than max_rows. */
maas_status_t maas__records_most(const maas_records_t *r, size_t rows,
    maas_err_t *err);


/* Bounds, as in maas_form_t: of tensors; of JSON whose rows may be objects
 * that have not a byte for each number; of forms of one row. */
size_t maas__bound_numbers(const maas_info_t *info, const maas_body_t *body);
size_t maas__bound_objects(const maas_info_t *info, const maas_body_t *body);
size_t maas__bound_one(const maas_info_t *info, const maas_body_t *body);


#endif /* MAAS_RECORDS_H */
