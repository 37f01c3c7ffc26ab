/*
 * A day on one thread: each request is sent when it is due, then its answer is
 * waited for.
 * What is asked is decided by the kinds.
 */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "bots.h"


typedef struct {
    const bots_options_t  *o;
    FILE                  *labels, *truth;
    double                 start;
    size_t                 answered;

    bots_actor_t         **heap;            /* waiting, next one first */
    size_t                 n_heap;

    bots_actor_t         **open;            /* waiting for an answer */
    struct pollfd         *polls;
    size_t                 n_open;
} bots_loop_t;


static double
bots_clock(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}


static void
bots_heap_push(bots_loop_t *l, bots_actor_t *a)
{
    size_t  i, up;

    for (i = l->n_heap++; i > 0; i = up) {
        up = (i - 1) / 2;

        if (l->heap[up]->due <= a->due) {
            break;
        }

        l->heap[i] = l->heap[up];
    }

    l->heap[i] = a;
}


static bots_actor_t *
bots_heap_pop(bots_loop_t *l)
{
    size_t         i, down;
    bots_actor_t  *top, *last;

    top = l->heap[0];
    last = l->heap[--l->n_heap];

    for (i = 0; (down = 2 * i + 1) < l->n_heap; i = down) {
        if (down + 1 < l->n_heap
            && l->heap[down + 1]->due < l->heap[down]->due)
        {
            down++;
        }

        if (last->due <= l->heap[down]->due) {
            break;
        }

        l->heap[i] = l->heap[down];
    }

    l->heap[i] = last;

    return top;
}


static void
bots_send(bots_loop_t *l, bots_actor_t *a)
{
    a->again = a->fd == -1;

    for ( ;; ) {
        if (a->fd == -1 && bots_connect(a, l->o->port) != 0) {
            bots_die("nobody answers on port %u of 127.0.0.1: %s",
                     l->o->port, strerror(errno));
        }

        if (send(a->fd, a->out, a->out_len, MSG_NOSIGNAL)
            == (ssize_t) a->out_len)
        {
            break;
        }

        bots_close(a);

        if (a->again++) {
            bots_die("cannot send: %s", strerror(errno));
        }
    }

    a->in_len = 0;
    a->body_left = -1;
    a->due = bots_clock() - l->start + BOTS_PATIENCE;
    l->polls[l->n_open].fd = a->fd;
    l->polls[l->n_open].events = POLLIN;
    l->open[l->n_open++] = a;
}


/* What the actor does next, if there is time for it today */

static void
bots_plan_next(bots_loop_t *l, bots_actor_t *a)
{
    double          wait;
    bots_request_t  q;

    memset(&q, 0, sizeof(q));
    wait = a->kind->next(a, &q);

    if (wait < 0) {
        bots_close(a);
        return;
    }

    bots_write(a, &q);
    a->due = bots_clock() - l->start + wait / l->o->speed;

    if (a->due >= l->o->seconds) {
        bots_close(a);
        return;
    }

    bots_heap_push(l, a);
}


static void
bots_begin(bots_loop_t *l, bots_actor_t *a)
{
    if (a->out_len == 0) {                  /* it has just come */
        bots_plan_next(l, a);
        return;
    }

    (void) fprintf(l->labels, "%s,%s\n", a->id, a->kind->bad ? "unwanted"
                                                             : "fine");
    (void) fprintf(l->truth, "%s,%s,%llu-%u-%u\n", a->id, a->kind->name,
                   (unsigned long long) l->o->seed, l->o->day, a->number);
    bots_send(l, a);
}


static void
bots_answer(bots_loop_t *l, size_t i)
{
    int            rc;
    double         now;
    bots_actor_t  *a;

    a = l->open[i];
    now = bots_clock() - l->start;
    rc = l->polls[i].revents ? bots_read(a) : 0;

    if (rc == 0 && now < a->due) {
        return;
    }

    l->open[i] = l->open[--l->n_open];
    l->polls[i] = l->polls[l->n_open];

    if (rc == 1) {
        l->answered++;

        if (a->again == 2) {                /* nginx ends the connection */
            bots_close(a);
        }

        bots_plan_next(l, a);
        return;
    }

    /* an idle connection may end just as it is used: once more, with its own
     * id; else the client has had enough */

    bots_close(a);

    if (rc == -1 && a->again == 0) {
        bots_send(l, a);
        l->open[l->n_open - 1]->again = 1;
    }
}


/* Sends what is due, waits until something else is, reads what has come */

static void
bots_turn(bots_loop_t *l)
{
    int     wait;
    size_t  i;

    while (l->n_heap > 0 && l->heap[0]->due <= bots_clock() - l->start) {
        bots_begin(l, bots_heap_pop(l));
    }

    wait = 1000;

    if (l->n_heap > 0) {
        wait = (int) ((l->heap[0]->due - (bots_clock() - l->start)) * 1000)
               + 1;
        wait = wait < 0 ? 0 : wait > 1000 ? 1000 : wait;
    }

    (void) poll(l->polls, (nfds_t) l->n_open, wait);

    for (i = l->n_open; i-- > 0; /* void */ ) {
        bots_answer(l, i);
    }
}


size_t
bots_loop(const bots_options_t *o, bots_actor_t *actors, size_t n,
    FILE *labels, FILE *truth)
{
    size_t       i;
    bots_loop_t  l = { .o = o, .labels = labels, .truth = truth };

    l.heap = bots_alloc(n, sizeof(bots_actor_t *));
    l.open = bots_alloc(n, sizeof(bots_actor_t *));
    l.polls = bots_alloc(n, sizeof(struct pollfd));
    l.start = bots_clock();

    for (i = 0; i < n; i++) {
        if (actors[i].due < o->seconds) {
            bots_heap_push(&l, &actors[i]);
        }
    }

    while (l.n_heap > 0 || l.n_open > 0) {
        bots_turn(&l);
    }

    free(l.polls);
    free(l.open);
    free(l.heap);

    return l.answered;
}
