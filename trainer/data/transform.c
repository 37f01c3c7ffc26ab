/*
 * Targets as they are learnt: the fit of each way, there and back.
 * Not here: what is chosen among them (portfolio/), and the formulas of the
 * way back, which are the engine's.
 */

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "transform.h"
#include "util.h"


#define TRANSFORM_KNOTS   128
#define TRANSFORM_MARGIN  0.05      /* of the range, beyond it */
#define TRANSFORM_SKEW    1.0       /* from which a logarithm is worth it */
#define TRANSFORM_HEAVY   6.0       /* deviations that call for ranks */
#define TRANSFORM_ROWS    50        /* fewer tell no distribution */
#define TRANSFORM_UNEVEN  2.0       /* a factor of level() at most */

enum { SCALE_A = 0, SCALE_B, SCALE_FACTOR, SCALE_SHIFT, SCALE_LOW, SCALE_HIGH,
       SCALE_ROWS };

const char *const  train_target_names[TRAIN_N_TARGETS] = {
    [TRAIN_TARGET_STANDARD] = "standard", [TRAIN_TARGET_LOG] = "log",
    [TRAIN_TARGET_SYMLOG] = "symlog", [TRAIN_TARGET_RANK] = "rank",
    [TRAIN_TARGET_RATE] = "rate"
};

static const char *const  transform_forms[TRAIN_N_TARGETS] = {
    [TRAIN_TARGET_STANDARD] = "identity", [TRAIN_TARGET_LOG] = "exp",
    [TRAIN_TARGET_SYMLOG] = "symexp", [TRAIN_TARGET_RANK] = "levels",
    [TRAIN_TARGET_RATE] = "exp"
};


/* Number k of the rows, sorted; to be given to train_free() */

static float *
transform_sorted(const float *y, size_t out, size_t k, const uint32_t *row,
    size_t n)
{
    float   *v;
    size_t   i;

    v = train_alloc(n, sizeof(float));

    for (i = 0; i < n; i++) {
        v[i] = y[row[i] * out + k];
    }

    qsort(v, n, sizeof(float), train_by_float);

    return v;
}


typedef struct {
    double  mean, deviation;
    double  skew;                   /* third moment by the deviation's cube */
    double  far;                    /* largest distance, in deviations */
} transform_moments_t;


static double
transform_plain(double y)
{
    return y;
}


static transform_moments_t
transform_moments(const float *v, size_t n, double (*f)(double y), double unit)
{
    size_t                i;
    double                d, sq, cube, far;
    transform_moments_t   m = { 0 };

    sq = cube = far = 0;

    for (i = 0; i < n; i++) {
        m.mean += f((double) v[i] / unit) / (double) n;
    }

    for (i = 0; i < n; i++) {
        d = f((double) v[i] / unit) - m.mean;
        sq += d * d;
        cube += d * d * d;
        far = fmax(far, fabs(d));
    }

    m.deviation = sq > 0 ? sqrt(sq / (double) n) : 1;
    m.skew = cube / (double) n / (m.deviation * m.deviation * m.deviation);
    m.far = far / m.deviation;

    return m;
}


static double
transform_symlog(double y)
{
    return copysign(log1p(fabs(y)), y);
}


/* A lower quartile of the sizes that are not 0: about where numbers begin to
 * differ by factors */

static double
transform_unit(const float *v, size_t n)
{
    float   *a;
    double   unit;
    size_t   i, k;

    a = train_alloc(n, sizeof(float));

    for (k = 0, i = 0; i < n; i++) {
        if (v[i] < 0 || v[i] > 0) {
            a[k++] = fabsf(v[i]);
        }
    }

    qsort(a, k, sizeof(float), train_by_float);
    unit = k > 0 ? (double) a[k / 4] : 1;
    train_free(a);

    return unit;
}


size_t
train_transform_candidates(const float *y, size_t out, const uint32_t *row,
    size_t n, train_target_kind_t to[TRAIN_TARGET_CANDIDATES])
{
    int                   positive, log_better, heavy;
    float                *v;
    double                skew;
    size_t                k;
    transform_moments_t   m, l;

    to[0] = TRAIN_TARGET_STANDARD;
    positive = 1;
    log_better = heavy = 0;

    for (k = 0; k < out && n >= TRANSFORM_ROWS; k++) {
        v = transform_sorted(y, out, k, row, n);
        m = transform_moments(v, n, transform_plain, 1);
        l = transform_moments(v, n, transform_symlog, transform_unit(v, n));
        skew = fabs(m.skew);
        positive &= v[0] > 0;
        log_better |= skew > TRANSFORM_SKEW && fabs(l.skew) < skew;
        heavy |= m.far > TRANSFORM_HEAVY || skew > 2 * TRANSFORM_SKEW;
        train_free(v);
    }

    k = 1;

    if (log_better) {
        to[k++] = positive ? TRAIN_TARGET_LOG : TRAIN_TARGET_SYMLOG;
    }

    if (heavy) {
        to[k++] = TRAIN_TARGET_RANK;
    }

    return k;
}


