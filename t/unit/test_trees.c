/*
 * Ensembles of trees: every kernel gives the bits of the oracle, for ensembles
 * and rows made at random with all that is odd in them, in batches of any size.
 */

#include "maas_int.h"
#include "kernel/maas_trees_layout.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define ROWS  64


/* What an ensemble is made of; 0: as usual(), or none */

typedef struct {
    size_t        in, trees, leaves;
    size_t        out;
    unsigned      vector;
    unsigned      wide;            /* x is F64, else F32 */
    unsigned      narrow;          /* thresholds are F32, else F64 */
    unsigned      single;          /* sums are F32, else F64 */
    size_t        pool;            /* different thresholds of a feature; FREE:
                                      as they come */
    size_t        rich;            /* features that have them as they come */
    unsigned      crowd;           /* thresholds: 1: most about 0, 2: many are
                                      the same float, 3: all are floats */
    unsigned      chain;           /* in 8: of splits at the newest leaf */
    unsigned      missing;         /* flags of nodes are among these */
    unsigned      sets;            /* in 8: nodes of sets */
    unsigned      equals;          /* in 8: nodes of one value */
    size_t        codes;           /* a set is among these */
    unsigned      tiny, linear, base_last;
    maas_combine_t combine;
} make_t;

#define FREE  SIZE_MAX

