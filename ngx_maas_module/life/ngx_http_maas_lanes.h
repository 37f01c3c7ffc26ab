
/*
 * Lanes of models and pairs, for who makes them and who takes one.
 */


#ifndef _NGX_HTTP_MAAS_LANES_H_INCLUDED_
#define _NGX_HTTP_MAAS_LANES_H_INCLUDED_


#include "ngx_http_maas_conf.h"


/* What must have lanes */

typedef struct {
    ngx_str_t                 key;
    ngx_http_maas_lane_t    **lanes;       /* where it keeps them, */
    ngx_uint_t               *n_lanes;     /*     how many they are, */
    ngx_http_maas_lane_t    **lane;        /*     and this worker's */
} ngx_http_maas_counted_t;


/* Models first, then pairs: how many, and each by its place; key: room for the
 * text of its key, NGX_HTTP_MAAS_ROOM_KEY bytes. */
ngx_uint_t ngx_http_maas_zone_n(ngx_http_maas_main_conf_t *mmcf);
ngx_http_maas_counted_t ngx_http_maas_zone_counted(
    ngx_http_maas_main_conf_t *mmcf, ngx_uint_t i, u_char *key);

/* Rooms of a model that has lanes which it may do without: it is then not
 * counted there. */
void ngx_http_maas_zone_extras(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);

/* In a worker: its lane of each model. */
void ngx_http_maas_zone_attach(ngx_http_maas_main_conf_t *mmcf);

/* In a worker: where a generation that came at run time is counted, with what
 * was counted of that name and version so far.  Never fails: where there is no
 * room it is counted nowhere. */
void ngx_http_maas_zone_join(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);

/* In one worker: nobody serves the model any more.  Its room may be given away,
 * unless it joins again first. */
void ngx_http_maas_zone_leave(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model);


#endif /* _NGX_HTTP_MAAS_LANES_H_INCLUDED_ */
