/*
 * Records of a model file's document: columns of the training file that are no
 * input (R31), what values of the inputs are usual, and on what it was
 * trained.
 * Not here: what changes an answer.
 */

#include "maas_read_doc.h"

#include <math.h>
#include <string.h>


/* R31: one of them; 0 if it breaks the rule */

static int
records_other(maas_read_t *r, const cJSON *v, maas_other_t *other)
{
    int           role;
    const cJSON  *at;

    at = maas_get(v, "at");
    role = maas__tree_choice(maas_get(v, "role"), maas__role_names,
                             MAAS_N_ROLES);

    if (!cJSON_IsObject(v) || !maas__tree_is_text(maas_get(v, "name"))
        || role < 0)
    {
        return 0;
    }

    other->role = (maas_role_t) role;
    other->at = SIZE_MAX;

    return at == NULL || maas__tree_integer(at, MAAS_MAX_WIDTH, &other->at);
}


maas_status_t
maas__read_others(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    size_t          i, n;
    const char    **names;
    const cJSON    *list, *v;
    maas_status_t   rc;

    list = maas_get(doc, "other_columns");

    if (list == NULL) {
        return MAAS_OK;
    }

    n = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : SIZE_MAX;

    if (n > MAAS_MAX_WIDTH || d->input != MAAS_INPUT_COLUMNS) {
        return MAAS_BAD(r, "R31: other_columns is not a list, of a model of "
                        "columns");
    }

    d->others = maas__arena_alloc(r->arena, n + 1, sizeof(maas_other_t));
    names = maas__arena_alloc(r->arena, n + d->n_columns,
                              sizeof(char *));

    if (d->others == NULL || names == NULL) {
        return MAAS_OOM(r);
    }

    for (i = 0; i < d->n_columns; i++) {
        names[i] = d->columns[i].name;
    }

    i = 0;

    cJSON_ArrayForEach(v, list) {
        if (!records_other(r, v, &d->others[i])) {
            return MAAS_BAD(r, "R31: other column %zu is not an object with "
                            "name, role (target, id, weight or ignored) and "
                            "at", i);
        }

        rc = maas__tree_copy(r, maas_get(v, "name")->valuestring,
                             &d->others[i].name);
        if (rc != MAAS_OK) {
            return rc;
        }

        names[d->n_columns + i] = d->others[i].name;
        i++;
    }

    d->n_others = n;

    return maas__tree_distinct(r, names, d->n_columns + n, "R31: column");
}


static double
records_number(const cJSON *object, const char *name)
{
    const cJSON  *v;

    v = maas_get(object, name);

    return cJSON_IsNumber(v) && isfinite(v->valuedouble) ? v->valuedouble
                                                         : NAN;
}


maas_status_t
maas__read_usual(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    size_t          i;
    const cJSON    *columns, *v, *text;
    maas_usual_t   *usual;
    maas_status_t   rc;

    columns = maas_get(maas_get(doc, "reference"), "columns");

    if (!cJSON_IsObject(columns) || d->input != MAAS_INPUT_COLUMNS) {
        return MAAS_OK;
    }

    usual = maas__arena_alloc(r->arena, d->n_columns, sizeof(maas_usual_t));
    if (usual == NULL) {
        return MAAS_OOM(r);
    }

    v = columns->child;                /* often in the order of the inputs */

    for (i = 0; i < d->n_columns; i++) {
        if (v == NULL || strcmp(v->string, d->columns[i].name) != 0) {
            v = maas_get(columns, d->columns[i].name);
        }

        usual[i].mean = records_number(v, "mean");
        usual[i].low = records_number(v, "low");
        usual[i].high = records_number(v, "high");
        text = maas_get(v, "usual");

        if (maas__tree_is_text(text)) {
            rc = maas__tree_copy(r, text->valuestring, &usual[i].text);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        v = v != NULL ? v->next : NULL;
    }

    d->usual = usual;

    return MAAS_OK;
}


maas_status_t
maas__read_training(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    const cJSON  *data, *name;

    data = maas_get(maas_get(doc, "training"), "data");
    name = maas_get(data, "name");

    if (!maas__tree_integer(maas_get(data, "rows"), (size_t) 1 << 52,
                            &d->trained_rows))
    {
        d->trained_rows = 0;
    }

    return maas__tree_is_text(name)
           ? maas__tree_copy(r, name->valuestring, &d->trained_on) : MAAS_OK;
}