static const make_t  makes[] = {
    { .in = 0 },
    { .crowd = 1, .trees = 60, .pool = 200 },
    { .crowd = 1, .trees = 60, .pool = 200, .wide = 1, .missing = 0x06 },
    { .crowd = 2, .trees = 60, .pool = 200, .wide = 1 },
    { .crowd = 2, .trees = 60, .pool = 200 },
    { .crowd = 2, .trees = 20, .pool = 12, .wide = 1, .in = 20 },
    { .trees = 100, .in = 30, .pool = 255 },
    { .trees = 65, .leaves = 1 },
    { .trees = 3, .leaves = 2, .in = 1, .pool = 1 },
    { .trees = 1, .leaves = 8 },
    { .trees = 1, .leaves = 9 },
    { .trees = 64, .leaves = 40, .in = 32 },
    { .trees = 63, .leaves = 63, .chain = 7 },
    { .trees = 30, .leaves = 64, .chain = 8 },
    { .trees = 20, .leaves = 300 },
    { .trees = 70, .leaves = 230, .in = 20, .pool = FREE },
    { .trees = 70, .leaves = 260, .in = 40, .pool = FREE },
    { .trees = 8, .leaves = 900, .in = 9, .pool = FREE },
    { .trees = 40, .leaves = 3, .in = 300 },
    { .trees = 150, .in = 100, .pool = 20 },
    { .trees = 150, .in = 200, .pool = 20 },
    { .trees = 150, .in = 256, .pool = 20 },
    { .trees = 150, .in = 300, .pool = 20 },
    { .trees = 20, .in = 200, .leaves = 8 },
    { .trees = 25, .in = 30, .leaves = 3, .wide = 1 },
    { .trees = 5, .in = 90, .leaves = 5, .wide = 1, .missing = 0x06 },
    { .trees = 257, .leaves = 31, .in = 30, .pool = 255, .wide = 1 },
    { .trees = 130, .leaves = 20, .in = 50, .single = 1, .pool = 90 },
    { .trees = 50, .in = 2, .pool = 600, .missing = 0x06 },
    { .trees = 200, .in = 1, .pool = FREE },
    { .trees = 150, .leaves = 60, .in = 1, .pool = FREE,
      .missing = 0x02 },
    { .trees = 33, .in = 12, .missing = 0x06 },
    { .trees = 33, .in = 31, .missing = 0x0e },
    { .trees = 33, .in = 12, .missing = 0x0e, .tiny = 1 },
    { .trees = 99, .in = 40, .missing = 0x0e, .tiny = 1 },
    { .in = 90, .trees = 50, .missing = 0x0e, .wide = 1 },
    { .narrow = 1, .single = 1, .missing = 0x06 },
    { .narrow = 1, .single = 1, .missing = 0x06,
      .trees = 300, .leaves = 64, .in = 30 },
    { .wide = 1, .trees = 80, .leaves = 63, .missing = 0x0e },
    { .wide = 1, .crowd = 3, .trees = 60, .in = 20, .pool = 120 },
    { .wide = 1, .crowd = 3, .trees = 90, .in = 4, .pool = 700,
      .missing = 0x06 },
    { .wide = 1, .trees = 90, .in = 4, .pool = 700, .missing = 0x06 },
    { .trees = 90, .in = 33, .pool = 300, .missing = 0x06 },
    { .wide = 1, .trees = 50, .in = 3, .pool = FREE, .tiny = 1 },
    { .sets = 4, .codes = 20, .missing = 0x06 },
    { .sets = 8, .codes = 40, .missing = 0x26, .trees = 66 },
    { .sets = 3, .codes = 70, .missing = 0x2e, .trees = 90, .in = 35 },
    { .sets = 3, .codes = 33, .missing = 0x2e, .tiny = 1,
      .wide = 1, .leaves = 200 },
    { .sets = 2, .codes = 9, .missing = 0x2e, .leaves = 300 },
    { .sets = 4, .codes = 90000, .missing = 0x26, .trees = 4 },
    { .sets = 2, .codes = 90, .missing = 0x2e, .in = 300,
      .trees = 200 },
    { .equals = 4, .missing = 0x0e },
    { .equals = 2, .sets = 2, .codes = 12, .missing = 0x2e, .tiny = 1,
      .trees = 40 },
    { .equals = 2, .sets = 2, .codes = 12, .missing = 0x2e, .tiny = 1,
      .trees = 40, .in = 300 },
    { .out = 3, .trees = 31 },
    { .out = 7, .trees = 200, .leaves = 8, .single = 1 },
    { .out = 300, .trees = 20 },
    { .out = 3, .vector = 1 },
    { .out = 5, .vector = 1, .single = 1, .leaves = 300 },
    { .linear = 1, .missing = 0x06 },
    { .linear = 1, .out = 4, .tiny = 1, .wide = 1,
      .base_last = 1 },
    { .linear = 1, .single = 1, .leaves = 270, .in = 300,
      .trees = 30 },
    { .base_last = 1, .combine = MAAS_COMBINE_MIN },
    { .base_last = 1, .combine = MAAS_COMBINE_MAX, .out = 2,
      .single = 1 },
    { .base_last = 1, .combine = MAAS_COMBINE_MAX, .out = 2,
      .vector = 1 },
    { .crowd = 2, .trees = 5, .leaves = 5, .pool = 12, .wide = 1, .in = 2 },
    { .trees = 150, .in = 200, .pool = 20, .wide = 1 },
    { .trees = 150, .in = 256, .pool = 20, .wide = 1, .missing = 0x0e,
      .tiny = 1 },
    { .trees = 150, .in = 300, .pool = 20, .wide = 1, .missing = 0x06 },
    { .trees = 150, .in = 100, .pool = 60, .wide = 1, .crowd = 2 },
    { .trees = 150, .in = 60, .pool = 6, .rich = 20, .wide = 1 },
    { .trees = 150, .in = 60, .pool = 6, .rich = 20, .missing = 0x0e },
    { .trees = 150, .in = 150, .pool = 6, .rich = 2, .wide = 1 },
    { .trees = 150, .in = 200, .pool = 20, .wide = 1, .missing = 0x06 },
    { .trees = 150, .in = 200, .pool = 20, .missing = 0x06, .tiny = 1 },
    { .trees = 150, .in = 90, .pool = 9, .missing = 0x06, .wide = 1 },
    { .trees = 150, .in = 180, .pool = 9, .missing = 0x26, .sets = 1,
      .codes = 20, .wide = 1 },
    { .trees = 150, .leaves = 90, .in = 3, .pool = FREE, .missing = 0x06 },
    { .trees = 100, .in = 5000, .leaves = 3 },
    { .trees = 100, .in = 900, .leaves = 3 },
    { .trees = 100, .in = 900, .leaves = 3, .wide = 1, .missing = 0x0e,
      .tiny = 1 }
};


