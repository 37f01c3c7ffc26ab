/*
 * A constant as one more that has a say: the shares of the classes, or the mean
 * of the target.  Where a table tells little, the blend leans on it.
 * Not here: how much (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define CONSTANT_ROWS  0.5          /* of each class more than there are */


static double
constant_weight(const train_lesson_t *l, uint32_t row)
{
    return (l->weight != NULL) ? (double) l->weight[row] : 1;
}


/* Logarithms of the shares; of two classes of the odds.  sum(classes) */

static void
constant_classes(const train_lesson_t *l, const train_part_rows_t *part,
    double *sum, double *to)
{
    size_t    i, k;
    uint32_t  row;

    for (k = 0; k < l->data->n_labels; k++) {
        sum[k] = CONSTANT_ROWS;
    }

    for (i = 0; i < part->n_learn; i++) {
        row = part->learn[i];
        sum[l->data->classes[row]] += constant_weight(l, row);
    }

    if (l->out == 1) {
        to[0] = log(sum[1] / sum[0]);
        return;
    }

    for (k = 0; k < l->out; k++) {
        to[k] = log(sum[k] / (double) part->n_learn);
    }
}


static void
constant_numbers(const train_portfolio_t *p, const train_part_rows_t *part,
    double *to)
{
    double                 w, all;
    size_t                 i, k;
    uint32_t               row;
    const train_lesson_t  *l;

    l = &p->lesson;
    all = 0;

    for (i = 0; i < part->n_learn; i++) {
        row = part->learn[i];
        w = constant_weight(l, row);
        all += w;

        for (k = 0; k < l->out; k++) {
            to[k] += w * (double) p->target[row * l->out + k];
        }
    }

    for (k = 0; k < l->out; k++) {
        to[k] = (all > 0) ? to[k] / all : 0;
    }
}


void
train_constant_create(train_portfolio_t *p)
{
    size_t                    i, j, k, out;
    double                   *sum;
    const train_part_rows_t  *part;

    if (p->y != NULL && p->lesson.loss != TRAIN_LOSS_MSE) {
        return;                     /* of other losses it is no mean */
    }

    out = p->lesson.out;
    sum = train_alloc(p->lesson.data->n_labels + 1, sizeof(double));
    p->constant = train_alloc(p->parts.n * out, sizeof(double));
    p->said = train_alloc(p->parts.judges * out, sizeof(float));

    for (i = 0; i < p->parts.n; i++) {
        part = &p->parts.part[i];

        if (p->y != NULL) {
            constant_numbers(p, part, p->constant + i * out);
        } else {
            constant_classes(&p->lesson, part, sum, p->constant + i * out);
        }

        for (j = 0; j < part->n_judge; j++) {
            for (k = 0; k < out; k++) {
                p->said[(part->at + j) * out + k]
                    = (float) p->constant[i * out + k];
            }
        }
    }

    train_free(sum);
}


double
train_constant_adds(const train_portfolio_t *p, size_t k)
{
    size_t  i;
    double  sum;

    sum = 0;

    for (i = 0; i < p->parts_used && p->weight > 0; i++) {
        sum += p->constant[i * p->lesson.out + k];
    }

    return p->weight * sum / (double) p->parts_used;
}


void
train_constant_free(train_portfolio_t *p)
{
    train_free(p->constant);
    train_free(p->said);
}
