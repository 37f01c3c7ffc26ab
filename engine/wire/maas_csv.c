/*
 * CSV: a request's rows, and rows of floats as an answer.
 * Not here: the grammar (text/maas_csv_text.c), which field is which column
 * (field/maas_layout.c), what the text of a column means (maas_field_text.c).
 */

#include "maas_int.h"
#include "maas_records.h"
#include "field/maas_layout.h"
#include "text/maas_csv_text.h"
#include "text/maas_json.h"
#include "wire/json/maas_json_explain.h"

#include <math.h>
#include <string.h>


/* A field as number n of a tensor's row */

static maas_status_t
csv_number(const maas_info_t *info, maas_str_t s, void *x, size_t n,
    maas_err_t *err)
{
    double  v;

    maas__field_trim(&s.data, &s.len);

    if (info->nan && maas__field_is_missing(s.data, s.len)) {
        v = NAN;

    } else if (maas__field_value(info->wide, s.data, s.len, &v) != MAAS_OK) {
        return maas__fail(err, MAAS_BADVALUE, "expected a number that fits in "
                          "%s precision", info->wide ? "double" : "single");
    }

    maas__slot_set(info->wide, x, n, v);

    return MAAS_OK;
}


/* Number n of a tensor's row, the value of a column, or of none */

static maas_status_t
csv_value(const maas_records_t *r, const maas_layout_t *l, size_t n,
    const maas_csv_field_t *f, void *x, maas_err_t *err)
{
    uint32_t  place;

    if (r->fields == NULL) {
        return csv_number(r->info, f->s, x, n, err);
    }

    place = l->place != NULL ? l->place[n] : (uint32_t) n;

    if (place >= r->fields->n) {
        return maas__layout_passes(l, place, f->s.data, f->s.len, err);
    }

    return maas__record_text(r->fields, place, f->s,
                             f->doubled ? maas__csv_plain : NULL, x, err);
}


static maas_status_t
csv_more(const maas_layout_t *l, size_t at, maas_err_t *err)
{
    return l->names ? maas__fail(err, MAAS_BADSHAPE, "byte %zu: more fields "
                                 "than the header has", at)
                    : maas__fail(err, MAAS_BADSHAPE, "byte %zu: more than %zu "
                                 "fields", at, l->n);
}


static maas_status_t
csv_row(maas_csv_t *c, const maas_records_t *r, const maas_layout_t *l,
    void *x, maas_err_t *err)
{
    size_t             n, at;
    const char        *wrong;
    maas_status_t      rc;
    maas_csv_field_t   f;

    at = (size_t) (c->p - c->start);
    n = 0;

    do {
        wrong = maas__csv_next(c, &f);

        if (wrong != NULL) {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: %s", f.at, wrong);
        }

        if (n == l->n && f.s.len == 0 && !f.quoted && f.last) {
            return MAAS_OK;            /* the line ends with a separator */
        }

        if (n == l->n) {
            return csv_more(l, f.at, err);
        }

        rc = maas__record_at(f.at, csv_value(r, l, n, &f, x, err), err);
        if (rc != MAAS_OK) {
            return rc;
        }

        n++;
    } while (!f.last);

    if (n == l->n) {
        return MAAS_OK;
    }

    return maas__fail(err, MAAS_BADSHAPE, "byte %zu: a line of %zu fields, "
                      "expected %zu, %s", at, n, l->n, l->names
                      ? "as many as in the header"
                      : "one for each number or column");
}


static size_t
csv_bound(const maas_info_t *info, const maas_body_t *body)
{
    size_t       i, rows;
    const char  *s;

    s = body->data;

    for (rows = 1, i = 0; i + 1 < body->len; i++) {
        rows += s[i] == '\n' || (s[i] == '\r' && s[i + 1] != '\n');
    }

    return rows < body->max_rows ? rows : body->max_rows;
}