static uint64_t  seed;

static uint32_t
rnd(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;

    return (uint32_t) (seed >> 33);
}


static double
uniform(void)
{
    return (double) rnd() / 1073741824.0 - 1.0;
}


static void *
room(size_t n, size_t size)
{
    void  *p = NULL;

    assert_int_equal(posix_memalign(&p, MAAS_ALIGN, n * size + 1), 0);

    return memset(p, 0, n * size + 1);
}


static void
put(maas_dtype_t type, const void *p, size_t i, double v)
{
    if (type == MAAS_F64) {
        ((double *) p)[i] = v;
    } else {
        ((float *) p)[i] = (float) v;
    }
}


static double
get(maas_dtype_t type, const void *p, size_t i)
{
    return type == MAAS_F64 ? ((const double *) p)[i]
                            : (double) ((const float *) p)[i];
}


static double
beside(maas_dtype_t type, double v, double to)
{
    return type == MAAS_F64 ? nextafter(v, to)
                            : (double) nextafterf((float) v, (float) to);
}


/* A threshold of a feature.  Few are odd, and all features share those. */

static double
threshold(const make_t *m, size_t feature)
{
    size_t                k;
    double                v;
    static const double   odd[] = {
        0.0, -0.0, INFINITY, -INFINITY, 1e-310, -1e-310, 1e-40, -1e-40,
        MAAS_TREE_TINY, -MAAS_TREE_TINY, 5e-36, 1.0, 3.0, 1e300, -1e300,
        0.1, 16777216.0
    };

    if (rnd() % 16 == 0) {
        k = rnd() % (sizeof(odd) / sizeof(odd[0]));

        return m->narrow || m->crowd == 3 ? (double) (float) odd[k] : odd[k];
    }

    k = m->pool == FREE || feature < m->rich ? rnd() : rnd() % m->pool;

    v = (double) (k * (2 * feature + 1) % 10007) / 577 - 8;

    return m->crowd == 1 ? v * v * v * v * v * v * v * 1e-3
           : m->crowd == 2 ? 1 + v * 1e-8
           : m->crowd == 3 ? (double) (float) v : v;
}


/* What a row has in it: often a threshold, or what is next to one */

static double
value(const make_t *m, const maas_trees_t *t)
{
    size_t               n;
    double               v;
    static const double  odd[] = {
        0.0, -0.0, INFINITY, -INFINITY, 1e-310, -1e-310, 1e-40, -1e-40,
        MAAS_TREE_TINY, -MAAS_TREE_TINY, 2e-35, -2e-35, -0.5, -1.0, 1e30,
        16777216.0, 2147483648.0, 4294967296.0, 1e-36, -1e-36
    };

    switch (rnd() % 8) {

    case 0:
        return odd[rnd() % (sizeof(odd) / sizeof(odd[0]))];

    case 1:
        return m->missing ? NAN : uniform();

    case 2:
        return uniform() * 10;

    case 3:
        return m->codes > 0 ? (double) (rnd() % (m->codes + 2))
                              + (rnd() % 2) * 0.25
                            : 3;

    default:
        if (t->nodes == 0) {
            return 0;
        }

        n = rnd() % t->nodes;
        v = get(t->compare, t->threshold, n);
        v = t->x == MAAS_F32 ? (double) (float) v : v;

        return rnd() % 2 ? v : beside(t->x, v, rnd() % 2 ? INFINITY
                                                         : -INFINITY);
    }
}


