/*
 * Predictions with names: what the rows are called in the file, what the model
 * says, and a probability of each class, as CSV or JSON lines.
 * Nothing is computed here.
 */

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "predict.h"
#include "export/model.h"
#include "text/maas_json.h"


#define PREDICT_TEXT  32

static const char *const  predict_bounds[] = { "low", "high" };

/* A row with an answer that is not finite: it is there, the answer is not */

static const train_skip_t  predict_far = { 0, (char *) TRAIN_NOT_FINITE, NULL };


/* Classes that have a probability; 0 for numbers */

static size_t
predict_classes(const maas_info_t *info)
{
    return (info->task == MAAS_TASK_BINARY) ? 2
           : (info->task == MAAS_TASK_CLASSIFICATION) ? info->out : 0;
}


/* Class or number k by the model's word, or by its place */

static const char *
predict_class_name(const maas_info_t *info, size_t k, char buf[PREDICT_TEXT])
{
    if (info->n_labels > k) {
        return info->labels[k];
    }

    (void) snprintf(buf, PREDICT_TEXT, "%zu",
                    k + (info->task == MAAS_TASK_REGRESSION));

    return buf;
}


static size_t
predict_print(const train_predict_t *p, size_t row, size_t k,
    char number[MAAS_FLOAT_MAX])
{
    float  v;

    v = p->y[row * p->info->out
             + (p->info->task == MAAS_TASK_BINARY ? 0 : k)];

    if (p->info->task == MAAS_TASK_BINARY && k == 0) {
        v = 1 - v;
    }

    return maas__float_print(v, number);
}


/* To be freed */

static char *
predict_column(const maas_info_t *info, size_t k)
{
    char  buf[PREDICT_TEXT];

    if (predict_classes(info) > 0) {
        return train_format("probability_%s", predict_class_name(info, k, buf));
    }

    return (info->out == 1) ? train_strdup("prediction")
           : train_format("prediction_%s", predict_class_name(info, k, buf));
}


static void
predict_clash(const char *column, const char *ours)
{
    if (strcmp(column, ours) == 0) {
        train_die("--format: the id column \"%s\" is called as a column of "
                  "the predictions: expected another --id, or another name in "
                  "the file", column);
    }
}


static void
predict_clash_interval(const train_predict_t *p, const char *column, size_t k)
{
    char    *ours;
    size_t   i;

    for (i = 0; p->interval != NULL && i < 2; i++) {
        ours = train_predict_interval_name(p->info, predict_bounds[i], k);
        predict_clash(column, ours);
        train_free(ours);
    }
}


static void
predict_names_check(const train_predict_t *p, int json)
{
    char              *ours;
    size_t             i, k, n;
    train_row_name_t   name;

    n = predict_classes(p->info);
    n = (n > 0) ? n : p->info->out;

    for (i = 0; train_table_name(p->data->table, i, &name); i++) {
        predict_clash(name.column, "label");
        predict_clash(name.column, "decision");

        if (json) {
            predict_clash(name.column, "row");
            predict_clash(name.column, "error");
            predict_clash(name.column, "probabilities");
        }

        for (k = 0; k < n; k++) {
            ours = predict_column(p->info, k);
            predict_clash(name.column, ours);
            train_free(ours);
            predict_clash_interval(p, name.column, k);
        }
    }
}


void
train_predict_field(FILE *f, const char *s)
{
    if (strpbrk(s, ",\"\r\n") == NULL) {
        (void) fputs(s, f);
        return;
    }

    (void) fputc('"', f);

    for ( /* void */ ; *s != '\0'; s++) {
        if (*s == '"') {
            (void) fputc('"', f);
        }

        (void) fputc(*s, f);
    }

    (void) fputc('"', f);
}


/* All rows of the file in its order: each() gets a row, or one that was
 * skipped; at: its place in the file */

static void
predict_each(const train_predict_t *p,
    void (*each)(const train_predict_t *p, size_t at, size_t row,
                 const train_skip_t *skip))
{
    size_t                i, k, n, at;
    const train_skip_t   *skip;
    const train_origin_t  *place;

    skip = train_table_skips(p->data->table, &n);
    k = 0;

    for (i = 0; i < p->data->rows; i++) {
        place = train_table_origin(p->data->table, i);
        at = (place != NULL) ? place->row : p->data->before + i + 1;

        for ( /* void */ ; k < n && skip[k].row < at; k++) {
            each(p, skip[k].row, 0, &skip[k]);
        }

        each(p, at, i, p->far != NULL && p->far[i] ? &predict_far : NULL);
    }

    for ( /* void */ ; k < n; k++) {
        each(p, skip[k].row, 0, &skip[k]);
    }
}


/* Names of low and high, each behind a comma */

static void
predict_csv_bounds(const train_predict_t *p, size_t k)
{
    char    *name;
    size_t   i;

    for (i = 0; p->interval != NULL && i < 2; i++) {
        name = train_predict_interval_name(p->info, predict_bounds[i], k);
        (void) putchar(',');
        train_predict_field(stdout, name);
        train_free(name);
    }
}


