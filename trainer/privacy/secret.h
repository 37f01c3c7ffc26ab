/*
 * Random numbers that nobody can foresee or repeat: privacy rests on them, so
 * no seed makes them.
 * Not here: what is drawn for (fit/, net/).
 */

#ifndef TRAIN_SECRET_H
#define TRAIN_SECRET_H

#include <stddef.h>
#include <stdint.h>


typedef struct train_secret_s  train_secret_t;

/* secret.c: a stream of AES-256 in counter mode, with a key from the system's
 * generator.  Of one thread.  Dies if there is none. */
train_secret_t *train_secret_create(void);
void train_secret_free(train_secret_t *s);
/* x(n): independent normal numbers of mean 0 and this deviation. */
void train_secret_normal(train_secret_t *s, float *x, size_t n,
    double deviation);
/* Each of 0..n-1 is taken with probability q, whatever the others: to row(max)
 * in rising order.  Returns how many there are; those beyond max are left out,
 * so max is to be train_secret_most(n q) at least. */
size_t train_secret_sample(train_secret_t *s, size_t n, double q,
    uint32_t *row, size_t max);
/* More are drawn, of so many expected, with a probability below 1e-20. */
size_t train_secret_most(double expected);


#endif /* TRAIN_SECRET_H */
