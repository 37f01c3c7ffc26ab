/*
 * Permutation importance: how much worse the answers get when the values of
 * one column are shuffled among the rows.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define IMPORTANCE_STREAM  21
#define IMPORTANCE_ROWS    5000
#define IMPORTANCE_BLOCK   256


typedef struct {
    const maas_model_t  *model;
    const maas_info_t   *info;
    const train_data_t  *data;
    const float         *weight;        /* of the rows of data, or NULL */
    uint32_t            *row;           /* (rows) of data that are used */
    size_t               rows;
    float               *x;             /* (IMPORTANCE_BLOCK,in) */
    float               *other;         /* (in) */
    uint32_t            *from;          /* (rows) */
    float               *y;             /* (rows,out) */
    void                *ws;
    size_t               ws_size;
    double               score;         /* undisturbed */
    double               loss;
} importance_t;


static void
importance_start(importance_t *p, const train_data_t *d,
    const uint32_t *row, size_t n, train_rng_t *rng)
{
    size_t  i;

    n = (row != NULL) ? n : d->rows;
    p->data = d;
    p->row = train_alloc(n, sizeof(uint32_t));

    for (i = 0; i < n; i++) {
        p->row[i] = (row != NULL) ? row[i] : (uint32_t) i;
    }

    if (n > IMPORTANCE_ROWS) {
        train_rng_shuffle(rng, p->row, n);
        n = IMPORTANCE_ROWS;
    }

    p->rows = n;
    p->x = train_alloc(IMPORTANCE_BLOCK * d->in, sizeof(float));
    p->other = train_alloc(d->in, sizeof(float));
    p->from = train_alloc(n, sizeof(uint32_t));
    p->y = train_alloc(n * d->out, sizeof(float));
    p->ws_size = maas_workspace_size(p->model, IMPORTANCE_BLOCK);
    p->ws = train_alloc(p->ws_size, 1);
}


static void
importance_end(importance_t *p)
{
    train_free(p->row);
    train_free(p->x);
    train_free(p->other);
    train_free(p->from);
    train_free(p->y);
    train_free(p->ws);
}


static double
importance_counts(const importance_t *p, size_t i)
{
    return (p->weight != NULL) ? (double) p->weight[p->row[i]] : 1;
}


static double
importance_total(const importance_t *p)
{
    double  total;
    size_t  i;

    total = 0;

    for (i = 0; i < p->rows; i++) {
        total += importance_counts(p, i);
    }

    return total;
}


/* R2 is the mean over the outputs, as train_judge() has it */

static void
importance_numbers(const importance_t *p, double *score, double *loss)
{
    double               e, sq, mean, t, k, total;
    size_t               i, c, out;
    const train_data_t  *d;

    d = p->data;
    out = d->out;
    total = importance_total(p);
    *score = 0;
    *loss = 0;

    for (c = 0; c < out; c++) {
        mean = 0;
        sq = 0;
        e = 0;

        for (i = 0; i < p->rows; i++) {
            k = importance_counts(p, i);
            mean += k * d->targets[p->row[i] * out + c] / total;
        }

        for (i = 0; i < p->rows; i++) {
            k = importance_counts(p, i);
            t = d->targets[p->row[i] * out + c];
            sq += k * (t - mean) * (t - mean);
            t -= p->y[i * out + c];
            e += k * t * t;
        }

        *loss += e / total / (double) out;
        *score += (sq > 0 ? 1 - e / sq : NAN) / (double) out;
    }
}


static void
importance_classes(const importance_t *p, double *score, double *loss)
{
    double               q, count, total;
    size_t               i, k;
    const float         *y;
    const train_data_t  *d;

    d = p->data;
    total = importance_total(p);
    *score = 0;
    *loss = 0;

    for (i = 0; i < p->rows; i++) {
        y = p->y + i * d->out;
        k = d->classes[p->row[i]];
        q = (d->task != MAAS_TASK_BINARY) ? y[k]
            : k ? y[0] : 1 - (double) y[0];

        count = importance_counts(p, i);
        *score += count * (maas_decision(p->info, y) == k);
        *loss -= count * log(q > 1e-7 ? q : 1e-7);
    }

    *score /= total;
    *loss /= total;
}


