/*
 * Protobuf's wire format, written: varints, and bytes with their length.
 * Not here: what messages mean.
 */

#include <string.h>

#include "protobuf_out.h"


#define PB_VARINT  0
#define PB_BYTES   2
#define PB_FIXED   5


static void
pb_put(train_pb_t *m, const void *p, size_t n)
{
    train_room(&m->p, &m->room, m->n + n, 1);

    if (n > 0) {
        (void) memcpy(m->p + m->n, p, n);
    }

    m->n += n;
}


/* Seven bits a byte, low ones first */

static void
pb_varint(train_pb_t *m, uint64_t v)
{
    size_t         n;
    unsigned char  b[10];

    for (n = 0; v > 0x7f; v >>= 7) {
        b[n++] = (unsigned char) (v | 0x80);
    }

    b[n++] = (unsigned char) v;
    pb_put(m, b, n);
}


static void
pb_key(train_pb_t *m, unsigned field, unsigned type)
{
    pb_varint(m, field << 3 | type);
}


void
train_pb_whole(train_pb_t *m, unsigned field, int64_t v)
{
    pb_key(m, field, PB_VARINT);
    pb_varint(m, (uint64_t) v);
}


void
train_pb_float(train_pb_t *m, unsigned field, float v)
{
    pb_key(m, field, PB_FIXED);
    pb_put(m, &v, sizeof(float));
}


void
train_pb_bytes(train_pb_t *m, unsigned field, const void *p, size_t n)
{
    pb_key(m, field, PB_BYTES);
    pb_varint(m, n);
    pb_put(m, p, n);
}


void
train_pb_text(train_pb_t *m, unsigned field, const char *s)
{
    train_pb_bytes(m, field, s, strlen(s));
}


void
train_pb_wholes(train_pb_t *m, unsigned field, const int64_t *v, size_t n)
{
    size_t      i;
    train_pb_t  part = { 0 };

    for (i = 0; i < n; i++) {
        pb_varint(&part, (uint64_t) v[i]);
    }

    train_pb_part(m, field, &part);
}


void
train_pb_part(train_pb_t *m, unsigned field, train_pb_t *part)
{
    train_pb_bytes(m, field, part->p, part->n);
    train_pb_free(part);
}


void
train_pb_join(train_pb_t *m, train_pb_t *part)
{
    pb_put(m, part->p, part->n);
    train_pb_free(part);
}


void
train_pb_free(train_pb_t *m)
{
    train_free(m->p);
    (void) memset(m, 0, sizeof(train_pb_t));
}
