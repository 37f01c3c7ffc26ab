/*
 * The search: all recipes on one part or a sample, the best of them on all
 * parts, and what they say together.  What it costs is counted in work, which
 * the same rows need anywhere.
 * Not here: how jobs run (jobs.c), what losses are (losses.c), and who is
 * in the blend (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define SEARCH_BASE     2e9         /* work for a table of no rows, */
#define SEARCH_ROW      8e5         /*     for each row, */
#define SEARCH_NUMBERS  50          /*     and as much for so many numbers */
#define SEARCH_MOST     60e9
#define SEARCH_BEST     10          /* times as much for the best effort */
#define SEARCH_AT_ONCE  4           /* on any machine */
#define SEARCH_FIRST    0.5         /* of it, for the first look at most, */
#define SEARCH_LOOK     0.2         /*     and where all rows come after it */
#define SEARCH_SAMPLE   4000        /* rows of a sample at least */
#define SEARCH_NEAR     1.05        /* times the least loss is promising */


/* About twenty times what one network of today needs, and a fifth of what a
 * large one that is tuned beforehand does */

double
train_portfolio_budget(const train_portfolio_t *p)
{
    double                 work;
    const train_lesson_t  *l;

    l = &p->lesson;
    work = SEARCH_BASE + SEARCH_ROW * (double) l->data->rows
           * (1 + (double) (l->data->in + l->out) / SEARCH_NUMBERS);

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


/* Are most numbers of a row pieces of texts? */

static unsigned
search_texts(const train_portfolio_t *p)
{
    size_t                i, n;
    const train_scale_t  *s;

    s = p->lesson.scale;
    n = 0;

    for (i = 0; i < s->n_columns; i++) {
        n += (s->columns[i].kind == MAAS_FIELD_TEXT) ? s->columns[i].width : 0;
    }

    return n > s->n / 2;
}


static void
search_begin(train_portfolio_t *p)
{
    size_t          i, n;
    unsigned        texts;
    train_tried_t  *t;

    p->tried = train_alloc(train_n_recipes, sizeof(train_tried_t));
    n = train_n_recipes;
    texts = search_texts(p);

    for (i = 0; i < 2 * n; i++) {
        if ((texts && train_recipes[i % n].texts) == (i < n)
            && search_is_of(p, &train_recipes[i % n]))
        {
            t = &p->tried[p->n++];
            t->recipe = &train_recipes[i % n].recipe;
            t->member = train_alloc(p->parts.n, sizeof(train_learnt_t));
            t->scores = train_alloc(p->parts.judges * p->lesson.out,
                                    sizeof(float));
            t->loss = NAN;
            t->score = NAN;
            t->first = NAN;
        }
    }

    p->budget = train_portfolio_budget(p);
}


/* Work of a recipe with so many rows of the first part */

static double
search_work(const train_portfolio_t *p, const train_tried_t *t, size_t rows)
{
    train_lesson_t            l;
    const train_part_rows_t  *part;

    part = &p->parts.part[0];
    l = p->lesson;
    l.row = part->learn;
    l.n = (rows > 0 && rows < part->n_learn) ? rows : part->n_learn;
    l.valid = part->judge;
    l.n_valid = part->n_judge;

    return t->recipe->family->work(t->recipe, &l);
}


/* Work for the first look: what it learns goes on as a fold, but not as a
 * sample */

static double
search_glance(const train_portfolio_t *p)
{
    return p->budget * (p->parts.n == 1 ? SEARCH_LOOK : SEARCH_FIRST);
}


/* How many rows each recipe may look at first: all of one part, or so few that
 * there is time for the rest */

static size_t
search_sample(const train_portfolio_t *p)
{
    double  work;
    size_t  i, rows;

    rows = p->parts.part[0].n_learn;

    while (p->parts.n == 1 && p->n > 1 && rows / 2 > SEARCH_SAMPLE) {
        work = 0;

        for (i = 0; i < p->n; i++) {
            work += search_work(p, &p->tried[i], rows);
        }

        if (work < search_glance(p)) {
            break;
        }

        rows /= 2;
    }

    return rows < p->parts.part[0].n_learn ? rows : 0;
}


/* The first of its family is always tried */

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


/* A first look of all recipes, some at once, as long as there is work for it:
 * what they may need at most, where those before have needed less */

static void
search_first(train_portfolio_t *p, size_t sample)
{
    double       work, left;
    size_t       i, n;
    train_job_t  job[SEARCH_AT_ONCE];

    n = 0;
    left = search_glance(p) - p->work;

    for (i = 0; i < p->n; i++) {
        work = search_work(p, &p->tried[i], sample);

        if (work > left && !search_is_first(p, i)) {
            p->tried[i].why = "no work was left for it";
            continue;
        }

        left -= work;
        job[n++] = (train_job_t) { .tried = &p->tried[i], .sample = sample };

        if (n == SEARCH_AT_ONCE) {
            train_jobs_run(p, job, n);
            left = search_glance(p) - p->work;
            n = 0;
        }
    }

    train_jobs_run(p, job, n);

    for (i = 0; i < p->n; i++) {
        if (p->tried[i].parts > 0) {
            train_losses_judge(p, p->tried[i].scores, 0, 1, &p->tried[i].first,
                               &p->tried[i].score);
            p->tried[i].loss = p->tried[i].first;
            p->tried[i].rows = sample;
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


/* Is it promising: in a blend, the best of its family, or about as good as the
 * best of all, for all that so few rows tell? */

static int
search_near(const train_portfolio_t *p, const train_tried_t *t)
{
    double                error;
    const train_tried_t  *least;

    least = search_least(p, NULL);

    return t->weight > 0 || t == search_least(p, t->recipe->family)
           || t->first <= least->first
                          + (SEARCH_NEAR - 1) * fabs(least->first)
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


/* What is left of the work goes to the most promising: all rows, if they have
 * seen a sample, or all other parts */

static void
search_rest(train_portfolio_t *p, size_t sample)
{
    double          work, left;
    size_t          i, k, n, jobs, from;
    unsigned       *near;
    train_job_t    *job;
    train_rank_t   *rank;
    train_tried_t  *t;

    rank = train_alloc(p->n, sizeof(train_rank_t));
    job = train_alloc(p->n * p->parts.first, sizeof(train_job_t));
    n = search_rank(p, rank);
    left = p->budget - p->work;
    from = (sample > 0) ? 0 : 1;
    jobs = 0;
    near = train_alloc(p->n, sizeof(unsigned));

    for (i = 0; i < n; i++) {
        near[i] = (unsigned) search_near(p, &p->tried[rank[i].at]);
    }

    for (i = 0; i < n; i++) {
        t = &p->tried[rank[i].at];
        work = (sample > 0) ? search_work(p, t, 0)
               : t->work * (double) (p->parts.first - 1);

        t->why = search_why(near[i], work, left, jobs);

        if (t->why != NULL) {
            train_tried_forget(p, t);
            continue;
        }

        if (sample > 0) {
            train_tried_forget(p, t);
        }

        for (k = from; k < p->parts.first; k++) {
            job[jobs].tried = t;
            job[jobs].most = (sample > 0)
                             ? fmax(left, SEARCH_FIRST * p->budget) : 0;
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
    size_t  sample, to;

    search_begin(p);

    if (train_targets_choose(p) != 0) {
        return -1;
    }

    train_constant_create(p);
    sample = search_sample(p);
    search_first(p, sample);
    to = 1;

    if (!p->interrupted && (p->parts.first > 1 || sample > 0)) {
        search_blend(p, 1, NULL);
        search_rest(p, sample);
        to = p->parts.first;
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
