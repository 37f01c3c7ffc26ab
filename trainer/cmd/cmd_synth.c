/*
 * `maas-trainer synth`: writes drawn digits as the four IDX files of MNIST.
 * How a digit looks is not decided here (synth_*.c).
 */

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "util.h"
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


static int
synth_put32(FILE *f, uint64_t v)
{
    unsigned char  b[4];

    b[0] = (unsigned char) (v >> 24);
    b[1] = (unsigned char) (v >> 16);
    b[2] = (unsigned char) (v >> 8);
    b[3] = (unsigned char) v;

    return fwrite(b, sizeof(b), 1, f) == 1 ? 0 : -1;
}


static int
synth_path(char *buf, const synth_conf_t *conf, unsigned k, const char *ext)
{
    int  n;

    n = snprintf(buf, PATH_MAX, "%s/%s%s", conf->dir, synth_names[k], ext);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


/* One set: images and labels side by side, picture by picture. */

static int
synth_write_set(const synth_conf_t *conf, unsigned set, FILE *images,
    FILE *labels)
{
    size_t         len;
    uint64_t       i, n;
    unsigned       label;
    unsigned char  px[TRAIN_SYNTH_MAX_SIZE * TRAIN_SYNTH_MAX_SIZE];

    n = conf->count[set];
    len = (size_t) (conf->size * conf->size);

    /* magic: 0, 0, unsigned byte, number of dimensions */

    if (synth_put32(images, 0x803) != 0 || synth_put32(images, n) != 0
        || synth_put32(images, conf->size) != 0
        || synth_put32(images, conf->size) != 0
        || synth_put32(labels, 0x801) != 0 || synth_put32(labels, n) != 0)
    {
        return -1;
    }

    for (i = 0; i < n; i++) {
        label = train_synth_draw(conf->seed, set, i, (unsigned) conf->size, px);

        if (fwrite(px, len, 1, images) != 1
            || putc((int) label, labels) == EOF)
        {
            return -1;
        }
    }

    return 0;
}


static int
synth_finish(FILE *f)
{
    int  rc, err;

    rc = (fflush(f) != 0 || fsync(fileno(f)) != 0) ? -1 : 0;
    err = errno;

    if (fclose(f) != 0 && rc == 0) {
        return -1;
    }

    errno = err;

    return rc;
}


/*
 * All four files under temporary names; *k is the one that failed.  Those
 * that were made so far are marked in made[].
 */

static int
synth_write(const synth_conf_t *conf, unsigned *k, int made[SYNTH_FILES])
{
    int       rc, err;
    char      path[PATH_MAX];
    FILE     *f[2];
    unsigned  set, i;

    for (set = 0; set < 2; set++) {
        f[0] = f[1] = NULL;
        rc = 0;

        for (i = 0; i < 2 && rc == 0; i++) {
            *k = set * 2 + i;
            rc = synth_path(path, conf, *k, ".tmp");

            if (rc == 0) {
                f[i] = fopen(path, "wb");
                made[*k] = f[i] != NULL;
                rc = f[i] == NULL ? -1 : 0;
            }
        }

        if (rc == 0) {
            *k = set * 2;
            rc = synth_write_set(conf, set, f[0], f[1]);
        }

        for (i = 0; i < 2; i++) {
            err = errno;

            if (f[i] != NULL && synth_finish(f[i]) != 0 && rc == 0) {
                *k = set * 2 + i;
                rc = -1;
                continue;
            }

            errno = err;
        }

        if (rc != 0) {
            return -1;
        }
    }

    return 0;
}


static int
synth_rename(const synth_conf_t *conf, unsigned *k, int made[SYNTH_FILES])
{
    char  from[PATH_MAX], to[PATH_MAX];

    for (*k = 0; *k < SYNTH_FILES; (*k)++) {

        if (synth_path(from, conf, *k, ".tmp") != 0
            || synth_path(to, conf, *k, "") != 0
            || rename(from, to) != 0)
        {
            return -1;
        }

        made[*k] = 0;
    }

    return 0;
}


static int
synth_run(const synth_conf_t *conf)
{
    int       err, made[SYNTH_FILES] = { 0, 0, 0, 0 };
    char      path[PATH_MAX];
    unsigned  k, i;

    if (mkdir(conf->dir, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "maas-trainer synth: cannot make the folder %s: %s\n",
                conf->dir, strerror(errno));
        return 1;
    }

    if (synth_write(conf, &k, made) == 0 && synth_rename(conf, &k, made) == 0)
    {
        printf("drew %" PRIu64 " + %" PRIu64 " digits of %" PRIu64 "x%" PRIu64
               " pixels (seed %" PRIu64 ") in %s\n", conf->count[0],
               conf->count[1], conf->size, conf->size, conf->seed, conf->dir);
        return 0;
    }

    err = errno;

    for (i = 0; i < SYNTH_FILES; i++) {

        if (made[i] && synth_path(path, conf, i, ".tmp") == 0) {
            (void) unlink(path);
        }
    }

    fprintf(stderr, "maas-trainer synth: cannot write %s/%s: %s\n", conf->dir,
            synth_names[k], strerror(err));

    return 1;
}


int
train_cmd_synth(int argc, char **argv)
{
    int           at;
    synth_conf_t  conf = { NULL, { 200000, 10000 }, 1, 28 };

    at = train_args_read(&synth_args, &conf, argc, argv, NULL);

    if (at != argc - 1) {
        (void) fputs("maas-trainer synth: give one folder to write to; "
                     "--help says more\n", stderr);
        return TRAIN_EXIT_USAGE;
    }

    conf.dir = argv[at];

    return synth_run(&conf);
}
