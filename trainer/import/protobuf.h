/*
 * The wire format of protocol buffers, walked over without building anything.
 * Bytes are untrusted: nothing is read beyond a message's end.
 * Not here: what messages mean.
 */

#ifndef TRAIN_PROTOBUF_H
#define TRAIN_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>


#define TRAIN_PROTO_VARINT   0
#define TRAIN_PROTO_64       1
#define TRAIN_PROTO_BYTES    2
#define TRAIN_PROTO_32       5

/* What is left of a message, or of a packed list */

typedef struct {
    const uint8_t  *at;
    const uint8_t  *end;
} train_proto_t;

typedef struct {
    uint32_t        number;
    unsigned        wire;
    uint64_t        value;             /* of a varint, 64 or 32 bits */
    train_proto_t   bytes;             /* of bytes: the message, text or list */
} train_field_t;

/* The next field: 1; 0 at the end; -1 if there is no such field, then p->at
 * stands on it. */
int train_proto_next(train_proto_t *p, train_field_t *f);

/* Is it a message from end to end? */
int train_proto_whole(train_proto_t p);

/* The last field with that number of a message: 1, or 0 if there is none. */
int train_proto_find(train_proto_t p, uint32_t number, train_field_t *f);

/* Numbers of a repeated field, packed or not, of wire type `wire`. */
size_t train_proto_count(train_proto_t p, uint32_t number, unsigned wire);

/* The same into v(count), as they are: bits of floats, of signed numbers. */
void train_proto_numbers(train_proto_t p, uint32_t number, unsigned wire,
    uint64_t *v);

/* The number with these bits. */
float train_proto_float(uint64_t bits);
double train_proto_double(uint64_t bits);


#endif /* TRAIN_PROTOBUF_H */
