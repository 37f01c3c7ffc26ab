/*
 * The `maas` document of a model file -> description, bound to its tensors:
 * rules R14 to R24 and R26.  Bytes are untrusted here too.
 * Not here: the container (maas_read.c).
 */

#include "maas_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define MAAS_BAD(c, ...)                                                      \
    maas__fail((c)->err, MAAS_BADFILE, __VA_ARGS__)
#define MAAS_OOM(c)                                                           \
    maas__fail((c)->err, MAAS_NOMEM, "out of memory")

#define maas_get(o, name)  cJSON_GetObjectItemCaseSensitive(o, name)


const char *const  maas__act_names[MAAS_N_ACTS] = {
    "linear", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh",
    "softmax"
};

const char *const  maas__kind_names[MAAS_N_KINDS] = {
    "dense", "activation", "add", "layer_norm"
};

const char *const  maas__task_names[3] = {
    "classification", "binary", "regression"
};

static const char *const  maas_scalings[] = {
    "none", "standard", "minmax", "robust"
};


/* Place of v's string in a list of names, -1 if it is not there */

static int
maas_choice(const cJSON *v, const char *const *names, int n)
{
    int  i;

    for (i = 0; i < n; i++) {
        if (cJSON_IsString(v) && strcmp(v->valuestring, names[i]) == 0) {
            return i;
        }
    }

    return -1;
}


/* R16 */

static int
maas_is_name(const cJSON *v)
{
    size_t       len;
    const char  *s;

    if (!cJSON_IsString(v)) {
        return 0;
    }

    s = v->valuestring;
    len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789_.-");

    return len > 0 && len <= MAAS_MAX_NAME && s[len] == '\0';
}


static int
maas_is_text(const cJSON *v)
{
    return cJSON_IsString(v) && v->valuestring[0] != '\0'
           && strlen(v->valuestring) <= MAAS_MAX_TEXT;
}


static char *
maas_copy(maas_container_t *c, const char *s)
{
    return maas__arena_strndup(c->arena, s, strlen(s));
}


/* First member of `object` that `known` (words between blanks) does not
 * have, NULL if it has them all */

static const char *
maas_unknown(const cJSON *object, const char *known)
{
    size_t        len;
    const char   *p;
    const cJSON  *v;

    cJSON_ArrayForEach(v, object) {
        len = strlen(v->string);

        for (p = known; p != NULL && *p != '\0'; ) {
            if (len > 0 && strncmp(p, v->string, len) == 0
                && (p[len] == ' ' || p[len] == '\0'))
            {
                break;
            }
            p = strchr(p, ' ');
            p += (p != NULL);
        }

        if (p == NULL || *p == '\0') {
            return v->string;
        }
    }

    return NULL;
}


/* An optional number, finite in single precision; 0 if it is neither */

static int
maas_float(const cJSON *object, const char *name, float def, float *out)
{
    const cJSON  *v;

    v = maas_get(object, name);

    if (v == NULL) {
        *out = def;
        return 1;
    }

    if (!cJSON_IsNumber(v) || !isfinite((float) v->valuedouble)) {
        return 0;
    }

    *out = (float) v->valuedouble;
    return 1;
}


/* An optional name with a default; NULL if it breaks R16 */

static const char *
maas_wire_name(maas_container_t *c, const cJSON *object, const char *def)
{
    const cJSON  *v;

    v = maas_get(object, "name");

    if (v == NULL) {
        return def;
    }

    return maas_is_name(v) ? maas_copy(c, v->valuestring) : NULL;
}


/* scaling, shift, factor of a column or of the tensor (R18) */

