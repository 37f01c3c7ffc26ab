/*
 * What is left of a network is trained again: its layers become a network in
 * training, whose rows are those that the engine makes of the data.
 * Not here: what was taken out (prune.c).
 */

#include <math.h>
#include <string.h>

#include "compress.h"
#include "retrain.h"
#include "util.h"
#include "net/op.h"
#include "op/maas_dense.h"


#define RETRAIN_PIECES  8           /* of an epoch, after which weights that are
                                       gone are 0 again */


/* Targets about 0 with deviation 1, as a network likes its numbers */

static void
retrain_targets(train_retrain_t *r)
{
    double  d, sq;
    size_t  i, n;

    r->deviation = 1;

    if (r->data.targets == NULL) {
        return;
    }

    n = r->data.rows * r->data.out;
    sq = 0;

    for (i = 0; i < n; i++) {
        r->mean += (double) r->data.targets[i] / (double) n;
    }

    for (i = 0; i < n; i++) {
        d = (double) r->data.targets[i] - r->mean;
        sq += d * d;
    }

    r->deviation = (sq > 0) ? sqrt(sq / (double) n) : 1;
    r->targets = train_alloc(n, sizeof(float));

    for (i = 0; i < n; i++) {
        r->targets[i] = (float) (((double) r->data.targets[i] - r->mean)
                                 / r->deviation);
    }

    r->data.targets = r->targets;
}


void
train_retrain_create(train_retrain_t *r, const train_small_t *s,
    const train_data_t *d)
{
    (void) memset(r, 0, sizeof(train_retrain_t));
    r->numbers = train_small_value(s, 0, d, NULL, d->rows);

    /* what becomes of values has been done */

    r->data = *d;
    r->data.input = MAAS_INPUT_TENSOR;
    r->data.table = NULL;
    r->data.bytes = NULL;
    r->data.coded = NULL;
    r->data.exact = NULL;
    r->data.numbers = r->numbers;
    r->data.in = train_small_numbers(s, 0);
    r->data.rank = 1;
    r->data.shape[0] = r->data.in;
    r->factor = 1;
    r->scale.kind = TRAIN_SCALE_NONE;
    r->scale.n = 1;
    r->scale.shift = &r->shift;
    r->scale.factor = &r->factor;
    retrain_targets(r);
    train_source_init(&r->source, &r->data, &r->scale);
}


void
train_retrain_free(train_retrain_t *r)
{
    train_free(r->numbers);
    train_free(r->targets);
}


/* The spec of the layers, to be given to train_free() */

static char *
retrain_spec(const train_small_t *s)
{
    char               *spec, *more;
    size_t              i;
    const maas_node_t  *n;

    spec = train_strdup("");

    for (i = 0; i + 1 < s->n; i++) {
        n = &s->nodes[i];
        more = train_format(maas__acts[n->act].has_alpha ? "%s%s%zu:%s:%.9g"
                                                         : "%s%s%zu:%s",
                            spec, i > 0 ? "," : "",
                            n->tensors[MAAS_DENSE_WEIGHT].shape[1],
                            maas__acts[n->act].name, (double) n->alpha);
        train_free(spec);
        spec = more;
    }

    return spec;
}


/* Dense layer i of the network */

static const train_layer_t *
retrain_layer(const train_net_t *net, size_t i)
{
    const train_layer_t  *l;

    l = net->layers;

    while (l->op != &train_op_dense || i-- > 0) {
        l++;
    }

    return l;
}


static void
retrain_in(const train_small_t *s, train_net_t *net)
{
    float                *p;
    size_t                i, k;
    const float          *w;
    const train_layer_t  *l;
    const maas_tensor_t  *t;

    for (i = 0; i < s->n; i++) {
        l = retrain_layer(net, i);
        p = net->params + l->at;
        t = s->nodes[i].tensors;
        w = t[MAAS_DENSE_WEIGHT].data;

        for (k = 0; k < l->in; k++) {
            (void) memcpy(p + k * l->ld, w + k * l->units,
                          l->units * sizeof(float));
        }

        (void) memcpy(train_vector(l, p, 0), t[MAAS_DENSE_BIAS].data,
                      l->units * sizeof(float));
    }
}


