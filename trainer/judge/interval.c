/*
 * Intervals of prediction from residuals, by parts of the answers: there rows
 * are scattered less or more than elsewhere.
 * Not here: who asks for them (cmd/), files around them (export/).
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"
#include "util.h"


/* Shares of residuals that are kept, rising, symmetric about 0.5 */

static const double  interval_shares[] = {
    0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.075, 0.1, 0.125,
    0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45,
    0.5,
    0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.925, 0.94, 0.95, 0.96,
    0.97, 0.975, 0.98, 0.985, 0.99, 0.995
};

#define INTERVAL_LEVELS  train_nelts(interval_shares)


typedef struct {
    float   y, residual;
} interval_row_t;


static int
interval_by_answer(const void *one, const void *two)
{
    const interval_row_t  *a = one, *b = two;

    return (a->y > b->y) - (a->y < b->y);
}


static int
interval_by_residual(const void *one, const void *two)
{
    const interval_row_t  *a = one, *b = two;

    return (a->residual > b->residual) - (a->residual < b->residual);
}


/* Residuals at the levels of n rows and one that is not known: rank
 * level * (n + 1) of r(n), sorted, between two of them if it must be */

static void
interval_levels(const interval_row_t *r, size_t n, double *to)
{
    size_t  i, k;
    double  rank, rest;

    for (i = 0; i < INTERVAL_LEVELS; i++) {
        rank = interval_shares[i] * (double) (n + 1);
        k = (size_t) floor(rank);
        rest = rank - floor(rank);

        if (rank < 1 || rank > (double) n) {
            to[i] = NAN;
            continue;
        }

        to[i] = (double) r[k - 1].residual;

        if (k < n) {
            to[i] += rest * ((double) r[k].residual
                             - (double) r[k - 1].residual);
        }
    }
}


/* r(n) in parts of about the same number of rows; equal answers are of one */

static void
interval_parts(train_spread_t *s, interval_row_t *r, size_t n)
{
    size_t  most, step, from, to;

    most = n / TRAIN_INTERVAL_PART;
    most = most < 1 ? 1 : most > TRAIN_INTERVAL_PARTS ? TRAIN_INTERVAL_PARTS
                                                      : most;
    step = n / most;
    s->residual = train_alloc(most * INTERVAL_LEVELS, sizeof(double));
    qsort(r, n, sizeof(interval_row_t), interval_by_answer);

    for (from = 0; from < n; from = to) {
        for (to = from + step; to < n && r[to].y <= r[to - 1].y; to++) {
            /* up to the next answer that is another */
        }

        to = (to > n || n - to < step) ? n : to;

        if (to < n) {
            s->edge[s->parts] = ((double) r[to - 1].y + (double) r[to].y) / 2;
        }

        qsort(r + from, to - from, sizeof(interval_row_t),
              interval_by_residual);
        interval_levels(r + from, to - from,
                        s->residual + s->parts * INTERVAL_LEVELS);
        s->rows[s->parts++] = (double) (to - from);
    }
}


void
train_interval_fit(train_spreads_t *v, const float *y, const float *truth,
    size_t rows, size_t out)
{
    size_t           i, k;
    interval_row_t  *r;

    *v = (train_spreads_t) { .out = 0 };

    if (rows < TRAIN_INTERVAL_ROWS) {
        return;
    }

    v->out = out;
    v->spread = train_alloc(out, sizeof(train_spread_t));
    r = train_alloc(rows, sizeof(interval_row_t));

    for (k = 0; k < out; k++) {
        for (i = 0; i < rows; i++) {
            r[i].y = y[i * out + k];
            r[i].residual = (float) ((double) truth[i * out + k]
                                     - (double) r[i].y);
        }

        interval_parts(&v->spread[k], r, rows);
    }

    train_free(r);
}


void
train_interval_free(train_spreads_t *v)
{
    size_t  k;

    for (k = 0; k < v->out; k++) {
        train_free(v->spread[k].residual);
    }

    train_free(v->spread);
    *v = (train_spreads_t) { .out = 0 };
}


static void
interval_numbers(maas_writer_t *w, const char *name, const double *x, size_t n)
{
    size_t  i;

    train_json_open(w, name, '[');

    for (i = 0; i < n; i++) {
        maas_writer_value(w, isnan(x[i]) ? "null" : "%.6g", x[i]);
    }

    maas_writer_close(w, ']');
}


