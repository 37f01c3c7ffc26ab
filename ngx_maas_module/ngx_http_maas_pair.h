
/*
 * A model and a shadow of it, and what is counted of the two.
 * Not here: which requests a shadow sees, and when it runs (proxy/).
 */


#ifndef _NGX_HTTP_MAAS_PAIR_H_INCLUDED_
#define _NGX_HTTP_MAAS_PAIR_H_INCLUDED_


#include "ngx_http_maas_model.h"


/* "a:1 b:2", with names and versions of the longest kind */

#define NGX_HTTP_MAAS_PAIR_KEY  (2 * (MAAS_MAX_NAME + NGX_INT_T_LEN) + 4)


typedef struct ngx_http_maas_pair_s  ngx_http_maas_pair_t;

struct ngx_http_maas_pair_s {
    ngx_http_maas_model_t    *model;       /* that answers */
    ngx_http_maas_model_t    *shadow;
    ngx_str_t                 key;         /* with NUL behind it */
    const uint32_t           *labels;      /* of each of the shadow's its place
                                              among the model's; NULL: the same
                                              place */
    unsigned                  decides:1;   /* they can agree */
    unsigned                  named:1;     /* their columns are not the same */
    ngx_http_maas_lane_t     *lanes;       /* of all workers */
    ngx_uint_t                n_lanes;
    ngx_http_maas_lane_t     *lane;        /* of this one */
    ngx_uint_t                slice;       /* rows of its in a turn; 0: not
                                              known yet.  Of this worker */
    ngx_http_maas_pair_t     *now;         /* the same two, in generations that
                                              are current in this worker, */
    ngx_http_maas_pair_t     *next;        /*     or will be */
};


/* What is counted of it: rows are those of the first
 * NGX_HTTP_MAAS_KEPT of a request. */

typedef struct {
    uint64_t                  rows;        /* that both have seen, */
    uint64_t                  agreed;      /*     and said the same of */
    double                    difference;  /* sums: shadow's score - model's, */
    double                    distance;    /*     and without its sign */
    uint64_t                  ns;          /* reading rows, running the model */
    uint64_t                  failed;      /* rows that it could not read, or
                                              found no finite answer for */
    uint64_t                  dropped;     /* rows there was no time or memory
                                              for */
} ngx_http_maas_pair_sum_t;


/* Add all of it, in the event loop. */
void ngx_http_maas_pair_count(ngx_http_maas_pair_t *pair,
    const ngx_http_maas_pair_sum_t *add);

/* The same of rows that are dropped alone */
void ngx_http_maas_pair_dropped(ngx_http_maas_pair_t *pair, ngx_uint_t rows);

/* The sums of all workers */
void ngx_http_maas_pair_sum(ngx_http_maas_pair_t *pair,
    ngx_http_maas_pair_sum_t *sum);


#endif /* _NGX_HTTP_MAAS_PAIR_H_INCLUDED_ */
