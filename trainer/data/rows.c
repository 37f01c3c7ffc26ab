/*
 * Rows of numbers out of a table, by the engine's own functions: the same bits
 * as in nginx.
 * What they are made by is fitted in prepare.c.
 */

#include <math.h>
#include <string.h>

#include "data.h"
#include "maas.h"
#include "table.h"
#include "util.h"
#include "field/maas_field.h"


/* Who makes the rows: a model that is there, or one that is being made */

typedef struct {
    const maas_model_t   *model;
    const maas_fields_t  *fields;
} rows_maker_t;


static void
rows_value(const rows_maker_t *p, const train_column_t *c, size_t row,
    float *x)
{
    size_t         len;
    maas_err_t     err = { 0 };
    const char    *s;
    maas_status_t  rc;

    if (c->number != NULL) {
        if (isnan(c->number[row])) {
            return;
        }

        rc = (p->model != NULL)
             ? maas_row_number(p->model, c->place, (double) c->number[row], x,
                               &err)
             : maas__row_number(p->fields, c->place, (double) c->number[row],
                                x, &err);

    } else {
        if (c->id[row] == 0) {
            return;
        }

        s = c->dict.text[c->id[row] - 1];
        len = strlen(s);

        rc = (p->model != NULL)
             ? maas_row_text(p->model, c->place, s, len, x, &err)
             : maas__row_text(p->fields, c->place, s, len, x, &err);
    }

    if (rc != MAAS_OK) {
        train_die("row %zu of the data: %s", row + 1, err.msg);
    }
}


static void
rows_make(const rows_maker_t *p, size_t in, train_data_t *d)
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
        if (p->model != NULL) {
            maas_row_clear(p->model, x);
        } else {
            maas__row_clear(p->fields, x);
        }

        for (j = 0; j < d->table->n; j++) {
            c = &d->table->columns[j];

            if (train_role_is_field(c->role)) {
                rows_value(p, c, i, x);
            }
        }
    }
}


void
train_rows_fitted(const train_scale_t *s, train_data_t *d)
{
    rows_maker_t  p = { NULL, &s->fields };

    if (d->table != NULL) {
        rows_make(&p, s->fields.in, d);
    }
}


void
train_rows_model(const maas_model_t *m, train_data_t *d)
{
    size_t                 i, j;
    rows_maker_t           p = { m, NULL };
    const maas_info_t     *info;
    const train_column_t  *c;

    if (d->table == NULL) {
        return;
    }

    info = maas_model_info(m);

    if (info->n_columns > 0) {
        rows_make(&p, info->in, d);
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
