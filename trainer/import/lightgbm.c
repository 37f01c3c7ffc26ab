/*
 * LightGBM's text files, versions 2 to 4: the header, the trees, what follows
 * them.
 * Not here: what the header says, trees and columns, which have files of their
 * own.
 */

#include "lightgbm.h"
#include "text/maas_json.h"

#include <string.h>


static int
lightgbm_looks(const char *file, size_t size)
{
    return (size >= 5 && memcmp(file, "tree\n", 5) == 0)
           || (size >= 6 && memcmp(file, "tree\r\n", 6) == 0);
}


/* Blocks of trees, with empty lines between them, up to "end of trees".  Old
 * files have no such line, but what follows the trees there. */

static maas_status_t
lightgbm_trees(train_lightgbm_t *r, train_trees_t *trees)
{
    maas_status_t  rc;

    while (train_lightgbm_line(r)) {
        if (r->line.len == 0) {
            continue;
        }

        if (train_lightgbm_is(r->line, "end of trees")
            || (train_lightgbm_is(r->head[TRAIN_LIGHTGBM_HEAD_VERSION], "v2")
                && train_lightgbm_is(r->line, "feature importances:")))
        {
            return MAAS_OK;
        }

        rc = train_lightgbm_tree(r, trees);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return maas__fail(r->err, MAAS_BADFILE, "the file ends after %zu trees, "
                      "without \"end of trees\": it was cut off", r->trees);
}


/* Of what training was told: a line [name: value] */

static void
lightgbm_parameter(train_lightgbm_t *r, maas_str_t s)
{
    if (s.len > 0 && s.data[s.len - 1] == ']') {
        s.len--;
    }

    if (train_lightgbm_begins(&s, "[categorical_feature: ")) {
        r->declared = s;

    } else if (train_lightgbm_begins(&s, "[num_iterations: ")) {
        (void) train_lightgbm_size(s, SIZE_MAX / 16, &r->iterations);

    } else if (train_lightgbm_begins(&s, "[early_stopping_round: ")) {
        r->early = s.len > 0 && s.data[0] != '0' && s.data[0] != '-';

    } else if (train_lightgbm_begins(&s, "[pred_early_stop: ")) {
        r->early_predict = train_lightgbm_is(s, "1");
    }
}


/* What stands behind the trees */

static maas_status_t
lightgbm_tail(train_lightgbm_t *r)
{
    int         parameters, ended;
    maas_str_t  s;

    parameters = 0;
    ended = 0;

    while (train_lightgbm_line(r)) {
        s = r->line;

        if (train_lightgbm_is(s, "end of parameters")) {
            parameters = 0;
            ended = 1;

        } else if (train_lightgbm_is(s, "parameters:")) {
            parameters = 1;

        } else if (parameters) {
            lightgbm_parameter(r, s);

        } else if (train_lightgbm_is(s, "parser:")) {
            r->parser = 1;

        } else if (train_lightgbm_begins(&s, "pandas_categorical:")) {
            if (r->categories.data != NULL) {
                return TRAIN_LIGHTGBM_BAD(r, r->at, "\"%s\" is there twice",
                                          "pandas_categorical");
            }

            r->categories = s;
        }
    }

    if (!ended
        && !train_lightgbm_is(r->head[TRAIN_LIGHTGBM_HEAD_VERSION], "v2"))
    {
        return maas__fail(r->err, MAAS_BADFILE, "the file has no \"end of "
                          "parameters\": it was cut off, copy it again");
    }

    return MAAS_OK;
}


/* The number of trees is right, and each output has as many. */

static maas_status_t
lightgbm_count(train_lightgbm_t *r)
{
    size_t      n;
    maas_str_t  sizes;

    sizes = r->head[TRAIN_LIGHTGBM_HEAD_SIZES];
    n = train_lightgbm_words(sizes);

    if (sizes.data != NULL && n != r->trees) {
        return maas__fail(r->err, MAAS_BADFILE, "the file has %zu trees, "
                          "tree_sizes lists %zu", r->trees, n);
    }

    if (r->trees == 0) {
        return maas__fail(r->err, MAAS_BADFILE, "the file has no trees: "
                          "training made none");
    }

    if (r->trees % r->out != 0) {
        return maas__fail(r->err, MAAS_BADFILE, "the file has %zu trees, which "
                          "are no whole iterations of %zu", r->trees, r->out);
    }

    return MAAS_OK;
}


/* Labels, which a file of LightGBM does not have: whole numbers from 0 */

static maas_status_t
lightgbm_labels(train_lightgbm_t *r)
{
    char             text[MAAS_SIZE_TEXT];
    size_t           i, n, len;
    train_import_t  *m = r->m;

    n = m->task == MAAS_TASK_BINARY ? 2 : r->out;

    if (m->task == MAAS_TASK_REGRESSION) {
        return MAAS_OK;
    }

    m->labels = train_import_alloc(m, n, sizeof(char *));
    if (m->labels == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    for (i = 0; i < n; i++) {
        len = maas__size_print(i, text);
        m->labels[i] = train_import_text(m, text, len);
        if (m->labels[i] == NULL) {
            return TRAIN_LIGHTGBM_OOM(r);
        }
    }

    m->n_labels = n;

    return m->named ? MAAS_OK
           : train_import_note(m, "labels are 0 to %zu: LightGBM's files do "
                               "not have their names, --labels gives them",
                               n - 1);
}


static maas_status_t
lightgbm_notes(train_lightgbm_t *r)
{
    size_t         n;
    maas_status_t  rc;

    rc = MAAS_OK;
    n = r->trees / r->out;

    if (r->m->objective == NULL) {
        rc = train_import_note(r->m, "the file has no objective (it was one "
                               "of the user's own): answers are raw scores");
    }

    if (rc == MAAS_OK && r->head[TRAIN_LIGHTGBM_HEAD_AVERAGE].data != NULL) {
        rc = train_import_note(r->m, "average_output (a random forest): sums "
                               "are divided by %zu", n);
    }

    if (rc == MAAS_OK && r->linear > 0) {
        rc = train_import_note(r->m, "%zu of %zu trees have linear leaves",
                               r->linear, r->trees);
    }

    if (rc == MAAS_OK && (r->m->best || r->early)) {
        rc = r->iterations > n
            ? train_import_note(r->m, "all %zu iterations in the file are "
                                "used, of %zu that training might have made: "
                                "save_model() had kept the best ones", n,
                                r->iterations)
            : train_import_note(r->m, "all %zu iterations in the file are "
                                "used: LightGBM's files do not say which was "
                                "the best, save_model() keeps those up to it",
                                n);
    }

    if (rc == MAAS_OK && r->early_predict) {
        rc = train_import_note(r->m, "pred_early_stop is not followed: all "
                               "trees are added");
    }

    if (rc == MAAS_OK && r->parser) {
        rc = train_import_note(r->m, "the parser in the file is not used: "
                               "rows are numbers, as it would make them");
    }

    return rc == MAAS_OK ? MAAS_OK : TRAIN_LIGHTGBM_OOM(r);
}


static maas_status_t
lightgbm_layer(train_lightgbm_t *r, train_trees_t *trees)
{
    maas_trees_t  *t;

    t = train_trees_options(trees);

    if (t != NULL) {
        t->tiny = 1;
        t->transform = r->transform;
        t->slope = r->slope;

        if (r->head[TRAIN_LIGHTGBM_HEAD_AVERAGE].data != NULL) {
            t->divide = r->trees / r->out;
        }
    }

    return train_trees_layer(trees, r->err);
}


static maas_status_t
lightgbm_read(train_import_t *m, const char *file, size_t size,
    maas_err_t *err)
{
    maas_status_t      rc;
    train_trees_t     *trees;
    train_lightgbm_t  *r;

    r = train_import_alloc(m, 1, sizeof(train_lightgbm_t));
    if (r == NULL) {
        return maas__fail(err, MAAS_NOMEM, "out of memory");
    }

    r->m = m;
    r->err = err;
    r->p = file;
    r->end = file + size;

    rc = train_lightgbm_head(r);
    if (rc != MAAS_OK) {
        return rc;
    }

    trees = train_trees_new(m, r->out, MAAS_F64, MAAS_F64, 0);
    if (trees == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    if ((rc = lightgbm_trees(r, trees)) != MAAS_OK
        || (rc = lightgbm_tail(r)) != MAAS_OK
        || (rc = lightgbm_count(r)) != MAAS_OK
        || (rc = train_lightgbm_columns(r)) != MAAS_OK
        || (rc = lightgbm_layer(r, trees)) != MAAS_OK
        || (rc = lightgbm_labels(r)) != MAAS_OK)
    {
        return rc;
    }

    return lightgbm_notes(r);
}


const train_importer_t  train_import_lightgbm = {
    .name = "LightGBM",
    .is = lightgbm_looks,
    .read = lightgbm_read
};
