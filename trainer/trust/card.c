/*
 * What model cards of both kinds say.
 * Not here: how they say it (card_md.c, card_bom.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "op/maas_op.h"


#define CARD_LAYERS  24              /* that are written out */


/* Members of the record that have words of their own */

static const char *const  card_known[] = {
    "tool", "seed", "data", "settings", "metrics", "validation", "test",
    "folds", "warnings"
};


const char *
train_card_family(const train_card_t *c)
{
    size_t        n, trees;
    const char   *kind;
    const cJSON  *layer;

    n = 0;
    trees = 0;

    cJSON_ArrayForEach(layer, cJSON_GetObjectItemCaseSensitive(c->document,
                                                               "layers"))
    {
        kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(layer,
                                                                     "kind"));

        trees += kind != NULL && strcmp(kind, "trees") == 0;
        n += kind != NULL && strcmp(kind, "dense") == 0;
    }

    if (trees > 0) {
        return n == 0 ? "decision trees"
               : "decision trees and neural networks together";
    }

    return n == 1 ? "linear model" : n > 1 ? "feed-forward neural network"
                                           : NULL;
}


static void
card_layer(FILE *f, const cJSON *layer)
{
    const cJSON  *kind, *units, *act;

    kind = cJSON_GetObjectItemCaseSensitive(layer, "kind");
    units = cJSON_GetObjectItemCaseSensitive(layer, "units");
    act = cJSON_GetObjectItemCaseSensitive(layer, "activation");

    (void) fputs(cJSON_GetStringValue(kind), f);

    if (cJSON_IsNumber(units)) {
        (void) fprintf(f, " %.9g", units->valuedouble);
    }

    if (cJSON_IsString(act) && strcmp(act->valuestring, "linear") != 0) {
        (void) fprintf(f, " %s", act->valuestring);
    }
}


char *
train_card_layers(const train_card_t *c)
{
    char         *text;
    FILE         *f;
    size_t        n, size;
    const cJSON  *layer;

    f = open_memstream(&text, &size);

    if (f == NULL) {
        train_die("no memory for a card");
    }

    n = 0;

    cJSON_ArrayForEach(layer, cJSON_GetObjectItemCaseSensitive(c->document,
                                                               "layers"))
    {
        if (n++ < CARD_LAYERS) {
            (void) fputs(n > 1 ? ", " : "", f);
            card_layer(f, layer);
        }
    }

    if (n > CARD_LAYERS) {
        (void) fprintf(f, ", and %zu more", n - CARD_LAYERS);
    }

    if (fclose(f) != 0) {
        train_die("no memory for a card");
    }

    return text;
}


char *
train_card_value(const cJSON *v)
{
    return cJSON_IsString(v) ? train_strdup(v->valuestring)
           : cJSON_IsNumber(v)
             ? train_format(v->valuedouble == rint(v->valuedouble)
                            && fabs(v->valuedouble) < 1e15 ? "%.0f" : "%.6g",
                            v->valuedouble)
           : cJSON_IsBool(v) ? train_strdup(cJSON_IsTrue(v) ? "true" : "false")
           : NULL;
}


const cJSON *
train_card_rest(const train_card_t *c, const cJSON *after)
{
    size_t        i;
    const cJSON  *v;

    v = after != NULL ? after->next
                      : c->training != NULL ? c->training->child : NULL;

    for ( /* void */ ; v != NULL; v = v->next) {
        for (i = 0; i < train_nelts(card_known); i++) {
            if (strcmp(v->string, card_known[i]) == 0) {
                break;
            }
        }

        if (i == train_nelts(card_known)) {
            return v;
        }
    }

    return NULL;
}


const char *
train_card_text(const train_card_t *c, const char *part, const char *name)
{
    const cJSON  *of;

    of = part != NULL ? cJSON_GetObjectItemCaseSensitive(c->training, part)
                      : c->training;

    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(of, name));
}
