/*
 * What the files of `evaluate` share: a model, the data and its figures.  Only
 * cmd_evaluate.c and evaluate_*.c include this.
 */

#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "cmd.h"
#include "judge/interval.h"
#include "judge/metrics.h"


typedef struct {
    train_model_args_t   args;
    maas_model_t        *model;
    maas_info_t          info;          /* with another threshold, if asked */
    train_data_t         data;
    train_judge_t        judge;
    float               *y;
    train_metrics_t      m, low, high;
    unsigned             intervals;
    train_importance_t  *importance;
    size_t               n_importance;
    double               level;         /* of intervals of prediction; */
    train_covered_t     *covered;       /* (out), NULL: there are none */
} train_evaluate_t;


/* evaluate_print.c: all that was measured, on stdout, as text or with --json as
 * one line */
void train_evaluate_print(const train_evaluate_t *e);
/* The column by whose numbers the rows count, or NULL. */
const char *train_evaluate_weight(const train_evaluate_t *e);


#endif /* TRAIN_EVALUATE_H */
