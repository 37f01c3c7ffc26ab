/*
 * JSON: lines of results on a stream, or a document in memory.  What it says
 * is its writer's matter.
 */

#ifndef TRAIN_JSON_H
#define TRAIN_JSON_H

#include <stdio.h>

#include "text/maas_json_write.h"


/* json.c: one object on a line; what the stream makes of a failure is the
 * caller's matter */

void train_json_begin(maas_writer_t *w, FILE *f);
void train_json_end(maas_writer_t *w);

/* One object as text, which is there once done and is to be given to
 * train_free(); text and size stay until then. */
void train_json_memory(maas_writer_t *w, char **text, size_t *size);
void train_json_done(maas_writer_t *w);

/* Members; in a list without a name (NULL).  kind: '{' or '[', to be closed. */
void train_json_open(maas_writer_t *w, const char *name, char kind);
void train_json_text(maas_writer_t *w, const char *name, const char *s);
void train_json_flag(maas_writer_t *w, const char *name, int v);
/* Reads back to the same number; null if it is not finite. */
void train_json_number(maas_writer_t *w, const char *name, double v);


#endif /* TRAIN_JSON_H */
