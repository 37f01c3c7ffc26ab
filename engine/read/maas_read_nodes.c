/*
 * Layers of a model file's document, bound to their tensors (R19 to R22, R24,
 * R26, R37 to R43): what the table of kinds says of each is checked and kept.
 * Not here: any one kind (op/).
 */

#include "maas_read_doc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


#define NODES_SHARED  5            /* members that layers of every kind have */


/* R19: activation and alpha */

static maas_status_t
nodes_act(maas_read_t *r, const cJSON *v, size_t i, maas_node_t *n)
{
    int           act;
    const cJSON  *a;

    a = maas_get(v, "activation");
    act = a == NULL ? MAAS_ACT_LINEAR
          : cJSON_IsString(a) ? maas__act_find(a->valuestring) : -1;
    if (act < 0) {
        return MAAS_BAD(r, "R19: layer %zu: unknown activation", i);
    }

    n->act = (maas_act_t) act;

    if (!maas__tree_float(v, "alpha", maas__acts[act].alpha, &n->alpha)) {
        return MAAS_BAD(r, "R19: layer %zu: alpha is not finite or epsilon "
                        "not above 0", i);
    }

    return MAAS_OK;
}


/* R19: one that is given; a choice by its name */

static int
nodes_attr(maas_node_t *n, const maas_attr_t *a, const cJSON *given)
{
    size_t  i;

    if (a->type != MAAS_ATTR_CHOICE) {
        return cJSON_IsNumber(given)
               && maas__attr_set(n, a, given->valuedouble)
               && isfinite(maas__attr_get(n, a));
    }

    for (i = 0; cJSON_IsString(given) && a->names[i] != NULL; i++) {
        if (strcmp(a->names[i], given->valuestring) == 0) {
            return maas__attr_set(n, a, (double) i);
        }
    }

    return 0;
}


/* R19, R39: what the kind has of its own */

static maas_status_t
nodes_attrs(maas_read_t *r, const cJSON *v, size_t version, size_t i,
    maas_node_t *n)
{
    size_t              j;
    const cJSON        *given;
    const maas_attr_t  *a;

    for (j = 0; j < n->op->n_attrs; j++) {
        a = &n->op->attrs[j];
        given = maas_get(v, a->name);

        if (given != NULL && a->version > version) {
            return MAAS_BAD(r, "R39: layer %zu: \"%s\" is of version %zu", i,
                            a->name, a->version);
        }

        if (given == NULL ? isnan(a->def) : !nodes_attr(n, a, given)) {
            return MAAS_BAD(r, "R19: layer %zu: %s", i, a->refused);
        }
    }

    return MAAS_OK;
}


/* R19 */

static maas_status_t
nodes_kind(maas_read_t *r, const cJSON *v, size_t version, size_t i,
    maas_node_t *n)
{
    size_t            j;
    const char       *bad;
    const cJSON      *kind;
    maas_status_t     rc;
    const maas_op_t  *op;
    const char       *known[NODES_SHARED + MAAS_OP_NAMES + 1] = {
        "kind", "name", "inputs", "activation", "alpha"
    };

    kind = cJSON_IsObject(v) ? maas_get(v, "kind") : NULL;
    op = cJSON_IsString(kind) ? maas__op_find(kind->valuestring) : NULL;
    if (op == NULL) {
        return MAAS_BAD(r, "R19: layer %zu: unknown kind", i);
    }

    if (op->version > version) {
        return MAAS_BAD(r, "R19: layer %zu: kind \"%s\" is of version %zu", i,
                        op->name, op->version);
    }

    for (j = 0; j < op->n_attrs; j++) {
        known[NODES_SHARED + j] = op->attrs[j].name;
    }

    bad = maas__tree_unknown(v, known);
    if (bad != NULL) {
        return MAAS_BAD(r, "R19: layer %zu: unknown member \"%.64s\"", i, bad);
    }

    maas__node_init(n, op);
    rc = nodes_act(r, v, i, n);

    return rc == MAAS_OK ? nodes_attrs(r, v, version, i, n) : rc;
}


/* R20: which value `v` names for layer i; 0 if there is none */

static int
nodes_source(const maas_desc_t *d, size_t i, const cJSON *v,
    unsigned *out)
{
    size_t  j;
    char    buf[32];

    if (!cJSON_IsString(v)) {
        return 0;
    }

    if (strcmp(v->valuestring, "input") == 0) {
        *out = 0;
        return 1;
    }

    for (j = 0; j < i; j++) {
        snprintf(buf, sizeof(buf), "layers.%zu", j);

        if (strcmp(v->valuestring, d->nodes[j].name != NULL
                                   ? d->nodes[j].name : buf) == 0)
        {
            *out = (unsigned) j + 1;
            return 1;
        }
    }

    return 0;
}


/* R16, R20 */

