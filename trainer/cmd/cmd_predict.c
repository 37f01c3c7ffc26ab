/*
 * predict: one line of text for every row of a data set, and its command line.
 * Numbers come from the engine and are printed so that they read back to the
 * same bits.  Lines with names are in predict_table.c.
 */

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "predict.h"
#include "export/model.h"
#include "text/maas_json.h"


typedef enum {
    PREDICT_LINES = 0,
    PREDICT_CSV,
    PREDICT_JSONL
} predict_format_t;

static const char *const  predict_formats[] = {
    [PREDICT_LINES] = "lines",
    [PREDICT_CSV] = "csv",
    [PREDICT_JSONL] = "jsonl"
};

static const train_arg_t  predict_rows[] = {
    TRAIN_MODEL_ROWS,
    { "format", 'f', TRAIN_MODEL_CHOICE(format, predict_formats), NULL,
      "csv, jsonl: with names; ids, label, decision and the probability of "
      "each class, a line for each row of the file, skipped ones too (lines)",
      .expected = "lines, csv or jsonl" },
    { "raw", 0, TRAIN_MODEL_FLAG(raw), NULL,
      "just the numbers before the last activation or transform, in full "
      "precision" }
};

static const train_args_t  predict_args = {
    "predict", predict_rows, train_nelts(predict_rows),
    "usage: maas-trainer predict MODEL --data D [OPTION]...\n"
    "Print a line for each row: its id and label, if there are any, and all "
    "numbers.\n", NULL, NULL, 0
};


/* NULL for numbers */

static const char *
predict_label(const maas_info_t *info, const float *y)
{
    size_t                    said;
    static const char *const  binary[] = { "0", "1" };

    if (info->task == MAAS_TASK_REGRESSION) {
        return NULL;
    }

    said = maas_decision(info, y);

    if (info->n_labels > 0) {
        return info->labels[said];
    }

    return info->task == MAAS_TASK_BINARY ? binary[said] : "";
}


/* Text of the first column that names the rows, NULL if there is none */

static const char *
predict_id(const train_data_t *d, size_t row)
{
    const char        *text;
    train_row_name_t   name;

    if (!train_table_name(d->table, 0, &name)) {
        return NULL;
    }

    text = train_table_written(d->table, &name, row, NULL);

    return (text != NULL) ? text : "";
}


static void
predict_json(const maas_info_t *info, const char *id, const float *y)
{
    char           number[MAAS_FLOAT_MAX];
    size_t         j;
    const char    *label;
    maas_writer_t  w;

    label = predict_label(info, y);
    train_json_begin(&w, stdout);

    if (id != NULL) {
        maas_writer_key(&w, "id");
        maas_writer_string(&w, id, train_cut(id, strlen(id), MAAS_MAX_TEXT));
    }

    if (label != NULL) {
        train_json_text(&w, "label", label);
    }

    train_json_open(&w, "outputs", '[');

    for (j = 0; j < info->out; j++) {
        maas_writer_raw(&w, number, maas__float_print(y[j], number));
    }

    maas_writer_close(&w, ']');
    train_json_end(&w);
}


static void
predict_csv(const maas_info_t *info, const char *id, const float *y)
{
    char         number[MAAS_FLOAT_MAX];
    size_t       j;
    const char  *text[] = { id, predict_label(info, y) };

    for (j = 0; j < train_nelts(text); j++) {
        if (text[j] != NULL) {
            train_predict_field(text[j]);
            (void) putchar(',');
        }
    }

    for (j = 0; j < info->out; j++) {
        (void) fwrite(number, 1, maas__float_print(y[j], number), stdout);
        (void) putchar(j + 1 < info->out ? ',' : '\n');
    }
}


static void
predict_lines(const train_predict_t *p, int json)
{
    size_t  i;
    void  (*row)(const maas_info_t *info, const char *id, const float *y);

    row = json ? predict_json : predict_csv;

    for (i = 0; i < p->data->rows; i++) {
        row(p->info, predict_id(p->data, i), p->y + i * p->info->out);
    }
}


/* A line of numbers for each row */

static void
predict_raw(const maas_model_t *m, const train_data_t *d)
{
    double  *y;
    size_t   i, out;

    out = maas_model_info(m)->out;
    y = train_model_raw(m, d, 1);

    for (i = 0; i < d->rows * out; i++) {
        (void) printf("%.17g%c", y[i], (i + 1) % out == 0 ? '\n' : ',');
    }

    train_free(y);
}


static void
predict_all(const train_model_args_t *args, const maas_model_t *m,
    const train_data_t *d)
{
    float            *y;
    train_predict_t   p;

    y = train_model_run(m, d, NULL, 0);
    p = (train_predict_t) { maas_model_info(m), d, y };

    if (args->format == PREDICT_LINES) {
        predict_lines(&p, args->json);

    } else if (args->format == PREDICT_CSV) {
        train_predict_csv(&p);

    } else {
        train_predict_jsonl(&p);
    }

    train_free(y);
}


int
train_cmd_predict(int argc, char **argv)
{
    maas_model_t        *m;
    train_data_t         d;
    train_model_args_t   args;

    maas_single_thread();
    train_model_args(&args, &predict_args, argc, argv);

    if (args.json && args.format != PREDICT_LINES) {
        train_usage("predict", "--json and --format: expected one of them");
    }

    if (args.raw && (args.json || args.format != PREDICT_LINES)) {
        train_usage("predict", "--raw prints lines of numbers: expected "
                    "neither --json nor --format with it");
    }

    m = train_model_open(args.model);
    args.want.no_target = 1;
    train_model_data(&args, m, &d);

    if (args.raw) {
        predict_raw(m, &d);
    } else {
        predict_all(&args, m, &d);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        train_die("standard output cannot be written to");
    }

    train_data_free(&d);
    maas_model_free(m);
    train_args_free(&predict_args, &args);

    return TRAIN_EXIT_OK;
}
