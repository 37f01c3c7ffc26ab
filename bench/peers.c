/*
 * Calls of LightGBM, XGBoost and of trees that others compiled, as fast as each
 * can be called from C.  Nothing of them is needed to build this: their shared
 * libraries are opened when the program runs.
 * Not here: how long they take (bench_trees.c).
 */

#include "peers.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* c_api.h of LightGBM 4: C_API_DTYPE_FLOAT64, C_API_PREDICT_* */

#define LGBM_F64      1
#define LGBM_RAW      1
#define LGBM_CONTRIB  3
#define LGBM_OPTIONS  "num_threads=1"

typedef struct {
    int   (*load)(const char *file, int *iterations, void **booster);
    int   (*fast)(void *booster, int what, int first, int n, int dtype,
                  int32_t in, const char *options, void **config);
    int   (*one)(void *config, const void *x, int64_t *len, double *y);
    int   (*many)(void *booster, const void *x, int dtype, int32_t rows,
                  int32_t in, int row_major, int what, int first, int n,
                  const char *options, int64_t *len, double *y);
    const char *(*error)(void);
    int     what;
    void   *booster;
    void   *config;
} lgbm_t;

/* c_api.h of XGBoost 3 */

typedef struct {
    int   (*create)(void **data, uint64_t n, void **booster);
    int   (*load)(void *booster, const char *file);
    int   (*set)(void *booster, const char *name, const char *value);
    int   (*predict)(void *booster, const char *array, const char *config,
                     void *proxy, const uint64_t **shape, uint64_t *rank,
                     const float **y);
    const char *(*error)(void);
    void   *booster;
} xgb_t;

typedef union {
    int     missing;
    double  value;
} tl_entry_t;

typedef union {
    int    missing;
    float  value;
} tl_float_t;


void
bench_die(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}


static void *
open_library(const char *file)
{
    void  *so;

    so = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (so == NULL) {
        bench_die("%s: %s", file, dlerror());
    }

    return so;
}


/* *to = the function, whose type the caller knows */

static void
find(void *so, const char *name, void *to)
{
    void  *f;

    f = dlsym(so, name);
    if (f == NULL) {
        bench_die("there is no %s", name);
    }

    memcpy(to, &f, sizeof(f));
}


/* "a,b" -> "a", and b */

static char *
second(char *with)
{
    char  *p;

    p = strchr(with, ',');
    if (p == NULL) {
        bench_die("%s: expected LIBRARY,MODEL", with);
    }

    *p = '\0';

    return p + 1;
}


static void *
zeroed(size_t size)
{
    void  *p;

    p = calloc(1, size);
    if (p == NULL) {
        bench_die("memory is out");
    }

    return p;
}


static void
run_lightgbm(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    int            rc;
    int64_t        len;
    const lgbm_t  *l;
    const double  *x;

    l = e->handle;
    x = r->wide + first * r->in;

    if (rows == 1) {
        rc = l->one(l->config, x, &len, y);

    } else {
        rc = l->many(l->booster, x, LGBM_F64, (int32_t) rows, (int32_t) r->in,
                     1, l->what, 0, -1, LGBM_OPTIONS, &len, y);
    }

    if (rc != 0) {
        bench_die("LightGBM: %s", l->error());
    }
}


static void
open_lightgbm(bench_engine_t *e, char *with, size_t in, int what)
{
    int      n;
    char    *model;
    void    *so;
    lgbm_t  *l;

    model = second(with);
    so = open_library(with);
    l = zeroed(sizeof(lgbm_t));
    find(so, "LGBM_BoosterCreateFromModelfile", &l->load);
    find(so, "LGBM_BoosterPredictForMatSingleRowFastInit", &l->fast);
    find(so, "LGBM_BoosterPredictForMatSingleRowFast", &l->one);
    find(so, "LGBM_BoosterPredictForMat", &l->many);
    find(so, "LGBM_GetLastError", &l->error);

    l->what = what;
    if (l->load(model, &n, &l->booster) != 0
        || l->fast(l->booster, what, 0, -1, LGBM_F64, (int32_t) in,
                   LGBM_OPTIONS, &l->config) != 0)
    {
        bench_die("%s: %s", model, l->error());
    }

    e->handle = l;
    e->run = run_lightgbm;
}


void
bench_lightgbm(bench_engine_t *e, char *with, size_t in)
{
    open_lightgbm(e, with, in, LGBM_RAW);
}


