/*
 * Exports: the table of kinds, and the way from a description to bytes.
 * Not here: what any of them looks like.
 */

#include <string.h>

#include "exporter.h"


#define EXPORTER_ROW(name)  [TRAIN_EXPORTER_##name] = &train_export_##name,

const train_exporter_t *const  train_exporters[TRAIN_N_EXPORTERS] = {
    TRAIN_EXPORTERS(EXPORTER_ROW)
};


int
train_exporter_find(const char *path)
{
    int     i;
    size_t  n, len;

    len = strlen(path);

    for (i = 0; i < TRAIN_N_EXPORTERS; i++) {
        n = strlen(train_exporters[i]->suffix);

        if (len > n && strcmp(path + len - n, train_exporters[i]->suffix) == 0)
        {
            return i;
        }
    }

    return -1;
}


/* Weights that only we read, of whatever kind of file */

static int
exporter_refuse(const train_exported_t *e)
{
    size_t              i;
    const maas_node_t  *n;

    for (i = 0; i < e->desc->n_nodes; i++) {
        n = &e->desc->nodes[i];

        if (n->op == &maas__op_dense && n->tensors[0].dtype != MAAS_F32) {
            return train_refuse(e->why, "layer %zu has weights of %s, which "
                                "are not exported: export the model that it "
                                "was made of", i,
                                maas__dtypes[n->tensors[0].dtype].name);
        }
    }

    return 0;
}


void *
train_exporter_run(const train_exporter_t *x, train_exported_t *e,
    size_t *size)
{
    int     rc;
    char   *bytes;

    if (exporter_refuse(e) != 0) {
        return NULL;
    }

    e->f = open_memstream(&bytes, size);

    if (e->f == NULL) {
        train_die("no memory for the export");
    }

    rc = x->write(e);

    if (fclose(e->f) != 0) {
        train_die("no memory for the export");
    }

    if (rc != 0) {
        train_free(bytes);
        return NULL;
    }

    return bytes;
}


void
train_exported_free(train_exported_t *e)
{
    size_t  i;

    for (i = 0; i < e->n_notes; i++) {
        train_free(e->notes[i]);
    }

    train_free(e->notes);
}
