/*
 * From an ONNX graph that was understood to columns and layers of a model.
 * Not here: operators.
 */

#include "onnx.h"

#include <string.h>


/* Layers that the answer depends on, and how many use each */

static void
emit_live(train_onnx_t *o, size_t last, unsigned *uses)
{
    size_t  i, k;

    uses[last] = 1;

    for (i = o->n_layers; i-- > 0; /* void */) {
        for (k = 0; uses[i] > 0 && k < 2; k++) {
            if (o->layer[i].in[k] != NULL
                && o->layer[i].in[k]->kind == ONNX_LAYER)
            {
                uses[o->layer[i].in[k]->layer]++;
            }
        }
    }
}


static int
emit_same_list(const train_onnx_list_t *a, const train_onnx_list_t *b)
{
    size_t  i;

    if (a == NULL || b == NULL || a->n != b->n || a->missing != b->missing
        || a->codes != b->codes || a->compare != b->compare)
    {
        return 0;
    }

    for (i = 0; i < a->n; i++) {
        if (strcmp(a->value[i], b->value[i]) != 0) {
            return 0;
        }
    }

    return 1;
}


/* What a column is for one layer has to be what it is for all of them; scaling
 * may differ where weights can take it in */

static maas_status_t
emit_column(train_onnx_t *o, const train_onnx_element_t *e, int trees)
{
    train_onnx_column_t  *c;

    c = &o->column[e->column];

    if (e->list == NULL && c->text) {
        return train_onnx_refuse(o, NULL, "column \"%s\" is a text that no"
                                 " one-hot encoder makes numbers of", c->name);
    }

    if (e->list == NULL && e->rounded) {
        return train_onnx_refuse(o, NULL, "column \"%s\" is rounded to a"
                                 " whole number, which is not done here: round"
                                 " it before the model, and export the model"
                                 " without the cast", c->name);
    }

    if (e->list != NULL && e->list->codes && !trees) {
        return train_onnx_refuse(o, NULL, "column \"%s\" is a category whose"
                                 " place in a list is computed with; encode it"
                                 " with OneHotEncoder", c->name);
    }

    if (c->used && c->list != e->list && !emit_same_list(c->list, e->list))
    {
        return train_onnx_refuse(o, NULL, "column \"%s\" is used both as a"
                                 " number and as categories, or with two"
                                 " lists of them", c->name);
    }

    if (c->used && (c->filled != e->filled || c->fill != e->fill)) {
        return train_onnx_refuse(o, NULL, "missing values of column \"%s\""
                                 " are replaced in two ways", c->name);
    }

    if (c->used && trees && (c->shift != e->shift || c->factor != e->factor)) {
        return train_onnx_refuse(o, NULL, "column \"%s\" is scaled in two"
                                 " ways, one of them for trees", c->name);
    }

    if (!c->used) {
        c->used = 1;
        c->filled = e->filled;
        c->fill = e->fill;
        c->shift = e->shift;
        c->factor = e->factor;
        c->list = e->list;
    }

    c->by_trees |= trees;
    c->by_others |= !trees;

    return MAAS_OK;
}


/* Trees first: they have the say on scaling */

static maas_status_t
emit_uses(train_onnx_t *o, const unsigned *uses)
{
    int                        trees;
    size_t                     i, k;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    for (trees = 1; trees >= 0; trees--) {
        for (i = 0; i < o->n_layers; i++) {
            v = o->layer[i].in[0];

            if (uses[i] == 0 || v->kind != ONNX_INPUT
                || (o->layer[i].kind == ONNX_TREES) != trees)
            {
                continue;
            }

            for (k = 0; k < v->n; k++) {
                rc = emit_column(o, &v->element[k], trees);
                if (rc != MAAS_OK) {
                    return rc;
                }
            }
        }
    }

    return MAAS_OK;
}


/* Slots of a column; the first one */

static size_t
emit_width(const train_onnx_column_t *c)
{
    return c->list == NULL || c->list->codes ? 1 : c->list->n;
}


