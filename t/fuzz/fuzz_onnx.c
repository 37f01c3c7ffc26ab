/*
 * Fuzz target: the importer of ONNX.  Whatever the bytes, there is a sentence
 * or a model whose layers the engine takes.
 */

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "import/import.h"
#include "op/maas_op.h"


#define ARENA  ((size_t) 1 << 26)
#define ROOM   4096

unsigned long  fuzz_accepted;


/* A message in the making */

typedef struct {
    uint8_t  at[ROOM];
    size_t   n;
} msg_t;


static void
put_varint(msg_t *m, uint64_t v)
{
    for (/* void */; v >= 128; v >>= 7) {
        m->at[m->n++] = (uint8_t) (v | 128);
    }

    m->at[m->n++] = (uint8_t) v;
    FUZZ_HOLDS(m->n < ROOM - 16);
}


static void
put_int(msg_t *m, unsigned field, uint64_t v)
{
    put_varint(m, field << 3);
    put_varint(m, v);
}


static void
put_bytes(msg_t *m, unsigned field, const void *data, size_t n)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, n);
    FUZZ_HOLDS(m->n + n < ROOM);
    memcpy(m->at + m->n, data, n);
    m->n += n;
}


static void
put_text(msg_t *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}


static void
put_msg(msg_t *m, unsigned field, const msg_t *inner)
{
    put_bytes(m, field, inner->at, inner->n);
}


/* Attributes: numbers with blanks between them; texts */

static void
put_ints(msg_t *node, const char *name, const char *list)
{
    msg_t       a = { .n = 0 };
    char       *end;
    long long   v;

    put_text(&a, 1, name);

    for (v = strtoll(list, &end, 10); end != list;
         list = end, v = strtoll(list, &end, 10))
    {
        put_int(&a, 8, (uint64_t) v);
    }

    put_msg(node, 5, &a);
}


static void
put_floats(msg_t *node, const char *name, const char *list)
{
    char    *end;
    float    v[64];
    msg_t    a = { .n = 0 };
    size_t   n;

    put_text(&a, 1, name);

    for (n = 0, v[0] = strtof(list, &end); end != list;
         list = end, v[n] = strtof(list, &end))
    {
        n++;
    }

    put_bytes(&a, 7, v, n * sizeof(float));     /* packed */
    put_msg(node, 5, &a);
}


static void
put_texts(msg_t *node, const char *name, const char *list)
{
    msg_t   a = { .n = 0 };
    size_t  n;

    put_text(&a, 1, name);

    for (/* void */; *list; list += n + (list[n] == ' ')) {
        n = strcspn(list, " ");
        put_bytes(&a, 9, list, n);
    }

    put_msg(node, 5, &a);
}


static void
put_word(msg_t *node, const char *name, const char *text)
{
    msg_t  a = { .n = 0 };

    put_text(&a, 1, name);
    put_text(&a, 4, text);
    put_msg(node, 5, &a);
}


/* A node whose inputs are `in`, with blanks between them; its attributes are
 * there already */

static void
put_node(msg_t *graph, msg_t *node, const char *op, const char *in,
    const char *out)
{
    size_t  n;

    for (/* void */; *in; in += n + (in[n] == ' ')) {
        n = strcspn(in, " ");
        put_bytes(node, 1, in, n);
    }

    for (/* void */; *out; out += n + (out[n] == ' ')) {
        n = strcspn(out, " ");
        put_bytes(node, 2, out, n);
    }

    put_text(node, 3, "a node");
    put_text(node, 4, op);
    put_msg(graph, 1, node);
    node->n = 0;
}


static void
put_plain(msg_t *graph, const char *op, const char *in, const char *out)
{
    msg_t  node = { .n = 0 };

    put_node(graph, &node, op, in, out);
}


/* Numbers 0.5, 1, ... */

static void
put_tensor(msg_t *graph, const char *name, size_t rows, size_t columns)
{
    float   v;
    msg_t   t = { .n = 0 };
    size_t  i;

    if (rows > 0) {
        put_int(&t, 1, rows);
    }

    put_int(&t, 1, columns);
    put_int(&t, 2, 1);
    put_text(&t, 8, name);

    for (i = 0; i < (rows > 0 ? rows : 1) * columns; i++) {
        v = (float) (i + 1) / 2;
        put_varint(&t, 4 << 3 | 5);
        memcpy(t.at + t.n, &v, sizeof(v));
        t.n += sizeof(v);
    }

    put_msg(graph, 5, &t);
}


static void
put_port(msg_t *graph, unsigned field, const char *name, unsigned type,
    unsigned width)
{
    msg_t  port = { .n = 0 }, t = { .n = 0 }, tensor = { .n = 0 };
    msg_t  shape = { .n = 0 }, dim = { .n = 0 };

    put_text(&dim, 2, "rows");
    put_msg(&shape, 1, &dim);
    dim.n = 0;
    put_int(&dim, 1, width);
    put_msg(&shape, 1, &dim);
    put_int(&tensor, 1, type);
    put_msg(&tensor, 2, &shape);
    put_msg(&t, 1, &tensor);
    put_text(&port, 1, name);
    put_msg(&port, 2, &t);
    put_msg(graph, field, &port);
}


/* A network: a product, a GELU and a layer normalization as chains, a residual,
 * a softmax */

