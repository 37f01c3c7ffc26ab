/*
 * Any bytes as a request for a model with columns, in each form that it may
 * come in: refused with a sentence, or rows of finite numbers, no more of them
 * than there is memory for.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_form.h"
#include "field/maas_field.h"
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
    "C{\"inputs\":[{\"name\":\"n\",\"shape\":[2],"
    "\"datatype\":\"FP64\",\"data\":"
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
    "E# of fuzz\n#n;c;t\r1;a;b\"c\r\r\"2\" ; \"b\" ;\r",
    "Esep=|\nc|n\nb|1\n",
    "E1.5;a;x,w\n2.5;b;\"y;z\"\n",
    "E1 b c\n2  1 \"d e\"\n",
    "Fn=1&c=%61&t=a+b",
    "H[[1,2,3],[4,5,6]]",
    "H[[1,\"2\",null]]",
    "I{\"instances\":[[1,2,3]]}",
    "MA,B,C\n1,2,3\n4,5,6\n",
    "P[\"abc\",\"d\",null]",
    "U\n\nabc\n",
    "U#late; paid\n\"\"\n",
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
    t->info.row = t->info.in * sizeof(float);
    t->info.shape[0] = t->fields.in;
    t->info.out = 2;
    t->info.n_labels = 2;
    t->info.labels = labels;
    t->info.n_columns = n;
    t->info.columns = t->fields.names;
    t->info.fields = t->fields.info;
    t->info.reader = &t->fields;
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
    const table_t       *t;
    const maas_form_t   *form;

    static const maas_form_t *const  forms[N_FORMS] = {
        [ROWS] = &maas_form_rows,
        [V1] = &maas_form_v1_predict,
        [V1_CLASSIFY] = &maas_form_v1_classify,
        [V2] = &maas_form_v2,
        [V2_TAIL] = &maas_form_v2,
        [CSV] = &maas_form_csv,
        [FORM] = &maas_form_pairs,
        [BYTES] = &maas_form_bytes
    };

    if (arena == NULL) {
        make_tables();
    }

    if (size == 0) {
        return 0;
    }

    form = forms[data[0] % N_FORMS];
    t = &tables[(data[0] - '@') / N_FORMS % 3u];

    /* body and rows in memory of just their size */

    len = size - 1;
    text = malloc(len ? len : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 1, len);

    body.data = text;
    body.len = len;
    body.json_len = data[0] % N_FORMS == V2_TAIL && len > TAIL ? len - TAIL
                                                               : len;
    body.max_rows = MAX_ROWS;

    bound = form->bound(&t->info, &body);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(bound * t->info.in * sizeof(float));
    FUZZ_HOLDS(x != NULL);

    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));

    rc = form->read(&t->info, &body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);

        for (i = 0; i < req.rows * t->info.in; i++) {
            FUZZ_HOLDS(isfinite(x[i]));
        }

    } else {
        FUZZ_HOLDS(rc == MAAS_BADVALUE || rc == MAAS_BADNAME
                   || rc == MAAS_BADSHAPE || rc == MAAS_TOOBIG
                   || rc == MAAS_UNSUPPORTED);
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    FUZZ_HOLDS(maas_form_find(&t->info, "text/plain", 10, &body) != NULL);

    free(x);
    free(text);

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
