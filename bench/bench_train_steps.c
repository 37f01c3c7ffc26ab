/*
 * Steps of training on made-up rows: how near they come to the machine's
 * matrix products, what a second thread is worth, and what privacy costs.
 * Data, epochs and other programs are train.py's.
 *
 *     bench_train_steps [privacy]      all, or what privacy costs alone
 */

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "net/kernel.h"


#define BATCH   256
#define RUNS    9               /* of which the median counts */
#define PEAK_N  2048

void openblas_set_num_threads(int n);


typedef struct {
    train_data_t    data;
    train_scale_t   scale;
    train_source_t  source;
    train_batch_t   batch;
    train_net_t     net;
    train_optim_t   optim;
    train_team_t   *team;
    size_t          rows;           /* of a batch */
    size_t          members;
    train_work_t   *work;
    size_t          steps;
    double          seconds[RUNS];
} bench_t;


static int
by_size(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static double
median(double *v)
{
    qsort(v, RUNS, sizeof(double), by_size);

    return v[RUNS / 2];
}


/* GFLOP/s of OpenBLAS and of our own loops, a square product on all cores */

static double
peak_openblas(int threads)
{
    float   *a, *b, *c;
    size_t   i;
    double   begin, v[RUNS];

    openblas_set_num_threads(threads);
    a = train_alloc(PEAK_N * PEAK_N, sizeof(float));
    b = train_alloc(PEAK_N * PEAK_N, sizeof(float));
    c = train_alloc(PEAK_N * PEAK_N, sizeof(float));

    for (i = 0; i < PEAK_N * PEAK_N; i++) {
        a[i] = b[i] = (float) (i % 7) * 0.01f;
    }

    for (i = 0; i < RUNS; i++) {
        begin = train_now();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, PEAK_N, PEAK_N,
                    PEAK_N, 1, a, PEAK_N, b, PEAK_N, 0, c, PEAK_N);
        v[i] = train_now() - begin;
    }

    train_free(a);
    train_free(b);
    train_free(c);

    return 2e-9 * PEAK_N * PEAK_N * PEAK_N / median(v);
}


typedef struct {
    train_team_t     *team;
    train_product_t   q;
    train_pack_t     *room;
} peak_t;


static void
peak_member(void *ctx, size_t id)
{
    size_t           n;
    peak_t          *p;
    train_product_t  q;

    p = ctx;
    q = p->q;
    n = train_team_size(p->team);
    q.n /= n;
    q.b += id * q.n;
    q.c += id * q.n;
    train_product(&q, &p->room[id]);
}


static double
peak_own(size_t threads)
{
    float   *a, *b, *c;
    peak_t   p = { 0 };
    size_t   i;
    double   begin, v[RUNS];

    a = train_alloc(PEAK_N * PEAK_N, sizeof(float));
    b = train_alloc(PEAK_N * PEAK_N, sizeof(float));
    c = train_alloc(PEAK_N * PEAK_N, sizeof(float));
    p.room = train_alloc(threads, sizeof(train_pack_t));
    p.team = train_team_create(threads);
    p.q = (train_product_t) { PEAK_N, PEAK_N, PEAK_N, a, PEAK_N, 1, b, PEAK_N,
                              0, NULL, 0, 0, c, PEAK_N, NULL, NULL, NULL };

    for (i = 0; i < PEAK_N * PEAK_N; i++) {
        a[i] = b[i] = (float) (i % 7) * 0.01f;
    }

    for (i = 0; i < RUNS; i++) {
        begin = train_now();
        train_team_run(p.team, peak_member, &p);
        v[i] = train_now() - begin;
    }

    for (i = 0; i < threads; i++) {
        train_pack_free(&p.room[i]);
    }

    train_team_free(p.team);
    train_free(p.room);
    train_free(a);
    train_free(b);
    train_free(c);

    return 2e-9 * PEAK_N * PEAK_N * PEAK_N / median(v);
}


static void
bench_data(bench_t *t, size_t rows, size_t in, size_t out)
{
    size_t               i;
    uint32_t             row[BATCH];    /* most */
    train_rng_t          rng;
    train_data_t        *d;
    static const float   shift = 0, factor = 1;

    d = &t->data;
    t->rows = rows;
    d->rows = rows;
    d->in = in;
    d->rank = 1;
    d->shape[0] = in;
    d->out = out;
    d->n_labels = 0;
    d->numbers = train_alloc(rows * in, sizeof(float));
    d->classes = train_alloc(rows, sizeof(uint32_t));
    train_rng_init(&rng, 1, 1);

    for (i = 0; i < rows * in; i++) {
        d->numbers[i] = (float) (train_rng_unit(&rng) - 0.5);
    }

    for (i = 0; i < rows; i++) {
        d->classes[i] = train_rng_below(&rng, (uint32_t) out);
        row[i] = (uint32_t) i;
    }

    t->scale.kind = TRAIN_SCALE_NONE;
    t->scale.n = 1;
    t->scale.shift = (float *) &shift;
    t->scale.factor = (float *) &factor;
    train_source_init(&t->source, d, &t->scale);
    train_batch_create(&t->batch, &t->source, rows);
    train_batch_fill(&t->batch, &t->source, row, rows, 0);
}


static void
bench_member(void *ctx, size_t id)
{
    size_t    i;
    bench_t  *t;

    t = ctx;

    for (i = 0; i < t->steps; i++) {
        (void) train_step(&t->work[id], &t->batch, TRAIN_LOSS_SPARSE, 1e-3);
        train_team_wait(t->team);
    }
}


