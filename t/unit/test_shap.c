/*
 * SHAP values of trees: those of the definition, over all subsets of features,
 * sums that are the score, and the same bits from every kernel and batch.
 */

#include "maas_int.h"
#include "kernel/maas_shap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define TREES   12
#define NODES   200                    /* of a tree */
#define ALL     (TREES * NODES)
#define FEATS   96
#define OUTS    3
#define ROWS    21

static const maas_isa_t  isas[] = {
    MAAS_ISA_REF, MAAS_ISA_AVX2, MAAS_ISA_AVX512, MAAS_ISA_AUTO
};


/* An ensemble in arrays of its own */

typedef struct {
    maas_trees_t  t;
    uint32_t      size[TREES], feature[ALL], output[TREES];
    double        threshold[ALL], cover[2 * ALL + TREES], base[OUTS];
    double        value[(ALL + TREES) * OUTS];
    float         threshold_f[ALL], value_f[(ALL + TREES) * OUTS], base_f[OUTS];
    int32_t       left[ALL], right[ALL];
    uint8_t       flags[ALL];
    uint32_t      set[4], word[6];
    double        x[ROWS * FEATS];
    float         x_f[ROWS * FEATS];
} forest_t;

static forest_t  f;
static uint64_t  seed;


static uint32_t
rnd(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;

    return (uint32_t) (seed >> 33) % n;
}


static double
uniform(void)
{
    return (double) rnd(1u << 30) / (1 << 29) - 1;
}


/* Where thresholds are drawn from, so that values meet them */

static double
value(void)
{
    return (double) ((int) rnd(9) - 4) / 4;
}


/* A tree of n nodes behind those that are there: chain: each has a leaf */

static void
grow(size_t n, size_t features, int chain, int odd)
{
    size_t    i, k, node, leaf, open, slot[2 * NODES];
    double   *cover;
    int32_t  *child;

    node = f.t.nodes;
    open = 1;
    slot[0] = 0;

    for (i = 0; i < n; i++) {
        k = chain ? open - 1 : rnd((uint32_t) open);

        if (i > 0) {
            child = slot[k] & 1 ? f.right : f.left;
            child[node + slot[k] / 2] = (int32_t) i;
        }

        slot[k] = 2 * i;
        slot[open++] = 2 * i + 1;

        if (chain && rnd(2)) {
            slot[k] = 2 * i + 1;
            slot[open - 1] = 2 * i;
        }

        f.feature[node + i] = chain ? (uint32_t) (i % features)
                                    : rnd((uint32_t) features);
        f.threshold[node + i] = value();
        f.flags[node + i] = (uint8_t) (rnd(4) ? MAAS_TREE_NAN : 0)
                            | (rnd(2) ? MAAS_TREE_LEFT : 0)
                            | (rnd(4) ? 0 : MAAS_TREE_ZERO);

        if (odd && rnd(3) == 0) {
            f.flags[node + i] |= rnd(2) ? MAAS_TREE_EQUAL
                : MAAS_TREE_SET | (rnd(2) ? MAAS_TREE_FLOOR : 0);
        }

        if (f.flags[node + i] & MAAS_TREE_SET) {
            f.threshold[node + i] = rnd(3);
        }
    }

    leaf = node + f.t.trees;
    cover = f.cover + 2 * node + f.t.trees;

    for (i = 0; n > 0 && i < open; i++) {
        child = slot[i] & 1 ? f.right : f.left;
        child[node + slot[i] / 2] = ~(int32_t) i;
    }

    for (i = 0; i <= n; i++) {
        cover[n + i] = rnd(6);         /* also 0 */

        for (k = 0; k < OUTS; k++) {
            f.value[(leaf + i) * (f.t.vector ? f.t.out : 1)
                    + (f.t.vector ? k % f.t.out : 0)] = uniform();
        }
    }

    for (i = n; i-- > 0; ) {
        cover[i] = 0;

        for (k = 0; k < 2; k++) {
            int32_t  c = k ? f.right[node + i] : f.left[node + i];

            cover[i] += cover[c >= 0 ? (size_t) c : n + (size_t) ~c];
        }
    }

    f.output[f.t.trees] = rnd((uint32_t) f.t.out);
    f.size[f.t.trees++] = (uint32_t) n;
    f.t.nodes += n;
}


