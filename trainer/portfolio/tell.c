/*
 * What a portfolio tried: lines for people, and a member of a record.
 * Not here: what it means (search.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"
#include "judge/metrics.h"


static const char *
tell_score(const train_portfolio_t *p)
{
    return (p->lesson.data->classes != NULL) ? "accuracy" : "R2";
}


static const char *
tell_parts(const train_portfolio_t *p, const train_tried_t *t, char *buf,
    size_t size)
{
    if (t->rows > 0 && t->parts < p->parts_used) {
        (void) snprintf(buf, size, "%zu rows", t->rows);

    } else if (p->parts.n == 1) {
        (void) snprintf(buf, size, "once");

    } else {
        (void) snprintf(buf, size, "%zu fold%s", t->looked,
                        t->looked == 1 ? "" : "s");
    }

    return buf;
}


/* Of one number the root of the mean square is told */

static int
tell_root(const train_portfolio_t *p)
{
    return p->y != NULL && p->lesson.out == 1
           && p->lesson.loss == TRAIN_LOSS_MSE;
}


static void
tell_loss(FILE *f, const train_portfolio_t *p, double loss)
{
    char  text[40];

    loss = tell_root(p) ? sqrt(loss) : loss;
    (void) snprintf(text, sizeof(text), p->y != NULL
                    ? train_number_form(loss, "%.5g") : "%.4f", loss);
    (void) fprintf(f, "%12s", text);
}


static void
tell_of(FILE *f, double score)
{
    if (isnan(score)) {
        (void) fprintf(f, "%10s", "-");
    } else {
        (void) fprintf(f, "%10.4f", score);
    }
}


static void
tell_line(FILE *f, const train_portfolio_t *p, const train_tried_t *t)
{
    char  parts[40];

    (void) fprintf(f, "  %-26.26s", t->recipe->name);

    if (t->looked == 0) {
        (void) fprintf(f, "%10s%12s%10s", "-", "-", "-");

    } else {
        (void) fprintf(f, "%10s", tell_parts(p, t, parts, sizeof(parts)));
        tell_loss(f, p, t->loss);
        tell_of(f, t->score);
    }

    if (t->weight > 0) {
        (void) fprintf(f, "%10.2f", t->weight);
    } else {
        (void) fprintf(f, "%10s", "-");
    }

    (void) fprintf(f, "%s%s\n", t->why != NULL ? "  " : "",
                   t->failed ? t->said : t->why != NULL ? t->why : "");
}


void
train_portfolio_print(FILE *f, const train_portfolio_t *p)
{
    size_t  i;

    if (p->y != NULL && p->transform.kind != TRAIN_TARGET_STANDARD) {
        (void) fprintf(f, "learnt    the target as %s\n",
                       train_target_names[p->transform.kind]);
    }

    (void) fprintf(f, "%-28s%10s%12s%10s%10s\n", "tried", "by",
                   tell_root(p) ? "RMSE" : "loss", tell_score(p), "weight");

    for (i = 0; i < p->n; i++) {
        tell_line(f, p, &p->tried[i]);
    }

    if (p->weight > 0) {
        (void) fprintf(f, "  %-26s%10s%12s%10s%10.2f\n", "a constant", "-",
                       "-", "-", p->weight);
    }

    (void) fprintf(f, "  %-26s%10s", "together", "");
    tell_loss(f, p, p->loss);
    tell_of(f, p->score);
    (void) fprintf(f, "%10.2f\n", 1.0);
}


/* Six digits are enough of what was measured */

static void
tell_figure(maas_writer_t *w, const char *name, double v)
{
    if (isfinite(v)) {
        maas_writer_key(w, name);
        maas_writer_value(w, "%.6g", v);
    }
}


static void
tell_one(maas_writer_t *w, const train_tried_t *t)
{
    maas_writer_open(w, '{');
    train_json_text(w, "name", t->recipe->name);
    train_json_text(w, "family", t->recipe->family->name);
    train_json_text(w, "settings", t->recipe->settings);
    train_json_number(w, "parts", (double) t->looked);

    if (t->rows > 0) {
        train_json_number(w, "sample_rows", (double) t->rows);
        tell_figure(w, "sample_loss", t->first);
    }

    tell_figure(w, "loss", t->loss);
    tell_figure(w, "score", t->score);
    tell_figure(w, "work", t->work);
    tell_figure(w, "weight", t->weight);

    if (t->why != NULL) {
        train_json_text(w, "dropped", t->failed ? t->said : t->why);
    }

    maas_writer_close(w, '}');
}


void
train_portfolio_json(maas_writer_t *w, const train_portfolio_t *p)
{
    size_t  i;

    train_json_text(w, "model", train_model_names[p->model]);
    train_json_text(w, "effort", train_effort_names[p->effort]);
    train_json_number(w, "parts", (double) p->parts.n);

    if (p->y != NULL) {
        train_json_text(w, "target", train_target_names[p->transform.kind]);
    }

    tell_figure(w, "budget", p->budget);
    tell_figure(w, "work", p->work);
    tell_figure(w, "loss", p->loss);
    tell_figure(w, "score", p->score);

    if (p->weight > 0) {
        tell_figure(w, "constant", p->weight);
    }

    train_json_open(w, "tried", '[');

    for (i = 0; i < p->n; i++) {
        tell_one(w, &p->tried[i]);
    }

    maas_writer_close(w, ']');
}