void
train_interval_json(maas_writer_t *w, const train_spreads_t *v)
{
    size_t                 i, k;
    const train_spread_t  *s;

    if (v->out == 0) {
        return;
    }

    train_json_open(w, "intervals", '{');
    interval_numbers(w, "levels", interval_shares, INTERVAL_LEVELS);
    train_json_open(w, "outputs", '[');

    for (k = 0; k < v->out; k++) {
        s = &v->spread[k];
        maas_writer_open(w, '{');
        interval_numbers(w, "edges", s->edge, s->parts - 1);
        interval_numbers(w, "rows", s->rows, s->parts);
        train_json_open(w, "residuals", '[');

        for (i = 0; i < s->parts; i++) {
            interval_numbers(w, NULL, s->residual + i * INTERVAL_LEVELS,
                             INTERVAL_LEVELS);
        }

        maas_writer_close(w, ']');
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


/* A list of n numbers, or NULL, with null for NAN; 0: it is not that */

static int
interval_list(const cJSON *list, double *to, size_t n)
{
    size_t        i;
    const cJSON  *v;

    i = 0;

    cJSON_ArrayForEach(v, list) {
        if (i == n || (!cJSON_IsNull(v) && !(cJSON_IsNumber(v)
                                             && isfinite(v->valuedouble))))
        {
            return 0;
        }

        to[i++] = cJSON_IsNull(v) ? NAN : v->valuedouble;
    }

    return cJSON_IsArray(list) && i == n;
}


/* One of the outputs; 0: it is not as it should be */

static int
interval_spread(train_spread_t *s, const cJSON *v)
{
    int           parts;
    size_t        i;
    const cJSON  *rows, *list;

    rows = cJSON_GetObjectItemCaseSensitive(v, "rows");
    parts = cJSON_IsArray(rows) ? cJSON_GetArraySize(rows) : 0;

    if (parts < 1 || parts > TRAIN_INTERVAL_PARTS) {
        return 0;
    }

    s->parts = (size_t) parts;
    s->residual = train_alloc(s->parts * INTERVAL_LEVELS, sizeof(double));
    i = 0;

    cJSON_ArrayForEach(list, cJSON_GetObjectItemCaseSensitive(v, "residuals"))
    {
        if (i == s->parts
            || !interval_list(list, s->residual + i++ * INTERVAL_LEVELS,
                              INTERVAL_LEVELS))
        {
            return 0;
        }
    }

    return i == s->parts && interval_list(rows, s->rows, s->parts)
           && interval_list(cJSON_GetObjectItemCaseSensitive(v, "edges"),
                            s->edge, s->parts - 1);
}


static int
interval_document(train_spreads_t *v, const cJSON *all, size_t out)
{
    double        levels[INTERVAL_LEVELS];
    size_t        i;
    const cJSON  *s;

    if (!interval_list(cJSON_GetObjectItemCaseSensitive(all, "levels"), levels,
                       INTERVAL_LEVELS))
    {
        return 0;
    }

    for (i = 0; i < INTERVAL_LEVELS; i++) {
        if (fabs(levels[i] - interval_shares[i]) > 1e-9) {
            return 0;
        }
    }

    v->spread = train_alloc(out, sizeof(train_spread_t));

    cJSON_ArrayForEach(s, cJSON_GetObjectItemCaseSensitive(all, "outputs")) {
        if (v->out == out || !interval_spread(&v->spread[v->out++], s)) {
            return 0;
        }
    }

    return v->out == out;
}


int
train_interval_read(train_spreads_t *v, const maas_info_t *info, char *why)
{
    int           good;
    cJSON        *document;
    const cJSON  *all;

    *v = (train_spreads_t) { .out = 0 };
    document = cJSON_Parse(info->document);
    all = cJSON_GetObjectItemCaseSensitive(document, "intervals");

    if (all == NULL) {
        cJSON_Delete(document);
        return train_refuse(why, "the file has no residuals to make intervals "
                            "of: expected a regression by fit, of which "
                            "%d rows or more validate, as it was trained",
                            TRAIN_INTERVAL_ROWS);
    }

    good = interval_document(v, all, info->out);
    cJSON_Delete(document);

    if (!good) {
        train_interval_free(v);
        return train_refuse(why, "its member \"intervals\" is not as fit "
                            "writes it");
    }

    return 0;
}


/* Between the levels that there are */

static double
interval_at(const double *residual, double level)
{
    size_t         i;
    double         rest;
    const double  *at = interval_shares;

    if (level < at[0] || level > at[INTERVAL_LEVELS - 1]) {
        return NAN;
    }

    for (i = 0; i + 2 < INTERVAL_LEVELS && at[i + 1] < level; i++) {
        /* void */
    }

    rest = (level - at[i]) / (at[i + 1] - at[i]);

    return rest <= 1e-9 ? residual[i]
           : rest >= 1 - 1e-9 ? residual[i + 1]
           : residual[i] + rest * (residual[i + 1] - residual[i]);
}


int
train_interval_of(const train_spreads_t *v, size_t k, double y, double level,
    double *low, double *high)
{
    size_t                 part;
    const double          *r;
    const train_spread_t  *s;

    s = &v->spread[k];

    for (part = 0; part + 1 < s->parts && !(y < s->edge[part]); part++) {
        /* void */
    }

    r = s->residual + part * INTERVAL_LEVELS;
    *low = y + interval_at(r, (1 - level) / 2);
    *high = y + interval_at(r, (1 + level) / 2);

    return isfinite(*low) && isfinite(*high);
}


double
train_interval_most(const train_spreads_t *v)
{
    size_t                 i, j, k;
    double                 most;
    const train_spread_t  *s;

    most = 1;

    for (k = 0; k < v->out; k++) {
        s = &v->spread[k];

        for (i = 0; i < s->parts; i++) {
            for (j = 0; j < INTERVAL_LEVELS / 2
                        && isnan(s->residual[i * INTERVAL_LEVELS + j]); j++)
            {
                /* void */
            }

            most = fmin(most, 1 - 2 * interval_shares[j]);
        }
    }

    return most;
}


train_covered_t
train_interval_covers(const train_spreads_t *v, size_t k, double level,
    const float *y, const float *truth, const float *weight, size_t rows)
{
    double           low, high, w, total, t;
    size_t           i;
    train_covered_t  c = { 0, 0 };

    total = 0;

    for (i = 0; i < rows; i++) {
        w = (weight != NULL) ? (double) weight[i] : 1;
        t = (double) truth[i * v->out + k];
        (void) train_interval_of(v, k, (double) y[i * v->out + k], level, &low,
                                 &high);
        total += w;
        c.covered += w * (t >= low && t <= high);
        c.width += w * (high - low);
    }

    c.covered /= total;
    c.width /= total;

    return c;
}
