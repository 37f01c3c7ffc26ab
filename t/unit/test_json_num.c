/*
 * Numbers: text -> float as strtof rounds, float -> shortest text.
 * Grammar of everything around them is test_json_in.c's.
 */

#include "text/maas_json.h"
#include "wire.h"

#include <locale.h>
#include <math.h>


/* One token in memory of its own size, checked against strtof. */

static void
same_as_strtof(const char *text)
{
    char        *copy;
    float        want, got;
    size_t       len;
    const char  *end;
    uint32_t     a, b;

    len = strlen(text);
    copy = malloc(len);
    memcpy(copy, text, len);

    want = strtof(text, NULL);
    got = 0;
    end = maas__json_float(copy, copy + len, &got);

    if (isinf(want)) {
        if (end != NULL || got != HUGE_VALF) {
            fail_msg("%s: expected out of range", text);
        }

    } else {
        memcpy(&a, &want, 4);
        memcpy(&b, &got, 4);

        if (end != copy + len || a != b) {
            fail_msg("%.200s: expected %a, got %a", text, want, got);
        }
    }

    free(copy);
}


static void
not_a_number(const char *text)
{
    char        *copy;
    float        got;
    size_t       len;

    len = strlen(text);
    copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    got = 0;

    if (maas__json_float(copy, copy + len, &got) != NULL
        || maas__json_number(copy, copy + len) != NULL)
    {
        fail_msg("%s: expected a refusal", text);
    }

    assert_true(got == 0);
    free(copy);
}


static void
grammar(void **state)
{
    size_t       i;
    float        v;
    const char  *s;

    static const char *const  bad[] = {
        "", "-", "+1", ".5", "1.", "1.e1", "01", "-01", "00", "1e", "1e+",
        "1e-", "-.5", "NaN", "Infinity", "-Infinity", "e1", "a", "\xef\xbc\x91"
    };

    /* a token that is longer than it should be: the end shows it */

    static const struct { const char *text; size_t len; }  part[] = {
        { "0x1", 1 }, { "1.5.2", 3 }, { "1e5.5", 3 }, { "1-2", 1 },
        { "-0-", 2 }, { "1 2", 1 }, { "12345678901234567890123x", 23 },
        { "1,2", 1 }, { "0]", 1 }, { "1.25e3e4", 6 }
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (strcmp(bad[i], "01") == 0 || strcmp(bad[i], "-01") == 0
            || strcmp(bad[i], "00") == 0)
        {
            /* the grammar alone sees a 0 and then something else */
            assert_null(maas__json_float(bad[i], bad[i] + strlen(bad[i]),
                                         &v));
            continue;
        }

        not_a_number(bad[i]);
    }

    for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
        s = part[i].text;
        assert_ptr_equal(maas__json_float(s, s + strlen(s), &v),
                         s + part[i].len);
        assert_ptr_equal(maas__json_number(s, s + strlen(s)),
                         s + part[i].len);
    }
}


