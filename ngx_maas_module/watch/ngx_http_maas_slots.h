
/*
 * Memory that generations of one model take turns in: some slots of address
 * space, reserved before workers are forked so that each has them at the same
 * address, and physical where something is in them.  Who loads a model writes;
 * all others read.
 * Not here: when a model is loaded, and who (ngx_http_maas_watch.h).
 */


#ifndef _NGX_HTTP_MAAS_SLOTS_H_INCLUDED_
#define _NGX_HTTP_MAAS_SLOTS_H_INCLUDED_


#include "ngx_http_maas_model.h"

#include <trust/maas_trust.h>


/* Generations of a model that requests may still have, and one that is being
 * loaded */

#define NGX_HTTP_MAAS_SLOTS  8


/* At the beginning of a slot; a generation is 0 where nothing is in it */

typedef struct {
    ngx_uint_t                generation;
    size_t                    used;        /* bytes of the slot */
    maas_model_t             *engine;
    u_char                    sum[MAAS_SHA256_HEX];
    time_t                    written;     /* the file */
    time_t                    loaded;
    float                     cost;        /* ns of CPU time for a row, */
    float                     explain;     /*     by MAAS_EXPLAIN_STEPS */
    maas_explainer_t         *explainer;   /* NULL: there is none, */
    char                      unexplained[320];    /* since */
} ngx_http_maas_slot_t;


typedef struct {
    u_char                   *start;       /* NULL: there are none */
    size_t                    size;        /* of a slot */
    size_t                    most;        /* bytes of a model in it */
    u_char                   *mapped;      /* around it, so many */
    size_t                    length;      /*     bytes */
} ngx_http_maas_slots_t;


/* Reserve slots of so many bytes for n models, given back with the pool;
 * NGX_ERROR: it is not to be had. */
ngx_int_t ngx_http_maas_slots_reserve(ngx_pool_t *pool,
    ngx_http_maas_slots_t *slots, size_t size, ngx_uint_t n);

/* Those of model i of them, from 0 on */
ngx_http_maas_slots_t ngx_http_maas_slots_part(ngx_http_maas_slots_t *slots,
    ngx_uint_t i);

ngx_http_maas_slot_t *ngx_http_maas_slot(ngx_http_maas_slots_t *slots,
    ngx_uint_t i);

/* In any thread: a model file -> engine, in slot i, which is empty.  On failure
 * it is empty again, else not sealed yet. */
maas_status_t ngx_http_maas_slot_load(ngx_http_maas_slots_t *slots,
    ngx_uint_t i, const u_char *file, size_t size, maas_err_t *err);

/* In any thread: its explainer, behind it, of the same file.  On failure, which
 * leaves the model as it is, the slot says why.  It is not sealed then. */
maas_status_t ngx_http_maas_slot_explain(ngx_http_maas_slots_t *slots,
    ngx_uint_t i, const u_char *file, size_t size, maas_err_t *err);

/* The same of the first generation, which is sealed again */
maas_status_t ngx_http_maas_slot_explain_first(ngx_http_maas_slots_t *slots,
    const u_char *file, size_t size, maas_err_t *err);

/* The rest of it, which is sealed for this process: sum[] of the file has
 * MAAS_SHA256_HEX digits; cost: of a row, and of one explained. */
void ngx_http_maas_slot_set(ngx_http_maas_slots_t *slots, ngx_uint_t i,
    ngx_uint_t generation, const u_char *sum, time_t written,
    const float cost[2]);

/* In any thread: give back the memory of slot i, in slices.  Nobody reads it
 * any more. */
void ngx_http_maas_slot_empty(ngx_http_maas_slots_t *slots, ngx_uint_t i);

/* Make pages from byte *at of slot i on known to this process, a slice of them,
 * and move *at behind it; true once all are. */
ngx_uint_t ngx_http_maas_slot_warm(ngx_http_maas_slots_t *slots, ngx_uint_t i,
    size_t *at);


#endif /* _NGX_HTTP_MAAS_SLOTS_H_INCLUDED_ */
