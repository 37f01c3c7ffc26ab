/*
 * XGBoost's model files, JSON and UBJSON: which objective, what it starts from,
 * and what becomes of the sums.
 * Not here: trees, weights and columns (xgboost_*.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xgboost.h"
#include "util.h"


#define XGB_LOW     1e-6f          /* of a base score that is a probability */

/* What base_score is of: the margin itself, a probability, a mean whose
 * logarithm is the margin */

typedef enum {
    XGB_MARGIN = 0,
    XGB_PROBABILITY,
    XGB_MEAN
} xgb_base_t;

typedef struct {
    const char        *name;
    xgb_base_t         base;
    maas_transform_t   transform;
    maas_task_t        task;
} xgb_objective_t;

static const xgb_objective_t  xgb_objectives[] = {
    { "binary:logistic", XGB_PROBABILITY, MAAS_TRANSFORM_SIGMOID,
      MAAS_TASK_BINARY },
    { "binary:logitraw", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "binary:hinge", XGB_MARGIN, MAAS_TRANSFORM_STEP, MAAS_TASK_BINARY },
    { "multi:softprob", XGB_MARGIN, MAAS_TRANSFORM_SOFTMAX,
      MAAS_TASK_CLASSIFICATION },
    { "multi:softmax", XGB_MARGIN, MAAS_TRANSFORM_SOFTMAX,
      MAAS_TASK_CLASSIFICATION },
    { "reg:squarederror", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "reg:linear", XGB_MARGIN, MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "reg:squaredlogerror", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "reg:pseudohubererror", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "reg:absoluteerror", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "reg:quantileerror", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "reg:logistic", XGB_PROBABILITY, MAAS_TRANSFORM_SIGMOID,
      MAAS_TASK_REGRESSION },
    { "count:poisson", XGB_MEAN, MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "reg:gamma", XGB_MEAN, MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "reg:tweedie", XGB_MEAN, MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "survival:cox", XGB_MEAN, MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "survival:aft", XGB_MEAN, MAAS_TRANSFORM_EXP, MAAS_TASK_REGRESSION },
    { "rank:pairwise", XGB_MARGIN, MAAS_TRANSFORM_NONE,
      MAAS_TASK_REGRESSION },
    { "rank:ndcg", XGB_MARGIN, MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION },
    { "rank:map", XGB_MARGIN, MAAS_TRANSFORM_NONE, MAAS_TASK_REGRESSION }
};


static int
xgb_is(const char *file, size_t size)
{
    size_t       i, most;
    const char  *p;

    most = size < TRAIN_DOC_EARLY ? size : TRAIN_DOC_EARLY;

    for (i = 0; i < most && (unsigned char) file[i] <= ' '; i++) {
        /* void */
    }

    if (i == most) {
        return 0;
    }

    if (file[i] == '{') {
        p = train_doc_early(file, size, "\"learner\"");
        p = p != NULL ? p + 9 : NULL;

        while (p != NULL && p < file + size && (unsigned char) *p <= ' ') {
            p++;
        }

        return p != NULL ? p < file + size && *p == ':'
               : size > 2 && file[1] == 'L'
                 && train_doc_early(file, size, "\x07learner{") != NULL;
    }

    /* what read() refuses: the old binary form, dumps of trees */

    return (size > 4 && (memcmp(file, "binf", 4) == 0
                         || memcmp(file, "bs64", 4) == 0))
           || (file[i] == '['
               && train_doc_early(file, size, "\"nodeid\"") != NULL)
           || train_doc_early(file, size, "booster[0]:") == file;
}


static maas_status_t
xgb_size(train_xgb_t *x, const char *name, size_t *out)
{
    const train_doc_t  *d;

    d = train_doc_get(train_doc_get(x->learner, "learner_model_param"), name);

    if (d != NULL && !train_doc_size(d, 0, MAAS_MAX_WIDTH, out)) {
        return maas__fail(x->err, MAAS_BADFILE, "learner_model_param: \"%s\" "
                          "is no whole number from 0 to %u", name,
                          MAAS_MAX_WIDTH);
    }

    return MAAS_OK;
}


