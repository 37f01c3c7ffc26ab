/*
 * The columns of a model, for those who know maas.h alone.
 * Not here: what a value becomes (maas_fields.c).
 */

#include "maas.h"
#include "maas_plan.h"
#include "field/maas_field.h"


void
maas_row_clear(const maas_model_t *m, float *x)
{
    maas__row_clear(&m->fields, x);
}


size_t
maas_column_find(const maas_model_t *m, const char *name, size_t len)
{
    return maas__column_find(&m->fields, name, len);
}


maas_status_t
maas_row_text(const maas_model_t *m, size_t column, const char *s,
    size_t len, float *x, maas_err_t *err)
{
    return maas__row_text(&m->fields, column, s, len, x, err);
}


maas_status_t
maas_row_number(const maas_model_t *m, size_t column, double v, float *x,
    maas_err_t *err)
{
    return maas__row_number(&m->fields, column, v, x, err);
}


maas_status_t
maas_row_bool(const maas_model_t *m, size_t column, int v, float *x,
    maas_err_t *err)
{
    return maas__row_bool(&m->fields, column, v, x, err);
}


maas_status_t
maas_row_check(const maas_model_t *m, const float *x, maas_err_t *err)
{
    return maas__row_check(&m->fields, x, err);
}
