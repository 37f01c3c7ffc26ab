/*
 * What a request asks of explanations, as text: what it says, for each way to
 * get it wrong the sentence that says so, and texts that mean harm.
 * Not here: what is told then (t/77-explain-wire.t).
 */

#include "wire.h"


/* asked as `text`, copied to memory of just its size */

static maas_status_t
asked(const maas_info_t *info, const char *text, size_t len, unsigned loose,
    maas_explain_asked_t *a, maas_err_t *err)
{
    char           *copy;
    maas_status_t   rc;

    copy = malloc(len + !len);
    memcpy(copy, text, len);
    memset(err, 0, sizeof(maas_err_t));
    rc = maas_explain_read(info, (maas_str_t) { copy, len }, loose, a, err);
    free(copy);

    if (rc != MAAS_OK) {
        assert_int_equal(err->code, rc);
        assert_int_not_equal(err->msg[0], '\0');
    }

    return rc;
}


static maas_explain_asked_t
good(const maas_info_t *info, const char *text)
{
    maas_err_t            err;
    maas_explain_asked_t  a;

    a = maas_explain_preset();

    if (asked(info, text, strlen(text), 0, &a, &err) != MAAS_OK) {
        fail_msg("%s: %s", text, err.msg);
    }

    assert_int_equal(a.wanted, 1);

    return a;
}


static void
bad(const maas_info_t *info, const char *text, const char *says)
{
    maas_err_t            err;
    maas_explain_asked_t  a;

    a = maas_explain_preset();

    if (asked(info, text, strlen(text), 0, &a, &err) != MAAS_BADVALUE) {
        fail_msg("%s: is no bad value", text);
    }

    if (strstr(err.msg, says) == NULL) {
        fail_msg("%s: \"%s\" has no \"%s\"", text, err.msg, says);
    }
}


static void
preset(void **state)
{
    maas_info_t           info;
    maas_explain_asked_t  a;

    info = wire_info();
    assert_int_equal(maas_explain_preset().wanted, 0);

    a = good(&info, "");
    assert_int_equal(a.top, 0);
    assert_int_equal(a.steps, MAAS_EXPLAIN_STEPS);
    assert_int_equal(a.zero, 0);
    assert_true(a.label == MAAS_EXPLAIN_LIKELIEST);

    /* nothing but ends of pairs is nothing */
    a = good(&info, "&&&");
    assert_int_equal(a.top, 0);
}


static void
values(void **state)
{
    maas_info_t           info;
    maas_explain_asked_t  a;

    info = wire_info();

    a = good(&info, "label=dog+%22x%22&baseline=zero&steps=256&top=64");
    assert_int_equal(a.top, MAAS_EXPLAIN_TOP);
    assert_int_equal(a.steps, MAAS_EXPLAIN_STEPS_MAX);
    assert_int_equal(a.zero, 1);
    assert_int_equal(a.label, 1);

    /* what is silent stays as it was */
    a.zero = 0;
    assert_int_equal(asked(&info, "top=all", 7, 0, &a, &(maas_err_t) { 0 }),
                     MAAS_OK);
    assert_int_equal(a.top, 0);
    assert_int_equal(a.steps, MAAS_EXPLAIN_STEPS_MAX);
    assert_int_equal(a.label, 1);

    assert_int_equal(good(&info, "label=a%C3%a4").label, 2);
    assert_int_equal(good(&info, "top=0007").top, 7);
    assert_int_equal(good(&info, "baseline=mean").zero, 0);
    assert_int_equal(good(&info, "top=%31").top, 1);
}


static void
labels(void **state)
{
    maas_info_t  info;

    info = wire_info();
    bad(&info, "label=", "is no label of the model");
    bad(&info, "label=ca", "is no label");
    bad(&info, "label=cat%00", "is no label");
    bad(&info, "label=0", "is no label");

    /* a model without labels has places */

    info.n_labels = 0;
    assert_int_equal(good(&info, "label=2").label, 2);
    bad(&info, "label=3", "expected 0 to 2");
    bad(&info, "label=-1", "expected 0 to 2");
    bad(&info, "label=cat", "expected 0 to 2");
    bad(&info, "label=18446744073709551616", "expected 0 to 2");

    /* of two labels the score is one number, and either one can be asked */

    info.task = MAAS_TASK_BINARY;
    info.out = 1;
    assert_int_equal(good(&info, "label=1").label, 1);
    bad(&info, "label=2", "expected 0 to 1");

    /* what stands in a configuration is for no model */
    bad(NULL, "label=cat", "is for requests");
    assert_int_equal(good(NULL, "top=3").top, 3);
}


