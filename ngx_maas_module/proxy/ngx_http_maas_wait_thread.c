
/*
 * Scores of a location that take long run in a thread, before limit_req; the
 * request waits for it, and nothing else does.
 * Not here: scores that are quick (ngx_http_maas_score.c).
 */


#include "ngx_http_maas_wait.h"
#include "ngx_http_maas_why.h"


#if (NGX_THREADS)


typedef struct {
    ngx_http_maas_score_t     *score;
    ngx_http_maas_pass_t       pass;
    ngx_http_maas_block_t      workspace;  /* in thread->block */
    maas_err_t                 err;        /* of the row, or of the pass */
    ngx_http_maas_whys_t      *whys;       /* NULL: nobody asks */
    void                      *why;        /* memory for them */
    ngx_uint_t                 explained;
} ngx_http_maas_job_t;


struct ngx_http_maas_thread_s {
    ngx_http_request_t        *request;
    ngx_array_t                jobs;       /* of ngx_http_maas_job_t */
    ngx_http_maas_cached_t    *cached;     /* of the location, or NULL */
    ngx_http_maas_block_t      block;      /* rows and workspaces */
    unsigned                   done:1;
};


/* In a thread: r and its state are left alone meanwhile, and its scores are
 * BUSY. */

static void
ngx_http_maas_thread_work(void *data, ngx_log_t *log)
{
    ngx_http_maas_thread_t  *thread = data;

    ngx_uint_t            i;
    ngx_http_maas_job_t  *job;

    job = thread->jobs.elts;

    for (i = 0; i < thread->jobs.nelts; i++) {
        job[i].err.code = MAAS_OK;

        (void) ngx_http_maas_score_pass(job[i].score, thread->cached,
                                        &job[i].pass, &job[i].err);

        if (job[i].whys != NULL && job[i].err.code == MAAS_OK) {
            job[i].explained = ngx_http_maas_why_run(job[i].pass.model,
                                                     job[i].pass.x, job[i].why,
                                                     job[i].whys,
                                                     &job[i].pass.err)
                               == MAAS_OK;
        }
    }
}


/* Write events come early, above all in HTTP/2. */

static void
ngx_http_maas_thread_held(ngx_http_request_t *r)
{
    if (!ngx_http_maas_state(r)->thread->done) {
        return;
    }

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
}


static void
ngx_http_maas_thread_end(ngx_http_maas_thread_t *thread)
{
    ngx_uint_t            i;
    ngx_http_maas_job_t  *job;

    job = thread->jobs.elts;

    for (i = 0; i < thread->jobs.nelts; i++) {

        if (job[i].err.code == MAAS_OK && job[i].pass.done > 0) {
            ngx_http_maas_pass_learn(&job[i].pass);
            ngx_http_maas_count_add(job[i].pass.model, NGX_HTTP_MAAS_VAR_NS,
                                    job[i].pass.ran - job[i].pass.run);
        }

        ngx_http_maas_score_end(thread->request, job[i].score, &job[i].err);

        if (job[i].explained) {
            job[i].score->whys = job[i].whys;
            ngx_http_maas_count_add(job[i].pass.model,
                                    NGX_HTTP_MAAS_EXPLAINED, 1);
        }
    }

    if (thread->jobs.nelts > 0) {
        ngx_http_maas_block_give(job[0].pass.model->memory, &thread->block);
    }

    thread->done = 1;
}


static void
ngx_http_maas_thread_back(void *data)
{
    ngx_http_maas_thread_t  *thread = data;

    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = thread->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_maas_thread_end(thread);

    r->main->blocked--;
    r->aio = 0;

    /* of a request that was terminated meanwhile, nginx's own finalizer */

    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}


/* Is bound[i] the first one by its inputs? */

static ngx_uint_t
ngx_http_maas_thread_first(ngx_http_maas_bound_t *bound, ngx_uint_t i)
{
    ngx_uint_t  k;

    for (k = 0; k < i; k++) {
        if (bound[k].inputs == bound[i].inputs) {
            return 0;
        }
    }

    return bound[i].set != NULL;
}


