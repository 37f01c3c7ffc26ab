/*
 * predict: one line of text for every row of a data set.
 * Numbers come from the engine and are printed so that they read back to the
 * same bits.
 */

#include <stdio.h>
#include <string.h>

#include "args.h"
#include "cmd.h"
#include "maas_int.h"
#include "model_args.h"
#include "util.h"
#include "data/data.h"
#include "export/model.h"
#include "text/maas_json.h"


static const train_arg_t  predict_rows[] = { TRAIN_MODEL_ROWS };

static const train_args_t  predict_args = {
    "predict", predict_rows, train_nelts(predict_rows),
    "usage: maas-trainer predict MODEL --data D [OPTION]...\n"
    "Print a line for each row: its id and label, if there are any, and all "
    "numbers.\n", NULL, NULL, 0
};


static void
predict_float(float v)
{
    char  buf[MAAS_FLOAT_MAX];

    (void) fwrite(buf, 1, maas__float_print(v, buf), stdout);
}


static void
predict_json_string(const char *s)
{
    char    buf[6 * MAAS_MAX_TEXT + 2];
    size_t  n;

    n = strlen(s);
    n = (n < MAAS_MAX_TEXT) ? n : MAAS_MAX_TEXT;

    while (n > 0 && (s[n] & 0xc0) == 0x80) {
        n--;                    /* not within a character */
    }

    (void) fwrite(buf, 1, maas__json_quote(s, n, buf), stdout);
}


static void
predict_csv_string(const char *s)
{
    if (strpbrk(s, ",\"\r\n") == NULL) {
        (void) fputs(s, stdout);
        return;
    }

    (void) putchar('"');

    for ( /* void */ ; *s != '\0'; s++) {
        if (*s == '"') {
            (void) putchar('"');
        }

        (void) putchar(*s);
    }

    (void) putchar('"');
}


/* NULL for numbers */

static const char *
predict_label(const maas_info_t *info, const float *y)
{
    size_t                    j, best;
    static const char *const  binary[] = { "0", "1" };

    if (info->task == MAAS_TASK_REGRESSION) {
        return NULL;
    }

    if (info->task == MAAS_TASK_BINARY) {
        best = (y[0] > info->threshold);
        return info->n_labels ? info->labels[best] : binary[best];
    }

    best = 0;

    for (j = 1; j < info->out; j++) {
        best = (y[j] > y[best]) ? j : best;
    }

    return info->n_labels ? info->labels[best] : "";
}


static void
predict_row(const maas_info_t *info, const char *id, const float *y, int json)
{
    size_t       j;
    const char  *label;

    label = predict_label(info, y);

    if (json) {
        (void) putchar('{');

        if (id != NULL) {
            (void) fputs("\"id\":", stdout);
            predict_json_string(id);
            (void) putchar(',');
        }

        if (label != NULL) {
            (void) fputs("\"label\":", stdout);
            predict_json_string(label);
            (void) putchar(',');
        }

        (void) fputs("\"outputs\":[", stdout);

    } else {
        if (id != NULL) {
            predict_csv_string(id);
            (void) putchar(',');
        }

        if (label != NULL) {
            predict_csv_string(label);
            (void) putchar(',');
        }
    }

    for (j = 0; j < info->out; j++) {
        if (j > 0) {
            (void) putchar(',');
        }

        predict_float(y[j]);
    }

    (void) fputs(json ? "]}\n" : "\n", stdout);
}


int
cmd_predict(int argc, char **argv)
{
    float               *y;
    size_t               i;
    maas_model_t        *m;
    train_data_t         d;
    const maas_info_t   *info;
    train_model_args_t   args;

    maas_single_thread();
    train_model_args(&args, &predict_args, argc, argv);
    m = train_model_open(args.model);
    info = maas_model_info(m);
    args.no_target = 1;
    train_model_data(&args, m, &d);

    y = train_model_run(m, &d, NULL, 0);

    for (i = 0; i < d.rows; i++) {
        predict_row(info, train_table_id(d.table, i), y + i * info->out,
                    args.json);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        train_die("standard output cannot be written to");
    }

    train_free(y);
    train_data_free(&d);
    maas_model_free(m);
    train_args_free(&predict_args, &args);

    return TRAIN_EXIT_OK;
}
