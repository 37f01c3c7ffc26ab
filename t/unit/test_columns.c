/*
 * Rows of columns in every form: v1, bare JSON, v2, CSV and forms give the
 * slots that the same values give as plain text, or the sentence that says
 * what is wrong with them.
 */

#include "field/maas_field.h"
#include "wire.h"

#include <math.h>


#define MAX_ROWS  4
#define COLUMNS   5
#define SLOTS     13

#define V1           WIRE_V1
#define V1_CLASSIFY  WIRE_V1_CLASSIFY
#define ROWS         WIRE_ROWS
#define BYTES        WIRE_BYTES
#define V2           WIRE_V2
#define CSV          WIRE_CSV
#define FORM         WIRE_PAIRS

typedef struct {
    const maas_form_t  *form;
    const char         *body;
} columns_body_t;


static maas_arena_t       *arena;
static maas_fields_t       fields, marking;
static maas_info_t         info;
static unsigned            loose, named;


/* amount must be there */

static int
setup(void **state)
{
    static const char *const  values[] = { "DE", "Z\xc3\xbcrich", "1e9" };
    static const maas_column_t  columns[COLUMNS] = {
        { .name = "amount", .kind = MAAS_FIELD_NUMBER, .missing = NAN },
        { .name = "age \"x\"", .kind = MAAS_FIELD_NUMBER, .missing = 38,
          .missing_slot = 1 },
        { .name = "member", .kind = MAAS_FIELD_BOOLEAN, .missing = 0.25 },
        { .name = "country", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1 },
        { .name = "note", .kind = MAAS_FIELD_TEXT, .hash = 4, .shortest = 1,
          .longest = 2, .missing_slot = 1 },
    };

    arena = maas__arena_create(1 << 20);
    assert_int_equal(maas__fields_create(arena, columns, COLUMNS, &fields),
                     MAAS_OK);

    info = wire_info();
    info.input = MAAS_INPUT_COLUMNS;
    info.in = fields.in;
    info.row = info.in * sizeof(float);
    info.shape[0] = fields.in;
    info.n_columns = COLUMNS;
    info.columns = fields.names;
    info.fields = fields.info;
    info.reader = &fields;
    marking = fields;
    marking.marks = 1;
    info.marking = &marking;
    info.plain = 0;

    assert_int_equal(info.in, SLOTS);

    return 0;
}


static int
teardown(void **state)
{
    maas__arena_destroy(arena);

    return 0;
}


/* With marks the same is read, once these are gone */

static void
reads_marked(const maas_form_t *form, maas_body_t *body, float *room,
    maas_status_t rc, const maas_request_t *req, const maas_err_t *err)
{
    float           *x;
    size_t           i, n;
    maas_err_t       marked;
    maas_request_t   got;

    n = form->bound(&info, body) * info.in;
    x = malloc(n * sizeof(float));
    memset(x, 0x7f, n * sizeof(float));
    marked.msg[0] = '\0';
    body->marks = 1;

    assert_int_equal(form->read(&info, body, x, &got, &marked), rc);
    assert_string_equal(marked.msg, err->msg);

    for (i = 0; rc == MAAS_OK && i < req->rows; i++) {
        maas_row_unmark(&marking, x + i * info.in);
        assert_memory_equal(x + i * info.in, room + i * info.in,
                            info.in * sizeof(float));
    }

    free(x);
}


/* In memory of just the sizes that are promised */

static maas_status_t
reads(const maas_form_t *form, const char *from, size_t len, size_t json_len,
    float *x, maas_request_t *req, maas_err_t *err)
{
    char           *body;
    float          *room;
    size_t          bound;
    maas_body_t     b = { 0 };
    maas_status_t   rc;

    body = malloc(len);
    memcpy(body, from, len);

    b.data = body;
    b.len = len;
    b.json_len = json_len;
    b.max_rows = MAX_ROWS;
    b.loose = loose;
    b.named = named;

    bound = form->bound(&info, &b);
    assert_in_range(bound, 1, MAX_ROWS);

    room = malloc(bound * info.in * sizeof(float));
    memset(room, 0x7f, bound * info.in * sizeof(float));
    memset(req, 0, sizeof(maas_request_t));
    err->msg[0] = '\0';

    rc = form->read(&info, &b, room, req, err);

    if (rc == MAAS_OK) {
        assert_true(req->rows <= bound);
        memcpy(x, room, req->rows * info.in * sizeof(float));
    }

    if (form != BYTES) {
        reads_marked(form, &b, room, rc, req, err);
    }

    free(room);
    free(body);

    return rc;
}


/* What the body must mean: the texts of each row, NULL at the end */

