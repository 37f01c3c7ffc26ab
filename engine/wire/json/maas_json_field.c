/*
 * One value of JSON -> the slots of a column.
 * Not here: which column it is of (maas_json_record.c), what its text means
 * (maas_field_text.c).
 */

#include "maas_int.h"
#include "maas_json_record.h"

#include <math.h>
#include <string.h>


maas_str_t
maas__json_name(maas_str_t raw, char text[MAAS_NAME_TEXT])
{
    if (raw.len > MAAS_NAME_TEXT || memchr(raw.data, '\\', raw.len) == NULL) {
        return raw;
    }

    return (maas_str_t) { text, maas__json_text(raw, text) };
}


typedef size_t (*field_find_pt)(const maas_fields_t *f, const char *name,
    size_t len);


static size_t
field_find(const maas_fields_t *f, maas_str_t raw, field_find_pt find)
{
    char        text[MAAS_NAME_TEXT];
    maas_str_t  name;

    name = maas__json_name(raw, text);

    return find(f, name.data, name.len);
}


size_t
maas__json_column(const maas_fields_t *f, maas_str_t raw)
{
    return field_find(f, raw, maas_column_find);
}


int
maas__json_other(const maas_fields_t *f, maas_str_t raw)
{
    return field_find(f, raw, maas_other_find) != SIZE_MAX;
}


maas_status_t
maas__json_b64(maas_json_t *j, maas_str_t *s, maas_err_t *err)
{
    size_t               at;
    maas_status_t        rc;
    maas_json_object_t   o;

    static const char *const  names[] = { "b64", NULL };

    o = (maas_json_object_t) { .names = names };
    at = (size_t) (j->p - j->start);
    s->data = NULL;

    do {
        rc = maas__json_member(j, &o, err);

        if (rc == MAAS_OK && o.which == 0) {
            rc = maas__json_string(j, s, err);
        }

    } while (rc == MAAS_OK && o.which == 0);

    if (rc == MAAS_OK && (o.which != MAAS_JSON_END || o.seen == 0)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected an object "
                          "of \"b64\" alone", at);
    }

    return rc;
}


static maas_status_t
field_scalar(maas_json_t *j, const maas_fields_t *f, size_t column, void *x,
    maas_err_t *err)
{
    char             c;
    size_t           at;
    unsigned         v;
    maas_str_t       s;
    maas_status_t    rc;
    const char      *end;
    maas_decode_pt   decode;

    at = (size_t) (j->p - j->start);
    c = j->p < j->end ? *j->p : '\0';

    switch (c) {

    case '"':
    case '{':
        rc = c == '{' ? maas__json_b64(j, &s, err)
                      : maas__json_string(j, &s, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        decode = c == '{' ? maas__base64
                 : memchr(s.data, '\\', s.len) != NULL ? maas__json_text
                                                       : NULL;
        rc = maas__record_text(f, column, s, decode, x, err);
        break;

    case 't':
    case 'f':
        rc = maas__json_bool(j, &v, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        rc = maas_row_bool(f, column, (int) v, x, err);
        break;

    case 'n':
        rc = maas__json_skip(j, 1, err);

        return rc != MAAS_OK ? rc : maas_row_text(f, column, "", 0, x, err);

    default:
        end = maas__json_number(j->p, j->end);
        if (end == NULL) {
            return maas__json_expected(j, "a value", err);
        }

        rc = maas_row_digits(f, column, j->p, (size_t) (end - j->p), x, err);
        j->p = end;
    }

    return rc == MAAS_OK ? rc : maas__record_at(at, rc, err);
}


/* One value, or a list of one */

static maas_status_t
field_value(maas_json_t *j, const maas_fields_t *f, size_t column, void *x,
    maas_err_t *err)
{
    size_t         at;
    unsigned       some, more;
    maas_status_t  rc;

    if (j->p == j->end || *j->p != '[') {
        return field_scalar(j, f, column, x, err);
    }

    at = (size_t) (j->p - j->start);
    more = 0;

    rc = maas__json_element(j, &more, err);
    some = more;

    if (rc == MAAS_OK && some) {
        rc = field_scalar(j, f, column, x, err);
    }

    if (rc == MAAS_OK && some) {
        rc = maas__json_element(j, &more, err);
    }

    if (rc == MAAS_OK && (more || !some)) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: column \"%.64s\": "
                          "expected one value, got a list of %s", at,
                          f->columns[column].name, more ? "more" : "none");
    }

    return rc;
}


maas_status_t
maas__json_field(maas_json_t *j, const maas_fields_t *f, size_t column,
    void *x, maas_err_t *err)
{
    size_t         at;
    maas_status_t  rc;

    at = (size_t) (j->p - j->start);

    rc = field_value(j, f, column, x, err);

    /* a row keeps NaN for what has not come yet */

    if (rc == MAAS_OK && maas__column_is_clear(f, column, x)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: column \"%.64s\" has "
                          "no value", at, f->columns[column].name);
    }

    return rc;
}
