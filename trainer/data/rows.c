/*
 * Rows of numbers out of a table, by the engine's own functions: the same bits
 * as in nginx.
 * What they are made by is fitted in prepare.c.
 */

#include <math.h>
#include <string.h>

#include "coded.h"
#include "util.h"


#define ROWS_DENSE   (32u << 20)    /* bytes that are made at once */
#define ROWS_SPARSE  0.25       /* share of numbers that are not zero: it takes
                                   less time to put them there */
#define ROWS_SAMPLE  1000


static void
rows_value(const maas_fields_t *f, const train_column_t *c, size_t row,
    void *x)
{
    maas_err_t     err = { 0 };
    const char    *s;
    maas_status_t  rc;

    if (c->number != NULL ? isnan(c->number[row]) : c->id[row] == 0) {
        return;
    }

    if (c->number != NULL) {
        rc = maas_row_number(f, c->place, c->exact != NULL ? c->exact[row]
                             : (double) c->number[row], x, &err);

    } else {
        s = c->dict.text[c->id[row] - 1];
        rc = maas_row_text(f, c->place, s, strlen(s), x, &err);
    }

    if (rc != MAAS_OK) {
        train_die("row %zu of the data: %s", row + 1, err.msg);
    }
}


void
train_rows_field(const maas_fields_t *f, const train_column_t *c, size_t row,
    float *x)
{
    maas_err_t  err = { 0 };

    (void) maas_row_text(f, c->place, "", 0, x, &err);
    rows_value(f, c, row, x);
}


static void
rows_row(const maas_fields_t *f, const train_data_t *d, size_t row, void *x)
{
    size_t                 j;
    const train_column_t  *c;

    maas_row_clear(f, x);

    for (j = 0; j < d->table->n; j++) {
        c = &d->table->columns[j];

        if (train_role_is_field(c->role)) {
            rows_value(f, c, row, x);
        }
    }
}


/* Are most numbers of a row zero?  Some rows tell. */

static int
rows_are_sparse(const maas_fields_t *f, size_t in, const train_data_t *d,
    float *x)
{
    size_t  i, j, step, n, some;

    step = d->rows / ROWS_SAMPLE + 1;
    n = 0;
    some = 0;

    for (i = 0; i < d->rows; i += step) {
        rows_row(f, d, i, x);
        n += in;

        for (j = 0; j < in; j++) {
            some += (x[j] != 0);
        }
    }

    return (double) some < ROWS_SPARSE * (double) n;
}


static void
rows_make(const maas_fields_t *f, size_t in, train_data_t *d)
{
    float   *x;
    size_t   i;

    train_free(d->numbers);
    train_free(d->exact);
    train_coded_free(d->coded);
    d->numbers = NULL;
    d->exact = NULL;
    d->coded = NULL;
    d->in = in;
    d->rank = 1;
    d->shape[0] = in;

    if (f->wide) {
        d->exact = train_alloc(d->rows * in, sizeof(double));

        for (i = 0; i < d->rows; i++) {
            rows_row(f, d, i, d->exact + i * in);
        }

        return;
    }

    x = train_alloc(in, sizeof(float));

    if (d->rows * in * sizeof(float) > ROWS_DENSE
        || rows_are_sparse(f, in, d, x))
    {
        d->coded = train_coded_create(f, d->table);

    } else {
        d->numbers = train_alloc(d->rows * in, sizeof(float));

        for (i = 0; i < d->rows; i++) {
            rows_row(f, d, i, d->numbers + i * in);
        }
    }

    train_free(x);
}


void
train_rows_fitted(const train_scale_t *s, train_data_t *d)
{
    if (d->table != NULL) {
        rows_make(&s->fields, s->fields.in, d);
    }
}


void
train_rows_model(const maas_model_t *m, train_data_t *d)
{
    size_t                 i, j;
    const maas_info_t     *info;
    const train_column_t  *c;

    if (d->table == NULL) {
        return;
    }

    info = maas_model_info(m);

    if (info->n_columns > 0) {
        rows_make(info->reader, info->in, d);
        return;
    }

    /* a tensor's numbers, column by column */

    d->in = info->in;
    train_free(d->exact);
    train_free(d->numbers);
    d->exact = NULL;
    d->numbers = NULL;

    if (info->wide) {
        d->exact = train_alloc(d->rows * d->in, sizeof(double));

    } else {
        d->numbers = train_alloc(d->rows * d->in, sizeof(float));
    }

    for (j = 0; j < d->table->n; j++) {
        c = &d->table->columns[j];

        for (i = 0; i < d->rows && train_role_is_field(c->role); i++) {
            if (info->wide) {
                d->exact[i * d->in + c->place] = c->exact[i];

            } else {
                d->numbers[i * d->in + c->place] = c->number[i];
            }
        }
    }
}
