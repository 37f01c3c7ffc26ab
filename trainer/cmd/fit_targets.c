/*
 * Targets in units that a network likes while it trains.  What the rows' own
 * numbers become is scale.c's matter.
 */

#include <math.h>

#include "fit.h"


/* Of the training rows, as a network likes its numbers; for these weights no
 * learning rate fits targets of any size. */

void
train_fit_scale(train_fit_t *f)
{
    double         d, sq;
    size_t         i, k, n;
    train_data_t  *part[2] = { &f->data, &f->valid };

    f->deviation = 1;

    if (f->data.targets == NULL || f->o.target_scaling != 0) {
        return;
    }

    n = f->n_train;
    sq = 0;

    for (i = 0; i < n; i++) {
        f->mean += f->data.targets[f->row[i]] / (double) n;
    }

    for (i = 0; i < n; i++) {
        d = f->data.targets[f->row[i]] - f->mean;
        sq += d * d;
    }

    f->deviation = (sq > 0) ? sqrt(sq / (double) n) : 1;

    for (k = 0; k < 2; k++) {
        f->targets[k] = part[k]->targets;
        part[k]->targets = train_alloc(part[k]->rows, sizeof(float));

        for (i = 0; i < part[k]->rows; i++) {
            part[k]->targets[i] = (float) ((f->targets[k][i] - f->mean)
                                           / f->deviation);
        }
    }
}


/* The network answers in the units of the data, and so do the losses that are
 * sums of squares or of distances. */

void
train_fit_unscale(train_fit_t *f)
{
    double  unit;
    size_t  i;

    if (f->targets[0] == NULL) {
        return;
    }

    train_free(f->data.targets);
    train_free(f->valid.targets);
    f->data.targets = f->targets[0];
    f->valid.targets = f->targets[1];

    train_net_fold(&f->net, f->deviation, f->mean);

    unit = (f->plan.loss == TRAIN_LOSS_MSE) ? f->deviation * f->deviation
           : (f->plan.loss == TRAIN_LOSS_MAE) ? f->deviation : 1;
    f->result.train_loss *= unit;
    f->result.best_loss *= unit;

    for (i = 0; i < f->history.n; i++) {
        f->history.epochs[i].loss *= unit;
        f->history.epochs[i].valid_loss *= unit;
    }
}
