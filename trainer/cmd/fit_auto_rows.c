/*
 * The rows of a portfolio in one place: those of the data, or some of them, and
 * behind them those of --valid.
 * Not here: what their numbers are (data/prepare.c).
 */

#include <string.h>

#include "fit.h"


/* Rows that there are twice: a copy of n from `from`, which may be NULL */

static void
see_copy(void *to, size_t at, const void *from, const uint32_t *row, size_t n,
    size_t size)
{
    size_t       i;
    char        *p;
    const char  *s;

    p = (char *) to + at * size;
    s = from;

    for (i = 0; i < n && size > 0; i++) {
        (void) memcpy(p + i * size, s + (row != NULL ? row[i] : i) * size,
                      size);
    }
}


static void
see_numbers(train_data_t *s, size_t at, const train_data_t *d,
    const uint32_t *row, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        train_data_row(d, row != NULL ? row[i] : i,
                       s->numbers + (at + i) * s->in);
    }
}


static void
see_part(train_data_t *s, size_t at, const train_data_t *d,
    const uint32_t *row, size_t n)
{
    size_t  i;

    see_numbers(s, at, d, row, n);

    if (s->classes != NULL) {
        see_copy(s->classes, at, d->classes, row, n, sizeof(uint32_t));
    }

    if (s->targets != NULL) {
        see_copy(s->targets, at, d->targets, row, n,
                 d->out * sizeof(float));
    }

    if (s->split_by != NULL && d->split_by != NULL) {
        see_copy(s->split_by, at, d->split_by, row, n, sizeof(double));
    }

    for (i = 0; i < n && s->weights != NULL; i++) {
        s->weights[at + i] = (d->weights != NULL)
                             ? d->weights[row != NULL ? row[i] : i] : 1;
    }
}


/* Groups from 0, none of them empty.  A fold may leave one of them to learn
 * from: its rows are dealt as if there were none, as they validate there. */

static void
see_groups(train_data_t *s)
{
    size_t     i, n;
    uint32_t  *number;

    number = train_alloc(s->n_groups, sizeof(uint32_t));
    n = 0;

    for (i = 0; i < s->rows; i++) {
        if (number[(size_t) s->split_by[i]] == 0) {
            number[(size_t) s->split_by[i]] = (uint32_t) ++n;
        }

        s->split_by[i] = number[(size_t) s->split_by[i]] - 1;
    }

    s->n_groups = n;
    train_free(number);

    if (n == 1) {
        train_free(s->split_by);
        s->split_by = NULL;
        s->split = TRAIN_SPLIT_RANDOM;
    }
}


void
train_auto_see(train_fit_t *f, train_auto_t *a)
{
    train_data_t        *s;
    const train_data_t  *d;

    d = &f->data;
    s = &a->seen;
    *s = *d;

    if (a->n == d->rows && f->valid.rows == 0) {
        return;                     /* in their own order */
    }

    a->own = 1;
    s->rows = a->n + f->valid.rows;
    s->coded = NULL;
    s->exact = NULL;
    s->table = NULL;
    s->numbers = train_alloc(s->rows * d->in, sizeof(float));
    s->classes = (d->classes == NULL) ? NULL
                 : train_alloc(s->rows, sizeof(uint32_t));
    s->targets = (d->targets == NULL) ? NULL
                 : train_alloc(s->rows * d->out, sizeof(float));
    s->weights = (d->weights == NULL && f->valid.weights == NULL) ? NULL
                 : train_alloc(s->rows, sizeof(float));
    s->split_by = (d->split_by == NULL || f->valid.rows > 0) ? NULL
                  : train_alloc(s->rows, sizeof(double));

    see_part(s, 0, d, a->row, a->n);

    if (f->valid.rows > 0) {
        see_part(s, a->n, &f->valid, NULL, f->valid.rows);
    }

    if (s->split_by != NULL && s->split == TRAIN_SPLIT_GROUP) {
        see_groups(s);
    }
}


void
train_auto_unweigh(train_fit_t *f, train_auto_t *a)
{
    train_data_t  *s;

    s = &a->seen;

    if (!a->own) {
        s->weights = f->data.weights;
        return;
    }

    if (f->data.weights == NULL && f->valid.weights == NULL) {
        train_free(s->weights);
        s->weights = NULL;
        return;
    }

    see_copy(s->weights, 0, f->data.weights, a->row,
             f->data.weights != NULL ? a->n : 0, sizeof(float));
    see_copy(s->weights, a->n, f->valid.weights, NULL,
             f->valid.weights != NULL ? f->valid.rows : 0, sizeof(float));
}


void
train_auto_unsee(train_auto_t *a)
{
    if (a->own) {
        train_free(a->seen.numbers);
        train_free(a->seen.classes);
        train_free(a->seen.targets);
        train_free(a->seen.weights);
        train_free(a->seen.split_by);
    }
}