/* Has nobody run it yet? */

static ngx_uint_t
ngx_http_maas_thread_open(ngx_http_request_t *r, ngx_http_maas_inputs_t *inputs)
{
    ngx_http_maas_score_t  *score;
    ngx_http_maas_state_t  *state;

    state = ngx_http_maas_state_now(r);
    score = state == NULL ? NULL : state->scores;

    while (score != NULL && score->lines != inputs) {
        score = score->next;
    }

    return score == NULL || score->state == NGX_HTTP_MAAS_SCORE_NONE
           || score->state == NGX_HTTP_MAAS_SCORE_READ;
}


/* What scores of the location will take that are not there yet, ns */

static uint64_t
ngx_http_maas_thread_cost(ngx_http_request_t *r, ngx_array_t *bounds)
{
    uint64_t                cost;
    ngx_uint_t              i;
    ngx_http_maas_bound_t  *bound;

    cost = 0;
    bound = bounds->elts;

    for (i = 0; i < bounds->nelts; i++) {
        if (ngx_http_maas_thread_first(bound, i)
            && ngx_http_maas_thread_open(r, bound[i].inputs))
        {
            cost += ngx_http_maas_pass_cost(bound[i].inputs->now->model, 1);

            if (ngx_http_maas_why_wanted(bounds, bound[i].inputs)) {
                cost += (uint64_t) bound[i].inputs->now->model->explain;
            }
        }
    }

    return cost;
}


/* A job for each of them, whose features are read now */

