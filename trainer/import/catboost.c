/*
 * CatBoost's models in JSON: which loss, what becomes of the sums, classes.
 * Not here: features and trees (catboost_*.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "catboost.h"
#include "util.h"


/* As predict() of the classifier or regressor answers */

typedef struct {
    const char        *loss;
    maas_transform_t   transform;
    maas_task_t        task;
} cat_loss_t;

static const cat_loss_t  cat_losses[] = {
    { "Logloss", MAAS_TRANSFORM_SIGMOID, MAAS_TASK_BINARY },
    { "CrossEntropy", MAAS_TRANSFORM_SIGMOID, MAAS_TASK_BINARY },
    { "Focal", MAAS_TRANSFORM_SIGMOID, MAAS_TASK_BINARY },
    { "MultiClass", MAAS_TRANSFORM_SOFTMAX, MAAS_TASK_CLASSIFICATION },
    { "MultiClassOneVsAll", MAAS_TRANSFORM_SIGMOID,
      MAAS_TASK_CLASSIFICATION },
    { "MultiLogloss", MAAS_TRANSFORM_SIGMOID, MAAS_TASK_REGRESSION },
    { "MultiCrossEntropy", MAAS_TRANSFORM_SIGMOID, MAAS_TASK_REGRESSION },
    { "Poisson", MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "Tweedie", MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "RMSE", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "MAE", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "MAPE", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "Quantile", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "MultiQuantile", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "Huber", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "Expectile", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "LogCosh", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "Lq", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "MultiRMSE", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "QueryRMSE", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "QuerySoftMax", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "YetiRank", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "YetiRankPairwise", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "PairLogit", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "PairLogitPairwise", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "MultiRMSEWithMissingValues", MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "GroupQuantile", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "StochasticRank", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "LambdaMart", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "Cox", MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION }
};


static int
cat_is(const char *file, size_t size)
{
    size_t  i;

    static const char *const  names[] = {
        "\"features_info\"", "\"oblivious_trees\"", "\"ctr_data\"",
        "\"model_info\"", "\"scale_and_bias\"", "\"float_feature_index\""
    };

    if (size > 4 && memcmp(file, "CBM1", 4) == 0) {
        return 1;                      /* read() says what to do */
    }

    for (i = 0; i < size && (unsigned char) file[i] <= ' '; i++) {
        /* void */
    }

    if (i == size || file[i] != '{') {
        return 0;
    }

    for (i = 0; i < train_nelts(names); i++) {
        if (train_doc_early(file, size, names[i]) != NULL) {
            return 1;
        }
    }

    return 0;
}


/* The one number, or list of numbers, that it is: how many */

static size_t
cat_count(const train_doc_t *d)
{
    return d == NULL ? 0 : d->kind == TRAIN_DOC_NUMBER ? 1
           : d->kind == TRAIN_DOC_NUMBERS ? d->n : 0;
}


static double
cat_at(const train_doc_t *d, size_t i)
{
    return d->kind == TRAIN_DOC_NUMBER ? d->u.number : train_doc_number(d, i);
}


/* scale_and_bias: [1, [0.5, 0.25]], or of old [1, 0.5]; absent: 1 and 0 */

