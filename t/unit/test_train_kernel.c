/*
 * The trainer's loops, for every instruction set that this CPU has, against
 * plain loops in double.  Tolerance: K * 2^-22 of the sum of the magnitudes
 * for a sum of K products; 1e-6 relative for a step of Adam, whose square root
 * and quotient may be estimates refined to 2 ulp.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/kernel.h"


static train_rng_t  rng;


static float
number(void)
{
    return (float) (2 * train_rng_unit(&rng) - 1);
}


static float *
numbers(size_t n)
{
    float   *p;
    size_t   i;

    p = train_alloc(n, sizeof(float));

    for (i = 0; i < n; i++) {
        p[i] = number();
    }

    return p;
}


static void
near(const char *what, double got, double want, double size, size_t k)
{
    if (!(fabs(got - want) <= (double) (k + 1) * size * 0x1p-22)) {
        fail_msg("%s: %.9g, in double %.9g", what, got, want);
    }
}


static void
check_product(const train_kernel_t *t, size_t rows, size_t k, size_t n,
    int transposed, int bias)
{
    float   *a, *b, *c, *z;
    size_t   i, j, s, ai, as, ldb, ldc;
    double   sum, size, v;

    ai = transposed ? 1 : k + 3;
    as = transposed ? rows + 2 : 1;
    ldb = n + 16;
    ldc = n + 32;
    a = numbers((rows + 3) * (k + 3) + 16);
    b = numbers(k * ldb);
    z = numbers(n);
    c = numbers(rows * ldc + 1);
    v = (double) c[rows * ldc];

    t->product(&(train_product_t) { rows, k, n, a, ai, as, b, ldb, 0,
                                    bias ? z : NULL, 0, bias, c, ldc, NULL,
                                    NULL, NULL });

    for (i = 0; i < rows; i++) {
        for (j = 0; j < n; j++) {
            sum = bias ? (double) z[j] : 0;
            size = fabs(sum);

            for (s = 0; s < k; s++) {
                sum += (double) a[i * ai + s * as] * (double) b[s * ldb + j];
                size += fabs((double) a[i * ai + s * as]
                             * (double) b[s * ldb + j]);
            }

            near(t->name, (double) c[i * ldc + j],
                 (bias && sum < 0) ? 0 : sum, size, k);
        }
    }

    assert_true((double) c[rows * ldc] == v);
    train_free(a);
    train_free(b);
    train_free(c);
    train_free(z);
}


static void
products(void **state)
{
    size_t  i, rows, k, n;

    (void) state;

    for (i = 0; train_kernels[i] != NULL; i++) {
        if (!train_kernels[i]->usable()) {
            continue;
        }

        for (rows = 1; rows <= 17; rows++) {
            for (k = 1; k <= 17; k += 2) {
                for (n = 16; n <= 144; n += 16) {
                    check_product(train_kernels[i], rows, k, n,
                                  (int) (n / 16 % 2), (int) (k / 2 % 2));
                }
            }
        }
    }
}


/* x(rows,in), a fifth of it not zero, as lists of rows and of columns */

static void
batch_create(train_batch_t *b, train_columns_t *columns,
    const train_kernel_t *t, size_t rows, size_t in, float **dense)
{
    float   *x;
    size_t   i, j;

    memset(b, 0, sizeof(train_batch_t));
    memset(columns, 0, sizeof(train_columns_t));
    b->rows = rows;
    b->max_rows = rows + 1;
    b->in = in;
    b->stride = in + 16;
    b->at = train_alloc(b->max_rows * b->stride, sizeof(uint32_t));
    b->v = train_alloc(b->max_rows * b->stride, sizeof(float));
    b->n = train_alloc(b->max_rows, sizeof(uint32_t));
    x = train_alloc(rows * in, sizeof(float));

    for (i = 0; i < rows; i++) {
        for (j = 0; j < in; j++) {
            x[i * in + j] = train_rng_below(&rng, 5) ? 0 : number();
        }

        b->n[i] = (uint32_t) t->nonzero(x + i * in, in, b->at + i * b->stride,
                                        b->v + i * b->stride);
    }

    train_columns_fill(columns, b);     /* lists end in train_alloc()'s zeros */
    *dense = x;
}


