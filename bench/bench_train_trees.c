/*
 * Trees grown on a table: score and loss of rows held out, and CPU seconds;
 * the same rows as a file of floats, for other libraries (grown.py).
 *
 *     bench_train_trees TABLE.csv [SETTINGS [THREADS [PARTS [ROWS.f32]]]]
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "learn/learn.h"


typedef struct {
    train_data_t    d;
    train_scale_t   scale;
    train_lesson_t  l;
    float          *target;
    double          mean, deviation;
} bench_t;


/* Of all threads: others may be at work here */

static double
bench_cpu(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}


static void
bench_read(bench_t *b, const char *path)
{
    double        sum, square;
    size_t        i;
    uint32_t     *row;
    train_want_t  want = { .target = "target" };

    train_data_read(path, TRAIN_PART_TRAIN, &want, &b->d);
    row = train_alloc(b->d.rows, sizeof(uint32_t));

    for (i = 0; i < b->d.rows; i++) {
        row[i] = (uint32_t) i;
    }

    train_scale_raw(&b->scale, &b->d, row, b->d.rows);
    train_rows_fitted(&b->scale, &b->d);
    train_free(row);

    b->l.data = &b->d;
    b->l.scale = &b->scale;
    b->l.loss = (train_loss_t) train_loss_choose(TRAIN_LOSS_AUTO, b->d.task);
    b->l.out = b->d.out;

    if (b->d.targets == NULL) {
        return;
    }

    for (i = 0, sum = 0, square = 0; i < b->d.rows; i++) {
        sum += (double) b->d.targets[i];
        square += (double) b->d.targets[i] * (double) b->d.targets[i];
    }

    b->mean = sum / (double) b->d.rows;
    b->deviation = sqrt(square / (double) b->d.rows - b->mean * b->mean);
    b->target = train_alloc(b->d.rows, sizeof(float));

    for (i = 0; i < b->d.rows; i++) {
        b->target[i] = (float) (((double) b->d.targets[i] - b->mean)
                                / b->deviation);
    }

    b->l.target = b->target;
}


/* All rows, each with its target, as floats */

static void
bench_write(const bench_t *b, const char *path)
{
    FILE   *f;
    float  *x;
    size_t  i;

    f = fopen(path, "wb");
    x = train_alloc(b->d.in + 1, sizeof(float));

    for (i = 0; f != NULL && i < b->d.rows; i++) {
        train_data_row(&b->d, i, x);
        x[b->d.in] = (b->target != NULL) ? b->target[i]
                                         : (float) b->d.classes[i];
        (void) fwrite(x, sizeof(float), b->d.in + 1, f);
    }

    if (f == NULL || fclose(f) != 0) {
        train_die("%s cannot be written", path);
    }

    train_free(x);
    (void) printf("%zu %zu %s", b->d.rows, b->d.in,
                  maas__task_names[b->d.task]);

    for (i = 0; i < b->scale.n_columns; i++) {
        if (b->scale.columns[i].codes) {
            (void) printf(" %zu", b->scale.columns[i].at);
        }
    }

    (void) printf("\n");
}


/* Share of right classes, or R2 */

static double
bench_score(const bench_t *b, const float *scores)
{
    size_t        i, o, best, r;
    double        right, rest, all;
    const float  *z;

    right = rest = all = 0;

    for (i = 0; i < b->l.n_valid; i++) {
        z = scores + i * b->l.out;
        r = b->l.valid[i];

        if (b->target != NULL) {
            rest += pow((double) z[0] - (double) b->target[r], 2);
            all += pow((double) b->target[r], 2);
            continue;
        }

        for (o = 1, best = (b->l.out == 1) ? z[0] > 0 : 0; o < b->l.out; o++) {
            best = (z[o] > z[best]) ? o : best;
        }

        right += (b->d.classes[r] == best);
    }

    return (b->target != NULL) ? 1 - rest / all
                               : right / (double) b->l.n_valid;
}


static void
bench_part(bench_t *b, const char *settings, size_t part, size_t parts,
    double sum[3])
{
    char            why[TRAIN_WHY];
    size_t          i, n, v;
    double          from;
    uint32_t       *row, *valid;
    train_learnt_t  got;
    train_recipe_t  r = { &train_family_trees, "trees", settings, 0 };

    row = train_alloc(b->d.rows, sizeof(uint32_t));
    valid = train_alloc(b->d.rows, sizeof(uint32_t));

    for (i = 0, n = 0, v = 0; i < b->d.rows; i++) {
        if (i % parts == part) {
            valid[v++] = (uint32_t) i;
        } else {
            row[n++] = (uint32_t) i;
        }
    }

    b->l.row = row;
    b->l.n = n;
    b->l.valid = valid;
    b->l.n_valid = v;
    from = bench_cpu();

    if (train_family_trees.learn(&r, &b->l, &got, why) != 0) {
        train_die("%s", why);
    }

    sum[2] += bench_cpu() - from;
    sum[0] += bench_score(b, got.scores);
    sum[1] += got.loss;
    maas__arena_destroy(got.arena);
    train_free(row);
    train_free(valid);
}


int
main(int argc, char **argv)
{
    size_t   i, parts, most;
    double   sum[3] = { 0 };
    bench_t  b = { 0 };

    if (argc < 2) {
        train_die("expected a table");
    }

    bench_read(&b, argv[1]);
    b.l.seed = 1;
    b.l.threads = (argc > 3) ? (size_t) strtoul(argv[3], NULL, 10) : 0;
    parts = (argc > 4) ? (size_t) strtoul(argv[4], NULL, 10) : 0;
    most = (parts > 0) ? parts : b.d.rows <= 6500 ? 5
                                 : b.d.rows <= 12500 ? 3 : 1;
    parts = (parts > 0) ? parts : (most > 1) ? most : 4;

    if (argc > 5) {
        bench_write(&b, argv[5]);
        return 0;
    }

    for (i = 0; i < most; i++) {
        bench_part(&b, (argc > 2) ? argv[2] : NULL, i, parts, sum);
    }

    (void) printf("score %.2f loss %.4f cpu %.3f\n",
                  100 * sum[0] / (double) most, sum[1] / (double) most,
                  sum[2]);
    train_scale_free(&b.scale);
    train_data_free(&b.d);
    train_free(b.target);

    return 0;
}
