/*
 * The header of a LightGBM file: how many features and outputs, and what the
 * objective makes of the sums.
 * Not here: trees, and what features are called for people (columns).
 */

#include "lightgbm.h"

#include <string.h>


#define LIGHTGBM_OLDEST  2
#define LIGHTGBM_NEWEST  4

static const char *const  lightgbm_head_names[] = {
#define LIGHTGBM_HEAD_NAME(c, name)  [TRAIN_LIGHTGBM_HEAD_##c] = name,
    TRAIN_LIGHTGBM_HEAD(LIGHTGBM_HEAD_NAME)
};


/* What an objective means for who asks the model.  Words behind its name that
 * change nothing are passed over; `sqrt` is taken by some. */

#define LIGHTGBM_ROOT   1              /* trained on square roots if it says
                                          sqrt */
#define LIGHTGBM_SLOPE  2              /* has sigmoid:S */

typedef struct {
    const char        *names;          /* the first one is LightGBM's own */
    maas_task_t        task;
    maas_transform_t   transform;
    unsigned           flags;
} lightgbm_objective_t;

static const lightgbm_objective_t  lightgbm_objectives[] = {
    { "binary", MAAS_TASK_BINARY, MAAS_TRANSFORM_SIGMOID, LIGHTGBM_SLOPE },
    { "multiclass softmax", MAAS_TASK_CLASSIFICATION, MAAS_TRANSFORM_SOFTMAX,
      0 },
    { "multiclassova multiclass_ova ova ovr", MAAS_TASK_CLASSIFICATION,
      MAAS_TRANSFORM_SIGMOID, LIGHTGBM_SLOPE },
    { "cross_entropy xentropy", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_SIGMOID,
      0 },
    { "cross_entropy_lambda xentlambda", MAAS_TASK_REGRESSION,
      MAAS_TRANSFORM_SOFTPLUS, 0 },
    { "poisson", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_EXP, 0 },
    { "gamma", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_EXP, 0 },
    { "tweedie", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_EXP, 0 },
    { "regression regression_l2 mean_squared_error mse l2 l2_root "
      "root_mean_squared_error rmse", MAAS_TASK_REGRESSION,
      MAAS_TRANSFORM_NONE, LIGHTGBM_ROOT },
    { "regression_l1 mean_absolute_error l1 mae", MAAS_TASK_REGRESSION,
      MAAS_TRANSFORM_NONE, LIGHTGBM_ROOT },
    { "huber", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, 0 },
    { "fair", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, LIGHTGBM_ROOT },
    { "quantile", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, LIGHTGBM_ROOT },
    { "mape mean_absolute_percentage_error", MAAS_TASK_REGRESSION,
      MAAS_TRANSFORM_NONE, LIGHTGBM_ROOT },
    { "lambdarank", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, 0 },
    { "rank_xendcg xendcg xe_ndcg xe_ndcg_mart xendcg_mart",
      MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, 0 },
    { "custom none null na", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE, 0 },
};


static const lightgbm_objective_t *
lightgbm_objective_find(maas_str_t name)
{
    size_t      i;
    maas_str_t  all, word;

    for (i = 0; i < sizeof(lightgbm_objectives)
                    / sizeof(lightgbm_objectives[0]); i++)
    {
        all.data = lightgbm_objectives[i].names;
        all.len = strlen(all.data);

        for (word = train_lightgbm_word(&all); word.len > 0;
             word = train_lightgbm_word(&all))
        {
            if (word.len == name.len
                && memcmp(word.data, name.data, name.len) == 0)
            {
                return &lightgbm_objectives[i];
            }
        }
    }

    return NULL;
}


/* One word behind an objective's name */