/* Knots of v(n), sorted, at equal shares; a value that comes often stands at
 * its middle rank.  Returns how many differ, TRANSFORM_KNOTS at most. */

static size_t
transform_ranks(const float *v, size_t n, float *knot, float *level)
{
    float   z;
    size_t  i, k, at, first, last;

    for (i = 0, k = 0; i < TRANSFORM_KNOTS; i++) {
        at = i * (n - 1) / (TRANSFORM_KNOTS - 1);

        if (k > 0 && !(v[at] > level[k - 1])) {
            continue;
        }

        for (first = at; first > 0 && !(v[first - 1] < v[at]); first--) {
            /* up to where it begins */
        }

        for (last = at; last < n && !(v[last] > v[at]); last++) {
            /* and ends */
        }

        z = (float) train_scale_normal((double) (first + last)
                                       / (2 * (double) n));

        if (k == 0 || z > knot[k - 1]) {
            knot[k] = z;
            level[k++] = v[at];
        }
    }

    return k;
}


/* Numbers of all outputs have as many knots: the last slope goes on a little */

static void
transform_even(float *knot, float *level, size_t n, size_t all)
{
    size_t  i;

    if (n == 0) {
        knot[0] = 0;
        level[0] = 0;
        n = 1;
    }

    for (i = n; i < all; i++) {
        knot[i] = knot[i - 1] + 0.5f;
        level[i] = level[i - 1];
    }
}


static void
transform_fit_ranks(train_transform_t *t, const float *const *v, size_t n)
{
    size_t  k, *found;

    t->knot = train_alloc(t->out * TRANSFORM_KNOTS, sizeof(float));
    t->level = train_alloc(t->out * TRANSFORM_KNOTS, sizeof(float));
    found = train_alloc(t->out, sizeof(size_t));
    t->knots = 2;

    for (k = 0; k < t->out; k++) {
        found[k] = transform_ranks(v[k], n, t->knot + k * TRANSFORM_KNOTS,
                                   t->level + k * TRANSFORM_KNOTS);
        t->knots = found[k] > t->knots ? found[k] : t->knots;
    }

    for (k = 0; k < t->out; k++) {
        (void) memmove(t->knot + k * t->knots, t->knot + k * TRANSFORM_KNOTS,
                       t->knots * sizeof(float));
        (void) memmove(t->level + k * t->knots, t->level + k * TRANSFORM_KNOTS,
                       t->knots * sizeof(float));
        transform_even(t->knot + k * t->knots, t->level + k * t->knots,
                       found[k], t->knots);
    }

    train_free(found);
}


/* Number k of v(n), sorted; 0, or -1 */

static int
transform_fit_one(train_transform_t *t, size_t k, const float *v, size_t n,
    char *why)
{
    float                *s;
    double                unit, margin, low, high;
    transform_moments_t   m;

    s = t->scale + k;
    unit = 1;
    low = v[0];
    high = v[n - 1];

    if (t->kind == TRAIN_TARGET_LOG && !(low > 0)) {
        return train_refuse(why, "a logarithm: the target has %g: expected "
                            "numbers above 0", low);
    }

    if (t->kind == TRAIN_TARGET_RATE && (!(low >= 0) || !(high > 0))) {
        return train_refuse(why, "the target has %g: expected counts or rates "
                            "of 0 or more, not all of them 0",
                            low < 0 ? low : high);
    }

    if (t->kind == TRAIN_TARGET_SYMLOG) {
        unit = transform_unit(v, n);
    }

    m = transform_moments(v, n, t->kind == TRAIN_TARGET_LOG ? log
                                : t->kind == TRAIN_TARGET_SYMLOG
                                  ? transform_symlog : transform_plain, unit);
    s[SCALE_A * t->out] = 1;
    s[SCALE_FACTOR * t->out] = 1;

    if (t->kind == TRAIN_TARGET_STANDARD) {
        s[SCALE_FACTOR * t->out] = (float) m.deviation;
        s[SCALE_SHIFT * t->out] = (float) m.mean;

    } else if (t->kind == TRAIN_TARGET_RATE) {
        s[SCALE_FACTOR * t->out] = (float) m.mean;

    } else if (t->kind != TRAIN_TARGET_RANK) {
        s[SCALE_A * t->out] = (float) m.deviation;
        s[SCALE_B * t->out] = (float) m.mean;
        s[SCALE_FACTOR * t->out] = (float) unit;
    }

    margin = (high - low) * TRANSFORM_MARGIN;
    s[SCALE_LOW * t->out] = (float) (low >= 0 ? fmax(low - margin, 0)
                                              : low - margin);
    s[SCALE_HIGH * t->out] = (float) (high <= 0 ? fmin(high + margin, 0)
                                                : high + margin);

    return 0;
}


