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


void
train_model_data(const train_model_args_t *a, const maas_model_t *m,
    train_data_t *d)
{
    char               *target, *id, *weight, *features;
    maas_arena_t       *arena;
    train_want_t        want;
    maas_column_t      *written, weighed;
    const maas_info_t  *info;

    target = NULL;
    id = NULL;
    weight = NULL;
    info = maas_model_info(m);
    want = a->want;
    want.model = info;

    /* columns of the training are found by their names */

    if (want.target == NULL && info->n_columns > 0) {
        want.target = target = train_model_recorded(info, "data", "target");
        want.target_named = 1;
    }

    features = train_model_recorded(info, "settings", "features");
    want.features_recorded = features;

    if (info->n_columns > 0) {
        want.id_recorded = id = train_model_recorded(info, "data", "id");

        if (!a->unweighted) {
            want.weight_recorded = weight = train_model_weight(info);
        }
    }

    arena = maas__arena_create(SIZE_MAX / 2);

    written = train_alloc(info->out, sizeof(maas_column_t));
    want.written = written;
    want.n_written = (arena != NULL)
                     ? model_written(info, arena, written) : 0;

    if (arena != NULL
        && train_other_recorded(info, MAAS_ROLE_WEIGHT, NULL, arena,
                                &weighed))
    {
        want.weighed = &weighed;
    }

    train_data_read(a->data, (train_part_t) a->part, &want, d);
    train_rows_model(m, d);
    train_free(target);
    train_free(id);
    train_free(weight);
    train_free(features);
    train_free(written);
    maas__arena_destroy(arena);
}
