/*
 * explain: what each column adds to the score of every row of a data set, and
 * its command line.
 * Not here: lines (explain_table.c), baselines (explain_baseline.c).
 */

#include <errno.h>
#include <string.h>

#include "explain_rows.h"
#include "export/model.h"


static const train_arg_t  explain_rows[] = {
    TRAIN_MODEL_ROWS,
    { "output", 'o', TRAIN_MODEL_TEXT(output), "FILE",
      "file to write (standard output)" },
    { "top", 0, TRAIN_MODEL_COUNT(top, 0, 1e6), "N",
      "of each row just the N columns that add most to its score (0: all)" },
    { "label", 0, TRAIN_MODEL_TEXT(label), "L",
      "whose score it is (the one that is said of the row)" },
    { "steps", 0, TRAIN_MODEL_COUNT(steps, 1, MAAS_EXPLAIN_STEPS_MAX), "N",
      "of networks: places on the way from the baseline to the row ("
      train_quote(MAAS_EXPLAIN_STEPS) ")" },
    { "baseline", 0, TRAIN_MODEL_TEXT(baseline), "B",
      "of networks: what rows are compared with: mean, that of training; zero, "
      "after scaling; a file with one row; or COLUMN=VALUE,..., the mean "
      "elsewhere (mean)" }
};

static const train_args_t  explain_args = {
    "explain", explain_rows, train_nelts(explain_rows),
    "usage: maas-trainer explain MODEL --data D [OPTION]...\n"
    "Print a line of CSV for each row: its score, and what each column adds to "
    "it.\ndocs/explain.md says what that is.\n", NULL, NULL, 0
};


/* The label whose score is wanted; NULL: the one that is said of the row */

static void
explain_label(train_explain_t *e, const char *label)
{
    char                buf[TRAIN_EXPLAIN_NAME];
    size_t              i;
    const char         *name;
    const maas_info_t  *info;

    if (label == NULL) {
        return;
    }

    info = e->info;

    for (i = 0; i < info->out; i++) {
        name = train_explain_label(info, i, buf);

        if (name != NULL && strcmp(name, label) == 0) {
            e->output = i;
            return;
        }
    }

    name = train_explain_label(info, 0, buf);

    if (info->task == MAAS_TASK_BINARY && info->n_labels > 1) {
        e->output = 0;
        e->turned = strcmp(info->labels[0], label) == 0;

        if (!e->turned) {
            train_usage("explain", "--label: the model has no label \"%s\": "
                        "expected \"%s\" or \"%s\"", label, info->labels[0],
                        name);
        }

        return;
    }

    train_usage("explain", "--label: the model has no label \"%s\": expected "
                "%s%s%s", label, name == NULL ? "none: it has one score"
                : "one as \"", name == NULL ? "" : name,
                name == NULL ? "" : "\"");
}


static void
explain_all(train_explain_t *e, const train_model_args_t *args,
    const train_data_t *d, FILE *f)
{
    if (args->json) {
        train_explain_jsonl(e, d, args->top, f);
    } else {
        train_explain_csv(e, d, args->top, f);
    }
}


static void
explain_write(train_explain_t *e, const train_model_args_t *args,
    const train_data_t *d)
{
    int          rc;
    train_out_t  out = { 0 };

    if (args->output == NULL || strcmp(args->output, "-") == 0) {
        explain_all(e, args, d, stdout);
        return;
    }

    rc = train_out_open(&out, args->output);

    if (rc == 0) {
        explain_all(e, args, d, out.f);
        rc = train_out_close(&out);
    }

    if (rc != 0) {
        rc = errno;
        train_out_drop(&out);
        train_die("%s: %s", args->output, strerror(rc));
    }
}


int
train_cmd_explain(int argc, char **argv)
{
    maas_model_t        *m;
    train_data_t         d;
    train_explain_t      e;
    train_model_args_t   args;

    maas_single_thread();
    train_model_args(&args, &explain_args, argc, argv);

    if (args.output != NULL && strcmp(args.output, "-") != 0) {
        train_save_check(args.output);
        train_save_apart(args.output, args.model);
        train_save_apart(args.output, args.data);
    }

    m = train_model_open(args.model);
    train_explain_open(&e, m, args.model, args.steps);
    explain_label(&e, args.label);
    train_explain_baseline(&e, m, &args);

    args.want.no_target = 1;
    train_model_data(&args, m, &d);
    explain_write(&e, &args, &d);

    train_data_free(&d);
    train_explain_free(&e);
    maas_model_free(m);
    train_args_free(&explain_args, &args);

    return TRAIN_EXIT_OK;
}
