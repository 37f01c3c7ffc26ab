/*
 * Blunted rows against a plain sort, rounding against printf(), and what forms
 * make of them: labels stay those of the numbers as they were.
 */

#include "wire.h"


#define N  9


static int
blunt_better(const float *y, size_t a, size_t b)
{
    return y[a] > y[b] || (y[a] == y[b] && a < b);
}


/* How many others come before i?  `said` comes before all. */

static size_t
blunt_rank(const float *y, size_t said, size_t i)
{
    size_t  k, rank;

    if (i == said) {
        return 0;
    }

    rank = 1;

    for (k = 0; k < N; k++) {
        rank += k != i && k != said && blunt_better(y, k, i);
    }

    return rank;
}


static void
top(void **state)
{
    float         y[N], blunted[N];
    size_t        i, k, said, times;
    maas_info_t   info;
    maas_blunt_t  blunt = { .digits = -1 };

    info = wire_info();
    info.out = N;
    srand(1);

    for (times = 0; times < 2000; times++) {

        for (i = 0; i < N; i++) {
            /* few values: many are equal; -0 and negative ones, too */
            y[i] = (float) (rand() % 7 - 2) / (times % 2 ? 3 : -7);
        }

        said = (size_t) rand() % N;

        for (k = 1; k <= N + 1; k++) {
            memcpy(blunted, y, sizeof(y));
            blunt.top = k;
            maas_blunt(&info, &blunt, said, blunted);

            for (i = 0; i < N; i++) {
                if (blunt_rank(y, said, i) < k) {
                    assert_float_equal(blunted[i], y[i], 0);

                } else {
                    assert_float_equal(blunted[i], 0, 0);
                }
            }
        }
    }
}


static void
digits(void **state)
{
    int           d, i;
    char          text[64];
    float         v, got;
    maas_blunt_t  blunt = { 0 };

    srand(2);

    for (d = 0; d <= MAAS_BLUNT_DIGITS; d++) {
        blunt.digits = d;

        for (i = 0; i < 20000; i++) {
            v = (float) rand() / (float) RAND_MAX * (i % 2 ? 1 : -1000);
            (void) snprintf(text, sizeof(text), "%.*f", d, (double) v);
            got = maas_blunt_round(&blunt, v);
            assert_float_equal(got, strtof(text, NULL), 0);
            assert_true(got != 0 || !__builtin_signbit(got));
        }
    }

    blunt.digits = 2;
    assert_float_equal(maas_blunt_round(&blunt, 3e38f), 3e38f, 0);
    assert_float_equal(maas_blunt_round(&blunt, 0.125f), 0.12f, 0);
    assert_float_equal(maas_blunt_round(&blunt, 0.375f), 0.38f, 0);

    blunt.digits = -1;
    assert_float_equal(maas_blunt_round(&blunt, 0.123456789f), 0.123456789f,
                       0);
}


static void
tasks(void **state)
{
    float         y[3] = { 0.25f, 0.5f, 0.25f };
    maas_info_t   info;
    maas_blunt_t  label = { .digits = -1, .label = 1 };
    maas_blunt_t  top = { .digits = -1, .top = 2 };
    maas_blunt_t  round = { .digits = 1 };
    maas_blunt_t  none = { .digits = -1 };

    info = wire_info();
    assert_true(maas_blunts(&info, &label) && maas_blunts(&info, &top)
                && maas_blunts(&info, &round) && !maas_blunts(&info, &none));
    maas_blunt(&info, &label, 2, y);
    assert_true(y[0] == 0 && y[1] == 0 && y[2] == 1);

    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    assert_true(maas_blunts(&info, &label) && !maas_blunts(&info, &top));
    y[0] = 0.25f;
    maas_blunt(&info, &top, 0, y);
    assert_float_equal(y[0], 0.25f, 0);
    maas_blunt(&info, &label, 1, y);
    assert_float_equal(y[0], 1, 0);

    info.task = MAAS_TASK_REGRESSION;
    assert_true(!maas_blunts(&info, &label) && !maas_blunts(&info, &top)
                && maas_blunts(&info, &round));
    y[0] = 41.26f;
    maas_blunt(&info, &label, 0, y);
    assert_float_equal(y[0], 41.26f, 0);
    maas_blunt(&info, &round, 0, y);
    assert_float_equal(y[0], 41.3f, 0);
}


static void
written(const maas_form_t *form, const maas_info_t *info,
    const maas_request_t *req, const float *y, const char *expected)
{
    char    *buf;
    size_t   len, json_len;

    buf = malloc(form->size(info, req));
    len = form->write(info, req, y, buf, &json_len);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(buf, expected, len);
    free(buf);
}


/* Two rows whose rounded numbers would say something else */

static void
labels(void **state)
{
    maas_info_t     info;
    maas_blunt_t    blunt = { .digits = 1 };
    maas_request_t  req = { .rows = 2 };

    static const float     y[] = { 0.4f, 0.4f, 0.2f, 0.3f, 0.3f, 0.3f };
    static const uint32_t  said[] = { 1, 2 }, yes[] = { 1, 0 };
    static const float     p[] = { 0.9f, 0.5f };

    info = wire_info();
    req.blunt = &blunt;
    req.said = said;

    written(&maas_form_v1_classify, &info, &req, y,
            "{\"results\":[[[\"dog \\\"x\\\"\",0.4],[\"cat\",0.4],"
            "[\"a\xc3\xa4\",0.2]],[[\"a\xc3\xa4\",0.3],[\"cat\",0.3],"
            "[\"dog \\\"x\\\"\",0.3]]]}");
    written(&maas_form_v1_predict, &info, &req, y,
            "{\"predictions\":[[0.4,0.4,0.2],[0.3,0.3,0.3]]}");

    req.n_outputs = 2;
    req.outputs[0] = MAAS_OUTPUT_DECISION;
    req.outputs[1] = MAAS_OUTPUT_NUMBERS;
    req.top_k = 2;
    written(&maas_form_v2, &info, &req, y,
            "{\"model_name\":\"toy\",\"model_version\":\"\",\"outputs\":["
            "{\"name\":\"decision\",\"datatype\":\"INT64\",\"shape\":[2,1],"
            "\"data\":[1,2]},{\"name\":\"probs\",\"datatype\":\"BYTES\","
            "\"shape\":[2,2],\"data\":[\"0.4:1:dog \\\"x\\\"\","
            "\"0.4:0:cat\",\"0.3:2:a\xc3\xa4\",\"0.3:0:cat\"]}]}");

    /* the other label's probability is rounded, too: 1 - 0.9f is 0.100000024 */

    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    info.n_labels = 2;
    req.said = yes;
    written(&maas_form_v1_classify, &info, &req, p,
            "{\"results\":[[[\"dog \\\"x\\\"\",0.9],[\"cat\",0.1]],"
            "[[\"cat\",0.5],[\"dog \\\"x\\\"\",0.5]]]}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(top),
        cmocka_unit_test(digits),
        cmocka_unit_test(tasks),
        cmocka_unit_test(labels)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
