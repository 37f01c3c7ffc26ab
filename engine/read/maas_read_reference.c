/*
 * How values were spread in training, and their means: the histograms of the
 * document's member reference, and its baseline (R35, R38).
 * Not here: the rest of that member, which is for people
 * (maas_read_records.c).
 */

#include "maas_read_doc.h"
#include "field/maas_field.h"

#include <math.h>
#include <string.h>


#define READ_REFERENCE_ROWS  9007199254740992.0     /* 2^53 */


/* R35: an optional count of rows; 0 if it is none */

static int
spread_count(const cJSON *v, double *out)
{
    *out = v == NULL ? 0 : v->valuedouble;

    return v == NULL || (cJSON_IsNumber(v) && *out >= 0
                         && *out <= READ_REFERENCE_ROWS);
}


/* R35: edges, finite and rising, of numbers in single precision but where rows
 * are wide; n_edges is SIZE_MAX if they break the rule */

static maas_status_t
spread_edges(maas_read_t *r, const cJSON *list, const maas_column_t *c,
    int wide, maas_reference_t *to)
{
    double       *edges;
    size_t        i, n;
    const cJSON  *v;

    if (list == NULL) {
        return MAAS_OK;
    }

    to->n_edges = SIZE_MAX;
    n = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;

    if (n == 0 || n >= MAAS_MAX_BINS) {
        return MAAS_OK;
    }

    edges = maas__arena_alloc(r->arena, n, sizeof(double));
    if (edges == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;

    cJSON_ArrayForEach(v, list) {
        edges[i] = v->valuedouble;

        if (c->kind == MAAS_FIELD_NUMBER && !wide) {
            edges[i] = (double) (float) edges[i];
        }

        if (!cJSON_IsNumber(v) || !isfinite(edges[i])
            || (i > 0 && !(edges[i] > edges[i - 1])))
        {
            return MAAS_OK;
        }

        i++;
    }

    to->n_edges = n;
    to->edges = edges;

    return MAAS_OK;
}


/* May a column have n bins beside those of unknown and missing values? */

static int
spread_fits(const maas_column_t *c, const maas_reference_t *to, size_t n)
{
    switch (c->kind) {

    case MAAS_FIELD_BOOLEAN:
        return n == 2;

    case MAAS_FIELD_CATEGORY:
        return n <= (c->hash > 0 ? c->hash : c->n_values);

    case MAAS_FIELD_TEXT:
        return n == 1;

    default: /* MAAS_FIELD_NUMBER, MAAS_FIELD_DATE */
        return n == to->n_edges + 1;
    }
}


/* R35: counts of n bins, then those of unknown values, where a category has a
 * list of values, and of missing ones; 0: they break the rule */

static int
spread_counts(const cJSON *v, const maas_column_t *c, size_t n,
    double *counts, maas_reference_t *to)
{
    double        sum;
    size_t        i;
    unsigned      knows;
    const cJSON  *count, *unknown;

    knows = c->n_values > 0;
    unknown = maas_get(v, "unknown");

    to->n = n + knows + 1;
    to->listed = n == c->n_values ? n : n - 1;
    to->unknown = knows ? n : to->n;
    to->missing = n + knows;

    i = 0;

    cJSON_ArrayForEach(count, maas_get(v, "counts")) {
        if (!spread_count(count, &counts[i++])) {
            return 0;
        }
    }

    if ((unknown != NULL && !knows) || !spread_count(unknown, &counts[n])
        || !spread_count(maas_get(v, "missing"), &counts[to->missing]))
    {
        return 0;
    }

    sum = 0;

    for (i = 0; i < to->n; i++) {
        sum += counts[i];
    }

    return sum > 0;
}


static maas_status_t
spread_column(maas_read_t *r, const cJSON *v, const maas_column_t *c,
    int wide, maas_reference_t *to)
{
    double         *counts;
    size_t          n;
    const cJSON    *list;
    maas_status_t   rc;

    list = maas_get(v, "counts");

    if (list == NULL && maas_get(v, "edges") == NULL) {
        return MAAS_OK;
    }

    rc = spread_edges(r, maas_get(v, "edges"), c, wide, to);
    if (rc != MAAS_OK) {
        return rc;
    }

    n = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;

    counts = maas__arena_alloc(r->arena, MAAS_MAX_BINS + 2, sizeof(double));
    if (counts == NULL) {
        return MAAS_OOM(r);
    }

    if (to->n_edges == SIZE_MAX || n == 0 || n > MAAS_MAX_BINS
        || !spread_fits(c, to, n)
        || (to->n_edges > 0 && c->kind != MAAS_FIELD_NUMBER
            && c->kind != MAAS_FIELD_DATE)
        || !spread_counts(v, c, n, counts, to))
    {
        return MAAS_BAD(r, "R35: reference of column \"%.64s\", a %s: edges "
                        "are not numbers that rise, or counts not a number of "
                        "rows for each bin, or unknown or missing none",
                        c->name, maas__field_names[c->kind]);
    }

    to->counts = counts;

    return MAAS_OK;
}


/* R38: a number for each of a row */

static maas_status_t
spread_baseline(maas_read_t *r, const cJSON *list, maas_desc_t *d)
{
    float        *x;
    size_t        n;
    const cJSON  *v;

    if (list == NULL) {
        return MAAS_OK;
    }

    x = maas__arena_alloc(r->arena, d->in, sizeof(float));
    if (x == NULL) {
        return MAAS_OOM(r);
    }

    n = 0;

    cJSON_ArrayForEach(v, (cJSON_IsArray(list) ? list : NULL)) {
        if (n == d->in || !cJSON_IsNumber(v)
            || !isfinite((float) v->valuedouble))
        {
            n = SIZE_MAX;
            break;
        }

        x[n++] = (float) v->valuedouble;
    }

    if (n != d->in || d->shape.dtype != MAAS_F32) {
        return MAAS_BAD(r, "R38: reference: baseline is not a list of %zu "
                        "numbers in single precision, one for each of a row "
                        "of F32", d->in);
    }

    d->baseline = x;

    return MAAS_OK;
}


maas_status_t
maas__read_reference(maas_read_t *r, const cJSON *doc, maas_desc_t *d)
{
    size_t          i;
    const cJSON    *columns, *v;
    maas_status_t   rc;

    v = maas_get(doc, "reference");
    columns = maas_get(v, "columns");

    rc = spread_baseline(r, maas_get(v, "baseline"), d);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!cJSON_IsObject(columns) || d->input != MAAS_INPUT_COLUMNS) {
        return MAAS_OK;
    }

    d->reference = maas__arena_alloc(r->arena, d->n_columns,
                                     sizeof(maas_reference_t));
    if (d->reference == NULL) {
        return MAAS_OOM(r);
    }

    v = columns->child;                /* often in the order of the inputs */

    for (i = 0; i < d->n_columns; i++) {
        if (v == NULL || strcmp(v->string, d->columns[i].name) != 0) {
            v = maas_get(columns, d->columns[i].name);
        }

        rc = spread_column(r, v, &d->columns[i], d->shape.dtype == MAAS_F64,
                           &d->reference[i]);
        if (rc != MAAS_OK) {
            return rc;
        }

        v = v != NULL ? v->next : NULL;
    }

    return MAAS_OK;
}
