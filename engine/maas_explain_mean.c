/*
 * The mean of what rows of training are embedded as, by column, as far as the
 * file tells how their values were spread.
 * Not here: what is compared with it (maas_explain_path_roots.c).
 */

#include "maas_explain.h"
#include "maas_int.h"
#include "kernel/maas_embed.h"

#include <math.h>
#include <string.h>


#define MEAN_DAYS  8               /* of a bin of dates */
#define MEAN_TIME  1e11            /* seconds from 1970 that dates may be */
#define MEAN_YEAR  3000            /* years from 0 */
#define MEAN_REST  64              /* values that have no bin of their own */


/* What is summed up for the mean of an embedding */

typedef struct {
    const maas_embed_item_t  *item;
    uint32_t                 *first;   /* (in) entry of each number, + 1; 0: no
                                          item reads it */
    uint32_t                 *next;    /* (units) likewise, */
    uint32_t                 *which;   /*     and the item of an entry */
    float                    *x;       /* (in) a row, */
    float                    *y;       /*     and its embedding */
    double                   *sum;     /* (units) */
} mean_t;


static maas_status_t
mean_create(mean_t *m, size_t in, size_t units, maas_arena_t *a)
{
    m->first = maas__arena_alloc(a, in, sizeof(uint32_t));
    m->next = maas__arena_alloc(a, units, sizeof(uint32_t));
    m->which = maas__arena_alloc(a, units, sizeof(uint32_t));
    m->x = maas__arena_alloc(a, in, sizeof(float));
    m->y = maas__arena_alloc(a, units, sizeof(float));
    m->sum = maas__arena_alloc(a, units, sizeof(double));

    return m->first == NULL || m->next == NULL || m->which == NULL
           || m->x == NULL || m->y == NULL || m->sum == NULL
           ? MAAS_NOMEM : MAAS_OK;
}


/* Lists of items by the numbers that they read: no more entries than numbers
 * that are written */

static void
mean_lists(mean_t *m, size_t n)
{
    size_t                    i, j, reads;
    uint32_t                  entry;
    const maas_embed_item_t  *e;

    entry = 0;

    for (i = 0; i < n; i++) {
        e = &m->item[i];
        reads = e->kind == MAAS_EMBED_COPY ? e->width : 1;

        for (j = e->from; j < e->from + reads; j++, entry++) {
            m->which[entry] = (uint32_t) i;
            m->next[entry] = m->first[j];
            m->first[j] = entry + 1;
        }
    }
}


/* Items of number `at` of a row, which has that value in such a share */

static void
mean_share(const mean_t *m, size_t at, double value, double share)
{
    float                     v;
    size_t                    j;
    uint32_t                  entry;
    const maas_embed_item_t  *e;

    m->x[at] = (float) value;

    for (entry = m->first[at]; share > 0 && entry != 0;
         entry = m->next[entry - 1])
    {
        e = &m->item[m->which[entry - 1]];

        if (e->kind == MAAS_EMBED_COPY) {
            v = isnan(m->x[at]) ? 0
                                : (m->x[at] - e->number[0]) * e->number[1];
            m->sum[e->to + at - e->from] += share * v;
            continue;
        }

        maas__embed_one(e, m->x, m->y);

        for (j = e->to; j < e->to + e->width; j++) {
            m->sum[j] += share * m->y[j];
        }
    }
}


static double
mean_rows(const maas_reference_t *r)
{
    size_t  i;
    double  rows;

    for (i = 0, rows = 0; i < r->n; i++) {
        rows += r->counts[i];
    }

    return rows;
}


/* Rows of a bin of numbers are in its middle */

static double
mean_middle(const maas_field_t *f, size_t bin)
{
    double                   low, high;
    const maas_reference_t  *r = &f->reference;

    low = bin > 0 ? r->edges[bin - 1] : f->usual.low;
    high = bin < r->n_edges ? r->edges[bin] : f->usual.high;
    low = isfinite(low) ? low : high;
    high = isfinite(high) ? high : low;

    return low / 2 + high / 2;
}


static double
mean_number(const maas_field_t *f, size_t bin)
{
    if (f->kind == MAAS_FIELD_BOOLEAN) {
        return (double) bin;
    }

    return f->reference.n_edges > 0 ? mean_middle(f, bin)
           : isfinite(f->usual.mean) ? f->usual.mean : 0;
}


/* Values of a column as training had them: a code each, some of those not
 * listed all alike; what is unknown or missing is NaN */

