/*
 * Texts of a column: what the trainer recognises as a number the engine reads
 * in the same way, and the value is that which the writer meant.
 * Not here: what a column is then (t/17-trainer-values.t).
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"
#include "data/table.h"


#define NBSP   "\xc2\xa0"
#define THIN   "\xe2\x80\x89"
#define MINUS  "\xe2\x88\x92"
#define EURO   "\xe2\x82\xac"


/* Ways of writing that read a text, and the value by each of them */

typedef struct {
    const char  *text;
    const char  *ways;              /* "." "," ".," ",." ...: decimal and
                                       thousands, blanks between them */
    double       value[2];          /* of the first, of the last */
} look_t;

static const look_t  looks[] = {
    { "5", ". , .x", { 5, 5 } },
    { "1.5", ". ", { 1.5, 1.5 } },
    { "1,5", ",", { 1.5, 1.5 } },
    { "1,234", ", .c", { 1.234, 1234 } },
    { "1.234", ". ,p", { 1.234, 1234 } },
    { "0,123", ",", { 0.123, 0.123 } },
    { "1,234.5", ".c", { 1234.5, 1234.5 } },
    { "1.234,5", ",p", { 1234.5, 1234.5 } },
    { "1,234,567", ".c", { 1234567, 1234567 } },
    { "12,34,567", ".c", { 1234567, 1234567 } },
    { "1,23,45", "", { 0, 0 } },
    { "1,2345", ",", { 1.2345, 1.2345 } },
    { "1234,567", ",", { 1234.567, 1234.567 } },
    { "1 234", ".b ,b", { 1234, 1234 } },
    { "1" NBSP "234,5", ",b", { 1234.5, 1234.5 } },
    { "1" THIN "234.5", ".b", { 1234.5, 1234.5 } },
    { "1'234.5", ".q", { 1234.5, 1234.5 } },
    { "1\xe2\x80\x99" "234,5", ",q", { 1234.5, 1234.5 } },
    { "1_234.5", ".l", { 1234.5, 1234.5 } },
    { "1 23", "", { 0, 0 } },
    { "$5", ". ,", { 5, 5 } },
    { "-$5.5", ".", { -5.5, -5.5 } },
    { "$-5.5", ".", { -5.5, -5.5 } },
    { MINUS "5,5 " EURO, ",", { -5.5, -5.5 } },
    { EURO NBSP "1.234,56", ",p", { 1234.56, 1234.56 } },
    { "5%", ". ,", { 5, 5 } },
    { "(5)", ". ,", { -5, -5 } },
    { "($1,234.50)", ".c", { -1234.5, -1234.5 } },
    { "12 kg", ". ,", { 12, 12 } },
    { "12 min.", ". ,", { 12, 12 } },
    { "Rs. 1,200", ", .c", { 1.2, 1200 } },
    { "Rs.5.5", ".", { 5.5, 5.5 } },
    { "kr .5", ".", { 0.5, 0.5 } },
    { "1e3", ". ,", { 1000, 1000 } },
    { "1,5e-3 m", ",", { 0.0015, 0.0015 } },
    { ".5", ".", { 0.5, 0.5 } },
    { ",5", ",", { 0.5, 0.5 } },
    { "+7", ". ,", { 7, 7 } },
    { "", "", { 0, 0 } },
    { "-", "", { 0, 0 } },
    { ".", "", { 0, 0 } },
    { "$", "", { 0, 0 } },
    { "()", "", { 0, 0 } },
    { "C5", "", { 0, 0 } },
    { "5-7", "", { 0, 0 } },
    { "1.2.3", "", { 0, 0 } },
    { "0x10", "", { 0, 0 } },
    { "1. Street", "", { 0, 0 } },
    { "5 Main Street", "", { 0, 0 } },
    { "$5 USD", "", { 0, 0 } },
    { "1e", ". ,", { 1, 1 } },      /* of a unit, "e" */
    { "12:30", "", { 0, 0 } },
    { "--5", "", { 0, 0 } },
    { "-$-5", "", { 0, 0 } },
    { "(-5)", "", { 0, 0 } }
};


static unsigned
way_bit(const char *s, size_t len)
{
    size_t             i;
    char               thousands;
    static const char  names[] = "cpbql", signs[] = ",. '_";

    thousands = '\0';

    if (len > 1 && s[1] != 'x') {
        thousands = signs[strchr(names, s[1]) - names];
    }

    for (i = 0; i < TRAIN_N_WAYS; i++) {
        if (train_way_signs[i].decimal == s[0]
            && train_way_signs[i].thousands == thousands)
        {
            return 1u << i;
        }
    }

    return 0;
}


