/*
 * Any bytes as a request for a model of columns, in every form: refused with a
 * sentence, or rows that are within what the form promised, and finite.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_form.h"
#include "field/maas_field.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define MAX_ROWS  5

/* a first byte says which form */

static const char *const  seeds[] = {
    "a{\"instances\":[{\"a\":1.5,\"b\":true,\"c\":\"x\",\"d\":\"a \\u00e9\"},"
    "{\"a\":[\"2\"],\"c\":{\"b64\":\"eA==\"},\"d\":null}]}",
    "a{\"instances\":[[1,true,\"x\",2.5],[\"1\",null,7,false]]}",
    "a{\"inputs\":{\"a\":[1,2],\"b\":[[true],[0]],\"c\":[\"x\",1e3],\"d\":["
    "\"\",\"\\ud83d\\ude42\"]}}",
    "b{\"context\":{\"a\":1},\"examples\":[{\"c\":\"y\"},{\"a\":2}]}",
    "c[{\"a\":1,\"d\":\"t\"},{\"a\":2}]",
    "c{\"a\":-1e-3,\"b\":\"yes\"}",
    "d{\"inputs\":[{\"name\":\"a\",\"shape\":[2],"
    "\"datatype\":\"FP32\",\"data\":"
    "[1,2]},{\"name\":\"b\",\"shape\":[2,1],\"datatype\":\"BOOL\",\"data\":["
    "[true],[false]]},{\"datatype\":\"BYTES\",\"data\":[\"x\",\"y\"],\"name\":"
    "\"c\",\"shape\":[2]},{\"name\":\"d\",\"shape\":[2],\"datatype\":\"INT8\","
    "\"data\":[1,null]}]}",
    "e{\"inputs\":[{\"name\":\"a\",\"shape\":[1],\"datatype\":\"FP64\","
    "\"parameters\":{\"binary_data_size\":8}},{\"name\":\"b\",\"shape\":[1],"
    "\"datatype\":\"BOOL\",\"data\":[true]},{\"name\":\"c\",\"shape\":[1],"
    "\"datatype\":\"BYTES\",\"data\":[\"x\"]},{\"name\":\"d\",\"shape\":[1],"
    "\"datatype\":\"BYTES\",\"data\":[\"x\"]}]}aaaaaa@@",
    "fa,d\n1,\"x \"\"y\"\"\"\r\n2,\n",
    "f1,yes,x,some text\n",
    "ga=1&b=on&c=%78&d=a+text&&",
};

static maas_arena_t   *arena;
static maas_fields_t   fields, marking;
static maas_info_t     info;


static void
make_fields(void)
{
    static const char *const  values[] = { "x", "y", "7" };
    static const maas_column_t  columns[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = NAN },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = 0,
          .missing_slot = 1 },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1 },
        { .name = "d", .kind = MAAS_FIELD_TEXT, .hash = 5, .shortest = 1,
          .longest = 3 },
    };

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);
    FUZZ_HOLDS(maas__fields_create(arena, columns, 4, &fields) == MAAS_OK);

    info.input_name = "input";
    info.output_name = "output";
    info.task = MAAS_TASK_CLASSIFICATION;
    info.rank = 1;
    info.in = fields.in;
    info.row = info.in * sizeof(float);
    info.shape[0] = fields.in;
    info.out = 2;
    info.n_columns = fields.n;
    info.columns = fields.names;
    info.fields = fields.info;
    info.reader = &fields;
    marking = fields;
    marking.marks = 1;
    info.marking = &marking;
}


static const maas_form_t *
form_of(uint8_t letter)
{
    switch (letter) {
    case 'b':
        return &maas_form_v1_classify;
    case 'c':
        return &maas_form_rows;
    case 'd':
    case 'e':
        return &maas_form_v2;
    case 'f':
        return &maas_form_csv;
    case 'g':
        return &maas_form_pairs;
    default:
        return &maas_form_v1_predict;
    }
}


/* With marks the same is read, x(rows,in), once these are gone; SIZE_MAX rows:
 * nothing is */

static void
check_marks(const maas_form_t *form, maas_body_t *body, const float *x,
    size_t rows)
{
    float           *again;
    size_t           i;
    maas_err_t       err;
    maas_request_t   req;

    again = malloc(form->bound(&info, body) * info.in * sizeof(float));
    FUZZ_HOLDS(again != NULL);
    body->marks = 1;

    FUZZ_HOLDS((form->read(&info, body, again, &req, &err) == MAAS_OK)
               == (rows != SIZE_MAX));

    for (i = 0; rows != SIZE_MAX && i < rows; i++) {
        maas_row_unmark(info.marking, again + i * info.in);
        FUZZ_HOLDS(memcmp(again + i * info.in, x + i * info.in,
                          info.in * sizeof(float)) == 0);
    }

    body->marks = 0;
    free(again);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                *text;
    float               *x;
    size_t               i, len, bound;
    maas_err_t           err;
    maas_body_t          body = { 0 };
    maas_status_t        rc;
    maas_request_t       req;
    const maas_form_t   *form;

    if (arena == NULL) {
        make_fields();
    }

    if (size == 0) {
        return 0;
    }

    /* of just that size and without a terminator */

    len = size - 1;
    text = malloc(len ? len : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 1, len);

    body.data = text;
    body.len = len;
    body.json_len = data[0] != 'e' ? len : len < 8 ? 0 : len - 8;
    body.max_rows = MAX_ROWS;
    form = form_of(data[0]);

    bound = form->bound(&info, &body);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(bound * info.in * sizeof(float));
    FUZZ_HOLDS(x != NULL);
    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));
    FUZZ_HOLDS(maas_form_find(&info, "text/plain", 10, &body) != NULL);

    rc = form->read(&info, &body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);

        for (i = 0; i < req.rows * info.in; i++) {
            FUZZ_HOLDS(isfinite(x[i]));
        }

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    check_marks(form, &body, x, rc == MAAS_OK ? req.rows : SIZE_MAX);

    /* as a shadow reads it: no more of it is wrong than before, but values that
     * have no names */

    body.loose = 1;
    FUZZ_HOLDS(form->read(&info, &body, x, &req, &err) == MAAS_OK
               || rc != MAAS_OK);
    body.named = 1;

    if (form->read(&info, &body, x, &req, &err) == MAAS_OK) {
        FUZZ_HOLDS(req.rows <= bound);
    }

    free(x);
    free(text);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}
