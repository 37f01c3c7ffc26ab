/*
 * What columns add to scores of many rows, and which add most.
 * Not here: how that is computed (maas.h), and pictures of it (report/).
 */

#include <math.h>
#include <string.h>

#include "explained.h"
#include "util.h"


#define EXPLAINED_ROWS  2000
#define EXPLAINED_FEW   50
#define EXPLAINED_SIZE  ((size_t) 1 << 24)  /* numbers that are kept */
#define EXPLAINED_WORK  1e10                /* about so many operations */
#define EXPLAINED_EACH  (3.0 * MAAS_EXPLAIN_STEPS)  /* for a parameter */


static size_t
explained_rows(const maas_info_t *info, size_t n, size_t rows)
{
    double  most;

    most = EXPLAINED_WORK / (EXPLAINED_EACH * (double) (info->parameters + 1));
    most = most < EXPLAINED_FEW ? EXPLAINED_FEW : most;
    most = most > EXPLAINED_ROWS ? EXPLAINED_ROWS : most;
    most = most * (double) n > EXPLAINED_SIZE ? EXPLAINED_SIZE / (double) n
                                              : most;

    return rows < (size_t) most ? rows : (size_t) most;
}


static void
explained_order(train_explained_t *e)
{
    size_t         i, k;
    train_rank_t  *rank;

    rank = train_alloc(e->n, sizeof(train_rank_t));

    for (k = 0; k < e->n; k++) {
        for (i = 0; i < e->rows; i++) {
            e->mean[k] += fabs(e->adds[i * e->n + k]) / (double) e->rows;
        }

        rank[k] = (train_rank_t) { e->mean[k], k };
    }

    train_rank(rank, e->n);

    for (k = 0; k < e->n; k++) {
        e->order[k] = (uint32_t) rank[k].at;
    }

    train_free(rank);
}


/* Rows through the explainer; 0: one could not be explained */

static int
explained_run(const maas_explainer_t *x, const maas_info_t *info,
    const train_data_t *d, train_explained_t *e)
{
    int                good;
    void              *ws, *wire;
    size_t             i, ws_size;
    maas_err_t         err = { 0 };
    train_rank_t      *left;
    maas_explained_t   one;

    ws_size = maas_explain_workspace_size(x, MAAS_EXPLAIN_STEPS);
    ws = train_alloc(ws_size, 1);
    wire = train_alloc(info->row, 1);
    left = train_alloc(e->rows, sizeof(train_rank_t));
    good = 1;

    for (i = 0; i < e->rows && good; i++) {
        train_data_wire(d, e->row[i], info, wire);
        good = maas_explain(x, wire, NULL, MAAS_EXPLAIN_LIKELIEST,
                            MAAS_EXPLAIN_STEPS, e->adds + i * e->n, &one, ws,
                            ws_size, &err)
               == MAAS_OK && isfinite(one.score) && isfinite(one.error);
        e->output[i] = (uint32_t) one.output;
        left[i].key = one.score == one.base
                      ? 0 : fabs(one.error / (one.score - one.base));
    }

    if (good) {
        train_rank(left, e->rows);
        e->left = left[e->rows / 2].key;
        explained_order(e);
    }

    train_free(left);
    train_free(wire);
    train_free(ws);

    return good;
}


int
train_explained(const maas_model_t *m, const void *file, size_t size,
    maas_isa_t isa, const train_data_t *d, const uint32_t *row, size_t rows,
    train_explained_t *e)
{
    int                 good;
    size_t              i, at;
    maas_err_t          err = { 0 };
    maas_explainer_t   *x;
    train_explained_t   made = { 0 };

    rows = row != NULL ? rows : d->rows;

    if (rows == 0
        || maas_explainer_load(m, file, size, isa, &x, &err) != MAAS_OK)
    {
        return 0;
    }

    made.how = maas_explainer_how(x);
    made.n = maas_explainer_size(x);
    made.rows = explained_rows(maas_model_info(m), made.n, rows);
    made.row = train_alloc(made.rows, sizeof(uint32_t));
    made.output = train_alloc(made.rows, sizeof(uint32_t));
    made.adds = train_alloc(made.rows * made.n, sizeof(double));
    made.mean = train_alloc(made.n, sizeof(double));
    made.order = train_alloc(made.n, sizeof(uint32_t));

    for (i = 0; i < made.rows; i++) {
        at = i * rows / made.rows;
        made.row[i] = row != NULL ? row[at] : (uint32_t) at;
    }

    good = explained_run(x, maas_model_info(m), d, &made);
    maas_explainer_free(x);

    if (!good) {
        train_explained_free(&made);
        return 0;
    }

    *e = made;

    return 1;
}


void
train_explained_free(train_explained_t *e)
{
    train_free(e->row);
    train_free(e->output);
    train_free(e->adds);
    train_free(e->mean);
    train_free(e->order);
    *e = (train_explained_t) { 0 };
}
