/*
 * Scores of a regression back in units of what was learnt: the inverse of what
 * targets became before a training, within bounds.
 * Not here: activations, which know neither units nor bounds.
 */

#include "maas_int.h"
#include "maas_op.h"

#include <math.h>
#include <stddef.h>
#include <string.h>


#define TARGET_KNOTS  256

typedef struct {
    size_t  form;
    size_t  knots;
} maas_op_target_t;

enum {
    TARGET_IDENTITY = 0,
    TARGET_EXP,
    TARGET_SYMEXP,                     /* sign(z) (exp(|z|) - 1) */
    TARGET_LEVELS                      /* a broken line */
};

/* Rows of the tensor scale */

enum { TARGET_A = 0, TARGET_B, TARGET_FACTOR, TARGET_SHIFT, TARGET_LOW,
       TARGET_HIGH, TARGET_ROWS };

static const char *const  target_forms[] = {
    "identity", "exp", "symexp", "levels", NULL
};

static const maas_attr_t  target_attrs[] = {
    { .name = "form", .type = MAAS_ATTR_CHOICE,
      .at = offsetof(maas_op_target_t, form), .names = target_forms,
      .high = TARGET_LEVELS, .def = NAN,
      .refused = "form is not identity, exp, symexp or levels" },
    { .name = "knots", .type = MAAS_ATTR_SIZE,
      .at = offsetof(maas_op_target_t, knots), .high = TARGET_KNOTS,
      .refused = "knots is not 0 to 256" }
};

static const maas_operand_t  target_tensors[] = {
    { "scale", 1 << MAAS_F32 },        /* (6,n) */
    { "knot", 1 << MAAS_F32 },         /* (n,knots) with levels */
    { "level", 1 << MAAS_F32 }
};


static maas_status_t
target_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    size_t             i, k;
    maas_op_target_t  *a = (void *) n->attrs;

    if (a->form == TARGET_LEVELS ? a->knots < 2 : a->knots != 0) {
        return maas__fail(err, MAAS_BADVALUE, "has %zu knots: expected 2 or "
                          "more with levels, else none", a->knots);
    }

    k = maas__shape_numbers(in);
    n->shape = maas__shape_flat(MAAS_F32, k);
    n->tensors[0].rank = 2;
    n->tensors[0].shape[0] = TARGET_ROWS;
    n->tensors[0].shape[1] = k;

    for (i = 1; i < 3; i++) {
        n->tensors[i].rank = a->knots > 0 ? 2 : 0;
        n->tensors[i].shape[0] = k;
        n->tensors[i].shape[1] = a->knots;
    }

    return MAAS_OK;
}


static maas_status_t
target_check(const maas_node_t *n, maas_arena_t *arena, maas_err_t *err)
{
    size_t                   i, j, k;
    const float             *s, *knot;
    const maas_op_target_t  *a = (const void *) n->attrs;

    k = n->shape.dim[0];
    s = n->tensors[0].data;
    knot = n->tensors[1].data;

    for (i = 0; i < k; i++) {
        if (!(s[TARGET_LOW * k + i] <= s[TARGET_HIGH * k + i])) {
            return maas__fail(err, MAAS_BADVALUE, "number %zu: low is above "
                              "high", i);
        }

        for (j = 1; j < a->knots; j++) {
            if (!(knot[i * a->knots + j - 1] < knot[i * a->knots + j])) {
                return maas__fail(err, MAAS_BADVALUE, "number %zu: knot %zu "
                                  "is not above the one before", i, j);
            }
        }
    }

    return MAAS_OK;
}


static size_t
target_size(const maas_step_t *s)
{
    const maas_op_target_t  *a = (const void *) s->node.attrs;

    return s->node.shape.dim[0] * (TARGET_ROWS + 2 * a->knots)
           * sizeof(float);
}


/* scale(6,n), knot(n,knots), level(n,knots) */