static maas_status_t
nodes_name(maas_read_t *r, const cJSON *v, maas_desc_t *d, size_t i)
{
    char            what[32];
    unsigned        source;
    const char    **name;
    maas_status_t   rc;

    name = &d->nodes[i].name;
    snprintf(what, sizeof(what), "layer %zu", i);

    rc = maas__tree_name(r, v, what, NULL, name);

    if (rc == MAAS_OK && nodes_source(d, i, maas_get(v, "name"), &source)) {
        return MAAS_BAD(r, "R20: %s: the name \"%.64s\" is taken", what,
                        *name);
    }

    return rc;
}


/* R39: types that came with a later version: shapes may depend on them */

static maas_status_t
nodes_types(maas_read_t *r, const maas_container_t *c, size_t version,
    size_t i, maas_node_t *n)
{
    char           name[48];
    size_t         j;
    maas_dtype_t   dt;
    maas_entry_t  *e;

    for (j = 0; n->op->later != 0 && j < n->op->n_tensors; j++) {
        snprintf(name, sizeof(name), "layers.%zu.%s", i,
                 n->op->tensors[j].name);
        e = maas__container_find(c, name);
        dt = e != NULL ? e->tensor.dtype : MAAS_F32;

        if (!(n->op->later & n->op->tensors[j].dtypes & 1u << dt)) {
            continue;
        }

        if (n->op->later_version > version) {
            return MAAS_BAD(r, "R39: tensor \"%s\" of %s is of version %zu",
                            name, maas__dtypes[dt].name,
                            n->op->later_version);
        }

        n->tensors[j].dtype = dt;
    }

    return MAAS_OK;
}


/* R20, R21, R40: inputs, and the shapes that follow from them */

static maas_status_t
nodes_wiring(maas_read_t *r, const cJSON *v, maas_desc_t *d, size_t i)
{
    unsigned       n_in;
    maas_err_t     why;
    maas_node_t   *n;
    const cJSON   *inputs, *name;

    n = &d->nodes[i];
    n_in = 0;
    inputs = maas_get(v, "inputs");

    if (inputs == NULL && n->n_in == 1) {
        n->in[n_in++] = (unsigned) i;

    } else {
        cJSON_ArrayForEach(name, (cJSON_IsArray(inputs) ? inputs : NULL)) {
            if (n_in == n->n_in
                || !nodes_source(d, i, name, &n->in[n_in]))
            {
                n_in = 0;
                break;
            }
            n_in++;
        }
    }

    if (n_in != n->n_in) {
        return MAAS_BAD(r, "R20: layer %zu: inputs is not a list of %u "
                        "earlier layers or \"input\"", i, n->n_in);
    }

    switch (maas__node_shape(d->nodes, i, &d->shape, &why)) {

    case MAAS_OK:
        return MAAS_OK;

    case MAAS_BADVALUE:
        return MAAS_BAD(r, "R%u: layer %zu: %s", n->op->rule, i, why.msg);

    default:
        return MAAS_BAD(r, "R21: layer %zu %s", i, why.msg);
    }
}


/* R22: "[3,4]" */

static void
nodes_dims(const maas_tensor_t *t, char *buf, size_t size)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < t->rank && n < size; i++) {
        n += (size_t) snprintf(buf + n, size - n, "%c%zu", i ? ',' : '[',
                               t->shape[i]);
    }
}


/* R8: "F32 or F64" */

static void
nodes_dtypes(const maas_operand_t *o, char *buf, size_t size)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < MAAS_N_DTYPES && n < size; i++) {
        if (o->dtypes >> i & 1) {
            n += (size_t) snprintf(buf + n, size - n, "%s%s",
                                   n ? " or " : "", maas__dtypes[i].name);
        }
    }
}


/* R24 */

static int
nodes_finite(const maas_tensor_t *t, size_t n)
{
    size_t         i;
    const char    *v;

    if (t->dtype == MAAS_F32) {
        return maas_is_finite(t->data, n);
    }

    v = t->data;

    if (t->dtype == MAAS_F64 || t->dtype == MAAS_BF16) {
        for (i = 0; i < n; i++) {
            if (!isfinite(maas__dtypes[t->dtype].number(v))) {
                return 0;
            }

            v += maas__dtypes[t->dtype].bits / 8;
        }
    }

    return 1;
}


/* R8, R22, R24: tensor layers.<i>.<name> in the shape that t has */