static void
make_node(const make_t *m, maas_trees_t *t, size_t n, size_t set)
{
    size_t    i, feature;
    uint8_t  *flags;

    flags = (uint8_t *) t->flags + n;
    feature = rnd() % m->in;
    ((uint32_t *) t->feature)[n] = (uint32_t) feature;
    *flags = (uint8_t) (rnd() & m->missing);
    put(t->compare, t->threshold, n, threshold(m, feature));

    if (rnd() % 8 < m->sets) {
        *flags |= MAAS_TREE_SET;
        put(t->compare, t->threshold, n, (double) set);

        for (i = t->set[set]; i < t->set[set + 1]; i++) {
            ((uint32_t *) t->word)[i] = rnd() ^ rnd() << 16;
        }

    } else if (rnd() % 8 < m->equals) {
        *flags |= MAAS_TREE_EQUAL;
    }
}


/* A tree grown leaf by leaf: open[] are children that have nothing yet */

static void
make_tree(const make_t *m, maas_trees_t *t, size_t i, size_t node,
    size_t leaves)
{
    size_t     n, k, opens;
    int32_t  **open, *left, *right;

    left = (int32_t *) t->left + node;
    right = (int32_t *) t->right + node;
    open = room(leaves + 2, sizeof(int32_t *));
    ((uint32_t *) t->size)[i] = (uint32_t) (leaves - 1);

    for (n = 0, opens = 0; n < leaves - 1; n++) {
        if (n > 0) {
            k = rnd() % 8 < m->chain ? opens - 1 : rnd() % opens;
            *open[k] = (int32_t) n;
            open[k] = open[--opens];
        }

        open[opens++] = &left[n];
        open[opens++] = &right[n];
        make_node(m, t, node + n, node + n);
    }

    for (k = 0; k < opens; k++) {
        *open[k] = ~(int32_t) k;
    }

    free(open);
}


static void
make_leaves(const make_t *m, maas_trees_t *t)
{
    size_t  i, leaves;

    leaves = t->nodes + t->trees;
    t->value = room(leaves * (m->vector ? m->out : 1), sizeof(double));
    t->base = room(m->out, sizeof(double));

    for (i = 0; i < leaves * (m->vector ? m->out : 1); i++) {
        put(t->sum, t->value, i, rnd() % 50 == 0 ? -0.0 : uniform());
    }

    for (i = 0; i < m->out; i++) {
        put(t->sum, t->base, i, rnd() % 3 == 0 ? -0.0 : uniform());
    }

    if (m->out > 1 && !m->vector) {
        t->output = room(t->trees, sizeof(uint32_t));
        for (i = 0; i < t->trees; i++) {
            ((uint32_t *) t->output)[i] = (uint32_t) (rnd() % m->out);
        }
    }

    if (!m->linear) {
        return;
    }

    t->term = room(leaves + 1, sizeof(uint32_t));
    t->constant = room(leaves, sizeof(double));

    for (i = 0; i < leaves; i++) {
        ((double *) t->constant)[i] = uniform();
        ((uint32_t *) t->term)[i + 1] = t->term[i] + rnd() % 4;
    }

    t->terms = t->term[leaves];
    t->term_feature = room(t->terms, sizeof(uint32_t));
    t->coefficient = room(t->terms, sizeof(double));

    for (i = 0; i < t->terms; i++) {
        ((uint32_t *) t->term_feature)[i] = (uint32_t) (rnd() % m->in);
        ((double *) t->coefficient)[i] = uniform();
    }
}


