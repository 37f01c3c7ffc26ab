/*
 * What every file of the trainer stands on: limits, memory, random numbers and
 * threads.  Nothing of data, networks or training.
 */

#ifndef MAAS_TRAIN_UTIL_H
#define MAAS_TRAIN_UTIL_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "maas.h"
#include "maas_int.h"


#define TRAIN_TOOL      "maas-trainer " MAAS_VERSION

#define TRAIN_EXIT_OK      0
#define TRAIN_EXIT_FAILED  1
#define TRAIN_EXIT_USAGE   2

#define TRAIN_PAD       16     /* columns of padded matrices: one zmm */
#define TRAIN_LISTS     4      /* lists of a batch that are walked together */
#define TRAIN_MAX_NET   64     /* layers that --hidden may ask for */

/* Before a function of plain loops: the compiler makes vectors of them, for
 * every CPU, and none changes a bit */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)                      \
    && !defined(__SANITIZE_THREAD__)
#define TRAIN_VECTORS                                                         \
    __attribute__((optimize("O3"), target_clones("avx512f", "avx2", "default")))
#else
#define TRAIN_VECTORS
#endif

#define train_pad(n)    (((n) + TRAIN_PAD - 1) / TRAIN_PAD * TRAIN_PAD)
#define train_nelts(a)  (sizeof(a) / sizeof((a)[0]))


/* util.c: memory that is there, and ends with one sentence */

/* Print "maas-trainer: sentence" to stderr and exit with 1. */
void train_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* The same with 2, and a hint at --help. */
void train_usage(const char *cmd, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Never NULL; zeroed, aligned to MAAS_ALIGN; to be given to train_free(). */
void *train_alloc(size_t n, size_t size);
/* Grows to n elements; new bytes are not zeroed.  p may be NULL. */
void *train_grow(void *p, size_t old_n, size_t n, size_t size);
char *train_strdup(const char *s);
/* A formatted string of its own. */
char *train_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void train_free(void *p);

/* Seconds of a clock that only goes forward. */
double train_now(void);

/* Strict number: all of s (blanks around it allowed), finite, decimal.
 * Returns 0 if it is none. */
int train_number(const char *s, double *out);

/* The whole of a file in memory; dies if it cannot be read. */
void *train_slurp(const char *path, size_t *size);

/* Denormals are zero in this thread from now on: they would cost threefold.
 * Returns what train_restore_denormals() wants. */
unsigned train_flush_denormals(void);
void train_restore_denormals(unsigned before);


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
/* The at-th number of the stream `key`: no state, so that threads may draw in
 * any order. */
uint64_t train_rng_at(uint64_t key, uint64_t at);


/* team.c: threads that work in step; member 0 is the caller.  What they
 * compute must not depend on who is first. */

typedef struct train_team_s  train_team_t;

/* n members, denormals flushed in all but the caller; 0: one for each core */
train_team_t *train_team_create(size_t n);
void train_team_free(train_team_t *t);
size_t train_team_size(const train_team_t *t);
/* job(ctx, 0..n-1), each on a thread of its own; returns when all are done */
void train_team_run(train_team_t *t, void (*job)(void *ctx, size_t id),
    void *ctx);
/* How often somebody waited so long that others might have run. */
size_t train_team_waits(const train_team_t *t);
/* Within a job: nobody goes on before all have come.  NULL: alone. */
void train_team_wait(train_team_t *t);


#endif /* MAAS_TRAIN_UTIL_H */
