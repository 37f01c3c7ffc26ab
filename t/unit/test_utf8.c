/*
 * Texts that are UTF-8, and what is made of those that are not, against a
 * decoder in the manner of WHATWG's, state by state.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "maas.h"
#include "maas_utf8.h"


#define FFFD  "\xef\xbf\xbd"


/* Bytes of the repaired text in out */

static size_t
utf8_oracle(const unsigned char *s, size_t len, unsigned char *out)
{
    size_t    i, n, begin, needed;
    unsigned  low, high;

    n = needed = begin = 0;
    low = 0x80;
    high = 0xbf;

    for (i = 0; i < len; i++) {

        if (needed > 0 && (s[i] < low || s[i] > high)) {
            needed = 0;
            memcpy(out + n, FFFD, 3);
            n += 3;
            i--;                                /* once more, from the start */
            low = 0x80;
            high = 0xbf;
            continue;
        }

        if (needed > 0) {
            low = 0x80;
            high = 0xbf;
            if (--needed == 0) {
                memcpy(out + n, s + begin, i + 1 - begin);
                n += i + 1 - begin;
            }
            continue;
        }

        begin = i;

        if (s[i] > 0 && s[i] < 0x80) {
            out[n++] = s[i];

        } else if (s[i] >= 0xc2 && s[i] <= 0xf4) {
            needed = s[i] < 0xe0 ? 1 : s[i] < 0xf0 ? 2 : 3;
            low = s[i] == 0xe0 ? 0xa0 : s[i] == 0xf0 ? 0x90 : 0x80;
            high = s[i] == 0xed ? 0x9f : s[i] == 0xf4 ? 0x8f : 0xbf;

        } else {
            memcpy(out + n, FFFD, 3);
            n += 3;
        }
    }

    if (needed > 0) {
        memcpy(out + n, FFFD, 3);
        n += 3;
    }

    return n;
}


static void
utf8_same(const char *s, size_t len)
{
    char           got[128];
    size_t         n, m;
    unsigned char  expected[128];

    n = utf8_oracle((const unsigned char *) s, len, expected);
    memset(got, '#', sizeof(got));
    m = maas_text_repair(s, len, got);

    assert_int_equal(m, n);
    assert_memory_equal(got, expected, n);
    assert_int_equal(got[n], '#');
    assert_true(n <= 3 * len);

    assert_int_equal(maas_is_text(s, len), n == len && memcmp(s, got, n) == 0);
    assert_int_equal(maas__utf8(s, len),
                     memchr(s, '\0', len) ? maas__utf8(s, len)
                                          : maas_is_text(s, len));
    assert_true(maas_is_text(got, n));
}


/* All texts of four bytes at which something may turn */

static void
test_edges(void **state)
{
    char    s[4];
    size_t  i, k, n, at;

    static const char  edge[] =
        "\x00\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1"
        "\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff";

    n = sizeof(edge) - 1;

    for (i = 0; i < n * n * n * n; i++) {
        for (k = 0, at = i; k < 4; k++, at /= n) {
            s[k] = edge[at % n];
        }

        for (k = 1; k <= 4; k++) {
            utf8_same(s, k);
        }
    }
}


/* Behind and between the eight bytes that are looked at at once */

static void
test_places(void **state)
{
    char    s[40];
    size_t  at, len, k;

    static const char *const  piece[] = {
        "\xff", "\xc3\xa9", "\xe2\x82", "\xf0\x9f\x98\x80", "\xf0\x9f\x98"
    };

    for (k = 0; k < sizeof(piece) / sizeof(piece[0]); k++) {
        for (len = 8; len <= 32; len++) {
            for (at = 0; at + strlen(piece[k]) <= len; at++) {
                memset(s, 'a', sizeof(s));
                memcpy(s + at, piece[k], strlen(piece[k]));
                utf8_same(s, len);
            }
        }
    }

    for (at = 0; at < 32; at++) {
        memset(s, 'a', sizeof(s));
        assert_true(maas_is_text(s, 32));
        s[at] = '\0';
        utf8_same(s, 32);
        assert_false(maas_is_text(s, 32));
    }
}


/* Unicode 15, table 3-8, and what the standard says of it */

static void
test_standard(void **state)
{
    char    out[64];
    size_t  n;

    static const char  bad[] =
        "\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64";
    static const char  good[] =
        "a" FFFD FFFD FFFD "b" FFFD "c" FFFD FFFD "d";

    n = maas_text_repair(bad, sizeof(bad) - 1, out);
    assert_int_equal(n, sizeof(good) - 1);
    assert_memory_equal(out, good, n);

    assert_true(maas_is_text("", 0));
    assert_int_equal(maas_text_repair("", 0, out), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_standard)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