static maas_status_t
maas_doc_scaling(maas_container_t *c, const cJSON *v, maas_column_t *col)
{
    int           i;
    const cJSON  *s;

    s = maas_get(v, "scaling");
    i = s == NULL ? 0 : maas_choice(s, maas_scalings, 4);

    if (i < 0 || !maas_float(v, "shift", 0, &col->shift)
        || !maas_float(v, "factor", 1, &col->factor))
    {
        return MAAS_BAD(c, "R18: inputs: scaling is not none, standard, "
                        "minmax or robust, or shift or factor not finite");
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

    bad = maas_unknown(v, "kind name shape image scaling shift factor");
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

    return maas_doc_scaling(c, v, d->columns);
}


static int
maas_cmp_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


/* Do n texts differ from one another?  NULL, or one that stands twice */

static const char *
maas_twice(maas_container_t *c, const char *const *texts, size_t n)
{
    size_t        i;
    const char  **sorted;

    sorted = maas__arena_alloc(c->arena, n, sizeof(char *));
    if (sorted == NULL) {
        return n == 0 ? NULL : "(out of memory)";
    }

    memcpy(sorted, texts, n * sizeof(char *));
    qsort(sorted, n, sizeof(char *), maas_cmp_text);

    for (i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            return sorted[i];
        }
    }

    return NULL;
}


static maas_status_t
maas_doc_column(maas_container_t *c, const cJSON *v, size_t i,
    maas_column_t *col)
{
    const char   *bad;
    const cJSON  *kind;

    if (!cJSON_IsObject(v) || !maas_is_text(maas_get(v, "name"))) {
        return MAAS_BAD(c, "R18: column %zu is not an object with a name of "
                        "1 to %d bytes", i, MAAS_MAX_TEXT);
    }

    bad = maas_unknown(v, "name kind scaling shift factor");
    if (bad != NULL) {
        return MAAS_BAD(c, "R18: column %zu: unknown member \"%.64s\"", i,
                        bad);
    }

    kind = maas_get(v, "kind");
    if (kind != NULL
        && (!cJSON_IsString(kind) || strcmp(kind->valuestring, "number") != 0))
    {
        return MAAS_BAD(c, "R18: column %zu: kind is not \"number\"", i);
    }

    col->name = maas_copy(c, maas_get(v, "name")->valuestring);
    if (col->name == NULL) {
        return MAAS_OOM(c);
    }

    return maas_doc_scaling(c, v, col);
}


/* R18, kind "columns" */

static maas_status_t
maas_doc_columns(maas_container_t *c, const cJSON *v, maas_desc_t *d)
{
    size_t          i, n;
    const char     *bad, **names;
    const cJSON    *columns, *item;
    maas_status_t   rc;

    bad = maas_unknown(v, "kind name columns");
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
        rc = maas_doc_column(c, item, i, &d->columns[i]);
        if (rc != MAAS_OK) {
            return rc;
        }
        names[i] = d->columns[i].name;
        i++;
    }

    bad = maas_twice(c, names, n);
    if (bad != NULL) {
        return MAAS_BAD(c, "R18: column \"%.64s\" stands twice", bad);
    }

    d->n_columns = n;
    d->rank = 1;
    d->shape[0] = n;
    d->in = n;

    return MAAS_OK;
}


static maas_status_t
maas_doc_inputs(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    int           kind;
    const cJSON  *v;

    static const char *const  kinds[] = { "tensor", "columns" };

    v = maas_get(doc, "inputs");
    kind = cJSON_IsObject(v) ? maas_choice(maas_get(v, "kind"), kinds, 2) : -1;

    if (kind < 0) {
        return MAAS_BAD(c, "R18: inputs is not an object with kind \"tensor\" "
                        "or \"columns\"");
    }

    d->input_name = maas_wire_name(c, v, "input");
    if (d->input_name == NULL) {
        return MAAS_BAD(c, "R16: inputs: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", MAAS_MAX_NAME);
    }

    d->input = (maas_input_t) kind;

    return kind == 0 ? maas_doc_tensor(c, v, d) : maas_doc_columns(c, v, d);
}


/* R20: which value `v` names for layer i; 0 if there is none */

