/*
 * A traceparent: which texts are one by W3C Trace Context, what is written, and
 * which traces a ratio takes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../ngx_maas_module/trace/ngx_http_maas_trace_context.h"


#define TRACE  "0af7651916cd43dd8448eb211c80319c"
#define SPAN   "b7ad6b7169203331"
#define ZEROS  "0000000000000000"
#define GOOD   "00-" TRACE "-" SPAN "-01"

#define HALF   (1ull << 62)
#define ALL    (1ull << 63)

#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))


/* From a heap block of the exact size, so that a sanitizer sees what is beyond;
 * the flags, -1: it is none, and nothing was written */

static int
flags_of(const char *text, size_t len)
{
    int                            found;
    unsigned char                 *s;
    ngx_http_maas_trace_context_t  context, before;

    s = test_malloc(len ? len : 1);
    memcpy(s, text, len);

    memset(&before, 0xa5, sizeof(before));
    context = before;

    found = ngx_http_maas_traceparent_read(s, len, &context);

    if (!found) {
        assert_memory_equal(&context, &before, sizeof(before));
    }

    test_free(s);

    return found ? context.flags : -1;
}


static void
test_read(void **state)
{
    size_t  i;

    static const struct {
        const char  *text;
        int          flags;
    } cases[] = {
        { GOOD, 1 },
        { "00-" TRACE "-" SPAN "-00", 0 },
        { "00-" TRACE "-" SPAN "-02", 2 },
        { "00-" TRACE "-" SPAN "-03", 3 },
        { "00-" TRACE "-" SPAN "-ff", 3 },
        { "00-" TRACE "-" SPAN "-08", 0 },
        { "00-00000000000000000000000000000001-" SPAN "-01", 1 },
        { "00-" TRACE "-0000000000000001-01", 1 },
        { "00-10000000000000000000000000000000-1000000000000000-01", 1 },
        { "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01", 1 },

        /* later versions: what is known is read, whatever follows */

        { "01-" TRACE "-" SPAN "-01", 1 },
        { "fe-" TRACE "-" SPAN "-01", 1 },
        { "cc-" TRACE "-" SPAN "-01-what-the-future-will-be-like", 1 },
        { "cc-" TRACE "-" SPAN "-00-", 0 },
        { "cc-" TRACE "-" SPAN "-01.what-the-future-will-not-be-like", -1 },
        { "cc-" TRACE "-" SPAN "-011", -1 },
        { "ff-" TRACE "-" SPAN "-01", -1 },
        { "ff-" TRACE "-" SPAN "-01-x", -1 },
        { "FE-" TRACE "-" SPAN "-01", -1 },
        { ".0-" TRACE "-" SPAN "-01", -1 },
        { "0.-" TRACE "-" SPAN "-01", -1 },
        { "0-" TRACE "-" SPAN "-01", -1 },
        { "000-" TRACE "-" SPAN "-01", -1 },

        /* version 00 ends there */

        { GOOD "-", -1 },
        { GOOD "-x", -1 },
        { GOOD " ", -1 },
        { GOOD "," GOOD, -1 },
        { " " GOOD, -1 },
        { "", -1 },
        { "00", -1 },
        { "00-" TRACE "-" SPAN "-1", -1 },
        { "00-" TRACE "-" SPAN "-", -1 },
        { "00-" TRACE "-" SPAN, -1 },

        /* ids */

        { "00-" ZEROS ZEROS "-" SPAN "-01", -1 },
        { "00-" TRACE "-" ZEROS "-01", -1 },
        { "00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01", -1 },
        { "00-" TRACE "-B7AD6B7169203331-01", -1 },
        { "00-0af7651916cd43dd8448eb211c80319-" SPAN "-001", -1 },
        { "00-0af7651916cd43dd8448eb211c80319c0-" SPAN "-1", -1 },
        { "00-0af7651916cd43dd8448eb211c80319g-" SPAN "-01", -1 },
        { "00-0af7651916cd43dd8448eb211c80319/-" SPAN "-01", -1 },
        { "00-0af7651916cd43dd8448eb211c80319:-" SPAN "-01", -1 },
        { "00-0af7651916cd43dd8448eb211c80319`-" SPAN "-01", -1 },
        { "00-" TRACE "-b7ad6b716920333\xe9-01", -1 },
        { "00-" TRACE "-" SPAN "-0A", -1 },
        { "00-" TRACE "-" SPAN "-0x", -1 },
        { "00-" TRACE "-" SPAN "- 1", -1 },

        /* what is between */

        { "00_" TRACE "-" SPAN "-01", -1 },
        { "00-" TRACE "_" SPAN "-01", -1 },
        { "00-" TRACE "-" SPAN "_01", -1 },
        { "00-" TRACE SPAN "--01", -1 }
    };

    for (i = 0; i < COUNT(cases); i++) {
        if (flags_of(cases[i].text, strlen(cases[i].text)) != cases[i].flags) {
            fail_msg("%s: expected %d", cases[i].text, cases[i].flags);
        }
    }

    /* each prefix, and each byte of another kind */

    for (i = 0; i < strlen(GOOD); i++) {
        char  text[sizeof(GOOD)];

        assert_int_equal(flags_of(GOOD, i), -1);

        memcpy(text, GOOD, sizeof(GOOD));
        text[i] = '\0';
        assert_int_equal(flags_of(text, strlen(GOOD)), -1);
        text[i] = (char) 0x80;
        assert_int_equal(flags_of(text, strlen(GOOD)), -1);
    }
}


