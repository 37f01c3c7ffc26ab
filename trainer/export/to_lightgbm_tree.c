/*
 * A tree of ours as a block of LightGBM's text.
 * Not here: which tree, and in what order.
 */

#include "to_lightgbm.h"

#include <math.h>


#define TO_LIGHTGBM_SET      1         /* decision_type */
#define TO_LIGHTGBM_LEFT     2
#define TO_LIGHTGBM_ZERO     4
#define TO_LIGHTGBM_NAN      8
#define TO_LIGHTGBM_COUNT    2147483647.0

/* A node as LightGBM has it */

typedef struct {
    unsigned    decision;
    double      threshold;
    int32_t     left, right;
} to_lightgbm_node_t;

/* Of one tree */

typedef struct {
    to_lightgbm_node_t  *nodes;
    size_t               n_sets;
    size_t              *from;         /* (n_sets + 1) where words begin */
    uint32_t            *words;
    size_t               room, from_room;
} to_lightgbm_block_t;


static double
to_lightgbm_real(maas_dtype_t type, const void *v, size_t i)
{
    return type == MAAS_F64 ? ((const double *) v)[i]
                            : (double) ((const float *) v)[i];
}


/* The set s, `swap`: what is not in it, among n codes; `zero`: is 0 in it,
 * -1: as it is */

static void
to_lightgbm_words(const maas_trees_t *t, size_t s, to_lightgbm_block_t *b,
    size_t codes, int swap, int zero)
{
    size_t     i, at, n, from, has;
    uint32_t  *to, w;

    from = t->set[s];
    has = t->set[s + 1] - from;
    n = swap ? (codes + 31) / 32 : has;
    n = n == 0 ? 1 : n;
    at = b->from[b->n_sets];

    train_room(&b->words, &b->room, at + n, sizeof(uint32_t));
    to = b->words + at;

    for (i = 0; i < n; i++) {
        w = i < has ? t->word[from + i] : 0;

        if (i == 0 && zero >= 0) {
            w = zero ? w | 1 : w & ~(uint32_t) 1;
        }

        to[i] = swap ? ~w : w;
    }

    if (swap && codes % 32 != 0) {     /* codes, and no more */
        to[n - 1] &= ((uint32_t) 1 << codes % 32) - 1;
    }

    b->n_sets++;
    train_room(&b->from, &b->from_room, b->n_sets + 1, sizeof(size_t));
    b->from[b->n_sets] = at + n;
}


/* No value goes right in LightGBM.  Where it goes left here, the codes that are
 * not in the set go left there. */

static int
to_lightgbm_set(train_to_lightgbm_t *l, size_t tree, size_t i,
    to_lightgbm_block_t *b, to_lightgbm_node_t *to)
{
    int                  swap, zero, left;
    size_t               n, s, codes;
    unsigned             flags;
    const maas_trees_t  *t = &l->t;

    n = l->node[tree] + i;
    flags = t->flags[n];
    left = (flags & MAAS_TREE_LEFT) != 0;
    s = (size_t) to_lightgbm_real(t->compare, t->threshold, n);
    codes = train_to_lightgbm_codes(l, t->feature[n]);

    zero = flags & MAAS_TREE_ZERO ? left : -1;
    swap = flags & (MAAS_TREE_NAN | MAAS_TREE_ZERO) ? left
           : t->set[s + 1] > t->set[s] && (t->word[t->set[s]] & 1);

    if (swap && codes == 0) {
        return train_refuse(l->e->why, "tree %zu, node %zu: no value goes "
                            "left at a split by category of feature %u, in "
                            "LightGBM right, and its codes are not known: "
                            "export to ONNX or C", tree, i, t->feature[n]);
    }

    if ((flags & MAAS_TREE_FLOOR) && codes == 0) {
        l->odd |= TRAIN_TO_LIGHTGBM_FLOOR;
    }

    to->decision = TO_LIGHTGBM_SET;
    to->threshold = (double) b->n_sets;
    to->left = swap ? t->right[n] : t->left[n];
    to->right = swap ? t->left[n] : t->right[n];
    to_lightgbm_words(t, s, b, codes, swap, zero);

    return 0;
}


