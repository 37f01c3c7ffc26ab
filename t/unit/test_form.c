/*
 * The table of forms: every row is whole, and content types and bodies lead to
 * the one that they should.  What the forms mean is for others to test.
 */

#include "wire.h"


static void
rows_are_whole(void **state)
{
    size_t              i, k;
    const maas_form_t  *f;

    for (i = 0; maas_forms[i] != NULL; i++) {
        f = maas_forms[i];

        assert_non_null(f->types);
        assert_non_null(f->types[0]);
        assert_non_null(f->bound);
        assert_non_null(f->read);
        assert_non_null(f->size);
        assert_non_null(f->write);

        for (k = 0; k < i; k++) {
            assert_string_not_equal(f->name, maas_forms[k]->name);
        }
    }

    assert_int_equal(i, 9);
}


static void
types(void **state)
{
    static const char *const  list[] = { "text/csv", "image/png", "*+json",
                                         NULL };

    assert_ptr_equal(maas_type_find(list, "image/png", 9), list[1]);
    assert_ptr_equal(maas_type_find(list, "Text/CSV", 8), list[0]);
    assert_ptr_equal(maas_type_find(list, "text/csv;header=present", 23),
                     list[0]);
    assert_ptr_equal(maas_type_find(list, "text/csv ; a", 12), list[0]);
    assert_null(maas_type_find(list, "text/csvx", 9));
    assert_null(maas_type_find(list, "text/csv,x", 10));
    assert_null(maas_type_find(list, "text/cs", 7));
    assert_ptr_equal(maas_type_find(list, "image/png\t;x", 12), list[1]);
    assert_ptr_equal(maas_type_find(list, "a/b+JSON; text/csv", 18), list[2]);
    assert_null(maas_type_find(list, "+json", 5));
    assert_null(maas_type_find(list, "a/b+json,x", 10));
    assert_null(maas_type_find(list, "a/b; c+json", 11));
    assert_null(maas_type_find(list, "image/png", 8));
    assert_null(maas_type_find(list, "", 0));
    assert_null(maas_type_find(NULL, "text/csv", 8));
}


static void
charsets(void **state)
{
    size_t  i;

    static const char *const  read[] = {
        "text/csv", "text/csv; charset=utf-8", "Text/CSV;Charset=\"UTF-8\"",
        "text/csv; charset=utf8; header=absent", "text/csv;charset=US-ASCII",
        "text/csv;charset=", "text/csv;charset=\"\"",
        "text/csv; header=present", "application/json; charset=latin1", ""
    };
    static const char *const  foreign[] = {
        "text/csv; charset=utf-16", "text/csv;charset=iso-8859-1",
        "text/csv; header=present; charset=\"latin1\"", "text/csv;charset=u"
    };

    for (i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
        assert_false(maas_type_foreign(read[i], strlen(read[i])));
    }

    for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        assert_true(maas_type_foreign(foreign[i], strlen(foreign[i])));
    }
}


/* A picture and a form of columns are only looked for where a model takes
 * them; a type of one form alone leads there whatever the body is. */

static void
bodies(void **state)
{
    size_t       i;
    maas_info_t  info;

    static const struct {
        unsigned     image, columns;
        const char  *type, *body, *form;
    }  cases[] = {
        { 0, 0, "text/csv", "[1]", "csv" },
        { 0, 0, "application/octet-stream", "{\"inputs\":1}", "bytes" },
        { 0, 0, "image/png", "[1]", "image" },
        { 0, 0, "image/x-portable-graymap", "", "image" },
        { 0, 0, "application/json", "[1]", "rows" },
        { 0, 0, "application/json", "{\"instances\":[1]}", "v1_predict" },
        { 0, 0, "application/json", "{\"inputs\":[1]}", "v2" },
        { 0, 0, "text/plain", "P2 1 1 1 1", "rows" },
        { 1, 0, "text/plain", "P2 1 1 1 1", "image" },
        { 1, 0, "application/json", "P5\n", "image" },
        { 1, 0, "application/x-www-form-urlencoded", "P2 1 1 1 1", "image" },
        { 0, 0, "application/x-www-form-urlencoded", "a=1", "rows" },
        { 0, 1, "application/x-www-form-urlencoded", "a=1", "pairs" },
        { 0, 1, "application/x-www-form-urlencoded", "", "pairs" },
        { 0, 1, "application/x-www-form-urlencoded", " \n[1]", "rows" },
        { 0, 1, "text/plain", "a=1", "rows" },
        { 0, 0, "application/vnd.sagemaker-triton.binary+json;"
                "json-header-size=9", "{\"inputs\":[1]}", "v2" },
        { 0, 0, "text/html", "[1]", "none" },
        { 0, 0, "text/json", "[1]", "rows" },
        { 0, 0, "TEXT/Json ; charset=utf-8", "[1]", "rows" },
        { 0, 0, "application/cloudevents+json", "{\"inputs\":[1]}", "v2" },
        { 0, 0, "Application/Vnd.Api+JSON;v=1", "{\"instances\":[1]}",
          "v1_predict" },
        { 0, 0, "application/json\t;x", "[1]", "rows" },
        { 0, 0, "+json", "[1]", "none" },
        { 0, 0, "application/x+jsonx", "[1]", "none" },
        { 0, 0, "application/xjson", "[1]", "none" },
        { 0, 0, "application/x;y=a+json", "[1]", "none" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        info = wire_info();
        info.image = (int) cases[i].image;
        info.n_columns = cases[i].columns;

        assert_string_equal(wire_form(&info, cases[i].type, cases[i].body),
                            cases[i].form);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(types),
        cmocka_unit_test(charsets),
        cmocka_unit_test(bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
