/*
 * JSON as text: a cursor that walks it without building anything, strings,
 * numbers and runs of them, and the shortest decimal of a float.
 * Not here: what the text means to a model.
 */

#ifndef MAAS_JSON_H
#define MAAS_JSON_H

#include "maas.h"
#include "maas_utf8.h"


/* maas_json_in.c: strict RFC 8259 walk without building anything */

typedef struct {
    const char  *p;                /* next byte */
    const char  *end;
    const char  *start;
} maas_json_t;

/* Is [start, start+len) one JSON value, UTF-8, nested at most max_depth deep,
 * with nothing but white space around it?  BADVALUE with the offset if not. */
maas_status_t maas__json_check(const char *start, size_t len,
    unsigned max_depth, maas_err_t *err);

/* One number token at p (p < end) -> *out, rounded as strtof would.
 * Returns the first byte after it, or NULL: not a JSON number, or
 * too large for a float (*out is then HUGE_VALF). */
const char *maas__json_float(const char *p, const char *end, float *out);

/* maas_json_double.c: the same as strtod would; HUGE_VAL */
const char *maas__json_double(const char *p, const char *end, double *out);

/* maas_json_print.c */

/* Shortest decimal that reads back to the same float, JSON grammar; v is
 * finite.  Returns bytes written, at most MAAS_FLOAT_MAX, no NUL. */
#define MAAS_FLOAT_MAX  16
size_t maas__float_print(float v, char *out);

/* n of them with commas between them.  One byte more than it returns may be
 * written: n * (MAAS_FLOAT_MAX + 1) in all. */
size_t maas__floats_print(const float *v, size_t n, char *out);

/* Decimal digits, at most MAAS_SIZE_TEXT. */
#define MAAS_SIZE_TEXT  20
size_t maas__size_print(size_t n, char *out);


/* maas_json_string.c: what is wrong at the cursor */

/* BADVALUE "byte N: expected WHAT" */
maas_status_t maas__json_expected(const maas_json_t *j, const char *what,
    maas_err_t *err) __attribute__((cold));

/* BADVALUE "byte N: SENTENCE" */
maas_status_t maas__json_bad(const maas_json_t *j, const char *sentence,
    maas_err_t *err) __attribute__((cold));


/* maas_json_in.c: the cursor.  Each of these starts at j->p and leaves j->p
 * behind what it read; on failure at the place that err names. */

static inline void
maas__json_start(maas_json_t *j, const char *text, size_t len)
{
    j->p = text;
    j->end = text + len;
    j->start = text;
}

static inline void
maas__json_space(maas_json_t *j)
{
    while (j->p < j->end
           && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r'
               || *j->p == '\t'))
    {
        j->p++;
    }
}

/* true or false */
maas_status_t maas__json_bool(maas_json_t *j, unsigned *out, maas_err_t *err);

/* A whole number that is not negative, without fraction and exponent. */
maas_status_t maas__json_size(maas_json_t *j, size_t *out, maas_err_t *err);

/* Any value, checked and passed over; at most `depth` containers deep. */
maas_status_t maas__json_skip(maas_json_t *j, unsigned depth, maas_err_t *err);

/* White space, and then nothing more. */
maas_status_t maas__json_finish(maas_json_t *j, maas_err_t *err);

/* A walk over the members of an object.  Zero it, set names (NULL at the end,
 * at most 31) and call maas__json_member() until `which` is MAAS_JSON_END:
 * each call but the last leaves the cursor at a value, to be read by the
 * caller.  A name of the list that comes twice is an error.  Other names are
 * MAAS_JSON_OTHER, as are all without a list; they may repeat. */

#define MAAS_JSON_OTHER  (-1)
#define MAAS_JSON_END    (-2)

typedef struct {
    const char *const  *names;
    unsigned            seen;      /* bit i: names[i] was there */
    unsigned            more;      /* within it */
    int                 which;
    maas_str_t          key;       /* as maas__json_string() gives it */
} maas_json_object_t;

maas_status_t maas__json_member(maas_json_t *j, maas_json_object_t *o,
    maas_err_t *err);

/* All of an object: member() reads the value of each name in the list, `which`
 * tells its place there; other values are passed over, `depth` containers deep
 * at most.  A value of null is as if its member were not there: many clients
 * write it for what they do not say.  Bit i of *seen: names[i] was there;
 * NULL: not asked. */
