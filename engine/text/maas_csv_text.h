/*
 * CSV as text: lines, fields, quotes and separators, one grammar for files and
 * bodies.
 * Not here: what fields mean, and which of them are names.
 */

#ifndef MAAS_CSV_TEXT_H
#define MAAS_CSV_TEXT_H

#include "maas.h"


/* maas_csv_text.c: a cursor that walks rows and fields, copying nothing */

typedef struct {
    const char  *p;                /* next byte */
    const char  *end;
    const char  *start;
    size_t       line;             /* of p, from 1 */
    char         by;               /* separator; ' ': any run of blanks;
                                      0: not known yet */
} maas_csv_t;

typedef struct {
    maas_str_t   s;                /* without the quotes or blanks around it */
    size_t       at;               /* where it begins, from start */
    size_t       line;
    unsigned     quoted;
    unsigned     doubled;          /* quotes in it are written twice */
    unsigned     last;             /* of its row */
} maas_csv_field_t;

/* At the first line, behind a byte order mark and a line `sep=X`, which says
 * the separator. */
void maas__csv_start(maas_csv_t *c, const char *text, size_t len);

/* Is a text UTF-16 or UTF-32, in which none is read? */
int maas__csv_is_wide(const char *text, size_t len);

/* To the next row: lines of nothing but blanks are passed over.  0: there is
 * none. */
int maas__csv_row(maas_csv_t *c);

/* The next field of a row, and what separates it from the one behind.  NULL,
 * or a sentence that says what is wrong: f->at and f->line are then set. */
const char *maas__csv_next(maas_csv_t *c, maas_csv_field_t *f);

/* To the next line, whatever stands in this one. */
void maas__csv_pass(maas_csv_t *c);

/* To the line behind this row, or as above where it breaks the grammar: 0. */
int maas__csv_pass_row(maas_csv_t *c);

/* To the first line that does not begin with #, if there is one among the first
 * thousand. */
void maas__csv_body(maas_csv_t *c);

/* Past a # and blanks. */
void maas__csv_uncomment(maas_csv_t *c);

/* How many fields the row at c has; 0: it breaks the grammar. */
size_t maas__csv_count(const maas_csv_t *c);

/* A field as it is meant: one quote for two.  out has room for s.len bytes;
 * returns those written. */
size_t maas__csv_plain(maas_str_t s, char *out);


/* maas_csv_guess.c: the separator, by the rows at c, which is at the first
 * one.  Decided by what gives all rows the same number of fields; then by what
 * leaves numbers; then by `hint`, a separator or 0; blanks only where no other
 * separates and all rows agree. */
char maas__csv_guess(const maas_csv_t *c, char hint);

/* The first separator, from `hint` on, with which fits() holds for the first
 * rows, of which it is told the very first; 0: none.  Blanks as above. */
typedef int (*maas_csv_fits_pt)(void *data, const maas_csv_t *row,
    unsigned first);

char maas__csv_choose(const maas_csv_t *c, char hint, maas_csv_fits_pt fits,
    void *data);

/* s[0..len) as people write a number: digits, with signs, points, commas,
 * blanks, currency or an exponent between them?  For guesses alone. */
int maas__csv_numeric(const char *s, size_t len);


#endif /* MAAS_CSV_TEXT_H */
