/*
 * The raw form: a body that is rows of little-endian FP32 and nothing else, and
 * its answer.
 * Not here: types of numbers (maas_dtype.c), numbers behind JSON.
 */

#include "maas_dtype.h"
#include "maas_int.h"
#include "wire/json/maas_body.h"

#include <string.h>


size_t
maas__rows_bound(const maas_info_t *info, size_t len, size_t max_rows)
{
    size_t  rows, named;

    /* a number takes a byte at least: as BOOL or INT8, or as one digit */
    rows = len / info->in;

    if (info->n_columns > 0) {
        /* so does a value, and an input around a column's values takes 40 */
        named = len / info->n_columns;
        named = named > 40 ? named - 40 : 0;
        rows = named > rows ? named : rows;
    }

    rows = rows < max_rows ? rows : max_rows;

    return rows > 0 ? rows : 1;
}


maas_status_t
maas__bytes_read(const maas_info_t *info, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err)
{
    size_t         rows, row;
    maas_status_t  rc;

    row = info->in * sizeof(float);
    rows = len / row;

    if (len == 0) {
        return maas__fail(err, MAAS_BADSHAPE, "the body is empty");
    }

    if (len % row != 0) {
        return maas__fail(err, MAAS_BADSHAPE, "expected rows of %zu bytes, "
                          "%zu numbers of FP32 each, got %zu bytes", row,
                          info->in, len);
    }

    if (rows > max_rows) {
        return maas__fail(err, MAAS_TOOBIG, "%zu rows, at most %zu are "
                          "allowed", rows, max_rows);
    }

    rc = maas__dtype_read(MAAS_F32, body, rows * info->in, x, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    memset(req, 0, sizeof(maas_request_t));
    req->rows = rows;
    req->binary = 1;
    req->raw = 1;

    return MAAS_OK;
}


size_t
maas__bytes_size(const maas_info_t *info, const maas_request_t *req)
{
    return req->rows * info->out * sizeof(float);
}


size_t
maas__bytes_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf)
{
    size_t  size;

    size = maas__bytes_size(info, req);
    memcpy(buf, y, size);

    return size;
}
