/*
 * The parts of a model as a file of C, for to_c*.c alone.
 * Not here: what a description is (maas_desc.h).
 */

#ifndef TRAIN_TO_C_H
#define TRAIN_TO_C_H

#include "exporter.h"


typedef struct {
    train_exported_t   *e;
    const maas_desc_t  *d;
    FILE               *f;
    char               *name;          /* what all names begin with */
    const char         *row;           /* type of a row's numbers */
    size_t              stack;         /* bytes of values */
} train_c_t;


/* to_c_text.c: texts of C */

/* Code with the name for each @ and the type of rows for each $. */
void train_c_code(const train_c_t *c, const char *code);
/* A string that any compiler reads, whatever is in it. */
void train_c_string(const train_c_t *c, const char *s);
/* s within a comment: printable, and no end of it. */
void train_c_comment(const train_c_t *c, const char *s);
/* A constant that reads back to the same bits; finite, or NAN. */
void train_c_float(const train_c_t *c, float v);
void train_c_double(const train_c_t *c, double v);
/* "static const TYPE name[n] = { ... };" of floats and of names. */
void train_c_floats(const train_c_t *c, const char *name, size_t layer,
    const float *v, size_t n);
void train_c_texts(const train_c_t *c, const char *name,
    const char *const *s, size_t n);
/* The same of whole numbers, of the narrowest type: v(i) of n. */
typedef long (*train_c_number_t)(const void *of, size_t i);
void train_c_numbers(const train_c_t *c, const char *name, size_t layer,
    train_c_number_t v, const void *of, size_t n);

/* to_c_layers.c: what layers need but trees; a call of one, whose input is the
 * expression `in`, to the array `out`. */
void train_c_layers(const train_c_t *c);
void train_c_layer(const train_c_t *c, size_t i, const char *const *in,
    const char *out);

/* to_c_target.c: the same of layers of kind target. */
void train_c_targets(const train_c_t *c);
void train_c_target(const train_c_t *c, size_t i, const char *in,
    const char *out);

/* to_c_embed.c: the same of layers of kind embed. */
void train_c_embeds(const train_c_t *c);
void train_c_embed(const train_c_t *c, size_t i, const char *in,
    const char *out);

/* to_c_trees.c: the same of layer i of kind trees, with its tables. */
void train_c_trees(const train_c_t *c, size_t i);

/* to_c_prep.c: @_scale(x, z), if the file has scaling. */
int train_c_scales(const maas_desc_t *d);
void train_c_scale(const train_c_t *c);

/* to_c_columns.c: functions that set a value of a column.  Those of which
 * kinds it can do are a set of 1 << kind. */
#define TRAIN_C_KINDS  (1 << MAAS_FIELD_NUMBER | 1 << MAAS_FIELD_BOOLEAN      \
                        | 1 << MAAS_FIELD_CATEGORY)
void train_c_columns(const train_c_t *c);

/* to_c_main.c: main(). */
void train_c_main(const train_c_t *c);


#endif /* TRAIN_TO_C_H */
