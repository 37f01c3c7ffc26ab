/*
 * predict --reasons: for each row what its columns add to its scores, the
 * largest first.
 * Not here: what that is and how it is computed (engine/maas_reasons.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "predict.h"
#include "export/model.h"
#include "text/maas_json.h"


#define REASONS_ROWS  64

/* A column, or a number of a tensor */

typedef struct {
    size_t               at;
    double               adds;
} reasons_part_t;

typedef struct {
    const train_predict_t  *p;
    size_t                  most;       /* that are told */
    size_t                  n;          /* columns */
    reasons_part_t         *part;       /* (n) */
    double                  bias;
    double                  others;     /* what is not told */
} reasons_t;


static int
reasons_compare(const void *a, const void *b)
{
    const reasons_part_t  *x = a, *y = b;

    if (fabs(x->adds) != fabs(y->adds)) {
        return fabs(x->adds) < fabs(y->adds) ? 1 : -1;
    }

    return x->at < y->at ? -1 : 1;
}


/* phi(in + 1) by columns, sorted.  Returns how many are told: none that adds
 * nothing. */

static size_t
reasons_sort(reasons_t *r, const double *phi)
{
    size_t               i, j, n;
    const maas_field_t  *field;
    const maas_info_t   *info;

    info = r->p->info;

    for (i = 0; i < r->n; i++) {
        r->part[i] = (reasons_part_t) { i, phi[i] };

        if (info->n_columns > 0) {
            field = &info->fields[i];
            r->part[i].adds = 0;

            for (j = 0; j < field->width; j++) {
                r->part[i].adds += phi[field->at + j];
            }
        }
    }

    qsort(r->part, r->n, sizeof(reasons_part_t), reasons_compare);
    r->bias = phi[info->in];
    r->others = 0;

    for (n = 0; n < r->n && n < r->most && r->part[n].adds != 0.0; n++) {
        /* void */
    }

    for (i = n; i < r->n; i++) {
        r->others += r->part[i].adds;
    }

    return n;
}


static const char *
reasons_name(const reasons_t *r, size_t i, char buf[32])
{
    if (r->p->info->n_columns > 0) {
        return r->p->info->columns[i];
    }

    (void) snprintf(buf, 32, "number %zu", i + 1);

    return buf;
}


/* Of output o, NULL if there is nothing to tell them apart */

static const char *
reasons_output(const maas_info_t *info, size_t o, char buf[32])
{
    if (info->out == 1) {
        return NULL;
    }

    if (info->n_labels == info->out) {
        return info->labels[o];
    }

    (void) snprintf(buf, 32, "output %zu", o + 1);

    return buf;
}


static void
reasons_text(reasons_t *r, const char *id, size_t row, size_t o, double score,
    const double *phi)
{
    char         buf[32];
    size_t       i, n;
    const char  *output;

    n = reasons_sort(r, phi);
    output = reasons_output(r->p->info, o, buf);

    if (id != NULL) {
        (void) printf("%s", train_shown(id));
    } else {
        (void) printf("row %zu", row + 1);
    }

    if (output != NULL) {
        (void) printf(", %s", train_shown(output));
    }

    (void) printf(": %.6g = bias %.6g", score, r->bias);

    for (i = 0; i < n; i++) {
        (void) printf(", %s %+.6g",
                      train_shown(reasons_name(r, r->part[i].at, buf)),
                      r->part[i].adds);
    }

    if (n < r->n && r->part[n].adds != 0.0) {
        (void) printf(", others %+.6g", r->others);
    }

    (void) putchar('\n');
}


static void
reasons_json(reasons_t *r, maas_writer_t *w, size_t o, double score,
    const double *phi)
{
    char         buf[32];
    size_t       i, n;
    const char  *output;

    n = reasons_sort(r, phi);
    output = reasons_output(r->p->info, o, buf);
    maas_writer_open(w, '{');

    if (output != NULL) {
        train_json_text(w, "output", output);
    }

    train_json_number(w, "score", score);
    train_json_number(w, "bias", r->bias);
    train_json_open(w, "columns", '[');

    for (i = 0; i < n; i++) {
        maas_writer_open(w, '{');
        train_json_text(w, "name", reasons_name(r, r->part[i].at, buf));
        train_json_number(w, "adds", r->part[i].adds);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
    train_json_number(w, "others", r->others);
    maas_writer_close(w, '}');
}


/* score(out), phi(out,in + 1) */

static void
reasons_row(reasons_t *r, size_t row, const double *score, const double *phi,
    int json)
{
    size_t              o;
    const char         *id;
    maas_writer_t       w;
    const maas_info_t  *info;

    info = r->p->info;
    id = train_predict_id(r->p->data, row);

    if (json) {
        train_predict_json_begin(&w, info, id, r->p->y + row * info->out);
        train_json_open(&w, "reasons", '[');
    }

    for (o = 0; o < info->out; o++, phi += info->in + 1) {
        if (json) {
            reasons_json(r, &w, o, score[o], phi);
        } else {
            reasons_text(r, id, row, o, score[o], phi);
        }
    }

    if (json) {
        maas_writer_close(&w, ']');
        train_json_end(&w);
    }
}


static maas_reasons_t *
reasons_open(const char *path)
{
    void            *file;
    size_t           size;
    maas_err_t       err = { 0 };
    maas_reasons_t  *m;

    file = train_slurp(path, &size);

    if (maas_reasons_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        train_die("%s: %s", path, err.msg);
    }

    train_free(file);

    return m;
}


void
train_predict_reasons(const train_predict_t *p, const maas_model_t *m,
    const char *path, size_t most, int json)
{
    void            *ws;
    char            *x;
    double          *phi, *score;
    size_t           at, i, n, ws_size, step;
    reasons_t        r;
    maas_err_t       err = { 0 };
    maas_reasons_t  *reasons;

    reasons = reasons_open(path);
    r = (reasons_t) { .p = p, .most = most };
    r.n = p->info->n_columns > 0 ? p->info->n_columns : p->info->in;
    r.part = train_alloc(r.n, sizeof(reasons_part_t));
    ws_size = maas_reasons_workspace_size(reasons);
    ws = train_alloc(ws_size, 1);
    x = train_alloc(REASONS_ROWS, p->info->row);
    step = p->info->out * (p->info->in + 1);
    phi = train_alloc(REASONS_ROWS * step, sizeof(double));
    score = train_model_raw(m, p->data, 1);

    for (at = 0; at < p->data->rows; at += n) {
        n = p->data->rows - at < REASONS_ROWS ? p->data->rows - at
                                              : REASONS_ROWS;

        for (i = 0; i < n; i++) {
            train_data_wire(p->data, at + i, p->info,
                            x + i * p->info->row);
        }

        if (maas_reasons_run(reasons, x, n, phi, ws, ws_size, &err)
            != MAAS_OK)
        {
            train_die("rows %zu to %zu: %s", at + 1, at + n, err.msg);
        }

        for (i = 0; i < n; i++) {
            reasons_row(&r, at + i, score + (at + i) * p->info->out,
                        phi + i * step, json);
        }
    }

    train_free(score);
    train_free(phi);
    train_free(x);
    train_free(ws);
    train_free(r.part);
    maas_reasons_free(reasons);
}
