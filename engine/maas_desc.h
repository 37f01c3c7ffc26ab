/*
 * A description: what a model file says, checked, nothing packed yet.  The
 * reader makes one of a file, the trainer makes one to write a file.
 */

#ifndef MAAS_DESC_H
#define MAAS_DESC_H

#include "maas_int.h"
#include "op/maas_op.h"

#include <math.h>


/* A missing number or boolean is NaN for the layers, which know what that is */

#define MAAS_KEEP  INFINITY


/* A part of a date, which becomes one slot, z = (value - shift) * factor, or
 * two if it is a cycle */

typedef struct {
    maas_part_kind_t    kind;
    double              shift;     /* of no cycle */
    double              factor;
} maas_part_t;

typedef struct {
    const char         *name;      /* the column's, NULL for a tensor */
    maas_field_kind_t   kind;
    size_t              at;        /* first slot */
    size_t              width;     /* slots */

    const char         *scaling;   /* for people, maas__scaling_names */
    float               shift;     /* z = (number - shift) * factor */
    float               factor;
    float               clip;      /* 0: none, else z is softly bounded */
    size_t              n_knots;   /* 0: none, else z goes along a line */
    const float        *knots;     /* (n_knots) rising */
    const float        *levels;    /* (n_knots) */

    float               missing;   /* number, boolean; NAN: none; MAAS_KEEP */
    unsigned            missing_slot;  /* the last slot says "missing" */
    unsigned            other;     /* a slot for values not in the list */
    size_t              n_values;  /* category with a list of values */
    const char *const  *values;
    unsigned            codes;     /* category: one slot, the value's place
                                      among values; NaN if it has none */
    size_t              hash;      /* slots hashed into; 0: not hashed */
    unsigned            shortest;  /* text: characters of a piece */
    unsigned            longest;

    /* what a text means: documents of version 2 */
    size_t              n_blanks;  /* texts for "missing", beside those of any
                                      column */
    const char *const  *blanks;
    maas_compare_t      compare;   /* category, text */
    char                decimal;   /* number; 0: a point */
    char                thousands; /* what stands between groups of digits; a
                                      blank: of any kind; 0: nothing */
    size_t              n_units;   /* beside a number, such as "%" */
    const char *const  *units;
    maas_date_form_t    date;
    size_t              n_parts;
    const maas_part_t  *parts;
} maas_column_t;

/* A part of the answer: the value of a node, numbers [at, at + its numbers) of
 * each row */

typedef struct {
    const char          *name;
    unsigned             from;     /* 0: network input, i + 1: node i */
    size_t               at;
} maas_output_t;

typedef struct {
    size_t               version;       /* of the document */
    const char          *name;
    maas_task_t          task;

    maas_input_t         input;
    const char          *input_name;
    maas_shape_t         shape;        /* of the network's input: F64 if rows
                                          are */
    int                  nan;          /* numbers of a tensor may be NaN */
    int                  image;
    size_t               in;           /* numbers a row */
    size_t               n_columns;     /* 1 for a tensor: its scaling */
    maas_column_t       *columns;

    size_t               n_nodes;
    maas_node_t         *nodes;

    size_t               n_outputs;    /* 1 today */
    maas_output_t       *outputs;
    size_t               out;          /* numbers a row, of all of them */
    float                threshold;     /* binary */
    size_t               n_labels;
    const char         **labels;
    const float         *decision;      /* (out) weights, NULL: all alike */
    size_t               n_others;
    maas_other_t        *others;        /* columns that are no input */
    maas_usual_t        *usual;         /* (n_columns), NULL: not known */
    maas_reference_t    *reference;     /* (n_columns), NULL: not known */

    const float         *baseline;      /* (in) means of a row of training, as
                                           maas_run() has it; NULL: not known */

    const char          *trained_on;    /* NULL: not known */
    size_t               trained_rows;  /* 0: not known */

    size_t               parameters;
    const char          *document;      /* JSON text of the document */
    uint32_t             crc32c;
} maas_desc_t;


/* maas_model.c: a model from a description made in memory (the trainer's).
 * Weights are copied; desc and all it points to may go afterwards. */
maas_status_t maas__model_plan(const maas_desc_t *desc, size_t file_size,
    maas_isa_t isa, maas_model_t **out, maas_err_t *err);


#endif /* MAAS_DESC_H */