static maas_status_t
cat_bias(train_cat_t *c, const train_doc_t *d, size_t out)
{
    size_t              i;
    const train_doc_t  *bias;

    c->scale = 1;
    c->out = out;
    c->bias = train_import_alloc(c->m, out, sizeof(double));

    if (c->bias == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "no memory for the model");
    }

    if (d == NULL) {
        return MAAS_OK;
    }

    if (train_doc_is_numbers(d) && d->n == 2 && out == 1) {
        c->scale = train_doc_number(d, 0);
        c->bias[0] = train_doc_number(d, 1);

    } else if (d->kind == TRAIN_DOC_LIST && d->n == 2
               && d->u.first->kind == TRAIN_DOC_NUMBER
               && (cat_count(d->u.first->next) == out
                   || cat_count(d->u.first->next) == 1))
    {
        c->scale = d->u.first->u.number;
        bias = d->u.first->next;

        for (i = 0; i < out; i++) {
            c->bias[i] = cat_at(bias, cat_count(bias) == 1 ? 0 : i);
        }

    } else {
        return maas__fail(c->err, MAAS_BADFILE, "\"scale_and_bias\": expected "
                          "a number and a list of %zu", out);
    }

    for (i = 0; i < out; i++) {
        if (!isfinite(c->scale) || !isfinite(c->bias[i])) {
            return maas__fail(c->err, MAAS_BADFILE, "\"scale_and_bias\": not "
                              "finite");
        }
    }

    return MAAS_OK;
}


/* Numbers of the answer: leaf values by leaves of the first tree */

static maas_status_t
cat_outputs(train_cat_t *c)
{
    size_t              n, leaves;
    const train_doc_t  *d, *splits;

    d = train_doc_get(c->root, "oblivious_trees");
    n = 1;

    if (d != NULL && d->kind == TRAIN_DOC_LIST) {
        splits = train_doc_get(d->u.first, "splits");
        n = cat_count(train_doc_get(d->u.first, "leaf_values"));
        leaves = splits != NULL && splits->n < 31
                 && (splits->kind == TRAIN_DOC_LIST || splits->n == 0)
                 ? (size_t) 1 << splits->n : 0;
        n = leaves != 0 && n % leaves == 0 ? n / leaves : 0;

    } else {
        d = train_doc_get(c->root, "trees");

        if (d == NULL || d->kind != TRAIN_DOC_LIST) {
            return maas__fail(c->err, MAAS_BADFILE, "expected a list "
                              "\"oblivious_trees\" or \"trees\" with one tree "
                              "or more");
        }

        for (d = d->u.first; train_doc_get(d, "left") != NULL; ) {
            d = train_doc_get(d, "left");
        }

        n = cat_count(train_doc_get(d, "value"));
    }

    return n > 0 && n <= MAAS_MAX_WIDTH
           ? cat_bias(c, train_doc_get(c->root, "scale_and_bias"), n)
           : maas__fail(c->err, MAAS_BADFILE, "tree 0: the number of its leaf "
                        "values is not that of its leaves, or a multiple");
}


static maas_status_t
cat_task(train_cat_t *c)
{
    size_t              i;
    const char         *loss;
    const train_doc_t  *d;

    d = train_doc_find(c->root, "model_info.params.loss_function.type");
    loss = train_doc_text(c->m->arena, d);

    if (loss == NULL) {
        return maas__fail(c->err, MAAS_BADFILE, "model_info says no loss: "
                          "save the model with save_model(\"m.json\", "
                          "format=\"json\") of the library that trained it");
    }

    c->m->objective = loss;

    for (i = 0; i < train_nelts(cat_losses); i++) {
        if (strcmp(cat_losses[i].loss, loss) == 0) {
            break;
        }
    }

    if (i == train_nelts(cat_losses)) {
        return maas__fail(c->err, MAAS_UNSUPPORTED, "the loss \"%.80s\" is not "
                          "known here, nor what becomes of its scores: train "
                          "with one that docs/import.md lists, such as RMSE or "
                          "Logloss", loss);
    }

    c->transform = cat_losses[i].transform;
    c->m->task = cat_losses[i].task;

    if ((c->m->task == MAAS_TASK_BINARY && c->out != 1)
        || (c->m->task == MAAS_TASK_CLASSIFICATION && c->out < 2))
    {
        return maas__fail(c->err, MAAS_BADFILE, "leaves of %zu numbers, which "
                          "%s does not have", c->out, loss);
    }

    return MAAS_OK;
}


/* Names of classes: texts, or numbers as texts */

