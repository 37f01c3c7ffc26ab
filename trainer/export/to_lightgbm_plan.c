/*
 * Which tree of LightGBM's text is which of ours: iterations of one tree for
 * each output, bases as trees of one leaf, what the objective is called.
 * Not here: how a tree is written.
 */

#include "to_lightgbm.h"

#include "op/maas_op.h"


static double
to_lightgbm_base(const maas_trees_t *t, size_t o)
{
    return t->sum == MAAS_F64 ? ((const double *) t->base)[o]
                              : (double) ((const float *) t->base)[o];
}


/* The one layer, of trees */

static int
to_lightgbm_layer(train_to_lightgbm_t *l)
{
    if (l->d->n_nodes != 1 || l->d->nodes[0].op != &maas__op_trees) {
        return train_refuse(l->e->why, "%zu layer%s, the first of kind %s: "
                            "expected one of trees, which is all that "
                            "LightGBM's text has: export to ONNX or C",
                            l->d->n_nodes, l->d->n_nodes == 1 ? "" : "s",
                            l->d->nodes[0].op->name);
    }

    maas__trees_of(&l->d->nodes[0], &l->t);

    if (l->t.combine != MAAS_COMBINE_SUM) {
        return train_refuse(l->e->why, "the trees are not added, as LightGBM "
                            "does: export to ONNX or C");
    }

    return 0;
}


/* What is applied last, by the layer or as its activation */

static int
to_lightgbm_objective(train_to_lightgbm_t *l)
{
    size_t             k;
    double             slope;
    maas_act_t         act;
    maas_transform_t   how;

    k = l->t.out;
    act = l->d->nodes[0].act;
    how = l->t.transform;
    slope = l->t.slope;

    if (how == MAAS_TRANSFORM_NONE && act == MAAS_ACT_SIGMOID) {
        how = MAAS_TRANSFORM_SIGMOID;
        slope = 1;

    } else if (how == MAAS_TRANSFORM_NONE && act == MAAS_ACT_SOFTMAX) {
        how = MAAS_TRANSFORM_SOFTMAX;

    } else if (act != MAAS_ACT_LINEAR) {
        return train_refuse(l->e->why, "activation %s has no objective of "
                            "LightGBM: export to ONNX or C",
                            maas__acts[act].name);
    }

    if (how == MAAS_TRANSFORM_NONE) {
        l->objective = l->d->task == MAAS_TASK_REGRESSION && k == 1
                       ? train_strdup("regression") : NULL;

    } else if (how == MAAS_TRANSFORM_SIGMOID && k == 1) {
        l->objective = l->d->task == MAAS_TASK_REGRESSION && slope == 1
                       ? train_strdup("cross_entropy")
                       : train_format("binary sigmoid:%.17g", slope);

    } else if (how == MAAS_TRANSFORM_SIGMOID) {
        l->objective = train_format("multiclassova num_class:%zu "
                                    "sigmoid:%.17g", k, slope);

    } else if (how == MAAS_TRANSFORM_SOFTMAX && k > 1) {
        l->objective = train_format("multiclass num_class:%zu", k);

    } else if (k == 1 && how == MAAS_TRANSFORM_EXP) {
        l->objective = train_strdup("poisson");

    } else if (k == 1 && how == MAAS_TRANSFORM_SOFTPLUS) {
        l->objective = train_strdup("cross_entropy_lambda");

    } else if (k == 1 && how == MAAS_TRANSFORM_SQUARE) {
        l->objective = train_strdup("regression sqrt");

    } else {
        return train_refuse(l->e->why, "what becomes of %zu sums here has no "
                            "objective of LightGBM: export to ONNX or C", k);
    }

    return 0;
}


/* How many trees each output has, the most of them */

static size_t
to_lightgbm_most(const maas_trees_t *t)
{
    size_t  i, most, *n;

    if (t->vector || t->output == NULL) {
        return t->trees;
    }

    n = train_alloc(t->out, sizeof(size_t));

    for (i = 0, most = 0; i < t->trees; i++) {
        n[t->output[i]]++;
        most = n[t->output[i]] > most ? n[t->output[i]] : most;
    }

    train_free(n);

    return most;
}


/* Iterations: an output that has fewer trees gets such that add 0.  A base is a
 * tree of one leaf, before or behind the others: 0 + base is base. */

static void
to_lightgbm_slots(train_to_lightgbm_t *l, size_t most, int based)
{
    size_t                  i, o, *next, first;
    const maas_trees_t     *t = &l->t;

    first = based && !t->base_last;
    l->iterations = most + (based != 0);
    l->slots = train_alloc(l->iterations * t->out,
                           sizeof(train_lightgbm_slot_t));
    next = train_alloc(t->out, sizeof(size_t));

    for (i = 0; i < l->iterations * t->out; i++) {
        l->slots[i].tree = SIZE_MAX;
    }

    for (i = 0; based && i < t->out; i++) {
        l->slots[(first ? 0 : most) * t->out + i].value =
            to_lightgbm_base(t, i);
    }

    for (i = 0; i < t->trees; i++) {
        for (o = 0; o < t->out; o++) {
            if (t->vector || (t->output != NULL ? t->output[i] : 0) == o) {
                l->slots[(first + next[o]++) * t->out + o].tree = i;
            }
        }
    }

    train_free(next);
}


int
train_to_lightgbm_plan(train_to_lightgbm_t *l)
{
    int      based;
    size_t   i;

    if (to_lightgbm_layer(l) != 0 || to_lightgbm_objective(l) != 0) {
        return -1;
    }

    l->node = train_alloc(l->t.trees + 1, sizeof(size_t));

    for (i = 0; i < l->t.trees; i++) {
        l->node[i + 1] = l->node[i] + l->t.size[i];
    }

    for (based = 0, i = 0; i < l->t.out; i++) {
        based |= to_lightgbm_base(&l->t, i) != 0;
    }

    to_lightgbm_slots(l, to_lightgbm_most(&l->t), based);

    l->scale = 1;
    l->average = l->t.divide > 1 && l->t.divide == l->iterations;

    if (l->t.divide > 1 && !l->average) {
        l->scale = 1 / (double) l->t.divide;
        train_exported_note(l->e, "the sum is divided by %zu, and LightGBM "
                            "divides by its %zu iterations alone: leaves are "
                            "divided instead, sums differ by about 1e-16",
                            l->t.divide, l->iterations);
    }

    return 0;
}


void
train_to_lightgbm_free(train_to_lightgbm_t *l)
{
    train_free(l->node);
    train_free(l->slots);
    train_free(l->objective);
    train_free(l->bytes);
}