static void
predict_csv_header(const train_predict_t *p)
{
    char              *name;
    size_t             k, n;
    train_row_name_t   id;

    for (k = 0; train_table_name(p->data->table, k, &id); k++) {
        train_predict_field(stdout, id.column);
        (void) putchar(',');
    }

    if (k == 0) {
        (void) fputs("row,", stdout);
    }

    n = predict_classes(p->info);
    (void) fputs(n > 0 ? "label,decision," : "", stdout);
    n = (n > 0) ? n : p->info->out;

    for (k = 0; k < n; k++) {
        name = predict_column(p->info, k);
        train_predict_field(stdout, name);
        train_free(name);
        predict_csv_bounds(p, k);
        (void) putchar(k + 1 < n ? ',' : '\n');
    }
}


static void
predict_csv_ids(const train_predict_t *p, size_t at, size_t row,
    const train_skip_t *skip)
{
    size_t             k;
    const char        *text;
    train_row_name_t   id;

    for (k = 0; train_table_name(p->data->table, k, &id); k++) {
        text = train_table_written(p->data->table, &id, row,
                                   skip == &predict_far ? NULL : skip);
        train_predict_field(stdout, text != NULL ? text : "");
        (void) putchar(',');
    }

    if (k == 0) {
        (void) printf("%zu,", at);
    }
}


static void
predict_csv_row(const train_predict_t *p, size_t at, size_t row,
    const train_skip_t *skip)
{
    char    number[MAAS_FLOAT_MAX], buf[PREDICT_TEXT];
    size_t  k, n, said;

    predict_csv_ids(p, at, row, skip);
    n = predict_classes(p->info);

    if (n > 0 && skip == NULL) {
        said = maas_decision(p->info, p->y + row * p->info->out);
        train_predict_field(stdout, predict_class_name(p->info, said, buf));
        (void) printf(",%zu,", said);

    } else if (n > 0) {
        (void) fputs(",,", stdout);
    }

    n = (n > 0) ? n : p->info->out;

    for (k = 0; k < n; k++) {
        if (skip == NULL) {
            (void) fwrite(number, 1, predict_print(p, row, k, number), stdout);
            train_predict_interval_csv(p, row, k);

        } else if (p->interval != NULL) {
            (void) fputs(",,", stdout);
        }

        (void) putchar(k + 1 < n ? ',' : '\n');
    }
}


void
train_predict_csv(const train_predict_t *p, int first)
{
    if (first) {
        predict_names_check(p, 0);
        predict_csv_header(p);
    }

    predict_each(p, predict_csv_row);
}


/* Texts in quotes, numbers and words of JSON as they were */

static void
predict_json_ids(maas_writer_t *w, const train_predict_t *p, size_t at,
    size_t row, const train_skip_t *skip)
{
    size_t             k;
    const char        *text;
    train_row_name_t   id;

    for (k = 0; train_table_name(p->data->table, k, &id); k++) {
        text = train_table_written(p->data->table, &id, row,
                                   skip == &predict_far ? NULL : skip);
        maas_writer_key(w, id.column);

        if (text == NULL) {
            maas_writer_raw(w, "null", 4);

        } else if (id.quoted) {
            maas_writer_text(w, text);

        } else {
            maas_writer_raw(w, text, strlen(text));
        }
    }

    if (k == 0 || skip != NULL) {
        train_json_number(w, "row", (double) at);
    }
}


static void
predict_json_row(const train_predict_t *p, size_t at, size_t row,
    const train_skip_t *skip)
{
    char           number[MAAS_FLOAT_MAX], buf[PREDICT_TEXT], *name;
    size_t         k, n, said;
    maas_writer_t  w;

    train_json_begin(&w, stdout);
    predict_json_ids(&w, p, at, row, skip);

    if (skip != NULL) {
        train_json_text(&w, "error", skip->why);
        train_json_end(&w);
        return;
    }

    n = predict_classes(p->info);

    if (n > 0) {
        said = maas_decision(p->info, p->y + row * p->info->out);
        train_json_text(&w, "label", predict_class_name(p->info, said, buf));
        train_json_number(&w, "decision", (double) said);
        train_json_open(&w, "probabilities", '{');
    }

    for (k = 0; k < (n > 0 ? n : p->info->out); k++) {
        name = (n > 0) ? train_strdup(predict_class_name(p->info, k, buf))
                       : predict_column(p->info, k);
        maas_writer_key(&w, name);
        maas_writer_raw(&w, number, predict_print(p, row, k, number));
        train_free(name);
        train_predict_interval_json(&w, p, row, k);
    }

    if (n > 0) {
        maas_writer_close(&w, '}');
    }

    train_json_end(&w);
}


void
train_predict_jsonl(const train_predict_t *p, int first)
{
    if (first) {
        predict_names_check(p, 1);
    }

    predict_each(p, predict_json_row);
}