static void
hard_cases(void **state)
{
    char    text[1024];
    int     i;
    size_t  k, n;

    static const char *const  cases[] = {
        "0", "-0", "0.0", "-0.0e5", "1", "-1", "255", "0e99999", "0e-99999",
        "1e2", "1E+2", "1e-2", "100000000000000000000000000000000000000",
        "0.00000000000000000000000000000000000000000000000000000001e56",

        /* the largest float, half way to the next power of two, around it */
        "3.4028234663852886e38", "3.4028235e38", "3.5e38", "1e39", "1e400",
        "340282356779733661637539395458142568447",
        "340282356779733661637539395458142568448",
        "340282356779733661637539395458142568447.9999999999999999",
        "-340282356779733661637539395458142568447.9", "-1e39",
        "1e99999999999999999999999", "-1e-99999999999999999999999",

        /* midpoints of normal numbers: ties to even, and a hair off */
        "16777217", "16777219", "16777217.000000000000000000000000000001",
        "16777216.999999999999999999999999999999", "33554434", "33554438",
        "1.000000059604644775390625", "1.00000017881393432617187500",
        "1.0000000596046447753906250000000000000000000000000001",
        "1.0000000596046447753906249999999999999999999999999999",
        "0.500000029802322387695312500000000",
        "9007199254740993", "9007199791611905", "8388608.5", "8388609.5",

        /* denormals, and the border to normal numbers */
        "1e-45", "1.4e-45", "7.006492321624085e-46", "7.0064923216240853e-46",
        "7.0064923216240854e-46", "7e-46", "0.7e-45", "1e-46", "1e-50",
        "2.1019476964872256e-45", "2.10194769648722560e-45",
        "1.1754943508222875e-38", "1.17549435e-38", "1.1754942807573643e-38",
        "1.17549421069244107548702944484928734882705242874589333385717453"
        "0571588870475618904265502351336181163787841796875e-38",
        "1.17549421069244107548702944484928734882705242874589333385717453"
        "0571588870475618904265502351336181163787841796874e-38",
        "1.17549421069244107548702944484928734882705242874589333385717453"
        "0571588870475618904265502351336181163787841796876e-38",
        "5.8774717541114375e-39", "1e-38", "9.9e-39", "123456789e-50",
        "18446744073709551615e-65", "18446744073709551616e-66",
        "9999999999999999999e-65", "1e-65", "1e-66",

        /* more digits than any float needs */
        "0.1000000000000000055511151231257827021181583404541015625",
        "12345678901234567890", "99999999999999999999999999999999999999",
        "0.000000000000000000000000000000000000000123456789012345678901234",
        "1234567890123456789012345678901234567890e-20",
        "1844674407370955161518446744073709551615e-39"
    };

    for (k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        same_as_strtof(cases[k]);
    }

    /* each power of ten that there is, and its neighbours */

    for (i = -400; i <= 400; i++) {
        snprintf(text, sizeof(text), "1e%d", i);
        same_as_strtof(text);
        snprintf(text, sizeof(text), "9.99999999999999999999e%d", i);
        same_as_strtof(text);
        snprintf(text, sizeof(text), "-3.00000000000000000001E%+d", i);
        same_as_strtof(text);
    }

    /* 768 digits; zeros in front and behind; a tie broken by the last one */

    for (n = 1; n < 768; n += 13) {
        memset(text, '7', n);
        text[n] = '\0';
        same_as_strtof(text);

        snprintf(text, sizeof(text), "0.%0*d7e%zu", (int) n, 0, n);
        same_as_strtof(text);

        snprintf(text, sizeof(text), "16777217.%0*d1", (int) n, 0);
        same_as_strtof(text);

        snprintf(text, sizeof(text), "16777217.%0*d", (int) n, 0);
        same_as_strtof(text);

        snprintf(text, sizeof(text), "16777217%0*de-%zu", (int) n, 0, n);
        same_as_strtof(text);
    }
}


/* The exact decimal of the midpoint above a float, and a digit off it. */

static void
midpoints(void **state)
{
    char      text[256];
    int       i;
    float     f;
    double    mid;
    size_t    len;
    uint32_t  bits;
    uint64_t  seed;

    seed = 7;

    for (i = 0; i < 20000; i++) {
        bits = (uint32_t) wire_random(&seed) & 0x7fffffff;
        bits >>= i % 4 == 0 ? 8 : 0;

        if (bits >= 0x7f800000) {
            continue;
        }

        memcpy(&f, &bits, 4);
        bits++;
        mid = f;
        memcpy(&f, &bits, 4);
        mid = bits == 0x7f800000 ? 0x1.ffffffp127 : (mid + f) / 2;

        snprintf(text, sizeof(text), "%.150e", mid);
        same_as_strtof(text);

        /* a 5, but for numbers of more than 2^24 */
        len = strcspn(text, "e");
        while (text[--len] == '0') { /* void */ }
        text[len]--;
        same_as_strtof(text);
        text[len] += text[len] < '8' ? 2 : 1;
        same_as_strtof(text);
    }
}


