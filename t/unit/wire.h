/*
 * For the tests of the wire: a made-up model, bodies in exact-size memory.
 * No checks here.
 */

#ifndef WIRE_H
#define WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "maas.h"
#include "wire/json/maas_body.h"


/* What maas_model_info() would say of a model: (4) numbers in, 3 out. */

static const char *const  wire_labels[] = { "cat", "dog \"x\"", "a\xc3\xa4" };

static inline maas_info_t
wire_info(void)
{
    maas_info_t  info;

    memset(&info, 0, sizeof(info));
    info.name = "toy";
    info.task = MAAS_TASK_CLASSIFICATION;
    info.input_name = "input";
    info.output_name = "probs";
    info.rank = 1;
    info.shape[0] = 4;
    info.in = 4;
    info.out = 3;
    info.plain = 1;
    info.n_labels = 3;
    info.labels = wire_labels;

    return info;
}


/* Outcome of reading one body; x has just the room that was promised. */

typedef struct {
    maas_status_t   rc;
    maas_err_t      err;
    maas_request_t  req;
    size_t          room;
    float           x[4096];
} wire_t;

typedef enum {
    WIRE_V2,
    WIRE_ROWS,
    WIRE_BYTES,
    WIRE_V1,
    WIRE_V1_CLASSIFY,
    WIRE_V1_REGRESS
} wire_form_t;

#define WIRE_ALL  ((size_t) -1)    /* json_len: all of the body */

/* The body goes to memory of just its size, so that AddressSanitizer sees a
 * read before or behind it. */

static inline void
wire_read(wire_t *w, const maas_info_t *info, wire_form_t form,
    const void *body, size_t len, size_t json_len, size_t max_rows)
{
    char   *copy;
    float  *x;

    memset(w, 0, sizeof(wire_t));
    w->room = info->in
              * (form < WIRE_V1 ? maas__rows_bound(info, len, max_rows)
                                : maas__objects_bound(info, body, len,
                                                      max_rows));
    assert_true(w->room <= 4096);

    x = malloc(w->room * sizeof(float));
    copy = malloc(len);
    memcpy(copy, body, len);
    memset(x, 0x7f, w->room * sizeof(float));
    w->req.rows = 12345;

    switch (form) {
    case WIRE_V2:
        w->rc = maas__v2_read(info, NULL, copy, len,
                              json_len == WIRE_ALL ? len : json_len, max_rows,
                              x, &w->req, &w->err);
        break;
    case WIRE_ROWS:
        w->rc = maas__rows_read(info, NULL, copy, len, max_rows, x, &w->req,
                                &w->err);
        break;
    case WIRE_BYTES:
        w->rc = maas__bytes_read(info, copy, len, max_rows, x, &w->req,
                                 &w->err);
        break;
    case WIRE_V1:
    case WIRE_V1_CLASSIFY:
    case WIRE_V1_REGRESS:
        w->rc = maas__v1_read(info, NULL, (maas_v1_t) (form - WIRE_V1), copy,
                              len, max_rows, x, &w->req, &w->err);
    }

    if (w->rc == MAAS_OK && w->req.id.len > 0) {
        /* the caller's copy of the body lives longer than ours */
        w->req.id.data = (const char *) body + (w->req.id.data - copy);
    }

    memcpy(w->x, x, w->room * sizeof(float));
    free(copy);
    free(x);
}


/* xorshift64*: the same numbers on every run */

static inline uint64_t
wire_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;

    return *state * 0x2545f4914f6cdd1dull;
}


#endif /* WIRE_H */
