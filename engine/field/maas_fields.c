/*
 * Columns of a model: values that clients send -> the slots of a row.
 * Not here: what a text means (maas_field_text.c), scaling (maas_prep.c), the
 * columns themselves (maas_field_list.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "text/maas_json.h"

#include <math.h>
#include <string.h>


static maas_status_t
fields_bad(const maas_column_t *c, const char *expected, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "column \"%.64s\": expected %s",
                      c->name, expected);
}


static maas_status_t
fields_beyond(const maas_fields_t *f, const maas_column_t *c,
    maas_err_t *err)
{
    return fields_bad(c, f->wide ? "a number that fits in double precision"
                                 : "a number that fits in single precision",
                      err);
}


/* x: the column's own slots */

static void
fields_number(const maas_fields_t *f, const maas_column_t *c, double v,
    void *x)
{
    if (c->n_blanks > 0 && c->kind == MAAS_FIELD_NUMBER
        && maas__field_is_blank(c, f->wide, v))
    {
        maas__field_missing(f, c, x);
        return;
    }

    maas__slot_set(f->wide, x, 0, v);

    if (c->missing_slot) {
        maas__slot_set(f->wide, x, 1, 0);
    }
}


/* Is the text one that this column has for "missing"? */

static int
fields_is_blank(const maas_column_t *c, const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < c->n_blanks; i++) {
        if (strlen(c->blanks[i]) == len && memcmp(c->blanks[i], s, len) == 0) {
            return 1;
        }
    }

    if (len == 0) {
        return 1;
    }

    return (c->kind != MAAS_FIELD_TEXT
            && (c->kind != MAAS_FIELD_CATEGORY
                || c->compare == MAAS_COMPARE_NUMBER))
           && maas__field_is_missing(s, len);
}


static maas_status_t
fields_boolean(const maas_fields_t *f, const maas_column_t *c, const char *s,
    size_t len, void *x, maas_err_t *err)
{
    int    yes;
    float  v;

    yes = maas__field_boolean(s, len);

    if (yes < 0 && maas__field_number(s, len, &v) == MAAS_OK
        && (v == 0 || v == 1))
    {
        yes = v == 1;                  /* 1.0, of a column with gaps */
    }

    if (yes < 0) {
        return fields_bad(c, "true or false, yes or no, 1 or 0", err);
    }

    fields_number(f, c, yes, x);

    return MAAS_OK;
}


/* as_json: a point is the decimal sign, whatever the column's texts have */

static maas_status_t
fields_number_text(const maas_fields_t *f, const maas_column_t *c,
    const char *s, size_t len, int as_json, void *x, maas_err_t *err)
{
    int            flag;
    double         v;
    maas_status_t  rc;

    rc = !as_json && (c->decimal || c->thousands || c->n_units)
         ? maas__field_formatted_value(c, f->wide, s, len, &v)
         : maas__field_value(f->wide, s, len, &v);

    flag = rc == MAAS_BADVALUE ? maas__field_flag(c, s, len) : -1;

    if (flag >= 0) {
        v = flag;
        rc = MAAS_OK;
    }

    if (rc != MAAS_OK) {
        return rc == MAAS_TOOBIG ? fields_beyond(f, c, err)
                                 : fields_bad(c, "a number", err);
    }

    fields_number(f, c, v, x);
    return MAAS_OK;
}


static const char *const  fields_dates[MAAS_N_DATE_FORMS] = {
    [MAAS_DATE_ISO] = "a date such as 2024-12-31 or 2024-12-31T23:59:00Z",
    [MAAS_DATE_DMY] = "a date such as 31.12.2024",
    [MAAS_DATE_MDY] = "a date such as 12/31/2024",
    [MAAS_DATE_UNIX] = "seconds since 1970",
    [MAAS_DATE_UNIX_MS] = "milliseconds since 1970"
};


/* known: it is one */

static maas_status_t
fields_date(const maas_fields_t *f, const maas_column_t *c, int known,
    const maas_date_t *d, void *x, maas_err_t *err)
{
    if (!known) {
        return fields_bad(c, fields_dates[c->date], err);
    }

    if (c->n_blanks > 0 && c->date >= MAAS_DATE_UNIX
        && maas__field_is_blank(c, f->wide, c->date == MAAS_DATE_UNIX
                                            ? d->seconds : d->seconds * 1000))
    {
        maas__field_missing(f, c, x);
        return MAAS_OK;
    }

    if (c->missing_slot) {
        maas__slot_set(f->wide, x, c->width - 1, 0);
    }

    maas__date_row(c->parts, c->n_parts, d, x);

    return MAAS_OK;
}