static void
wrong(void **state)
{
    size_t       i;
    maas_info_t  info;

    static const struct { const char *text, *says; }  no[] = {
        { "top=0", "expected 1 to 64" },
        { "top=65", "expected 1 to 64" },
        { "top", "expected 1 to 64" },
        { "top=", "expected 1 to 64" },
        { "top=-1", "expected 1 to 64" },
        { "top=+1", "expected 1 to 64" },
        { "top=1e1", "expected 1 to 64" },
        { "top=1.0", "expected 1 to 64" },
        { "top=ALL", "expected 1 to 64" },
        { "top=0x10", "expected 1 to 64" },
        { "top=1%00", "expected 1 to 64" },
        { "top=1=1", "expected 1 to 64" },
        { "top=4294967297", "expected 1 to 64" },
        { "top=18446744073709551617", "expected 1 to 64" },
        { "top=340282366920938463463374607431768211457", "expected 1 to 64" },
        { "steps=0", "expected 1 to 256" },
        { "steps=257", "expected 1 to 256" },
        { "steps=1000000000", "expected 1 to 256" },
        { "baseline=", "expected mean or zero" },
        { "baseline=Zero", "expected mean or zero" },
        { "baseline=zeros", "expected mean or zero" },
        { "baseline=/etc/passwd", "expected mean or zero" },
        { "top=3&top=3", "\"top=\" is there twice" },
        { "label=cat&top=1&label=cat", "\"label=\" is there twice" },
        { "top=%", "byte 4: a bad escape" },
        { "top=%3", "byte 4: a bad escape" },
        { "top=1&steps=%zz", "byte 12: a bad escape" },
        { "=3", "\"explain\": expected" },
        { "Top=3", "\"explain\": expected" },
        { "top =3", "\"explain\": expected" },
        { "t%6fp=3", "\"explain\": expected" },
        { "topp=3", "\"explain\": expected" },
        { "top=3;steps=4", "expected 1 to 64" }
    };

    info = wire_info();

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        bad(&info, no[i].text, no[i].says);
    }
}


/* As in a URI: other arguments are another one's, known ones are not */

static void
loose(void **state)
{
    maas_err_t            err;
    maas_info_t           info;
    maas_explain_asked_t  a;

    static const char  uri[] = "utm=%zz&top=2&x&topp=9&x", no[] = "x=1&top=0";

    info = wire_info();
    a = maas_explain_preset();
    assert_int_equal(asked(&info, uri, sizeof(uri) - 1, 1, &a, &err), MAAS_OK);
    assert_int_equal(a.top, 2);
    assert_int_equal(asked(&info, no, sizeof(no) - 1, 1, &a, &err),
                     MAAS_BADVALUE);
}


/* Names and values longer than any buffer, and a label of just its size */

static void
longer(void **state)
{
    char                  *text, *label;
    size_t                 len, most;
    maas_err_t             err;
    maas_info_t            info;
    maas_explain_asked_t   a;

    static const char *const  heads[] = {
        "top=", "label=", "baseline=", "", "top=1&steps="
    };

    most = 100000;
    text = malloc(most);
    info = wire_info();

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        for (len = 1000; len <= most; len += len < 1100 ? 1 : 33000) {
            memset(text, '1', len);
            memcpy(text, heads[i], strlen(heads[i]));
            a = maas_explain_preset();
            assert_int_equal(asked(&info, text, len, 0, &a, &err),
                             MAAS_BADVALUE);
        }
    }

    /* the beginning of a long one is not taken for it */

    label = malloc(1025);
    memset(label, 'l', 1024);
    label[1024] = '\0';
    label[1023] = '\0';
    info.n_labels = 1;
    info.labels = (const char *const *) &label;
    memset(text, 'l', 2000);
    memcpy(text, "label=", 6);
    a = maas_explain_preset();
    assert_int_equal(asked(&info, text, 6 + 1023, 0, &a, &err), MAAS_OK);
    assert_int_equal(a.label, 0);
    assert_int_equal(asked(&info, text, 6 + 1024, 0, &a, &err), MAAS_BADVALUE);
    assert_int_equal(asked(&info, text, 6 + 1900, 0, &a, &err), MAAS_BADVALUE);

    free(label);
    free(text);
}


/* Any bytes: what is read is within what it may be */

static void
any(void **state)
{
    char                  text[64];
    size_t                i, len, times, taken;
    maas_err_t            err;
    maas_info_t           info;
    maas_explain_asked_t  a;

    static const char *const  parts[] = {
        "top=", "steps=", "label=", "baseline=", "&", "%", "%4", "zero", "cat",
        "all", "1", "9", "\xff", "=", "+", "mean"
    };

    info = wire_info();
    srand(1);
    taken = 0;

    for (times = 0; times < 20000; times++) {

        for (len = 0, i = (size_t) rand() % 7; i > 0; i--) {
            const char  *part = parts[rand() % 16];

            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }

        if (len > 0 && rand() % 4 == 0) {
            text[(size_t) rand() % len] = (char) rand();
        }

        a = maas_explain_preset();

        if (asked(&info, text, len, (unsigned) times % 2, &a, &err)
            != MAAS_OK)
        {
            continue;
        }

        taken++;
        assert_true(a.wanted && a.top <= MAAS_EXPLAIN_TOP);
        assert_true(a.steps >= 1 && a.steps <= MAAS_EXPLAIN_STEPS_MAX);
        assert_true(a.label == MAAS_EXPLAIN_LIKELIEST || a.label < 3);
    }

    assert_true(taken > 1000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(preset),
        cmocka_unit_test(values),
        cmocka_unit_test(labels),
        cmocka_unit_test(wrong),
        cmocka_unit_test(loose),
        cmocka_unit_test(longer),
        cmocka_unit_test(any)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
