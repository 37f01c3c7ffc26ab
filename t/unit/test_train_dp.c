/*
 * Differential privacy: both accountants against published figures, gradients
 * of rows that are clipped against rows taken one by one, and the noise.
 *
 * Reference values: dp-accounting 0.6.0 (PyPI), Poisson sampling, one row more
 * or less; orders 1.1, 1.2 .. 10.9, 11 .. 63; its privacy loss distributions
 * with an interval of 1e-4.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge/attack.h"
#include "net/op.h"
#include "privacy/privacy.h"
#include "privacy/secret.h"


/* q as rows of a batch by rows of all */

static const struct {
    double  n, b, sigma, steps, delta, classic, rdp, order, pld;
} budgets[] = {
    { 60000, 256, 1.3, 3516, 1e-5, 1.1923, 0.954564, 17, 0.864589 },
    { 60000, 256, 1.1, 14062, 1e-5, 3.0083, 2.596556, 8.1, 2.381686 },
    { 60000, 256, 0.7, 10547, 1e-5, 7.1016, 6.319748, 3.8, 5.639716 },
    { 60000, 240, 1.3, 3750, 1e-5, 1.1597, 0.922049, 17, 0.833589 },
    { 60000, 256, 1.0, 2344, 1e-5, 0, 1.352338, 9.9, 1.099931 },
    { 60000, 600, 1.0, 1000, 1e-5, 0, 2.101367, 7.8, 1.828244 },
    { 60000, 64, 1.1, 18750, 1e-5, 0, 0.771243, 15, 0.603636 },
    { 10000, 100, 0.8, 2000, 1e-5, 0, 4.861116, 4.3, 4.293444 },
    { 50000, 512, 4.0, 9766, 1e-5, 0, 1.048933, 17, 0.959468 },
    { 1000, 100, 2.0, 100, 1e-4, 0, 2.214351, 6.9, 1.965920 },

    /* drawn at random, but for the first three */
    { 1, 1, 1, 1, 1e-5, 0, 4.728507, 5.4, 4.377178 },
    { 1, 1, 20, 100, 1e-6, 0, 2.419102, 10.6, 2.254085 },
    { 1, 0.5, 5, 50, 1e-6, 0, 3.687005, 7.4, 3.429347 },
    { 1, 0.0039685, 0.799, 945, 1e-4, 0, 1.471102, 6.4, 0.936845 },
    { 1, 0.09563, 0.717, 76, 1e-8, 0, 18.357476, 2.5, 16.713479 },
    { 1, 0.00197439, 0.706, 469, 1e-5, 0, 1.880288, 6, 0.920359 },
    { 1, 0.000893274, 1.34, 9182, 1e-4, 0, 0.286635, 24, 0.199700 },
    { 1, 0.214353, 1.98, 43, 1e-4, 0, 3.363456, 5.1, 2.986805 },
    { 1, 0.0200562, 1.27, 616, 1e-4, 0, 1.874214, 7.8, 1.660196 },
    { 1, 0.0175982, 0.772, 157, 1e-8, 0, 5.686910, 4.5, 4.943113 },
    { 1, 0.00106222, 1.08, 7242, 1e-5, 0, 0.647213, 15, 0.374064 },
    { 1, 0.000966661, 1.77, 161, 1e-4, 0, 0.107592, 43, 0.014666 }
};


static void
near(double is, double want, double share)
{
    if (!(fabs(is - want) <= share * fabs(want))) {
        fail_msg("%.9g, expected %.9g", is, want);
    }
}


static void
accountants(void **state)
{
    size_t            i;
    train_dp_t        d;
    train_dp_spent_t  s;

    for (i = 0; i < train_nelts(budgets); i++) {
        d.q = budgets[i].b / budgets[i].n;
        d.sigma = budgets[i].sigma;
        d.steps = (uint64_t) budgets[i].steps;
        d.delta = budgets[i].delta;
        train_dp_spent(&d, &s);

        near(s.rdp, budgets[i].rdp, 1e-5);
        near(s.order, budgets[i].order, 1e-9);
        near(s.epsilon, budgets[i].pld, budgets[i].pld > 0.5 ? 1e-3 : 5e-3);

        if (budgets[i].classic > 0) {
            near(s.classic, budgets[i].classic, 5e-5);
        }
    }
}


