/*
 * What targets become before they are learnt, and back: numbers about 0 whose
 * deviation is 1, straight or by a logarithm or by rank.
 * Not here: which way is the better one, which only validation tells.
 */

#ifndef TRAIN_TRANSFORM_H
#define TRAIN_TRANSFORM_H

#include "op/maas_op.h"


typedef enum {
    TRAIN_TARGET_STANDARD = 0,
    TRAIN_TARGET_LOG,               /* of numbers above 0 */
    TRAIN_TARGET_SYMLOG,            /* sign(y) log(1 + |y| / unit) */
    TRAIN_TARGET_RANK,              /* as a normal distribution of that rank */
    TRAIN_TARGET_RATE               /* y / mean; a score is the logarithm of
                                       it: of Poisson's loss alone */
} train_target_kind_t;

#define TRAIN_N_TARGETS  (TRAIN_TARGET_RATE + 1)

extern const char *const train_target_names[TRAIN_N_TARGETS];

#define TRAIN_TARGET_CANDIDATES  3

/* All numbers are those of the layer `target` (docs/model-format.md). */

typedef struct {
    train_target_kind_t  kind;
    size_t               out;
    float               *scale;     /* (6,out): a, b, factor, shift, low,
                                       high */
    size_t               knots;     /* of ranks, else 0 */
    float               *knot;      /* (out,knots) scores, rising, and what */
    float               *level;     /*     they are in the target, likewise */
} train_transform_t;

/* Ways that suit targets y(rows of the data,out), of which row(n) are looked
 * at: STANDARD and up to two more.  Returns how many. */
size_t train_transform_candidates(const float *y, size_t out,
    const uint32_t *row, size_t n,
    train_target_kind_t to[TRAIN_TARGET_CANDIDATES]);

/* Fitted to these rows; back() stays in the range that they have, and a
 * twentieth of it beyond, but not beyond 0.  *t is to be given to
 * train_transform_free().  0, or -1 with a sentence in why[TRAIN_WHY]: targets
 * are not such as the kind wants them. */
int train_transform_fit(train_transform_t *t, train_target_kind_t kind,
    const float *y, size_t out, const uint32_t *row, size_t n, char *why);
void train_transform_free(train_transform_t *t);

/* y(rows,out) -> z(rows,out), what is learnt; they may be one.  What is outside
 * of the range goes on as it would (LOG: from its lowest on). */
void train_transform_forward(const train_transform_t *t, const float *y,
    size_t rows, float *z);
/* Scores z(rows,out) -> y(rows,out), by the engine's layer; not in place. */
void train_transform_back(const train_transform_t *t, const float *z,
    size_t rows, float *y);

/* The mean of a logarithm is no logarithm of the mean: t's factor or shift
 * such that back(z) has the mean of y over these rows, y(rows,out) and
 * z(rows,out), which no learner has seen.  For losses about means alone. */
void train_transform_level(train_transform_t *t, const float *z,
    const float *y, size_t rows);

/* The layer, behind one of `out` numbers: its tensors are t's arrays. */
void train_transform_node(const train_transform_t *t, maas_node_t *n);


#endif /* TRAIN_TRANSFORM_H */