static void
oracle_adam(const train_adam_t *o, double g, float *w, float *m, float *v,
    double out[3])
{
    g += (double) o->l2 * (double) *w;
    out[1] = (double) *m * (double) o->beta1 + g;
    out[2] = (double) *v * (double) o->beta2 + g * g;
    out[0] = (double) *w - (double) o->decay * (double) *w;
    out[0] -= (double) o->alpha * out[1] / (sqrt(out[2]) + (double) o->eps);
}


static const train_adam_t  settings = {
    0.01f, 0.9f, 0.999f, 1e-7f, 0.03f, 0.02f
};


static void
check_sparse(const train_kernel_t *t, size_t rows, size_t in, size_t ld)
{
    float          *x, *w, *z, *bias, *dz, *g, *m, *v, *w0, *m0, *v0;
    size_t          i, j, s;
    double          sum, size, out[3];
    train_batch_t   b;
    train_columns_t columns;

    batch_create(&b, &columns, t, rows, in, &x);
    w = numbers(in * ld);
    w0 = numbers(in * ld);
    bias = numbers(ld);
    z = numbers(rows * ld);
    dz = numbers(rows * ld);
    g = numbers(in * ld);
    m = numbers(in * ld);
    m0 = numbers(in * ld);
    v = train_alloc(in * ld, sizeof(float));
    v0 = train_alloc(in * ld, sizeof(float));

    for (i = 0; i < in * ld; i++) {
        v[i] = (i % 7 == 0) ? 0 : number() * number() * 0.1f;
        v[i] = fabsf(v[i]);
        m[i] = (i % 7 == 0) ? 0 : m[i];
    }

    memcpy(w0, w, in * ld * sizeof(float));
    memcpy(m0, m, in * ld * sizeof(float));
    memcpy(v0, v, in * ld * sizeof(float));

    t->sparse(&b, w, ld, ld, bias, 1, z, ld);
    t->sparse_grad(&columns, dz, ld, ld, NULL, g, NULL, NULL, ld);
    t->sparse_grad(&columns, dz, ld, ld, &settings, w, m, v, ld);

    for (i = 0; i < rows; i++) {
        for (j = 0; j < ld; j++) {
            sum = (double) bias[j];
            size = fabs(sum);

            for (s = 0; s < in; s++) {
                sum += (double) x[i * in + s] * (double) w0[s * ld + j];
                size += fabs((double) x[i * in + s] * (double) w0[s * ld + j]);
            }

            near("sparse", (double) z[i * ld + j], sum < 0 ? 0 : sum, size,
                 in);
        }
    }

    for (i = 0; i < in; i++) {
        for (j = 0; j < ld; j++) {
            sum = 0;
            size = 0;

            for (s = 0; s < rows; s++) {
                sum += (double) x[s * in + i] * (double) dz[s * ld + j];
                size += fabs((double) x[s * in + i] * (double) dz[s * ld + j]);
            }

            near("sparse_grad", (double) g[i * ld + j], sum, size, rows);

            s = i * ld + j;
            oracle_adam(&settings, (double) g[s], &w0[s], &m0[s], &v0[s],
                        out);
            near("sparse_adam w", (double) w[s], out[0], 1, 4);
            near("sparse_adam m", (double) m[s], out[1], 1, 4);
            near("sparse_adam v", (double) v[s], out[2], 1, 4);
        }
    }

    /* the plain step from the gradient gives the fused step's bits */

    t->adam(&settings, g, w0, m0, v0, in * ld);
    assert_memory_equal(w, w0, in * ld * sizeof(float));
    assert_memory_equal(m, m0, in * ld * sizeof(float));
    assert_memory_equal(v, v0, in * ld * sizeof(float));

    train_free(x);
    train_free(w);
    train_free(w0);
    train_free(bias);
    train_free(z);
    train_free(dz);
    train_free(g);
    train_free(m);
    train_free(m0);
    train_free(v);
    train_free(v0);
    train_batch_free(&b);
    train_columns_free(&columns);
}


