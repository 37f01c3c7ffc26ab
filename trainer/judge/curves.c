/*
 * ROC and precision-recall curves: what is found and what is a false alarm as
 * a threshold falls through the probabilities of a class.
 * Drawing them is report_*.c.
 */

#include <math.h>

#include "metrics.h"
#include "util.h"


void
train_curve_order(train_judge_t *j)
{
    size_t         c, i;
    train_rank_t  *p;

    j->ranked = j->out;
    j->order = train_alloc(j->ranked * j->rows, sizeof(uint32_t));
    p = train_alloc(j->rows, sizeof(train_rank_t));

    for (c = 0; c < j->ranked; c++) {
        for (i = 0; i < j->rows; i++) {
            p[i].key = j->y[i * j->out + c];
            p[i].at = i;
        }

        train_rank(p, j->rows);

        for (i = 0; i < j->rows; i++) {
            j->order[c * j->rows + i] = (uint32_t) p[i].at;
        }
    }

    train_free(p);
}


/* A walk down the order: all rows of one probability are one step */

typedef struct {
    const train_judge_t  *j;
    const uint32_t       *order;
    const uint32_t       *count;
    size_t                column;
    uint32_t              class;
    size_t                at;
    double                found;        /* of the class, and others, */
    double                false_alarms; /*     down to here */
} curve_walk_t;


static void
curve_begin(curve_walk_t *w, const train_judge_t *j, size_t rank,
    const uint32_t *count)
{
    *w = (curve_walk_t) {
        .j = j, .order = j->order + rank * j->rows, .count = count,
        .column = rank, .class = (j->out == 1) ? 1 : (uint32_t) rank
    };
}


/* Returns 0 at the end */

static int
curve_step(curve_walk_t *w)
{
    float                 score;
    double                k;
    size_t                row;
    const train_judge_t  *j;

    j = w->j;

    if (w->at == j->rows) {
        return 0;
    }

    score = j->y[w->order[w->at] * j->out + w->column];

    do {
        row = w->order[w->at++];
        k = train_judge_counts(j, w->count, row);

        if (j->class[row] == w->class) {
            w->found += k;
        } else {
            w->false_alarms += k;
        }

    } while (w->at < j->rows
             && j->y[w->order[w->at] * j->out + w->column] == score);

    return 1;
}


void
train_curve_areas(const train_judge_t *j, size_t rank, const uint32_t *count,
    double *auc, double *pr_auc)
{
    double        found, alarms, area, average;
    curve_walk_t  w;

    area = 0;
    average = 0;
    found = 0;
    alarms = 0;

    curve_begin(&w, j, rank, count);

    while (curve_step(&w)) {
        area += (w.false_alarms - alarms) * (w.found + found) / 2;

        if (w.found > found) {
            average += (w.found - found) * w.found
                       / (w.found + w.false_alarms);
        }

        found = w.found;
        alarms = w.false_alarms;
    }

    if (found == 0 || alarms == 0) {
        *auc = NAN;
        *pr_auc = NAN;
        return;
    }

    *auc = area / found / alarms;
    *pr_auc = average / found;
}


size_t
train_curve(const train_judge_t *j, size_t rank, train_point_t *p, size_t max)
{
    float         recall, fpr;
    size_t        n;
    double        found, alarms;
    curve_walk_t  w;

    curve_begin(&w, j, rank, NULL);

    while (curve_step(&w)) {
        /* void */
    }

    found = w.found;
    alarms = w.false_alarms;

    p[0] = (train_point_t) { .precision = 1 };
    n = 1;

    /* a point where the curve has moved by a part of its way, and at its
     * end */

    curve_begin(&w, j, rank, NULL);

    while (curve_step(&w)) {
        recall = (float) (w.found / found);
        fpr = (float) (w.false_alarms / alarms);

        if (w.at == j->rows
            || recall - p[n - 1].recall + fpr - p[n - 1].fpr
               > 2 / (float) (max - 2))
        {
            p[n].fpr = fpr;
            p[n].recall = recall;
            p[n].precision = (float) (w.found / (w.found + w.false_alarms));
            n++;
        }
    }

    return n;
}