static ngx_int_t
ngx_http_maas_thread_gather(ngx_http_request_t *r,
    ngx_http_maas_thread_t *thread, ngx_array_t *bounds)
{
    ngx_uint_t              i;
    ngx_http_maas_job_t    *job;
    ngx_http_maas_bound_t  *bound;
    ngx_http_maas_score_t  *score;

    bound = bounds->elts;

    if (ngx_array_init(&thread->jobs, r->pool, 1, sizeof(ngx_http_maas_job_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < bounds->nelts; i++) {

        if (!ngx_http_maas_thread_first(bound, i)) {
            continue;
        }

        score = ngx_http_maas_score(r, bound[i].inputs);
        if (score == NULL) {
            return NGX_ERROR;
        }

        ngx_http_maas_score_read(r, score);

        if (score->state != NGX_HTTP_MAAS_SCORE_READ) {
            continue;
        }

        job = ngx_array_push(&thread->jobs);
        if (job == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(job, sizeof(ngx_http_maas_job_t));

        job->score = score;
        job->pass.model = score->inputs->model;
        job->pass.rows = 1;
        job->pass.timed = 1;

        if (ngx_http_maas_why_wanted(bounds, bound[i].inputs)
            && job->pass.model->explainer != NULL)
        {
            job->whys = ngx_palloc(r->pool, sizeof(ngx_http_maas_whys_t));
        }
    }

    return NGX_OK;
}


/* Bytes for what the score of a job has its reasons in */

static size_t
ngx_http_maas_thread_why(ngx_http_maas_job_t *job)
{
    return job->whys == NULL
           ? 0 : ngx_align(ngx_http_maas_why_size(job->pass.model),
                           NGX_CPU_CACHE_LINE);
}


/* Memory for all of them, none of which the event loop uses meanwhile */

static maas_status_t
ngx_http_maas_thread_memory(ngx_http_maas_thread_t *thread, maas_err_t *err)
{
    u_char                 *p;
    size_t                  size;
    ngx_uint_t              i;
    ngx_http_maas_job_t    *job;
    ngx_http_maas_model_t  *model;

    size = 0;
    job = thread->jobs.elts;

    for (i = 0; i < thread->jobs.nelts; i++) {
        model = job[i].pass.model;
        job[i].workspace.size = maas_workspace_size(model->engine, 1);

        size += ngx_align(model->info->row, NGX_CPU_CACHE_LINE)
                + ngx_align(job[i].workspace.size, NGX_CPU_CACHE_LINE)
                + ngx_http_maas_thread_why(&job[i]);
    }

    if (ngx_http_maas_block_take(job[0].pass.model->memory, &thread->block,
                                 size, err)
        != MAAS_OK)
    {
        return err->code;
    }

    p = thread->block.data;

    for (i = 0; i < thread->jobs.nelts; i++) {
        model = job[i].pass.model;

        job[i].pass.x = p;
        p += ngx_align(model->info->row, NGX_CPU_CACHE_LINE);

        job[i].workspace.data = p;
        job[i].pass.workspace = &job[i].workspace;
        p += ngx_align(job[i].workspace.size, NGX_CPU_CACHE_LINE);

        job[i].why = p;
        p += ngx_http_maas_thread_why(&job[i]);

        job[i].score->y = ngx_palloc(thread->request->pool,
                                     model->info->out * sizeof(float));
        job[i].pass.y = job[i].score->y;

        if (job[i].pass.y == NULL) {
            return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
        }
    }

    return MAAS_OK;
}


static maas_status_t
ngx_http_maas_thread_post(ngx_http_maas_thread_t *thread,
    ngx_http_maas_offload_t *offload, maas_err_t *err)
{
    ngx_http_request_t    *r;
    ngx_http_maas_task_t  *task;

    r = thread->request;

    if (ngx_http_maas_thread_memory(thread, err) != MAAS_OK) {
        return err->code;
    }

    task = ngx_http_maas_task_create(r->pool, thread,
                                     ngx_http_maas_thread_work,
                                     ngx_http_maas_thread_back);
    if (task == NULL) {
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory");
    }

    if (ngx_http_maas_task_post(task, offload) != NGX_OK) {
        return ngx_http_maas_fail(err, MAAS_BUSY, "the thread pool is full");
    }

    return MAAS_OK;
}


/* A thread has the jobs: r is kept alive, its phases stand still. */

static void
ngx_http_maas_thread_hold(ngx_http_maas_thread_t *thread)
{
    ngx_uint_t            i;
    ngx_http_request_t   *r;
    ngx_http_maas_job_t  *job;

    job = thread->jobs.elts;

    for (i = 0; i < thread->jobs.nelts; i++) {
        job[i].score->state = NGX_HTTP_MAAS_SCORE_BUSY;
    }

    r = thread->request;

    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_http_maas_thread_held;
    r->read_event_handler = ngx_http_test_reading;
}


ngx_int_t
ngx_http_maas_thread_wait(ngx_http_request_t *r)
{
    maas_err_t                 err;
    ngx_uint_t                 i;
    ngx_http_maas_job_t       *job;
    ngx_http_maas_thread_t    *thread;
    ngx_http_maas_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (ngx_http_maas_thread_cost(r, mlcf->proxy.bound)
        < (uint64_t) mlcf->offload->above)
    {
        return NGX_OK;
    }

    thread = ngx_pcalloc(r->pool, sizeof(ngx_http_maas_thread_t));
    if (thread == NULL) {
        return NGX_OK;
    }

    thread->request = r;
    thread->cached = mlcf->cache;

    if (ngx_http_maas_thread_gather(r, thread, mlcf->proxy.bound) != NGX_OK
        || thread->jobs.nelts == 0)
    {
        return NGX_OK;
    }

    if (ngx_http_maas_thread_post(thread, mlcf->offload, &err) == MAAS_OK) {
        ngx_http_maas_state(r)->thread = thread;
        ngx_http_maas_thread_hold(thread);
        return NGX_DONE;
    }

    job = thread->jobs.elts;

    for (i = 0; i < thread->jobs.nelts; i++) {
        job[i].err = err;
    }

    ngx_http_maas_thread_end(thread);

    return NGX_OK;
}


#endif