/* The text by which a value is compared, which may be in buf.  *len may be that
 * of the same text. */

static const char *
fields_compared(const maas_column_t *c, const char *s, size_t *len, char *buf)
{
    size_t  n;

    n = 0;

    if (c->compare == MAAS_COMPARE_NUMBER) {
        n = maas__field_canonical(s, *len, buf);

    } else if (c->compare == MAAS_COMPARE_BOOLEAN) {
        n = maas__field_truth(s, *len, buf);
    }

    if (n == 0) {
        return s;
    }

    *len = n;

    return buf;
}


/* Which value of the list: s, or of codes that are numbers 1 or 0 for the word
 * true or false, which is how a program writes a boolean into a text */

static size_t
fields_place(const maas_fields_t *f, size_t column, const char *s, size_t len)
{
    char                  word[sizeof("false")];
    size_t                at, n;
    const maas_column_t  *c;

    c = &f->columns[column];
    at = maas__names_find(&f->values[column], s, len);

    if (at != SIZE_MAX || !c->codes || c->compare != MAAS_COMPARE_NUMBER) {
        return at;
    }

    n = maas__field_truth(s, len, word);

    return n == 0 ? SIZE_MAX
           : maas__names_find(&f->values[column], word[0] == 't' ? "1" : "0",
                              1);
}


/* s is trimmed and not empty */

static void
fields_category(const maas_fields_t *f, size_t column, const char *s,
    size_t len, void *x)
{
    char                  buf[MAAS_CANONICAL];
    size_t                at;
    const maas_column_t  *c;

    c = &f->columns[column];
    memset(x, 0, c->width * maas__slot_size(f->wide));
    s = fields_compared(c, s, &len, buf);

    if (c->n_blanks > 0 && c->compare == MAAS_COMPARE_NUMBER
        && maas__field_is_blank_text(c, s, len))
    {
        maas__field_missing(f, c, x);
        return;
    }

    if (c->hash > 0) {
        maas__slot_set(f->wide, x, (maas__field_hash(s, len) & 0x7fffffffu)
                                   % c->hash, 1);
        return;
    }

    at = fields_place(f, column, s, len);

    if (at == SIZE_MAX) {
        maas__field_unknown(f, c, x);

    } else if (c->codes) {
        maas__slot_set(f->wide, x, 0, (double) at);

    } else {
        maas__slot_set(f->wide, x, at, 1);
    }
}


/* A value, for those who hand it on: how, and what */

typedef enum {
    FIELDS_TEXT = 0,
    FIELDS_DIGITS,
    FIELDS_NUMBER,
    FIELDS_BOOL
} fields_how_t;

typedef struct {
    fields_how_t   how;
    const char    *s;
    size_t         len;
    double         v;
} fields_value_t;


/* Each model that the columns are of reads the value into its own part of the
 * row. */

static maas_status_t
fields_each(const maas_fields_t *f, size_t column, fields_value_t value,
    void *x, maas_err_t *err)
{
    void                      *own;
    size_t                     i, c;
    maas_status_t              rc;
    const maas_fields_part_t  *p;

    for (i = 0, rc = MAAS_OK; rc == MAAS_OK && i < f->n_parts; i++) {
        p = &f->parts[i];
        c = p->column[column];
        own = (char *) x + p->at;

        if (c == SIZE_MAX) {
            continue;
        }

        switch (value.how) {

        case FIELDS_TEXT:
            rc = maas_row_text(p->fields, c, value.s, value.len, own, err);
            break;

        case FIELDS_DIGITS:
            rc = maas_row_digits(p->fields, c, value.s, value.len, own, err);
            break;

        case FIELDS_NUMBER:
            rc = maas_row_number(p->fields, c, value.v, own, err);
            break;

        default: /* FIELDS_BOOL */
            rc = maas_row_bool(p->fields, c, value.v != 0, own, err);
        }
    }

    return rc;
}