static void
means(const maas_form_t *form, const char *body, size_t len, size_t json_len,
    const char *const *texts)
{
    float            x[MAX_ROWS * SLOTS], want[SLOTS];
    size_t           row, i;
    maas_err_t       err;
    maas_request_t   req;

    if (reads(form, body, len, json_len, x, &req, &err) != MAAS_OK) {
        fail_msg("%s: %s", body, err.msg);
    }

    for (row = 0; texts[row * COLUMNS] != NULL; row++) {
        maas_row_clear(&fields, want);

        for (i = 0; i < COLUMNS; i++) {
            assert_int_equal(maas_row_text(&fields, i,
                                           texts[row * COLUMNS + i],
                                           strlen(texts[row * COLUMNS + i]),
                                            want, &err), MAAS_OK);
        }

        for (i = 0; i < SLOTS; i++) {
            if (memcmp(&x[row * SLOTS + i], &want[i], sizeof(float)) != 0) {
                fail_msg("%s: row %zu, slot %zu: %g, expected %g", body, row,
                         i, x[row * SLOTS + i], want[i]);
            }
        }
    }

    assert_int_equal(req.rows, row);
}


static void
means_text(const columns_body_t *b, const char *const *texts)
{
    means(b->form, b->body, strlen(b->body), strlen(b->body), texts);
}


#define AGE   "\"age \\\"x\\\"\""
#define FULL  "{\"amount\":12.5," AGE ":40,\"member\":true,\"country\":"      \
              "\"DE\",\"note\":\"ab c\"}"
#define PART  "{\"amount\":\"1e-3\",\"country\":\"Z\\u00fcrich\"}"


