/*
 * Which rows train and which validate, the same share of each class.
 */

#include <math.h>
#include <string.h>

#include "data.h"
#include "rng.h"
#include "util.h"


#define SPLIT_STREAM  1


size_t
train_split(const train_data_t *d, double share, uint64_t seed, uint32_t *row)
{
    size_t        i, c, n_classes, n_train, n_valid, quota;
    size_t       *left;
    uint32_t     *shuffled;
    train_rng_t   rng;

    shuffled = train_alloc(d->rows, sizeof(uint32_t));
    n_classes = (d->classes != NULL) ? d->n_labels : 1;
    left = train_alloc(n_classes, sizeof(size_t));

    for (i = 0; i < d->rows; i++) {
        shuffled[i] = (uint32_t) i;
        left[(d->classes != NULL) ? d->classes[i] : 0]++;
    }

    train_rng_init(&rng, seed, SPLIT_STREAM);
    train_rng_shuffle(&rng, shuffled, d->rows);

    /* each class gives its share, but never its last row */

    for (c = 0; c < n_classes; c++) {
        quota = (size_t) floor((double) left[c] * share + 0.5);
        left[c] = (quota < left[c]) ? quota : (left[c] ? left[c] - 1 : 0);
    }

    n_train = 0;
    n_valid = 0;

    for (i = 0; i < d->rows; i++) {
        c = (d->classes != NULL) ? d->classes[shuffled[i]] : 0;

        if (left[c] > 0) {
            left[c]--;
            row[d->rows - ++n_valid] = shuffled[i];

        } else {
            row[n_train++] = shuffled[i];
        }
    }

    train_free(left);
    train_free(shuffled);

    return n_train;
}