/* Without marks, whoever reads the row. */

void
maas_row_clear(const maas_fields_t *f, void *x)
{
    size_t         i;
    maas_fields_t  plain;

    for (i = 0; i < f->n_parts; i++) {
        maas_row_clear(f->parts[i].fields, (char *) x + f->parts[i].at);
    }

    plain = *f;
    plain.marks = 0;

    for (i = 0; f->n_parts == 0 && i < f->n; i++) {
        maas__field_missing(&plain, &f->columns[i],
                            maas__slot_at(f->wide, x, f->columns[i].at));
    }
}


size_t
maas_column_find(const maas_fields_t *f, const char *name, size_t len)
{
    return maas__names_find(&f->by_name, name, len);
}


size_t
maas_other_find(const maas_fields_t *f, const char *name, size_t len)
{
    return maas__names_find(&f->others, name, len);
}


/* Most texts are numbers of JSON in a column without a format of its own: the
 * short way, to the same number */

static int
fields_plain(const maas_fields_t *f, const maas_column_t *c, const char *s,
    size_t len, void *x)
{
    float        single;
    double       v;
    const char  *end;

    if (c->kind != MAAS_FIELD_NUMBER || c->n_blanks || c->decimal
        || c->thousands || c->n_units || len == 0 || len > MAAS_MAX_DIGITS)
    {
        return 0;
    }

    if (f->wide) {
        end = maas__json_double(s, s + len, &v);

    } else {
        end = maas__json_float(s, s + len, &single);
        v = end == NULL ? 0 : (double) single;
    }

    if (end != s + len) {
        return 0;
    }

    fields_number(f, c, v, x);
    return 1;
}


maas_status_t
maas_row_text(const maas_fields_t *f, size_t column, const char *s,
    size_t len, void *x, maas_err_t *err)
{
    int                   known;
    maas_date_t           date;
    const maas_column_t  *c;

    if (f->n_parts > 0) {
        return fields_each(f, column, (fields_value_t) {
                               .how = FIELDS_TEXT, .s = s, .len = len }, x,
                           err);
    }

    c = &f->columns[column];
    x = maas__slot_at(f->wide, x, c->at);

    maas__field_trim(&s, &len);

    if (len > MAAS_MAX_VALUE) {
        return maas__fail(err, MAAS_TOOBIG, "column \"%.64s\": a text over "
                          "%u bytes", c->name, MAAS_MAX_VALUE);
    }

    if (fields_plain(f, c, s, len, x)) {
        return MAAS_OK;
    }

    if (fields_is_blank(c, s, len)) {
        maas__field_missing(f, c, x);
        return MAAS_OK;
    }

    if (c->kind == MAAS_FIELD_NUMBER) {
        return fields_number_text(f, c, s, len, 0, x, err);
    }

    if (c->kind == MAAS_FIELD_BOOLEAN) {
        return fields_boolean(f, c, s, len, x, err);
    }

    if (c->kind == MAAS_FIELD_DATE) {
        known = maas__date_text(c->date, s, len, &date);
        return fields_date(f, c, known, &date, x, err);
    }

    if (!maas__utf8(s, len)) {
        return fields_bad(c, "text in UTF-8", err);
    }

    if (c->kind == MAAS_FIELD_CATEGORY) {
        fields_category(f, column, s, len, x);
        return MAAS_OK;
    }

    if (c->missing_slot) {
        maas__slot_set(f->wide, x, c->width - 1, 0);
    }

    maas__field_pieces(s, len, c->shortest, c->longest, x, c->hash);

    return MAAS_OK;
}


maas_status_t
maas_row_number(const maas_fields_t *f, size_t column, double v, void *x,
    maas_err_t *err)
{
    int                   known;
    void                 *own;
    char                  buf[MAAS_NUMBER_TEXT];
    size_t                n;
    maas_date_t           date;
    const maas_column_t  *c;

    if (f->n_parts > 0) {
        return fields_each(f, column, (fields_value_t) {
                               .how = FIELDS_NUMBER, .v = v }, x, err);
    }

    c = &f->columns[column];

    if (!isfinite(v) || (!f->wide && !isfinite((float) v))) {
        return fields_beyond(f, c, err);
    }

    own = maas__slot_at(f->wide, x, c->at);

    if (c->kind == MAAS_FIELD_DATE) {
        known = maas__date_number(c->date, v, &date);
        return fields_date(f, c, known, &date, own, err);
    }

    if (!maas__field_is_number(c)) {
        n = c->compare == MAAS_COMPARE_DIGITS ? maas__field_print(v, buf)
                                              : maas__field_print_exact(v,
                                                                        buf);

        return maas_row_text(f, column, buf, n, x, err);
    }

    if (c->kind == MAAS_FIELD_BOOLEAN && v != 0 && v != 1) {
        return fields_bad(c, "true or false, yes or no, 1 or 0", err);
    }

    fields_number(f, c, f->wide ? v : (double) (float) v, own);
    return MAAS_OK;
}


