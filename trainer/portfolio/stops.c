/*
 * When a recipe stops: all its parts after the same round, at which the mean of
 * their losses is least.  Were each to stop where its own judges like it best,
 * what they say of it would flatter: they judge it where the others would stop.
 * Not here: what a member is (learn/), and who is in the blend (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


/* A part that ended before `at` stays as it was at its end */

static size_t
stops_of(const train_learnt_t *m, size_t at)
{
    return (at < m->n_curve) ? at : m->n_curve - 1;
}


/* Where the parts of t, but one, have least to lose; all have a curve */

static size_t
stops_best(const train_portfolio_t *p, const train_tried_t *t, size_t but)
{
    double                 sum, least;
    size_t                 i, at, most, best;
    const train_learnt_t  *m;

    most = 0;
    best = 0;
    least = INFINITY;

    for (i = 0; i < t->parts; i++) {
        most = (t->member[i].n_curve > most) ? t->member[i].n_curve : most;
    }

    for (at = 0; at < most; at++) {
        sum = 0;

        for (i = 0; i < t->parts; i++) {
            m = &t->member[i];

            if (i == but) {
                continue;
            }

            sum += (double) m->curve[stops_of(m, at)]
                   * (double) p->parts.part[i].n_judge;
        }

        if (sum < least) {
            least = sum;
            best = at;
        }
    }

    return best;
}


/* The part stops there */

static int
stops_one(train_portfolio_t *p, train_tried_t *t, size_t part, size_t at)
{
    train_lesson_t   l;
    train_learnt_t  *m;

    m = &t->member[part];
    train_jobs_lesson(p, part, &l);

    return t->recipe->family->stop(&l, stops_of(m, at), m, t->said);
}


/* Its scores where the others would have it stop: those flatter nobody */

static int
stops_scores(train_portfolio_t *p, train_tried_t *t, size_t part)
{
    size_t                    out;
    const train_part_rows_t  *rows;

    if (stops_one(p, t, part, stops_best(p, t, part)) != 0) {
        return -1;
    }

    out = p->lesson.out;
    rows = &p->parts.part[part];
    (void) memcpy(t->scores + rows->at * out, t->member[part].scores,
                  rows->n_judge * out * sizeof(float));

    return 0;
}


void
train_stops(train_portfolio_t *p, train_tried_t *t)
{
    int     failed;
    size_t  i, at;

    for (i = 0; i < t->parts; i++) {
        if (t->member[i].n_curve == 0) {
            return;                 /* learnt without any */
        }
    }

    at = stops_best(p, t, t->parts);
    failed = 0;

    for (i = 0; i < t->parts && !failed; i++) {
        failed = stops_scores(p, t, i) != 0 || stops_one(p, t, i, at) != 0;
    }

    for (i = 0; i < t->parts; i++) {
        train_learnt_settle(&t->member[i]);
    }

    if (failed) {
        t->failed = 1;
        t->why = "it failed";
    }
}
