
/*
 * When shadows run: in turns of the event loop in which nothing else was to do,
 * so that no client waits for them; where there is no such turn, for a small
 * share of the time; or in threads.
 * Not here: what they do then (ngx_http_maas_shadow_run.c).
 */


#include "ngx_http_maas_shadow.h"


/* ms that rows wait for others, and how many do not wait any more */

#define NGX_HTTP_MAAS_SHADOW_WAIT    10
#define NGX_HTTP_MAAS_SHADOW_FULL    64

/* ms after which a busy worker is looked at again */

#define NGX_HTTP_MAAS_SHADOW_REST    5

/* ns of work in a turn */

#define NGX_HTTP_MAAS_SHADOW_TURN    100000

/* a loop that is never idle does so much more of other work, 64 : 1 */

#define NGX_HTTP_MAAS_SHADOW_OTHERS  64

/* ns of which the share that others take is known; of eight parts of them so
 * many are too much for turns between theirs */

#define NGX_HTTP_MAAS_SHADOW_WATCH   1000000
#define NGX_HTTP_MAAS_SHADOW_BUSY    7

/* ns beyond three times the shortest turn that there was, in which nothing was
 * done: a request takes longer */

#define NGX_HTTP_MAAS_SHADOW_EMPTY   2000

/* batches with the pool */

#define NGX_HTTP_MAAS_SHADOW_POOL    2


typedef struct {
    ngx_queue_t                    items;
    ngx_uint_t                     n;
    ngx_event_t                    event;
    ngx_http_maas_shadow_batch_t  *batch;  /* that is under way */
    ngx_uint_t                     in_pool;
    uint64_t                       left;   /* when the last turn ended; 0: this
                                              is the first of several */
    uint64_t                       least;  /* ns, the shortest turn */
    uint64_t                       due;    /* work even if others wait */

    uint64_t                       watched;    /* up to here; CPU time then, */
    uint64_t                       cpu;
    uint64_t                       worked;     /*     and of it ours since */
    unsigned                       busy:1;
} ngx_http_maas_shadow_queue_t;


static ngx_http_maas_shadow_queue_t  ngx_http_maas_shadow_queue;


/* A thread is done: maybe more waits for it. */

static void
ngx_http_maas_shadow_again(void)
{
    ngx_http_maas_shadow_queue_t  *queue;

    queue = &ngx_http_maas_shadow_queue;
    queue->in_pool--;

    if (!queue->event.posted && !queue->event.timer_set) {
        queue->left = 0;
        ngx_post_event(&queue->event, &ngx_posted_events);
    }
}


/* A batch that is for the event loop is at hand.  What is for threads goes
 * there on the way, as far as they have time. */

static ngx_uint_t
ngx_http_maas_shadow_ready(ngx_http_maas_shadow_queue_t *queue)
{
    for ( ;; ) {

        if (queue->batch == NULL) {

            if (ngx_queue_empty(&queue->items)) {
                return 0;
            }

            queue->batch = ngx_http_maas_shadow_batch(&queue->items);
            continue;
        }

        if (!ngx_http_maas_shadow_batch_offloads(queue->batch)) {
            return 1;
        }

        if (queue->in_pool == NGX_HTTP_MAAS_SHADOW_POOL) {
            return 0;
        }

        if (ngx_http_maas_shadow_batch_post(queue->batch,
                                            ngx_http_maas_shadow_again)
            == NGX_OK)
        {
            queue->in_pool++;

        } else {
            ngx_http_maas_shadow_batch_drop(queue->batch);
        }

        queue->batch = NULL;
    }
}


/* Was there nothing else to do since the last turn? */

static ngx_uint_t
ngx_http_maas_shadow_idle(ngx_http_maas_shadow_queue_t *queue, uint64_t now)
{
    uint64_t  took;

    if (queue->left == 0) {
        return 0;
    }

    took = now - queue->left;

    if (queue->least == 0 || took < queue->least) {
        queue->least = took;
    }

    return took <= 3 * queue->least + NGX_HTTP_MAAS_SHADOW_EMPTY;
}


/* Are there hardly any turns without work?  Those that there are would make
 * others wait, too: something comes at any time. */