maas_status_t
maas_row_digits(const maas_fields_t *f, size_t column, const char *s,
    size_t len, void *x, maas_err_t *err)
{
    int                   known;
    void                 *own;
    maas_date_t           date;
    const maas_column_t  *c;

    if (f->n_parts > 0) {
        return fields_each(f, column, (fields_value_t) {
                               .how = FIELDS_DIGITS, .s = s, .len = len }, x,
                           err);
    }

    c = &f->columns[column];
    own = maas__slot_at(f->wide, x, c->at);

    switch (c->kind) {

    case MAAS_FIELD_NUMBER:
        return fields_number_text(f, c, s, len, 1, own, err);

    case MAAS_FIELD_DATE:
        known = maas__date_text(c->date, s, len, &date);
        return fields_date(f, c, known, &date, own, err);

    case MAAS_FIELD_BOOLEAN:
        return maas_row_number(f, column, maas__field_json(s, len), x, err);

    default: /* MAAS_FIELD_CATEGORY, MAAS_FIELD_TEXT */
        break;
    }

    if (c->compare == MAAS_COMPARE_DIGITS) {
        return maas_row_number(f, column, maas__field_json(s, len), x, err);
    }

    return maas_row_text(f, column, s, len, x, err);
}


int
maas_row_is_digits(const maas_fields_t *f, size_t column, const char *s,
    size_t len)
{
    size_t                i, own;
    const maas_column_t  *c;

    for (i = 0; i < f->n_parts; i++) {
        own = f->parts[i].column[column];

        if (own != SIZE_MAX
            && !maas_row_is_digits(f->parts[i].fields, own, s, len))
        {
            return 0;
        }
    }

    c = &f->columns[column];

    return c->kind == MAAS_FIELD_NUMBER && !c->decimal && !c->thousands
           && c->n_units == 0 && len > 0
           && maas__json_number(s, s + len) == s + len;
}


int
maas_is_number(const char *s, size_t len)
{
    return len > 0 && maas__json_number(s, s + len) == s + len
           && isfinite((float) maas__field_json(s, len));
}


maas_status_t
maas_row_bool(const maas_fields_t *f, size_t column, int v, void *x,
    maas_err_t *err)
{
    const maas_column_t  *c;

    if (f->n_parts > 0) {
        return fields_each(f, column, (fields_value_t) {
                               .how = FIELDS_BOOL, .v = v }, x, err);
    }

    c = &f->columns[column];

    if (maas__field_is_number(c)) {
        fields_number(f, c, v ? 1 : 0, maas__slot_at(f->wide, x, c->at));
        return MAAS_OK;
    }

    if (c->kind == MAAS_FIELD_DATE) {
        return fields_date(f, c, 0, NULL, x, err);
    }

    if (c->compare == MAAS_COMPARE_NUMBER) {
        return maas_row_text(f, column, v ? "1" : "0", 1, x, err);
    }

    return maas_row_text(f, column, v ? "true" : "false", v ? 4 : 5, x, err);
}


maas_status_t
maas_row_check(const maas_fields_t *f, const void *x, maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    for (i = 0; f->required && i < f->n_parts; i++) {
        rc = maas_row_check(f->parts[i].fields,
                            (const char *) x + f->parts[i].at, err);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    for (i = 0; f->required && f->n_parts == 0 && i < f->n; i++) {
        if (maas__column_is_clear(f, i, x)) {
            return maas__fail(err, MAAS_BADVALUE,
                              "column \"%.64s\" has no value",
                              f->columns[i].name);
        }
    }

    return MAAS_OK;
}
