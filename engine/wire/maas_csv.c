/*
 * CSV (RFC 4180): a request's rows, and rows of floats as an answer.
 * Not here: what the text of a column means (maas_field_text.c).
 */

#include "maas_int.h"
#include "maas_records.h"
#include "text/maas_json.h"

#include <math.h>
#include <string.h>


typedef struct {
    maas_str_t    s;               /* without the quotes around it */
    unsigned      doubled;         /* has quotes written twice */
    unsigned      last;            /* of its line */
} csv_field_t;


static int
csv_line_end(const maas_json_t *c)
{
    return c->p == c->end || *c->p == '\n'
           || (*c->p == '\r' && (c->p + 1 == c->end || c->p[1] == '\n'));
}


static maas_status_t
csv_quoted(maas_json_t *c, csv_field_t *field, maas_err_t *err)
{
    size_t  at;

    at = (size_t) (c->p - c->start);
    field->s.data = ++c->p;

    for ( ;; ) {
        c->p = memchr(c->p, '"', (size_t) (c->end - c->p));

        if (c->p == NULL) {
            c->p = c->end;
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: a quote that does"
                              " not end", at);
        }

        if (c->end - c->p < 2 || c->p[1] != '"') {
            break;
        }

        field->doubled = 1;
        c->p += 2;
    }

    field->s.len = (size_t) (c->p - field->s.data);
    c->p++;

    if (!csv_line_end(c) && *c->p != ',') {
        return maas__json_bad(c, "expected a comma or the end of the line "
                              "behind a quoted field", err);
    }

    return MAAS_OK;
}


/* A field, and what separates it from the next */

static maas_status_t
csv_next(maas_json_t *c, csv_field_t *field, maas_err_t *err)
{
    maas_status_t  rc;

    field->doubled = 0;

    if (c->p < c->end && *c->p == '"') {
        rc = csv_quoted(c, field, err);
        if (rc != MAAS_OK) {
            return rc;
        }

    } else {
        field->s.data = c->p;

        while (!csv_line_end(c) && *c->p != ',') {
            c->p++;
        }

        field->s.len = (size_t) (c->p - field->s.data);
    }

    field->last = csv_line_end(c);

    c->p += c->p < c->end && *c->p == '\r';
    c->p += c->p < c->end;

    return MAAS_OK;
}


/* A field with one quote for two */

static size_t
csv_plain(maas_str_t s, char *text)
{
    char    *p;
    size_t   i;

    for (p = text, i = 0; i < s.len; i++) {
        *p++ = s.data[i];
        i += s.data[i] == '"';
    }

    return (size_t) (p - text);
}


/* A field as a number of a tensor */

static maas_status_t
csv_number(maas_str_t s, float *v)
{
    maas__field_trim(&s.data, &s.len);

    return maas__field_number(s.data, s.len, v);
}


/* The column that a field names, SIZE_MAX if there is none */

static size_t
csv_column(const maas_fields_t *f, const csv_field_t *field)
{
    char        text[2 * MAAS_MAX_TEXT];
    maas_str_t  s;

    s = field->s;

    /* a header is read again for each row: it must not go on for ever */

    if (s.len > sizeof(text)) {
        return SIZE_MAX;
    }

    if (field->doubled) {
        s = (maas_str_t) { text, csv_plain(s, text) };
    }

    maas__field_trim(&s.data, &s.len);

    return maas_column_find(f, s.data, s.len);
}


/* Is the first line names: of columns, all of them; of a tensor, whatever does
 * not begin with a number? */

static int
csv_has_header(const maas_json_t *from, const maas_fields_t *f)
{
    float        v;
    maas_json_t  c;
    csv_field_t  field;

    c = *from;

    do {
        if (csv_next(&c, &field, NULL) != MAAS_OK) {
            return 0;
        }

        if (f == NULL) {
            return csv_number(field.s, &v) == MAAS_BADVALUE;
        }

        if (csv_column(f, &field) == SIZE_MAX) {
            return 0;
        }

    } while (!field.last);

    return 1;
}


/* Number n of a tensor's row, or the value of a column */