static int
maas_doc_source(const maas_desc_t *d, size_t i, const cJSON *v,
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
maas_doc_width(const maas_desc_t *d, unsigned source)
{
    return source == 0 ? d->in : d->layers[source - 1].units;
}


/* R20, R21 */

static maas_status_t
maas_doc_wiring(maas_container_t *c, const cJSON *v, maas_desc_t *d, size_t i)
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
                || !maas_doc_source(d, i, name, &l->in[l->n_in]))
            {
                l->n_in = 0;
                break;
            }
            l->n_in++;
        }
    }

    if (l->n_in != want) {
        return MAAS_BAD(c, "R20: layer %zu: inputs is not a list of %u "
                        "earlier layers or \"input\"", i, want);
    }

    l->in_width = maas_doc_width(d, l->in[0]);

    if (want == 2 && maas_doc_width(d, l->in[1]) != l->in_width) {
        return MAAS_BAD(c, "R21: layer %zu adds %zu numbers to %zu", i,
                        l->in_width, maas_doc_width(d, l->in[1]));
    }

    return MAAS_OK;
}


/* R16, R20 */

static maas_status_t
maas_doc_layer_name(maas_container_t *c, const cJSON *v, maas_desc_t *d,
    size_t i)
{
    unsigned      source;
    const cJSON  *name;

    name = maas_get(v, "name");
    if (name == NULL) {
        return MAAS_OK;
    }

    if (!maas_is_name(name)) {
        return MAAS_BAD(c, "R16: layer %zu: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", i, MAAS_MAX_NAME);
    }

    if (maas_doc_source(d, i, name, &source)) {
        return MAAS_BAD(c, "R20: layer %zu: the name \"%.64s\" is taken", i,
                        name->valuestring);
    }

    d->layers[i].name = maas_copy(c, name->valuestring);

    return d->layers[i].name == NULL ? MAAS_OOM(c) : MAAS_OK;
}


/* R19 */

static maas_status_t
maas_doc_attributes(maas_container_t *c, const cJSON *v, size_t i,
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

    kind = cJSON_IsObject(v) ? maas_choice(maas_get(v, "kind"),
                                           maas__kind_names, MAAS_N_KINDS)
                             : -1;
    if (kind < 0) {
        return MAAS_BAD(c, "R19: layer %zu: unknown kind", i);
    }

    bad = maas_unknown(v, members[kind]);
    if (bad != NULL) {
        return MAAS_BAD(c, "R19: layer %zu: unknown member \"%.64s\"", i, bad);
    }

    a = maas_get(v, "activation");
    act = a == NULL ? 0 : maas_choice(a, maas__act_names, MAAS_N_ACTS);
    if (act < 0) {
        return MAAS_BAD(c, "R19: layer %zu: unknown activation", i);
    }

    l->kind = (maas_kind_t) kind;
    l->act = (maas_act_t) act;

    if (!maas_float(v, "alpha", act == MAAS_ACT_ELU ? 1.0f : 0.01f, &l->alpha)
        || !maas_float(v, "epsilon", 1e-5f, &l->eps) || !(l->eps > 0))
    {
        return MAAS_BAD(c, "R19: layer %zu: alpha is not finite or epsilon "
                        "not above 0", i);
    }

    if (kind == MAAS_LAYER_DENSE
        && (!maas__read_integer(maas_get(v, "units"), MAAS_MAX_WIDTH,
                                &l->units)
            || l->units == 0))
    {
        return MAAS_BAD(c, "R19: layer %zu: units is not an integer from 1 "
                        "to 2^20", i);
    }

    return MAAS_OK;
}


/* R22, R24: tensor layers.<i>.<part> of shape (rows,columns), or (columns)
 * if rows is 0 */

