/*
 * Any bytes as a request for a model whose rows are doubles, or may have
 * numbers without a value: refused with a sentence, or rows within what the
 * form promised, of finite numbers and NaN alone; the same with marks, once
 * these are gone.
 * Not here: rows of floats that are all there (fuzz_columns.c, fuzz_wire.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_desc.h"
#include "maas_form.h"
#include "field/maas_field.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define MAX_ROWS  5
#define MODELS    4                /* columns, plain columns, a tensor of
                                      doubles and one of floats */

/* the first byte says which model, the second which form */

static const char *const  seeds[] = {
    "0r[{\"a\":0.10000000000000002,\"b\":null,\"c\":\"x\"},[null,true,\"?\"]]",
    "0i{\"instances\":[{\"a\":1e300},{\"c\":\"y\",\"b\":false}]}",
    "0i{\"inputs\":{\"a\":[1,null],\"b\":[null,0],\"c\":[\"x\",\"q\"]}}",
    "0c\"a\",c\r\n0.1,x\r\n,\r\n",
    "0ga=1e-310&b=no&c=",
    "1r[[1,null],[0.1,2]]", "1b01234567abcdefgh", "1cnan,1\n2,\n",
    "2r[1.7976931348623157e308,null]", "2b01234567abcdefgh",
    "2i{\"instances\":[[1e-5,12345678901234567890],[null,null]]}",
    "2v{\"inputs\":[{\"name\":\"input\",\"shape\":[2,2],\"datatype\":\"FP32\","
    "\"data\":[0.1,null,1e38,-2.5e-45]}]}",
    "2v{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"INT64\","
    "\"data\":[9007199254740993,null]}]}",
    "2t{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"INT32\","
    "\"parameters\":{\"binary_data_size\":8}}]}abcdefgh",
    "3r[[1,null],[0.1,2]]", "3babcdefgh",
    "3v{\"inputs\":[{\"name\":\"input\",\"shape\":[2],\"datatype\":\"UINT8\","
    "\"data\":[null,255]}]}",
};

static maas_arena_t   *arena;
static maas_fields_t   fields[2], marking[2];
static maas_info_t     infos[MODELS];


static void
make_columns(size_t k, const maas_column_t *c, size_t n)
{
    FUZZ_HOLDS(maas__fields_create(arena, c, n, &fields[k]) == MAAS_OK);

    fields[k].wide = 1;
    marking[k] = fields[k];
    marking[k].marks = 1;

    infos[k].n_columns = n;
    infos[k].columns = fields[k].names;
    infos[k].fields = fields[k].info;
    infos[k].reader = &fields[k];
    infos[k].marking = &marking[k];
    infos[k].in = fields[k].in;
}


static void
make_models(void)
{
    size_t  i;

    static const char *const  values[] = { "x", "y" };
    static const maas_column_t  kinds[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = MAAS_KEEP },
        { .name = "b", .kind = MAAS_FIELD_BOOLEAN, .missing = MAAS_KEEP },
        { .name = "c", .kind = MAAS_FIELD_CATEGORY, .n_values = 2,
          .values = values, .codes = 1 },
    };
    static const maas_column_t  numbers[] = {
        { .name = "a", .kind = MAAS_FIELD_NUMBER, .missing = MAAS_KEEP },
        { .name = "b", .kind = MAAS_FIELD_NUMBER, .missing = MAAS_KEEP },
    };

    arena = maas__arena_create(1 << 20);
    FUZZ_HOLDS(arena != NULL);

    make_columns(0, kinds, 3);
    make_columns(1, numbers, 2);

    for (i = 0; i < MODELS; i++) {
        infos[i].input_name = "input";
        infos[i].output_name = "output";
        infos[i].task = MAAS_TASK_REGRESSION;
        infos[i].rank = 1;
        infos[i].in = i < 2 ? infos[i].in : 2;
        infos[i].shape[0] = infos[i].in;
        infos[i].wide = i < 3;
        infos[i].row = infos[i].in * maas__slot_size(infos[i].wide);
        infos[i].nan = i > 0;
        infos[i].plain = i > 0;
        infos[i].out = 1;
    }
}


static const maas_form_t *
form_of(uint8_t letter)
{
    switch (letter) {
    case 'r':
        return &maas_form_rows;
    case 'c':
        return &maas_form_csv;
    case 'g':
        return &maas_form_pairs;
    case 'b':
        return &maas_form_bytes;
    case 'v':
    case 't':
        return &maas_form_v2;
    default:
        return &maas_form_v1_predict;
    }
}


/* Finite, or the NaN that is no value: none that has not come */

static void
check_row(const maas_info_t *info, const void *x)
{
    size_t  i;
    double  v;

    for (i = 0; i < info->in; i++) {
        v = maas__slot(info->wide, x, i);
        FUZZ_HOLDS(!isinf(v) && !maas__slot_is_clear(info->wide, x, i));
    }
}


/* With marks the same is read, once these are gone; SIZE_MAX rows: nothing */

static void
check_marks(const maas_info_t *info, const maas_form_t *form,
    maas_body_t *body, const char *x, size_t rows)
{
    char            *again;
    size_t           i, k;
    maas_err_t       err;
    maas_request_t   req;

    again = malloc(form->bound(info, body) * info->row);
    FUZZ_HOLDS(again != NULL);
    body->marks = 1;

    FUZZ_HOLDS((form->read(info, body, again, &req, &err) == MAAS_OK)
               == (rows != SIZE_MAX));

    for (i = 0; rows != SIZE_MAX && i < rows; i++) {
        for (k = 0; k < info->n_columns; k++) {
            FUZZ_HOLDS((maas_row_mark(info->marking, k, again + i * info->row)
                        == MAAS_MARK_NONE)
                       == !isnan(maas__slot(info->wide, x + i * info->row,
                                            k)));
        }

        maas_row_unmark(info->marking, again + i * info->row);
        FUZZ_HOLDS(memcmp(again + i * info->row, x + i * info->row, info->row)
                   == 0);
    }

    free(again);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                *text, *x;
    size_t               i, len, bound;
    maas_err_t           err;
    maas_body_t          body = { 0 };
    maas_status_t        rc;
    maas_request_t       req;
    const maas_info_t   *info;
    const maas_form_t   *form;

    if (arena == NULL) {
        make_models();
    }

    if (size < 2) {
        return 0;
    }

    /* of just that size and without a terminator */

    len = size - 2;
    text = malloc(len ? len : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 2, len);

    info = &infos[data[0] % MODELS];
    form = form_of(data[1]);
    body.data = text;
    body.len = len;
    body.json_len = data[1] != 't' ? len : len < 8 ? 0 : len - 8;
    body.max_rows = MAX_ROWS;

    bound = form->bound(info, &body);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(bound * info->row);
    FUZZ_HOLDS(x != NULL);
    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));

    rc = form->read(info, &body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);

        for (i = 0; i < req.rows; i++) {
            check_row(info, x + i * info->row);
        }

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    if (info->n_columns > 0) {
        check_marks(info, form, &body, x, rc == MAAS_OK ? req.rows : SIZE_MAX);
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
