/*
 * predict --reasons: for each row what its columns add to its scores, the
 * largest first.
 * Not here: what that is and how it is computed (engine/maas_reasons.c,
 * engine/maas_explain.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "predict.h"
#include "explain/explain.h"
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
    double                  error;      /* of a network: what is missing */
    int                     exact;
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


/* phi(in + 1) of a score, by columns */

static void
reasons_shap(reasons_t *r, const double *phi)
{
    size_t               i, j;
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

    r->bias = phi[info->in];
}


/* Sorted.  Returns how many are told: none that adds nothing. */

static size_t
reasons_sort(reasons_t *r)
{
    size_t  i, n;

    qsort(r->part, r->n, sizeof(reasons_part_t), reasons_compare);
    r->others = 0;

    for (n = 0; n < r->n && n < r->most && r->part[n].adds != 0.0; n++) {
        /* void */
    }

    for (i = n; i < r->n; i++) {
        r->others += r->part[i].adds;
    }

    return n;
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
reasons_text(reasons_t *r, const char *id, size_t row, size_t o, double score)
{
    char         buf[TRAIN_EXPLAIN_NAME];
    size_t       i, n;
    const char  *output;

    n = reasons_sort(r);
    output = reasons_output(r->p->info, o, buf);

    if (id != NULL) {
        (void) printf("%s", train_shown(id));
    } else {
        (void) printf("row %zu", r->p->data->before + row + 1);
    }

    if (output != NULL) {
        (void) printf(", %s", train_shown(output));
    }

    (void) printf(": %.6g = bias %.6g", score, r->bias);

    for (i = 0; i < n; i++) {
        (void) printf(", %s %+.6g",
                      train_shown(train_explain_name(r->p->info,
                                                     r->part[i].at, buf)),
                      r->part[i].adds);
    }

    if (n < r->n && r->part[n].adds != 0.0) {
        (void) printf(", others %+.6g", r->others);
    }

    if (!r->exact) {
        (void) printf(", error %+.2g", r->error);
    }

    (void) putchar('\n');
}


static void
reasons_json(reasons_t *r, maas_writer_t *w, size_t o, double score)
{
    char         buf[TRAIN_EXPLAIN_NAME];
    size_t       i, n;
    const char  *output;

    n = reasons_sort(r);
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
        train_json_text(w, "name", train_explain_name(r->p->info,
                                                      r->part[i].at, buf));
        train_json_number(w, "adds", r->part[i].adds);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
    train_json_number(w, "others", r->others);

    if (!r->exact) {
        train_json_number(w, "error", r->error);
    }

    maas_writer_close(w, '}');
}


/* All scores of a row; parts(r, output, from) makes those of one, and says the
 * score */

static void
reasons_row(reasons_t *r, size_t row, int json,
    double (*parts)(reasons_t *r, size_t output, void *from), void *from)
{
    double              score;
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

    for (o = 0; o < info->out; o++) {
        score = parts(r, o, from);

        if (json) {
            reasons_json(r, &w, o, score);
        } else {
            reasons_text(r, id, row, o, score);
        }
    }

    if (json) {
        maas_writer_close(&w, ']');
        train_json_end(&w);
    }
}


/* Of trees: score(out), phi(out,in + 1) */

typedef struct {
    const double  *score;
    const double  *phi;
} reasons_shap_t;

static double
reasons_of_trees(reasons_t *r, size_t output, void *from)
{
    const reasons_shap_t  *s = from;

    reasons_shap(r, s->phi + output * (r->p->info->in + 1));

    return s->score[output];
}


/* Of a network, whose row is in e->x */

static double
reasons_of_network(reasons_t *r, size_t output, void *from)
{
    size_t            i;
    train_explain_t  *e = from;

    e->output = output;
    train_explain_again(e);

    for (i = 0; i < r->n; i++) {
        r->part[i] = (reasons_part_t) { i, e->attributions[i] };
    }

    r->bias = e->told.base;
    r->error = e->told.error;

    return e->told.score;
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


static void
reasons_trees(reasons_t *r, const maas_model_t *m, const char *path, int json)
{
    void                   *ws;
    char                   *x;
    double                 *phi, *score;
    size_t                  at, i, n, ws_size, step;
    maas_err_t              err = { 0 };
    reasons_shap_t          s;
    maas_reasons_t         *reasons;
    const train_predict_t  *p = r->p;

    reasons = reasons_open(path);
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
            train_die("rows %zu to %zu: %s", p->data->before + at + 1,
                      p->data->before + at + n, err.msg);
        }

        for (i = 0; i < n; i++) {
            s = (reasons_shap_t) { score + (at + i) * p->info->out,
                                   phi + i * step };
            reasons_row(r, at + i, json, reasons_of_trees, &s);
        }
    }

    train_free(score);
    train_free(phi);
    train_free(x);
    train_free(ws);
    maas_reasons_free(reasons);
}


void
train_predict_reasons(const train_predict_t *p, const maas_model_t *m,
    const char *path, size_t most, int json)
{
    size_t           i;
    reasons_t        r = { .p = p, .most = most };
    train_explain_t  e;

    train_explain_open(&e, m, path, MAAS_EXPLAIN_STEPS);
    r.exact = maas_explainer_how(e.explainer) != MAAS_EXPLAIN_GRADIENTS;
    r.n = e.n;
    r.part = train_alloc(r.n, sizeof(reasons_part_t));

    if (maas_explainer_how(e.explainer) == MAAS_EXPLAIN_SHAP
        && p->info->layers == 1)
    {
        reasons_trees(&r, m, path, json);

    } else {
        for (i = 0; i < p->data->rows; i++) {
            train_data_wire(p->data, i, p->info, e.x);
            reasons_row(&r, i, json, reasons_of_network, &e);
        }
    }

    train_free(r.part);
    train_explain_free(&e);
}
