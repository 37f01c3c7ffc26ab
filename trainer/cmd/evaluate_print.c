/*
 * What `evaluate` says of its figures, as text and as JSON.
 * Nothing is computed here but what is printed.
 */

#include <math.h>
#include <stdio.h>

#include "evaluate.h"


#define EVALUATE_CLASSES  30    /* in a table of text */


const char *
train_evaluate_weight(const train_evaluate_t *e)
{
    return e->args.unweighted ? NULL : train_table_weight(e->data.table);
}


/* AUC of class i against the rest */

static void
evaluate_curve(maas_writer_t *w, const train_judge_t *j, size_t i)
{
    double  auc, pr_auc;

    if (j->ranked > 1) {
        train_curve_areas(j, i, NULL, &auc, &pr_auc);
        train_json_number(w, "auc", auc);
        train_json_number(w, "pr_auc", pr_auc);
    }
}


static void
evaluate_classes(maas_writer_t *w, const train_judge_t *j,
    const train_metrics_t *m, const train_data_t *d)
{
    size_t         i, k;
    train_class_t  c;

    train_json_open(w, "classes", '[');

    for (i = 0; i < m->classes; i++) {
        c = train_metrics_class(m, i);
        train_json_open(w, NULL, '{');
        train_json_text(w, "label", d->labels[i]);
        train_json_number(w, "rows", c.rows);
        train_json_number(w, "precision", c.precision);
        train_json_number(w, "recall", c.recall);
        train_json_number(w, "f1", c.f1);
        evaluate_curve(w, j, i);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
    train_json_open(w, "confusion", '[');

    for (i = 0; i < m->classes; i++) {
        maas_writer_open(w, '[');

        for (k = 0; k < m->classes; k++) {
            train_json_number(w, NULL, m->confusion[i * m->classes + k]);
        }

        maas_writer_close(w, ']');
    }

    maas_writer_close(w, ']');
}


static void
evaluate_importance(maas_writer_t *w, const train_evaluate_t *e)
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
evaluate_intervals(maas_writer_t *w, const train_evaluate_t *e)
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


/* What one gets who always says the same */

static void
evaluate_baseline(maas_writer_t *w, const train_evaluate_t *e)
{
    size_t  i;

    train_json_open(w, "baseline", '{');

    if (e->m.classes > 0) {
        train_json_text(w, "label", e->data.labels[e->m.largest]);
    }

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], &e->m)
            && isfinite(e->m.base[i]))
        {
            train_json_number(w, train_figures[i].key, e->m.base[i]);
        }
    }

    maas_writer_close(w, '}');
}


/* What intervals of prediction cover, of each number */

static void
evaluate_covered_json(maas_writer_t *w, const train_evaluate_t *e)
{
    size_t  k;

    if (e->covered == NULL) {
        return;
    }

    train_json_open(w, "prediction_intervals", '{');
    train_json_number(w, "level", e->level);
    train_json_open(w, "covered", '[');

    for (k = 0; k < e->info.out; k++) {
        train_json_number(w, NULL, e->covered[k].covered);
    }

    maas_writer_close(w, ']');
    train_json_open(w, "width", '[');

    for (k = 0; k < e->info.out; k++) {
        train_json_number(w, NULL, e->covered[k].width);
    }

    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


/* The column of weights, null if the model had one that the file has not */

static void
evaluate_weight_json(maas_writer_t *w, const train_evaluate_t *e)
{
    char        *trained;
    const char  *name;

    name = train_evaluate_weight(e);
    trained = train_model_weight(&e->info);

    if (name != NULL) {
        train_json_text(w, "weight", name);

    } else if (trained != NULL) {
        maas_writer_key(w, "weight");
        maas_writer_raw(w, "null", 4);
    }

    train_free(trained);
}


static void
evaluate_json(const train_evaluate_t *e)
{
    size_t         i;
    maas_writer_t  w;

    train_json_begin(&w, stdout);
    train_json_text(&w, "task", maas__task_names[e->m.task]);
    train_json_number(&w, "rows", (double) e->m.rows);
    train_labels_json(&w, &e->data);
    evaluate_weight_json(&w, e);

    if (e->m.task == MAAS_TASK_BINARY) {
        train_json_number(&w, "threshold", (double) e->info.threshold);
    }

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        if (train_figure_of(&train_figures[i], &e->m)) {
            train_json_number(&w, train_figures[i].key,
                              train_figure(&e->m, &train_figures[i]));
        }
    }

    train_metrics_each_json(&w, &e->m);
    evaluate_baseline(&w, e);

    if (e->intervals) {
        evaluate_intervals(&w, e);
    }

    evaluate_covered_json(&w, e);

    if (e->m.classes > 0) {
        evaluate_classes(&w, &e->judge, &e->m, &e->data);
    }

    if (e->importance != NULL) {
        evaluate_importance(&w, e);
    }

    train_json_end(&w);
}


