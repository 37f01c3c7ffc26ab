
/*
 * What is counted of models and their shadows, for Prometheus and as JSON.
 * Not here: what is counted when (proxy/ngx_http_maas_shadow_run.c).
 */


#include "ngx_http_maas_pair.h"
#include "ngx_http_maas_routes.h"


/* "-123456789012345.000000", or a float, with NUL */

#define NGX_HTTP_MAAS_SHADOW_TEXT  32

/* the largest float */

#define NGX_HTTP_MAAS_SHADOW_MOST  3.4028234e38


typedef enum {
    NGX_HTTP_MAAS_SHADOW_WHOLE = 0,        /* an uint64_t */
    NGX_HTTP_MAAS_SHADOW_SECONDS,          /* an uint64_t, ns */
    NGX_HTTP_MAAS_SHADOW_REAL              /* a double */
} ngx_http_maas_shadow_unit_e;


typedef struct {
    const char                   *name;
    const char                   *type;
    const char                   *help;
    size_t                        offset;  /* in ngx_http_maas_pair_sum_t */
    ngx_http_maas_shadow_unit_e   unit;
    unsigned                      decides:1;   /* only of what decides */
} ngx_http_maas_shadow_metric_t;


#define ngx_http_maas_shadow_at(member)                                       \
    offsetof(ngx_http_maas_pair_sum_t, member)

static const ngx_http_maas_shadow_metric_t  ngx_http_maas_shadow_metrics[] = {

    { "maas_shadow_rows_total", "counter",
      "Rows that a shadow saw as well",
      ngx_http_maas_shadow_at(rows), NGX_HTTP_MAAS_SHADOW_WHOLE, 0 },

    { "maas_shadow_agreed_total", "counter",
      "Of these, rows with the same decision",
      ngx_http_maas_shadow_at(agreed), NGX_HTTP_MAAS_SHADOW_WHOLE, 1 },

    { "maas_shadow_difference", "gauge",
      "Scores of the shadow less those of the model, summed over rows",
      ngx_http_maas_shadow_at(difference), NGX_HTTP_MAAS_SHADOW_REAL, 0 },

    { "maas_shadow_absolute_difference_total", "counter",
      "The same without signs",
      ngx_http_maas_shadow_at(distance), NGX_HTTP_MAAS_SHADOW_REAL, 0 },

    { "maas_shadow_seconds_total", "counter",
      "Seconds of reading rows for the shadow and of running it",
      ngx_http_maas_shadow_at(ns), NGX_HTTP_MAAS_SHADOW_SECONDS, 0 },

    { "maas_shadow_failed_total", "counter",
      "Rows that the shadow could not read or found no finite answer for",
      ngx_http_maas_shadow_at(failed), NGX_HTTP_MAAS_SHADOW_WHOLE, 0 },

    { "maas_shadow_dropped_total", "counter",
      "Rows that there was no time or memory for",
      ngx_http_maas_shadow_at(dropped), NGX_HTTP_MAAS_SHADOW_WHOLE, 0 }
};


/* Sums have digits behind the point as long as that is of use; a double that no
 * float holds is the largest one */

static void
ngx_http_maas_shadow_real(u_char *text, double v)
{
    double  size;

    size = v < 0 ? -v : v;

    if (size >= 1 && size < 1e15) {
        *ngx_sprintf(text, "%.6f", v) = '\0';
        return;
    }

    if (size > NGX_HTTP_MAAS_SHADOW_MOST) {
        v = v < 0 ? -NGX_HTTP_MAAS_SHADOW_MOST : NGX_HTTP_MAAS_SHADOW_MOST;
    }

    maas_float_text((float) v, (char *) text);
}


