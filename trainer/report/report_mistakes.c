/*
 * The part of the report that shows the worst mistakes: the pictures, or the
 * rows with some of their values.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


#define MISTAKES_PICTURES  28
#define MISTAKES_ROWS      12
#define MISTAKES_COLUMNS   6


/* Worst first, key: how sure the wrong answer was, or how far off */

static train_rank_t *
mistakes_find(const train_report_t *r, size_t *n)
{
    size_t                i, k;
    train_rank_t         *m;
    const train_judge_t  *j;

    j = r->judge;
    m = train_alloc(r->m->rows, sizeof(train_rank_t));
    *n = 0;

    for (i = 0; i < r->m->rows; i++) {
        if (r->m->classes > 0) {
            if (j->said[i] == j->class[i]) {
                continue;
            }

            m[*n].key = j->sure[i];
        }

        for (k = 0; r->m->classes == 0 && k < j->out; k++) {
            m[*n].key += fabs((double) j->y[i * j->out + k]
                              - j->target[i * j->out + k]);
        }

        m[(*n)++].at = i;
    }

    train_rank(m, *n);

    return m;
}


static size_t
mistakes_row(const train_report_t *r, size_t at)
{
    return (r->row != NULL) ? r->row[at] : at;
}


/* Where it stands: "name.csv:17", or its number */

static void
mistakes_place(FILE *f, const train_report_t *r, size_t at)
{
    size_t                 row;
    const char            *name;
    const train_origin_t  *origin;

    row = mistakes_row(r, at);
    origin = train_table_origin(r->data->table, row);

    if (origin == NULL || strcmp(r->data->path, "-") == 0) {
        (void) fprintf(f, "row %zu", origin != NULL ? origin->row : row + 1);
        return;
    }

    name = strrchr(r->data->path, '/');
    train_report_print(f, "%s:%zu", name != NULL ? name + 1 : r->data->path,
                       origin->line);
}


/* "5", or "12.5": one of class(rows), or of y(rows,out) if there is no class */

static void
mistakes_answer(FILE *f, const train_report_t *r, const uint32_t *class,
    const float *y, size_t at)
{
    if (class != NULL) {
        train_report_print(f, "%s", r->data->labels[class[at]]);
    } else {
        (void) fprintf(f, "%.6g", (double) y[at * r->judge->out]);
    }
}


/* What it was, and what was said, with what stands between the two */

static void
mistakes_both(FILE *f, const train_report_t *r, size_t at, const char *between)
{
    const train_judge_t  *j;

    j = r->judge;
    mistakes_answer(f, r, j->class, j->target, at);
    (void) fputs(between, f);
    mistakes_answer(f, r, j->said, j->y, at);
}


static void
mistakes_pictures(FILE *f, const train_report_t *r, const train_rank_t *m,
    size_t n)
{
    float   *x;
    size_t   i;

    n = (n < MISTAKES_PICTURES) ? n : MISTAKES_PICTURES;
    x = train_alloc(r->data->in, sizeof(float));
    (void) fputs("<div class=\"pictures\">\n", f);

    for (i = 0; i < n; i++) {
        train_data_row(r->data, mistakes_row(r, m[i].at), x);
        (void) fputs("<figure>", f);
        train_report_picture(f, r->data->shape[0], r->data->shape[1], x,
                             r->data->bytes != NULL);
        (void) fputs("<br>", f);
        mistakes_both(f, r, m[i].at, " &rarr; <b>");
        (void) fputs("</b>", f);

        if (r->m->classes > 0) {
            (void) fprintf(f, "<br><span>%.1f %% sure</span>",
                           100 * m[i].key);
        }

        (void) fputs("<br><span>", f);
        mistakes_place(f, r, m[i].at);
        (void) fputs("</span></figure>\n", f);
    }

    (void) fputs("</div>\n", f);
    train_free(x);
}


/* The value of a column in a row x(in), or as it stands in the table */

