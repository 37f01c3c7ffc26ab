/*
 * What a search found: a table, JSON, and the best settings as a file.
 */

#include <math.h>
#include <stdio.h>

#include "tune.h"


#define TUNE_TABLE  10          /* trials that are shown */


static size_t
tune_last(const train_tune_trial_t *trial)
{
    size_t  rung;

    for (rung = TRAIN_TUNE_RUNGS - 1; rung > 0 && !trial->done[rung]; rung--) {
        /* void */
    }

    return rung;
}


double
train_tune_loss(const train_tune_trial_t *trial)
{
    return trial->loss[tune_last(trial)];
}


void
train_tune_table(const train_tune_t *t)
{
    size_t                     i, rung;
    const train_tune_trial_t  *p;

    (void) printf("%5s %6s %10s %9s %9s %9s %6s  %s\n", "trial", "epochs",
                  "loss", "score", "lr", "decay", "batch", "hidden");

    for (i = 0; i < t->n && i < TUNE_TABLE; i++) {
        p = &t->trial[i];
        rung = tune_last(p);

        (void) printf("%5zu %6zu %10.5g %9.4f %9.3g %9.3g %6zu  %s\n",
                      p->number, t->epochs[rung], p->loss[rung],
                      p->score[rung], p->lr, p->decay, p->batch,
                      p->hidden[0] != '\0' ? p->hidden : "none");
    }

    if (t->folds > 0) {
        (void) printf("loss and score are means of %zu folds of the %zu rows\n",
                      t->folds, t->all);
    }

    (void) printf("%s: the settings of trial %zu, for fit --config\n",
                  t->output, t->trial[0].number);
}


void
train_tune_json(const train_tune_t *t)
{
    size_t                     i, rung;
    maas_writer_t              w;
    const train_tune_trial_t  *p;

    train_json_begin(&w, stdout);
    train_json_text(&w, "config", t->output);
    train_json_number(&w, "ran", (double) t->ran);
    train_json_number(&w, "folds", (double) t->folds);
    train_json_open(&w, "trials", '[');

    for (i = 0; i < t->n; i++) {
        p = &t->trial[i];
        rung = tune_last(p);
        train_json_open(&w, NULL, '{');
        train_json_number(&w, "trial", (double) p->number);
        train_json_number(&w, "epochs", (double) t->epochs[rung]);

        if (isfinite(p->loss[rung])) {
            train_json_number(&w, "validation_loss", p->loss[rung]);
        }

        if (isfinite(p->score[rung])) {
            train_json_number(&w, "validation_score", p->score[rung]);
        }

        if (isfinite(p->deviation[rung])) {
            train_json_number(&w, "deviation", p->deviation[rung]);
        }

        train_json_text(&w, "hidden", p->hidden);
        train_json_number(&w, "lr", p->lr);
        train_json_number(&w, "weight-decay", p->decay);
        train_json_number(&w, "batch", (double) p->batch);
        maas_writer_close(&w, '}');
    }

    maas_writer_close(&w, ']');
    train_json_end(&w);
}


void
train_tune_write(train_tune_t *t)
{
    FILE                      *f;
    char                      *text;
    size_t                     size;
    const train_tune_trial_t  *best;

    best = &t->trial[0];
    train_free(t->o.hidden);
    t->o.hidden = train_strdup(best->hidden);
    t->o.lr = best->lr;
    t->o.weight_decay = best->decay;
    t->o.plan.batch = best->batch;

    text = NULL;
    size = 0;
    f = open_memstream(&text, &size);

    if (f == NULL) {
        train_die("no memory for the settings");
    }

    (void) fprintf(f, "# maas-trainer tune: trial %zu of %zu, validation loss "
                   "%.6g", best->number, t->n, best->loss[tune_last(best)]);

    if (t->folds > 0) {
        (void) fprintf(f, ", mean of %zu folds", t->folds);
    }

    (void) fputc('\n', f);
    train_options_write(f, &t->o);
    (void) fclose(f);
    train_save(t->output, text, size);
    train_free(text);
}