static void
target_pack(const maas_step_t *s, void *to)
{
    char                 *p;
    size_t                i, n;
    const maas_tensor_t  *t;

    for (i = 0, p = to; i < 3; i++, p += n) {
        t = &s->node.tensors[i];
        n = t->rank > 0 ? t->shape[0] * t->shape[1] * sizeof(float) : 0;

        if (n > 0) {
            memcpy(p, t->data, n);
        }
    }
}


/* The broken line through (knot, level), level, and its slope, if wanted */

static double
target_line(const float *knot, const float *level, size_t n, double z,
    double *slope)
{
    size_t  low, high, mid;
    double  rise;

    *slope = 0;

    if (!(z > (double) knot[0])) {
        return z <= (double) knot[0] ? (double) level[0] : z;
    }

    if (z >= (double) knot[n - 1]) {
        return (double) level[n - 1];
    }

    low = 0;
    high = n - 1;

    while (high - low > 1) {
        mid = (low + high) / 2;

        if ((double) knot[mid] <= z) {
            low = mid;
        } else {
            high = mid;
        }
    }

    rise = (double) level[high] - (double) level[low];
    *slope = rise / ((double) knot[high] - (double) knot[low]);

    return (double) level[low]
           + (z - (double) knot[low])
             / ((double) knot[high] - (double) knot[low]) * rise;
}


/* Number i of n, and its slope by x.  NaN stays. */

static double
target_number(const maas_step_t *s, size_t i, size_t n, double x,
    double *slope)
{
    double                   z, u, y, factor, low, high;
    const float             *p, *knot;
    const maas_op_target_t  *a = (const void *) s->node.attrs;

    p = (const float *) s->packed + i;
    z = x * (double) p[TARGET_A * n] + (double) p[TARGET_B * n];
    u = z;
    *slope = 1;

    if (a->form == TARGET_EXP) {
        u = exp(z);
        *slope = u;

    } else if (a->form == TARGET_SYMEXP) {
        u = copysign(expm1(fabs(z)), z);
        *slope = fabs(u) + 1;

    } else if (a->form == TARGET_LEVELS) {
        knot = (const float *) s->packed + TARGET_ROWS * n + i * a->knots;
        u = target_line(knot, knot + n * a->knots, a->knots, z, slope);
    }

    factor = p[TARGET_FACTOR * n];
    y = u * factor + (double) p[TARGET_SHIFT * n];
    low = p[TARGET_LOW * n];
    high = p[TARGET_HIGH * n];
    *slope *= y < low || y > high ? 0 : (double) p[TARGET_A * n] * factor;

    return y < low ? low : y > high ? high : y;
}


static void
target_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t        r, i, n;
    float        *y;
    double        slope;
    const float  *x;

    x = p->in[0].data;
    y = p->out.data;
    n = s->node.shape.dim[0];

    for (r = 0; r < p->rows; r++, x += p->in[0].ld, y += p->out.ld) {
        for (i = 0; i < n; i++) {
            y[i] = (float) target_number(s, i, n, (double) x[i], &slope);
        }
    }
}


static void
target_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t        r, i, n;
    float        *dx;
    double        d;
    const float  *x, *dy;

    n = s->node.shape.dim[0];

    for (r = 0; r < p->rows; r++) {
        x = (const float *) p->in[0].data + r * p->in[0].ld;
        dy = (const float *) slope->out.data + r * slope->out.ld;
        dx = (float *) slope->in[0].data + r * slope->in[0].ld;

        for (i = 0; i < n; i++) {
            (void) target_number(s, i, n, (double) x[i], &d);
            dx[i] += (float) (d * (double) dy[i]);
        }
    }
}


const maas_op_t  maas__op_target = {
    .name = "target",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .version = 5,
    .rule = 42,
    .n_attrs = 2,
    .attrs = target_attrs,
    .n_tensors = 3,
    .tensors = target_tensors,
    .shape = target_shape,
    .check = target_check,
    .size = target_size,
    .pack = target_pack,
    .run = target_run,
    .back = target_back
};
