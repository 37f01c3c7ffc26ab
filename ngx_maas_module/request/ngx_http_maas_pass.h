
/*
 * The one place where the module runs a model: rows in, rows out, what it took.
 * Not here: where rows come from and go to.
 */


#ifndef _NGX_HTTP_MAAS_PASS_H_INCLUDED_
#define _NGX_HTTP_MAAS_PASS_H_INCLUDED_


#include "ngx_http_maas_model.h"


/* Set model, x, y, rows and workspace, the rest 0.  A pass is of one thread at
 * a time. */

typedef struct {
    ngx_http_maas_model_t      *model;
    float                      *x;         /* (rows,in) */
    float                      *y;         /* (rows,out) */
    ngx_uint_t                  rows;
    ngx_uint_t                  done;      /* rows that have run */
    ngx_http_maas_workspace_t  *workspace; /* of the thread that runs it */
    unsigned                    timed:1;   /* what rows cost is to be known */

    maas_err_t                  err;
    uint64_t                    run;       /* began and ended, */
    uint64_t                    ran;       /*     ngx_http_maas_now() */
    uint64_t                    ns;        /* CPU time, if timed */
} ngx_http_maas_pass_t;


/* Predict up to `most` of the rows that have not run.  In any thread: nothing
 * is touched but the pass and its memory. */
maas_status_t ngx_http_maas_pass_predict(ngx_http_maas_pass_t *pass,
    ngx_uint_t most);

/* In the event loop, once all rows have run: count the pass, if it is not
 * failed, and learn from its time, if that is known. */
void ngx_http_maas_pass_count(ngx_http_maas_pass_t *pass);

/* The second half of it, for a pass that is not to be counted */
void ngx_http_maas_pass_learn(ngx_http_maas_pass_t *pass);

/* What rows of a model will take by what others took, ns of CPU time */
uint64_t ngx_http_maas_pass_cost(ngx_http_maas_model_t *model,
    ngx_uint_t rows);


#endif /* _NGX_HTTP_MAAS_PASS_H_INCLUDED_ */
