/*
 * Inputs of a model file's document: a tensor or columns, of which numbers
 * (R18, R28, R36).
 * Not here: what one column is (maas_read_column.c).
 */

#include "maas_read_doc.h"
#include "field/maas_field.h"


/* R36: dtype, and what version 3 has */

static maas_status_t
inputs_dtype(maas_read_t *r, const cJSON *v, maas_desc_t *d)
{
    int           i;
    const cJSON  *dtype;

    static const char *const   names[] = { "F32", "F64" };
    static const maas_dtype_t  dtypes[] = { MAAS_F32, MAAS_F64 };

    dtype = maas_get(v, "dtype");
    i = dtype == NULL ? 0 : maas__tree_choice(dtype, names, 2);

    if (i < 0) {
        return MAAS_BAD(r, "R36: inputs: dtype is not F32 or F64");
    }

    d->shape.dtype = dtypes[i];

    if (d->version < 3
        && (dtype != NULL || maas_get(v, "missing") != NULL))
    {
        return MAAS_BAD(r, "R36: inputs: \"%s\" needs version 3 of the "
                        "document", dtype != NULL ? "dtype" : "missing");
    }

    return MAAS_OK;
}


/* R36: what the numbers of a row of doubles cannot be */

static maas_status_t
inputs_wide(maas_read_t *r, const maas_desc_t *d)
{
    size_t                i;
    const maas_column_t  *c;

    if (d->shape.dtype != MAAS_F64) {
        return MAAS_OK;
    }

    if (d->image) {
        return MAAS_BAD(r, "R36: inputs: an image of F64");
    }

    for (i = 0; i < d->n_columns; i++) {
        c = &d->columns[i];

        if (c->shift != 0 || c->factor != 1 || c->clip != 0 || c->n_knots > 0)
        {
            return MAAS_BAD(r, "R36: inputs of F64 are scaled, by column %zu: "
                            "only those of F32 can be", i);
        }

        if (c->kind == MAAS_FIELD_TEXT || c->kind == MAAS_FIELD_DATE) {
            return MAAS_BAD(r, "R36: inputs of F64: column %zu is a %s: only "
                            "those of F32 can be", i,
                            maas__field_names[c->kind]);
        }
    }

    return MAAS_OK;
}


/* R18, kind "tensor" */

static maas_status_t
inputs_tensor(maas_read_t *r, const cJSON *v, maas_desc_t *d)
{
    size_t        n;
    const cJSON  *shape, *dim, *image, *missing;

    shape = maas_get(v, "shape");
    missing = maas_get(v, "missing");
    image = maas_get(v, "image");
    d->in = 1;

    cJSON_ArrayForEach(dim, (cJSON_IsArray(shape) ? shape : NULL)) {
        n = d->shape.rank;
        if (n == MAAS_MAX_RANK
            || !maas__tree_integer(dim, MAAS_MAX_WIDTH, &d->shape.dim[n])
            || d->shape.dim[n] == 0)
        {
            d->shape.rank = 0;
            break;
        }
        d->in *= d->shape.dim[n];
        d->shape.rank++;
        if (d->in > MAAS_MAX_WIDTH) {
            d->shape.rank = 0;
            break;
        }
    }

    if (d->shape.rank == 0) {
        return MAAS_BAD(r, "R18: inputs: shape is not 1 to 4 integers of at "
                        "least 1 with a product of at most 2^20");
    }

    if ((image != NULL && !cJSON_IsBool(image))
        || (cJSON_IsTrue(image) && d->shape.rank != 2))
    {
        return MAAS_BAD(r, "R18: inputs: image is not true or false, or the "
                        "shape of an image not (height,width)");
    }

    d->image = cJSON_IsTrue(image);
    d->nan = missing != NULL;

    if (d->nan && (d->image || !maas__tree_is(missing, "nan"))) {
        return MAAS_BAD(r, "R36: inputs: missing is not \"nan\", or it is the "
                        "one of an image");
    }

    d->n_columns = 1;
    d->columns = maas__arena_alloc(r->arena, 1, sizeof(maas_column_t));
    if (d->columns == NULL) {
        return MAAS_OOM(r);
    }

    return maas__read_scaling(r, v, d->columns);
}


/* R18, kind "columns" */

