/*
 * Where the search looks: layers, widths, dropout, learning rate, decay and
 * batch, drawn at random.
 */

#include <math.h>
#include <stdio.h>

#include "tune.h"


#define SPACE_STREAM  100       /* and one more for each trial */


/* Even in the logarithm */

static double
space_log(train_rng_t *rng, double low, double high)
{
    double  v;

    v = low * exp(train_rng_unit(rng) * log(high / low));

    /* three digits are enough, and good to read */

    low = pow(10, floor(log10(v)) - 2);

    return round(v / low) * low;
}


static char *
space_hidden(train_rng_t *rng)
{
    char                     *spec, *more, drop[32] = "";
    size_t                    layers, width, i;
    double                    share;
    const char               *act;
    static const size_t       widths[] = { 32, 64, 128, 256, 512 };
    static const double       shares[] = { 0, 0, 0.1, 0.2, 0.3, 0.5 };
    static const char *const  acts[] = { "relu", "relu", "gelu", "tanh" };

    layers = 1 + train_rng_below(rng, 3);
    width = widths[train_rng_below(rng, train_nelts(widths))];
    act = acts[train_rng_below(rng, train_nelts(acts))];
    share = shares[train_rng_below(rng, train_nelts(shares))];

    if (share > 0) {
        (void) snprintf(drop, sizeof(drop), ":drop=%g", share);
    }

    spec = train_strdup("");

    for (i = 0; i < layers; i++) {
        more = train_format("%s%s%zu:%s%s", spec, i ? "," : "", width, act,
                            drop);
        train_free(spec);
        spec = more;
    }

    return spec;
}


void
train_tune_draw(train_tune_t *t, size_t k)
{
    double               decay;
    size_t               rung;
    train_rng_t          rng;
    train_tune_trial_t  *trial;

    trial = &t->trial[k];
    *trial = (train_tune_trial_t) {
        .number = k, .hidden = train_strdup(t->o.hidden), .lr = t->o.lr,
        .decay = t->o.weight_decay, .batch = t->o.plan.batch
    };

    for (rung = 0; rung < TRAIN_TUNE_RUNGS; rung++) {
        trial->loss[rung] = INFINITY;
        trial->score[rung] = NAN;
        trial->deviation[rung] = NAN;
    }

    if (k == 0) {
        return;
    }

    /* all are drawn, whatever is fixed: so the others stay the same */

    train_rng_init(&rng, t->seed, SPACE_STREAM + k);

    if (!t->fixed_hidden) {
        train_free(trial->hidden);
        trial->hidden = space_hidden(&rng);
    } else {
        train_free(space_hidden(&rng));
    }

    trial->lr = t->fixed_lr ? trial->lr
                : space_log(&rng, t->o.lr / 5, t->o.lr * 5);
    decay = space_log(&rng, 1e-3, 1);
    trial->decay = t->fixed_decay ? trial->decay : decay;
    trial->batch = t->fixed_batch ? trial->batch
                   : (size_t) 16 << train_rng_below(&rng,
                         t->rows > 20000 ? 5 : t->rows > 2000 ? 4 : 3);
}


size_t
train_tune_arguments(const train_tune_t *t, const train_tune_trial_t *trial,
    size_t rung, char **argv)
{
    size_t  n;

    n = 0;
    argv[n++] = train_format("--hidden=%s", trial->hidden[0] != '\0'
                                            ? trial->hidden : "none");
    argv[n++] = train_format("--lr=%.9g", trial->lr);
    argv[n++] = train_format("--weight-decay=%.9g", trial->decay);
    argv[n++] = train_format("--batch=%zu", trial->batch);
    argv[n++] = train_format("--epochs=%zu", t->epochs[rung]);
    argv[n++] = train_format("--folds=%zu", t->folds);

    return n;
}
