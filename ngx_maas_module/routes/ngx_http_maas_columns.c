
/*
 * Values of columns: what was missing and unknown, how far what comes now is
 * from what training saw; for Prometheus, and as JSON.
 * Not here: what is counted when (ngx_http_maas_seen.c).
 */


#include "ngx_http_maas_routes.h"


static const char *const  ngx_http_maas_columns_windows[] = {
    [NGX_HTTP_MAAS_HOUR] = "1h",
    [NGX_HTTP_MAAS_DAY] = "1d"
};


/* name{model="",version="",column="" */

static void
ngx_http_maas_columns_series(ngx_http_maas_text_t *t, const char *name,
    ngx_http_maas_model_t *model, ngx_uint_t column)
{
    ngx_http_maas_put(t, "%s{model=\"%V\",version=\"%V\",column=\"", name,
                      &model->name, &model->version);
    ngx_http_maas_put_escaped(t, model->info->columns[column],
                              ngx_strlen(model->info->columns[column]));
    ngx_http_maas_put(t, "\"");
}


static void
ngx_http_maas_columns_totals(ngx_http_maas_text_t *t, const char *name,
    ngx_http_maas_model_t *model, maas_mark_t mark)
{
    ngx_uint_t  i;

    for (i = 0; i < model->info->n_columns && model->seen.room != NULL; i++) {

        /* only a category with a list can be asked for what is not in it */

        if (mark == MAAS_MARK_UNKNOWN && model->info->fields[i].n_values == 0) {
            continue;
        }

        ngx_http_maas_columns_series(t, name, model, i);
        ngx_http_maas_put(t, "} %uL\n",
                          ngx_http_maas_seen_total(model, i, mark));
    }
}


static void
ngx_http_maas_columns_psi(ngx_http_maas_text_t *t, const char *name,
    ngx_http_maas_model_t *model)
{
    double                   psi;
    uint64_t                 counts[MAAS_BINS];
    ngx_uint_t               i, at, w;
    const maas_reference_t  *reference;

    at = 0;

    for (i = 0; i < model->info->n_columns && model->seen.room != NULL; i++) {
        reference = &model->info->fields[i].reference;

        for (w = 0; reference->n > 0 && w < NGX_HTTP_MAAS_N_WINDOWS; w++) {
            ngx_http_maas_seen_counts(model, i, at, w, counts);
            psi = maas_psi(reference, counts);

            if (ngx_http_maas_is_known(psi)) {
                ngx_http_maas_columns_series(t, name, model, i);
                ngx_http_maas_put(t, ",window=\"%s\"} %.6f\n",
                                  ngx_http_maas_columns_windows[w], psi);
            }
        }

        at += reference->n;
    }
}


static void
ngx_http_maas_columns_rows(ngx_http_maas_text_t *t, const char *name,
    ngx_http_maas_model_t *model)
{
    ngx_uint_t  w;

    for (w = 0; model->seen.bins > 0 && w < NGX_HTTP_MAAS_N_WINDOWS; w++) {
        ngx_http_maas_put(t, "%s{model=\"%V\",version=\"%V\",window=\"%s\"} "
                          "%uL\n", name, &model->name, &model->version,
                          ngx_http_maas_columns_windows[w],
                          ngx_http_maas_seen_rows(model, w));
    }
}


void
ngx_http_maas_put_columns(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    static const char  missing[] = "maas_missing_values_total",
                       unknown[] = "maas_unknown_values_total",
                       psi[] = "maas_drift_psi", rows[] = "maas_drift_rows";

    models = mmcf->models.elts;

    ngx_http_maas_put_family(t, missing, "counter",
                             "Values of rows that were not there");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_columns_totals(t, missing, models[i], MAAS_MARK_MISSING);
    }

    ngx_http_maas_put_family(t, unknown, "counter", "Values of categories "
                             "that the model does not know");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_columns_totals(t, unknown, models[i], MAAS_MARK_UNKNOWN);
    }

    ngx_http_maas_put_family(t, psi, "gauge", "Population stability index of "
                             "values, against those of training");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_columns_psi(t, psi, models[i]);
    }

    ngx_http_maas_put_family(t, rows, "gauge", "Rows that it is of, a sample "
                             "where they are many");

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_columns_rows(t, rows, models[i]);
    }
}