static void
make(const make_t *m, maas_trees_t *t)
{
    size_t  i, node, most, words;

    memset(t, 0, sizeof(maas_trees_t));
    most = m->trees * m->leaves;

    t->in = m->in;
    t->out = m->out;
    t->x = m->wide ? MAAS_F64 : MAAS_F32;
    t->compare = m->narrow ? MAAS_F32 : MAAS_F64;
    t->sum = m->single ? MAAS_F32 : MAAS_F64;
    t->trees = m->trees;
    t->vector = m->vector;
    t->tiny = m->tiny;
    t->base_last = m->base_last;
    t->combine = m->combine;
    t->divide = 1;
    t->size = room(m->trees, sizeof(uint32_t));
    t->feature = room(most, sizeof(uint32_t));
    t->threshold = room(most, sizeof(double));
    t->left = room(most, sizeof(int32_t));
    t->right = room(most, sizeof(int32_t));
    t->flags = room(most, 1);

    if (m->sets > 0) {
        words = (m->codes + 31) / 32;
        t->sets = most;
        t->words = most * words;
        t->set = room(most + 1, sizeof(uint32_t));
        t->word = room(t->words, sizeof(uint32_t));
        for (i = 0; i <= most; i++) {
            ((uint32_t *) t->set)[i] = (uint32_t) (i * words);
        }
    }

    for (i = 0, node = 0; i < m->trees; i++, node += t->size[i - 1]) {
        make_tree(m, t, i, node, rnd() % 4 == 0 ? 1 + rnd() % m->leaves
                                                : m->leaves);
    }

    t->nodes = node;
    make_leaves(m, t);
}


static void
drop(maas_trees_t *t)
{
    free((void *) t->size);
    free((void *) t->feature);
    free((void *) t->threshold);
    free((void *) t->left);
    free((void *) t->right);
    free((void *) t->flags);
    free((void *) t->value);
    free((void *) t->base);
    free((void *) t->output);
    free((void *) t->set);
    free((void *) t->word);
    free((void *) t->term);
    free((void *) t->term_feature);
    free((void *) t->coefficient);
    free((void *) t->constant);
}


/* s(rows,out) of x by a kernel, whose own arena is gone before it runs */

typedef struct {
    const maas_trees_kernel_t  *kernel;
    void                       *packed;
    size_t                      scratch;
} ready_t;


static void
ready(ready_t *r, const maas_trees_kernel_t *k, const maas_trees_t *t)
{
    size_t         size;
    void          *layout;
    maas_arena_t  *a;

    size = 0;
    r->kernel = k;
    r->scratch = 0;

    a = maas__arena_create(SIZE_MAX);
    layout = k->layout(t, a, &size, &r->scratch);
    assert_non_null(layout);
    assert_true(size > 0 && size % MAAS_ALIGN == 0);
    assert_true(r->scratch > 0 && r->scratch % MAAS_ALIGN == 0);

    r->packed = room(size, 1);
    k->pack(t, layout, r->packed);
    maas__arena_destroy(a);
}


static void
run(const ready_t *r, const maas_trees_t *t, const void *x, size_t ldx,
    size_t rows, void *s)
{
    void          *scratch;
    size_t         room_for;
    maas_trees_t   plain;

    plain = *t;
    plain.size = plain.feature = plain.output = NULL;
    plain.threshold = plain.value = NULL;
    plain.left = plain.right = NULL;
    plain.flags = NULL;

    room_for = (rows < MAAS_TREES_MOST ? rows : MAAS_TREES_MOST) * r->scratch;
    scratch = room(room_for, 1);
    memset(scratch, 0xa5, room_for);
    memset(s, 0xa5, rows * t->out * maas__dtypes[t->sum].bits / 8);
    r->kernel->run(&plain, r->packed, x, ldx, rows, s, scratch);
    free(scratch);
}


/* Rows from..from+n of all, in memory that ends with them */

static void
some_rows(const ready_t *r, const maas_trees_t *t, const double *all,
    size_t from, size_t n, const char *want)
{
    void    *x, *s;
    size_t   i, f, ldx, size;

    ldx = t->in + n % 3;
    size = t->out * maas__dtypes[t->sum].bits / 8;
    x = malloc(((n - 1) * ldx + t->in) * maas__dtypes[t->x].bits / 8);
    s = malloc(n * size);
    assert_true(x != NULL && s != NULL);

    for (i = 0; i < n; i++) {
        for (f = 0; f < t->in; f++) {
            put(t->x, x, i * ldx + f, all[(from + i) * t->in + f]);
        }

        for (/* void */; f < ldx && i + 1 < n; f++) {
            put(t->x, x, i * ldx + f, NAN);
        }
    }

    run(r, t, x, ldx, n, s);

    for (i = 0; i < n; i++) {
        if (memcmp((char *) s + i * size, want + (from + i) * size, size)
            != 0)
        {
            print_error("%s: row %zu of %zu has other bits, %.17g\n",
                        r->kernel->name, i, n,
                        get(t->sum, s, i * t->out)
                        - get(t->sum, want, (from + i) * t->out));
            fail();
        }
    }

    free(x);
    free(s);
}


