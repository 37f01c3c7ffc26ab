/*
 * What inspect says of a model's training.
 * Not here: the rest of the file (cmd_inspect.c), and who wrote the record.
 */

#include <stdio.h>
#include <string.h>

#include "inspect.h"
#include "util.h"


/* A number of a recipe, with so many decimals or (-1) six digits; "-": it has
 * none, or a weight of 0 */

static void
inspect_number(const cJSON *tried, const char *name, int decimals)
{
    const cJSON  *v;

    v = cJSON_GetObjectItemCaseSensitive(tried, name);

    if (!cJSON_IsNumber(v) || v->valuedouble == 0) {
        (void) printf("%12s", "-");

    } else if (decimals < 0) {
        (void) printf("%12.6g", v->valuedouble);

    } else {
        (void) printf("%12.*f", decimals, v->valuedouble);
    }
}


static void
inspect_tried(const cJSON *all)
{
    const cJSON  *t, *text;

    (void) printf("            %-26s%12s%12s%12s\n", "tried", "loss", "score",
                  "weight");

    cJSON_ArrayForEach(t, all) {
        text = cJSON_GetObjectItemCaseSensitive(t, "name");
        (void) printf("              %-24.24s", cJSON_IsString(text)
                      ? train_shown(text->valuestring) : "-");

        inspect_number(t, "loss", -1);
        inspect_number(t, "score", 4);
        inspect_number(t, "weight", 2);

        text = cJSON_GetObjectItemCaseSensitive(t, "dropped");
        (void) printf("%s%s\n", cJSON_IsString(text) ? "  " : "",
                      cJSON_IsString(text) ? train_shown(text->valuestring)
                                           : "");
    }
}


static void
inspect_member(const cJSON *member)
{
    char  *text;

    text = cJSON_PrintUnformatted(member);
    (void) printf("            %s %s\n", train_shown(member->string),
                  text != NULL ? train_shown(text) : "");
    cJSON_free(text);
}


void
train_inspect_training(const cJSON *document)
{
    cJSON        *rest;
    const cJSON  *training, *member, *tried;

    training = cJSON_GetObjectItemCaseSensitive(document, "training");

    if (!cJSON_IsObject(training)) {
        return;
    }

    (void) puts("training");

    cJSON_ArrayForEach(member, training) {
        tried = cJSON_GetObjectItemCaseSensitive(member, "tried");

        if (strcmp(member->string, "portfolio") != 0 || !cJSON_IsArray(tried)) {
            inspect_member(member);
            continue;
        }

        rest = cJSON_Duplicate(member, 1);

        if (rest != NULL) {
            cJSON_DeleteItemFromObjectCaseSensitive(rest, "tried");
            inspect_member(rest);
            cJSON_Delete(rest);
        }

        inspect_tried(tried);
    }
}
