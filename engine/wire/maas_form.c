/*
 * The table of forms, and which of them a body is in; and a body that is in
 * none, one of a control request.
 * Not here: what any form means.
 */

#include "maas_form.h"
#include "maas_int.h"
#include "text/maas_json.h"

#include <string.h>
#include <strings.h>


typedef struct {
    maas_json_t   j;
    unsigned      flag;
    maas_err_t   *err;
} form_flag_t;


#define FORM_ROW(name)  &maas_form_##name,

const maas_form_t *const  maas_forms[] = { MAAS_FORMS(FORM_ROW) NULL };


/* Does a type end before this character? */

static int
form_type_end(char c)
{
    return c == ';' || c == ' ' || c == '\t';
}


/* Is a value, with what may stand behind it, of this type?  "*+x": does its
 * type end in +x?  Most types are refused by their length alone, or since there
 * is no plus. */

static int
form_type_is(const char *type, const char *value, size_t len)
{
    size_t  i, n;

    if (*type != '*') {
        n = strlen(type);

        /* nearly all write it in lower case */

        return len >= n && (len == n || form_type_end(value[n]))
               && (memcmp(value, type, n) == 0
                   || strncasecmp(value, type, n) == 0);
    }

    type++;
    n = strlen(type);

    if (memchr(value, *type, len) == NULL) {
        return 0;
    }

    for (i = 0; i < len && !form_type_end(value[i]); i++) {
        /* void */
    }

    return i > n && strncasecmp(value + i - n, type, n) == 0;
}


const char *
maas_type_find(const char *const *types, const char *value, size_t len)
{
    for ( /* void */ ; types != NULL && *types != NULL; types++) {
        if (form_type_is(*types, value, len)) {
            return *types;
        }
    }

    return NULL;
}


int
maas_type_foreign(const char *value, size_t len)
{
    size_t  i, k, n;

    static const char  name[] = "charset=";
    static const char *const  read[] = { "utf-8", "utf8", "us-ascii", "ascii" };

    if (maas_type_find(maas_form_csv.types, value, len) == NULL) {
        return 0;
    }

    n = sizeof(name) - 1;

    for (i = 0; i + n < len && strncasecmp(value + i, name, n) != 0; i++) {
        /* what stands before it */
    }

    i += n;
    i += i < len && value[i] == '"';

    for (n = 0; i + n < len && memchr("\"; ", value[i + n], 3) == NULL; n++) {
        /* its name */
    }

    for (k = 0; k < sizeof(read) / sizeof(read[0]); k++) {
        if (strlen(read[k]) == n && strncasecmp(value + i, read[k], n) == 0) {
            return 0;
        }
    }

    return n > 0;
}


const maas_form_t *
maas_form_find(const maas_info_t *info, const char *value, size_t len,
    const maas_body_t *body)
{
    size_t              i;
    const char         *type;
    const maas_form_t  *form, *last;
    const char *const  *types;

    type = NULL;
    types = NULL;

    for (last = NULL, i = 0; maas_forms[i] != NULL; i++) {
        form = maas_forms[i];

        if (form->types != types) {        /* several forms have one list */
            types = form->types;
            type = maas_type_find(types, value, len);
        }

        if (type == NULL && maas_type_find(form->sized, value, len) == NULL) {
            continue;
        }

        if (form->is != NULL && form->is(info, body)) {
            return form;
        }

        last = form;
    }

    return last;
}


static maas_status_t
form_flag(void *data, int which)
{
    form_flag_t  *f = data;

    return maas__json_bool(&f->j, &f->flag, f->err);
}


maas_status_t
maas_flag_read(const char *body, size_t len, const char *name, int *value,
    maas_err_t *err)
{
    form_flag_t    f;
    const char    *names[] = { name, NULL };
    maas_status_t  rc;

    maas__json_start(&f.j, body, len);
    f.flag = *value != 0;
    f.err = err;

    rc = maas__json_members(&f.j, names, MAAS_MAX_DEPTH - 1, form_flag, &f,
                            NULL, err);

    if (rc == MAAS_OK) {
        rc = maas__json_finish(&f.j, err);
    }

    if (rc == MAAS_OK) {
        *value = (int) f.flag;
    }

    return rc;
}
