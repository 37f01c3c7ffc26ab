/*
 * Protocol buffers, field by field.
 * Not here: what messages mean (onnx_model.c).
 */

#include "protobuf.h"

#include <string.h>


static int
proto_varint(train_proto_t *p, uint64_t *v)
{
    unsigned  shift;
    uint8_t   c;

    *v = 0;

    for (shift = 0; shift < 70; shift += 7) {
        if (p->at == p->end) {
            return 0;
        }

        c = *p->at++;

        if (shift < 64) {
            *v |= (uint64_t) (c & 0x7f) << shift;
        }

        if (c < 0x80) {
            return 1;
        }
    }

    return 0;
}


static int
proto_fixed(train_proto_t *p, size_t n, uint64_t *v)
{
    size_t  i;

    if ((size_t) (p->end - p->at) < n) {
        return 0;
    }

    *v = 0;

    for (i = 0; i < n; i++) {
        *v |= (uint64_t) p->at[i] << (8 * i);
    }

    p->at += n;

    return 1;
}


static int
proto_value(train_proto_t *p, unsigned wire, uint64_t *v)
{
    switch (wire) {

    case TRAIN_PROTO_VARINT:
        return proto_varint(p, v);

    case TRAIN_PROTO_64:
        return proto_fixed(p, 8, v);

    case TRAIN_PROTO_32:
        return proto_fixed(p, 4, v);

    default:
        return 0;
    }
}


int
train_proto_next(train_proto_t *p, train_field_t *f)
{
    uint64_t        key, len;
    train_proto_t   at;

    if (p->at == p->end) {
        return 0;
    }

    at = *p;
    memset(f, 0, sizeof(*f));

    if (!proto_varint(&at, &key) || key >> 3 == 0 || key >> 32 != 0) {
        return -1;
    }

    f->number = (uint32_t) (key >> 3);
    f->wire = key & 7;

    if (f->wire != TRAIN_PROTO_BYTES) {
        if (!proto_value(&at, f->wire, &f->value)) {
            return -1;
        }

        *p = at;
        return 1;
    }

    if (!proto_varint(&at, &len) || len > (uint64_t) (at.end - at.at)) {
        return -1;
    }

    f->bytes.at = at.at;
    f->bytes.end = at.at + len;
    p->at = f->bytes.end;

    return 1;
}


int
train_proto_whole(train_proto_t p)
{
    int            rc;
    train_field_t  f;

    do {
        rc = train_proto_next(&p, &f);
    } while (rc > 0);

    return rc == 0;
}


int
train_proto_find(train_proto_t p, uint32_t number, train_field_t *f)
{
    int            found;
    train_field_t  next;

    found = 0;

    while (train_proto_next(&p, &next) > 0) {
        if (next.number == number) {
            *f = next;
            found = 1;
        }
    }

    return found;
}


/* To v, or only counted if that is NULL */

static size_t
proto_walk(train_proto_t p, uint32_t number, unsigned wire, uint64_t *v)
{
    size_t         n;
    uint64_t       one;
    train_field_t  f;

    n = 0;

    while (train_proto_next(&p, &f) > 0) {
        if (f.number != number) {
            continue;
        }

        if (f.wire == wire) {
            if (v != NULL) {
                v[n] = f.value;
            }

            n++;
        }

        if (f.wire != TRAIN_PROTO_BYTES) {
            continue;
        }

        while (f.bytes.at != f.bytes.end
               && proto_value(&f.bytes, wire, &one))
        {
            if (v != NULL) {
                v[n] = one;
            }

            n++;
        }
    }

    return n;
}


size_t
train_proto_count(train_proto_t p, uint32_t number, unsigned wire)
{
    return proto_walk(p, number, wire, NULL);
}


void
train_proto_numbers(train_proto_t p, uint32_t number, unsigned wire,
    uint64_t *v)
{
    (void) proto_walk(p, number, wire, v);
}


float
train_proto_float(uint64_t bits)
{
    float     v;
    uint32_t  word;

    word = (uint32_t) bits;
    memcpy(&v, &word, sizeof(v));

    return v;
}


double
train_proto_double(uint64_t bits)
{
    double  v;

    memcpy(&v, &bits, sizeof(v));

    return v;
}
