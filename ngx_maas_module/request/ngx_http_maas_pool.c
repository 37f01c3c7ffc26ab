
/*
 * Leaving the event loop: a task of the thread pool, how a request is kept
 * alive meanwhile, and how it comes back.
 * Not here: what a thread does, when (maas_offload) it is asked to.
 */


#include "ngx_http_maas_batch.h"


/* a worker that is told to quit waits so long for a thread, ms */

#define NGX_HTTP_MAAS_TASK_TIMEOUT  60000


#if (NGX_THREADS)


/*
 * The loop and a thread on the same core would each get half of it; but the
 * loop has everybody's requests.  (A thread that was made nicer stays so, it
 * has no right to go back.)
 */

static void
ngx_http_maas_task_thread(void *data, ngx_log_t *log)
{
    ngx_http_maas_task_t  *task = data;

    static __thread ngx_int_t  nice;

    if (nice < task->offload->nice) {
        nice = task->offload->nice;
        (void) setpriority(PRIO_PROCESS, 0, (int) nice);  /* this thread */
    }

    task->work(task->data, log);
}


static void
ngx_http_maas_task_back(ngx_event_t *ev)
{
    ngx_http_maas_task_t  *task = ev->data;

    if (ev->timedout) {
        ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                      "maas: a thread has not come back for %d s",
                      NGX_HTTP_MAAS_TASK_TIMEOUT / 1000);
        ev->timedout = 0;
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    task->back(task->data);
}


ngx_http_maas_task_t *
ngx_http_maas_task_create(ngx_pool_t *pool, void *data,
    ngx_http_maas_task_work_pt work, ngx_http_maas_task_back_pt back)
{
    ngx_thread_task_t     *thread;
    ngx_http_maas_task_t  *task;

    thread = ngx_thread_task_alloc(pool, sizeof(ngx_http_maas_task_t));
    if (thread == NULL) {
        return NULL;
    }

    task = thread->ctx;
    task->thread = thread;
    task->data = data;
    task->work = work;
    task->back = back;

    thread->handler = ngx_http_maas_task_thread;
    thread->event.handler = ngx_http_maas_task_back;
    thread->event.data = task;
    thread->event.log = ngx_cycle->log;

    return task;
}


ngx_int_t
ngx_http_maas_task_post(ngx_http_maas_task_t *task,
    ngx_http_maas_offload_t *offload)
{
    task->offload = offload;

    if (ngx_thread_task_post(offload->pool, task->thread) != NGX_OK) {
        return NGX_ERROR;
    }

    /* as long as there is a timer, a worker does not exit; core's own tasks
     * have one since 1.25.4 */

    ngx_add_timer(&task->thread->event, NGX_HTTP_MAAS_TASK_TIMEOUT);

    return NGX_OK;
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
