/*
 * Ranks by a guess: a line through the thresholds of a feature gives a bucket,
 * and the bucket the at most 15 thresholds that are left to compare, with the
 * rank of the first one: a cache line.
 * Not here: features whose thresholds crowd (maas_trees_ranks.c).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define TREES_GUESS  (4 * MAAS_TREES_STEP)     /* numbers for as many values */
#define TREES_START  0xffff0000u               /* a NaN with bytes to spare */
#define TREES_MOST   (4 * MAAS_TREES_BUCKETS)  /* buckets of a large feature */
#define TREES_FEW    16                        /* for these beside flat ones */
#define TREES_TABLE  128                       /* bytes, of two registers */
#define TREES_BUCKETS  8                       /* of a lane at least, so that no
                                                  table is of more than 16 */

typedef struct {
    float     scale;
    float     shift;
    size_t    buckets;
} trees_line_t;


/* Rising with x, and the same on vectors: one operation after the other */

static size_t
maas_trees_bucket(const trees_line_t *line, float x)
{
    float  v;

    v = x * line->scale + line->shift;
    v = v > 0 ? v : 0;

    return (size_t) (v < (float) (line->buckets - 1)
                     ? v : (float) (line->buckets - 1));
}


/* Do buckets have no more than a line takes? */

static int
maas_trees_buckets(const maas_trees_ranked_t *r, trees_line_t *line)
{
    float   low, high;
    size_t  i, at, tail, last, n;

    /* low and high may be with their tails: rounding decides */

    tail = r->n / 4 < MAAS_TREES_LINE - 1 ? r->n / 4 : MAAS_TREES_LINE - 1;
    low = (float) r->threshold[tail];
    high = (float) r->threshold[r->n - 1 - tail];
    line->scale = (float) (line->buckets - 2) / (high - low);
    line->shift = 1 - low * line->scale;

    if (!(line->scale > 0) || !isfinite(line->scale)
        || !isfinite(line->shift))
    {
        return 0;
    }

    for (i = 0, last = 0, n = 0; i < r->n; i++) {
        at = maas_trees_bucket(line, (float) r->threshold[i]);
        n = at == last ? n + 1 : 1;
        last = at;

        if (n > MAAS_TREES_LINE) {
            return 0;
        }
    }

    return 1;
}


/* The fewest buckets that do.  Where x is wide no two thresholds may be the
 * same float: then one comparison more tells the rest. */

static int
maas_trees_line(const maas_trees_ranked_t *r, int wide, trees_line_t *line)
{
    size_t  i, most;

    for (i = 1; wide && i < r->n; i++) {
        if ((float) r->threshold[i] == (float) r->threshold[i - 1]) {
            return 0;
        }
    }

    line->scale = 0;
    line->shift = 0;
    line->buckets = 1;

    if (r->n <= MAAS_TREES_LINE) {
        return 1;
    }

    most = r->n > MAAS_TREES_PART ? TREES_MOST : MAAS_TREES_BUCKETS;

    for (line->buckets = 4; line->buckets <= most; line->buckets *= 2) {
        if (maas_trees_buckets(r, line)) {
            return 1;
        }
    }

    return 0;
}


/* In the order of the row, which both kinds of features are in */

static void
maas_trees_near_merge(maas_trees_ranked_t *to, const maas_trees_ranked_t *a,
    size_t n_a, const maas_trees_ranked_t *b, size_t n_b)
{
    while (n_a + n_b > 0) {
        if (n_b == 0 || (n_a > 0 && a->feature < b->feature)) {
            *to++ = *a++;
            n_a--;
        } else {
            *to++ = *b++;
            n_b--;
        }
    }
}


/* Those of the large features that have maps and lines become the first ones,
 * and then those that have maps */

static int
maas_trees_far(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t                i, n;
    trees_line_t          line;
    maas_trees_head_t    *h = &l->head;
    maas_trees_ranked_t  *large, *rest;

    large = l->ranked + h->small + h->middle;
    rest = maas__arena_alloc(a, h->large + 1, sizeof(maas_trees_ranked_t));

    if (rest == NULL) {
        return -1;
    }

    for (i = 0, n = 0; i < h->large; i++) {
        if (large[i].before != NULL
            && maas_trees_line(&large[i], (int) h->wide, &line))
        {
            large[h->far++] = large[i];
        } else {
            rest[n++] = large[i];
        }
    }

    memcpy(large + h->far, rest, n * sizeof(maas_trees_ranked_t));

    return 0;
}


