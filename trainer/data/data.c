/*
 * Data sets: which files a path stands for, and their release.
 * Bytes of a format are read in data_*.c.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coded.h"
#include "util.h"


typedef struct {
    const char  *images;
    const char  *labels;
} data_names_t;

static const data_names_t  data_folder[2] = {
    { "train-images-idx3-ubyte", "train-labels-idx1-ubyte" },
    { "t10k-images-idx3-ubyte",  "t10k-labels-idx1-ubyte" }
};


const char *const  train_tri_names[] = {
    [TRAIN_AUTO] = "auto",
    [TRAIN_YES] = "yes",
    [TRAIN_NO] = "no"
};

_Static_assert(train_nelts(train_tri_names) == TRAIN_N_TRI,
               "a third answer without a name");

const char *const  train_part_names[] = {
    [TRAIN_PART_TRAIN] = "train",
    [TRAIN_PART_TEST] = "test"
};

_Static_assert(train_nelts(train_part_names) == TRAIN_N_PARTS,
               "a part without a name");

const char *const  train_skip_names[] = {
    [TRAIN_ERROR_STOP] = "stop",
    [TRAIN_ERROR_SKIP] = "skip",
    [TRAIN_ERROR_MISSING] = "missing"
};

_Static_assert(train_nelts(train_skip_names) == TRAIN_N_ERRORS,
               "a way without a name");


static int
data_is_folder(const char *path)
{
    struct stat  st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}


/* The path, or NULL if nothing is there: then it is freed */

static char *
data_there(char *path)
{
    if (access(path, F_OK) == 0) {
        return path;
    }

    train_free(path);

    return NULL;
}


/* FOLDER/NAME or FOLDER/NAME.gz, NULL if neither is there */

static char *
data_in_folder(const char *folder, const char *name)
{
    char  *path;

    path = data_there(train_format("%s/%s", folder, name));

    return (path != NULL) ? path
                          : data_there(train_format("%s/%s.gz", folder, name));
}


int
train_data_has_test(const char *path)
{
    char  *file;

    if (!data_is_folder(path)) {
        return 0;
    }

    file = data_in_folder(path, data_folder[TRAIN_PART_TEST].images);
    train_free(file);

    return file != NULL;
}


static void
data_read_folder(const char *path, train_part_t part,
    const train_want_t *want, train_data_t *d)
{
    char                *images, *labels;
    const data_names_t  *names;

    names = &data_folder[part];
    images = data_in_folder(path, names->images);

    if (images == NULL) {
        train_die("%s: the folder has no %s, plain or .gz: expected the four "
                  "IDX files with the names of MNIST", path, names->images);
    }

    labels = data_in_folder(path, names->labels);

    if (labels == NULL && !want->no_target) {
        train_die("%s: the folder has %s, but no %s, plain or .gz", path,
                  names->images, names->labels);
    }

    train_idx_read(images, labels, want, d);

    train_free(images);
    train_free(labels);
}


/* "...images-idx3-ubyte..." -> the same with labels-idx1; NULL if it is not
 * named so or not there */

static char *
data_labels_beside(const char *images)
{
    const char  *at, *p;

    at = NULL;

    for (p = strstr(images, "images-idx3"); p != NULL;
         p = strstr(p + 1, "images-idx3"))
    {
        at = p;
    }

    if (at == NULL) {
        return NULL;
    }

    return data_there(train_format("%.*slabels-idx1%s", (int) (at - images),
                                   images, at + strlen("images-idx3")));
}


static int
data_ends(const char *path, const char *end)
{
    size_t  n, len;

    n = strlen(path);
    len = strlen(end);

    return n > len && strcmp(path + n - len, end) == 0;
}


/* By its name, but that of a text says more */

static int
data_looks_idx(const char *path)
{
    size_t                    i;
    const char               *name;
    static const char *const  texts[] = { ".csv", ".tsv", ".txt", ".json",
                                          ".jsonl", ".ndjson", ".log" };

    for (i = 0; i < train_nelts(texts); i++) {
        if (data_ends(path, texts[i])) {
            return 0;
        }
    }

    name = strrchr(path, '/');
    name = (name != NULL) ? name + 1 : path;

    return strstr(name, "-idx") != NULL || strstr(name, ".idx") != NULL;
}