static void
the_same_rows(void **state)
{
    size_t  i;

    static const char *const  texts[] = {
        "12.5", "40", "true", "DE", "ab c",
        "1e-3", "", "", "Z\xc3\xbcrich", "",
        NULL
    };

    static const columns_body_t  cases[] = {
        { V1, "{\"instances\":[" FULL "," PART "]}" },
        { V1, "{\"instances\":[[12.5,40,true,\"DE\",\"ab c\"],"
          "[0.001,null,null,\"Z\xc3\xbcrich\",null]]}" },
        { V1, "{\"instances\":[{\"note\":\"ab c\",\"country\":[\"DE\"],"
          "\"am\\u006funt\":[12.5],\"member\":1," AGE ":4e1},"
          "{\"country\":{\"b64\":\"WsO8cmljaA==\"},\"note\":null,"
          "\"amount\":0.001}]}" },
        { V1, "{\"inputs\":{\"amount\":[12.5,0.001]," AGE ":[40,null],"
          "\"else\":[{}],\"member\":[[true],[null]],\"note\":[\"ab c\",\"\"],"
          "\"country\":[\"DE\",\"Z\xc3\xbcrich\"]}}" },
        { V1_CLASSIFY, "{\"examples\":[" FULL "," PART "]}" },
        { V1_CLASSIFY, "{\"context\":{\"amount\":0.001,\"country\":"
          "\"Z\xc3\xbcrich\"},\"examples\":[" FULL ",{}]}" },
        { ROWS, "[" FULL "," PART "]" },
        { ROWS, " [ [12.5,40,\"yes\",\"DE\",\"ab c\"] , [\"0.001\",\"NA\","
          "\"\",\"Z\xc3\xbcrich\",\" \"] ] " },
        { CSV, "12.5,40,true,DE,ab c\n1e-3,,,Z\xc3\xbcrich,\n" },
        { CSV, "\"12.5\", 40 ,yes,\"DE\",ab c\r\n.001,NA,?,Z\xc3\xbcrich," },
        { CSV, "\xef\xbb\xbf" "country,amount,\"age \"\"x\"\"\",note,member\n"
          "DE,12.5,40,ab c,1\n\"Z\xc3\xbcrich\",1E-3,,,\n" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        means_text(&cases[i], texts);
    }
}


static void
one_row(void **state)
{
    size_t  i;

    static const char *const  texts[] = {
        "-7", "", "no", "else", "a \"b\" & \xe2\x82\xac" "c", NULL
    };

    static const columns_body_t  cases[] = {
        { ROWS, "{\"amount\":-7,\"member\":false,\"country\":\"else\",\"note\":"
          "\"a \\\"b\\\" & \\u20acc\"}" },
        { ROWS, "[-7,null,0,\"other\",\"a \\\"b\\\" & \\u20acc\"]" },
        { CSV, "amount,note,member,country\n-7,\"a \"\"b\"\" & \xe2\x82\xac" "c"
          "\",f,elsewhere" },
        { FORM, "amount=-7&note=a+%22b%22+%26%20%E2%82%acc&&member=off&"
          "country=else" },
        { FORM, "member=no&amount=-7.0&country=x&note=a%20\"b\"%20%26%20"
          "\xe2\x82\xac" "c&age+%22x%22" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        means_text(&cases[i], texts);
    }
}


/* Numbers for a category: whole ones as digits, however they are written */

static void
numbers_as_categories(void **state)
{
    size_t           i;
    float            x[MAX_ROWS * SLOTS];
    char             body[128];
    maas_err_t       err;
    maas_request_t   req;

    static const struct { const char *number, *text; }  cases[] = {
        { "7", "7" }, { "7.0", "7" }, { "0.70e1", "7" }, { "-7", "-7" },
        { "70e-1", "7" }, { "123456789012", "123456789012" },
        { "1.5", "1.5" }, { "0.1", "0.1" }, { "0", "0" }, { "0.000", "0" },
        { "9007199254740991", "9007199254740991" },
        { "12345678901e2", "1234567890100" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(body, sizeof(body), "[{\"amount\":1,\"note\":%s},"
                        "{\"amount\":1,\"note\":\"%s\"}]", cases[i].number,
                        cases[i].text);
        assert_int_equal(reads(ROWS, body, strlen(body), 0, x, &req, &err),
                         MAAS_OK);

        if (memcmp(x, x + SLOTS, SLOTS * sizeof(float)) != 0) {
            fail_msg("%s is not %s", cases[i].number, cases[i].text);
        }
    }
}


#define T(name, type, rest)                                                   \
    "{\"name\":\"" name "\",\"shape\":[2],\"datatype\":\"" type "\"," rest "}"

#define T1(name, type, rest)                                                  \
    "{\"name\":\"" name "\",\"shape\":[1],\"datatype\":\"" type "\"," rest "}"

#define B(n)  "\"parameters\":{\"binary_data_size\":" n "}"


static void
v2(void **state)
{
    char    body[2048];
    size_t  i, len;

    static const char *const  texts[] = {
        "12.5", "40", "true", "DE", "ab c",
        "-1", "", "false", "Z\xc3\xbcrich", "",
        NULL
    };

    static const char *const  json[] = {
        /* in another order, and with values before what they are */
        "{\"inputs\":[{\"data\":[\"DE\",\"Z\\u00fcrich\"],\"shape\":[2,1],"
        "\"datatype\":\"BYTES\",\"name\":\"country\"},"
        T("amount", "FP32", "\"data\":[12.5,-1]") ","
        T("age \\\"x\\\"", "INT16", "\"data\":[[40],[null]]") ","
        T("member", "BOOL", "\"data\":[true,false]") ","
        T("note", "BYTES", "\"data\":[\"ab c\",null]") "]}",
        "{\"inputs\":["
        T("amount", "FP64", "\"data\":[12.5,-1.0]") ","
        T("age \\\"x\\\"", "BYTES", "\"data\":[\"40\",\"NA\"]") ","
        T("member", "UINT8", "\"data\":[1,0]") ","
        T("note", "BYTES", "\"data\":[\"ab c\",\"\"]") ","
        T("country", "BYTES", "\"data\":[\"DE\",\"Z\xc3\xbcrich\"]") "]}",
    };

    static const char  head[] =
        "{\"inputs\":["
        T("amount", "FP32", B("8")) ","
        T("age \\\"x\\\"", "FP64", B("16")) ","
        T("member", "BOOL", "\"data\":[true,false]") ","
        T("country", "BYTES", B("17")) ","
        T("note", "BYTES", B("12")) "]}";

    static const char  tail[] =
        "\0\0\x48\x41\0\0\x80\xbf"
        "\0\0\0\0\0\0\x44\x40\0\0\0\0\0\0\xf8\x7f"
        "\2\0\0\0DE\7\0\0\0Z\xc3\xbcrich"
        "\4\0\0\0ab c\0\0\0\0";

    for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
        len = strlen(json[i]);
        means(V2, json[i], len, len, texts);
    }

    len = sizeof(head) - 1;
    memcpy(body, head, len);
    memcpy(body + len, tail, sizeof(tail) - 1);

    means(V2, body, len + sizeof(tail) - 1, len, texts);
}


static void
integers(void **state)
{
    size_t           i, len;
    char             body[1024];
    float            x[MAX_ROWS * SLOTS];
    maas_err_t       err;
    maas_request_t   req;

    static const struct {
        const char  *type;
        size_t       size;
        uint64_t     bits;
        float        want;
    } cases[] = {
        { "INT8", 1, 0xff, -1 },
        { "UINT8", 1, 0xff, 255 },
        { "INT16", 2, 0x8000, -32768 },
        { "UINT16", 2, 0x8000, 32768 },
        { "INT32", 4, 0xfffffffe, -2 },
        { "UINT32", 4, 0xfffffffe, 4294967294.0f },
        { "INT64", 8, 0xfffffffffffffffd, -3 },
        { "UINT64", 8, 1ull << 63, 0x1p63f },
        { "FP16", 2, 0x3e00, 1.5f },
        { "BF16", 2, 0x3fc0, 1.5f },
        { "FP32", 4, 0x3fc00000, 1.5f },
        { "FP64", 8, 0x3ff8000000000000, 1.5f },
        { "BOOL", 1, 1, 1 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        len = (size_t) snprintf(body, sizeof(body), "{\"inputs\":["
            "{\"name\":\"amount\",\"shape\":[1],\"datatype\":\"%s\","
            "\"parameters\":{\"binary_data_size\":%zu}},"
            "{\"name\":\"age \\\"x\\\"\",\"shape\":[1],\"datatype\":\"FP32\","
            "\"data\":[null]},"
            "{\"name\":\"member\",\"shape\":[1],\"datatype\":\"BOOL\",\"data\""
            ":[null]},{\"name\":\"country\",\"shape\":[1],\"datatype\":"
            "\"BYTES\",\"data\":[null]},{\"name\":\"note\",\"shape\":[1],"
            "\"datatype\":\"BYTES\",\"data\":[null]}]}", cases[i].type,
            cases[i].size);
        memcpy(body + len, &cases[i].bits, cases[i].size);

        if (reads(V2, body, len + cases[i].size, len, x, &req, &err)
            != MAAS_OK || x[0] != cases[i].want)
        {
            fail_msg("%s: %g %s", cases[i].type, x[0], err.msg);
        }
    }
}


static void
refusals(void **state)
{
    float            x[MAX_ROWS * SLOTS];
    size_t           i;
    maas_err_t       err;
    maas_request_t   req;

#define Z(name)  "{\"name\":\"" name "\",\"shape\":[0],\"datatype\":"         \
    "\"FP32\",\"data\":[]}"

#define V2_REST                                                               \
    T("age \\\"x\\\"", "FP32", "\"data\":[1,2]") ","                          \
    T("member", "BOOL", "\"data\":[true,false]") ","                          \
    T("country", "BYTES", "\"data\":[\"\",\"\"]") ","                         \
    T("note", "BYTES", "\"data\":[\"\",\"\"]") "]}"

#define NAMES  "\"amount\", \"age \"x\"\", \"member\", \"country\", \"note\""

    static const struct {
        columns_body_t   b;
        const char      *msg;
    } cases[] = {
        { { V1, "{\"instances\":[{\"amount\":1,\"x\":2}]}" },
          "byte 27: unknown column \"x\", expected " NAMES },
        { { V1, "{\"instances\":[{\"amount\":1,\"amount\":2}]}" },
          "byte 27: \"amount\" is there twice" },
        { { V1, "{\"instances\":[{\"amount\":null}]}" },
          "byte 24: column \"amount\" has no value" },
        { { V1, "{\"instances\":[{}]}" },
          "byte 14: column \"amount\" has no value" },
        { { V1, "{\"instances\":[{\"amount\":\"x\"}]}" },
          "byte 24: column \"amount\": expected a number" },
        { { V1, "{\"instances\":[{\"amount\":1e39}]}" },
          "byte 24: column \"amount\": expected a number that fits in single "
          "precision" },
        { { V1, "{\"instances\":[{\"amount\":[1,2]}]}" },
          "byte 24: column \"amount\": expected one value, got a list of "
          "more" },
        { { V1, "{\"instances\":[{\"amount\":[]}]}" },
          "byte 24: column \"amount\": expected one value, got a list of "
          "none" },
        { { V1, "{\"instances\":[{\"amount\":[[1]]}]}" },
          "byte 25: expected a value" },
        { { V1, "{\"instances\":[{\"amount\":{\"x\":1}}]}" },
          "byte 24: expected an object of \"b64\" alone" },
        { { V1, "{\"instances\":[{\"amount\":1,\"member\":2}]}" },
          "byte 35: column \"member\": expected true or false, yes or no, 1 or "
          "0" },
        { { V1, "{\"instances\":[[1,2,true,\"DE\"]]}" },
          "byte 14: expected a value for each of 5 columns, got 4" },
        { { V1, "{\"instances\":[[1,2,true,\"DE\",\"\",[{}]]]}" },
          "byte 14: expected a value for each of 5 columns, got 6" },
        { { V1, "{\"instances\":[1]}" },
          "byte 14: expected an object or a list of values" },
        { { V1, "{\"instances\":[" PART "," PART "," PART "," PART "," PART
            "]}" }, "more than 4 rows" },
        { { V1, "{\"inputs\":{\"amount\":[1,2]}}" },
          "Missing named input: age \"x\" in 'inputs' object." },
        { { V1, "{\"inputs\":{\"amount\":[1,2],\"note\":[\"\"]}}" },
          "byte 33: column \"note\" has not as many values as the one "
          "before" },
        { { V1, "{\"inputs\":{\"amount\":[1,2],\"note\":[\"\",\"\",\"\"]}}" },
          "byte 33: column \"note\" has not as many values as the one "
          "before" },
        { { V1, "{\"inputs\":{\"amount\":[1],\"amount\":[2]}}" },
          "byte 25: \"amount\" is there twice" },
        { { V1, "{\"inputs\":{\"amount\":[]}}" },
          "byte 20: column \"amount\" has no values" },
        { { V1, "{\"inputs\":{\"amount\":[1,1,1,1,1]}}" },
          "more than 4 rows" },
        { { V1, "{\"inputs\":{}}" },
          "Missing named input: amount in 'inputs' object." },
        { { V1_CLASSIFY, "{\"examples\":[{\"y\":[{}]}],"
            "\"context\":{\"x\":1}}" },
          "byte 13: column \"amount\" has no value" },
        { { V1_CLASSIFY, "{\"examples\":[{}],\"context\":[1]}" },
          "byte 27: expected an object" },

        { { ROWS, "[]" }, "byte 0: expected a value for each of 5 columns, got "
          "0" },
        { { ROWS, "[[]]" }, "byte 1: expected a value for each of 5 columns, "
          "got 0" },
        { { ROWS, "7" }, "byte 0: expected an object or a list of values" },
        { { ROWS, "{\"amount\":1} x" }, "byte 13: more text after the value" },
        { { ROWS, "{\"amount\":nul}" }, "byte 10: expected a value" },

        { { CSV, "" }, "no rows" },
        { { CSV, "amount,note\n" }, "no rows" },
        { { CSV, "1,2,true\n" }, "byte 0: a line of 3 fields, expected 5, one "
          "for each number or column" },
        { { CSV, "1,2,true,DE,a,b\n" }, "byte 14: more than 5 fields" },
        { { CSV, "amount,note\n1\n" }, "byte 12: a line of 1 fields, expected "
          "2, as many as in the header" },
        { { CSV, "amount,note\n1,a,2\n" }, "byte 16: more fields than the "
          "header has" },
        { { CSV, "amount,amount\n1,2\n" },
          "byte 7: the name \"amount\" stands "
          "twice: expected different names" },
        { { CSV, "note\nx\n" }, "byte 5: column \"amount\" has no value" },
        { { CSV, "1,2,true,DE,\"a\n" }, "byte 12: a quote that does not "
          "end" },
        { { CSV, "1,2,true,\"DE\"x,a\n" }, "byte 13: expected a comma or the "
          "end of the line behind a quoted field" },
        { { CSV, "1,x,true,DE,a\n" },
          "byte 2: column \"age \"x\"\": expected a "
          "number" },
        { { CSV, "1,,,,\n1,,,,\n1,,,,\n1,,,,\n1,,,,\n" },
          "more than 4 rows" },

        { { FORM, "note=a" }, "byte 0: column \"amount\" has no value" },
        { { FORM, "amount=1&x=2" }, "byte 9: unknown column \"x\", "
          "expected " NAMES },
        { { FORM, "amount=1&amount=2" }, "byte 9: \"amount\" is there "
          "twice" },
        { { FORM, "amount=%4" }, "byte 7: a bad escape" },
        { { FORM, "amount=%zz" }, "byte 7: a bad escape" },
        { { FORM, "am%=1" }, "byte 2: a bad escape" },
        { { FORM, "amount=x" }, "byte 0: column \"amount\": expected a "
          "number" },

        { { V2, "{\"inputs\":[]}" }, "no input for column \"amount\"" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1,2]") "]}" },
          "no input for column \"age \"x\"\"" },
        { { V2, "{\"inputs\":[" T("x", "FP32", "\"data\":[1,2]") "]}" },
          "byte 20: unknown input \"x\", expected " NAMES },
        { { V2, "{\"inputs\":[" T("input", "FP32", "\"data\":[1,2]") "]}" },
          "raw numbers are no rows of this model, which takes values of its "
          "columns, " NAMES },
        { { ROWS, "{\"\\u0047r\\u00f6\xc3\x9f\\n\\u0080e\":1}" },
          "byte 2: unknown column \"Gr\xc3\xb6\xc3\x9f?\?\?e\", expected "
          NAMES },
        { { FORM, "amount=1&%e4%c3%a4=1" }, "byte 9: unknown column \"?\xc3\xa4"
          "\", expected " NAMES },
        { { ROWS, "{\"\\u202ea\\ud83d\\ude00\":1}" }, "byte 2: unknown column "
          "\"?\?\?a\xf0\x9f\x98\x80\", expected " NAMES },
        { { BYTES, "" }, "raw numbers are no rows of this model, which takes "
          "values of its columns, " NAMES },
        { { ROWS, "{\"amount\":1,\"a name that is longer than what is shown of "
            "it\":2}" }, "byte 13: unknown column \"a name that is longer than "
          "what is shown...\", expected " NAMES },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1,2]") ","
            T("amount", "FP32", "\"data\":[1,2]") "]}" },
          "tensor \"amount\" is there twice" },
        { { V2, "{\"inputs\":[" Z("note") "," Z("note") "," Z("note") ","
            Z("note") "," Z("note") "]}" }, "tensor \"note\" is there twice" },
        { { V2, "{\"inputs\":[" Z("amount") "," Z("note") "]}" },
          "no input for column \"age \"x\"\"" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1]") "," V2_REST
          }, "tensor \"amount\": expected 2 values for its shape, got fewer" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1,2,3]") ","
            V2_REST },
          "tensor \"amount\": expected 2 values for its shape, got more" },
        { { V2, "{\"inputs\":[" T("amount", "BYTES", "\"data\":[\"1\",2]") ","
            V2_REST }, "byte 71: not a value of type BYTES" },
        { { V2, "{\"inputs\":[" T("amount", "UINT8", "\"data\":[1,256]") ","
            V2_REST }, "byte 69: not a value of type UINT8" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1,\"2\"]") ","
            V2_REST }, "byte 68: not a value of type FP32" },
        { { V2, "{\"inputs\":[" T("amount", "BOOL", "\"data\":[true,1]") ","
            V2_REST }, "byte 71: not a value of type BOOL" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", "\"x\":1") "," V2_REST },
          "tensor \"amount\" has neither \"data\" nor \"binary_data_size\"" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", B("4")) "," V2_REST },
          "tensor \"amount\": expected 8 bytes for its shape, "
          "binary_data_size is 4" },
        { { V2, "{\"inputs\":[" T("amount", "FP32", B("8")) "," V2_REST },
          "tensor \"amount\": expected 8 bytes behind the JSON, got 0" },
        { { V2, "{\"inputs\":[{\"name\":\"amount\",\"shape\":[1,2],"
            "\"datatype\":\"FP32\",\"data\":[1,2]}]}" },
          "tensor \"amount\": shape [1,2], expected [rows] or [rows,1]" },
        { { V2, "{\"inputs\":[{\"name\":\"amount\",\"shape\":[3],\"datatype\":"
            "\"FP32\",\"data\":[1,2,3]}," V2_REST },
          "tensor \"age \"x\"\": 2 rows, 3 in the inputs before" },
        { { V2, "{\"inputs\":[{\"name\":\"amount\",\"shape\":[5],\"datatype\":"
            "\"FP32\",\"data\":[1,2,3,4,5]}]}" },
          "5 rows, at most 4 are allowed" },
        { { V2, "{\"inputs\":[{\"name\":\"amount\",\"shape\":[1],\"datatype\":"
            "\"FP32\",\"data\":[1]},{\"name\":\"input\",\"shape\":[1,13],"
            "\"datatype\":\"FP32\",\"data\":[]}]}" },
          "raw numbers are no rows of this model, which takes values of its "
          "columns, " NAMES },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (reads(cases[i].b.form, cases[i].b.body, strlen(cases[i].b.body),
                  strlen(cases[i].b.body), x, &req, &err) == MAAS_OK
            || strcmp(err.msg, cases[i].msg) != 0)
        {
            fail_msg("%s: \"%s\", expected \"%s\"", cases[i].b.body, err.msg,
                     cases[i].msg);
        }
    }
}


