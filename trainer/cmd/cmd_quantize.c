/*
 * quantize: a network's file with weights of 8 or 16 bits instead of 32.
 * Not here: what becomes of a layer, and which layers (compress/).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "small_rows.h"
#include "op/maas_dense.h"


#define QUANTIZE_ROWS  1000
#define QUANTIZE_KEPT  0.5          /* share of --data that judges */
#define QUANTIZE_DROP  0.1          /* points, or per cent of RMSE */
#define QUANTIZE_ANY   100          /* --max-drop: whatever it costs */

typedef struct {
    train_small_args_t   small;
    char                *keep;
    int                  to;
    size_t               rows;
    double               drop;
} quantize_t;

static const train_arg_t  quantize_rows[] = {
    { "output", 'o', TRAIN_SMALL_TEXT(quantize_t, output), "FILE",
      "model file to write" },
    { "to", 0,
      TRAIN_CHOICE(quantize_t, to, train_precision_names, TRAIN_ARG_PLAIN),
      NULL, "weights and rows, or weights alone (int8)" },
    { "data", 'd', TRAIN_SMALL_TEXT(quantize_t, data), "D",
      "rows as for fit, by which ranges are found and losses measured; of a "
      "folder its training part" },
    { "valid", 0, TRAIN_SMALL_TEXT(quantize_t, valid), "D",
      "measure with these instead (a folder's test part, else half of the "
      "rows of --data)" },
    { "rows", 0, TRAIN_COUNT(quantize_t, rows, 1, 1e7, TRAIN_ARG_PLAIN), "N",
      "of --data that ranges are found by (" train_quote(QUANTIZE_ROWS) ")" },
    { "max-drop", 0,
      TRAIN_NUMBER(quantize_t, drop, 0, QUANTIZE_ANY, TRAIN_ARG_PLAIN), "X",
      "layers stay floats until no more is lost: points of accuracy, or per "
      "cent of RMSE (" train_quote(QUANTIZE_DROP) "; "
      train_quote(QUANTIZE_ANY) ": any)" },
    { "keep", 0, TRAIN_TEXT(quantize_t, keep, TRAIN_ARG_PLAIN), "LIST",
      "N,...: layers that stay floats, by number or name" },
    TRAIN_SMALL_ROWS(quantize_t)
};

static const train_args_t  quantize_args = {
    "quantize", quantize_rows, train_nelts(quantize_rows),
    "usage: maas-trainer quantize MODEL -o FILE [--data D] [OPTION]...\n"
    "Write a network with weights of 8 or 16 bits, which is smaller and "
    "faster, and\nsay what that costs, layer by layer.\n", NULL, NULL, 0
};


/* At work */

typedef struct {
    quantize_t             o;
    train_small_t          s;
    train_small_rows_t     rows;
    train_layer_choice_t  *choice;
    uint8_t               *take;
    maas_node_t           *nodes;
    train_scored_t         score[2];
    train_side_t           side[2];
    double                 drop;
} quantize_run_t;


/* Layers that are to stay */

static void
quantize_keep(quantize_run_t *q)
{
    char    *list, *p, *end, *name;
    size_t   i;

    if (q->o.keep == NULL) {
        return;
    }

    list = train_strdup(q->o.keep);
    p = list;

    while ((name = strsep(&p, ",")) != NULL) {
        i = strtoul(name, &end, 10);

        if (*name < '0' || *name > '9' || *end != '\0') {
            for (i = 0; i < q->s.n && (q->s.nodes[i].name == NULL
                        || strcmp(q->s.nodes[i].name, name) != 0); i++)
            {
                /* void */
            }
        }

        if (i >= q->s.n || !train_is_dense(&q->s.nodes[i])) {
            train_usage("quantize", "--keep: \"%.60s\": expected numbers, "
                        "from 0, or names of dense layers of %s", name,
                        q->s.path);
        }

        q->choice[i].asked = 1;
    }

    train_free(list);
}


static void
quantize_check(const quantize_t *o)
{
    if (o->small.data == NULL && o->to == TRAIN_INT8) {
        train_usage("quantize", "--data is missing: by its rows --to int8 "
                    "finds the ranges of numbers; --to int8-weights needs "
                    "none");
    }

    if (o->small.data == NULL && o->small.valid == NULL && !isnan(o->drop)) {
        train_usage("quantize", "--max-drop: measured with what? --data or "
                    "--valid is missing");
    }
}


/* Is there anything to do? */

