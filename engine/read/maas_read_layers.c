/*
 * Layers of a model file's document, bound to their tensors (R19 to R22, R24,
 * R26).
 * Not here: what they compute (maas_run.c).
 */

#include "maas_desc.h"
#include "maas_dtype.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_read_container.h"
#include "maas_read_layers.h"
#include "maas_read_tree.h"
#include "kernel/maas_act.h"

#include <stdio.h>
#include <string.h>


const char *const  maas__kind_names[MAAS_N_KINDS] = {
    "dense", "activation", "add", "layer_norm"
};


/* R20: which value `v` names for layer i; 0 if there is none */

static int
layers_source(const maas_desc_t *d, size_t i, const cJSON *v,
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

        if (strcmp(v->valuestring, d->layers[j].name != NULL
                                   ? d->layers[j].name : buf) == 0)
        {
            *out = (unsigned) j + 1;
            return 1;
        }
    }

    return 0;
}


static size_t
layers_width(const maas_desc_t *d, unsigned source)
{
    return source == 0 ? d->in : d->layers[source - 1].units;
}


/* R20, R21 */

static maas_status_t
layers_wiring(maas_read_t *r, const cJSON *v, maas_desc_t *d, size_t i)
{
    unsigned       want;
    maas_layer_t  *l;
    const cJSON   *inputs, *name;

    l = &d->layers[i];
    want = l->kind == MAAS_LAYER_ADD ? 2 : 1;
    inputs = maas_get(v, "inputs");

    if (inputs == NULL && want == 1) {
        l->in[0] = (unsigned) i;
        l->n_in = 1;

    } else {
        cJSON_ArrayForEach(name, (cJSON_IsArray(inputs) ? inputs : NULL)) {
            if (l->n_in == want
                || !layers_source(d, i, name, &l->in[l->n_in]))
            {
                l->n_in = 0;
                break;
            }
            l->n_in++;
        }
    }

    if (l->n_in != want) {
        return MAAS_BAD(r, "R20: layer %zu: inputs is not a list of %u "
                        "earlier layers or \"input\"", i, want);
    }

    l->in_width = layers_width(d, l->in[0]);

    if (want == 2 && layers_width(d, l->in[1]) != l->in_width) {
        return MAAS_BAD(r, "R21: layer %zu adds %zu numbers to %zu", i,
                        l->in_width, layers_width(d, l->in[1]));
    }

    return MAAS_OK;
}


/* R16, R20 */

static maas_status_t
layers_name(maas_read_t *r, const cJSON *v, maas_desc_t *d,
    size_t i)
{
    unsigned      source;
    const cJSON  *name;

    name = maas_get(v, "name");
    if (name == NULL) {
        return MAAS_OK;
    }

    if (!maas__tree_is_name(name)) {
        return MAAS_BAD(r, "R16: layer %zu: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", i, MAAS_MAX_NAME);
    }

    if (layers_source(d, i, name, &source)) {
        return MAAS_BAD(r, "R20: layer %zu: the name \"%.64s\" is taken", i,
                        name->valuestring);
    }

    return maas__tree_copy(r, name->valuestring, &d->layers[i].name);
}


/* R19 */

static maas_status_t
layers_attributes(maas_read_t *r, const cJSON *v, size_t i,
    maas_layer_t *l)
{
    int           kind, act;
    const char   *bad;
    const cJSON  *a;

    static const char *const  members[MAAS_N_KINDS] = {
        "kind name inputs activation alpha units",
        "kind name inputs activation alpha",
        "kind name inputs activation alpha",
        "kind name inputs activation alpha epsilon"
    };

    kind = cJSON_IsObject(v) ? maas__tree_choice(maas_get(v, "kind"),
                                           maas__kind_names, MAAS_N_KINDS)
                             : -1;
    if (kind < 0) {
        return MAAS_BAD(r, "R19: layer %zu: unknown kind", i);
    }

    bad = maas__tree_unknown(v, members[kind]);
    if (bad != NULL) {
        return MAAS_BAD(r, "R19: layer %zu: unknown member \"%.64s\"", i, bad);
    }

    a = maas_get(v, "activation");
    act = a == NULL ? MAAS_ACT_LINEAR
          : cJSON_IsString(a) ? maas__act_find(a->valuestring) : -1;
    if (act < 0) {
        return MAAS_BAD(r, "R19: layer %zu: unknown activation", i);
    }

    l->kind = (maas_kind_t) kind;
    l->act = (maas_act_t) act;

    if (!maas__tree_float(v, "alpha", maas__acts[act].alpha, &l->alpha)
        || !maas__tree_float(v, "epsilon", 1e-5f, &l->eps) || !(l->eps > 0))
    {
        return MAAS_BAD(r, "R19: layer %zu: alpha is not finite or epsilon "
                        "not above 0", i);
    }

    if (kind == MAAS_LAYER_DENSE
        && (!maas__tree_integer(maas_get(v, "units"), MAAS_MAX_WIDTH,
                                &l->units)
            || l->units == 0))
    {
        return MAAS_BAD(r, "R19: layer %zu: units is not an integer from 1 "
                        "to 2^20", i);
    }

    return MAAS_OK;
}


