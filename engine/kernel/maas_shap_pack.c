/*
 * An ensemble -> tables for SHAP values: how large they are, and memory.
 * Not here: what stands in them (maas_shap_fill.c), the shape of a tree
 * (maas_shap_tree.c), what is done with the tables (maas_shap_simd.h).
 */

#include "maas_shap_pack.h"
#include "maas_int.h"

#include <string.h>


static void *
shap_alloc(maas_shap_pack_t *p, size_t n, size_t size)
{
    p->s->bytes += (n + 1) * size;

    return maas__arena_alloc(p->arena, n + 1, size);
}


/* What the features and columns of a tree's nodes are */

static void
shap_count_features(maas_shap_pack_t *p, size_t node, size_t n)
{
    size_t               i, f;
    uint32_t            *column;
    const maas_trees_t  *t;

    t = p->t;

    for (i = node; i < node + n; i++) {
        f = t->feature[i];
        column = &p->column[f * MAAS_SHAP_KINDS
                            + (t->flags[i] & MAAS_SHAP_SEEN)];

        if (p->used[f] == 0) {
            p->used[f] = (uint32_t) ++p->s->used;
        }

        if (maas__shap_is_odd(t, i)) {
            p->odds++;

        } else if (*column == 0) {
            *column = (uint32_t) ++p->s->columns;
        }
    }
}


static maas_status_t
shap_count_rule(maas_shap_pack_t *p, size_t q)
{
    maas_shap_rule_t  *r;

    r = &p->rules[q];

    if (r->t != NULL) {
        return MAAS_OK;
    }

    r->t = maas__arena_alloc(p->room, q, sizeof(double));
    r->weight = maas__arena_alloc(p->room, q, sizeof(double));
    if (r->t == NULL || r->weight == NULL) {
        return MAAS_NOMEM;
    }

    maas__shap_rule(q, r->t, r->weight);
    r->at = p->curves;
    r->plain = p->curves + q;
    p->curves += 3 * q;

    return MAAS_OK;
}


static maas_status_t
shap_count_tree(maas_shap_pack_t *p, size_t i, size_t node, maas_err_t *err)
{
    size_t             k, slots;
    maas_shap_t       *s;
    maas_shap_shape_t  shape;

    s = p->s;
    maas__shap_shape(p->work, p->t, i, node, &shape);

    if (shape.q > MAAS_SHAP_MAX_Q) {
        return maas__fail(err, MAAS_UNSUPPORTED, "no reasons: tree %zu has a "
                          "path of more than %u features", i,
                          2 * MAAS_SHAP_MAX_Q);
    }

    if (shap_count_rule(p, shape.q) != MAAS_OK) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    shap_count_features(p, node, shape.n);

    for (k = 0; k < shape.n; k++) {
        if (shape.above[k] != UINT32_MAX) {
            p->repeats++;
            p->more += 2 * shape.q;
        }
    }

    slots = shape.n + shape.single;
    s->trees++;
    p->nodes += maas__shap_pad(shape.n);
    p->values += maas__shap_values(p->t, shape.single, shape.n);
    s->max_nodes = shape.n > s->max_nodes ? shape.n : s->max_nodes;
    s->max_slots = slots > s->max_slots ? slots : s->max_slots;
    slots *= shape.q < MAAS_SHAP_T ? shape.q : MAAS_SHAP_T;
    s->max_rows = slots > s->max_rows ? slots : s->max_rows;

    return MAAS_OK;
}


