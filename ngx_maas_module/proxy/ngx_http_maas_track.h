
/*
 * maas_track: tables of clients as requests see them.
 * Not here: the tables themselves (ngx_http_maas_track_table.h).
 */


#ifndef _NGX_HTTP_MAAS_TRACK_H_INCLUDED_
#define _NGX_HTTP_MAAS_TRACK_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_track_table.h"


/* A line of maas_track */

typedef struct {
    ngx_str_t                    name;     /* without the $ */
    ngx_uint_t                   index;    /* in mmcf->tracks */
    ngx_http_complex_value_t     key;
    ngx_str_t                    window[NGX_HTTP_MAAS_TRACK_WINDOWS];
                                           /* as they are written */
    ngx_http_maas_track_table_t  table;    /* once there is a zone */
    ngx_http_maas_track_top_t    top;      /* of this worker */
} ngx_http_maas_track_t;


/* maas_track $name key=value [size=size] window=time[,time ...]: add it to
 * mmcf->tracks, with its zone and its variables. */
char *ngx_http_maas_track(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* ngx_http_maas_track_zone.c: at its line, the zone of a table that has all its
 * windows; logs why there is none. */
char *ngx_http_maas_track_zone_add(ngx_conf_t *cf,
    ngx_http_maas_track_t *track, size_t size);

/* Milliseconds, never 0; all workers have the same clock */
uint64_t ngx_http_maas_track_now(void);

/* In a worker: its lane of each table. */
void ngx_http_maas_track_attach(ngx_http_maas_main_conf_t *mmcf);

/* What was known of the client of r before r, by one table; the first call
 * counts its arrival.  NULL: it has no key yet, or there is no memory. */
ngx_http_maas_track_seen_t *ngx_http_maas_track_see(ngx_http_request_t *r,
    ngx_http_maas_track_t *track);

/* In preaccess and before the end: it is counted by all tables that it has a
 * key of, if it was not yet. */
void ngx_http_maas_track_arrive(ngx_http_request_t *r);

/* In the log phase of a main request: the same, then its status and bytes. */
void ngx_http_maas_track_finish(ngx_http_request_t *r);

/* ngx_http_maas_track_values.c: add the variables of a line, as $name_gap. */
ngx_int_t ngx_http_maas_track_variables(ngx_conf_t *cf,
    ngx_http_maas_track_t *track);


#endif /* _NGX_HTTP_MAAS_TRACK_H_INCLUDED_ */
