/*
 * Named fields of CSV: a line of names and one of values.
 * Not here: the grammar (text/maas_csv_text.c), rows of a model (maas_csv.c).
 */

#include "maas_body_fields.h"
#include "maas_int.h"
#include "text/maas_csv_text.h"


static maas_status_t
body_csv_field(maas_csv_t *c, maas_fields_to_t *b, maas_csv_field_t *f,
    maas_err_t *err)
{
    const char  *wrong;

    wrong = maas__csv_next(c, f);
    if (wrong != NULL) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: %s", f->at, wrong);
    }

    if (f->doubled) {
        f->s.len = maas__csv_plain(f->s, b->scratch);
        f->s.data = b->scratch;
        b->scratch += f->s.len;
    }

    return MAAS_OK;
}


/* A separator at the end of a line is followed by no field. */

static int
body_csv_ends(const maas_csv_t *c, const maas_csv_field_t *f)
{
    maas_csv_t        at;
    maas_csv_field_t  next;

    if (f->last) {
        return 1;
    }

    at = *c;

    return maas__csv_next(&at, &next) == NULL && next.last && next.s.len == 0
           && !next.quoted;
}


/* names and values are at their lines, which have the same number of fields;
 * values is then behind its own */

static maas_status_t
body_csv_row(maas_csv_t *names, maas_csv_t *values, maas_fields_to_t *b,
    maas_err_t *err)
{
    int                ends;
    size_t             at;
    maas_status_t      rc;
    maas_body_field_t  f;
    maas_csv_field_t   name, value;

    at = (size_t) (values->p - values->start);
    f.kind = MAAS_VALUE_TEXT;

    do {
        rc = body_csv_field(names, b, &name, err);

        if (rc == MAAS_OK) {
            rc = body_csv_field(values, b, &value, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }

        f.name = name.s;
        f.value = value.s;
        b->each(b->data, &f);

        ends = name.last || value.last;
    } while (!ends);

    if (!body_csv_ends(names, &name) || !body_csv_ends(values, &value)) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: expected as many "
                          "fields as in the line of names", at);
    }

    if (!value.last) {
        maas__csv_pass(values);
    }

    return MAAS_OK;
}


static int
body_csv_fits(void *data, const maas_csv_t *row, unsigned first)
{
    return maas__csv_count(row) == 1;
}


/* What separates: nothing, where a byte of the value looks as if it did beside
 * one name, such as a decimal comma. */

static char
body_csv_by(const maas_csv_t *names)
{
    char        by;
    maas_csv_t  at;

    at = *names;
    at.by = maas__csv_guess(names, ',');

    if (maas__csv_count(&at) > 1) {
        return at.by;
    }

    by = maas__csv_choose(names, at.by, body_csv_fits, NULL);

    return by != '\0' ? by : at.by;
}


maas_status_t
maas__body_csv(maas_str_t text, maas_fields_to_t *b, maas_err_t *err)
{
    maas_csv_t     names, values;
    maas_status_t  rc;

    if (maas__csv_is_wide(text.data, text.len)) {
        return maas__fail(err, MAAS_BADVALUE, "byte 0: this is UTF-16: "
                          "expected UTF-8");
    }

    maas__csv_start(&names, text.data, text.len);
    maas__csv_body(&names);

    if (!maas__csv_row(&names)) {
        return maas__fail(err, MAAS_BADSHAPE, "no record");
    }

    if (names.by == '\0') {
        names.by = body_csv_by(&names);
    }

    values = names;

    if (!maas__csv_pass_row(&values) || !maas__csv_row(&values)) {
        return maas__fail(err, MAAS_BADSHAPE, "expected a line of names and "
                          "one of values");
    }

    rc = body_csv_row(&names, &values, b, err);

    if (rc == MAAS_OK && maas__csv_row(&values)) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: more than one record",
                          (size_t) (values.p - values.start));
    }

    return rc;
}
