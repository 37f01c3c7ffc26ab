/*
 * The form of raw numbers: little-endian FP32, or FP64 where rows are wide, row
 * after row; the answer is FP32.  No JSON, no other types (maas_dtype.c).
 */

#include "maas_int.h"
#include "maas_records.h"
#include "field/maas_unknown.h"

#include <string.h>


static maas_status_t
bytes_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    size_t          rows, row;
    maas_status_t   rc;
    maas_records_t  r;

    row = info->row;
    rows = body->len / row;

    maas__records_start(&r, info, body, rows, x);

    rc = maas__records_nameless(&r, err);

    if (rc == MAAS_OK) {
        rc = maas__raw_numbers(info, err);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (body->len == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "the body is empty");
    }

    if (body->len % row != 0) {
        return maas__fail(err, MAAS_BADSHAPE, "expected rows of %zu bytes, "
                          "%zu numbers of %s each, got %zu bytes", row,
                          info->in, maas__dtypes[maas__row_dtype(info)].wire,
                          body->len);
    }

    rc = maas__records_most(&r, rows, err);

    if (rc == MAAS_OK) {
        rc = maas__dtype_rows(maas__row_dtype(info), body->data,
                              rows * info->in, info->wide, info->nan, x, err);
    }

    if (rc == MAAS_OK) {
        *req = (maas_request_t) { .rows = rows, .binary = 1, .raw = 1 };
    }

    return rc;
}


static size_t
bytes_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * info->out * sizeof(float);
}


static size_t
bytes_write(const maas_info_t *info, const maas_request_t *req, const float *y,
    char *buf, size_t *json_len)
{
    memcpy(buf, y, bytes_size(info, req));

    return bytes_size(info, req);
}


static const char *const  bytes_types[] = { "application/octet-stream", NULL };

const maas_form_t  maas_form_bytes = {
    .name = "bytes",
    .types = bytes_types,
    .answer = "application/octet-stream",
    .bound = maas__bound_numbers,
    .read = bytes_read,
    .size = bytes_size,
    .write = bytes_write
};
