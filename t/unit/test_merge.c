/*
 * Texts of metrics as one: what a line may be, which lines are of one family,
 * what is left out, how labels come out.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ngx_maas_module/fleet/ngx_http_maas_merge.h"


#define ROOM  65536


static char                       out[ROOM];
static size_t                     len;
static ngx_http_maas_families_t   families;


static void
put(void *ctx, const unsigned char *data, size_t n)
{
    (void) ctx;
    assert_true(len + n < ROOM);
    memcpy(out + len, data, n);
    len += n;
    out[len] = '\0';
}


/* Bytes of its own, so that nothing is read behind them */

static ngx_http_maas_piece_t
piece(const char *text)
{
    unsigned char          *copy;
    ngx_http_maas_piece_t   p;

    p.len = strlen(text);
    copy = malloc(p.len ? p.len : 1);
    assert_non_null(copy);
    memcpy(copy, text, p.len);
    p.data = copy;

    return p;
}


/* Texts of instances "a", "b", "c" ..., NULL at the end, as one in `out`;
 * returns how many lines are left out. */

static size_t
merge(const char *const *texts)
{
    char                   name[2] = "a";
    size_t                 i, k, n, left_out;
    ngx_http_maas_run_t   *runs;
    ngx_http_maas_sink_t   sink = { put, NULL };
    ngx_http_maas_piece_t  p[8], names[8];

    memset(&families, 0, sizeof(families));
    len = 0;
    out[0] = '\0';
    left_out = 0;

    for (n = 0; texts[n] != NULL; n++) {
        p[n] = piece(texts[n]);
        names[n] = piece(name);
        name[0]++;
        ngx_http_maas_merge_read(&families, p[n]);
    }

    runs = calloc(n * families.n + 1, sizeof(ngx_http_maas_run_t));
    assert_non_null(runs);

    for (i = 0; i < n; i++) {
        left_out += ngx_http_maas_merge_find(&families, p[i],
                                             runs + i * families.n);
    }

    for (k = 0; k < families.n; k++) {
        ngx_http_maas_merge_head(&families.of[k], &sink);

        for (i = 0; i < n; i++) {
            ngx_http_maas_merge_samples(p[i], &runs[i * families.n + k],
                                        names[i], &sink);
        }
    }

    for (i = 0; i < n; i++) {
        free((void *) p[i].data);
        free((void *) names[i].data);
    }

    free(runs);

    return left_out;
}


#define MERGES(bad, want, ...)                                                \
    do {                                                                      \
        static const char *const  texts[] = { __VA_ARGS__, NULL };            \
                                                                              \
        assert_int_equal(merge(texts), bad);                                  \
        assert_string_equal(out, want);                                       \
    } while (0)


static void
test_families(void **state)
{
    (void) state;

    MERGES(0, "# HELP x An x\n# TYPE x counter\n"
              "x{instance=\"a\"} 1\nx{instance=\"b\"} 2\n",
           "# HELP x An x\n# TYPE x counter\nx 1\n",
           "# HELP x Another text\n# TYPE x counter\nx 2\n");

    /* what one alone has passes, in the order in which it comes */

    MERGES(0, "# TYPE x gauge\nx{instance=\"a\"} 1\n"
              "# TYPE y gauge\ny{instance=\"a\"} 3\ny{instance=\"b\"} 4\n"
              "# HELP z New\n# TYPE z gauge\nz{instance=\"b\"} 5\n",
           "# TYPE x gauge\nx 1\n# TYPE y gauge\ny 3\n",
           "# HELP z New\n# TYPE z gauge\nz 5\n# TYPE y gauge\ny 4\n");

    /* a histogram's samples have other names; a counter's have not */

    MERGES(0, "# TYPE h histogram\n"
              "h_bucket{instance=\"a\",le=\"1\"} 1\n"
              "h_bucket{instance=\"a\",le=\"+Inf\"} 2\n"
              "h_sum{instance=\"a\"} 1.5e-3\nh_count{instance=\"a\"} 2\n"
              "# TYPE s summary\ns{instance=\"a\",quantile=\"0.5\"} NaN\n"
              "s_sum{instance=\"a\"} 1\ns_count{instance=\"a\"} 1\n"
              "# TYPE c counter\nc{instance=\"a\"} 1\n"
              "c_count{instance=\"a\"} 2\n",
           "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n"
           "h_bucket{le=\"+Inf\"} 2\nh_sum 1.5e-3\nh_count 2\n"
           "# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns_sum 1\ns_count 1\n"
           "# TYPE c counter\nc 1\nc_count 2\n");

    /* without heads; a head alone; no end of the last line; nothing */

    MERGES(0, "x{instance=\"a\"} 1\nx{instance=\"b\"} 2\n", "x 1", "x 2\n");
    MERGES(0, "# TYPE x counter\n", "# TYPE x counter\n", "", "\n\n");
    MERGES(0, "", "");
    MERGES(0, "x{instance=\"a\"} 1\n", "# EOF\n#\n# a comment\n  x   1  \n");
}


