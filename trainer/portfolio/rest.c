/*
 * After the first look: who goes on with what is left of the work, and that
 * they do.
 * Not here: what a first look is (first.c), and who is in the blend (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define REST_LEAST  0.5             /* of the budget, for all rows at least */
#define REST_OTHER  0.5             /* of that, kept for the best of another
                                       family at most */
#define REST_CHEAP  0.1             /* of what is left: so little is no reason
                                       to trust one part's judges */


/* The least loss of a first look, of a family or of all; NULL: none */

static const train_tried_t *
rest_least(const train_portfolio_t *p, const train_family_t *family)
{
    size_t                i;
    const train_tried_t  *t, *least;

    least = NULL;

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts > 0 && (family == NULL || t->recipe->family == family)
            && (least == NULL || t->first < least->first))
        {
            least = t;
        }
    }

    return least;
}


/* tried, the most promising first: those of a blend of the first part, the best
 * of each family, then by loss */

static size_t
rest_rank(const train_portfolio_t *p, train_rank_t *rank)
{
    size_t                i, n;
    double                most;
    const train_tried_t  *t;

    n = 0;
    most = 0;

    for (i = 0; i < p->n; i++) {
        most = fmax(most, isfinite(p->tried[i].first)
                          ? fabs(p->tried[i].first) : 0);
    }

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts > 0) {
            rank[n++] = (train_rank_t) {
                t->weight > 0 ? most + 1 + t->weight
                : t == rest_least(p, t->recipe->family) ? most + 1
                : -t->first, i
            };
        }
    }

    train_rank(rank, n);

    return n;
}


/* Is it promising: in a blend, the best of its family, or no worse than the
 * best of all by more than such rows may say by chance? */

static int
rest_near(const train_portfolio_t *p, const train_tried_t *t)
{
    double                error;
    const train_tried_t  *least;

    least = rest_least(p, NULL);

    return t->weight > 0 || t == rest_least(p, t->recipe->family)
           || train_losses_more(p, t->scores, least->scores, 1, &error)
              <= error;
}


/* Why it does not go on; NULL: it does */

static const char *
rest_why(unsigned near, double work, double left, size_t jobs)
{
    if (jobs == 0) {
        return NULL;
    }

    if (!near) {
        return "others were better on the same rows";
    }

    return (work > left) ? "no work was left for more" : NULL;
}


/* Is it the first of its family in rank? */

static int
rest_leads(const train_portfolio_t *p, const train_rank_t *rank, size_t i)
{
    size_t  k;

    for (k = 0; k < i; k++) {
        if (p->tried[rank[k].at].recipe->family
            == p->tried[rank[i].at].recipe->family)
        {
            return 0;
        }
    }

    return 1;
}


/* The best of each family come first: others may have what they leave */

static void
rest_lead(const train_portfolio_t *p, train_rank_t *rank, size_t n)
{
    size_t         i, k, m;
    train_rank_t  *to;

    to = train_alloc(n + 1, sizeof(train_rank_t));
    m = 0;

    for (k = 0; k < 2; k++) {
        for (i = 0; i < n; i++) {
            if (rest_leads(p, rank, i) != (k > 0)) {
                to[m++] = rank[i];
            }
        }
    }

    (void) memcpy(rank, to, n * sizeof(train_rank_t));
    train_free(to);
}


/* Of what is left for all rows, what number i of rank may have: the best of
 * another family behind it goes on as well, if it costs less than half */

static double
rest_room(const train_portfolio_t *p, const train_rank_t *rank, size_t n,
    size_t i, double left)
{
    size_t  k;
    double  work, room;

    room = left;

    for (k = i + 1; k < n; k++) {
        work = p->tried[rank[k].at].price;

        if (rest_leads(p, rank, k)
            && work < REST_OTHER * fmin(left, room))
        {
            room -= work;
        }
    }

    return room;
}


/* After a sample all rows are learnt: work that number i takes of what is left,
 * and what it may take at most.  The best of a family has fewer rounds rather
 * than no work. */

static double
rest_all(const train_portfolio_t *p, const train_rank_t *rank, size_t n,
    size_t i, double left, double *most)
{
    train_tried_t  *t;

    t = &p->tried[rank[i].at];
    *most = rest_room(p, rank, n, i, left);

    return rest_leads(p, rank, i) ? train_price(p, t, 0, fmax(*most, 1))
           : t->price;
}


/* All judge from now on, if there is who is to be put back */

static void
rest_judges(train_portfolio_t *p, uint32_t *judge)
{
    if (judge != NULL) {
        train_free(p->parts.part[0].judge);
        p->parts.part[0].judge = judge;
        p->parts.part[0].n_judge = p->parts.judges;
    }
}


/* Jobs of those of rank(n) that go on; near(n): those that are promising */

static size_t
rest_jobs(train_portfolio_t *p, const train_rank_t *rank, size_t n,
    const unsigned *near, size_t sample, train_job_t *job)
{
    double          work, left, cheap, most;
    size_t          i, k, jobs;
    train_tried_t  *t;

    left = p->budget - p->work;
    left = (sample > 0) ? fmax(left, REST_LEAST * p->budget) : left;
    cheap = (sample > 0) ? 0 : REST_CHEAP * left;
    jobs = 0;

    for (i = 0; i < n; i++) {
        t = &p->tried[rank[i].at];
        most = (sample > 0) ? left : t->most;
        work = (sample > 0) ? rest_all(p, rank, n, i, left, &most)
               : t->member[0].work * (double) (p->parts.first - 1);

        t->why = rest_why(near[i] || work < cheap, work,
                          sample > 0 ? most : left, jobs);

        if (t->why != NULL || sample > 0) {
            train_tried_forget(p, t);
        }

        if (t->why != NULL) {
            continue;
        }

        for (k = (sample > 0) ? 0 : 1; k < p->parts.first; k++) {
            job[jobs++] = (train_job_t) {
                .tried = t, .part = k, .most = most
            };
        }

        left -= work;
    }

    return jobs;
}


void
train_rest(train_portfolio_t *p, size_t sample, uint32_t *judge)
{
    size_t          i, n;
    unsigned       *near;
    train_job_t    *job;
    train_rank_t   *rank;
    train_tried_t  *t;

    rank = train_alloc(p->n, sizeof(train_rank_t));
    near = train_alloc(p->n, sizeof(unsigned));
    job = train_alloc(p->n * p->parts.first, sizeof(train_job_t));
    n = rest_rank(p, rank);

    if (sample > 0) {
        rest_lead(p, rank, n);
    }

    for (i = 0; i < n; i++) {
        near[i] = (unsigned) rest_near(p, &p->tried[rank[i].at]);
    }

    rest_judges(p, judge);
    train_jobs_run(p, job, rest_jobs(p, rank, n, near, sample, job));

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (p->parts.first > 1 && t->parts == p->parts.first && !t->failed) {
            train_stops(p, t);
        }
    }

    train_free(near);
    train_free(job);
    train_free(rank);
}
