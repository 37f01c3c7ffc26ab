/*
 * explain: lines of CSV and of JSON.
 * Nothing is computed here.
 */

#include <math.h>
#include <string.h>

#include "explain_rows.h"
#include "predict.h"


/* The places of a row that are told: all of them in order, or the largest */

static size_t
explain_places(const train_explain_t *e, size_t top, size_t *places)
{
    size_t  i;

    if (top > 0) {
        return maas_explain_top(e->attributions, e->n, top, places);
    }

    for (i = 0; i < e->n; i++) {
        places[i] = i;
    }

    return e->n;
}


/* What the row is called in the file, else its number */

static const char *
explain_called(const train_data_t *d, size_t row, char buf[TRAIN_EXPLAIN_NAME])
{
    const char  *id;

    id = train_predict_id(d, row);

    if (id == NULL) {
        (void) snprintf(buf, TRAIN_EXPLAIN_NAME, "%zu", row + 1);
    }

    return id == NULL ? buf : id;
}


static void
explain_header(const train_explain_t *e, size_t top, FILE *f)
{
    char    buf[TRAIN_EXPLAIN_NAME];
    size_t  i;

    (void) fprintf(f, "row,%sscore,base,error",
                   train_explain_label(e->info, 0, buf) ? "label," : "");

    for (i = 0; i < (top > 0 ? top : e->n); i++) {
        if (top > 0) {
            (void) fprintf(f, ",column_%zu,adds_%zu", i + 1, i + 1);

        } else {
            (void) fputc(',', f);
            train_predict_field(f, train_explain_name(e->info, i, buf));
        }
    }

    (void) fputc('\n', f);
}


/* Nothing where a score is beyond all numbers: inf and nan are no CSV */

static void
table_number(FILE *f, const char *form, double v)
{
    (void) fputc(',', f);

    if (isfinite(v)) {
        (void) fprintf(f, form, v);
    }
}


static void
explain_line(const train_explain_t *e, const char *row, size_t top,
    const size_t *places, size_t n, FILE *f)
{
    char         buf[TRAIN_EXPLAIN_NAME];
    size_t       i;
    const char  *label;

    train_predict_field(f, row);
    label = train_explain_told(e, buf);

    if (label != NULL) {
        (void) fputc(',', f);
        train_predict_field(f, label);
    }

    table_number(f, "%.9g", e->told.score);
    table_number(f, "%.9g", e->told.base);
    table_number(f, "%.3g", e->told.error);

    for (i = 0; i < n; i++) {
        if (top > 0) {
            (void) fputc(',', f);
            train_predict_field(f, train_explain_name(e->info, places[i],
                                                      buf));
        }

        table_number(f, "%.9g", e->attributions[places[i]]);
    }

    for (/* void */; i < top; i++) {
        (void) fputs(",,", f);
    }

    (void) fputc('\n', f);
}


void
train_explain_csv(train_explain_t *e, const train_data_t *d, size_t top,
    FILE *f)
{
    char    buf[TRAIN_EXPLAIN_NAME];
    size_t  row, *places;

    top = top < e->n ? top : e->n;
    places = train_alloc(e->n + 1, sizeof(size_t));
    explain_header(e, top, f);

    for (row = 0; row < d->rows; row++) {
        train_explain_row(e, d, row);
        explain_line(e, explain_called(d, row, buf), top, places,
                     explain_places(e, top, places), f);
    }

    train_free(places);
}


void
train_explain_jsonl(train_explain_t *e, const train_data_t *d, size_t top,
    FILE *f)
{
    char           buf[TRAIN_EXPLAIN_NAME];
    size_t         i, n, row, *places;
    const char    *label;
    maas_writer_t  w;

    places = train_alloc(e->n + 1, sizeof(size_t));

    for (row = 0; row < d->rows; row++) {
        train_explain_row(e, d, row);
        n = explain_places(e, top, places);
        train_json_begin(&w, f);
        train_json_text(&w, "row", explain_called(d, row, buf));
        label = train_explain_told(e, buf);

        if (label != NULL) {
            train_json_text(&w, "label", label);
        }

        train_json_number(&w, "score", e->told.score);
        train_json_number(&w, "base", e->told.base);
        train_json_number(&w, "error", e->told.error);
        train_json_open(&w, "attributions", '{');

        for (i = 0; i < n; i++) {
            train_json_number(&w, train_explain_name(e->info, places[i], buf),
                              e->attributions[places[i]]);
        }

        maas_writer_close(&w, '}');
        train_json_end(&w);
    }

    train_free(places);
}