static void
test_left_out(void **state)
{
    (void) state;

    /* another type than the first one says */

    MERGES(2, "# TYPE x counter\nx{instance=\"a\"} 1\n",
           "# TYPE x counter\nx 1\n", "# TYPE x gauge\nx 2\n");
    MERGES(4, "# TYPE x counter\nx{instance=\"a\"} 1\n"
              "x_sum{instance=\"c\"} 4\n",
           "# TYPE x counter\nx 1\n",
           "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_sum 2\nx_count 2\n",
           "x_sum 4\n");

    /* not together */

    MERGES(1, "x{instance=\"a\"} 1\ny{instance=\"a\"} 2\n", "x 1\ny 2\nx 3\n");

    /* lines that are none, which do not tear others apart */

    MERGES(2, "x{instance=\"a\",k=\"1\"} 1\nx{instance=\"a\",k=\"2\"} 2\n",
           "x{k=\"1\"} 1\nwhat is this\nx{k=} 5\nx{k=\"2\"} 2\n");
    MERGES(3, "", "<!DOCTYPE html>\n<html>\n</html>\n");

    /* a histogram has no sample of its plain name */

    MERGES(0, "# TYPE h histogram\n", "# TYPE h histogram\n");
    MERGES(1, "# TYPE h histogram\nh_sum{instance=\"a\"} 1\n",
           "# TYPE h histogram\nh_sum 1\nh 1\n");
}


static void
test_labels(void **state)
{
    (void) state;

    MERGES(0, "x{instance=\"a\",k=\"}\\\"\\\\\\n,\",l=\"\303\274\"} 1 1700\n",
           "x { k = \"}\\\"\\\\\\n,\" , l=\"\303\274\" , } 1 1700\n");

    /* an instance that is a router has instances itself */

    MERGES(0, "x{instance=\"a\",exported_instance=\"q\"} 1\n"
              "x{instance=\"a\",exported_exported_instance=\"r\","
              "exported_instance=\"q\"} 1\n",
           "x{instance=\"q\"} 1\n"
           "x{exported_instance=\"r\",instance=\"q\"} 1\n");
    MERGES(0, "x{instance=\"a\",exported_=\"r\",instances=\"q\"} 1\n",
           "x{exported_=\"r\",instances=\"q\"} 1\n");
}


static void
test_lines(void **state)
{
    size_t                 i;
    ngx_http_maas_line_t   line;
    ngx_http_maas_piece_t  text, copy;

    static const char *const  good[] = {
        "x 0", "x -1", "x +1", "x 1.", "x .5", "x 1e9", "x 1.5E-09", "x NaN",
        "x Inf", "x +Inf", "x -Inf", "x{} 1", "x{ } 1", "_:a1 1", "x\t1",
        "x{a=\"\"} 1", "x{a=\"\",} 1", "x 1 -5", "x 1 123456789012345678"
    };

    static const char *const  bad[] = {
        "x", "x ", "x 1 2 3", "x 1 2.5", "x 1 1234567890123456789", "x one",
        "x 0x10", "x 1e", "x 1e+", "x .", "x +", "x -", "x nan", "x 1_0",
        "1x 1", "x-y 1", "x{ 1", "x{a} 1", "x{a=} 1", "x{a=\"} 1",
        "x{a=\"\\\"} 1", "x{a=\"\\t\"} 1", "x{a=\"b\" c=\"d\"} 1",
        "x{a=\"b\",,} 1", "x{,} 1", "x{a=\"b\"}", "x{a=\"1\",a=\"2\"} 1",
        "x{a:b=\"1\"} 1", "x{1=\"1\"} 1", "x{a=\"b\"} {c=\"d\"} 1", "{} 1",
        "x\r", "x 1\r", "x{a=\"\377\"} 1", "x{a=\"\300\200\"} 1",
        "x{a=\"\355\240\200\"} 1", "x{a=\"\364\220\200\200\"} 1",
        "x{a=\"\303\"} 1", "# TYPE x", "# TYPE x thing", "# TYPE 1 counter",
        "# TYPE", "# HELP", "# HELP x-y z", "# HELP x \\t", "# HELP x \\"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        text = copy = piece(good[i]);
        ngx_http_maas_line_read(&copy, &line);

        if (line.kind != NGX_HTTP_MAAS_LINE_SAMPLE || copy.len != 0) {
            fail_msg("not taken: %s", good[i]);
        }

        free((void *) text.data);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        text = copy = piece(bad[i]);
        ngx_http_maas_line_read(&copy, &line);

        if (line.kind != NGX_HTTP_MAAS_LINE_BAD) {
            fail_msg("taken: %s", bad[i]);
        }

        free((void *) text.data);
    }
}


/* More families than there is room for; more labels than a sample may have */

static void
test_many(void **state)
{
    char         *text, *p;
    size_t        i, bad;
    const char   *texts[2] = { NULL, NULL };

    (void) state;

    text = malloc(ROOM);
    assert_non_null(text);
    texts[0] = text;

    for (p = text, i = 0; i < NGX_HTTP_MAAS_FAMILIES + 3; i++) {
        p += snprintf(p, 16, "x%zu 1\n", i);
    }

    bad = merge(texts);
    assert_int_equal(bad, 3);
    assert_int_equal(families.n, NGX_HTTP_MAAS_FAMILIES);
    assert_non_null(strstr(out, "x0{instance=\"a\"} 1\n"));
    assert_null(strstr(out, "x2048{"));

    for (p = text + snprintf(text, 16, "x{"), i = 0;
         i < NGX_HTTP_MAAS_LINE_LABELS; i++)
    {
        p += snprintf(p, 16, "l%zu=\"\",", i);
    }

    snprintf(p, 16, "} 1\n");
    assert_int_equal(merge(texts), 0);

    snprintf(p, 16, "more=\"\"} 1\n");
    assert_int_equal(merge(texts), 1);

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_many)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
