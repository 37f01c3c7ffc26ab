/*
 * The `maas` document of a model file -> description: its head and its
 * outputs, rules R14 to R17, R23 and R30.
 * Not here: the container (maas_read_container.c), inputs
 * (maas_read_inputs.c), layers and their tensors (maas_read_nodes.c).
 */

#include "maas_names.h"
#include "maas_read_doc.h"
#include "maas_read_inputs.h"
#include "maas_read_nodes.h"

#include <string.h>


/* R23 */

static maas_status_t
doc_labels(maas_read_t *r, const cJSON *outputs, maas_desc_t *d)
{
    size_t         n, want;
    const char    *bad;
    const cJSON   *labels, *label;
    maas_status_t  rc;

    labels = maas_get(outputs, "labels");
    want = d->task == MAAS_TASK_BINARY ? 2 : d->out;
    n = cJSON_IsArray(labels) ? (size_t) cJSON_GetArraySize(labels) : 0;

    if (n != want) {
        return MAAS_BAD(r, "R23: labels is not a list of %zu names", want);
    }

    d->labels = maas__arena_alloc(r->arena, n, sizeof(char *));
    if (d->labels == NULL) {
        return MAAS_OOM(r);
    }

    cJSON_ArrayForEach(label, labels) {
        if (!maas__tree_is_text(label)) {
            return MAAS_BAD(r, "R23: label %zu is not a text of 1 to %d "
                            "bytes", d->n_labels, MAAS_MAX_TEXT);
        }

        rc = maas__tree_copy(r, label->valuestring, &d->labels[d->n_labels]);
        if (rc != MAAS_OK) {
            return rc;
        }

        d->n_labels++;
    }

    rc = maas__tree_twice(r, d->labels, n, &bad);
    if (rc != MAAS_OK) {
        return rc;
    }

    return bad == NULL ? MAAS_OK
                       : MAAS_BAD(r, "R23: label \"%.64s\" stands twice", bad);
}


/* R16, R23, R30 */

static maas_status_t
doc_outputs(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    const char    *bad;
    const cJSON   *v;
    maas_status_t  rc;

    static const char *const  members[] = {
        "name", "labels", "threshold", NULL
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

    if (!maas__tree_integer(maas_get(doc, "version"), 1, &version)
        || version != 1)
    {
        return MAAS_BAD(r, "R15: version is not 1");
    }

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


maas_status_t
maas__read_document(maas_read_t *r, const maas_container_t *c,
    maas_desc_t **out)
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
               && (rc = maas__read_unused(r, c, d)) == MAAS_OK
               && (rc = doc_outputs(r, doc, d)) == MAAS_OK)
    {
        *out = d;
    }

    cJSON_Delete(doc);

    return rc;
}
