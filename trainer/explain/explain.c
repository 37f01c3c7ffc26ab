/*
 * Rows of data through an explainer of the engine.
 * Nothing is computed here.
 */

#include <stdio.h>

#include "explain.h"


void
train_explain_open(train_explain_t *e, const maas_model_t *m,
    const char *path, size_t steps)
{
    void        *file;
    size_t       size;
    maas_err_t   err = { 0 };

    *e = (train_explain_t) {
        .info = maas_model_info(m), .steps = steps,
        .output = MAAS_EXPLAIN_LIKELIEST
    };

    file = train_slurp(path, &size);

    if (maas_explainer_load(m, file, size, MAAS_ISA_AUTO, &e->explainer, &err)
        != MAAS_OK)
    {
        train_die("%s: %s", path, err.msg);
    }

    train_free(file);

    e->n = maas_explainer_size(e->explainer);
    e->x = train_alloc(1, e->info->row);
    e->ws_size = maas_explain_workspace_size(e->explainer, steps);
    e->ws = train_alloc(e->ws_size, 1);
    e->attributions = train_alloc(e->n, sizeof(double));
}


void
train_explain_row(train_explain_t *e, const train_data_t *d, size_t row)
{
    train_data_wire(d, row, e->info, e->x);
    train_explain_again(e);
}


/* The first of two labels: what speaks for it speaks against the second */

static void
explain_turn(train_explain_t *e)
{
    size_t  i;

    e->told.score = -e->told.score;
    e->told.base = -e->told.base;
    e->told.error = -e->told.error;

    for (i = 0; i < e->n; i++) {
        e->attributions[i] = -e->attributions[i];
    }
}


void
train_explain_again(train_explain_t *e)
{
    maas_err_t  err = { 0 };

    if (maas_explain(e->explainer, e->x, e->baseline, e->output, e->steps,
                     e->attributions, &e->told, e->ws, e->ws_size, &err)
        != MAAS_OK)
    {
        train_die("%s", err.msg);
    }

    if (e->turned) {
        explain_turn(e);
    }
}


void
train_explain_free(train_explain_t *e)
{
    maas_explainer_free(e->explainer);
    train_free(e->baseline);
    train_free(e->attributions);
    train_free(e->ws);
    train_free(e->x);
}


const char *
train_explain_name(const maas_info_t *info, size_t i,
    char buf[TRAIN_EXPLAIN_NAME])
{
    if (info->n_columns > 0) {
        return info->columns[i];
    }

    (void) snprintf(buf, TRAIN_EXPLAIN_NAME, "number %zu", i + 1);

    return buf;
}


const char *
train_explain_label(const maas_info_t *info, size_t output,
    char buf[TRAIN_EXPLAIN_NAME])
{
    if (info->task == MAAS_TASK_BINARY) {
        return info->n_labels > 1 ? info->labels[1] : "1";
    }

    if (info->n_labels == info->out) {
        return info->labels[output];
    }

    (void) snprintf(buf, TRAIN_EXPLAIN_NAME, "output %zu", output + 1);

    return info->out > 1 ? buf : NULL;
}


const char *
train_explain_told(const train_explain_t *e, char buf[TRAIN_EXPLAIN_NAME])
{
    return e->turned ? e->info->labels[0]
                     : train_explain_label(e->info, e->told.output, buf);
}
