/*
 * Ensembles of trees as they are meant: what may be one, the walk of a row, one
 * tree after the other, and what follows the sums.  All other kernels give the
 * bits of this one.
 * Not here: anything fast (maas_trees_*.c).
 */

#include "maas_trees.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#define MAAS_TREES_CAP  88.7f          /* XGBoost's: exp() of more is inf */


static double
maas_trees_number(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


double
maas__trees_x(const maas_trees_t *t, const void *x, size_t f)
{
    double  v;

    v = maas_trees_number(t->x, x, f);

    return t->tiny && fabs(v) <= MAAS_TREE_TINY ? 0 : v;
}


/* x is a number, or infinite */

static int
maas_trees_in_set(const maas_trees_t *t, size_t set, double x)
{
    uint32_t         k;
    const uint32_t  *word;

    word = t->word + t->set[set];

    if (!(x >= 0 && x < 32.0 * (t->set[set + 1] - t->set[set]))) {
        return 0;
    }

    k = (uint32_t) x;

    return word[k / 32] >> k % 32 & 1;
}


int
maas__trees_left(const maas_trees_t *t, size_t node, double x)
{
    double    threshold;
    unsigned  flags;

    flags = t->flags[node];
    threshold = maas_trees_number(t->compare, t->threshold, node);

    if (isnan(x) && !(flags & MAAS_TREE_NAN)) {
        x = 0;
    }

    if (isnan(x) || ((flags & MAAS_TREE_ZERO) && fabs(x) <= MAAS_TREE_TINY)) {
        return (flags & MAAS_TREE_LEFT) != 0;
    }

    if (flags & MAAS_TREE_SET) {
        return maas_trees_in_set(t, (size_t) threshold,
                                 flags & MAAS_TREE_FLOOR ? floor(x)
                                                         : trunc(x));
    }

    return flags & MAAS_TREE_EQUAL ? x == threshold : x <= threshold;
}


size_t
maas__trees_leaf(const maas_trees_t *t, size_t i, size_t node, size_t leaf,
    const void *x)
{
    size_t   n;
    int32_t  at;

    at = t->size[i] == 0 ? ~0 : 0;

    while (at >= 0) {
        n = node + (size_t) at;
        at = maas__trees_left(t, n, maas__trees_x(t, x, t->feature[n]))
             ? t->left[n] : t->right[n];
    }

    return leaf + (size_t) ~at;
}


double
maas__trees_linear(const maas_trees_t *t, size_t leaf, const void *x)
{
    size_t  i;
    double  v, sum;

    sum = t->constant[leaf];

    for (i = t->term[leaf]; i < t->term[leaf + 1]; i++) {
        v = maas__trees_x(t, x, t->term_feature[i]);

        if (isnan(v)) {
            return maas_trees_number(t->sum, t->value, leaf);
        }

        sum += t->coefficient[i] * v;
    }

    return sum;
}


/* One operation of a tree, in the precision of sums */

static void
maas_trees_add(const maas_trees_t *t, void *s, size_t o, double v)
{
    float   *f;
    double  *d;

    f = (float *) s + o;
    d = (double *) s + o;

    if (t->combine == MAAS_COMBINE_SUM) {
        if (t->sum == MAAS_F64) {
            *d += v;
        } else {
            *f += (float) v;
        }
        return;
    }

    if (t->sum == MAAS_F64) {
        *d = (t->combine == MAAS_COMBINE_MIN) == (v < *d) ? v : *d;
    } else {
        *f = (t->combine == MAAS_COMBINE_MIN) == (v < *f) ? (float) v : *f;
    }
}


static void
maas_trees_begin(const maas_trees_t *t, void *s)
{
    size_t  o;
    double  v;

    for (o = 0; o < t->out; o++) {
        v = t->combine == MAAS_COMBINE_MIN ? INFINITY
            : t->combine == MAAS_COMBINE_MAX ? -INFINITY
            : t->base_last ? 0 : maas_trees_number(t->sum, t->base, o);

        if (t->sum == MAAS_F64) {
            ((double *) s)[o] = v;
        } else {
            ((float *) s)[o] = (float) v;
        }
    }
}


static void
maas_trees_row(const maas_trees_t *t, const void *x, void *s)
{
    size_t  i, o, node, leaf, l;

    node = 0;
    leaf = 0;
    maas_trees_begin(t, s);

    for (i = 0; i < t->trees; i++) {
        l = maas__trees_leaf(t, i, node, leaf, x);

        for (o = 0; t->vector && o < t->out; o++) {
            maas_trees_add(t, s, o, maas_trees_number(t->sum, t->value,
                                                      l * t->out + o));
        }

        if (!t->vector) {
            maas_trees_add(t, s, t->output != NULL ? t->output[i] : 0,
                           t->terms != 0
                           ? maas__trees_linear(t, l, x)
                           : maas_trees_number(t->sum, t->value, l));
        }

        node += t->size[i];
        leaf += t->size[i] + 1;
    }
}


void
maas__trees_divide(const maas_trees_t *t, void *s, size_t rows)
{
    size_t   i;
    float   *f;
    double  *d;

    for (i = 0; i < rows * t->out; i++) {

        if (t->sum == MAAS_F64) {
            d = (double *) s + i;
            *d += t->base_last ? ((const double *) t->base)[i % t->out] : 0;
            *d /= (double) t->divide;
        } else {
            f = (float *) s + i;
            *f += t->base_last ? ((const float *) t->base)[i % t->out] : 0;
            *f /= (float) t->divide;
        }
    }
}


static float
maas_trees_one_float(const maas_trees_t *t, float s)
{
    float  v;

    switch (t->transform) {

    case MAAS_TRANSFORM_SIGMOID:
        v = -s * (float) t->slope;
        return 1 / (1 + expf(v > MAAS_TREES_CAP ? MAAS_TREES_CAP : v));

    case MAAS_TRANSFORM_EXP:
        return expf(s);

    case MAAS_TRANSFORM_SOFTPLUS:
        v = expf(s);
        return isinf(v) ? s : log1pf(v);

    case MAAS_TRANSFORM_SQUARE:
        return s * fabsf(s);

    case MAAS_TRANSFORM_STEP:
        return s > 0;

    default:
        return s;
    }
}


static double
maas_trees_one(const maas_trees_t *t, double s)
{
    double  v;

    switch (t->transform) {

    case MAAS_TRANSFORM_SIGMOID:
        return 1 / (1 + exp(-t->slope * s));

    case MAAS_TRANSFORM_EXP:
        return exp(s);

    case MAAS_TRANSFORM_SOFTPLUS:
        v = exp(s);
        return isinf(v) ? s : log1p(v);

    case MAAS_TRANSFORM_SQUARE:
        return s * fabs(s);

    case MAAS_TRANSFORM_STEP:
        return s > 0;

    default:
        return s;
    }
}


/* XGBoost's sum is a double also where all the rest is not */

static void
maas_trees_softmax_float(const maas_trees_t *t, float *s)
{
    float   most;
    size_t  o;
    double  sum;

    most = s[0];

    for (o = 1; o < t->out; o++) {
        most = s[o] > most ? s[o] : most;
    }

    for (sum = 0, o = 0; o < t->out; o++) {
        s[o] = expf(s[o] - most);
        sum += s[o];
    }

    for (o = 0; o < t->out; o++) {
        s[o] /= (float) sum;
    }
}


static void
maas_trees_softmax(const maas_trees_t *t, double *s)
{
    size_t  o;
    double  most, sum;

    most = s[0];

    for (o = 1; o < t->out; o++) {
        most = s[o] > most ? s[o] : most;
    }

    for (sum = 0, o = 0; o < t->out; o++) {
        s[o] = exp(s[o] - most);
        sum += s[o];
    }

    for (o = 0; o < t->out; o++) {
        s[o] /= sum;
    }
}


void
maas__trees_transform(const maas_trees_t *t, void *s, size_t rows)
{
    size_t   i;
    float   *f;
    double  *d;

    f = s;
    d = s;

    if (t->transform == MAAS_TRANSFORM_NONE) {
        return;
    }

    for (i = 0; t->transform == MAAS_TRANSFORM_SOFTMAX && i < rows; i++) {
        if (t->sum == MAAS_F64) {
            maas_trees_softmax(t, d + i * t->out);
        } else {
            maas_trees_softmax_float(t, f + i * t->out);
        }
    }

    for (i = 0; t->transform != MAAS_TRANSFORM_SOFTMAX && i < rows * t->out;
         i++)
    {
        if (t->sum == MAAS_F64) {
            d[i] = maas_trees_one(t, d[i]);
        } else {
            f[i] = maas_trees_one_float(t, f[i]);
        }
    }
}


static int
maas_trees_ref_usable(const maas_trees_t *t)
{
    return 1;
}


/* Bytes of an array, for the next one to be aligned */

static size_t
maas_trees_bytes(size_t n, size_t size)
{
    return (n * size + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


/* An array of the packed form: a copy of `from`; without `to` it is counted */

static const void *
maas_trees_copy(char *to, size_t *at, const void *from, size_t n, size_t size)
{
    const void  *copy;

    if (from == NULL) {
        return NULL;
    }

    copy = to == NULL || n == 0 ? from : memcpy(to + *at, from, n * size);
    *at += maas_trees_bytes(n, size);

    return copy;
}


/* Bytes of the ensemble as one block, which begins with its struct */

static size_t
maas_trees_copies(const maas_trees_t *t, char *to)
{
    size_t        at, s, c;
    maas_trees_t  u;

    u = *t;
    s = maas__dtypes[t->sum].bits / 8;
    c = maas__dtypes[t->compare].bits / 8;
    at = maas_trees_bytes(1, sizeof(maas_trees_t));

#define COPY(name, n, size)  u.name = maas_trees_copy(to, &at, t->name, n, size)

    COPY(size, t->trees, sizeof(uint32_t));
    COPY(feature, t->nodes, sizeof(uint32_t));
    COPY(threshold, t->nodes, c);
    COPY(left, t->nodes, sizeof(int32_t));
    COPY(right, t->nodes, sizeof(int32_t));
    COPY(flags, t->nodes, 1);
    COPY(value, (t->nodes + t->trees) * (t->vector ? t->out : 1), s);
    COPY(output, t->trees, sizeof(uint32_t));
    COPY(base, t->out, s);
    COPY(set, t->sets + 1, sizeof(uint32_t));
    COPY(word, t->words, sizeof(uint32_t));
    COPY(term, t->nodes + t->trees + 1, sizeof(uint32_t));
    COPY(term_feature, t->terms, sizeof(uint32_t));
    COPY(coefficient, t->terms, sizeof(double));
    COPY(constant, t->nodes + t->trees, sizeof(double));

#undef COPY

    u.cover = NULL;

    if (to != NULL) {
        memcpy(to, &u, sizeof(maas_trees_t));
    }

    return at;
}


static void *
maas_trees_ref_layout(const maas_trees_t *t, maas_arena_t *a, size_t *size,
    size_t *scratch)
{
    *size = maas_trees_copies(t, NULL);
    *scratch = MAAS_ALIGN;

    return maas__arena_alloc(a, 1, 1);
}


static void
maas_trees_ref_pack(const maas_trees_t *t, const void *layout, void *to)
{
    (void) maas_trees_copies(t, to);
}


static void
maas_trees_ref_run(const maas_trees_t *t, const void *packed, const void *x,
    size_t ldx, size_t rows, void *s, void *scratch)
{
    size_t               r, step;
    const maas_trees_t  *u;

    u = packed;
    step = ldx * maas__dtypes[u->x].bits / 8;

    for (r = 0; r < rows; r++) {
        maas_trees_row(u, (const char *) x + r * step,
                       (char *) s + r * u->out * maas__dtypes[u->sum].bits / 8);
    }
}


const maas_trees_kernel_t  maas__trees_ref = {
    .name = "ref",
    .isa = MAAS_ISA_REF,
    .usable = maas_trees_ref_usable,
    .layout = maas_trees_ref_layout,
    .pack = maas_trees_ref_pack,
    .run = maas_trees_ref_run
};