static void
mistakes_value(FILE *f, const train_report_t *r, size_t row, size_t column,
    const float *x)
{
    char                 buf[TRAIN_SHORT];
    const maas_field_t  *field;

    if (r->data->table != NULL) {
        train_table_value(r->data->table, r->info->columns[column], row, buf);
        train_report_print(f, "%s", buf);
        return;
    }

    field = &r->info->fields[column];
    x += field->at;

    if (field->width == 2 && x[1] != 0) {
        (void) fputs("missing", f);     /* x[0] is what stands for it */
    } else {
        (void) fprintf(f, "%.6g", (double) x[0]);
    }
}


/* The columns that matter most, or the first ones; returns how many */

static size_t
mistakes_columns(const train_report_t *r, size_t *column)
{
    size_t  i, k, n;

    n = 0;

    for (i = 0; i < r->info->n_columns && n < MISTAKES_COLUMNS; i++) {
        column[n] = i;

        for (k = 0; r->importance != NULL && k < r->info->n_columns; k++) {
            if (strcmp(r->info->columns[k], r->importance[i].name) == 0) {
                column[n] = k;
            }
        }

        /* a long text would leave no room */

        n += r->info->fields[column[n]].kind != MAAS_FIELD_TEXT;
    }

    return n;
}


/* What names the rows stands beside their places */

static void
mistakes_names(FILE *f, const train_report_t *r, size_t at, int head)
{
    size_t             k;
    const char        *text;
    train_row_name_t   name;

    for (k = 0; train_table_name(r->data->table, k, &name); k++) {
        text = head ? name.column
               : train_table_written(r->data->table, &name,
                                     mistakes_row(r, at), NULL);
        train_report_print(f, head ? "<th>%s</th>" : "<td>%s</td>",
                           text != NULL ? text : "");
    }
}


static void
mistakes_line(FILE *f, const train_report_t *r, const train_rank_t *m,
    const size_t *column, size_t columns, float *x)
{
    size_t  k;

    (void) fputs("<tr><td>", f);
    mistakes_place(f, r, m->at);
    (void) fputs("</td>", f);
    mistakes_names(f, r, m->at, 0);
    (void) fputs("<td>", f);
    mistakes_both(f, r, m->at, "</td><td>");

    if (r->m->classes > 0) {
        (void) fprintf(f, "</td><td>%.1f %%</td>", 100 * m->key);
    } else {
        (void) fprintf(f, "</td><td>%.6g</td>", m->key);
    }

    train_data_row(r->data, mistakes_row(r, m->at), x);

    for (k = 0; k < columns; k++) {
        (void) fputs("<td>", f);
        mistakes_value(f, r, mistakes_row(r, m->at), column[k], x);
        (void) fputs("</td>", f);
    }

    (void) fputs("</tr>\n", f);
}


static void
mistakes_table(FILE *f, const train_report_t *r, const train_rank_t *m,
    size_t n)
{
    float   *x;
    size_t   i, k, columns, column[MISTAKES_COLUMNS];

    columns = mistakes_columns(r, column);
    n = (n < MISTAKES_ROWS) ? n : MISTAKES_ROWS;
    x = train_alloc(r->data->in, sizeof(float));
    (void) fputs("<table><tr><th>where</th>", f);
    mistakes_names(f, r, 0, 1);
    train_report_print(f, "<th>it was</th><th>said</th><th>%s</th>",
                       r->m->classes ? "sure" : "off by");

    for (k = 0; k < columns; k++) {
        train_report_print(f, "<th>%s</th>", r->info->columns[column[k]]);
    }

    (void) fputs("</tr>\n", f);

    for (i = 0; i < n; i++) {
        mistakes_line(f, r, &m[i], column, columns, x);
    }

    (void) fputs("</table>\n", f);
    train_free(x);
}


void
train_report_mistakes(FILE *f, const train_report_t *r)
{
    size_t         n;
    train_rank_t  *m;

    m = mistakes_find(r, &n);

    if (n > 0) {
        train_report_open(f, "The worst mistakes", r->m->classes
                          ? "What it was and what was said, the surest "
                            "first."
                          : "Where the answers are farthest off.", 1);

        if (r->data->image && r->data->rank == 2) {
            mistakes_pictures(f, r, m, n);
        } else {
            mistakes_table(f, r, m, n);
        }

        train_report_close(f);
    }

    train_free(m);
}