static void
mean_column(const mean_t *m, const maas_column_t *c,
    const maas_field_t *f)
{
    size_t                   i, k, rest;
    double                   rows;
    const maas_reference_t  *r = &f->reference;

    rows = mean_rows(r);
    rest = c->codes && c->n_values > r->listed ? c->n_values - r->listed : 0;
    rest = rest < MEAN_REST ? rest : MEAN_REST;

    for (i = 0; i < r->n; i++) {
        if (i == r->missing || (c->codes && i == r->unknown)) {
            mean_share(m, c->at, (double) NAN, r->counts[i] / rows);

        } else if (!c->codes) {
            mean_share(m, c->at, mean_number(f, i), r->counts[i] / rows);

        } else if (i < r->listed) {
            mean_share(m, c->at, (double) i, r->counts[i] / rows);

        } else {
            for (k = 0; k < rest; k++) {
                mean_share(m, c->at, (double) (r->listed + k),
                            r->counts[i] / rows / (double) rest);
            }
        }
    }
}


/* All slots of a column as they stand in the row, in such a share */

static void
mean_slots(const mean_t *m, const maas_column_t *c, double share)
{
    size_t  i;

    for (i = 0; i < c->width; i++) {
        mean_share(m, c->at + i, (double) m->x[c->at + i], share);
    }
}


/* A point in time: seconds, or a year with a fraction */

static double
mean_seconds(const maas_column_t *c, double v)
{
    size_t  i;

    for (i = 0; i < c->n_parts; i++) {
        if (c->parts[i].kind == MAAS_PART_SECONDS) {
            return v;
        }
    }

    v = fabs(v) < MEAN_YEAR ? v : 1970;

    return (double) maas__date_days((long) floor(v), 1, 1) * 86400
           + (v - floor(v)) * 365 * 86400;
}


/* Days of a bin come in all its parts, likewise */

static void
mean_date(const mean_t *m, const maas_column_t *c, const maas_field_t *f)
{
    double                   rows, low, high, v;
    size_t                   i, k;
    maas_date_t              d;
    const maas_reference_t  *r = &f->reference;

    rows = mean_rows(r);

    for (i = 0; i < r->n; i++) {
        if (i == r->missing) {
            memset(m->x + c->at, 0, c->width * sizeof(float));
            m->x[c->at + c->width - 1] = (float) c->missing_slot;
            mean_slots(m, c, r->counts[i] / rows);
            continue;
        }

        low = r->edges[i > 0 ? i - 1 : 0];
        high = r->edges[i < r->n_edges ? i : r->n_edges - 1];

        for (k = 0; k < MEAN_DAYS && r->counts[i] > 0; k++) {
            v = low + (high - low) * ((double) k + 0.5) / MEAN_DAYS;
            v = mean_seconds(c, v);

            if (!(fabs(v) < MEAN_TIME)) {
                v = 0;
            }

            maas__date_set(&d, v);
            memset(m->x + c->at, 0, c->width * sizeof(float));
            maas__date_row(c->parts, c->n_parts, &d, m->x + c->at);
            mean_slots(m, c, r->counts[i] / rows / MEAN_DAYS);
        }
    }
}


/* By what the file knows of the column; else as the row has it */

static void
mean_any(const mean_t *m, const maas_model_t *model, size_t i)
{
    const maas_field_t   *f = &model->fields.info[i];
    const maas_column_t  *c = &model->fields.columns[i];

    if (!(mean_rows(&f->reference) > 0) || model->n_scales != 0) {
        mean_slots(m, c, 1);

    } else if (c->width == 1 && (c->codes || maas__field_is_number(c))) {
        mean_column(m, c, f);

    } else if (c->kind == MAAS_FIELD_DATE && f->reference.n_edges > 0) {
        mean_date(m, c, f);

    } else {
        mean_slots(m, c, 1);
    }
}


float *
maas__explain_mean(const maas_model_t *model, const maas_step_t *s,
    const float *usual, maas_arena_t *a)
{
    float   *mean;
    size_t   i, n, in, units;
    mean_t   m;

    in = model->info.in;
    units = maas__shape_numbers(&s->node.shape);
    m.item = maas__embed_of(s, &n);
    mean = maas__arena_alloc(a, units, sizeof(float));

    if (mean == NULL || mean_create(&m, in, units, a) != MAAS_OK) {
        return NULL;
    }

    mean_lists(&m, n);
    memcpy(m.x, usual, in * sizeof(float));

    for (i = 0; i < model->fields.n; i++) {
        mean_any(&m, model, i);
    }

    for (i = 0; i < units; i++) {
        mean[i] = (float) m.sum[i];
    }

    return mean;
}
