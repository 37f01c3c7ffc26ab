/*
 * Linear functions of rows of mostly zeros, by folds: partial least squares by
 * conjugate gradients, whose cost and number of components are those that err
 * least out of fold.
 * Not here: what the rows are (decide_text.c).
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define LINEAR_STEPS  12            /* components, at most */


/* What weights of rows of length 1 cost: for words that say something, and for
 * many that hardly do */
static const double  linear_ridges[] = { 3, 30 };


void
train_sparse_begin(train_sparse_t *r, size_t n)
{
    (void) memset(r, 0, sizeof(train_sparse_t));
    r->at = train_alloc(n + 1, sizeof(size_t));
}


void
train_sparse_add(train_sparse_t *r, size_t index, float value)
{
    size_t  k;

    k = r->at[r->n + 1];
    train_room(&r->index, &r->room_index, k + 1, sizeof(uint32_t));
    train_room(&r->value, &r->room_value, k + 1, sizeof(float));
    r->index[k] = (uint32_t) index;
    r->value[k] = value;
    r->at[r->n + 1] = k + 1;
}


void
train_sparse_next(train_sparse_t *r, size_t n)
{
    r->n++;

    if (r->n < n) {
        r->at[r->n + 1] = r->at[r->n];
    }
}


void
train_sparse_free(train_sparse_t *r)
{
    train_free(r->at);
    train_free(r->index);
    train_free(r->value);
}


static double
linear_dot(const train_sparse_t *r, size_t row, const double *w)
{
    size_t  i;
    double  sum;

    sum = 0;

    for (i = r->at[row]; i < r->at[row + 1]; i++) {
        sum += (double) r->value[i] * w[r->index[i]];
    }

    return sum;
}


/* g(width) = sum of the rows times e(n), but for those of the fold, less what
 * weights w(width) cost */

static void
linear_gradient(const train_sparse_t *r, const train_sample_t *s, size_t fold,
    double ridge, const double *e, const double *w, double *g)
{
    size_t  i, j;

    for (i = 0; i < r->width; i++) {
        g[i] = -ridge * w[i];
    }

    for (i = 0; i < r->n; i++) {
        if (i >= s->at[fold] && i < s->at[fold + 1]) {
            continue;
        }

        for (j = r->at[i]; j < r->at[i + 1]; j++) {
            g[r->index[j]] += (double) r->value[j] * e[i];
        }
    }
}


/* What one fold's learning leaves: conjugate gradients of least squares, after
 * each step e(n) is what is left, of rows that were learnt from and of others.
 * left(LINEAR_STEPS + 1,n): that of the fold. */

static void
linear_fold(const train_sparse_t *r, const train_sample_t *s, size_t fold,
    double ridge, const float *y, float *left)
{
    size_t   i, step;
    double  *w, *p, *g, *e, *q, mean, rho, old, alpha, curve;
    size_t   learnt;

    w = train_alloc(3 * r->width + 2 * r->n, sizeof(double));
    p = w + r->width;
    g = p + r->width;
    e = g + r->width;
    q = e + r->n;
    mean = 0;
    learnt = r->n - (s->at[fold + 1] - s->at[fold]);

    for (i = 0; i < r->n; i++) {
        mean += (i >= s->at[fold] && i < s->at[fold + 1]) ? 0 : (double) y[i];
    }

    mean = (learnt > 0) ? mean / (double) learnt : 0;

    for (i = 0; i < r->n; i++) {
        e[i] = (double) y[i] - mean;
    }

    linear_gradient(r, s, fold, ridge, e, w, g);
    old = 0;

    for (step = 0; step <= LINEAR_STEPS; step++) {
        for (i = s->at[fold]; i < s->at[fold + 1]; i++) {
            left[step * r->n + i] = (float) e[i];
        }

        for (i = 0, rho = 0; i < r->width; i++) {
            rho += g[i] * g[i];
        }

        for (i = 0; i < r->width; i++) {
            p[i] = g[i] + (old > 0 ? rho / old * p[i] : 0);
        }

        for (i = 0, curve = 0; i < r->width; i++) {
            curve += ridge * p[i] * p[i];
        }

        for (i = 0; i < r->n; i++) {
            q[i] = linear_dot(r, i, p);
            curve += (i >= s->at[fold] && i < s->at[fold + 1]) ? 0
                     : q[i] * q[i];
        }

        alpha = (curve > 0) ? rho / curve : 0;

        for (i = 0; i < r->width; i++) {
            w[i] += alpha * p[i];
        }

        for (i = 0; i < r->n; i++) {
            e[i] -= alpha * q[i];
        }

        linear_gradient(r, s, fold, ridge, e, w, g);
        old = rho;
    }

    train_free(w);
}


void
train_linear_left(const train_sparse_t *r, const train_sample_t *s,
    const float *y, float *left)
{
    float   *all, *of;
    size_t   i, k, fold, step;
    double   sum, least;

    all = train_alloc((LINEAR_STEPS + 1) * r->n, sizeof(float));
    least = INFINITY;

    for (k = 0; k < train_nelts(linear_ridges); k++) {
        for (fold = 0; fold < TRAIN_DECIDE_FOLDS; fold++) {
            linear_fold(r, s, fold, linear_ridges[k], y, all);
        }

        for (step = 0; step <= LINEAR_STEPS; step++) {
            of = all + step * r->n;

            for (i = 0, sum = 0; i < r->n; i++) {
                sum += (double) of[i] * (double) of[i];
            }

            if (sum < least) {
                least = sum;
                (void) memcpy(left, of, r->n * sizeof(float));
            }
        }
    }

    train_free(all);
}
