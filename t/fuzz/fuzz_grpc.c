/*
 * Any bytes as a message of gRPC, and messages that are well formed whatever is
 * in them: refused with a sentence, or rows that are within what was promised,
 * finite, and the same once they come as raw numbers; answers are messages.
 */

#include <math.h>

#include "maas_form.h"
#include "field/maas_field.h"
#include "text/maas_pb.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define MAX_ROWS  5
#define ROOM      65536
#define DEPTH     8

/*
 * A first byte says what is read: "i" ModelInfer, "p" Predict, of a model of
 * columns in capitals.  What follows is the message as it is or, behind a
 * second byte "=", its fields: 5( is one that ) ends, 3:7 and 3:-7 varints,
 * 1'text' bytes, of which ~ is 0 and ^ is 1, 3[1 2] a packed list of varints.
 */

static const char *const  seeds[] = {
    "i=1'fuzz'2'1'3'id'5(1'input'2'FP32'3[2 3])7'abcdefghijklABCDEFGHIJKL'",
    "i=5(1'input'2'INT8'3:1 3:3 5(2[1 2 3]))6(1'output'2(1'classification'2("
    "2:2)))",
    "i=4(1'explain'2(3'top=2'))4(1'x'2(4'abcdefgh'))5(1'input'2'BOOL'3[1 3]5("
    "1:1 1:0 1:1))6(1'output')",
    "i=7'abcdef'5(1'input'2'BF16'3[3]4(1'x'2(1:1)))99:5",
    "i=5(1'input'2'UINT64'3[0 3])",
    "p=1(1'fuzz'2(1:3)3'serving_default')2(1'input'2(1:1 2(2(1:2)2(1:3))"
    "4'abcdefghijklABCDEFGHIJKL'))",
    "p=2(1'input'2(1:3 2(2(1:2)2(1:3))7:5))3'output'",
    "p=2(1'input'2(1:19 2(2(1:1)2(1:3))13[1 2 3]))1(4'stable')",
    "I=5(1'a'2'FP32'3[2])5(1'b'2'BOOL'3[2 1])5(1'c'2'BYTES'3[2])5(1'd'2'INT8'"
    "3[2])7'abcdABCD'7'^~'7'^~~~x~~~~'7'ab'",
    "I=5(1'a'2'INT64'3[2]5(3[1 -2]))5(1'b'2'BOOL'3[2]5(1[0 1]))5(1'c'2'BYTES'"
    "3[2 1]5(8'x'8'y'))5(1'd'2'BYTES'3[2]5(8'a b'8''))",
    "P=2(1'a'2(1:10 2(2(1:2))11:1))2(1'b'2(1:10 2(2(1:2))11[0 1]))2(1'c'2(1:7 "
    "2(2(1:2))8'x'8'7'))2(1'd'2(1:7 2(2(1:2)2(1:1))8'text'))",
};

static maas_arena_t   *arena;
static maas_fields_t   fields, marking;
static maas_info_t     tensor, columns;


static void
make_models(void)
{
    static const char *const  values[] = { "x", "y", "7" };
    static const char *const  labels[] = { "no", "yes" };
    static const maas_column_t  list[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = 2 },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = 0,
          .missing_slot = 1 },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1, .missing = 0, .missing_slot = 1 },
        { .name = "d", .kind = MAAS_FIELD_TEXT, .hash = 5, .shortest = 1,
          .longest = 3, .missing_slot = 1 },
    };

    tensor.name = "fuzz";
    tensor.input_name = "input";
    tensor.output_name = "output";
    tensor.task = MAAS_TASK_CLASSIFICATION;
    tensor.threshold = 0.5f;
    tensor.rank = 1;
    tensor.in = 3;
    tensor.row = 3 * sizeof(float);
    tensor.shape[0] = 3;
    tensor.out = 2;
    tensor.plain = 1;
    tensor.n_labels = 2;
    tensor.labels = labels;

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);
    FUZZ_HOLDS(maas__fields_create(arena, list, 4, &fields) == MAAS_OK);
    marking = fields;
    marking.marks = 1;

    columns = tensor;
    columns.input = MAAS_INPUT_COLUMNS;
    columns.in = fields.in;
    columns.row = fields.in * sizeof(float);
    columns.shape[0] = fields.in;
    columns.plain = 0;
    columns.n_columns = fields.n;
    columns.columns = fields.names;
    columns.fields = fields.info;
    columns.reader = &fields;
    columns.marking = &marking;
}


