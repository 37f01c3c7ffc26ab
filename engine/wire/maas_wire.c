/*
 * The wire functions of maas.h: what a model says of itself, handed to the
 * readers and writers.  Nothing else here, so that those need no model.
 */

#include "maas.h"
#include "maas_plan.h"
#include "field/maas_field.h"
#include "wire/image/maas_image.h"
#include "wire/json/maas_body.h"

#include <string.h>


static const maas_fields_t *
wire_fields(const maas_model_t *m)
{
    return m->fields.n > 0 ? &m->fields : NULL;
}


size_t
maas_rows_bound(const maas_model_t *m, size_t len, size_t max_rows)
{
    return maas__rows_bound(maas_model_info(m), len, max_rows);
}


size_t
maas_objects_bound(const maas_model_t *m, const char *body, size_t len,
    size_t max_rows)
{
    return maas__objects_bound(maas_model_info(m), body, len, max_rows);
}


maas_status_t
maas_image_read(const maas_model_t *m, const char *body, size_t len, float *x,
    maas_request_t *req, maas_err_t *err)
{
    size_t         pixels;
    maas_status_t  rc;

    pixels = 0;
    rc = maas__image_read(maas_model_info(m), body, len, &pixels, x, err);

    if (rc == MAAS_OK) {
        memset(req, 0, sizeof(maas_request_t));
        req->rows = 1;
    }

    return rc;
}


maas_json_form_t
maas_json_form(const maas_model_t *m, const char *body, size_t len)
{
    return maas__json_form(wire_fields(m), body, len);
}


size_t
maas_csv_bound(const maas_model_t *m, const char *body, size_t len,
    size_t max_rows)
{
    return maas__csv_bound(body, len, max_rows);
}


maas_status_t
maas_csv_read(const maas_model_t *m, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err)
{
    return maas__csv_read(maas_model_info(m), wire_fields(m), body, len,
                          max_rows, x, req, err);
}


size_t
maas_csv_size(const maas_model_t *m, const maas_request_t *req)
{
    return maas__csv_size(maas_model_info(m), req);
}


size_t
maas_csv_write(const maas_model_t *m, const maas_request_t *req,
    const float *y, char *buf)
{
    return maas__csv_write(maas_model_info(m), req, y, buf);
}


maas_status_t
maas_form_read(const maas_model_t *m, const char *body, size_t len, float *x,
    maas_request_t *req, maas_err_t *err)
{
    return maas__form_read(maas_model_info(m), wire_fields(m), body, len, x,
                           req, err);
}


maas_status_t
maas_v2_read(const maas_model_t *m, const char *body, size_t len,
    size_t json_len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err)
{
    return maas__v2_read(maas_model_info(m), wire_fields(m), body, len,
                         json_len, max_rows, x, req, err);
}


maas_status_t
maas_rows_read(const maas_model_t *m, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err)
{
    return maas__rows_read(maas_model_info(m), wire_fields(m), body, len,
                           max_rows, x, req, err);
}


maas_status_t
maas_bytes_read(const maas_model_t *m, const char *body, size_t len,
    size_t max_rows, float *x, maas_request_t *req, maas_err_t *err)
{
    return maas__bytes_read(maas_model_info(m), body, len, max_rows, x, req,
                            err);
}


maas_status_t
maas_v1_read(const maas_model_t *m, maas_v1_t method, const char *body,
    size_t len, size_t max_rows, float *x, maas_request_t *req,
    maas_err_t *err)
{
    return maas__v1_read(maas_model_info(m), wire_fields(m), method, body, len,
                         max_rows, x, req, err);
}


size_t
maas_v1_size(const maas_model_t *m, maas_v1_t method,
    const maas_request_t *req)
{
    return maas__v1_size(maas_model_info(m), method, req);
}


size_t
maas_v1_write(const maas_model_t *m, maas_v1_t method,
    const maas_request_t *req, const float *y, char *buf)
{
    return maas__v1_write(maas_model_info(m), method, req, y, buf);
}


size_t
maas_v2_size(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req)
{
    return maas__v2_size(maas_model_info(m), version, req);
}


size_t
maas_v2_write(const maas_model_t *m, maas_str_t version,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len)
{
    return maas__v2_write(maas_model_info(m), version, req, y, buf, json_len);
}


size_t
maas_rows_size(const maas_model_t *m, const maas_request_t *req)
{
    return maas__rows_size(maas_model_info(m), req);
}


size_t
maas_rows_write(const maas_model_t *m, const maas_request_t *req,
    const float *y, char *buf)
{
    return maas__rows_write(maas_model_info(m), req, y, buf);
}


size_t
maas_bytes_size(const maas_model_t *m, const maas_request_t *req)
{
    return maas__bytes_size(maas_model_info(m), req);
}


size_t
maas_bytes_write(const maas_model_t *m, const maas_request_t *req,
    const float *y, char *buf)
{
    return maas__bytes_write(maas_model_info(m), req, y, buf);
}
