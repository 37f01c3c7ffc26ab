/*
 * Support vector machines of ai.onnx.ml: kernels as layers, sums of them as
 * weights.
 * Not here: linear models that are exported as such (onnx_sklearn.c).
 */

#include "onnx.h"

#include <string.h>


#define SVM_WAY  "train a LinearSVC, a LogisticRegression or trees"

#define SVM_PARAMS  3                  /* gamma, coef0, degree */

typedef struct {
    size_t       n;                    /* support vectors */
    size_t       in;
    double      *c;                    /* (n) coefficients */
    double      *support;              /* (n,in) */
    double       rho;
    double       gamma;
    double       more;                 /* coef0 */
    double       degree;
} svm_t;


/* Does what else says how many support vectors there are say so, too? */

static int
svm_counts(train_onnx_t *o, const train_onnx_node_t *n, size_t count)
{
    size_t    i, classes;
    int64_t  *each, sum;

    if (train_attr_ints(o, n, "vectors_per_class", &each, &classes)
        != MAAS_OK)
    {
        return 0;
    }

    sum = classes > 0 ? 0 : train_attr_int(n, "n_supports", (int64_t) count);

    for (i = 0; i < classes && each[i] >= 0 && each[i] <= (int64_t) count
                && sum <= (int64_t) count; i++)
    {
        sum += each[i];
    }

    if (i < classes || sum != (int64_t) count) {
        (void) train_onnx_bad(o, n, "%zu coefficients, where %s says other",
                              count, classes > 0 ? "vectors_per_class"
                              : "n_supports");
        return 0;
    }

    return 1;
}


static maas_status_t
svm_read(train_onnx_t *o, const train_onnx_node_t *n, size_t in, svm_t *s)
{
    size_t          n_v, n_rho, n_param;
    double         *rho, *param;
    maas_status_t   rc;

    s->in = in;
    rc = train_attr_floats(o, n, "coefficients", &s->c, &s->n);

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "support_vectors", &s->support, &n_v);
    }

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "rho", &rho, &n_rho);
    }

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "kernel_params", &param, &n_param);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    if (!svm_counts(o, n, s->n)) {
        return o->err->code;
    }

    if (n_rho != 1 || s->n == 0 || n_v / s->n != in || n_v % s->n != 0) {
        return train_onnx_bad(o, n, "%zu coefficients and %zu numbers of"
                              " support vectors for %zu numbers a row", s->n,
                              n_v, in);
    }

    if (n_param != 0 && n_param != SVM_PARAMS) {
        return train_onnx_bad(o, n, "%zu kernel_params, where %d were expected",
                              n_param, SVM_PARAMS);
    }

    s->rho = rho[0];
    s->gamma = n_param > 0 ? param[0] : 0;
    s->more = n_param > 0 ? param[1] : 0;
    s->degree = n_param > 0 ? param[2] : 0;

    return MAAS_OK;
}


/* One sum of weights: that of all support vectors */

static const train_onnx_value_t *
svm_linear(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const svm_t *s)
{
    size_t   i, j;
    double  *w;

    w = train_onnx_all(o, s->in, 0);

    for (i = 0; w != NULL && i < s->n; i++) {
        for (j = 0; j < s->in; j++) {
            w[j] += s->c[i] * s->support[i * s->in + j];
        }
    }

    return w == NULL ? NULL : train_onnx_linear(o, n, v, w, &s->rho, 1);
}


/* by * (x s + more) of each support vector s */

static const train_onnx_value_t *
svm_products(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, const svm_t *s, double by, const double *more)
{
    size_t   i, j;
    double  *w;

    if (s->n > MAAS_MAX_WIDTH) {
        (void) train_onnx_refuse(o, n, "%zu support vectors", s->n);
        return NULL;
    }

    w = train_onnx_all(o, s->n * s->in, 0);

    for (i = 0; w != NULL && i < s->n; i++) {
        for (j = 0; j < s->in; j++) {
            w[j * s->n + i] = by * s->support[i * s->in + j];
        }
    }

    return w == NULL ? NULL : train_onnx_linear(o, n, v, w, more, s->n);
}


/* exp(-gamma |x - s|^2): the squares of x, twice the product and those of s,
 * about the mean of all s, which keeps them small */

static const train_onnx_value_t *
svm_rbf(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v, svm_t *s)
{
    size_t                     i, j;
    double                    *minus, *squares, *w, *own, x;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *u;

    minus = train_onnx_all(o, s->in, 0);
    own = train_import_alloc(o->m, s->n * s->in, sizeof(double));
    squares = train_onnx_all(o, s->n, 0);
    w = train_onnx_all(o, s->in * s->n, -s->gamma);
    if (minus == NULL || own == NULL || squares == NULL || w == NULL) {
        (void) train_onnx_nomem(o);
        return NULL;
    }

    for (i = 0; i < s->n * s->in; i++) {
        minus[i % s->in] -= s->support[i] / (double) s->n;
    }

    for (i = 0; i < s->n; i++) {
        for (j = 0; j < s->in; j++) {
            x = s->support[i * s->in + j] + minus[j];
            own[i * s->in + j] = x;
            squares[i] -= s->gamma * x * x;
        }

        o->far = -squares[i] > o->far ? -squares[i] : o->far;
    }

    s->support = own;
    v = train_onnx_affine(o, n, v, NULL, minus);
    u = v == NULL ? NULL : train_onnx_multiply(o, n, v, v);
    u = u == NULL ? NULL : train_onnx_linear(o, n, u, w, squares, s->n);
    v = u == NULL ? NULL : svm_products(o, n, v, s, 2 * s->gamma, NULL);
    u = v == NULL ? NULL : train_onnx_add(o, n, u, v);
    y = u == NULL ? NULL : train_onnx_flat(o, ONNX_EXP, s->n);

    if (y != NULL) {
        y->of = u;
    }

    return y;
}


