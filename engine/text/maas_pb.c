/*
 * Protocol buffers, field by field: a cursor and a writer.
 * Not here: what messages mean (wire/grpc/, and who answers requests).
 */

#include "maas_pb.h"

#include <string.h>


static int
pb_read_long(maas_pb_t *m, uint64_t *v)
{
    unsigned     shift;
    uint8_t      c;
    const char  *p;

    *v = 0;
    p = m->p;

    for (shift = 0; shift < 70; shift += 7) {
        if (p == m->end) {
            return 0;
        }

        c = (uint8_t) *p++;

        if (shift < 64) {
            *v |= (uint64_t) (c & 0x7f) << shift;
        }

        if (c < 0x80) {
            m->p = p;
            return 1;
        }
    }

    return 0;
}


/* Most have one byte */

static inline int
pb_read_varint(maas_pb_t *m, uint64_t *v)
{
    if (m->p != m->end && (uint8_t) *m->p < 0x80) {
        *v = (uint8_t) *m->p++;
        return 1;
    }

    return pb_read_long(m, v);
}


static int
pb_read_fixed(maas_pb_t *m, size_t n, uint64_t *v)
{
    if (maas_pb_len(*m) < n) {
        return 0;
    }

    *v = 0;
    memcpy(v, m->p, n);                /* both are little-endian */
    m->p += n;

    return 1;
}


static int
pb_read_number(maas_pb_t *m, unsigned wire, uint64_t *v)
{
    switch (wire) {

    case MAAS_PB_VARINT:
        return pb_read_varint(m, v);

    case MAAS_PB_FIXED64:
        return pb_read_fixed(m, 8, v);

    case MAAS_PB_FIXED32:
        return pb_read_fixed(m, 4, v);

    default:                           /* groups, which proto3 has not */
        return 0;
    }
}


int
maas_pb_next(maas_pb_t *p, maas_pb_field_t *f)
{
    uint64_t   key, v;
    maas_pb_t  at;

    if (p->p == p->end) {
        return 0;
    }

    at = *p;

    if (!pb_read_varint(&at, &key) || key >> 3 == 0 || key >> 32 != 0) {
        return -1;
    }

    f->number = (uint32_t) (key >> 3);
    f->wire = (maas_pb_wire_t) (key & 7);
    f->value = 0;
    f->bytes = (maas_pb_t) { NULL, NULL };

    if (f->wire != MAAS_PB_BYTES) {
        if (!pb_read_number(&at, f->wire, &f->value)) {
            return -1;
        }

    } else {
        if (!pb_read_varint(&at, &v) || v > maas_pb_len(at)) {
            return -1;
        }

        f->bytes = (maas_pb_t) { at.p, at.p + v };
        at.p += v;
    }

    p->p = at.p;                       /* as a pair it would wait for stores */

    return 1;
}


int
maas_pb_whole(maas_pb_t p)
{
    int              rc;
    maas_pb_field_t  f;

    do {
        rc = maas_pb_next(&p, &f);
    } while (rc > 0);

    return rc == 0;
}


int
maas_pb_find(maas_pb_t p, uint32_t number, maas_pb_wire_t wire,
    maas_pb_field_t *f)
{
    int              found;
    maas_pb_field_t  one;

    found = 0;

    while (maas_pb_next(&p, &one) > 0) {
        if (one.number == number && one.wire == wire) {
            *f = one;
            found = 1;
        }
    }

    return found;
}


int
maas_pb_entry(maas_pb_t entry, maas_pb_t *key, maas_pb_t *value)
{
    int              rc;
    maas_pb_field_t  f;

    *key = *value = (maas_pb_t) { NULL, NULL };

    while ((rc = maas_pb_next(&entry, &f)) > 0) {
        if (f.wire == MAAS_PB_BYTES && f.number <= 2) {
            *(f.number == 1 ? key : value) = f.bytes;
        }
    }

    return rc == 0;
}


int
maas_pb_is(maas_pb_t text, const char *s)
{
    size_t  n;

    n = strlen(s);

    return maas_pb_len(text) == n && (n == 0 || memcmp(text.p, s, n) == 0);
}


float
maas_pb_float(uint64_t bits)
{
    float     v;
    uint32_t  word;

    word = (uint32_t) bits;
    memcpy(&v, &word, sizeof(v));

    return v;
}


