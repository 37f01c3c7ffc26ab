/*
 * Trees that were grown -> an ensemble as the engine and files have it, and
 * several of them as one.
 * Not here: layers (learn/).
 */

#include <float.h>
#include <string.h>

#include "trees.h"


#define ENSEMBLE_WORDS  (TRAIN_TREES_BINS / 32)


/* Arrays of the ensemble that can be written to */

typedef struct {
    uint32_t  *size, *feature, *output, *set, *word;
    float     *threshold;
    int32_t   *left, *right;
    uint8_t   *flags;
    double    *value, *base, *cover;
} ensemble_t;


static int
ensemble_room(maas_trees_t *t, maas_arena_t *a, ensemble_t *e)
{
    size_t  leaves;

    leaves = t->nodes + t->trees;
    e->size = maas__arena_alloc(a, t->trees, sizeof(uint32_t));
    e->feature = maas__arena_alloc(a, t->nodes, sizeof(uint32_t));
    e->threshold = maas__arena_alloc(a, t->nodes, sizeof(float));
    e->left = maas__arena_alloc(a, t->nodes, sizeof(int32_t));
    e->right = maas__arena_alloc(a, t->nodes, sizeof(int32_t));
    e->flags = maas__arena_alloc(a, t->nodes, 1);
    e->value = maas__arena_alloc(a, leaves, sizeof(double));
    e->output = (t->out > 1) ? maas__arena_alloc(a, t->trees, sizeof(uint32_t))
                             : NULL;
    e->base = maas__arena_alloc(a, t->out, sizeof(double));
    e->cover = maas__arena_alloc(a, t->nodes + leaves, sizeof(double));
    e->set = (t->sets > 0) ? maas__arena_alloc(a, t->sets + 1,
                                               sizeof(uint32_t)) : NULL;
    e->word = (t->sets > 0) ? maas__arena_alloc(a, t->words + 1,
                                                sizeof(uint32_t)) : NULL;

    t->size = e->size;
    t->feature = e->feature;
    t->threshold = e->threshold;
    t->left = e->left;
    t->right = e->right;
    t->flags = e->flags;
    t->value = e->value;
    t->output = e->output;
    t->base = e->base;
    t->cover = e->cover;
    t->set = e->set;
    t->word = e->word;

    return e->size != NULL && e->feature != NULL && e->threshold != NULL
           && e->left != NULL && e->right != NULL && e->flags != NULL
           && e->value != NULL && e->base != NULL && e->cover != NULL
           && (t->out == 1 || e->output != NULL)
           && (t->sets == 0 || (e->set != NULL && e->word != NULL));
}


static void
ensemble_usual(maas_trees_t *t, size_t in, size_t out)
{
    (void) memset(t, 0, sizeof(maas_trees_t));
    t->in = in;
    t->out = out;
    t->x = MAAS_F32;
    t->compare = MAAS_F32;
    t->sum = MAAS_F64;
    t->divide = 1;
    t->slope = 1;
}


/* Codes that go left, from 0, as words of the file; how many there are */

static size_t
ensemble_words(const train_tree_node_t *n, uint32_t word[ENSEMBLE_WORDS])
{
    size_t  i, last;

    for (i = 0; i < ENSEMBLE_WORDS; i++) {
        word[i] = n->set[i] >> 1
                  | (i + 1 < ENSEMBLE_WORDS ? n->set[i + 1] << 31 : 0);
    }

    for (last = ENSEMBLE_WORDS; last > 0 && word[last - 1] == 0; last--) {
        /* void */
    }

    return last;
}


/* An ensemble keeps no tree without nodes or leaves of one: a leaf may be a
 * tree */

static void
ensemble_count(const train_forest_t *f, const train_bins_t *b, maas_trees_t *t)
{
    size_t              i, j;
    uint32_t            word[ENSEMBLE_WORDS];
    const train_tree_t *tree;

    for (i = 0; i < f->n; i++) {
        tree = &f->tree[i];
        t->trees++;
        t->nodes += tree->n;

        for (j = 0; j < tree->n; j++) {
            if (b->slot[tree->node[j].slot].codes) {
                t->sets++;
                t->words += ensemble_words(&tree->node[j], word);
            }
        }
    }

    if (t->trees == 0) {
        t->trees = 1;               /* nothing but the base: a leaf of 0 */
    }
}


