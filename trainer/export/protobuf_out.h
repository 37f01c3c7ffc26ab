/*
 * Messages of protobuf that grow, on text/maas_pb.h.
 * Not here: any message (to_onnx*.c).
 */

#ifndef TRAIN_PROTOBUF_OUT_H
#define TRAIN_PROTOBUF_OUT_H

#include "util.h"


/* A message in the making; zeros to begin with. */

typedef struct {
    char    *p;
    size_t   n;
    size_t   room;
} train_pb_t;


/* protobuf_out.c: fields of a message, in any order */

void train_pb_whole(train_pb_t *m, unsigned field, int64_t v);
void train_pb_float(train_pb_t *m, unsigned field, float v);
void train_pb_bytes(train_pb_t *m, unsigned field, const void *p, size_t n);
void train_pb_text(train_pb_t *m, unsigned field, const char *s);
/* Many numbers as one field. */
void train_pb_wholes(train_pb_t *m, unsigned field, const int64_t *v,
    size_t n);
/* part becomes the field and is empty from now on. */
void train_pb_part(train_pb_t *m, unsigned field, train_pb_t *part);
/* Fields of part, as they are, behind those of m; part is empty. */
void train_pb_join(train_pb_t *m, train_pb_t *part);
void train_pb_free(train_pb_t *m);


#endif /* TRAIN_PROTOBUF_OUT_H */
