/*
 * fit: data -> split -> scaling -> training -> one checked model file.
 * This is the walk alone: a step is in a file of its own.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fit.h"
#include "net/kernel.h"


void
train_fit_read_more(train_fit_t *f, const char *path, train_part_t part,
    train_data_t *d)
{
    maas_info_t     info;
    train_want_t    want = { 0 };
    maas_column_t  *written;

    train_data_info(&f->data, &info);
    want.model = &info;
    want.target = f->data.target;
    want.header = f->o.want.header;
    want.encoding = f->o.want.encoding;
    want.weight_recorded = f->o.want.weight;
    want.features_recorded = f->o.want.features;
    want.labels = f->o.want.labels;
    want.on = f->o.want.on;
    want.skip = f->o.want.skip;
    want.threads = f->o.want.threads;
    want.target_named = (f->data.task == MAAS_TASK_REGRESSION
                         && f->data.out > 1);
    want.written = written = train_data_target(&f->data, &want.n_written);

    want.no_target = (d == &f->more);

    if (want.no_target) {
        want.target = NULL;
        want.labels = NULL;
        want.on = NULL;
    }

    train_data_read(path, part, &want, d);
    train_free(written);
    train_labels_warn(d);
}


static void
fit_read(train_fit_t *f)
{
    train_data_read(f->o.data, TRAIN_PART_TRAIN, &f->o.want, &f->data);

    if (f->o.valid != NULL) {
        train_fit_read_more(f, f->o.valid, TRAIN_PART_TRAIN, &f->valid);
    }

    if (f->o.test != NULL) {
        train_fit_read_more(f, f->o.test, TRAIN_PART_TEST, &f->test);

    } else if (train_data_has_test(f->o.data)) {
        train_fit_read_more(f, f->o.data, TRAIN_PART_TEST, &f->test);
    }

    if (f->o.unlabelled != NULL) {
        train_fit_read_more(f, f->o.unlabelled, TRAIN_PART_TRAIN, &f->more);
    }
}


static void
fit_apart_teachers(const train_options_t *o, const char *out)
{
    char  *names, *p;

    names = (o->teacher != NULL) ? train_strdup(o->teacher) : NULL;

    for (p = names; p != NULL; /* void */ ) {
        train_save_apart(out, strsep(&p, ","));
    }

    train_free(names);
}


/* Nothing that is read is written over, nothing written twice */

static void
fit_apart(const train_options_t *o)
{
    size_t       i, k, n, keep;
    char       **older;
    const char **out;
    const char  *in[] = { o->data, o->valid, o->test, o->want.labels,
                         o->config, o->unlabelled };

    keep = (o->plan.checkpoint != NULL) ? o->plan.checkpoint_keep : 1;
    out = train_alloc(keep + 3, sizeof(char *));
    older = train_alloc(keep, sizeof(char *));
    out[0] = o->output;
    out[1] = o->report;
    out[2] = o->log;
    out[3] = o->plan.checkpoint;
    n = 4;

    for (i = 1; i < keep; i++) {
        older[i] = train_checkpoint_older(&o->plan, i);
        out[n++] = older[i];
    }

    train_save_once(out, n);

    for (i = 0; i < n; i++) {
        fit_apart_teachers(o, out[i]);

        if (out[i] != o->log) {
            train_save_check(out[i]);   /* a log is opened soon enough */
        }

        for (k = 0; k < train_nelts(in); k++) {
            train_data_apart(out[i], in[k]);
        }
    }

    for (i = 1; i < keep; i++) {
        train_free(older[i]);
    }

    train_free(older);
    train_free(out);
}


static void
fit_free(train_fit_t *f)
{
    train_fit_warn_free(f);
    train_fit_teach_free(f);
    train_fit_auto_free(f);
    train_metrics_free(&f->metrics);
    train_metrics_free(&f->judged);
    train_interval_free(&f->interval);
    train_history_free(&f->history);
    train_free(f->image);
    train_free(f->baseline);
    train_free(f->mean);
    train_free(f->deviation);
    train_free(f->shift);
    train_free(f->decision);
    train_free(f->row);
    train_free(f->valid_row);
    train_free(f->folds);
    train_plan_free(&f->plan);
    train_optim_free(&f->optim);
    train_net_free(&f->net);
    train_scale_free(&f->scale);
    train_data_free(&f->data);
    train_data_free(&f->valid);
    train_data_free(&f->test);
    train_data_free(&f->more);
    train_options_free(&f->o);
}


int
train_cmd_fit(int argc, char **argv)
{
    train_fit_t  f;

    (void) memset(&f, 0, sizeof(train_fit_t));
    maas_single_thread();

    train_options_read(&f.o, argc, argv);

    if (f.o.plan.portable) {
        train_kernel_portable();
    }

    f.o.want.threads = f.o.plan.threads;
    f.o.want.decides = (train_fit_may_be_auto(&f.o) != 0);
    fit_apart(&f.o);
    fit_read(&f);
    train_fit_folds_check(&f);
    f.asked = f.o;

    if (train_fit_is_auto(&f)) {
        train_fit_auto(&f);

    } else {
        train_fit_split(&f);
        f.asked = f.o;
        train_fit_prepare(&f);
        train_fit_teach(&f);
        train_fit_train(&f);
    }

    train_fit_folds(&f);
    train_fit_check(&f);
    train_save(f.o.output, f.image, f.size);
    train_fit_warn_print(&f);
    train_fit_print(&f);
    fit_free(&f);

    return TRAIN_EXIT_OK;
}