static maas_status_t
csv_value(const maas_records_t *r, size_t n, const csv_field_t *field,
    float *x, maas_err_t *err)
{
    if (r->fields != NULL) {
        if (!isnan(x[r->fields->columns[n].at])) {
            return maas__fail(err, MAAS_BADVALUE, "column \"%.64s\" is there "
                              "twice", r->fields->columns[n].name);
        }

        return maas__record_text(r->fields, n, field->s, field->doubled
                                 ? csv_plain : NULL, x, err);
    }

    if (csv_number(field->s, x + n) != MAAS_OK) {
        return maas__fail(err, MAAS_BADVALUE, "expected a number that fits in "
                          "single precision");
    }

    return MAAS_OK;
}


/* A line of values; header: where one with their names stands, or NULL */

static maas_status_t
csv_row(maas_json_t *c, maas_records_t *r, const maas_json_t *header, float *x,
    maas_err_t *err)
{
    maas_json_t    h;
    size_t         n, at, line, want, column;
    csv_field_t    field, name;
    maas_status_t  rc;

    want = r->fields == NULL ? r->info->in : r->fields->n;
    line = (size_t) (c->p - c->start);
    name.last = 0;

    if (header != NULL) {
        h = *header;
    }

    for (n = 0; /* void */ ; n++) {
        at = (size_t) (c->p - c->start);

        rc = csv_next(c, &field, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (header != NULL && name.last) {
            return maas__fail(err, MAAS_BADSHAPE, "byte %zu: more fields than "
                              "the header has", at);
        }

        if (header == NULL && n == want) {
            return maas__fail(err, MAAS_BADSHAPE, "byte %zu: more than %zu "
                              "fields", at, want);
        }

        column = n;

        if (header != NULL) {
            (void) csv_next(&h, &name, NULL);      /* it was read before */
            column = csv_column(r->fields, &name);
        }

        rc = maas__record_at(at, csv_value(r, column, &field, x, err), err);
        if (rc != MAAS_OK) {
            return rc;
        }

        if (field.last) {
            break;
        }
    }

    if (header != NULL ? !name.last : n + 1 != want) {
        return maas__fail(err, MAAS_BADSHAPE, "byte %zu: a line of %zu fields,"
                          " expected %s", line, n + 1, header != NULL
                          ? "as many as in the header"
                          : "one for each number or column");
    }

    return MAAS_OK;
}


static size_t
csv_bound(const maas_info_t *info, const maas_body_t *body)
{
    size_t  i, rows;

    for (rows = 1, i = 0; i + 1 < body->len; i++) {
        rows += body->data[i] == '\n';
    }

    return rows < body->max_rows ? rows : body->max_rows;
}


static maas_status_t
csv_read(const maas_info_t *info, const maas_body_t *body, float *x,
    maas_request_t *req, maas_err_t *err)
{
    float          *row;
    maas_json_t     c, first;
    size_t          at;
    unsigned        header;
    csv_field_t     field;
    maas_status_t   rc;
    maas_records_t  r;

    maas__json_start(&c, body->data, body->len);
    maas__records_start(&r, info, body, csv_bound(info, body), x);

    if (body->len >= 3 && memcmp(body->data, "\xef\xbb\xbf", 3) == 0) {
        c.p += 3;
    }

    first = c;
    header = body->len > 0 && csv_has_header(&c, r.fields);

    if (header) {
        do {
            (void) csv_next(&c, &field, err);
        } while (!field.last);
    }

    while (c.p < c.end) {
        at = (size_t) (c.p - c.start);

        rc = maas__record_begin(&r, &row, err);

        if (rc == MAAS_OK) {
            rc = csv_row(&c, &r, header && r.fields != NULL ? &first : NULL,
                         row, err);
        }

        if (rc == MAAS_OK) {
            rc = maas__record_end(&r, row, at, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (r.rows == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "no rows");
    }

    *req = (maas_request_t) { .rows = r.rows };

    return MAAS_OK;
}


static size_t
csv_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * info->out * (MAAS_FLOAT_MAX + 1);
}


static size_t
csv_write(const maas_info_t *info, const maas_request_t *req, const float *y,
    char *buf, size_t *json_len)
{
    char    *p;
    size_t   i;

    p = buf;

    for (i = 0; i < req->rows; i++) {
        p += maas__floats_print(y + i * info->out, info->out, p);
        *p++ = '\n';
    }

    return (size_t) (p - buf);
}


static const char *const  csv_types[] = { "text/csv", NULL };

const maas_form_t  maas_form_csv = {
    .name = "csv",
    .types = csv_types,
    .answer = "text/csv",
    .bound = csv_bound,
    .read = csv_read,
    .size = csv_size,
    .write = csv_write
};
