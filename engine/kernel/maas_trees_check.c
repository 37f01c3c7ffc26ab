/*
 * Is an ensemble of trees one?
 * Not here: what it computes (maas_trees.c).
 */

#include "maas_trees.h"
#include "maas_int.h"

#include <math.h>


/* Bounds of `n` things that stand one behind the other in `all` */

static int
trees_rise(const uint32_t *from, size_t n, size_t all)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (from[i] > from[i + 1]) {
            return 0;
        }
    }

    return from[0] == 0 && from[n] == all;
}


static maas_status_t
trees_counts(const maas_trees_t *t, maas_err_t *err)
{
    size_t  i, sum;

    for (sum = 0, i = 0; i < t->trees; i++) {
        if (t->size[i] > t->nodes - sum || t->size[i] > INT32_MAX - 1) {
            return maas__fail(err, MAAS_BADVALUE, "tree %zu has %u nodes, "
                              "which are more than there are", i, t->size[i]);
        }

        sum += t->size[i];

        if (t->output != NULL && t->output[i] >= t->out) {
            return maas__fail(err, MAAS_BADVALUE, "tree %zu adds to output "
                              "%u of %zu", i, t->output[i], t->out);
        }
    }

    if (sum != t->nodes) {
        return maas__fail(err, MAAS_BADVALUE, "trees of %zu nodes, but %zu "
                          "are there", sum, t->nodes);
    }

    if (t->set != NULL && !trees_rise(t->set, t->sets, t->words)) {
        return maas__fail(err, MAAS_BADVALUE, "sets do not follow one another "
                          "from 0 to %zu words", t->words);
    }

    if (t->term != NULL && !trees_rise(t->term, t->nodes + t->trees, t->terms))
    {
        return maas__fail(err, MAAS_BADVALUE, "terms of leaves do not follow "
                          "one another from 0 to %zu", t->terms);
    }

    for (i = 0; i < t->terms; i++) {
        if (t->term_feature[i] >= t->in) {
            return maas__fail(err, MAAS_BADVALUE, "a linear leaf has feature "
                              "%u of %zu", t->term_feature[i], t->in);
        }
    }

    for (i = 0; t->cover != NULL && i < 2 * t->nodes + t->trees; i++) {
        if (!(t->cover[i] >= 0)) {
            return maas__fail(err, MAAS_BADVALUE, "a cover is below 0");
        }
    }

    return MAAS_OK;
}


static maas_status_t
trees_types(const maas_trees_t *t, maas_err_t *err)
{
    if (t->x == MAAS_F64 && t->compare != MAAS_F64) {
        return maas__fail(err, MAAS_BADVALUE, "thresholds of F32 for inputs "
                          "of F64");
    }

    if (t->vector && t->terms != 0) {
        return maas__fail(err, MAAS_BADVALUE, "linear leaves of several "
                          "numbers");
    }

    if (t->combine != MAAS_COMBINE_SUM && !t->base_last) {
        return maas__fail(err, MAAS_BADVALUE, "a base before the trees, which "
                          "are not summed");
    }

    return MAAS_OK;
}


/* Child c of node n in a tree of `size`: is it one, and nobody else's?  Nodes
 * have the first marks, then leaves. */

static int
trees_child(int32_t c, size_t n, size_t size, uint8_t *marks)
{
    size_t  at;

    if (c >= 0) {
        at = (size_t) c;
        if (at <= n || at >= size) {
            return 0;
        }

    } else {
        at = size + (size_t) ~c;
        if (at > 2 * size) {
            return 0;
        }
    }

    return !marks[at]++;
}


/* Node i of a tree, n over all */

static maas_status_t
trees_node(const maas_trees_t *t, size_t tree, size_t i, size_t n,
    uint8_t *marks, maas_err_t *err)
{
    double  set;

    if (t->feature[n] >= t->in) {
        return maas__fail(err, MAAS_BADVALUE, "tree %zu, node %zu: feature "
                          "%u of %zu", tree, i, t->feature[n], t->in);
    }

    if (t->flags[n] & ~MAAS_TREE_FLAGS) {
        return maas__fail(err, MAAS_BADVALUE, "tree %zu, node %zu: unknown "
                          "flags", tree, i);
    }

    set = t->compare == MAAS_F64 ? ((const double *) t->threshold)[n]
                                 : ((const float *) t->threshold)[n];

    if ((t->flags[n] & MAAS_TREE_SET)
        && !(set >= 0 && set < (double) t->sets && set == floor(set)))
    {
        return maas__fail(err, MAAS_BADVALUE, "tree %zu, node %zu: its "
                          "threshold is no set of %zu", tree, i, t->sets);
    }

    if (!trees_child(t->left[n], i, t->size[tree], marks)
        || !trees_child(t->right[n], i, t->size[tree], marks))
    {
        return maas__fail(err, MAAS_BADVALUE, "tree %zu, node %zu: a child is "
                          "no later node or leaf of the tree, or has two "
                          "parents", tree, i);
    }

    return MAAS_OK;
}


maas_status_t
maas__trees_check(const maas_trees_t *t, uint8_t *room, maas_err_t *err)
{
    size_t         i, j, n;
    maas_status_t  rc;

    if ((rc = trees_types(t, err)) != MAAS_OK
        || (rc = trees_counts(t, err)) != MAAS_OK)
    {
        return rc;
    }

    n = 0;

    for (i = 0; i < t->trees; i++) {
        for (j = 0; j < t->size[i]; j++, n++) {
            rc = trees_node(t, i, j, n, room, err);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        room += 2 * (size_t) t->size[i] + 1;
    }

    return MAAS_OK;
}