/* Numbers in a text, "5E-1" or "[5E-1,1E0]", each a float: how many, and those
 * into out(room); 0: it is none */

static size_t
xgb_floats(const char *text, double *out, size_t room)
{
    int          list;
    char        *end;
    float        v;
    size_t       n;
    const char  *p;

    list = *text == '[';
    p = text + list;

    for (n = 0; ; n++) {
        if (strchr("+-.0123456789", *p) == NULL || *p == '\0') {
            return 0;
        }

        v = strtof(p, &end);

        if (end == p || !isfinite(v)) {
            return 0;
        }

        if (n < room) {
            out[n] = v;
        }

        p = end;

        if (!list || *p != ',') {
            break;
        }

        p++;
    }

    return *p == (list ? ']' : '\0') && (!list || p[1] == '\0') ? n + 1 : 0;
}


static maas_status_t
xgb_margin(train_xgb_t *x, const xgb_objective_t *o, size_t i)
{
    float  b;

    b = (float) x->base[i];

    if (o->base == XGB_PROBABILITY) {
        b = b < XGB_LOW ? XGB_LOW : b > 1 - XGB_LOW ? 1 - XGB_LOW : b;
        b = -logf(1.0f / b - 1.0f);

    } else if (o->base == XGB_MEAN) {
        b = logf(b);
    }

    if (!isfinite(b)) {
        return maas__fail(x->err, MAAS_BADFILE, "base_score is %.9g, which %s "
                          "cannot start from", x->base[i], o->name);
    }

    x->base[i] = b;

    return MAAS_OK;
}


/* How many outputs, and what they start from */

static maas_status_t
xgb_outputs(train_xgb_t *x, const xgb_objective_t *o)
{
    size_t              i, n, classes, targets;
    const char         *text, *alpha;
    maas_status_t       rc;
    const train_doc_t  *d;

    classes = 0;
    targets = 1;

    if ((rc = xgb_size(x, "num_class", &classes)) != MAAS_OK
        || (rc = xgb_size(x, "num_target", &targets)) != MAAS_OK)
    {
        return rc;
    }

    d = train_doc_find(x->learner, "learner_model_param.base_score");
    text = train_doc_text(x->m->arena, d);
    alpha = train_doc_text(x->m->arena, train_doc_find(x->learner,
                           "objective.quantile_loss_param.quantile_alpha"));
    n = text != NULL ? xgb_floats(text, NULL, 0) : 0;

    if (n == 0) {
        return maas__fail(x->err, MAAS_BADFILE, "learner_model_param: "
                          "\"base_score\" is no number, and no list of "
                          "numbers");
    }

    x->out = classes > targets ? classes : targets;
    x->out = x->out > n ? x->out : n;
    classes = alpha != NULL ? xgb_floats(alpha, NULL, 0) : 0;
    x->out = x->out > classes ? x->out : classes;

    if (x->out == 0 || (n != 1 && n != x->out) || x->out > MAAS_MAX_WIDTH) {
        return maas__fail(x->err, MAAS_BADFILE, "base_score has %zu numbers "
                          "for %zu outputs", n, x->out);
    }

    x->base = train_import_alloc(x->m, x->out, sizeof(double));
    if (x->base == NULL) {
        return maas__fail(x->err, MAAS_NOMEM, "no memory for the model");
    }

    (void) xgb_floats(text, x->base, x->out);

    for (i = 0; i < x->out; i++) {
        x->base[i] = i < n ? x->base[i] : x->base[0];
    }

    for (i = 0; i < x->out && rc == MAAS_OK; i++) {
        rc = xgb_margin(x, o, i);
    }

    return rc;
}


