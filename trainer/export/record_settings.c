/*
 * The settings of a training as they were used, for the record: who reads it
 * need not know what "auto" was that day.
 * What the settings are is in fit/options_table.c.
 */

#include <string.h>

#include "model.h"
#include "net/op.h"
#include "data/table.h"


typedef struct {
    maas_writer_t         *w;
    const train_record_t  *r;
} settings_t;


/* "standard, quantile": adds a word that is not there yet */

static void
settings_word(char *list, size_t size, const char *word)
{
    size_t  n;

    if (strstr(list, word) == NULL) {
        n = strlen(list);
        (void) snprintf(list + n, size - n, "%s%s", n ? ", " : "", word);
    }
}


static void
settings_scaling(const train_record_t *r, char *list, size_t size)
{
    size_t                i;
    const maas_column_t  *c;

    if (r->data->input == MAAS_INPUT_TENSOR) {
        settings_word(list, size, train_scaling_names[r->scale->kind]);
    }

    for (i = 0; i < r->scale->n_columns; i++) {
        c = &r->scale->columns[i];

        if (c->kind == MAAS_FIELD_NUMBER) {
            settings_word(list, size, c->scaling);
        }
    }

    if (list[0] == '\0') {
        settings_word(list, size, train_scaling_names[TRAIN_SCALE_NONE]);
    }
}


static void
settings_init(const train_record_t *r, char *list, size_t size)
{
    size_t                i;
    train_init_t          init;
    const train_layer_t  *l;

    for (i = 0; i < r->net->n_layers; i++) {
        l = &r->net->layers[i];

        if (l->op != &train_op_dense) {
            continue;
        }

        init = (l->dense.init != TRAIN_INIT_AUTO) ? l->dense.init
               : (train_init_t) r->options->init;
        init = (init != TRAIN_INIT_AUTO) ? init
               : l->he ? TRAIN_INIT_HE : TRAIN_INIT_GLOROT;
        settings_word(list, size, init == TRAIN_INIT_HE ? "he" : "glorot");
    }
}


/* What it was where the value alone would not say; NULL: what it is called;
 * empty: it was not used. */

static const char *
settings_used(const train_record_t *r, const char *name, char *buf,
    size_t size)
{
    const train_options_t  *o;

    o = r->options;
    buf[0] = '\0';

    if (strncmp(name, "dp-", 3) == 0 && r->dp == NULL) {
        return "";
    }

    if (strcmp(name, "task") == 0) {
        return maas__task_names[r->data->task];
    }

    if (strcmp(name, "loss") == 0 && r->loss != TRAIN_LOSS_QUANTILE) {
        return train_loss_names[r->loss];
    }

    if (strcmp(name, "header") == 0 && o->want.header == TRAIN_AUTO) {
        return (r->data->table == NULL) ? ""
               : train_tri_names[r->data->table->named ? TRAIN_YES : TRAIN_NO];
    }

    if (strcmp(name, "scaling") == 0) {
        settings_scaling(r, buf, size);

    } else if (strcmp(name, "init") == 0) {
        settings_init(r, buf, size);

    } else if (strcmp(name, "batch") == 0 && o->plan.batch > r->n_train) {
        (void) snprintf(buf, size, "%zu", r->n_train);

    } else if (strcmp(name, "step-every") == 0 && o->plan.step_every == 0
               && o->plan.schedule == TRAIN_SCHED_STEP)
    {
        (void) snprintf(buf, size, "%.9g", (double) o->plan.epochs / 3);

    } else if (strcmp(name, "hash") == 0 && o->want.hash == 0) {
        return "";                      /* each column has its own */

    } else if (strcmp(name, "validation") == 0 && o->valid != NULL) {
        return "";

    } else {
        return NULL;
    }

    return buf;
}


static void
settings_one(void *ctx, const char *name, const char *value, int quoted)
{
    char         buf[128];
    settings_t  *s;
    const char  *used;

    s = ctx;
    used = settings_used(s->r, name, buf, sizeof(buf));
    used = (used != NULL) ? used : value;

    if (used[0] == '\0' && value[0] != '\0') {
        return;
    }

    maas_writer_key(s->w, name);

    if (quoted) {
        maas_writer_text(s->w, used);
    } else {
        maas_writer_raw(s->w, used, strlen(used));
    }
}


void
train_record_settings(maas_writer_t *w, const train_record_t *r)
{
    size_t               i;
    double               least;
    settings_t           s = { w, r };
    const train_data_t  *d;

    d = r->data;
    train_json_open(w, "settings", '{');
    train_options_each(r->options, settings_one, &s);

    if (r->options->want.split == NULL && r->options->valid == NULL) {
        train_json_text(w, "split", "random");
    }

    train_json_number(w, "folds", (double) r->n_folds);
    maas_writer_close(w, '}');

    if (d->class_weights == NULL) {
        return;
    }

    /* in proportion to the least of them */

    least = INFINITY;

    for (i = 0; i < d->n_labels; i++) {
        least = (d->class_weights[i] > 0) ? fmin(least, d->class_weights[i])
                                          : least;
    }

    train_json_open(w, "class_weights", '{');

    for (i = 0; i < d->n_labels && least < INFINITY; i++) {
        maas_writer_key(w, d->labels[i]);
        maas_writer_value(w, "%.6g", d->class_weights[i] / least);
    }

    maas_writer_close(w, '}');
}
