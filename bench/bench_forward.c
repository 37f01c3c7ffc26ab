/*
 * Forward passes of model files, as others ask for them: a line "MODEL ROWS
 * CALLS" on its input, the first model being 0, has one line as an answer, the
 * microseconds of a call.  Rows are random, or those of a file of floats.
 *
 *     bench_forward ROWS|- MODEL...
 */

#include "maas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define N_MODELS  16
#define N_ROWS    2048                 /* no call has the rows of the last */

typedef struct {
    maas_model_t       *model;
    const maas_info_t  *info;
    float              *x, *y;
    size_t              n_x;           /* rows of x */
    size_t              at;            /* the next one to ask for */
    void               *ws;
    size_t              ws_size;
} forward_t;


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e6 + (double) ts.tv_nsec * 1e-3;
}


static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_forward: %s: %s\n", what, why);
    exit(1);
}


static void *
room(size_t size)
{
    void  *p;

    if (posix_memalign(&p, 64, size + 64) != 0) {
        fail("memory", "out of it");
    }

    return memset(p, 0, size);
}


static void *
slurp(const char *path, size_t *size)
{
    FILE  *f;
    void  *p;

    f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
        fail(path, "cannot read it");
    }

    *size = (size_t) ftell(f);
    rewind(f);
    p = room(*size);

    if (fread(p, 1, *size, f) != *size) {
        fail(path, "cannot read it");
    }

    fclose(f);

    return p;
}


static void
open_model(forward_t *m, const char *path, const char *rows)
{
    void        *file;
    size_t       i, size;
    maas_err_t   err;

    file = slurp(path, &size);
    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m->model, &err)
        != MAAS_OK)
    {
        fail(path, err.msg);
    }

    free(file);
    m->info = maas_model_info(m->model);
    m->n_x = N_ROWS;

    if (strcmp(rows, "-") != 0) {
        m->x = slurp(rows, &size);
        m->n_x = size / sizeof(float) / m->info->in;

    } else {
        m->x = room(N_ROWS * m->info->in * sizeof(float));

        for (i = 0; i < N_ROWS * m->info->in; i++) {
            m->x[i] = (float) rand() / (float) RAND_MAX;
        }
    }

    m->y = room(m->n_x * m->info->out * sizeof(float));
    m->ws_size = maas_workspace_size(m->model, 256);
    m->ws = room(m->ws_size);
}


/* Microseconds of a call */

static double
calls(forward_t *m, size_t rows, size_t n)
{
    size_t      i;
    double      t;
    maas_err_t  err;

    if (rows == 0 || rows > m->n_x || n == 0) {
        fail("rows", "more than there are");
    }

    t = now();

    for (i = 0; i < n; i++) {
        if (m->at + rows > m->n_x) {
            m->at = 0;
        }

        (void) maas_run(m->model, m->x + m->at * m->info->in, rows, m->y,
                        m->ws, m->ws_size, &err);
        m->at += rows;
    }

    return (now() - t) / (double) n;
}


int
main(int argc, char **argv)
{
    int               i;
    size_t            which, rows, n;
    static forward_t  models[N_MODELS];

    if (argc < 3 || argc - 2 > N_MODELS) {
        fail("usage", "bench_forward ROWS|- MODEL...");
    }

    for (i = 2; i < argc; i++) {
        open_model(&models[i - 2], argv[i], argv[1]);
    }

    while (scanf("%zu %zu %zu", &which, &rows, &n) == 3
           && which < (size_t) argc - 2)
    {
        printf("%.4f\n", calls(&models[which], rows, n));
        fflush(stdout);
    }

    return 0;
}
