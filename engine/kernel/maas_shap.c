/*
 * SHAP values of rows: the one place that chooses a kernel, and all around the
 * trees: what is compared of a row, and sums.
 * Not here: what is done in a tree (maas_shap_simd.h).
 */

#include "maas_shap_tables.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


#pragma GCC optimize ("O3")


#define SHAP_LANES  8                  /* most that a kernel has */
#define SHAP_LARGE  4096               /* slots of a tree, beyond which rows
                                          run one by one: memory */


/* The fastest first */

static const maas_shap_kernel_t *const  maas_shap_kernels[] = {
#if defined(__x86_64__)
    &maas__shap_avx512,
    &maas__shap_avx2,
#endif
    &maas__shap_plain
};


/* OpenBLAS has nothing for this */

static const maas_shap_kernel_t *
shap_choose(maas_isa_t isa)
{
    size_t                     i;
    const maas_shap_kernel_t  *k;

    isa = isa == MAAS_ISA_BLAS ? MAAS_ISA_REF : isa;

    for (i = 0; i < sizeof(maas_shap_kernels) / sizeof(void *); i++) {
        k = maas_shap_kernels[i];

        if ((isa == MAAS_ISA_AUTO || isa == k->isa) && k->usable()) {
            return k;
        }
    }

    return NULL;
}


maas_status_t
maas__shap_create(const maas_trees_t *t, maas_isa_t isa, maas_arena_t *a,
    maas_shap_t **out, maas_err_t *err)
{
    maas_shap_t               *s;
    maas_status_t              rc;
    const maas_shap_kernel_t  *k;

    k = shap_choose(isa);
    if (k == NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "this CPU lacks the wanted instruction set");
    }

    s = maas__arena_alloc(a, 1, sizeof(maas_shap_t));
    if (s == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    rc = maas__shap_pack(t, a, s, err);
    if (rc == MAAS_OK) {
        s->kernel = k;
        *out = s;
    }

    return rc;
}


static size_t
shap_align(size_t n)
{
    return (n + MAAS_ALIGN - 1) & ~(size_t) (MAAS_ALIGN - 1);
}


/* Values by column, answers of odd nodes, sums; then a kernel's */

static size_t
shap_head(const maas_shap_t *s, size_t *odd, size_t *phi)
{
    *odd = shap_align((s->columns + 1) * SHAP_LANES * sizeof(double));
    *phi = *odd + shap_align(s->odds + 1);

    return *phi + shap_align((s->used + 1) * MAAS_SHAP_T * SHAP_LANES
                             * sizeof(double));
}


static int
shap_by_rows(const maas_shap_t *s)
{
    return s->max_slots <= SHAP_LARGE;
}


size_t
maas__shap_scratch(const maas_shap_t *s)
{
    size_t  n, slots, odd, phi;

    slots = s->max_slots * MAAS_SHAP_T;

    if (shap_by_rows(s) && s->max_rows * s->kernel->lanes > slots) {
        slots = s->max_rows * s->kernel->lanes;
    }

    n = s->max_nodes + MAAS_SHAP_PAD;

    return shap_head(s, &odd, &phi)
           + shap_align(n * (2 + 3 * sizeof(uint32_t) + 5 * sizeof(double)))
           + 2 * shap_align(slots * sizeof(double)) + 16 * MAAS_ALIGN;
}


static double
shap_x(const maas_shap_t *s, const void *x, size_t i)
{
    double  v;

    v = s->x == MAAS_F64 ? ((const double *) x)[i]
                         : (double) ((const float *) x)[i];

    return s->tiny && fabs(v) <= MAAS_TREE_TINY ? 0 : v;
}


/* v(columns,lanes): of row number `lane` */

static void
shap_values_of(const maas_shap_t *s, const void *x, double *v, size_t lanes)
{
    size_t                     i;
    double                     n;
    const maas_shap_column_t  *c;

    c = s->column;

    for (i = 0; i < s->columns; i++, c++, v += lanes) {
        n = shap_x(s, x, c->feature);

        if (isnan(n) && !(c->flags & MAAS_TREE_NAN)) {
            n = 0;
        }

        if (isnan(n) || ((c->flags & MAAS_TREE_ZERO)
                         && fabs(n) <= MAAS_TREE_TINY))
        {
            n = c->flags & MAAS_TREE_LEFT ? -INFINITY : NAN;
        }

        *v = n;
    }
}


