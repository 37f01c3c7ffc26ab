
/*
 * Several instances that are shown as one: what a location of maas_fleet knows
 * of them, and what they said.
 * Not here: the directive (life/), how requests are spread: nginx's upstreams
 * do that.
 */


#ifndef _NGX_HTTP_MAAS_FLEET_H_INCLUDED_
#define _NGX_HTTP_MAAS_FLEET_H_INCLUDED_


#include "answers/ngx_http_maas_response.h"
#include "ngx_http_maas_conf.h"


/* A server of the upstream, by one of its addresses */

typedef struct {
    ngx_str_t                 name;        /* as $maas_instance has it */
    ngx_uint_t                weight;
    unsigned                  backup:1;
    unsigned                  down:1;      /* nothing is sent there */
} ngx_http_maas_instance_t;


struct ngx_http_maas_fleet_s {
    ngx_str_t                 upstream;
    ngx_str_t                 uri;         /* that instances are asked at */
    ngx_msec_t                timeout;
    size_t                    max;         /* bytes of an answer */
    ngx_array_t               instances;   /* of ngx_http_maas_instance_t; once
                                              the configuration is read */
    ngx_uint_t                metrics;     /* of them; 0: what is happening */
    u_char                   *file;        /* where it stands */
    ngx_uint_t                line;
};


typedef struct ngx_http_maas_ask_s  ngx_http_maas_ask_t;

/* What an instance said; error: why not, NULL: it did. */

typedef struct {
    ngx_http_maas_ask_t             *ask;
    const ngx_http_maas_instance_t  *instance;
    ngx_http_request_t              *request;   /* that asks it */
    ngx_http_maas_text_t             body;      /* as it comes */
    ngx_str_t                        text;      /* all of it */
    const char                      *error;
    ngx_uint_t                       status;    /* in place of an error: not
                                                   200 */
    unsigned                         done:1;
    unsigned                         longer:1;  /* than it may be */
} ngx_http_maas_said_t;


/* A request while instances are asked */

struct ngx_http_maas_ask_s {
    ngx_http_request_t       *request;
    ngx_http_maas_fleet_t    *fleet;
    ngx_http_maas_said_t     *said;        /* by instance */
    ngx_uint_t                waiting;     /* for how many of them */
    ngx_event_t               end;         /* all have answered, or it is late
                                            */
    unsigned                  over:1;      /* it is answered */
};


/* ngx_http_maas_ask.c */

/* Content handler of maas_fleet */
ngx_int_t ngx_http_maas_fleet_handler(ngx_http_request_t *r);


/* ngx_http_maas_said.c */

/* Why most are down */
extern const char  ngx_http_maas_said_late[];

/* A subrequest for an instance has ended: handler of its post_subrequest, whose
 * data is a ngx_http_maas_said_t.  The last one ends the request. */
ngx_int_t ngx_http_maas_said_done(ngx_http_request_t *sr, void *data,
    ngx_int_t rc);

/* What instances answer is kept. */
void ngx_http_maas_fleet_filter_init(void);

/* $maas_instance: which one is asked */
ngx_int_t ngx_http_maas_instance_variable(ngx_conf_t *cf);


/* ngx_http_maas_named.c */

/* $maas_grpc_model: what a message of gRPC names */
ngx_int_t ngx_http_maas_named_variable(ngx_conf_t *cf);


/* ngx_http_maas_fleet_text.c */

/* What all said: as metrics, or as JSON.  NGX_ERROR: no memory. */
ngx_int_t ngx_http_maas_fleet_metrics(ngx_http_maas_ask_t *ask,
    ngx_http_maas_text_t *text);
void ngx_http_maas_fleet_json(ngx_http_maas_ask_t *ask,
    ngx_http_maas_text_t *text);


#endif /* _NGX_HTTP_MAAS_FLEET_H_INCLUDED_ */
