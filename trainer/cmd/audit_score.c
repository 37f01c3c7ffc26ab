/*
 * How well a model knows a row, as an attacker looks at it.
 * Not here: what that is compared with (cmd_audit.c).
 */

#include <math.h>

#include "audit.h"


#define SCORE_LEAST  1e-12


/* Odds of the truth against all else, which are added up themselves: 1 - p
 * would be 0 too soon */

static double
score_odds(const float *y, size_t out, uint32_t class)
{
    double  p, q;
    size_t  j;

    if (out == 1) {
        p = (class == 1) ? (double) y[0] : 1 - (double) y[0];
        q = 1 - p;

    } else {
        p = y[class];
        q = 0;

        for (j = 0; j < out; j++) {
            q += (j != class) ? (double) y[j] : 0;
        }
    }

    return log(fmax(p, SCORE_LEAST) / fmax(q, SCORE_LEAST));
}


void
train_audit_scores(const train_data_t *d, const float *y, float *score)
{
    double  e, sum;
    size_t  i, j;

    for (i = 0; i < d->rows; i++, y += d->out) {
        if (d->classes != NULL) {
            score[i] = (float) score_odds(y, d->out, d->classes[i]);
            continue;
        }

        sum = 0;

        for (j = 0; j < d->out; j++) {
            e = (double) y[j] - (double) d->targets[i * d->out + j];
            sum += e * e;
        }

        score[i] = (float) -sum;
    }
}
