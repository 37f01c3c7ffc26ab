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

#include "maas_form.h"


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
    info.row = info.in * sizeof(float);
    info.out = 3;
    info.plain = 1;
    info.threshold = 0.5f;
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

#define WIRE_V2           (&maas_form_v2)
#define WIRE_ROWS         (&maas_form_rows)
#define WIRE_BYTES        (&maas_form_bytes)
#define WIRE_V1           (&maas_form_v1_predict)
#define WIRE_V1_CLASSIFY  (&maas_form_v1_classify)
#define WIRE_V1_REGRESS   (&maas_form_v1_regress)
#define WIRE_CSV          (&maas_form_csv)
#define WIRE_PAIRS        (&maas_form_pairs)

#define WIRE_ALL  ((size_t) -1)    /* json_len: all of the body */

/* The body goes to memory of just its size, so that AddressSanitizer sees a
 * read before or behind it. */

static inline void
wire_read(wire_t *w, const maas_info_t *info, const maas_form_t *form,
    const void *data, size_t len, size_t json_len, size_t max_rows)
{
    char         *copy;
    float        *x;
    maas_body_t   body = { 0 };

    copy = malloc(len);
    memcpy(copy, data, len);

    body.data = copy;
    body.len = len;
    body.json_len = json_len == WIRE_ALL ? len : json_len;
    body.max_rows = max_rows;

    memset(w, 0, sizeof(wire_t));
    w->room = info->in * form->bound(info, &body);
    assert_true(w->room <= 4096);

    x = malloc(w->room * sizeof(float));
    memset(x, 0x7f, w->room * sizeof(float));
    w->req.rows = 12345;

    w->rc = form->read(info, &body, x, &w->req, &w->err);

    if (w->req.id.len > 0) {
        /* the caller's copy of the body lives longer than ours */
        w->req.id.data = (const char *) data + (w->req.id.data - copy);
    }

    memcpy(w->x, x, w->room * sizeof(float));
    free(copy);
    free(x);
}


/* The name of the form that a body of this type is in */

static inline const char *
wire_form(const maas_info_t *info, const char *type, const char *data)
{
    maas_body_t         body = { 0 };
    const maas_form_t  *form;

    body.data = data;
    body.len = strlen(data);
    body.json_len = body.len;
    body.max_rows = 1;

    form = maas_form_find(info, type, strlen(type), &body);

    return form == NULL ? "none" : form->name;
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
