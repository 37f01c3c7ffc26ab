/*
 * Tables of SHAP values: what stands in them.
 * Not here: how large they are (maas_shap_pack.c).
 */

#include "maas_shap_pack.h"


/* u and z of a node whose feature has `known` from above, in pieces */

static void
shap_curve(double *to, const maas_shap_rule_t *r, size_t q, double known)
{
    size_t  i, j, n;
    double  t, f;

    for (i = 0; i < q; i += n) {
        n = q - i < MAAS_SHAP_T ? q - i : MAAS_SHAP_T;

        for (j = 0; j < n; j++) {
            t = r->t[i + j];
            f = known * (1 - t) + t;
            to[j] = known * (1 - t) / f;
            to[n + j] = known / (f * f);
        }

        to += 2 * n;
    }
}


/* What is in curves for all trees alike */

static void
shap_fill_curves(maas_shap_pack_t *p)
{
    size_t        n, j, q;
    maas_shap_rule_t  *r;

    for (n = 1; n <= MAAS_SHAP_T; n++) {
        for (j = 0; j < n; j++) {
            p->curves_of[2 * MAAS_SHAP_T * (n - 1) + j] = 1;
        }
    }

    for (q = 1; q <= MAAS_SHAP_MAX_Q; q++) {
        r = &p->rules[q];

        for (j = 0; r->t != NULL && j < q; j++) {
            p->curves_of[r->at + j] = r->weight[j];
        }

        if (r->t != NULL) {
            shap_curve(p->curves_of + r->plain, r, q, 1);
        }
    }
}


static void
shap_fill_leaves(maas_shap_pack_t *p, const maas_shap_shape_t *g, size_t leaf,
    maas_shap_tree_t *tree)
{
    size_t               i, k, o, n, width;
    double              *to;
    const maas_trees_t  *t;

    t = p->t;
    width = t->vector ? t->out : 1;
    n = maas__shap_pad(g->n);

    for (o = 0; o < width; o++) {
        to = p->value + tree->value + o * (maas__shap_pad(g->single) + 2 * n);

        for (i = 0; i < g->single; i++) {
            to[i] = maas__shap_number(t->sum, t->value,
                                (leaf + g->leaf[i]) * width + o);
        }

        to += maas__shap_pad(g->single);

        for (i = g->wide; i < g->n; i++) {
            for (k = 0; k < 2; k++) {
                to[k * n + i] = maas__shap_number(t->sum, t->value, (leaf
                                            + g->child[k][i]) * width + o);
            }
        }
    }
}


/* Place i of a tree, node n over all */

static void
shap_fill_node(maas_shap_pack_t *p, const maas_shap_shape_t *g, size_t i,
    size_t n, maas_shap_tree_t *tree)
{
    size_t               at, k;
    uint32_t             flags;
    const maas_trees_t  *t;

    t = p->t;
    at = tree->node + i;
    flags = t->flags[n] & MAAS_SHAP_SEEN;

    p->threshold[at] = maas__shap_number(t->compare, t->threshold, n);
    p->phi[at] = p->used[t->feature[n]] - 1;
    p->feature[p->phi[at]] = t->feature[n];
    p->curve[at] = (uint32_t) p->rules[g->q].plain;

    for (k = 0; k < 2; k++) {
        p->child[k][at] = g->child[k][i];
        p->share[k][at] = g->share[k][i];
    }

    if (maas__shap_is_odd(t, n)) {
        p->odd[p->odds] = (maas_shap_odd_t) { (uint32_t) i, t->feature[n] };
        p->asked_flags[p->odds] = t->flags[n];
        p->asked_d[p->odds] = p->threshold[at];
        p->asked_f[p->odds++] = (float) p->threshold[at];
        tree->odds++;

    } else {
        p->at[at] = p->column[t->feature[n] * MAAS_SHAP_KINDS + flags] - 1;
        p->columns[p->at[at]] = (maas_shap_column_t) { t->feature[n], flags };
    }

    if (g->above[i] != UINT32_MAX) {
        p->repeat[p->repeats++] = (maas_shap_repeat_t) { (uint32_t) i,
            g->above[i], g->side[i] ? 0xff : 0 };
        tree->repeats++;
        p->curve[at] = (uint32_t) p->curves;
        shap_curve(p->curves_of + p->curves, &p->rules[g->q], g->q,
                   g->known[i]);
        p->curves += 2 * g->q;
    }
}