static maas_status_t
maas_doc_tensor_of(maas_container_t *c, size_t i, const char *part,
    size_t rows, size_t columns, const float **out)
{
    char            name[48];
    void           *copy;
    size_t          n;
    const void     *data;
    maas_tensor_t  *t;

    snprintf(name, sizeof(name), "layers.%zu.%s", i, part);

    t = maas__read_tensor(c, name);

    if (t == NULL || t->rank != (rows == 0 ? 1 : 2)
        || t->shape[t->rank - 1] != columns
        || (rows != 0 && t->shape[0] != rows))
    {
        return rows == 0
               ? MAAS_BAD(c, "R22: tensor \"%s\" of shape [%zu] is not there",
                          name, columns)
               : MAAS_BAD(c, "R22: tensor \"%s\" of shape [%zu,%zu] is not "
                          "there", name, rows, columns);
    }

    if (!t->f32) {
        return maas__fail(c->err, MAAS_UNSUPPORTED,
                          "R8: tensor \"%s\" is not F32", name);
    }

    t->used++;
    n = t->end - t->begin;
    data = c->data + t->begin;

    if ((uintptr_t) data % sizeof(float) != 0) {
        copy = maas__arena_alloc(c->arena, n, 1);
        if (copy == NULL) {
            return MAAS_OOM(c);
        }
        data = memcpy(copy, data, n);
    }

    if (!maas_is_finite(data, n / sizeof(float))) {
        return MAAS_BAD(c, "R24: tensor \"%s\" has a weight that is not "
                        "finite", name);
    }

    *out = data;
    return MAAS_OK;
}


static maas_status_t
maas_doc_weights(maas_container_t *c, maas_desc_t *d, size_t i)
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
        return MAAS_BAD(c, "R26: more than 2^30 weights");
    }

    rc = maas_doc_tensor_of(c, i, "weight", rows, l->units, &l->weight);
    if (rc != MAAS_OK) {
        return rc;
    }

    return maas_doc_tensor_of(c, i, "bias", 0, l->units, &l->bias);
}


