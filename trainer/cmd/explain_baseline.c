/*
 * explain --baseline: the row that others are compared with.
 * Not here: the one of a model file (engine/maas_explain_base.c).
 */

#include <string.h>

#include "explain_rows.h"


/* A category that training did not see is read as one that is not known, as in
 * any row: more often than not it is a slip. */

static void
baseline_known(const maas_field_t *field, const char *name, const char *value)
{
    size_t  i;

    for (i = 0; i < field->n_values; i++) {
        if (strcmp(field->values[i], value) == 0) {
            return;
        }
    }

    if (i > 0 && value[0] != '\0') {
        train_warn("--baseline: training saw no \"%s\" in column \"%s\": it "
                   "counts as unknown", value, name);
    }
}


/* One "COLUMN=VALUE" of text, which ends at a comma; set says which columns
 * have had one. */

static void
baseline_set(train_explain_t *e, char *text, char *set)
{
    char        *value;
    size_t       column;
    maas_err_t   err = { 0 };

    value = strchr(text, '=');

    if (value == NULL) {
        train_usage("explain", "--baseline: \"%s\": expected mean, zero, a "
                    "file, or COLUMN=VALUE,...", text);
    }

    if (e->info->n_columns == 0) {
        train_usage("explain", "--baseline: the model has no columns: "
                    "expected mean, zero or a file");
    }

    *value++ = '\0';
    column = maas_column_find(e->info->reader, text, strlen(text));

    if (column == SIZE_MAX) {
        train_usage("explain", "--baseline: the model has no column \"%s\"",
                    text);
    }

    if (set[column]) {
        train_usage("explain", "--baseline: column \"%s\" has two values: "
                    "expected one", text);
    }

    set[column] = 1;

    if (maas_row_text(e->info->reader, column, value, strlen(value),
                      e->baseline, &err)
        != MAAS_OK)
    {
        train_usage("explain", "--baseline: %s", err.msg);
    }

    baseline_known(&e->info->fields[column], text, value);
}


static void
baseline_columns(train_explain_t *e, const char *list)
{
    char  *text, *at, *next, *set;

    (void) memcpy(e->baseline, maas_explainer_baseline(e->explainer),
                  e->info->row);
    text = train_strdup(list);
    set = train_alloc(e->info->n_columns + 1, 1);

    for (at = text; at != NULL; at = next) {
        next = strchr(at, ',');

        if (next != NULL) {
            *next++ = '\0';
        }

        baseline_set(e, at, set);
    }

    train_free(set);
    train_free(text);
}


/* The one row of a file */

static void
baseline_file(train_explain_t *e, const maas_model_t *m,
    const train_model_args_t *args)
{
    train_data_t         d;
    train_model_args_t   only;

    only = *args;
    only.data = args->baseline;
    only.want.no_target = 1;
    only.want.target = only.want.id = NULL;
    train_model_data(&only, m, &d);

    if (d.rows != 1) {
        train_die("--baseline: %s has %zu rows: expected one", args->baseline,
                  d.rows);
    }

    train_data_wire(&d, 0, e->info, e->baseline);
    train_data_free(&d);
}


void
train_explain_baseline(train_explain_t *e, const maas_model_t *m,
    const train_model_args_t *args)
{
    FILE  *f;

    if (args->baseline == NULL) {
        return;
    }

    if (maas_explainer_how(e->explainer) == MAAS_EXPLAIN_SHAP) {
        train_usage("explain", "--baseline: trees have none: their scores are "
                    "compared with the one that is expected");
    }

    if (strcmp(args->baseline, "mean") == 0) {
        return;
    }

    e->baseline = train_alloc(1, e->info->row);
    f = NULL;

    if (strcmp(args->baseline, "zero") == 0) {
        maas_explainer_zero(e->explainer, e->baseline);

    } else if ((f = fopen(args->baseline, "rb")) != NULL) {
        (void) fclose(f);
        baseline_file(e, m, args);

    } else {
        baseline_columns(e, args->baseline);
    }
}