int
maas__trees_near(maas_trees_layout_t *l, maas_arena_t *a)
{
    size_t                i, n, near[2], rest[2];
    trees_line_t          line;
    maas_trees_head_t    *h = &l->head;
    maas_trees_ranked_t  *by[2], *left[2];

    n = h->small + h->middle;

    if (h->flat > 0 && n < TREES_FEW) {
        return maas_trees_far(l, a);
    }

    by[0] = maas__arena_alloc(a, n + 1, sizeof(maas_trees_ranked_t));
    by[1] = maas__arena_alloc(a, n + 1, sizeof(maas_trees_ranked_t));
    left[0] = maas__arena_alloc(a, n + 1, sizeof(maas_trees_ranked_t));
    left[1] = maas__arena_alloc(a, n + 1, sizeof(maas_trees_ranked_t));

    if (by[0] == NULL || by[1] == NULL || left[0] == NULL || left[1] == NULL) {
        return -1;
    }

    memset(near, 0, sizeof(near));
    memset(rest, 0, sizeof(rest));

    for (i = 0; i < n; i++) {
        if (maas_trees_line(&l->ranked[i], (int) h->wide, &line)) {
            by[i >= h->small][near[i >= h->small]++] = l->ranked[i];
        } else {
            left[i >= h->small][rest[i >= h->small]++] = l->ranked[i];
        }
    }

    h->small = rest[0];
    h->near = near[0] + near[1];
    h->middle = h->near + rest[1];

    memcpy(l->ranked, left[0], rest[0] * sizeof(maas_trees_ranked_t));
    maas_trees_near_merge(l->ranked + h->small, by[0], near[0], by[1],
                          near[1]);
    memcpy(l->ranked + h->small + h->near, left[1],
           rest[1] * sizeof(maas_trees_ranked_t));

    return maas_trees_far(l, a);
}


/* Lines of a feature, from byte `first` of all on; begin: ranks of their first
 * thresholds, or NULL */

static void
maas_trees_near_put(const maas_trees_head_t *h, const maas_trees_ranked_t *r,
    const trees_line_t *line, size_t first, char *to, uint8_t *begin)
{
    float     *list;
    size_t     b, i, k;
    uint32_t   start;

    for (b = 0, i = 0; b < line->buckets; b++) {
        list = (float *) (to + h->near_at + first) + b * MAAS_TREES_STEP;
        start = TREES_START | (uint32_t) i;
        memcpy(list + MAAS_TREES_LINE, &start, sizeof(start));

        if (begin != NULL) {
            begin[b] = (uint8_t) i;
        }

        for (k = 0; k < MAAS_TREES_LINE; k++) {
            list[k] = INFINITY;

            if (i < r->n
                && maas_trees_bucket(line, (float) r->threshold[i]) == b)
            {
                list[k] = (float) r->threshold[i++];
            }
        }
    }
}


/* Of value `place` of span */

static void
maas_trees_near_guess(const trees_line_t *line, size_t first, size_t place,
    size_t span, float *guess)
{
    size_t     i, begin;
    uint32_t   at;

    at = (uint32_t) first;

    /* the last ones overlap those before them */

    for (i = 0; i < span; i += MAAS_TREES_STEP, guess += TREES_GUESS) {
        begin = i + MAAS_TREES_STEP > span && span > MAAS_TREES_STEP
                ? span - MAAS_TREES_STEP : i;

        if (place >= begin && place < begin + MAAS_TREES_STEP) {
            guess[place - begin] = line->scale;
            guess[MAAS_TREES_STEP + place - begin] = line->shift;
            guess[2 * MAAS_TREES_STEP + place - begin]
                = (float) (line->buckets - 1);
            memcpy(guess + 3 * MAAS_TREES_STEP + place - begin, &at,
                   sizeof(at));
        }
    }
}


/* Are their values near each other in the row? */

static void
maas_trees_near_span(maas_trees_layout_t *l)
{
    maas_trees_head_t          *h = &l->head;
    const maas_trees_ranked_t  *r = l->ranked + h->small;

    h->near_row = h->near > 0 ? r[0].feature : 0;
    h->near_span = h->near > 0 ? r[h->near - 1].feature + 1 - h->near_row : 0;
    h->near_apart = h->near_span > MAAS_TREES_COLUMNS
                    || h->near_span > 2 * h->near;

    if (h->near_apart) {
        h->near_span = h->near;
    }
}