static void
quantize_able(const train_small_t *s)
{
    size_t              i, able, groups, dense;
    const maas_node_t  *n;

    able = 0;
    groups = 0;
    dense = 0;

    for (i = 0; i < s->n; i++) {
        n = &s->nodes[i];

        if (strcmp(n->op->name, "dense") == 0) {
            dense++;
            able += (size_t) train_is_dense(n);
            groups += n->tensors[MAAS_DENSE_WEIGHT].dtype == MAAS_F32;
        }
    }

    if (able > 0) {
        return;
    }

    if (groups > 0) {
        train_die("%s: its dense layers of floats have groups, which stay "
                  "floats: expected one that has none (of a table such a "
                  "network comes of fit --effort quick)", s->path);
    }

    if (dense == 0) {
        train_die("%s: %s has no weights that could be quantized: it is as "
                  "small and fast as it gets", s->path,
                  s->n == 1 ? "a model of trees" : "a model without dense "
                  "layers");
    }

    train_die("%s: no dense layer has weights of floats: is it quantized "
              "already?", s->path);
}


/* What may be lost; NAN: anything, or nothing is measured */

static double
quantize_most(const quantize_run_t *q)
{
    if (q->rows.judged.rows == 0 || q->o.drop >= QUANTIZE_ANY) {
        return NAN;
    }

    return isnan(q->o.drop) ? QUANTIZE_DROP : q->o.drop;
}


static void
quantize_make(quantize_run_t *q)
{
    size_t          rows;
    maas_node_t    *made;
    train_range_t  *ranges;

    made = train_alloc(q->s.n, sizeof(maas_node_t));
    ranges = train_alloc(q->s.n + 1, sizeof(train_range_t));
    rows = (q->rows.n < q->o.rows) ? q->rows.n : q->o.rows;

    if (q->o.to == TRAIN_INT8) {
        train_ranges(&q->s, &q->rows.data, q->rows.order, rows, ranges);
    }

    train_quantize(&q->s, (train_precision_t) q->o.to, ranges, made);
    q->score[0] = train_scored(q->rows.model, &q->rows.judged);
    (void) train_choose(&q->s, made, &q->rows.judged, q->score[0],
                        quantize_most(q), q->choice, q->take);
    train_quantized(&q->s, made, q->take, q->nodes);
    train_free(made);
    train_free(ranges);
}


/* For the record: layers that stayed floats */

static void
quantize_how(void *ctx, maas_writer_t *w)
{
    size_t                 i;
    const quantize_run_t  *q;

    q = ctx;
    train_json_text(w, "to", train_precision_names[q->o.to]);

    if (q->o.to == TRAIN_INT8) {
        train_json_number(w, "rows", (double) (q->rows.n < q->o.rows
                                               ? q->rows.n : q->o.rows));
    }

    train_json_open(w, "kept", '[');

    for (i = 0; i < q->s.n; i++) {
        if (q->choice[i].dense && !q->take[i]) {
            train_json_number(w, NULL, (double) i);
        }
    }

    maas_writer_close(w, ']');
}


static const char *
quantize_precision(const quantize_run_t *q, size_t i)
{
    return q->take[i] ? train_precision_names[q->o.to] : "float";
}


static size_t
quantize_dense(const quantize_run_t *q)
{
    size_t  i, n;

    for (n = 0, i = 0; i < q->s.n; i++) {
        n += q->choice[i].dense;
    }

    return n;
}


/* What was lost, and what might have been; where layers had to stay floats,
 * the way out */

static void
quantize_lost(const quantize_run_t *q)
{
    size_t  i, kept;

    for (kept = 0, i = 0; i < q->s.n; i++) {
        kept += q->choice[i].kept;
    }

    (void) printf("lost      %.3f", q->drop + 0.0);

    if (isnan(quantize_most(q))) {
        (void) putchar('\n');
        return;
    }

    (void) printf(" of the %g that --max-drop allows\n", quantize_most(q));

    if (kept > 0) {
        (void) printf("layers that stay floats for it: %zu of %zu; --max-drop "
                      train_quote(QUANTIZE_ANY) " takes them whatever is "
                      "lost\n", kept, quantize_dense(q));
    }
}


