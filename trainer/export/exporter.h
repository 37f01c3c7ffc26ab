/*
 * A model file of ours -> what other programs run.
 * Not here: what is asked of the user (cmd/cmd_export.c), and how a network is
 * trained or written as our own file (model.h).
 */

#ifndef TRAIN_EXPORTER_H
#define TRAIN_EXPORTER_H

#include <stdio.h>

#include "maas_desc.h"
#include "util.h"


/* An export in the making: what it is of, what was asked for, and the bytes so
 * far. */

typedef struct {
    const maas_desc_t  *desc;          /* as the engine read the file */

    int                 tensor;        /* the row of slots is the input, not a
                                          value for each column */
    int                 program;       /* of C: with main() */
    const char         *name;          /* of what is made: an identifier of C,
                                          or NULL: of the model's */

    FILE               *f;             /* where the bytes go, in memory */
    size_t              n_notes;       /* what people should know, a sentence
                                          each, to be freed */
    char              **notes;
    char               *why;           /* (TRAIN_WHY) why it cannot be done */
} train_exported_t;


/* The kinds of files, each in a file of its own.  X(constant): write() puts
 * all bytes, or leaves a sentence at e->why that names what it is about, with
 * a way out, and returns -1. */

#define TRAIN_EXPORTERS(X)                                                    \
    X(onnx)                                                                   \
    X(c)                                                                      \
    X(lightgbm)

typedef struct {
    const char    *name;               /* for --to */
    const char    *suffix;             /* by which it is known: ".c" */
    const char    *what;               /* for people */
    int          (*write)(train_exported_t *e);
} train_exporter_t;

#define TRAIN_EXPORTER_DECLARE(name)                                          \
    extern const train_exporter_t  train_export_##name;
TRAIN_EXPORTERS(TRAIN_EXPORTER_DECLARE)


/* exporter.c */

#define TRAIN_EXPORTER_CONSTANT(name)  TRAIN_EXPORTER_##name,

enum { TRAIN_EXPORTERS(TRAIN_EXPORTER_CONSTANT) TRAIN_N_EXPORTERS };

extern const train_exporter_t *const  train_exporters[TRAIN_N_EXPORTERS];

/* The one of that suffix, -1: none. */
int train_exporter_find(const char *path);

/* All bytes of it, to be given to train_free(); NULL with e->why.  What is
 * asked for is set; notes are to be given to train_exported_free(). */
void *train_exporter_run(const train_exporter_t *x, train_exported_t *e,
    size_t *size);
void train_exported_free(train_exported_t *e);


/* exported.c: for exporters */

/* A sentence for people, printf's format. */
void train_exported_note(train_exported_t *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The first column of none of the kinds, a set of 1 << kind; NULL: all are. */
const maas_column_t *train_exported_odd(const maas_desc_t *d, unsigned kinds);


#endif /* TRAIN_EXPORTER_H */
