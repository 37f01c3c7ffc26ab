/*
 * The form of a picture as the body: one row.
 * Not here: formats (maas_image.c), pictures in JSON (maas_json_record.c).
 */

#include "wire/image/maas_image.h"
#include "wire/json/maas_json_rows.h"


static maas_status_t
picture_read(const maas_info_t *info, const maas_body_t *body, void *x,
    maas_request_t *req, maas_err_t *err)
{
    size_t         pixels;
    maas_status_t  rc;

    pixels = 0;
    rc = maas__image_read(info, body->data, body->len, &pixels, x, err);

    if (rc == MAAS_OK) {
        *req = (maas_request_t) { .rows = 1 };
    }

    return rc;
}


static int
picture_is(const maas_info_t *info, const maas_body_t *body)
{
    return info->image && maas__image_is(body->data, body->len);
}


static const char *const  picture_types[] = {
    "image/png",
    "image/x-portable-graymap",
    "application/json",                /* what clients say without thinking */
    "application/x-www-form-urlencoded",
    "text/plain",
    NULL
};

const maas_form_t  maas_form_image = {
    .name = "image",
    .types = picture_types,
    .is = picture_is,
    .bound = maas__bound_one,
    .explains = 1,
    .read = picture_read,
    .size = maas__rows_size,
    .write = maas__rows_write
};
