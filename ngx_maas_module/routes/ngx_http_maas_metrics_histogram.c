
/*
 * Histograms of a model, for Prometheus: times by phase, rows.
 * Not here: what is counted when (ngx_http_maas_count.c).
 */


#include "ngx_http_maas_routes.h"


/* of a bound: "4.194304" */

#define NGX_HTTP_MAAS_BOUND_TEXT  24


typedef enum {
    NGX_HTTP_MAAS_SECONDS = 0,             /* of nanoseconds */
    NGX_HTTP_MAAS_ROWS_OF
} ngx_http_maas_histogram_unit_e;


typedef struct {
    const char                      *name;
    const char                      *help;
    ngx_http_maas_histogram_unit_e   unit;
    size_t                           at;   /* of the first bucket */
    size_t                           step; /* numbers from one to the next */
    ngx_uint_t                       n;
    ngx_http_maas_counter_e          sum;  /* N_COUNTERS: rows of passes */
} ngx_http_maas_histogram_t;


/* Bounds of a histogram as texts */

typedef struct {
    ngx_uint_t                       n;
    ngx_http_maas_histogram_unit_e   unit;
    ngx_str_t                        text[NGX_HTTP_MAAS_TIMES];
    u_char                           buf[NGX_HTTP_MAAS_TIMES]
                                        [NGX_HTTP_MAAS_BOUND_TEXT];
} ngx_http_maas_bounds_t;

_Static_assert(NGX_HTTP_MAAS_BUCKETS <= NGX_HTTP_MAAS_TIMES
               && NGX_HTTP_MAAS_ROW_COUNTS <= NGX_HTTP_MAAS_TIMES,
               "there are no more bounds than these");


#define ngx_http_maas_time_histogram(phase, sum)                              \
    NGX_HTTP_MAAS_SECONDS,                                                    \
    offsetof(ngx_http_maas_hist_t, time)                                      \
    + NGX_HTTP_MAAS_##phase * sizeof(ngx_atomic_t),                           \
    NGX_HTTP_MAAS_N_TIMED, NGX_HTTP_MAAS_TIMES, NGX_HTTP_MAAS_##sum

#define ngx_http_maas_rows_histogram(member, sum)                             \
    NGX_HTTP_MAAS_ROWS_OF, offsetof(ngx_http_maas_hist_t, member), 1,         \
    NGX_HTTP_MAAS_ROW_COUNTS, NGX_HTTP_MAAS_##sum


static const ngx_http_maas_histogram_t  ngx_http_maas_histograms[] = {

    { "maas_parse_duration_seconds",
      "Seconds from whole body to rows",
      ngx_http_maas_time_histogram(PARSE, INPUT_NS) },

    { "maas_queue_duration_seconds",
      "Seconds that rows waited for their forward pass",
      ngx_http_maas_time_histogram(QUEUE, QUEUE_NS) },

    { "maas_compute_duration_seconds",
      "Seconds of the forward pass that a request rode in",
      ngx_http_maas_time_histogram(COMPUTE, INFER_NS) },

    { "maas_write_duration_seconds",
      "Seconds from forward pass to answer",
      ngx_http_maas_time_histogram(WRITE, OUTPUT_NS) },

    { "maas_request_rows",
      "Rows of a request",
      ngx_http_maas_rows_histogram(rows, ROWS) },

    { "maas_batch_rows",
      "Rows of a forward pass, of one or more requests",
      ngx_http_maas_rows_histogram(passes, N_COUNTERS) }
};


/* Texts of bounds that double from the first one on, rows or microseconds; the
 * last one has none */

static void
ngx_http_maas_bounds_text(ngx_http_maas_bounds_t *b, ngx_uint_t n,
    ngx_http_maas_histogram_unit_e unit, uint64_t first)
{
    uint64_t    bound;
    ngx_uint_t  i;

    b->n = n;
    b->unit = unit;

    for (i = 0; i < n - 1; i++) {
        bound = first << i;

        b->text[i].data = b->buf[i];
        b->text[i].len = (unit == NGX_HTTP_MAAS_ROWS_OF
                          ? ngx_sprintf(b->buf[i], "%uL", bound)
                          : ngx_sprintf(b->buf[i], "%uL.%06uL",
                                        bound / 1000000, bound % 1000000))
                         - b->buf[i];
    }

    ngx_str_set(&b->text[i], "+Inf");
}


static u_char *
ngx_http_maas_put_digits(u_char *p, uint64_t n)
{
    size_t  len;
    u_char  digits[NGX_INT64_LEN];

    len = 0;

    do {
        digits[len++] = '0' + n % 10;
        n /= 10;
    } while (n != 0);

    while (len > 0) {
        *p++ = digits[--len];
    }

    return p;
}


/* Buckets whose numbers are `step` apart; returns their sum.  There may be a
 * hundred thousand lines of it. */

