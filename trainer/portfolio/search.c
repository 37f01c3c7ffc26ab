/*
 * The search.  Each recipe has a price on this table, and all that is done has
 * a budget; both are counted in work, which the same rows need anywhere.
 *
 *     search_begin   who is tried, the cheapest first
 *     search_first   a look: one part, or a sample of many rows, as far as a
 *                    share of the budget goes
 *     search_rest    those that are promising by that, and what costs next to
 *                    nothing, learn all parts, or all rows, as far as the rest
 *                    goes
 *     search_blend   weights by the rows that judged; search_end: is there one
 *
 * Cheap ones first: on 19 tables of few rows a tenth of the work of all recipes
 * then was as good as all of it; with dear ones between them it was not.  A
 * blend that has to be a standard error better than its best member was worse
 * there, other ways to weigh made no difference.
 * Not here: how jobs run (jobs.c), what losses are (losses.c), and who is
 * in the blend (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define SEARCH_BASE     3e9         /* work for a table of no rows, */
#define SEARCH_ROW      3e5         /*     for each row, */
#define SEARCH_ONCE     8e5         /*     or if they are not dealt into folds,
                                           for they have more to say, */
#define SEARCH_NUMBERS  50          /*     and as much for so many numbers: */
#define SEARCH_SCORE    10          /*     a score is as many */
#define SEARCH_MOST     40e9
#define SEARCH_BEST     10          /* times as much for the best effort */
#define SEARCH_AT_ONCE  4           /* on any machine */
#define SEARCH_FIRST    0.35        /* of it, for the first look at most, */
#define SEARCH_LOOK     0.2         /*     and where all rows come after it */
#define SEARCH_PROBE    0.1         /* of that, for the first of a family that
                                       costs more than is left */
#define SEARCH_REST     0.5         /* of the budget, for all rows at least */
#define SEARCH_OTHER    0.5         /* of that, kept for the best of another
                                       family at most */
#define SEARCH_CHEAP    0.1         /* of what is left: so little is no reason
                                       to trust one part's judges */
#define SEARCH_SAMPLE   4000        /* rows of a sample at least, */
#define SEARCH_SAVES    0.75        /*     half as many are worth it if they
                                           take less of the work */
#define SEARCH_JUDGES   3           /*     so many for one that judges it, */
#define SEARCH_SURE     10000       /*     but so many judge at least */
#define SEARCH_NONE     "no work was left for it"


/* About twenty times what one network of today needs */

double
train_portfolio_budget(const train_portfolio_t *p)
{
    double                 work, numbers;
    const train_lesson_t  *l;

    l = &p->lesson;
    numbers = (double) l->data->in + SEARCH_SCORE * (double) l->out;
    work = SEARCH_BASE + (p->parts.n > 1 ? SEARCH_ROW : SEARCH_ONCE)
           * (double) l->data->rows * (1 + numbers / SEARCH_NUMBERS);

    return fmin(work, SEARCH_MOST)
           * (p->effort == TRAIN_EFFORT_BEST ? SEARCH_BEST : 1);
}


static int
search_is_of(const train_portfolio_t *p, const train_entry_t *e)
{
    const char  *name;

    name = e->recipe.family->name;

    return e->effort <= p->effort
           && (p->model == TRAIN_MODEL_AUTO
               || strcmp(name, p->model == TRAIN_MODEL_TREES ? "trees"
                               : "network") == 0);
}


/* Work of a recipe with so many rows of the first part, none: all, that takes
 * no more than `most`, if that can be */

static double
search_work(const train_portfolio_t *p, const train_tried_t *t, size_t rows,
    double most)
{
    train_lesson_t            l;
    const train_part_rows_t  *part;

    part = &p->parts.part[0];
    l = p->lesson;
    l.row = part->learn;
    l.n = (rows > 0 && rows < part->n_learn) ? rows : part->n_learn;
    l.valid = part->judge;
    l.n_valid = part->n_judge;
    l.most = most;

    return t->recipe->family->work(t->recipe, &l);
}