static void
sparse(void **state)
{
    size_t  i, ld;

    (void) state;

    for (i = 0; train_kernels[i] != NULL; i++) {
        if (!train_kernels[i]->usable()) {
            continue;
        }

        for (ld = 16; ld <= 144; ld += 16) {
            check_sparse(train_kernels[i], 1 + ld % 9, 70, ld);
        }
    }
}


static void
small(void **state)
{
    float   *d, *a, *s, *keep;
    size_t   i, j, k, n, rows;
    double   sum, size;

    (void) state;

    for (i = 0; train_kernels[i] != NULL; i++) {
        if (!train_kernels[i]->usable()) {
            continue;
        }

        for (n = 16; n <= 80; n += 16) {
            rows = 1 + n % 5;
            d = numbers(rows * n);
            a = numbers(rows * n);
            s = numbers(n);
            keep = numbers(rows * n);
            a[3] = 0;

            train_kernels[i]->column_sum(d, rows, n, n, s);

            for (j = 0; j < n; j++) {
                sum = 0;
                size = 0;

                for (k = 0; k < rows; k++) {
                    sum += (double) d[k * n + j];
                    size += fabs((double) d[k * n + j]);
                }

                near("column_sum", (double) s[j], sum, size, rows);
            }

            memcpy(keep, d, rows * n * sizeof(float));
            train_kernels[i]->relu_back(a, d, rows * n);

            for (j = 0; j < rows * n; j++) {
                assert_true(d[j] == (a[j] > 0 ? keep[j] : 0));
            }

            train_free(d);
            train_free(a);
            train_free(s);
            train_free(keep);
        }
    }
}


/* What the optimiser passes on when layers are fused with their step */

static void
settings_pass(void **state)
{
    train_adam_t   a;
    train_optim_t  o;

    (void) state;

    train_optim_create(&o, TRAIN_OPT_ADAMW, 16);
    o.l2 = 0.25;
    o.weight_decay = 0.5;
    o.step = 3;
    train_optim_adam(&o, 0.1, &a);

    assert_true(a.l2 == 0.5f);
    assert_true(a.decay == 0.05f);
    assert_true(fabs((double) a.alpha - 0.1 * sqrt(1 - pow(0.999, 3))
                     / (1 - pow(0.9, 3)) * 0.1 / sqrt(0.001)) < 1e-7);
    assert_true(fabs((double) a.eps - 1e-7 / sqrt(0.001)) < 1e-12);
    train_optim_free(&o);
}


/* Lists of what is not zero, in every kernel the same, for any length */

static void
lists(void **state)
{
    float     x[80], lut[256], v[2][96];
    size_t    i, j, n, len, want;
    uint8_t   bytes[80];
    uint32_t  at[2][96];

    (void) state;

    for (i = 0; i < 256; i++) {
        lut[i] = (float) i * 0.00392156886f;
    }

    for (i = 0; train_kernels[i] != NULL; i++) {
        for (len = 1; train_kernels[i]->usable() && len < 80; len++) {
            want = 0;

            for (j = 0; j < len; j++) {
                bytes[j] = (uint8_t) (train_rng_below(&rng, 3)
                                      ? 0 : train_rng_below(&rng, 256));
                x[j] = lut[bytes[j]];

                if (bytes[j] != 0) {
                    at[0][want] = (uint32_t) j;
                    v[0][want++] = x[j];
                }
            }

            n = train_kernels[i]->nonzero(x, len, at[1], v[1]);
            assert_int_equal(n, want);
            assert_memory_equal(at[0], at[1], n * sizeof(uint32_t));
            assert_memory_equal(v[0], v[1], n * sizeof(float));

            n = train_kernels[i]->nonzero_bytes(bytes, len, lut, 0,
                                                0.00392156886f, at[1], v[1]);
            assert_int_equal(n, want);
            assert_memory_equal(at[0], at[1], n * sizeof(uint32_t));
            assert_memory_equal(v[0], v[1], n * sizeof(float));
        }
    }
}


