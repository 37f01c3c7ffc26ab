/*
 * The input of an infer request as pictures, BYTES of [rows] or [rows,1]: in
 * JSON as base64, behind it each file behind its length.
 * Not here: formats (maas_image.c).
 */

#include "maas_int.h"
#include "maas_json_v2.h"
#include "wire/image/maas_image.h"

#include <string.h>


static const char *
picture_find(const char *p, const char *end, const char *word)
{
    size_t  n;

    for (n = strlen(word); (size_t) (end - p) >= n; p++) {
        p = memchr(p, word[0], (size_t) (end - p) - n + 1);

        if (p == NULL || memcmp(p, word, n) == 0) {
            return p;
        }
    }

    return NULL;
}


/* The length in front of p; SIZE_MAX: it is not there, or beyond the end. */

static size_t
picture_len(const char *p, const char *end)
{
    uint32_t  len;

    if (end - p < (ptrdiff_t) sizeof(len)) {
        return SIZE_MAX;
    }

    memcpy(&len, p, sizeof(len));

    return len <= (size_t) (end - p) - sizeof(len) ? len : SIZE_MAX;
}


size_t
maas__v2_bound_pictures(const maas_info_t *info, const maas_body_t *body)
{
    size_t       n, len, rows;
    const char  *p, *end;

    rows = maas__bound_numbers(info, body);

    if (!info->image || body->json_len > body->len) {
        return rows;
    }

    end = body->data + body->json_len;

    if (picture_find(body->data, end, "BYTES") == NULL) {
        return rows;
    }

    /* a picture is a string, or a length and so many bytes */

    for (n = 0, p = body->data; n < 2 * body->max_rows; n++) {
        p = memchr(p, '"', (size_t) (end - p));

        if (p++ == NULL) {
            break;
        }
    }

    n /= 2;
    p = end;
    end = body->data + body->len;

    for ( /* void */ ; n < body->max_rows; n++) {
        len = picture_len(p, end);

        if (len == SIZE_MAX) {
            break;
        }

        p += sizeof(uint32_t) + len;
    }

    return n > rows ? n : rows;
}


static maas_status_t
picture_json(maas_v2_t *r)
{
    void           *x;
    size_t          row, at;
    unsigned        more, deep;
    maas_json_t     j;
    maas_status_t   rc;

    j = r->j;
    j.p = r->in.data;
    more = 0;

    for (row = 0; /* void */ ; row++) {
        rc = maas__json_element(&j, &more, r->err);
        if (rc != MAAS_OK || !more || row == r->rows) {
            break;
        }

        x = maas__record(&r->r, row);
        at = (size_t) (j.p - j.start);
        deep = j.p < j.end && *j.p == '[';
        j.p += deep;
        maas__json_space(&j);

        rc = maas__json_picture(&j, &r->r, x, r->err);

        if (rc == MAAS_OK && deep) {
            maas__json_space(&j);

            if (j.p == j.end || *j.p != ']') {
                return maas__fail(r->err, MAAS_BADSHAPE, "byte %zu: expected a "
                                  "list of one picture", at);
            }

            j.p++;
        }

        if (rc != MAAS_OK) {
            break;
        }
    }

    if (rc == MAAS_OK && (more || row != r->rows)) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                          "pictures for its shape, got %s",
                          r->info->input_name, r->rows,
                          more ? "more" : "fewer");
    }

    return rc;
}


static maas_status_t
picture_cells(maas_v2_t *r, maas_cells_t *cells)
{
    size_t         row;
    maas_err_t     own;
    maas_str_t     s;
    maas_status_t  rc;

    for (row = 0; row < r->rows; row++) {
        rc = maas__cells_next(cells, &s);

        if (rc != MAAS_OK) {
            return maas__fail(r->err, MAAS_BADSHAPE, "row %zu: a picture that "
                              "does not end within its tensor", row);
        }

        rc = maas__image_read(r->info, s.data, s.len, &r->r.pixels,
                              maas__record(&r->r, row), &own);
        if (rc != MAAS_OK) {
            return maas__fail(r->err, rc, "row %zu: %s", row, own.msg);
        }
    }

    if (maas_pb_len(cells->bytes) != 0) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": %zu bytes "
                          "more than its pictures", r->info->input_name,
                          maas_pb_len(cells->bytes));
    }

    return MAAS_OK;
}


static maas_status_t
picture_binary(maas_v2_t *r)
{
    maas_cells_t   cells;
    maas_status_t  rc;

    rc = maas__v2_behind(r, r->in.has_binary ? r->in.binary_size
                                             : r->tail_len);
    if (rc != MAAS_OK) {
        return rc;
    }

    cells = maas__cells_bytes(MAAS_BYTES, r->tail, r->tail_len);

    return picture_cells(r, &cells);
}


/* The same of a message */

static maas_status_t
picture_message(maas_v2_t *r)
{
    if (!maas__cells_are(r->cells, r->rows)) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": expected %zu "
                          "pictures for its shape, got %zu",
                          r->info->input_name, r->rows, r->cells->count);
    }

    return picture_cells(r, r->cells);
}


maas_status_t
maas__v2_pictures(maas_v2_t *r)
{
    char           text[MAAS_SHAPE_TEXT];
    maas_status_t  rc;

    if (r->in.rank < 1 || r->in.rank > 2
        || (r->in.rank == 2 && r->in.shape[1] != 1))
    {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": shape %s, "
                          "expected [rows] or [rows,1] for pictures",
                          r->info->input_name,
                          maas__shape_text(r->in.shape, r->in.rank, text));
    }

    r->rows = r->in.shape[0];
    rc = maas__records_most(&r->r, r->rows, r->err);

    if (rc == MAAS_OK && r->rows > r->r.room) {
        return maas__fail(r->err, MAAS_BADSHAPE, "tensor \"%s\": %zu rows, "
                          "more than the body can hold", r->info->input_name,
                          r->rows);
    }

    if (rc == MAAS_OK && r->cells != NULL) {
        return picture_message(r);
    }

    if (rc != MAAS_OK || r->in.data == NULL) {
        return rc != MAAS_OK ? rc : picture_binary(r);
    }

    rc = maas__v2_tail_end(r);

    return rc == MAAS_OK ? picture_json(r) : rc;
}
