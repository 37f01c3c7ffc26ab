/*
 * Columns of a model as features of LightGBM's text: names, and categories as
 * pandas has them.
 * Not here: trees.
 */

#include "to_lightgbm.h"

#include <math.h>
#include <string.h>


/* Is a feature the number of the row, whatever its column is? */

static int
to_lightgbm_plain(const train_to_lightgbm_t *l)
{
    return l->e->tensor || l->d->input == MAAS_INPUT_TENSOR;
}


/* Is the number of the row what a client sends? */

static int
to_lightgbm_column(train_to_lightgbm_t *l, const maas_column_t *c)
{
    const char  *name;

    name = c->name != NULL ? c->name : "the tensor";

    if (c->shift != 0 || c->factor != 1 || c->n_knots > 0 || c->clip > 0) {
        return train_refuse(l->e->why, "%s is scaled before the trees, which "
                            "LightGBM's text cannot say: export to ONNX or C",
                            train_shown(name));
    }

    if (to_lightgbm_plain(l)) {
        return 0;
    }

    if (c->width != 1 || (c->kind != MAAS_FIELD_NUMBER
                          && c->kind != MAAS_FIELD_BOOLEAN && !c->codes))
    {
        return train_refuse(l->e->why, "column %s becomes %zu numbers of a "
                            "row (%s), which LightGBM's text cannot say: "
                            "export to ONNX or C", train_shown(name),
                            c->width, maas__field_names[c->kind]);
    }

    if (!c->codes && c->missing != (float) MAAS_KEEP && !isnan(c->missing)) {
        return train_refuse(l->e->why, "column %s has %g where no value is "
                            "sent, which LightGBM's text cannot say: export "
                            "to ONNX or C", train_shown(name),
                            (double) c->missing);
    }

    return 0;
}


int
train_to_lightgbm_columns(train_to_lightgbm_t *l)
{
    size_t  i;

    for (i = 0; i < l->d->n_columns; i++) {
        if (to_lightgbm_column(l, &l->d->columns[i]) != 0) {
            return -1;
        }

        if (l->d->columns[i].kind == MAAS_FIELD_BOOLEAN
            && !to_lightgbm_plain(l))
        {
            train_exported_note(l->e, "column %s: true is 1, false is 0",
                                train_shown(l->d->columns[i].name));
        }
    }

    return 0;
}


size_t
train_to_lightgbm_codes(const train_to_lightgbm_t *l, size_t feature)
{
    if (to_lightgbm_plain(l)) {
        return 0;
    }

    return l->d->columns[feature].codes ? l->d->columns[feature].n_values : 0;
}


void
train_to_lightgbm_features(const train_to_lightgbm_t *l, FILE *f)
{
    size_t       i, j;
    const char  *s;

    (void) fputs("feature_names=", f);

    for (i = 0; i < l->t.in; i++) {
        (void) fputs(i > 0 ? " " : "", f);

        if (to_lightgbm_plain(l)) {
            (void) fprintf(f, "Column_%zu", i);
            continue;
        }

        /* as LightGBM does with those of a data frame */

        for (s = l->d->columns[i].name; *s != '\0'; s++) {
            (void) fputc((unsigned char) *s <= ' ' ? '_' : *s, f);
        }
    }

    (void) fputs("\nfeature_infos=", f);

    for (i = 0; i < l->t.in; i++) {
        (void) fputs(i > 0 ? " " : "", f);

        for (j = 0; j < train_to_lightgbm_codes(l, i); j++) {
            (void) fprintf(f, "%s%zu", j > 0 ? ":" : "", j);
        }

        (void) fputs(j == 0 ? "none" : "", f);
    }

    (void) fputc('\n', f);
}


void
train_to_lightgbm_parameters(const train_to_lightgbm_t *l, FILE *f)
{
    size_t  i, n;

    (void) fprintf(f, "[boosting: gbdt]\n[objective: %.*s]\n[num_class: %zu]\n"
                   "[linear_tree: %d]\n[categorical_feature: ",
                   l->objective == NULL ? 6 : (int) strcspn(l->objective, " "),
                   l->objective == NULL ? "custom" : l->objective, l->t.out,
                   l->t.terms > 0);

    for (i = 0, n = 0; i < l->t.in; i++) {
        if (train_to_lightgbm_codes(l, i) > 0) {
            (void) fprintf(f, "%s%zu", n++ > 0 ? "," : "", i);
        }
    }

    (void) fputs("]\n", f);
}


static void
to_lightgbm_put(void *f, const char *s, size_t len)
{
    (void) fwrite(s, 1, len, f);
}


void
train_to_lightgbm_categories(const train_to_lightgbm_t *l, FILE *f)
{
    size_t                i, j, n;
    maas_writer_t         w = { .put = to_lightgbm_put, .ctx = f };
    const maas_column_t  *c;

    for (i = 0, n = 0; i < l->t.in; i++) {
        n += train_to_lightgbm_codes(l, i) > 0;
    }

    if (n == 0) {
        (void) fputs("null", f);
        return;
    }

    maas_writer_open(&w, '[');

    for (i = 0; i < l->t.in; i++) {
        if (train_to_lightgbm_codes(l, i) == 0) {
            continue;
        }

        c = &l->d->columns[i];
        maas_writer_open(&w, '[');

        for (j = 0; j < c->n_values; j++) {
            if (c->compare == MAAS_COMPARE_NUMBER
                || c->compare == MAAS_COMPARE_BOOLEAN)
            {
                maas_writer_raw(&w, c->values[j], strlen(c->values[j]));
            } else {
                maas_writer_text(&w, c->values[j]);
            }
        }

        maas_writer_close(&w, ']');
    }

    maas_writer_close(&w, ']');
}
