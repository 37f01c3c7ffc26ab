/*
 * Which rows validate, and which a fold keeps back, where time or groups part
 * them: as a model will meet what is new.
 * Parts at random are folds.c's matter.
 */

#include <math.h>
#include <string.h>

#include "options.h"


#define SPLIT_STREAM  6             /* of random numbers */


/* from(n) to row(n): those of which is(row) is 0 first; returns how many */

static size_t
split_apart(const uint32_t *from, size_t n, const uint8_t *is, uint32_t *row)
{
    size_t  i, first, last;

    first = 0;
    last = n;

    for (i = 0; i < n; i++) {
        if (is[from[i]]) {
            row[--last] = from[i];
        } else {
            row[first++] = from[i];
        }
    }

    return first;
}


/* Rows from(n) by time, the newest first; who has none is the oldest */

static train_rank_t *
split_newest(const train_data_t *d, const uint32_t *from, size_t n)
{
    size_t         i;
    train_rank_t  *r;

    r = train_alloc(n, sizeof(train_rank_t));

    for (i = 0; i < n; i++) {
        r[i].key = isnan(d->split_by[from[i]]) ? -INFINITY
                                              : d->split_by[from[i]];
        r[i].at = from[i];
    }

    train_rank(r, n);

    return r;
}


/* The newest share, as near as rows of one time stay together; 0 marks if there
 * is one time only */

static void
split_time(const train_data_t *d, const uint32_t *from, size_t n,
    double share, uint8_t *is)
{
    size_t         i, quota, before, behind, cut;
    train_rank_t  *r;

    r = split_newest(d, from, n);
    quota = (size_t) floor((double) n * share + 0.5);
    quota = (quota > 0) ? quota : 1;

    for (before = quota; before > 0 && before < n
         && r[before - 1].key <= r[before].key; before--)
    {
        /* void */
    }

    for (behind = quota; behind < n && r[behind - 1].key <= r[behind].key;
         behind++)
    {
        /* void */
    }

    cut = (before == 0 || (behind < n && behind - quota < quota - before))
          ? behind : before;

    for (i = 0; i < cut && cut < n; i++) {
        is[r[i].at] = 1;
    }

    train_free(r);
}


/* size(n_groups): rows of each among from(n) */

static size_t *
split_sizes(const train_data_t *d, const uint32_t *from, size_t n)
{
    size_t   i, *size;

    size = train_alloc(d->n_groups, sizeof(size_t));

    for (i = 0; i < n; i++) {
        size[(size_t) d->split_by[from[i]]]++;
    }

    return size;
}


/* Groups, shuffled, until they are that share; one that would make it more than
 * half as much again is passed over, but for the last hope */

static void
split_groups(const train_data_t *d, const uint32_t *from, size_t n,
    double share, uint64_t seed, uint8_t *is)
{
    size_t       i, k, quota, sum, least, *size;
    uint8_t     *in;
    uint32_t    *group;
    train_rng_t  rng;

    size = split_sizes(d, from, n);
    group = train_alloc(d->n_groups, sizeof(uint32_t));
    in = train_alloc(d->n_groups, 1);
    k = 0;

    for (i = 0; i < d->n_groups; i++) {
        if (size[i] > 0) {
            group[k++] = (uint32_t) i;
        }
    }

    train_rng_init(&rng, seed, SPLIT_STREAM);
    train_rng_shuffle(&rng, group, k);
    quota = (size_t) floor((double) n * share + 0.5);
    quota = (quota > 0) ? quota : 1;
    sum = 0;
    least = 0;

    for (i = 0; i < k && sum < quota; i++) {
        if (sum + size[group[i]] <= quota + quota / 2) {
            in[group[i]] = 1;
            sum += size[group[i]];
        }

        least = (size[group[i]] < size[group[least]]) ? i : least;
    }

    if (sum == 0 && k > 1) {
        in[group[least]] = 1;
    }

    for (i = 0; i < n; i++) {
        is[from[i]] = in[(size_t) d->split_by[from[i]]];
    }

    train_free(size);
    train_free(group);
    train_free(in);
}


static size_t
split_part(const train_data_t *d, const uint32_t *from, size_t n,
    double share, uint64_t seed, uint32_t *row)
{
    size_t    first;
    uint8_t  *is;

    is = train_alloc(d->rows, 1);

    if (share > 0 && d->split == TRAIN_SPLIT_TIME) {
        split_time(d, from, n, share, is);

    } else if (share > 0) {
        split_groups(d, from, n, share, seed, is);
    }

    first = split_apart(from, n, is, row);
    train_free(is);

    return first;
}


