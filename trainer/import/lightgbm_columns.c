/*
 * Features of a LightGBM file -> columns, or a row of numbers where they have
 * no names.
 * Not here: which lists of pandas are of which column (lightgbm_lists.c).
 */

#include "lightgbm.h"
#include "import_columns.h"
#include "maas_utf8.h"

#include <string.h>


#define LIGHTGBM_UNNAMED   "Column_"   /* with the place behind it */
#define LIGHTGBM_NAMED     4           /* so many are told by name */


/* Did training have no names? */

static int
lightgbm_unnamed(const train_lightgbm_t *r)
{
    size_t      i, n;
    maas_str_t  s;

    for (i = 0; i < r->features; i++) {
        s = r->names[i];

        if (!train_lightgbm_begins(&s, LIGHTGBM_UNNAMED)
            || !train_lightgbm_size(s, MAAS_MAX_WIDTH, &n) || n != i)
        {
            return 0;
        }
    }

    return 1;
}


static maas_status_t
lightgbm_column(train_lightgbm_t *r, size_t i)
{
    char        *name;
    maas_str_t   s;

    s = r->names[i];

    if (s.len > MAAS_MAX_TEXT || !maas_is_text(s.data, s.len)) {
        return maas__fail(r->err, MAAS_BADFILE, "feature_names: name %zu is no "
                          "text of up to %d bytes: rename it", i,
                          MAAS_MAX_TEXT);
    }

    name = train_import_text(r->m, s.data, s.len);
    if (name == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    train_import_number(r->m, i, name);

    return MAAS_OK;
}


/* Features that are split by category, but whose values are numbers */

static maas_status_t
lightgbm_coded(train_lightgbm_t *r)
{
    size_t         i, n, len;
    maas_status_t  rc;
    char           names[LIGHTGBM_NAMED * (MAAS_MAX_TEXT + 2) + 1];

    for (i = 0, n = 0, len = 0; i < r->features; i++) {
        if (!r->category[i] || (r->m->n_columns != 0
            && r->m->columns[i].kind == MAAS_FIELD_CATEGORY))
        {
            continue;
        }

        if (n < LIGHTGBM_NAMED && r->names[i].len <= MAAS_MAX_TEXT) {
            memcpy(names + len, ", ", 2);
            memcpy(names + len + 2, r->names[i].data, r->names[i].len);
            len += r->names[i].len + 2;
        }

        n++;
    }

    if (n == 0) {
        return MAAS_OK;
    }

    names[len] = '\0';
    rc = train_import_note(r->m, "split by category, with no list of values in "
                           "the file: %zu of the features (%s%s): send the "
                           "whole numbers that training had", n, names + 2,
                           n > LIGHTGBM_NAMED ? ", ..." : "");

    return rc == MAAS_OK ? MAAS_OK : TRAIN_LIGHTGBM_OOM(r);
}


maas_status_t
train_lightgbm_columns(train_lightgbm_t *r)
{
    size_t           i;
    maas_status_t    rc;
    train_import_t  *m = r->m;

    if (lightgbm_unnamed(r) && (r->categories.data == NULL
                                || r->categories.len <= sizeof("null") - 1))
    {
        m->missing = 1;

        rc = train_import_note(m, "features have no names: a row is %zu "
                               "numbers, in the order of training", m->in);

        return rc == MAAS_OK ? lightgbm_coded(r) : TRAIN_LIGHTGBM_OOM(r);
    }

    m->columns = train_import_alloc(m, r->features, sizeof(maas_column_t));
    if (m->columns == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    m->n_columns = r->features;

    for (i = 0; i < r->features; i++) {
        rc = lightgbm_column(r, i);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (r->categories.data != NULL) {
        rc = train_lightgbm_lists(r);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return lightgbm_coded(r);
}
