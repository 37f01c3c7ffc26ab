/*
 * What was tried, as JSON lines: a search that was ended goes on from there.
 */

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tune.h"


/* What makes it this search and no other: the seed and the words for fit */

static char *
state_identity(const train_tune_t *t)
{
    int    i;
    char  *text, *more;

    text = train_format("seed=%zu", t->seed);

    for (i = 0; i < t->argc; i++) {
        more = train_format("%s %s", text, t->argv[i]);
        train_free(text);
        text = more;
    }

    return text;
}


static double
state_number(const cJSON *o, const char *name)
{
    const cJSON  *v;

    v = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}


static void
state_line(train_tune_t *t, const cJSON *o)
{
    double               k, epochs, loss;
    size_t               rung;
    train_tune_trial_t  *trial;

    k = state_number(o, "trial");
    epochs = state_number(o, "epochs");
    loss = state_number(o, "loss");

    if (!(k >= 0 && k < (double) t->n)) {
        return;                     /* a longer search than this time */
    }

    trial = &t->trial[(size_t) k];

    for (rung = TRAIN_TUNE_RUNGS - t->rungs; rung < TRAIN_TUNE_RUNGS; rung++) {
        if ((double) t->epochs[rung] == epochs) {
            trial->done[rung] = 1;
            trial->loss[rung] = isnan(loss) ? INFINITY : loss;
            trial->score[rung] = state_number(o, "score");
            trial->deviation[rung] = state_number(o, "deviation");
        }
    }
}


/* The first line: the same search of the same data?  0.1.0 wrote no more than
 * the words, and had no folds. */

static void
state_first(const train_tune_t *t, const cJSON *o, const char *identity)
{
    double       folds;
    const char  *of, *data;

    of = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "search"));
    data = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "data"));
    folds = state_number(o, "folds");

    if (of == NULL || strcmp(of, identity) != 0
        || (isnan(folds) ? 0 : folds) != (double) t->folds)
    {
        train_die("%s: is of another search: with its settings it goes on, "
                  "with another --state a new one begins", t->state);
    }

    if (data != NULL && strtoul(data, NULL, 16) != t->crc32c) {
        train_die("%s: is of other data: %s has changed since, with another "
                  "--state a new search begins", t->state, t->o.data);
    }
}


/* Returns whether there was anything */

static int
state_read(train_tune_t *t, const char *identity)
{
    int          there;
    char        *line;
    cJSON       *o;
    size_t       room;
    ssize_t      n;

    there = 0;
    line = NULL;
    room = 0;

    while ((n = getline(&line, &room, t->log)) > 0) {
        if (line[n - 1] != '\n') {
            /* was cut off, and is not there; it ends, so that the next one
             * is whole */
            (void) fputc('\n', t->log);
            break;
        }

        o = cJSON_Parse(line);

        if (!there) {
            state_first(t, o, identity);

        } else if (o != NULL) {
            state_line(t, o);
        }

        there = 1;
        cJSON_Delete(o);
    }

    train_free(line);

    return there;
}


void
train_tune_state_open(train_tune_t *t)
{
    int             plain;
    char           *identity;
    struct stat     st;
    maas_writer_t   w;

    /* read first, from its beginning; what is no regular file has none */

    plain = stat(t->state, &st) != 0 || S_ISREG(st.st_mode);
    t->log = fopen(t->state, plain ? "a+" : "w");

    if (t->log == NULL) {
        train_die("%s: cannot be written to: %s", t->state, strerror(errno));
    }

    identity = state_identity(t);

    if (!plain || !state_read(t, identity)) {
        train_json_begin(&w, t->log);
        train_json_text(&w, "search", identity);
        maas_writer_key(&w, "data");
        maas_writer_value(&w, "\"%08x\"", t->crc32c);
        train_json_number(&w, "folds", (double) t->folds);
        train_json_end(&w);
        (void) fflush(t->log);
    }

    train_free(identity);
}


void
train_tune_state_add(train_tune_t *t, const train_tune_trial_t *trial,
    size_t rung, double seconds)
{
    maas_writer_t  w;

    train_json_begin(&w, t->log);
    train_json_number(&w, "trial", (double) trial->number);
    train_json_number(&w, "epochs", (double) t->epochs[rung]);
    train_json_text(&w, "hidden", trial->hidden);
    train_json_number(&w, "lr", trial->lr);
    train_json_number(&w, "weight-decay", trial->decay);
    train_json_number(&w, "batch", (double) trial->batch);
    train_json_number(&w, "loss", trial->loss[rung]);

    if (isfinite(trial->score[rung])) {
        train_json_number(&w, "score", trial->score[rung]);
    }

    if (isfinite(trial->deviation[rung])) {
        train_json_number(&w, "deviation", trial->deviation[rung]);
    }

    train_json_number(&w, "seconds", seconds);
    train_json_end(&w);

    if (fflush(t->log) != 0) {
        train_die("%s: cannot be written to: %s", t->state, strerror(errno));
    }
}