static maas_status_t
csv_rows(maas_csv_t *c, maas_records_t *r, const maas_layout_t *l,
    maas_err_t *err)
{
    void           *row;
    size_t          at;
    maas_status_t   rc;

    while (maas__csv_row(c)) {
        at = (size_t) (c->p - c->start);

        rc = maas__record_begin(r, &row, err);

        if (rc == MAAS_OK) {
            rc = csv_row(c, r, l, row, err);
        }

        if (rc == MAAS_OK) {
            rc = maas__record_end(r, row, at, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return r->rows > 0 ? MAAS_OK : maas__fail(err, MAAS_BADSHAPE, "no rows");
}


static maas_status_t
csv_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    maas_csv_t          c;
    maas_arena_t       *a;
    maas_status_t       rc;
    maas_layout_t       l;
    maas_records_t      r;
    maas_layout_want_t  want = { .target = SIZE_MAX, .lenient = body->loose };

    if (maas__csv_is_wide(body->data, body->len)) {
        return maas__fail(err, MAAS_BADVALUE, "byte 0: this is UTF-16: "
                          "expected UTF-8");
    }

    a = maas__arena_create(maas__layout_size(info));
    if (a == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for the columns");
    }

    maas__records_start(&r, info, body, csv_bound(info, body), x);
    maas__csv_start(&c, body->data, body->len);

    rc = maas__layout_find(&l, info, &want, &c, a, err);

    if (rc == MAAS_OK && !l.names) {
        rc = maas__records_nameless(&r, err);
    }

    rc = rc == MAAS_OK ? csv_rows(&c, &r, &l, err)
                       : maas__record_at(l.at, rc, err);

    maas__arena_destroy(a);

    if (rc == MAAS_OK) {
        *req = (maas_request_t) { .rows = r.rows };
    }

    return rc;
}


/* The most bytes of what explanations add to a row */

static size_t
csv_explained_size(const maas_info_t *info, const maas_explanations_t *all)
{
    size_t  n;

    if (all == NULL) {
        return 0;
    }

    n = all->top > 0 ? all->top : all->size;

    return (n + 2) * (MAAS_FLOAT_MAX + 1)
           + (all->top > 0 ? n * (maas__explanations_name_size(info) + 3) : 0);
}


static size_t
csv_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * (info->out * (MAAS_FLOAT_MAX + 1)
                        + csv_explained_size(info, req->explained));
}


/* A comma and a number in single precision, none where that has none */

static char *
csv_adds(double v, char *p)
{
    *p++ = ',';

    return p + (isfinite((float) v) ? maas__float_print((float) v, p) : 0);
}


/* A comma and a name, in quotes if it needs them */

static char *
csv_reason(const char *s, size_t len, char *p)
{
    size_t    i;
    unsigned  quoted;

    for (quoted = 0, i = 0; i < len; i++) {
        quoted |= memchr(",;\"\r\n\t ", s[i], 7) != NULL;
    }

    *p++ = ',';

    if (!quoted) {
        memcpy(p, s, len);
        return p + len;
    }

    *p++ = '"';

    for (i = 0; i < len; i++) {
        *p = s[i];
        p += 1 + (s[i] == '"');
        p[-1] = s[i];
    }

    *p++ = '"';

    return p;
}


/* score, base, then names with what they add, or what all add in their order */

static char *
csv_explained(const maas_info_t *info, const maas_explanations_t *all,
    size_t row, char *p)
{
    char           text[MAAS_EXPLAIN_PLACE];
    size_t         i, n, len, places[MAAS_EXPLAIN_TOP];
    const char    *name;
    const double  *adds;

    adds = all->attributions + row * all->size;
    p = csv_adds(all->row[row].score, p);
    p = csv_adds(all->row[row].base, p);

    if (all->top == 0) {
        for (i = 0; i < all->size; i++) {
            p = csv_adds(adds[i], p);
        }

        return p;
    }

    n = maas__explanations_top(all, row, places);

    for (i = 0; i < all->top; i++) {

        if (i >= n) {
            p = stpcpy(p, ",,");
            continue;
        }

        name = maas__explanations_name(info, places[i], text, &len);
        p = csv_reason(name, len, p);
        p = csv_adds(adds[places[i]], p);
    }

    return p;
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

        if (req->explained != NULL) {
            p = csv_explained(info, req->explained, i, p);
        }

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
    .explains = 1,
    .read = csv_read,
    .size = csv_size,
    .write = csv_write
};
