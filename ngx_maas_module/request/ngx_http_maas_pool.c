
/*
 * Leaving the event loop: when (maas_offload), how a request is kept alive
 * meanwhile, and how it comes back.
 * Not here: what a thread does (ngx_http_maas_batch.c, ngx_http_maas_large.c).
 */


#include <maas.h>

#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_count.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_model.h"
#include "ngx_http_maas_pool.h"


/* a worker that is told to quit waits so long for a thread, ms */

#define NGX_HTTP_MAAS_TASK_TIMEOUT  60000

#define NGX_HTTP_MAAS_NICE          10


#if (NGX_THREADS)


/* "250us", "2ms", "1s" -> ns, or NGX_ERROR */

static ngx_int_t
ngx_http_maas_offload_time(u_char *p, size_t len)
{
    size_t      i;
    ngx_int_t   n;
    ngx_uint_t  unit;

    static const struct {
        char        *name;
        size_t       len;
        ngx_int_t    ns;
    } units[] = {
        { "us", 2, 1000 },
        { "ms", 2, 1000 * 1000 },
        { "s",  1, 1000 * 1000 * 1000 }
    };

    for (i = 0; i < len && p[i] >= '0' && p[i] <= '9'; i++) { /* void */ }

    n = ngx_atoi(p, i);

    for (unit = 0; unit < sizeof(units) / sizeof(units[0]); unit++) {
        if (len - i == units[unit].len
            && ngx_strncmp(p + i, units[unit].name, len - i) == 0
            && n != NGX_ERROR && n <= NGX_MAX_INT_T_VALUE / units[unit].ns)
        {
            return n * units[unit].ns;
        }
    }

    return NGX_ERROR;
}


char *
ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t                *value, name;
    ngx_uint_t                i;
    ngx_http_maas_offload_t  *offload;

    if (mlcf->offload != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->offload = NULL;
        return NGX_CONF_OK;
    }

    offload = ngx_pcalloc(cf->pool, sizeof(ngx_http_maas_offload_t));
    if (offload == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&name, "default");

    if (ngx_strncmp(value[1].data, "pool=", 5) == 0 && value[1].len > 5) {
        name.data = value[1].data + 5;
        name.len = value[1].len - 5;

    } else if (ngx_strcmp(value[1].data, "pool") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected \"off\", "
                           "\"pool\" or \"pool=name\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    offload->above = NGX_ERROR;
    offload->nice = NGX_HTTP_MAAS_NICE;

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "above=", 6) == 0) {
            offload->above = ngx_http_maas_offload_time(value[i].data + 6,
                                                        value[i].len - 6);
            if (offload->above != NGX_ERROR) {
                continue;
            }

        } else if (ngx_strncmp(value[i].data, "nice=", 5) == 0) {
            offload->nice = ngx_atoi(value[i].data + 5, value[i].len - 5);
            if (offload->nice != NGX_ERROR && offload->nice < 20) {
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected a time such "
                           "as \"above=250us\" or \"above=2ms\", or "
                           "\"nice=\" and 0 to 19", &value[i]);
        return NGX_CONF_ERROR;
    }

    if (offload->above == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "maas_offload needs a time such as "
                           "\"above=250us\" or \"above=2ms\" behind \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    offload->pool = ngx_thread_pool_add(cf, &name);
    if (offload->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    mlcf->offload = offload;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_maas_pool_post(ngx_http_maas_offload_t *offload,
    ngx_thread_task_t *task)
{
    if (ngx_thread_task_post(offload->pool, task) != NGX_OK) {
        return NGX_ERROR;
    }

    /* as long as there is a timer, a worker does not exit; core's own tasks
     * have one since 1.25.4 */

    ngx_add_timer(&task->event, NGX_HTTP_MAAS_TASK_TIMEOUT);

    return NGX_OK;
}


/*
 * The loop and a thread on the same core would each get half of it; but the
 * loop has everybody's requests.  (A thread that was made nicer stays so, it
 * has no right to go back.)
 */

void
ngx_http_maas_pool_enter(ngx_http_maas_offload_t *offload)
{
    static __thread ngx_int_t  nice;

    if (nice < offload->nice) {
        nice = offload->nice;
        (void) setpriority(PRIO_PROCESS, 0, (int) nice);  /* this thread */
    }
}


ngx_int_t
ngx_http_maas_pool_done(ngx_event_t *ev)
{
    if (ev->timedout) {
        ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                      "maas: a thread has not come back for %d s",
                      NGX_HTTP_MAAS_TASK_TIMEOUT / 1000);
        ev->timedout = 0;
        return NGX_AGAIN;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    return NGX_OK;
}


#else


char *
ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return "needs nginx built --with-threads";
}


#endif


/* Write events come early, above all in HTTP/2. */

static void
ngx_http_maas_held(ngx_http_request_t *r)
{
    ngx_http_maas_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_maas_module);

    if (ctx->finish != NULL) {
        ctx->finish(r, ctx);
    }
}


void
ngx_http_maas_hold(ngx_http_request_t *r)
{
    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_http_maas_held;
    r->read_event_handler = ngx_http_test_reading;
}


void
ngx_http_maas_release(ngx_http_request_t *r, ngx_http_maas_ctx_t *ctx,
    ngx_http_maas_finish_pt finish)
{
    ngx_connection_t  *c;

    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;
    r->aio = 0;
    ctx->finish = finish;

    /* of a request that was terminated meanwhile, nginx's own finalizer */

    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_http_maas_fail(maas_err_t *err, maas_status_t code, const char *text)
{
    err->code = code;
    (void) ngx_cpystrn((u_char *) err->msg, (u_char *) text,
                       sizeof(err->msg));

    return NGX_ERROR;
}


uint64_t
ngx_http_maas_cpu_time(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + ts.tv_nsec;
}


/* Times are kept by powers of two of rows. */

ngx_uint_t
ngx_http_maas_cost_bucket(ngx_uint_t rows)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_MAAS_COSTS - 1 && rows > 1; i++) {
        rows >>= 1;
    }

    return i;
}


void
ngx_http_maas_cost_add(ngx_http_maas_model_t *model, ngx_uint_t rows,
    uint64_t ns)
{
    float  *c, a_row;

    if (rows == 0) {
        return;
    }

    c = &model->cost[ngx_http_maas_cost_bucket(rows)];
    a_row = (float) ns / rows;

    *c = *c == 0 ? a_row : *c + (a_row - *c) / 8;
}


uint64_t
ngx_http_maas_cost(ngx_http_maas_model_t *model, ngx_uint_t rows)
{
    ngx_uint_t  i;

    for (i = ngx_http_maas_cost_bucket(rows); i > 0; i--) {
        if (model->cost[i] != 0) {
            break;
        }
    }

    return (uint64_t) (model->cost[i] * rows);
}
