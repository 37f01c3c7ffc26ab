/*
 * Ranks by a guess: a line through the thresholds of a feature gives a bucket,
 * the bucket a place in the list; at most 16 thresholds are left to compare.
 * Not here: features whose thresholds crowd (maas_trees_ranks.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define TREES_TAIL  15                 /* thresholds in the first bucket, and in
                                          the last one */

typedef struct {
    float     scale;
    float     shift;
} trees_line_t;


/* Rising with x, and the same on vectors: one operation after the other */

static size_t
maas_trees_bucket(trees_line_t line, float x)
{
    float  v;

    v = x * line.scale + line.shift;
    v = v > 0 ? v : 0;

    return (size_t) (v < MAAS_TREES_BUCKETS - 1 ? v : MAAS_TREES_BUCKETS - 1);
}


/* A line, if buckets have no more than a step and, where x is wide, no two
 * thresholds are the same float: then one comparison more tells the rest. */

static int
maas_trees_line(const maas_trees_ranked_t *r, int wide, trees_line_t *line)
{
    float   low, high;
    size_t  i, at, tail, last, n;

    tail = r->n / 4 < TREES_TAIL ? r->n / 4 : TREES_TAIL;
    low = (float) r->threshold[tail];
    high = (float) r->threshold[r->n - 1 - tail];
    line->scale = (MAAS_TREES_BUCKETS - 2) / (high - low);
    line->shift = 1 - low * line->scale;

    if (!(line->scale > 0) || !isfinite(line->scale)
        || !isfinite(line->shift))
    {
        return 0;
    }

    for (i = 0, last = 0, n = 0; i < r->n; i++) {
        at = maas_trees_bucket(*line, (float) r->threshold[i]);
        n = at == last ? n + 1 : 1;
        last = at;

        if (n > MAAS_TREES_STEP
            || (wide && i > 0 && (float) r->threshold[i]
                                 == (float) r->threshold[i - 1]))
        {
            return 0;
        }
    }

    return 1;
}


int
maas__trees_near(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t                i, n;
    trees_line_t          line;
    maas_trees_head_t    *h = &l->head;
    maas_trees_ranked_t  *r, *rest;

    r = l->ranked + h->small;
    rest = maas__arena_alloc(a, h->middle + 1, sizeof(maas_trees_ranked_t));

    if (rest == NULL) {
        return -1;
    }

    for (i = 0, n = 0; i < h->middle; i++) {
        if (maas_trees_line(&r[i], (int) h->wide, &line)) {
            r[h->near++] = r[i];
        } else {
            rest[n++] = r[i];
        }
    }

    memcpy(r + h->near, rest, n * sizeof(maas_trees_ranked_t));

    return 0;
}


/* Numbers of a list, which is read 16 from any one on */

static size_t
maas_trees_near_numbers(const maas_trees_ranked_t *r)
{
    return r->n + MAAS_TREES_STEP;
}


static void
maas_trees_near_put(const maas_trees_head_t *h, const maas_trees_ranked_t *r,
    size_t i, size_t at, char *to)
{
    float         *list;
    size_t         k;
    uint8_t       *start;
    trees_line_t   line;

    (void) maas_trees_line(r, (int) h->wide, &line);

    ((float *) (to + h->near_scale_at))[i] = line.scale;
    ((float *) (to + h->near_shift_at))[i] = line.shift;
    ((uint32_t *) (to + h->near_first_at))[i] = (uint32_t) at;

    list = (float *) (to + h->near_at) + at;

    for (k = 0; k < maas_trees_near_numbers(r); k++) {
        list[k] = k < r->n ? (float) r->threshold[k] : INFINITY;
    }

    /* the thresholds in buckets before one */

    start = (uint8_t *) (to + h->near_start_at) + i * MAAS_TREES_BUCKETS;

    for (k = r->n; k-- > 0; /* void */) {
        at = maas_trees_bucket(line, list[k]);

        if (at + 1 < MAAS_TREES_BUCKETS && start[at + 1] == 0) {
            start[at + 1] = (uint8_t) (k + 1);
        }
    }

    for (k = 1; k < MAAS_TREES_BUCKETS; k++) {
        start[k] = start[k] < start[k - 1] ? start[k - 1] : start[k];
    }
}


void
maas__trees_near_pack(maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t                      i, n;
    maas_trees_head_t          *h = &l->head;
    const maas_trees_ranked_t  *r = l->ranked + h->small;

    for (i = 0, n = 0; i < h->near; i++) {
        n += maas_trees_near_numbers(&r[i]);
    }

    /* lines are read 16 at once */

    i = (h->near + MAAS_TREES_STEP - 1) / MAAS_TREES_STEP * MAAS_TREES_STEP;

    h->near_scale_at = maas__trees_place(at, i, sizeof(float));
    h->near_shift_at = maas__trees_place(at, i, sizeof(float));
    h->near_first_at = maas__trees_place(at, i, sizeof(uint32_t));
    h->near_start_at = maas__trees_place(at, h->near, MAAS_TREES_BUCKETS);
    h->near_at = maas__trees_place(at, n, sizeof(float));

    for (i = 0, n = 0; to != NULL && i < h->near; i++) {
        maas_trees_near_put(h, &r[i], i, n, to);
        n += maas_trees_near_numbers(&r[i]);
    }

    /* are their values neighbours in the row? */

    h->near_row = h->near > 0 ? r[0].feature : 0;
    h->near_apart = h->near > 0
                    && r[h->near - 1].feature != h->near_row + h->near - 1;
}
