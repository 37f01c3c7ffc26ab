/*
 * One flag out of a small JSON object, such as a control request's.
 * Not here: requests with tensors (maas_json_v2.c).
 */

#include "maas_int.h"
#include "text/maas_json.h"


maas_status_t
maas_flag_read(const char *body, size_t len, const char *name, int *value,
    maas_err_t *err)
{
    unsigned            flag;
    maas_json_t         j;
    const char         *names[2];
    maas_status_t       rc;
    maas_json_object_t  o;

    names[0] = name;
    names[1] = NULL;

    maas__json_start(&j, body, len);

    o = (maas_json_object_t) { .names = names };
    flag = *value != 0;

    for ( ;; ) {
        rc = maas__json_member(&j, &o, err);

        if (rc == MAAS_OK && o.which == MAAS_JSON_END) {
            break;
        }

        if (rc == MAAS_OK) {
            rc = o.which == MAAS_JSON_OTHER
                 ? maas__json_skip(&j, MAAS_MAX_DEPTH - 1, err)
                 : maas__json_bool(&j, &flag, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    rc = maas__json_finish(&j, err);

    if (rc == MAAS_OK) {
        *value = (int) flag;
    }

    return rc;
}
