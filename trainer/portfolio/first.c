/*
 * The first look: each recipe learns one part of the rows, or a sample where
 * all of them cost too much, as far as a share of the budget goes.
 * Not here: who goes on after it (rest.c).
 */

#include <math.h>

#include "portfolio.h"


#define FIRST_AT_ONCE  4             /* on any machine */
#define FIRST_PROBE    0.1           /* of its work, for the first of a family
                                       that costs more than is left */
#define FIRST_SAMPLE   4000          /* rows of a sample at least, */
#define FIRST_SAVES    0.75          /*     half as many are worth it if they
                                           take less of the work */
#define FIRST_JUDGES   3             /*     so many for one that judges it, */
#define FIRST_SURE     10000         /*     but so many judge at least */
#define FIRST_NONE     "no work was left for it"


/* Can it have all rows after a look at some? */

static int
first_is_payable(const train_portfolio_t *p, const train_tried_t *t)
{
    double  most;

    most = p->budget - train_price_first(p);

    return train_price(p, t, 0, most) <= most;
}


static int
first_is_cheapest(const train_portfolio_t *p, size_t i)
{
    size_t  k;

    for (k = 0; k < i; k++) {
        if (p->tried[k].recipe->family == p->tried[i].recipe->family) {
            return 0;
        }
    }

    return 1;
}


/* Has it a look: it is the cheapest of its family, or was not left out */

static int
first_looks(const train_portfolio_t *p, size_t i)
{
    return p->tried[i].why == NULL || first_is_cheapest(p, i);
}


/* Work of all looks at so many rows; *dearest: who costs most of those that can
 * be left out and would cost hardly less with half as many; NULL: nobody */

static double
first_work(train_portfolio_t *p, size_t rows, train_tried_t **dearest)
{
    double  work, sum, most, top;
    size_t  i;

    sum = 0;
    top = 0;
    *dearest = NULL;
    most = train_price_sample(p, rows < p->parts.part[0].n_learn ? rows : 0);

    for (i = 0; i < p->n; i++) {
        if (!first_looks(p, i)) {
            continue;
        }

        work = train_price(p, &p->tried[i], rows, most);
        sum += work;

        if (work > top && !first_is_cheapest(p, i)
            && train_price(p, &p->tried[i], rows / 2, most / 2)
               > FIRST_SAVES * work)
        {
            top = work;
            *dearest = &p->tried[i];
        }
    }

    return sum;
}


/* How many rows each recipe may look at first: all of one part, or so few that
 * there is time for the rest.  A network costs as much on fewer rows, which it
 * sees more often: where they would save little, the dearest is left out, as is
 * who could not have all rows. */

static size_t
first_sample(train_portfolio_t *p)
{
    double          work, half;
    size_t          i, all, rows;
    train_tried_t  *dearest, *t;

    all = p->parts.part[0].n_learn;
    rows = all;

    while (p->parts.n == 1 && p->n > 1 && rows / 2 > FIRST_SAMPLE) {
        half = first_work(p, rows / 2, &dearest);
        work = first_work(p, rows, &dearest);

        if (work < train_price_first(p)) {
            break;
        }

        if (rows < all && half > FIRST_SAVES * work && dearest != NULL) {
            dearest->why = FIRST_NONE;
            continue;
        }

        for (i = 0; rows == all && i < p->n; i++) {
            t = &p->tried[i];
            t->why = first_is_payable(p, t) ? NULL : FIRST_NONE;
        }

        rows /= 2;
    }

    return rows < all ? rows : 0;
}


/* Of those that judge so many that a sample says as much by them, evenly: what
 * is to be put back, NULL for nothing */

static uint32_t *
first_judges(train_portfolio_t *p, size_t sample)
{
    size_t              i, n;
    uint32_t           *all;
    train_part_rows_t  *part;

    part = &p->parts.part[0];
    n = sample / FIRST_JUDGES;
    n = (n > FIRST_SURE) ? n : FIRST_SURE;

    if (sample == 0 || n >= part->n_judge) {
        return NULL;
    }

    all = part->judge;
    part->judge = train_alloc(n, sizeof(uint32_t));

    for (i = 0; i < n; i++) {
        part->judge[i] = all[i * part->n_judge / n];
    }

    part->n_judge = n;

    return all;
}


/* All recipes learn, some at once, as long as there is work for it: what they
 * may need about, where those before have needed less.  None takes more than is
 * left: it has fewer rounds then, so that the first of its family can always be
 * tried. */

static void
first_learn(train_portfolio_t *p, size_t sample)
{
    double          work, left;
    size_t          i, n;
    train_job_t     job[FIRST_AT_ONCE];
    train_tried_t  *t;

    n = 0;
    left = train_price_first(p) - p->work;

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];
        work = (sample > 0)
               ? train_price(p, t, sample, train_price_sample(p, sample))
               : t->price;

        if ((work > left && !first_is_cheapest(p, i)) || !first_looks(p, i)) {
            t->why = FIRST_NONE;
            continue;
        }

        t->why = NULL;

        t->most = (sample > 0) ? train_price_sample(p, sample)
                  : fmax(left, FIRST_PROBE * train_price_first(p));

        left -= work;
        job[n++] = (train_job_t) {
            .tried = t, .sample = sample, .most = t->most
        };

        if (n == FIRST_AT_ONCE) {
            train_jobs_run(p, job, n);
            left = train_price_first(p) - p->work;
            n = 0;
        }
    }

    train_jobs_run(p, job, n);
}


size_t
train_first(train_portfolio_t *p, uint32_t **judge)
{
    size_t          i, sample;
    train_tried_t  *t;

    sample = first_sample(p);
    *judge = first_judges(p, sample);
    first_learn(p, sample);

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts > 0) {
            train_losses_judge(p, t->scores, 1, &t->first, &t->score);
            t->loss = t->first;
            t->rows = sample;
        }
    }

    return sample;
}