static void
ensemble_node(const train_tree_node_t *n, const train_slot_t *s, size_t at,
    ensemble_t *e, size_t *sets)
{
    size_t    words;
    uint32_t  word[ENSEMBLE_WORDS];

    e->feature[at] = s->slot;
    e->left[at] = n->left;
    e->right[at] = n->right;
    e->flags[at] = MAAS_TREE_NAN
                   | (n->left_missing ? MAAS_TREE_LEFT : 0)
                   | (s->codes ? MAAS_TREE_SET : 0);

    if (!s->codes) {
        e->threshold[at] = (n->bin - 1 < s->n - 2) ? s->upper[n->bin - 1]
                                                   : FLT_MAX;
        return;
    }

    words = ensemble_words(n, word);
    (void) memcpy(e->word + e->set[*sets], word, words * sizeof(uint32_t));
    e->set[*sets + 1] = e->set[*sets] + (uint32_t) words;
    e->threshold[at] = (float) (*sets)++;
}


int
train_forest_to(const train_forest_t *f, const train_bins_t *b,
    maas_arena_t *a, maas_trees_t *to)
{
    size_t               i, j, node, leaf, cover, sets;
    ensemble_t           e;
    const train_tree_t  *t;

    ensemble_usual(to, b->in, f->out);
    ensemble_count(f, b, to);

    if (!ensemble_room(to, a, &e) || to->sets >= 1u << 24) {
        return 0;
    }

    (void) memcpy(e.base, f->base, f->out * sizeof(double));
    node = leaf = cover = sets = 0;

    for (i = 0; i < f->n; i++) {
        t = &f->tree[i];
        e.size[i] = (uint32_t) t->n;

        if (e.output != NULL) {
            e.output[i] = (uint32_t) t->output;
        }

        for (j = 0; j < t->n; j++) {
            ensemble_node(&t->node[j], &b->slot[t->node[j].slot], node++, &e,
                          &sets);
            e.cover[cover++] = t->node[j].cover;
        }

        for (j = 0; j <= t->n; j++) {
            e.value[leaf++] = t->value[j];
            e.cover[cover++] = t->cover[j];
        }
    }

    return 1;
}


/* Arrays of one ensemble behind those that are there; `had` says how many */

static void
ensemble_append(const maas_trees_t *t, double weight, ensemble_t *e,
    const maas_trees_t *had)
{
    size_t        i, leaves, nodes;
    const float  *threshold = t->threshold;

    nodes = had->nodes;
    leaves = nodes + had->trees;
    (void) memcpy(e->size + had->trees, t->size, t->trees * sizeof(uint32_t));
    (void) memcpy(e->feature + nodes, t->feature,
                  t->nodes * sizeof(uint32_t));
    (void) memcpy(e->left + nodes, t->left, t->nodes * sizeof(int32_t));
    (void) memcpy(e->right + nodes, t->right, t->nodes * sizeof(int32_t));
    (void) memcpy(e->flags + nodes, t->flags, t->nodes);
    (void) memcpy(e->cover + nodes + leaves, t->cover,
                  (2 * t->nodes + t->trees) * sizeof(double));

    if (t->output != NULL) {
        (void) memcpy(e->output + had->trees, t->output,
                      t->trees * sizeof(uint32_t));
    }

    for (i = 0; i < t->nodes; i++) {
        e->threshold[nodes + i] = (t->flags[i] & MAAS_TREE_SET)
                                  ? threshold[i] + (float) had->sets
                                  : threshold[i];
    }

    for (i = 0; i < t->nodes + t->trees; i++) {
        e->value[leaves + i] = weight * ((const double *) t->value)[i];
    }

    for (i = 0; i < t->sets; i++) {
        e->set[had->sets + i + 1] = (uint32_t) had->words + t->set[i + 1];
    }

    for (i = 0; i < t->words; i++) {
        e->word[had->words + i] = t->word[i];
    }

    for (i = 0; i < t->out; i++) {
        e->base[i] += weight * ((const double *) t->base)[i];
    }
}


int
train_ensemble_join(const maas_trees_t *from, const double *weight,
    size_t n, maas_arena_t *a, maas_trees_t *to)
{
    size_t        i;
    ensemble_t    e;
    maas_trees_t  had = { 0 };

    ensemble_usual(to, from[0].in, from[0].out);

    for (i = 0; i < n; i++) {
        to->trees += from[i].trees;
        to->nodes += from[i].nodes;
        to->sets += from[i].sets;
        to->words += from[i].words;
    }

    if (!ensemble_room(to, a, &e) || to->sets >= 1u << 24) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        ensemble_append(&from[i], weight[i], &e, &had);
        had.trees += from[i].trees;
        had.nodes += from[i].nodes;
        had.sets += from[i].sets;
        had.words += from[i].words;
    }

    return 1;
}
