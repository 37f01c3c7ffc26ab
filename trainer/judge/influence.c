/*
 * How much a figure hangs on each row: influence values, whose spread is the
 * figure's standard error without a single draw.  They are derivatives of the
 * figure by the share that a row has of all; DeLong's for areas below ROC.
 * Not here: figures themselves (metrics.c), intervals (bootstrap.c).
 */

#include <math.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


/* What one figure is asked with; psi(rows) begins as nothing */

typedef struct {
    const train_judge_t    *j;
    const uint32_t         *count;
    const train_metrics_t  *m;
    double                 *psi;
} influence_t;


#define influence_counts(g, i)  train_judge_counts((g)->j, (g)->count, i)


static void
influence_accuracy(const influence_t *g)
{
    size_t  i;

    for (i = 0; i < g->j->rows; i++) {
        g->psi[i] = (g->j->said[i] == g->j->class[i]) - g->m->accuracy;
    }
}


static void
influence_top(const influence_t *g)
{
    size_t  i;

    for (i = 0; i < g->j->rows; i++) {
        g->psi[i] = g->j->in_top[i] - g->m->top;
    }
}


static void
influence_loss(const influence_t *g)
{
    size_t  i;

    for (i = 0; i < g->j->rows; i++) {
        g->psi[i] = (double) g->j->loss[i] - g->m->loss;
    }
}


/* F1 of a class is 2 hit / (said + there) */

static void
influence_f1(const influence_t *g)
{
    size_t         c, i, n;
    double        *half, *f1;
    train_class_t  k;

    half = train_alloc(g->m->classes, sizeof(double));
    f1 = train_alloc(g->m->classes, sizeof(double));
    n = 0;

    for (c = 0; c < g->m->classes; c++) {
        k = train_metrics_class(g->m, c);
        f1[c] = k.f1;
        half[c] = isnan(k.f1) ? 0 : k.rows;

        for (i = 0; i < g->m->classes && !isnan(k.f1); i++) {
            half[c] += g->m->confusion[i * g->m->classes + c];
        }

        half[c] /= g->m->total;         /* said + there */
        n += !isnan(k.f1);
    }

    for (i = 0; i < g->j->rows; i++) {
        for (c = 0; c < 2; c++) {
            const size_t  at = c ? g->j->said[i] : g->j->class[i];

            if (half[at] > 0) {
                g->psi[i] += ((g->j->said[i] == g->j->class[i]) - f1[at])
                             / half[at] / (double) n;
            }
        }
    }

    train_free(half);
    train_free(f1);
}


/* Rows of one probability: order[from, to), to is returned */

static size_t
influence_step(const influence_t *g, const uint32_t *order, size_t rank,
    size_t from)
{
    size_t        to;
    const float  *y;

    y = g->j->y;

    for (to = from + 1; to < g->j->rows; to++) {
        if (y[order[to] * g->j->out + rank]
            != y[order[from] * g->j->out + rank])
        {
            break;
        }
    }

    return to;
}


static int
influence_is(const influence_t *g, size_t rank, size_t row)
{
    return g->j->class[row] == ((g->j->out == 1) ? 1 : (uint32_t) rank);
}


/* Shares of the rows that are of the class of `rank` and that are not */

static void
influence_shares(const influence_t *g, size_t rank, double *is, double *other)
{
    size_t  i;

    *is = 0;
    *other = 0;

    for (i = 0; i < g->j->rows; i++) {
        if (influence_is(g, rank, i)) {
            *is += influence_counts(g, i) / g->m->total;
        } else {
            *other += influence_counts(g, i) / g->m->total;
        }
    }
}


/* A row of the class adds the share of others that it is above, another the
 * share of the class that it is below; `part`: of the mean over classes */