static maas_status_t
xgb_objective(train_xgb_t *x, const xgb_objective_t **out)
{
    size_t       i;
    const char  *name;

    name = train_doc_text(x->m->arena,
                          train_doc_find(x->learner, "objective.name"));

    if (name == NULL) {
        return maas__fail(x->err, MAAS_BADFILE, "\"objective\" has no name");
    }

    x->m->objective = name;

    for (i = 0; i < train_nelts(xgb_objectives); i++) {
        if (strcmp(xgb_objectives[i].name, name) == 0) {
            *out = &xgb_objectives[i];
            return MAAS_OK;
        }
    }

    return maas__fail(x->err, MAAS_UNSUPPORTED, "the objective \"%.80s\" is "
                      "not known here, nor what becomes of its scores: convert "
                      "the model to ONNX (onnxmltools), which says it", name);
}


/* Classes of XGBoost are the numbers from 0 */

static maas_status_t
xgb_labels(train_xgb_t *x)
{
    char    text[24];
    size_t  i, n;

    n = x->m->task == MAAS_TASK_BINARY ? 2 : x->out;
    x->m->labels = train_import_alloc(x->m, n, sizeof(char *));

    for (i = 0; x->m->labels != NULL && i < n; i++) {
        (void) snprintf(text, sizeof(text), "%zu", i);
        x->m->labels[i] = train_import_text(x->m, text, strlen(text));

        if (x->m->labels[i] == NULL) {
            break;
        }
    }

    x->m->n_labels = n;

    return x->m->labels != NULL && i == n ? MAAS_OK
           : maas__fail(x->err, MAAS_NOMEM, "no memory for the labels");
}


static maas_status_t
xgb_task(train_xgb_t *x, const xgb_objective_t *o)
{
    maas_status_t  rc;

    x->transform = o->transform;
    x->m->task = o->task;
    x->m->source = "XGBoost";

    if (o->task == MAAS_TASK_CLASSIFICATION && x->out < 2) {
        return maas__fail(x->err, MAAS_BADFILE, "%s with num_class %zu: "
                          "expected 2 or more", o->name, x->out);
    }

    if (o->task == MAAS_TASK_BINARY && x->out > 1) {
        x->m->task = MAAS_TASK_REGRESSION;
        return train_import_note(x->m, "%zu targets: the answer is a number "
                                 "for each, not classes of one", x->out);
    }

    rc = x->m->task != MAAS_TASK_REGRESSION ? xgb_labels(x) : MAAS_OK;

    if (rc != MAAS_OK) {
        return rc;
    }

    if (strcmp(o->name, "multi:softmax") == 0) {
        return train_import_note(x->m, "multi:softmax: the answer has the "
                                 "probabilities of all classes, as with "
                                 "multi:softprob, and the class");
    }

    if (strcmp(o->name, "binary:logitraw") == 0) {
        return train_import_note(x->m, "binary:logitraw: the answer is the "
                                 "score, a number; above 0 is the second "
                                 "class");
    }

    return MAAS_OK;
}


/* "XGBoost 3.2.0" */

static const char *
xgb_source(train_xgb_t *x, const train_doc_t *root)
{
    char                text[64];
    const train_doc_t  *v;

    v = train_doc_get(root, "version");

    if (!train_doc_is_numbers(v) || v->n != 3) {
        return "XGBoost";
    }

    (void) snprintf(text, sizeof(text), "XGBoost %.0f.%.0f.%.0f",
                    fmin(train_doc_number(v, 0), 9999),
                    fmin(train_doc_number(v, 1), 9999),
                    fmin(train_doc_number(v, 2), 9999));

    return train_import_text(x->m, text, strlen(text));
}


/* Where trees or weights are, by the kind of booster */

