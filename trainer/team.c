/*
 * Threads that work in step: a job for all, and a place to wait for the
 * others.  Nothing here knows what they compute.
 */

#define _GNU_SOURCE            /* cores that this program may use */

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "team.h"
#include "util.h"


#define TEAM_MAX    64
#define TEAM_SPINS  500         /* some microseconds; then others may run */


typedef struct {
    train_team_t  *team;
    size_t         id;
    pthread_t      thread;
} team_member_t;

struct train_team_s {
    size_t           n;
    void           (*job)(void *ctx, size_t id);
    void            *ctx;
    uint64_t         jobs;          /* begun; under the lock */
    size_t           busy;
    unsigned         over;
    pthread_mutex_t  lock;
    pthread_cond_t   begin;
    pthread_cond_t   end;
    team_member_t    members[TEAM_MAX];

    /* counts arrivals; the last of a round opens the door.  A line each. */
    _Alignas(64) atomic_size_t  arrived;
    _Alignas(64) atomic_size_t  round;
    _Alignas(64) atomic_size_t  waits;  /* that were long */
};


static void *
team_member(void *arg)
{
    uint64_t        seen;
    train_team_t   *t;
    team_member_t  *me;

    me = arg;
    t = me->team;
    seen = 0;
    (void) train_flush_denormals();

    (void) pthread_mutex_lock(&t->lock);

    for ( ;; ) {
        while (t->jobs == seen && !t->over) {
            (void) pthread_cond_wait(&t->begin, &t->lock);
        }

        if (t->over) {
            break;
        }

        seen = t->jobs;
        (void) pthread_mutex_unlock(&t->lock);
        t->job(t->ctx, me->id);
        (void) pthread_mutex_lock(&t->lock);

        if (--t->busy == 0) {
            (void) pthread_cond_signal(&t->end);
        }
    }

    (void) pthread_mutex_unlock(&t->lock);

    return NULL;
}


/* Signals are the first thread's alone: it looks at what they left behind */

static void
team_start(train_team_t *t)
{
    size_t    i;
    sigset_t  all, old;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_BLOCK, &all, &old);

    for (i = 1; i < t->n; i++) {
        t->members[i].team = t;
        t->members[i].id = i;

        if (pthread_create(&t->members[i].thread, NULL, team_member,
                           &t->members[i]) != 0)
        {
            train_die("thread %zu of %zu cannot be started: try --threads 1",
                      i + 1, t->n);
        }
    }

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
}


train_team_t *
train_team_create(size_t n)
{
    long           cores;
    cpu_set_t      set;
    train_team_t  *t;

    if (n == 0) {
        cores = (sched_getaffinity(0, sizeof(set), &set) == 0)
                ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
        n = (cores > 0) ? (size_t) cores : 1;
    }

    t = train_alloc(1, sizeof(train_team_t));
    t->n = (n < TEAM_MAX) ? n : TEAM_MAX;

    (void) pthread_mutex_init(&t->lock, NULL);
    (void) pthread_cond_init(&t->begin, NULL);
    (void) pthread_cond_init(&t->end, NULL);
    team_start(t);

    return t;
}


void
train_team_free(train_team_t *t)
{
    size_t  i;

    (void) pthread_mutex_lock(&t->lock);
    t->over = 1;
    (void) pthread_cond_broadcast(&t->begin);
    (void) pthread_mutex_unlock(&t->lock);

    for (i = 1; i < t->n; i++) {
        (void) pthread_join(t->members[i].thread, NULL);
    }

    (void) pthread_mutex_destroy(&t->lock);
    (void) pthread_cond_destroy(&t->begin);
    (void) pthread_cond_destroy(&t->end);
    train_free(t);
}


size_t
train_team_size(const train_team_t *t)
{
    return t->n;
}


size_t
train_team_waits(const train_team_t *t)
{
    return atomic_load_explicit(&t->waits, memory_order_relaxed);
}


void
train_team_run(train_team_t *t, void (*job)(void *ctx, size_t id), void *ctx)
{
    (void) pthread_mutex_lock(&t->lock);
    t->job = job;
    t->ctx = ctx;
    t->busy = t->n - 1;
    t->jobs++;
    (void) pthread_cond_broadcast(&t->begin);
    (void) pthread_mutex_unlock(&t->lock);

    job(ctx, 0);

    (void) pthread_mutex_lock(&t->lock);

    while (t->busy > 0) {
        (void) pthread_cond_wait(&t->end, &t->lock);
    }

    (void) pthread_mutex_unlock(&t->lock);
}


void
train_team_wait(train_team_t *t)
{
    int     spins;
    size_t  round;

    if (t == NULL || t->n == 1) {
        return;
    }

    round = atomic_load_explicit(&t->round, memory_order_relaxed);

    if (atomic_fetch_add_explicit(&t->arrived, 1, memory_order_acq_rel) + 1
        == t->n)
    {
        atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&t->round, round + 1, memory_order_release);
        return;
    }

    for (spins = 0;
         atomic_load_explicit(&t->round, memory_order_acquire) == round;
         spins++)
    {
        if (spins >= TEAM_SPINS) {
            if (spins == TEAM_SPINS) {
                (void) atomic_fetch_add_explicit(&t->waits, 1,
                                                 memory_order_relaxed);
            }

            (void) sched_yield();
            continue;
        }

#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
}
