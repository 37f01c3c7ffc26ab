/*
 * Any bytes as a request body: refused with a sentence, or read into rows.
 * What the readers accept must be JSON to the plain checker too, and every
 * number must survive being printed and read again.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_desc.h"
#include "maas_form.h"
#include "text/maas_json.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define MAX_ROWS  7

/* a first byte says which reader and where the JSON ends */

static const char *const  seeds[] = {
    "a[1,2.5,-3e-2]",
    "a[[1,2,3],[4,5,6]]",
    "a [ [0.1 , 1e10, -0] ]\r\n",
    "b{\"inputs\":[{\"name\":\"input\",\"shape\":[2,3],\"datatype\":\"FP32\","
    "\"data\":[1,2,3,4,5,6]}]}",
    "b{\"id\":\"a\\u00e9\",\"parameters\":{\"x\":[1,{}]},\"inputs\":[{\"name\":"
    "\"input\",\"shape\":[1,3],\"datatype\":\"INT32\",\"data\":[[1,2,3]]}],"
    "\"outputs\":[{\"name\":\"output\","
    "\"parameters\":{\"binary_data\":true}}]}",
    "c{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3],\"datatype\":\"FP32\","
    "\"parameters\":{\"binary_data_size\":12}}]}abcdefghijkl",
    "dabcdefghijkl",
    "e{\"instances\":[[1,2,3],[4,5,6]]}",
    "e{\"instances\":[{\"input\":[1,2,3]},{\"input\":[[4],[5],[6]]}]}",
    "e{\"signature_name\":\"serving_default\",\"inputs\":[[1,2,3]]}",
    "e{\"x\":{},\"inputs\":{\"input\":[[1,2,3],[4,5,6]]}}",
    "f{\"examples\":[{\"input\":[1,2,3]},{}],\"context\":{\"input\":"
    "[4,5,6]}}",
};

static maas_model_t  *model;


static void
make_model(void)
{
    float          weight[6] = { 1, -1, 0.5, 0.25, -2, 0 }, bias[2] = { 0, 1 };
    maas_desc_t    desc;
    maas_node_t    node;
    maas_column_t  column;
    maas_output_t  output = { "output", 1, 0 };

    memset(&desc, 0, sizeof(desc));
    memset(&column, 0, sizeof(column));

    column.scaling = "none";
    column.factor = 1;

    maas__node_init(&node, maas__op_find("dense"));
    (void) maas__node_set(&node, "units", 2);
    node.tensors[0].data = weight;
    node.tensors[1].data = bias;

    desc.name = "fuzz";
    desc.task = MAAS_TASK_CLASSIFICATION;
    desc.input_name = "input";
    desc.shape = maas__shape_flat(MAAS_F32, 3);
    desc.in = 3;
    desc.n_columns = 1;
    desc.columns = &column;
    desc.n_nodes = 1;
    desc.nodes = &node;
    desc.n_outputs = 1;
    desc.outputs = &output;
    desc.out = 2;
    desc.parameters = 8;
    desc.document = "{}";

    FUZZ_HOLDS(maas__node_shape(&node, 0, &desc.shape, NULL) == MAAS_OK);
    FUZZ_HOLDS(maas__model_plan(&desc, 0, MAAS_ISA_AUTO, &model, NULL)
               == MAAS_OK);
}


static void
check_numbers(const float *x, size_t n)
{
    char    text[MAAS_FLOAT_MAX];
    float   back;
    size_t  i, len;

    for (i = 0; i < n; i++) {
        FUZZ_HOLDS(isfinite(x[i]));
        len = maas__float_print(x[i], text);
        FUZZ_HOLDS(len > 0 && len <= MAAS_FLOAT_MAX);
        FUZZ_HOLDS(maas__json_float(text, text + len, &back) == text + len);
        FUZZ_HOLDS(memcmp(&back, &x[i], sizeof(float)) == 0);
    }
}


static void
check_answer(const maas_form_t *form, const maas_request_t *req)
{
    char               *buf;
    float               y[2 * MAX_ROWS];
    size_t              i, size, n, json_len;
    const maas_info_t  *info;

    for (i = 0; i < 2 * MAX_ROWS; i++) {
        y[i] = (float) i * -1.2345678e-30f;
    }

    info = maas_model_info(model);
    size = form->size(info, req);
    buf = malloc(size ? size : 1);
    FUZZ_HOLDS(buf != NULL);

    json_len = 0;
    n = form->write(info, req, y, buf, &json_len);
    FUZZ_HOLDS(n <= size && json_len <= n);

    if (form->answer == NULL) {
        json_len = n;
    }

    FUZZ_HOLDS(json_len == 0
               || maas__json_check(buf, json_len, 16, NULL) == MAAS_OK);

    free(buf);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                *text;
    float               *x;
    size_t               len, bound;
    maas_err_t           err;
    maas_body_t          body = { 0 };
    maas_status_t        rc;
    maas_request_t       req;
    const maas_form_t   *form;
    const maas_info_t   *info;

    static const maas_form_t *const  forms[8] = {
        &maas_form_bytes, &maas_form_rows, &maas_form_v2, &maas_form_v2,
        &maas_form_bytes, &maas_form_v1_predict, &maas_form_v1_classify,
        &maas_form_bytes
    };

    if (model == NULL) {
        make_model();
    }

    if (size == 0) {
        return 0;
    }

    /* of just that size and without a terminator */

    len = size - 1;
    text = malloc(len ? len : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 1, len);

    info = maas_model_info(model);
    form = forms[data[0] & 7];
    body.data = text;
    body.len = len;
    body.json_len = (data[0] & 7) == 3 && len >= 12 ? len - 12 : len;
    body.max_rows = MAX_ROWS;

    memset(&req, 0, sizeof(req));
    memset(&err, 0, sizeof(err));

    /* as much memory as a reader is promised, and no more */

    bound = form->bound(info, &body);
    FUZZ_HOLDS(bound >= 1 && bound <= MAX_ROWS);

    x = malloc(3 * bound * sizeof(float));
    FUZZ_HOLDS(x != NULL);

    FUZZ_HOLDS(maas_form_find(info, "text/plain", 10, &body) != NULL);

    rc = form->read(info, &body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= bound);
        FUZZ_HOLDS(form == &maas_form_bytes || body.json_len == 0
                   || maas__json_check(body.data, body.json_len, 16, NULL)
                      == MAAS_OK);

        if (form != &maas_form_bytes && body.json_len == len) {
            check_numbers(x, 3 * req.rows);
        }

        check_answer(form, &req);
        check_answer(&maas_form_v2, &req);
        check_answer(&maas_form_v1_classify, &req);

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
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
