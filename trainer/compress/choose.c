/*
 * Which layers get smaller numbers: each is tried alone, and those that cost
 * most are given back until what is lost is little enough.
 * Not here: what a layer becomes (quantize.c).
 */

#include <math.h>
#include <string.h>

#include "compress.h"
#include "util.h"
#include "export/model.h"
#include "judge/metrics.h"


train_scored_t
train_scored(const maas_model_t *m, const train_judged_t *by)
{
    float            *y, *weight;
    size_t            i;
    train_judge_t     j;
    train_scored_t    s = { NAN, NAN };
    train_metrics_t   metrics;

    if (by->rows == 0) {
        return s;
    }

    y = train_model_run(m, by->data, by->row, by->rows);
    train_judge_create(&j, maas_model_info(m), by->data, by->row, by->rows, y);
    weight = train_alloc(by->rows, sizeof(float));

    for (i = 0; by->data->weights != NULL && i < by->rows; i++) {
        weight[i] = by->data->weights[by->row != NULL ? by->row[i] : i];
    }

    j.weight = (by->data->weights != NULL) ? weight : NULL;
    train_judge(&j, NULL, &metrics);

    if (by->data->classes != NULL) {
        s.score = metrics.accuracy;
        s.error = 100 * (1 - metrics.accuracy);

    } else {
        s.score = metrics.r2;
        s.error = metrics.rmse;
    }

    train_metrics_free(&metrics);
    train_judge_free(&j);
    train_free(weight);
    train_free(y);

    return s;
}


double
train_drop(const train_small_t *s, train_scored_t before,
    train_scored_t after)
{
    if (s->desc->task != MAAS_TASK_REGRESSION) {
        return after.error - before.error;
    }

    return (before.error > 0) ? 100 * (after.error / before.error - 1)
           : after.error > 0 ? INFINITY : after.error;
}


static double
choose_try(const train_small_t *s, const maas_node_t *made,
    const train_judged_t *by, train_scored_t before, const uint8_t *take)
{
    double         drop;
    maas_node_t   *nodes;
    maas_model_t  *m;

    nodes = train_alloc(s->n, sizeof(maas_node_t));
    train_quantized(s, made, take, nodes);
    m = train_small_plan(s, nodes);
    drop = train_drop(s, before, train_scored(m, by));
    maas_model_free(m);
    train_free(nodes);

    return drop;
}


/* The one of those that are taken which costs most alone; of equals the one
 * with the fewest bytes to lose.  s->n: none */

static size_t
choose_worst(const train_small_t *s, const train_layer_choice_t *choice,
    const uint8_t *take)
{
    size_t  i, worst;

    worst = s->n;

    for (i = 0; i < s->n; i++) {
        if (take[i]
            && (worst == s->n || choice[i].alone > choice[worst].alone
                || (choice[i].alone >= choice[worst].alone
                    && maas__node_bytes(&s->nodes[i])
                       < maas__node_bytes(&s->nodes[worst]))))
        {
            worst = i;
        }
    }

    return worst;
}


double
train_choose(const train_small_t *s, const maas_node_t *made,
    const train_judged_t *by, train_scored_t before, double most,
    train_layer_choice_t *choice, uint8_t *take)
{
    double    drop;
    size_t    i;
    uint8_t  *one;

    one = train_alloc(s->n, 1);

    for (i = 0; i < s->n; i++) {
        choice[i].dense = (unsigned) train_is_dense(&s->nodes[i]);
        take[i] = choice[i].dense && !choice[i].asked;
        choice[i].alone = NAN;

        if (choice[i].dense && by->rows > 0) {
            (void) memset(one, 0, s->n);
            one[i] = 1;
            choice[i].alone = choose_try(s, made, by, before, one);
        }
    }

    train_free(one);

    if (by->rows == 0) {
        return NAN;
    }

    drop = choose_try(s, made, by, before, take);

    while (!isnan(most) && drop > most
           && (i = choose_worst(s, choice, take)) < s->n)
    {
        take[i] = 0;
        choice[i].kept = 1;
        drop = choose_try(s, made, by, before, take);
    }

    return drop;
}