static maas_status_t
cat_labels(train_cat_t *c)
{
    char                text[32];
    size_t              i, n;
    const char        **to;
    const train_doc_t  *d, *e;

    n = c->m->task == MAAS_TASK_BINARY ? 2 : c->out;
    d = train_doc_find(c->root, "model_info.class_params.class_names");

    if (c->m->task == MAAS_TASK_REGRESSION || d == NULL || d->n == 0) {
        return MAAS_OK;
    }

    if (d->n != n || (d->kind != TRAIN_DOC_LIST && !train_doc_is_numbers(d))) {
        return maas__fail(c->err, MAAS_BADFILE, "class_names are %zu: expected "
                          "%zu", d->n, n);
    }

    to = train_import_alloc(c->m, n, sizeof(char *));
    e = d->kind == TRAIN_DOC_LIST ? d->u.first : NULL;

    for (i = 0; to != NULL && i < n; i++) {
        if (e == NULL) {
            (void) snprintf(text, sizeof(text), "%.17g",
                            train_doc_number(d, i));
            to[i] = train_import_text(c->m, text, strlen(text));

        } else {
            to[i] = train_doc_text(c->m->arena, e);
            e = e->next;
        }

        if (to[i] == NULL) {
            return maas__fail(c->err, MAAS_BADFILE, "class_names: name %zu is "
                              "no text", i);
        }
    }

    c->m->labels = to;
    c->m->n_labels = n;

    return to != NULL ? MAAS_OK
           : maas__fail(c->err, MAAS_NOMEM, "no memory for the classes");
}


/* "CatBoost", and its version if the file says it: "... tags/v1.2.10\n" */

static const char *
cat_source(train_cat_t *c)
{
    char         text[48];
    size_t       n;
    const char  *info, *tag;

    info = train_doc_text(c->m->arena,
                          train_doc_find(c->root,
                                         "model_info.catboost_version_info"));
    tag = info != NULL ? strstr(info, "tags/v") : NULL;

    if (tag == NULL) {
        return "CatBoost";
    }

    tag += 6;
    n = strspn(tag, "0123456789.");
    (void) snprintf(text, sizeof(text), "CatBoost %.*s",
                    (int) (n < 16 ? n : 16), tag);

    return train_import_text(c->m, text, strlen(text));
}


static maas_status_t
cat_read(train_import_t *m, const char *file, size_t size, maas_err_t *err)
{
    train_cat_t    c = { .m = m, .err = err };
    maas_status_t  rc;

    if (size > 4 && memcmp(file, "CBM1", 4) == 0) {
        return maas__fail(err, MAAS_UNSUPPORTED, "CatBoost's own form: load it "
                          "with CatBoost and call save_model(\"model.json\", "
                          "format=\"json\")");
    }

    if (m->best) {
        return maas__fail(err, MAAS_BADVALUE, "CatBoost cuts a model to its "
                          "best iteration itself (use_best_model): leave "
                          "--best out");
    }

    rc = train_doc_read(m->arena, file, size, 0, &c.root, err);

    if (rc == MAAS_OK && c.root->kind != TRAIN_DOC_OBJECT) {
        rc = maas__fail(err, MAAS_BADFILE, "the document is %s: expected an "
                        "object", train_doc_what(c.root));
    }

    if (rc != MAAS_OK || (rc = cat_outputs(&c)) != MAAS_OK
        || (rc = cat_task(&c)) != MAAS_OK
        || (rc = cat_labels(&c)) != MAAS_OK
        || (rc = train_cat_features(&c)) != MAAS_OK)
    {
        return rc;
    }

    m->dtype = MAAS_F32;
    m->source = cat_source(&c);

    return m->source != NULL ? train_cat_trees(&c)
           : maas__fail(err, MAAS_NOMEM, "no memory for the model");
}


const train_importer_t  train_import_catboost = {
    .name = "CatBoost",
    .is = cat_is,
    .read = cat_read
};
