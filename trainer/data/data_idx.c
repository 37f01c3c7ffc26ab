/*
 * IDX files, plain or packed with gzip: images and their labels.
 * Nothing but the format is known here.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "data.h"
#include "util.h"
#include "read/maas_crc.h"


#define IDX_MAX_BYTES  (16ull << 30)
#define IDX_MAX_RATIO  1032         /* of deflate */

typedef struct {
    const char    *path;
    gzFile         file;
    uint64_t       at;
    uint32_t       crc32c;
    maas_dtype_t   dtype;
    size_t         item;            /* bytes of one number */
    size_t         rank;
    size_t         dim[MAAS_MAX_RANK + 1];
} idx_t;


static void
idx_read(idx_t *x, void *buf, size_t n)
{
    int          code;
    size_t       done;
    const char  *why;

    done = gzfread(buf, 1, n, x->file);

    if (done < n) {
        why = gzerror(x->file, &code);

        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            train_die("%s: byte %llu: cannot be unpacked: %s", x->path,
                      (unsigned long long) x->at + done,
                      code == Z_ERRNO ? strerror(errno) : why);
        }

        train_die("%s: byte %llu: the file ends %llu bytes too early for what "
                  "its header says", x->path,
                  (unsigned long long) x->at + done,
                  (unsigned long long) (n - done));
    }

    x->crc32c = maas__crc32c(x->crc32c, buf, n);
    x->at += n;
}


/* A type's number and 1 by its code, 0: there is no such type */

static const uint8_t  idx_types[16] = {
    [0x08] = 1 + MAAS_U8, [0x09] = 1 + MAAS_I8, [0x0b] = 1 + MAAS_I16,
    [0x0c] = 1 + MAAS_I32, [0x0d] = 1 + MAAS_F32, [0x0e] = 1 + MAAS_F64
};


static void
idx_type(idx_t *x)
{
    unsigned char  head[4];

    idx_read(x, head, 4);
    x->rank = head[3];

    if (head[0] != 0 || head[1] != 0 || head[2] >= 16
        || idx_types[head[2]] == 0)
    {
        train_die("%s: byte 0: %02x%02x%02x%02x is not the beginning of an "
                  "IDX file: expected 0000, a type 08, 09, 0b, 0c, 0d or 0e, "
                  "and the number of dimensions", x->path, head[0], head[1],
                  head[2], head[3]);
    }

    x->dtype = (maas_dtype_t) (idx_types[head[2]] - 1);
    x->item = maas__dtypes[x->dtype].bits / 8;

    if (x->rank < 1 || x->rank > MAAS_MAX_RANK + 1) {
        train_die("%s: byte 3: %zu dimensions: expected 1 to %d", x->path,
                  x->rank, MAAS_MAX_RANK + 1);
    }
}


static void
idx_open(idx_t *x, const char *path, uint32_t crc32c)
{
    size_t         i;
    uint64_t       total;
    struct stat    st;
    unsigned char  dim[4];

    (void) memset(x, 0, sizeof(idx_t));
    x->path = path;
    x->crc32c = crc32c;
    x->file = gzopen(path, "rb");

    if (x->file == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    (void) gzbuffer(x->file, 1 << 18);
    idx_type(x);
    total = x->item;

    for (i = 0; i < x->rank; i++) {
        idx_read(x, dim, 4);
        x->dim[i] = (size_t) dim[0] << 24 | (size_t) dim[1] << 16
                    | (size_t) dim[2] << 8 | dim[3];

        if (x->dim[i] == 0 || x->dim[i] > IDX_MAX_BYTES / total) {
            train_die("%s: byte %zu: dimension %zu is %zu: expected at least "
                      "1 and %llu bytes in all at most", path, 4 + 4 * i,
                      i + 1, x->dim[i], IDX_MAX_BYTES);
        }

        total *= x->dim[i];
    }

    /* refused before memory is taken for it */

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)
        && total / IDX_MAX_RATIO > (uint64_t) st.st_size)
    {
        train_die("%s: byte 4: the header says %llu bytes, which cannot be in "
                  "a file of %llu", path, (unsigned long long) total,
                  (unsigned long long) st.st_size);
    }
}


