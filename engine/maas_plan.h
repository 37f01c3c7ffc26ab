/*
 * A model ready to run: between maas_model.c with maas_plan*.c, which make
 * it, maas_run.c, and maas_explain*.c with maas_reasons.c, which run parts of
 * it; maas_join.c makes one of others.  Not for anyone else.
 */

#ifndef MAAS_PLAN_H
#define MAAS_PLAN_H

#include "field/maas_field.h"


/* Where the rows of a value stand: in the caller's x, in the caller's y from
 * number `at` of a row on, or in the workspace, which in one for r rows is
 * from byte r * at on.  Row r + 1 is `ld` numbers of the value's type behind
 * row r. */

typedef enum {
    MAAS_PLACE_X = 0,
    MAAS_PLACE_Y,
    MAAS_PLACE_WS
} maas_base_t;

typedef struct {
    maas_base_t         base;
    size_t              at;
    size_t              ld;
} maas_place_t;

typedef struct {
    maas_step_t         step;
    size_t              width;         /* numbers a row of its value */
    maas_place_t        in[MAAS_OP_INPUTS];
    maas_place_t        out;
} maas_planned_t;

typedef struct maas_joined_s  maas_joined_t;

struct maas_model_s {
    maas_info_t          info;
    maas_arena_t        *arena;        /* this struct and all but weights */

    void                *pages;        /* weights, read-only */
    size_t               pages_size;
    int                  owns_pages;   /* they are not the caller's */

    size_t               n_scales;     /* 0: x is the network's input */
    const float         *shift;
    const float         *factor;
    size_t               n_curves;
    const maas_curve_t  *curves;
    maas_place_t         input;

    maas_fields_t        fields;       /* n is 0 for a tensor */
    maas_fields_t        marking;      /* the same, which marks */

    size_t               n_steps;
    maas_planned_t      *steps;

    size_t               scratch;      /* of the workspace from byte r * scratch
                                          on, for r rows */
    size_t               row_size;     /* of workspace, bytes a row, */
    size_t               fixed;        /*     and behind all rows */
    size_t               one;          /* all of it for one row, where the model
                                          is one step from x to y; else 0 */

    const maas_joined_t *joined;       /* models that it is made of; NULL: it
                                          has steps of its own */
};


/* maas_join.c, maas_join_run.c: a model of models.  Of its workspace for r rows
 * the first r * room[0] bytes are the first value between them, up to a
 * multiple of MAAS_ALIGN, and so on; what is left is each part's workspace. */

#define MAAS_JOIN_ROOMS  3

/* A part's own row within a row of all */

typedef struct {
    size_t                at;          /* bytes before it */
    const size_t         *from;        /* NULL: it stands there; (in) places of
                                          its numbers in the row, */
    const double         *missing;     /*     (in) what is there for NaN */
} maas_join_own_t;

struct maas_joined_s {
    maas_join_kind_t      kind;
    size_t                n;
    const maas_model_t  **parts;       /* (n) */
    const maas_join_own_t  *own;       /* (n); NULL: a row is one of all */
    const double         *weights;     /* mean: (n) */
    double                total;       /*     and their sum */
    float                 above;       /* gate */
    const float          *otherwise;   /* gate: (out); NULL: what it says */
    size_t                room[MAAS_JOIN_ROOMS];

    maas_status_t       (*run)(const maas_model_t *m, const void *x,
                               size_t rows, float *y, void *ws,
                               size_t ws_size, maas_err_t *err);
};

/* maas_join_fit.c: may they be one model?  BADSHAPE, BADVALUE with a sentence
 * if not. */
maas_status_t maas__join_fits(const maas_join_t *how, maas_err_t *err);

/* maas_join_run.c: as maas_run(), which calls it */
maas_status_t maas__join_run(const maas_model_t *m, const void *x,
    size_t rows, float *y, void *ws, size_t ws_size, maas_err_t *err);


/* maas_model.c: as maas__model_plan(), in an arena of the caller's: weights may
 * be in pages that are not of it, which go by maas_buffer_free(). */
maas_status_t maas__model_plan_in(maas_arena_t *a, const maas_desc_t *desc,
    size_t file_size, maas_isa_t isa, maas_model_t **out, maas_err_t *err);

/* maas_plan.c: the parts of a plan, in this order; m is zeroed but for its
 * arena.  They fail with NOMEM or TOOBIG, and steps with UNSUPPORTED. */

/* Fields, scales and curves, and what info says of them */
maas_status_t maas__plan_input(maas_model_t *m, const maas_desc_t *d);
/* Steps, each with what runs it on `isa`; how they will be packed is in
 * `layouts` */
maas_status_t maas__plan_steps(maas_model_t *m, const maas_desc_t *d,
    maas_isa_t isa, maas_arena_t *layouts);
/* maas_plan_places.c: where values stand */
maas_status_t maas__plan_places(maas_model_t *m, const maas_desc_t *d);
/* Packed weights, in pages that are shared and sealed */
maas_status_t maas__plan_weights(maas_model_t *m);


#endif /* MAAS_PLAN_H */