/* Where a value's number is among vectors of 16, of which the last one overlaps
 * that before it */

static size_t
maas_trees_near_lane(const maas_trees_head_t *h, size_t place)
{
    return h->near_span < MAAS_TREES_STEP
           || place < h->near_span - h->near_span % MAAS_TREES_STEP
           ? place : place + (MAAS_TREES_STEP - h->near_span % MAAS_TREES_STEP)
                             % MAAS_TREES_STEP;
}


/* Room for the tables of ranks that lines begin with, which are to be set, and
 * where lanes begin in them */

static void
maas_trees_near_tables(maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t               i;
    uint32_t            *table;
    trees_line_t         line;
    maas_trees_head_t   *h = &l->head;

    h->near_most = TREES_BUCKETS;

    for (i = 0; i < h->near; i++) {
        (void) maas_trees_line(&l->ranked[h->small + i], (int) h->wide, &line);
        h->near_most = line.buckets > h->near_most ? line.buckets
                                                   : h->near_most;
    }

    h->near_bits = TREES_TABLE / h->near_most * sizeof(uint32_t);
    h->near_table_at = maas__trees_place(at, MAAS_TREES_STEP,
                                         sizeof(uint32_t));
    h->near_begin_at = maas__trees_place(at, (h->near_span
                           + MAAS_TREES_STEP - 1) / MAAS_TREES_STEP,
                           MAAS_TREES_STEP * h->near_most);
    h->near_from_at = maas__trees_place(at, h->near, 1);

    table = (uint32_t *) ((char *) to + h->near_table_at);

    for (i = 0; to != NULL && i < MAAS_TREES_STEP; i++) {
        table[i] = (uint32_t) (i * h->near_most % TREES_TABLE);
    }
}


void
maas__trees_near_pack(maas_trees_layout_t *l, size_t *at, void *to)
{
    size_t                      i, place, lane, first;
    uint8_t                    *from, *begin;
    uint32_t                   *column;
    trees_line_t                line;
    maas_trees_head_t          *h = &l->head;
    const maas_trees_ranked_t  *r = l->ranked + h->small;

    maas_trees_near_span(l);

    h->near_line_at = maas__trees_place(at, (h->near_span + MAAS_TREES_STEP - 1)
                                            / MAAS_TREES_STEP,
                                        TREES_GUESS * sizeof(float));
    h->far_line_at = maas__trees_place(at, (h->far + MAAS_TREES_STEP - 1)
                                           / MAAS_TREES_STEP,
                                       TREES_GUESS * sizeof(float));
    h->near_to_at = maas__trees_place(at, h->near_span, sizeof(uint32_t));
    maas_trees_near_tables(l, at, to);
    h->near_at = *at;

    from = (uint8_t *) to + h->near_from_at;
    begin = (uint8_t *) to + h->near_begin_at;
    column = (uint32_t *) ((char *) to + h->near_to_at);

    for (i = 0; to != NULL && i < h->near_span; i++) {
        column[i] = (uint32_t) (MAAS_TREES_COLUMNS - h->small);
    }

    for (i = 0, first = 0; i < h->near; i++) {
        (void) maas_trees_line(&r[i], (int) h->wide, &line);

        if (to != NULL) {
            place = h->near_apart ? i : r[i].feature - h->near_row;
            lane = maas_trees_near_lane(h, place);
            column[place] = (uint32_t) i;
            from[i] = (uint8_t) lane;
            maas_trees_near_guess(&line, first, place, h->near_span,
                                  (float *) (void *) ((char *) to
                                                      + h->near_line_at));
            maas_trees_near_put(h, &r[i], &line, first, to,
                                begin + lane * h->near_most);
        }

        first += line.buckets * MAAS_ALIGN;
    }

    for (i = 0, r += h->middle; i < h->far; i++) {
        (void) maas_trees_line(&r[i], (int) h->wide, &line);

        if (to != NULL) {
            maas_trees_near_guess(&line, first, i, h->far,
                                  (float *) (void *) ((char *) to
                                                      + h->far_line_at));
            maas_trees_near_put(h, &r[i], &line, first, to, NULL);
        }

        first += line.buckets * MAAS_ALIGN;
    }

    (void) maas__trees_place(at, first, 1);
}
