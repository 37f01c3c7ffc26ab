/*
 * The part of the report that says what columns add to scores: how much, in
 * which rows, and by which of their values.
 * Not here: how that is computed (judge/explained.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


#define REASONS_BARS    20          /* columns that are shown, */
#define REASONS_SWARM   10          /*     row by row, */
#define REASONS_VALUES  4           /*     by their values */
#define REASONS_ROWS    400
#define REASONS_WORDS   8           /* values of a category */
#define REASONS_NAME    44          /* characters of a name */
#define REASONS_BINS    110         /* across a picture, as wide as a dot */
#define REASONS_STACK   9           /* dots above each other */
#define REASONS_COLOURS 5


typedef struct {
    const train_report_t     *r;
    const train_explained_t  *e;
    size_t                    rows;     /* that are shown, */
    size_t                    step;     /*     each step-th */
    double                   *value;    /* (REASONS_SWARM,rows): of numbers;
                                           NAN: it has none */
    double                    low, high;    /* of what is added */
} adds_t;


static const char *
adds_name(const adds_t *p, size_t column, char buf[3 * REASONS_NAME])
{
    size_t       i, n, len;
    const char  *name;

    if (p->r->info->n_columns == 0) {
        (void) snprintf(buf, 3 * REASONS_NAME, "number %zu", column + 1);
        return buf;
    }

    name = p->r->info->columns[column];

    for (i = 0, len = 0; name[len] != '\0' && i < REASONS_NAME; i++) {
        if (train_char(name + len, &n) < 0) {
            n = 1;
        }

        if (len + n > 3 * REASONS_NAME - 4) {
            break;
        }

        len += n;
    }

    (void) snprintf(buf, 3 * REASONS_NAME, "%.*s%s", (int) len, name,
                    name[len] != '\0' ? "..." : "");

    return buf;
}


/* The number of a column in a row of the model: NAN, if it is none or has no
 * order */

static double
adds_number(const maas_info_t *info, size_t column, const void *x)
{
    size_t               at;
    const maas_field_t  *field;

    field = info->n_columns > 0 ? &info->fields[column] : NULL;
    at = field != NULL ? field->at : column;

    if (field != NULL && field->kind != MAAS_FIELD_NUMBER
        && field->kind != MAAS_FIELD_BOOLEAN)
    {
        return NAN;
    }

    if (info->wide) {
        return field != NULL && field->width == 2
               && ((const double *) x)[at + 1] != 0
               ? NAN : ((const double *) x)[at];
    }

    return field != NULL && field->width == 2
           && ((const float *) x)[at + 1] != 0
           ? NAN : (double) ((const float *) x)[at];
}


static double
adds_of(const adds_t *p, size_t k, size_t i)
{
    return p->e->adds[i * p->step * p->e->n + p->e->order[k]];
}


static void
adds_start(adds_t *p, size_t n)
{
    void    *x;
    size_t   i, k;

    p->step = (p->e->rows + REASONS_ROWS - 1) / REASONS_ROWS;
    p->rows = (p->e->rows + p->step - 1) / p->step;
    p->value = train_alloc(REASONS_SWARM * p->rows, sizeof(double));
    p->low = p->high = 0;
    x = train_alloc(p->r->info->row, 1);

    for (i = 0; i < p->rows; i++) {
        train_data_wire(p->r->data, p->e->row[i * p->step], p->r->info, x);

        for (k = 0; k < n; k++) {
            p->value[k * p->rows + i] = adds_number(p->r->info,
                                                       p->e->order[k], x);
            train_plot_reach(&p->low, &p->high, adds_of(p, k, i));
        }
    }

    train_free(x);
}


/* Whose score it is: of two labels the second's, of more that of each row */

