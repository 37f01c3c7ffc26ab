/*
 * Random numbers, the same on every machine.
 * Not here: who draws what.
 */

#ifndef TRAIN_RNG_H
#define TRAIN_RNG_H

#include <stddef.h>
#include <stdint.h>


#define TRAIN_RNG_STEP  0x9e3779b97f4a7c15ull   /* of splitmix64 */


/* rng.c: xoshiro256**, the same stream on every machine */

typedef struct {
    uint64_t  s[4];
} train_rng_t;

/* Different streams of the same seed are independent. */
void train_rng_init(train_rng_t *r, uint64_t seed, uint64_t stream);
uint64_t train_rng_u64(train_rng_t *r);
/* Even in [0,n), n > 0. */
uint32_t train_rng_below(train_rng_t *r, uint32_t n);
/* Even in [0,1). */
double train_rng_unit(train_rng_t *r);
void train_rng_shuffle(train_rng_t *r, uint32_t *a, size_t n);
/* About normal with mean 0 and deviation 1; the same on every machine. */
double train_rng_normal(train_rng_t *r);
/* Of Beta(alpha,alpha), by rejection. */
double train_rng_beta(train_rng_t *r, double alpha);
/* Splitmix64 itself. */
uint64_t train_rng_next(uint64_t *state);


/* The finaliser of splitmix64: every bit of z reaches every bit of the
 * result.  Here, so that loops over it become vectors. */
static inline uint64_t
train_rng_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;

    return z ^ (z >> 31);
}


/* The at-th number of the stream `key`: no state, so that threads may draw in
 * any order. */
static inline uint64_t
train_rng_at(uint64_t key, uint64_t at)
{
    return train_rng_mix(key + (at + 1) * TRAIN_RNG_STEP);
}


#endif /* TRAIN_RNG_H */
