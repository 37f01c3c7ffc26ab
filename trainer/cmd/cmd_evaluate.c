/*
 * evaluate: how good a model's answers are on a data set.
 * Figures are computed in metrics.c and its neighbours, and printed in
 * evaluate_print.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluate.h"
#include "predict.h"
#include "export/model.h"
#include "report/report.h"


#define EVALUATE_LEVEL  0.9


static const train_arg_t  evaluate_rows[] = {
    TRAIN_MODEL_ROWS,
    { "labels", 0, TRAIN_MODEL_TEXT(want.labels), "FILE",
      "table with the truth, of which rows are found by --on" },
    { "on", 0, TRAIN_MODEL_TEXT(want.on), "COL",
      "column that --data and --labels share" },
    { "report", 0, TRAIN_MODEL_TEXT(report), "FILE",
      "a page with plots, in one HTML file" },
    { "importance", 0, TRAIN_MODEL_FLAG(importance), NULL,
      "of each column: what is lost without it" },
    { "threshold", 0, TRAIN_MODEL_NUMBER(threshold, 0, 1), "X",
      "above which the second of two labels is said (the model's)" },
    { "weight", 0, TRAIN_MODEL_TEXT(want.weight), "COL",
      "column that says how much a row counts (as in training, if it is "
      "there)" },
    { "unweighted", 0, TRAIN_MODEL_FLAG(unweighted), NULL,
      "all rows count the same" },
    { "repeats", 0, TRAIN_MODEL_COUNT(repeats, 1, 1e6), "N",
      "shuffles of a column for that (" train_quote(TRAIN_REPEATS) ")" },
    { "bootstrap", 0, TRAIN_MODEL_COUNT(rounds, 0, 1e6), "N",
      "rounds for the intervals, 0: none (" train_quote(TRAIN_ROUNDS) ")" },
    { "interval", 0, TRAIN_MODEL_NUMBER(interval, 0, 1), "X",
      "what the intervals of predict --interval X cover ("
      train_quote(EVALUATE_LEVEL) ", if the file has them)" },
    { "seed", 0, TRAIN_MODEL_COUNT(seed, 0, 9007199254740992.0), "N",
      "of shuffles and rounds (1)" }
};

static const train_args_t  evaluate_args = {
    "evaluate", evaluate_rows, train_nelts(evaluate_rows),
    "usage: maas-trainer evaluate MODEL --data D [OPTION]...\n"
    "Measure a model on data that it has not seen.\n", NULL, NULL, 0
};


/* The answers of all rows: in blocks, of which nothing else is kept, unless the
 * rows are wanted once more */

static void
evaluate_run(train_evaluate_t *e)
{
    float                 *y;
    size_t                 n, room, out;
    train_model_blocks_t  *blocks;

    if (e->args.importance || e->args.report != NULL) {
        train_model_data(&e->args, e->model, &e->data);
        e->y = train_model_run(e->model, &e->data, NULL, 0);
        return;
    }

    blocks = train_model_blocks(&e->args, e->model, &e->data);
    out = e->info.out;
    room = 0;
    n = 0;

    while (train_model_blocks_next(blocks)) {
        y = train_model_run(e->model, &e->data, NULL, 0);
        train_room(&e->y, &room, (n + e->data.rows) * out + 1, sizeof(float));
        (void) memcpy(e->y + n * out, y,
                      e->data.rows * out * sizeof(float));
        n += e->data.rows;
        train_free(y);
    }

    train_model_blocks_end(blocks);
}


static void
evaluate_measure(train_evaluate_t *e)
{
    const float  *weight;

    weight = (train_evaluate_weight(e) != NULL) ? e->data.weights : NULL;
    train_judge_create(&e->judge, &e->info, &e->data, NULL, 0, e->y);
    e->judge.asked = train_asked(&e->info);
    e->judge.weight = weight;
    train_judge(&e->judge, NULL, &e->m);

    if (!(e->m.total > 0)) {
        train_die("%s: none of the rows has a weight above 0", e->args.data);
    }

    if (e->args.rounds > 0 && e->m.rows >= TRAIN_INTERVALS) {
        e->intervals = 1;
        train_bootstrap(&e->judge, e->args.rounds, e->args.seed, &e->low,
                        &e->high);
    }

    if (e->args.importance
        || (e->args.report != NULL && e->data.n_columns > 0))
    {
        e->importance = train_importance(e->model, &e->info, &e->data, weight,
                                         NULL, 0, e->args.repeats,
                                         e->args.seed, &e->n_importance);

        if (e->importance == NULL) {
            train_die("--importance: the model has a picture or a tensor for "
                      "its input: expected columns");
        }
    }
}


