/*
 * Times ensembles of trees: this engine, the library that a model came from and
 * those who compile it, in turn in one process, over the same rows.
 *
 *     bench_trees ROWS IN ENGINE...
 *
 * ROWS is a file of doubles, IN numbers a row.  ENGINE is NAME=WITH:
 * ours=MODEL, and those of peers.h; what follows a + in NAME is for people.
 * The first one is what answers are compared with.  A line "NAME ROWS NS
 * DIFFERENT LARGEST" for each engine and rows a call: nanoseconds a row, the
 * least of short repetitions; how many answers have other bits than the first
 * engine's, and the largest difference.
 * Not here: models and tables (trees.py).
 */

#include "peers.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define ENGINES      12
#define REPETITIONS  25
#define SLICE        2e6       /* nanoseconds of a repetition, at least */


typedef struct {
    const char    *name;
    bench_open_t   open;
} opener_t;

static const size_t  sizes[] = { 1, 8, 16, 64 };


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static const opener_t  openers[] = {
    { "ours",          bench_ours          },
    { "ours:avx2",     bench_ours_avx2     },
    { "shap",          bench_shap          },
    { "shap:avx2",     bench_shap_avx2     },
    { "answers",       bench_answers       },
    { "LightGBM",      bench_lightgbm      },
    { "LightGBM:shap", bench_lightgbm_shap },
    { "XGBoost",       bench_xgboost       },
    { "tl2cgen",       bench_tl2cgen       },
    { "tl2cgen:float", bench_tl2cgen_float },
    { "lleaves",       bench_lleaves       },
    { NULL,            NULL                }
};


static void
open_engine(bench_engine_t *e, char *arg, size_t in)
{
    char            *with;
    size_t           len;
    const opener_t  *o;

    with = strchr(arg, '=');
    if (with == NULL) {
        bench_die("%s: expected NAME=FILE", arg);
    }

    *with++ = '\0';
    e->name = arg;
    e->out = 1;

    len = strcspn(arg, "+");

    for (o = openers; o->name != NULL; o++) {
        if (strlen(o->name) == len && strncmp(o->name, arg, len) == 0) {
            o->open(e, with, in);
            return;
        }
    }

    bench_die("%s: no such engine", arg);
}


/* All answers, by calls of `batch` rows */

static double *
answers(const bench_engine_t *e, const bench_rows_t *r, size_t batch)
{
    size_t   i, n;
    double  *y;

    y = bench_aligned(r->n * e->out * sizeof(double));

    for (i = 0; i < r->n; i += n) {
        n = r->n - i < batch ? r->n - i : batch;
        e->run(e, r, i, n, y + i * e->out);
    }

    return y;
}


static size_t
compare(const double *a, const double *b, size_t n, double *largest)
{
    size_t  i, different;

    different = 0;

    for (i = 0; i < n; i++) {
        if (memcmp(&a[i], &b[i], sizeof(double)) != 0) {
            different++;
            *largest = fmax(*largest, fabs(a[i] - b[i]));
        }
    }

    return different;
}


/* Nanoseconds a row of one repetition.  *at: where rows go on. */

static double
repetition(const bench_engine_t *e, const bench_rows_t *r, size_t rows,
    size_t *at, double *y)
{
    double  start, end;
    size_t  i, done, calls;

    done = 0;
    calls = 1;
    start = now();

    do {
        for (i = 0; i < calls; i++) {
            if (*at + rows > r->n) {
                *at = 0;
            }

            e->run(e, r, *at, rows, y);
            *at += rows;
            done += rows;
        }

        /* a look at the clock costs as much as some rows */
        calls = 2 * calls < 64 ? 2 * calls : 64;
        end = now();

    } while (end - start < SLICE);

    return (end - start) / (double) done;
}


static void
measure(bench_engine_t *engines, size_t n, const bench_rows_t *r, size_t rows)
{
    double  least[ENGINES], got, largest, *y, *a, *b;
    size_t  at[ENGINES], i, k, different;

    y = bench_aligned(BENCH_MOST * (r->in + 1) * sizeof(double));

    for (i = 0; i < n; i++) {
        least[i] = INFINITY;
        at[i] = 0;
    }

    for (k = 0; k < REPETITIONS; k++) {
        for (i = 0; i < n; i++) {
            got = repetition(&engines[i], r, rows, &at[i], y);
            least[i] = fmin(least[i], got);
        }
    }

    a = answers(&engines[0], r, rows);

    for (i = 0; i < n; i++) {
        largest = 0;
        b = answers(&engines[i], r, rows);
        different = compare(a, b, r->n * engines[i].out, &largest);
        printf("%s %zu %.2f %zu %.3g\n", engines[i].name, rows, least[i],
               different, largest);
        free(b);
    }

    fflush(stdout);
    free(a);
    free(y);
}


int
main(int argc, char **argv)
{
    float           *narrow;
    size_t           i, n, size;
    bench_rows_t     r;
    bench_engine_t   engines[ENGINES];

    if (argc < 4 || argc - 3 > ENGINES) {
        bench_die("usage: bench_trees ROWS IN ENGINE...");
    }

    n = (size_t) argc - 3;
    r.in = strtoul(argv[2], NULL, 10);
    r.wide = (const double *) (const void *) bench_read(argv[1], &size);
    r.n = size / sizeof(double) / r.in;
    if (r.n < BENCH_MOST) {
        bench_die("%s: %zu rows, expected %d", argv[1], r.n, BENCH_MOST);
    }

    narrow = bench_aligned(r.n * r.in * sizeof(float));
    for (i = 0; i < r.n * r.in; i++) {
        narrow[i] = (float) r.wide[i];
    }

    r.narrow = narrow;
    memset(engines, 0, sizeof(engines));

    for (i = 0; i < n; i++) {
        open_engine(&engines[i], argv[3 + i], r.in);
    }

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        measure(engines, n, &r, sizes[i]);
    }

    return 0;
}