static int
to_lightgbm_node(train_to_lightgbm_t *l, size_t tree, size_t i,
    to_lightgbm_block_t *b)
{
    size_t               n;
    unsigned             flags;
    to_lightgbm_node_t  *to;
    const maas_trees_t  *t = &l->t;

    n = l->node[tree] + i;
    flags = t->flags[n];
    to = &b->nodes[i];

    if (flags & MAAS_TREE_SET) {
        return to_lightgbm_set(l, tree, i, b, to);
    }

    if (flags & MAAS_TREE_EQUAL) {
        return train_refuse(l->e->why, "tree %zu, node %zu asks whether "
                            "feature %u is equal to a number, which "
                            "LightGBM's trees do not: export to ONNX or C",
                            tree, i, t->feature[n]);
    }

    to->threshold = to_lightgbm_real(t->compare, t->threshold, n);
    to->left = t->left[n];
    to->right = t->right[n];
    to->decision = flags & MAAS_TREE_ZERO ? TO_LIGHTGBM_ZERO
                   : flags & MAAS_TREE_NAN ? TO_LIGHTGBM_NAN : 0;

    if (to->decision != 0 && (flags & MAAS_TREE_LEFT)) {
        to->decision |= TO_LIGHTGBM_LEFT;
    }

    return 0;
}


static int
to_lightgbm_is_linear(const train_to_lightgbm_t *l, size_t leaf, size_t n)
{
    return l->t.terms > 0 && l->t.term[leaf + n] > l->t.term[leaf];
}


/* What a leaf gives, or, if it is linear, where a number is missing */

static double
to_lightgbm_leaf(const train_to_lightgbm_t *l, size_t leaf, size_t o)
{
    double               v;
    const maas_trees_t  *t = &l->t;

    v = t->terms > 0 && t->term[leaf + 1] == t->term[leaf]
        ? t->constant[leaf]
        : to_lightgbm_real(t->sum, t->value, t->vector ? leaf * t->out + o
                                                       : leaf);

    return v * l->scale;
}


/* Rows of training: n from cover[at] on */

static void
to_lightgbm_counts(train_to_lightgbm_t *l, FILE *f, const char *name,
    size_t at, size_t n)
{
    size_t  i;
    double  v;

    (void) fputs(name, f);

    for (i = 0; l->t.cover != NULL && i < n; i++) {
        v = l->t.cover[at + i];

        if (v != floor(v) || v > TO_LIGHTGBM_COUNT) {
            l->odd |= TRAIN_TO_LIGHTGBM_COVER;
        }

        v = v > TO_LIGHTGBM_COUNT ? TO_LIGHTGBM_COUNT : floor(v + 0.5);
        (void) fprintf(f, "%s%.0f", i > 0 ? " " : "", v);
    }

    (void) fputc('\n', f);
}


static void
to_lightgbm_linear(const train_to_lightgbm_t *l, FILE *f, size_t leaf,
    size_t n)
{
    size_t               i, j;
    const maas_trees_t  *t = &l->t;

    (void) fputs("leaf_const=", f);

    for (i = 0; i < n; i++) {
        (void) fprintf(f, "%s%.17g", i > 0 ? " " : "",
                       t->constant[leaf + i] * l->scale);
    }

    (void) fputs("\nnum_features=", f);

    for (i = 0; i < n; i++) {
        (void) fprintf(f, "%s%u", i > 0 ? " " : "",
                       t->term[leaf + i + 1] - t->term[leaf + i]);
    }

    (void) fputs("\nleaf_features=", f);

    for (j = t->term[leaf]; j < t->term[leaf + n]; j++) {
        (void) fprintf(f, "%u ", t->term_feature[j]);
    }

    (void) fputs("\nleaf_coeff=", f);

    for (j = t->term[leaf]; j < t->term[leaf + n]; j++) {
        (void) fprintf(f, "%.17g ", t->coefficient[j] * l->scale);
    }

    (void) fputc('\n', f);
}


