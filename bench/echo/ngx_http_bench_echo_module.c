/*
 * Bare nginx to compare with: reads the request body, answers a constant.
 * Not here: anything that looks at the body.
 *
 *     location / { bench_echo '{"the":"answer"}'; }
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    ngx_str_t  answer;
} ngx_http_bench_echo_loc_conf_t;


static void *ngx_http_bench_echo_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_bench_echo(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_bench_echo_commands[] = {

    { ngx_string("bench_echo"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_bench_echo,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_bench_echo_loc_conf_t, answer),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_bench_echo_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_bench_echo_create_loc_conf,   /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_bench_echo_module = {
    NGX_MODULE_V1,
    &ngx_http_bench_echo_module_ctx,       /* module context */
    ngx_http_bench_echo_commands,          /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* what nginx's own make would have put beside the module */

ngx_module_t  *ngx_modules[] = { &ngx_http_bench_echo_module, NULL };
char          *ngx_module_names[] = { "ngx_http_bench_echo_module", NULL };
char          *ngx_module_order[] = { NULL };


static void
ngx_http_bench_echo_body(ngx_http_request_t *r)
{
    ngx_int_t                        rc;
    ngx_buf_t                       *b;
    ngx_chain_t                      out;
    ngx_http_bench_echo_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_bench_echo_module);

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    b->pos = conf->answer.data;
    b->last = conf->answer.data + conf->answer.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = (off_t) conf->answer.len;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_OK) {
        rc = ngx_http_output_filter(r, &out);
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_bench_echo_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_bench_echo_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static void *
ngx_http_bench_echo_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_bench_echo_loc_conf_t));
}


static char *
ngx_http_bench_echo(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_bench_echo_handler;

    return ngx_conf_set_str_slot(cf, cmd, conf);
}