typedef maas_status_t (*maas_json_member_pt)(void *data, int which);

maas_status_t maas__json_members(maas_json_t *j, const char *const *names,
    unsigned depth, maas_json_member_pt member, void *data, unsigned *seen,
    maas_err_t *err);

/* A walk over the elements of an array: *more = 0 at its end, and before the
 * first call, else the cursor is at an element. */
maas_status_t maas__json_element(maas_json_t *j, unsigned *more,
    maas_err_t *err);


/* maas_json_string.c */

/* A string.  *raw: what stands between the quotes, escapes as they are. */
maas_status_t maas__json_string(maas_json_t *j, maas_str_t *raw,
    maas_err_t *err);

/* Does a raw string, as maas__json_string() gives it, mean the text s (UTF-8)?
 */
int maas__json_is(maas_str_t raw, const char *s);

/* A raw string as UTF-8 text; out has room for raw.len bytes.  Returns the
 * bytes written. */
size_t maas__json_text(maas_str_t raw, char *out);

/* s[0..len) (UTF-8) as a JSON string with quotes; at most 6*len + 2 bytes.
 * Returns bytes written. */
size_t maas__json_quote(const char *s, size_t len, char *out);

/* What must stand for c in a string, at most 6 bytes; returns how many, 0: c
 * itself.  page: as in maas_writer_t. */
size_t maas__json_escape(char c, unsigned page, char *out);

/* A hexadecimal digit: 0..15, or 16 */
unsigned maas__hex_digit(char c);

/* maas_base64.c: a raw string -> bytes; out has room for raw.len.  SIZE_MAX if
 * it is no base64 (RFC 4648, section 4); padding may be left out, line
 * breaks are passed over. */
size_t maas__base64(maas_str_t raw, char *out);


/* maas_json_num.c */

/* The end of the number token at p, or NULL: grammar only. */
const char *maas__json_number(const char *p, const char *end);

/* An integer token, no fraction and no exponent, -2^63 .. 2^64-1.  NULL if it
 * is none, or beyond that. */
const char *maas__json_integer(const char *p, const char *end, int *negative,
    uint64_t *magnitude);


/* Runs: numbers with the commas between them */

/* Behind an element: a comma and white space (*more = 1), or the `]`, where
 * the cursor is left. */

static inline maas_status_t
maas__json_next(maas_json_t *j, unsigned *more, maas_err_t *err)
{
    maas__json_space(j);

    if (j->p < j->end && *j->p == ']') {
        *more = 0;
        return MAAS_OK;
    }

    if (j->p == j->end || *j->p != ',') {
        return maas__json_expected(j, "a comma or ]", err);
    }

    j->p++;
    maas__json_space(j);
    *more = 1;

    return MAAS_OK;
}

/* maas_json_run.c: from the first number up to the `]`, where the cursor is
 * left.  *n is added to; numbers from *n = room on are not stored.  x(room)
 * may be written anywhere.  Byte by byte: the oracle, and for CPUs that lack
 * what others need. */
maas_status_t maas__json_run_plain(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* The same, but at the first number at or behind `until` the cursor stops:
 * *more = 1; else 0. */
maas_status_t maas__json_run_some(maas_json_t *j, float *x, size_t room,
    size_t *n, const char *until, unsigned *more, maas_err_t *err);

/* maas_json_num_avx512.c: the same as the plain one, 64 bytes a step; only
 * where maas__json_has_avx512().  Reads nothing behind the text. */
maas_status_t maas__json_run_avx512(maas_json_t *j, float *x, size_t room,
    size_t *n, maas_err_t *err);

/* maas_json_run.c: the same for what is not as plain as that. */

typedef struct {
    int  wide;                     /* x(room) are doubles, else floats */
    int  twice;                    /* numbers are rounded to doubles, else to
                                      floats, which x then holds */
    int  nan;                      /* null is a number as well, NaN */
} maas_json_run_t;

maas_status_t maas__json_run_rows(maas_json_t *j, const maas_json_run_t *how,
    void *x, size_t room, size_t *n, maas_err_t *err);

/* Does this CPU have what that takes? */
int maas__json_has_avx512(void);


#endif /* MAAS_JSON_H */
