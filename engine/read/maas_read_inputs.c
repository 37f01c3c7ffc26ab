/*
 * Inputs of a model file's document: a tensor or columns (R18, R28).
 * Not here: what one column is (maas_read_column.c).
 */

#include "maas_desc.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_read.h"
#include "field/maas_field.h"

#include <string.h>


static const char *const  maas_scalings[] = {
    "none", "standard", "minmax", "robust", "quantile"
};


/* scaling, shift, factor of a column or of the tensor (R18) */

maas_status_t
maas__read_scaling(maas_container_t *c, const cJSON *v, maas_column_t *col)
{
    int           i;
    const cJSON  *s;

    s = maas_get(v, "scaling");
    i = s == NULL ? 0 : maas__doc_choice(s, maas_scalings, 5);

    if (i < 0 || !maas__doc_float(v, "shift", 0, &col->shift)
        || !maas__doc_float(v, "factor", 1, &col->factor))
    {
        return MAAS_BAD(c, "R18: inputs: scaling is not none, standard, "
                        "minmax, robust or quantile, or shift or factor not "
                        "finite");
    }

    col->scaling = maas_scalings[i];
    return MAAS_OK;
}


/* R18, kind "tensor" */

static maas_status_t
maas_doc_tensor(maas_container_t *c, const cJSON *v, maas_desc_t *d)
{
    const char   *bad;
    const cJSON  *shape, *dim, *image;

    bad = maas__doc_unknown(v, "kind name shape image scaling shift factor");
    if (bad != NULL) {
        return MAAS_BAD(c, "R18: inputs: unknown member \"%.64s\"", bad);
    }

    shape = maas_get(v, "shape");
    image = maas_get(v, "image");
    d->in = 1;

    cJSON_ArrayForEach(dim, (cJSON_IsArray(shape) ? shape : NULL)) {
        if (d->rank == MAAS_MAX_RANK
            || !maas__read_integer(dim, MAAS_MAX_WIDTH, &d->shape[d->rank])
            || d->shape[d->rank] == 0)
        {
            d->rank = 0;
            break;
        }
        d->in *= d->shape[d->rank++];
        if (d->in > MAAS_MAX_WIDTH) {
            d->rank = 0;
            break;
        }
    }

    if (d->rank == 0) {
        return MAAS_BAD(c, "R18: inputs: shape is not 1 to 4 integers of at "
                        "least 1 with a product of at most 2^20");
    }

    if ((image != NULL && !cJSON_IsBool(image))
        || (cJSON_IsTrue(image) && d->rank != 2))
    {
        return MAAS_BAD(c, "R18: inputs: image is not true or false, or the "
                        "shape of an image not (height,width)");
    }

    d->image = cJSON_IsTrue(image);
    d->n_columns = 1;
    d->columns = maas__arena_alloc(c->arena, 1, sizeof(maas_column_t));
    if (d->columns == NULL) {
        return MAAS_OOM(c);
    }

    return maas__read_scaling(c, v, d->columns);
}


/* R18, kind "columns" */

static maas_status_t
maas_doc_columns(maas_container_t *c, const cJSON *v, maas_desc_t *d)
{
    size_t          i, n;
    const char     *bad, **names;
    const cJSON    *columns, *item;
    maas_status_t   rc;

    bad = maas__doc_unknown(v, "kind name columns");
    if (bad != NULL) {
        return MAAS_BAD(c, "R18: inputs: unknown member \"%.64s\"", bad);
    }

    columns = maas_get(v, "columns");
    n = cJSON_IsArray(columns) ? (size_t) cJSON_GetArraySize(columns) : 0;

    if (n == 0 || n > MAAS_MAX_WIDTH) {
        return MAAS_BAD(c, "R18: inputs: columns is not a list of 1 to 2^20 "
                        "columns");
    }

    d->columns = maas__arena_alloc(c->arena, n, sizeof(maas_column_t));
    names = maas__arena_alloc(c->arena, n, sizeof(char *));
    if (d->columns == NULL || names == NULL) {
        return MAAS_OOM(c);
    }

    i = 0;
    cJSON_ArrayForEach(item, columns) {
        rc = maas__read_column(c, item, i, &d->columns[i]);
        if (rc != MAAS_OK) {
            return rc;
        }
        names[i] = d->columns[i].name;
        i++;
    }

    bad = maas__doc_twice(c, names, n);
    if (bad != NULL) {
        return MAAS_BAD(c, "R18: column \"%.64s\" stands twice", bad);
    }

    if (maas__columns_place(d->columns, n, &d->in) != MAAS_OK) {
        return MAAS_BAD(c, "R28: the columns take more than 2^20 numbers a "
                        "row");
    }

    d->n_columns = n;
    d->rank = 1;
    d->shape[0] = d->in;

    return MAAS_OK;
}


maas_status_t
maas__read_inputs(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    int           kind;
    const cJSON  *v;

    static const char *const  kinds[] = { "tensor", "columns" };

    v = maas_get(doc, "inputs");
    kind = cJSON_IsObject(v) ? maas__doc_choice(maas_get(v, "kind"), kinds, 2) : -1;

    if (kind < 0) {
        return MAAS_BAD(c, "R18: inputs is not an object with kind \"tensor\" "
                        "or \"columns\"");
    }

    d->input_name = maas__doc_name(c, v, "input");
    if (d->input_name == NULL) {
        return MAAS_BAD(c, "R16: inputs: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", MAAS_MAX_NAME);
    }

    d->input = (maas_input_t) kind;

    return kind == 0 ? maas_doc_tensor(c, v, d) : maas_doc_columns(c, v, d);
}