void
train_data_apart(const char *output, const char *path)
{
    char    *file;
    size_t   i;

    train_save_apart(output, path);

    if (output == NULL || path == NULL) {
        return;
    }

    if (!data_is_folder(path)) {
        file = data_looks_idx(path) ? data_labels_beside(path) : NULL;
        train_save_apart(output, file);
        train_free(file);
        return;
    }

    for (i = 0; i < 2 * train_nelts(data_folder); i++) {
        file = data_in_folder(path, i & 1 ? data_folder[i / 2].labels
                                          : data_folder[i / 2].images);
        train_save_apart(output, file);
        train_free(file);
    }
}


/* A text with rows and columns?  The others are arrays and pictures. */

int
train_data_is_table(const char *path)
{
    return !data_is_folder(path) && !data_ends(path, ".npy")
           && !data_looks_idx(path)
           && (access(path, F_OK) == 0 || strchr(path, ',') == NULL);
}


void
train_data_read(const char *path, train_part_t part,
    const train_want_t *want, train_data_t *d)
{
    char        *images, *labels;
    const char  *comma;

    (void) memset(d, 0, sizeof(train_data_t));

    if ((want->labels != NULL || want->features != NULL)
        && !train_data_is_table(path))
    {
        train_die("%s: --%s is for tables: expected CSV or JSON", path,
                  want->labels != NULL ? "labels" : "features");
    }

    if (data_is_folder(path)) {
        data_read_folder(path, part, want, d);

    } else if (access(path, F_OK) != 0
               && (comma = strchr(path, ',')) != NULL)
    {
        images = train_format("%.*s", (int) (comma - path), path);

        if (data_ends(images, ".npy")) {
            train_npy_read(images, comma + 1, want, d);
        } else {
            train_idx_read(images, comma + 1, want, d);
        }

        train_free(images);

    } else if (data_ends(path, ".npy")) {
        train_npy_read(path, NULL, want, d);

    } else if (data_looks_idx(path)) {
        labels = data_labels_beside(path);
        train_idx_read(path, labels, want, d);
        train_free(labels);

    } else {
        train_table_read(path, want, d);
    }

    d->path = train_strdup(path);
}


void
train_data_free(train_data_t *d)
{
    size_t  i;

    for (i = 0; i < d->n_columns; i++) {
        train_free(d->columns[i]);
    }

    train_table_free(d->table);
    maas__arena_destroy(d->arena);

    for (i = 0; i < d->n_labels; i++) {
        train_free(d->labels[i]);
    }

    train_free(d->path);
    train_free(d->bytes);
    train_free(d->numbers);
    train_free(d->exact);
    train_coded_free(d->coded);
    train_free(d->columns);
    train_free(d->fields);
    train_free(d->classes);
    train_free(d->targets);
    train_free(d->weights);
    train_free(d->class_weights);
    train_free(d->split_by);
    train_free(d->labels);
    train_free(d->target);

    (void) memset(d, 0, sizeof(train_data_t));
}


void
train_data_info(const train_data_t *d, maas_info_t *info)
{
    *info = (maas_info_t) {
        .name = "in training", .task = d->task, .input = d->input,
        .in = d->in, .row = d->in * sizeof(float), .out = d->out,
        .threshold = 0.5f,
        .n_labels = d->n_labels,
        .labels = (const char *const *) d->labels,
        .n_columns = d->n_columns,
        .columns = (const char *const *) d->columns, .fields = d->fields,
        .reader = d->reader
    };
}


void
train_data_row(const train_data_t *d, size_t row, float *x)
{
    size_t          i;
    const uint8_t  *p;

    if (d->coded != NULL) {
        train_coded_row(d->coded, row, x);
        return;
    }

    if (d->bytes == NULL) {
        (void) memcpy(x, d->numbers + row * d->in, d->in * sizeof(float));
        return;
    }

    p = d->bytes + row * d->in;

    for (i = 0; i < d->in; i++) {
        x[i] = p[i];
    }
}


void
train_data_wire(const train_data_t *d, size_t row, const maas_info_t *info,
    void *x)
{
    float   v;
    size_t  i;

    if (!info->wide) {
        train_data_row(d, row, x);
        return;
    }

    if (d->exact != NULL) {
        (void) memcpy(x, d->exact + row * d->in, d->in * sizeof(double));
        return;
    }

    /* widened in place, the last one first */

    train_data_row(d, row, x);

    for (i = d->in; i-- > 0; /* void */ ) {
        (void) memcpy(&v, (float *) x + i, sizeof(float));
        ((double *) x)[i] = (double) v;
    }
}
