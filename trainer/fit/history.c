/*
 * What each epoch brought: kept for the report, and written as it comes, for
 * whoever watches a training from outside.
 */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "loop.h"


void
train_history_create(train_history_t *h, const char *log, int append,
    int classes)
{
    (void) memset(h, 0, sizeof(train_history_t));
    h->score_name = classes ? "accuracy" : "r2";

    if (log == NULL) {
        return;
    }

    h->log = fopen(log, append ? "a" : "w");

    if (h->log == NULL) {
        train_die("%s: cannot be written to: %s", log, strerror(errno));
    }
}


static void
history_figure(maas_writer_t *w, const char *name, double v)
{
    maas_writer_key(w, name);
    maas_writer_value(w, isfinite(v) ? "%.9g" : "null", v);
}


static void
history_log(const train_history_t *h, const train_epoch_t *e)
{
    maas_writer_t  w;

    train_json_begin(&w, h->log);
    train_json_number(&w, "epoch", (double) e->epoch);
    history_figure(&w, "loss", e->loss);
    history_figure(&w, "validation_loss", e->valid_loss);
    history_figure(&w, h->score_name, e->score);
    history_figure(&w, "rate", e->rate);
    history_figure(&w, "seconds", e->seconds);
    train_json_flag(&w, "best", (int) e->best);
    train_json_end(&w);

    if (fflush(h->log) != 0) {
        train_die("--log: cannot be written to: %s", strerror(errno));
    }
}


void
train_history_add(train_history_t *h, const train_epoch_t *e)
{
    train_room(&h->epochs, &h->size, h->n + 1, sizeof(train_epoch_t));
    h->epochs[h->n++] = *e;

    if (h->log != NULL) {
        history_log(h, e);
    }
}


void
train_history_free(train_history_t *h)
{
    if (h->log != NULL) {
        (void) fclose(h->log);
    }

    train_free(h->epochs);
    (void) memset(h, 0, sizeof(train_history_t));
}
