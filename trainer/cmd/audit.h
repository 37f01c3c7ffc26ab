/*
 * What the files of `audit` share.
 * Not here: figures of an attack (judge/attack.h).
 */

#ifndef TRAIN_AUDIT_H
#define TRAIN_AUDIT_H

#include "export/model.h"
#include "judge/attack.h"


typedef struct {
    const maas_info_t  *info;
    const char         *train, *held_out;   /* as the user gave them */
    size_t              shadows;
    size_t              members;            /* rows of train that are, */
    uint32_t           *member;             /*     these, and its others */
    size_t              rows;
    size_t              others;             /* rows held out */
    float              *out;        /* (rows + others) mean score of models
                                       that were not trained on a row, NAN:
                                       there is none */
} train_audit_t;

/* audit_shadows.c */

/* Rows of the training file that the model was trained on, by its record, all
 * without one: a->member, a->members.  d: that file, as read for the model. */
void train_audit_members(train_audit_t *a, const train_data_t *d);
/* Train a->shadows models with the settings of the file, each on half of the
 * members; fills a->out. */
void train_audit_shadows(train_audit_t *a);

/* audit_score.c: how sure the answer y(n,out) of the truth is, of each row of
 * d: logarithm of the odds, or less the square of the error: to score(n). */
void train_audit_scores(const train_data_t *d, const float *y, float *score);


#endif /* TRAIN_AUDIT_H */
