/*
 * Any bytes as a request for a model with columns, in each form that it may
 * come in: refused with a sentence, or rows of finite numbers, no more of them
 * than there is memory for.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas.h"
#include "maas_desc.h"
#include "maas_mem.h"
#include "field/maas_field.h"
#include "wire/json/maas_body.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define MAX_ROWS  9
#define TAIL      12               /* bytes behind the JSON of v2 */

/* a first byte says which form and, by eights, which model */

enum { ROWS, V1, V1_CLASSIFY, V2, V2_TAIL, CSV, FORM, BYTES, N_FORMS };

static const char *const  seeds[] = {
    "@{\"n\":1.5,\"c\":\"b\",\"t\":\"abc\"}",
    "@[[1,\"a\",\"x\\u00e4\"],[0,true,null],{\"n\":[3]}]",
    "A{\"instances\":[{\"n\":1},{\"t\":{\"b64\":\"YWJj\"},\"n\":2},[1,2,3]]}",
    "A{\"inputs\":{\"c\":[1,null],\"n\":[3,4],\"t\":[\"\",\"b\"]}}",
    "B{\"context\":{\"n\":7,\"c\":\"a\"},\"examples\":[{},{\"t\":\"z\"},{}]}",
    "C{\"inputs\":[{\"name\":\"n\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":"
    "[1,2]},{\"name\":\"c\",\"shape\":[2,1],\"datatype\":\"BYTES\",\"data\":"
    "[[\"a\"],[null]]},{\"data\":[1,2],\"name\":\"t\",\"shape\":[2],"
    "\"datatype\":\"INT8\"}]}",
    "D{\"inputs\":[{\"name\":\"n\",\"shape\":[1],\"datatype\":\"INT16\","
    "\"parameters\":{\"binary_data_size\":2}},{\"name\":\"c\",\"shape\":[1],"
    "\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":5}},{"
    "\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{"
    "\"binary_data_size\":5}}]}\1\0\1\0\0\0a\1\0\0\0b",
    "E1,a,some text\n2,,\"quo\"\"ted\"\n",
    "Et, c ,n\r\n\"x\ny\",b,1\r\n,,2\r\n",
    "Fn=1&c=%61&t=a+b",
    "H[[1,2,3],[4,5,6]]",
    "H[[1,\"2\",null]]",
    "I{\"instances\":[[1,2,3]]}",
    "MA,B,C\n1,2,3\n4,5,6\n",
    "P[\"abc\",\"d\",null]",
    "U\n\nabc\n",
};

typedef struct {
    maas_info_t     info;
    maas_fields_t   fields;
} table_t;

static maas_arena_t  *arena;
static table_t        tables[3];


static void
make_table(table_t *t, const maas_column_t *columns, size_t n, int plain)
{
    static const char *const  labels[] = { "no", "yes" };

    FUZZ_HOLDS(maas__fields_create(arena, columns, n, &t->fields) == MAAS_OK);

    memset(&t->info, 0, sizeof(maas_info_t));

    t->info.name = "fuzz";
    t->info.task = MAAS_TASK_CLASSIFICATION;
    t->info.input = MAAS_INPUT_COLUMNS;
    t->info.input_name = "input";
    t->info.output_name = "output";
    t->info.rank = 1;
    t->info.in = t->fields.in;
    t->info.shape[0] = t->fields.in;
    t->info.out = 2;
    t->info.n_labels = 2;
    t->info.labels = labels;
    t->info.n_columns = n;
    t->info.columns = t->fields.names;
    t->info.fields = t->fields.info;
    t->info.plain = plain;
}


