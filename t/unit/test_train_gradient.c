/*
 * Gradients of every activation and loss against central differences.
 *
 * The analytic gradient is the trainer's own, in single precision.  The other
 * side is a plain double-precision network written here, differentiated with
 * (L(w + h) - L(w - h)) / 2h, h = 1e-6: so small that no kink of relu, mae or
 * huber lies between, and in double still exact to about 1e-9.
 * Error of a parameter = |analytic - numeric| / max(|analytic|, |numeric|,
 * 0.01 of the largest in its layer), and must be below 1e-3.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/op.h"


#define H     1e-6
#define ROWS  5
#define WIDTH 320               /* of the widest layer */
#define DEPTH 24                /* layers and one */


typedef struct {
    train_data_t    data;
    train_scale_t   scale;
    train_source_t  source;
    train_batch_t   batch;
    train_net_t     net;
    train_work_t    work;
    train_rng_t     rng;
    float           shift, factor;
    train_loss_t    loss;
    maas_task_t     task;
    double         *w;              /* the parameters in double */
} check_t;


static double  oracle_x[DEPTH][ROWS * WIDTH];


static double
oracle_act(maas_act_t act, double alpha, double z)
{
    switch (act) {
    case MAAS_ACT_RELU:
        return z > 0 ? z : 0;
    case MAAS_ACT_LEAKY_RELU:
        return z > 0 ? z : alpha * z;
    case MAAS_ACT_ELU:
        return z > 0 ? z : alpha * (exp(z) - 1);
    case MAAS_ACT_GELU:
        return z * 0.5 * (1 + erf(z / sqrt(2)));
    case MAAS_ACT_SILU:
        return z / (1 + exp(-z));
    case MAAS_ACT_SIGMOID:
        return 1 / (1 + exp(-z));
    case MAAS_ACT_TANH:
        return tanh(z);
    default:
        return z;
    }
}


static void
oracle_activate(maas_act_t act, double alpha, size_t n, double *z)
{
    double  sum;
    size_t  j;

    if (act != MAAS_ACT_SOFTMAX) {
        for (j = 0; j < n; j++) {
            z[j] = oracle_act(act, alpha, z[j]);
        }

        return;
    }

    sum = 0;

    for (j = 0; j < n; j++) {
        sum += exp(z[j]);
    }

    for (j = 0; j < n; j++) {
        z[j] = exp(z[j]) / sum;
    }
}


/* y^(1/T) as shares is softmax(z / T) */

static double
oracle_taught(const check_t *c, size_t row, const double *y, double truth)
{
    double         sum, all, t, q, power, p[8];
    size_t         j, n;
    const float   *teacher;

    n = c->net.out;
    t = (double) c->batch.temperature;
    teacher = c->batch.teacher + row * n;
    power = 1 / t;
    all = (n == 1) ? pow(1 - y[0], power) : 0;

    for (j = 0; j < n; j++) {
        p[j] = pow(y[j], power);
        all += p[j];
    }

    sum = 0;

    for (j = 0; j < n; j++) {
        q = (double) teacher[j];
        sum -= q * log(p[j] / all);
        sum -= (n == 1) ? (1 - q) * log(1 - p[j] / all) : 0;
    }

    return (double) c->batch.alpha * t * t * sum
           + (1 - (double) c->batch.alpha) * truth;
}


static double
oracle_row_loss(const check_t *c, size_t row, const double *y)
{
    double         t, e, sum;
    size_t         j, n;

    n = c->net.out;
    sum = 0;

    for (j = 0; j < n; j++) {
        if (c->data.classes == NULL || c->batch.soft) {
            t = (double) c->batch.targets[row * n + j];
        } else {
            t = (n == 1) ? c->data.classes[row] : c->data.classes[row] == j;
        }

        e = y[j] - t;

        switch (c->loss) {
        case TRAIN_LOSS_MSE:
            sum += e * e / (double) n;
            break;
        case TRAIN_LOSS_MAE:
            sum += fabs(e) / (double) n;
            break;
        case TRAIN_LOSS_HUBER:
            sum += (fabs(e) <= 1 ? 0.5 * e * e : fabs(e) - 0.5) / (double) n;
            break;
        case TRAIN_LOSS_QUANTILE:
            sum += fabs(e) * (e > 0 ? 0.7 : 0.3) / (double) n;
            break;
        case TRAIN_LOSS_POISSON:
            sum += (exp(y[j]) - t * y[j] - t + (t > 0 ? t * log(t) : 0))
                   / (double) n;
            break;
        case TRAIN_LOSS_BINARY:
            sum -= t * log(y[j]) + (1 - t) * log(1 - y[j]);
            break;
        default:
            sum -= t * log(y[j]);
        }
    }

    return (c->batch.teacher != NULL) ? oracle_taught(c, row, y, sum) : sum;
}


