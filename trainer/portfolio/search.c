/*
 * The search.  Each recipe has a price on this table, and all that is done has
 * a budget; both are counted in work, which the same rows need anywhere.
 *
 *     search_begin   who is tried, the cheapest first
 *     train_first    a look: one part, or a sample of many rows, as far as a
 *                    share of the budget goes (first.c)
 *     train_rest     those that are promising by that, and what costs next to
 *                    nothing, learn all parts, or all rows, as far as the rest
 *                    goes (rest.c)
 *     search_blend   weights by the rows that judged; search_end: is there one
 *
 * Cheap ones first: on 19 tables of few rows a tenth of the work of all recipes
 * then was as good as all of it; with dear ones between them it was not.  A
 * blend that has to be a standard error better than its best member was worse
 * there, other ways to weigh made no difference.
 * Not here: what a budget is (price.c), how jobs run (jobs.c), what losses are
 * (losses.c), and who is in the blend (blend.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


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
            t->price = train_price(p, t, 0, 0);
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


static void
search_blend(train_portfolio_t *p, size_t to, float *z)
{
    size_t          i;
    train_tried_t  *t;

    train_blend(p, to, z);

    for (i = 0; i < p->n; i++) {
        t = &p->tried[i];

        if (t->parts >= to && !t->failed) {
            train_losses_judge(p, t->scores, to, &t->loss, &t->score);
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
    train_losses_judge(p, p->scores, to, &p->loss, &p->score);

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
    sample = train_first(p, &judge);
    to = 1;

    if (!p->interrupted && (p->parts.first > 1 || sample > 0)) {
        search_blend(p, 1, NULL);
        train_rest(p, sample, judge);
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
