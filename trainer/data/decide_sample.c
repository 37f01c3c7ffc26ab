/*
 * A sample of the training rows with folds, and targets that one can compare:
 * what columns are tested on.
 * Not here: which tests there are.
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define SAMPLE_STREAM   11          /* of random numbers */
#define SAMPLE_CLASSES  8           /* the most frequent ones tell */


/* Mean 0, deviation 1; 0 if they are all the same */

static int
sample_standard(float *y, size_t n)
{
    size_t  i;
    double  sum, squares, mean, factor;

    sum = 0;
    squares = 0;

    for (i = 0; i < n; i++) {
        sum += (double) y[i];
    }

    mean = sum / (double) n;

    for (i = 0; i < n; i++) {
        squares += ((double) y[i] - mean) * ((double) y[i] - mean);
    }

    if (!(squares > 0)) {
        return 0;
    }

    factor = sqrt((double) n / squares);

    for (i = 0; i < n; i++) {
        y[i] = (float) (((double) y[i] - mean) * factor);
    }

    return 1;
}


/* Ranks: a few far ends would say it all; equal ones have their mean rank */

static int
sample_ranks(const train_sample_t *s, size_t column, float *y)
{
    size_t         i, j, k;
    train_rank_t  *r;

    r = train_alloc(s->n, sizeof(train_rank_t));

    for (i = 0; i < s->n; i++) {
        r[i].key = (double) s->d->targets[s->row[i] * s->d->out + column];
        r[i].at = i;
    }

    train_rank(r, s->n);

    for (i = 0; i < s->n; i = j) {
        for (j = i + 1; j < s->n && !(r[j].key < r[i].key); j++) {
            /* as large */
        }

        for (k = i; k < j; k++) {
            y[r[k].at] = -(float) (i + j);
        }
    }

    train_free(r);

    return sample_standard(y, s->n);
}


static void
sample_numbers(train_sample_t *s)
{
    size_t  i, out;

    out = (s->d->out < SAMPLE_CLASSES) ? s->d->out : SAMPLE_CLASSES;
    s->y = train_alloc(out * s->n, sizeof(float));

    for (i = 0; i < out; i++) {
        s->out += (size_t) sample_ranks(s, i, s->y + s->out * s->n);
    }
}


static void
sample_classes(train_sample_t *s)
{
    size_t         i, k, out;
    float         *y;
    train_rank_t  *r;
    const size_t   labels = s->d->n_labels;

    r = train_alloc(labels, sizeof(train_rank_t));

    for (k = 0; k < labels; k++) {
        r[k].at = k;
    }

    for (i = 0; i < s->n; i++) {
        r[s->d->classes[s->row[i]]].key++;
    }

    train_rank(r, labels);
    out = (labels == 2) ? 1 : labels;
    out = (out < SAMPLE_CLASSES) ? out : SAMPLE_CLASSES;
    s->y = train_alloc(out * s->n, sizeof(float));

    for (k = 0; k < out; k++) {
        y = s->y + s->out * s->n;

        for (i = 0; i < s->n; i++) {
            y[i] = (s->d->classes[s->row[i]] == r[k].at);
        }

        s->out += (size_t) sample_standard(y, s->n);
    }

    train_free(r);
}


/* Rows from(n) to s->row, by folds: by turns, or all of a group */

static void
sample_folds(train_sample_t *s, const uint32_t *from, uint64_t seed)
{
    int       groups;
    size_t    i, fold, n;
    uint64_t  k;

    groups = (s->d->split == TRAIN_SPLIT_GROUP && s->d->split_by != NULL);
    n = 0;

    for (fold = 0; fold < TRAIN_DECIDE_FOLDS; fold++) {
        s->at[fold] = n;

        for (i = 0; i < s->n; i++) {
            k = groups ? train_rng_mix((uint64_t) s->d->split_by[from[i]]
                                       + seed) : i;

            if (k % TRAIN_DECIDE_FOLDS == fold) {
                s->row[n++] = from[i];
            }
        }
    }

    s->at[fold] = n;
}


void
train_sample_make(train_sample_t *s, const train_data_t *d,
    const uint32_t *row, size_t n, size_t most, uint64_t seed)
{
    uint32_t    *all;
    train_rng_t  rng;

    (void) memset(s, 0, sizeof(train_sample_t));
    s->d = d;
    s->n = (n < most) ? n : most;
    all = train_alloc(n, sizeof(uint32_t));
    (void) memcpy(all, row, n * sizeof(uint32_t));
    train_rng_init(&rng, seed, SAMPLE_STREAM);
    train_rng_shuffle(&rng, all, n);
    s->row = train_alloc(s->n, sizeof(uint32_t));
    sample_folds(s, all, seed);
    train_free(all);

    if (d->classes != NULL) {
        sample_classes(s);

    } else if (d->targets != NULL) {
        sample_numbers(s);
    }
}


void
train_sample_free(train_sample_t *s)
{
    train_free(s->row);
    train_free(s->y);
    (void) memset(s, 0, sizeof(train_sample_t));
}