static void
search_begin(train_portfolio_t *p)
{
    size_t          i;
    train_rank_t   *rank;
    train_tried_t  *t, *all;

    all = train_alloc(train_n_recipes, sizeof(train_tried_t));
    rank = train_alloc(train_n_recipes, sizeof(train_rank_t));

    for (i = 0; i < train_n_recipes; i++) {
        if (search_is_of(p, &train_recipes[i])) {
            t = &all[p->n];
            t->recipe = &train_recipes[i].recipe;
            t->member = train_alloc(p->parts.n, sizeof(train_learnt_t));
            t->scores = train_alloc(p->parts.judges * p->lesson.out,
                                    sizeof(float));
            t->loss = NAN;
            t->score = NAN;
            t->first = NAN;
            t->price = search_work(p, t, 0, 0);
            rank[p->n] = (train_rank_t) { -t->price, p->n };
            p->n++;
        }
    }

    train_rank(rank, p->n);
    p->tried = train_alloc(p->n + 1, sizeof(train_tried_t));

    for (i = 0; i < p->n; i++) {
        p->tried[i] = all[rank[i].at];
    }

    p->budget = train_portfolio_budget(p);
    train_free(rank);
    train_free(all);
}


/* Work for the first look: what it learns goes on as a fold, but not as a
 * sample */

static double
search_glance(const train_portfolio_t *p)
{
    return p->budget * (p->parts.n == 1 ? SEARCH_LOOK : SEARCH_FIRST);
}


/* A look at a sample is the whole in small: it may take as much of the work
 * that all rows will have as it has of the rows.  0: any */

static double
search_small(const train_portfolio_t *p, size_t sample)
{
    return (sample == 0) ? 0
           : (p->budget - search_glance(p)) * (double) sample
             / (double) p->parts.part[0].n_learn;
}


/* Can it have all rows after a look at some? */

static int
search_is_payable(const train_portfolio_t *p, const train_tried_t *t)
{
    double  most;

    most = p->budget - search_glance(p);

    return search_work(p, t, 0, most) <= most;
}


static int
search_is_first(const train_portfolio_t *p, size_t i)
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
search_looks(const train_portfolio_t *p, size_t i)
{
    return p->tried[i].why == NULL || search_is_first(p, i);
}


/* Work of all looks at so many rows; *dearest: who costs most of those that can
 * be left out and would cost hardly less with half as many; NULL: nobody */

static double
search_looked(train_portfolio_t *p, size_t rows, train_tried_t **dearest)
{
    double  work, sum, most, top;
    size_t  i;

    sum = 0;
    top = 0;
    *dearest = NULL;
    most = search_small(p, rows < p->parts.part[0].n_learn ? rows : 0);

    for (i = 0; i < p->n; i++) {
        if (!search_looks(p, i)) {
            continue;
        }

        work = search_work(p, &p->tried[i], rows, most);
        sum += work;

        if (work > top && !search_is_first(p, i)
            && search_work(p, &p->tried[i], rows / 2, most / 2)
               > SEARCH_SAVES * work)
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
search_sample(train_portfolio_t *p)
{
    double          work, half;
    size_t          i, all, rows;
    train_tried_t  *dearest, *t;

    all = p->parts.part[0].n_learn;
    rows = all;

    while (p->parts.n == 1 && p->n > 1 && rows / 2 > SEARCH_SAMPLE) {
        half = search_looked(p, rows / 2, &dearest);
        work = search_looked(p, rows, &dearest);

        if (work < search_glance(p)) {
            break;
        }

        if (rows < all && half > SEARCH_SAVES * work && dearest != NULL) {
            dearest->why = SEARCH_NONE;
            continue;
        }

        for (i = 0; rows == all && i < p->n; i++) {
            t = &p->tried[i];
            t->why = search_is_payable(p, t) ? NULL : SEARCH_NONE;
        }

        rows /= 2;
    }

    return rows < all ? rows : 0;
}


/* Of those that judge so many that a sample says as much by them, evenly: what
 * is to be put back, NULL for nothing */

static uint32_t *
search_fewer(train_portfolio_t *p, size_t sample)
{
    size_t              i, n;
    uint32_t           *all;
    train_part_rows_t  *part;

    part = &p->parts.part[0];
    n = sample / SEARCH_JUDGES;
    n = (n > SEARCH_SURE) ? n : SEARCH_SURE;

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


/* A first look of all recipes, some at once, as long as there is work for it:
 * what they may need about, where those before have needed less.  None takes
 * more than is left: it has fewer rounds then, so that the first of its family
 * can always be tried. */

static void
search_first(train_portfolio_t *p, size_t sample)
{
    double          work, left;
    size_t          i, n;
    train_job_t     job[SEARCH_AT_ONCE];
    train_tried_t  *t;

    n = 0;
    left = search_glance(p) - p->work;

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];
        work = (sample > 0)
               ? search_work(p, t, sample, search_small(p, sample)) : t->price;

        if ((work > left && !search_is_first(p, i)) || !search_looks(p, i)) {
            t->why = SEARCH_NONE;
            continue;
        }

        t->why = NULL;

        t->most = (sample > 0) ? search_small(p, sample)
                  : fmax(left, SEARCH_PROBE * search_glance(p));

        left -= work;
        job[n++] = (train_job_t) {
            .tried = t, .sample = sample, .most = t->most
        };

        if (n == SEARCH_AT_ONCE) {
            train_jobs_run(p, job, n);
            left = search_glance(p) - p->work;
            n = 0;
        }
    }

    train_jobs_run(p, job, n);

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts > 0) {
            train_losses_judge(p, t->scores, 0, 1, &t->first, &t->score);
            t->loss = t->first;
            t->rows = sample;
        }
    }
}


