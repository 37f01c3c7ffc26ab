/*
 * predict: one line of text for every row of a data set, and its command line.
 * Numbers come from the engine and are printed so that they read back to the
 * same bits.  Lines with names are in predict_table.c.
 */

#include <math.h>
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
      "precision" },
    { "reasons", 0, TRAIN_MODEL_COUNT(reasons, 0, 1e6), "N",
      "how the score of a row comes about, with the N columns that add most to "
      "it (0: not said)" },
    { "interval", 0, TRAIN_MODEL_NUMBER(interval, 0, 1), "X",
      "of numbers, with --format csv or jsonl: low and high, between which a "
      "share X of the truths lies" }
};

static const train_args_t  predict_args = {
    "predict", predict_rows, train_nelts(predict_rows),
    "usage: maas-trainer predict MODEL --data D [OPTION]...\n"
    "Print a line for each row: its id and label, if there are any, and all "
    "numbers.\n", NULL, NULL, 0
};


static void
predict_json(const maas_info_t *info, const char *id, const float *y)
{
    maas_writer_t  w;

    train_predict_json_begin(&w, info, id, y);
    train_json_end(&w);
}


static void
predict_csv(const maas_info_t *info, const char *id, const float *y)
{
    char         number[MAAS_FLOAT_MAX];
    size_t       j;
    const char  *text[] = { id, train_predict_label(info, y) };

    for (j = 0; j < train_nelts(text); j++) {
        if (text[j] != NULL) {
            train_predict_field(stdout, text[j]);
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
        if (p->far != NULL && p->far[i]) {
            continue;
        }

        row(p->info, train_predict_id(p->data, i), p->y + i * p->info->out);
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


/* How many rows had an answer that is not finite, and were skipped */

static size_t
predict_block(const train_model_args_t *args, const maas_model_t *m,
    const train_data_t *d, int first)
{
    float             *y;
    size_t             i, lost;
    uint8_t           *far;
    train_predict_t    p;
    train_spreads_t   interval = { 0 };

    if (args->raw) {
        predict_raw(m, d);
        return 0;
    }

    far = (args->want.skip != TRAIN_ERROR_STOP && args->reasons == 0)
          ? train_alloc(d->rows + 1, 1) : NULL;
    y = train_model_run_far(m, d, NULL, 0, far);
    p = (train_predict_t) {
        maas_model_info(m), d, y, far, NULL, args->interval
    };

    if (!isnan(args->interval)) {
        train_predict_interval("predict", m, args->interval, &interval);
        p.interval = &interval;
    }

    if (args->reasons > 0) {
        train_predict_reasons(&p, m, args->model, args->reasons, args->json);

    } else if (args->format == PREDICT_LINES) {
        predict_lines(&p, args->json);

    } else if (args->format == PREDICT_CSV) {
        train_predict_csv(&p, first);

    } else {
        train_predict_jsonl(&p, first);
    }

    for (i = 0, lost = 0; far != NULL && i < d->rows; i++) {
        lost += far[i];
    }

    train_interval_free(&interval);
    train_free(far);
    train_free(y);

    return lost;
}


int
train_cmd_predict(int argc, char **argv)
{
    int                    first;
    size_t                 lost;
    maas_model_t          *m;
    train_data_t           d;
    train_model_args_t     args;
    train_model_blocks_t  *blocks;

    maas_single_thread();
    train_model_args(&args, &predict_args, argc, argv);

    if (args.json && args.format != PREDICT_LINES) {
        train_usage("predict", "--json and --format: expected one of them");
    }

    if (args.raw && (args.json || args.format != PREDICT_LINES)) {
        train_usage("predict", "--raw prints lines of numbers: expected "
                    "neither --json nor --format with it");
    }

    if (args.reasons > 0 && (args.raw || args.format != PREDICT_LINES)) {
        train_usage("predict", "--reasons prints lines, or JSON: expected "
                    "neither --raw nor --format with it");
    }

    if (!isnan(args.interval) && args.format == PREDICT_LINES) {
        train_usage("predict", "--interval has columns with names: expected "
                    "--format csv or --format jsonl");
    }

    m = train_model_open(args.model);
    args.want.no_target = 1;
    blocks = train_model_blocks(&args, m, &d);

    lost = 0;

    for (first = 1; train_model_blocks_next(blocks); first = 0) {
        lost += predict_block(&args, m, &d, first);
    }

    if (lost > 0) {
        train_warn("%s: %zu row%s skipped: " TRAIN_NOT_FINITE, args.data,
                   lost, lost == 1 ? "" : "s");
    }

    train_model_blocks_end(blocks);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        train_die("standard output cannot be written to");
    }

    train_data_free(&d);
    maas_model_free(m);
    train_args_free(&predict_args, &args);

    return TRAIN_EXIT_OK;
}