static maas_status_t
shap_count(maas_shap_pack_t *p, maas_err_t *err)
{
    size_t         i, node;
    maas_status_t  rc;

    node = 0;
    p->curves = MAAS_SHAP_OFF;

    for (i = 0; i < p->t->trees; i++) {
        if (p->t->size[i] > 0) {
            rc = shap_count_tree(p, i, node, err);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        node += p->t->size[i];
    }

    return p->curves + p->more < UINT32_MAX && p->s->columns < UINT32_MAX
           ? MAAS_OK : maas__fail(err, MAAS_TOOBIG, "no reasons: the trees "
                                  "are too many");
}


static maas_status_t
shap_tables(maas_shap_pack_t *p)
{
    size_t         k;
    maas_trees_t  *asked;

    if ((p->at = shap_alloc(p, p->nodes, sizeof(uint32_t))) == NULL
        || (p->phi = shap_alloc(p, p->nodes, sizeof(uint32_t))) == NULL
        || (p->curve = shap_alloc(p, p->nodes, sizeof(uint32_t))) == NULL
        || (p->threshold = shap_alloc(p, p->nodes, sizeof(double))) == NULL
        || (p->value = shap_alloc(p, p->values, sizeof(double))) == NULL
        || (p->curves_of = shap_alloc(p, p->curves + p->more,
                                    sizeof(double))) == NULL
        || (p->bias = shap_alloc(p, p->t->out, sizeof(double))) == NULL
        || (p->feature = shap_alloc(p, p->s->used, sizeof(uint32_t))) == NULL
        || (p->columns = shap_alloc(p, p->s->columns,
                                    sizeof(maas_shap_column_t))) == NULL
        || (p->repeat = shap_alloc(p, p->repeats,
                                   sizeof(maas_shap_repeat_t))) == NULL
        || (p->odd = shap_alloc(p, p->odds, sizeof(maas_shap_odd_t))) == NULL
        || (p->tree = shap_alloc(p, p->s->trees,
                                 sizeof(maas_shap_tree_t))) == NULL
        || (p->asked_flags = shap_alloc(p, p->odds, 1)) == NULL
        || (p->asked_f = shap_alloc(p, p->odds, sizeof(float))) == NULL
        || (p->asked_d = shap_alloc(p, p->odds, sizeof(double))) == NULL)
    {
        return MAAS_NOMEM;
    }

    for (k = 0; k < 2; k++) {
        p->child[k] = shap_alloc(p, p->nodes, sizeof(uint32_t));
        p->share[k] = shap_alloc(p, p->nodes, sizeof(double));
        if (p->child[k] == NULL || p->share[k] == NULL) {
            return MAAS_NOMEM;
        }
    }

    asked = &p->s->asked;
    asked->compare = p->t->compare;
    asked->flags = p->asked_flags;
    asked->threshold = p->t->compare == MAAS_F64 ? (void *) p->asked_d
                                                 : (void *) p->asked_f;

    return MAAS_OK;
}


/* Where the trees of each output begin; next(out): the same */

static size_t *
shap_outputs(maas_shap_pack_t *p, size_t *next)
{
    size_t               i, o, n, *first;
    const maas_trees_t  *t;

    t = p->t;
    first = shap_alloc(p, t->out + 1, sizeof(size_t));
    if (first == NULL) {
        return NULL;
    }

    for (i = 0; i < t->trees; i++) {
        first[t->output != NULL ? t->output[i] : 0] += t->size[i] > 0;
    }

    for (n = 0, o = 0; o <= t->out; o++) {
        i = first[o];
        first[o] = n;
        n += i;
    }

    memcpy(next, first, t->out * sizeof(size_t));

    return first;
}


/* Sets are kept whole */

static maas_status_t
shap_sets(maas_shap_pack_t *p)
{
    uint32_t            *set, *word;
    const maas_trees_t  *t;

    t = p->t;

    if (t->set == NULL) {
        return MAAS_OK;
    }

    set = shap_alloc(p, t->sets + 1, sizeof(uint32_t));
    word = shap_alloc(p, t->words, sizeof(uint32_t));
    if (set == NULL || word == NULL) {
        return MAAS_NOMEM;
    }

    memcpy(set, t->set, (t->sets + 1) * sizeof(uint32_t));

    if (t->words > 0) {
        memcpy(word, t->word, t->words * sizeof(uint32_t));
    }

    p->s->asked.set = set;
    p->s->asked.word = word;

    return MAAS_OK;
}


static void
shap_finish(maas_shap_pack_t *p)
{
    unsigned      k;
    maas_shap_t  *s;

    s = p->s;
    s->max_nodes = maas__shap_pad(s->max_nodes);
    s->in = p->t->in;
    s->out = p->t->out;
    s->x = p->t->x;
    s->tiny = p->t->tiny;
    s->vector = p->t->vector;
    s->divide = (double) p->t->divide;
    s->bias = p->bias;
    s->feature = p->feature;
    s->column = p->columns;
    s->odds = p->odds;
    s->odd = p->odd;
    s->tree = p->tree;
    s->at = p->at;
    s->threshold = p->threshold;
    s->phi = p->phi;
    s->curve = p->curve;
    s->value = p->value;
    s->curves = p->curves_of;
    s->repeat = p->repeat;

    for (k = 0; k < 2; k++) {
        s->share[k] = p->share[k];
        s->child[k] = p->child[k];
    }
}


static maas_status_t
shap_walks(maas_shap_pack_t *p, maas_err_t *err)
{
    size_t         i, most, *next;
    maas_status_t  rc;

    for (i = 0, most = 1; i < p->t->trees; i++) {
        most = p->t->size[i] > most ? p->t->size[i] : most;
    }

    p->work = maas__shap_work(most, p->t->in, p->room);
    p->rules = maas__arena_alloc(p->room, MAAS_SHAP_MAX_Q + 1,
                                 sizeof(maas_shap_rule_t));
    p->used = maas__arena_alloc(p->room, p->t->in, sizeof(uint32_t));
    p->column = maas__arena_alloc(p->room, p->t->in,
                                  MAAS_SHAP_KINDS * sizeof(uint32_t));
    next = maas__arena_alloc(p->room, p->t->out, sizeof(size_t));

    if (p->work == NULL || p->rules == NULL || p->used == NULL
        || p->column == NULL || next == NULL)
    {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = shap_count(p, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    p->s->first = shap_outputs(p, next);

    if (p->s->first == NULL || shap_tables(p) != MAAS_OK
        || shap_sets(p) != MAAS_OK)
    {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    maas__shap_fill(p, next);
    shap_finish(p);

    return MAAS_OK;
}


maas_status_t
maas__shap_pack(const maas_trees_t *t, maas_arena_t *a, maas_shap_t *s,
    maas_err_t *err)
{
    maas_shap_pack_t    p = { .t = t, .arena = a, .s = s };
    maas_status_t  rc;

    if (t->cover == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED, "no reasons: the model does "
                          "not say how many rows of training came to each "
                          "leaf (\"cover\")");
    }

    if (t->terms != 0) {
        return maas__fail(err, MAAS_UNSUPPORTED, "no reasons: leaves are "
                          "linear, for which there are no exact ones");
    }

    if (t->combine != MAAS_COMBINE_SUM) {
        return maas__fail(err, MAAS_UNSUPPORTED, "no reasons: the trees are "
                          "not summed");
    }

    p.room = maas__arena_create(SIZE_MAX / 2);
    if (p.room == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = shap_walks(&p, err);
    maas__arena_destroy(p.room);

    return rc;
}
