/*
 * Optimisers, with Keras's formulas and defaults.
 * Gradients come from backward.c, rates from loop.c.
 */

#include <math.h>
#include <string.h>

#include "kernel.h"


const char *const  train_optim_names[TRAIN_N_OPTS] = {
    "sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"
};


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
    double  t;

    t = (double) o->step;

    a->alpha = (float) (lr * sqrt(1 - pow(o->beta2, t))
                        / (1 - pow(o->beta1, t)));
    a->beta1 = (float) o->beta1;
    a->beta2 = (float) o->beta2;
    a->eps = (float) o->eps;
    a->l2 = (float) (2 * o->l2);
    a->decay = (float) (lr * o->weight_decay);
}


static void
optim_momentum(train_optim_t *o, float *w, const float *g, size_t at,
    size_t n, double lr, float l2)
{
    int     nesterov;
    float   rate, mu, gi, *m;
    size_t  i;

    nesterov = (o->kind == TRAIN_OPT_NESTEROV);
    rate = (float) lr;
    mu = (float) o->momentum;
    m = o->m + at;

    for (i = 0; i < n; i++) {
        gi = rate * (g[i] + l2 * w[i]);
        m[i] = mu * m[i] - gi;
        w[i] += nesterov ? mu * m[i] - gi : m[i];
    }
}


static void
optim_rmsprop(train_optim_t *o, float *w, const float *g, size_t at, size_t n,
    double lr, float l2)
{
    float   rate, rho, eps, gi, *v;
    size_t  i;

    rate = (float) lr;
    rho = (float) o->rho;
    eps = (float) o->eps;
    v = o->v + at;

    for (i = 0; i < n; i++) {
        gi = g[i] + l2 * w[i];
        v[i] = rho * v[i] + (1 - rho) * gi * gi;
        w[i] -= rate * gi / sqrtf(v[i] + eps);
    }
}


/* n parameters from `at` on; biases know neither l2 nor decay */

static void
optim_range(train_optim_t *o, float *params, const float *grad, size_t at,
    size_t n, double lr, int weights)
{
    float         l2, decay, *w;
    size_t        i;
    const float  *g;
    train_adam_t  adam;

    w = params + at;
    g = grad + at;
    l2 = weights ? (float) (2 * o->l2) : 0;
    decay = weights ? (float) (lr * o->weight_decay) : 0;

    if (o->kind >= TRAIN_OPT_ADAM) {
        train_optim_adam(o, lr, &adam);
        adam.l2 = l2;
        adam.decay = decay;
        train_kernel()->adam(&adam, g, w, o->m + at, o->v + at, n);
        return;
    }

    for (i = 0; i < n && decay != 0; i++) {
        w[i] -= decay * w[i];
    }

    switch (o->kind) {

    case TRAIN_OPT_SGD:
        for (i = 0; i < n; i++) {
            w[i] -= (float) lr * (g[i] + l2 * w[i]);
        }
        return;

    case TRAIN_OPT_RMSPROP:
        optim_rmsprop(o, w, g, at, n, lr, l2);
        return;

    default:
        optim_momentum(o, w, g, at, n, lr, l2);
    }
}


/* Keras's global norm; padding is zero and adds nothing */

static void
optim_clip(const train_optim_t *o, float *g, size_t n)
{
    float   f;
    double  sum;
    size_t  i;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum += (double) g[i] * g[i];
    }

    sum = sqrt(sum);

    if (sum <= o->clip_norm) {
        return;
    }

    f = (float) (o->clip_norm / sum);

    for (i = 0; i < n; i++) {
        g[i] *= f;
    }
}


void
train_optim_step(train_optim_t *o, const train_net_t *net, float *params,
    float *grad, double lr)
{
    size_t                i;
    const train_layer_t  *l;

    if (o->clip_norm > 0) {
        optim_clip(o, grad, net->n);
    }

    o->step++;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        optim_range(o, params, grad, l->w_at, l->in * l->ld, lr, 1);
        optim_range(o, params, grad, l->b_at, l->ld, lr, 0);
    }
}