/* R22, R24: tensor layers.<i>.<part> of shape (rows,columns), or (columns)
 * if rows is 0 */

static maas_status_t
layers_tensor_of(maas_read_t *r, const maas_container_t *c, size_t i,
    const char *part, size_t rows, size_t columns, const float **out)
{
    char            name[48];
    void           *copy;
    size_t          n;
    const void     *data;
    maas_entry_t   *e;
    maas_tensor_t  *t;

    snprintf(name, sizeof(name), "layers.%zu.%s", i, part);

    e = maas__container_find(c, name);
    t = e != NULL ? &e->tensor : NULL;

    if (t == NULL || t->rank != (rows == 0 ? 1 : 2)
        || t->shape[t->rank - 1] != columns
        || (rows != 0 && t->shape[0] != rows))
    {
        return rows == 0
               ? MAAS_BAD(r, "R22: tensor \"%s\" of shape [%zu] is not there",
                          name, columns)
               : MAAS_BAD(r, "R22: tensor \"%s\" of shape [%zu,%zu] is not "
                          "there", name, rows, columns);
    }

    if (t->dtype != MAAS_F32) {
        return maas__fail(r->err, MAAS_UNSUPPORTED,
                          "R8: tensor \"%s\" is not F32", name);
    }

    e->used++;
    n = e->end - e->begin;
    data = t->data;

    if ((uintptr_t) data % sizeof(float) != 0) {
        copy = maas__arena_alloc(r->arena, n, 1);
        if (copy == NULL) {
            return MAAS_OOM(r);
        }
        data = memcpy(copy, data, n);
    }

    if (!maas_is_finite(data, n / sizeof(float))) {
        return MAAS_BAD(r, "R24: tensor \"%s\" has a weight that is not "
                        "finite", name);
    }

    *out = data;
    return MAAS_OK;
}


static maas_status_t
layers_weights(maas_read_t *r, const maas_container_t *c, maas_desc_t *d,
    size_t i)
{
    size_t         rows;
    maas_layer_t  *l;
    maas_status_t  rc;

    l = &d->layers[i];

    if (l->kind != MAAS_LAYER_DENSE) {
        l->units = l->in_width;
    }

    if (l->kind != MAAS_LAYER_DENSE && l->kind != MAAS_LAYER_NORM) {
        return MAAS_OK;
    }

    rows = l->kind == MAAS_LAYER_DENSE ? l->in_width : 0;
    d->parameters += l->units * (rows != 0 ? rows + 1 : 2);

    /* width, units <= 2^20 and layers <= 2^10: no overflow in 64 bits */

    if (d->parameters > MAAS_MAX_PARAMS) {
        return MAAS_BAD(r, "R26: more than 2^30 weights");
    }

    rc = layers_tensor_of(r, c, i, "weight", rows, l->units, &l->weight);
    if (rc != MAAS_OK) {
        return rc;
    }

    return layers_tensor_of(r, c, i, "bias", 0, l->units, &l->bias);
}


maas_status_t
maas__read_layers(maas_read_t *r, const maas_container_t *c, const cJSON *doc,
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

    d->layers = maas__arena_alloc(r->arena, n, sizeof(maas_layer_t));
    if (d->layers == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;
    cJSON_ArrayForEach(v, layers) {
        if ((rc = layers_attributes(r, v, i, &d->layers[i])) != MAAS_OK
            || (rc = layers_name(r, v, d, i)) != MAAS_OK
            || (rc = layers_wiring(r, v, d, i)) != MAAS_OK
            || (rc = layers_weights(r, c, d, i)) != MAAS_OK)
        {
            return rc;
        }
        i++;
    }

    d->n_layers = n;
    d->out = d->layers[n - 1].units;

    return MAAS_OK;
}


/* R20, R22: nothing may be left over */

maas_status_t
maas__read_unused(maas_read_t *r, const maas_container_t *c,
    const maas_desc_t *d)
{
    char    *used;
    size_t   i, j;

    used = maas__arena_alloc(r->arena, d->n_layers + 1, 1);
    if (used == NULL) {
        return MAAS_OOM(r);
    }

    for (i = 0; i < d->n_layers; i++) {
        for (j = 0; j < d->layers[i].n_in; j++) {
            used[d->layers[i].in[j]] = 1;
        }
    }

    for (i = 1; i < d->n_layers; i++) {
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