static maas_status_t
xgb_booster(train_xgb_t *x, int *linear)
{
    char                name[32];
    const train_doc_t  *d, *b;

    b = train_doc_get(x->learner, "gradient_booster");
    d = train_doc_get(b, "name");
    *linear = train_doc_is(d, "gblinear");

    if (train_doc_is(d, "dart")) {
        x->model = train_doc_find(b, "gbtree.model");
        x->model = x->model != NULL ? x->model : train_doc_get(b, "model");
        x->weights = train_doc_get(b, "weight_drop");
        x->weights = x->weights != NULL ? x->weights
                     : train_doc_get(x->model, "weight_drop");

        if (!train_doc_is_numbers(x->weights)) {
            return maas__fail(x->err, MAAS_BADFILE, "\"weight_drop\" is %s: "
                              "expected a number a tree",
                              train_doc_what(x->weights));
        }

    } else if (*linear || train_doc_is(d, "gbtree")) {
        x->model = train_doc_get(b, "model");

    } else {
        (void) snprintf(name, sizeof(name), "%.*s",
                        d != NULL && d->kind == TRAIN_DOC_TEXT ? (int) (d->n
                        & 31) : 0, d != NULL ? d->u.text : "");
        return maas__fail(x->err, MAAS_UNSUPPORTED, "the booster is \"%s\": "
                          "expected gbtree, dart or gblinear", name);
    }

    return x->model != NULL ? MAAS_OK
           : maas__fail(x->err, MAAS_BADFILE, "\"gradient_booster\" has no "
                        "model");
}


static maas_status_t
xgb_document(train_xgb_t *x, const train_doc_t *root)
{
    int                     linear;
    maas_status_t           rc;
    const xgb_objective_t  *o = NULL;

    x->learner = train_doc_get(root, "learner");

    if (x->learner == NULL || x->learner->kind != TRAIN_DOC_OBJECT) {
        return maas__fail(x->err, MAAS_BADFILE, "\"learner\" is %s: expected "
                          "an object", train_doc_what(x->learner));
    }

    if ((rc = xgb_objective(x, &o)) != MAAS_OK
        || (rc = xgb_outputs(x, o)) != MAAS_OK
        || (rc = xgb_task(x, o)) != MAAS_OK
        || (rc = xgb_size(x, "num_feature", &x->features)) != MAAS_OK
        || (rc = xgb_booster(x, &linear)) != MAAS_OK)
    {
        return rc;
    }

    if (x->features == 0) {
        return maas__fail(x->err, MAAS_BADFILE, "learner_model_param: "
                          "\"num_feature\" is 0: the model was never trained");
    }

    x->m->source = xgb_source(x, root);
    x->m->in = x->features;
    x->m->dtype = MAAS_F32;
    x->m->missing = 1;
    x->sets = train_import_alloc(x->m, x->features, 1);

    if (x->m->source == NULL || x->sets == NULL) {
        return maas__fail(x->err, MAAS_NOMEM, "no memory for the model");
    }

    rc = linear ? train_xgb_linear(x) : train_xgb_trees(x);

    return rc == MAAS_OK ? train_xgb_columns(x) : rc;
}


static maas_status_t
xgb_read(train_import_t *m, const char *file, size_t size, maas_err_t *err)
{
    train_xgb_t         x = { .m = m, .err = err };
    maas_status_t       rc;
    const train_doc_t  *root;

    if (train_doc_early(file, size, "binf") == file
        || train_doc_early(file, size, "bs64") == file)
    {
        return maas__fail(err, MAAS_UNSUPPORTED, "XGBoost's old binary form: "
                          "load it with XGBoost 3.0 or older and call "
                          "save_model(\"model.json\")");
    }

    if (train_doc_early(file, size, "\"nodeid\"") != NULL
        || train_doc_early(file, size, "booster[0]:") == file)
    {
        return maas__fail(err, MAAS_UNSUPPORTED, "a dump of XGBoost's trees, "
                          "which lacks what becomes of their sums: call "
                          "save_model(\"model.json\") instead of dump_model()");
    }

    rc = train_doc_read(m->arena, file, size, 1, &root, err);

    return rc == MAAS_OK ? xgb_document(&x, root) : rc;
}


const train_importer_t  train_import_xgboost = {
    .name = "XGBoost",
    .is = xgb_is,
    .read = xgb_read
};
