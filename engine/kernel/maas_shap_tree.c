/*
 * The shape of one tree for SHAP values: the order of its nodes, shares of the
 * rows, which features come again on a path, and of how many a path has.
 * Not here: tables of all trees (maas_shap_pack.c).
 */

#include "maas_shap_tables.h"

#include <math.h>
#include <string.h>


#define SHAP_NONE  UINT32_MAX

/* The same by place, while they are filled */

struct maas_shap_work_s {
    uint32_t       *order;
    uint32_t       *child[2];
    uint32_t       *leaf;
    double         *share[2];
    double         *reach;
    double         *known;
    uint32_t       *above;
    uint8_t        *side;

    uint32_t       *place;             /* of a node of the file */
    uint32_t       *up;                /* parent */
    uint32_t       *features;          /* different ones above and here */
    uint8_t        *state;             /* 1: on its left, 2: on its right */
    uint32_t       *last;              /* (in) node of a feature on the path */

    const maas_trees_t  *trees;
    size_t               node;         /* first of the tree */
    size_t               n;
};


maas_shap_work_t *
maas__shap_work(size_t n, size_t in, maas_arena_t *a)
{
    size_t             i;
    maas_shap_work_t  *w;

    w = maas__arena_alloc(a, 1, sizeof(maas_shap_work_t));

    if (w == NULL
        || (w->order = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->child[0] = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->child[1] = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->leaf = maas__arena_alloc(a, n + 1, sizeof(uint32_t))) == NULL
        || (w->share[0] = maas__arena_alloc(a, n, sizeof(double))) == NULL
        || (w->share[1] = maas__arena_alloc(a, n, sizeof(double))) == NULL
        || (w->reach = maas__arena_alloc(a, n, sizeof(double))) == NULL
        || (w->known = maas__arena_alloc(a, n, sizeof(double))) == NULL
        || (w->above = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->side = maas__arena_alloc(a, n, 1)) == NULL
        || (w->place = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->up = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->features = maas__arena_alloc(a, n, sizeof(uint32_t))) == NULL
        || (w->state = maas__arena_alloc(a, n, 1)) == NULL
        || (w->last = maas__arena_alloc(a, in, sizeof(uint32_t))) == NULL)
    {
        return NULL;
    }

    for (i = 0; i < in; i++) {
        w->last[i] = SHAP_NONE;
    }

    return w;
}


static int32_t
shap_child(const maas_shap_work_t *w, size_t place, unsigned right)
{
    size_t  n;

    n = w->node + w->order[place];

    return right ? w->trees->right[n] : w->trees->left[n];
}


/* Nodes that have one below first.  In the file, too, parents come before
 * their children. */

static size_t
shap_order(maas_shap_work_t *w)
{
    size_t               i, wide, pass, at;
    const maas_trees_t  *t;

    t = w->trees;
    at = 0;
    wide = 0;

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < w->n; i++) {
            if ((t->left[w->node + i] < 0 && t->right[w->node + i] < 0)
                == (pass == 1))
            {
                w->place[i] = (uint32_t) at;
                w->order[at++] = (uint32_t) i;
            }
        }

        wide = pass == 0 ? at : wide;
    }

    return wide;
}


static size_t
shap_children(maas_shap_work_t *w, size_t wide)
{
    size_t    i, single;
    int32_t   c;
    unsigned  k;

    single = 0;
    w->up[0] = 0;

    for (i = 0; i < w->n; i++) {
        for (k = 0; k < 2; k++) {
            c = shap_child(w, i, k);

            if (c >= 0) {
                w->child[k][i] = w->place[c];
                w->up[w->place[c]] = (uint32_t) i;

            } else if (i < wide) {
                w->child[k][i] = (uint32_t) (w->n + single);
                w->leaf[single++] = (uint32_t) ~c;

            } else {
                w->child[k][i] = (uint32_t) ~c;
            }
        }
    }

    return single;
}


/* cover: of the tree's nodes, then of its leaves */

static void
shap_shares(maas_shap_work_t *w, const double *cover)
{
    size_t    i;
    double    sum, part[2];
    int32_t   c;
    unsigned  k;

    for (i = 0; i < w->n; i++) {

        for (k = 0; k < 2; k++) {
            c = shap_child(w, i, k);
            part[k] = cover[c >= 0 ? (size_t) c : w->n + (size_t) ~c];
        }

        sum = part[0] + part[1];

        for (k = 0; k < 2; k++) {
            w->share[k][i] = sum > 0 && isfinite(sum) ? part[k] / sum : 0.5;
        }
    }
}


/* Onto the path comes node i. */

static uint32_t
shap_enter(maas_shap_work_t *w, size_t i)
{
    size_t     up, above;
    uint32_t  *last;

    up = w->up[i];
    last = &w->last[w->trees->feature[w->node + w->order[i]]];
    above = *last;
    w->above[i] = *last;
    w->known[i] = 1;
    w->reach[i] = i == 0 ? 1 : w->reach[up] * w->share[w->state[up] - 1][up];
    w->features[i] = (i == 0 ? 0 : w->features[up]) + (above == SHAP_NONE);

    if (above != SHAP_NONE) {
        w->side[i] = (uint8_t) (w->state[above] - 1);
        w->known[i] = w->known[above] * w->share[w->side[i]][above];
    }

    w->state[i] = 0;
    *last = (uint32_t) i;

    return w->features[i];
}


/* All paths, from left to right.  Returns how many features a path has. */

static size_t
shap_paths(maas_shap_work_t *w)
{
    size_t    i, most, features;
    int32_t   c;

    i = 0;
    most = shap_enter(w, 0);

    for ( ;; ) {
        if (w->state[i] == 2) {
            w->last[w->trees->feature[w->node + w->order[i]]] = w->above[i];

            if (i == 0) {
                return most;
            }

            i = w->up[i];
            continue;
        }

        c = shap_child(w, i, w->state[i]++);

        if (c >= 0) {
            i = w->place[c];
            features = shap_enter(w, i);
            most = features > most ? features : most;
        }
    }
}


void
maas__shap_shape(maas_shap_work_t *w, const maas_trees_t *t, size_t i,
    size_t node, maas_shap_shape_t *s)
{
    w->trees = t;
    w->node = node;
    w->n = t->size[i];

    s->n = w->n;
    s->wide = shap_order(w);
    s->single = shap_children(w, s->wide);
    shap_shares(w, t->cover + 2 * node + i);
    s->q = (shap_paths(w) + 1) / 2;

    s->order = w->order;
    s->child[0] = w->child[0];
    s->child[1] = w->child[1];
    s->leaf = w->leaf;
    s->share[0] = w->share[0];
    s->share[1] = w->share[1];
    s->reach = w->reach;
    s->known = w->known;
    s->above = w->above;
    s->side = w->side;
}
