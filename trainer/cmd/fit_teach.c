/*
 * Teachers: models whose answers a network learns beside the truth, as mean of
 * all of them.
 * Not here: what becomes of them in a step (net/loss.c).
 */

#include <float.h>
#include <math.h>
#include <string.h>

#include "cmd.h"
#include "fit.h"
#include "export/model.h"


#define TEACH_TEMPERATURE  2
#define TEACH_ALPHA        0.9


/* A model, with the places of our labels among its own */

typedef struct {
    const char         *path;
    maas_model_t       *m;
    const maas_info_t  *info;
    uint32_t           *place;      /* (labels of the data) */
} teach_t;


static uint32_t
teach_place(const teach_t *t, const char *label)
{
    uint32_t  i;

    for (i = 0; i < t->info->n_labels; i++) {
        if (strcmp(t->info->labels[i], label) == 0) {
            return i;
        }
    }

    train_die("--teacher %s: it knows no class \"%s\": expected a model of "
              "the classes that the data has", t->path, train_shown(label));
}


/* May it teach these rows? */

static void
teach_fits(teach_t *t, const train_data_t *d)
{
    uint32_t  i;
    size_t    classes;

    if ((d->classes != NULL) != (t->info->task != MAAS_TASK_REGRESSION)
        || (d->classes == NULL && t->info->out != d->out))
    {
        train_die("--teacher %s: it is for %s, the data for %s: expected the "
                  "same", t->path, t->info->task_name,
                  maas__task_names[d->task]);
    }

    classes = (t->info->task == MAAS_TASK_BINARY) ? 2 : t->info->out;

    if (d->classes != NULL && classes != d->n_labels) {
        train_die("--teacher %s: it knows %zu classes, the data has %zu: "
                  "expected the same", t->path, classes, d->n_labels);
    }

    t->place = train_alloc(d->n_labels, sizeof(uint32_t));

    for (i = 0; i < d->n_labels; i++) {
        t->place[i] = (t->info->n_labels > 0) ? teach_place(t, d->labels[i])
                                              : i;
    }
}


/* Adds what it says of a row, y, to sum(out): shares of our classes, or the
 * numbers */

static void
teach_add(const teach_t *t, const train_data_t *d, const float *y, double *sum)
{
    double    share, all;
    size_t    i, pass;

    if (d->classes == NULL) {
        for (i = 0; i < d->out; i++) {
            sum[i] += (double) y[i];
        }

        return;
    }

    all = 0;

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < d->n_labels; i++) {
            share = (t->info->out > 1) ? (double) y[t->place[i]]
                    : t->place[i] == 1 ? (double) y[0] : 1 - (double) y[0];
            share = fmax(share, 0);

            if (pass == 0) {
                all += share;

            } else if (d->out > 1 || i == 1) {
                sum[d->out > 1 ? i : 0] += (all > 0) ? share / all
                                           : 1 / (double) d->n_labels;
            }
        }
    }
}


/* The same rows as a teacher reads them: columns may be others for it */

static void
teach_read(const train_fit_t *f, const teach_t *t, const char *path,
    train_part_t part, const train_data_t *like, train_data_t *d)
{
    size_t                 i;
    const train_origin_t  *a, *b;
    train_model_args_t     args = { .model = t->path, .part = (int) part,
                                    .unweighted = 1 };

    args.data = (char *) path;
    args.want.header = f->o.want.header;
    args.want.encoding = f->o.want.encoding;
    args.want.skip = f->o.want.skip;
    args.want.no_target = (like == &f->more);

    if (!args.want.no_target) {
        args.want.target = f->data.target;
        args.want.target_named = 1;
        args.want.labels = f->o.want.labels;
        args.want.on = f->o.want.on;
        args.want.features = f->o.want.features;
    }

    train_model_data(&args, t->m, d);

    for (i = 0; i < d->rows && i < like->rows; i++) {
        a = train_table_origin(d->table, i);
        b = train_table_origin(like->table, i);

        if (a != NULL && b != NULL && a->row != b->row) {
            break;
        }
    }

    if (i != d->rows || i != like->rows) {
        train_die("--teacher %s: of %s it reads %zu rows, and not those %zu "
                  "that are trained on: expected data without rows that are "
                  "skipped", t->path, path, d->rows, like->rows);
    }
}


