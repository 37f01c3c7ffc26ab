/*
 * Rows of numbers out of a table, by the engine's own functions: the same bits
 * as in nginx.
 * What they are made by is fitted in prepare.c.
 */

#include <math.h>
#include <string.h>

#include "table.h"
#include "util.h"


static void
rows_value(const maas_fields_t *f, const train_column_t *c, size_t row,
    float *x)
{
    maas_err_t     err = { 0 };
    const char    *s;
    maas_status_t  rc;

    if (c->number != NULL ? isnan(c->number[row]) : c->id[row] == 0) {
        return;
    }

    if (c->number != NULL) {
        rc = maas_row_number(f, c->place, (double) c->number[row], x, &err);

    } else {
        s = c->dict.text[c->id[row] - 1];
        rc = maas_row_text(f, c->place, s, strlen(s), x, &err);
    }

    if (rc != MAAS_OK) {
        train_die("row %zu of the data: %s", row + 1, err.msg);
    }
}


static void
rows_make(const maas_fields_t *f, size_t in, train_data_t *d)
{
    float                 *x;
    size_t                 i, j;
    const train_column_t  *c;

    train_free(d->numbers);
    d->in = in;
    d->rank = 1;
    d->shape[0] = in;
    d->numbers = train_alloc(d->rows * in, sizeof(float));

    for (i = 0, x = d->numbers; i < d->rows; i++, x += in) {
        maas_row_clear(f, x);

        for (j = 0; j < d->table->n; j++) {
            c = &d->table->columns[j];

            if (train_role_is_field(c->role)) {
                rows_value(f, c, i, x);
            }
        }
    }
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
    d->numbers = train_alloc(d->rows * d->in, sizeof(float));

    for (j = 0; j < d->table->n; j++) {
        c = &d->table->columns[j];

        for (i = 0; i < d->rows && train_role_is_field(c->role); i++) {
            d->numbers[i * d->in + c->place] = c->number[i];
        }
    }
}
