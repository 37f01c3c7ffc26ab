
/*
 * How workers are: how many there are, how many died, what memory they have.
 * Not here: what they count of models (ngx_http_maas_count.h).
 */


#ifndef _NGX_HTTP_MAAS_WORKERS_H_INCLUDED_
#define _NGX_HTTP_MAAS_WORKERS_H_INCLUDED_


#include "ngx_http_maas_conf.h"


typedef struct {
    ngx_uint_t                n;           /* those that end among them */
    uint64_t                  deaths;      /* of workers that others replaced,
                                              since the zone was made */
    uint64_t                  used;        /* bytes of maas_memory: of all, */
    uint64_t                  peak;        /*     the most that one has had */
} ngx_http_maas_workers_t;


/* In the master, when a configuration holds: n workers are started next. */
void ngx_http_maas_workers_expect(ngx_http_maas_main_conf_t *mmcf,
    ngx_uint_t n);

/* In each of them: its memory is shown from now on. */
void ngx_http_maas_workers_join(ngx_http_maas_main_conf_t *mmcf);

/* In a worker: of all.  NGX_DECLINED: the zone had no room for it. */
ngx_int_t ngx_http_maas_workers_sum(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_workers_t *sum);


#endif /* _NGX_HTTP_MAAS_WORKERS_H_INCLUDED_ */