/* z(n) of one row, or one column of all rows (`step` apart), normalised */

static void
oracle_norm(double *z, size_t n, size_t step, double eps, double *out)
{
    size_t  i;
    double  mean, var;

    mean = 0;
    var = 0;

    for (i = 0; i < n; i++) {
        mean += z[i * step] / (double) n;
    }

    for (i = 0; i < n; i++) {
        var += (z[i * step] - mean) * (z[i * step] - mean) / (double) n;
    }

    for (i = 0; i < n; i++) {
        out[i * step] = (z[i * step] - mean) / sqrt(var + eps);
    }
}


static void
oracle_norms(const check_t *c, const train_layer_t *l, double *z)
{
    size_t         r, j;
    const double  *gamma, *beta;

    gamma = train_vector(l, c->w + l->at, TRAIN_NORM_GAMMA);
    beta = train_vector(l, c->w + l->at, TRAIN_NORM_BETA);

    for (r = 0; l->op == &train_op_layer_norm && r < ROWS; r++) {
        oracle_norm(z + r * WIDTH, l->units, 1, 1e-5, z + r * WIDTH);
    }

    for (j = 0; l->op == &train_op_batch_norm && j < l->units; j++) {
        oracle_norm(z + j, ROWS, WIDTH, 1e-3, z + j);
    }

    for (r = 0; r < ROWS; r++) {
        for (j = 0; j < l->units; j++) {
            z[r * WIDTH + j] = z[r * WIDTH + j] * gamma[j] + beta[j];
        }
    }
}


static void
oracle_product(const check_t *c, const train_layer_t *l, const double *x,
    double *z)
{
    size_t         r, j, k;
    const double  *w;

    w = c->w + l->at;

    for (r = 0; r < ROWS; r++) {
        for (j = 0; j < l->units; j++) {
            z[r * WIDTH + j] = train_vector(l, w, 0)[j];

            for (k = 0; k < l->in; k++) {
                z[r * WIDTH + j] += x[r * WIDTH + k] * w[k * l->ld + j];
            }
        }
    }
}


/* The whole batch through layer i, from x to z (ROWS,WIDTH) */

static void
oracle_layer(const check_t *c, size_t i, const double *x, double *z)
{
    size_t                r, j;
    const train_layer_t  *l;

    l = &c->net.layers[i];

    if (l->op == &train_op_dense) {
        oracle_product(c, l, x, z);
        return;
    }

    memcpy(z, x, ROWS * WIDTH * sizeof(double));

    if (l->vectors > 0) {
        oracle_norms(c, l, z);
    }

    for (r = 0; r < ROWS; r++, z += WIDTH) {
        if (l->op == &train_op_act) {
            oracle_activate(l->act.kind, (double) l->act.alpha, l->units, z);
        }

        for (j = 0; j < l->units; j++) {
            if (l->op == &train_op_dropout) {   /* as the trainer drew it */
                z[j] *= (double) c->work.part[i].keep[r * l->ld + j];
            }

            if (l->op == &train_op_add) {
                z[j] += oracle_x[l->other][r * WIDTH + j];
            }
        }
    }
}


static double
oracle_loss(const check_t *c)
{
    double  sum;
    size_t  i, r, k;
    float   v;

    for (r = 0; r < ROWS; r++) {
        for (k = 0; k < c->data.in; k++) {
            v = (c->data.bytes != NULL)
                ? c->source.lut[c->data.bytes[r * c->data.in + k]]
                : c->data.numbers[r * c->data.in + k];
            oracle_x[0][r * WIDTH + k] = (double) v;
        }
    }

    for (i = 0; i < c->net.n_layers; i++) {
        oracle_layer(c, i, oracle_x[i], oracle_x[i + 1]);
    }

    sum = 0;

    for (r = 0; r < ROWS; r++) {
        oracle_activate(c->net.act, 1, c->net.out, oracle_x[i] + r * WIDTH);
        sum += oracle_row_loss(c, r, oracle_x[i] + r * WIDTH)
               * (c->data.weights ? (double) c->data.weights[r] : 1);
    }

    return sum / ROWS;
}