static maas_status_t
maas_doc_layers(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    size_t         i, n;
    const cJSON   *layers, *v;
    maas_status_t  rc;

    layers = maas_get(doc, "layers");
    n = cJSON_IsArray(layers) ? (size_t) cJSON_GetArraySize(layers) : 0;

    if (n == 0 || n > MAAS_MAX_LAYERS) {
        return MAAS_BAD(c, "R19: layers is not a list of 1 to %d layers",
                        MAAS_MAX_LAYERS);
    }

    d->layers = maas__arena_alloc(c->arena, n, sizeof(maas_layer_t));
    if (d->layers == NULL) {
        return MAAS_OOM(c);
    }

    i = 0;
    cJSON_ArrayForEach(v, layers) {
        if ((rc = maas_doc_attributes(c, v, i, &d->layers[i])) != MAAS_OK
            || (rc = maas_doc_layer_name(c, v, d, i)) != MAAS_OK
            || (rc = maas_doc_wiring(c, v, d, i)) != MAAS_OK
            || (rc = maas_doc_weights(c, d, i)) != MAAS_OK)
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

static maas_status_t
maas_doc_unused(maas_container_t *c, maas_desc_t *d)
{
    char    *used;
    size_t   i, j;

    used = maas__arena_alloc(c->arena, d->n_layers + 1, 1);
    if (used == NULL) {
        return MAAS_OOM(c);
    }

    for (i = 0; i < d->n_layers; i++) {
        for (j = 0; j < d->layers[i].n_in; j++) {
            used[d->layers[i].in[j]] = 1;
        }
    }

    for (i = 1; i < d->n_layers; i++) {
        if (!used[i]) {
            return MAAS_BAD(c, "R20: nothing uses layer %zu", i - 1);
        }
    }

    for (i = 0; i < c->n; i++) {
        if (c->tensors[i].used == 0) {
            return MAAS_BAD(c, "R22: no layer uses tensor \"%.64s\"",
                            c->tensors[i].name);
        }
    }

    return MAAS_OK;
}


/* R16, R23 */

static maas_status_t
maas_doc_outputs(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    size_t        n, want;
    const char   *bad;
    const cJSON  *v, *labels, *label;

    v = maas_get(doc, "outputs");

    if (v != NULL && !cJSON_IsObject(v)) {
        return MAAS_BAD(c, "R23: outputs is not an object");
    }

    bad = maas_unknown(v, "name labels");
    if (bad != NULL) {
        return MAAS_BAD(c, "R23: outputs: unknown member \"%.64s\"", bad);
    }

    d->output_name = maas_wire_name(c, v, "output");
    if (d->output_name == NULL) {
        return MAAS_BAD(c, "R16: outputs: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", MAAS_MAX_NAME);
    }

    if (d->task == MAAS_TASK_BINARY && d->out != 1) {
        return MAAS_BAD(c, "R23: the last layer of a binary model is %zu "
                        "wide, expected 1", d->out);
    }

    labels = maas_get(v, "labels");
    if (labels == NULL) {
        return MAAS_OK;
    }

    want = d->task == MAAS_TASK_BINARY ? 2 : d->out;
    n = cJSON_IsArray(labels) ? (size_t) cJSON_GetArraySize(labels) : 0;

    if (n != want) {
        return MAAS_BAD(c, "R23: labels is not a list of %zu names", want);
    }

    d->labels = maas__arena_alloc(c->arena, n, sizeof(char *));
    if (d->labels == NULL) {
        return MAAS_OOM(c);
    }

    cJSON_ArrayForEach(label, labels) {
        if (!maas_is_text(label)) {
            return MAAS_BAD(c, "R23: label %zu is not a text of 1 to %d "
                            "bytes", d->n_labels, MAAS_MAX_TEXT);
        }

        d->labels[d->n_labels] = maas_copy(c, label->valuestring);
        if (d->labels[d->n_labels++] == NULL) {
            return MAAS_OOM(c);
        }
    }

    bad = maas_twice(c, d->labels, n);
    if (bad != NULL) {
        return MAAS_BAD(c, "R23: label \"%.64s\" stands twice", bad);
    }

    return MAAS_OK;
}


/* R15, R16, R17 */

static maas_status_t
maas_doc_head(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    int           task;
    size_t        version;
    const cJSON  *name;

    if (!maas__read_integer(maas_get(doc, "version"), 1, &version)
        || version != 1)
    {
        return MAAS_BAD(c, "R15: version is not 1");
    }

    name = maas_get(doc, "name");
    if (!maas_is_name(name) || strcmp(name->valuestring, "stats") == 0) {
        return MAAS_BAD(c, "R16: name is not 1 to %d of A-Z a-z 0-9 _ . - "
                        "other than \"stats\"", MAAS_MAX_NAME);
    }

    task = maas_choice(maas_get(doc, "task"), maas__task_names, 3);
    if (task < 0) {
        return MAAS_BAD(c, "R17: task is not classification, binary or "
                        "regression");
    }

    d->task = (maas_task_t) task;
    d->name = maas_copy(c, name->valuestring);

    return d->name == NULL ? MAAS_OOM(c) : MAAS_OK;
}


maas_status_t
maas__read_document(maas_container_t *c, const char *text, maas_desc_t **out)
{
    cJSON          *doc;
    maas_desc_t    *d;
    maas_status_t   rc;

    rc = maas__read_tree(c, text, strlen(text), "R14", "document", &doc);
    if (rc != MAAS_OK) {
        return rc;
    }

    d = maas__arena_alloc(c->arena, 1, sizeof(maas_desc_t));
    if (d != NULL) {
        d->document = maas_copy(c, text);
    }

    if (d == NULL || d->document == NULL) {
        rc = MAAS_OOM(c);

    } else if ((rc = maas_doc_head(c, doc, d)) == MAAS_OK
               && (rc = maas_doc_inputs(c, doc, d)) == MAAS_OK
               && (rc = maas_doc_layers(c, doc, d)) == MAAS_OK
               && (rc = maas_doc_unused(c, d)) == MAAS_OK
               && (rc = maas_doc_outputs(c, doc, d)) == MAAS_OK)
    {
        *out = d;
    }

    cJSON_Delete(doc);

    return rc;
}
