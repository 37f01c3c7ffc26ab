/*
 * Who is asked by bench_trees: libraries, compiled trees, and this engine.
 * Not here: how long they take.
 */

#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <stddef.h>


#define BENCH_MOST  64         /* rows a call */

/* The rows that all are asked about, the same numbers twice. */

typedef struct {
    size_t         n;
    size_t         in;         /* numbers a row */
    const double  *wide;       /* (n,in) */
    const float   *narrow;     /* (n,in) */
} bench_rows_t;


/* Who is asked */

typedef struct bench_engine_s  bench_engine_t;

struct bench_engine_s {
    const char  *name;
    size_t       out;          /* numbers of an answer: 1, or in + 1 of SHAP */
    void        *handle;
    void        *code;
    void        *more;

    /* raw scores of rows[first .. first+rows) in one call: y(rows,out) */
    void       (*run)(const bench_engine_t *e, const bench_rows_t *r,
                      size_t first, size_t rows, double *y);
};


/* Each opens what `with` says, "a,b" (files), for rows of `in` numbers, and
 * ends the program with a sentence where it cannot. */
typedef void (*bench_open_t)(bench_engine_t *e, char *with, size_t in);

/* "lib_lightgbm.so,model.txt" */
void bench_lightgbm(bench_engine_t *e, char *with, size_t in);
void bench_lightgbm_shap(bench_engine_t *e, char *with, size_t in);
/* "libxgboost.so,model.json" */
void bench_xgboost(bench_engine_t *e, char *with, size_t in);
/* "trees.so": what it makes of a LightGBM file, and of an XGBoost file */
void bench_tl2cgen(bench_engine_t *e, char *with, size_t in);
void bench_tl2cgen_float(bench_engine_t *e, char *with, size_t in);
void bench_lleaves(bench_engine_t *e, char *with, size_t in);

/* ours.c: "model.safetensors" */
void bench_ours(bench_engine_t *e, char *with, size_t in);
void bench_ours_avx2(bench_engine_t *e, char *with, size_t in);
void bench_shap(bench_engine_t *e, char *with, size_t in);
void bench_shap_avx2(bench_engine_t *e, char *with, size_t in);
/* "answers.bin": doubles that are there already, so that it is not timed */
void bench_answers(bench_engine_t *e, char *with, size_t in);

/* Memory for vectors; a whole file in such */
void *bench_aligned(size_t size);
char *bench_read(const char *path, size_t *size);

void bench_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));


#endif /* BENCH_PEERS_H */