/* asked(odds): bit `lane`, for all rows if that is below 0 */

static void
shap_ask(const maas_shap_t *s, const void *x, uint8_t *asked, int lane)
{
    size_t   i;
    uint8_t  bit;

    bit = (uint8_t) (lane < 0 ? 0xff : 1u << lane);

    for (i = 0; i < s->odds; i++) {
        if (maas__trees_left(&s->asked, i, shap_x(s, x, s->odd[i].feature))) {
            asked[i] |= bit;
        }
    }
}


double
maas__shap_bias(const maas_shap_t *s, size_t output)
{
    return s->bias[output];
}


/* phi(used,MAAS_SHAP_T,lanes) of row `lane` -> to(in); always added in the
 * same order */

static void
shap_sum(const maas_shap_t *s, const double *phi, size_t lanes, double *to)
{
    size_t  i;
    double  sum;

    for (i = 0; i < s->used; i++, phi += MAAS_SHAP_T * lanes) {
        sum = ((phi[0] + phi[lanes]) + (phi[2 * lanes] + phi[3 * lanes]))
              + ((phi[4 * lanes] + phi[5 * lanes])
                 + (phi[6 * lanes] + phi[7 * lanes]));
        to[s->feature[i]] = sum / s->divide;
    }
}


/* phi(n,outputs,in + 1) of the outputs from one on, of n rows at once, of which
 * there are `lanes` in memory */

static void
shap_group(const maas_shap_t *s, size_t n, size_t lanes, size_t from,
    size_t outputs, double *phi, char *scratch)
{
    size_t                   o, r, t, odd, at, head, first, end;
    double                  *v, *sums;
    uint8_t                 *asked;
    const maas_shap_tree_t  *tree;

    head = shap_head(s, &odd, &at);
    v = (double *) scratch;
    asked = (uint8_t *) scratch + odd;
    sums = (double *) (scratch + at);

    for (o = from; o < from + outputs; o++) {
        memset(sums, 0, s->used * MAAS_SHAP_T * lanes * sizeof(double));
        first = s->vector ? 0 : s->first[o];
        end = s->vector ? s->trees : s->first[o + 1];

        for (t = first; t < end; t++) {
            tree = &s->tree[t];
            (lanes == 1 ? s->kernel->one : s->kernel->rows)
                (s, tree, s->vector ? o : 0, v, asked + tree->odd, sums,
                 scratch + head);
        }

        for (r = 0; r < n; r++) {
            double *to = phi + (r * outputs + o - from) * (s->in + 1);

            memset(to, 0, s->in * sizeof(double));
            shap_sum(s, sums + r, lanes, to);
            to[s->in] = s->bias[o];
        }
    }
}


void
maas__shap_run(const maas_shap_t *s, const void *x, size_t ldx, size_t rows,
    double *phi, void *scratch)
{
    size_t       r, n, lanes, odd, at, step;
    const char  *row;

    (void) shap_head(s, &odd, &at);
    step = ldx * (s->x == MAAS_F64 ? sizeof(double) : sizeof(float));

    for ( ; rows > 0; rows -= n, x = (const char *) x + n * step) {
        n = rows < s->kernel->lanes ? rows : s->kernel->lanes;
        lanes = s->kernel->lanes;

        if (n == 1 || !shap_by_rows(s)) {
            n = lanes = 1;
        }

        memset((char *) scratch + odd, 0, s->odds);

        for (r = 0; r < lanes; r++) {
            row = (const char *) x + (r < n ? r : n - 1) * step;
            shap_values_of(s, row, (double *) scratch + r, lanes);
            shap_ask(s, row, (uint8_t *) scratch + odd,
                     lanes == 1 ? -1 : (int) r);
        }

        shap_group(s, n, lanes, 0, s->out, phi, scratch);
        phi += n * s->out * (s->in + 1);
    }
}


void
maas__shap_run_one(const maas_shap_t *s, const void *x, size_t output,
    double *phi, void *scratch)
{
    size_t  odd, at;

    (void) shap_head(s, &odd, &at);
    memset((char *) scratch + odd, 0, s->odds);
    shap_values_of(s, x, scratch, 1);
    shap_ask(s, x, (uint8_t *) scratch + odd, -1);
    shap_group(s, 1, 1, output, 1, phi, scratch);
}