static void
make_tables(void)
{
    static const char *const  values[] = { "a", "b", "1" };

    static const maas_column_t  mixed[] = {
        { .name = "n", .kind = MAAS_FIELD_NUMBER, .missing = NAN },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1, .missing_slot = 1 },
        { .name = "t", .kind = MAAS_FIELD_TEXT, .hash = 40, .shortest = 1,
          .longest = 3 }
    };

    static const maas_column_t  plain[] = {
        { .name = "A", .kind = MAAS_FIELD_NUMBER, .missing = 0 },
        { .name = "B", .kind = MAAS_FIELD_NUMBER, .missing = 0 },
        { .name = "C", .kind = MAAS_FIELD_NUMBER, .missing = 0 }
    };

    static const maas_column_t  text[] = {
        { .name = "t", .kind = MAAS_FIELD_TEXT, .hash = 200, .shortest = 2,
          .longest = 2 }
    };

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);

    make_table(&tables[0], mixed, 3, 0);
    make_table(&tables[1], plain, 3, 1);
    make_table(&tables[2], text, 1, 0);
}


static maas_status_t
read_body(const table_t *t, unsigned form, const char *body, size_t len,
    size_t json_len, float *x, maas_request_t *req, maas_err_t *err)
{
    const maas_info_t    *info;
    const maas_fields_t  *f;

    info = &t->info;
    f = &t->fields;

    switch (form) {
    case ROWS:
        return maas__rows_read(info, f, body, len, MAX_ROWS, x, req, err);
    case V1:
        return maas__v1_read(info, f, MAAS_V1_PREDICT, body, len, MAX_ROWS, x,
                             req, err);
    case V1_CLASSIFY:
        return maas__v1_read(info, f, MAAS_V1_CLASSIFY, body, len, MAX_ROWS,
                             x, req, err);
    case V2:
    case V2_TAIL:
        return maas__v2_read(info, f, body, len, json_len, MAX_ROWS, x, req,
                             err);
    case CSV:
        return maas__csv_read(info, f, body, len, MAX_ROWS, x, req, err);
    case FORM:
        return maas__form_read(info, f, body, len, x, req, err);
    default: /* BYTES */
        return maas__bytes_read(info, body, len, MAX_ROWS, x, req, err);
    }
}


/* as ngx_http_maas_form.c has it */

static size_t
bound_of(const table_t *t, unsigned form, const char *body, size_t len)
{
    switch (form) {
    case ROWS:
    case V1:
    case V1_CLASSIFY:
        return maas__objects_bound(&t->info, body, len, MAX_ROWS);
    case CSV:
        return maas__csv_bound(body, len, MAX_ROWS);
    case FORM:
        return 1;
    default:
        return maas__rows_bound(&t->info, len, MAX_ROWS);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char             *body;
    float            *x;
    size_t            i, len, json_len, bound;
    unsigned          form;
    maas_err_t        err;
    maas_status_t     rc;
    maas_request_t    req;
    const table_t    *t;

    if (arena == NULL) {
        make_tables();
    }

    if (size == 0) {
        return 0;
    }

    form = data[0] % N_FORMS;
    t = &tables[(data[0] - '@') / N_FORMS % 3u];

    /* body and rows in memory of just their size */

    len = size - 1;
    body = malloc(len ? len : 1);
    FUZZ_HOLDS(body != NULL);
    memcpy(body, data + 1, len);

    bound = bound_of(t, form, body, len);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(bound * t->info.in * sizeof(float));
    FUZZ_HOLDS(x != NULL);

    json_len = form == V2_TAIL && len > TAIL ? len - TAIL : len;
    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));

    rc = read_body(t, form, body, len, json_len, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);

        for (i = 0; i < req.rows * t->info.in; i++) {
            FUZZ_HOLDS(isfinite(x[i]));
        }

    } else {
        FUZZ_HOLDS(rc == MAAS_BADVALUE || rc == MAAS_BADSHAPE
                   || rc == MAAS_TOOBIG || rc == MAAS_UNSUPPORTED);
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    (void) maas__json_form(&t->fields, body, len);

    free(x);
    free(body);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    size_t  len;

    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    len = strlen(seeds[n]);

    if (seeds[n][0] == 'D') {
        len += TAIL - 1;           /* its first byte is no zero */
    }

    memcpy(buf, seeds[n], len);

    return len;
}