void
bench_lightgbm_shap(bench_engine_t *e, char *with, size_t in)
{
    open_lightgbm(e, with, in, LGBM_CONTRIB);
    e->out = in + 1;
}


static void
run_xgboost(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    char             array[200];
    size_t           i;
    uint64_t         rank;
    const xgb_t     *x;
    const float     *got;
    const uint64_t  *shape;

    x = e->handle;
    snprintf(array, sizeof(array), "{\"data\":[%llu,true],\"shape\":[%zu,%zu],"
             "\"typestr\":\"<f4\",\"version\":3}",
             (unsigned long long) (uintptr_t) (r->narrow + first * r->in),
             rows, r->in);

    if (x->predict(x->booster, array, "{\"type\":1,\"training\":false,"
                   "\"iteration_begin\":0,\"iteration_end\":0,"
                   "\"strict_shape\":false,\"missing\":NaN,\"cache_id\":0}",
                   NULL, &shape, &rank, &got)
        != 0)
    {
        bench_die("XGBoost: %s", x->error());
    }

    for (i = 0; i < rows; i++) {
        y[i] = (double) got[i];
    }
}


void
bench_xgboost(bench_engine_t *e, char *with, size_t in)
{
    char   *model;
    void   *so;
    xgb_t  *x;

    model = second(with);
    so = open_library(with);
    x = zeroed(sizeof(xgb_t));
    find(so, "XGBoosterCreate", &x->create);
    find(so, "XGBoosterLoadModel", &x->load);
    find(so, "XGBoosterSetParam", &x->set);
    find(so, "XGBoosterPredictFromDense", &x->predict);
    find(so, "XGBGetLastError", &x->error);

    if (x->create(NULL, 0, &x->booster) != 0
        || x->load(x->booster, model) != 0
        || x->set(x->booster, "nthread", "1") != 0)
    {
        bench_die("%s: %s", model, x->error());
    }

    e->handle = x;
    e->run = run_xgboost;
}


/* It has a function of one row, which may write to the row. */

static void
run_tl2cgen(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    size_t         i, k;
    tl_entry_t    *entry;
    const double  *x;
    void         (*predict)(tl_entry_t *, int, double *);

    predict = (void (*)(tl_entry_t *, int, double *)) e->code;
    entry = e->handle;

    for (i = 0; i < rows; i++) {
        x = r->wide + (first + i) * r->in;

        for (k = 0; k < r->in; k++) {
            if (x[k] != x[k]) {
                entry[k].missing = -1;

            } else {
                entry[k].value = x[k];
            }
        }

        y[i] = 0;
        predict(entry, 1, &y[i]);
    }
}


static void
run_tl2cgen_float(const bench_engine_t *e, const bench_rows_t *r,
    size_t first, size_t rows, double *y)
{
    float         got;
    size_t        i, k;
    tl_float_t   *entry;
    const float  *x;
    void        (*predict)(tl_float_t *, int, float *);

    predict = (void (*)(tl_float_t *, int, float *)) e->code;
    entry = e->handle;

    for (i = 0; i < rows; i++) {
        x = r->narrow + (first + i) * r->in;

        for (k = 0; k < r->in; k++) {
            if (x[k] != x[k]) {
                entry[k].missing = -1;

            } else {
                entry[k].value = x[k];
            }
        }

        got = 0;
        predict(entry, 1, &got);
        y[i] = (double) got;
    }
}


void
bench_tl2cgen(bench_engine_t *e, char *with, size_t in)
{
    find(open_library(with), "predict", &e->code);
    e->handle = zeroed(in * sizeof(tl_entry_t));
    e->run = run_tl2cgen;
}


void
bench_tl2cgen_float(bench_engine_t *e, char *with, size_t in)
{
    find(open_library(with), "predict", &e->code);
    e->handle = zeroed(in * sizeof(tl_float_t));
    e->run = run_tl2cgen_float;
}


static void
run_lleaves(const bench_engine_t *e, const bench_rows_t *r, size_t first,
    size_t rows, double *y)
{
    void  (*forest)(const double *, double *, int, int);

    forest = (void (*)(const double *, double *, int, int)) e->code;
    forest(r->wide + first * r->in, y, 0, (int) rows);
}


void
bench_lleaves(bench_engine_t *e, char *with, size_t in)
{
    find(open_library(with), "forest_root", &e->code);
    e->run = run_lleaves;
}
