/*
 * The settings of a training as its model file has them, to train alike.
 * Not here: how they came to stand there (export/record_settings.c).
 */

#include <cjson/cJSON.h>
#include <string.h>

#include "options.h"


/* "quantile=0.9" */

static int
before_with(const train_arg_t *t, const char *value)
{
    double  v;
    size_t  n;

    n = strlen(t->choices[t->with]);

    return strncmp(t->choices[t->with], value, n) == 0 && value[n] == '='
           && train_number(value + n + 1, &v) && v > t->min && v < t->max;
}


/* What was used may be no value that can be asked for: "standard, quantile";
 * then it is what it was by itself */

static int
before_fits(const train_arg_t *t, const char *value)
{
    size_t  i;

    if (t->kind != TRAIN_ARG_CHOICE) {
        return t->kind != TRAIN_ARG_FLAG;
    }

    if (t->with > 0 && before_with(t, value)) {
        return 1;
    }

    for (i = 0; i < t->n_choices; i++) {
        if (t->choices[i] != NULL && strcmp(t->choices[i], value) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
before_set(train_options_t *o, const cJSON *v)
{
    char                text[TRAIN_ARG_VALUE];
    size_t              i;
    const char         *value;
    const train_arg_t  *t;

    if (!cJSON_IsString(v) && !cJSON_IsNumber(v)) {
        return;
    }

    (void) snprintf(text, sizeof(text), "%.17g", v->valuedouble);
    value = cJSON_IsString(v) ? v->valuestring : text;

    for (i = 0; i < train_options_args.n; i++) {
        t = &train_options_args.rows[i];

        if (train_arg_weighs(t) && strcmp(t->name, v->string) == 0
            && before_fits(t, value))
        {
            train_args_set(&train_options_args, o, t, value, t->name);
        }
    }
}


int
train_options_has_record(const maas_info_t *info)
{
    int     is;
    cJSON  *document;

    document = cJSON_Parse(info->document);
    is = cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(
             cJSON_GetObjectItemCaseSensitive(document, "training"),
             "settings"));
    cJSON_Delete(document);

    return is;
}


size_t
train_options_portfolio(const maas_info_t *info)
{
    size_t        parts;
    cJSON        *document;
    const cJSON  *v;

    document = cJSON_Parse(info->document);
    v = cJSON_GetObjectItemCaseSensitive(document, "training");
    v = cJSON_GetObjectItemCaseSensitive(v, "portfolio");
    v = cJSON_GetObjectItemCaseSensitive(v, "parts");
    parts = cJSON_IsNumber(v) && v->valuedouble >= 1 && v->valuedouble < 1e6
            ? (size_t) v->valuedouble : 0;
    cJSON_Delete(document);

    return parts;
}


void
train_options_recorded(train_options_t *o, const maas_info_t *info)
{
    cJSON        *document;
    const cJSON  *training, *v;

    train_options_defaults(o);
    document = cJSON_Parse(info->document);
    training = cJSON_GetObjectItemCaseSensitive(document, "training");

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(training,
                                                           "settings"))
    {
        before_set(o, v);
    }

    v = cJSON_GetObjectItemCaseSensitive(training, "seed");
    o->plan.seed = cJSON_IsNumber(v) && v->valuedouble >= 0
                   ? (uint64_t) v->valuedouble : o->plan.seed;
    v = cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(training, "data"), "target");

    if (cJSON_IsString(v)) {
        train_free((void *) o->want.target);
        o->want.target = train_strdup(v->valuestring);
    }

    cJSON_Delete(document);
    train_free(o->name);
    o->name = train_strdup(info->name);
    o->folds = 0;
    train_dp_apply(o);
}