static const maas_trees_kernel_t *const  kernels[] = {
    &maas__trees_walk,
#if defined(__x86_64__)
    &maas__trees_avx512,
    &maas__trees_avx2
#endif
};


static void
one_kernel(const maas_trees_kernel_t *k, const maas_trees_t *t,
    const double *x, const void *want)
{
    size_t   n;
    ready_t  r;

    if (!k->usable(t)) {
        return;
    }

    ready(&r, k, t);

    for (n = 1; n < 10; n++) {
        some_rows(&r, t, x, rnd() % (ROWS - n), n, want);
    }

    for (n = 15; n < 20; n++) {
        some_rows(&r, t, x, rnd() % (ROWS - n), n, want);
    }

    some_rows(&r, t, x, 0, ROWS, want);
    free(r.packed);
}


static make_t
usual(make_t m)
{
    m.in = m.in ? m.in : 5;
    m.out = m.out ? m.out : 1;
    m.trees = m.trees ? m.trees : 10;
    m.leaves = m.leaves ? m.leaves : 31;
    m.pool = m.pool ? m.pool : 40;

    return m;
}


/* What is far from all thresholds, as they are from each other */

static double
apart(const maas_trees_t *t)
{
    double  v;

    v = t->nodes > 0 ? get(t->compare, t->threshold, rnd() % t->nodes) : 0;

    return rnd() % 2 ? uniform() * 10 : v * (1 + uniform() * 1e-5);
}


static void
one_make(const make_t *m)
{
    void          *want, *row;
    size_t         i;
    double        *x;
    ready_t        ref;
    maas_err_t     err;
    maas_trees_t   t;

    make(m, &t);
    row = room(2 * t.nodes + t.trees, 1);
    assert_int_equal(maas__trees_check(&t, row, &err), MAAS_OK);
    free(row);

    x = room(ROWS * m->in, sizeof(double));
    row = room(ROWS * m->in, sizeof(double));
    want = room(ROWS * m->out, sizeof(double));

    for (i = 0; i < ROWS * m->in; i++) {
        x[i] = i / m->in % 4 == 0 ? apart(&t) : value(m, &t);
        put(t.x, row, i, x[i]);
    }

    ready(&ref, &maas__trees_ref, &t);
    run(&ref, &t, row, m->in, ROWS, want);

    for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        one_kernel(kernels[i], &t, x, want);
    }

    free(ref.packed);
    free(row);
    free(x);
    free(want);
    drop(&t);
}


static void
bits_of_the_oracle(void **state)
{
    size_t  i, k;
    make_t  m;

    for (i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
        for (k = 0; k < 4; k++) {
            seed = i * 1000 + k;
            print_message("# ensemble %zu, seed %zu\n", i, k);
            m = usual(makes[i]);
            one_make(&m);
        }
    }
}


/* Ensembles of no kind in particular */

