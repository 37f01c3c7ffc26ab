/*
 * What all families do alike.
 * Not here: what they learn.
 */

#include <string.h>

#include "learn.h"


void
train_learnt_settle(train_learnt_t *l)
{
    if (l->kept != NULL) {
        l->drop(l->kept);
    }

    l->kept = NULL;
    l->curve = NULL;
    l->n_curve = 0;
}


void
train_learnt_free(train_learnt_t *l)
{
    train_learnt_settle(l);
    maas__arena_destroy(l->arena);
    (void) memset(l, 0, sizeof(train_learnt_t));
}
