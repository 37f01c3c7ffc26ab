
/*
 * Work of the event loop that is done in slices: in each turn one request of
 * all that wait goes on, so that others are held up by one slice, however many
 * they are.
 * Not here: what a slice is.
 */


#include "ngx_http_maas_batch.h"


/* a worker that is told to quit waits so long for the next turn, ms */

#define NGX_HTTP_MAAS_TURN_TIMEOUT  60000


typedef struct {
    ngx_queue_t                requests;   /* ctx->turn */
    ngx_event_t                event;      /* the next turn */
} ngx_http_maas_turns_t;


static ngx_http_maas_turns_t  ngx_http_maas_turns;


static void
ngx_http_maas_turn_none(ngx_http_maas_turns_t *turns)
{
    if (turns->event.posted) {
        ngx_delete_posted_event(&turns->event);
    }

    if (turns->event.timer_set) {
        ngx_del_timer(&turns->event);
    }
}


static void
ngx_http_maas_turn(ngx_event_t *ev)
{
    ngx_queue_t            *q;
    ngx_connection_t       *c;
    ngx_http_maas_ctx_t    *ctx;
    ngx_http_maas_turns_t  *turns = ev->data;

    /* the timer only keeps a worker from quitting: the turn is posted, too */

    if (ev->timedout) {
        ev->timedout = 0;
        return;
    }

    q = ngx_queue_head(&turns->requests);
    ngx_queue_remove(q);

    ctx = ngx_queue_data(q, ngx_http_maas_ctx_t, turn);
    ctx->waits = 0;

    c = ctx->request->connection;

    ngx_http_set_log_request(c->log, ctx->request);
    ctx->take_turn(ctx->request, ctx);
    ngx_http_run_posted_requests(c);

    if (ngx_queue_empty(&turns->requests)) {
        ngx_http_maas_turn_none(turns);
        return;
    }

    /* as long as there is a timer, a worker does not exit */

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }

    ngx_add_timer(ev, NGX_HTTP_MAAS_TURN_TIMEOUT);
    ngx_post_event(ev, &ngx_posted_next_events);
}


void
ngx_http_maas_turn_wait(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt go_on)
{
    ngx_http_maas_turns_t  *turns;

    turns = &ngx_http_maas_turns;

    if (turns->event.handler == NULL) {
        ngx_queue_init(&turns->requests);
        turns->event.handler = ngx_http_maas_turn;
        turns->event.data = turns;
    }

    turns->event.log = ngx_cycle->log;

    ctx->take_turn = go_on;
    ctx->waits = 1;
    ngx_queue_insert_tail(&turns->requests, &ctx->turn);

    r->read_event_handler = ngx_http_test_reading;

    if (!turns->event.posted) {
        ngx_add_timer(&turns->event, NGX_HTTP_MAAS_TURN_TIMEOUT);
        ngx_post_event(&turns->event, &ngx_posted_events);
    }
}


void
ngx_http_maas_turn_drop(ngx_http_maas_ctx_t *ctx)
{
    if (!ctx->waits) {
        return;
    }

    ngx_queue_remove(&ctx->turn);
    ctx->waits = 0;

    if (ngx_queue_empty(&ngx_http_maas_turns.requests)) {
        ngx_http_maas_turn_none(&ngx_http_maas_turns);
    }
}
