/*
 * Differential privacy: how much of it is spent by steps that see a random
 * part of the rows, and numbers that nobody can foresee.
 * Not here: what a step computes (net/), what is asked of it (fit/).
 */

#ifndef TRAIN_PRIVACY_H
#define TRAIN_PRIVACY_H

#include <stddef.h>
#include <stdint.h>


/* Poisson-sampled Gaussian mechanism: each step sees each row with probability
 * q, adds up vectors of length 1 at most, and noise of deviation sigma.  Two
 * data sets are neighbours if one has a row more (add or remove). */

typedef struct {
    double    q;                    /* 0 < q <= 1 */
    double    sigma;                /* > 0 */
    uint64_t  steps;                /* >= 1 */
    double    delta;                /* 0 < delta < 1 */
} train_dp_t;

#define TRAIN_DP_MIN_SIGMA  0.05
#define TRAIN_DP_MAX_SIGMA  1e6
#define TRAIN_DP_MIN_DELTA  1e-15
#define TRAIN_DP_MAX_STEPS  1e9

/* As they are called in files and answers */
#define TRAIN_DP_SAMPLING   "poisson"
#define TRAIN_DP_ADJACENCY  "add or remove one row"

/* What a budget is by each way of counting; never less than the truth */

typedef struct {
    double  epsilon;                /* by privacy loss distributions */
    double  rdp;                    /* by Renyi divergences, */
    double  order;                  /*     of this order, */
    double  classic;                /*     as older libraries convert them */
} train_dp_spent_t;

/* rdp.c: Renyi divergence of order a > 1 of one step; Mironov, Talwar and
 * Zhang, "Renyi differential privacy of the sampled Gaussian mechanism"
 * (2019).  INFINITY if it is no number. */
double train_dp_rdp(double q, double sigma, double a);
/* epsilon by the best of the orders 1.1 .. 10.9 and 11 .. 63; *order: it.
 * classic: R + ln(1/delta)/(a-1); else the conversion of Canonne, Kamath and
 * Steinke (2020), which is tighter. */
double train_dp_rdp_epsilon(const train_dp_t *d, int classic, double *order);

/* pld.c: epsilon by the composed distribution of privacy losses, which is
 * tight; its grid makes it larger by less than a thousandth or so. */
double train_dp_pld_epsilon(const train_dp_t *d);

/* budget.c: all of them */
void train_dp_spent(const train_dp_t *d, train_dp_spent_t *s);
/* The least sigma that spends no more than epsilon by train_dp_pld_epsilon(),
 * to a thousandth; d->sigma is not read.  NAN if there is none up to
 * TRAIN_DP_MAX_SIGMA. */
double train_dp_sigma(const train_dp_t *d, double epsilon);

/* fft.c: x(n) of pairs (real, imaginary), n a power of 2, in place; `back`
 * undoes it but for the factor n. */
void train_dp_fft(double *x, size_t n, int back);


#endif /* TRAIN_PRIVACY_H */