static void
influence_roc(const influence_t *g, size_t rank, double auc, double part)
{
    double           is, other, here[2], above[2];
    size_t           i, from, to;
    const uint32_t  *order;

    influence_shares(g, rank, &is, &other);
    order = g->j->order + rank * g->j->rows;
    above[0] = above[1] = 0;

    for (from = 0; from < g->j->rows; from = to) {
        to = influence_step(g, order, rank, from);
        here[0] = here[1] = 0;

        for (i = from; i < to; i++) {
            here[influence_is(g, rank, order[i])]
                += influence_counts(g, order[i]) / g->m->total;
        }

        for (i = from; i < to; i++) {
            if (influence_is(g, rank, order[i])) {
                g->psi[order[i]] += part / is
                    * ((other - above[0] - here[0] / 2) / other - auc);
            } else {
                g->psi[order[i]] += part / other
                    * ((above[1] + here[1] / 2) / is - auc);
            }
        }

        above[0] += here[0];
        above[1] += here[1];
    }
}


/* Average precision is the mean of the precision at the rows of the class: a
 * row adds its own, and changes that of all rows of the class at or below it */

static void
influence_precision(const influence_t *g, size_t rank, double ap, double part)
{
    double           is, other, hit, k, all, found, below, below_p, *p, *at;
    size_t           i, from, to;
    const uint32_t  *order;

    influence_shares(g, rank, &is, &other);
    order = g->j->order + rank * g->j->rows;
    p = train_alloc(g->j->rows, sizeof(double));     /* precision, */
    at = train_alloc(g->j->rows, sizeof(double));    /* rows above it */
    all = 0;
    found = 0;

    for (from = 0; from < g->j->rows; from = to) {
        to = influence_step(g, order, rank, from);

        for (i = from; i < to; i++) {
            k = influence_counts(g, order[i]) / g->m->total;
            all += k;
            found += influence_is(g, rank, order[i]) ? k : 0;
        }

        for (i = from; i < to; i++) {
            p[i] = (all > 0) ? found / all : 0;
            at[i] = all;
        }
    }

    /* upwards: sums over the rows of the class from the least probability to
     * that of this row */

    below = 0;
    below_p = 0;

    for (to = g->j->rows; to > 0; to = from) {
        from = to - 1;

        while (from > 0 && g->j->y[order[from - 1] * g->j->out + rank]
                           == g->j->y[order[to - 1] * g->j->out + rank])
        {
            from--;
        }

        for (i = from; i < to; i++) {
            if (influence_is(g, rank, order[i]) && at[i] > 0) {
                k = influence_counts(g, order[i]) / g->m->total;
                below += k / at[i];
                below_p += k * p[i] / at[i];
            }
        }

        for (i = from; i < to; i++) {
            hit = influence_is(g, rank, order[i]);
            g->psi[order[i]] += part / is
                * (hit * (p[i] + below - ap) - below_p);
        }
    }

    train_free(p);
    train_free(at);
}


/* The mean of the classes that have a curve; of two the second alone has that
 * of precision */

static void
influence_curves(const influence_t *g,
    void (*add)(const influence_t *g, size_t rank, double area, double part),
    int precision)
{
    size_t   c, first, n;
    double  *auc, *pr_auc;

    auc = train_alloc(g->j->ranked, sizeof(double));
    pr_auc = train_alloc(g->j->ranked, sizeof(double));
    first = (precision && g->j->classes == 2) ? g->j->ranked - 1 : 0;
    n = 0;

    for (c = first; c < g->j->ranked; c++) {
        train_curve_areas(g->j, c, g->count, &auc[c], &pr_auc[c]);
        n += !isnan(auc[c]);
    }

    for (c = first; c < g->j->ranked; c++) {
        if (!isnan(auc[c])) {
            add(g, c, precision ? pr_auc[c] : auc[c], 1 / (double) n);
        }
    }

    train_free(auc);
    train_free(pr_auc);
}


static void
influence_auc(const influence_t *g)
{
    influence_curves(g, influence_roc, 0);
}


static void
influence_pr_auc(const influence_t *g)
{
    influence_curves(g, influence_precision, 1);
}


/* Of numbers: squares, absolute values */

static double
influence_error(const influence_t *g, size_t i, size_t c)
{
    return (double) g->j->y[i * g->j->out + c]
           - g->j->target[i * g->j->out + c];
}


static void
influence_mse(const influence_t *g)
{
    size_t  i, c;
    double  e;

    for (i = 0; i < g->j->rows; i++) {
        for (c = 0; c < g->j->out; c++) {
            e = influence_error(g, i, c);
            g->psi[i] += (e * e - g->m->loss) / (double) g->j->out;
        }
    }
}