static void
one_step(void **state)
{
    size_t               i;
    static const double  values[][4] = {
        { 0.01, 1.0, 1.5, 1.32368503e-4 }, { 0.01, 1.0, 2, 1.71813422e-4 },
        { 0.01, 1.0, 3, 2.64637575e-4 }, { 0.01, 1.0, 4, 3.63154049e-4 },
        { 0.01, 1.0, 8, 8.93643908e-4 }, { 0.01, 1.0, 16, 3.08785078 },
        { 0.01, 1.0, 32, 11.2462759 }, { 0.01, 1.0, 64, 27.3217319 },
        { 256.0 / 60000, 1.1, 2, 2.3395776e-5 },
        { 256.0 / 60000, 1.1, 4, 4.75333524e-5 },
        { 256.0 / 60000, 1.1, 8, 9.83410618e-5 },
        { 256.0 / 60000, 1.1, 16, 0.791891433 },
        { 256.0 / 60000, 1.1, 32, 7.59018835 },
        { 1, 2, 3, 3 / (2.0 * 4) }
    };

    for (i = 0; i < train_nelts(values); i++) {
        near(train_dp_rdp(values[i][0], values[i][1], values[i][2]),
             values[i][3], 1e-7);
    }
}


/* All rows in one step: the Gaussian mechanism, whose delta is known (Balle and
 * Wang 2018) */

static void
gaussian(void **state)
{
    double               mu, delta;
    size_t               i;
    train_dp_t           d = { .q = 1, .steps = 1 };
    static const double  eps[] = { 0.1, 1, 3, 10 };

    for (i = 0; i < train_nelts(eps); i++) {
        mu = 0.2 + 0.4 * eps[i] / 2;
        delta = 0.5 * (erfc((eps[i] / mu - mu / 2) / sqrt(2))
                       - exp(eps[i]) * erfc((eps[i] / mu + mu / 2)
                                            / sqrt(2)));
        d.sigma = 1 / mu;
        d.delta = delta;
        near(train_dp_pld_epsilon(&d), eps[i], 2e-3);

        /* so many steps are one of a larger mu */

        d.steps = 49;
        d.sigma = 7 / mu;
        near(train_dp_pld_epsilon(&d), eps[i], 2e-3);
        d.steps = 1;
    }
}


static void
noise_for_budget(void **state)
{
    size_t      i;
    train_dp_t  d = { .q = 0.02, .steps = 500, .delta = 1e-5 };

    for (i = 0; i < 4; i++) {
        d.sigma = train_dp_sigma(&d, 0.3 * pow(3, (double) i));
        assert_true(train_dp_pld_epsilon(&d) <= 0.3 * pow(3, (double) i));
        d.sigma *= 0.998;
        assert_true(train_dp_pld_epsilon(&d) > 0.3 * pow(3, (double) i));
    }
}


/* The more of anything that is seen, the more is spent */

static void
monotone(void **state)
{
    train_dp_t        d = { 0.01, 1, 1000, 1e-5 }, e;
    train_dp_spent_t  was, is;

    train_dp_spent(&d, &was);
    assert_true(was.epsilon < was.rdp && was.rdp < was.classic);

    e = d;
    e.q *= 1.1;
    train_dp_spent(&e, &is);
    assert_true(is.epsilon > was.epsilon && is.rdp > was.rdp);

    e = d;
    e.steps += 100;
    train_dp_spent(&e, &is);
    assert_true(is.epsilon > was.epsilon && is.rdp > was.rdp);

    e = d;
    e.sigma *= 0.95;
    train_dp_spent(&e, &is);
    assert_true(is.epsilon > was.epsilon && is.rdp > was.rdp);

    e = d;
    e.delta /= 10;
    train_dp_spent(&e, &is);
    assert_true(is.epsilon > was.epsilon && is.rdp > was.rdp);
}


#define ROWS  70
#define IN    180
#define OUT   3


typedef struct {
    train_data_t    data;
    train_scale_t   scale;
    train_source_t  source;
    train_net_t     net;
    float           shift, factor;
} clip_t;