/* Score and loss of the answers to all rows, with the slots at..at + width of
 * the rows that from[] names */

static void
importance_judge(importance_t *p, size_t at, size_t width, double *score,
    double *loss)
{
    float       *x;
    size_t       i, k, n, in;
    maas_err_t   err = { 0 };

    in = p->info->in;

    for (i = 0; i < p->rows; i += n) {
        n = (p->rows - i < IMPORTANCE_BLOCK) ? p->rows - i : IMPORTANCE_BLOCK;

        for (k = 0; k < n; k++) {
            x = p->x + k * in;
            train_data_row(p->data, p->row[i + k], x);

            if (width > 0) {
                train_data_row(p->data, p->row[p->from[i + k]], p->other);
                (void) memcpy(x + at, p->other + at, width * sizeof(float));
            }
        }

        if (maas_run(p->model, p->x, n, p->y + i * p->info->out, p->ws,
                     p->ws_size, &err)
            != MAAS_OK)
        {
            train_die("permutation importance: %s", err.msg);
        }
    }

    if (p->data->classes != NULL) {
        importance_classes(p, score, loss);
    } else {
        importance_numbers(p, score, loss);
    }
}


static void
importance_column(importance_t *p, size_t at, size_t width, size_t repeats,
    train_rng_t *rng, train_importance_t *out)
{
    double  score, loss, drop, sum, sq;
    size_t  i, r;

    sum = 0;
    sq = 0;

    for (i = 0; i < p->rows; i++) {
        p->from[i] = (uint32_t) i;
    }

    for (r = 0; r < repeats; r++) {
        train_rng_shuffle(rng, p->from, p->rows);
        importance_judge(p, at, width, &score, &loss);
        drop = p->score - score;
        sum += drop;
        sq += drop * drop;
        out->rise += (loss - p->loss) / (double) repeats;
    }

    out->drop = sum / (double) repeats;
    sq = sq / (double) repeats - out->drop * out->drop;
    out->deviation = sqrt(sq > 0 ? sq : 0);
}


static int
importance_compare(const void *one, const void *two)
{
    const train_importance_t  *a = one, *b = two;

    if (a->drop != b->drop) {
        return (a->drop < b->drop) - (a->drop > b->drop);
    }

    return (a->rise < b->rise) - (a->rise > b->rise);
}


train_importance_t *
train_importance(const maas_model_t *m, const maas_info_t *info,
    const train_data_t *d, const float *weight, const uint32_t *row,
    size_t rows, size_t repeats, uint64_t seed, size_t *n)
{
    size_t               i;
    importance_t         p = { 0 };
    train_rng_t          rng;
    train_importance_t  *list;

    p.model = m;
    p.info = info;
    p.weight = weight;
    *n = p.info->n_columns;

    if (*n == 0) {
        return NULL;
    }

    train_rng_init(&rng, seed, IMPORTANCE_STREAM);
    importance_start(&p, d, row, rows, &rng);
    importance_judge(&p, 0, 0, &p.score, &p.loss);
    list = train_alloc(*n, sizeof(train_importance_t));

    for (i = 0; i < *n; i++) {
        list[i].name = train_strdup(p.info->columns[i]);
        importance_column(&p, p.info->fields[i].at, p.info->fields[i].width,
                          repeats, &rng, &list[i]);
    }

    importance_end(&p);
    qsort(list, *n, sizeof(train_importance_t), importance_compare);

    return list;
}


void
train_importance_free(train_importance_t *list, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        train_free(list[i].name);
    }

    train_free(list);
}
