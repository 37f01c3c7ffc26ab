/*
 * Values of named columns -> the slots of a row: texts, columns, scaling.
 * Nothing here knows bodies of requests or layers.
 */

#ifndef MAAS_FIELD_H
#define MAAS_FIELD_H

#include "maas_desc.h"
#include "maas_mem.h"

#include <string.h>


/* maas_field_text.c: what a field's text means */

/* "true" or "false" in out for those words in any case; bytes, 0: neither. */
size_t maas__field_truth(const char *s, size_t len, char *out);
/* 1 and 0 for those words in a column of numbers that may have been booleans in
 * training: other libraries' files do not tell (MAAS_KEEP).  -1: neither. */
int maas__field_flag(const maas_column_t *c, const char *s, size_t len);

/* FNV-1a of 32 bits, then mixed: docs/model-format.md. */
uint32_t maas__field_hash(const char *s, size_t len);

/* Drop blanks at both ends. */
void maas__field_trim(const char **s, size_t *len);

/* A trimmed text that means "no number here", such as nothing or NA? */
int maas__field_is_missing(const char *s, size_t len);

/* 1 or 0 for a trimmed true or false, yes or no, 1 or 0 ...; -1: neither. */
int maas__field_boolean(const char *s, size_t len);

/* x(n) = pieces of the text counted by hash with signs, divided by the length
 * of the vector.  s is UTF-8; zeros if it is blank. */
void maas__field_pieces(const char *s, size_t len, unsigned shortest,
    unsigned longest, float *x, size_t n);


static inline int
maas__is_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* maas_field_number.c: numbers as people write them */

#define MAAS_MAX_DIGITS  400           /* bytes of one, more than it needs */

/* A trimmed decimal number, rounded as strtof would.  BADVALUE, or TOOBIG if
 * it is beyond single precision; *out is then untouched. */
maas_status_t maas__field_number(const char *s, size_t len, float *out);
/* The same in the precision of a row: double if it is wide. */
maas_status_t maas__field_value(int wide, const char *s, size_t len,
    double *out);

/* The same in double precision; 0 if it is none, or beyond it. */
int maas__field_double(const char *s, size_t len, double *out);

/* A JSON number as it was read before texts of numbers had a meaning of their
 * own: whole ones below 2^53 exactly, others in single precision; 1e300 beyond
 * that. */
double maas__field_json(const char *s, size_t len);

/* Is v one of the column's own texts for "missing", of those that are numbers?
 * In single precision for a number that is not of a wide row, else exactly. */
int maas__field_is_blank(const maas_column_t *c, int wide, double v);
/* The same of a text as maas__field_canonical() makes it. */
int maas__field_is_blank_text(const maas_column_t *c, const char *s,
    size_t len);

/* v as text: digits if it is whole and below 2^53, else the shortest decimal
 * of its float.  Returns the bytes written, no NUL. */
#define MAAS_NUMBER_TEXT  32
size_t maas__field_print(double v, char *out);
/* The same, but what no float is: the shortest decimal of the double. */
size_t maas__field_print_exact(double v, char *out);

/* The one text for all ways of writing a decimal number, exactly, whatever its
 * size: 101 for 101.0 and 1.01e2, 0.1 for .10; 12e41 from 10^40 on.  Returns
 * the bytes written, 0 if s is no number. */
#define MAAS_CANONICAL  512
size_t maas__field_canonical(const char *s, size_t len, char *out);


/* maas_field_format.c: maas__field_value() with the decimal sign, the signs
 * between thousands and the units that the column has: "1.234,50 EUR", "(5 %)"
 * for -5; and maas__field_number(). */
maas_status_t maas__field_formatted_value(const maas_column_t *c, int wide,
    const char *s, size_t len, double *out);
maas_status_t maas__field_formatted(const maas_column_t *c, const char *s,
    size_t len, float *out);


/* maas_field_date.c, maas_field_calendar.c */

#define MAAS_DATE_DAY  86400           /* seconds */

typedef struct {
    double    seconds;             /* since 1970-01-01 00:00 UTC */
    double    clock;               /* seconds of the day, as written */
    long      year;                /* these, too: no time zone counts */
    unsigned  month;               /* 1 to 12 */
    unsigned  day;                 /* 1 to 31 */
    unsigned  weekday;             /* 0: Monday */
} maas_date_t;

/* A trimmed date, with or without a time and its offset from UTC; 0 if it is
 * none.  unix, unix_ms: a number. */
int maas__date_text(maas_date_form_t form, const char *s, size_t len,
    maas_date_t *d);
/* The same of a number, of those two forms alone. */
int maas__date_number(maas_date_form_t form, double v, maas_date_t *d);
/* Of seconds since 1970, |seconds| < 10^11. */
void maas__date_set(maas_date_t *d, double seconds);

/* Days of a month, 1 to 12; days since 1970-01-01, their weekday. */
unsigned maas__date_month_days(long year, unsigned month);
long maas__date_days(long year, unsigned month, unsigned day);
unsigned maas__date_weekday(long days);

/* Slots of so many parts, and what they are for a date. */
size_t maas__date_slots(const maas_part_t *part, size_t n);
void maas__date_row(const maas_part_t *part, size_t n, const maas_date_t *d,
    float *x);


/* Is a column's first slot the number itself? */

static inline int
maas__field_is_number(const maas_column_t *c)
{
    return c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN;
}


/* maas_field_list.c, maas_fields.c: the columns of a model, or of one that is
 * being made */

typedef struct {
    size_t               n;
    const char *const   *names;
    uint32_t            *place;        /* + 1; 0: free.  Open addressing */
    size_t               mask;
} maas_names_t;