static void
influence_rmse(const influence_t *g)
{
    size_t  i;

    influence_mse(g);

    for (i = 0; i < g->j->rows; i++) {
        g->psi[i] /= 2 * g->m->rmse;
    }
}


static void
influence_mae(const influence_t *g)
{
    size_t  i, c;

    for (i = 0; i < g->j->rows; i++) {
        for (c = 0; c < g->j->out; c++) {
            g->psi[i] += (fabs(influence_error(g, i, c)) - g->m->mae)
                         / (double) g->j->out;
        }
    }
}


/* What a quantile or a rate is judged by */

static void
influence_asked(const influence_t *g)
{
    size_t  i, c, at;
    double  mean;

    mean = (g->j->asked.kind == TRAIN_ASKED_RATE) ? g->m->deviance
                                                  : g->m->pinball;

    for (i = 0; i < g->j->rows; i++) {
        for (c = 0; c < g->j->out; c++) {
            at = i * g->j->out + c;
            g->psi[i] += (train_asked_loss(&g->j->asked,
                                           (double) g->j->target[at],
                                           (double) g->j->y[at]) - mean)
                         / (double) g->j->out;
        }
    }
}


static void
influence_below(const influence_t *g)
{
    size_t  i, c, at;

    for (i = 0; i < g->j->rows; i++) {
        for (c = 0; c < g->j->out; c++) {
            at = i * g->j->out + c;
            g->psi[i] += ((g->j->target[at] <= g->j->y[at]) - g->m->below)
                         / (double) g->j->out;
        }
    }
}


static void
influence_r2(const influence_t *g)
{
    size_t  i, c;
    double  k, t, mean, sq, e;

    for (c = 0; c < g->j->out; c++) {
        mean = 0;
        sq = 0;
        e = 0;

        for (i = 0; i < g->j->rows; i++) {
            k = influence_counts(g, i) / g->m->total;
            mean += k * g->j->target[i * g->j->out + c];
        }

        for (i = 0; i < g->j->rows; i++) {
            k = influence_counts(g, i) / g->m->total;
            t = g->j->target[i * g->j->out + c] - mean;
            sq += k * t * t;
            e += k * pow(influence_error(g, i, c), 2);
        }

        for (i = 0; i < g->j->rows; i++) {
            t = g->j->target[i * g->j->out + c] - mean;
            g->psi[i] += (e / sq * t * t - pow(influence_error(g, i, c), 2))
                         / sq / (double) g->j->out;
        }
    }
}


static const struct {
    const char     *key;
    void          (*of)(const influence_t *g);
} influences[] = {
    { "accuracy", influence_accuracy },
    { "top_3_accuracy", influence_top },
    { "loss", influence_loss },
    { "f1", influence_f1 },
    { "auc", influence_auc },
    { "pr_auc", influence_pr_auc },
    { "pr_auc_macro", influence_pr_auc },
    { "mse", influence_mse },
    { "mae", influence_mae },
    { "rmse", influence_rmse },
    { "r2", influence_r2 },
    { "pinball", influence_asked },
    { "below", influence_below },
    { "deviance", influence_asked }
};


double
train_influence(const train_judge_t *j, const uint32_t *count,
    const train_metrics_t *m, const train_figure_t *f, double *psi)
{
    size_t       i, k;
    double       sq, w;
    influence_t  g = { j, count, m, psi };

    for (k = 0; k < train_nelts(influences); k++) {
        if (strcmp(influences[k].key, f->key) == 0) {
            break;
        }
    }

    if (k == train_nelts(influences) || !train_figure_of(f, m)
        || !isfinite(train_figure(m, f)))
    {
        return NAN;
    }

    (void) memset(psi, 0, j->rows * sizeof(double));
    influences[k].of(&g);
    sq = 0;

    /* rows are drawn, their weights come with them */

    for (i = 0; i < j->rows; i++) {
        w = train_judge_weight(j, i) * psi[i] / m->total;
        sq += (count != NULL ? (double) count[i] : 1) * w * w;
    }

    return sqrt(sq);
}