/* The mean of all teachers for the rows of `like`, which are those of path;
 * y(rows,out) */

static void
teach_answers(train_fit_t *f, const teach_t *t, const char *path,
    train_part_t part, const train_data_t *like, float *y)
{
    float         *one;
    double        *sum;
    size_t         i, j, k, n;
    train_data_t   d;
    train_side_t  *side;

    side = &f->taught.side;
    n = f->taught.n;
    sum = train_alloc(like->rows * f->data.out, sizeof(double));

    for (k = 0; k < n; k++) {
        teach_read(f, &t[k], path, part, like, &d);
        one = train_model_run(t[k].m, &d, NULL, 0);

        if (like == &f->data) {
            side->micros += train_micros(t[k].m, &d);
        }

        for (i = 0; i < d.rows; i++) {
            teach_add(&t[k], &f->data, one + i * t[k].info->out,
                      sum + i * f->data.out);
        }

        train_free(one);
        train_data_free(&d);
    }

    for (j = 0; j < like->rows * f->data.out; j++) {
        y[j] = (float) (sum[j] / (double) n);
    }

    train_free(sum);
}


/* Bytes have a table for what becomes of them, if all rows are bytes */

static void
teach_numbers(const train_data_t *d, train_data_t *more)
{
    size_t  i;

    if (more->bytes == NULL || d->bytes != NULL) {
        return;
    }

    more->numbers = train_alloc(more->rows * more->in, sizeof(float));

    for (i = 0; i < more->rows * more->in; i++) {
        more->numbers[i] = (float) more->bytes[i];
    }

    train_free(more->bytes);
    more->bytes = NULL;
}


/* Rows of nobody's truth have the teacher's */

static void
teach_more(train_fit_t *f)
{
    size_t         i;
    float         *y;
    maas_info_t    info;
    train_data_t  *d;

    d = &f->more;
    train_data_info(&f->data, &info);
    d->out = f->data.out;
    teach_numbers(&f->data, d);

    if (f->data.classes == NULL) {
        return;                     /* it goes into the step as it is */
    }

    d->classes = train_alloc(d->rows, sizeof(uint32_t));
    y = f->taught.y + f->data.rows * d->out;

    for (i = 0; i < d->rows; i++) {
        d->classes[i] = (uint32_t) maas_decision(&info, y + i * d->out);
    }
}


/* How good the teachers are themselves, by the rows that judge the student */

static void
teach_judge(train_fit_t *f, const teach_t *t)
{
    float          *y;
    size_t          i;
    maas_info_t     info;
    train_judge_t   j;
    train_data_t   *d;
    train_part_t    part;
    const char     *path;

    d = (f->test.rows > 0) ? &f->test : (f->valid.rows > 0) ? &f->valid
        : &f->data;

    if (d != &f->data) {
        path = (d == &f->valid) ? f->o.valid
               : f->o.test != NULL ? f->o.test : f->o.data;
        part = (d == &f->test) ? TRAIN_PART_TEST : TRAIN_PART_TRAIN;
        y = train_alloc(d->rows * f->data.out, sizeof(float));
        teach_answers(f, t, path, part, d, y);

    } else if (f->n_valid == 0) {
        return;

    } else {
        y = train_alloc(f->n_valid * f->data.out, sizeof(float));

        for (i = 0; i < f->n_valid; i++) {
            (void) memcpy(y + i * f->data.out,
                          f->taught.y + f->valid_row[i] * f->data.out,
                          f->data.out * sizeof(float));
        }
    }

    train_data_info(&f->data, &info);
    train_judge_create(&j, &info, d, d == &f->data ? f->valid_row : NULL,
                       f->n_valid, y);
    train_judge(&j, NULL, &f->taught.metrics);
    f->taught.side.score = (f->data.classes != NULL)
                           ? f->taught.metrics.accuracy : f->taught.metrics.r2;
    train_judge_free(&j);
    train_free(y);
}


/* The files between commas */