static const char *
adds_whose(const train_report_t *r, char buf[3 * REASONS_NAME])
{
    if (r->info->task == MAAS_TASK_REGRESSION) {
        return "the answer";
    }

    if (r->info->task == MAAS_TASK_CLASSIFICATION) {
        return "the label that is said";
    }

    (void) snprintf(buf, 3 * REASONS_NAME, "\"%.*s\"", 2 * REASONS_NAME,
                    r->info->n_labels > 1 ? r->info->labels[1] : "yes");

    return buf;
}


/* How the numbers came about */

static void
adds_how(FILE *f, const train_explained_t *e)
{
    switch (e->how) {

    case MAAS_EXPLAIN_SHAP:
        (void) fputs("Exact SHAP values.</p>\n", f);
        break;

    case MAAS_EXPLAIN_LINEAR:
        (void) fputs("Exact: weight times distance from the mean.</p>\n", f);
        break;

    default:
        (void) fprintf(f, "Integrated gradients from the mean row: of half of "
                       "the rows they add up to the score but for %.2g %%."
                       "</p>\n", 100 * e->left);
    }
}


static void
adds_bars(FILE *f, const adds_t *p, size_t n)
{
    char    name[3 * REASONS_NAME];
    size_t  k, column;
    double  most;

    most = p->e->mean[p->e->order[0]];
    train_report_open(f, "What the columns add", NULL,
                      p->r->m->classes > 0);
    train_report_print(f, "<p>To the score of %s, before its last "
                       "transform: mean size, up or down, over %zu rows. ",
                       adds_whose(p->r, name), p->e->rows);
    adds_how(f, p->e);
    (void) fputs("<div class=\"bars\">\n", f);

    for (k = 0; k < n; k++) {
        column = p->e->order[k];
        train_report_print(f, "<span>%s</span><i style=\"width:%.1f%%\"></i>"
                           "<span>%.4g</span>\n",
                           adds_name(p, column, name),
                           most > 0 ? 100 * p->e->mean[column] / most : 0,
                           p->e->mean[column]);
    }

    (void) fputs("</div>\n", f);

    if (p->e->n > n) {
        (void) fprintf(f, "<p>%zu that add less are not shown.</p>\n",
                       p->e->n - n);
    }

    train_report_close(f);
}


/* Colour of each row by the rank of its value; REASONS_COLOURS: it has none */

static void
adds_colours(const adds_t *p, const double *value, uint8_t *colour)
{
    size_t         i, n;
    train_rank_t  *rank;

    rank = train_alloc(p->rows, sizeof(train_rank_t));

    for (i = 0, n = 0; i < p->rows; i++) {
        colour[i] = REASONS_COLOURS;

        if (isfinite(value[i])) {
            rank[n++] = (train_rank_t) { -value[i], i };
        }
    }

    train_rank(rank, n);

    /* equal values have the colour of the first */

    for (i = 0; i < n; i++) {
        colour[rank[i].at] =
            i > 0 && value[rank[i].at] == value[rank[i - 1].at]
            ? colour[rank[i - 1].at]
            : (uint8_t) (i * REASONS_COLOURS / n);
    }

    /* of few values the last is the greatest, whatever its rank */

    for (i = n; i > 0 && n > 1 && value[rank[i - 1].at]
                                  == value[rank[n - 1].at]; i--)
    {
        if (value[rank[0].at] != value[rank[n - 1].at]) {
            colour[rank[i - 1].at] = REASONS_COLOURS - 1;
        }
    }

    train_free(rank);
}


/* Dots of a column, of rows at the same place above and below each other */