static uint32_t
idx_close(idx_t *x)
{
    char  extra;

    if (gzread(x->file, &extra, 1) > 0) {
        train_die("%s: byte %llu: the file goes on after the data that its "
                  "header announces", x->path, (unsigned long long) x->at);
    }

    (void) gzclose(x->file);

    return x->crc32c;
}


static void
idx_numbers(idx_t *x, train_data_t *d)
{
    float     f;
    size_t    i, j;
    uint8_t  *line;

    line = train_alloc(d->in, x->item);
    d->numbers = train_alloc(d->rows * d->in, sizeof(float));

    for (i = 0; i < d->rows; i++) {
        idx_read(x, line, d->in * x->item);

        for (j = 0; j < d->in; j++) {
            f = (float) train_npy_number(x->dtype, line + j * x->item, 1);

            /* false for NaN too */

            if (!(f >= -3.4e38f && f <= 3.4e38f)) {
                train_die("%s: row %zu, number %zu: expected a finite number",
                          x->path, i + 1, j + 1);
            }

            d->numbers[i * d->in + j] = f;
        }
    }

    train_free(line);
}


static void
idx_images(const char *path, train_data_t *d)
{
    idx_t   x;
    size_t  i;

    idx_open(&x, path, d->crc32c);

    if (x.rank < 2) {
        train_die("%s: byte 3: %zu dimension: expected rows of numbers, so 2 "
                  "dimensions or more", path, x.rank);
    }

    if (x.dim[0] > UINT32_MAX / 2) {
        train_die("%s: byte 4: %zu rows are more than can be trained on",
                  path, x.dim[0]);
    }

    d->input = MAAS_INPUT_TENSOR;
    d->rows = x.dim[0];
    d->rank = x.rank - 1;
    d->in = 1;

    for (i = 0; i < d->rank; i++) {
        d->shape[i] = x.dim[i + 1];
        d->in *= d->shape[i];
    }

    if (d->in > MAAS_MAX_WIDTH) {
        train_die("%s: byte 8: %zu numbers a row: expected at most %u", path,
                  d->in, MAAS_MAX_WIDTH);
    }

    if (x.dtype == MAAS_U8) {
        d->image = (d->rank == 2);
        d->bytes = train_alloc(d->rows * d->in, 1);
        idx_read(&x, d->bytes, d->rows * d->in);

    } else {
        idx_numbers(&x, d);
    }

    d->crc32c = idx_close(&x);
}


static void
idx_labels(const char *path, const char *images, const train_want_t *want,
    train_data_t *d)
{
    char           text[32];
    idx_t          x;
    size_t         i;
    uint8_t        item[8];
    uint32_t      *id;
    train_dict_t   dict = { 0 };

    idx_open(&x, path, d->crc32c);

    if (x.rank != 1) {
        train_die("%s: byte 3: %zu dimensions: expected 1, a label for each "
                  "row", path, x.rank);
    }

    if (x.dim[0] != d->rows) {
        train_die("%s: byte 4: %zu labels, but %s has %zu rows: expected as "
                  "many", path, x.dim[0], images, d->rows);
    }

    id = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < d->rows; i++) {
        idx_read(&x, item, x.item);
        (void) snprintf(text, sizeof(text), "%.9g",
                        train_npy_number(x.dtype, item, 1));
        id[i] = train_dict_add(&dict, text);
    }

    d->crc32c = idx_close(&x);

    train_target_set(d, want, &dict, id, path);

    train_dict_free(&dict);
    train_free(id);
}


void
train_idx_read(const char *images, const char *labels,
    const train_want_t *want, train_data_t *d)
{
    if (want->target != NULL) {
        train_die("%s: IDX files have no column \"%s\": --target is for CSV",
                  images, want->target);
    }

    idx_images(images, d);

    if (want->model != NULL && want->model->in != d->in) {
        train_die("%s: %zu numbers a row: the model \"%s\" expects %zu",
                  images, d->in, want->model->name, want->model->in);
    }

    if (labels != NULL) {
        idx_labels(labels, images, want, d);
        return;
    }

    if (!want->no_target) {
        train_die("%s: no labels: expected --data IMAGES,LABELS, or a file "
                  "named like it with labels-idx1 instead of images-idx3",
                  images);
    }
}
