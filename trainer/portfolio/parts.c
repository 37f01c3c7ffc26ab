/*
 * Which rows learn and which judge: one part that is kept back, or each row in
 * its turn, and again.
 * Not here: how rows are shuffled or kept together (fit/folds.c, fit/split.c).
 */

#include <string.h>

#include "portfolio.h"


#define PARTS_FOLDS  5


static void
parts_apart(train_part_rows_t *part, const train_data_t *d, size_t apart)
{
    size_t  i;

    part->learn = train_alloc(apart, sizeof(uint32_t));
    part->judge = train_alloc(d->rows - apart, sizeof(uint32_t));
    part->n_learn = apart;
    part->n_judge = d->rows - apart;

    for (i = 0; i < d->rows; i++) {
        if (i < apart) {
            part->learn[i] = (uint32_t) i;
        } else {
            part->judge[i - apart] = (uint32_t) i;
        }
    }
}


static void
parts_share(train_part_rows_t *part, const train_data_t *d, double share,
    uint64_t seed)
{
    part->learn = train_alloc(d->rows, sizeof(uint32_t));
    part->n_learn = train_split_rows(d, share, seed, part->learn);
    part->n_judge = d->rows - part->n_learn;
    part->judge = train_alloc(part->n_judge, sizeof(uint32_t));
    (void) memcpy(part->judge, part->learn + part->n_learn,
                  part->n_judge * sizeof(uint32_t));
}


static void
parts_fold(train_part_rows_t *part, const train_data_t *d,
    const uint32_t *order, size_t folds, size_t fold, uint64_t seed)
{
    train_fold_rows_t  r;

    train_folds_rows(d, order, folds, fold, 0, seed, &r);

    part->learn = train_alloc(r.n_train, sizeof(uint32_t));
    part->n_learn = r.n_train;
    (void) memcpy(part->learn, r.train, r.n_train * sizeof(uint32_t));
    part->judge = r.test;
    part->n_judge = r.n_test;

    if (d->split_by == NULL) {
        train_free(r.valid);
    }

    train_free(r.train);
}


static size_t
parts_folds(const train_data_t *d)
{
    size_t  most;

    most = train_folds_most(d);

    return (most < PARTS_FOLDS) ? most : PARTS_FOLDS;
}


void
train_parts_create(train_parts_t *p, const train_data_t *d, size_t apart,
    double share, size_t repeats, uint64_t seed)
{
    size_t     i, folds;
    uint32_t  *order;

    folds = (apart == 0 && share < 0) ? parts_folds(d) : 1;
    repeats = (folds > 1) ? repeats : 1;

    p->first = folds;
    p->n = folds * repeats;
    p->part = train_alloc(p->n, sizeof(train_part_rows_t));
    order = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < p->n; i++) {
        if (apart > 0) {
            parts_apart(&p->part[i], d, apart);

        } else if (folds == 1) {
            parts_share(&p->part[i], d, share, seed);

        } else {
            if (i % folds == 0) {
                train_folds_deal(d, seed + i / folds, order);
            }

            parts_fold(&p->part[i], d, order, folds, i % folds, seed);
        }

        p->part[i].at = p->judges;
        p->judges += p->part[i].n_judge;
    }

    train_free(order);
}


void
train_parts_free(train_parts_t *p)
{
    size_t  i;

    for (i = 0; i < p->n; i++) {
        train_free(p->part[i].learn);
        train_free(p->part[i].judge);
    }

    train_free(p->part);
    (void) memset(p, 0, sizeof(train_parts_t));
}
