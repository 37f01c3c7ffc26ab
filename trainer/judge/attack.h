/*
 * Membership inference: figures of an attack.
 * Not here: the attack.
 */

#ifndef TRAIN_ATTACK_H
#define TRAIN_ATTACK_H

#include <stddef.h>


#define TRAIN_ATTACK_RATES  2

/* False positives at which it is measured: 0.1 % and 1 % */
extern const double  train_attack_rates[TRAIN_ATTACK_RATES];

typedef struct {
    double            value, low, high;     /* 95 % */
} train_interval_t;

typedef struct {
    train_interval_t  auc;
    train_interval_t  tpr[TRAIN_ATTACK_RATES];  /* NAN: too few others */
} train_attack_t;

/* Scores of members(n) and others(m), which it sorts: the higher, the more a
 * row is taken for a member. */
void train_attack(double *members, size_t n, double *others, size_t m,
    train_attack_t *t);


#endif /* TRAIN_ATTACK_H */
