/*
 * Any bytes as a body: every reader, and where one accepts, every writer.
 * The first two bytes say how it came: the model, the form, the header.
 *
 * Besides not crashing: what is accepted is valid JSON by the plain check, is
 * finite and within the rows that were promised; numbers are the same the fast
 * way and byte by byte; answers are valid JSON in the size they asked for, with
 * explanations if these were asked for.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_form.h"
#include "text/maas_json.h"
#include "fuzz.h"


#define MAX_ROWS  16
#define MOST_IN   64


unsigned long  fuzz_accepted;

static const char *const  labels[] = { "a", "b\"c", "\xc3\xa4" };


/* From each of the first brackets on, both ways. */

static void
same_numbers(const char *body, size_t len)
{
    int            tries;
    float         *x[2];
    size_t         n[2], room;
    maas_err_t     err[2];
    maas_json_t    j[2];
    const char    *p, *end;
    maas_status_t  rc[2];

    end = body + len;

    for (tries = 0, p = body; tries < 6; tries++) {
        p = p < end ? memchr(p, '[', (size_t) (end - p)) : NULL;

        if (p == NULL) {
            break;
        }

        p++;
        room = len % 97;
        memset(err, 0, sizeof(err));

        for (int i = 0; i < 2; i++) {
            x[i] = calloc(room + 1, sizeof(float));
            n[i] = 0;
            j[i].start = body;
            j[i].p = p;
            j[i].end = end;
            maas__json_space(&j[i]);
        }

        rc[0] = maas__json_run_plain(&j[0], x[0], room, &n[0], &err[0]);
        rc[1] = maas__json_has_avx512()
                ? maas__json_run_avx512(&j[1], x[1], room, &n[1], &err[1])
                : maas__json_run_plain(&j[1], x[1], room, &n[1], &err[1]);

        FUZZ_HOLDS(rc[0] == rc[1] && n[0] == n[1] && j[0].p == j[1].p
              && strcmp(err[0].msg, err[1].msg) == 0);
        FUZZ_HOLDS(memcmp(x[0], x[1],
                          (n[0] < room ? n[0] : room) * sizeof(float))
              == 0);

        free(x[0]);
        free(x[1]);
    }
}


/* Explanations as a request wants them, made up -> told, its numbers and rows
 * in memory of the caller's */

static void
explained(const maas_info_t *info, const maas_request_t *req,
    maas_explained_t row[MAX_ROWS], double adds[MAX_ROWS * MOST_IN],
    maas_explanations_t *told)
{
    size_t  i;

    FUZZ_HOLDS(req->explain.top <= MAAS_EXPLAIN_TOP);
    FUZZ_HOLDS(req->explain.steps >= 1
               && req->explain.steps <= MAAS_EXPLAIN_STEPS_MAX);
    FUZZ_HOLDS(req->explain.label == MAAS_EXPLAIN_LIKELIEST
               || req->explain.label < (info->out == 1 ? 2 : info->out));

    for (i = 0; i < MAX_ROWS * MOST_IN; i++) {
        adds[i] = (double) (i * 2654435761u % 1000) / (i % 3 ? -999 : 1e-290);
    }

    for (i = 0; i < MAX_ROWS; i++) {
        row[i] = (maas_explained_t) {
            .output = req->explain.label == MAAS_EXPLAIN_LIKELIEST
                      ? i % info->out : req->explain.label,
            .score = -1.2345678901234567e-308, .base = 1e308, .error = -0.0
        };
    }

    *told = (maas_explanations_t) {
        .size = info->in, .top = req->explain.top, .row = row,
        .attributions = adds
    };
}


