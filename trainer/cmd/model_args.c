/*
 * The common command line of `evaluate`, `predict` and `explain`: a model and
 * data.
 */

#include <math.h>
#include <string.h>

#include "cmd.h"
#include "export/model.h"


void
train_model_args(train_model_args_t *a, const train_args_t *rows, int argc,
    char **argv)
{
    int  at;

    (void) memset(a, 0, sizeof(train_model_args_t));
    a->part = TRAIN_PART_TEST;
    a->repeats = TRAIN_REPEATS;
    a->rounds = TRAIN_ROUNDS;
    a->seed = 1;
    a->steps = MAAS_EXPLAIN_STEPS;
    a->threshold = NAN;
    a->interval = NAN;

    at = train_args_read(rows, a, argc, argv, NULL);
    a->model = train_args_operand(rows, argc, argv, at, "a model file");

    if (a->data == NULL) {
        train_usage(rows->cmd, "--data is missing");
    }
}


char *
train_model_weight(const maas_info_t *info)
{
    size_t  i;

    for (i = 0; i < info->n_others; i++) {
        if (info->others[i].role == MAAS_ROLE_WEIGHT) {
            return train_strdup(info->others[i].name);
        }
    }

    /* 0.1.0 kept no roles */

    return (info->n_others > 0)
           ? NULL : train_model_recorded(info, "settings", "weight");
}


/* How texts of its targets were, written(out); returns of how many it is
 * known */

static size_t
model_written(const maas_info_t *info, maas_arena_t *arena,
    maas_column_t *written)
{
    size_t  k, n;

    n = (info->task == MAAS_TASK_REGRESSION && info->out > 1
         && info->n_labels == info->out) ? info->out : 1;

    for (k = 0; k < n; k++) {
        if (!train_other_recorded(info, MAAS_ROLE_TARGET,
                                  n > 1 ? info->labels[k] : NULL, arena,
                                  &written[k]))
        {
            return k;
        }
    }

    return n;
}


/* What a reader wants, and the texts of the model that it points to */

typedef struct {
    train_want_t    want;
    char           *target, *id, *weight, *features;
    maas_arena_t   *arena;
    maas_column_t  *written;        /* (out) */
    maas_column_t   weighed;
} model_want_t;


static void
model_want(model_want_t *w, const train_model_args_t *a,
    const maas_info_t *info)
{
    train_want_t  *want = &w->want;

    (void) memset(w, 0, sizeof(model_want_t));
    *want = a->want;
    want->model = info;

    /* columns of the training are found by their names */

    if (want->target == NULL && info->n_columns > 0) {
        want->target = w->target = train_model_recorded(info, "data",
                                                        "target");
        want->target_named = 1;
    }

    w->features = train_model_recorded(info, "settings", "features");
    want->features_recorded = w->features;

    if (info->n_columns > 0) {
        want->id_recorded = w->id = train_model_recorded(info, "data", "id");

        if (!a->unweighted) {
            want->weight_recorded = w->weight = train_model_weight(info);
        }
    }

    w->arena = maas__arena_create(SIZE_MAX / 2);

    w->written = train_alloc(info->out, sizeof(maas_column_t));
    want->written = w->written;
    want->n_written = (w->arena != NULL)
                      ? model_written(info, w->arena, w->written) : 0;

    if (w->arena != NULL
        && train_other_recorded(info, MAAS_ROLE_WEIGHT, NULL, w->arena,
                                &w->weighed))
    {
        want->weighed = &w->weighed;
    }
}


static void
model_want_free(model_want_t *w)
{
    train_free(w->target);
    train_free(w->id);
    train_free(w->weight);
    train_free(w->features);
    train_free(w->written);
    maas__arena_destroy(w->arena);
}


void
train_model_data(const train_model_args_t *a, const maas_model_t *m,
    train_data_t *d)
{
    model_want_t  w;

    model_want(&w, a, maas_model_info(m));
    train_data_read(a->data, (train_part_t) a->part, &w.want, d);
    train_rows_model(m, d);
    model_want_free(&w);
}


struct train_model_blocks_s {
    model_want_t         want;
    const maas_model_t  *model;
    train_data_t        *data;
    train_blocks_t      *blocks;    /* NULL: there is one */
    unsigned             given;     /* which was given */
};


train_model_blocks_t *
train_model_blocks(const train_model_args_t *a, const maas_model_t *m,
    train_data_t *d)
{
    train_model_blocks_t  *b;

    b = train_alloc(1, sizeof(train_model_blocks_t));
    model_want(&b->want, a, maas_model_info(m));
    b->model = m;
    b->data = d;

    if (train_data_is_table(a->data)) {
        b->blocks = train_blocks_open(a->data, &b->want.want, d);
    } else {
        train_data_read(a->data, (train_part_t) a->part, &b->want.want, d);
    }

    return b;
}


int
train_model_blocks_next(train_model_blocks_t *b)
{
    if (b->blocks == NULL ? b->given : !train_blocks_next(b->blocks)) {
        return 0;
    }

    b->given = 1;
    train_rows_model(b->model, b->data);

    return 1;
}


void
train_model_blocks_end(train_model_blocks_t *b)
{
    if (b->blocks != NULL) {
        train_blocks_end(b->blocks);
    }

    model_want_free(&b->want);
    train_free(b);
}
