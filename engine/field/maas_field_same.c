/*
 * Are columns of two models the same, so that a row of one is a row of the
 * other?
 * Not here: scaling, which is done to a row when it runs and may be another
 * one.
 */

#include "maas_field.h"


static int
same_texts(const char *const *a, size_t n, const char *const *b, size_t m)
{
    size_t  i;

    for (i = 0; n == m && i < n; i++) {
        if (strcmp(a[i], b[i]) != 0) {
            return 0;
        }
    }

    return n == m;
}


static int
same_parts(const maas_column_t *a, const maas_column_t *b)
{
    size_t  i;

    for (i = 0; a->n_parts == b->n_parts && i < a->n_parts; i++) {
        if (a->parts[i].kind != b->parts[i].kind
            || a->parts[i].shift != b->parts[i].shift
            || a->parts[i].factor != b->parts[i].factor)
        {
            return 0;
        }
    }

    return a->n_parts == b->n_parts;
}


int
maas__column_means(const maas_column_t *a, const maas_column_t *b)
{
    return same_texts(a->values, a->n_values, b->values, b->n_values)
           && same_texts(a->blanks, a->n_blanks, b->blanks, b->n_blanks)
           && same_texts(a->units, a->n_units, b->units, b->n_units)
           && same_parts(a, b)
           && a->compare == b->compare
           && a->decimal == b->decimal
           && a->thousands == b->thousands
           && a->date == b->date;
}


static int
same_column(const maas_column_t *a, const maas_column_t *b)
{
    return strcmp(a->name, b->name) == 0
           && a->kind == b->kind
           && a->at == b->at
           && a->width == b->width
           && (a->missing == b->missing
               || (isnan(a->missing) && isnan(b->missing)))
           && a->missing_slot == b->missing_slot
           && a->other == b->other
           && a->codes == b->codes
           && a->hash == b->hash
           && a->shortest == b->shortest
           && a->longest == b->longest
           && maas__column_means(a, b);
}


size_t
maas__fields_differ(const maas_fields_t *a, const maas_fields_t *b)
{
    size_t  i;

    for (i = 0; i < a->n && i < b->n; i++) {
        if (!same_column(&a->columns[i], &b->columns[i])) {
            return i;
        }
    }

    return a->n == b->n && a->wide == b->wide ? SIZE_MAX : i;
}