/* "reference": shares of n counts, at most MAAS_BINS */

static void
ngx_http_maas_drift_shares(ngx_http_maas_text_t *t, const char *key,
    const double *counts, size_t n)
{
    size_t  i;
    double  sum;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum += counts[i];
    }

    ngx_http_maas_json_open(t, key, "[");

    for (i = 0; i < n; i++) {
        ngx_http_maas_json_value(t, NULL, "%.5f", sum > 0 ? counts[i] / sum
                                                          : 0);
    }

    ngx_http_maas_json_close(t, "]");
}


static void
ngx_http_maas_drift_window(ngx_http_maas_text_t *t,
    ngx_http_maas_model_t *model, ngx_uint_t column, ngx_uint_t at,
    ngx_http_maas_window_e window)
{
    size_t                   i;
    double                   psi, shares[MAAS_BINS];
    uint64_t                 counts[MAAS_BINS];
    const maas_reference_t  *reference;

    static const struct {
        const char  *psi, *rows, *shares;
    } names[] = {
        [NGX_HTTP_MAAS_HOUR] = { "psi_1h", "rows_1h", "hour" },
        [NGX_HTTP_MAAS_DAY] = { "psi_1d", "rows_1d", "day" }
    };

    reference = &model->info->fields[column].reference;

    ngx_http_maas_seen_counts(model, column, at, window, counts);
    psi = maas_psi(reference, counts);

    if (ngx_http_maas_is_known(psi)) {
        ngx_http_maas_json_value(t, names[window].psi, "%.6f", psi);

    } else {
        ngx_http_maas_json_value(t, names[window].psi, "null");
    }

    ngx_http_maas_json_value(t, names[window].rows, "%uL",
                             ngx_http_maas_seen_rows(model, window));

    for (i = 0; i < reference->n; i++) {
        shares[i] = counts[i];
    }

    ngx_http_maas_drift_shares(t, names[window].shares, shares, reference->n);
}


/* What bins are, and what training saw */

static void
ngx_http_maas_drift_bins(ngx_http_maas_text_t *t, const maas_info_t *info,
    ngx_uint_t column)
{
    char                     text[MAAS_BIN_TEXT];
    size_t                   i;
    const maas_reference_t  *reference;

    reference = &info->fields[column].reference;

    ngx_http_maas_json_open(t, "bins", "[");

    for (i = 0; i < reference->n; i++) {
        maas_bin_text(info->marking, column, i, text);
        ngx_http_maas_json_string(t, NULL, text);
    }

    ngx_http_maas_json_close(t, "]");
    ngx_http_maas_drift_shares(t, "reference", reference->counts,
                               reference->n);
}


void
ngx_http_maas_put_drift(ngx_http_maas_text_t *t, ngx_http_maas_model_t *model)
{
    ngx_uint_t           i, at;
    const maas_info_t   *info;
    const maas_field_t  *field;

    at = 0;
    info = model->info;

    ngx_http_maas_json_open(t, "drift", "[");

    for (i = 0; i < info->n_columns && model->seen.room != NULL; i++) {
        field = &info->fields[i];

        ngx_http_maas_json_open(t, NULL, "{");
        ngx_http_maas_json_string(t, "column", field->name);
        ngx_http_maas_json_string(t, "kind", field->kind_name);
        ngx_http_maas_json_value(t, "missing", "%uL",
                                 ngx_http_maas_seen_total(model, i,
                                                        MAAS_MARK_MISSING));
        ngx_http_maas_json_value(t, "unknown", "%uL",
                                 ngx_http_maas_seen_total(model, i,
                                                        MAAS_MARK_UNKNOWN));

        if (field->reference.n > 0) {
            ngx_http_maas_drift_bins(t, info, i);
            ngx_http_maas_drift_window(t, model, i, at, NGX_HTTP_MAAS_HOUR);
            ngx_http_maas_drift_window(t, model, i, at, NGX_HTTP_MAAS_DAY);
            at += field->reference.n;
        }

        ngx_http_maas_json_close(t, "}");
    }

    ngx_http_maas_json_close(t, "]");
}
