/*
 * CSV as text: rows, fields, quotes, line ends and which byte separates.
 * Not here: which field is which column (t/28-csv.t).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/maas_csv_text.h"


/* The text as "[field|field][field]", or what is wrong with it.  In memory of
 * just its size. */

static void
said(const char *s, char by, char *out)
{
    char               plain[64];
    char              *text;
    size_t             len, n;
    const char        *wrong;
    maas_csv_t         c;
    maas_csv_field_t   f;

    len = strlen(s);
    text = malloc(len ? len : 1);
    assert_non_null(text);
    memcpy(text, s, len);
    maas__csv_start(&c, text, len);
    c.by = c.by ? c.by : by ? by : maas__csv_guess(&c, '\0');
    *out = '\0';

    while (maas__csv_row(&c)) {
        strncat(out, "[", 2);

        do {
            wrong = maas__csv_next(&c, &f);

            if (wrong != NULL) {
                (void) snprintf(out, 200, "%zu:%zu %s", f.line, f.at, wrong);
                free(text);
                return;
            }

            n = f.doubled ? maas__csv_plain(f.s, plain) : f.s.len;
            strncat(out, f.doubled ? plain : f.s.data, n);
            strncat(out, f.last ? "]" : "|", 2);
        } while (!f.last);
    }

    free(text);
}


static void
grammar(void **state)
{
    char    out[256];
    size_t  i;

    static const struct { const char *text, *said; }  cases[] = {
        { "", "" },
        { "\n \r\n\r\t\n", "" },
        { "a,b", "[a|b]" },
        { "\xef\xbb\xbf" "a,b\nc,d\n", "[a|b][c|d]" },
        { "a,b\r\nc,d\r\n", "[a|b][c|d]" },
        { "a,b\rc,d\r", "[a|b][c|d]" },
        { "a,b\n\rc,d\n\r", "[a|b][c|d]" },
        { "\na,b\n\n \nc,d\n\n", "[a|b][c|d]" },
        { " a\t, b \n", "[a|b]" },
        { ",\n,,\n", "[|][||]" },
        { "\"\"\n", "[]" },
        { "\"a\",\"b\"", "[a|b]" },
        { " \"a\" , \" b \"\t\n", "[a| b ]" },
        { "\"a,b\",\"c\nd\"", "[a,b|c\nd]" },
        { "\"a\"\"b\",\"\"\"\"", "[a\"b|\"]" },
        { "a\"b,5\" c,d\"\n", "[a\"b|5\" c|d\"]" },
        { "a\"\"b,c", "[a\"\"b|c]" },
        { "a,\"b\n", "1:2 a quote that does not end" },
        { "a,b\n\"\"\"\n", "2:4 a quote that does not end" },
        { "\"a\r\nb\rc\nd\",e\nf,\"\n", "5:15 a quote that does not end" },
        { "\"a\"b,c", "1:3 expected a comma or the end of the line behind a "
          "quoted field" },
        { "\"a\" b,c", "1:4 expected a comma or the end of the line behind a "
          "quoted field" },
        { "sep=;\na,b;c", "[a,b|c]" },
        { "\"sep=|\"\r\na|b", "[a|b]" },
        { "sep=;", "" },
        { "sep=ab\n", "[sep=ab]" },
        { "sep=;,a\n", "[sep=;|a]" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        said(cases[i].text, ',', out);
        assert_string_equal(out, cases[i].said);
    }

    said("a \"b c\"  d \n\te f\n", ' ', out);
    assert_string_equal(out, "[a|b c|d][e|f]");
    said("a\t\tb\n\tc\t \n", '\t', out);
    assert_string_equal(out, "[a||b][|c|]");
}


static void
zeros(void **state)
{
    maas_csv_t        c;
    maas_csv_field_t  f;

    maas__csv_start(&c, "a,b\0c", 5);
    c.by = ',';
    assert_null(maas__csv_next(&c, &f));
    assert_string_equal(maas__csv_next(&c, &f), "a zero byte: expected text");

    maas__csv_start(&c, "\"a\0\"", 4);
    c.by = ',';
    assert_string_equal(maas__csv_next(&c, &f), "a zero byte: expected text");
}


static void
guesses(void **state)
{
    char    out[256];
    size_t  i;

    static const struct { const char *text, *said; }  cases[] = {
        { "a,b\n1,2\n", "[a|b][1|2]" },
        { "a;b\n1;2\n", "[a|b][1|2]" },
        { "a\tb\n1\t2\n", "[a|b][1|2]" },
        { "a|b\n1|2\n", "[a|b][1|2]" },
        { "1,5;2,5\n3,5;4,5\n", "[1,5|2,5][3,5|4,5]" },
        { "1,5;2,5;x\n", "[1,5|2,5|x]" },
        { "a;b;c\n1,5;2,5;x\n", "[a|b|c][1,5|2,5|x]" },
        { "a,b;c\nd;e,f\n", "[a|b;c][d;e|f]" },
        { "\"a;b;c\",d\n\"e;f;g\",h\n", "[a;b;c|d][e;f;g|h]" },
        { "\"a\nb;c\";d\n1;2\n", "[a\nb;c|d][1|2]" },
        { "a b c\n1 2  3\n", "[a|b|c][1|2|3]" },
        { "a b c\n1 2\n", "[a b c][1 2]" },
        { "2020-01-01 10:00,5\n2020-01-01 11:00,6\n",
          "[2020-01-01 10:00|5][2020-01-01 11:00|6]" },
        { "a\nb\n", "[a][b]" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        said(cases[i].text, '\0', out);
        assert_string_equal(out, cases[i].said);
    }
}


static void
skipping(void **state)
{
    maas_csv_t        c;
    maas_csv_field_t  f;

    const char  *text = "a,\"b\nc,d\n\"e\"f\ng,h";

    maas__csv_start(&c, text, strlen(text));
    c.by = ',';
    assert_int_equal(maas__csv_count(&c), 0);
    assert_false(maas__csv_pass_row(&c));
    assert_int_equal(c.line, 2);
    assert_int_equal(maas__csv_count(&c), 2);
    assert_true(maas__csv_pass_row(&c));
    assert_false(maas__csv_pass_row(&c));
    assert_true(maas__csv_row(&c));
    assert_null(maas__csv_next(&c, &f));
    assert_int_equal(f.line, 4);
    assert_memory_equal(f.s.data, "g", 1);

    text = "#x\n # y\n\n#z\na,b\n#c\n";
    maas__csv_start(&c, text, strlen(text));
    maas__csv_body(&c);
    assert_int_equal(c.line, 2);        /* a blank before it: no mark */

    text = "#x\n#y\n";
    maas__csv_start(&c, text, strlen(text));
    maas__csv_body(&c);
    assert_int_equal(c.line, 1);        /* nothing but marks: rows */
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(grammar),
        cmocka_unit_test(zeros),
        cmocka_unit_test(guesses),
        cmocka_unit_test(skipping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
