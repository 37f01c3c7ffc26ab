/*
 * Messages of protobuf that grow as long as fields come.
 * Not here: the wire format (engine/text/maas_pb.c), what messages mean.
 */

#include "protobuf_out.h"

#include <string.h>

#include "text/maas_pb.h"


#define PB_FIELD  24               /* bytes before a field's own, and varints */


/* Room for a field of n bytes at the end of the message */

static maas_pb_out_t
pb_field(train_pb_t *m, size_t n)
{
    train_room(&m->p, &m->room, m->n + n + PB_FIELD, 1);

    return (maas_pb_out_t) { m->p, m->room, m->n };
}


void
train_pb_whole(train_pb_t *m, unsigned field, int64_t v)
{
    maas_pb_out_t  o;

    o = pb_field(m, 0);
    maas_pb_put_varint(&o, field, (uint64_t) v);
    m->n = o.len;
}


void
train_pb_float(train_pb_t *m, unsigned field, float v)
{
    maas_pb_out_t  o;

    o = pb_field(m, 0);
    maas_pb_put_float(&o, field, v);
    m->n = o.len;
}


void
train_pb_bytes(train_pb_t *m, unsigned field, const void *p, size_t n)
{
    maas_pb_out_t  o;

    o = pb_field(m, n);
    maas_pb_put_bytes(&o, field, p, n);
    m->n = o.len;
}


void
train_pb_text(train_pb_t *m, unsigned field, const char *s)
{
    train_pb_bytes(m, field, s, strlen(s));
}


void
train_pb_wholes(train_pb_t *m, unsigned field, const int64_t *v, size_t n)
{
    size_t         i, at;
    maas_pb_out_t  o;

    o = pb_field(m, 10 * n);
    at = maas_pb_open(&o, field);

    for (i = 0; i < n; i++) {
        maas_pb_packed(&o, (uint64_t) v[i]);
    }

    maas_pb_close(&o, at);
    m->n = o.len;
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
    train_room(&m->p, &m->room, m->n + part->n, 1);

    if (part->n > 0) {
        (void) memcpy(m->p + m->n, part->p, part->n);
        m->n += part->n;
    }

    train_pb_free(part);
}


void
train_pb_free(train_pb_t *m)
{
    train_free(m->p);
    (void) memset(m, 0, sizeof(train_pb_t));
}