/* The least loss of a first look, of a family or of all; NULL: none */

static const train_tried_t *
search_least(const train_portfolio_t *p, const train_family_t *family)
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
search_rank(const train_portfolio_t *p, train_rank_t *rank)
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
                : t == search_least(p, t->recipe->family) ? most + 1
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
search_near(const train_portfolio_t *p, const train_tried_t *t)
{
    double                error;
    const train_tried_t  *least;

    least = search_least(p, NULL);

    return t->weight > 0 || t == search_least(p, t->recipe->family)
           || train_losses_more(p, t->scores, least->scores, 1, &error)
              <= error;
}


/* Why it does not go on; NULL: it does */

static const char *
search_why(unsigned near, double work, double left, size_t jobs)
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
search_leads(const train_portfolio_t *p, const train_rank_t *rank, size_t i)
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
search_lead(const train_portfolio_t *p, train_rank_t *rank, size_t n)
{
    size_t         i, k, m;
    train_rank_t  *to;

    to = train_alloc(n + 1, sizeof(train_rank_t));
    m = 0;

    for (k = 0; k < 2; k++) {
        for (i = 0; i < n; i++) {
            if (search_leads(p, rank, i) != (k > 0)) {
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
search_room(const train_portfolio_t *p, const train_rank_t *rank, size_t n,
    size_t i, double left)
{
    size_t  k;
    double  work, room;

    room = left;

    for (k = i + 1; k < n; k++) {
        work = p->tried[rank[k].at].price;

        if (search_leads(p, rank, k)
            && work < SEARCH_OTHER * fmin(left, room))
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
search_all(const train_portfolio_t *p, const train_rank_t *rank, size_t n,
    size_t i, double left, double *most)
{
    train_tried_t  *t;

    t = &p->tried[rank[i].at];
    *most = search_room(p, rank, n, i, left);

    return search_leads(p, rank, i) ? search_work(p, t, 0, fmax(*most, 1))
           : t->price;
}


/* What is left of the work goes to the most promising: all rows, if they have
 * seen a sample, which all that judge do from now on, or all other parts */

static void
search_rest(train_portfolio_t *p, size_t sample, uint32_t *judge)
{
    double          work, left, cheap, most;
    size_t          i, k, n, jobs, from;
    unsigned       *near;
    train_job_t    *job;
    train_rank_t   *rank;
    train_tried_t  *t;

    rank = train_alloc(p->n, sizeof(train_rank_t));
    job = train_alloc(p->n * p->parts.first, sizeof(train_job_t));
    n = search_rank(p, rank);

    if (sample > 0) {
        search_lead(p, rank, n);
    }

    left = p->budget - p->work;
    left = (sample > 0) ? fmax(left, SEARCH_REST * p->budget) : left;
    cheap = (sample > 0) ? 0 : SEARCH_CHEAP * left;
    from = (sample > 0) ? 0 : 1;
    jobs = 0;
    near = train_alloc(p->n, sizeof(unsigned));

    for (i = 0; i < n; i++) {
        near[i] = (unsigned) search_near(p, &p->tried[rank[i].at]);
    }

    if (judge != NULL) {
        train_free(p->parts.part[0].judge);
        p->parts.part[0].judge = judge;
        p->parts.part[0].n_judge = p->parts.judges;
    }

    for (i = 0; i < n; i++) {
        t = &p->tried[rank[i].at];
        most = (sample > 0) ? left : t->most;
        work = (sample > 0) ? search_all(p, rank, n, i, left, &most)
               : t->member[0].work * (double) (p->parts.first - 1);

        t->why = search_why(near[i] || work < cheap, work,
                            sample > 0 ? most : left, jobs);

        if (t->why != NULL) {
            train_tried_forget(p, t);
            continue;
        }

        if (sample > 0) {
            train_tried_forget(p, t);
        }

        for (k = from; k < p->parts.first; k++) {
            job[jobs].tried = t;
            job[jobs].most = most;
            job[jobs++].part = k;
        }

        left -= work;
    }

    train_jobs_run(p, job, jobs);

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


static void
search_blend(train_portfolio_t *p, size_t to, float *z)
{
    size_t          i;
    train_tried_t  *t;

    train_blend(p, to, z);

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts >= to && !t->failed) {
            train_losses_judge(p, t->scores, 0, to, &t->loss, &t->score);
            t->why = (t->weight > 0) ? NULL : "the others do without it";
        }
    }
}


/* What came of it */

static int
search_end(train_portfolio_t *p, size_t to)
{
    size_t  i;

    p->learnt = 0;

    for (i = 0; i < p->n; i++) {
        p->learnt += (p->tried[i].weight > 0);
    }

    if (p->learnt == 0) {
        if (p->interrupted) {
            return train_refuse(p->why, "before anything was learnt");
        }

        return train_refuse(p->why, "nothing came of any recipe: %s",
                            p->n > 0 && p->tried[0].said[0] != '\0'
                            ? p->tried[0].said : "no loss is finite");
    }

    p->parts_used = to;
    train_targets_level(p, p->scores, to);
    train_losses_judge(p, p->scores, 0, to, &p->loss, &p->score);

    return 0;
}


int
train_portfolio_run(train_portfolio_t *p)
{
    size_t     sample, to;
    uint32_t  *judge;

    search_begin(p);

    if (train_targets_choose(p) != 0) {
        return -1;
    }

    train_constant_create(p);
    sample = search_sample(p);
    judge = search_fewer(p, sample);
    search_first(p, sample);
    to = 1;

    if (!p->interrupted && (p->parts.first > 1 || sample > 0)) {
        search_blend(p, 1, NULL);
        search_rest(p, sample, judge);
        to = p->parts.first;

    } else {
        train_free(judge);
    }

    p->scores = train_alloc(p->parts.judges * p->lesson.out, sizeof(float));
    search_blend(p, to, p->scores);

    return search_end(p, to);
}


void
train_portfolio_free(train_portfolio_t *p)
{
    size_t  i;

    for (i = 0; i < p->n; i++) {
        train_tried_forget(p, &p->tried[i]);
        train_free(p->tried[i].member);
        train_free(p->tried[i].scores);
    }

    train_constant_free(p);
    train_free(p->tried);
    train_free(p->target);
    train_free(p->unit);
    train_transform_free(&p->transform);
    train_free(p->scores);
    train_parts_free(&p->parts);
}
