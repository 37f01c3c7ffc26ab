/*
 * What should be known before a new model is believed.  What is measured is
 * trainer/judge's matter; here are the sentences.
 */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fit.h"


#define WARN_RARE    10         /* rows of a class */
#define WARN_NAMES   5          /* classes that are named */

/* Of the mistakes or of the variance: on 25 tables of the trade no column takes
 * more than 0.66; petals tell three kinds of iris apart by 0.94 */
#define WARN_LEAK    0.98
#define WARN_LEAK_2  0.9        /* of two classes, where 0.99 of AUC is that */


static int
warn_cut(const char *s, size_t most)
{
    return (int) train_cut(s, strlen(s), most);
}


static void __attribute__((format(printf, 2, 3)))
fit_warn(train_fit_t *f, const char *fmt, ...)
{
    char     text[600];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    train_room(&f->warnings, &f->warnings_room, f->n_warnings + 1,
               sizeof(char *));
    text[warn_cut(text, sizeof(text) - 4)] = '\0';
    f->warnings[f->n_warnings++] = train_strdup(text);
}


void
train_fit_warn_print(const train_fit_t *f)
{
    size_t  i;

    for (i = 0; i < f->n_warnings; i++) {
        train_warn("warning: %s", f->warnings[i]);
    }
}


void
train_fit_warn_free(train_fit_t *f)
{
    size_t  i;

    for (i = 0; i < f->n_warnings; i++) {
        train_free(f->warnings[i]);
    }

    train_free(f->warnings);
}


/* The figure that is compared, and of a constant: by m, or by folds, NULL */

static void
warn_figure(const train_fit_t *f, const train_metrics_t *m, double *is,
    double *was)
{
    size_t       i, k;
    const char  *key;

    key = (f->data.classes != NULL) ? "accuracy" : "rmse";

    for (i = 0; strcmp(train_figures[i].key, key) != 0; i++) {
        /* void */
    }

    *is = (m != NULL) ? train_figure(m, &train_figures[i]) : 0;
    *was = (m != NULL) ? m->base[i] : 0;

    for (k = 0; k < f->n_folds && m == NULL; k++) {
        *is += f->folds[k].figures[i] / (double) f->n_folds;
        *was += f->folds[k].base[i] / (double) f->n_folds;
    }
}


/* By the test part, by folds, or by the validation part */

static void
warn_baseline(train_fit_t *f)
{
    int                     classes;
    char                    base[160];
    size_t                  i;
    char                    figure[2][32];
    double                  is, was;
    train_gain_t            gain;
    const char             *what, *label;
    const train_metrics_t  *m;

    m = (f->metrics.rows > 0) ? &f->metrics : &f->judged;
    gain = f->gain;
    what = (f->metrics.rows > 0) ? "rows of the test part" : "validation rows";

    if (f->n_folds > 0 && f->metrics.rows == 0) {
        gain = (train_gain_t) { 0 };
        what = "rows, in folds";

        for (i = 0; i < f->n_folds; i++) {
            train_gain_sum(&gain, &f->folds[i].gain);
        }
    }

    if (m->rows == 0) {
        return;
    }

    classes = (f->data.classes != NULL);
    warn_figure(f, f->n_folds > 0 && f->metrics.rows == 0 ? NULL : m, &is,
                &was);
    label = classes ? f->data.labels[m->largest] : "";
    (void) snprintf(base, sizeof(base), classes ? "always \"%.*s\""
                    : "always their mean%.*s", warn_cut(label, 80), label);

    (void) snprintf(figure[0], sizeof(figure[0]),
                    train_number_form(is, "%.4g"), is);
    (void) snprintf(figure[1], sizeof(figure[1]),
                    train_number_form(was, "%.4g"), was);

    if (train_gain_sure(&gain) < TRAIN_SURE) {
        fit_warn(f, "the model is not clearly better than the baseline: %s "
                 "%s on %.0f %s; %s: %s",
                 classes ? "accuracy" : "RMSE", figure[0], gain.rows, what,
                 base, figure[1]);

    } else if (classes && is <= was && f->o.class_weight == NULL
               && f->threshold == 0)
    {
        fit_warn(f, "the accuracy %.4g is no better than %s (%.4g), only the "
                 "probabilities are: see AUC, and --class-weight%s for what "
                 "is said", is, base, was,
                 f->data.out == 1 ? ", --cost or --false-alarms" : "");
    }
}


