/*
 * What a regression was asked for: means, a quantile or rates of counts, and
 * the loss that goes with it.
 * Not here: figures that all regressions have (metrics.c).
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define ASKED_LEAST  1e-30             /* rate in a logarithm */
#define ASKED_LEVEL  "quantile="


train_asked_t
train_asked(const maas_info_t *info)
{
    char           *loss;
    cJSON          *document;
    train_asked_t   a = { TRAIN_ASKED_MEAN, 0 };

    if (info->task != MAAS_TASK_REGRESSION || info->document == NULL) {
        return a;
    }

    document = cJSON_Parse(info->document);
    loss = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
               cJSON_GetObjectItemCaseSensitive(
                   cJSON_GetObjectItemCaseSensitive(document, "training"),
                   "settings"), "loss"));

    if (loss != NULL && strcmp(loss, "poisson") == 0) {
        a.kind = TRAIN_ASKED_RATE;

    } else if (loss != NULL
               && strncmp(loss, ASKED_LEVEL, strlen(ASKED_LEVEL)) == 0
               && train_number(loss + strlen(ASKED_LEVEL), &a.level)
               && a.level > 0 && a.level < 1)
    {
        a.kind = TRAIN_ASKED_QUANTILE;
    }

    cJSON_Delete(document);

    return a;
}


double
train_asked_loss(const train_asked_t *a, double truth, double said)
{
    double  e;

    e = said - truth;

    if (a->kind == TRAIN_ASKED_QUANTILE) {
        return e > 0 ? (1 - a->level) * e : -a->level * e;
    }

    if (a->kind == TRAIN_ASKED_RATE && truth < 0) {
        return NAN;                 /* there is no such count */
    }

    if (a->kind == TRAIN_ASKED_RATE) {
        said = said > ASKED_LEAST ? said : ASKED_LEAST;

        return 2 * ((truth > 0 ? truth * log(truth / said) : 0)
                    - truth + said);
    }

    return e * e;
}


void
train_asked_figures(const train_judge_t *j, const uint32_t *count,
    const float *y, size_t step, train_metrics_t *m)
{
    double  k, n, loss, below;
    size_t  i, c, at;

    if (j->asked.kind == TRAIN_ASKED_MEAN) {
        return;
    }

    n = loss = below = 0;

    for (i = 0; i < j->rows; i++) {
        k = train_judge_counts(j, count, i);
        n += k * (double) j->out;

        for (c = 0; c < j->out; c++) {
            at = i * j->out + c;
            loss += k * train_asked_loss(&j->asked, (double) j->target[at],
                                         (double) y[i * step + c]);
            below += k * (j->target[at] <= y[i * step + c]);
        }
    }

    if (j->asked.kind == TRAIN_ASKED_RATE) {
        m->deviance = loss / n;
        return;
    }

    m->pinball = loss / n;
    m->below = below / n;
}


double
train_asked_compared(const train_metrics_t *m)
{
    return m->asked.kind == TRAIN_ASKED_QUANTILE && m->each == NULL
           ? m->pinball
           : m->asked.kind == TRAIN_ASKED_RATE && m->each == NULL
             ? m->deviance
           : m->each != NULL && isfinite(m->r2) ? 1 - m->r2
           : m->loss;
}


static int
asked_compare(const void *one, const void *two)
{
    const train_rank_t  *a = one, *b = two;

    return (a->key > b->key) - (a->key < b->key);
}


double
train_asked_constant(const train_judge_t *j, size_t c)
{
    double         sum, total, y;
    size_t         i;
    train_rank_t  *r;

    r = train_alloc(j->rows + 1, sizeof(train_rank_t));
    sum = total = 0;

    for (i = 0; i < j->rows; i++) {
        r[i].key = (double) j->target[i * j->out + c];
        r[i].at = i;
        total += train_judge_weight(j, i);
        sum += train_judge_weight(j, i) * r[i].key;
    }

    y = sum / total;

    if (j->asked.kind == TRAIN_ASKED_QUANTILE) {
        qsort(r, j->rows, sizeof(train_rank_t), asked_compare);

        for (i = 0, sum = 0; i < j->rows; i++) {
            y = r[i].key;
            sum += train_judge_weight(j, r[i].at);

            if (sum >= j->asked.level * total) {
                break;
            }
        }
    }

    train_free(r);

    return y;
}