static uint64_t
ngx_http_maas_put_buckets(ngx_http_maas_text_t *t, const char *name,
    const ngx_str_t *labels, const ngx_http_maas_bounds_t *b,
    const uint64_t *at, size_t step)
{
    u_char      *p, *start;
    size_t       len, head;
    uint64_t     count;
    ngx_uint_t   i;

    count = 0;
    len = ngx_strlen(name);
    head = len + sizeof("_bucket{") - 1 + labels->len + sizeof(",le=\"") - 1;

    p = ngx_http_maas_text_reserve(t, b->n * (head + NGX_HTTP_MAAS_BOUND_TEXT
                                              + sizeof("\"} \n") - 1
                                              + NGX_INT64_LEN));
    if (p == NULL) {
        return 0;
    }

    start = p;

    for (i = 0; i < b->n; i++) {
        count += at[i * step];

        if (i == 0) {
            p = ngx_cpymem(p, name, len);
            p = ngx_cpymem(p, "_bucket{", sizeof("_bucket{") - 1);
            p = ngx_cpymem(p, labels->data, labels->len);
            p = ngx_cpymem(p, ",le=\"", sizeof(",le=\"") - 1);

        } else {
            p = ngx_cpymem(p, start, head);
        }

        p = ngx_cpymem(p, b->text[i].data, b->text[i].len);
        p = ngx_cpymem(p, "\"} ", sizeof("\"} ") - 1);
        p = ngx_http_maas_put_digits(p, count);
        *p++ = '\n';
    }

    t->pos = p;

    return count;
}


/* sum: rows or nanoseconds */

static void
ngx_http_maas_put_series(ngx_http_maas_text_t *t, const char *name,
    const ngx_str_t *labels, const ngx_http_maas_bounds_t *b,
    const uint64_t *at, size_t step, uint64_t sum)
{
    uint64_t  count;

    count = ngx_http_maas_put_buckets(t, name, labels, b, at, step);

    if (b->unit == NGX_HTTP_MAAS_SECONDS) {
        sum /= 1000;
        ngx_http_maas_put(t, "%s_sum{%V} %uL.%06uL\n", name, labels,
                          sum / 1000000, sum % 1000000);

    } else {
        ngx_http_maas_put(t, "%s_sum{%V} %uL\n", name, labels, sum);
    }

    ngx_http_maas_put(t, "%s_count{%V} %uL\n", name, labels, count);
}


static void
ngx_http_maas_put_requests(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t               i;
    ngx_http_maas_sum_t     *sum;
    ngx_http_maas_bounds_t   bounds;

    static const char  name[] = "maas_request_duration_seconds";

    ngx_http_maas_put_family(t, name, "histogram",
                             "Seconds from whole body to answer");
    ngx_http_maas_bounds_text(&bounds, NGX_HTTP_MAAS_BUCKETS,
                              NGX_HTTP_MAAS_SECONDS,
                              NGX_HTTP_MAAS_BUCKET_NS / 1000);

    for (i = 0; i < sums->n; i++) {
        sum = &sums->of[i];

        ngx_http_maas_put_series(t, name, &sum->labels, &bounds,
                                 &sum->lane[NGX_HTTP_MAAS_BUCKET], 1,
                                 sum->lane[NGX_HTTP_MAAS_SUCCESS_NS]);
    }
}


static void
ngx_http_maas_put_histogram(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums, const ngx_http_maas_histogram_t *h)
{
    uint64_t                 total;
    ngx_uint_t               i;
    ngx_http_maas_sum_t     *sum;
    ngx_http_maas_bounds_t   bounds;

    ngx_http_maas_put_family(t, h->name, "histogram", h->help);
    ngx_http_maas_bounds_text(&bounds, h->n, h->unit, 1);

    for (i = 0; i < sums->n; i++) {
        sum = &sums->of[i];

        if (sum->model->hists == NULL
            || sum->lane[NGX_HTTP_MAAS_BATCHES] == 0)
        {
            continue;
        }

        total = h->sum == NGX_HTTP_MAAS_N_COUNTERS ? sum->hist.pass_rows
                                                   : sum->lane[h->sum];

        ngx_http_maas_put_series(t, h->name, &sum->labels, &bounds,
                                 (uint64_t *) ((u_char *) &sum->hist + h->at),
                                 h->step, total);
    }
}


void
ngx_http_maas_put_histograms(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums)
{
    ngx_uint_t  i, n;

    ngx_http_maas_put_requests(t, sums);

    n = sizeof(ngx_http_maas_histograms) / sizeof(ngx_http_maas_histograms[0]);

    for (i = 0; i < n; i++) {
        ngx_http_maas_put_histogram(t, sums, &ngx_http_maas_histograms[i]);
    }
}