static void
adds_strip(const train_plot_t *plot, const adds_t *p, size_t k,
    double middle)
{
    char     class[16];
    size_t   i, c, n, bin, at, stack[REASONS_BINS + 1] = { 0 };
    double  *x, *y;
    uint8_t *colour;

    x = train_alloc(p->rows * (REASONS_COLOURS + 1), sizeof(double));
    y = train_alloc(p->rows * (REASONS_COLOURS + 1), sizeof(double));
    colour = train_alloc(p->rows, 1);
    adds_colours(p, p->value + k * p->rows, colour);

    for (c = 0; c <= REASONS_COLOURS; c++) {
        at = c * p->rows;

        for (i = 0, n = 0; i < p->rows; i++) {
            if (colour[i] != c) {
                continue;
            }

            x[at + n] = adds_of(p, k, i);
            bin = (size_t) ((x[at + n] - plot->x0) / (plot->x1 - plot->x0)
                            * REASONS_BINS);
            bin = stack[bin]++ % REASONS_STACK;
            y[at + n++] = middle + (bin % 2 ? 0.056 : -0.056)
                                   * (double) ((bin + 1) / 2);
        }

        (void) snprintf(class, sizeof(class), "v%zu", c);
        train_plot_dots(plot, class, x + at, y + at, n);
    }

    train_free(colour);
    train_free(y);
    train_free(x);
}


static void
adds_swarm(FILE *f, const adds_t *p, size_t n)
{
    char          name[3 * REASONS_NAME], sentence[300];
    double        zero[2] = { 0, 0 }, y[2] = { 0, (double) n };
    size_t        k;
    train_plot_t  plot = {
        .f = f, .title = "What the columns add, row by row",
        .sentence = sentence,
        .x_label = "added to the score", .x0 = p->low, .x1 = p->high,
        .y1 = (double) n, .strips = n
    };

    (void) snprintf(sentence, sizeof(sentence), "A dot is a row: to the right "
                    "the column raises the score of %s, to the left it lowers "
                    "it. Blue: low values, orange: high ones, grey: values "
                    "without an order.", adds_whose(p->r, name));
    train_plot_begin(&plot);
    train_plot_line(&plot, "dash", NULL, zero, y, 2);

    for (k = 0; k < n; k++) {
        train_plot_word(&plot, "c", adds_name(p, p->e->order[k], name),
                        plot.x0, (double) (n - k) - 0.36, 0);
        adds_strip(&plot, p, k, (double) (n - k) - 0.66);
    }

    train_plot_end(&plot);
}


/* A column of numbers: its value against what it adds */

static void
adds_curve(FILE *f, const adds_t *p, size_t k)
{
    char           name[3 * REASONS_NAME], title[4 * REASONS_NAME];
    double        *x, *y, zero[2] = { 0, 0 }, ends[2];
    size_t         i, n;
    const double  *value;
    train_plot_t   plot = {
        .f = f, .title = title, .y_label = "added to the score",
        .x0 = INFINITY, .x1 = -INFINITY
    };

    value = p->value + k * p->rows;
    x = train_alloc(p->rows, sizeof(double));
    y = train_alloc(p->rows, sizeof(double));
    plot.x_label = adds_name(p, p->e->order[k], name);
    (void) snprintf(title, sizeof(title), "What %s adds", name);

    for (i = 0, n = 0; i < p->rows; i++) {
        if (isfinite(value[i])) {
            x[n] = value[i];
            y[n] = adds_of(p, k, i);
            train_plot_reach(&plot.x0, &plot.x1, x[n]);
            train_plot_reach(&plot.y0, &plot.y1, y[n++]);
        }
    }

    if (n > 0) {
        train_plot_begin(&plot);
        ends[0] = plot.x0;
        ends[1] = plot.x1;
        train_plot_line(&plot, "dash", NULL, ends, zero, 2);
        train_plot_dots(&plot, "v0", x, y, n);
        train_plot_end(&plot);
    }

    train_free(y);
    train_free(x);
}


/* A category: the values that it has most often, and what they add */

