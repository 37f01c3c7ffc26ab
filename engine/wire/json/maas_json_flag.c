/*
 * One flag out of a small JSON object, such as a control request's.
 * Not here: requests with tensors (maas_json_v2.c).
 */

#include "maas_int.h"
#include "text/maas_json.h"


typedef struct {
    maas_json_t   j;
    unsigned      flag;
    maas_err_t   *err;
} flag_t;


static maas_status_t
flag_member(void *data, int which)
{
    flag_t  *f = data;

    return maas__json_bool(&f->j, &f->flag, f->err);
}


maas_status_t
maas_flag_read(const char *body, size_t len, const char *name, int *value,
    maas_err_t *err)
{
    flag_t         f;
    const char    *names[] = { name, NULL };
    maas_status_t  rc;

    maas__json_start(&f.j, body, len);
    f.flag = *value != 0;
    f.err = err;

    rc = maas__json_members(&f.j, names, MAAS_MAX_DEPTH - 1, flag_member, &f,
                            NULL, err);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&f.j, err);
    }

    if (rc == MAAS_OK) {
        *value = (int) f.flag;
    }

    return rc;
}
