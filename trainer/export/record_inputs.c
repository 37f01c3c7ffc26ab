/*
 * What a document says of a model's inputs: a tensor, or columns with how they
 * are read and scaled.
 * Columns that are no inputs are in columns_record.c.
 */

#include <math.h>

#include "model.h"


static void
record_scaling(maas_writer_t *w, const char *scaling, float shift,
    float factor)
{
    train_json_text(w, "scaling", scaling);
    train_json_float(w, "shift", shift);
    train_json_float(w, "factor", factor);
}


static void
record_values(maas_writer_t *w, const maas_column_t *c)
{
    if (c->hash > 0) {
        train_json_number(w, "hash", (double) c->hash);
    }

    if (c->longest > 0) {
        train_json_open(w, "ngrams", '[');
        train_json_number(w, NULL, c->shortest);
        train_json_number(w, NULL, c->longest);
        maas_writer_close(w, ']');
    }

    if (c->n_values > 0) {
        train_json_texts(w, "values", c->values, c->n_values);
    }

    if (c->other) {
        train_json_flag(w, "other", 1);
    }

    if (c->codes) {
        train_json_flag(w, "codes", 1);
    }

    if (c->compare != MAAS_COMPARE_DIGITS) {
        train_json_text(w, "compare", maas__compare_names[c->compare]);
    }
}


static void
record_sign(maas_writer_t *w, const char *name, char sign)
{
    if (sign != '\0') {
        train_json_text(w, name, (const char[]) { sign, '\0' });
    }
}


/* How numbers are written in texts */

void
train_record_format(maas_writer_t *w, const maas_column_t *c)
{
    record_sign(w, "decimal", c->decimal);
    record_sign(w, "thousands", c->thousands);

    if (c->n_units > 0) {
        train_json_texts(w, "units", c->units, c->n_units);
    }
}


static void
record_date(maas_writer_t *w, const maas_column_t *c)
{
    size_t              i;
    const maas_part_t  *part;

    train_json_text(w, "format", maas__date_names[c->date]);
    train_json_open(w, "parts", '[');

    for (i = 0; i < c->n_parts; i++) {
        part = &c->parts[i];
        maas_writer_open(w, '{');
        train_json_text(w, "part", maas__part_names[part->kind]);

        if (!MAAS_PART_CYCLE(part->kind)) {
            train_json_number(w, "shift", part->shift);
            train_json_number(w, "factor", part->factor);
        }

        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
}


void
train_record_column(maas_writer_t *w, const maas_column_t *c)
{
    maas_writer_open(w, '{');
    train_json_text(w, "name", c->name);
    train_json_text(w, "kind", maas__field_names[c->kind]);

    if (c->kind == MAAS_FIELD_NUMBER || c->kind == MAAS_FIELD_BOOLEAN) {
        record_scaling(w, c->scaling, c->shift, c->factor);

        if (c->n_knots > 0) {
            train_json_floats(w, "knots", c->knots, c->n_knots);
            train_json_floats(w, "levels", c->levels, c->n_knots);
        }

        if (c->clip > 0) {
            train_json_float(w, "clip", c->clip);
        }

        if (c->missing == MAAS_KEEP) {
            train_json_text(w, "missing", "nan");
        } else if (!isnan(c->missing)) {
            train_json_float(w, "missing", c->missing);
        }

        train_record_format(w, c);

    } else if (c->kind == MAAS_FIELD_DATE) {
        record_date(w, c);

    } else {
        record_values(w, c);
    }

    if (c->n_blanks > 0) {
        train_json_texts(w, "missing_values", c->blanks, c->n_blanks);
    }

    if (c->missing_slot) {
        train_json_flag(w, "missing_slot", 1);
    }

    maas_writer_close(w, '}');
}


void
train_record_inputs(maas_writer_t *w, const train_record_t *r)
{
    size_t                i;
    const train_data_t   *d;
    const train_scale_t  *scale;

    d = r->data;
    scale = r->scale;
    train_json_open(w, "inputs", '{');

    if (d->input == MAAS_INPUT_TENSOR) {
        train_json_text(w, "kind", "tensor");
        train_json_open(w, "shape", '[');

        for (i = 0; i < d->rank; i++) {
            train_json_number(w, NULL, (double) d->shape[i]);
        }

        maas_writer_close(w, ']');

        if (d->image) {
            train_json_flag(w, "image", 1);
        }

        record_scaling(w, train_scaling_names[scale->kind], scale->shift[0],
                       scale->factor[0]);

    } else {
        train_json_text(w, "kind", "columns");
        train_json_open(w, "columns", '[');

        for (i = 0; i < scale->n_columns; i++) {
            train_record_column(w, &scale->columns[i]);
        }

        maas_writer_close(w, ']');
    }

    maas_writer_close(w, '}');
}