static void
retrain_out(train_small_t *s, const train_net_t *net)
{
    float                *p, *w, *b;
    size_t                i, k;
    maas_tensor_t        *t;
    const train_layer_t  *l;

    for (i = 0; i < s->n; i++) {
        l = retrain_layer(net, i);
        p = net->params + l->at;
        t = s->nodes[i].tensors;
        w = train_small_room(s, l->in * l->units, sizeof(float));
        b = train_small_room(s, l->units, sizeof(float));

        for (k = 0; k < l->in; k++) {
            (void) memcpy(w + k * l->units, p + k * l->ld,
                          l->units * sizeof(float));
        }

        (void) memcpy(b, train_vector(l, p, 0), l->units * sizeof(float));
        t[MAAS_DENSE_WEIGHT].data = w;
        t[MAAS_DENSE_BIAS].data = b;
    }
}


/* What is gone is 0 */

static void
retrain_mask(train_net_t *net, size_t n, uint8_t *const *keep)
{
    float                *p;
    size_t                i, j, k;
    const train_layer_t  *l;

    for (i = 0; keep != NULL && i + 1 < n; i++) {
        l = retrain_layer(net, i);
        p = net->params + l->at;

        for (k = 0; k < l->in; k++) {
            for (j = 0; j < l->units; j++) {
                if (!keep[i][k * l->units + j]) {
                    p[k * l->ld + j] = 0;
                }
            }
        }
    }
}


/* A piece of the rows, at a rate; all of a training if there is no mask */

static void
retrain_loop(train_retrain_t *r, train_net_t *net, train_optim_t *optim,
    train_plan_t *plan, const uint32_t *row, size_t n)
{
    train_result_t  result;

    train_loop(net, optim, plan, &r->source, &r->source, row, n, NULL, 0,
               &result);

    if (result.interrupted) {
        train_die("interrupted: nothing is written");
    }

    if (result.best_epoch == 0) {
        train_die("the loss is not finite: a lower --lr may help; nothing is "
                  "written");
    }
}


static void
retrain_masked(train_retrain_t *r, train_net_t *net, train_optim_t *optim,
    train_plan_t *plan, uint32_t *row, size_t n, size_t layers,
    uint8_t *const *keep)
{
    double       lr;
    size_t       epoch, epochs, k, from, to;
    train_rng_t  rng;

    lr = optim->lr;
    epochs = plan->epochs;
    plan->epochs = 1;
    plan->schedule = TRAIN_SCHED_CONSTANT;

    for (epoch = 0; epoch < epochs; epoch++) {
        train_rng_init(&rng, plan->seed, epoch);
        train_rng_shuffle(&rng, row, n);

        for (k = 0; k < RETRAIN_PIECES; k++) {
            from = n * k / RETRAIN_PIECES;
            to = n * (k + 1) / RETRAIN_PIECES;
            optim->lr = lr * 0.5 * (1 + cos(M_PI * (double) (epoch
                        * RETRAIN_PIECES + k)
                        / (double) (epochs * RETRAIN_PIECES)));

            if (from < to) {
                plan->seed++;
                retrain_loop(r, net, optim, plan, row + from, to - from);
                retrain_mask(net, layers, keep);
            }
        }
    }
}


void
train_retrain(train_retrain_t *r, train_small_t *s,
    const train_retrain_want_t *want, uint32_t *row, size_t n,
    uint8_t *const *keep)
{
    char           *spec, why[TRAIN_WHY];
    train_net_t     net;
    train_plan_t    plan = { .schedule = TRAIN_SCHED_COSINE };
    train_optim_t   optim;

    spec = retrain_spec(s);

    if (train_net_create(&net, r->data.in, r->data.out, r->data.task, spec,
                         why) != 0)
    {
        train_die("%s: it cannot be trained: %s", s->path, why);
    }

    train_free(spec);
    retrain_in(s, &net);
    train_net_fold(&net, 1 / r->deviation, -r->mean / r->deviation);
    plan.loss = (train_loss_t) train_loss_choose(
        want->asked.kind == TRAIN_ASKED_QUANTILE ? TRAIN_LOSS_QUANTILE
                                                 : TRAIN_LOSS_AUTO,
        r->data.task);
    r->source.level = (float) want->asked.level;
    plan.epochs = want->epochs;
    plan.batch = (want->batch < n) ? want->batch : n;
    plan.threads = want->threads;
    plan.seed = want->seed;
    plan.progress = TRAIN_PROGRESS_NONE;
    plan.step_factor = 1;
    plan.plateau = SIZE_MAX;
    train_optim_create(&optim, TRAIN_OPT_ADAM, net.n);
    optim.lr = want->lr;

    if (keep != NULL) {
        retrain_masked(r, &net, &optim, &plan, row, n, s->n, keep);
    } else {
        retrain_loop(r, &net, &optim, &plan, row, n);
    }

    train_net_fold(&net, r->deviation, r->mean);
    retrain_out(s, &net);
    train_optim_free(&optim);
    train_net_free(&net);
}
