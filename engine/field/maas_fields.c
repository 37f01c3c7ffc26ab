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


static int
fields_is_number(const maas_column_t *c)
{
    return c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN;
}


/* x: the column's own slots */

static void
fields_missing(const maas_column_t *c, float *x)
{
    memset(x, 0, c->width * sizeof(float));

    if (fields_is_number(c)) {
        x[0] = c->missing;
    }

    if (c->missing_slot) {
        x[c->width - 1] = 1;
    }
}


static void
fields_number(const maas_column_t *c, float v, float *x)
{
    x[0] = v;

    if (c->missing_slot) {
        x[1] = 0;
    }
}


static maas_status_t
fields_number_text(const maas_column_t *c, const char *s, size_t len,
    float *x, maas_err_t *err)
{
    int            yes;
    float          v;
    maas_status_t  rc;

    if (maas__field_is_missing(s, len)) {
        fields_missing(c, x);
        return MAAS_OK;
    }

    if (c->kind == MAAS_FIELD_BOOLEAN) {
        yes = maas__field_boolean(s, len);
        if (yes < 0) {
            return fields_bad(c, "true or false, yes or no, 1 or 0", err);
        }

        fields_number(c, (float) yes, x);
        return MAAS_OK;
    }

    rc = maas__field_number(s, len, &v);
    if (rc != MAAS_OK) {
        return fields_bad(c, rc == MAAS_TOOBIG
                             ? "a number that fits in single precision"
                             : "a number", err);
    }

    fields_number(c, v, x);
    return MAAS_OK;
}


/* s is trimmed and not empty */

static void
fields_category(const maas_column_t *c, const maas_names_t *values,
    const char *s, size_t len, float *x)
{
    size_t  at;

    memset(x, 0, c->width * sizeof(float));

    if (c->hash > 0) {
        x[(maas__field_hash(s, len) & 0x7fffffffu) % c->hash] = 1;
        return;
    }

    at = maas__names_find(values, s, len);

    if (at != SIZE_MAX) {
        x[at] = 1;

    } else if (c->other) {
        x[c->n_values] = 1;
    }
}


void
maas_row_clear(const maas_fields_t *f, float *x)
{
    size_t  i;

    for (i = 0; i < f->n; i++) {
        fields_missing(&f->columns[i], x + f->columns[i].at);
    }
}


size_t
maas_column_find(const maas_fields_t *f, const char *name, size_t len)
{
    return maas__names_find(&f->by_name, name, len);
}


maas_status_t
maas_row_text(const maas_fields_t *f, size_t column, const char *s,
    size_t len, float *x, maas_err_t *err)
{
    const maas_column_t  *c;

    c = &f->columns[column];
    x += c->at;

    maas__field_trim(&s, &len);

    if (len == 0) {
        fields_missing(c, x);
        return MAAS_OK;
    }

    if (len > MAAS_MAX_VALUE) {
        return maas__fail(err, MAAS_TOOBIG, "column \"%.64s\": a text over "
                          "%u bytes", c->name, MAAS_MAX_VALUE);
    }

    if (fields_is_number(c)) {
        return fields_number_text(c, s, len, x, err);
    }

    if (!maas__utf8(s, len)) {
        return fields_bad(c, "text in UTF-8", err);
    }

    if (c->kind == MAAS_FIELD_CATEGORY) {
        fields_category(c, &f->values[column], s, len, x);
        return MAAS_OK;
    }

    if (c->missing_slot) {
        x[c->width - 1] = 0;
    }

    maas__field_pieces(s, len, c->shortest, c->longest, x, c->hash);

    return MAAS_OK;
}


maas_status_t
maas_row_number(const maas_fields_t *f, size_t column, double v, float *x,
    maas_err_t *err)
{
    char                  buf[MAAS_NUMBER_TEXT];
    const maas_column_t  *c;

    c = &f->columns[column];

    if (!isfinite((float) v)) {
        return fields_bad(c, "a number that fits in single precision", err);
    }

    if (!fields_is_number(c)) {
        return maas_row_text(f, column, buf, maas__field_print(v, buf), x,
                             err);
    }

    if (c->kind == MAAS_FIELD_BOOLEAN && v != 0 && v != 1) {
        return fields_bad(c, "true or false, yes or no, 1 or 0", err);
    }

    fields_number(c, (float) v, x + c->at);
    return MAAS_OK;
}


maas_status_t
maas_row_bool(const maas_fields_t *f, size_t column, int v, float *x,
    maas_err_t *err)
{
    const maas_column_t  *c;

    c = &f->columns[column];

    if (fields_is_number(c)) {
        fields_number(c, v ? 1 : 0, x + c->at);
        return MAAS_OK;
    }

    return maas_row_text(f, column, v ? "true" : "false", v ? 4 : 5, x, err);
}


maas_status_t
maas_row_check(const maas_fields_t *f, const float *x, maas_err_t *err)
{
    size_t  i;

    for (i = 0; f->required && i < f->n; i++) {
        if (isnan(x[f->columns[i].at])) {
            return maas__fail(err, MAAS_BADVALUE,
                              "column \"%.64s\" has no value",
                              f->columns[i].name);
        }
    }

    return MAAS_OK;
}