static void
forest(size_t features, size_t out, int vector)
{
    size_t  i;

    memset(&f, 0, sizeof(f));
    f.t = (maas_trees_t) {
        .in = features + 1, .out = out, .x = MAAS_F64, .divide = 1,
        .slope = 1, .compare = MAAS_F64, .sum = MAAS_F64,
        .vector = (unsigned) vector, .size = f.size, .feature = f.feature,
        .threshold = f.threshold, .left = f.left, .right = f.right,
        .flags = f.flags, .value = f.value, .base = f.base, .sets = 3,
        .words = 4, .set = f.set, .word = f.word, .cover = f.cover,
        .output = out > 1 && !vector ? f.output : NULL
    };

    memcpy(f.set, (uint32_t[]) { 0, 1, 1, 4 }, sizeof(f.set));
    f.word[0] = 0x5;
    f.word[1] = 0xa;
    f.word[3] = 1;

    for (i = 0; i < OUTS; i++) {
        f.base[i] = uniform();
    }
}


static void
rows(void)
{
    size_t                i;
    static const double  odd[] = {
        -0.0, 0, 1e-36, -1e-36, INFINITY, -INFINITY, NAN, NAN, 3, 64, -0.5
    };

    for (i = 0; i < ROWS * f.t.in; i++) {
        f.x[i] = rnd(3) ? value() : odd[rnd(sizeof(odd) / sizeof(odd[0]))];
    }
}


/* The same in single precision: what is drawn is exact in it, but leaves */

static void
narrow(int all)
{
    size_t  i;

    for (i = 0; i < ROWS * f.t.in; i++) {
        f.x_f[i] = (float) f.x[i];
        f.x[i] = f.x_f[i];
    }

    f.t.x = MAAS_F32;

    for (i = 0; i < ALL; i++) {
        f.threshold_f[i] = (float) f.threshold[i];
    }

    for (i = 0; i < (ALL + TREES) * OUTS; i++) {
        f.value_f[i] = (float) f.value[i];
        f.value[i] = all ? f.value_f[i] : f.value[i];
    }

    for (i = 0; i < OUTS; i++) {
        f.base_f[i] = (float) f.base[i];
        f.base[i] = all ? f.base_f[i] : f.base[i];
    }

    if (all) {
        f.t.compare = f.t.sum = MAAS_F32;
        f.t.threshold = f.threshold_f;
        f.t.value = f.value_f;
        f.t.base = f.base_f;
    }
}


/* The definition.  A leaf's path: of each feature the share of rows that take
 * its edges, and whether this row does; -1 where it is not on the path. */

typedef struct {
    double  share[FEATS];
    int     taken[FEATS];
    int     on[FEATS];
} path_t;


static double
leaf_value(size_t leaf, size_t o)
{
    return f.value[f.t.vector ? leaf * f.t.out + o : leaf];
}


/* Expected value of a tree where the features in `set` are known */

static double
expect(size_t tree, size_t node, int32_t at, const void *x, uint32_t set,
    size_t o)
{
    size_t         i, n;
    double         a, b;
    const double  *cover;

    if (f.size[tree] == 0 || at < 0) {
        return leaf_value(node + tree + (f.size[tree] == 0 ? 0
                          : (size_t) ~at), o);
    }

    i = node + (size_t) at;

    if (set >> f.feature[i] & 1) {
        return expect(tree, node,
                      maas__trees_left(&f.t, i,
                          maas__trees_x(&f.t, x, f.feature[i]))
                      ? f.left[i] : f.right[i], x, set, o);
    }

    n = f.size[tree];
    cover = f.cover + 2 * node + tree;
    a = cover[f.left[i] >= 0 ? (size_t) f.left[i] : n + (size_t) ~f.left[i]];
    b = cover[f.right[i] >= 0 ? (size_t) f.right[i]
                              : n + (size_t) ~f.right[i]];

    if (a + b == 0) {
        a = b = 1;
    }

    return a / (a + b) * expect(tree, node, f.left[i], x, set, o)
           + b / (a + b) * expect(tree, node, f.right[i], x, set, o);
}


