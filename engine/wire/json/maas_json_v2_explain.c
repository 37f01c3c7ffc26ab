/*
 * Explanations as outputs of the Open Inference Protocol: "attributions",
 * "base", and what else is to be said of a score.
 * Not here: the outputs of infer (maas_json_v2_out.c).
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


#define EXPLAIN_DOUBLE  26         /* "-1.2345678901234567e-308," */
#define EXPLAIN_FRAME   192        /* of an output: names, shape */


const char *const  maas__v2_explained_names[MAAS_N_EXPLAINED] = {
    [MAAS_EXPLAINED_REASONS] = "reasons",
    [MAAS_EXPLAINED_ATTRIBUTIONS] = "attributions",
    [MAAS_EXPLAINED_BASE] = "base",
    [MAAS_EXPLAINED_SCORE] = "explained_score",
    [MAAS_EXPLAINED_ERROR] = "explained_error",
    [MAAS_EXPLAINED_LABEL] = "explained_label"
};


typedef struct {
    const maas_info_t          *info;
    const maas_request_t       *req;
    const maas_explanations_t  *all;
    maas_explained_output_t     what;
    unsigned                    binary;
} explain_out_t;


static int
explain_has(const explain_out_t *o)
{
    return o->what == MAAS_EXPLAINED_REASONS ? o->all->top > 0
           : o->what == MAAS_EXPLAINED_LABEL ? o->info->n_labels > 0 : 1;
}


/* Values of a row */

static size_t
explain_width(const explain_out_t *o)
{
    return o->what > MAAS_EXPLAINED_ATTRIBUTIONS ? 1
           : o->all->top > 0 ? o->all->top : o->all->size;
}


static size_t
explain_value_size(const explain_out_t *o)
{
    switch (o->what) {

    case MAAS_EXPLAINED_REASONS:
        return maas__explanations_name_size(o->info) + 4;

    case MAAS_EXPLAINED_LABEL:
        return maas__label_size(o->info) + 4;

    default:
        return EXPLAIN_DOUBLE;
    }
}


size_t
maas__v2_explained_size(const maas_info_t *info, const maas_request_t *req)
{
    size_t         size;
    unsigned       i;
    explain_out_t  o = { info, req, req->explained, 0, 0 };

    if (o.all == NULL) {
        return 0;
    }

    for (size = 0, i = 0; i < MAAS_N_EXPLAINED; i++) {
        o.what = (maas_explained_output_t) i;
        size += EXPLAIN_FRAME + MAAS_MAX_RANK * MAAS_SIZE_TEXT
                + req->rows * explain_width(&o) * explain_value_size(&o);
    }

    return size;
}


static char *
explain_text(const explain_out_t *o, const char *s, size_t len, char *p)
{
    uint32_t  n;

    n = (uint32_t) len;

    if (o->binary) {
        memcpy(p, &n, sizeof(n));
        memcpy(p + sizeof(n), s, len);
        return p + sizeof(n) + len;
    }

    p += maas__json_quote(s, len, p);
    *p++ = ',';

    return p;
}


/* All digits, so that a client reads the same bits as in bytes */

static char *
explain_double(const explain_out_t *o, double v, char *p)
{
    if (o->binary) {
        memcpy(p, &v, sizeof(v));
        return p + sizeof(v);
    }

    p += snprintf(p, EXPLAIN_DOUBLE, "%.15g", v);

    return p;
}


static char *
explain_one(const explain_out_t *o, double v, char *p)
{
    char    *end;
    double   back;

    if (!o->binary && !isfinite(v)) {
        end = stpcpy(p, "null");

    } else {
        end = explain_double(o, v, p);

        if (!o->binary
            && (maas__json_double(p, end, &back) != end || back != v))
        {
            end = p + snprintf(p, EXPLAIN_DOUBLE, "%.17g", v);
        }
    }

    if (!o->binary) {
        *end++ = ',';
    }

    return end;
}


/* The largest ones, then what stands where there are fewer */

static char *
explain_top(const explain_out_t *o, size_t row, char *p)
{
    char         text[MAAS_EXPLAIN_PLACE];
    size_t       i, n, len, places[MAAS_EXPLAIN_TOP];
    const char  *name;

    n = maas__explanations_top(o->all, row, places);

    for (i = 0; i < o->all->top; i++) {

        if (o->what == MAAS_EXPLAINED_ATTRIBUTIONS) {
            p = explain_one(o, i < n ? o->all->attributions[row * o->all->size
                                                            + places[i]]
                                     : 0, p);
            continue;
        }

        name = "";
        len = 0;

        if (i < n) {
            name = maas__explanations_name(o->info, places[i], text, &len);
        }

        p = explain_text(o, name, len, p);
    }

    return p;
}


