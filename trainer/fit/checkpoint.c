/*
 * Checkpoints: the state of a loop between two epochs, in a file of its own.
 * Only for the program that wrote it: numbers stand as in memory.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop.h"
#include "read/maas_crc.h"


#define CHECKPOINT_MAGIC  "maas-train-1\n"

/* What stands before the arrays */

typedef struct {
    char            magic[16];
    uint64_t        bytes;          /* of the file */
    uint64_t        n;              /* of each array */
    uint32_t        arrays;
    uint32_t        plan;           /* CRC of what the training was told */
    train_state_t   state;
} checkpoint_head_t;


static uint32_t
checkpoint_plan(const train_plan_t *p)
{
    return maas__crc32c(0, p->identity, strlen(p->identity));
}


/* The arrays that are there, in order */

static uint32_t
checkpoint_arrays(float *const *all, float **there)
{
    uint32_t  i, n;

    n = 0;

    for (i = 0; i < TRAIN_STATE_ARRAYS; i++) {
        if (all[i] != NULL) {
            there[n++] = all[i];
        }
    }

    return n;
}


char *
train_checkpoint_older(const train_plan_t *p, size_t i)
{
    int           fd, plain;
    char         *target, *older;
    struct stat   st;

    target = train_save_target(p->checkpoint, &fd);
    plain = fd < 0 && (stat(target, &st) != 0 || S_ISREG(st.st_mode));
    older = plain ? train_format("%s.%zu", target, i) : NULL;
    train_free(target);

    if (plain && lstat(older, &st) == 0 && !S_ISREG(st.st_mode)
        && !S_ISLNK(st.st_mode))
    {
        train_die("%s: is no regular file: an older checkpoint would take its "
                  "place", older);
    }

    return older;
}


/* FILE.2 becomes FILE.3, FILE.1 FILE.2, FILE FILE.1; the oldest goes.  What is
 * no regular file has no older ones. */

static void
checkpoint_rotate(const train_plan_t *p)
{
    int      fd;
    char    *from, *to;
    size_t   i;

    for (i = p->checkpoint_keep - 1; i > 0; i--) {
        to = train_checkpoint_older(p, i);

        if (to == NULL) {
            return;
        }

        from = (i > 1) ? train_checkpoint_older(p, i - 1)
                       : train_save_target(p->checkpoint, &fd);

        if (rename(from, to) != 0 && errno != ENOENT) {
            train_die("%s: cannot be renamed to %s: %s", from, to,
                      strerror(errno));
        }

        train_free(from);
        train_free(to);
    }
}


void
train_checkpoint_write(const train_plan_t *p, const train_state_t *state,
    float *const *arrays, size_t n)
{
    char               *image, *at;
    float              *there[TRAIN_STATE_ARRAYS];
    size_t              i, size;
    uint32_t            crc;
    checkpoint_head_t   head = { .magic = CHECKPOINT_MAGIC };

    head.arrays = checkpoint_arrays(arrays, there);
    head.n = n;
    head.plan = checkpoint_plan(p);
    head.state = *state;
    size = sizeof(head) + head.arrays * n * sizeof(float) + sizeof(crc);
    head.bytes = size;

    image = train_alloc(size, 1);
    (void) memcpy(image, &head, sizeof(head));
    at = image + sizeof(head);

    for (i = 0; i < head.arrays; i++) {
        (void) memcpy(at, there[i], n * sizeof(float));
        at += n * sizeof(float);
    }

    crc = maas__crc32c(0, image, size - sizeof(crc));
    (void) memcpy(at, &crc, sizeof(crc));

    checkpoint_rotate(p);
    train_save(p->checkpoint, image, size);
    train_free(image);
}


/* The whole of a good checkpoint, or a reason */

static const char *
checkpoint_check(const train_plan_t *p, const char *image, size_t size,
    size_t n, uint32_t arrays, checkpoint_head_t *head)
{
    uint32_t  crc;

    if (size < sizeof(checkpoint_head_t) + sizeof(crc)) {
        return "too short for a checkpoint";
    }

    (void) memcpy(head, image, sizeof(checkpoint_head_t));
    (void) memcpy(&crc, image + size - sizeof(crc), sizeof(crc));

    if (strncmp(head->magic, CHECKPOINT_MAGIC, sizeof(head->magic)) != 0
        || head->bytes != size
        || crc != maas__crc32c(0, image, size - sizeof(crc)))
    {
        return "not a whole checkpoint of this program";
    }

    if (head->plan != checkpoint_plan(p) || head->n != n
        || head->arrays != arrays)
    {
        return "from a training with other data or settings: resume with the "
               "same, or remove it";
    }

    return NULL;
}


/* FILE, or FILE.1 if the program ended between two names */

static char *
checkpoint_find(const train_plan_t *p)
{
    char  *path;

    if (access(p->checkpoint, F_OK) == 0) {
        return train_strdup(p->checkpoint);
    }

    path = train_checkpoint_older(p, 1);

    if (p->checkpoint_keep > 1 && path != NULL && access(path, F_OK) == 0) {
        return path;
    }

    train_free(path);

    return NULL;
}


int
train_checkpoint_read(const train_plan_t *p, train_state_t *state,
    float *const *arrays, size_t n)
{
    char               *path, *image;
    float              *there[TRAIN_STATE_ARRAYS];
    size_t              i, size;
    uint32_t            count;
    const char         *why;
    checkpoint_head_t   head;

    path = checkpoint_find(p);

    if (path == NULL) {
        return 0;
    }

    image = train_slurp(path, &size);
    count = checkpoint_arrays(arrays, there);
    why = checkpoint_check(p, image, size, n, count, &head);

    if (why != NULL) {
        train_die("%s: %s", path, why);
    }

    *state = head.state;

    for (i = 0; i < count; i++) {
        (void) memcpy(there[i], image + sizeof(head) + i * n * sizeof(float),
                      n * sizeof(float));
    }

    train_free(image);
    train_free(path);

    return 1;
}