static void
define(const void *x, double *phi)
{
    size_t    o, i, t, node, n;
    double   *v, *to, weight[FEATS];
    uint32_t  set;

    n = f.t.in;
    assert_true(n <= 20);
    v = malloc(sizeof(double) << n);

    weight[0] = 1 / (double) n;        /* k! (n - k - 1)! / n! */
    for (i = 1; i < n; i++) {
        weight[i] = weight[i - 1] * (double) i / (double) (n - i);
    }

    for (o = 0; o < f.t.out; o++) {
        to = phi + o * (n + 1);
        memset(to, 0, (n + 1) * sizeof(double));

        for (set = 0; set < 1u << n; set++) {
            v[set] = f.base[o];

            for (t = 0, node = 0; t < f.t.trees; node += f.size[t++]) {
                if (f.t.vector || f.t.output == NULL || f.output[t] == o) {
                    v[set] += expect(t, node, 0, x, set, o);
                }
            }
        }

        for (i = 0; i < n; i++) {
            for (set = 0; set < 1u << n; set++) {
                if (!(set >> i & 1)) {
                    to[i] += weight[__builtin_popcount(set)]
                             * (v[set | 1u << i] - v[set]);
                }
            }

            to[i] /= (double) f.t.divide;
        }

        to[n] = v[0] / (double) f.t.divide;
    }

    free(v);
}


/* The same by leaves, each with the features of its path: for paths of many.
 * One output. */

static void
define_leaf(const path_t *p, double leaf, double *phi)
{
    size_t       i, j, k, n;
    long double  c[FEATS + 1], sum, weight;

    for (n = 0, i = 0; i < f.t.in; i++) {
        n += p->on[i] != 0;
    }

    for (i = 0; i < f.t.in; i++) {
        if (!p->on[i]) {
            continue;
        }

        memset(c, 0, sizeof(c));       /* of subsets of the others, by size */
        c[0] = 1;

        for (j = 0; j < f.t.in; j++) {
            if (p->on[j] && j != i) {
                for (k = n; k-- > 0; ) {
                    c[k] = c[k] * p->share[j]
                           + (k > 0 && p->taken[j] ? c[k - 1] : 0);
                }
            }
        }

        weight = 1.0L / (long double) n;

        for (sum = 0, k = 0; k < n; k++) {
            sum += weight * c[k];
            weight = weight * (long double) (k + 1) / (long double) (n - k - 1);
        }

        phi[i] += (double) (sum * leaf * (p->taken[i] - p->share[i]));
    }
}


static void
define_paths(size_t tree, size_t node, int32_t at, const void *x, path_t *p,
    double *phi)
{
    size_t         i, k, n;
    double         part[2];
    path_t         q;
    int32_t        child[2];
    const double  *cover;

    if (at < 0) {
        define_leaf(p, leaf_value(node + tree + (size_t) ~at, 0), phi);
        return;
    }

    i = node + (size_t) at;
    n = f.size[tree];
    cover = f.cover + 2 * node + tree;
    child[0] = f.left[i];
    child[1] = f.right[i];

    for (k = 0; k < 2; k++) {
        part[k] = cover[child[k] >= 0 ? (size_t) child[k]
                                      : n + (size_t) ~child[k]];
    }

    if (part[0] + part[1] == 0) {
        part[0] = part[1] = 1;
    }

    for (k = 0; k < 2; k++) {
        q = *p;

        if (!q.on[f.feature[i]]) {
            q.on[f.feature[i]] = 1;
            q.share[f.feature[i]] = 1;
            q.taken[f.feature[i]] = 1;
        }

        q.share[f.feature[i]] *= part[k] / (part[0] + part[1]);
        q.taken[f.feature[i]] &= maas__trees_left(&f.t, i,
            maas__trees_x(&f.t, x, f.feature[i])) == (k == 0);

        define_paths(tree, node, child[k], x, &q, phi);
    }
}


static void *
aligned(size_t size)
{
    void  *p = NULL;

    assert_int_equal(posix_memalign(&p, MAAS_ALIGN, size), 0);
    memset(p, 0xa5, size);             /* NaN-like garbage is allowed */

    return p;
}


static const void *
row(size_t r)
{
    return f.t.x == MAAS_F64 ? (const void *) (f.x + r * f.t.in)
                             : (const void *) (f.x_f + r * f.t.in);
}


static void
near(double a, double b, double scale)
{
    if (!(fabs(a - b) <= 1e-12 * scale)) {
        fail_msg("%.17g is not %.17g", a, b);
    }
}