static void
ngx_http_maas_shadow_put(ngx_http_maas_text_t *t, ngx_http_maas_pair_t *pair,
    const ngx_http_maas_shadow_metric_t *m)
{
    u_char                     text[NGX_HTTP_MAAS_SHADOW_TEXT];
    double                     real;
    uint64_t                   whole;
    ngx_http_maas_pair_sum_t   sum;

    ngx_http_maas_pair_sum(pair, &sum);

    ngx_http_maas_put(t, "%s{model=\"%V\",version=\"%V\",shadow=\"%V\","
                      "shadow_version=\"%V\"} ", m->name, &pair->model->name,
                      &pair->model->version, &pair->shadow->name,
                      &pair->shadow->version);

    if (m->unit == NGX_HTTP_MAAS_SHADOW_REAL) {
        ngx_memcpy(&real, (u_char *) &sum + m->offset, sizeof(double));
        ngx_http_maas_shadow_real(text, real);
        ngx_http_maas_put(t, "%s\n", text);
        return;
    }

    ngx_memcpy(&whole, (u_char *) &sum + m->offset, sizeof(uint64_t));

    if (m->unit == NGX_HTTP_MAAS_SHADOW_SECONDS) {
        whole /= 1000;
        ngx_http_maas_put(t, "%uL.%06uL\n", whole / 1000000, whole % 1000000);

    } else {
        ngx_http_maas_put(t, "%uL\n", whole);
    }
}


void
ngx_http_maas_put_shadow_metrics(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                             i, k, n;
    ngx_http_maas_pair_t                 **pairs;
    const ngx_http_maas_shadow_metric_t   *m;

    if (mmcf->pairs.nelts == 0) {
        return;
    }

    pairs = mmcf->pairs.elts;
    n = sizeof(ngx_http_maas_shadow_metrics)
        / sizeof(ngx_http_maas_shadow_metrics[0]);

    for (i = 0; i < n; i++) {
        m = &ngx_http_maas_shadow_metrics[i];

        ngx_http_maas_put_family(t, m->name, m->type, m->help);

        for (k = 0; k < mmcf->pairs.nelts; k++) {
            if (pairs[k]->decides || !m->decides) {
                ngx_http_maas_shadow_put(t, pairs[k], m);
            }
        }
    }
}


/* null: of no rows */

static void
ngx_http_maas_shadow_mean(ngx_http_maas_text_t *t, const char *name,
    double sum, uint64_t rows)
{
    u_char  text[NGX_HTTP_MAAS_SHADOW_TEXT];

    if (rows == 0) {
        ngx_http_maas_json_value(t, name, "null");
        return;
    }

    ngx_http_maas_shadow_real(text, sum / (double) rows);
    ngx_http_maas_json_value(t, name, "%s", text);
}


static void
ngx_http_maas_shadow_json(ngx_http_maas_text_t *t, ngx_http_maas_pair_t *pair)
{
    ngx_http_maas_pair_sum_t  sum;

    ngx_http_maas_pair_sum(pair, &sum);

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_value(t, NULL, "\"model\":\"%V\",\"version\":\"%V\","
                             "\"shadow\":\"%V\",\"shadow_version\":\"%V\","
                             "\"rows\":%uL", &pair->model->name,
                             &pair->model->version, &pair->shadow->name,
                             &pair->shadow->version, sum.rows);

    if (pair->decides) {
        ngx_http_maas_shadow_mean(t, "agreement", (double) sum.agreed,
                                  sum.rows);
    }

    ngx_http_maas_shadow_mean(t, "mean_difference", sum.difference, sum.rows);
    ngx_http_maas_shadow_mean(t, "mean_absolute_difference", sum.distance,
                              sum.rows);
    ngx_http_maas_json_value(t, NULL, "\"ns\":%uL,\"failed\":%uL,"
                             "\"dropped\":%uL", sum.ns, sum.failed,
                             sum.dropped);
    ngx_http_maas_json_close(t, "}");
}


void
ngx_http_maas_put_shadows(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t              i;
    ngx_http_maas_pair_t  **pairs;

    if (mmcf->pairs.nelts == 0) {
        return;
    }

    pairs = mmcf->pairs.elts;

    ngx_http_maas_json_open(t, "shadows", "[");

    for (i = 0; i < mmcf->pairs.nelts; i++) {
        ngx_http_maas_shadow_json(t, pairs[i]);
    }

    ngx_http_maas_json_close(t, "]");
}
