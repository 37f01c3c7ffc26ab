/*
 * Elements of a tensor from bytes, or from a repeated field of protobuf, whose
 * numbers are brought to what a tensor of bytes has.
 * Not here: names and shapes (json/maas_json_v2_input.c).
 */

#include "maas_int.h"
#include "maas_cells.h"

#include <string.h>


#define CELLS_STEP  64             /* numbers at a time */


/* What protobuf writes an element as */

static maas_pb_wire_t
cells_wire(maas_dtype_t dt)
{
    return dt == MAAS_F32 ? MAAS_PB_FIXED32
           : dt == MAAS_F64 ? MAAS_PB_FIXED64
           : dt == MAAS_BYTES ? MAAS_PB_BYTES : MAAS_PB_VARINT;
}


maas_cells_t
maas__cells_bytes(maas_dtype_t dt, const char *p, size_t len)
{
    return (maas_cells_t) {
        .dtype = dt, .bytes = { p, p + len },
        .width = maas__dtypes[dt].bits / 8
    };
}


void
maas__cells_repeat(maas_cells_t *c)
{
    c->repeats = 1;
    c->width = 0;
}


int
maas__cells_list(maas_dtype_t dt, maas_pb_t message, uint32_t number,
    maas_cells_t *c)
{
    size_t           width;
    maas_pb_t        rest;
    maas_pb_field_t  f;

    *c = (maas_cells_t) { .dtype = dt, .listed = 1 };
    c->list = maas_pb_list(message, number, cells_wire(dt));
    width = maas__dtypes[dt].bits / 8;
    rest = message;

    if ((dt == MAAS_F32 || dt == MAAS_F64)
        && maas_pb_next(&rest, &f) > 0 && rest.p == rest.end
        && f.number == number && f.wire == MAAS_PB_BYTES
        && maas_pb_len(f.bytes) % width == 0)
    {
        c->listed = 0;
        c->width = width;
        c->bytes = f.bytes;
        c->count = maas_pb_len(f.bytes) / width;
        return 1;
    }

    c->count = maas_pb_list_count(c->list);

    return c->count != SIZE_MAX;
}


int
maas__cells_are(const maas_cells_t *c, size_t n)
{
    size_t  width;

    if (c->repeats) {
        return c->count == n || (c->count > 0 && c->count < n);
    }

    if (c->listed) {
        return c->count == n;
    }

    width = maas__dtypes[c->dtype].bits / 8;

    return c->dtype == MAAS_BYTES
           || (maas_pb_len(c->bytes) % width == 0
               && maas_pb_len(c->bytes) / width == n);
}


/* A number of a message, in the bytes of its type */

static maas_status_t
cells_number(maas_cells_t *c, uint64_t v, maas_str_t *s)
{
    unsigned                 width;
    const maas_dtype_row_t  *row;

    row = &maas__dtypes[c->dtype];
    width = row->bits / 8;

    /* those of 32 bits have no more, whatever was sent */

    if (row->max != 0 && width < 8) {
        v = row->is_signed ? (uint64_t) (int64_t) (int32_t) (uint32_t) v
                           : (uint32_t) v;

        if (row->is_signed ? (int64_t) v > (int64_t) row->max
                             || (int64_t) v < -(int64_t) row->max - 1
                           : v > row->max)
        {
            return MAAS_BADVALUE;
        }
    }

    v = c->dtype == MAAS_BOOL ? v != 0 : v;
    memcpy(c->one, &v, sizeof(v));
    *s = (maas_str_t) { c->one, width };

    return MAAS_OK;
}


static maas_status_t
cells_listed(maas_cells_t *c, maas_str_t *s)
{
    maas_status_t    rc;
    maas_pb_field_t  f;

    if (maas_pb_list_next(&c->list, &f) <= 0) {
        *s = c->last;
        return c->repeats && c->count > 0 ? MAAS_OK : MAAS_BADSHAPE;
    }

    rc = MAAS_OK;

    if (c->dtype == MAAS_BYTES) {
        *s = (maas_str_t) { f.bytes.p, maas_pb_len(f.bytes) };

    } else {
        rc = cells_number(c, f.value, s);
    }

    c->last = *s;

    return rc;
}


maas_status_t
maas__cells_seek(maas_cells_t *c, maas_str_t *s)
{
    size_t    left;
    uint32_t  len;

    if (c->listed) {
        return cells_listed(c, s);
    }

    left = maas_pb_len(c->bytes);

    if (c->dtype != MAAS_BYTES) {
        s->data = c->bytes.p;
        s->len = maas__dtypes[c->dtype].bits / 8;

        if (left < s->len) {
            *s = c->last;
            return c->repeats && c->count > 0 ? MAAS_OK : MAAS_BADSHAPE;
        }

        c->bytes.p += s->len;
        c->last = *s;

        return MAAS_OK;
    }

    if (left < sizeof(len)) {
        return MAAS_BADSHAPE;
    }

    memcpy(&len, c->bytes.p, sizeof(len));

    if (len > left - sizeof(len)) {
        return MAAS_BADSHAPE;
    }

    *s = (maas_str_t) { c->bytes.p + sizeof(len), len };
    c->bytes.p += sizeof(len) + len;

    return MAAS_OK;
}


/* What is wrong with one of the numbers from number `first` on */

static maas_status_t
cells_wrong(const maas_cells_t *c, const char *src, size_t first, int wide,
    int nan, maas_err_t *err)
{
    size_t         i;
    double         x;
    maas_err_t     own;
    maas_status_t  rc;

    for (i = 0; /* void */ ; i++) {
        rc = maas__dtype_rows(c->dtype, src + i * (maas__dtypes[c->dtype].bits
                                                   / 8),
                              1, wide, nan, &x, &own);
        if (rc != MAAS_OK) {
            break;
        }
    }

    return maas__fail(err, rc, "number %zu%s", first + i,
                      own.msg + sizeof("number 0") - 1);
}


maas_status_t
maas__cells_rows(maas_cells_t *c, size_t n, int wide, int nan, void *x,
    maas_err_t *err)
{
    char           step[CELLS_STEP * 8];
    size_t         i, k, width;
    maas_str_t     s;
    maas_status_t  rc;

    if (!c->listed && !c->repeats) {
        return maas__dtype_rows(c->dtype, c->bytes.p, n, wide, nan, x, err);
    }

    width = maas__dtypes[c->dtype].bits / 8;

    for (i = 0; i < n; i += k) {
        for (k = 0; k < CELLS_STEP && i + k < n; k++) {
            rc = maas__cells_next(c, &s);

            if (rc != MAAS_OK) {
                return maas__fail(err, rc, "number %zu is %s", i + k,
                                  rc == MAAS_BADVALUE ? "out of range"
                                                      : "not there");
            }

            memcpy(step + k * width, s.data, width);
        }

        rc = maas__dtype_rows(c->dtype, step, k, wide, nan, x, NULL);

        if (rc != MAAS_OK) {
            return cells_wrong(c, step, i, wide, nan, err);
        }

        x = (char *) x + k * (wide ? sizeof(double) : sizeof(float));
    }

    return MAAS_OK;
}