static double
score(const void *x, size_t o)
{
    size_t  t, node, leaf;
    double  sum;

    sum = f.base[o];

    for (t = 0, node = 0; t < f.t.trees; node += f.size[t++]) {
        if (f.t.vector || f.t.output == NULL || f.output[t] == o) {
            leaf = maas__trees_leaf(&f.t, t, node, node + t, x);
            sum += leaf_value(leaf, o);
        }
    }

    return sum / (double) f.t.divide;
}


/* phi(ROWS,out,in + 1) by every kernel, in all rows at once, one by one, and in
 * fives: the same bits, which are given back */

static double *
all_kernels(void)
{
    void          *ws;
    size_t         i, r, n, step, size, rows_of[] = { ROWS, 1, 5 };
    double        *first, *phi;
    maas_err_t     err;
    maas_shap_t   *s;
    maas_arena_t  *a;
    maas_status_t  rc;

    n = f.t.out * (f.t.in + 1);
    size = ROWS * n * sizeof(double);
    first = NULL;

    for (i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
        a = maas__arena_create(1u << 28);
        rc = maas__shap_create(&f.t, isas[i], a, &s, &err);

        if (rc == MAAS_UNSUPPORTED && isas[i] > MAAS_ISA_REF) {
            maas__arena_destroy(a);
            continue;                  /* not on this CPU */
        }

        assert_int_equal(rc, MAAS_OK);
        ws = aligned(maas__shap_scratch(s));

        for (step = 0; step < 3; step++) {
            phi = malloc(size);

            for (r = 0; r < ROWS; r += rows_of[step]) {
                maas__shap_run(s, row(r), f.t.in,
                               ROWS - r < rows_of[step] ? ROWS - r
                                                        : rows_of[step],
                               phi + r * n, ws);
            }

            if (first == NULL) {
                first = phi;

            } else {
                assert_memory_equal(phi, first, size);
                free(phi);
            }
        }

        free(ws);
        maas__arena_destroy(a);
    }

    return first;
}


/* Sums are scores, and, for so many rows, phi is what the definition says */

static void
check(size_t defined)
{
    size_t   r, o, i;
    double  *phi, *p, *want, sum;

    phi = all_kernels();
    want = malloc(f.t.out * (f.t.in + 1) * sizeof(double));

    for (r = 0; r < ROWS; r++) {
        p = phi + r * f.t.out * (f.t.in + 1);

        for (o = 0; o < f.t.out; o++) {
            for (sum = 0, i = 0; i <= f.t.in; i++) {
                sum += p[o * (f.t.in + 1) + i];
            }

            near(sum, score(row(r), o), 10);
        }

        if (r < defined) {
            define(row(r), want);

            for (i = 0; i < f.t.out * (f.t.in + 1); i++) {
                near(p[i], want[i], 10);
            }
        }
    }

    free(want);
    free(phi);
}


static void
subsets(void **state)
{
    size_t  i, k, features;

    for (i = 0; i < 60; i++) {
        seed = i;
        features = 1 + rnd(7);
        forest(features, 1 + i % 3, 0);
        f.t.divide = i % 5 == 0 ? 7 : 1;
        f.t.base_last = i % 5 == 0;
        f.t.tiny = i % 2;

        for (k = 0; k < 1 + i % TREES; k++) {
            grow(rnd(14), features, 0, i % 3 == 1);
        }

        rows();

        if (i % 4 == 3) {
            narrow(i % 8 == 7);
        }

        check(6);
    }
}


static void
vectors(void **state)
{
    size_t  i, k;

    for (i = 0; i < 8; i++) {
        seed = 100 + i;
        forest(5, 3, 1);

        for (k = 0; k < 6; k++) {
            grow(rnd(20), 5, 0, 0);
        }

        rows();
        check(4);
    }
}


/* Large trees: features come again and again, rules of several pieces */

static void
again(void **state)
{
    size_t  i, k;

    for (i = 0; i < 6; i++) {
        seed = 200 + i;
        forest(11, 1, 0);

        for (k = 0; k < TREES; k++) {
            grow(NODES - 1 - k, 11, 0, i % 2);
        }

        rows();
        check(1);
    }
}


/* A feature that comes twice on a path, with shares that are known by hand:
 * x <= 1, and below on the left x <= 0 */

