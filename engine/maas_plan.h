/*
 * A model ready to run: between maas_model.c (makes it) and maas_run.c.
 * Not for anyone else.
 */

#ifndef MAAS_PLAN_H
#define MAAS_PLAN_H

#include "maas.h"
#include "maas_desc.h"
#include "maas_mem.h"
#include "field/maas_field.h"
#include "kernel/maas_act.h"
#include "kernel/maas_gemm.h"


/* Where a step reads or writes, besides slots of the workspace */

#define MAAS_SLOT_X  ((unsigned) -1)       /* the caller's x */
#define MAAS_SLOT_Y  ((unsigned) -2)       /* the caller's y */


/* Slot s of a workspace sized for r rows is a matrix (r,ld) of floats that
 * begins at float r * offset. */

typedef struct {
    size_t          ld;
    size_t          offset;
} maas_slot_t;

typedef struct {
    maas_kind_t     kind;
    maas_act_t      act;
    float           alpha;
    float           eps;
    unsigned        src[2];
    unsigned        dst;
    size_t          in_width;
    size_t          units;
    const void     *packed;            /* dense: as gemm->pack() left it */
    const float    *weight;            /* layer_norm */
    const float    *bias;
} maas_step_t;

struct maas_model_s {
    maas_info_t          info;
    maas_arena_t        *arena;        /* this struct and all but weights */

    const maas_gemm_t   *gemm;
    void                *pages;        /* weights, read-only */
    size_t               pages_size;

    size_t               n_scales;     /* 0: x is the network's input */
    const float         *shift;
    const float         *factor;
    size_t               n_curves;
    const maas_curve_t  *curves;
    unsigned             input_slot;

    maas_fields_t        fields;       /* n is 0 for a tensor */

    size_t               n_steps;
    maas_step_t         *steps;

    size_t               n_slots;
    maas_slot_t         *slots;
    size_t               row_floats;   /* of workspace, a row */
};


#endif /* MAAS_PLAN_H */