static maas_status_t
nodes_tensor(maas_read_t *r, const maas_container_t *c, size_t i,
    const maas_operand_t *o, maas_tensor_t *t)
{
    char            name[48], dims[96];
    void           *copy;
    size_t          n, size;
    maas_entry_t   *e;

    snprintf(name, sizeof(name), "layers.%zu.%s", i, o->name);

    e = maas__container_find(c, name);

    if (e == NULL || e->tensor.rank != t->rank
        || memcmp(e->tensor.shape, t->shape, t->rank * sizeof(size_t)) != 0)
    {
        nodes_dims(t, dims, sizeof(dims));
        return MAAS_BAD(r, "R22: tensor \"%s\" of shape %s] is not there",
                        name, dims);
    }

    *t = e->tensor;

    if (!(o->dtypes >> t->dtype & 1)) {
        nodes_dtypes(o, dims, sizeof(dims));
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "R8: tensor \"%s\" is not %s", name, dims);
    }

    e->used++;
    n = e->end - e->begin;
    size = maas__dtypes[t->dtype].bits / 8;

    if ((uintptr_t) t->data % size != 0) {
        copy = maas__arena_alloc(r->arena, n, 1);
        if (copy == NULL) {
            return MAAS_OOM(r);
        }
        t->data = memcpy(copy, t->data, n);
    }

    if (!nodes_finite(t, n / size)) {
        return MAAS_BAD(r, "R24: tensor \"%s\" has a weight that is not "
                        "finite", name);
    }

    return MAAS_OK;
}


/* R26, then the others */

static maas_status_t
nodes_weights(maas_read_t *r, const maas_container_t *c, maas_desc_t *d,
    size_t i)
{
    size_t         j, numbers;
    maas_err_t     why;
    maas_node_t   *n;
    maas_status_t  rc;

    n = &d->nodes[i];

    for (j = 0; j < n->op->n_tensors; j++) {
        if (n->tensors[j].rank == 0) {
            continue;
        }

        numbers = maas__numbers(n->tensors[j].rank, n->tensors[j].shape);

        if (numbers > MAAS_MAX_PARAMS - d->parameters) {
            return MAAS_BAD(r, "R26: more than 2^30 weights");
        }

        d->parameters += numbers;
    }

    for (j = 0; j < n->op->n_tensors; j++) {
        if (n->tensors[j].rank == 0) {
            continue;
        }

        rc = nodes_tensor(r, c, i, &n->op->tensors[j], &n->tensors[j]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (n->op->check == NULL) {
        return MAAS_OK;
    }

    rc = n->op->check(n, r->arena, &why);

    return rc == MAAS_OK ? rc
           : rc == MAAS_NOMEM ? MAAS_OOM(r)
           : MAAS_BAD(r, "R%u: layer %zu: %s", n->op->rule, i, why.msg);
}


maas_status_t
maas__read_nodes(maas_read_t *r, const maas_container_t *c, const cJSON *doc,
    maas_desc_t *d)
{
    size_t         i, n;
    const cJSON   *layers, *v;
    maas_status_t  rc;

    layers = maas_get(doc, "layers");
    n = cJSON_IsArray(layers) ? (size_t) cJSON_GetArraySize(layers) : 0;

    if (n == 0 || n > MAAS_MAX_LAYERS) {
        return MAAS_BAD(r, "R19: layers is not a list of 1 to %d layers",
                        MAAS_MAX_LAYERS);
    }

    d->nodes = maas__arena_alloc(r->arena, n, sizeof(maas_node_t));
    d->outputs = maas__arena_alloc(r->arena, 1, sizeof(maas_output_t));
    if (d->nodes == NULL || d->outputs == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;
    cJSON_ArrayForEach(v, layers) {
        if ((rc = nodes_kind(r, v, d->version, i, &d->nodes[i])) != MAAS_OK
            || (rc = nodes_name(r, v, d, i)) != MAAS_OK
            || (rc = nodes_types(r, c, d->version, i, &d->nodes[i])) != MAAS_OK
            || (rc = nodes_wiring(r, v, d, i)) != MAAS_OK
            || (rc = nodes_weights(r, c, d, i)) != MAAS_OK)
        {
            return rc;
        }
        i++;
    }

    /* the answer is what the last layer makes */

    d->n_nodes = n;
    d->n_outputs = 1;
    d->outputs[0].from = (unsigned) n;
    d->out = maas__shape_numbers(&d->nodes[n - 1].shape);

    return d->nodes[n - 1].shape.dtype != MAAS_U8
           ? MAAS_OK
           : MAAS_BAD(r, "R41: the last layer has an output_scale, but the "
                      "answer is floats");
}


maas_status_t
maas__read_unused(maas_read_t *r, const maas_container_t *c,
    const maas_desc_t *d)
{
    char    *used;
    size_t   i, j;

    used = maas__arena_alloc(r->arena, d->n_nodes + 1, 1);
    if (used == NULL) {
        return MAAS_OOM(r);
    }

    for (i = 0; i < d->n_nodes; i++) {
        for (j = 0; j < d->nodes[i].n_in; j++) {
            used[d->nodes[i].in[j]] = 1;
        }
    }

    for (i = 0; i < d->n_outputs; i++) {
        used[d->outputs[i].from] = 1;
    }

    for (i = 1; i <= d->n_nodes; i++) {
        if (!used[i]) {
            return MAAS_BAD(r, "R20: nothing uses layer %zu", i - 1);
        }
    }

    for (i = 0; i < c->n; i++) {
        if (c->entries[i].used == 0) {
            return MAAS_BAD(r, "R22: no layer uses tensor \"%.64s\"",
                            c->entries[i].name);
        }
    }

    return MAAS_OK;
}