/* By what the rows are judged, where it is not by what is usual */

static void
evaluate_ways(const train_evaluate_t *e)
{
    char        *trained;
    float        own;
    const char  *name;

    name = train_evaluate_weight(e);
    trained = train_model_weight(&e->info);
    own = maas_model_info(e->model)->threshold;

    if (name != NULL) {
        (void) printf("%-17s by the column \"%s\"\n", "rows count",
                      train_shown(name));

    } else if (trained != NULL) {
        (void) printf("%-17s the same, though not in training: %s \"%s\"\n",
                      "rows count", e->args.unweighted ? "--unweighted, not by"
                      : "there is no column", train_shown(trained));
    }

    if (!isnan(e->args.threshold)) {
        (void) printf("%-17s %.6g, the model's is %.6g\n", "threshold",
                      (double) e->info.threshold, (double) own);

    } else if (e->m.task == MAAS_TASK_BINARY && own != 0.5f) {
        (void) printf("%-17s %.6g\n", "threshold", (double) own);
    }

    train_free(trained);
}


/* Each class against the rest; of two they are the figures above */

static void
evaluate_curves(const train_evaluate_t *e)
{
    double  auc, pr_auc;
    size_t  i;

    if (e->judge.ranked < 2 || e->judge.ranked > EVALUATE_CLASSES) {
        return;
    }

    (void) printf("\n%-14s %9s %9s %9s\n", "class", "rows", "AUC", "PR AUC");

    for (i = 0; i < e->judge.ranked; i++) {
        train_curve_areas(&e->judge, i, NULL, &auc, &pr_auc);
        train_put_cell(stdout, e->data.labels[i], -14);
        (void) printf(" %9.6g", train_metrics_class(&e->m, i).rows);

        if (isnan(auc)) {
            (void) printf(" %9s %9s\n", "-", "-");
        } else {
            (void) printf(" %9.4f %9.4f\n", auc, pr_auc);
        }
    }
}


static void
evaluate_within(const train_evaluate_t *e)
{
    size_t  k;

    if (e->covered == NULL) {
        return;
    }

    (void) printf("\nIntervals of prediction for %g %% of the rows:\n",
                  100 * e->level);

    for (k = 0; k < e->info.out; k++) {
        (void) printf("%-17s %.4f within, %.6g wide on average\n",
                      e->info.n_labels > k ? train_shown(e->info.labels[k])
                                           : "prediction",
                      e->covered[k].covered, e->covered[k].width);
    }
}


void
train_evaluate_print(const train_evaluate_t *e)
{
    if (e->args.json) {
        evaluate_json(e);
        return;
    }

    train_labels_print(stdout, &e->data, 18);
    evaluate_ways(e);
    train_metrics_print(stdout, &e->m, e->intervals ? &e->low : NULL,
                        e->intervals ? &e->high : NULL,
                        (const char *const *) e->data.labels);
    evaluate_curves(e);
    evaluate_within(e);

    if (e->args.importance) {
        train_importance_print(stdout, e->importance, e->n_importance,
                               e->m.classes > 0);
    }
}