/* Large shapes go through packing: the same bits as plain loops over all, with
 * every way a and b can lie, and a step of Adam at the end */

static void
check_packed(size_t rows, size_t k, size_t n, int a_turned, int b_turned,
    int adam)
{
    float           *a, *at, *b, *bt, *init, *c, *want, *m, *v, *g;
    size_t           i, j, ld;
    train_pack_t     room = { 0 };
    train_product_t  q = { 0 };

    ld = train_pad(n);
    a = numbers(rows * k);
    at = numbers(k * rows);
    b = train_alloc(k * ld, sizeof(float));
    bt = numbers(n * k);
    init = numbers(rows * ld);
    want = numbers(rows * ld);
    c = numbers(rows * ld);
    m = train_alloc(2 * rows * ld, sizeof(float));
    v = train_alloc(2 * rows * ld, sizeof(float));
    g = numbers(rows * ld);

    for (i = 0; i < k; i++) {
        for (j = 0; j < rows; j++) {
            at[i * rows + j] = a[j * k + i];
        }

        for (j = 0; j < n; j++) {
            b[i * ld + j] = bt[j * k + i];
        }
    }

    q = (train_product_t) { rows, k, ld, a, k, 1, b, ld, 0,
                            adam ? NULL : init, ld, 0, g, ld, NULL, NULL,
                            NULL };
    train_kernel()->product(&q);
    memcpy(want, adam ? c : g, rows * ld * sizeof(float));

    if (adam) {
        train_kernel()->adam(&settings, g, want, m + rows * ld, v + rows * ld,
                             rows * ld);
        q.adam = &settings;
        q.m = m;
        q.v = v;
    }

    q.a = a_turned ? at : a;
    q.ai = a_turned ? 1 : k;
    q.as = a_turned ? rows : 1;
    q.c = c;

    if (b_turned) {
        q.b = bt;
        q.ldb = k;
        q.n = n;
        q.turned = 1;
    }

    train_product(&q, &room);

    for (i = 0; i < rows * ld; i++) {
        if (c[i] != want[i] || m[i] != m[rows * ld + i]) {
            fail_msg("%zux%zux%zu a%d b%d adam%d: row %zu column %zu: %.9g, "
                     "not %.9g", rows, k, n, a_turned, b_turned, adam,
                     i / ld, i % ld, (double) c[i], (double) want[i]);
        }
    }

    train_pack_free(&room);
    train_free(a);
    train_free(at);
    train_free(b);
    train_free(bt);
    train_free(init);
    train_free(c);
    train_free(want);
    train_free(m);
    train_free(v);
    train_free(g);
}


static void
packed(void **state)
{
    int                   i, how;
    static const size_t   shapes[][3] = {
        { 1, 300, 400 }, { 7, 513, 130 }, { 33, 256, 600 }, { 65, 1030, 70 },
        { 129, 17, 1000 }, { 20, 700, 65 }, { 40, 3, 5 }
    };

    (void) state;

    for (i = 0; i < (int) train_nelts(shapes); i++) {
        for (how = 0; how < 8; how++) {
            if ((how & 6) == 6) {
                continue;           /* nobody needs a step with b turned */
            }

            check_packed(shapes[i][0], shapes[i][1], shapes[i][2], how & 1,
                         (how & 2) != 0, (how & 4) != 0);
        }
    }
}


static int
setup(void **state)
{
    (void) state;
    train_rng_init(&rng, 3, 3);

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(products),
        cmocka_unit_test(sparse),
        cmocka_unit_test(lists),
        cmocka_unit_test(packed),
        cmocka_unit_test(small),
        cmocka_unit_test(settings_pass)
    };

    return cmocka_run_group_tests_name("train kernel", tests, setup, NULL);
}
