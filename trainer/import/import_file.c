/*
 * What an importer understood -> a model file.
 * Not here: reading foreign files.
 */

#include <math.h>
#include <string.h>

#include "import.h"
#include "export/model.h"


/* The lowest version that has all of it, from the second on */

static size_t
write_version(const train_import_t *m)
{
    size_t  i, v, version;

    version = m->dtype == MAAS_F64 || m->missing ? 3 : 2;

    for (i = 0; i < m->n_columns; i++) {
        if (m->columns[i].missing == MAAS_KEEP || m->columns[i].codes) {
            version = 3;
        }
    }

    for (i = 0; i < m->n_nodes; i++) {
        v = maas__node_version(&m->nodes[i]);
        version = v > version ? v : version;
    }

    return version;
}


static void
write_inputs(maas_writer_t *w, const train_import_t *m)
{
    size_t  i;

    train_json_open(w, "inputs", '{');
    train_json_text(w, "kind", m->n_columns > 0 ? "columns" : "tensor");

    if (m->dtype == MAAS_F64) {
        train_json_text(w, "dtype", "F64");
    }

    if (m->n_columns > 0) {
        train_json_open(w, "columns", '[');

        for (i = 0; i < m->n_columns; i++) {
            train_record_column(w, &m->columns[i]);
        }

        maas_writer_close(w, ']');

    } else {
        train_json_open(w, "shape", '[');

        for (i = 0; i < m->rank; i++) {
            train_json_number(w, NULL, (double) m->shape[i]);
        }

        if (m->rank == 0) {
            train_json_number(w, NULL, (double) m->in);
        }

        maas_writer_close(w, ']');

        if (m->missing) {
            train_json_text(w, "missing", "nan");
        }
    }

    maas_writer_close(w, '}');
}


static void
write_outputs(maas_writer_t *w, const train_import_t *m)
{
    if (m->labels == NULL && m->threshold == 0) {
        return;
    }

    train_json_open(w, "outputs", '{');

    if (m->labels != NULL) {
        train_json_texts(w, "labels", m->labels, m->n_labels);
    }

    if (m->threshold != 0) {
        train_json_float(w, "threshold", m->threshold);
    }

    maas_writer_close(w, '}');
}


/* To be given to train_free() */

static char *
write_document(const train_import_t *m, const char *name)
{
    char           *text;
    size_t          i, size;
    maas_writer_t   w;

    train_json_memory(&w, &text, &size);
    train_json_number(&w, "version", (double) write_version(m));
    train_json_text(&w, "name", name);
    train_json_text(&w, "task", maas__task_names[m->task]);
    write_inputs(&w, m);
    train_json_open(&w, "layers", '[');

    for (i = 0; i < m->n_nodes; i++) {
        train_record_layer(&w, &m->nodes[i], (unsigned) i);
    }

    maas_writer_close(&w, ']');
    write_outputs(&w, m);

    train_json_open(&w, "training", '{');
    train_json_text(&w, "tool", TRAIN_TOOL);
    train_json_text(&w, "source", m->source);

    if (m->objective != NULL) {
        train_json_text(&w, "objective", m->objective);
    }

    maas_writer_close(&w, '}');
    train_json_done(&w);

    return text;
}


/* Shapes, as the reader has them */

static maas_status_t
write_shapes(const train_import_t *m, maas_err_t *err)
{
    size_t          i;
    maas_err_t      why;
    maas_shape_t    input;

    input = maas__shape_flat(m->dtype, m->in);

    if (m->rank != 0) {
        input.rank = m->rank;
        memcpy(input.dim, m->shape, sizeof(input.dim));
    }

    for (i = 0; i < m->n_nodes; i++) {
        if (maas__node_shape(m->nodes, i, &input, &why) != MAAS_OK) {
            return maas__fail(err, MAAS_BADFILE, "layer %zu %s", i, why.msg);
        }
    }

    return MAAS_OK;
}


maas_status_t
train_import_file(const train_import_t *m, const char *name, void **file,
    size_t *size, maas_err_t *err)
{
    char           *document;
    maas_model_t   *model;
    maas_status_t   rc;

    rc = write_shapes(m, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    document = write_document(m, name);
    *file = train_image_of(m->nodes, m->n_nodes, document, size);
    train_free(document);

    rc = maas_model_load(*file, *size, MAAS_ISA_AUTO, &model, err);

    if (rc == MAAS_OK) {
        maas_model_free(model);
    } else {
        train_free(*file);
    }

    return rc;
}
