
/*
 * What is counted of a model by more than its name, for Prometheus: failures by
 * reason, answers by label; and what models there are.
 * Not here: what is counted when (ngx_http_maas_count.c), histograms
 * (ngx_http_maas_metrics_histogram.c).
 */


#include "ngx_http_maas_routes.h"


/* of a label's value on the way through a buffer */

#define NGX_HTTP_MAAS_LABEL_ROOM  256

/* labels beyond those that are counted each */

#define NGX_HTTP_MAAS_OTHERS      "(others)"


void
ngx_http_maas_put_family(ngx_http_maas_text_t *t, const char *name,
    const char *type, const char *help)
{
    ngx_http_maas_put(t, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                      type);
}


void
ngx_http_maas_put_escaped(ngx_http_maas_text_t *t, const char *s, size_t len)
{
    size_t      i;
    u_char     *p, text[NGX_HTTP_MAAS_LABEL_ROOM];
    ngx_str_t   part;

    p = text;

    for (i = 0; i < len; i++) {

        if (s[i] == '\\' || s[i] == '"' || s[i] == '\n') {
            *p++ = '\\';
        }

        *p++ = s[i] == '\n' ? 'n' : (u_char) s[i];

        if (p - text > NGX_HTTP_MAAS_LABEL_ROOM - 2 || i == len - 1) {
            part.data = text;
            part.len = p - text;
            ngx_http_maas_put_text(t, &part);
            p = text;
        }
    }
}


/* Models that nobody has asked are left out: there may be thousands. */

static ngx_uint_t
ngx_http_maas_is_asked(const ngx_http_maas_sum_t *sum)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_MAAS_N_REASONS; i++) {
        if (sum->hist.why[i] != 0) {
            return 1;
        }
    }

    return sum->lane[NGX_HTTP_MAAS_BATCHES] != 0
           || sum->lane[NGX_HTTP_MAAS_VAR] != 0;
}


static void
ngx_http_maas_put_failures(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t            i, k;
    ngx_http_maas_sum_t  *sum;

    ngx_http_maas_put_family(t, "maas_failures_total", "counter",
                             "Requests for the model without a prediction");

    for (i = 0; i < sums->n; i++) {
        sum = &sums->of[i];

        if (sum->model->hists == NULL || !ngx_http_maas_is_asked(sum)) {
            continue;
        }

        for (k = 0; k < NGX_HTTP_MAAS_N_REASONS; k++) {
            ngx_http_maas_put(t, "maas_failures_total{%V,reason=\"%s\"} %uL\n",
                              &sum->labels, ngx_http_maas_reasons[k],
                              sum->hist.why[k]);
        }
    }
}


static void
ngx_http_maas_put_answer(ngx_http_maas_text_t *t,
    const ngx_http_maas_sum_t *sum, const char *label, uint64_t n)
{
    ngx_http_maas_put(t, "maas_answers_total{%V,label=\"", &sum->labels);
    ngx_http_maas_put_escaped(t, label, ngx_strlen(label));
    ngx_http_maas_put(t, "\"} %uL\n", n);
}


static void
ngx_http_maas_put_said(ngx_http_maas_text_t *t, const ngx_http_maas_sum_t *sum)
{
    uint64_t            says[NGX_HTTP_MAAS_SAYS];
    ngx_uint_t          i, n;
    const maas_info_t  *info;

    info = sum->model->info;
    n = sum->model->n_says;

    ngx_http_maas_says_sum(sum->model, says);

    /* the last one has what is said of many labels together, under a name that
     * none of the others has */

    if (info->n_labels > n) {
        n--;

        for (i = 0; i < n; i++) {
            if (ngx_strcmp(info->labels[i], NGX_HTTP_MAAS_OTHERS) == 0) {
                says[n] += says[i];
            }
        }

        ngx_http_maas_put_answer(t, sum, NGX_HTTP_MAAS_OTHERS, says[n]);
    }

    for (i = 0; i < n; i++) {
        if (info->n_labels == sum->model->n_says
            || ngx_strcmp(info->labels[i], NGX_HTTP_MAAS_OTHERS) != 0)
        {
            ngx_http_maas_put_answer(t, sum, info->labels[i], says[i]);
        }
    }
}


static void
ngx_http_maas_put_answers(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t  i;

    ngx_http_maas_put_family(t, "maas_answers_total", "counter",
                             "Rows by what the model said of them");

    for (i = 0; i < sums->n; i++) {
        if (sums->of[i].model->n_says > 0
            && ngx_http_maas_is_asked(&sums->of[i]))
        {
            ngx_http_maas_put_said(t, &sums->of[i]);
        }
    }
}


/* The name of a file without folders; names need not be UTF-8, labels must */

static void
ngx_http_maas_put_file(ngx_http_maas_text_t *t, const ngx_str_t *file)
{
    char    text[3 * NAME_MAX];
    u_char  *p, *last;
    size_t   len;

    last = file->data + file->len;

    for (p = last; p > file->data && p[-1] != '/'; p--) { /* void */ }

    len = ngx_min(last - p, NAME_MAX);
    len = maas_text_repair((char *) p, len, text);

    ngx_http_maas_put_escaped(t, text, len);
}


static void
ngx_http_maas_put_info(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t              i;
    ngx_http_maas_model_t  *model;

    ngx_http_maas_put_family(t, "maas_model_info", "gauge",
                             "What the model is: always 1");

    for (i = 0; i < sums->n; i++) {
        model = sums->of[i].model;

        ngx_http_maas_put(t, "maas_model_info{%V,task=\"%s\",sha256=\"%V\"",
                          &sums->of[i].labels, model->info->task_name,
                          &model->sum);

        if (model->label.len != 0) {
            ngx_http_maas_put(t, ",label=\"%V\"", &model->label);
        }

        ngx_http_maas_put(t, ",file=\"");
        ngx_http_maas_put_file(t, &model->file);
        ngx_http_maas_put(t, "\"} 1\n");
    }
}


static void
ngx_http_maas_put_times(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t  i, k;

    static const struct {
        const char  *name;
        const char  *help;
        size_t       at;
    } times[] = {
        { "maas_model_loaded_timestamp_seconds",
          "When this server loaded the file, in seconds since 1970",
          offsetof(ngx_http_maas_model_t, loaded) },
        { "maas_model_file_timestamp_seconds",
          "When the file was written, in seconds since 1970",
          offsetof(ngx_http_maas_model_t, written) }
    };

    for (k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
        ngx_http_maas_put_family(t, times[k].name, "gauge", times[k].help);

        for (i = 0; i < sums->n; i++) {
            ngx_http_maas_put(t, "%s{%V} %T\n", times[k].name,
                              &sums->of[i].labels,
                              *(time_t *) ((u_char *) sums->of[i].model
                                           + times[k].at));
        }
    }
}


void
ngx_http_maas_put_model_metrics(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_http_maas_put_failures(t, sums);
    ngx_http_maas_put_answers(t, sums);
    ngx_http_maas_put_info(t, sums);
    ngx_http_maas_put_times(t, sums);
}
