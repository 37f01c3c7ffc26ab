/*
 * Which column each field of a CSV text belongs to: by the names in its first
 * row, or by how many fields there are.  One mapping for files and bodies.
 * Not here: values.
 */

#ifndef MAAS_LAYOUT_H
#define MAAS_LAYOUT_H

#include "maas.h"
#include "maas_mem.h"
#include "text/maas_csv_text.h"


#define MAAS_LAYOUT_MAX   65536        /* fields of a row */
#define MAAS_LAYOUT_PASS  UINT32_MAX   /* a field of no column */

typedef enum {
    MAAS_HEADER_AUTO = 0,
    MAAS_HEADER_YES,
    MAAS_HEADER_NO
} maas_header_t;

typedef struct {
    maas_header_t    header;
    unsigned         lenient;      /* names that nobody knows are passed over */
    char             hint;         /* a separator, or 0 */
    const char      *also[4];      /* names with commas between them that may
                                      be there, too; NULL: none */
    size_t           target;       /* without names: a field more than columns
                                      stands here; SIZE_MAX: none does */
} maas_layout_want_t;

typedef struct {
    const maas_info_t  *info;
    unsigned            names;     /* the first row is names */
    unsigned            words;     /* it is none, but has nothing but words */
    unsigned            comments;  /* lines that were passed over */
    size_t              n;         /* fields of a row */
    const uint32_t     *place;     /* (n): a column; n_columns and more: that
                                      of the other columns; PASS; NULL: in
                                      order */
    maas_csv_t          head;      /* at the first row, names or not */

    /* of a failure */
    unsigned            failed;
    size_t              field;     /* from 0 */
    size_t              at;        /* bytes from the start */
    size_t              line;
} maas_layout_t;


/* By what the text at c begins with, where maas__csv_start() left it; c is then
 * at the first row of values and knows its separator.  Lines that begin with #
 * and are no row, before all others, are passed over.  *l lives as long as the
 * arena, in which it takes maas__layout_size(c) bytes at most.  BADVALUE with a
 * sentence: a name twice, or one that is no column beside others that are. */
maas_status_t maas__layout_find(maas_layout_t *l, const maas_info_t *info,
    const maas_layout_want_t *want, maas_csv_t *c, maas_arena_t *a,
    maas_err_t *err);

/* Bytes of the arena that it is given. */
size_t maas__layout_size(const maas_info_t *info);

/* May s stand in a field of no column?  Without names a target must look like
 * one, since nothing else says that it is.  BADVALUE with a sentence. */
maas_status_t maas__layout_passes(const maas_layout_t *l, uint32_t place,
    const char *s, size_t len, maas_err_t *err);

/* The same of the target alone, `name`: a label, a number, or missing. */
maas_status_t maas__layout_is_target(const maas_info_t *info, const char *name,
    const char *s, size_t len, maas_err_t *err);


#endif /* MAAS_LAYOUT_H */