static size_t
emit_slot(const train_onnx_t *o, const train_onnx_element_t *e)
{
    size_t                      k;
    const train_onnx_column_t  *c;

    c = &o->column[e->column];

    if (e->list == NULL || e->list->codes) {
        return c->at;
    }

    k = e->k;

    if (e->list->missing != SIZE_MAX) {         /* the last one */
        k = k == e->list->missing ? e->list->n - 1
            : k - (k > e->list->missing);
    }

    return c->at + k;
}


static int
emit_is_tensor(const train_onnx_t *o)
{
    size_t                      i;
    const train_onnx_column_t  *c;

    if (o->n_inputs != 1) {
        return 0;
    }

    for (i = 0; i < o->n_columns; i++) {
        c = &o->column[i];

        if (c->text || c->filled || c->list != NULL
            || (c->used && (c->shift != 0 || c->factor != 1)
                && o->input[0].rank <= 2))
        {
            return 0;
        }
    }

    return o->n_columns > 1;
}


static maas_status_t
emit_tensor(train_onnx_t *o)
{
    size_t                 i;
    const train_onnx_port_t  *p;

    p = &o->input[0];
    o->m->in = o->n_columns;
    o->m->rank = 0;

    if (p->rank > 2 && p->rank - 1 <= MAAS_MAX_RANK) {
        o->m->rank = p->rank - 1;

        for (i = 0; i + 1 < p->rank; i++) {
            o->m->shape[i] = p->dim[i + 1];
        }
    }

    o->m->missing = 1;

    for (i = 0; i < o->n_columns; i++) {
        o->column[i].at = i;
        o->column[i].shift = 0;
        o->column[i].factor = 1;
        o->m->missing &= !o->column[i].by_others;
    }

    return MAAS_OK;
}


static void
emit_field(maas_column_t *f, const train_onnx_column_t *c)
{
    f->name = c->name;
    f->at = c->at;
    f->width = emit_width(c);
    f->factor = 1;
    f->missing = NAN;
    f->kind = MAAS_FIELD_NUMBER;
    f->scaling = maas__scaling_names[MAAS_SCALING_NONE];

    if (c->list != NULL) {
        f->kind = MAAS_FIELD_CATEGORY;
        f->codes = c->list->codes;
        f->compare = c->list->compare;
        f->n_values = c->list->n;
        f->values = c->list->value;
        return;
    }

    if (!c->used) {
        f->missing = 0;
        return;
    }

    f->shift = (float) c->shift;
    f->factor = (float) c->factor;
    f->missing = c->filled ? c->fill : c->by_others ? NAN : MAAS_KEEP;

    /* trees take the words for numbers, too */

    if (c->truth && c->by_others && !c->by_trees) {
        f->kind = MAAS_FIELD_BOOLEAN;
    }

    if (f->shift != 0 || f->factor != 1) {
        f->scaling = maas__scaling_names[MAAS_SCALING_STANDARD];
    }
}


/* A list without the value that is "", which is the slot for "missing" */

static maas_status_t
emit_values(train_onnx_t *o, maas_column_t *f, const train_onnx_list_t *list)
{
    size_t        i, n;
    const char  **value;

    if (list->missing == SIZE_MAX || list->codes) {
        return MAAS_OK;
    }

    value = train_import_alloc(o->m, list->n, sizeof(char *));
    if (value == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = n = 0; i < list->n; i++) {
        if (i != list->missing) {
            value[n++] = list->value[i];
        }
    }

    if (n == 0) {
        return train_onnx_refuse(o, NULL, "column \"%s\" has no value but the"
                                 " empty text", f->name);
    }

    f->values = value;
    f->n_values = n;
    f->missing_slot = 1;

    return MAAS_OK;
}


