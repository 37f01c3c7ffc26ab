/*
 * Random search with successive halving: all trials get a ninth of the epochs,
 * the best third of them a third, and the best of these all.
 */

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tune.h"


/* By how many folds, if any: few rows for validation say too little */

static size_t
search_folds(const train_tune_t *t)
{
    double  valid;

    valid = (double) t->all * t->o.validation;

    if (t->o.folds != TRAIN_BY_DATA) {
        return t->o.folds;
    }

    return (t->o.valid == NULL && valid < TRAIN_TUNE_VALID
            && t->all >= 2 * TRAIN_TUNE_FOLDS) ? TRAIN_TUNE_FOLDS : 0;
}


/* What fit would choose for these data is trial 0 and the middle of the
 * search */

static void
search_look(train_tune_t *t)
{
    size_t        rung, epochs;
    train_data_t  data;

    train_data_read(t->o.data, TRAIN_PART_TRAIN, &t->o.want, &data);

    t->rows = data.rows;
    t->all = data.rows;
    t->crc32c = data.crc32c;
    t->folds = search_folds(t);

    if (t->o.valid == NULL) {
        t->rows -= (size_t) ((double) data.rows * t->o.validation);
    }

    train_options_choose(&t->o, &data, t->rows);
    train_data_free(&data);

    epochs = t->o.plan.epochs;

    for (rung = TRAIN_TUNE_RUNGS; rung-- > 0 && epochs > 0; /* void */) {
        t->epochs[rung] = epochs;
        t->rungs++;
        epochs /= TRAIN_TUNE_ETA;
    }
}


/* Best first: what got further, then what lost less */

static int
search_compare(const void *one, const void *two)
{
    size_t                     rung;
    const train_tune_trial_t  *a = one, *b = two;

    for (rung = TRAIN_TUNE_RUNGS; rung-- > 0; /* void */) {
        if (a->done[rung] != b->done[rung]) {
            return a->done[rung] ? -1 : 1;
        }

        if (a->done[rung] && a->loss[rung] != b->loss[rung]) {
            return a->loss[rung] < b->loss[rung] ? -1 : 1;
        }
    }

    return (a->number > b->number) - (a->number < b->number);
}


/* All rungs; returns 0 when interrupted */

static int
search_rungs(train_tune_t *t)
{
    size_t         i, n, rung;
    train_rank_t  *rank;

    n = t->n;
    rank = train_alloc(n, sizeof(train_rank_t));

    for (i = 0; i < n; i++) {
        rank[i].at = i;
    }

    for (rung = TRAIN_TUNE_RUNGS - t->rungs; rung < TRAIN_TUNE_RUNGS; rung++) {
        if (!train_tune_run(t, rung, rank, n)) {
            break;
        }

        for (i = 0; i < n; i++) {
            rank[i].key = -t->trial[rank[i].at].loss[rung];
        }

        train_rank(rank, n);
        n = (n + TRAIN_TUNE_ETA - 1) / TRAIN_TUNE_ETA;
    }

    train_free(rank);

    return rung == TRAIN_TUNE_RUNGS;
}


static void
search_folder_remove(const train_tune_t *t)
{
    DIR            *d;
    char           *path;
    struct dirent  *e;

    d = opendir(t->folder);

    while (d != NULL && (e = readdir(d)) != NULL) {
        path = train_format("%s/%s", t->folder, e->d_name);
        (void) unlink(path);
        train_free(path);
    }

    if (d != NULL) {
        (void) closedir(d);
    }

    (void) rmdir(t->folder);
}


static size_t
search_jobs(void)
{
    long  cores;

    cores = sysconf(_SC_NPROCESSORS_ONLN);

    return (cores > 0 && cores < 256) ? (size_t) cores : 1;
}


int
train_tune_search(train_tune_t *t)
{
    int     whole;
    size_t  k;

    search_look(t);
    t->jobs = (t->jobs > 0) ? t->jobs : search_jobs();
    t->trial = train_alloc(t->n, sizeof(train_tune_trial_t));

    for (k = 0; k < t->n; k++) {
        train_tune_draw(t, k);
    }

    train_tune_state_open(t);
    t->folder = train_format("%s.tmpXXXXXX", t->output);

    if (mkdtemp(t->folder) == NULL) {
        train_die("%s: a folder cannot be made: %s", t->folder,
                  strerror(errno));
    }

    whole = search_rungs(t);
    search_folder_remove(t);

    if (t->usage) {
        return 0;
    }

    if (!whole) {
        train_die("interrupted: %s has the trials so far, the same command "
                  "goes on", t->state);
    }

    qsort(t->trial, t->n, sizeof(train_tune_trial_t), search_compare);

    if (!isfinite(train_tune_loss(&t->trial[0]))) {
        train_die("no trial came to an end: fit with the same options says "
                  "why");
    }

    return 1;
}