static void
bench_open(bench_t *t, size_t threads)
{
    t->members = train_work_members(&t->net, t->rows, threads);
    t->team = train_team_create(t->members);
    t->work = train_alloc(t->members, sizeof(train_work_t));
    train_work_create(t->work, t->members, t->team, &t->net, &t->optim, NULL,
                      t->rows, 1);
    t->steps = 1;
}


static void
bench_close(bench_t *t)
{
    train_work_free(t->work, t->members);
    train_team_free(t->team);
    train_free(t->work);
}


/* Run i: so many steps */

static void
bench_run(bench_t *t, size_t i, size_t steps)
{
    double  begin;

    t->steps = steps;
    begin = train_now();
    train_team_run(t->team, bench_member, t);
    t->seconds[i] = (train_now() - begin) / (double) steps;
}


/* Seconds a step, with so many threads at most */

static double
bench_threads(bench_t *t, size_t threads, size_t steps)
{
    size_t  i;

    bench_open(t, threads);
    train_team_run(t->team, bench_member, t);

    for (i = 0; i < RUNS; i++) {
        bench_run(t, i, steps);
    }

    bench_close(t);

    return median(t->seconds);
}


static void
bench_create(bench_t *t, size_t rows, size_t in, const char *hidden,
    size_t out)
{
    char  why[160];

    bench_data(t, rows, in, out);

    if (train_net_create(&t->net, in, out, MAAS_TASK_CLASSIFICATION, hidden,
                         why) != 0)
    {
        train_die("%s", why);
    }

    train_net_init(&t->net, TRAIN_INIT_AUTO, 1);
    train_optim_create(&t->optim, TRAIN_OPT_ADAM, t->net.n);
}


static void
bench_free(bench_t *t)
{
    train_batch_free(&t->batch);
    train_optim_free(&t->optim);
    train_net_free(&t->net);
    train_data_free(&t->data);
}


static void
bench_net(size_t in, const char *hidden, size_t out, size_t steps,
    size_t threads)
{
    size_t   i;
    double   flops, one, all;
    bench_t  t = { 0 };

    bench_create(&t, BATCH, in, hidden, out);

    /* forward, weights, and back to all but the input */

    flops = 0;

    for (i = 0; i < t.net.n_layers; i++) {
        flops += 2.0 * BATCH * (double) t.net.layers[i].rows
                 * (double) t.net.layers[i].units * (i > 0 ? 3 : 2);
    }

    one = bench_threads(&t, 1, steps);
    all = bench_threads(&t, threads, steps);
    (void) printf("net %zu-%s-%zu %zu %.6f %.6f %.1f %.1f\n", in, hidden, out,
                  train_net_parameters(&t.net), one, all, flops * 1e-9 / one,
                  flops * 1e-9 / all);

    bench_free(&t);
}


/* A step with privacy, against one without of the same rows, in turn, of one
 * thread */

static void
bench_privacy(size_t rows, const char *hidden, size_t steps)
{
    size_t    i, k;
    double    one[2], ratio[RUNS];
    bench_t   t[2] = { 0 };

    for (k = 0; k < 2; k++) {
        bench_create(&t[k], rows, 784, hidden, 10);

        if (k > 0) {
            t[k].optim.row_clip = 1;
            t[k].optim.row_noise = 1;
            t[k].optim.row_expected = (double) rows;
        }

        bench_open(&t[k], 1);
        t[k].work[0].secret = train_secret_create();
        train_team_run(t[k].team, bench_member, &t[k]);
    }

    for (i = 0; i < RUNS; i++) {
        bench_run(&t[i % 2], i, steps);
        bench_run(&t[1 - i % 2], i, steps);
        ratio[i] = t[1].seconds[i] / t[0].seconds[i];
    }

    for (k = 0; k < 2; k++) {
        one[k] = median(t[k].seconds);
        train_secret_free(t[k].work[0].secret);
        bench_close(&t[k]);
        bench_free(&t[k]);
    }

    (void) printf("privacy 784-%s-10 %zu %.7f %.7f %.2f\n", hidden, rows,
                  one[0], one[1], median(ratio));
}


/* Lines for train.py: "peak WHO GFLOPS"; "net NAME PARAMETERS SECONDS-OF-ONE
 * SECONDS-OF-ALL GFLOPS-OF-ONE GFLOPS-OF-ALL"; and "privacy NAME BATCH
 * SECONDS-WITHOUT SECONDS-WITH RATIO" */

int
main(int argc, char **argv)
{
    size_t         cores;
    train_team_t  *team;

    (void) train_flush_denormals();

    if (argc > 1 && strcmp(argv[1], "privacy") == 0) {
        openblas_set_num_threads(1);
        bench_privacy(32, "64,64", 400);
        bench_privacy(256, "64,64", 100);
        return 0;
    }

    team = train_team_create(0);
    cores = train_team_size(team);
    train_team_free(team);

    (void) printf("cores %zu\n", cores);
    (void) printf("peak OpenBLAS %.1f\n", peak_openblas((int) cores));
    openblas_set_num_threads(1);
    (void) printf("peak own %.1f\n", peak_own(cores));
    (void) fflush(stdout);

    bench_net(1024, "4096,2048", 1000, 3, cores);
    bench_net(784, "1024,512", 10, 40, cores);
    bench_privacy(32, "64,64", 400);
    bench_privacy(256, "64,64", 100);

    return 0;
}