static maas_status_t
emit_columns(train_onnx_t *o)
{
    size_t                i, n;
    maas_status_t         rc;
    train_onnx_column_t  *c;

    n = 0;

    for (i = 0; i < o->n_columns; i++) {
        n += o->column[i].used || o->n_inputs == 1;
    }

    o->m->columns = train_import_alloc(o->m, n, sizeof(maas_column_t));
    if (o->m->columns == NULL) {
        return train_onnx_nomem(o);
    }

    o->m->in = n = 0;

    for (i = 0; i < o->n_columns; i++) {
        c = &o->column[i];

        if (!c->used && o->n_inputs > 1) {
            continue;
        }

        c->at = o->m->in;
        emit_field(&o->m->columns[n], c);

        if (c->list != NULL) {
            rc = emit_values(o, &o->m->columns[n], c->list);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        o->m->in += emit_width(c);
        n++;
    }

    o->m->n_columns = n;

    return MAAS_OK;
}


/* w(in,out) and b(out) of a layer as floats; on the input, rows by slot */

static maas_status_t
emit_weights(train_onnx_t *o, train_onnx_layer_t *l, size_t in, float **w,
    float **b)
{
    size_t                       i, j, slot;
    double                       a, shift, *sum, *bias;
    const train_onnx_column_t   *c;
    const train_onnx_element_t  *e;

    if (in > ((size_t) 1 << 28) / l->n) {
        return train_onnx_refuse(o, NULL, "%zu x %zu weights", in, l->n);
    }

    *w = train_import_alloc(o->m, in * l->n, sizeof(float));
    *b = train_import_alloc(o->m, l->n, sizeof(float));
    sum = train_import_alloc(o->m, in * l->n, sizeof(double));
    bias = train_import_alloc(o->m, l->n, sizeof(double));
    if (*w == NULL || *b == NULL || sum == NULL || bias == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < l->n_in; i++) {
        slot = i;
        a = 1;
        shift = 0;

        if (l->in[0]->kind == ONNX_INPUT) {
            e = &l->in[0]->element[i];
            c = &o->column[e->column];
            slot = emit_slot(o, e);

            if (e->list == NULL
                && (c->factor != e->factor || c->shift != e->shift))
            {
                a = e->factor / c->factor;
                shift = (c->shift - e->shift) * e->factor;
            }
        }

        if (l->weight == NULL) {           /* one: itself */
            sum[slot * l->n + i] += a;
            bias[i] += shift;
            continue;
        }

        for (j = 0; j < l->n; j++) {
            sum[slot * l->n + j] += a * l->weight[i * l->n + j];
            bias[j] += shift * l->weight[i * l->n + j];
        }
    }

    for (i = 0; i < in * l->n; i++) {
        (*w)[i] = (float) sum[i];
    }

    for (j = 0; j < l->n; j++) {
        (*b)[j] = (float) (bias[j] + (l->bias == NULL ? 0 : l->bias[j]));
    }

    return MAAS_OK;
}


static void
emit_set(maas_tensor_t *t, const void *data, size_t rank, size_t a, size_t b)
{
    t->dtype = MAAS_F32;
    t->rank = rank;
    t->shape[0] = a;
    t->shape[1] = b;
    t->data = data;
}


static maas_node_t *
emit_node(train_onnx_t *o, const train_onnx_layer_t *l, const char *kind)
{
    maas_node_t  *n;

    n = train_import_layer(o->m, kind);

    if (n == NULL) {
        (void) train_onnx_refuse(o, NULL, "more than %d layers",
                                 MAAS_MAX_LAYERS);
        return NULL;
    }

    n->act = l->act;
    n->alpha = l->alpha;
    n->n_in = l->in[1] == NULL ? 1 : 2;
    n->in[0] = l->in[0]->kind == ONNX_INPUT ? 0
               : o->layer[l->in[0]->layer].place;

    if (l->in[1] != NULL) {
        n->in[1] = o->layer[l->in[1]->layer].place;
    }

    return n;
}


/* Numbers of the value that a layer takes, as our layer sees it */

static size_t
emit_in(const train_onnx_t *o, const train_onnx_layer_t *l)
{
    return l->in[0]->kind == ONNX_INPUT ? o->m->in : l->n_in;
}


/* Is the layer the input as it is? */

static int
emit_is_input(const train_onnx_t *o, const train_onnx_layer_t *l)
{
    size_t                       i;
    const train_onnx_column_t   *c;
    const train_onnx_element_t  *e;

    if (l->weight != NULL || l->n != o->m->in || l->act != MAAS_ACT_LINEAR) {
        return 0;
    }

    for (i = 0; i < l->n; i++) {
        e = &l->in[0]->element[i];
        c = &o->column[e->column];

        if (emit_slot(o, e) != i
            || (e->list == NULL
                && (c->factor != e->factor || c->shift != e->shift)))
        {
            return 0;
        }
    }

    return 1;
}


static maas_status_t
emit_dense(train_onnx_t *o, train_onnx_layer_t *l, int last)
{
    float          *w = NULL, *b = NULL;
    maas_node_t    *n;
    maas_status_t   rc;

    if (!last && l->in[0]->kind == ONNX_INPUT && emit_is_input(o, l)) {
        l->place = 0;
        return MAAS_OK;
    }

    rc = emit_weights(o, l, emit_in(o, l), &w, &b);
    if (rc != MAAS_OK) {
        return rc;
    }

    n = emit_node(o, l, "dense");

    if (n == NULL || !maas__node_set(n, "units", (double) l->n)) {
        return n == NULL ? o->err->code
               : train_onnx_refuse(o, NULL, "a layer of %zu units", l->n);
    }

    emit_set(&n->tensors[0], w, 2, emit_in(o, l), l->n);
    emit_set(&n->tensors[1], b, 1, l->n, 0);
    l->place = (unsigned) o->m->n_nodes;

    return MAAS_OK;
}


static maas_status_t
emit_norm(train_onnx_t *o, train_onnx_layer_t *l)
{
    float        *w, *b;
    size_t        i;
    maas_node_t  *n;

    w = train_import_alloc(o->m, l->n, sizeof(float));
    b = train_import_alloc(o->m, l->n, sizeof(float));
    if (w == NULL || b == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < l->n; i++) {
        w[i] = (float) l->weight[i];
        b[i] = (float) l->bias[i];
    }

    n = emit_node(o, l, "layer_norm");
    if (n == NULL) {
        return o->err->code;
    }

    if (!maas__node_set(n, "epsilon", l->number)) {
        return train_onnx_refuse(o, NULL, "a layer normalization with epsilon"
                                 " %g, which must be above 0", l->number);
    }

    emit_set(&n->tensors[0], w, 1, l->n, 0);
    emit_set(&n->tensors[1], b, 1, l->n, 0);

    return MAAS_OK;
}


/* Which way a number goes */

static int
emit_goes_left(const train_onnx_split_t *s, double x)
{
    if (s->word != NULL) {
        return x >= 0 && x == floor(x) && x < 32 * (double) s->n_words
               && (s->word[(size_t) x / 32] >> (size_t) x % 32 & 1);
    }

    return s->flags & MAAS_TREE_EQUAL ? x == s->threshold
                                      : x <= s->threshold;
}


/* A category that is not in its list is missing here, and a number there */

static unsigned
emit_flags(const train_onnx_split_t *s, const train_onnx_list_t *list)
{
    if (list == NULL || isnan(list->other)) {
        return s->flags;
    }

    return (s->flags & ~(unsigned) MAAS_TREE_LEFT) | MAAS_TREE_NAN
           | (emit_goes_left(s, list->other) ? MAAS_TREE_LEFT : 0);
}


/* A tree's nodes, features by slot */

static void
emit_tree(train_onnx_t *o, const train_onnx_layer_t *l,
    const train_onnx_split_t *s, size_t nodes, train_trees_t *to)
{
    size_t                       i, feature;
    unsigned                     flags;
    const train_onnx_list_t     *list;
    const train_onnx_element_t  *e;

    for (i = 0; i < nodes; i++, s++) {
        e = l->in[0]->kind == ONNX_INPUT ? &l->in[0]->element[s->feature]
                                         : NULL;
        feature = e != NULL ? emit_slot(o, e) : s->feature;
        list = e != NULL && e->list != NULL && e->list->codes ? e->list : NULL;
        flags = emit_flags(s, list);

        if (s->word != NULL) {
            o->sets |= list == NULL;
            train_trees_set(to, feature, s->word, s->n_words, flags, s->left,
                            s->right, NAN);
        } else {
            train_trees_node(to, feature, s->threshold, flags, s->left,
                             s->right, NAN);
        }
    }
}


static maas_status_t
emit_trees(train_onnx_t *o, train_onnx_layer_t *l)
{
    size_t                     i, k, width;
    train_trees_t             *to;
    const double              *value;
    maas_node_t               *n;
    maas_trees_t              *options;
    maas_status_t              rc;
    const train_onnx_trees_t  *t;
    const train_onnx_split_t  *split;

    t = l->trees;
    width = t->vector ? t->out : 1;
    to = train_trees_new(o->m, t->out, t->type, t->exact ? MAAS_F64 : t->type,
                         t->vector ? t->out : 0);
    if (to == NULL) {
        return train_onnx_nomem(o);
    }

    split = t->split;
    value = t->value;

    for (i = 0; i < t->n_trees; i++) {
        train_trees_tree(to, t->size[i], t->vector ? 0 : t->output[i]);
        emit_tree(o, l, split, t->size[i], to);
        split += t->size[i];

        for (k = 0; k <= t->size[i]; k++, value += width) {
            train_trees_leaf(to, value, NAN);
        }
    }

    train_trees_base(to, t->base, 1);
    options = train_trees_options(to);
    options->in = l->in[0]->kind == ONNX_INPUT
                  || o->layer[l->in[0]->layer].place == 0 ? 0 : l->n_in;
    options->divide = t->divide;
    options->combine = t->combine;
    options->transform = t->transform;

    rc = train_trees_layer(to, o->err);
    if (rc != MAAS_OK) {
        return rc;
    }

    n = &o->m->nodes[o->m->n_nodes - 1];
    n->in[0] = l->in[0]->kind == ONNX_INPUT ? 0
               : o->layer[l->in[0]->layer].place;

    return MAAS_OK;
}


static maas_status_t
emit_layer(train_onnx_t *o, train_onnx_layer_t *l, int last)
{
    maas_node_t    *n;
    maas_status_t   rc;

    static const char *const  kinds[] = {
        [ONNX_ACT] = "activation", [ONNX_ADD] = "add",
        [ONNX_MULTIPLY] = "multiply",
        [ONNX_NORMALIZE] = "normalize", [ONNX_CLIP] = "clip"
    };

    switch (l->kind) {

    case ONNX_DENSE:
        return emit_dense(o, l, last);

    case ONNX_NORM:
        rc = emit_norm(o, l);
        break;

    case ONNX_TREES:
        rc = emit_trees(o, l);
        break;

    case ONNX_PIECES:
        rc = train_onnx_emit_pieces(o, l);
        break;

    default:
        n = emit_node(o, l, kinds[l->kind]);
        rc = n == NULL ? o->err->code : MAAS_OK;

        if (n != NULL && l->kind == ONNX_NORMALIZE) {
            (void) maas__node_set(n, "by", l->number);
        }

        if (n != NULL && l->kind == ONNX_CLIP) {
            (void) maas__node_set(n, "low", l->low);
            (void) maas__node_set(n, "high", l->high);
        }
    }

    l->place = (unsigned) o->m->n_nodes;

    return rc;
}


/* An activation of its own goes into the layer before it, if that is the only
 * one that uses it */

static int
emit_merged(train_onnx_t *o, size_t i, const unsigned *uses)
{
    size_t               j;
    train_onnx_layer_t  *l, *before;

    l = &o->layer[i];
    j = l->in[0]->kind == ONNX_LAYER ? l->in[0]->layer : i;
    before = &o->layer[j];

    if (l->kind != ONNX_ACT || j == i || uses[j] != 1
        || before->act != MAAS_ACT_LINEAR || before->kind == ONNX_TREES
        || before->kind == ONNX_PIECES
        || (before->kind == ONNX_DENSE && before->weight == NULL)
        || before->place == 0)
    {
        return 0;
    }

    o->m->nodes[before->place - 1].act = l->act;
    o->m->nodes[before->place - 1].alpha = l->alpha;
    before->act = l->act;
    l->place = before->place;

    return 1;
}


/* What the answer is */

static void
emit_task(train_onnx_t *o, const train_onnx_value_t *answer,
    const train_onnx_layer_t *last)
{
    int            softmax, sigmoid;
    train_import_t *m;

    m = o->m;
    softmax = last->act == MAAS_ACT_SOFTMAX
              || (last->kind == ONNX_TREES
                  && last->trees->transform == MAAS_TRANSFORM_SOFTMAX);
    sigmoid = last->act == MAAS_ACT_SIGMOID
              || (last->kind == ONNX_TREES
                  && last->trees->transform == MAAS_TRANSFORM_SIGMOID);

    m->task = (answer->kind == ONNX_PAIR && answer->a == NULL)
              || (sigmoid && last->n == 1)
              ? MAAS_TASK_BINARY
              : last->n > 1 && (answer->n_labels > 0 || softmax)
              ? MAAS_TASK_CLASSIFICATION : MAAS_TASK_REGRESSION;

    if (answer->n_labels
        == (m->task == MAAS_TASK_BINARY ? 2 : last->n))
    {
        m->n_labels = answer->n_labels;
        m->labels = answer->label;
    }
}


/* Doubles are read as such only where trees take them */

static maas_status_t
emit_type(train_onnx_t *o)
{
    size_t  i;

    o->m->dtype = MAAS_F32;

    for (i = 0; i < o->n_layers; i++) {
        if (o->layer[i].kind == ONNX_TREES && o->layer[i].in[0]->kind
            == ONNX_INPUT && o->layer[i].trees->type == MAAS_F64)
        {
            o->m->dtype = MAAS_F64;
        }
    }

    for (i = 0; i < o->n_layers && o->m->dtype == MAAS_F64; i++) {
        if (o->layer[i].kind != ONNX_TREES
            && o->layer[i].in[0]->kind == ONNX_INPUT)
        {
            return train_onnx_refuse(o, NULL, "trees of doubles beside layers"
                                     " that take floats; export the model"
                                     " with float inputs");
        }
    }

    return MAAS_OK;
}


maas_status_t
train_onnx_emit(train_onnx_t *o, const train_onnx_value_t *answer)
{
    size_t                     i;
    unsigned                  *uses;
    maas_status_t              rc;
    const train_onnx_value_t  *v;

    v = (answer->kind == ONNX_PAIR || answer->kind == ONNX_SCORE)
        && answer->a == NULL ? answer->of : answer;
    v = train_onnx_settle(o, NULL, v);
    uses = train_import_alloc(o->m, o->n_layers, sizeof(unsigned));
    if (v == NULL || uses == NULL) {
        return v == NULL ? o->err->code : train_onnx_nomem(o);
    }

    emit_live(o, v->layer, uses);
    rc = emit_type(o);

    if (rc == MAAS_OK) {
        rc = emit_uses(o, uses);
    }

    if (rc == MAAS_OK) {
        rc = emit_is_tensor(o) ? emit_tensor(o) : emit_columns(o);
    }

    for (i = 0; rc == MAAS_OK && i <= v->layer; i++) {
        if (uses[i] > 0 && !emit_merged(o, i, uses)) {
            rc = emit_layer(o, &o->layer[i], i == v->layer);
        }
    }

    if (rc == MAAS_OK) {
        emit_task(o, answer, &o->layer[v->layer]);
    }

    return rc;
}