static void
any_ensembles(void **state)
{
    size_t  i;
    make_t  m;

    for (i = 0; i < 300; i++) {
        seed = 7000000 + i;
        memset(&m, 0, sizeof(make_t));

        m.in = 1 + rnd() % (rnd() % 4 == 0 ? 300 : 40);
        m.trees = 1 + rnd() % 70;
        m.leaves = 1 + rnd() % (rnd() % 4 == 0 ? 300 : 40);
        m.out = rnd() % 3 == 0 ? 1 + rnd() % 5 : 1;
        m.vector = rnd() % 4 == 0;
        m.wide = rnd() % 2;
        m.narrow = !m.wide && rnd() % 2;
        m.single = rnd() % 2;
        m.pool = rnd() % 3 == 0 ? FREE : 1 + rnd() % 400;
        m.crowd = rnd() % 6;
        m.chain = rnd() % 9;
        m.missing = rnd() & 0x2e;
        m.sets = rnd() % 3 == 0 ? rnd() % 9 : 0;
        m.equals = rnd() % 4 == 0 ? rnd() % 4 : 0;
        m.codes = 1 + rnd() % 100;
        m.tiny = rnd() % 2;
        m.linear = !m.vector && rnd() % 4 == 0;
        m.combine = rnd() % 4 == 0 ? rnd() % MAAS_N_COMBINES : 0;
        m.base_last = m.combine != MAAS_COMBINE_SUM || rnd() % 2;

        print_message("# ensemble %zu\n", i);
        one_make(&m);
    }
}


/* What comes together in those above: each form of a layout, and not always */

static void
all_forms(void **state)
{
    size_t                i, j, width;
    make_t                m;
    unsigned              seen[29][2];
    maas_arena_t         *a;
    maas_trees_t          t;
    maas_trees_layout_t  *l;

    memset(seen, 0, sizeof(seen));

    for (i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
        seed = i * 1000;
        width = i % 2 ? 64 : 32;
        m = usual(makes[i]);
        make(&m, &t);

        a = maas__arena_create(SIZE_MAX);
        l = maas__trees_layout(&t, a, width, width == 64);
        assert_non_null(l);

        seen[0][l->head.walk]++;
        seen[1][l->head.near > 0]++;
        seen[2][l->head.middle > l->head.near]++;
        seen[3][l->head.large > 0]++;
        seen[4][l->head.copies > 0]++;
        seen[5][l->head.sets > 0]++;
        seen[6][l->head.tests > 0]++;
        seen[7][l->head.id == 2]++;
        seen[8][l->head.columns > 64]++;
        seen[9][l->head.columns > 128]++;
        seen[10][l->head.narrow]++;
        seen[11][l->head.near_apart]++;
        seen[12][l->head.near_span > l->head.near]++;
        seen[13][l->head.quick]++;
        seen[14][l->head.groups > 1]++;
        seen[15][l->head.small > 0]++;
        seen[16][l->head.far > 0]++;
        seen[17][l->head.large > l->head.far]++;
        seen[18][l->head.parts > l->head.maps]++;
        seen[19][l->head.batch == 1]++;
        seen[20][l->head.batch == 2]++;
        seen[21][width == 64 && l->head.batch == 0]++;
        seen[22][l->head.least == MAAS_TREES_MOST]++;
        seen[23][l->head.flat > 0]++;
        seen[24][l->head.flat_apart]++;
        seen[25][l->head.flat > 0 && l->head.near > 0]++;
        seen[26][l->head.flat > 0 && l->head.middle > l->head.near]++;
        seen[27][l->head.gaps > 0]++;
        seen[28][l->head.steps > 0]++;

        maas__arena_destroy(a);
        drop(&t);
    }

    for (j = 0; j < sizeof(seen) / sizeof(seen[0]); j++) {
        assert_int_not_equal(seen[j][0], 0);
        assert_int_not_equal(seen[j][1], 0);
    }
}


static void
choice(void **state)
{
    make_t        m;
    maas_trees_t  t;

    m = usual(makes[0]);
    make(&m, &t);
    assert_ptr_equal(maas__trees_choose(&t, MAAS_ISA_REF), &maas__trees_ref);
    assert_ptr_equal(maas__trees_choose(&t, MAAS_ISA_BLAS),
                     &maas__trees_walk);
    assert_ptr_not_equal(maas__trees_choose(&t, MAAS_ISA_AUTO),
                         &maas__trees_ref);
    drop(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(choice),
        cmocka_unit_test(all_forms),
        cmocka_unit_test(bits_of_the_oracle),
        cmocka_unit_test(any_ensembles)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
