/*
 * What a trained network says: probabilities of the data's own frequencies, and
 * from which one on a class is said.  Both come to stand in the model file; how
 * they are found is trainer/judge's matter.
 */

#include <math.h>

#include "fit.h"
#include "export/model.h"


#define CALIBRATE_ROWS  50000       /* tell how frequent a class is */


/* The rows that calibrate, and their answers, to be freed */

static float *
calibrate_answers(const train_fit_t *f, const maas_model_t *m,
    const train_data_t **d, const uint32_t **row, size_t *n)
{
    if (f->autos != NULL) {
        *d = &f->autos->seen;
        *row = f->autos->judge;
        *n = f->autos->judges;

        return train_auto_said(f, f->temperature, f->shift);
    }

    *d = (f->valid.rows > 0) ? &f->valid : &f->data;
    *row = (f->n_valid > 0) ? f->valid_row : f->row;
    *n = (f->n_valid > 0) ? f->n_valid : f->n_train;

    return train_model_run(m, *d, *row, *n);
}


/* Classes that counted more than they are have probabilities that are too high
 * by as much; of a loss that is no proper scoring rule nobody knows by how
 * much. */

static double *
calibrate_shift(const train_fit_t *f)
{
    double  *shift;

    if (f->data.class_weights == NULL && f->o.smoothing <= 0
        && f->o.mixup <= 0 && f->plan.loss != TRAIN_LOSS_MAE)
    {
        return NULL;
    }

    shift = train_alloc(f->data.out, sizeof(double));

    if (f->data.class_weights != NULL && f->plan.loss != TRAIN_LOSS_MAE) {
        train_prior_shift(f->data.class_weights, f->data.n_labels,
                          f->data.out, shift);
    }

    return shift;
}


int
train_fit_calibrate(train_fit_t *f, const maas_model_t *m)
{
    float               *y;
    double              *shift;
    size_t               n;
    const uint32_t      *row;
    const train_data_t  *d;

    f->temperature = 1;

    if (f->o.calibration != 0 || f->data.classes == NULL) {
        return 0;
    }

    shift = calibrate_shift(f);

    if (f->n_valid > 0) {
        y = calibrate_answers(f, m, &d, &row, &n);
        f->temperature = train_temperature(d, row, n, y, shift);
        train_free(y);
    }

    f->shift = shift;

    if (f->autos != NULL) {
        return f->temperature != 1 || f->shift != NULL;
    }

    if (f->temperature != 1) {
        train_net_fold(&f->net, 1 / f->temperature, 0);
    }

    if (f->shift != NULL) {
        train_net_shift(&f->net, f->shift);
    }

    return f->temperature != 1 || f->shift != NULL;
}


int
train_fit_frequencies(train_fit_t *f, const maas_model_t *m)
{
    float               *y;
    size_t               i, n;
    double              *shift;
    const uint32_t      *row;
    const train_data_t  *d;

    if (f->shift == NULL || f->plan.dp) {   /* the rows have no noise */
        return 0;
    }

    shift = train_alloc(f->data.out, sizeof(double));

    if (f->autos != NULL) {
        y = calibrate_answers(f, m, &d, &row, &n);
        train_mean_shift(d, row, n, y, shift);

    } else {
        n = (f->n_train < CALIBRATE_ROWS) ? f->n_train : CALIBRATE_ROWS;
        y = train_model_run(m, &f->data, f->row, n);
        train_mean_shift(&f->data, f->row, n, y, shift);
        train_net_shift(&f->net, shift);
    }

    for (i = 0; i < f->data.out; i++) {
        f->shift[i] += shift[i];
    }

    train_free(shift);
    train_free(y);

    return 1;
}


/* What --class-weight has asked for: the class is said that would be the
 * likeliest if nothing had been added */

static int
decide_weights(train_fit_t *f)
{
    size_t  i;
    double  most;

    if (f->shift == NULL || f->data.class_weights == NULL) {
        return 0;
    }

    if (f->data.out == 1) {
        f->threshold = (float) (1 / (1 + exp(-f->shift[0])));
        return 1;
    }

    most = f->shift[0];

    for (i = 1; i < f->data.out; i++) {
        most = fmax(f->shift[i], most);
    }

    f->decision = train_alloc(f->data.out, sizeof(float));

    for (i = 0; i < f->data.out; i++) {     /* 1 and above */
        f->decision[i] = (float) exp(most - f->shift[i]);
    }

    return 1;
}


int
train_fit_decide(train_fit_t *f, const maas_model_t *m)
{
    float               *y;
    double               alarm, miss;
    size_t               n;
    const uint32_t      *row;
    const train_data_t  *d;

    if (f->o.cost == NULL && isnan(f->o.false_alarms)) {
        return decide_weights(f);
    }

    alarm = 0;
    miss = 0;

    if (f->o.cost != NULL) {
        (void) train_threshold_cost(f->o.cost, &alarm, &miss);
    }

    y = calibrate_answers(f, m, &d, &row, &n);
    f->threshold = train_threshold(d, row, n, y, alarm, miss,
                                   f->o.false_alarms);
    train_free(y);

    return 1;
}