/* A body that was made for another model: its columns are passed over, but not
 * what is wrong with it */

static void
of_another(void **state)
{
    size_t           i;
    float            x[MAX_ROWS * SLOTS];
    wire_t           w;
    maas_err_t       err;
    maas_info_t      tensor;
    maas_body_t      body = { 0 };
    maas_other_t     others[] = { { "else", MAAS_ROLE_ID, 0 } };
    maas_request_t   req;

    static const char *const  texts[] = { "-7", "", "no", "DE", "", NULL };

    static const columns_body_t  cases[] = {
        { ROWS, "[{\"amount\":-7,\"new\":[1],\"member\":0,\"country\":"
          "\"DE\"}]" },
        { V1, "{\"instances\":[{\"new\":{},\"amount\":-7,\"member\":false,"
          "\"country\":\"DE\"}]}" },
        { V1, "{\"inputs\":{\"amount\":[-7]," AGE ":[null],\"new\":[3],"
          "\"member\":[0],\"note\":[\"\"],\"country\":[\"DE\"]}}" },
        { CSV, "new,amount,member,country\nx,-7,0,DE\n" },
        { FORM, "member=no&new=1&amount=-7.0&country=DE" },
        { V2, "{\"inputs\":[" T1("amount", "FP32", "\"data\":[-7]") ","
          T1("new", "BYTES", "\"data\":[\"x\"]") ","
          T1("member", "BOOL", "\"data\":[false]") ","
          T1("age \\\"x\\\"", "BYTES", "\"data\":[\"\"]") ","
          T1("note", "BYTES", "\"data\":[\"\"]") ","
          T1("country", "BYTES", "\"data\":[\"DE\"]") "]}" },
    };

    info.n_others = 1;
    info.others = others;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        loose = 0;
        assert_int_equal(reads(cases[i].form, cases[i].body,
                               strlen(cases[i].body), strlen(cases[i].body),
                               x, &req, &err), MAAS_BADNAME);
        loose = 1;
        means_text(&cases[i], texts);
    }

    assert_int_equal(reads(ROWS, "[{\"new\":1}]", 11, 11, x, &req, &err),
                     MAAS_BADVALUE);

    loose = 0;
    info.n_others = 0;
    info.others = NULL;

    /* a tensor is the one that there is, whatever it is called */

    tensor = wire_info();
    body.data = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":"
                "\"FP32\",\"data\":[1,2,3,4]}]}";
    body.len = strlen(body.data);
    body.json_len = body.len;
    body.max_rows = 1;

    assert_int_equal(V2->read(&tensor, &body, w.x, &req, &err),
                     MAAS_BADNAME);
    body.loose = 1;
    assert_int_equal(V2->read(&tensor, &body, w.x, &req, &err), MAAS_OK);
    assert_true(w.x[3] == 4);
}