/* What the intervals of the file cover here: those that are asked for, or the
 * usual ones if it has them */

static void
evaluate_covered(train_evaluate_t *e)
{
    char               why[TRAIN_WHY];
    size_t             k;
    train_spreads_t   v = { 0 };

    if (!isnan(e->args.interval)) {
        e->level = e->args.interval;
        train_predict_interval("evaluate", e->model, e->level, &v);

    } else {
        if (e->info.task != MAAS_TASK_REGRESSION
            || train_interval_read(&v, &e->info, why) != 0)
        {
            return;
        }

        e->level = fmin(EVALUATE_LEVEL, train_interval_most(&v));
    }

    e->covered = train_alloc(v.out, sizeof(train_covered_t));

    for (k = 0; k < v.out; k++) {
        e->covered[k] = train_interval_covers(&v, k, e->level, e->y,
                                              e->judge.target,
                                              e->judge.weight, e->judge.rows);
    }

    train_interval_free(&v);
}


/* What columns add to scores, by the file that the model is of */

static int
evaluate_explain(const train_evaluate_t *e, train_explained_t *explained)
{
    int      told;
    void    *file;
    size_t   size;

    file = train_slurp(e->args.model, &size);
    told = train_explained(e->model, file, size, MAAS_ISA_AUTO, &e->data, NULL,
                           0, explained);
    train_free(file);

    return told;
}


static void
evaluate_report(const train_evaluate_t *e)
{
    train_explained_t  explained = { 0 };

    train_report_t  r = {
        .info = &e->info, .what = e->args.data,
        .data = &e->data, .usual = NAN, .judge = &e->judge, .m = &e->m,
        .low = e->intervals ? &e->low : NULL,
        .high = e->intervals ? &e->high : NULL,
        .importance = e->importance, .n_importance = e->n_importance
    };

    r.title = r.info->name;
    r.explained = evaluate_explain(e, &explained) ? &explained : NULL;
    train_report_write(e->args.report, &r);
    train_explained_free(&explained);
}


static void
evaluate_free(train_evaluate_t *e)
{
    train_args_free(&evaluate_args, &e->args);
    train_importance_free(e->importance, e->n_importance);
    train_free(e->covered);
    train_metrics_free(&e->m);
    train_judge_free(&e->judge);
    train_free(e->y);
    train_data_free(&e->data);
    maas_model_free(e->model);
}


/* What was asked for and cannot be; another threshold */

static void
evaluate_decide(train_evaluate_t *e)
{
    e->info = *maas_model_info(e->model);

    if (e->args.unweighted && e->args.want.weight != NULL) {
        train_usage("evaluate", "--weight and --unweighted: expected one of "
                    "them");
    }

    if (isnan(e->args.threshold)) {
        return;
    }

    if (e->info.task != MAAS_TASK_BINARY) {
        train_usage("evaluate", "--threshold is for two classes: the model "
                    "\"%s\" is for %s", e->info.name, e->info.task_name);
    }

    e->info.threshold = (float) e->args.threshold;
}


int
train_cmd_evaluate(int argc, char **argv)
{
    train_evaluate_t  e = { 0 };

    maas_single_thread();
    train_model_args(&e.args, &evaluate_args, argc, argv);
    train_labels_check("evaluate", &e.args.want);
    train_save_check(e.args.report);
    train_save_apart(e.args.report, e.args.model);
    train_data_apart(e.args.report, e.args.data);
    train_data_apart(e.args.report, e.args.want.labels);
    e.model = train_model_open(e.args.model);
    evaluate_decide(&e);
    evaluate_run(&e);
    evaluate_measure(&e);
    evaluate_covered(&e);

    if (e.args.report != NULL) {
        evaluate_report(&e);
    }

    train_evaluate_print(&e);
    evaluate_free(&e);

    return TRAIN_EXIT_OK;
}