static void
by_hand(void **state)
{
    double  *phi;

    seed = 1;
    forest(1, 1, 0);
    grow(2, 1, 1, 0);
    f.left[0] = 1;
    f.right[0] = ~2;
    f.left[1] = ~0;
    f.right[1] = ~1;
    f.feature[0] = f.feature[1] = 0;
    f.flags[0] = f.flags[1] = MAAS_TREE_NAN;
    f.threshold[0] = 1;
    f.threshold[1] = 0;
    f.value[0] = 10;
    f.value[1] = 20;
    f.value[2] = 40;
    f.base[0] = 0;
    memcpy(f.cover, (double[]) { 4, 2, 1, 1, 2 }, 5 * sizeof(double));
    rows();
    f.x[0] = 0.5;

    phi = all_kernels();
    near(phi[0], 20 - 27.5, 1);
    near(phi[1], 0, 1);
    near(phi[2], 27.5, 1);
    free(phi);
}


/* Chains whose paths have up to 2, 9, 17, 20, 40 and 96 features */

static void
chains(void **state)
{
    size_t        i, r, k;
    path_t        p;
    double       *phi, want[FEATS];
    static const size_t  features[] = { 1, 9, 16, 17, 33, 95, 95 };

    for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        seed = 300 + i;
        forest(features[i], 1, 0);
        grow(features[i], features[i], 1, i % 2);
        grow(NODES - 1, features[i], 1, 0);
        rows();

        phi = all_kernels();

        for (r = 0; r < 5; r++) {
            memset(want, 0, sizeof(want));

            for (k = 0; k < 2; k++) {
                memset(&p, 0, sizeof(p));
                define_paths(k, k * f.size[0], 0, row(r), &p, want);
            }

            for (k = 0; k < f.t.in; k++) {
                near(phi[r * (f.t.in + 1) + k], want[k], 10);
            }
        }

        free(phi);

        if (features[i] <= 17) {
            check(1);
        }
    }
}


/* A rule is exact up to its degree, and not beyond */

static void
rules(void **state)
{
    size_t  n, i, k;
    double  t[300], weight[300], sum;

    for (n = 1; n <= 300; n += n < 20 ? 1 : 70) {
        maas__shap_rule(n, t, weight);

        for (k = 0; k <= 2 * n; k++) {
            for (sum = 0, i = 0; i < n; i++) {
                assert_true(t[i] > 0 && t[i] < 1);
                assert_true(i == 0 || t[i] > t[i - 1]);
                sum += weight[i] * pow(t[i], (double) k);
            }

            if (k < 2 * n) {
                near(sum, 1 / (double) (k + 1), 1);

            } else if (n < 8) {
                assert_true(fabs(sum - 1 / (double) (k + 1)) > 1e-12);
            }
        }
    }
}


static void
refused(const char *why)
{
    maas_err_t     err = { 0 };
    maas_shap_t   *s = NULL;
    maas_arena_t  *a;

    a = maas__arena_create(1u << 26);
    assert_int_equal(maas__shap_create(&f.t, MAAS_ISA_AUTO, a, &s, &err),
                     MAAS_UNSUPPORTED);
    assert_null(s);

    if (strstr(err.msg, why) == NULL) {
        fail_msg("\"%s\" says nothing of \"%s\"", err.msg, why);
    }

    maas__arena_destroy(a);
}


static void
refusals(void **state)
{
    seed = 5;
    forest(3, 1, 0);
    grow(5, 3, 0, 0);

    f.t.cover = NULL;
    refused("cover");
    f.t.cover = f.cover;

    f.t.terms = 1;
    refused("linear");
    f.t.terms = 0;

    f.t.combine = MAAS_COMBINE_MAX;
    refused("not summed");
}


/* Memory that runs out says so, wherever it does */

static void
memory(void **state)
{
    size_t         limit, ok;
    maas_err_t     err;
    maas_shap_t   *s;
    maas_arena_t  *a;
    maas_status_t  rc;

    seed = 6;
    forest(5, 3, 0);
    grow(30, 5, 0, 1);
    ok = 0;

    for (limit = 512; limit < 1u << 17; limit += 512) {
        a = maas__arena_create(limit);
        rc = maas__shap_create(&f.t, MAAS_ISA_AUTO, a, &s, &err);
        assert_true(rc == MAAS_OK || (rc == MAAS_NOMEM && ok == 0));
        ok += rc == MAAS_OK;
        maas__arena_destroy(a);
    }

    assert_true(ok > 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rules),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(subsets),
        cmocka_unit_test(vectors),
        cmocka_unit_test(again),
        cmocka_unit_test(chains),
        cmocka_unit_test(refusals),
        cmocka_unit_test(memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