size_t
train_split_rows(const train_data_t *d, double share, uint64_t seed,
    uint32_t *row)
{
    size_t     n;
    uint32_t  *all;

    if (d->split_by == NULL) {
        return train_split(d, share, seed, row);
    }

    all = train_alloc(d->rows, sizeof(uint32_t));
    (void) train_split(d, 0, seed, all);        /* shuffled */
    n = split_part(d, all, d->rows, share, seed, row);
    train_free(all);

    if (share > 0 && (n == 0 || n == d->rows)) {
        train_die("--split: all rows have the same %s: there is nothing to "
                  "validate with", d->split == TRAIN_SPLIT_TIME ? "time"
                                                                : "group");
    }

    return n;
}


/* fold(n_groups): the largest group to the smallest fold, and so on */

static uint32_t *
split_deal(const train_data_t *d, const uint32_t *order, size_t folds)
{
    size_t         i, k, least, *size, *sum;
    uint32_t      *fold;
    train_rank_t  *r;

    size = split_sizes(d, order, d->rows);
    sum = train_alloc(folds, sizeof(size_t));
    fold = train_alloc(d->n_groups, sizeof(uint32_t));
    r = train_alloc(d->n_groups, sizeof(train_rank_t));

    for (i = 0; i < d->n_groups; i++) {
        r[i] = (train_rank_t) { (double) size[i], i };
    }

    train_rank(r, d->n_groups);

    for (i = 0; i < d->n_groups; i++) {
        least = 0;

        for (k = 1; k < folds; k++) {
            least = (sum[k] < sum[least]) ? k : least;
        }

        fold[r[i].at] = (uint32_t) least;
        sum[least] += size[r[i].at];
    }

    train_free(size);
    train_free(sum);
    train_free(r);

    return fold;
}


/* Of folds + 1 spans of time, `fold` + 1 is kept back and what is older trains;
 * part(rows): 1 train, 2 kept back */

static void
split_spans(const train_data_t *d, const uint32_t *order, size_t folds,
    size_t fold, uint8_t *part)
{
    double         from, to;
    size_t         i;
    train_rank_t  *r;

    r = split_newest(d, order, d->rows);
    i = d->rows * (folds - fold) / (folds + 1);
    from = r[i > 0 ? i - 1 : 0].key;
    i = d->rows * (folds - fold - 1) / (folds + 1);
    to = (i > 0) ? r[i - 1].key : INFINITY;

    for (i = 0; i < d->rows; i++) {
        part[r[i].at] = (r[i].key < from) ? 1 : (r[i].key < to) ? 2 : 0;
    }

    train_free(r);
}


void
train_folds_rows(const train_data_t *d, const uint32_t *order,
    size_t folds, size_t fold, double share, uint64_t seed,
    train_fold_rows_t *r)
{
    size_t     i, n;
    uint8_t   *part;
    uint32_t  *of, *rest;

    if (d->split_by == NULL) {
        train_folds_split(order, d->rows, folds, fold, share, r);
        return;
    }

    part = train_alloc(d->rows, 1);

    if (d->split == TRAIN_SPLIT_TIME) {
        split_spans(d, order, folds, fold, part);

    } else {
        of = split_deal(d, order, folds);

        for (i = 0; i < d->rows; i++) {
            part[i] = 1 + (of[(size_t) d->split_by[i]] == fold);
        }

        train_free(of);
    }

    rest = train_alloc(d->rows, sizeof(uint32_t));
    *r = (train_fold_rows_t) { .test = train_alloc(d->rows, sizeof(uint32_t)) };
    n = 0;

    for (i = 0; i < d->rows; i++) {
        if (part[order[i]] == 2) {
            r->test[r->n_test++] = order[i];

        } else if (part[order[i]] == 1) {
            rest[n++] = order[i];
        }
    }

    if (n == 0 || r->n_test == 0) {
        train_die("--split: rows of fold %zu have all the same time: expected "
                  "fewer --folds", fold + 1);
    }

    r->train = train_alloc(n, sizeof(uint32_t));
    r->n_train = split_part(d, rest, n, share, seed, r->train);
    r->valid = r->train + r->n_train;
    r->n_valid = n - r->n_train;
    train_free(rest);
    train_free(part);
}


size_t
train_folds_most(const train_data_t *d)
{
    size_t  most;

    most = d->rows / 2;

    return (d->split == TRAIN_SPLIT_GROUP && d->n_groups < most)
           ? d->n_groups : most;
}
