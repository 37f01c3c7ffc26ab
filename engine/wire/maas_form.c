/*
 * The table of forms, and which of them a body is in.
 * Not here: what any form means.
 */

#include "maas_form.h"

#include <string.h>
#include <strings.h>


#define FORM_ROW(name)  &maas_form_##name,

const maas_form_t *const  maas_forms[] = { MAAS_FORMS(FORM_ROW) NULL };


const char *
maas_type_find(const char *const *types, const char *value, size_t len)
{
    size_t  n;

    for ( /* void */ ; types != NULL && *types != NULL; types++) {
        n = strlen(*types);

        if (len >= n && strncasecmp(value, *types, n) == 0
            && (len == n || value[n] == ';' || value[n] == ' '))
        {
            return *types;
        }
    }

    return NULL;
}


const maas_form_t *
maas_form_find(const maas_info_t *info, const char *value, size_t len,
    const maas_body_t *body)
{
    size_t              i;
    const maas_form_t  *form, *last;

    for (last = NULL, i = 0; maas_forms[i] != NULL; i++) {
        form = maas_forms[i];

        if (maas_type_find(form->types, value, len) == NULL
            && maas_type_find(form->sized, value, len) == NULL)
        {
            continue;
        }

        if (form->is != NULL && form->is(info, body)) {
            return form;
        }

        last = form;
    }

    return last;
}
