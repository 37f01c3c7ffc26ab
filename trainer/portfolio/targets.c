/*
 * What numbers to predict become before they are learnt: whatever the quickest
 * recipe predicts best with, in the units that people want.
 * Not here: ways there and back (data/transform.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define TARGETS_GAIN  0.98          /* of the loss: less is no reason */


static void
targets_set(train_portfolio_t *p, train_target_kind_t kind)
{
    train_transform_free(&p->transform);

    if (train_transform_fit(&p->transform, kind, p->y, p->lesson.out, p->row,
                            p->n_row, p->why) != 0)
    {
        (void) train_transform_fit(&p->transform, TRAIN_TARGET_STANDARD, p->y,
                                   p->lesson.out, p->row, p->n_row, p->why);
    }

    train_transform_forward(&p->transform, p->y, p->lesson.data->rows,
                            p->target);
    p->lesson.target = p->target;
}


/* Mean of squares with this kind, of the first part; NAN: nothing came of it */

static double
targets_look(train_portfolio_t *p, train_target_kind_t kind)
{
    double                    loss, score;
    train_job_t               job = { .tried = p->tried };
    train_tried_t            *t;

    targets_set(p, kind);
    t = p->tried;
    train_jobs_run(p, &job, 1);

    if (t->parts == 0) {
        t->failed = 0;
        t->why = NULL;
        return NAN;
    }

    train_targets_level(p, t->scores, 1);
    train_losses_judge(p, t->scores, 1, &loss, &score);
    train_tried_forget(p, t);
    t->looked = 0;

    return loss;
}


void
train_targets_level(train_portfolio_t *p, const float *scores, size_t to)
{
    size_t                    i, j, n, out;
    float                    *y;
    const train_part_rows_t  *part;

    if (p->y == NULL || p->lesson.loss != TRAIN_LOSS_MSE) {
        return;
    }

    out = p->lesson.out;
    n = p->parts.part[to - 1].at + p->parts.part[to - 1].n_judge;
    y = train_alloc(n * out, sizeof(float));

    for (i = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++) {
            (void) memcpy(y + (part->at + j) * out,
                          p->y + part->judge[j] * out, out * sizeof(float));
        }
    }

    train_transform_level(&p->transform, scores, y, n);
    train_free(y);
}


/* One number is lost in its own unit; several count alike whatever theirs are:
 * by the spread of those that are known */

static void
targets_units(train_portfolio_t *p)
{
    double  y, sum, sq, n;
    size_t  i, k, out;

    out = p->lesson.out;
    n = (double) p->n_row;
    p->unit = train_alloc(out, sizeof(double));

    for (k = 0; k < out; k++) {
        sum = sq = 0;

        for (i = 0; i < p->n_row; i++) {
            y = (double) p->y[p->row[i] * out + k];
            sum += y / n;
        }

        for (i = 0; i < p->n_row; i++) {
            y = (double) p->y[p->row[i] * out + k] - sum;
            sq += y * y / n;
        }

        p->unit[k] = (out == 1) ? 1
                     : (p->lesson.loss == TRAIN_LOSS_POISSON) ? sum
                     : (p->lesson.loss == TRAIN_LOSS_QUANTILE) ? sqrt(sq) : sq;
        p->unit[k] = (p->unit[k] > 0) ? p->unit[k] : 1;
    }
}


int
train_targets_choose(train_portfolio_t *p)
{
    double               loss, least;
    size_t               i, n, best;
    train_target_kind_t  kind[TRAIN_TARGET_CANDIDATES];

    if (p->y == NULL) {
        return 0;
    }

    targets_units(p);
    p->target = train_alloc(p->lesson.data->rows * p->lesson.out,
                            sizeof(float));
    n = train_transform_candidates(p->y, p->lesson.out, p->row, p->n_row,
                                   kind);
    n = (p->lesson.loss == TRAIN_LOSS_MSE && p->n > 0) ? n : 1;
    kind[0] = (p->lesson.loss == TRAIN_LOSS_POISSON) ? TRAIN_TARGET_RATE
                                                      : kind[0];
    best = 0;
    least = INFINITY;

    for (i = 0; i < n && n > 1; i++) {
        loss = targets_look(p, kind[i]);

        if (loss < least * (i > 0 ? TARGETS_GAIN : 1)) {
            least = loss;
            best = i;
        }
    }

    targets_set(p, kind[best]);

    return p->lesson.loss == TRAIN_LOSS_POISSON
           && p->transform.kind != TRAIN_TARGET_RATE ? -1 : 0;
}