/* A number of a recipe at *p; *p is behind it */

static uint64_t
recipe_number(const uint8_t **p, const uint8_t *end)
{
    int       negative;
    uint64_t  v;

    negative = *p < end && **p == '-';
    *p += negative;

    for (v = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
        v = v * 10 + (uint64_t) (**p - '0');
    }

    return negative ? -v : v;
}


/* One field with this number at p; returns the end */

static const uint8_t *
recipe_field(maas_pb_out_t *o, uint32_t number, const uint8_t *p,
    const uint8_t *end)
{
    char           *text;
    size_t          at, i, n;
    const uint8_t  *close;

    if (*p == '\'') {
        p++;
        close = memchr(p, '\'', (size_t) (end - p));
        close = close == NULL ? end : close;
        n = (size_t) (close - p);
        text = maas_pb_put_room(o, number, n);

        for (i = 0; text != NULL && i < n; i++) {
            text[i] = p[i] == '~' ? 0 : p[i] == '^' ? 1 : (char) p[i];
        }

        return close == end ? end : close + 1;
    }

    if (*p == ':') {
        p++;
        maas_pb_put_varint(o, number, recipe_number(&p, end));

        return p;
    }

    at = maas_pb_open(o, number);

    for (p++; p < end && *p != ']'; p += p < end && *p == ' ') {
        close = p;
        maas_pb_packed(o, recipe_number(&p, end));
        p += p == close;
    }

    maas_pb_close(o, at);

    return p;
}


static size_t
recipe(const uint8_t *p, size_t len, char *buf)
{
    size_t          open[DEPTH];
    unsigned        deep;
    uint32_t        number;
    maas_pb_out_t   o = { buf, ROOM, 0 };
    const uint8_t  *end;

    end = p + len;
    deep = 0;

    while (p < end && o.len < ROOM / 2) {
        number = (uint32_t) recipe_number(&p, end) & 0x1fffffff;

        if (p == end) {
            break;
        }

        if (number > 0 && *p == '(' && deep < DEPTH) {
            open[deep++] = maas_pb_open(&o, number);
            p++;

        } else if (number > 0 && (*p == '\'' || *p == ':' || *p == '[')) {
            p = recipe_field(&o, number, p, end);

        } else {
            if (*p == ')' && deep > 0) {
                maas_pb_close(&o, open[--deep]);
            }

            p++;
        }
    }

    while (deep > 0) {
        maas_pb_close(&o, open[--deep]);
    }

    return o.len <= ROOM ? o.len : 0;
}


/* The rows as raw numbers are the same rows */

static void
check_raw(const maas_info_t *info, const float *x, size_t rows)
{
    char            *buf;
    float            again[3 * MAX_ROWS];
    size_t           at, list;
    maas_body_t      body = { 0 };
    maas_request_t   req;
    maas_pb_out_t    o = { NULL, 512, 0 };

    buf = o.buf = malloc(o.room);
    FUZZ_HOLDS(buf != NULL);

    at = maas_pb_open(&o, 5);
    maas_pb_put_text(&o, 1, "input");
    maas_pb_put_text(&o, 2, "FP32");
    list = maas_pb_open(&o, 3);
    maas_pb_packed(&o, rows);
    maas_pb_packed(&o, 3);
    maas_pb_close(&o, list);
    maas_pb_close(&o, at);
    maas_pb_put_bytes(&o, 7, x, rows * 3 * sizeof(float));

    body.data = buf;
    body.len = o.len;
    body.max_rows = MAX_ROWS;
    FUZZ_HOLDS(maas_form_grpc_infer.read(info, &body, again, &req, NULL)
               == MAAS_OK);
    FUZZ_HOLDS(req.rows == rows && req.binary);
    FUZZ_HOLDS(memcmp(again, x, rows * 3 * sizeof(float)) == 0);

    free(buf);
}


