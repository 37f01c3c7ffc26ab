/*
 * A model file -> its description: the container, then the `maas` document in
 * it, of which the head and the outputs are here, rules R14 to R17, R23, R30,
 * R32.
 * Not here: the container (maas_read_container.c), inputs
 * (maas_read_inputs.c), layers and their tensors (maas_read_nodes.c).
 */

#include "maas_read.h"
#include "maas_read_doc.h"

#include <math.h>
#include <string.h>


#define MAAS_DOCUMENT  5               /* newest version of the document */


/* R23 */

static maas_status_t
doc_labels(maas_read_t *r, const cJSON *outputs, maas_desc_t *d)
{
    size_t        want;
    const cJSON  *labels;

    labels = maas_get(outputs, "labels");
    want = d->task == MAAS_TASK_BINARY ? 2 : d->out;

    if (!cJSON_IsArray(labels)
        || (size_t) cJSON_GetArraySize(labels) != want)
    {
        return MAAS_BAD(r, "R23: labels is not a list of %zu names", want);
    }

    return maas__tree_texts(r, labels, 0, &d->n_labels, &d->labels,
                            "R23: label");
}


/* R32 */

static maas_status_t
doc_decision(maas_read_t *r, const cJSON *list, maas_desc_t *d)
{
    float        *weights;
    size_t        n;
    const cJSON  *v;

    if (list == NULL) {
        return MAAS_OK;
    }

    weights = maas__arena_alloc(r->arena, d->out, sizeof(float));
    if (weights == NULL) {
        return MAAS_OOM(r);
    }

    n = 0;

    cJSON_ArrayForEach(v, (cJSON_IsArray(list) ? list : NULL)) {
        if (n == d->out || !cJSON_IsNumber(v)
            || !isnormal((float) v->valuedouble) || v->valuedouble < 0)
        {
            n = SIZE_MAX;
            break;
        }

        weights[n++] = (float) v->valuedouble;
    }

    if (n != d->out || d->version < 2
        || d->task != MAAS_TASK_CLASSIFICATION)
    {
        return MAAS_BAD(r, "R32: decision_weights is not a list of a number "
                        "above 0 for each of the %zu labels of a "
                        "classification, in version 2", d->out);
    }

    d->decision = weights;

    return MAAS_OK;
}


/* R16, R23, R30, R32 */

static maas_status_t
doc_outputs(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    const char    *bad;
    const cJSON   *v;
    maas_status_t  rc;

    static const char *const  members[] = {
        "name", "labels", "threshold", "decision_weights", NULL
    };

    v = maas_get(doc, "outputs");

    if (v != NULL && !cJSON_IsObject(v)) {
        return MAAS_BAD(r, "R23: outputs is not an object");
    }

    bad = maas__tree_unknown(v, members);
    if (bad != NULL) {
        return MAAS_BAD(r, "R23: outputs: unknown member \"%.64s\"", bad);
    }

    rc = maas__tree_name(r, v, "outputs", "output", &d->outputs[0].name);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (d->task == MAAS_TASK_BINARY && d->out != 1) {
        return MAAS_BAD(r, "R23: the last layer of a binary model is %zu "
                        "wide, expected 1", d->out);
    }

    if (!maas__tree_float(v, "threshold", 0.5f, &d->threshold)
        || !(d->threshold > 0 && d->threshold < 1)
        || (d->task != MAAS_TASK_BINARY && maas_get(v, "threshold") != NULL))
    {
        return MAAS_BAD(r, "R30: threshold is not a number between 0 and 1, "
                        "of a binary model");
    }

    rc = doc_decision(r, maas_get(v, "decision_weights"), d);
    if (rc != MAAS_OK) {
        return rc;
    }

    return maas_get(v, "labels") == NULL ? MAAS_OK
                                         : doc_labels(r, v, d);
}


/* R15, R16, R17 */

static maas_status_t
doc_head(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    int           task;
    size_t        version;
    const cJSON  *name;

    if (!maas__tree_integer(maas_get(doc, "version"), MAAS_DOCUMENT, &version)
        || version < 1)
    {
        return MAAS_BAD(r, "R15: version is not 1 to %d", MAAS_DOCUMENT);
    }

    d->version = version;

    name = maas_get(doc, "name");
    if (!cJSON_IsString(name)
        || !maas_is_model_name(name->valuestring, strlen(name->valuestring)))
    {
        return MAAS_BAD(r, "R16: name is not 1 to %d of " MAAS_NAME_RULE
                        " other than \"" MAAS_RESERVED_NAME "\"",
                        MAAS_MAX_NAME);
    }

    task = maas__tree_choice(maas_get(doc, "task"), maas__task_names,
                             MAAS_N_TASKS);
    if (task < 0) {
        return MAAS_BAD(r, "R17: task is not classification, binary or "
                        "regression");
    }

    d->task = (maas_task_t) task;

    return maas__tree_copy(r, name->valuestring, &d->name);
}


/* The document of an open container, bound to its tensors */

static maas_status_t
doc_read(maas_read_t *r, const maas_container_t *c, maas_desc_t **out)
{
    cJSON          *doc;
    maas_desc_t    *d;
    maas_status_t   rc;

    rc = maas__tree_parse(r, c->document, strlen(c->document), "R14",
                          "document", &doc);
    if (rc != MAAS_OK) {
        return rc;
    }

    d = maas__arena_alloc(r->arena, 1, sizeof(maas_desc_t));

    if (d == NULL) {
        rc = MAAS_OOM(r);

    } else if ((rc = maas__tree_copy(r, c->document, &d->document)) == MAAS_OK
               && (rc = doc_head(r, doc, d)) == MAAS_OK
               && (rc = maas__read_inputs(r, doc, d)) == MAAS_OK
               && (rc = maas__read_nodes(r, c, doc, d)) == MAAS_OK
               && (rc = maas__read_gaps(r, d)) == MAAS_OK
               && (rc = maas__read_unused(r, c, d)) == MAAS_OK
               && (rc = doc_outputs(r, doc, d)) == MAAS_OK
               && (rc = maas__read_others(r, doc, d)) == MAAS_OK
               && (rc = maas__read_usual(r, doc, d)) == MAAS_OK
               && (rc = maas__read_training(r, doc, d)) == MAAS_OK
               && (rc = maas__read_reference(r, doc, d)) == MAAS_OK)
    {
        d->crc32c = c->crc32c;
        *out = d;
    }

    cJSON_Delete(doc);

    return rc;
}


maas_status_t
maas__read(const void *file, size_t size, maas_arena_t *a, maas_desc_t **out,
    maas_err_t *err)
{
    maas_read_t        r = { a, err };
    maas_status_t      rc;
    maas_container_t   c;

    rc = maas__container_open(&r, file, size, &c);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = doc_read(&r, &c, out);
    maas__container_close(&c);

    return rc;
}
