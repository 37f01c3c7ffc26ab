/*
 * What it costs to join models: a chain, a mean and a gate against the same
 * models run one after the other by hand, in turn, on the same random rows.
 *
 *     bench_join FIRST SECOND THIRD
 *
 * Model files that take tensors: SECOND takes as many numbers as FIRST says;
 * THIRD, which says one number, takes what FIRST takes.  A line "KIND ROWS
 * JOINED PARTS" for each kind and rows a call: nanoseconds of CPU time a row,
 * the least of some repetitions.  chain: FIRST, SECOND; mean: FIRST and itself;
 * gate: THIRD lets a tenth of the rows pass to FIRST, PARTS is then both on all
 * rows.
 * Not here: requests.
 */

#include "maas.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define MOST         1024      /* rows */
#define REPETITIONS  40
#define SLICE        1e6       /* nanoseconds of a repetition, at least */


typedef struct {
    const maas_model_t  *m[2];         /* run one after the other */
    int                  chained;      /* the second on what the first says */
} by_hand_t;


static float  *x, *y, *z;
static void   *ws;
static size_t  ws_size;


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static void
die(const char *what)
{
    (void) fprintf(stderr, "bench_join: %s\n", what);
    exit(1);
}


static maas_model_t *
load(const char *path)
{
    FILE          *f;
    char          *data;
    long           size;
    maas_err_t     err;
    maas_model_t  *m;

    f = fopen(path, "rb");

    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
        die(path);
    }

    rewind(f);
    data = malloc((size_t) size + 1);

    if (data == NULL || fread(data, 1, (size_t) size, f) != (size_t) size) {
        die(path);
    }

    if (maas_model_load(data, (size_t) size, MAAS_ISA_AUTO, &m, &err)
        != MAAS_OK)
    {
        die(err.msg);
    }

    (void) fclose(f);
    free(data);

    return m;
}


static maas_model_t *
join(maas_join_kind_t kind, const maas_model_t *a, const maas_model_t *b,
    float above)
{
    float               *otherwise;
    maas_err_t           err;
    maas_model_t        *m;
    const maas_model_t  *parts[2] = { a, b };

    otherwise = calloc(maas_model_info(b)->out, sizeof(float));

    if (maas_join(&(maas_join_t) { .kind = kind, .n = 2, .parts = parts,
                                   .names = (const char *[]) { "a", "b" },
                                   .otherwise = otherwise, .above = above },
                  &m, &err)
        != MAAS_OK)
    {
        die(err.msg);
    }

    free(otherwise);

    return m;
}


static void
run(const maas_model_t *m, const float *from, size_t rows, float *to)
{
    maas_err_t  err;

    if (maas_run(m, from, rows, to, ws, ws_size, &err) != MAAS_OK) {
        die(err.msg);
    }
}


static double
time_of(const maas_model_t *m, const by_hand_t *h, size_t rows)
{
    size_t  n;
    double  began, spent;

    began = now();
    n = 0;

    do {
        if (m != NULL) {
            run(m, x, rows, y);

        } else {
            run(h->m[0], x, rows, z);
            run(h->m[1], h->chained ? z : x, rows, y);
        }

        n++;
        spent = now() - began;
    } while (spent < SLICE);

    return spent / (double) (n * rows);
}


static void
bench(const char *kind, const maas_model_t *m, by_hand_t h)
{
    int     i;
    double  t, least[2];
    size_t  k;

    static const size_t  sizes[] = { 1, 8, 64, 256 };

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        least[0] = least[1] = 1e30;

        for (i = 0; i < 2 * REPETITIONS; i++) {
            t = time_of(i % 2 == 0 ? m : NULL, &h, sizes[k]);
            least[i % 2] = t < least[i % 2] ? t : least[i % 2];
        }

        (void) printf("%s %zu %.1f %.1f\n", kind, sizes[k], least[0],
                      least[1]);
    }
}


static int
smaller(const void *a, const void *b)
{
    float  v, w;

    v = *(const float *) a;
    w = *(const float *) b;

    return (v > w) - (v < w);
}


int
main(int argc, char **argv)
{
    size_t         i, in, size;
    maas_model_t  *a, *b, *c, *chain, *mean, *gate;

    if (argc != 4) {
        die("expected FIRST SECOND THIRD");
    }

    a = load(argv[1]);
    b = load(argv[2]);
    c = load(argv[3]);
    chain = join(MAAS_JOIN_CHAIN, a, b, 0);
    mean = join(MAAS_JOIN_MEAN, a, a, 0);

    in = maas_model_info(a)->in;
    ws_size = 0;

    for (i = 0; i < 5; i++) {
        size = maas_workspace_size((maas_model_t *[]) { a, b, c, chain,
                                                        mean }[i], MOST)
               + MOST * (in + 1) * sizeof(float);
        ws_size = size > ws_size ? size : ws_size;
    }

    ws_size = (ws_size + 4095) & ~(size_t) 4095;
    ws = aligned_alloc(64, ws_size);
    x = calloc(MOST * in, sizeof(float));
    y = calloc(MOST * maas_model_info(b)->out + MOST * maas_model_info(a)->out,
               sizeof(float));
    z = calloc(MOST * maas_model_info(a)->out + MOST, sizeof(float));

    for (i = 0; i < MOST * in; i++) {
        x[i] = (float) (rand() % 2001 - 1000) / 500;
    }

    run(c, x, MOST, z);
    qsort(z, MOST, sizeof(float), smaller);
    gate = join(MAAS_JOIN_GATE, c, a, z[MOST - MOST / 10]);

    bench("chain", chain, (by_hand_t) { { a, b }, 1 });
    bench("mean", mean, (by_hand_t) { { a, a }, 0 });
    bench("gate", gate, (by_hand_t) { { c, a }, 0 });

    return 0;
}
