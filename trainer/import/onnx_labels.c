/*
 * Classes of an ONNX node, numbers or texts, as labels.
 * Not here: which class is meant.
 */

#include "onnx.h"

#include <stdio.h>
#include <string.h>


maas_status_t
train_onnx_labels(train_onnx_t *o, const train_onnx_node_t *n,
    train_onnx_value_t *v)
{
    char             digits[24];
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
        if (n_texts > 0) {
            label[i] = train_import_text(o->m, texts[i].data, texts[i].len);
        } else {
            (void) snprintf(digits, sizeof(digits), "%lld",
                            (long long) ints[i]);
            label[i] = train_import_text(o->m, digits, strlen(digits));
        }

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
