/*
 * Optimisers, with Keras's formulas and defaults.
 * Gradients come from step.c, rates from loop.c.
 */

#include <math.h>
#include <string.h>

#include "kernel.h"


#define OPTIM_PART  512         /* numbers of a clipped gradient at a time */


const char *const  train_optim_names[] = {
    [TRAIN_OPT_SGD] = "sgd", [TRAIN_OPT_MOMENTUM] = "momentum",
    [TRAIN_OPT_NESTEROV] = "nesterov", [TRAIN_OPT_RMSPROP] = "rmsprop",
    [TRAIN_OPT_ADAM] = "adam", [TRAIN_OPT_ADAMW] = "adamw"
};

_Static_assert(train_nelts(train_optim_names) == TRAIN_N_OPTS,
               "an optimiser without a name");


double
train_optim_default_lr(train_optim_kind_t kind)
{
    return (kind <= TRAIN_OPT_NESTEROV) ? 0.01 : 0.001;
}


void
train_optim_create(train_optim_t *o, train_optim_kind_t kind, size_t n)
{
    (void) memset(o, 0, sizeof(train_optim_t));

    o->kind = kind;
    o->lr = train_optim_default_lr(kind);
    o->momentum = 0.9;
    o->rho = 0.9;
    o->beta1 = 0.9;
    o->beta2 = 0.999;
    o->eps = 1e-7;
    o->weight_decay = (kind == TRAIN_OPT_ADAMW) ? 0.004 : 0;
    o->n = n;

    if (kind != TRAIN_OPT_SGD && kind != TRAIN_OPT_RMSPROP) {
        o->m = train_alloc(n, sizeof(float));
    }

    if (kind >= TRAIN_OPT_RMSPROP) {
        o->v = train_alloc(n, sizeof(float));
    }
}


void
train_optim_free(train_optim_t *o)
{
    train_free(o->m);
    train_free(o->v);
    o->m = NULL;
    o->v = NULL;
}


void
train_optim_adam(const train_optim_t *o, double lr, train_adam_t *a)
{
    double  t, unit;

    t = (double) o->step;
    unit = sqrt(1 - o->beta2);

    a->alpha = (float) (lr * sqrt(1 - pow(o->beta2, t))
                        / (1 - pow(o->beta1, t)) * (1 - o->beta1) / unit);
    a->beta1 = (float) o->beta1;
    a->beta2 = (float) o->beta2;
    a->eps = (float) (o->eps / unit);
    a->l2 = (float) (2 * o->l2);
    a->decay = (float) (lr * o->weight_decay);
}


/* A rule in single precision, for n numbers at a time */

typedef struct {
    train_optim_kind_t  kind;
    float               rate, factor, l2, decay, mu, rho, eps;
    train_adam_t        adam;
} optim_rule_t;


static void
optim_plain(const optim_rule_t *r, float *w, float *m, float *v,
    const float *g, size_t n)
{
    float   gi;
    size_t  i;

    for (i = 0; i < n; i++) {
        w[i] -= r->decay * w[i];
        gi = r->factor * g[i] + r->l2 * w[i];

        if (r->kind == TRAIN_OPT_RMSPROP) {
            v[i] = r->rho * v[i] + (1 - r->rho) * gi * gi;
            w[i] -= r->rate * gi / sqrtf(v[i] + r->eps);

        } else if (r->kind == TRAIN_OPT_SGD) {
            w[i] -= r->rate * gi;

        } else {
            m[i] = r->mu * m[i] - r->rate * gi;
            w[i] += (r->kind == TRAIN_OPT_MOMENTUM)
                    ? m[i] : r->mu * m[i] - r->rate * gi;
        }
    }
}


/* The kernel takes the gradient as it is: a clipped one is made first */

static void
optim_adam(const optim_rule_t *r, float *w, float *m, float *v,
    const float *g, size_t n)
{
    float   clipped[OPTIM_PART];
    size_t  i, j, part;

    if (r->factor == 1) {
        train_kernel()->adam(&r->adam, g, w, m, v, n);
        return;
    }

    for (i = 0; i < n; i += part) {
        part = (n - i < OPTIM_PART) ? n - i : OPTIM_PART;

        for (j = 0; j < part; j++) {
            clipped[j] = r->factor * g[i + j];
        }

        train_kernel()->adam(&r->adam, clipped, w + i, m + i, v + i, part);
    }
}


void
train_optim_apply(const train_optim_t *o, const train_adam_t *adam,
    double lr, double factor, int weights, float *w, float *m, float *v,
    size_t ld, const float *g, size_t ldg, size_t rows, size_t n)
{
    size_t        i, at;
    optim_rule_t  r;

    r.kind = o->kind;
    r.rate = (float) lr;
    r.factor = (float) factor;
    r.l2 = weights ? (float) (2 * o->l2) : 0;
    r.decay = weights ? (float) (lr * o->weight_decay) : 0;
    r.mu = (float) o->momentum;
    r.rho = (float) o->rho;
    r.eps = (float) o->eps;
    r.adam = *adam;
    r.adam.l2 = r.l2;
    r.adam.decay = r.decay;

    if (n == ld && n == ldg) {
        n *= rows;
        rows = 1;
    }

    for (i = 0; i < rows; i++, g += ldg) {
        at = i * ld;
        (o->kind >= TRAIN_OPT_ADAM ? optim_adam : optim_plain)
            (&r, w + at, m ? m + at : NULL, v ? v + at : NULL, g, n);
    }
}
