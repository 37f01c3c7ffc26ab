/*
 * privacy: what a training with differential privacy will spend, before it is
 * begun.
 * Not here: how it is counted (privacy/), a training that keeps to it (fit).
 */

#include <math.h>
#include <stdio.h>

#include "cmd.h"
#include "privacy/privacy.h"


typedef struct {
    size_t  rows, batch;
    double  noise, epochs, delta, epsilon;
    int     json;
} privacy_t;

#define NUMBER(f, min, max)                                                   \
    TRAIN_NUMBER(privacy_t, f, min, max, TRAIN_ARG_PLAIN)

static const train_arg_t  privacy_rows[] = {
    { "rows", 0, TRAIN_COUNT(privacy_t, rows, 1, 1e12, TRAIN_ARG_PLAIN), "N",
      "rows to train on" },
    { "batch", 0, TRAIN_COUNT(privacy_t, batch, 1, 1e12, TRAIN_ARG_PLAIN),
      "B", "rows of a step, on average" },
    { "noise", 0, NUMBER(noise, TRAIN_DP_MIN_SIGMA, TRAIN_DP_MAX_SIGMA), "S",
      "deviation of the noise by the length that gradients are clipped to" },
    { "epsilon", 0, NUMBER(epsilon, 1e-3, 1e3), "E",
      "instead of --noise: the budget, for which the noise is looked for" },
    { "epochs", 0, NUMBER(epochs, 1e-6, 1e9), "E",
      "how often each row is seen, on average" },
    { "delta", 0, NUMBER(delta, TRAIN_DP_MIN_DELTA, 0.5), "D",
      "chance that epsilon may fail with: less than 1/N" },
    { "json", 0, TRAIN_FLAG(privacy_t, json, TRAIN_ARG_PLAIN), NULL, "JSON" }
};

static const train_args_t  privacy_args = {
    "privacy", privacy_rows, train_nelts(privacy_rows),
    "usage: maas-trainer privacy --rows N --batch B --epochs E --delta D "
    "--noise S\n"
    "Say how much privacy a training with fit --dp-noise will spend, or how "
    "much\nnoise a budget needs with --epsilon, as in\n"
    "\n"
    "  maas-trainer privacy --rows 5000 --batch 64 --epochs 20 --delta 1e-5 "
    "--noise 1\n",
    "\nEach step sees each row with probability B/N (Poisson sampling); data "
    "sets that\ndiffer by one row more are neighbours.",
    NULL, 0
};


static void
privacy_check(const privacy_t *o)
{
    size_t       i;
    const int    given[] = { o->rows > 0, o->batch > 0, !isnan(o->epochs),
                             !isnan(o->delta) };
    const char  *names[] = { "rows", "batch", "epochs", "delta" };

    for (i = 0; i < train_nelts(given); i++) {
        if (!given[i]) {
            train_usage("privacy", "--%s is missing", names[i]);
        }
    }

    if (isnan(o->noise) == isnan(o->epsilon)) {
        train_usage("privacy", "--noise and --epsilon: expected one of them");
    }

    if (o->batch > o->rows) {
        train_usage("privacy", "--batch %zu: expected no more than --rows %zu",
                    o->batch, o->rows);
    }
}


static void
privacy_print(const privacy_t *o, const train_dp_t *d,
    const train_dp_spent_t *s)
{
    (void) printf("noise       %.6g times the clipped length of a gradient\n"
                  "steps       %llu, each sees a row with probability %.6g\n"
                  "epsilon     %.6g at delta %.6g (privacy loss "
                  "distributions)\n"
                  "            %.6g by Renyi divergence of order %.4g\n"
                  "            %.6g by the older conversion of it\n"
                  "            neighbours have one row more or less\n",
                  d->sigma, (unsigned long long) d->steps, d->q, s->epsilon,
                  d->delta, s->rdp, s->order, s->classic);

    if (d->delta * (double) o->rows >= 1) {
        (void) printf("            delta is not less than 1/rows: a row in "
                      "%.6g may be told as it is\n", 1 / d->delta);
    }
}


static void
privacy_json(const train_dp_t *d, const train_dp_spent_t *s)
{
    maas_writer_t  w;

    train_json_begin(&w, stdout);
    train_json_number(&w, "epsilon", s->epsilon);
    train_json_number(&w, "epsilon_rdp", s->rdp);
    train_json_number(&w, "order", s->order);
    train_json_number(&w, "epsilon_classic", s->classic);
    train_json_number(&w, "delta", d->delta);
    train_json_number(&w, "noise", d->sigma);
    train_json_number(&w, "q", d->q);
    train_json_number(&w, "steps", (double) d->steps);
    train_json_text(&w, "sampling", TRAIN_DP_SAMPLING);
    train_json_text(&w, "adjacency", TRAIN_DP_ADJACENCY);
    train_json_end(&w);
}


int
train_cmd_privacy(int argc, char **argv)
{
    int               at;
    double            steps;
    privacy_t         o = { .noise = NAN, .epochs = NAN, .delta = NAN,
                            .epsilon = NAN };
    train_dp_t        d;
    train_dp_spent_t  s;

    at = train_args_read(&privacy_args, &o, argc, argv, NULL);

    if (at < argc) {
        train_usage("privacy", "\"%.80s\" stands alone: expected options",
                    argv[at]);
    }

    privacy_check(&o);
    steps = round(o.epochs * (double) o.rows / (double) o.batch);

    if (steps > TRAIN_DP_MAX_STEPS) {
        train_usage("privacy", "--epochs: these are %.3g steps; expected %.0e "
                    "at most", steps, (double) TRAIN_DP_MAX_STEPS);
    }

    d.q = (double) o.batch / (double) o.rows;
    d.steps = (steps >= 1) ? (uint64_t) steps : 1;
    d.delta = o.delta;
    d.sigma = isnan(o.epsilon) ? o.noise : train_dp_sigma(&d, o.epsilon);

    if (isnan(d.sigma)) {
        train_die("privacy: no noise up to %g keeps to epsilon %g at delta %g",
                  TRAIN_DP_MAX_SIGMA, o.epsilon, o.delta);
    }

    train_dp_spent(&d, &s);
    (o.json) ? privacy_json(&d, &s) : privacy_print(&o, &d, &s);

    return TRAIN_EXIT_OK;
}