double
maas_pb_double(uint64_t bits)
{
    double  v;

    memcpy(&v, &bits, sizeof(v));

    return v;
}


int
maas_pb_list_next(maas_pb_list_t *l, maas_pb_field_t *f)
{
    int  rc;

    while (l->run.p == l->run.end) {
        rc = maas_pb_next(&l->rest, f);

        if (rc <= 0) {
            return rc;
        }

        if (f->number != l->number) {
            continue;
        }

        if (f->wire == l->wire) {
            return 1;
        }

        if (f->wire == MAAS_PB_BYTES) {
            l->run = f->bytes;
        }
    }

    f->number = l->number;
    f->wire = l->wire;

    return pb_read_number(&l->run, l->wire, &f->value) ? 1 : -1;
}


size_t
maas_pb_list_count(maas_pb_list_t l)
{
    int              rc;
    size_t           n;
    maas_pb_field_t  f;

    for (n = 0; (rc = maas_pb_list_next(&l, &f)) > 0; n++) { /* void */ }

    return rc == 0 ? n : SIZE_MAX;
}


void
maas_pb_list_read(maas_pb_list_t l, uint64_t *v, size_t n)
{
    size_t           i;
    maas_pb_field_t  f;

    for (i = 0; i < n && maas_pb_list_next(&l, &f) > 0; i++) {
        v[i] = f.value;
    }
}


static size_t
pb_print(char *p, uint64_t v)
{
    size_t  n;

    for (n = 0; v >= 0x80; n++) {
        p[n] = (char) (v | 0x80);
        v >>= 7;
    }

    p[n++] = (char) v;

    return n;
}


/* Where n bytes more stand, NULL if they do not fit; they count in any case */

static char *
pb_more(maas_pb_out_t *o, size_t n)
{
    size_t  at;

    at = o->len;
    o->len += n;

    return o->len <= o->room ? o->buf + at : NULL;
}


static void
pb_put_raw(maas_pb_out_t *o, const void *p, size_t n)
{
    char  *at;

    at = pb_more(o, n);

    if (at != NULL && n > 0) {
        memcpy(at, p, n);
    }
}


void
maas_pb_packed(maas_pb_out_t *o, uint64_t v)
{
    char  text[10];

    pb_put_raw(o, text, pb_print(text, v));
}


static void
pb_put_key(maas_pb_out_t *o, uint32_t number, maas_pb_wire_t wire)
{
    maas_pb_packed(o, (uint64_t) number << 3 | wire);
}


void
maas_pb_put_varint(maas_pb_out_t *o, uint32_t number, uint64_t v)
{
    pb_put_key(o, number, MAAS_PB_VARINT);
    maas_pb_packed(o, v);
}


void
maas_pb_put_float(maas_pb_out_t *o, uint32_t number, float v)
{
    pb_put_key(o, number, MAAS_PB_FIXED32);
    pb_put_raw(o, &v, sizeof(v));
}


void
maas_pb_put_double(maas_pb_out_t *o, uint32_t number, double v)
{
    pb_put_key(o, number, MAAS_PB_FIXED64);
    pb_put_raw(o, &v, sizeof(v));
}


char *
maas_pb_put_room(maas_pb_out_t *o, uint32_t number, size_t n)
{
    pb_put_key(o, number, MAAS_PB_BYTES);
    maas_pb_packed(o, n);

    return pb_more(o, n);
}


void
maas_pb_put_bytes(maas_pb_out_t *o, uint32_t number, const void *p, size_t n)
{
    char  *at;

    at = maas_pb_put_room(o, number, n);

    if (at != NULL && n > 0) {
        memcpy(at, p, n);
    }
}


void
maas_pb_put_text(maas_pb_out_t *o, uint32_t number, const char *s)
{
    maas_pb_put_bytes(o, number, s, strlen(s));
}


size_t
maas_pb_open(maas_pb_out_t *o, uint32_t number)
{
    pb_put_key(o, number, MAAS_PB_BYTES);

    return o->len;
}


/* The length goes before what it is of, which makes room for it */

void
maas_pb_close(maas_pb_out_t *o, size_t opened)
{
    char    text[10];
    size_t  n, len;

    len = o->len - opened;
    n = pb_print(text, len);
    o->len += n;

    if (o->len <= o->room) {
        memmove(o->buf + opened + n, o->buf + opened, len);
        memcpy(o->buf + opened, text, n);
    }
}
