/*
 * `maas-trainer synth`: writes drawn digits as the four IDX files of MNIST.
 * How a digit looks is not decided here (synth_*.c).
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "synth/synth.h"


#define SYNTH_MAX_COUNT  10000000   /* 8 GB of pixels at 28 */
#define SYNTH_FILES      4


typedef struct {
    const char  *dir;
    uint64_t     count[2];              /* train, test */
    uint64_t     seed;
    uint64_t     size;
} synth_conf_t;

/* In the order of (train, test) x (images, labels). */

static const char *const  synth_names[SYNTH_FILES] = {
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
};

#define PICTURES(f)                                                           \
    TRAIN_WHOLE(synth_conf_t, f, 1, SYNTH_MAX_COUNT, TRAIN_ARG_PLAIN)

static const train_arg_t  synth_rows[] = {
    { "train", 0, PICTURES(count[0]), "N",
      "pictures for training, 1 to 10000000 (200000)" },
    { "test", 0, PICTURES(count[1]), "N",
      "pictures for testing, 1 to 10000000 (10000)" },
    { "seed", 0, TRAIN_WHOLE(synth_conf_t, seed, 0, 0x1p64, TRAIN_ARG_PLAIN),
      "N", "the same seed draws the same pictures (1)" },
    { "size", 0, TRAIN_WHOLE(synth_conf_t, size, TRAIN_SYNTH_MIN_SIZE,
                             TRAIN_SYNTH_MAX_SIZE, TRAIN_ARG_PLAIN),
      "N", "pixels a side, 14 to 128 (28)" }
};

static const train_args_t  synth_args = {
    "synth", synth_rows, train_nelts(synth_rows),
    "usage: maas-trainer synth DIR [OPTION]...\n"
    "Draw handwritten digits from strokes and write them to DIR as four IDX "
    "files\nwith the names of MNIST, prepared as MNIST was.  fit --data DIR "
    "reads them.\n", NULL, NULL, 1
};


/* The first that failed ends it all, and leaves nothing behind */

static void
synth_fail(train_out_t *file, const char *path)
{
    int       err;
    unsigned  k;

    err = errno;

    for (k = 0; k < SYNTH_FILES; k++) {
        train_out_drop(&file[k]);
    }

    (void) fprintf(stderr, "maas-trainer synth: cannot write %s: %s\n",
                   path, strerror(err));
    exit(TRAIN_EXIT_FAILED);
}


static void
synth_put32(FILE *f, uint64_t v)
{
    int  shift;

    for (shift = 24; shift >= 0; shift -= 8) {
        (void) putc((int) (v >> shift & 0xff), f);
    }
}


/* One set: images and labels side by side, picture by picture.  Returns the
 * file that failed, or NULL. */

static const train_out_t *
synth_write_set(const synth_conf_t *conf, unsigned set,
    const train_out_t *images, const train_out_t *labels)
{
    size_t         len;
    uint64_t       i, n;
    unsigned       label;
    unsigned char  px[TRAIN_SYNTH_MAX_SIZE * TRAIN_SYNTH_MAX_SIZE];

    n = conf->count[set];
    len = (size_t) (conf->size * conf->size);

    /* magic: 0, 0, unsigned byte, number of dimensions */

    synth_put32(images->f, 0x803);
    synth_put32(images->f, n);
    synth_put32(images->f, conf->size);
    synth_put32(images->f, conf->size);
    synth_put32(labels->f, 0x801);
    synth_put32(labels->f, n);

    for (i = 0; i < n; i++) {
        label = train_synth_draw(conf->seed, set, i, (unsigned) conf->size,
                                 px);

        if (fwrite(px, len, 1, images->f) != 1) {
            return images;
        }

        if (putc((int) label, labels->f) == EOF) {
            return labels;
        }
    }

    return NULL;
}


/* All four under temporary names, then under their own */

static void
synth_write(const synth_conf_t *conf, train_out_t *file)
{
    char               *path[SYNTH_FILES];
    unsigned            k;
    const train_out_t  *failed;

    for (k = 0; k < SYNTH_FILES; k++) {
        path[k] = train_format("%s/%s", conf->dir, synth_names[k]);

        if (train_out_open(&file[k], path[k]) != 0) {
            synth_fail(file, path[k]);
        }
    }

    for (k = 0; k < SYNTH_FILES; k += 2) {
        failed = synth_write_set(conf, k / 2, &file[k], &file[k + 1]);

        if (failed != NULL) {
            synth_fail(file, failed->path);
        }
    }

    for (k = 0; k < SYNTH_FILES; k++) {
        if (fflush(file[k].f) != 0 || ferror(file[k].f)) {
            synth_fail(file, path[k]);
        }
    }

    for (k = 0; k < SYNTH_FILES; k++) {
        if (train_out_close(&file[k]) != 0) {
            synth_fail(file, path[k]);
        }
    }

    for (k = 0; k < SYNTH_FILES; k++) {
        train_free(path[k]);
    }
}


int
train_cmd_synth(int argc, char **argv)
{
    int           at;
    train_out_t   file[SYNTH_FILES] = { 0 };
    synth_conf_t  conf = { NULL, { 200000, 10000 }, 1, 28 };

    at = train_args_read(&synth_args, &conf, argc, argv, NULL);

    conf.dir = train_args_operand(&synth_args, argc, argv, at,
                                  "a folder to write to");

    if (mkdir(conf.dir, 0777) != 0 && errno != EEXIST) {
        (void) fprintf(stderr, "maas-trainer synth: cannot make the folder "
                       "%s: %s\n", conf.dir, strerror(errno));
        return TRAIN_EXIT_FAILED;
    }

    synth_write(&conf, file);
    (void) printf("drew %" PRIu64 " + %" PRIu64 " digits of %" PRIu64
                  "x%" PRIu64 " pixels (seed %" PRIu64 ") in %s\n",
                  conf.count[0], conf.count[1], conf.size, conf.size,
                  conf.seed, conf.dir);

    return TRAIN_EXIT_OK;
}
