/*
 * The `maas` document of a model file -> description: its head and its
 * outputs, rules R14 to R17, R23 and R30, and what its readers share.
 * Not here: the container (maas_read.c), inputs (maas_read_inputs.c), layers
 * and their tensors (maas_read_layers.c).
 */

#include "maas_desc.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


const char *const  maas__task_names[3] = {
    "classification", "binary", "regression"
};


int
maas__doc_choice(const cJSON *v, const char *const *names, int n)
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

int
maas__doc_is_name(const cJSON *v)
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


int
maas__doc_is_text(const cJSON *v)
{
    return cJSON_IsString(v) && v->valuestring[0] != '\0'
           && strlen(v->valuestring) <= MAAS_MAX_TEXT;
}


char *
maas__doc_copy(maas_container_t *c, const char *s)
{
    return maas__arena_strndup(c->arena, s, strlen(s));
}


const char *
maas__doc_unknown(const cJSON *object, const char *known)
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


int
maas__doc_float(const cJSON *object, const char *name, float def, float *out)
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


const char *
maas__doc_name(maas_container_t *c, const cJSON *object, const char *def)
{
    const cJSON  *v;

    v = maas_get(object, "name");

    if (v == NULL) {
        return def;
    }

    return maas__doc_is_name(v) ? maas__doc_copy(c, v->valuestring) : NULL;
}


static int
maas_cmp_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


const char *
maas__doc_twice(maas_container_t *c, const char *const *texts, size_t n)
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


/* R23 */

static maas_status_t
maas_doc_labels(maas_container_t *c, const cJSON *outputs, maas_desc_t *d)
{
    size_t        n, want;
    const char   *bad;
    const cJSON  *labels, *label;

    labels = maas_get(outputs, "labels");
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
        if (!maas__doc_is_text(label)) {
            return MAAS_BAD(c, "R23: label %zu is not a text of 1 to %d "
                            "bytes", d->n_labels, MAAS_MAX_TEXT);
        }

        d->labels[d->n_labels] = maas__doc_copy(c, label->valuestring);
        if (d->labels[d->n_labels++] == NULL) {
            return MAAS_OOM(c);
        }
    }

    bad = maas__doc_twice(c, d->labels, n);
    if (bad != NULL) {
        return MAAS_BAD(c, "R23: label \"%.64s\" stands twice", bad);
    }

    return MAAS_OK;
}


/* R16, R23, R30 */

static maas_status_t
maas_doc_outputs(maas_container_t *c, const cJSON *doc, maas_desc_t *d)
{
    const char   *bad;
    const cJSON  *v;

    v = maas_get(doc, "outputs");

    if (v != NULL && !cJSON_IsObject(v)) {
        return MAAS_BAD(c, "R23: outputs is not an object");
    }

    bad = maas__doc_unknown(v, "name labels threshold");
    if (bad != NULL) {
        return MAAS_BAD(c, "R23: outputs: unknown member \"%.64s\"", bad);
    }

    d->output_name = maas__doc_name(c, v, "output");
    if (d->output_name == NULL) {
        return MAAS_BAD(c, "R16: outputs: name is not 1 to %d of "
                        "A-Z a-z 0-9 _ . -", MAAS_MAX_NAME);
    }

    if (d->task == MAAS_TASK_BINARY && d->out != 1) {
        return MAAS_BAD(c, "R23: the last layer of a binary model is %zu "
                        "wide, expected 1", d->out);
    }

    if (!maas__doc_float(v, "threshold", 0.5f, &d->threshold)
        || !(d->threshold > 0 && d->threshold < 1)
        || (d->task != MAAS_TASK_BINARY && maas_get(v, "threshold") != NULL))
    {
        return MAAS_BAD(c, "R30: threshold is not a number between 0 and 1, "
                        "of a binary model");
    }

    return maas_get(v, "labels") == NULL ? MAAS_OK
                                         : maas_doc_labels(c, v, d);
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
    if (!maas__doc_is_name(name) || strcmp(name->valuestring, "stats") == 0) {
        return MAAS_BAD(c, "R16: name is not 1 to %d of A-Z a-z 0-9 _ . - "
                        "other than \"stats\"", MAAS_MAX_NAME);
    }

    task = maas__doc_choice(maas_get(doc, "task"), maas__task_names, 3);
    if (task < 0) {
        return MAAS_BAD(c, "R17: task is not classification, binary or "
                        "regression");
    }

    d->task = (maas_task_t) task;
    d->name = maas__doc_copy(c, name->valuestring);

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
        d->document = maas__doc_copy(c, text);
    }

    if (d == NULL || d->document == NULL) {
        rc = MAAS_OOM(c);

    } else if ((rc = maas_doc_head(c, doc, d)) == MAAS_OK
               && (rc = maas__read_inputs(c, doc, d)) == MAAS_OK
               && (rc = maas__read_layers(c, doc, d)) == MAAS_OK
               && (rc = maas__read_unused(c, d)) == MAAS_OK
               && (rc = maas_doc_outputs(c, doc, d)) == MAAS_OK)
    {
        *out = d;
    }

    cJSON_Delete(doc);

    return rc;
}
