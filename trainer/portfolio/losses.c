/*
 * What is lost by scores on the rows that judge, in units of the target.
 * Not here: weights of several (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define LOSSES_RATE  1e-9           /* a rate is this at least */


static double
losses_softmax(const float *z, size_t n, uint32_t class)
{
    double  most, sum;
    size_t  k;

    most = z[0];
    sum = 0;

    for (k = 1; k < n; k++) {
        most = fmax(most, z[k]);
    }

    for (k = 0; k < n; k++) {
        sum += exp(z[k] - most);
    }

    return log(sum) + most - z[class];
}


/* Of a row of classes with the scores z(out) */

static double
losses_class(const train_lesson_t *l, uint32_t row, const float *z)
{
    double  d;

    if (l->out > 1) {
        return losses_softmax(z, l->out, l->data->classes[row]);
    }

    d = l->data->classes[row] ? -(double) z[0] : (double) z[0];

    return (d > 30) ? d : log1p(exp(d));
}


/* Of a row of numbers with the answers said(out), in their units */

static double
losses_number(const train_portfolio_t *p, uint32_t row, const float *said)
{
    double  y, d, sum;
    size_t  k, out;

    out = p->lesson.out;
    sum = 0;

    for (k = 0; k < out; k++) {
        y = (double) p->y[row * out + k];
        d = (double) said[k] - y;

        if (p->lesson.loss == TRAIN_LOSS_QUANTILE) {
            d *= (d > 0) ? 1 - p->lesson.level : -p->lesson.level;

        } else if (p->lesson.loss == TRAIN_LOSS_POISSON) {
            d = fmax((double) said[k], LOSSES_RATE);
            d = d - y + (y > 0 ? y * log(y / d) : 0);

        } else {
            d *= d;
        }

        sum += d / p->unit[k];
    }

    return sum / (double) out;
}


static double
losses_weight(const train_lesson_t *l, uint32_t row)
{
    return (l->weight != NULL) ? (double) l->weight[row] : 1;
}


/* Is the likeliest class the right one?  Of numbers: 0 */

static int
losses_hits(const train_lesson_t *l, uint32_t row, const float *z)
{
    size_t  k, most;

    if (l->data->classes == NULL) {
        return 0;
    }

    if (l->out == 1) {
        return (z[0] > 0) == (l->data->classes[row] == 1);
    }

    most = 0;

    for (k = 1; k < l->out; k++) {
        most = (z[k] > z[most]) ? k : most;
    }

    return most == l->data->classes[row];
}


/* Mean squares about the mean of number k, of the rows that judge */

static double
losses_spread_of(const train_portfolio_t *p, size_t to, size_t k)
{
    double                    w, y, sum, sq, all;
    size_t                    i, j;
    uint32_t                  row;
    const train_part_rows_t  *part;

    sum = sq = all = 0;

    for (i = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++) {
            row = part->judge[j];
            w = losses_weight(&p->lesson, row);
            y = (double) p->y[row * p->lesson.out + k];
            all += w;
            sum += w * y;
            sq += w * y * y;
        }
    }

    return (all > 0) ? sq / all - sum / all * (sum / all) : 0;
}


/* The same of all of them, each in its unit */

static double
losses_spread(const train_portfolio_t *p, size_t to)
{
    double  sum;
    size_t  k;

    sum = 0;

    for (k = 0; k < p->lesson.out; k++) {
        sum += losses_spread_of(p, to, k) / p->unit[k];
    }

    return sum / (double) p->lesson.out;
}


double
train_losses_mean(const train_portfolio_t *p, const float *z, size_t to,
    size_t but, float *room, double *hits)
{
    double                    w, loss, all;
    size_t                    i, j, n;
    uint32_t                  row;
    const train_part_rows_t  *part;

    loss = all = 0;
    *hits = 0;

    if (p->y != NULL) {
        n = p->parts.part[to - 1].at + p->parts.part[to - 1].n_judge;
        train_transform_back(&p->transform, z, n, room);
        z = room;
    }

    for (i = 0; i < to; i++) {
        part = &p->parts.part[i];

        if (i == but) {
            z += part->n_judge * p->lesson.out;
            continue;
        }

        for (j = 0; j < part->n_judge; j++, z += p->lesson.out) {
            row = part->judge[j];
            w = losses_weight(&p->lesson, row);
            loss += w * (p->y != NULL ? losses_number(p, row, z)
                                      : losses_class(&p->lesson, row, z));
            *hits += w * losses_hits(&p->lesson, row, z);
            all += w;
        }
    }

    *hits /= all;

    return loss / all;
}


void
train_losses_judge(const train_portfolio_t *p, const float *scores,
    size_t to, double *loss, double *score)
{
    float  *room;

    room = train_alloc(p->parts.judges * p->lesson.out, sizeof(float));
    *loss = train_losses_mean(p, scores, to, TRAIN_LOSSES_ALL, room, score);

    if (p->y != NULL) {
        *score = (p->lesson.loss == TRAIN_LOSS_MSE)
                 ? 1 - *loss / losses_spread(p, to) : NAN;
    }

    train_free(room);
}


/* Losses of the rows of parts below `to`, in their order */

static void
losses_rows(const train_portfolio_t *p, const float *z, size_t to,
    double *loss)
{
    float                    *room;
    size_t                    i, j;
    uint32_t                  row;
    const train_part_rows_t  *part;

    room = train_alloc(p->parts.judges * p->lesson.out, sizeof(float));

    if (p->y != NULL) {
        part = &p->parts.part[to - 1];
        train_transform_back(&p->transform, z, part->at + part->n_judge, room);
        z = room;
    }

    for (i = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++, z += p->lesson.out) {
            row = part->judge[j];
            *loss++ = (p->y != NULL) ? losses_number(p, row, z)
                                     : losses_class(&p->lesson, row, z);
        }
    }

    train_free(room);
}


double
train_losses_more(const train_portfolio_t *p, const float *a, const float *b,
    size_t to, double *error)
{
    double                    w, mean, sq, all, squares, *x, *y;
    size_t                    i, j, k;
    const train_part_rows_t  *part;

    x = train_alloc(p->parts.judges, sizeof(double));
    y = train_alloc(p->parts.judges, sizeof(double));
    losses_rows(p, a, to, x);
    losses_rows(p, b, to, y);
    mean = sq = all = squares = 0;

    for (i = 0, k = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++, k++) {
            w = losses_weight(&p->lesson, part->judge[j]);
            x[k] -= y[k];
            y[k] = w;
            mean += w * x[k];
            all += w;
            squares += w * w;
        }
    }

    mean /= all;

    for (i = 0; i < k; i++) {
        sq += y[i] * (x[i] - mean) * (x[i] - mean);
    }

    *error = sqrt(sq / all * squares) / all;
    train_free(x);
    train_free(y);

    return mean;
}
