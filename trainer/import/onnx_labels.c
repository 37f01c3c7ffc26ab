/*
 * Classes of an ONNX node, numbers or texts, as labels.
 * Not here: which class is meant.
 */

#include "onnx.h"

#include <stdio.h>
#include <string.h>


static const char *
labels_number(train_onnx_t *o, double v)
{
    char  digits[32];

    (void) snprintf(digits, sizeof(digits), "%.17g", v);

    return train_import_text(o->m, digits, strlen(digits));
}


maas_status_t
train_onnx_labels(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_value_t *v)
{
    size_t           i, n_ints, n_texts;
    int64_t         *ints;
    maas_str_t      *texts;
    maas_status_t    rc;
    const char     **label;

    rc = train_attr_texts(o, n, "classlabels_strings", &texts, &n_texts);

    if (rc == MAAS_OK) {
        rc = train_attr_ints(o, n, "classlabels_int64s", &ints, &n_ints);
    }

    if (rc == MAAS_OK && n_ints == 0) {
        rc = train_attr_ints(o, n, "classlabels_ints", &ints, &n_ints);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    v->n_labels = n_texts > 0 ? n_texts : n_ints;
    label = train_import_alloc(o->m, v->n_labels, sizeof(char *));

    for (i = 0; label != NULL && i < v->n_labels; i++) {
        label[i] = n_texts > 0 ? train_import_text(o->m, texts[i].data,
                                                   texts[i].len)
                   : labels_number(o, (double) ints[i]);

        if (label[i] == NULL) {
            return train_onnx_nomem(o);
        }
    }

    if (label == NULL) {
        return train_onnx_nomem(o);
    }

    v->label = v->n_labels > 0 ? label : NULL;

    return MAAS_OK;
}


static maas_status_t
labels_list(train_onnx_t *o, const train_onnx_tensor_t *t,
    train_onnx_value_t *v)
{
    size_t        i;
    const char  **label;

    label = train_import_alloc(o->m, t->n, sizeof(char *));

    for (i = 0; label != NULL && i < t->n; i++) {
        label[i] = t->number == NULL ? train_import_text(o->m, t->text[i].data,
                                                         t->text[i].len)
                   : labels_number(o, t->number[i]);

        if (label[i] == NULL) {
            return train_onnx_nomem(o);
        }
    }

    if (label == NULL) {
        return train_onnx_nomem(o);
    }

    v->n_labels = t->n;
    v->label = label;

    return MAAS_OK;
}


/* The list of labels where the largest of these numbers is looked up; NULL if
 * nothing does */

static train_onnx_name_t *
labels_of(train_onnx_t *o, maas_str_t numbers)
{
    size_t                    i;
    train_onnx_name_t        *e, *list;
    const train_onnx_node_t  *n;

    for (i = 0; i < o->n_nodes; i++) {
        n = &o->node[i];

        if (!train_onnx_is(n->op, "ArrayFeatureExtractor") || n->n_in != 2) {
            continue;
        }

        list = train_onnx_find(o, n->in[0]);
        e = train_onnx_find(o, n->in[1]);

        if (list != NULL && list->tensor.p != NULL && e != NULL
            && e->from != NULL && train_onnx_is(e->from->op, "ArgMax")
            && e->from->n_in == 1 && e->from->in[0].len == numbers.len
            && memcmp(e->from->in[0].data, numbers.data, numbers.len) == 0)
        {
            return list;
        }
    }

    return NULL;
}


/* The largest number stays the largest in shares and in a copy */

maas_status_t
train_onnx_labels_found(train_onnx_t *o, maas_str_t answer,
    train_onnx_value_t *v)
{
    maas_status_t         rc;
    train_onnx_name_t    *e, *list;
    train_onnx_tensor_t  *t;

    list = labels_of(o, answer);
    e = train_onnx_find(o, answer);

    if (list == NULL && e != NULL && e->from != NULL && e->from->n_in > 0
        && (train_onnx_is(e->from->op, "LpNormalization")
            || train_onnx_is(e->from->op, "Normalizer")
            || train_onnx_is(e->from->op, "Softmax")
            || train_onnx_is(e->from->op, "Identity")))
    {
        list = labels_of(o, e->from->in[0]);
    }

    if (list == NULL) {
        return MAAS_OK;
    }

    rc = train_onnx_decode(o, NULL, list->tensor, &t);

    return rc != MAAS_OK || t->n != v->n ? rc : labels_list(o, t, v);
}
