/*
 * Prices: what a recipe costs on this table, and how much of the budget is
 * whose.
 * Not here: what a family counts as work (learn/), and who is tried for it
 * (first.c, rest.c).
 */

#include <math.h>

#include "portfolio.h"


#define PRICE_BASE     3e9          /* work for a table of no rows, */
#define PRICE_ROW      3e5          /*     for each row, */
#define PRICE_ONCE     8e5          /*     or if they are not dealt into folds,
                                           for they have more to say, */
#define PRICE_NUMBERS  50           /*     and as much for so many numbers: */
#define PRICE_SCORE    10           /*     a score is as many */
#define PRICE_MOST     40e9
#define PRICE_BEST     10           /* times as much for the best effort */
#define PRICE_FIRST    0.35         /* of it, for the first look at most, */
#define PRICE_LOOK     0.2          /*     and where all rows come after it */


/* About twenty times what one network of today needs */

double
train_portfolio_budget(const train_portfolio_t *p)
{
    double                 work, numbers;
    const train_lesson_t  *l;

    l = &p->lesson;
    numbers = (double) l->data->in + PRICE_SCORE * (double) l->out;
    work = PRICE_BASE + (p->parts.n > 1 ? PRICE_ROW : PRICE_ONCE)
           * (double) l->data->rows * (1 + numbers / PRICE_NUMBERS);

    return fmin(work, PRICE_MOST)
           * (p->effort == TRAIN_EFFORT_BEST ? PRICE_BEST : 1);
}


double
train_price(const train_portfolio_t *p, const train_tried_t *t, size_t rows,
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


/* What a look learns goes on as a fold, but not as a sample */

double
train_price_first(const train_portfolio_t *p)
{
    return p->budget * (p->parts.n == 1 ? PRICE_LOOK : PRICE_FIRST);
}


/* A look at a sample is the whole in small: as much of the work that all rows
 * will have as it has of the rows */

double
train_price_sample(const train_portfolio_t *p, size_t sample)
{
    return (sample == 0) ? 0
           : (p->budget - train_price_first(p)) * (double) sample
             / (double) p->parts.part[0].n_learn;
}