/* Another model with other columns: values without names are not its */

static void
of_other_columns(void **state)
{
    size_t           i;
    float            x[MAX_ROWS * SLOTS];
    unsigned         plain;
    maas_err_t       err;
    maas_request_t   req;

    static const columns_body_t  cases[] = {
        { ROWS, "[[12.5,40,true,\"DE\",\"ab c\"]]" },
        { V1, "{\"instances\":[[12.5,40,true,\"DE\",\"ab c\"]]}" },
        { CSV, "12.5,40,true,DE,ab c\n" },
        { ROWS, "[1,2,3,4,5,6,7,8,9,10,11,12,13]" },
        { V1, "{\"instances\":[[1,2,3,4,5,6,7,8,9,10,11,12,13]]}" },
        { V2, "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,13],"
          "\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}]}" },
        { BYTES, "0123456789012345678901234567890123456789012345678901" },
    };

    loose = 1;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (plain = i < 3 ? 0 : 1; plain < 2; plain++) {
            info.plain = (int) plain;

            named = 0;
            assert_int_equal(reads(cases[i].form, cases[i].body,
                                   strlen(cases[i].body),
                                   strlen(cases[i].body), x, &req, &err),
                             MAAS_OK);
            named = 1;
            assert_int_equal(reads(cases[i].form, cases[i].body,
                                   strlen(cases[i].body),
                                   strlen(cases[i].body), x, &req, &err),
                             MAAS_BADVALUE);
            assert_non_null(strstr(err.msg, "values without names, of a model "
                                   "with other columns"));
        }
    }

    info.plain = 0;
    assert_int_equal(reads(ROWS, "[" PART "]", strlen("[" PART "]"), 0, x,
                           &req, &err), MAAS_OK);
    loose = 0;
    named = 0;
}