static void
numbers_are_read(void **state)
{
    char              unit[32];
    float             v, want;
    size_t            i, n;
    unsigned          ways, way, bits;
    const char       *s, *units[1];
    train_written_t   w;
    maas_column_t     c;

    (void) state;

    for (i = 0; i < train_nelts(looks); i++) {
        bits = 0;

        for (s = looks[i].ways; *s != '\0'; s += n + (s[n] == ' ')) {
            n = strcspn(s, " ");
            bits |= way_bit(s, n);
        }

        ways = train_written(looks[i].text, strlen(looks[i].text), &w)
               ? w.ways : 0;

        if ((bits == 0) != (ways == 0) || (ways & bits) != bits) {
            fail_msg("\"%s\": ways 0x%x, not 0x%x", looks[i].text, ways,
                     bits);
        }

        for (way = 0; way < TRAIN_N_WAYS; way++) {
            if (!(ways >> way & 1)) {
                continue;
            }

            (void) memset(&c, 0, sizeof(maas_column_t));
            c.decimal = train_way_signs[way].decimal;
            c.thousands = train_way_signs[way].thousands;
            (void) memcpy(unit, w.unit, w.unit_len);
            unit[w.unit_len] = '\0';
            units[0] = unit;
            c.units = units;
            c.n_units = (w.unit_len > 0);

            if (maas__field_formatted(&c, looks[i].text,
                                      strlen(looks[i].text), &v) != MAAS_OK)
            {
                fail_msg("\"%s\": not read by way %u", looks[i].text, way);
            }

            want = (float) looks[i].value[0];

            if (v != want) {        /* the other reading, of other signs */
                assert_true(v == (float) looks[i].value[1]);
                assert_true(train_way_signs[way].thousands != '\0');
            }
        }
    }
}


/* Any text: what is recognised is read by the engine, as the same number */

static void
any_text(void **state)
{
    char              text[48], plain[96], unit[32];
    float             v, want;
    size_t            i, n, len;
    unsigned          way, found;
    const char       *units[1];
    train_rng_t       rng;
    maas_column_t     c;
    train_written_t   w;
    static const char *const  parts[] = {
        "1", "234", "567", "0", "12", ".", ",", "'", " ", "_", "-", "(", ")",
        "$", "%", EURO, NBSP, MINUS, "e5", "kg", "EUR "
    };

    (void) state;

    train_rng_init(&rng, 7, 7);
    found = 0;

    for (i = 0; i < 200000; i++) {
        len = 0;

        for (n = 1 + train_rng_below(&rng, 7); n > 0; n--) {
            way = (unsigned) train_rng_below(&rng, train_nelts(parts));
            (void) memcpy(text + len, parts[way], strlen(parts[way]));
            len += strlen(parts[way]);
        }

        if (text[0] == ' ' || text[len - 1] == ' '
            || !train_written(text, len, &w))
        {
            continue;
        }

        for (way = 0; way < TRAIN_N_WAYS; way++) {
            if (!(w.ways >> way & 1)) {
                continue;
            }

            found++;
            (void) memset(&c, 0, sizeof(maas_column_t));
            c.decimal = train_way_signs[way].decimal;
            c.thousands = train_way_signs[way].thousands;
            (void) memcpy(unit, w.unit, w.unit_len);
            unit[w.unit_len] = '\0';
            units[0] = unit;
            c.units = units;
            c.n_units = (w.unit_len > 0);
            train_written_plain(&w, (train_way_t) way, plain);

            v = want = 0;           /* and so if it is too big */

            if (maas__field_formatted(&c, text, len, &v)
                != maas__field_number(plain, strlen(plain), &want) || v != want)
            {
                fail_msg("\"%.*s\": \"%s\" by way %u", (int) len, text,
                         plain, way);
            }
        }
    }

    assert_true(found > 10000);
}


static void
few_are_both(void **state)
{
    size_t           i;
    train_look_t     k = { 0 };
    static const char *const  texts[] = { "1,234", "5", "-", "NA", "", "1.5" };

    (void) state;

    for (i = 0; i < train_nelts(texts); i++) {
        train_look_text(&k, texts[i], strlen(texts[i]), "x,5");
    }

    assert_int_equal(k.filled, 6);
    assert_int_equal(k.either_comma, 1);
    assert_int_equal(k.marks.all, 1);
    assert_int_equal(k.missing.all, 3);         /* 5 is listed */
    assert_int_equal(k.numbers, 1);
    assert_int_equal(k.way[TRAIN_WAY_POINT_COMMA], 2);
    assert_int_equal(k.way[TRAIN_WAY_COMMA], 1);
    train_look_free(&k);
}


/* The short way of the commonest numbers counts what the long one does */