static void
clip_create(clip_t *c, const char *spec, int sparse)
{
    char         why[TRAIN_WHY];
    size_t       i;
    train_rng_t  rng;

    memset(c, 0, sizeof(clip_t));
    train_rng_init(&rng, 3, 5);
    c->factor = sparse ? 1 / 255.0f : 1;
    c->scale.kind = TRAIN_SCALE_NONE;
    c->scale.n = 1;
    c->scale.shift = &c->shift;
    c->scale.factor = &c->factor;
    c->data.rows = ROWS;
    c->data.in = IN;
    c->data.out = OUT;
    c->data.task = MAAS_TASK_CLASSIFICATION;
    c->data.classes = train_alloc(ROWS, sizeof(uint32_t));
    c->data.input = sparse ? MAAS_INPUT_TENSOR : MAAS_INPUT_COLUMNS;

    if (sparse) {
        c->data.bytes = train_alloc(ROWS * IN, 1);
    } else {
        c->data.numbers = train_alloc(ROWS * IN, sizeof(float));
    }

    for (i = 0; i < ROWS * IN; i++) {
        if (sparse) {
            c->data.bytes[i] = (train_rng_below(&rng, 5) == 0)
                               ? (uint8_t) train_rng_below(&rng, 256) : 0;
        } else {
            c->data.numbers[i] = (float) train_rng_normal(&rng);
        }
    }

    for (i = 0; i < ROWS; i++) {
        c->data.classes[i] = train_rng_below(&rng, OUT);
    }

    train_source_init(&c->source, &c->data, &c->scale);
    assert_int_equal(c->source.sparse, sparse);
    assert_int_equal(train_net_create(&c->net, IN, OUT, c->data.task, spec,
                                      why), 0);
    train_net_init(&c->net, TRAIN_INIT_AUTO, 5);
}


static void
clip_free(clip_t *c)
{
    train_net_free(&c->net);
    train_data_free(&c->data);
}


typedef struct {
    train_work_t   *work;
    train_batch_t  *batch;
} step_t;


static void
step_member(void *ctx, size_t id)
{
    step_t  *s;

    s = ctx;
    (void) train_step(&s->work[id], s->batch, TRAIN_LOSS_SPARSE, 1);
    train_team_wait(s->work[id].team);
    train_work_move(&s->work[id], 1);
}


/* What one step at rate 1 takes from each parameter: its gradient */

static void
clip_step(clip_t *c, const uint32_t *row, size_t n, double clip,
    double expected, size_t members, float *change)
{
    float          *before;
    size_t          i;
    step_t          s;
    train_team_t   *team;
    train_work_t    work[2];
    train_optim_t   optim;
    train_batch_t   batch;

    before = train_alloc(c->net.n, sizeof(float));
    memcpy(before, c->net.params, c->net.n * sizeof(float));
    train_optim_create(&optim, TRAIN_OPT_SGD, c->net.n);
    optim.row_clip = clip;
    optim.row_expected = expected;
    team = train_team_create(members);
    train_batch_create(&batch, &c->source, ROWS);
    train_work_create(work, members, team, &c->net, &optim, NULL, ROWS, 1);
    train_batch_fill(&batch, &c->source, row, n, 0);
    s.work = work;
    s.batch = &batch;
    train_team_run(team, step_member, &s);

    for (i = 0; i < c->net.n; i++) {
        change[i] = before[i] - c->net.params[i];
    }

    memcpy(c->net.params, before, c->net.n * sizeof(float));
    train_work_free(work, members);
    train_batch_free(&batch);
    train_team_free(team);
    train_optim_free(&optim);
    train_free(before);
}


/* Rows one by one, clipped and added up here; returns how many were too long */

static size_t
clip_naive(clip_t *c, double clip, double expected, double *sum)
{
    float     *g;
    double     length;
    size_t     i, longer;
    uint32_t   r;

    g = train_alloc(c->net.n, sizeof(float));
    longer = 0;

    for (r = 0; r < ROWS; r++) {
        clip_step(c, &r, 1, 0, 1, 1, g);
        length = 0;

        for (i = 0; i < c->net.n; i++) {
            length += (double) g[i] * (double) g[i];
        }

        length = sqrt(length);
        longer += (length > clip);

        for (i = 0; i < c->net.n; i++) {
            sum[i] += (double) g[i] * fmin(1, clip / length) / expected;
        }
    }

    train_free(g);

    return longer;
}