static ngx_uint_t
ngx_http_maas_shadow_busy(ngx_http_maas_shadow_queue_t *queue, uint64_t now)
{
    int64_t  wall, cpu;

    wall = now - queue->watched;

    if (wall >= NGX_HTTP_MAAS_SHADOW_WATCH) {
        cpu = ngx_http_maas_clock(CLOCK_THREAD_CPUTIME_ID);

        queue->busy = 8 * (cpu - (int64_t) (queue->cpu + queue->worked))
                      > NGX_HTTP_MAAS_SHADOW_BUSY * wall;
        queue->watched = now;
        queue->cpu = cpu;
        queue->worked = 0;
    }

    return queue->busy;
}


/* Work for a turn; true: there is more. */

static ngx_uint_t
ngx_http_maas_shadow_work_on(ngx_http_maas_shadow_queue_t *queue,
    uint64_t began)
{
    uint64_t    now;
    ngx_uint_t  more;

    do {
        if (ngx_http_maas_shadow_batch_step(queue->batch)) {
            queue->batch = NULL;
        }

        now = ngx_http_maas_now();
        more = ngx_http_maas_shadow_ready(queue);

    } while (more && now - began < NGX_HTTP_MAAS_SHADOW_TURN);

    queue->worked += now - began;
    queue->due = now + NGX_HTTP_MAAS_SHADOW_OTHERS * (now - began);
    queue->left = now;

    return more;
}


static void
ngx_http_maas_shadow_turn(ngx_event_t *ev)
{
    uint64_t                       now;
    ngx_uint_t                     busy;
    ngx_http_maas_shadow_queue_t  *queue = ev->data;

    ev->timedout = 0;

    if (!ngx_http_maas_shadow_ready(queue)) {
        return;
    }

    now = ngx_http_maas_now();
    busy = ngx_http_maas_shadow_busy(queue, now);

    if (now >= queue->due
        || (ngx_http_maas_shadow_idle(queue, now) && !busy))
    {
        if (!ngx_http_maas_shadow_work_on(queue, now)) {
            return;
        }

    } else {
        queue->left = now;
    }

    if (!busy) {
        ngx_post_event(ev, &ngx_posted_next_events);
        return;
    }

    /* not even to look for a turn that is free */

    queue->left = 0;
    ngx_add_timer(ev, NGX_HTTP_MAAS_SHADOW_REST);
}


void
ngx_http_maas_shadow_wait(ngx_http_maas_shadow_item_t *item)
{
    ngx_event_t                   *ev;
    ngx_http_maas_shadow_queue_t  *queue;

    queue = &ngx_http_maas_shadow_queue;
    ev = &queue->event;

    if (ev->handler == NULL) {
        ngx_queue_init(&queue->items);
        ev->handler = ngx_http_maas_shadow_turn;
        ev->data = queue;
        ev->cancelable = 1;                /* a worker exits all the same */
    }

    ev->log = ngx_cycle->log;

    queue->n = ngx_queue_empty(&queue->items) ? 0 : queue->n;
    queue->n += item->n;
    ngx_queue_insert_tail(&queue->items, &item->queue);

    if (ev->posted || queue->batch != NULL
        || (queue->busy && ev->timer_set))
    {
        return;
    }

    if (queue->n >= NGX_HTTP_MAAS_SHADOW_FULL) {

        if (ev->timer_set) {
            ngx_del_timer(ev);
        }

        queue->left = 0;
        ngx_post_event(ev, &ngx_posted_next_events);

    } else if (!ev->timer_set) {
        queue->left = 0;
        ngx_add_timer(ev, NGX_HTTP_MAAS_SHADOW_WAIT);
    }
}


void
ngx_http_maas_shadow_exit(void)
{
    ngx_http_maas_shadow_queue_t  *queue;

    queue = &ngx_http_maas_shadow_queue;

    if (queue->event.handler == NULL) {
        return;
    }

    if (queue->batch != NULL) {
        ngx_http_maas_shadow_batch_drop(queue->batch);
    }

    ngx_http_maas_shadow_items_drop(&queue->items);
}