static maas_status_t
lightgbm_objective_word(train_lightgbm_t *r, const lightgbm_objective_t *o,
    maas_str_t word)
{
    size_t      n;
    maas_str_t  value;

    value = word;

    if (train_lightgbm_is(word, "sqrt")) {
        if (o->flags & LIGHTGBM_ROOT) {
            r->transform = MAAS_TRANSFORM_SQUARE;
        }

        return MAAS_OK;
    }

    if (train_lightgbm_begins(&value, "sigmoid:")
        && (o->flags & LIGHTGBM_SLOPE))
    {
        if (train_lightgbm_number(value, &r->slope) && r->slope > 0) {
            return MAAS_OK;
        }

    } else if (train_lightgbm_begins(&value, "num_class:")) {
        if (train_lightgbm_size(value, MAAS_MAX_WIDTH, &n) && n == r->out) {
            return MAAS_OK;
        }

    } else if (train_lightgbm_begins(&value, "alpha:")
               || train_lightgbm_begins(&value, "fair_c:")
               || train_lightgbm_begins(&value, "tweedie_variance_power:"))
    {
        return MAAS_OK;                /* of training */
    }

    return maas__fail(r->err, MAAS_UNSUPPORTED, "objective \"%.*s\": what "
                      "\"%.*s\" means is not known",
                      TRAIN_LIGHTGBM_SHOWN(r->head[
                          TRAIN_LIGHTGBM_HEAD_OBJECTIVE]),
                      TRAIN_LIGHTGBM_SHOWN(word));
}


static maas_status_t
lightgbm_objective(train_lightgbm_t *r)
{
    maas_str_t                   all, word;
    maas_status_t                rc;
    const lightgbm_objective_t  *o;

    all = r->head[TRAIN_LIGHTGBM_HEAD_OBJECTIVE];
    r->slope = 1;

    if (all.data == NULL) {            /* one of the user's own */
        all.data = "custom";
        all.len = strlen(all.data);

    } else {
        r->m->objective = train_import_text(r->m, all.data, all.len);
        if (r->m->objective == NULL) {
            return TRAIN_LIGHTGBM_OOM(r);
        }
    }

    word = train_lightgbm_word(&all);
    o = lightgbm_objective_find(word);

    if (o == NULL) {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "objective \"%.*s\" is not "
                          "known; without its line in the file the answers "
                          "are raw scores", TRAIN_LIGHTGBM_SHOWN(word));
    }

    r->m->task = o->task;
    r->transform = o->transform;

    for (word = train_lightgbm_word(&all); word.len > 0;
         word = train_lightgbm_word(&all))
    {
        rc = lightgbm_objective_word(r, o, word);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    if (o->task == MAAS_TASK_CLASSIFICATION ? r->out < 2
        : r->out > 1 && r->m->objective != NULL
          && o->transform != MAAS_TRANSFORM_NONE)
    {
        return maas__fail(r->err, MAAS_BADFILE, "objective %s with %zu trees "
                          "an iteration", r->m->objective, r->out);
    }

    return MAAS_OK;
}


/* A number of the header; without its line *out stays */

static maas_status_t
lightgbm_head_size(train_lightgbm_t *r, train_lightgbm_head_t key, size_t min,
    size_t max, size_t *out)
{
    size_t      n;
    maas_str_t  s;

    s = r->head[key];

    if (s.data == NULL) {
        return MAAS_OK;
    }

    if (!train_lightgbm_size(s, max, &n) || n < min) {
        return maas__fail(r->err, MAAS_BADFILE, "%s is \"%.*s\", expected %zu "
                          "to %zu", lightgbm_head_names[key],
                          TRAIN_LIGHTGBM_SHOWN(s), min, max);
    }

    *out = n;

    return MAAS_OK;
}