static maas_status_t
inputs_columns(maas_read_t *r, const cJSON *v, maas_desc_t *d)
{
    size_t          i, n;
    const char    **names;
    const cJSON    *columns, *item;
    maas_status_t   rc;

    columns = maas_get(v, "columns");
    n = cJSON_IsArray(columns) ? (size_t) cJSON_GetArraySize(columns) : 0;

    if (n == 0 || n > MAAS_MAX_WIDTH) {
        return MAAS_BAD(r, "R18: inputs: columns is not a list of 1 to 2^20 "
                        "columns");
    }

    d->columns = maas__arena_alloc(r->arena, n, sizeof(maas_column_t));
    names = maas__arena_alloc(r->arena, n, sizeof(char *));
    if (d->columns == NULL || names == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;
    cJSON_ArrayForEach(item, columns) {
        rc = maas__read_column(r, item, d->version, i, &d->columns[i]);
        if (rc != MAAS_OK) {
            return rc;
        }
        names[i] = d->columns[i].name;
        i++;
    }

    rc = maas__tree_distinct(r, names, n, "R18: column");
    if (rc != MAAS_OK) {
        return rc;
    }

    if (maas__columns_place(d->columns, n, &d->in) != MAAS_OK) {
        return MAAS_BAD(r, "R28: the columns take more than 2^20 numbers a "
                        "row");
    }

    d->n_columns = n;
    d->shape = maas__shape_flat(d->shape.dtype, d->in);

    return MAAS_OK;
}


maas_status_t
maas__read_inputs(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    int            kind;
    const char    *bad;
    const cJSON   *v;
    maas_status_t  rc;

    static const char *const  kinds[] = {
        [MAAS_INPUT_TENSOR] = "tensor",
        [MAAS_INPUT_COLUMNS] = "columns"
    };

    static const char *const  members[][10] = {
        [MAAS_INPUT_TENSOR] = { "kind", "name", "shape", "image", "scaling",
            "shift", "factor", "dtype", "missing" },
        [MAAS_INPUT_COLUMNS] = { "kind", "name", "columns", "dtype" }
    };

    v = maas_get(doc, "inputs");
    kind = cJSON_IsObject(v)
           ? maas__tree_choice(maas_get(v, "kind"), kinds, 2) : -1;

    if (kind < 0) {
        return MAAS_BAD(r, "R18: inputs is not an object with kind \"tensor\" "
                        "or \"columns\"");
    }

    rc = maas__tree_name(r, v, "inputs", "input", &d->input_name);
    if (rc != MAAS_OK) {
        return rc;
    }

    bad = maas__tree_unknown(v, members[kind]);
    if (bad != NULL) {
        return MAAS_BAD(r, "R18: inputs: unknown member \"%.64s\"", bad);
    }

    d->input = (maas_input_t) kind;

    rc = inputs_dtype(r, v, d);

    if (rc == MAAS_OK) {
        rc = d->input == MAAS_INPUT_TENSOR ? inputs_tensor(r, v, d)
                                           : inputs_columns(r, v, d);
    }

    return rc == MAAS_OK ? inputs_wide(r, d) : rc;
}


/* The column whose value may be NaN for the layers, n_columns: none */

static size_t
inputs_gap(const maas_desc_t *d)
{
    size_t  i;

    for (i = 0; i < d->n_columns; i++) {
        if (d->nan || d->columns[i].codes
            || (maas__field_is_number(&d->columns[i])
                && d->columns[i].missing == MAAS_KEEP))
        {
            break;
        }
    }

    return i;
}


maas_status_t
maas__read_gaps(maas_read_t *r, const maas_desc_t *d)
{
    size_t              i, gap;
    unsigned            j;
    const maas_node_t  *n;

    gap = inputs_gap(d);

    for (i = 0; gap < d->n_columns && i < d->n_nodes; i++) {
        n = &d->nodes[i];

        for (j = 0; j < n->n_in; j++) {
            if (n->in[j] == 0 && !n->op->missing) {
                return MAAS_BAD(r, "R36: layer %zu: a layer of kind \"%s\" "
                                "takes the input, which may have no value%s "
                                "(\"missing\" or \"codes\"): only trees and "
                                "embed know what that is", i, n->op->name,
                                d->columns[gap].name != NULL
                                ? " for a column" : "");
            }
        }
    }

    return MAAS_OK;
}
