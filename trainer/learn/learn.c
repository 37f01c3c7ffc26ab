/*
 * What all families do alike.
 * Not here: what they learn.
 */

#include <string.h>

#include "learn.h"


void
train_learnt_free(train_learnt_t *l)
{
    maas__arena_destroy(l->arena);
    (void) memset(l, 0, sizeof(train_learnt_t));
}
