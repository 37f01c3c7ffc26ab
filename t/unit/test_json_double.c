/*
 * Number tokens -> double: as strtod of the same text, on every way there is
 * from the text to the bits; and what is no number.
 */

#include "text/maas_json.h"

#include "wire.h"

#include <float.h>
#include <locale.h>
#include <math.h>


/* the whole text, alone, in memory that ends with it */

static void
same(const char *text)
{
    char        *own;
    double       v, want;
    size_t       len;
    const char  *end;

    len = strlen(text);
    own = malloc(len);
    assert_non_null(own);
    memcpy(own, text, len);

    want = strtod(text, NULL);
    v = -1;
    end = maas__json_double(own, own + len, &v);

    if (isinf(want)) {
        assert_null(end);
        assert_true(v == HUGE_VAL);

    } else if (end != own + len || memcmp(&v, &want, sizeof(v)) != 0) {
        fail_msg("%s: %.17g, expected %.17g", text, v, want);
    }

    free(own);
}


static void
known(void **state)
{
    size_t  i;

    static const char *const  texts[] = {
        "0", "-0", "0.0", "1", "-1", "0.1", "0.10000000000000002",
        "0.09999999999999999", "9007199254740991", "9007199254740992",
        "9007199254740993", "9007199254740993.0", "9007199254740994.9999",
        "18446744073709551615", "9999999999999999999", "1e22", "1e23",
        "9007199254740993e1", "8.98846567431158e307", "1e-5", "1.5E+3",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400",
        "1.7976931348623157e308", "1.7976931348623158e308",
        "1.7976931348623159e308", "1e309", "-1e309", "1e999999999999",
        "0e999999999999", "1e-999999999999", "0.000000000000000000001",
        "123456789012345678901234567890", "1.000000000000000055511151231257827",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "6.0221409e+23", "0.30000000000000004", "1234567890123456.7"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        same(texts[i]);
    }
}


/* Halfway between neighbours, and a digit to either side of it, far behind */

static void
midpoints(void **state)
{
    char      text[1200];
    int       i, k;
    double    v, next;
    size_t    len;
    uint64_t  seed;

    seed = 3;

    for (i = 0; i < 2000; i++) {
        v = ldexp((double) (wire_random(&seed) >> 11 | 1ull << 52), -52 + i % 60
                                                              - 20);
        next = nextafter(v, INFINITY);

        /* exact: a long double has 64 bits */
        len = (size_t) snprintf(text, sizeof(text), "%.120Lf",
                                ((long double) v + (long double) next) / 2);
        same(text);

        for (k = 0; k < 2; k++) {
            memset(text + len, '0', 900);
            text[len + 900] = k ? '1' : '0';
            text[len + 901] = '\0';
            same(text);
        }

        text[len - 1] = '1';
        text[len] = '\0';
        same(text);
    }
}


static void
any(void **state)
{
    char      text[64];
    int       i, digits;
    double    v;
    uint64_t  seed, bits;

    seed = 7;

    for (i = 0; i < 200000; i++) {
        bits = wire_random(&seed);
        memcpy(&v, &bits, sizeof(v));

        if (!isfinite(v)) {
            continue;
        }

        digits = (int) (bits % 21);
        (void) snprintf(text, sizeof(text), "%.*e", digits, v);
        same(text);

        v = (double) (int64_t) wire_random(&seed) * 0x1p-60;
        (void) snprintf(text, sizeof(text), "%.*f", 1 + digits, v);
        same(text);
        (void) snprintf(text, sizeof(text), "%.17g", v * 1e3);
        same(text);
    }
}


/* Digits that no double was printed as, up to 19 of them: now and then they are
 * next to halfway between two */

static void
digits(void **state)
{
    char      text[64];
    int       i, n, e;
    uint64_t  seed, w;

    seed = 11;

    for (i = 0; i < 400000; i++) {
        w = wire_random(&seed);
        n = snprintf(text, sizeof(text), "%llu",
                     (unsigned long long) w % 10000000000000000000ull);
        e = (int) (wire_random(&seed) % 39) - 19;
        (void) snprintf(text + n, sizeof(text) - (size_t) n, "e%d", e);
        same(text);
    }
}


static void
none(void **state)
{
    double  v;
    size_t  i;

    static const char *const  texts[] = {
        "", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+", "1e-", "e1", "nan",
        "inf", "-.1", "0x1", "1.e3"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        v = 0;
        if (maas__json_double(texts[i], texts[i] + strlen(texts[i]), &v)
            == texts[i] + strlen(texts[i]))
        {
            fail_msg("\"%s\" is a number", texts[i]);
        }
        assert_true(v == 0 || strcmp(texts[i], "0x1") == 0);
    }

    /* what is behind it is no part of it */
    assert_ptr_equal(maas__json_double(texts[14], texts[14] + 3, &v),
                     texts[14] + 1);
}


static void
in_any_locale(void **state)
{
    double       v;
    const char  *s;

    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL) {
        (void) setlocale(LC_NUMERIC, "fr_FR.UTF-8");
    }

    s = "0.25000000000000000000000000000000000001";
    assert_non_null(maas__json_double(s, s + strlen(s), &v));
    assert_true(v == 0.25);

    (void) setlocale(LC_NUMERIC, "C");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(known),
        cmocka_unit_test(midpoints),
        cmocka_unit_test(any),
        cmocka_unit_test(digits),
        cmocka_unit_test(none),
        cmocka_unit_test(in_any_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