int
train_transform_fit(train_transform_t *t, train_target_kind_t kind,
    const float *y, size_t out, const uint32_t *row, size_t n, char *why)
{
    int      rc;
    float  **v;
    size_t   k;

    *t = (train_transform_t) { .kind = kind, .out = out };

    if (n == 0) {
        return train_refuse(why, "no rows to fit a target to");
    }

    t->scale = train_alloc(SCALE_ROWS * out, sizeof(float));
    v = train_alloc(out, sizeof(float *));
    rc = 0;

    for (k = 0; k < out; k++) {
        v[k] = transform_sorted(y, out, k, row, n);
        rc = rc != 0 ? rc : transform_fit_one(t, k, v[k], n, why);
    }

    if (rc == 0 && kind == TRAIN_TARGET_RANK) {
        transform_fit_ranks(t, (const float *const *) v, n);
    }

    for (k = 0; k < out; k++) {
        train_free(v[k]);
    }

    train_free(v);

    if (rc != 0) {
        train_transform_free(t);
    }

    return rc;
}


void
train_transform_free(train_transform_t *t)
{
    train_free(t->scale);
    train_free(t->knot);
    train_free(t->level);
    *t = (train_transform_t) { .kind = TRAIN_TARGET_STANDARD };
}


/* The rank of y by the line through (level, knot); its last slopes go on */

static double
transform_rank(const train_transform_t *t, size_t k, double y)
{
    double        rise;
    size_t        i;
    const float  *knot, *level;

    knot = t->knot + k * t->knots;
    level = t->level + k * t->knots;

    for (i = 1; i + 1 < t->knots && y > (double) level[i]
                && level[i + 1] > level[i]; i++)
    {
        /* the part that y is in */
    }

    rise = (double) level[i] - (double) level[i - 1];

    return !(rise > 0) ? (double) knot[i - 1]
           : (double) knot[i - 1]
             + (y - (double) level[i - 1]) / rise
               * ((double) knot[i] - (double) knot[i - 1]);
}


void
train_transform_forward(const train_transform_t *t, const float *y,
    size_t rows, float *z)
{
    double        v;
    size_t        i, k;
    const float  *s;

    for (i = 0; i < rows * t->out; i++) {
        k = i % t->out;
        s = t->scale + k;
        v = ((double) y[i] - (double) s[SCALE_SHIFT * t->out])
            / (double) s[SCALE_FACTOR * t->out];

        if (t->kind == TRAIN_TARGET_LOG) {
            v = log(fmax(v, fmax((double) s[SCALE_LOW * t->out], FLT_MIN)));

        } else if (t->kind == TRAIN_TARGET_SYMLOG) {
            v = transform_symlog(v);

        } else if (t->kind == TRAIN_TARGET_RANK) {
            v = transform_rank(t, k, v);
        }

        z[i] = (float) ((v - (double) s[SCALE_B * t->out])
                        / (double) s[SCALE_A * t->out]);
    }
}


void
train_transform_node(const train_transform_t *t, maas_node_t *n)
{
    size_t  i;
    float  *data[] = { t->scale, t->knot, t->level };

    maas__node_init(n, maas__op_find("target"));

    for (i = 0; i < 4; i++) {
        if (strcmp(n->op->attrs[0].names[i], transform_forms[t->kind]) == 0) {
            (void) maas__node_set(n, "form", (double) i);
        }
    }

    (void) maas__node_set(n, "knots", (double) t->knots);

    for (i = 0; i < 3; i++) {
        n->tensors[i].data = data[i];
    }
}


void
train_transform_back(const train_transform_t *t, const float *z, size_t rows,
    float *y)
{
    void          *packed;
    maas_err_t     err;
    maas_pass_t    p = { .rows = rows };
    maas_step_t    s = { .kernel = NULL };
    maas_shape_t   input = maas__shape_flat(MAAS_F32, t->out);

    train_transform_node(t, &s.node);

    if (maas__node_shape(&s.node, 0, &input, &err) != MAAS_OK) {
        train_die("a layer of targets %s", err.msg);
    }

    packed = train_alloc(1, s.node.op->size(&s));
    s.node.op->pack(&s, packed);
    s.packed = packed;
    p.in[0] = (maas_rows_t) { (void *) z, t->out, NULL };
    p.out = (maas_rows_t) { y, t->out, NULL };
    s.node.op->run(&s, &p);
    train_free(packed);
}


void
train_transform_level(train_transform_t *t, const float *z, const float *y,
    size_t rows)
{
    float   *said, *s;
    double   truth, mean, ratio;
    size_t   i, k;

    if (t->kind == TRAIN_TARGET_STANDARD || rows == 0) {
        return;
    }

    said = train_alloc(rows * t->out, sizeof(float));
    train_transform_back(t, z, rows, said);

    for (k = 0; k < t->out; k++) {
        s = t->scale + k;
        truth = mean = 0;

        for (i = 0; i < rows; i++) {
            truth += (double) y[i * t->out + k];
            mean += (double) said[i * t->out + k];
        }

        ratio = truth / mean;

        if (t->kind != TRAIN_TARGET_RANK && ratio > 1 / TRANSFORM_UNEVEN
            && ratio < TRANSFORM_UNEVEN)
        {
            s[SCALE_FACTOR * t->out] *= (float) ratio;

        } else if (t->kind == TRAIN_TARGET_RANK) {
            s[SCALE_SHIFT * t->out] += (float) ((truth - mean)
                                                / (double) rows);
        }
    }

    train_free(said);
}