static void
plain_numbers_are_numbers(void **state)
{
    char             text[64];
    size_t           i, way, n;
    unsigned         seed;
    train_look_t     k, more;
    train_written_t  w;

    (void) state;
    seed = 1;

    for (i = 0; i < 20000; i++) {
        (void) memset(&k, 0, sizeof(k));
        seed = seed * 1103515245 + 12345;
        n = (size_t) snprintf(text, sizeof(text), "%s%.*f",
                              seed >> 16 & 1 ? "-" : "",
                              (int) (1 + (seed >> 17) % 6),
                              (double) (seed >> 20)
                              / (double) (1u << (seed >> 8) % 24));
        train_look_text(&k, text, n, NULL);
        assert_true(train_written(text, n, &w));

        for (way = 0; way < TRAIN_N_WAYS; way++) {
            assert_int_equal(k.way[way], w.ways >> way & 1);
        }

        assert_int_equal(k.numbers, 1);
        assert_int_equal(k.codes, 0);
        assert_int_equal(k.bare, strspn(w.digits, "0.,") < w.digits_len);
        assert_int_equal(k.tens, w.digits_len > 5);
        assert_int_equal(k.either_point,
                         (w.ways & train_way_bit(POINT)) != 0
                         && (w.ways & train_way_bit(COMMA_POINT)) != 0);

        (void) memset(&more, 0, sizeof(more));
        train_look_add(&more, &k, 3);
        assert_int_equal(more.numbers, 3);
        assert_int_equal(more.bare, 3 * k.bare);
    }
}


/* A text that came n times is as n texts */

static void
counts_are_added(void **state)
{
    char          a[128], b[128];
    size_t        i, n;
    train_look_t  one, sum = { 0 }, all = { 0 };
    static const char  *const texts[] = { "5 kg", "x", "NA", "-", "$3", "u",
                                          "2024-01-02", "v", "w", "007" };

    (void) state;

    for (i = 0; i < train_nelts(texts); i++) {
        (void) memset(&one, 0, sizeof(one));
        train_look_text(&one, texts[i], strlen(texts[i]), "u");
        train_look_add(&sum, &one, i + 1);
        train_look_free(&one);

        for (n = 0; n < i + 1; n++) {
            train_look_text(&all, texts[i], strlen(texts[i]), "u");
        }
    }

    assert_memory_equal(&sum, &all, offsetof(train_look_t, missing));
    train_counts_print(&sum.others, a, sizeof(a));
    train_counts_print(&all.others, b, sizeof(b));
    assert_string_equal(a, b);
    assert_int_equal(sum.others.all, all.others.all);
    assert_int_equal(sum.units.all, all.units.all);
    assert_int_equal(sum.missing.all, all.missing.all);
    assert_int_equal(sum.marks.all, all.marks.all);
    assert_int_equal(sum.units.item[1].n, all.units.item[1].n);
    train_look_free(&sum);
    train_look_free(&all);
}


static void
counts_are_short(void **state)
{
    char            out[128];
    size_t          i;
    train_counts_t  c = { 0 };
    train_look_t    k = { 0 };
    static const char  *const texts[] = { "a", "b", "a", "c", "d", "e" };

    (void) state;

    for (i = 0; i < train_nelts(texts); i++) {
        train_count_add(&c, texts[i], 1, 1);
    }

    train_counts_print(&c, out, sizeof(out));
    assert_string_equal(out, "\"a\" (2), \"b\" (1), \"c\" (1), \"d\" (1) and "
                             "1 more");
    train_counts_print(&c, out, 24);
    assert_string_equal(out, "\"a\" (2) and 4 more");
    k.others = c;
    train_look_free(&k);
    assert_int_equal(k.others.all, 0);
}


static void
names_are_near(void **state)
{
    size_t         i;
    const char    *near;
    train_dict_t   names = { 0 };
    static const char *const  all[] = { "age", "price", "created_at", "x" };
    static const char *const  cases[][2] = {
        { "agee", "age" }, { "Age", "age" }, { "prise", "price" },
        { "PRICE", "price" }, { "create_at", "created_at" }, { "X", "x" },
        { "y", NULL }, { "none", NULL }, { "something", NULL }, { "", NULL }
    };

    (void) state;

    for (i = 0; i < train_nelts(all); i++) {
        (void) train_dict_add(&names, all[i]);
    }

    for (i = 0; i < train_nelts(cases); i++) {
        near = train_nearest(&names, cases[i][0], strlen(cases[i][0]));

        if (cases[i][1] == NULL) {
            assert_null(near);
        } else {
            assert_non_null(near);
            assert_string_equal(near, cases[i][1]);
        }
    }

    train_dict_free(&names);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(any_text),
        cmocka_unit_test(few_are_both),
        cmocka_unit_test(plain_numbers_are_numbers),
        cmocka_unit_test(counts_are_added),
        cmocka_unit_test(counts_are_short),
        cmocka_unit_test(names_are_near)
    };

    return cmocka_run_group_tests_name("train look", tests, NULL, NULL);
}