static void
random_text(char *text, size_t size, uint64_t *seed)
{
    int       point;
    double    d;
    uint32_t  bits;
    uint64_t  r;
    float     f;

    r = wire_random(seed);
    bits = (uint32_t) (r >> 32);
    memcpy(&f, &bits, 4);

    if (!isfinite(f)) {
        f = 1.0f;
    }

    d = (double) (int64_t) wire_random(seed);

    switch (r % 8) {
    case 0:
        snprintf(text, size, "%.9g", f);
        break;
    case 1:
        snprintf(text, size, "%.17g", f);
        break;
    case 2:
        snprintf(text, size, "%.*f", (int) (r >> 8) % 12, d / 0x1p60);
        break;
    case 3:
        snprintf(text, size, "%d", (int) (r >> 8) % 256);
        break;
    case 4:
        snprintf(text, size, "%.17g", d / 0x1p63);
        break;
    case 5:
        point = (int) ((r >> 8) % 80) - 60;
        snprintf(text, size, "%.0fe%d", d, point);
        break;
    case 6:
        snprintf(text, size, "%.8g", (double) (bits % 100000) / 255);
        break;
    default:
        snprintf(text, size, "%.30e", f);
    }
}


static void
random_numbers(void **state)
{
    int       i, count;
    char      text[128];
    uint64_t  seed;

    seed = 20;
    count = getenv("MAAS_SLOW") != NULL ? 10000000 : 1000000;

    for (i = 0; i < count; i++) {
        random_text(text, sizeof(text), &seed);
        same_as_strtof(text);
    }
}


static void
integers(void **state)
{
    int          negative;
    uint64_t     v;
    const char  *s;

    s = "18446744073709551615";
    assert_ptr_equal(maas__json_integer(s, s + 20, &negative, &v), s + 20);
    assert_true(v == UINT64_MAX && !negative);

    s = "18446744073709551616";
    assert_null(maas__json_integer(s, s + 20, &negative, &v));

    s = "99999999999999999999";
    assert_null(maas__json_integer(s, s + 20, &negative, &v));

    s = "-9223372036854775808";
    assert_ptr_equal(maas__json_integer(s, s + 20, &negative, &v), s + 20);
    assert_true(v == 1ull << 63 && negative);

    s = "-9223372036854775809";
    assert_null(maas__json_integer(s, s + 20, &negative, &v));

    s = "1.0";
    assert_null(maas__json_integer(s, s + 3, &negative, &v));

    s = "1e3";
    assert_null(maas__json_integer(s, s + 3, &negative, &v));

    s = "x";
    assert_null(maas__json_integer(s, s + 1, &negative, &v));
}


/* T36: one number of a megabyte, read in linear time */

static void
t36_long_number(void **state)
{
    char   *text;
    float   v;
    size_t  n;

    n = 1 << 20;
    text = calloc(n, 1);
    memset(text, '1', n);

    assert_null(maas__json_float(text, text + n, &v));
    assert_true(v == HUGE_VALF);

    memset(text, '0', n);
    text[1] = '.';
    text[n - 1] = '1';
    assert_ptr_equal(maas__json_float(text, text + n, &v), text + n);
    assert_true(v == 0);

    memcpy(text + n - 9, "1e1048566", 9);
    assert_ptr_equal(maas__json_float(text, text + n, &v), text + n);
    assert_true(v == 1);

    free(text);
}


/* Printing */

static void
round_trip(float f)
{
    char         text[MAAS_FLOAT_MAX + 1], shortest[64];
    float        back;
    size_t       len, digits, i, p;
    uint32_t     a, b;

    memset(text, '!', sizeof(text));
    len = maas__float_print(f, text);
    assert_in_range(len, 1, MAAS_FLOAT_MAX);
    assert_int_equal(text[MAAS_FLOAT_MAX], '!');
    text[len] = '\0';

    assert_ptr_equal(maas__json_number(text, text + len), text + len);

    back = strtof(text, NULL);
    memcpy(&a, &f, 4);
    memcpy(&b, &back, 4);

    if (a != b) {
        fail_msg("%a printed as %s", f, text);
    }

    /* no shorter number of digits reads back, and of as many none is nearer */

    digits = 0;
    p = 0;

    for (i = 0; i < len && text[i] != 'e'; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            digits += digits > 0 || text[i] != '0';
            p = text[i] == '0' ? p : digits;
        }
    }

    for (digits = 1; digits < 10; digits++) {
        snprintf(shortest, sizeof(shortest), "%.*e", (int) digits - 1, f);
        back = strtof(shortest, NULL);

        if (memcmp(&back, &f, 4) == 0) {
            break;
        }
    }

    if (f != 0 && p > digits) {
        fail_msg("%s is longer than %s", text, shortest);
    }

    if (p == digits && strtod(text, NULL) != strtod(shortest, NULL)
        && fabs(strtod(text, NULL) - (double) f)
           > fabs(strtod(shortest, NULL) - (double) f))
    {
        fail_msg("%s is nearer than %s", shortest, text);
    }
}


