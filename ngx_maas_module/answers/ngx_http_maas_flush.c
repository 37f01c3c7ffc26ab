
/*
 * An answer leaves: headers, then a body, if there is one.
 * Not here: what they are (ngx_http_maas_response.c).
 */


#include "ngx_http_maas_response.h"


#if (NGX_HTTP_V2)


/* bytes of a body that goes with its headers; longer ones take several writes
 * anyway, and are left to nginx's own order */

#define NGX_HTTP_MAAS_FLUSH  8192


/* With a queue before it nginx does not go on by itself with what is above
 * sendfile_max_chunk. */

static ngx_uint_t
ngx_http_maas_flush_short(ngx_http_request_t *r, ngx_chain_t *out)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    return out == NULL
           || (ngx_buf_size(out->buf) <= NGX_HTTP_MAAS_FLUSH
               && (clcf->sendfile_max_chunk == 0
                   || clcf->sendfile_max_chunk >= 2 * NGX_HTTP_MAAS_FLUSH));
}


/* nginx queues headers before it knows that it has the memory to take them back
 * out when the request ends: without that they must not stay there. */

static void
ngx_http_maas_flush_drop(ngx_http_v2_stream_t *stream)
{
    ngx_http_v2_out_frame_t  **frame;

    frame = &stream->connection->last_out;

    while (*frame != NULL && stream->queued > 0) {

        if ((*frame)->stream == stream && !(*frame)->blocked) {
            *frame = (*frame)->next;
            stream->queued--;

        } else {
            frame = &(*frame)->next;
        }
    }
}


/*
 * Over HTTP/2 nginx writes headers as soon as it has them, and a body after
 * them: two system calls, which take as long as a small model.  While what the
 * frames go out by says that it is not ready, they wait in nginx's own queue.
 * So headers go with the body; and where there are other requests on the
 * connection, whose answers may come in the same turn of the event loop, all
 * that is queued goes at the end of it.
 */

static ngx_int_t
ngx_http_maas_flush_frames(ngx_http_request_t *r, ngx_event_t *wev,
    ngx_chain_t *out)
{
    ngx_int_t                  rc;
    ngx_http_v2_connection_t  *h2c;

    h2c = r->stream->connection;
    wev->ready = 0;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR) {
        ngx_http_maas_flush_drop(r->stream);
    }

    if (h2c->processing == 1) {
        wev->ready = 1;
    }

    if (rc != NGX_ERROR && rc <= NGX_OK && !r->header_only) {
        rc = ngx_http_output_filter(r, out);
    }

    wev->ready = 1;

    if (h2c->last_out != NULL) {
        ngx_post_event(wev, &ngx_posted_events);
    }

    return rc;
}


#endif


ngx_int_t
ngx_http_maas_flush(ngx_http_request_t *r, ngx_chain_t *out)
{
    ngx_int_t     rc;
#if (NGX_HTTP_V2)
    ngx_event_t  *wev;

    if (r->stream != NULL) {
        wev = r->stream->connection->connection->write;

        if (wev->ready && ngx_http_maas_flush_short(r, out)) {
            return ngx_http_maas_flush_frames(r, wev, out);
        }
    }
#endif

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out);
}