static teach_t *
teach_open(train_fit_t *f)
{
    char     *p;
    size_t    n, size;
    teach_t  *t;
    void     *file;

    n = 1;

    for (p = f->o.teacher; *p != '\0'; p++) {
        n += (*p == ',');
    }

    t = train_alloc(n, sizeof(teach_t));
    f->taught.names = train_strdup(f->o.teacher);
    f->taught.crc32c = train_alloc(n, sizeof(uint32_t));
    f->taught.n = n;
    p = f->taught.names;

    for (n = 0; p != NULL; n++) {
        t[n].path = strsep(&p, ",");
        file = train_slurp(t[n].path, &size);
        train_free(file);
        f->taught.side.bytes += size;
        t[n].m = train_model_open(t[n].path);
        t[n].info = maas_model_info(t[n].m);
        f->taught.crc32c[n] = t[n].info->crc32c;
        teach_fits(&t[n], &f->data);
    }

    return t;
}


void
train_fit_teach(train_fit_t *f)
{
    char     *identity;
    size_t    k;
    teach_t  *t;

    if (f->o.teacher == NULL) {
        return;
    }

    if (f->data.classes != NULL && f->plan.loss < TRAIN_LOSS_BINARY) {
        train_usage("fit", "--teacher: --loss %s: expected a cross-entropy, "
                    "which classes have by themselves",
                    train_loss_names[f->plan.loss]);
    }

    if (f->plan.loss >= TRAIN_LOSS_QUANTILE) {
        train_usage("fit", "--teacher: --loss %s: a teacher of means says "
                    "nothing of it: expected mse, mae or huber",
                    train_loss_names[f->plan.loss]);
    }

    f->o.temperature = isnan(f->o.temperature) ? TEACH_TEMPERATURE
                                               : f->o.temperature;
    f->o.alpha = isnan(f->o.alpha) ? TEACH_ALPHA : f->o.alpha;
    f->taught.side.score = NAN;
    t = teach_open(f);
    f->taught.y = train_alloc((f->data.rows + f->more.rows) * f->data.out,
                              sizeof(float));
    teach_answers(f, t, f->o.data, TRAIN_PART_TRAIN, &f->data, f->taught.y);

    if (f->more.rows > 0) {
        teach_answers(f, t, f->o.unlabelled, TRAIN_PART_TRAIN, &f->more,
                      f->taught.y + f->data.rows * f->data.out);
        teach_more(f);
    }

    teach_judge(f, t);

    /* a checkpoint is of these teachers and rows */

    for (k = 0; k < f->taught.n; k++) {
        identity = train_format("%steacher=%08x %08x\n", f->plan.identity,
                                f->taught.crc32c[k], f->more.crc32c);
        train_free(f->plan.identity);
        f->plan.identity = identity;
        maas_model_free(t[k].m);
        train_free(t[k].place);
    }

    train_free(t);
}


/* softmax(log p / T) of each row, which is p^(1/T) as shares */

static void
teach_soften(const train_fit_t *f, size_t rows, float *y)
{
    double  v[2], sum;
    size_t  i, j, n;

    n = f->data.out;

    for (i = 0; i < rows; i++, y += n) {
        sum = 0;

        if (n == 1) {
            v[0] = pow(fmax((double) y[0], FLT_MIN), 1 / f->o.temperature);
            v[1] = pow(fmax(1 - (double) y[0], FLT_MIN),
                       1 / f->o.temperature);
            y[0] = (float) (v[0] / (v[0] + v[1]));
            continue;
        }

        for (j = 0; j < n; j++) {
            y[j] = (float) pow(fmax((double) y[j], FLT_MIN),
                               1 / f->o.temperature);
            sum += (double) y[j];
        }

        for (j = 0; j < n; j++) {
            y[j] = (float) (y[j] / sum);
        }
    }
}


void
train_fit_taught(train_fit_t *f, train_source_t *s)
{
    size_t  i, rows;
    float  *y;

    if (f->taught.y == NULL) {
        return;
    }

    y = f->taught.y;
    rows = f->data.rows + f->more.rows;

    if (f->data.classes != NULL) {
        teach_soften(f, rows, y);
    }

    for (i = 0; f->targets[0] != NULL && i < rows * f->data.out; i++) {
        y[i] = (float) ((y[i] - f->mean[i % f->data.out])
                        / f->deviation[i % f->data.out]);
    }

    s->teacher = y;
    s->temperature = (float) f->o.temperature;
    s->alpha = (float) f->o.alpha;
    s->more = &f->more;
}


void
train_fit_teach_free(train_fit_t *f)
{
    train_metrics_free(&f->taught.metrics);
    train_free(f->taught.y);
    train_free(f->taught.names);
    train_free(f->taught.crc32c);
}
