/*
 * Threads that work in step.
 * Not here: what they do.
 */

#ifndef TRAIN_TEAM_H
#define TRAIN_TEAM_H

#include <stddef.h>


/* team.c: threads that work in step; member 0 is the caller.  What they
 * compute must not depend on who is first. */

typedef struct train_team_s  train_team_t;

/* n members, denormals flushed in all but the caller; 0: one for each core */
train_team_t *train_team_create(size_t n);
void train_team_free(train_team_t *t);
size_t train_team_size(const train_team_t *t);
/* job(ctx, 0..n-1), each on a thread of its own; returns when all are done */
void train_team_run(train_team_t *t, void (*job)(void *ctx, size_t id),
    void *ctx);
/* How often somebody waited so long that others might have run. */
size_t train_team_waits(const train_team_t *t);
/* Within a job: nobody goes on before all have come.  NULL: alone. */
void train_team_wait(train_team_t *t);


#endif /* TRAIN_TEAM_H */
