/*
 * Dense layers with smaller numbers: weights of I8 with a scale for each
 * column, or of BF16, and ranges of what goes between them.
 * Not here: which layers (choose.c), and how they are run (engine/op/).
 */

#include <math.h>
#include <string.h>

#include "compress.h"
#include "util.h"
#include "op/maas_dense.h"


#define QUANTIZE_ROWS  256              /* of a value, at a time */
#define QUANTIZE_LEAST 0x1p-60f         /* R40, docs/model-format.md */


const char *const  train_precision_names[] = {
    [TRAIN_INT8] = "int8", [TRAIN_INT8_WEIGHTS] = "int8-weights",
    [TRAIN_BF16] = "bf16", [TRAIN_BF16_WEIGHTS] = "bf16-weights"
};

_Static_assert(train_nelts(train_precision_names) == TRAIN_N_PRECISIONS,
               "a precision without a name");


int
train_is_dense(const maas_node_t *n)
{
    return strcmp(n->op->name, "dense") == 0
           && n->tensors[MAAS_DENSE_WEIGHT].dtype == MAAS_F32
           && n->tensors[MAAS_DENSE_WEIGHT].shape[1]
              == maas__shape_numbers(&n->shape);       /* no groups */
}


static void
quantize_range(const train_small_t *s, size_t value, const train_data_t *d,
    const uint32_t *row, size_t rows, train_range_t *r)
{
    float   *y, low, high;
    size_t   i, at, n, numbers;

    numbers = train_small_numbers(s, value);
    low = 0;
    high = 0;

    for (at = 0; at < rows; at += n) {
        n = (rows - at < QUANTIZE_ROWS) ? rows - at : QUANTIZE_ROWS;
        y = train_small_value(s, value, d, row + at, n);

        for (i = 0; i < n * numbers; i++) {
            low = fminf(low, y[i]);
            high = fmaxf(high, y[i]);
        }

        train_free(y);
    }

    r->zero = (low < 0) ? 128 : 0;
    r->scale = (low < 0) ? fmaxf(high / 127, -low / 128) : high / 255;
    r->scale = fmaxf(r->scale, QUANTIZE_LEAST);
}


void
train_ranges(const train_small_t *s, const train_data_t *d,
    const uint32_t *row, size_t rows, train_range_t *ranges)
{
    size_t  i, value;

    (void) memset(ranges, 0, (s->n + 1) * sizeof(train_range_t));

    for (i = 0; i < s->n; i++) {
        value = s->nodes[i].in[0];

        if (train_is_dense(&s->nodes[i]) && ranges[value].scale == 0) {
            quantize_range(s, value, d, row, rows, &ranges[value]);
        }
    }
}


/* Symmetric: a column's largest weight is 127 or -127 */

static void
quantize_int8(train_small_t *s, maas_node_t *n)
{
    float         *scale, most;
    int8_t        *q;
    size_t         i, j, k, units;
    const float   *w;
    maas_tensor_t *t;

    t = &n->tensors[MAAS_DENSE_WEIGHT];
    k = t->shape[0];
    units = t->shape[1];
    w = t->data;
    q = train_small_room(s, k * units, 1);
    scale = train_small_room(s, units, sizeof(float));

    for (j = 0; j < units; j++) {
        most = 0;

        for (i = 0; i < k; i++) {
            most = fmaxf(most, fabsf(w[i * units + j]));
        }

        scale[j] = (most > 0) ? fmaxf(most / 127, QUANTIZE_LEAST) : 1;

        for (i = 0; i < k; i++) {
            q[i * units + j] = (int8_t) fmaxf(-127, fminf(127,
                                   rintf(w[i * units + j] / scale[j])));
        }
    }

    t->dtype = MAAS_I8;
    t->data = q;
    n->tensors[MAAS_DENSE_SCALE].data = scale;
}


/* To the nearest, of two the even one; what is finite stays so */

static void
quantize_bf16(train_small_t *s, maas_node_t *n)
{
    size_t          i, numbers;
    uint16_t       *q;
    uint32_t        bits;
    const float    *w;
    maas_tensor_t  *t;

    t = &n->tensors[MAAS_DENSE_WEIGHT];
    numbers = t->shape[0] * t->shape[1];
    w = t->data;
    q = train_small_room(s, numbers, sizeof(uint16_t));

    for (i = 0; i < numbers; i++) {
        (void) memcpy(&bits, &w[i], sizeof(bits));
        bits += 0x7fff + (bits >> 16 & 1);
        q[i] = (uint16_t) (bits >> 16);

        if ((q[i] & 0x7f80) == 0x7f80) {
            q[i]--;                     /* beyond the largest */
        }
    }

    t->dtype = MAAS_BF16;
    t->data = q;
}


static void
quantize_set(maas_node_t *n, const char *attr, double v)
{
    if (!maas__node_set(n, attr, v)) {
        train_die("%s of a layer: the model file cannot hold %g", attr, v);
    }
}


void
train_quantize(train_small_t *s, train_precision_t to,
    const train_range_t *ranges, maas_node_t *made)
{
    size_t               i;
    maas_node_t         *n;
    const train_range_t *r;

    (void) memcpy(made, s->nodes, s->n * sizeof(maas_node_t));

    for (i = 0; i < s->n; i++) {
        n = &made[i];

        if (!train_is_dense(n)) {
            continue;
        }

        if (to == TRAIN_BF16 || to == TRAIN_BF16_WEIGHTS) {
            quantize_bf16(s, n);
            quantize_set(n, "activations", to == TRAIN_BF16 ? MAAS_DENSE_BF16
                                                       : MAAS_DENSE_FLOAT);
            continue;
        }

        quantize_int8(s, n);

        if (to == TRAIN_INT8) {
            r = &ranges[n->in[0]];
            quantize_set(n, "input_scale", r->scale);
            quantize_set(n, "input_zero", r->zero);
        }
    }
}


static double
quantize_get(const maas_node_t *n, const char *attr)
{
    size_t  i;

    for (i = 0; i < n->op->n_attrs; i++) {
        if (strcmp(n->op->attrs[i].name, attr) == 0) {
            return maas__attr_get(n, &n->op->attrs[i]);
        }
    }

    return 0;
}


/* A reader of value i + 1, if layers of integers alone read it; 0: none, or
 * others do as well. */

static size_t
quantize_reader(const maas_node_t *to, size_t n, size_t i)
{
    size_t  j, k, reader;

    reader = 0;

    for (j = i + 1; j < n; j++) {
        for (k = 0; k < to[j].n_in; k++) {
            if (to[j].in[k] != i + 1) {
                continue;
            }

            if (to[j].tensors[0].dtype != MAAS_I8
                || quantize_get(&to[j], "input_scale") == 0)
            {
                return 0;
            }

            reader = j;
        }
    }

    return reader;
}


void
train_quantized(const train_small_t *s, const maas_node_t *made,
    const uint8_t *take, maas_node_t *to)
{
    size_t  i, reader;

    for (i = 0; i < s->n; i++) {
        to[i] = take[i] ? made[i] : s->nodes[i];
    }

    for (i = 0; i < s->n; i++) {
        if (!take[i] || quantize_get(&to[i], "input_scale") == 0
            || to[i].act == MAAS_ACT_SOFTMAX)
        {
            continue;
        }

        reader = quantize_reader(to, s->n, i);

        if (reader != 0) {
            quantize_set(&to[i], "output_scale",
                         quantize_get(&to[reader], "input_scale"));
            quantize_set(&to[i], "output_zero",
                         quantize_get(&to[reader], "input_zero"));
        }
    }
}
