
/*
 * The thread of who holds the lease: it looks whether files are others now,
 * loads one of them, and gives memory back.  It has the tenth of a worker's
 * right to a core, and touches nothing but the jobs and the slots that they
 * name.
 * Not here: what becomes of it (ngx_http_maas_lease.c).
 */


#include "ngx_http_maas_folder.h"
#include "request/ngx_http_maas_batch.h"


#if (NGX_THREADS)


#define NGX_HTTP_MAAS_WATCH_NICE   10
#define NGX_HTTP_MAAS_WATCH_SLICE  100000000  /* ns */
#define NGX_HTTP_MAAS_WATCH_STACK  (512 * 1024)


/* What a row costs, of the second run: the first one finds nothing in caches.
 * NGX_ERROR: no memory. */

static ngx_int_t
ngx_http_maas_watch_warm(ngx_http_maas_slot_t *slot, float *cost)
{
    u_char             *p;
    size_t              size, row, all;
    uint64_t            began;
    ngx_uint_t          i;
    maas_err_t          err;
    const maas_info_t  *info;

    info = maas_model_info(slot->engine);
    size = maas_workspace_size(slot->engine, 1);
    began = 0;

    /* rows behind the workspace, which is a multiple of 64 */

    size = ngx_align(size, NGX_CPU_CACHE_LINE);

    row = ngx_align(info->row, NGX_CPU_CACHE_LINE);
    all = size + row + info->out * sizeof(float);

    p = maas_buffer(all);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_row_ones(info, p + size);

    for (i = 0; i < 2; i++) {
        began = ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID);

        (void) maas_run(slot->engine, p + size, 1,
                        (float *) (p + size + row), p, size, &err);
    }

    *cost = (float) (ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID) - began);

    maas_buffer_free(p, all);

    return NGX_OK;
}


static ngx_http_maas_found_e
ngx_http_maas_watch_place(ngx_http_maas_watch_t *watch,
    ngx_http_maas_file_t *file, const u_char *sum)
{
    float                       cost[2];
    maas_err_t                  err;
    ngx_http_maas_slot_t       *slot;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;

    if (ngx_http_maas_slot_load(&watch->slots, job->slot, file->data,
                                file->size, &err)
        != MAAS_OK)
    {
        (void) ngx_http_maas_why(&job->why, 0, "\"%V\": %s%s",
                                 &watch->model->file, err.msg,
                                 err.code == MAAS_TOOBIG ? " (max=)" : "");
        return NGX_HTTP_MAAS_FOUND_BAD;
    }

    slot = ngx_http_maas_slot(&watch->slots, job->slot);

    if (ngx_http_maas_watch_warm(slot, &cost[0]) != NGX_OK) {
        ngx_http_maas_slot_empty(&watch->slots, job->slot);
        (void) ngx_http_maas_why(&job->why, 0, "\"%V\": no memory for a row",
                                 &watch->model->file);
        return NGX_HTTP_MAAS_FOUND_BAD;
    }

    cost[1] = 0;

    if (watch->model->explains
        && ngx_http_maas_slot_explain(&watch->slots, job->slot, file->data,
                                      file->size, &err)
           == MAAS_OK)
    {
        cost[1] = ngx_http_maas_explain_warm(maas_model_info(slot->engine),
                                             slot->explainer);
    }

    ngx_http_maas_slot_set(&watch->slots, job->slot, job->generation,
                           sum, file->written, cost);

    return NGX_HTTP_MAAS_FOUND_NEW;
}


/* The file is another one than that which was seen last. */

static ngx_http_maas_found_e
ngx_http_maas_watch_read(ngx_http_maas_watch_t *watch)
{
    char                        sum[MAAS_SHA256_HEX + 1];
    ngx_http_maas_file_t        file;
    ngx_http_maas_found_e       found;
    ngx_http_maas_ident_t       after;
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;

    if (ngx_http_maas_file_read(watch->model->file.data, &file, &job->why)
        != NGX_OK)
    {
        return NGX_HTTP_MAAS_FOUND_BAD;
    }

    maas_sha256(file.data, file.size, sum);

    if (ngx_memcmp(sum, job->sum, MAAS_SHA256_HEX) == 0) {
        found = NGX_HTTP_MAAS_FOUND_SAME;

    } else if (job->slot < 0) {
        found = NGX_HTTP_MAAS_FOUND_NO_SLOT;

    } else if (ngx_http_maas_trust_check(watch->model->trust,
                                         watch->model->file.data, sum,
                                         &job->why)
               != NGX_OK)
    {
        found = NGX_HTTP_MAAS_FOUND_BAD;

    } else {
        found = ngx_http_maas_watch_place(watch, &file, (u_char *) sum);
    }

    ngx_http_maas_file_free(&file);

    /* whoever writes into the file itself is not done, maybe */

    ngx_http_maas_trust_ident(watch->model->trust, watch->model->file.data,
                              &after);

    if (found == NGX_HTTP_MAAS_FOUND_BAD
        && !ngx_http_maas_ident_same(&after, &job->ident))
    {
        found = NGX_HTTP_MAAS_FOUND_NOTHING;
    }

    return found;
}