static void
printed_text(void **state)
{
    char    text[MAAS_FLOAT_MAX + 1];
    size_t  i, len;

    static const struct { float f; const char *text; }  cases[] = {
        { 0.0f, "0" }, { -0.0f, "-0" }, { 1.0f, "1" }, { -1.0f, "-1" },
        { 0.1f, "0.1" }, { 0.5f, "0.5" }, { 100.0f, "100" },
        { 1e9f, "1000000000" }, { 1e10f, "1e10" }, { 123456.0f, "123456" },
        { 0.3f, "0.3" }, { 1.0f / 3, "0.33333334" }, { 1e-5f, "0.00001" },
        { 9.999e-6f, "9.999e-6" }, { -1.2345678e-5f, "-0.000012345678" },
        { 16777216.0f, "16777216" }, { 3.4028235e38f, "3.4028235e38" },
        { 1e-45f, "1e-45" }, { 1.17549435e-38f, "1.1754944e-38" },
        { 9.8e-7f, "9.8e-7" }, { 2.5e20f, "2.5e20" }, { 12.5f, "12.5" },
        { 4.2949673e9f, "4294967300" }, { 8.5899346e9f, "8589935000" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        len = maas__float_print(cases[i].f, text);
        text[len] = '\0';
        assert_string_equal(text, cases[i].text);
        round_trip(cases[i].f);
    }
}


/* T50: what is printed reads back to the same bits, denormals included */

static void
t50_round_trip(void **state)
{
    int       i, e, count;
    float     f;
    uint32_t  bits;
    uint64_t  seed;

    /* powers of two and their neighbours, where intervals are lopsided */

    for (e = 0; e < 255; e++) {
        for (i = -2; i <= 2; i++) {
            bits = ((uint32_t) e << 23) + (uint32_t) i;
            bits &= 0x7fffffff;

            if (bits < 0x7f800000) {
                memcpy(&f, &bits, 4);
                round_trip(f);
                round_trip(-f);
            }
        }
    }

    seed = 50;
    count = getenv("MAAS_SLOW") != NULL ? 10000000 : 300000;

    for (i = 0; i < count; i++) {
        bits = (uint32_t) wire_random(&seed);
        bits >>= i % 16 == 0 ? 9 : 0;
        memcpy(&f, &bits, 4);

        if (isfinite(f)) {
            round_trip(f);
        }
    }
}


/* T50: a decimal comma of the locale changes nothing, if there is one */

static void
t50_locale(void **state)
{
    char         text[MAAS_FLOAT_MAX];
    float        v;
    const char  *s;

    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL) {
        (void) setlocale(LC_NUMERIC, "fr_FR.UTF-8");
    }

    s = "0.25";
    assert_ptr_equal(maas__json_float(s, s + 4, &v), s + 4);
    assert_true(v == 0.25f);
    assert_int_equal(maas__float_print(0.25f, text), 4);
    assert_memory_equal(text, "0.25", 4);

    setlocale(LC_NUMERIC, "C");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(grammar),
        cmocka_unit_test(hard_cases),
        cmocka_unit_test(midpoints),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(integers),
        cmocka_unit_test(t36_long_number),
        cmocka_unit_test(printed_text),
        cmocka_unit_test(t50_round_trip),
        cmocka_unit_test(t50_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
