/*
 * The row that a network's scores are compared with, where nobody says another.
 * Not here: what is compared (maas_explain_path.c).
 */

#include "maas_explain.h"
#include "maas_int.h"

#include <math.h>


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


/* Of a column x(width): numbers have what is 0 after scaling, or their mean */

static void
base_column(const maas_field_t *f, const maas_column_t *c, float *x)
{
    if (maas__field_is_number(c)) {
        x[0] = c->shift;

        if (isfinite(f->usual.mean) && isfinite((float) f->usual.mean)) {
            x[0] = (float) f->usual.mean;
        }

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

    for (i = 0; i < m->fields.n; i++) {
        base_column(&m->fields.info[i], &m->fields.columns[i],
                    x + m->fields.columns[i].at);
    }

    for (i = 0; m->fields.n == 0 && i < m->info.in; i++) {
        x[i] = m->n_scales == 0 ? 0 : m->shift[m->n_scales == 1 ? 0 : i];
    }

    return x;
}
