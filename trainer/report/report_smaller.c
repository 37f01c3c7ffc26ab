/*
 * How the model became smaller, as a card: each step with size, time and score
 * before and after it.
 * Not here: where the file says so (compress/recorded.c).
 */

#include <math.h>

#include "report.h"
#include "compress/compress.h"


static void
smaller_number(FILE *f, const char *form, double v)
{
    (void) fputs("<td>", f);

    if (!isnan(v)) {
        (void) fprintf(f, form, v);
    }

    (void) fputs("</td>", f);
}


static void
smaller_row(FILE *f, const char *what, const train_side_t *side)
{
    train_report_print(f, "<tr><td>%s</td>", what);
    smaller_number(f, "%.0f", side->bytes > 0 ? (double) side->bytes : NAN);
    smaller_number(f, "%.2f", side->micros);
    smaller_number(f, "%.4f", side->score);
    (void) fputs("</tr>\n", f);
}


void
train_report_smaller(FILE *f, const train_report_t *r)
{
    size_t             i, n;
    train_recorded_t  *list;

    list = train_recorded(r->info, &n);

    if (n > 0) {
        train_report_open(f, "Smaller and faster",
                          "What each step began with, and what it made of "
                          "that. Times were measured then, on that machine.",
                          0);
        train_report_print(f, "<table><tr><th></th><th>bytes</th><th>&micro;s "
                           "a row</th><th>%s</th></tr>\n",
                           r->info->task == MAAS_TASK_REGRESSION
                           ? "R2" : "accuracy");

        for (i = 0; i < n; i++) {
            smaller_row(f, list[i].from, &list[i].side[0]);
            smaller_row(f, list[i].what, &list[i].side[1]);
        }

        (void) fputs("</table>\n", f);
        train_report_close(f);
    }

    train_recorded_free(list, n);
}