static void
check_data(check_t *c, size_t in, size_t out, int sparse)
{
    size_t         i;
    train_data_t  *d;

    d = &c->data;
    d->rows = ROWS;
    d->in = in;
    d->rank = 1;
    d->shape[0] = in;
    d->task = c->task;
    d->out = out;

    if (sparse) {
        d->bytes = train_alloc(ROWS * in, 1);

        for (i = 0; i < ROWS * in; i++) {
            d->bytes[i] = (uint8_t) (train_rng_below(&c->rng, 5) ? 0
                                     : train_rng_below(&c->rng, 256));
        }

    } else {
        d->input = MAAS_INPUT_COLUMNS;
        d->numbers = train_alloc(ROWS * in, sizeof(float));

        for (i = 0; i < ROWS * in; i++) {
            d->numbers[i] = (float) (2 * train_rng_unit(&c->rng) - 1);
        }
    }

    if (c->task == MAAS_TASK_REGRESSION) {
        d->targets = train_alloc(ROWS * out, sizeof(float));

        /* near and far from the answers: both branches of huber */

        for (i = 0; i < ROWS * out; i++) {
            d->targets[i] = (float) (6 * train_rng_unit(&c->rng) - 3);
        }

        return;
    }

    d->classes = train_alloc(ROWS, sizeof(uint32_t));

    for (i = 0; i < ROWS; i++) {
        d->classes[i] = train_rng_below(&c->rng,
                                        out == 1 ? 2 : (uint32_t) out);
    }
}


static void
check_soft_targets(check_t *c)
{
    float   sum, *t;
    size_t  i, j;

    c->batch.soft = 1;

    for (i = 0; i < ROWS; i++) {
        t = c->batch.targets + i * c->net.out;
        sum = 0;

        for (j = 0; j < c->net.out; j++) {
            t[j] = (float) train_rng_unit(&c->rng);
            sum += t[j];
        }

        for (j = 0; j < c->net.out; j++) {
            t[j] /= sum;
        }
    }
}


static void
check_create(check_t *c, const char *spec, maas_task_t task,
    train_loss_t loss, size_t in, size_t out, int sparse)
{
    char            why[TRAIN_WHY];
    float          *p;
    size_t          i;
    uint32_t        row[ROWS] = { 0, 1, 2, 3, 4 };
    train_layer_t  *l;

    memset(c, 0, sizeof(check_t));
    train_rng_init(&c->rng, 11, 99);

    c->task = task;
    c->loss = loss;
    c->factor = 1;

    if (sparse) {
        c->factor = 1 / 255.0f;
    }

    c->scale.kind = TRAIN_SCALE_NONE;
    c->scale.n = 1;
    c->scale.shift = &c->shift;
    c->scale.factor = &c->factor;

    check_data(c, in, out, sparse);

    train_source_init(&c->source, &c->data, &c->scale);
    c->source.level = 0.3f;
    assert_int_equal(c->source.sparse, sparse);
    assert_int_equal(train_net_create(&c->net, in, out, task, spec, why), 0);
    train_net_init(&c->net, TRAIN_INIT_AUTO, 5);

    assert_true(c->net.n_layers < DEPTH);

    for (i = 0; i < c->net.n_layers; i++) {
        l = &c->net.layers[i];
        p = c->net.params + l->at;

        if (l->op == &train_op_dense) {
            train_vector(l, p, 0)[0] = 0.3f;            /* biases matter */

        } else if (l->vectors > 0) {
            train_vector(l, p, TRAIN_NORM_GAMMA)[0] = 1.7f;
            train_vector(l, p, TRAIN_NORM_BETA)[1] = -0.2f;
        }
    }

    c->w = train_alloc(c->net.n, sizeof(double));

    for (i = 0; i < c->net.n; i++) {
        c->w[i] = (double) c->net.params[i];
    }

    train_batch_create(&c->batch, &c->source, ROWS);
    train_work_create(&c->work, 1, NULL, &c->net, NULL, NULL, ROWS, 1);
    train_batch_fill(&c->batch, &c->source, row, ROWS, 0);
}


static void
check_free(check_t *c)
{
    train_work_free(&c->work, 1);
    train_batch_free(&c->batch);
    train_net_free(&c->net);
    train_data_free(&c->data);
    train_free(c->w);
}


static double
check_numeric(check_t *c, size_t at)
{
    double  w, up, down;

    w = c->w[at];
    c->w[at] = w + H;
    up = oracle_loss(c);
    c->w[at] = w - H;
    down = oracle_loss(c);
    c->w[at] = w;

    return (up - down) / (2 * H);
}