static void
to_lightgbm_sets(const to_lightgbm_block_t *b, FILE *f)
{
    size_t  i;

    (void) fputs("cat_boundaries=0", f);

    for (i = 1; i <= b->n_sets; i++) {
        (void) fprintf(f, " %zu", b->from[i]);
    }

    (void) fputs("\ncat_threshold=", f);

    for (i = 0; i < b->from[b->n_sets]; i++) {
        (void) fprintf(f, "%s%u", i > 0 ? " " : "", b->words[i]);
    }

    (void) fputc('\n', f);
}


#define TO_LIGHTGBM_LIST(name, format, what)                                  \
    (void) fputs(name, f);                                                    \
    for (i = 0; i < size; i++) {                                              \
        (void) fprintf(f, "%s" format, i > 0 ? " " : "", what);               \
    }                                                                         \
    (void) fputc('\n', f)

static void
to_lightgbm_block(train_to_lightgbm_t *l, FILE *f, size_t tree, size_t o,
    const to_lightgbm_block_t *b)
{
    int     linear;
    size_t  i, size, leaf, node;

    size = l->t.size[tree];
    node = l->node[tree];
    leaf = node + tree;
    linear = to_lightgbm_is_linear(l, leaf, size + 1);

    (void) fprintf(f, "num_leaves=%zu\nnum_cat=%zu\n", size + 1, b->n_sets);
    TO_LIGHTGBM_LIST("split_feature=", "%u", l->t.feature[node + i]);
    TO_LIGHTGBM_LIST("split_gain=", "%d", 0);
    TO_LIGHTGBM_LIST("threshold=", "%.17g", b->nodes[i].threshold);
    TO_LIGHTGBM_LIST("decision_type=", "%u", b->nodes[i].decision);
    TO_LIGHTGBM_LIST("left_child=", "%d", b->nodes[i].left);
    TO_LIGHTGBM_LIST("right_child=", "%d", b->nodes[i].right);

    size++;
    TO_LIGHTGBM_LIST("leaf_value=", "%.17g", to_lightgbm_leaf(l, leaf + i, o));
    to_lightgbm_counts(l, f, "leaf_count=", node + leaf + size - 1, size);
    to_lightgbm_counts(l, f, "internal_count=", node + leaf, size - 1);

    if (b->n_sets > 0) {
        to_lightgbm_sets(b, f);
    }

    (void) fprintf(f, "is_linear=%d\n", linear);

    if (linear) {
        to_lightgbm_linear(l, f, leaf, size);
    }

    (void) fputs("shrinkage=1\n\n\n", f);
}


int
train_to_lightgbm_tree(train_to_lightgbm_t *l, FILE *f, size_t at, size_t o)
{
    int                           rc;
    size_t                        i;
    to_lightgbm_block_t           b = { 0 };
    const train_lightgbm_slot_t  *slot = &l->slots[at];

    (void) fprintf(f, "Tree=%zu\n", at);

    if (slot->tree == SIZE_MAX) {
        (void) fprintf(f, "num_leaves=1\nnum_cat=0\nsplit_feature=\n"
                       "split_gain=\nthreshold=\ndecision_type=\n"
                       "left_child=\nright_child=\nleaf_value=%.17g\n"
                       "leaf_count=0\nis_linear=0\nshrinkage=1\n\n\n",
                       slot->value * l->scale);
        return 0;
    }

    b.nodes = train_alloc(l->t.size[slot->tree], sizeof(to_lightgbm_node_t));
    train_room(&b.from, &b.from_room, 1, sizeof(size_t));
    b.from[0] = 0;

    for (rc = 0, i = 0; rc == 0 && i < l->t.size[slot->tree]; i++) {
        rc = to_lightgbm_node(l, slot->tree, i, &b);
    }

    if (rc == 0) {
        to_lightgbm_block(l, f, slot->tree, o, &b);
    }

    train_free(b.nodes);
    train_free(b.from);
    train_free(b.words);

    return rc;
}