static void
shap_fill_tree(maas_shap_pack_t *p, size_t i, size_t node,
    maas_shap_tree_t *tree)
{
    size_t             k;
    maas_shap_shape_t  g;

    maas__shap_shape(p->work, p->t, i, node, &g);

    tree->node = p->nodes;
    tree->odd = p->odds;
    tree->repeat = p->repeats;
    tree->value = p->values;
    tree->weight = p->rules[g.q].at;
    tree->nodes = (uint32_t) g.n;
    tree->wide = (uint32_t) g.wide;
    tree->single = (uint32_t) g.single;
    tree->q = (uint32_t) g.q;

    for (k = 0; k < g.n; k++) {
        shap_fill_node(p, &g, k, node + g.order[k], tree);
    }

    shap_fill_leaves(p, &g, node + i, tree);
    p->nodes += maas__shap_pad(g.n);
    p->values += maas__shap_values(p->t, g.single, g.n);
}


/* What is expected of tree i for output o where nothing is known */

static double
shap_mean(const maas_shap_pack_t *p, const maas_shap_tree_t *tree, size_t o,
    const maas_shap_shape_t *g)
{
    size_t         i, k, n;
    double         sum;
    const double  *value;

    sum = 0;
    n = maas__shap_pad(g->n);
    value = p->value + tree->value + o * (maas__shap_pad(g->single) + 2 * n);

    for (i = 0; i < g->n; i++) {
        for (k = 0; k < 2; k++) {

            if (i >= g->wide) {
                sum += g->reach[i] * g->share[k][i]
                       * value[maas__shap_pad(g->single) + k * n + i];

            } else if (g->child[k][i] >= g->n) {
                sum += g->reach[i] * g->share[k][i]
                       * value[g->child[k][i] - g->n];
            }
        }
    }

    return sum;
}


/* The same of a whole tree, which is one leaf if tree is NULL */

static void
shap_fill_bias(maas_shap_pack_t *p, size_t i, size_t node,
    const maas_shap_tree_t *tree)
{
    size_t               o, width;
    const maas_trees_t  *t;
    maas_shap_shape_t    g;

    t = p->t;
    width = t->vector ? t->out : 1;

    if (tree != NULL) {
        maas__shap_shape(p->work, t, i, node, &g);
    }

    for (o = 0; o < width; o++) {
        p->bias[t->output != NULL ? t->output[i] : o] += tree != NULL
            ? shap_mean(p, tree, o, &g)
            : maas__shap_number(t->sum, t->value, (node + i) * width + o);
    }
}


void
maas__shap_fill(maas_shap_pack_t *p, size_t *next)
{
    size_t               i, o, node;
    maas_shap_tree_t    *tree;
    const maas_trees_t  *t;

    t = p->t;
    shap_fill_curves(p);
    p->nodes = p->odds = p->repeats = p->values = 0;

    for (i = 0, node = 0; i < t->trees; node += t->size[i++]) {
        tree = NULL;

        if (t->size[i] > 0) {
            tree = p->tree + next[t->output != NULL ? t->output[i] : 0]++;
            shap_fill_tree(p, i, node, tree);
        }

        shap_fill_bias(p, i, node, tree);
    }

    for (o = 0; o < t->out; o++) {
        p->bias[o] += maas__shap_number(t->sum, t->base, o);
        p->bias[o] /= (double) t->divide;
    }
}