/* What examples share is read for each: not without end */

static void
context(void **state)
{
    char            *body, *p;
    float            x[MAX_ROWS * SLOTS];
    size_t           blanks;
    maas_err_t       err;
    maas_request_t   req;

    blanks = 1500000;
    body = malloc(blanks + 128);

    p = body + snprintf(body, 64, "{\"context\":{\"amount\":1");
    memset(p, ' ', blanks);
    p += blanks;
    p += snprintf(p, 64, "},\"examples\":[{},{}]}");

    assert_int_equal(reads(V1_CLASSIFY, body, (size_t) (p - body), 0, x, &req,
                           &err), MAAS_OK);

    p += snprintf(p - 2, 64, ",{}]}") - 2;

    assert_int_equal(reads(V1_CLASSIFY, body, (size_t) (p - body), 0, x, &req,
                           &err), MAAS_TOOBIG);
    assert_string_equal(err.msg, "a context of 1500012 bytes for more than 2 "
                        "examples");

    free(body);
}


/* A text that has its end cut off, everywhere */

static void
cut(void **state)
{
    size_t           i, k;
    float            x[MAX_ROWS * SLOTS];
    maas_err_t       err;
    maas_request_t   req;

    static const columns_body_t  cases[] = {
        { V1, "{\"instances\":[" FULL "," PART "]}" },
        { V1, "{\"inputs\":{\"amount\":[12.5]," AGE ":[40],\"member\":[true],"
          "\"note\":[\"ab c\"],\"country\":[\"DE\"]}}" },
        { ROWS, "[" FULL "," PART "]" },
        { V2, "{\"inputs\":[" T("amount", "FP32", "\"data\":[1,2]") ","
          V2_REST },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (k = 1; k < strlen(cases[i].body); k++) {
            assert_int_not_equal(reads(cases[i].form, cases[i].body, k, k, x,
                                       &req, &err), MAAS_OK);
        }

        assert_int_equal(reads(cases[i].form, cases[i].body, k, k, x, &req,
                               &err), MAAS_OK);
    }
}


