/*
 * The first ten training losses from given weights and batches agree with
 * Keras's, for every optimiser, loss and most activations: to 1e-4 relative
 * to the loss where that is above 1, else absolute.
 * Vectors: t/data/keras_losses.json, made by make_keras_vectors.py beside it.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "net/step.h"


#define VECTORS  "t/data/keras_losses.json"


static cJSON  *keras;


static double
number_of(const cJSON *o, const char *name)
{
    const cJSON  *v;

    v = cJSON_GetObjectItemCaseSensitive(o, name);
    assert_true(cJSON_IsNumber(v));

    return v->valuedouble;
}


static const char *
text_of(const cJSON *o, const char *name)
{
    const char  *s;

    s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
    assert_non_null(s);

    return s;
}


static size_t
choice_of(const cJSON *o, const char *name, const char *const *names,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (strcmp(names[i], text_of(o, name)) == 0) {
            return i;
        }
    }

    fail_msg("unknown %s", text_of(o, name));

    return 0;
}


/* An array of floats into (rows,columns) with stride ld */

static void
floats_of(const cJSON *o, const char *name, float *out, size_t rows,
    size_t columns, size_t ld)
{
    size_t        i;
    const cJSON  *v;

    i = 0;

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(o, name)) {
        out[i / columns * ld + i % columns] = (float) v->valuedouble;
        i++;
    }

    assert_int_equal(i, rows * columns);
}


static void
classes_of(const char *name, uint32_t *out, size_t n)
{
    size_t        i;
    const cJSON  *v;

    i = 0;

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(keras, name)) {
        out[i++] = (uint32_t) v->valuedouble;
    }

    assert_int_equal(i, n);
}


static void
data_of(const cJSON *c, train_data_t *d)
{
    size_t  rows;

    memset(d, 0, sizeof(train_data_t));
    rows = (size_t) (number_of(keras, "steps") * number_of(keras, "batch"));

    d->rows = rows;
    d->in = (size_t) number_of(keras, "in");
    d->input = MAAS_INPUT_COLUMNS;
    d->rank = 1;
    d->shape[0] = d->in;
    d->task = (maas_task_t) choice_of(c, "task", maas__task_names, 3);
    d->numbers = train_alloc(rows * d->in, sizeof(float));
    floats_of(keras, "x", d->numbers, rows, d->in, d->in);

    if (d->task == MAAS_TASK_REGRESSION) {
        d->out = 1;
        d->targets = train_alloc(rows, sizeof(float));
        floats_of(keras, "targets", d->targets, rows, 1, 1);
        return;
    }

    d->out = (d->task == MAAS_TASK_BINARY)
             ? 1 : (size_t) number_of(keras, "classes");
    d->classes = train_alloc(rows, sizeof(uint32_t));
    classes_of(d->out == 1 ? "binary" : "labels", d->classes, rows);
}


static void
network_of(const cJSON *c, const train_data_t *d, train_net_t *net)
{
    char                  spec[64], why[TRAIN_WHY];
    float                *p;
    const cJSON          *head;
    const train_layer_t  *l;

    (void) snprintf(spec, sizeof(spec), "%.0f:%s:%g",
                    number_of(keras, "hidden"), text_of(c, "activation"),
                    number_of(c, "alpha"));
    assert_int_equal(train_net_create(net, d->in, d->out, d->task, spec, why),
                     0);

    l = &net->layers[0];
    p = net->params + l->at;
    floats_of(keras, "w0", p, l->in, l->units, l->ld);
    floats_of(keras, "b0", train_vector(l, p, 0), 1, l->units, l->ld);

    head = cJSON_GetObjectItemCaseSensitive(
               cJSON_GetObjectItemCaseSensitive(keras, "heads"),
               d->out == 1 ? "binary" : "classification");
    l = &net->layers[net->n_layers - 1];
    p = net->params + l->at;
    floats_of(head, "w", p, l->in, l->units, l->ld);
    floats_of(head, "b", train_vector(l, p, 0), 1, l->units, l->ld);
}


static void
optim_of(const cJSON *c, const train_net_t *net, train_optim_t *o)
{
    train_optim_create(o, (train_optim_kind_t)
                       choice_of(c, "optimizer", train_optim_names,
                                 TRAIN_N_OPTS), net->n);
    o->lr = number_of(c, "lr");
    o->l2 = number_of(c, "l2");
    o->clip_norm = number_of(c, "clip_norm");

    if (o->kind == TRAIN_OPT_ADAMW) {
        o->weight_decay = 0.05;     /* as in the script */
    }
}


static void
case_losses(const cJSON *c, double *losses, size_t steps)
{
    float           shift = 0, factor = 1;
    size_t          i, j, batch;
    uint32_t        row[64];
    train_net_t     net;
    train_data_t    d;
    train_work_t    work;
    train_loss_t    loss;
    train_scale_t   scale = { .kind = TRAIN_SCALE_NONE, .n = 1,
                              .shift = &shift, .factor = &factor };
    train_batch_t   b;
    train_optim_t   o;
    train_source_t  source;

    data_of(c, &d);
    network_of(c, &d, &net);
    optim_of(c, &net, &o);
    loss = (train_loss_t) choice_of(c, "loss", train_loss_names,
                                    TRAIN_N_LOSSES);
    batch = (size_t) number_of(keras, "batch");

    train_source_init(&source, &d, &scale);
    train_batch_create(&b, &source, batch);
    train_work_create(&work, 1, NULL, &net, &o, NULL, batch, 1);

    for (i = 0; i < steps; i++) {
        for (j = 0; j < batch; j++) {
            row[j] = (uint32_t) (i * batch + j);
        }

        train_batch_fill(&b, &source, row, batch, 0);
        losses[i] = train_step(&work, &b, loss, o.lr) / (double) batch;
    }

    train_work_free(&work, 1);
    train_batch_free(&b);
    train_optim_free(&o);
    train_net_free(&net);
    train_data_free(&d);
}


static void
ten_losses(void **state)
{
    double        ours[16], theirs;
    size_t        i, n, steps;
    const cJSON  *c, *list, *v;

    (void) state;

    n = 0;
    steps = (size_t) number_of(keras, "steps");
    assert_int_equal(steps, 10);

    cJSON_ArrayForEach(c, cJSON_GetObjectItemCaseSensitive(keras, "cases")) {
        case_losses(c, ours, steps);
        list = cJSON_GetObjectItemCaseSensitive(c, "losses");
        assert_int_equal(cJSON_GetArraySize(list), steps);
        i = 0;

        cJSON_ArrayForEach(v, list) {
            theirs = v->valuedouble;

            if (!(fabs(ours[i] - theirs) <= 1e-4 * fmax(1, fabs(theirs)))) {
                fail_msg("case %zu (%s, %s, %s, l2 %g, clip %g): step %zu: "
                         "loss %.9g, Keras %.9g", n, text_of(c, "optimizer"),
                         text_of(c, "loss"), text_of(c, "activation"),
                         number_of(c, "l2"), number_of(c, "clip_norm"), i,
                         ours[i], theirs);
            }

            i++;
        }

        n++;
    }

    assert_int_equal(n, 26);
}


static int
setup(void **state)
{
    char    *text;
    size_t   size;

    (void) state;

    text = train_slurp(VECTORS, &size);
    keras = cJSON_ParseWithLength(text, size);
    train_free(text);

    return keras == NULL;
}


static int
teardown(void **state)
{
    (void) state;
    cJSON_Delete(keras);

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(ten_losses)
    };

    return cmocka_run_group_tests_name("train keras", tests, setup,
                                       teardown);
}
