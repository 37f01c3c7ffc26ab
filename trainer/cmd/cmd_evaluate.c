/*
 * evaluate: how good a model's answers are on a data set.
 * Figures are computed in metrics.c and its neighbours.
 */

#include <math.h>
#include <stdio.h>

#include "cmd.h"
#include "export/model.h"
#include "report/report.h"


typedef struct {
    train_model_args_t   args;
    maas_model_t        *model;
    train_data_t         data;
    train_judge_t        judge;
    float               *y;
    train_metrics_t      m, low, high;
    unsigned             intervals;
    train_importance_t  *importance;
    size_t               n_importance;
} evaluate_t;


static const train_arg_t  evaluate_rows[] = {
    TRAIN_MODEL_ROWS,
    { "report", 0, TRAIN_MODEL_TEXT(report), "FILE",
      "a page with plots, in one HTML file" },
    { "importance", 0, TRAIN_MODEL_FLAG(importance), NULL,
      "of each column: what is lost without it" },
    { "repeats", 0, TRAIN_MODEL_COUNT(repeats, 1, 1e6), "N",
      "shuffles of a column for that (" train_quote(TRAIN_REPEATS) ")" },
    { "bootstrap", 0, TRAIN_MODEL_COUNT(rounds, 0, 1e6), "N",
      "rounds for the intervals, 0: none (" train_quote(TRAIN_ROUNDS) ")" },
    { "seed", 0, TRAIN_MODEL_COUNT(seed, 0, 9007199254740992.0), "N",
      "of shuffles and rounds (1)" }
};

static const train_args_t  evaluate_args = {
    "evaluate", evaluate_rows, train_nelts(evaluate_rows),
    "usage: maas-trainer evaluate MODEL --data D [OPTION]...\n"
    "Measure a model on data that it has not seen.\n", NULL, NULL, 0
};


static void
evaluate_classes(maas_writer_t *w, const train_metrics_t *m,
    const train_data_t *d)
{
    size_t         i, j;
    train_class_t  c;

    train_json_open(w, "classes", '[');

    for (i = 0; i < m->classes; i++) {
        c = train_metrics_class(m, i);
        train_json_open(w, NULL, '{');
        train_json_text(w, "label", d->labels[i]);
        train_json_number(w, "precision", c.precision);
        train_json_number(w, "recall", c.recall);
        train_json_number(w, "f1", c.f1);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
    train_json_open(w, "confusion", '[');

    for (i = 0; i < m->classes; i++) {
        maas_writer_open(w, '[');

        for (j = 0; j < m->classes; j++) {
            train_json_number(w, NULL,
                              (double) m->confusion[i * m->classes + j]);
        }

        maas_writer_close(w, ']');
    }

    maas_writer_close(w, ']');
}


static void
evaluate_importance(maas_writer_t *w, const evaluate_t *e)
{
    size_t                     i;
    const train_importance_t  *p;

    train_json_open(w, "importance", '[');

    for (i = 0; i < e->n_importance; i++) {
        p = &e->importance[i];
        train_json_open(w, NULL, '{');
        train_json_text(w, "column", p->name);
        train_json_number(w, e->m.classes ? "accuracy_lost" : "r2_lost",
                          p->drop);
        train_json_number(w, "deviation", p->deviation);
        train_json_number(w, "loss_gained", p->rise);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
}


static void
evaluate_intervals(maas_writer_t *w, const evaluate_t *e)
{
    size_t                 i;
    const train_figure_t  *f;

    train_json_open(w, "intervals", '{');

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        f = &train_figures[i];

        if (train_figure_of(f, &e->m) && isfinite(train_figure(&e->low, f))) {
            train_json_open(w, f->key, '[');
            train_json_number(w, NULL, train_figure(&e->low, f));
            train_json_number(w, NULL, train_figure(&e->high, f));
            maas_writer_close(w, ']');
        }
    }

    maas_writer_close(w, '}');
}


static void
evaluate_json(const evaluate_t *e)
{
    size_t         i;
    maas_writer_t  w;

    train_json_begin(&w, stdout);
    train_json_text(&w, "task", maas__task_names[e->m.task]);
    train_json_number(&w, "rows", (double) e->m.rows);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], &e->m)) {
            train_json_number(&w, train_figures[i].key,
                              train_figure(&e->m, &train_figures[i]));
        }
    }

    if (e->intervals) {
        evaluate_intervals(&w, e);
    }

    if (e->m.classes > 0) {
        evaluate_classes(&w, &e->m, &e->data);
    }

    if (e->importance != NULL) {
        evaluate_importance(&w, e);
    }

    train_json_end(&w);
}


static void
evaluate_measure(evaluate_t *e)
{
    const maas_info_t  *info;

    info = maas_model_info(e->model);
    e->y = train_model_run(e->model, &e->data, NULL, 0);
    train_judge_create(&e->judge, info, &e->data, NULL, 0, e->y);
    train_judge(&e->judge, NULL, &e->m);

    if (e->args.rounds > 0 && e->m.rows >= TRAIN_INTERVALS) {
        e->intervals = 1;
        train_bootstrap(&e->judge, e->args.rounds, e->args.seed, &e->low,
                        &e->high);
    }

    if (e->args.importance
        || (e->args.report != NULL && e->data.n_columns > 0))
    {
        e->importance = train_importance(e->model, info, &e->data, NULL, 0,
                                         e->args.repeats, e->args.seed,
                                         &e->n_importance);

        if (e->importance == NULL) {
            train_die("--importance: the model has a picture or a tensor for "
                      "its input: expected columns");
        }
    }
}


static void
evaluate_report(const evaluate_t *e)
{
    train_report_t  r = {
        .info = maas_model_info(e->model), .what = e->args.data,
        .data = &e->data, .usual = NAN, .judge = &e->judge, .m = &e->m,
        .low = e->intervals ? &e->low : NULL,
        .high = e->intervals ? &e->high : NULL,
        .importance = e->importance, .n_importance = e->n_importance
    };

    r.title = r.info->name;
    train_report_write(e->args.report, &r);
}


static void
evaluate_free(evaluate_t *e)
{
    train_args_free(&evaluate_args, &e->args);
    train_importance_free(e->importance, e->n_importance);
    train_metrics_free(&e->m);
    train_judge_free(&e->judge);
    train_free(e->y);
    train_data_free(&e->data);
    maas_model_free(e->model);
}


int
train_cmd_evaluate(int argc, char **argv)
{
    evaluate_t          e = { 0 };
    const char *const  *labels;

    maas_single_thread();
    train_model_args(&e.args, &evaluate_args, argc, argv);
    train_save_check(e.args.report);
    train_save_apart(e.args.report, e.args.model);
    train_data_apart(e.args.report, e.args.data);
    e.model = train_model_open(e.args.model);
    train_model_data(&e.args, e.model, &e.data);
    evaluate_measure(&e);
    labels = (const char *const *) e.data.labels;

    if (e.args.report != NULL) {
        evaluate_report(&e);
    }

    if (e.args.json) {
        evaluate_json(&e);

    } else {
        train_metrics_print(stdout, &e.m, e.intervals ? &e.low : NULL,
                            e.intervals ? &e.high : NULL, labels);

        if (e.args.importance) {
            train_importance_print(stdout, e.importance, e.n_importance,
                                   e.m.classes > 0);
        }
    }

    evaluate_free(&e);

    return TRAIN_EXIT_OK;
}
