/*
 * prune: a network without the weights or neurons that matter least, trained
 * again.
 * Not here: which those are, and how it is trained (compress/).
 */

#include <math.h>
#include <string.h>

#include "small_rows.h"
#include "compress/retrain.h"
#include "fit/options.h"


#define PRUNE_KEPT     0.1          /* share of --data that judges */
#define PRUNE_ROUNDS   4
#define PRUNE_EPOCHS   3            /* at least, */
#define PRUNE_STEPS    1000         /*     so that there are so many steps, */
#define PRUNE_MOST     50           /*     and at most */
#define PRUNE_BATCH    128
#define PRUNE_SEEN     1000         /* rows that say what neurons say */

typedef struct {
    train_small_args_t     small;
    train_retrain_want_t   train;
    double                 sparsity, neurons, drop;
    size_t                 rounds;
} prune_t;

#define COUNT(f, a, b)   TRAIN_COUNT(prune_t, f, a, b, TRAIN_ARG_PLAIN)
#define NUMBER(f, a, b)  TRAIN_NUMBER(prune_t, f, a, b, TRAIN_ARG_PLAIN)

static const train_arg_t  prune_rows[] = {
    { "output", 'o', TRAIN_SMALL_TEXT(prune_t, output), "FILE",
      "model file to write" },
    { "data", 'd', TRAIN_SMALL_TEXT(prune_t, data), "D",
      "rows as for fit, to train again with; of a folder its training part" },
    { "valid", 0, TRAIN_SMALL_TEXT(prune_t, valid), "D",
      "measure with these (a folder's test part, else a tenth of --data)" },
    { "neurons", 0, NUMBER(neurons, 0, 0.99), "X",
      "share of each hidden layer's neurons that go, with all their weights" },
    { "sparsity", 0, NUMBER(sparsity, 0, 0.99), "X",
      "share of each hidden layer's weights that become 0; the file does not "
      "shrink, for zeros are kept" },
    { "max-drop", 0, NUMBER(drop, 0, 100), "X",
      "stop before more is lost: points of accuracy, or per cent of RMSE "
      "(any)" },
    { "rounds", 0, COUNT(rounds, 1, 100), "N",
      "steps in which it goes (" train_quote(PRUNE_ROUNDS) ")" },
    { "epochs", 'e', COUNT(train.epochs, 0, 1e6), "N",
      "passes over the data after each of them (" train_quote(PRUNE_EPOCHS)
      ", up to " train_quote(PRUNE_MOST) " for few rows)" },
    { "lr", 0, NUMBER(train.lr, 0, 1e6), "X",
      "learning rate of adam (0.0005)" },
    { "batch", 'b', COUNT(train.batch, 1, 65536), "N",
      "rows a step (" train_quote(PRUNE_BATCH) ")" },
    { "threads", 0, COUNT(train.threads, 0, 64), "N",
      "cores to use, 0: all; changes no bit of the result (0)" },
    TRAIN_SMALL_ROWS(prune_t)
};

static const train_args_t  prune_args = {
    "prune", prune_rows, train_nelts(prune_rows),
    "usage: maas-trainer prune MODEL --data D -o FILE --neurons X [OPTION]...\n"
    "Take out of a network what matters least, a bit at a time, and train "
    "again what\nis left.\n", NULL, NULL, 0
};


/* What a step left */

typedef struct {
    double           share;
    double           drop;
} prune_step_t;

typedef struct {
    prune_t            o;
    train_small_t      s;
    train_small_rows_t rows;
    train_retrain_t    retrain;
    size_t            *units;       /* (n) of each layer at first */
    maas_node_t       *nodes;       /* (n) after the last step that was good */
    prune_step_t      *steps;       /* (n_steps) */
    size_t             n_steps;
    size_t             good;        /* so many of them count */
    train_scored_t     score[2];
    train_side_t       side[2];
    double             drop;
} prune_run_t;


static void
prune_check(const prune_t *o)
{
    if (o->small.data == NULL) {
        train_usage("prune", "--data is missing: what is left is trained "
                    "again");
    }

    if (isnan(o->neurons) == isnan(o->sparsity)) {
        train_usage("prune", "expected one of --neurons X, for a smaller and "
                    "faster model, and --sparsity X");
    }
}


static void
prune_able(const train_small_t *s)
{
    if (s->n == 1 && strcmp(s->nodes[0].op->name, "trees") == 0) {
        train_die("%s: a model of trees has no neurons: expected a network",
                  s->path);
    }

    if (!train_is_chain(s)) {
        train_die("%s: expected a chain of dense layers with weights of "
                  "floats: trees, layers that add, multiply, clip, normalize, "
                  "embed or have groups, and models that are quantized, cannot "
                  "be pruned; prune first, then quantize", s->path);
    }

    if (s->n < 2) {
        train_die("%s: it has no hidden layer that could be made smaller",
                  s->path);
    }
}