static void
warn_rows(train_fit_t *f)
{
    if (f->test.rows > 0 || f->n_valid >= TRAIN_FIT_TINY || f->n_folds > 0) {
        return;
    }

    if (f->n_valid == 0) {
        fit_warn(f, "no rows validate: nothing says how good the model is on "
                 "rows that it has not seen (%s or --test)",
                 f->plan.dp ? "--dp-public validation" : "--folds");
        return;
    }

    fit_warn(f, "only %zu rows validate: figures of so few may be off by %.2g "
             "(--folds, --test or more --validation)", f->n_valid,
             1 / sqrt((double) f->n_valid));
}


/* Classes of which a part has few rows */

static void
warn_rare(train_fit_t *f, const train_data_t *d, const uint32_t *row,
    size_t n, const char *what, const char *so)
{
    char    names[320];
    size_t  i, used, few, *count;

    if (d->classes == NULL || n == 0) {
        return;
    }

    count = train_alloc(d->n_labels, sizeof(size_t));

    for (i = 0; i < n; i++) {
        count[d->classes[row != NULL ? row[i] : i]]++;
    }

    used = 0;
    few = 0;
    names[0] = '\0';

    for (i = 0; i < d->n_labels; i++) {
        if (count[i] < WARN_RARE && few++ < WARN_NAMES) {
            used += (size_t) snprintf(names + used, sizeof(names) - used,
                                      "%s\"%.*s\" %zu", used ? ", " : "",
                                      warn_cut(d->labels[i], 40),
                                      d->labels[i], count[i]);
        }
    }

    if (few > 0) {
        fit_warn(f, "rare classes: %s%s have fewer than %d rows %s: %s", names,
                 few > WARN_NAMES ? ", ..." : "", WARN_RARE, what, so);
    }

    train_free(count);
}


static void
warn_leak(train_fit_t *f, const maas_model_t *m)
{
    double              least;
    const char         *name;
    train_leak_t        leak;
    const maas_info_t  *info;

    info = maas_model_info(m);
    leak = train_leak(info, &f->data, f->row, f->n_train);

    least = (f->data.task == MAAS_TASK_BINARY) ? WARN_LEAK_2 : WARN_LEAK;

    if (leak.sure >= least) {
        name = info->columns[leak.column];
        fit_warn(f, "the column \"%.*s\" alone gives the target away (%.1f "
                 "%% of %s): if it is known only afterwards, or made of the "
                 "target, --ignore it", warn_cut(name, 80), name,
                 100 * leak.sure, f->data.classes != NULL
                 ? "the mistakes of one answer for all rows are gone"
                 : "the target's variance");
    }
}


void
train_fit_warn(train_fit_t *f, const maas_model_t *m)
{
    warn_rows(f);
    warn_baseline(f);
    warn_leak(f, m);
    warn_rare(f, &f->data, f->row, f->n_train, "for training",
              "hardly anything is learned of them");

    if (f->n_folds == 0) {
        warn_rare(f, f->valid.rows > 0 ? &f->valid : &f->data, f->valid_row,
                  f->n_valid, "for validation",
                  "their figures hang on single rows");
    }

    if (f->plan.loss == TRAIN_LOSS_MAE && f->data.classes != NULL
        && f->temperature == 1)
    {
        fit_warn(f, "--loss mae: its least is at the likeliest class, and too "
                 "few rows validate to calibrate it: do not take the answers "
                 "for probabilities");
    }
}
