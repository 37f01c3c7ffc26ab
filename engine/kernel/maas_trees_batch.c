/*
 * Ranks of sixteen rows together: each column has its own thresholds, at most
 * 255, as a binary tree whose levels are tables of registers, so that a search
 * is the same few instructions for all rows.
 * Not here: how they are searched (maas_trees_batch_avx512.h).
 */

#include "maas_trees_layout.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define TREES_BATCH_MOST  256          /* bytes of columns, before copies */
#define TREES_BATCH_FEW   64           /* features that 8 rows are ranked for */


/* The feature of a column that is no part */

static size_t
maas_trees_owner(const maas_trees_head_t *h, size_t list)
{
    return list < h->small + h->middle ? list : list + h->large;
}


/* Thresholds of a list, by place.  The number of them. */

static size_t
maas_trees_list_values(const maas_trees_layout_t *l, size_t list,
    const double **value, double *some)
{
    size_t                      i, n, at, kind, first;
    const maas_trees_head_t    *h = &l->head;
    const maas_trees_ranked_t  *r;

    if (list < h->owned) {
        r = &l->ranked[maas_trees_owner(h, list)];
        *value = r->threshold;
        return r->n;
    }

    *value = some;
    list -= h->owned;
    r = &l->ranked[h->small + h->middle + h->part[list]];
    kind = l->cell[list] % MAAS_TREES_KINDS;
    first = (size_t) h->part_group[list] * MAAS_TREES_PART;

    for (i = 0, n = 0; i < r->n; i++) {
        at = i;

        if (r->before != NULL) {
            at = r->before[i * MAAS_TREES_KINDS + kind];

            if (r->before[(i + 1) * MAAS_TREES_KINDS + kind] == at) {
                continue;
            }
        }

        if (at >= first && n < MAAS_TREES_PART) {
            some[n++] = r->threshold[i];
        }
    }

    return n;
}


/* Are floats enough?  1: yes; 2: but where one is equal to a threshold's; 0: no
 */

static unsigned
maas_trees_floats(const maas_trees_layout_t *l)
{
    size_t                      i, k, features;
    unsigned                    all;
    const maas_trees_head_t    *h = &l->head;
    const maas_trees_ranked_t  *r;

    all = 1;
    features = h->owned + h->large;

    for (i = 0; h->wide && i < features; i++) {
        r = &l->ranked[i];

        for (k = 0; k < r->n; k++) {
            if (k > 0
                && (float) r->threshold[k] == (float) r->threshold[k - 1])
            {
                return 0;
            }

            if ((double) (float) r->threshold[k] != r->threshold[k]) {
                all = 2;
            }
        }
    }

    return all;
}


void
maas__trees_batch(maas_trees_layout_t *l)
{
    size_t              e;
    maas_trees_head_t  *h = &l->head;

    h->owned = h->small + h->middle + h->flat;
    h->lists = h->owned + h->parts;
    h->behind = (h->owned + MAAS_TREES_STEP - 1) / MAAS_TREES_STEP
                * MAAS_TREES_STEP;

    if (h->lists == 0 || h->behind + h->parts > TREES_BATCH_MOST) {
        return;
    }

    h->batch = maas_trees_floats(l);

    /* half of the work is lost: it pays where columns are made of others */

    h->least = h->copies + h->parts > 0
               && h->owned + h->large <= TREES_BATCH_FEW ? MAAS_TREES_MOST
                                                         : MAAS_TREES_BATCH;

    for (e = 0; e < h->owned; e++) {
        h->from[h->own[maas_trees_owner(h, e)]] = (uint8_t) e;
    }

    for (e = 0; e < h->copies; e++) {
        h->from[h->direct + e] = h->from[h->copy[e]];
    }

    for (e = 0; e < h->parts; e++) {
        h->from[h->direct + h->copies + e] = (uint8_t) (h->behind + e);
    }
}


/* In the order of the row, 16 at a time; what has no value goes behind all */