static void
clipped_rows(void **state)
{
    float        *fast;
    clip_t        c;
    double        most, *naive;
    size_t        i, k, at, sparse, longer;
    uint32_t      row[ROWS];
    const double  clips[] = { 1e6, 2.5, 0.1 };
    const char   *specs[] = { "", "130:tanh", "144:tanh:ln,144:gelu:ln:res",
                              "150:relu,20:elu:ln,9:silu" };

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
    }

    for (i = 0; i < 2 * train_nelts(specs); i++) {
        sparse = i % 2;
        clip_create(&c, specs[i / 2], (int) sparse);
        fast = train_alloc(c.net.n, sizeof(float));

        for (k = 0; k < 2 * train_nelts(clips); k++) {
            naive = train_alloc(c.net.n, sizeof(double));
            longer = clip_naive(&c, clips[k / 2], 50, naive);
            assert_true(k >= 2 || longer == 0);
            assert_true(k < 4 || longer > ROWS / 2);
            clip_step(&c, row, ROWS, clips[k / 2], 50, 1 + k % 2, fast);
            most = 0;

            for (at = 0; at < c.net.n; at++) {
                most = fmax(most, fabs(naive[at]));
            }

            for (at = 0; at < c.net.n; at++) {
                if (fabs(naive[at] - (double) fast[at]) > 1e-4 * most) {
                    fail_msg("\"%s\", clip %g, %zu: %g, expected %g",
                             specs[i / 2], clips[k / 2], at,
                             (double) fast[at], naive[at]);
                }
            }

            train_free(naive);
        }

        train_free(fast);
        clip_free(&c);
    }
}


/* A step without rows changes nothing but for its noise */

static void
no_rows(void **state)
{
    float   *change;
    clip_t   c;
    size_t   i;

    clip_create(&c, "130:tanh:ln", 0);
    change = train_alloc(c.net.n, sizeof(float));
    clip_step(&c, NULL, 0, 1, 50, 2, change);

    for (i = 0; i < c.net.n; i++) {
        assert_true(change[i] == 0);
    }

    train_free(change);
    clip_free(&c);
}


/* Every parameter gets noise of its own, of the right size, padding none */

static void
noisy_steps(void **state)
{
    clip_t                c;
    double                d, sum, squares, n;
    size_t                i, k, j;
    float                *before;
    train_work_t          w;
    train_batch_t         b;
    train_optim_t         o;
    const train_layer_t  *l;

    clip_create(&c, "140:tanh:ln,20:tanh", 0);
    before = train_alloc(c.net.n, sizeof(float));
    memcpy(before, c.net.params, c.net.n * sizeof(float));
    train_optim_create(&o, TRAIN_OPT_SGD, c.net.n);
    o.row_clip = 0.5;
    o.row_noise = 3;
    o.row_expected = 10;
    train_batch_create(&b, &c.source, ROWS);
    train_work_create(&w, 1, NULL, &c.net, &o, NULL, ROWS, 1);
    w.secret = train_secret_create();
    train_batch_fill(&b, &c.source, NULL, 0, 0);
    (void) train_step(&w, &b, TRAIN_LOSS_SPARSE, 1);
    sum = 0;
    squares = 0;
    n = 0;

    for (i = 0; i < c.net.n_layers; i++) {
        l = &c.net.layers[i];

        for (k = 0; k < l->size; k++) {
            j = l->at + k;
            d = (double) c.net.params[j] - (double) before[j];

            if (k % l->ld >= l->units) {
                assert_true(c.net.params[j] == 0);
                continue;
            }

            assert_true(d != 0);
            sum += d;
            squares += d * d;
            n++;
        }
    }

    /* 0.15: 3 * 0.5 / 10; five deviations of both estimates */

    assert_true(n > 25000);
    assert_true(fabs(sum / n) < 5 * 0.15 / sqrt(n));
    assert_true(fabs(squares / n / (0.15 * 0.15) - 1) < 5 * sqrt(2 / n));

    train_secret_free(w.secret);
    train_work_free(&w, 1);
    train_batch_free(&b);
    train_optim_free(&o);
    train_free(before);
    clip_free(&c);
}


static int
by_value(const void *a, const void *b)
{
    float  x, y;

    x = *(const float *) a;
    y = *(const float *) b;

    return (x > y) - (x < y);
}


/* Kolmogorov and Smirnov: beyond 2.5 / sqrt(n) one time in 100000 */