static char *
explain_values(const explain_out_t *o, size_t row, char *p)
{
    size_t                   i;
    const char              *label;
    const maas_explained_t  *e;

    e = &o->all->row[row];

    switch (o->what) {

    case MAAS_EXPLAINED_REASONS:
        return explain_top(o, row, p);

    case MAAS_EXPLAINED_ATTRIBUTIONS:

        if (o->all->top > 0) {
            return explain_top(o, row, p);
        }

        for (i = 0; i < o->all->size; i++) {
            p = explain_one(o, o->all->attributions[row * o->all->size + i],
                            p);
        }

        return p;

    case MAAS_EXPLAINED_LABEL:
        label = maas__explanations_label(o->info, o->all, row);
        label = label != NULL ? label : "";
        return explain_text(o, label, strlen(label), p);

    default:
        return explain_one(o, o->what == MAAS_EXPLAINED_BASE ? e->base
                           : o->what == MAAS_EXPLAINED_SCORE ? e->score
                           : e->error, p);
    }
}


static void
explain_told(const explain_out_t *o, maas_told_t *t)
{
    unsigned  d;

    t->name = maas__v2_explained_names[o->what];
    t->dtype = o->what == MAAS_EXPLAINED_REASONS
               || o->what == MAAS_EXPLAINED_LABEL ? MAAS_BYTES : MAAS_F64;
    t->rank = 0;
    t->shape[t->rank++] = o->req->rows;

    if (o->what == MAAS_EXPLAINED_ATTRIBUTIONS && o->all->top == 0
        && o->info->n_columns == 0)
    {
        for (d = 0; d < o->info->rank; d++) {
            t->shape[t->rank++] = o->info->shape[d];
        }

    } else if (o->what <= MAAS_EXPLAINED_ATTRIBUTIONS) {
        t->shape[t->rank++] = explain_width(o);
    }
}


static char *
explain_open(const explain_out_t *o, char *p)
{
    unsigned     d;
    maas_told_t  t;

    explain_told(o, &t);

    p = stpcpy(p, ",{\"name\":\"");
    p = stpcpy(p, t.name);
    p = stpcpy(p, "\",\"datatype\":\"");
    p = stpcpy(p, maas__dtypes[t.dtype].wire);
    p = stpcpy(p, "\",\"shape\":[");

    for (d = 0; d < t.rank; d++) {
        p += maas__size_print(t.shape[d], p);
        *p++ = ',';
    }

    return stpcpy(p - 1, "],");
}


static char *
explain_data(const explain_out_t *o, char *p)
{
    char    *start;
    size_t   row;

    for (start = p, row = 0; row < o->req->rows; row++) {
        p = explain_values(o, row, p);
    }

    return p - (p > start && !o->binary);
}


int
maas__v2_explained_told(const maas_info_t *info, const maas_request_t *req,
    unsigned place, maas_told_t *t)
{
    explain_out_t  o = { info, req, req->explained,
                         (maas_explained_output_t) place, 1 };

    if (o.all == NULL || !explain_has(&o)) {
        return 0;
    }

    explain_told(&o, t);

    return 1;
}


size_t
maas__v2_explained_room(const maas_info_t *info, const maas_request_t *req,
    unsigned place)
{
    explain_out_t  o = { info, req, req->explained,
                         (maas_explained_output_t) place, 1 };

    return req->rows * explain_width(&o) * explain_value_size(&o);
}


char *
maas__v2_explained_bytes(const maas_info_t *info, const maas_request_t *req,
    unsigned place, char *p)
{
    explain_out_t  o = { info, req, req->explained,
                         (maas_explained_output_t) place, 1 };

    return explain_data(&o, p);
}


char *
maas__v2_explained_write(const maas_info_t *info, const maas_request_t *req,
    char *p, char **tail)
{
    char           *end;
    unsigned        i;
    explain_out_t   o = { info, req, req->explained, 0, 0 };

    for (i = 0; i < MAAS_N_EXPLAINED; i++) {
        o.what = (maas_explained_output_t) i;
        o.binary = req->explain_bytes >> i & 1;

        if (!explain_has(&o)) {
            continue;
        }

        p = explain_open(&o, p);

        if (o.binary) {
            end = explain_data(&o, *tail);
            p = stpcpy(p, "\"parameters\":{\"binary_data_size\":");
            p += maas__size_print((size_t) (end - *tail), p);
            p = stpcpy(p, "}}");
            *tail = end;

        } else {
            p = stpcpy(p, "\"data\":[");
            p = explain_data(&o, p);
            p = stpcpy(p, "]}");
        }
    }

    return p;
}