/* How many neurons of a layer stay: one at least */

static size_t
prune_left(const prune_run_t *p, size_t i, double share)
{
    size_t  left;

    left = (size_t) floor((1 - share) * (double) p->units[i] + 0.5);

    return (left > 0) ? left : 1;
}


/* Few rows make few steps */

static size_t
prune_epochs(const prune_run_t *p)
{
    size_t  steps, epochs;

    if (p->o.train.epochs != TRAIN_BY_DATA) {
        return p->o.train.epochs;
    }

    steps = (p->rows.n + p->o.train.batch - 1) / p->o.train.batch;
    epochs = PRUNE_STEPS / steps;
    epochs = (epochs < PRUNE_MOST) ? epochs : PRUNE_MOST;

    return (epochs > PRUNE_EPOCHS) ? epochs : PRUNE_EPOCHS;
}


static void
prune_step(prune_run_t *p, double share)
{
    size_t     i, rows, *left;
    uint8_t  **keep;

    keep = NULL;

    if (isnan(p->o.neurons)) {
        keep = train_alloc(p->s.n, sizeof(uint8_t *));
        train_prune_weights(&p->s, share, keep);

    } else {
        left = train_alloc(p->s.n, sizeof(size_t));

        for (i = 0; i < p->s.n; i++) {
            left[i] = prune_left(p, i, share);
        }

        rows = (p->rows.n < PRUNE_SEEN) ? p->rows.n : PRUNE_SEEN;
        train_prune_neurons(&p->s, left, &p->rows.data, p->rows.order, rows);
        train_free(left);
    }

    if (p->o.train.epochs > 0) {
        train_retrain(&p->retrain, &p->s, &p->o.train, p->rows.order,
                      p->rows.n, keep);
    }

    train_free(keep);
}


static double
prune_drop(prune_run_t *p)
{
    double         drop;
    maas_model_t  *m;

    m = train_small_plan(&p->s, p->s.nodes);
    drop = train_drop(&p->s, p->score[0], train_scored(m, &p->rows.judged));
    maas_model_free(m);

    return drop;
}


/* A bit at a time, as long as it is good enough */

static void
prune_steps(prune_run_t *p)
{
    double         share, done;
    size_t         i;
    prune_step_t  *step;

    share = isnan(p->o.neurons) ? p->o.sparsity : p->o.neurons;
    p->steps = train_alloc(p->o.rounds, sizeof(prune_step_t));
    p->nodes = train_alloc(p->s.n, sizeof(maas_node_t));

    for (i = 0; i < p->o.rounds; i++) {
        done = (double) (i + 1) / (double) p->o.rounds;

        /* first much, then less: there is less to choose from */

        done = isnan(p->o.neurons) ? 1 - pow(1 - done, 3) : done;
        step = &p->steps[p->n_steps++];
        step->share = share * done;
        prune_step(p, step->share);
        step->drop = prune_drop(p);

        if (!isnan(p->o.drop) && step->drop > p->o.drop) {
            break;
        }

        p->good++;
        (void) memcpy(p->nodes, p->s.nodes, p->s.n * sizeof(maas_node_t));
    }

    if (p->good == 0) {
        train_die("a share of %.3g loses %.3f, more than --max-drop %g: "
                  "nothing is written; more --rounds or --epochs may help",
                  p->steps[0].share, p->steps[0].drop, p->o.drop);
    }
}


static void
prune_how(void *ctx, maas_writer_t *w)
{
    const char         *base;
    const prune_run_t  *p;

    p = ctx;
    train_json_text(w, "of", isnan(p->o.neurons) ? "weights" : "neurons");
    train_json_number(w, "share", p->steps[p->good - 1].share);
    train_json_number(w, "epochs", (double) (p->good * p->o.train.epochs));
    base = strrchr(p->rows.data.path, '/');
    train_json_text(w, "data", base != NULL && base[1] != '\0' ? base + 1
                                                           : p->rows.data.path);
    maas_writer_key(w, "data_crc32c");
    maas_writer_value(w, "\"%08x\"", p->rows.data.crc32c);
    train_json_number(w, "rows", (double) p->rows.n);
}


