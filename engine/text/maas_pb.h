/*
 * Messages of protocol buffers (protobuf.dev, "Encoding"): a cursor that walks
 * one without building anything, and a writer into memory of the caller's.
 * Nothing is allocated.  Not here: what messages mean.
 */

#ifndef MAAS_PB_H
#define MAAS_PB_H

#include <stddef.h>
#include <stdint.h>


typedef enum {
    MAAS_PB_VARINT = 0,
    MAAS_PB_FIXED64 = 1,
    MAAS_PB_BYTES = 2,              /* text, bytes, a message, a packed list */
    MAAS_PB_FIXED32 = 5
} maas_pb_wire_t;

/* What is left of a message, or of a packed list; {NULL, NULL} is empty. */

typedef struct {
    const char  *p;
    const char  *end;
} maas_pb_t;

typedef struct {
    uint32_t        number;
    maas_pb_wire_t  wire;
    uint64_t        value;          /* of numbers: their bits */
    maas_pb_t       bytes;          /* of bytes: they, in the message */
} maas_pb_field_t;


/*
 * Reading.  Bytes are untrusted: nothing beyond a message's end is read.
 * Fields come in any order and as often as they like; of what is not repeated
 * the last one holds.  A field of another wire type than the one that is meant
 * is one that nobody knows, to be passed over.
 */

/* The next field -> *f: 1; 0 at the end; -1 if there is no such thing, which
 * p->p then stands on: a number of no field, a group, a length beyond the
 * end. */
int maas_pb_next(maas_pb_t *p, maas_pb_field_t *f);

/* Is it a message from end to end, as far as its own fields go? */
int maas_pb_whole(maas_pb_t p);

/* The last field with that number and wire type: 1, or 0 if there is none. */
int maas_pb_find(maas_pb_t p, uint32_t number, maas_pb_wire_t wire,
    maas_pb_field_t *f);

/* The entry of a map whose keys are texts: its key and the fields of its value,
 * a message; both may be empty.  0: `entry` is not whole. */
int maas_pb_entry(maas_pb_t entry, maas_pb_t *key, maas_pb_t *value);

/* Is it this text? */
int maas_pb_is(maas_pb_t text, const char *s);

static inline size_t
maas_pb_len(maas_pb_t p)
{
    return (size_t) (p.end - p.p);
}

/* The number with these bits: of float, the low 32, and of double.  Whole ones
 * are their bits, but for sint32 and sint64, which no message here has. */
float maas_pb_float(uint64_t bits);
double maas_pb_double(uint64_t bits);


/* Elements of a repeated field, packed or not, in several pieces as well.
 * `wire` is that of one element. */

typedef struct {
    maas_pb_t       rest;           /* of the message */
    maas_pb_t       run;            /* of a packed list in it */
    uint32_t        number;
    maas_pb_wire_t  wire;
} maas_pb_list_t;

static inline maas_pb_list_t
maas_pb_list(maas_pb_t message, uint32_t number, maas_pb_wire_t wire)
{
    return (maas_pb_list_t) { message, { NULL, NULL }, number, wire };
}

/* The next element -> *f: 1, 0 at the end, -1 as maas_pb_next(). */
int maas_pb_list_next(maas_pb_list_t *l, maas_pb_field_t *f);

/* How many there are from here on; SIZE_MAX: malformed. */
size_t maas_pb_list_count(maas_pb_list_t l);

/* The next n numbers, which are there, -> v(n), as they are: bits of floats, of
 * signed numbers. */
void maas_pb_list_read(maas_pb_list_t l, uint64_t *v, size_t n);


/*
 * Writing, as snprintf() does it: what does not fit is counted, not written,
 * so that buf NULL and room 0 say how much room is needed.  Fields are written
 * as they are told, empty ones and zeros too.
 */

typedef struct {
    char    *buf;
    size_t   room;
    size_t   len;                   /* so far; over room: it did not fit */
} maas_pb_out_t;

/* int32, int64, uint32, uint64, bool, enum; negative ones as (uint64_t) v. */
void maas_pb_put_varint(maas_pb_out_t *o, uint32_t number, uint64_t v);
void maas_pb_put_float(maas_pb_out_t *o, uint32_t number, float v);
void maas_pb_put_double(maas_pb_out_t *o, uint32_t number, double v);
void maas_pb_put_bytes(maas_pb_out_t *o, uint32_t number, const void *p,
    size_t n);
void maas_pb_put_text(maas_pb_out_t *o, uint32_t number, const char *s);

/* A field of n bytes, which the caller writes where this points to: NULL, they
 * do not fit. */
char *maas_pb_put_room(maas_pb_out_t *o, uint32_t number, size_t n);

/* A message in the message, or a packed list: what is written between the two
 * is in it.  They nest. */
size_t maas_pb_open(maas_pb_out_t *o, uint32_t number);
void maas_pb_close(maas_pb_out_t *o, size_t opened);

/* An element of a packed list of varints: no number before it. */
void maas_pb_packed(maas_pb_out_t *o, uint64_t v);


#endif /* MAAS_PB_H */
