/*
 * How much a row counts: by its own weight and by its class's.
 * What the loss does with it is in loss.c.
 */

#define _GNU_SOURCE                     /* memrchr, strchrnul */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "util.h"


/* Rows of each class among row(n), each counted with its weight */

static double *
weight_shares(const train_data_t *d, const uint32_t *row, size_t n)
{
    size_t   i;
    double  *share;

    share = train_alloc(d->n_labels, sizeof(double));

    for (i = 0; i < n; i++) {
        share[d->classes[row[i]]] += (d->weights != NULL)
                                     ? (double) d->weights[row[i]] : 1;
    }

    return share;
}


static size_t
weight_label(const train_data_t *d, const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < d->n_labels; i++) {
        if (strlen(d->labels[i]) == len && memcmp(d->labels[i], s, len) == 0) {
            return i;
        }
    }

    train_usage("fit", "--class-weight: no class \"%.*s\": the classes are "
                "\"%s\" to \"%s\"", (int) (len < 80 ? len : 80), s,
                d->labels[0], d->labels[d->n_labels - 1]);
}


/* "a:2,b:1", others 1; a label may have ":" in it */

static void
weight_list(const train_data_t *d, const char *spec, double *weight)
{
    char         number[32];
    size_t       n;
    double      *x;
    const char  *end, *colon;

    for ( /* void */ ; *spec != '\0'; spec = end + (*end == ',')) {
        end = strchrnul(spec, ',');
        colon = memrchr(spec, ':', (size_t) (end - spec));
        n = (colon != NULL) ? (size_t) (end - colon) - 1 : 0;
        (void) snprintf(number, sizeof(number), "%.*s",
                        (int) (n < 31 ? n : 31), colon ? colon + 1 : "");

        x = (colon == NULL || n > 30) ? NULL
            : &weight[weight_label(d, spec, (size_t) (colon - spec))];

        if (x == NULL || !train_number(number, x) || *x < 0) {
            train_usage("fit", "--class-weight: \"%.*s\": expected CLASS:X "
                        "with X of 0 or more", (int) (end - spec), spec);
        }
    }
}


static void
weight_classes(train_data_t *d, const char *spec, const uint32_t *row,
    size_t n)
{
    int      balanced;
    size_t   i;
    double  *class, *share;

    balanced = (strcmp(spec, "balanced") == 0);
    class = train_alloc(d->n_labels, sizeof(double));
    share = weight_shares(d, row, n);

    for (i = 0; i < d->n_labels; i++) {
        class[i] = !balanced ? 1 : (share[i] > 0) ? 1 / share[i] : 0;
    }

    if (!balanced) {
        weight_list(d, spec, class);
    }

    if (d->weights == NULL) {
        d->weights = train_alloc(d->rows, sizeof(float));

        for (i = 0; i < d->rows; i++) {
            d->weights[i] = 1;
        }
    }

    for (i = 0; i < d->rows; i++) {
        d->weights[i] *= (float) class[d->classes[i]];
    }

    train_free(d->class_weights);
    d->class_weights = class;
    train_free(share);
}


void
train_weights(train_data_t *d, const char *spec, const uint32_t *row,
    size_t n)
{
    size_t  i;
    double  sum;

    if (spec != NULL && d->classes == NULL) {
        train_usage("fit", "--class-weight is for classes");
    }

    if (spec != NULL) {
        weight_classes(d, spec, row, n);
    }

    if (d->weights == NULL) {
        return;
    }

    /* 1 on average, so that the learning rate means what it did */

    sum = 0;

    for (i = 0; i < n; i++) {
        sum += (double) d->weights[row[i]];
    }

    if (!(sum > 0)) {
        train_die("%s: none of the rows has a weight above 0", d->path);
    }

    for (i = 0; i < d->rows; i++) {
        d->weights[i] = (float) ((double) d->weights[i] * (double) n / sum);
    }
}
