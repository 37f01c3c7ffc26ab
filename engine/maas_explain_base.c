/*
 * The row that a network's scores are compared with, where nobody says another.
 * Not here: what is compared (maas_explain_path.c).
 */

#include "maas_explain.h"
#include "maas_int.h"

#include <math.h>
#include <string.h>


/* How often the listed values of a category came in training */

static void
base_category(const maas_field_t *f, const maas_column_t *c, float *x)
{
    size_t                   i;
    double                   rows;
    const maas_reference_t  *r;

    r = &f->reference;
    rows = 0;

    for (i = 0; i < r->n; i++) {
        rows += r->counts[i];
    }

    for (i = 0; rows > 0 && i < r->listed && i < c->n_values; i++) {
        x[i] = (float) (r->counts[i] / rows);
    }
}


/* The code that came most often; without counts the first */

static float
base_code(const maas_field_t *f, const maas_column_t *c)
{
    size_t                   i, best;
    const maas_reference_t  *r = &f->reference;

    best = 0;

    for (i = 1; i < r->n && i < r->listed && i < c->n_values; i++) {
        if (r->counts[i] > r->counts[best]) {
            best = i;
        }
    }

    return (float) best;
}


/* Where the line of a curve is 0, if it goes through it, else the knot whose
 * level is next to it */

static float
base_knot(const maas_curve_t *c)
{
    float   a, b;
    size_t  i, best;

    best = 0;

    for (i = 0; i < c->n_knots; i++) {
        if (fabsf(c->levels[i]) < fabsf(c->levels[best])) {
            best = i;
        }

        if (i == 0) {
            continue;
        }

        a = c->levels[i - 1];
        b = c->levels[i];

        if ((a < 0 && b > 0) || (a > 0 && b < 0)) {
            return c->knots[i - 1]
                   + (c->knots[i] - c->knots[i - 1]) * (a / (a - b));
        }
    }

    return c->knots[best];
}


void
maas__explain_zero(const maas_model_t *m, float *x)
{
    size_t               i;
    const maas_curve_t  *c;

    for (i = 0; i < m->info.in; i++) {
        x[i] = m->n_scales == 0 ? 0 : m->shift[m->n_scales == 1 ? 0 : i];
    }

    for (i = 0; i < m->n_curves; i++) {
        c = &m->curves[i];

        if (c->n_knots > 0 && m->factor[c->slot] != 0) {
            x[c->slot] += base_knot(c) / m->factor[c->slot];
        }
    }
}


/* Of a column x(width), which has zeros: numbers have their mean */

static void
base_column(const maas_field_t *f, const maas_column_t *c, float *x)
{
    if (maas__field_is_number(c)) {
        if (isfinite(f->usual.mean) && isfinite((float) f->usual.mean)) {
            x[0] = (float) f->usual.mean;
        }

    } else if (c->codes) {
        x[0] = base_code(f, c);

    } else if (c->kind == MAAS_FIELD_CATEGORY && c->n_values > 0) {
        base_category(f, c, x);
    }
}


float *
maas__explain_base(const maas_model_t *m, const maas_desc_t *d,
    maas_arena_t *a)
{
    float   *x;
    size_t   i;

    x = maas__arena_alloc(a, m->info.in, sizeof(float));
    if (x == NULL) {
        return NULL;
    }

    if (d->baseline != NULL) {
        return memcpy(x, d->baseline, m->info.in * sizeof(float));
    }

    maas__explain_zero(m, x);

    for (i = 0; i < m->fields.n; i++) {
        base_column(&m->fields.info[i], &m->fields.columns[i],
                    x + m->fields.columns[i].at);
    }

    return x;
}
