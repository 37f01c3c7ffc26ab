/*
 * What a portfolio tried, as a card: each recipe with what it lost, and its
 * weight in the file.
 * Not here: where the file says so (portfolio/tell.c).
 */

#include <math.h>

#include <cjson/cJSON.h>

#include "report.h"


static void
tried_number(FILE *f, const char *form, const cJSON *v)
{
    (void) fputs("<td>", f);

    if (cJSON_IsNumber(v)) {
        (void) fprintf(f, form, v->valuedouble);
    }

    (void) fputs("</td>", f);
}


static void
tried_row(FILE *f, const cJSON *t)
{
    const char   *why;
    const cJSON  *weight;

    weight = cJSON_GetObjectItemCaseSensitive(t, "weight");
    why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(t, "dropped"));

    (void) fputs(cJSON_GetNumberValue(weight) > 0 ? "<tr class=\"own\">"
                                                  : "<tr>", f);
    train_report_print(f, "<td>%s</td>",
                       cJSON_GetStringValue(
                           cJSON_GetObjectItemCaseSensitive(t, "name")));
    tried_number(f, "%.0f", cJSON_GetObjectItemCaseSensitive(t, "parts"));
    tried_number(f, "%.5g", cJSON_GetObjectItemCaseSensitive(t, "loss"));
    tried_number(f, "%.4f", cJSON_GetObjectItemCaseSensitive(t, "score"));
    tried_number(f, "%.2f", weight);
    train_report_print(f, "<td>%s</td></tr>\n", why != NULL ? why : "");
}


void
train_report_tried(FILE *f, const train_report_t *r)
{
    cJSON        *document;
    const cJSON  *portfolio, *t;

    document = cJSON_Parse(r->info->document);
    portfolio = cJSON_GetObjectItemCaseSensitive(
                    cJSON_GetObjectItemCaseSensitive(document, "training"),
                    "portfolio");
    portfolio = cJSON_GetObjectItemCaseSensitive(portfolio, "tried");

    if (cJSON_IsArray(portfolio)) {
        train_report_open(f, "What was tried",
                          "Losses and scores are of rows that were not "
                          "learnt. Those with a weight are in the file: it "
                          "says the mean of their scores.", 1);
        train_report_print(f, "<table class=\"words\"><tr><th></th>"
                           "<th>parts</th><th>loss</th><th>%s</th>"
                           "<th>weight</th><th></th></tr>\n",
                           r->info->task == MAAS_TASK_REGRESSION
                           ? "R2" : "accuracy");

        cJSON_ArrayForEach(t, portfolio) {
            if (cJSON_IsObject(t)) {
                tried_row(f, t);
            }
        }

        (void) fputs("</table>\n", f);
        train_report_close(f);
    }

    cJSON_Delete(document);
}