static void
adds_words(FILE *f, const adds_t *p, size_t k)
{
    char                 name[3 * REASONS_NAME];
    void                *x;
    size_t               i, v, at, column, *rows;
    double              *adds;
    train_rank_t        *rank;
    const maas_field_t  *field;

    column = p->e->order[k];
    field = &p->r->info->fields[column];
    rows = train_alloc(field->n_values, sizeof(size_t));
    adds = train_alloc(field->n_values, sizeof(double));
    rank = train_alloc(field->n_values, sizeof(train_rank_t));
    x = train_alloc(p->r->info->row, 1);

    for (i = 0; i < p->e->rows; i++) {
        train_data_wire(p->r->data, p->e->row[i], p->r->info, x);

        for (v = 0; v < field->n_values && v < field->width; v++) {
            at = field->at + v;

            if (p->r->info->wide ? ((const double *) x)[at] != 0
                                 : ((const float *) x)[at] != 0)
            {
                rows[v]++;
                adds[v] += p->e->adds[i * p->e->n + column];
            }
        }
    }

    for (v = 0; v < field->n_values; v++) {
        rank[v] = (train_rank_t) { (double) rows[v], v };
    }

    train_rank(rank, field->n_values);
    train_report_print(f, "<section class=\"card\"><h2>What %s adds</h2>\n"
                       "<table><tr><th>value</th><th>rows</th>"
                       "<th>adds, mean</th></tr>\n",
                       adds_name(p, column, name));

    for (i = 0; i < field->n_values && i < REASONS_WORDS && rank[i].key > 0;
         i++)
    {
        v = rank[i].at;
        train_report_print(f, "<tr><td>%s</td><td>%zu</td><td>%+.4g</td>"
                           "</tr>\n", field->values[v], rows[v],
                           adds[v] / (double) rows[v]);
    }

    (void) fputs("</table>\n", f);
    train_report_close(f);
    train_free(x);
    train_free(rank);
    train_free(adds);
    train_free(rows);
}


static void
adds_values(FILE *f, const adds_t *p, size_t n)
{
    size_t               k, shown;
    const maas_field_t  *field;

    for (k = 0, shown = 0; k < n && shown < REASONS_VALUES; k++) {
        field = &p->r->info->fields[p->e->order[k]];

        if (field->kind == MAAS_FIELD_NUMBER
            || field->kind == MAAS_FIELD_BOOLEAN)
        {
            adds_curve(f, p, k);
            shown++;

        } else if (field->kind == MAAS_FIELD_CATEGORY && field->n_values > 0) {
            adds_words(f, p, k);
            shown++;
        }
    }
}


/* A picture of how much its places add */

static void
adds_map(FILE *f, const train_report_t *r, const train_explained_t *e)
{
    char     whose[3 * REASONS_NAME];
    float   *mean;
    size_t   i;

    train_report_open(f, "Where it looks", NULL, 0);
    train_report_print(f, "<p>What a pixel adds to the score of %s, up or "
                       "down, over %zu rows: white most. ",
                       adds_whose(r, whose), e->rows);
    adds_how(f, e);

    mean = train_alloc(e->n, sizeof(float));

    for (i = 0; i < e->n; i++) {
        mean[i] = (float) e->mean[i];
    }

    (void) fputs("<div class=\"map\">", f);
    train_report_picture(f, r->info->shape[0], r->info->shape[1], mean, 0);
    (void) fputs("</div>\n", f);
    train_report_close(f);
    train_free(mean);
}


void
train_report_reasons(FILE *f, const train_report_t *r)
{
    size_t                    n, bars;
    adds_t                 p = { .r = r, .e = r->explained };
    const train_explained_t  *e;

    e = r->explained;

    if (e == NULL || !(e->mean[e->order[0]] > 0)) {
        return;
    }

    if (r->info->image && r->info->rank == 2) {
        adds_map(f, r, e);
        return;
    }

    /* those that add nothing in no row are not shown */

    for (bars = 0; bars < e->n && bars < REASONS_BARS
                   && e->mean[e->order[bars]] > 0; bars++)
    {
        /* void */
    }

    n = bars < REASONS_SWARM ? bars : REASONS_SWARM;

    adds_start(&p, n);
    adds_bars(f, &p, bars);
    adds_swarm(f, &p, n);

    if (r->info->n_columns > 0) {
        adds_values(f, &p, n);
    }

    train_free(p.value);
}