static void
quantize_text(const quantize_run_t *q, size_t size)
{
    size_t                       i;
    const size_t                *dim;
    const train_layer_choice_t  *c;

    (void) printf("%-6s%8s%8s  %-13s%10s%12s\n", "layer", "in", "units",
                  "precision", "bytes", "alone");

    for (i = 0; i < q->s.n; i++) {
        c = &q->choice[i];

        if (!c->dense) {
            continue;
        }

        dim = q->nodes[i].tensors[0].shape;
        (void) printf("%-6zu%8zu%8zu  %-13s%10zu", i, dim[0], dim[1],
                      quantize_precision(q, i),
                      maas__node_bytes(&q->nodes[i]));

        if (isnan(c->alone)) {
            (void) printf("%12s", "-");
        } else {
            (void) printf("%12.3f", c->alone + 0.0);
        }

        (void) printf("%s\n", c->asked ? "  as asked"
                      : c->kept ? "  for --max-drop" : "");
    }

    if (q->rows.judged.rows > 0) {
        (void) printf("alone: %s lost if only this layer were quantized, of "
                      "%zu rows\n", q->s.desc->task == MAAS_TASK_REGRESSION
                      ? "per cent of RMSE" : "points of accuracy",
                      q->rows.judged.rows);
        quantize_lost(q);
    }

    train_sides_print(stdout, q->s.desc->task == MAAS_TASK_REGRESSION
                      ? "R2" : "accuracy", &q->side[0], &q->side[1]);
    (void) printf("model     %s, %zu bytes\n",
                  train_shown(q->o.small.output), size);
}


static void
quantize_json(const quantize_run_t *q, size_t size)
{
    size_t                       i;
    const char                  *name;
    maas_writer_t                w;
    const train_layer_choice_t  *c;

    name = (q->s.desc->task == MAAS_TASK_REGRESSION) ? "r2" : "accuracy";
    train_json_begin(&w, stdout);
    train_json_text(&w, "file", q->o.small.output);
    train_json_number(&w, "size", (double) size);
    train_json_text(&w, "to", train_precision_names[q->o.to]);
    train_json_open(&w, "layers", '[');

    for (i = 0; i < q->s.n; i++) {
        c = &q->choice[i];

        if (!c->dense) {
            continue;
        }

        maas_writer_open(&w, '{');
        train_json_number(&w, "layer", (double) i);
        train_json_text(&w, "precision", quantize_precision(q, i));
        train_json_number(&w, "bytes",
                          (double) maas__node_bytes(&q->nodes[i]));
        train_json_number(&w, "alone", c->alone);
        train_json_flag(&w, "asked", (int) c->asked);
        maas_writer_close(&w, '}');
    }

    maas_writer_close(&w, ']');
    train_json_number(&w, "judged_rows", (double) q->rows.judged.rows);
    train_json_number(&w, "lost", q->drop);
    train_json_number(&w, "max_drop", quantize_most(q));
    train_side_json(&w, "before", name, &q->side[0]);
    train_side_json(&w, "after", name, &q->side[1]);
    train_json_end(&w);
}


int
train_cmd_quantize(int argc, char **argv)
{
    int              at;
    void            *image;
    char            *path;
    size_t           size;
    quantize_run_t   q = { .o = { .rows = QUANTIZE_ROWS, .drop = NAN,
                                  .small.seed = 1 } };

    maas_single_thread();
    at = train_args_read(&quantize_args, &q.o, argc, argv, NULL);
    path = train_args_operand(&quantize_args, argc, argv, at, "a model file");
    quantize_check(&q.o);
    train_small_apart("quantize", path, &q.o.small);
    train_small_open(&q.s, path);
    quantize_able(&q.s);
    q.choice = train_alloc(q.s.n, sizeof(train_layer_choice_t));
    q.take = train_alloc(q.s.n, 1);
    q.nodes = train_alloc(q.s.n, sizeof(maas_node_t));
    quantize_keep(&q);
    train_small_rows(&q.rows, "quantize", path, &q.o.small, QUANTIZE_KEPT);
    train_small_measured(&q.rows, "quantize", q.o.drop);

    quantize_make(&q);
    image = train_small_finish(&q.s, q.nodes, &q.rows, "quantize",
                               quantize_how, &q, q.side, q.score, &size);
    q.drop = train_drop(&q.s, q.score[0], q.score[1]);
    train_save(q.o.small.output, image, size);

    if (q.o.small.json) {
        quantize_json(&q, size);
    } else {
        quantize_text(&q, size);
    }

    train_free(image);
    train_free(q.choice);
    train_free(q.take);
    train_free(q.nodes);
    train_small_rows_free(&q.rows);
    train_small_free(&q.s);
    train_args_free(&quantize_args, &q.o);

    return TRAIN_EXIT_OK;
}