static maas_status_t
lightgbm_head_version(train_lightgbm_t *r)
{
    size_t      n;
    char       *text;
    maas_str_t  s, v;

    s = r->head[TRAIN_LIGHTGBM_HEAD_VERSION];
    v = s;

    if (!train_lightgbm_begins(&v, "v")
        || !train_lightgbm_size(v, 1000, &n)
        || n < LIGHTGBM_OLDEST || n > LIGHTGBM_NEWEST)
    {
        return maas__fail(r->err, MAAS_UNSUPPORTED, "version \"%.*s\" of "
                          "LightGBM's files is not known, v2 to v4 are: load "
                          "and save it with LightGBM 4",
                          TRAIN_LIGHTGBM_SHOWN(s));
    }

    text = train_import_text(r->m, "LightGBM v0", sizeof("LightGBM v0") - 1);
    if (text == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    text[sizeof("LightGBM v0") - 2] = (char) ('0' + n);
    r->m->source = text;

    return MAAS_OK;
}


static maas_status_t
lightgbm_head_names_read(train_lightgbm_t *r)
{
    size_t      i, n;
    maas_str_t  s;

    s = r->head[TRAIN_LIGHTGBM_HEAD_NAMES];
    n = train_lightgbm_words(s);

    if (n != r->features) {
        return maas__fail(r->err, MAAS_BADFILE, "feature_names has %zu names, "
                          "max_feature_idx says %zu", n, r->features);
    }

    r->names = train_import_alloc(r->m, n, sizeof(maas_str_t));
    r->category = train_import_alloc(r->m, n, 1);

    if (r->names == NULL || r->category == NULL) {
        return TRAIN_LIGHTGBM_OOM(r);
    }

    for (i = 0; i < n; i++) {
        r->names[i] = train_lightgbm_word(&s);
    }

    return MAAS_OK;
}


/* Every line up to the first tree */

static maas_status_t
lightgbm_head_lines(train_lightgbm_t *r)
{
    size_t         i;
    maas_str_t     s;
    const char    *before;
    maas_status_t  rc;

    static const train_lightgbm_head_t  needed[] = {
        TRAIN_LIGHTGBM_HEAD_VERSION, TRAIN_LIGHTGBM_HEAD_NUM_CLASS,
        TRAIN_LIGHTGBM_HEAD_MAX_FEATURE, TRAIN_LIGHTGBM_HEAD_NAMES,
    };

    (void) train_lightgbm_line(r);     /* "tree", as is() saw */

    for (before = r->p; train_lightgbm_line(r); before = r->p) {
        s = r->line;

        if (train_lightgbm_begins(&s, "Tree=")
            || train_lightgbm_is(s, "end of trees"))
        {
            r->p = before;
            r->at--;
            break;
        }

        if (s.len > 0) {
            rc = train_lightgbm_key(r, lightgbm_head_names,
                                    TRAIN_LIGHTGBM_N_HEAD, r->head,
                                    "the header");
            if (rc == MAAS_OK && r->m->source == NULL
                && r->head[TRAIN_LIGHTGBM_HEAD_VERSION].data != NULL)
            {
                rc = lightgbm_head_version(r);
            }

            if (rc != MAAS_OK) {
                return rc;
            }
        }
    }

    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (r->head[needed[i]].data == NULL) {
            return maas__fail(r->err, MAAS_BADFILE, "the header has no %s: "
                              "was the file cut off?",
                              lightgbm_head_names[needed[i]]);
        }
    }

    return MAAS_OK;
}


maas_status_t
train_lightgbm_head(train_lightgbm_t *r)
{
    size_t         classes, last;
    maas_status_t  rc;

    classes = 0;
    last = 0;

    if ((rc = lightgbm_head_lines(r)) != MAAS_OK
        || (rc = lightgbm_head_size(r, TRAIN_LIGHTGBM_HEAD_NUM_CLASS, 1,
                                    MAAS_MAX_WIDTH, &classes)) != MAAS_OK
        || (rc = lightgbm_head_size(r, TRAIN_LIGHTGBM_HEAD_MAX_FEATURE, 0,
                                    MAAS_MAX_WIDTH - 1, &last)) != MAAS_OK)
    {
        return rc;
    }

    r->out = classes;
    r->features = last + 1;

    if ((rc = lightgbm_head_size(r, TRAIN_LIGHTGBM_HEAD_PER_ITERATION, 1,
                                 MAAS_MAX_WIDTH, &r->out)) != MAAS_OK
        || (rc = lightgbm_head_names_read(r)) != MAAS_OK)
    {
        return rc;
    }

    r->m->in = r->features;
    r->m->dtype = MAAS_F64;

    return lightgbm_objective(r);
}
