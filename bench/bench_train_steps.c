/*
 * Steps of training on made-up rows: how near they come to the machine's
 * matrix products, and what a second thread is worth.  Data, epochs and other
 * programs are train.py's.
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
bench_data(bench_t *t, size_t in, size_t out)
{
    size_t               i;
    uint32_t             row[BATCH];
    train_rng_t          rng;
    train_data_t        *d;
    static const float   shift = 0, factor = 1;

    d = &t->data;
    d->rows = BATCH;
    d->in = in;
    d->rank = 1;
    d->shape[0] = in;
    d->out = out;
    d->n_labels = 0;
    d->numbers = train_alloc(BATCH * in, sizeof(float));
    d->classes = train_alloc(BATCH, sizeof(uint32_t));
    train_rng_init(&rng, 1, 1);

    for (i = 0; i < BATCH * in; i++) {
        d->numbers[i] = (float) (train_rng_unit(&rng) - 0.5);
    }

    for (i = 0; i < BATCH; i++) {
        d->classes[i] = train_rng_below(&rng, (uint32_t) out);
        row[i] = (uint32_t) i;
    }

    t->scale.kind = TRAIN_SCALE_NONE;
    t->scale.n = 1;
    t->scale.shift = (float *) &shift;
    t->scale.factor = (float *) &factor;
    train_source_init(&t->source, d, &t->scale);
    train_batch_create(&t->batch, &t->source, BATCH);
    train_batch_fill(&t->batch, &t->source, row, BATCH, 0);
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


/* Seconds a step, with so many threads at most */

static double
bench_threads(bench_t *t, size_t threads, size_t steps)
{
    size_t  i;
    double  begin;

    t->members = train_work_members(&t->net, BATCH, threads);
    t->team = train_team_create(t->members);
    t->work = train_alloc(t->members, sizeof(train_work_t));
    train_work_create(t->work, t->members, t->team, &t->net, &t->optim, NULL,
                      BATCH, 1);
    t->steps = 1;
    train_team_run(t->team, bench_member, t);
    t->steps = steps;

    for (i = 0; i < RUNS; i++) {
        begin = train_now();
        train_team_run(t->team, bench_member, t);
        t->seconds[i] = (train_now() - begin) / (double) steps;
    }

    train_work_free(t->work, t->members);
    train_team_free(t->team);
    train_free(t->work);

    return median(t->seconds);
}


static void
bench_net(size_t in, const char *hidden, size_t out, size_t steps,
    size_t threads)
{
    char     why[160];
    size_t   i;
    double   flops, one, all;
    bench_t  t = { 0 };

    bench_data(&t, in, out);

    if (train_net_create(&t.net, in, out, MAAS_TASK_CLASSIFICATION, hidden,
                         why) != 0)
    {
        train_die("%s", why);
    }

    train_net_init(&t.net, TRAIN_INIT_AUTO, 1);
    train_optim_create(&t.optim, TRAIN_OPT_ADAM, t.net.n);

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

    train_batch_free(&t.batch);
    train_optim_free(&t.optim);
    train_net_free(&t.net);
    train_data_free(&t.data);
}


/* Lines for train.py: "peak WHO GFLOPS"; "net NAME PARAMETERS SECONDS-OF-ONE
 * SECONDS-OF-ALL GFLOPS-OF-ONE GFLOPS-OF-ALL" */

int
main(void)
{
    size_t         cores;
    train_team_t  *team;

    (void) train_flush_denormals();
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

    return 0;
}
