/*
 * This engine, as bench_trees asks it.
 * Not here: others (peers.c).
 */

#include "maas.h"
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


typedef struct {
    maas_model_t    *model;
    maas_reasons_t  *reasons;
    void            *ws;
    size_t           ws_size;
} ours_t;


void *
bench_aligned(size_t size)
{
    void  *p;

    if (posix_memalign(&p, 64, size ? size : 64) != 0) {
        bench_die("memory is out");
    }

    return p;
}


char *
bench_read(const char *path, size_t *size)
{
    char  *p;
    FILE  *f;
    long   n;

    f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
        bench_die("%s: cannot read it", path);
    }

    rewind(f);
    p = bench_aligned((size_t) n);
    if (fread(p, 1, (size_t) n, f) != (size_t) n) {
        bench_die("%s: cannot read it", path);
    }

    fclose(f);
    *size = (size_t) n;

    return p;
}


static const void *
rows_of(const ours_t *o, const bench_rows_t *r, size_t first)
{
    return maas_model_info(o->model)->wide
               ? (const void *) (r->wide + first * r->in)
               : (const void *) (r->narrow + first * r->in);
}


static void
run_ours(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    const ours_t  *o = e->handle;

    if (maas_raw(o->model, rows_of(o, r, first), rows, y, o->ws, o->ws_size,
                 NULL)
        != MAAS_OK)
    {
        bench_die("%s: it does not run", e->name);
    }
}


static void
run_shap(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    const ours_t  *o = e->handle;

    if (maas_reasons_run(o->reasons, rows_of(o, r, first), rows, y, o->ws,
                         o->ws_size, NULL)
        != MAAS_OK)
    {
        bench_die("%s: it does not run", e->name);
    }
}


static void
open_ours(bench_engine_t *e, const char *path, size_t in, maas_isa_t isa,
    int shap)
{
    char        *file;
    size_t       size;
    ours_t      *o;
    maas_err_t   err;

    file = bench_read(path, &size);
    o = bench_aligned(sizeof(ours_t));

    if (maas_model_load(file, size, isa, &o->model, &err) != MAAS_OK
        || (shap && maas_reasons_load(file, size, isa, &o->reasons, &err)
                    != MAAS_OK))
    {
        bench_die("%s: %s", path, err.msg);
    }

    free(file);
    if (maas_model_info(o->model)->in != in) {
        bench_die("%s: another number of columns", path);
    }

    o->ws_size = shap ? maas_reasons_workspace_size(o->reasons)
                      : maas_workspace_size(o->model, BENCH_MOST);
    o->ws = bench_aligned(o->ws_size);
    e->handle = o;
    e->run = shap ? run_shap : run_ours;
    e->out = shap ? in + 1 : 1;
}


void
bench_ours(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AUTO, 0);
}


void
bench_ours_avx2(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AVX2, 0);
}


void
bench_shap(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AUTO, 1);
}


void
bench_shap_avx2(bench_engine_t *e, char *with, size_t in)
{
    open_ours(e, with, in, MAAS_ISA_AVX2, 1);
}


static void
run_answers(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    memcpy(y, (const double *) e->handle + first, rows * sizeof(double));
}


void
bench_answers(bench_engine_t *e, char *with, size_t in)
{
    size_t  size;

    e->handle = bench_read(with, &size);
    e->run = run_answers;
}