/* Columns of one of several models that read the same values, each in its own
 * way, into its own part of a row */

typedef struct {
    const maas_fields_t *fields;
    size_t               at;           /* bytes of the row before it */
    const size_t        *column;       /* (n) which one of its own; SIZE_MAX: it
                                          has none */
} maas_fields_part_t;

struct maas_fields_s {
    unsigned             marks;        /* see maas_row_mark() */
    int                  wide;         /* slots are doubles */
    size_t               n;
    size_t               in;           /* slots */
    unsigned             required;     /* some column is */
    maas_column_t       *columns;
    maas_field_t        *info;
    const char         **names;
    maas_names_t         by_name;
    maas_names_t        *values;       /* (n) by value */
    maas_names_t         others;       /* names of what is no input */
    size_t               n_parts;      /* 0: it reads values itself */
    const maas_fields_part_t *parts;
};

/* Number i of a row x, whose numbers are doubles if it is wide */

static inline double
maas__slot(int wide, const void *x, size_t i)
{
    return wide ? ((const double *) x)[i] : (double) ((const float *) x)[i];
}

static inline void
maas__slot_set(int wide, void *x, size_t i, double v)
{
    if (wide) {
        ((double *) x)[i] = v;

    } else {
        ((float *) x)[i] = (float) v;
    }
}

static inline size_t
maas__slot_size(int wide)
{
    return wide ? sizeof(double) : sizeof(float);
}

/* The rest of the row from number i on */

static inline void *
maas__slot_at(int wide, const void *x, size_t i)
{
    return (char *) x + i * maas__slot_size(wide);
}

/* What has no value yet: a NaN that is told by its bits from the one that is no
 * value, and that no reader lets in.  The first slot of a column stays so where
 * it must have a value and has none. */

static inline void
maas__slot_clear(int wide, void *x, size_t i)
{
    static const uint32_t  single = 0x7fc0a5a5;
    static const uint64_t  twice = 0x7ff80000a5a5a5a5;

    if (wide) {
        memcpy((double *) x + i, &twice, sizeof(twice));

    } else {
        memcpy((float *) x + i, &single, sizeof(single));
    }
}

static inline int
maas__slot_is_clear(int wide, const void *x, size_t i)
{
    uint32_t  single;
    uint64_t  twice;

    if (wide) {
        memcpy(&twice, (const double *) x + i, sizeof(twice));
        return twice == 0x7ff80000a5a5a5a5;
    }

    memcpy(&single, (const float *) x + i, sizeof(single));

    return single == 0x7fc0a5a5;
}

/* The same of a column's first slot. */

static inline int
maas__column_is_clear(const maas_fields_t *f, size_t column, const void *x)
{
    return maas__slot_is_clear(f->wide, x, f->columns[column].at);
}


/* maas_reference.c: no value, and one that a category does not know, in the
 * column's own slots x(width) of a row that f reads.  As marks if f marks; a
 * value that must be there stays clear. */
void maas__field_missing(const maas_fields_t *f, const maas_column_t *c,
    void *x);
void maas__field_unknown(const maas_fields_t *f, const maas_column_t *c,
    void *x);
/* The number that edges are of: a column's own, or of a date its seconds or
 * year; NAN: there is none. */
double maas__reference_value(const maas_fields_t *f, const maas_column_t *c,
    const void *x);
/* The bins of a histogram, but for unknown and missing ones, which follow:
 * by its edges, its listed values, or the groups of its hash. */
size_t maas__reference_bin(const maas_fields_t *f, const maas_column_t *c,
    const maas_reference_t *r, const void *x);

/* Place of a name, SIZE_MAX if it is not there. */
size_t maas__names_find(const maas_names_t *t, const char *s, size_t len);

/* Fill at and width of n columns, *in with their sum; TOOBIG if that is over
 * MAAS_MAX_WIDTH. */
maas_status_t maas__columns_place(maas_column_t *c, size_t n, size_t *in);
/* maas_field_same.c: does a row that one reads mean the same to the other?
 * Then SIZE_MAX, else the first column that is another one. */
size_t maas__fields_differ(const maas_fields_t *a, const maas_fields_t *b);
/* Does a text that has a value mean the same to both columns? */
int maas__column_means(const maas_column_t *a, const maas_column_t *b);
/* maas_field_join.c: one that reads a value for all of n others, whose columns
 * of one name are of one kind, in the order of the first that has it; what it
 * says of a column is what the first one says that must have a value, or else
 * the first.  The others stay where they are.  NOMEM, TOOBIG. */
maas_status_t maas__fields_join(maas_arena_t *a,
    const maas_fields_t *const *from, size_t n, maas_fields_t *out);
/* The same of others whose rows are just the numbers of their columns: so is a
 * row of it, NaN where a number that nobody requires is missing.  Column c of
 * from[k] is its column (*place)[k][c].  BADSHAPE: a text may mean different
 * numbers. */
maas_status_t maas__fields_join_plain(maas_arena_t *a,
    const maas_fields_t *const *from, size_t n, maas_fields_t *out,
    size_t ***place);
/* maas_field_list.c: a table of n names, which stay where they are.  NOMEM. */
maas_status_t maas__names_create(maas_arena_t *a, const char *const *names,
    size_t n, maas_names_t *t);
/* Everything of n columns is copied into the arena, each with its place.
 * NOMEM, TOOBIG. */
maas_status_t maas__fields_create(maas_arena_t *a, const maas_column_t *c,
    size_t n, maas_fields_t *out);
/* The names of columns that are no input, which stay where they are. */
maas_status_t maas__fields_others(maas_arena_t *a, maas_fields_t *f,
    const char *const *names, size_t n);


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
