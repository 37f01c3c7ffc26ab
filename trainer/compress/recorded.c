/*
 * What a model file says of how it became smaller: sides before and after, out
 * of its training record.
 * Not here: what is written there (small.c), and measuring (side.c).
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "compress.h"
#include "util.h"


static double
recorded_number(const cJSON *of, const char *name)
{
    const cJSON  *v;

    v = cJSON_GetObjectItemCaseSensitive(of, name);

    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}


static const char *
recorded_text(const cJSON *of, const char *name)
{
    const char  *s;

    s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(of, name));

    return (s != NULL) ? s : "";
}


/* Anybody may have written it: 0 is not known */

static size_t
recorded_bytes(const cJSON *of)
{
    double  v;

    v = recorded_number(of, "bytes");

    return (v > 0 && v < 0x1p53) ? (size_t) v : 0;
}


static void
recorded_side(const cJSON *of, train_side_t *side)
{
    side->bytes = recorded_bytes(of);
    side->micros = recorded_number(of, "microseconds");
    side->score = recorded_number(of, "accuracy");
    side->score = isnan(side->score) ? recorded_number(of, "r2")
                                     : side->score;
}


static void
recorded_entry(const cJSON *e, train_recorded_t *r)
{
    double       share;
    const char  *to;

    to = recorded_text(e, "to");
    share = recorded_number(e, "share");
    r->what = isnan(share)
              ? train_format("%s %s", recorded_text(e, "how"), to)
              : train_format("%s %.3g of %s", recorded_text(e, "how"), share,
                             recorded_text(e, "of"));
    r->from = train_strdup(recorded_text(e, "from"));
    recorded_side(cJSON_GetObjectItemCaseSensitive(e, "before"),
                  &r->side[0]);
    recorded_side(cJSON_GetObjectItemCaseSensitive(e, "after"), &r->side[1]);
}


/* Who taught it, and what it is itself */

static void
recorded_teacher(const cJSON *training, const cJSON *t, size_t bytes,
    train_recorded_t *r)
{
    int           n;
    const cJSON  *models, *metrics;

    models = cJSON_GetObjectItemCaseSensitive(t, "models");
    n = cJSON_GetArraySize(models);
    r->what = (n == 1) ? train_strdup("distil")
                       : train_format("distil %d models", n);
    r->from = train_strdup(recorded_text(cJSON_GetArrayItem(models, 0),
                                         "name"));
    recorded_side(t, &r->side[0]);
    metrics = cJSON_GetObjectItemCaseSensitive(training, "test");
    metrics = (metrics != NULL) ? metrics
              : cJSON_GetObjectItemCaseSensitive(training, "validation");
    recorded_side(metrics, &r->side[1]);
    r->side[1].bytes = bytes;
}


train_recorded_t *
train_recorded(const maas_info_t *info, size_t *n)
{
    cJSON             *document;
    const cJSON       *training, *teacher, *list, *e, *first;
    train_recorded_t  *r;

    document = cJSON_Parse(info->document);
    training = cJSON_GetObjectItemCaseSensitive(document, "training");
    teacher = cJSON_GetObjectItemCaseSensitive(training, "teacher");
    list = cJSON_GetObjectItemCaseSensitive(training, "compression");
    list = cJSON_IsArray(list) ? list : NULL;
    *n = 0;
    r = train_alloc((size_t) cJSON_GetArraySize(list) + 1,
                    sizeof(train_recorded_t));

    if (cJSON_IsObject(teacher)) {
        first = cJSON_GetArrayItem(list, 0);
        first = cJSON_GetObjectItemCaseSensitive(first, "before");
        recorded_teacher(training, teacher, first == NULL ? info->file_size
                         : recorded_bytes(first), &r[(*n)++]);
    }

    cJSON_ArrayForEach(e, list) {
        if (cJSON_IsObject(e)) {
            recorded_entry(e, &r[(*n)++]);
        }
    }

    cJSON_Delete(document);

    return r;
}


void
train_recorded_free(train_recorded_t *r, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        train_free(r[i].what);
        train_free(r[i].from);
    }

    train_free(r);
}