static void
seed_network(msg_t *g)
{
    msg_t  node = { .n = 0 };

    put_tensor(g, "w", 3, 4);
    put_tensor(g, "b", 0, 4);
    put_tensor(g, "one", 0, 1);
    put_tensor(g, "s", 0, 4);
    put_plain(g, "MatMul", "x w", "h");
    put_plain(g, "Add", "h b", "u");
    put_ints(&node, "axes", "-1");
    put_node(g, &node, "ReduceMean", "u", "mean");
    put_plain(g, "Sub", "u mean", "dev");
    put_plain(g, "Mul", "dev dev", "square");
    put_ints(&node, "axes", "-1");
    put_node(g, &node, "ReduceMean", "square", "var");
    put_plain(g, "Add", "var one", "vare");
    put_plain(g, "Sqrt", "vare", "std");
    put_plain(g, "Div", "dev std", "n");
    put_plain(g, "Mul", "n s", "m");
    put_plain(g, "Sigmoid", "m", "gate");
    put_plain(g, "Mul", "m gate", "silu");
    put_plain(g, "Add", "silu u", "sum");
    put_plain(g, "Gemm", "sum w2 b2", "z");
    put_tensor(g, "w2", 4, 2);
    put_tensor(g, "b2", 0, 2);
    put_plain(g, "Softmax", "z", "y");
    put_port(g, 11, "x", 1, 3);
    put_port(g, 12, "y", 1, 2);
}


/* Columns: missing values, a scaler, texts, a linear model */

static void
seed_columns(msg_t *g)
{
    msg_t  node = { .n = 0 };

    put_floats(&node, "offset", "2");
    put_floats(&node, "scale", "0.5");
    put_node(g, &node, "Scaler", "age", "z");
    put_texts(&node, "cats_strings", "rome oslo bonn");
    put_node(g, &node, "OneHotEncoder", "city", "hot3");
    put_plain(g, "Flatten", "hot3", "hot");
    put_plain(g, "Concat", "z hot", "all");
    put_floats(&node, "coefficients", "-1 -2 -3 -4 1 2 3 4");
    put_floats(&node, "intercepts", "-0.5 0.5");
    put_ints(&node, "classlabels_ints", "0 1");
    put_word(&node, "post_transform", "LOGISTIC");
    put_node(g, &node, "LinearClassifier", "all", "label p");
    put_ints(&node, "classlabels_int64s", "0 1");
    put_node(g, &node, "ZipMap", "p", "map");
    put_port(g, 11, "age", 1, 1);
    put_port(g, 11, "city", 8, 1);
    put_port(g, 12, "label", 7, 1);
    put_port(g, 12, "map", 1, 2);
}


static void
seed_trees(msg_t *g)
{
    msg_t  node = { .n = 0 };

    put_ints(&node, "nodes_treeids", "0 0 0 0 0 1");
    put_ints(&node, "nodes_nodeids", "0 1 2 3 4 0");
    put_ints(&node, "nodes_featureids", "0 1 0 0 0 0");
    put_texts(&node, "nodes_modes",
              "BRANCH_LEQ BRANCH_GT LEAF LEAF LEAF LEAF");
    put_floats(&node, "nodes_values", "0.5 -1 0 0 0 0");
    put_ints(&node, "nodes_truenodeids", "1 2 0 0 0 0");
    put_ints(&node, "nodes_falsenodeids", "4 3 0 0 0 0");
    put_ints(&node, "nodes_missing_value_tracks_true", "1 0 0 0 0 0");
    put_ints(&node, "class_treeids", "0 0 0 1 1");
    put_ints(&node, "class_nodeids", "2 3 4 0 0");
    put_ints(&node, "class_ids", "0 1 2 0 1");
    put_floats(&node, "class_weights", "1 2 3 4 5");
    put_texts(&node, "classlabels_strings", "a b c");
    put_word(&node, "post_transform", "SOFTMAX");
    put_node(g, &node, "TreeEnsembleClassifier", "x", "label y");
    put_port(g, 11, "x", 1, 2);
    put_port(g, 12, "y", 1, 3);
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    msg_t  model = { .n = 0 }, graph = { .n = 0 };

    static void (*const seeds[])(msg_t *) = {
        seed_network, seed_columns, seed_trees
    };

    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    seeds[n](&graph);
    put_int(&model, 1, 8);
    put_text(&model, 2, "fuzz");
    put_msg(&model, 7, &graph);
    FUZZ_HOLDS(model.n <= room);
    memcpy(buf, model.at, model.n);

    return model.n;
}


/* Layers are in running order and their tensors are there */

static void
check(const train_import_t *m)
{
    size_t        i, k;
    maas_err_t    err;
    maas_shape_t  in;

    FUZZ_HOLDS(m->source != NULL && m->in > 0 && m->n_nodes > 0);
    in = maas__shape_flat(m->dtype, m->in);

    for (i = 0; i < m->n_nodes; i++) {
        for (k = 0; k < m->nodes[i].n_in; k++) {
            FUZZ_HOLDS(m->nodes[i].in[k] <= i);
        }

        if (maas__node_shape(m->nodes, i, &in, &err) != MAAS_OK) {
            return;                    /* the writer says it */
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    maas_err_t      err;
    maas_status_t   rc;
    train_import_t  m;

    memset(&m, 0, sizeof(m));
    memset(&err, 0, sizeof(err));
    m.arena = maas__arena_create(ARENA);
    FUZZ_HOLDS(m.arena != NULL);

    if (train_import_onnx.is((const char *) data, size)) {
        rc = train_import_onnx.read(&m, (const char *) data, size, &err);

        if (rc == MAAS_OK) {
            fuzz_accepted++;
            check(&m);

        } else {
            FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
            FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
        }
    }

    maas__arena_destroy(m.arena);

    return 0;
}