/* The largest relative error in layer i; every `step`-th parameter */

static double
check_layer(check_t *c, const float *grad, size_t i, size_t step)
{
    double                worst, *numeric, size, max, e;
    size_t                n, at, j;
    const train_layer_t  *l;

    l = &c->net.layers[i];
    n = (l->rows + l->vectors) * l->ld;
    numeric = train_alloc(n, sizeof(double));
    max = 0;
    worst = 0;

    for (j = 0; j < n; j += step) {
        at = l->at + j;

        if (j % l->ld >= l->units) {
            assert_true(grad[j] == 0);          /* padding stays zero */
            continue;
        }

        numeric[j] = check_numeric(c, at);
        max = fmax(max, fabs(numeric[j]));
    }

    for (j = 0; j < n; j += step) {
        size = fmax(fmax(fabs((double) grad[j]), fabs(numeric[j])),
                    0.01 * max);
        e = size > 0 ? fabs((double) grad[j] - numeric[j]) / size : 0;
        worst = fmax(worst, e);
    }

    assert_true(max > 1e-6);        /* there is something to compare */
    train_free(numeric);

    return worst;
}


static void
check_gradient(check_t *c, const char *what, size_t step)
{
    double  loss, worst, other;
    size_t  i;

    loss = train_step(&c->work, &c->batch, c->loss, 0) / ROWS;

    other = oracle_loss(c);

    if (!(fabs(loss - other) <= 1e-5 * fabs(other))) {
        fail_msg("%s: loss %.9g, in double %.9g", what, loss, other);
    }

    for (i = 0; i < c->net.n_layers; i++) {
        if (c->net.layers[i].size == 0) {
            continue;
        }

        worst = check_layer(c, c->work.part[i].grad, i, step);

        if (!(worst < 1e-3)) {
            fail_msg("%s: layer %zu: relative error %.3g", what, i, worst);
        }
    }
}


static void
activations(void **state)
{
    int      i, sparse;
    char     spec[64], what[96];
    check_t  c;

    (void) state;

    for (i = 0; i < MAAS_N_ACTS; i++) {
        for (sparse = 0; sparse < 2; sparse++) {
            (void) snprintf(spec, sizeof(spec), "7:%s,5:%s%s",
                            maas__acts[i].name, maas__acts[i].name,
                            i == MAAS_ACT_ELU ? ":0.7" : "");
            (void) snprintf(what, sizeof(what), "%s%s", spec,
                            sparse ? ", sparse" : "");
            check_create(&c, spec, MAAS_TASK_CLASSIFICATION,
                         TRAIN_LOSS_SPARSE, 6 + 90 * (size_t) sparse, 3,
                         sparse);
            check_gradient(&c, what, 1);
            check_free(&c);
        }
    }
}


static void
losses(void **state)
{
    int                  task, loss;
    char                 what[96];
    check_t              c;
    static const size_t  out[] = { 4, 1, 2 };

    (void) state;

    for (task = 0; task < 3; task++) {
        for (loss = TRAIN_LOSS_MSE; loss < TRAIN_N_LOSSES; loss++) {
            if (train_loss_choose((train_loss_t) loss, (maas_task_t) task)
                != loss)
            {
                continue;
            }

            (void) snprintf(what, sizeof(what), "%s, %s",
                            maas__task_names[task], train_loss_names[loss]);
            check_create(&c, "7:tanh", (maas_task_t) task,
                         (train_loss_t) loss, 6, out[task], 0);
            check_gradient(&c, what, 1);
            check_free(&c);
        }
    }
}


static void
soft_targets(void **state)
{
    check_t  c;

    (void) state;

    check_create(&c, "7:tanh", MAAS_TASK_CLASSIFICATION,
                 TRAIN_LOSS_CATEGORICAL, 6, 4, 0);
    check_soft_targets(&c);
    check_gradient(&c, "soft targets", 1);
    check_free(&c);
}


/* A teacher's shares at a temperature, beside the truth or soft targets */