static void
ngx_http_maas_watch_look(ngx_http_maas_watch_t *watch)
{
    ngx_http_maas_watch_job_t  *job;

    job = &watch->job;
    job->looked = 1;

    ngx_http_maas_trust_ident(watch->model->trust, watch->model->file.data,
                              &job->ident);

    if (ngx_http_maas_ident_same(&job->ident, &watch->shared->seen)) {
        return;
    }

    if (job->ident.error != 0) {
        job->found = NGX_HTTP_MAAS_FOUND_GONE;
        return;
    }

    job->found = ngx_http_maas_watch_read(watch);
}


/* job->empty: only those are emptied that are told to be. */

static void
ngx_http_maas_watch_clear(ngx_http_maas_watch_t *watch)
{
    ngx_uint_t  k;

    for (k = 0; k < NGX_HTTP_MAAS_SLOTS; k++) {
        if (watch->job.empty & (1u << k)) {
            ngx_http_maas_slot_empty(&watch->slots, k);
        }
    }
}


/*
 * Workers come first: the thread gets the tenth of what they get, and no
 * sooner than they want.  Where the kernel has it (Linux 6.12) a turn of it is
 * short as well, since a worker that has just used its part waits for the end
 * of one; a C library may have no name for it.
 */

static void
ngx_http_maas_watch_yield(void)
{
    struct sched_param  param;

#if defined(SYS_sched_setattr)

    struct {
        uint32_t        size;
        uint32_t        policy;
        uint64_t        flags;
        int32_t         nice;
        uint32_t        priority;
        uint64_t        slice;             /* ns */
        uint64_t        unused[2];
    } attr;

    ngx_memzero(&attr, sizeof(attr));

    attr.size = sizeof(attr);
    attr.policy = SCHED_BATCH;
    attr.nice = NGX_HTTP_MAAS_WATCH_NICE;
    attr.slice = NGX_HTTP_MAAS_WATCH_SLICE;

    if (syscall(SYS_sched_setattr, 0, &attr, 0) == 0) {
        return;
    }

#endif

    ngx_memzero(&param, sizeof(param));

    (void) setpriority(PRIO_PROCESS, 0, NGX_HTTP_MAAS_WATCH_NICE);
    (void) pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
}


static void *
ngx_http_maas_watch_work(void *data)
{
    ngx_http_maas_watching_t  *watching = data;

    ngx_uint_t                i;
    ngx_http_maas_watch_t   **watches;

    ngx_http_maas_watch_yield();

    ngx_http_maas_folder_look(watching);

    watches = watching->watches.elts;

    for (i = 0; i < watching->watches.nelts; i++) {
        ngx_http_maas_watch_clear(watches[i]);
    }

    for (i = 0; i < watching->watches.nelts && !watching->stop; i++) {

        if (!watches[i]->job.look) {
            continue;
        }

        ngx_http_maas_watch_look(watches[i]);

        /* one at a time: others shall not wait for its turn */

        if (watches[i]->job.found == NGX_HTTP_MAAS_FOUND_NEW) {
            break;
        }
    }

    ngx_memory_barrier();
    watching->done = 1;

    return NULL;
}


ngx_int_t
ngx_http_maas_watch_begin(ngx_http_maas_watching_t *watching)
{
    int             rc;
    sigset_t        all, old;
    pthread_attr_t  attr;

    watching->done = 0;
    watching->stop = 0;

    if (pthread_attr_init(&attr) != 0) {
        return NGX_ERROR;
    }

    (void) pthread_attr_setstacksize(&attr, NGX_HTTP_MAAS_WATCH_STACK);

    /* signals are the event loop's */

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_BLOCK, &all, &old);

    rc = pthread_create(&watching->thread, &attr, ngx_http_maas_watch_work,
                        watching);

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void) pthread_attr_destroy(&attr);

    if (rc != 0) {

        if (!watching->alone) {
            watching->alone = 1;
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, rc,
                          "maas_model: no thread for \"watch=\"");
        }

        return NGX_ERROR;
    }

    watching->works = 1;
    watching->alone = 0;

    return NGX_OK;
}


void
ngx_http_maas_watch_end(ngx_http_maas_watching_t *watching)
{
    if (!watching->works) {
        return;
    }

    watching->stop = 1;
    (void) pthread_join(watching->thread, NULL);
    watching->works = 0;
}


#endif