/* CSV of a tensor: numbers in order */

static void
csv_numbers(void **state)
{
    size_t           i, k;
    float            x[8];
    char             buf[256];
    wire_t           w;
    maas_info_t      plain;
    maas_err_t       err;
    maas_body_t      body = { 0 };
    maas_status_t    rc;
    maas_request_t   req;

    static const struct { const char *body, *msg; size_t rows; }  cases[] = {
        { "1,2,3,4", NULL, 1 },
        { " 1 ,\"2\",3e0,+4\r\n5,6,7,8.0\r\n", NULL, 2 },
        { "a,b,\"c\"\"\",d\n1,2,3,4\n5,6,7,8\n", NULL, 2 },
        { "1,2,3\n", "byte 0: a line of 3 fields, expected 4, one for each "
          "number or column", 0 },
        { "1,2,3,4,5\n", "byte 8: more than 4 fields", 0 },
        { "1,2,,4\n", "byte 4: expected a number that fits in single "
          "precision", 0 },
        { "1,2,1e39,4\n", "byte 4: expected a number that fits in single "
          "precision", 0 },
        { "\"1\n", "byte 0: a quote that does not end", 0 },
        { "a,b\n", "no rows", 0 },
    };

    plain = wire_info();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        body.data = cases[i].body;
        body.len = strlen(body.data);
        body.max_rows = 2;
        rc = CSV->read(&plain, &body, x, &req, &err);

        if (cases[i].msg != NULL) {
            assert_string_equal(err.msg, cases[i].msg);
            continue;
        }

        assert_int_equal(rc, MAAS_OK);
        assert_int_equal(req.rows, cases[i].rows);

        for (k = 0; k < 4 * req.rows; k++) {
            assert_true(x[k] == (float) (k + 1));
        }
    }

    memset(&w, 0, sizeof(w));
    w.x[0] = 0.1f;
    w.x[1] = -1;
    w.x[5] = 1e-45f;
    req.rows = 2;
    i = CSV->write(&plain, &req, w.x, buf, NULL);
    assert_true(i <= CSV->size(&plain, &req));
    buf[i] = '\0';
    assert_string_equal(buf, "0.1,-1,0\n0,0,1e-45\n");
}


static void
which_form(void **state)
{
    size_t  i;

    static const struct { const char *text, *form; }  cases[] = {
        { "{\"amount\":1,\"inputs\":[]}", "rows" },
        { "{\"x\":1,\"note\":2}", "rows" },
        { "{\"age \\\"x\\\"\":1}", "rows" },
        { "{\"x\":1}", "rows" },
        { "{\"id\":1}", "v2" },
        { "{}", "v2" },
        { "{\"x\":1,\"inputs\":[]}", "v2" },
        { "{\"inputs\":1}", "v2" },
        { "{\"instances\":1}", "v1_predict" },
        { " [", "rows" },
        { "{\"amount\":", "rows" },
        { "{\"x\":", "rows" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(wire_form(&info, "text/plain", cases[i].text),
                            cases[i].form);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_same_rows),
        cmocka_unit_test(one_row),
        cmocka_unit_test(numbers_as_categories),
        cmocka_unit_test(v2),
        cmocka_unit_test(integers),
        cmocka_unit_test(refusals),
        cmocka_unit_test(of_another),
        cmocka_unit_test(of_other_columns),
        cmocka_unit_test(context),
        cmocka_unit_test(cut),
        cmocka_unit_test(csv_numbers),
        cmocka_unit_test(which_form),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
