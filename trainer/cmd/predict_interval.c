/*
 * predict --interval: between which numbers a truth is expected, beside each
 * prediction.
 * Not here: how wide that is (judge/interval.c).
 */

#include <math.h>
#include <stdio.h>

#include "cmd.h"
#include "predict.h"
#include "text/maas_json.h"


void
train_predict_interval(const char *cmd, const maas_model_t *m, double level,
    train_spreads_t *v)
{
    char                why[TRAIN_WHY];
    double              most;
    const maas_info_t  *info;

    info = maas_model_info(m);

    if (!(level > 0 && level < 1)) {
        train_usage(cmd, "--interval: %g: expected a share above 0 and below "
                    "1, as 0.9", level);
    }

    if (info->task != MAAS_TASK_REGRESSION) {
        train_usage(cmd, "--interval is for numbers: the model \"%s\" is for "
                    "%s", info->name, info->task_name);
    }

    if (train_interval_read(v, info, why) != 0) {
        train_die("--interval: the model \"%s\": %s", info->name, why);
    }

    most = train_interval_most(v);

    if (level > most + 1e-9) {
        train_die("--interval %g: the rows that validated the model \"%s\" "
                  "are too few for it: expected at most %g", level,
                  info->name, most);
    }
}


char *
train_predict_interval_name(const maas_info_t *info, const char *what, size_t k)
{
    if (info->out == 1) {
        return train_strdup(what);
    }

    return info->n_labels > k ? train_format("%s_%s", what, info->labels[k])
                              : train_format("%s_%zu", what, k + 1);
}


/* Low and high as text */

static void
interval_print(const train_predict_t *p, size_t row, size_t k,
    char number[2][MAAS_FLOAT_MAX], size_t n[2])
{
    size_t  i;
    double  v[2];

    (void) train_interval_of(p->interval, k,
                             (double) p->y[row * p->info->out + k], p->level,
                             &v[0], &v[1]);

    for (i = 0; i < 2; i++) {
        n[i] = maas__float_print((float) v[i], number[i]);
    }
}


void
train_predict_interval_csv(const train_predict_t *p, size_t row, size_t k)
{
    char    number[2][MAAS_FLOAT_MAX];
    size_t  i, n[2];

    if (p->interval == NULL) {
        return;
    }

    interval_print(p, row, k, number, n);

    for (i = 0; i < 2; i++) {
        (void) putchar(',');
        (void) fwrite(number[i], 1, n[i], stdout);
    }
}


void
train_predict_interval_json(maas_writer_t *w, const train_predict_t *p,
    size_t row, size_t k)
{
    char                      number[2][MAAS_FLOAT_MAX], *name;
    size_t                    i, n[2];
    static const char *const  what[] = { "low", "high" };

    if (p->interval == NULL) {
        return;
    }

    interval_print(p, row, k, number, n);

    for (i = 0; i < 2; i++) {
        name = train_predict_interval_name(p->info, what[i], k);
        maas_writer_key(w, name);
        maas_writer_raw(w, number[i], n[i]);
        train_free(name);
    }
}
