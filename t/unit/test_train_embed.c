/*
 * What is learnt of an embedding: its gradients against differences, and its
 * numbers against the engine's.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/embed.h"
#include "net/op.h"


#define ROWS   7
#define IN     3
#define WAVES  5
#define BINS   20               /* more than a line of padding */
#define H      0.01f


typedef struct {
    float           numbers[ROWS * IN];
    float           target[ROWS];
    float           shift, factor;
    train_embed_t   embed;
    train_data_t    data;
    train_scale_t   scale;
    train_source_t  source;
    train_batch_t   batch;
    train_net_t     net;
    train_work_t    work;
} embed_t;

static embed_t  t;


static void
setup(void)
{
    char         why[TRAIN_WHY];
    float       *p;
    size_t       i;
    uint32_t     row[ROWS];
    train_rng_t  rng;

    memset(&t, 0, sizeof(t));
    train_rng_init(&rng, 4, 4);

    for (i = 0; i < ROWS; i++) {
        row[i] = (uint32_t) i;
        t.numbers[i * IN] = (float) (4 * train_rng_unit(&rng) - 2);
        t.numbers[i * IN + 1] = (float) train_rng_below(&rng, 3);
        t.numbers[i * IN + 2] = (i == 2) ? NAN : (float) i;
        t.target[i] = (float) (2 * train_rng_unit(&rng) - 1);
    }

    t.numbers[1] = NAN;                         /* no code, one too many */
    t.numbers[IN + 1] = 7;

    p = train_embed_add(&t.embed, MAAS_EMBED_BINS, 0, BINS, BINS + 1, 0);

    for (i = 0; i <= BINS; i++) {
        p[i] = (float) i / 5 - 2;
    }

    p = train_embed_add(&t.embed, MAAS_EMBED_NUMBER, 2, 1, 4, 0);
    p[1] = 0.5f;
    p[2] = 3;
    (void) train_embed_add(&t.embed, MAAS_EMBED_TABLE, 1, 2, 8, 8);
    p = train_embed_add(&t.embed, MAAS_EMBED_PERIODIC, 0, 3,
                        MAAS_EMBED_WAVES + 5 * WAVES + 3, 5 * WAVES + 3);
    p[0] = 0.1f;
    p[1] = 1.3f;
    p[MAAS_EMBED_SCALE] = WAVES;
    (void) train_embed_add(&t.embed, MAAS_EMBED_MISSING, 2, 1, 0, 0);

    t.factor = 1;
    t.scale.n = 1;
    t.scale.shift = &t.shift;
    t.scale.factor = &t.factor;
    t.data = (train_data_t) {
        .rows = ROWS, .input = MAAS_INPUT_COLUMNS, .rank = 1, .in = IN,
        .numbers = t.numbers, .task = MAAS_TASK_REGRESSION, .out = 1,
        .targets = t.target
    };

    train_source_init(&t.source, &t.data, &t.scale);
    train_source_embed(&t.source, &t.embed);
    assert_int_equal(train_net_create_on(&t.net, &t.embed, 1,
                                         MAAS_TASK_REGRESSION, "6:tanh", why),
                     0);
    train_net_init(&t.net, TRAIN_INIT_AUTO, 5);
    train_batch_create(&t.batch, &t.source, ROWS);
    train_work_create(&t.work, 1, NULL, &t.net, NULL, NULL, ROWS, 1);
    train_batch_fill(&t.batch, &t.source, row, ROWS, 0);
}


static void
teardown(void)
{
    train_work_free(&t.work, 1);
    train_batch_free(&t.batch);
    train_net_free(&t.net);
    train_embed_free(&t.embed);
}


static double
loss(size_t at, float h)
{
    float   before;
    double  sum;

    before = t.net.params[at];
    t.net.params[at] += h;
    sum = train_step(&t.work, &t.batch, TRAIN_LOSS_MSE, 0) / ROWS;
    t.net.params[at] = before;

    return sum;
}


/* Every number that is learnt, the row for other codes as well: a fourth-order
 * difference, whose error in single precision is below 1e-4 */

static void
test_gradient(void **state)
{
    float   *grad;
    double   numeric, most;
    size_t   i;

    setup();
    grad = train_alloc(t.embed.n_learnt, sizeof(float));
    (void) train_step(&t.work, &t.batch, TRAIN_LOSS_MSE, 0);
    memcpy(grad, t.work.part[0].grad, t.embed.n_learnt * sizeof(float));
    most = 0;

    for (i = 0; i < t.embed.n_learnt; i++) {
        numeric = (8 * (loss(i, H) - loss(i, -H))
                   - (loss(i, 2 * H) - loss(i, -2 * H))) / (12 * (double) H);
        most = fmax(most, fabs(numeric));

        if (!(fabs(numeric - (double) grad[i]) < 2e-3)) {
            fail_msg("number %zu: %g, by differences %g", i, (double) grad[i],
                     numeric);
        }
    }

    assert_true(most > 0.1);
    assert_true(grad[6] != 0);          /* other codes */
    train_free(grad);
    teardown();
}


/* What the layer says of a row is what the engine's items say */

static void
test_engine(void **state)
{
    float                     *number, y[BINS + 8];
    size_t                     i, r;
    maas_embed_item_t          item;
    const train_embed_item_t  *e;

    setup();
    train_forward(&t.work, &t.batch);
    assert_int_equal(t.embed.units, BINS + 7);
    assert_int_equal(t.net.layers[0].quiet, 16);

    for (r = 0; r < ROWS; r++) {
        for (i = 0; i < t.embed.n_items; i++) {
            e = &t.embed.items[i];
            number = t.embed.numbers + e->at;
            memcpy(number + e->n - e->learnt, t.net.params + e->where,
                   e->learnt * sizeof(float));
            item = (maas_embed_item_t) {
                e->kind, e->from, (uint32_t) e->to, e->width,
                e->kind == MAAS_EMBED_TABLE ? 4 : WAVES, number
            };
            maas__embed_one(&item, t.numbers + r * IN, y);
        }

        for (i = 0; i < t.embed.units; i++) {
            assert_true(fabsf(y[i] - t.work.part[0].a[r * t.net.layers[0].ld
                                                      + i]) < 3e-6f);
        }
    }

    teardown();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_engine)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