static void
prune_text(const prune_run_t *p, size_t size)
{
    size_t  i;

    (void) printf("%-6s%10s%12s\n", "step", "share", "lost");

    for (i = 0; i < p->n_steps; i++) {
        (void) printf("%-6zu%10.3f", i + 1, p->steps[i].share);

        if (isnan(p->steps[i].drop)) {
            (void) printf("%12s\n", "-");
            continue;
        }

        (void) printf("%12.3f%s\n", p->steps[i].drop, i < p->good ? ""
                      : "  too much: it was not done");
    }

    (void) printf("network   %zu", train_small_numbers(&p->s, 0));

    for (i = 0; i < p->s.n; i++) {
        (void) printf("-%zu", p->nodes[i].tensors[0].shape[1]);
    }

    (void) printf("%s\n", isnan(p->o.neurons)
                  ? ", with zeros among its weights" : "");
    train_sides_print(stdout, p->s.desc->task == MAAS_TASK_REGRESSION
                      ? "R2" : "accuracy", &p->side[0], &p->side[1]);
    (void) printf("model     %s, %zu bytes\n",
                  train_shown(p->o.small.output), size);
}


static void
prune_json(const prune_run_t *p, size_t size)
{
    size_t          i;
    const char     *name;
    maas_writer_t   w;

    name = (p->s.desc->task == MAAS_TASK_REGRESSION) ? "r2" : "accuracy";
    train_json_begin(&w, stdout);
    train_json_text(&w, "file", p->o.small.output);
    train_json_number(&w, "size", (double) size);
    train_json_text(&w, "of", isnan(p->o.neurons) ? "weights" : "neurons");
    train_json_number(&w, "share", p->steps[p->good - 1].share);
    train_json_open(&w, "units", '[');

    for (i = 0; i < p->s.n; i++) {
        train_json_number(&w, NULL,
                          (double) p->nodes[i].tensors[0].shape[1]);
    }

    maas_writer_close(&w, ']');
    train_json_open(&w, "steps", '[');

    for (i = 0; i < p->n_steps; i++) {
        maas_writer_open(&w, '{');
        train_json_number(&w, "share", p->steps[i].share);
        train_json_number(&w, "lost", p->steps[i].drop);
        train_json_flag(&w, "done", i < p->good);
        maas_writer_close(&w, '}');
    }

    maas_writer_close(&w, ']');
    train_json_number(&w, "judged_rows", (double) p->rows.judged.rows);
    train_json_number(&w, "lost", p->drop);
    train_side_json(&w, "before", name, &p->side[0]);
    train_side_json(&w, "after", name, &p->side[1]);
    train_json_end(&w);
}


static void
prune_free(prune_run_t *p)
{
    train_free(p->units);
    train_free(p->steps);
    train_free(p->nodes);
    train_retrain_free(&p->retrain);
    train_small_rows_free(&p->rows);
    train_small_free(&p->s);
    train_args_free(&prune_args, &p->o);
}


int
train_cmd_prune(int argc, char **argv)
{
    int           at;
    void         *image;
    char         *path;
    size_t        i, size;
    prune_run_t   p = { .o = {
        .small.seed = 1, .rounds = PRUNE_ROUNDS, .sparsity = NAN,
        .neurons = NAN, .drop = NAN,
        .train = { .epochs = TRAIN_BY_DATA, .batch = PRUNE_BATCH, .lr = 5e-4 }
    } };

    maas_single_thread();
    at = train_args_read(&prune_args, &p.o, argc, argv, NULL);
    path = train_args_operand(&prune_args, argc, argv, at, "a model file");
    prune_check(&p.o);
    train_small_apart("prune", path, &p.o.small);
    train_small_open(&p.s, path);
    prune_able(&p.s);
    p.o.train.seed = p.o.small.seed;
    p.units = train_alloc(p.s.n, sizeof(size_t));

    for (i = 0; i < p.s.n; i++) {
        p.units[i] = p.s.nodes[i].tensors[0].shape[1];
    }

    train_small_rows(&p.rows, "prune", path, &p.o.small, PRUNE_KEPT);
    train_small_measured(&p.rows, "prune", p.o.drop);
    p.score[0] = train_scored(p.rows.model, &p.rows.judged);
    p.o.train.epochs = prune_epochs(&p);
    p.o.train.asked = train_asked(maas_model_info(p.rows.model));
    train_retrain_create(&p.retrain, &p.s, &p.rows.data);
    prune_steps(&p);
    image = train_small_finish(&p.s, p.nodes, &p.rows, "prune", prune_how, &p,
                               p.side, p.score, &size);
    p.drop = train_drop(&p.s, p.score[0], p.score[1]);
    train_save(p.o.small.output, image, size);

    if (p.o.small.json) {
        prune_json(&p, size);
    } else {
        prune_text(&p, size);
    }

    train_free(image);
    prune_free(&p);

    return TRAIN_EXIT_OK;
}
