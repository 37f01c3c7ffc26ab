/*
 * Any bytes as a body of one record: refused with a sentence, or fields that
 * lie in the body or in scratch; and where the form's own reader takes the
 * body as a row, a row of the fields has its bits.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_form.h"
#include "field/maas_field.h"
#include "text/maas_json.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define SLOTS    16
#define COLUMNS  4

/* a first byte says which content type */

static const char *const  seeds[] = {
    "a{\"a\":1.5,\"b\":true,\"c\":\"x\",\"d\":\"a \\u00e9\",\"e\":[1,{}]}",
    "a[{\"a\":\"2\",\"c\":7,\"d\":null}]",
    "a {\"\\u0061\":-1e-3,\"b\":\"y\\u0065s\"}\n",
    "b{\"a\":1,\"a\":2}",
    "ba=1&b=on&c=%78&d=a+text&&%61=2",
    "ca,d\n1,\"x \"\"y\"\"\"\r\n",
    "csep=;\nc;b;a\ny;no;1,5\n",
};

typedef struct {
    const char  *text, *scratch;
    size_t       len;
    float        x[SLOTS];
    unsigned     seen;                 /* a bit each */
    unsigned     other;                /* what is no row: twice, nested, no
                                          column, or a value that is wrong */
} fuzz_row_t;

static maas_arena_t   *arena;
static maas_fields_t   fields;
static maas_info_t     info;


static void
make_fields(void)
{
    static const char *const  values[] = { "x", "y", "7" };
    static const maas_column_t  columns[COLUMNS] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = 3 },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = 0,
          .missing_slot = 1 },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 3,
          .values = values, .other = 1 },
        { .name = "d", .kind = MAAS_FIELD_TEXT, .hash = 5, .shortest = 1,
          .longest = 3 },
    };

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);
    FUZZ_HOLDS(maas__fields_create(arena, columns, COLUMNS, &fields)
               == MAAS_OK);
    FUZZ_HOLDS(fields.in <= SLOTS);

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
}


static int
lies_in(const char *p, size_t len, const char *from, size_t size)
{
    return p >= from && len <= size && (size_t) (p - from) <= size - len;
}


static void
each(void *data, const maas_body_field_t *f)
{
    size_t       column;
    fuzz_row_t  *row = data;

    FUZZ_HOLDS(lies_in(f->name.data, f->name.len, row->text, row->len)
               || lies_in(f->name.data, f->name.len, row->scratch, row->len));
    FUZZ_HOLDS(lies_in(f->value.data, f->value.len, row->text, row->len)
               || lies_in(f->value.data, f->value.len, row->scratch,
                          row->len));

    if (f->kind == MAAS_VALUE_NESTED || f->kind == MAAS_VALUE_DIGITS) {
        FUZZ_HOLDS(maas__json_check(f->value.data, f->value.len, 64, NULL)
                   == MAAS_OK);
    }

    column = maas_column_find(&fields, f->name.data, f->name.len);

    if (column == SIZE_MAX || (row->seen & 1u << column)
        || maas_row_field(&fields, column, f, row->x, NULL) != MAAS_OK)
    {
        row->other = 1;
        return;
    }

    row->seen |= 1u << column;
}


/* What the form's reader says of it, and how many rows */

static maas_status_t
read_form(maas_str_t type, maas_str_t text, float *x, size_t *rows)
{
    float               *room;
    maas_err_t           err;
    maas_body_t          body;
    maas_status_t        rc;
    maas_request_t       req;
    const maas_form_t   *form;

    body = (maas_body_t) { .data = text.data, .len = text.len,
                           .json_len = text.len, .max_rows = 2 };
    form = maas_form_find(&info, type.data, type.len, &body);
    FUZZ_HOLDS(form != NULL);

    room = malloc(form->bound(&info, &body) * info.in * sizeof(float));
    FUZZ_HOLDS(room != NULL);

    rc = form->read(&info, &body, room, &req, &err);
    *rows = rc == MAAS_OK ? req.rows : 0;

    if (*rows == 1) {
        memcpy(x, room, info.in * sizeof(float));
    }

    free(room);

    return rc;
}


static void
check(maas_str_t type, maas_str_t text, char *scratch)
{
    float          x[SLOTS];
    size_t         rows;
    maas_err_t     err;
    fuzz_row_t     row;
    maas_status_t  rc;

    memset(&row, 0, sizeof(row));
    memset(&err, 0, sizeof(err));
    row.text = text.data;
    row.len = text.len;
    row.scratch = scratch;
    maas_row_clear(&fields, row.x);

    rc = maas_body_fields(type, text, scratch, each, &row, &err);

    if (rc != MAAS_OK) {
        FUZZ_HOLDS(rc == MAAS_BADVALUE || rc == MAAS_BADSHAPE);
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        return;
    }

    fuzz_accepted++;

    if (row.other || row.seen == 0) {
        return;
    }

    FUZZ_HOLDS(read_form(type, text, x, &rows) == MAAS_OK && rows == 1);
    FUZZ_HOLDS(memcmp(x, row.x, info.in * sizeof(float)) == 0);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char        *text, *scratch;
    size_t       len;
    maas_str_t   type;

    static const char *const  types[] = {
        "application/json", "application/x-www-form-urlencoded", "text/csv"
    };

    if (arena == NULL) {
        make_fields();
    }

    if (size == 0) {
        return 0;
    }

    /* of just that size and without a terminator */

    len = size - 1;
    text = malloc(len ? len : 1);
    scratch = malloc(len ? len : 1);
    FUZZ_HOLDS(text != NULL && scratch != NULL);
    memcpy(text, data + 1, len);

    type.data = types[data[0] == 'b' ? 1 : data[0] == 'c' ? 2 : 0];
    type.len = strlen(type.data);

    check(type, (maas_str_t) { text, len }, scratch);

    free(text);
    free(scratch);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}
