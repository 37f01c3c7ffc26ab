/*
 * audit: can somebody tell which rows a model was trained on?
 * Not here: figures (judge/attack.c), shadow models (audit_shadows.c).
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "cmd.h"
#include "report/report.h"


typedef struct {
    char          *train, *held_out, *report;
    size_t         shadows;
    int            json;
    train_want_t   want;
} audit_args_t;

#define TEXT(f)  TRAIN_TEXT(audit_args_t, f, TRAIN_ARG_PLAIN)

static const train_arg_t  audit_rows[] = {
    { "data", 'd', TEXT(train), "D",
      "the rows that the model was trained on, as for fit" },
    { "held-out", 0, TEXT(held_out), "D",
      "rows of the same kind that it was not trained on; of a folder its test "
      "part" },
    { "shadows", 0, TRAIN_COUNT(audit_args_t, shadows, 2, 1000,
                                TRAIN_ARG_PLAIN), "N",
      "also train so many models with the file's settings on halves of the "
      "rows, to compare with (none)" },
    { "report", 0, TEXT(report), "FILE",
      "a page with these figures and the file's record, in one HTML file" },
    { "target", 't', TEXT(want.target), "COL",
      "column with the truth (as in training)" },
    { "json", 0, TRAIN_FLAG(audit_args_t, json, TRAIN_ARG_PLAIN), NULL,
      "JSON" }
};

static const train_args_t  audit_args = {
    "audit", audit_rows, train_nelts(audit_rows),
    "usage: maas-trainer audit MODEL --data D --held-out D [OPTION]...\n"
    "Attack a model: tell rows that it was trained on from others, as in\n"
    "\n"
    "  maas-trainer audit churn.safetensors --data churn.csv "
    "--held-out later.csv\n",
    "\nAn AUC of 0.5 is guessing.  An attack that fails proves nothing: others "
    "may know\nbetter ones.", NULL, 0
};


typedef struct {
    train_audit_t   a;
    audit_args_t    args;
    maas_model_t   *model;
    float          *score[2];       /* of train, held out */
    train_attack_t  loss, shadow;
    double          epsilon, delta; /* of the record; NAN: without privacy */
} audit_t;


static void
audit_read(audit_t *t, const char *path, train_part_t part, train_data_t *d)
{
    train_model_args_t  args;

    (void) memset(&args, 0, sizeof(args));
    args.data = train_strdup(path);
    args.part = (int) part;
    args.want = t->args.want;
    args.unweighted = 1;
    train_model_data(&args, t->model, d);
    train_free(args.data);

    if (d->rows == 0) {
        train_die("%s: there are no rows", path);
    }
}


static void
audit_scores(audit_t *t)
{
    float        *y;
    size_t        i;
    uint32_t      crc;
    train_data_t  d;

    crc = 0;

    for (i = 0; i < 2; i++) {
        (void) memset(&d, 0, sizeof(d));
        audit_read(t, i == 0 ? t->args.train : t->args.held_out,
                   i == 0 ? TRAIN_PART_TRAIN : TRAIN_PART_TEST, &d);

        if (i == 1 && d.crc32c == crc) {
            train_die("--held-out %s: the same rows as --data: expected some "
                      "that the model was not trained on", t->args.held_out);
        }

        crc = d.crc32c;
        y = train_model_run(t->model, &d, NULL, 0);
        t->score[i] = train_alloc(d.rows, sizeof(float));
        train_audit_scores(&d, y, t->score[i]);

        if (i == 0) {
            train_audit_members(&t->a, &d);
        } else {
            t->a.others = d.rows;
        }

        train_free(y);
        train_data_free(&d);
    }
}


/* out: what strangers say of the rows, or NULL */

static void
audit_attack(const audit_t *t, const float *out, train_attack_t *attack)
{
    float    s;
    double  *members, *others;
    size_t   i, n[2] = { 0, 0 };

    members = train_alloc(t->a.members, sizeof(double));
    others = train_alloc(t->a.others, sizeof(double));

    for (i = 0; i < t->a.members + t->a.others; i++) {
        s = (i < t->a.members) ? t->score[0][t->a.member[i]]
                               : t->score[1][i - t->a.members];
        s -= (out != NULL) ? out[i] : 0;

        if (isnan(s)) {
            continue;
        }

        if (i < t->a.members) {
            members[n[0]++] = (double) s;
        } else {
            others[n[1]++] = (double) s;
        }
    }

    if (n[0] == 0 || n[1] == 0) {
        train_die("audit: too few rows, or too few --shadows");
    }

    train_attack(members, n[0], others, n[1], attack);
    train_free(members);
    train_free(others);
}


/* What the record says of privacy bounds every attack */

static void
audit_bound(audit_t *t)
{
    cJSON        *document;
    const cJSON  *privacy;

    document = cJSON_Parse(t->a.info->document);
    privacy = cJSON_GetObjectItemCaseSensitive(
                  cJSON_GetObjectItemCaseSensitive(document, "training"),
                  "privacy");
    t->epsilon = cJSON_GetNumberValue(
                     cJSON_GetObjectItemCaseSensitive(privacy, "epsilon"));
    t->delta = cJSON_GetNumberValue(
                   cJSON_GetObjectItemCaseSensitive(privacy, "delta"));
    cJSON_Delete(document);
}


static double
audit_most(const audit_t *t, size_t k)
{
    return fmin(exp(t->epsilon) * train_attack_rates[k] + t->delta, 1);
}


