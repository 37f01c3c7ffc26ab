/*
 * A model file whose layers are changed: read, run in parts, and written with
 * all else as it was.
 * Not here: what becomes of a layer.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "compress.h"
#include "export/model.h"
#include "read/maas_read.h"


void
train_small_open(train_small_t *s, const char *path)
{
    maas_err_t  err = { 0 };

    *s = (train_small_t) { .path = path };
    s->file = train_slurp(path, &s->size);
    s->arena = maas__arena_create(SIZE_MAX / 2);

    if (s->arena == NULL
        || maas__read(s->file, s->size, s->arena, &s->desc, &err) != MAAS_OK)
    {
        train_die("%s: %s", path, s->arena == NULL ? "out of memory"
                                                   : train_shown(err.msg));
    }

    s->n = s->desc->n_nodes;
    s->nodes = train_alloc(s->n, sizeof(maas_node_t));
    (void) memcpy(s->nodes, s->desc->nodes, s->n * sizeof(maas_node_t));
}


void
train_small_free(train_small_t *s)
{
    train_free(s->nodes);
    train_free(s->file);
    maas__arena_destroy(s->arena);
}


void *
train_small_room(train_small_t *s, size_t n, size_t size)
{
    void  *p;

    p = maas__arena_alloc(s->arena, n, size);

    if (p == NULL) {
        train_die("%s: out of memory", s->path);
    }

    return p;
}


/* Shapes and types follow from those before */

static void
small_shapes(const train_small_t *s, maas_node_t *nodes, size_t n)
{
    size_t      i;
    maas_err_t  err;

    for (i = 0; i < n; i++) {
        if (maas__node_shape(nodes, i, &s->desc->shape, &err) != MAAS_OK) {
            train_die("%s: layer %zu %s", s->path, i, err.msg);
        }
    }
}


void
train_small_shapes(train_small_t *s)
{
    small_shapes(s, s->nodes, s->n);
}


static maas_model_t *
small_plan(const train_small_t *s, const maas_desc_t *d)
{
    maas_err_t     err = { 0 };
    maas_model_t  *m;

    if (maas__model_plan(d, s->size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        train_die("%s: %s", s->path, err.msg);
    }

    return m;
}


maas_model_t *
train_small_plan(const train_small_t *s, maas_node_t *nodes)
{
    maas_desc_t  d;

    small_shapes(s, nodes, s->n);
    d = *s->desc;
    d.nodes = nodes;

    return small_plan(s, &d);
}


size_t
train_small_numbers(const train_small_t *s, size_t value)
{
    return maas__shape_numbers(value == 0 ? &s->desc->shape
                                          : &s->nodes[value - 1].shape);
}


/* A model that ends there: numbers, of which nothing is said */

static maas_model_t *
small_until(const train_small_t *s, size_t value, maas_node_t *nodes)
{
    maas_desc_t    d;
    maas_output_t  output = { .name = "value" };

    d = *s->desc;
    d.task = MAAS_TASK_REGRESSION;
    d.n_labels = 0;
    d.decision = NULL;
    d.threshold = 0;
    d.n_outputs = 1;
    d.outputs = &output;
    d.nodes = nodes;
    d.n_nodes = value;
    (void) memcpy(nodes, s->nodes, value * sizeof(maas_node_t));

    if (value == 0) {
        maas__node_init(&nodes[0], maas__op_find("activation"));
        d.n_nodes = 1;
    }

    output.from = (unsigned) d.n_nodes;
    small_shapes(s, nodes, d.n_nodes);
    d.out = maas__shape_numbers(&nodes[d.n_nodes - 1].shape);

    return small_plan(s, &d);
}


float *
train_small_value(const train_small_t *s, size_t value,
    const train_data_t *d, const uint32_t *row, size_t rows)
{
    float         *y;
    maas_node_t   *nodes;
    maas_model_t  *m;

    nodes = train_alloc(value + 1, sizeof(maas_node_t));
    m = small_until(s, value, nodes);
    y = train_model_run(m, d, row, rows);
    maas_model_free(m);
    train_free(nodes);

    return y;
}


/* Members of a layer that are there now: what is not said is as by default */

static void
small_layer(cJSON *layer, const maas_node_t *n)
{
    size_t              i;
    double              v;
    const maas_attr_t  *a;

    for (i = 0; i < n->op->n_attrs; i++) {
        a = &n->op->attrs[i];
        v = maas__attr_get(n, a);

        if (cJSON_GetObjectItemCaseSensitive(layer, a->name) != NULL) {
            cJSON_DeleteItemFromObjectCaseSensitive(layer, a->name);

        } else if (v == a->def) {
            continue;
        }

        if (a->type == MAAS_ATTR_CHOICE) {
            (void) cJSON_AddStringToObject(layer, a->name,
                                           a->names[(size_t) v]);
        } else {
            (void) cJSON_AddNumberToObject(layer, a->name, v);
        }
    }
}


/* "training": {"compression": [..., how]} */

static void
small_record(cJSON *doc, const char *how)
{
    cJSON  *training, *list;

    training = cJSON_GetObjectItemCaseSensitive(doc, "training");

    if (!cJSON_IsObject(training)) {
        cJSON_DeleteItemFromObjectCaseSensitive(doc, "training");
        training = cJSON_AddObjectToObject(doc, "training");
    }

    list = cJSON_GetObjectItemCaseSensitive(training, "compression");

    if (!cJSON_IsArray(list)) {
        cJSON_DeleteItemFromObjectCaseSensitive(training, "compression");
        list = cJSON_AddArrayToObject(training, "compression");
    }

    (void) cJSON_AddItemToArray(list, cJSON_Parse(how));
}


static char *
small_document(const train_small_t *s, const maas_node_t *nodes,
    const char *how)
{
    char    *text, *copy;
    cJSON   *doc, *layer, *version;
    size_t   i, need, v;

    doc = cJSON_Parse(s->desc->document);
    need = s->desc->version;
    i = 0;

    cJSON_ArrayForEach(layer, cJSON_GetObjectItemCaseSensitive(doc, "layers"))
    {
        small_layer(layer, &nodes[i]);
        v = maas__node_version(&nodes[i++]);
        need = (v > need) ? v : need;
    }

    /* those of other answers */

    cJSON_DeleteItemFromObjectCaseSensitive(doc, "intervals");
    version = cJSON_GetObjectItemCaseSensitive(doc, "version");
    cJSON_SetNumberValue(version, (double) need);
    small_record(doc, how);
    text = cJSON_PrintUnformatted(doc);

    if (text == NULL) {
        train_die("%s: out of memory", s->path);
    }

    copy = train_strdup(text);
    cJSON_free(text);
    cJSON_Delete(doc);

    return copy;
}


void *
train_small_image(const train_small_t *s, maas_node_t *nodes, const char *how,
    size_t *size, maas_model_t **m)
{
    char        *document;
    void        *image;
    maas_err_t   err = { 0 };

    small_shapes(s, nodes, s->n);
    document = small_document(s, nodes, how);
    image = train_image_of(nodes, s->n, document, size);
    train_free(document);

    if (maas_model_load(image, *size, MAAS_ISA_AUTO, m, &err) != MAAS_OK) {
        train_die("%s: what becomes of it is no good model file: %s", s->path,
                  err.msg);
    }

    return image;
}