static void
answer(const maas_info_t *info, const maas_request_t *req,
    const maas_form_t *form)
{
    char    *buf;
    size_t   i, len, size, json_len;
    float   *y;

    y = calloc(req->rows * info->out + 1, sizeof(float));

    for (i = 0; i < req->rows * info->out; i++) {
        y[i] = (float) (i * 2654435761u % 1000) / 999;
    }

    size = form->size(info, req);
    buf = malloc(size);
    json_len = SIZE_MAX;
    len = form->write(info, req, y, buf, &json_len);
    json_len = json_len == SIZE_MAX ? len : json_len;
    FUZZ_HOLDS(len <= size && json_len <= len);
    FUZZ_HOLDS(maas__json_check(buf, json_len, 16, NULL) == MAAS_OK);

    free(buf);
    free(y);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    float               *x;
    double               adds[MAX_ROWS * MOST_IN];
    size_t               i, room;
    maas_err_t           err;
    maas_body_t          body = { 0 };
    maas_info_t          info;
    maas_status_t        rc;
    maas_request_t       req;
    maas_explained_t     row[MAX_ROWS];
    const maas_form_t   *form;
    maas_explanations_t  told;

    static const size_t  in[4] = { 1, 4, 6, MOST_IN };

    if (size < 2) {
        return 0;
    }

    memset(&info, 0, sizeof(info));
    info.name = "toy";
    info.task = (maas_task_t) (data[0] >> 2 & 3) % 3;
    info.input_name = "input";
    info.output_name = "probs";
    info.in = in[data[0] & 3];
    info.rank = 1;
    info.shape[0] = info.in;
    info.row = info.in * sizeof(float);
    info.plain = 1;
    info.out = info.task == MAAS_TASK_BINARY ? 1 : 3;
    info.n_labels = data[0] >> 4 & 1 ? 3 : 0;
    info.labels = labels;

    body.data = (const char *) data + 2;
    body.len = size - 2;
    body.json_len = body.len;
    body.max_rows = MAX_ROWS;

    switch (data[0] >> 5) {
    case 0:
        form = &maas_form_rows;
        break;
    case 1:
        form = &maas_form_bytes;
        body.json_len = 0;
        break;
    case 2:
    case 3:
        /* a tail of up to 255 bytes, or none of it is JSON */
        form = &maas_form_v2;
        body.json_len = data[1] < body.len ? body.len - data[1] : 0;
        break;
    case 7:
        /* the same for a model that takes pictures */
        form = &maas_form_v2;
        body.json_len = data[1] < body.len ? body.len - data[1] : 0;
        info.image = 1;
        info.rank = 2;
        info.shape[0] = 1;
        info.shape[1] = info.in;
        break;
    default:
        form = &maas_form_v2;
    }

    room = form->bound(&info, &body) * info.in;
    x = malloc(room * sizeof(float));
    memset(&err, 0, sizeof(err));

    rc = form->read(&info, &body, x, &req, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;
        FUZZ_HOLDS(req.rows <= MAX_ROWS && req.rows * info.in <= room);
        FUZZ_HOLDS(body.json_len == 0
                   || maas__json_check(body.data, body.json_len, 16, NULL)
                      == MAAS_OK);

        for (i = 0; i < req.rows * info.in; i++) {
            FUZZ_HOLDS(x[i] - x[i] == 0);
        }

        if (req.explain.wanted) {
            explained(&info, &req, row, adds, &told);
            req.explained = &told;
            req.binary |= req.explain_bytes != 0;
        }

        answer(&info, &req, &maas_form_v2);
        answer(&info, &req, &maas_form_rows);

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(strstr(err.msg, "unknown ") != NULL
                   || strchr(err.msg, '/') == NULL);
    }

    free(x);
    same_numbers(body.data, body.len);

    return 0;
}


/* Seeds: how, tail, and the body */

