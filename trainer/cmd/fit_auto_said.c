/*
 * What a portfolio says: of rows that judged it, and in the file.
 * Not here: the portfolio itself (fit_auto.c).
 */

#include <math.h>
#include <string.h>

#include "fit.h"


static void
said_softmax(float *y, size_t n)
{
    float   most;
    double  sum;
    size_t  k;

    most = y[0];
    sum = 0;

    for (k = 1; k < n; k++) {
        most = (y[k] > most) ? y[k] : most;
    }

    for (k = 0; k < n; k++) {
        sum += exp((double) y[k] - most);
    }

    for (k = 0; k < n; k++) {
        y[k] = (float) (exp((double) y[k] - most) / sum);
    }
}


float *
train_auto_said(const train_fit_t *f, double temperature,
    const double *shift)
{
    float               *y, *z;
    size_t               i, k, out;
    const train_auto_t  *a;

    a = f->autos;
    out = f->data.out;
    y = train_alloc(a->judges * out, sizeof(float));

    if (f->data.classes == NULL) {
        train_transform_back(&a->p.transform, a->scores, a->judges, y);
        return y;
    }

    for (i = 0; i < a->judges; i++) {
        z = y + i * out;

        for (k = 0; k < out; k++) {
            z[k] = a->scores[i * out + k];
            z[k] = (float) (z[k] / temperature
                            + (shift != NULL ? shift[k] : 0));
        }

        if (f->data.task == MAAS_TASK_BINARY) {
            z[0] = (float) (1 / (1 + exp(-(double) z[0])));

        } else {
            said_softmax(z, out);
        }
    }

    return y;
}


void
train_auto_layers(const train_fit_t *f, train_learnt_t *to)
{
    double  *shift;
    size_t   k;

    shift = train_alloc(f->data.out, sizeof(double));

    for (k = 0; k < f->data.out; k++) {
        shift[k] = (f->shift != NULL) ? f->shift[k] : 0;
    }

    train_portfolio_join(&f->autos->p, 1 / f->temperature, shift, to);
    train_free(shift);

    to->nodes[to->n_nodes - 1].act =
        (f->data.task == MAAS_TASK_BINARY) ? MAAS_ACT_SIGMOID
        : (f->data.classes != NULL) ? MAAS_ACT_SOFTMAX : MAAS_ACT_LINEAR;
}


char *
train_auto_record(const train_fit_t *f)
{
    char           *text;
    size_t          size;
    maas_writer_t   w;

    train_json_memory(&w, &text, &size);
    train_portfolio_json(&w, &f->autos->p);
    train_json_done(&w);

    return text;
}