static void
normal_numbers(void **state)
{
    float            *x;
    double            worst, p;
    size_t            i, n;
    train_secret_t   *s, *t;

    n = 200000;
    x = train_alloc(2 * n, sizeof(float));
    s = train_secret_create();
    t = train_secret_create();
    train_secret_normal(s, x, n, 2);
    train_secret_normal(t, x + n, 8, 2);
    assert_memory_not_equal(x, x + n, 8 * sizeof(float));
    train_secret_normal(s, x + n, 8, 2);
    assert_memory_not_equal(x, x + n, 8 * sizeof(float));
    qsort(x, n, sizeof(float), by_value);
    worst = 0;

    for (i = 0; i < n; i++) {
        p = 0.5 * erfc((double) -x[i] / 2 / sqrt(2));
        worst = fmax(worst, fabs(p - ((double) i + 0.5) / (double) n));
    }

    assert_true(worst < 2.5 / sqrt((double) n));
    assert_true((double) x[n - 1] > 7 && (double) x[0] < -7);

    train_secret_free(s);
    train_secret_free(t);
    train_free(x);
}


static void
samples(void **state)
{
    double           sum, squares, n, q;
    size_t           i, k, found, most;
    size_t           seen[100] = { 0 };
    uint32_t        *row;
    train_secret_t  *s;

    s = train_secret_create();
    q = 0.07;
    most = train_secret_most(100 * q);
    row = train_alloc(most + 100, sizeof(uint32_t));
    n = 20000;
    sum = 0;
    squares = 0;

    for (i = 0; i < 20000; i++) {
        found = train_secret_sample(s, 100, q, row, most);
        sum += (double) found;
        squares += (double) (found * found);

        for (k = 0; k < found; k++) {
            assert_true(row[k] < 100 && (k == 0 || row[k] > row[k - 1]));
            seen[row[k]]++;
        }
    }

    /* a binomial number; six deviations */

    assert_true(fabs(sum / n - 7) < 6 * sqrt(7 * 0.93 / n));
    near(squares / n - sum / n * sum / n, 7 * 0.93, 0.06);

    for (i = 0; i < 100; i++) {
        assert_true(fabs((double) seen[i] / n - q)
                    < 6 * sqrt(q * (1 - q) / n));
    }

    assert_int_equal(train_secret_sample(s, 100, 1, row, 100), 100);
    assert_int_equal(train_secret_sample(s, 100, 1e-300, row, 100), 0);
    assert_int_equal(row[99], 99);
    train_secret_free(s);
    train_free(row);
}


/* By hand: places of equal scores count half; Wilson's interval of 3 in 10 is
 * 0.1078 to 0.6032; Hanley and McNeil's deviation of 0.7 with 10 and 200 */

static void
attacks(void **state)
{
    size_t          i;
    double          members[10], others[200], d, q1, q2;
    train_attack_t  a;

    for (i = 0; i < 200; i++) {
        others[i] = (double) (199 - i);
    }

    for (i = 0; i < 10; i++) {
        members[i] = (i < 3) ? 500 : 114;   /* above 114 of 200, and one */
    }

    train_attack(members, 10, others, 200, &a);
    near(a.auc.value, 0.3 + 0.7 * 114.5 / 200, 1e-12);
    q1 = a.auc.value / (2 - a.auc.value);
    q2 = 2 * a.auc.value * a.auc.value / (1 + a.auc.value);
    d = sqrt((a.auc.value * (1 - a.auc.value)
              + 9 * (q1 - a.auc.value * a.auc.value)
              + 199 * (q2 - a.auc.value * a.auc.value)) / 2000);
    near(a.auc.low, a.auc.value - 1.96 * d, 1e-9);
    assert_true(isnan(a.tpr[0].value));     /* a thousandth of 200 */
    near(a.tpr[1].value, 0.3, 1e-12);
    near(a.tpr[1].low, 0.1078, 1e-3);
    near(a.tpr[1].high, 0.6032, 1e-3);

    for (i = 0; i < 10; i++) {
        members[i] = 197;           /* as the third of the others: not above */
    }

    train_attack(members, 10, others, 200, &a);
    near(a.tpr[1].value + 1, 1, 1e-12);
    assert_true(a.tpr[1].low == 0 && a.tpr[1].high > 0.2);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(accountants),
        cmocka_unit_test(one_step),
        cmocka_unit_test(gaussian),
        cmocka_unit_test(noise_for_budget),
        cmocka_unit_test(monotone),
        cmocka_unit_test(clipped_rows),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(noisy_steps),
        cmocka_unit_test(normal_numbers),
        cmocka_unit_test(samples),
        cmocka_unit_test(attacks)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