static void
test_write(void **state)
{
    size_t                         i;
    unsigned char                  out[NGX_HTTP_MAAS_TRACEPARENT_LEN + 1];
    ngx_http_maas_trace_context_t  context;

    static const char *const  texts[][2] = {
        { GOOD, GOOD },
        { "00-" TRACE "-" SPAN "-02", "00-" TRACE "-" SPAN "-02" },
        { "00-" TRACE "-" SPAN "-ff", "00-" TRACE "-" SPAN "-03" },
        { "cc-" TRACE "-" SPAN "-01-more", GOOD }
    };

    for (i = 0; i < COUNT(texts); i++) {
        assert_true(ngx_http_maas_traceparent_read(
                        (const unsigned char *) texts[i][0],
                        strlen(texts[i][0]), &context));

        out[NGX_HTTP_MAAS_TRACEPARENT_LEN] = '!';
        ngx_http_maas_traceparent_write(&context, out);

        assert_int_equal(out[NGX_HTTP_MAAS_TRACEPARENT_LEN], '!');
        assert_memory_equal(out, texts[i][1], NGX_HTTP_MAAS_TRACEPARENT_LEN);
    }
}


/* By the last 63 bits alone */

static void
test_taken(void **state)
{
    size_t                         i;
    ngx_http_maas_trace_context_t  context;

    static const struct {
        const char  *trace;
        uint64_t     below;
        int          taken;
    } cases[] = {
        { "ffffffffffffffff0000000000000000", 0, 0 },
        { "00000000000000010000000000000000", 1, 1 },
        { "ffffffffffffffff0000000000000001", 1, 1 },
        { "ffffffffffffffff0000000000000002", 1, 0 },
        { "00000000000000017fffffffffffffff", HALF, 1 },
        { "00000000000000008000000000000000", HALF, 0 },
        { "ffffffffffffffffffffffffffffffff", ALL, 1 },
        { "ffffffffffffffffffffffffffffffff", ALL - 1, 0 },
        { "fffffffffffffffffffffffffffffffd", ALL - 1, 1 }
    };

    for (i = 0; i < COUNT(cases); i++) {
        char  text[NGX_HTTP_MAAS_TRACEPARENT_LEN + 1];

        (void) snprintf(text, sizeof(text), "00-%s-" SPAN "-00",
                        cases[i].trace);
        assert_true(ngx_http_maas_traceparent_read((unsigned char *) text,
                                                   strlen(text), &context));
        assert_int_equal(ngx_http_maas_trace_taken(&context, cases[i].below),
                         cases[i].taken);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_taken)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
