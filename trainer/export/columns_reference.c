/*
 * How the values of each column were spread in training, as a model file says
 * it: rows in bins, which nginx compares with what comes later (R35).
 * What a bin is for a value is the engine's matter (maas_reference.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"


#define SPREAD_ROWS    100000    /* that are looked at, at most */
#define SPREAD_BINS    10        /* of numbers, dates */
#define SPREAD_VALUES  20        /* of a category: bins of their own */
#define SPREAD_GROUPS  16        /* of hashes */
#define SPREAD_A_BIN   50        /* rows, or chance alone differs much */


typedef struct {
    const maas_column_t   *column;
    const train_column_t  *table;
    const maas_fields_t   *fields;  /* which mark */
    size_t                 rows, step;
    float                 *x;       /* a row */
    double                *v;       /* (rows / step + 1) */

    maas_reference_t       r;
    double                 edges[SPREAD_BINS];
    double                 counts[MAAS_MAX_BINS];
    double                 unknown, missing;
} columns_spread_t;


/* The mark of the column's value in a row, whose slots are then in x */

static maas_mark_t
columns_read(const columns_spread_t *f, size_t row)
{
    train_rows_field(f->fields, f->table, row, f->x);

    return maas_row_mark(f->fields, f->table->place, f->x);
}


/* Edges that part the values evenly, as far as those differ: each is a value,
 * of dates a whole second or what is between two years */

static void
columns_edges(columns_spread_t *f)
{
    size_t  i, n, bins;
    double  v, edge;

    n = 0;

    for (i = 0; i < f->rows; i += f->step) {
        if (columns_read(f, i) == MAAS_MARK_NONE) {
            v = maas__reference_value(f->fields, f->column,
                                      f->x + f->column->at);

            if (isfinite(v)) {
                f->v[n++] = v;
            }
        }
    }

    qsort(f->v, n, sizeof(double), train_by_double);

    bins = n / SPREAD_A_BIN;
    bins = (bins < 2) ? 2 : (bins > SPREAD_BINS) ? SPREAD_BINS : bins;

    for (i = 1; n > 0 && i < bins; i++) {
        edge = f->v[i * n / bins];

        if (f->column->kind == MAAS_FIELD_DATE) {
            edge = fabs(edge) < 1e5 ? rint(edge) - 0.5 : floor(edge);
        }

        if (edge > f->v[0]
            && (f->r.n_edges == 0 || edge > f->edges[f->r.n_edges - 1]))
        {
            f->edges[f->r.n_edges++] = edge;
        }
    }

    f->r.edges = f->edges;
}


/* How many bins values have, beside those of unknown and missing ones */

static size_t
columns_bins(columns_spread_t *f)
{
    size_t                n;
    const maas_column_t  *c;

    c = f->column;

    switch (c->kind) {

    case MAAS_FIELD_BOOLEAN:
        return 2;

    case MAAS_FIELD_CATEGORY:
        if (c->hash > 0) {
            return c->hash < SPREAD_GROUPS ? c->hash : SPREAD_GROUPS;
        }

        n = f->rows / f->step / SPREAD_A_BIN + 1;
        n = (n > SPREAD_VALUES) ? SPREAD_VALUES : n;
        f->r.listed = (n < c->n_values) ? n : c->n_values;

        return (n < c->n_values) ? n + 1 : c->n_values;

    case MAAS_FIELD_TEXT:
        return 1;

    default: /* MAAS_FIELD_NUMBER, MAAS_FIELD_DATE */
        columns_edges(f);
        return f->r.n_edges + 1;
    }
}


static void
columns_count(columns_spread_t *f)
{
    size_t  i;

    for (i = 0; i < f->rows; i += f->step) {

        switch (columns_read(f, i)) {

        case MAAS_MARK_MISSING:
            f->missing++;
            break;

        case MAAS_MARK_UNKNOWN:
            f->unknown++;
            break;

        default: /* MAAS_MARK_NONE */
            f->counts[maas__reference_bin(f->fields, f->column, &f->r,
                                          f->x + f->column->at)]++;
        }
    }
}


static void
columns_numbered(maas_writer_t *w, const char *name, const double *v, size_t n,
    int single)
{
    size_t  i;

    train_json_open(w, name, '[');

    for (i = 0; i < n; i++) {
        if (single) {
            train_json_float(w, NULL, (float) v[i]);

        } else {
            train_json_number(w, NULL, v[i]);
        }
    }

    maas_writer_close(w, ']');
}


static void
columns_column(maas_writer_t *w, columns_spread_t *f)
{
    size_t  n;

    n = columns_bins(f);
    f->r.missing = n;
    columns_count(f);

    if (f->r.n_edges > 0) {
        columns_numbered(w, "edges", f->edges, f->r.n_edges,
                       f->column->kind == MAAS_FIELD_NUMBER);
    }

    columns_numbered(w, "counts", f->counts, n, 0);

    if (f->unknown > 0) {
        train_json_number(w, "unknown", f->unknown);
    }

    if (f->missing > 0) {
        train_json_number(w, "missing", f->missing);
    }
}


void
train_columns_reference(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s, const train_column_t *c)
{
    columns_spread_t    f;
    maas_fields_t  fields;

    fields = s->fields;
    fields.marks = 1;

    (void) memset(&f, 0, sizeof(columns_spread_t));
    f.table = c;
    f.column = &fields.columns[c->place];
    f.fields = &fields;
    f.rows = d->rows;
    f.step = d->rows / SPREAD_ROWS + 1;
    f.x = train_alloc(fields.in, sizeof(float));
    f.v = train_alloc(d->rows / f.step + 1, sizeof(double));

    columns_column(w, &f);

    train_free(f.x);
    train_free(f.v);
}
