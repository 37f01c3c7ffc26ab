/*
 * Gradients by gamma and beta.
 */

#include "norm.h"


TRAIN_VECTORS
void
train_norm_gradient(const train_pass_t *s)
{
    float        *gamma, *beta;
    size_t        r, j;
    const float  *g, *x;

    gamma = s->p->small + TRAIN_NORM_GAMMA * s->l->ld;
    beta = s->p->small + TRAIN_NORM_BETA * s->l->ld;

    for (j = s->from; j < s->to; j++) {
        gamma[j] = 0;
        beta[j] = 0;
    }

    for (r = 0; r < s->b->rows; r++) {
        g = s->p->g + r * s->l->ld;
        x = s->p->keep + r * s->l->ld;

        for (j = s->from; j < s->to; j++) {
            beta[j] += g[j];
            gamma[j] += g[j] * x[j];
        }
    }
}
