/*
 * Times ensembles of trees: this engine, the library that a model came from and
 * those who compile it, in turn in one process, over the same rows.
 *
 *     bench_trees ROWS IN ENGINE...
 *
 * ROWS is a file of doubles, IN numbers a row.  ENGINE is NAME=WITH:
 * ours=MODEL, ours:avx2=MODEL, answers=FILE (doubles, not timed), and those of
 * peers.h; what follows a + in NAME is for people.  The first one is what
 * answers are compared with.  A line
 * "NAME ROWS NS DIFFERENT LARGEST" for each engine and rows a call: nanoseconds
 * a row, the least of short repetitions; how many answers have other bits than
 * the first engine's, and the largest difference.
 * Not here: models and tables (trees.py).
 */

#include "maas.h"
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
#define MOST         64        /* rows a call */


typedef struct {
    const char    *name;
    bench_open_t   open;
} opener_t;

typedef struct {
    maas_model_t  *model;
    void          *ws;
    size_t         ws_size;
} ours_t;


static const size_t  sizes[] = { 1, 8, 16, 64 };


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static void *
aligned(size_t size)
{
    void  *p;

    if (posix_memalign(&p, 64, size ? size : 64) != 0) {
        bench_die("memory is out");
    }

    return p;
}


static char *
read_file(const char *path, size_t *size)
{
    char  *p;
    FILE  *f;
    long   n;

    f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
        bench_die("%s: cannot read it", path);
    }

    rewind(f);
    p = aligned((size_t) n);
    if (fread(p, 1, (size_t) n, f) != (size_t) n) {
        bench_die("%s: cannot read it", path);
    }

    fclose(f);
    *size = (size_t) n;

    return p;
}


/* ours */

static void
run_ours(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    const void    *x;
    const ours_t  *o;

    o = e->handle;
    x = maas_model_info(o->model)->wide
            ? (const void *) (r->wide + first * r->in)
            : (const void *) (r->narrow + first * r->in);

    if (maas_raw(o->model, x, rows, y, o->ws, o->ws_size, NULL) != MAAS_OK) {
        bench_die("%s: it does not run", e->name);
    }
}


static void
open_ours(bench_engine_t *e, const char *path, size_t in, maas_isa_t isa)
{
    char        *file;
    size_t       size;
    ours_t      *o;
    maas_err_t   err;

    file = read_file(path, &size);
    o = aligned(sizeof(ours_t));

    if (maas_model_load(file, size, isa, &o->model, &err) != MAAS_OK) {
        bench_die("%s: %s", path, err.msg);
    }

    free(file);
    if (maas_model_info(o->model)->in != in) {
        bench_die("%s: another number of columns", path);
    }

    o->ws_size = maas_workspace_size(o->model, MOST);
    o->ws = aligned(o->ws_size);
    e->handle = o;
    e->run = run_ours;
}


static void
ours(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AUTO);
}


static void
ours_avx2(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AVX2);
}


/* Answers that are there already */

static void
run_answers(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    memcpy(y, (const double *) e->handle + first, rows * sizeof(double));
}


static void
open_answers(bench_engine_t *e, char *with, size_t in)
{
    size_t  size;

    e->handle = read_file(with, &size);
    e->run = run_answers;
}


static const opener_t  openers[] = {
    { "ours",          ours                },
    { "ours:avx2",     ours_avx2           },
    { "answers",       open_answers        },
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

    y = aligned(r->n * e->out * sizeof(double));

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

    y = aligned(MOST * (r->in + 1) * sizeof(double));

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
    r.wide = (const double *) (const void *) read_file(argv[1], &size);
    r.n = size / sizeof(double) / r.in;
    if (r.n < MOST) {
        bench_die("%s: %zu rows, expected %d", argv[1], r.n, MOST);
    }

    narrow = aligned(r.n * r.in * sizeof(float));
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