static size_t
maas_trees_spans(const maas_trees_layout_t *l, maas_trees_span_t *span)
{
    size_t                    i, k, n, features, first, done, f;
    const maas_trees_head_t  *h = &l->head;

    features = h->owned + h->large;

    for (n = 0, done = 0; /* void */; n++) {
        for (i = 0, first = SIZE_MAX; i < features; i++) {
            f = l->ranked[i].feature;
            first = f >= done && f < first ? f : first;
        }

        if (first == SIZE_MAX) {
            return n;
        }

        if (first + MAAS_TREES_STEP > h->in) {
            first = h->in > MAAS_TREES_STEP ? h->in - MAAS_TREES_STEP : 0;
        }

        if (span != NULL) {
            span[n].first = (uint32_t) first;

            for (k = 0; k < MAAS_TREES_STEP; k++) {
                span[n].to[k] = (uint32_t) features;
            }

            for (i = 0; i < features; i++) {
                f = l->ranked[i].feature;

                if (f >= done && f >= first && f < first + MAAS_TREES_STEP) {
                    span[n].to[f - first] = (uint32_t) i;
                }
            }
        }

        done = first + MAAS_TREES_STEP;
    }
}


static unsigned
maas_trees_levels(size_t n)
{
    unsigned  levels;

    for (levels = MAAS_TREES_LEVELS; n >> levels > 0; levels++) { /* void */ }

    return levels;
}


/* Node i of the tree has nodes 2 i and 2 i + 1 below it; 1 is the root */

static void
maas_trees_heap(const double *value, size_t n, unsigned levels, float *to)
{
    size_t    i, at;
    unsigned  level;

    to[0] = INFINITY;

    for (level = 0; level < levels; level++) {
        for (i = 0; i < (size_t) 1 << level; i++) {
            at = ((2 * i + 1) << (levels - 1 - level)) - 1;
            to[((size_t) 1 << level) + i] = at < n ? (float) value[at]
                                                   : INFINITY;
        }
    }
}


/* Lists first..end, those of few levels first */

static void
maas_trees_lists_pack(maas_trees_layout_t *l, size_t first, size_t end,
    unsigned part, size_t *at, char *to)
{
    size_t               i, n, k;
    double               some[MAAS_TREES_PART];
    unsigned             levels;
    uint32_t            *less;
    const double        *value;
    maas_trees_list_t   *list;
    maas_trees_head_t   *h = &l->head;

    list = (maas_trees_list_t *) (void *) (to + h->list_at) + first;
    less = (uint32_t *) (void *) (to + h->less_at) + (part ? h->behind / 4
                                                           : 0);
    k = 0;

    for (levels = MAAS_TREES_LEVELS; levels <= MAAS_TREES_LEVELS_MAX; levels++)
    {
        for (i = first; i < end; i++) {
            n = maas_trees_list_values(l, i, &value, some);

            if (maas_trees_levels(n) != levels) {
                continue;
            }

            if (to != NULL) {
                list[k].value = (uint32_t) (part ? h->small + h->middle
                                            + h->part[i - first]
                                            : maas_trees_owner(h, i));
                list[k].rank = (uint32_t) (i - first);
                list[k].table = (uint32_t) (*at - h->heap_at);
                less[(i - first) / 4] += (uint32_t) 1 << levels
                                         << (i - first) % 4 * 8;
                maas_trees_heap(value, n, levels, (float *) (void *)
                                                      (to + *at));
            }

            k++;
            *at += sizeof(float) << levels;
        }

        h->by_level[part][levels - MAAS_TREES_LEVELS] = (uint32_t) k;
    }
}


void
maas__trees_batch_pack(maas_trees_layout_t *l, size_t *at, void *to)
{
    maas_trees_head_t  *h = &l->head;

    if (!h->batch) {
        return;
    }

    h->spans = maas_trees_spans(l, NULL);
    h->span_at = maas__trees_place(at, h->spans, sizeof(maas_trees_span_t));
    h->list_at = maas__trees_place(at, h->lists, sizeof(maas_trees_list_t));
    h->less_at = maas__trees_place(at, (h->behind + h->parts + 15) / 4,
                                   sizeof(uint32_t));
    h->heap_at = *at;

    if (to != NULL) {
        (void) maas_trees_spans(l, (maas_trees_span_t *) (void *)
                                       ((char *) to + h->span_at));
    }

    maas_trees_lists_pack(l, 0, h->owned, 0, at, to);
    maas_trees_lists_pack(l, h->owned, h->lists, 1, at, to);
}
