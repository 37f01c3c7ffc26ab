/*
 * Pictures in JSON, files in base64 -> rows of a model that takes pictures.
 * Not here: formats (maas_image.c), which row it is (maas_json_record.c).
 */

#include "maas_int.h"
#include "maas_json_record.h"
#include "text/maas_base64.h"
#include "wire/image/maas_image.h"

#include <string.h>


maas_status_t
maas__json_base64(maas_json_t *j, maas_records_t *r, float *x, maas_err_t *err)
{
    char           *file;
    size_t          at, len;
    maas_str_t      s;
    maas_arena_t   *a;
    maas_status_t   rc;

    at = (size_t) (j->p - j->start);

    rc = maas__json_string(j, &s, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    a = maas__arena_create(s.len + 2 * MAAS_ALIGN);
    file = a == NULL ? NULL : maas__arena_alloc(a, s.len / 4 * 3 + 3, 1);

    if (file == NULL) {
        rc = maas__fail(err, MAAS_NOMEM, "no memory for a picture");

    } else if (maas__base64(s, file, &len) != MAAS_OK) {
        rc = maas__fail(err, MAAS_BADVALUE, "byte %zu: Unable to base64 "
                        "decode", at);

    } else {
        rc = maas__image_read(r->info, file, len, &r->pixels, x, err);
    }

    maas__arena_destroy(a);

    return rc;
}


maas_status_t
maas__json_picture(maas_json_t *j, maas_records_t *r, float *x, maas_err_t *err)
{
    size_t              at;
    maas_status_t       rc;
    maas_json_object_t  o;

    static const char *const  names[] = { "b64", NULL };

    if (!r->info->image) {
        return maas__json_expected(j, "a number or a list", err);
    }

    memset(&o, 0, sizeof(maas_json_object_t));
    o.names = names;
    at = (size_t) (j->p - j->start);

    do {
        rc = maas__json_member(j, &o, err);

        if (rc == MAAS_OK && o.which == 0) {
            rc = maas__json_base64(j, r, x, err);
        }

    } while (rc == MAAS_OK && o.which == 0);

    if (rc == MAAS_OK && (o.which != MAAS_JSON_END || o.seen == 0)) {
        return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected an object "
                          "of \"b64\" alone", at);
    }

    return rc;
}
