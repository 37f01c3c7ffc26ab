/*
 * Elements of a tensor, one after the other, as bytes or in a message of
 * protobuf.
 * Not here: what an element becomes (the forms' files).
 */

#ifndef MAAS_CELLS_H
#define MAAS_CELLS_H

#include "maas_dtype.h"
#include "text/maas_pb.h"


typedef struct {
    maas_dtype_t    dtype;
    maas_pb_t       bytes;          /* what is left; of BYTES each behind its
                                       length in 4 bytes */
    size_t          width;          /* of numbers as bytes, one after the other;
                                       0: it takes more to find the next */
    unsigned        listed;         /* they are elements of this instead */
    maas_pb_list_t  list;
    size_t          count;          /* of the list */
    unsigned        repeats;        /* maas__cells_repeat() */
    maas_str_t      last;
    char            one[8];
} maas_cells_t;


/* As bytes */
maas_cells_t maas__cells_bytes(maas_dtype_t dt, const char *p, size_t len);

/* As elements of a field of a message, of the wire type that the dtype has
 * there.  A packed list of floats or doubles is taken as bytes, which it is.
 * 0: malformed. */
int maas__cells_list(maas_dtype_t dt, maas_pb_t message, uint32_t number,
    maas_cells_t *c);

/* The last one stands for those that are not there. */
void maas__cells_repeat(maas_cells_t *c);

/* May there be n of them?  Of texts as bytes only maas__cells_next() tells. */
int maas__cells_are(const maas_cells_t *c, size_t n);

/* The next one -> *s, as it is in a tensor of bytes, of a text its characters;
 * until the one after it.  BADSHAPE: it is not there, or does not end;
 * BADVALUE: out of range for the type. */
maas_status_t maas__cells_seek(maas_cells_t *c, maas_str_t *s);

static inline maas_status_t
maas__cells_next(maas_cells_t *c, maas_str_t *s)
{
    if (c->width == 0 || maas_pb_len(c->bytes) < c->width) {
        return maas__cells_seek(c, s);
    }

    *s = (maas_str_t) { c->bytes.p, c->width };
    c->bytes.p += c->width;

    return MAAS_OK;
}

/* n numbers, as many as there are, -> x(n), as maas__dtype_rows(). */
maas_status_t maas__cells_rows(maas_cells_t *c, size_t n, int wide, int nan,
    void *x, maas_err_t *err);


#endif /* MAAS_CELLS_H */