static void
audit_line(const char *what, const train_attack_t *a)
{
    size_t  k;

    (void) printf("%-11s AUC %.4f (%.4f to %.4f)", what, a->auc.value,
                  a->auc.low, a->auc.high);

    for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
        if (isnan(a->tpr[k].value)) {
            (void) printf("; at %g %% false alarms: too few rows held out",
                          100 * train_attack_rates[k]);
            continue;
        }

        (void) printf("; at %g %% false alarms %.2f %% found (%.2f to %.2f)",
                      100 * train_attack_rates[k], 100 * a->tpr[k].value,
                      100 * a->tpr[k].low, 100 * a->tpr[k].high);
    }

    (void) putchar('\n');
}


static void
audit_print(const audit_t *t)
{
    (void) printf("rows        %zu trained on, %zu held out\n", t->a.members,
                  t->a.others);
    audit_line("loss", &t->loss);

    if (t->a.shadows > 0) {
        (void) printf("%zu models of halves\n", t->a.shadows);
        audit_line("shadows", &t->shadow);
    }

    if (!isnan(t->epsilon)) {
        (void) printf("privacy     epsilon %.4g: no attack finds more than "
                      "%.2f %% at 0.1 %% false alarms, %.2f %% at 1 %%\n",
                      t->epsilon, 100 * audit_most(t, 0),
                      100 * audit_most(t, 1));
    }
}


static void
audit_interval(maas_writer_t *w, const char *name, const train_interval_t *i)
{
    train_json_open(w, name, '{');
    train_json_number(w, "value", i->value);
    train_json_number(w, "low", i->low);
    train_json_number(w, "high", i->high);
    maas_writer_close(w, '}');
}


static void
audit_object(maas_writer_t *w, const char *name, const train_attack_t *a)
{
    train_json_open(w, name, '{');
    audit_interval(w, "auc", &a->auc);
    audit_interval(w, "tpr_at_0.001", &a->tpr[0]);
    audit_interval(w, "tpr_at_0.01", &a->tpr[1]);
    maas_writer_close(w, '}');
}


static void
audit_json(const audit_t *t)
{
    maas_writer_t  w;

    train_json_begin(&w, stdout);
    train_json_number(&w, "members", (double) t->a.members);
    train_json_number(&w, "held_out", (double) t->a.others);
    audit_object(&w, "loss", &t->loss);

    if (t->a.shadows > 0) {
        train_json_number(&w, "n_shadows", (double) t->a.shadows);
        audit_object(&w, "shadows", &t->shadow);
    }

    if (!isnan(t->epsilon)) {
        train_json_open(&w, "bound", '{');
        train_json_number(&w, "epsilon", t->epsilon);
        train_json_number(&w, "delta", t->delta);
        train_json_number(&w, "tpr_at_0.001", audit_most(t, 0));
        train_json_number(&w, "tpr_at_0.01", audit_most(t, 1));
        maas_writer_close(&w, '}');
    }

    train_json_end(&w);
}


static void
audit_report(const audit_t *t)
{
    size_t           k;
    train_report_t   r = { .title = t->a.info->name, .info = t->a.info,
                           .usual = NAN };
    train_audited_t  a = {
        .members = t->a.members, .others = t->a.others,
        .shadows = t->a.shadows, .loss = &t->loss,
        .shadow = (t->a.shadows > 0) ? &t->shadow : NULL,
        .epsilon = t->epsilon
    };

    for (k = 0; k < TRAIN_ATTACK_RATES; k++) {
        a.most[k] = audit_most(t, k);
    }

    r.audited = &a;
    train_report_write(t->args.report, &r);
}


/* The report must not be written over what is read */

static void
audit_apart(const audit_args_t *args, const char *model)
{
    train_save_check(args->report);
    train_save_apart(args->report, model);
    train_data_apart(args->report, args->train);
    train_data_apart(args->report, args->held_out);
}


int
train_cmd_audit(int argc, char **argv)
{
    int          at;
    audit_t      t;
    const char  *path;

    (void) memset(&t, 0, sizeof(t));
    maas_single_thread();
    at = train_args_read(&audit_args, &t.args, argc, argv, NULL);

    if (t.args.train == NULL || t.args.held_out == NULL) {
        train_usage("audit", "--%s is missing", t.args.train == NULL
                    ? "data" : "held-out");
    }

    path = train_args_operand(&audit_args, argc, argv, at, "a model file");
    audit_apart(&t.args, path);
    t.model = train_model_open(path);
    t.a.info = maas_model_info(t.model);
    t.a.train = t.args.train;
    t.a.held_out = t.args.held_out;
    t.a.shadows = t.args.shadows;
    audit_bound(&t);
    audit_scores(&t);
    audit_attack(&t, NULL, &t.loss);

    if (t.a.shadows > 0) {
        train_audit_shadows(&t.a);
        audit_attack(&t, t.a.out, &t.shadow);
    }

    if (t.args.report != NULL) {
        audit_report(&t);
    }

    if (t.args.json) {
        audit_json(&t);
    } else {
        audit_print(&t);
    }

    train_free(t.a.out);
    train_free(t.a.member);
    train_free(t.score[0]);
    train_free(t.score[1]);
    maas_model_free(t.model);
    train_args_free(&audit_args, &t.args);

    return TRAIN_EXIT_OK;
}