static void
check_answer(const maas_form_t *form, const maas_info_t *info,
    maas_request_t req)
{
    char      *buf;
    float      y[2 * MAX_ROWS];
    size_t     i, size, n, json_len;
    unsigned   binary;
    maas_pb_t  m;

    for (i = 0; i < 2 * MAX_ROWS; i++) {
        y[i] = (float) i * -1.2345678e-30f;
    }

    for (binary = 0; binary < 2; binary++) {
        req.binary = binary;
        req.version = (maas_str_t) { "12", 2 };
        size = form->size(info, &req);
        buf = malloc(size);
        FUZZ_HOLDS(buf != NULL);

        n = form->write(info, &req, y, buf, &json_len);
        FUZZ_HOLDS(n > 0 && n <= size);
        m = (maas_pb_t) { buf, buf + n };
        FUZZ_HOLDS(maas_pb_whole(m));

        free(buf);
    }
}


static void
check_which(const maas_body_t *body)
{
    maas_err_t         err;
    maas_status_t      rc;
    maas_grpc_which_t  w;

    rc = maas_grpc_infer_which(body->data, body->len, &w, &err);
    FUZZ_HOLDS(rc == MAAS_OK || (rc == MAAS_BADVALUE && err.msg[0] != '\0'));

    rc = maas_grpc_predict_which(body->data, body->len, &w, &err);
    FUZZ_HOLDS(rc == MAAS_OK || (rc == MAAS_BADVALUE && err.msg[0] != '\0'));
    FUZZ_HOLDS(rc != MAAS_OK || w.version.len < sizeof(w.digits));
}


static void
check(const maas_form_t *form, const maas_info_t *info,
    const maas_body_t *body)
{
    float           *x;
    size_t           i, bound;
    maas_err_t       err;
    maas_status_t    rc;
    maas_request_t   req;

    bound = form->bound(info, body);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(bound * info->row);
    FUZZ_HOLDS(x != NULL);
    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));

    rc = form->read(info, body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);

        for (i = 0; i < req.rows * info->in; i++) {
            FUZZ_HOLDS(body->marks || isfinite(x[i]));
        }

        if (info == &tensor) {
            check_raw(info, x, req.rows);
        }

        check_answer(form, info, req);

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    free(x);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char               *text;
    maas_body_t         body = { 0 };
    const maas_form_t  *form;
    const maas_info_t  *info;

    static char  made[ROOM];

    if (arena == NULL) {
        make_models();
    }

    if (size == 0) {
        return 0;
    }

    form = (data[0] | 0x20) == 'p' ? &maas_form_grpc_predict
                                   : &maas_form_grpc_infer;
    info = data[0] & 0x20 ? &tensor : &columns;

    /* of just that size and without a terminator */

    body.len = size - 1;

    if (size > 1 && data[1] == '=') {
        body.len = recipe(data + 2, size - 2, made);
    }

    text = malloc(body.len ? body.len : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, size > 1 && data[1] == '=' ? (const void *) made : data + 1,
           body.len);

    body.data = text;
    body.max_rows = MAX_ROWS;

    check_which(&body);
    check(form, info, &body);

    /* as a shadow's, and as counters read it */

    body.loose = 1;
    body.marks = info == &columns;
    check(form, info, &body);
    body.named = 1;
    check(form, info, &body);

    free(text);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}
