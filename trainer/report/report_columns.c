/*
 * The part of the report that says what stands in the columns of the table.
 * Counting is summary.c's matter.
 */

#include <stdio.h>
#include <string.h>

#include "report.h"


#define COLUMNS_ROWS  60            /* columns that are shown */


static void
columns_number(FILE *f, const char *before, double v)
{
    (void) fputs(before, f);
    (void) fprintf(f, train_number_form(v, "%.5g"), v);
}


static void
columns_values(FILE *f, const train_summary_t *s)
{
    if (s->numbers && strcmp(s->role, "boolean") == 0) {
        train_report_print(f, "<td>yes in %.4g %%</td>", 100 * s->mean);

    } else if (s->numbers) {
        columns_number(f, "<td>", s->low);
        columns_number(f, " to ", s->high);
        columns_number(f, ", mean ", s->mean);
        (void) fputs("</td>", f);

    } else if (s->usual != NULL && s->usual_rows > 1) {
        train_report_print(f, "<td>%zu different, most often %s (%zu)</td>",
                           s->different, s->usual, s->usual_rows);

    } else if (s->different > 0) {
        train_report_print(f, "<td>%zu different</td>", s->different);

    } else {
        (void) fputs("<td></td>", f);
    }
}


void
train_report_columns(FILE *f, const train_report_t *r)
{
    size_t               k, n;
    train_summary_t      s;
    const train_data_t  *d;

    d = (r->trained != NULL) ? r->trained : r->data;

    if (r->withheld || d == NULL || !train_table_summary(d->table, 0, &s)) {
        return;
    }

    for (n = 0; train_table_summary(d->table, n, &s); n++) {
        /* void */
    }

    train_report_open(f, "Columns", NULL, 1);
    train_report_print(f, "<p>Of %zu rows%s.</p>\n<table class=\"words\">"
                       "<tr><th>column</th><th>is</th><th>missing</th>"
                       "<th>values</th><th>because</th></tr>\n", d->rows,
                       r->trained != NULL ? ", for training and validation"
                                          : "");

    for (k = 0; k < n && k < COLUMNS_ROWS; k++) {
        (void) train_table_summary(d->table, k, &s);
        train_report_print(f, "<tr><td>%s</td><td>%s</td>", s.name,
                           strcmp(s.role, "ignore") == 0 ? "left out"
                                                         : s.role);

        if (s.missing > 0) {
            train_report_print(f, "<td>%zu (%.3g %%)</td>", s.missing,
                               100 * (double) s.missing / (double) s.rows);
        } else {
            (void) fputs("<td>-</td>", f);
        }

        columns_values(f, &s);
        train_report_print(f, "<td>%s</td></tr>\n", s.why);
    }

    (void) fputs("</table>\n", f);

    if (n > k) {
        (void) fprintf(f, "<p>%zu more columns are not shown.</p>\n", n - k);
    }

    train_report_close(f);
}