static void
taught(void **state)
{
    float    *t, sum;
    size_t    i, j, k, out;
    check_t   c;

    static const float  temperature[] = { 1, 3, 0.5f };

    (void) state;

    for (k = 0; k < 9; k++) {
        out = (k % 3 == 2) ? 1 : 4;
        check_create(&c, "7:tanh", out == 1 ? MAAS_TASK_BINARY
                     : MAAS_TASK_CLASSIFICATION, out == 1 ? TRAIN_LOSS_BINARY
                     : TRAIN_LOSS_SPARSE, 6, out, 0);

        if (k % 3 == 1) {
            check_soft_targets(&c);
        }

        c.batch.teacher = train_alloc(ROWS * out, sizeof(float));
        c.batch.temperature = temperature[k / 3];
        c.batch.alpha = 0.7f;

        for (i = 0; i < ROWS; i++) {
            t = c.batch.teacher + i * out;
            sum = 0;

            for (j = 0; j < out; j++) {
                t[j] = (float) train_rng_unit(&c.rng);
                sum += t[j];
            }

            for (j = 0; out > 1 && j < out; j++) {
                t[j] /= sum;
            }
        }

        check_gradient(&c, "a teacher", 1);
        check_free(&c);
    }
}


/* A row that counts twice, one that counts nothing */

static void
weights(void **state)
{
    int                   loss;
    size_t                i;
    check_t               c;
    uint32_t              row[ROWS] = { 0, 1, 2, 3, 4 };
    static const float    w[ROWS] = { 2, 0, 1, 0.5f, 1.5f };
    static const size_t   out[] = { 4, 1, 2 };

    (void) state;

    for (loss = TRAIN_LOSS_MSE; loss < TRAIN_N_LOSSES; loss++) {
        for (i = 0; train_loss_choose((train_loss_t) loss, (maas_task_t) i)
                    != loss; i++)
        {
            /* void */
        }

        check_create(&c, "7:tanh", (maas_task_t) i, (train_loss_t) loss, 6,
                     out[i], 0);
        c.data.weights = train_alloc(ROWS, sizeof(float));
        memcpy(c.data.weights, w, sizeof(w));
        train_batch_free(&c.batch);
        train_batch_create(&c.batch, &c.source, ROWS);
        train_batch_fill(&c.batch, &c.source, row, ROWS, 0);
        assert_true(c.batch.mass == 5);
        check_gradient(&c, train_loss_names[loss], 1);
        check_free(&c);
    }
}


/* Norms, dropout and additions, alone and together, with both kinds of first
 * layer.  Behind batch norm a bias has no gradient: rounding is all there is,
 * hence the floor of check_layer(). */

static void
kinds(void **state)
{
    int                        i, sparse;
    check_t                    c;
    static const char *const   specs[] = {
        "7:tanh:bn,5:gelu:bn", "7:tanh:ln,5:gelu:ln", "19:tanh:drop=0.3,5",
        "6:tanh,6:tanh:res,6:gelu:res", "6:tanh,6:elu:ln,6:tanh:res=2",
        "6:tanh,6:tanh:res,6:tanh:res=2,6:tanh:res=2",
        "6:relu:bn:drop=0.2,6:tanh:ln:drop=0.3:res,6:gelu:bn:res=2",
        "5:softmax:ln,5:softmax:bn:res"
    };

    (void) state;

    for (i = 0; i < (int) train_nelts(specs); i++) {
        for (sparse = 0; sparse < 2; sparse++) {
            check_create(&c, specs[i], MAAS_TASK_CLASSIFICATION,
                         TRAIN_LOSS_SPARSE, 6 + 90 * (size_t) sparse, 3,
                         sparse);
            c.work.key = 12345;
            check_gradient(&c, specs[i], 1);
            check_free(&c);
        }
    }
}


/* Widths around the edges of the loops' blocks, and over to OpenBLAS */

static void
widths(void **state)
{
    int                        i, sparse;
    check_t                    c;
    static const char *const   specs[] = {
        "", "1:tanh", "16:tanh,17:relu", "33:relu,48:tanh", "64:relu,65:tanh",
        "127:relu,128:tanh", "129:tanh,40:relu", "300:relu,140:tanh,9:elu"
    };

    (void) state;

    for (i = 0; i < (int) train_nelts(specs); i++) {
        for (sparse = 0; sparse < 2; sparse++) {
            check_create(&c, specs[i], MAAS_TASK_CLASSIFICATION,
                         TRAIN_LOSS_SPARSE, 5 + 80 * (size_t) sparse, 3,
                         sparse);
            check_gradient(&c, specs[i], (i < 3) ? 1 : 97);
            check_free(&c);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(activations),
        cmocka_unit_test(losses),
        cmocka_unit_test(soft_targets),
        cmocka_unit_test(taught),
        cmocka_unit_test(weights),
        cmocka_unit_test(kinds),
        cmocka_unit_test(widths)
    };

    return cmocka_run_group_tests_name("train gradient", tests, NULL, NULL);
}