static const struct { uint8_t how, tail; const char *body; }  seeds[] = {
    { 0x81, 0, "{\"id\":\"7\",\"inputs\":[{\"name\":\"input\",\"shape\":[2,4],"
      "\"datatype\":\"FP32\",\"data\":[0.5,1e2,-3,0.0039215686,5,6,7,255]}],"
      "\"outputs\":[{\"name\":\"probs\","
      "\"parameters\":{\"binary_data\":true}}]}" },
    { 0x91, 0, "{\"inputs\":[{\"data\":[[1,2,3,4]],"
               "\"name\":\"input\",\"shape\":"
      "[1,4],\"datatype\":\"UINT8\",\"parameters\":{\"x\":[1,{\"y\":null}]}}],"
      "\"outputs\":[{\"name\":\"probs\","
      "\"parameters\":{\"classification\":2}}],"
      "\"parameters\":{\"binary_data_output\":true}}" },
    { 0x94, 0, "{\"inputs\":[{\"name\":\"input\",\"shape\":[3,1],\"datatype\":"
      "\"BOOL\",\"data\":[[true],[false],[true]]}],\"outputs\":[{\"name\":"
      "\"probs\",\"parameters\":{\"classification\":9}}]}" },
    { 0x91, 0, "{\"inputs\":[{\"name\":\"input\",\"shape\":[2,4],\"data\":"
      "[1,2,3,4,5,6,7,8],\"datatype\":\"INT64\",\"parameters\":null}],"
      "\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":"
      "true}},{\"name\":\"decision\"},{\"name\":\"probs\",\"parameters\":"
      "{\"classification\":2}}]}" },
    { 0x91, 0, "{\"parameters\":{\"explain\":\"top=3&steps=64&baseline=zero&"
      "label=b%22c\"},\"inputs\":[{\"name\":\"input\",\"shape\":[2,4],"
      "\"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6,7,8]}],\"outputs\":["
      "{\"name\":\"probs\"},"
      "{\"name\":\"attributions\",\"parameters\":{\"binary_data\":true}},"
      "{\"name\":\"reasons\",\"parameters\":{\"binary_data\":true}}]}" },
    { 0x81, 0, "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,4],\"datatype\":"
      "\"FP32\",\"data\":[1,2,3,4]}],\"parameters\":{\"explain\":true,"
      "\"binary_data_output\":true}}" },
    { 0xe1, 0, "{\"inputs\":[{\"name\":\"input\",\"shape\":[2,1],\"datatype\":"
      "\"BYTES\",\"data\":[[\"UDIgMiAyIDkgMCA5IDkgMA==\"],{\"b64\":"
      "\"UDIgMiAyI\\u0044kgMCA5IDkgMA\"}]}]}" },
    { 0xf1, 20, "{\"inputs\":[{\"name\":\"input\",\"shape\":[1],\"datatype\":"
      "\"BYTES\",\"parameters\":{\"binary_data_size\":20}}]}"
      "\x10\1\1\1P2 2 2 9 0 9 9 0" },
    { 0x41, 16, "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,4],\"datatype\":"
      "\"FP32\",\"parameters\":{\"binary_data_size\":16}}]}abc\x3e" "abc\x3e"
      "abc\x3e" "abc\x3e" },
    { 0x41, 4, "{\"inputs\":[{\"name\":\"input\",\"shape\":[4],\"datatype\":"
      "\"INT8\"}]}abcd" },
    { 0x01, 0, "[[1,2,3,4],[0.25,-1.5e-3,12345678901234567890,0]]" },
    { 0x02, 0, "[[[1,2,3],[4,5,6]],\n  [[7,8,9],[10,11,12]]]" },
    { 0x03, 0, "[0,0,0.0,255,0.51764706,0.0039215686,-1.5,0,0,0,7,16777217,"
      "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,"
      "0.12345678901234567,3,1e-45,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,"
      "21,22,23,24,25,26,-27]" },
    { 0x20, 0, "abc\x3e" "abc\x3f" }
};

size_t
fuzz_seed(unsigned i, uint8_t *buf, size_t room)
{
    size_t  len;

    if (i >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    len = strlen(seeds[i].body);
    buf[0] = seeds[i].how;
    buf[1] = seeds[i].tail;
    memcpy(buf + 2, seeds[i].body, len);

    if (seeds[i].how == 0xf1) {
        memset(buf + 2 + len - 19, 0, 3);          /* of a length */
    }

    return len + 2;
}