/* The sum of kernels and rho; NULL: refused, or it failed */

static const train_onnx_value_t *
svm_sum(train_onnx_t *o, const train_onnx_node_t *n,
    const train_onnx_value_t *v)
{
    svm_t                      s;
    double                    *more;
    maas_str_t                 kernel;
    const train_onnx_value_t  *k;

    if (v->rank != 1) {
        (void) train_onnx_unknown(o, n);
        return NULL;
    }

    if (svm_read(o, n, v->n, &s) != MAAS_OK) {
        return NULL;
    }

    kernel = train_attr_text(n, "kernel_type");

    if (kernel.len == 0 || train_onnx_is(kernel, "LINEAR")) {
        return svm_linear(o, n, v, &s);
    }

    if (train_onnx_is(kernel, "RBF")) {
        k = svm_rbf(o, n, v, &s);

    } else if (train_onnx_is(kernel, "SIGMOID")
               || (train_onnx_is(kernel, "POLY") && s.degree == 2))
    {
        more = train_onnx_all(o, s.n, s.more);
        k = more == NULL ? NULL : svm_products(o, n, v, &s, s.gamma, more);
        k = k == NULL ? NULL : train_onnx_is(kernel, "POLY")
            ? train_onnx_multiply(o, n, k, k)
            : train_onnx_act(o, n, k, MAAS_ACT_TANH, 1);

    } else {
        (void) train_onnx_refuse(o, n, "a kernel %.*s of degree %g; linear,"
                                 " rbf, sigmoid and poly of degree 2 are"
                                 " known", (int) kernel.len, kernel.data,
                                 s.degree);
        return NULL;
    }

    return k == NULL ? NULL : train_onnx_linear(o, n, k, s.c, &s.rho, 1);
}


static maas_status_t
svm_regressor(train_onnx_t *o, const train_onnx_node_t *n)
{
    maas_str_t                 post;
    const train_onnx_value_t  *v;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    post = train_attr_text(n, "post_transform");

    if ((post.len > 0 && !train_onnx_is(post, "NONE"))
        || train_attr_int(n, "one_class", 0) != 0)
    {
        return train_onnx_refuse(o, n, "labels or a post_transform, where the"
                                 " score was expected; convert it with"
                                 " skl2onnx");
    }

    return train_onnx_out(o, n, 0, svm_sum(o, n, v));
}


/* Of two classes the score of the second one; ONNX says it of the first one,
 * and its negative of the second */

static maas_status_t
svm_classifier(train_onnx_t *o, const train_onnx_node_t *n)
{
    size_t                     n_a, classes;
    double                    *a;
    int64_t                   *each;
    maas_str_t                 post;
    maas_status_t              rc;
    train_onnx_value_t        *y;
    const train_onnx_value_t  *v;

    static const double  minus = -1;

    v = train_onnx_in(o, n, 0);
    if (v == NULL) {
        return o->err->code;
    }

    rc = train_attr_ints(o, n, "vectors_per_class", &each, &classes);

    if (rc == MAAS_OK) {
        rc = train_attr_floats(o, n, "prob_a", &a, &n_a);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    post = train_attr_text(n, "post_transform");

    if (post.len > 0 && !train_onnx_is(post, "NONE")) {
        return train_onnx_refuse(o, n, "a post_transform %.*s, where the score"
                                 " was expected; convert it with skl2onnx",
                                 post.len < 40 ? (int) post.len : 40,
                                 post.data);
    }

    if (classes != 2) {
        return train_onnx_refuse(o, n, "an SVC of %zu classes, which vote in"
                                 " pairs: " SVM_WAY, classes);
    }

    if (n_a > 0) {
        return train_onnx_refuse(o, n, "probabilities of an SVC, which libsvm"
                                 " finds in steps, and not to the end: leave"
                                 " out probability=True, of which the score is"
                                 " imported, or " SVM_WAY);
    }

    v = svm_sum(o, n, v);
    v = v == NULL ? NULL : train_onnx_affine(o, n, v, &minus, NULL);
    y = v == NULL ? NULL : train_onnx_flat(o, ONNX_SCORE, 2);
    if (y == NULL) {
        return o->err->code;
    }

    y->of = v;

    return train_onnx_out(o, n, 1, y);
}


const train_onnx_op_t  train_onnx_svms[] = {
    { "SVMRegressor", svm_regressor },
    { "SVMClassifier", svm_classifier },
    { NULL, NULL }
};
