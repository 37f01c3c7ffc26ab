/*
 * NumPy's .npy: an array of two dimensions is a table of numbers, one of more
 * dimensions pictures.  Targets stand in a column or in a second file.
 * The format: numpy.lib.format, versions 1 to 3.
 * What the numbers mean is not known here (table.c).
 */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "util.h"
#include "read/maas_crc.h"


#define NPY_MAX_RANK  8


typedef struct {
    const char     *path;
    unsigned char  *file;
    size_t          size;
    const char     *header;         /* its text, terminated */
    maas_dtype_t    dtype;
    unsigned        big;            /* most significant byte first */
    int             fortran;        /* first index runs fastest */
    size_t          rank;
    size_t          dim[NPY_MAX_RANK];
    const unsigned char  *data;
} npy_t;


/* Text behind 'name': in the header's dictionary; dies if it is not there */

static const char *
npy_find(const npy_t *x, const char *name)
{
    char         key[32];
    const char  *p;

    (void) snprintf(key, sizeof(key), "'%s':", name);
    p = strstr(x->header, key);

    if (p == NULL) {
        train_die("%s: byte 10: the header has no %s", x->path, key);
    }

    p += strlen(key);

    return p + strspn(p, " ");
}


static void
npy_type(npy_t *x)
{
    const char  *p, *name;

    p = npy_find(x, "descr");

    for (x->dtype = 0; x->dtype < MAAS_N_DTYPES; x->dtype++) {
        name = maas__dtypes[x->dtype].npy;

        if (name != NULL && p[0] == '\'' && p[1] != '\0'
            && strncmp(p + 2, name, 2) == 0 && p[4] == '\'')
        {
            break;
        }
    }

    if (x->dtype == MAAS_N_DTYPES || strchr("<>|=", p[1]) == NULL) {
        train_die("%s: byte 10: the type %.*s: expected floats of 16 to 64 "
                  "bits, integers or bool", x->path,
                  (int) (p[0] == '\'' ? strcspn(p + 1, "'") + 2 : 12), p);
    }

    x->big = (p[1] == '>');
    x->fortran = (strncmp(npy_find(x, "fortran_order"), "True", 4) == 0);
}


static void
npy_shape(npy_t *x)
{
    char        *end;
    size_t       v;
    const char  *p;

    p = npy_find(x, "shape");

    if (*p++ != '(') {
        train_die("%s: byte 10: the header has no shape", x->path);
    }

    while (*p != ')') {
        if (!isdigit((unsigned char) *p) || x->rank == NPY_MAX_RANK) {
            train_die("%s: byte 10: the shape %.40s: expected up to %d whole "
                      "numbers", x->path, npy_find(x, "shape"), NPY_MAX_RANK);
        }

        v = strtoull(p, &end, 10);

        if (v / 10 > SIZE_MAX / 100) {
            train_die("%s: byte 10: the shape is too large", x->path);
        }

        x->dim[x->rank++] = v;
        p = end + strspn(end, ", ");
    }
}


static void
npy_open(npy_t *x, const char *path)
{
    char    *text;
    size_t   i, head, len, want;

    (void) memset(x, 0, sizeof(npy_t));
    x->path = path;
    x->file = train_slurp(path, &x->size);

    if (x->size < 12 || memcmp(x->file, "\x93NUMPY", 6) != 0
        || x->file[6] < 1 || x->file[6] > 3)
    {
        train_die("%s: byte 0: not the beginning of a .npy file", path);
    }

    head = (x->file[6] == 1) ? 10 : 12;
    len = x->file[8] | (size_t) x->file[9] << 8;

    if (head == 12) {
        len |= (size_t) x->file[10] << 16 | (size_t) x->file[11] << 24;
    }

    if (len > x->size - head) {
        train_die("%s: byte 8: a header of %zu bytes in a file of %zu", path,
                  len, x->size);
    }

    text = train_alloc(len + 1, 1);
    (void) memcpy(text, x->file + head, len);
    x->header = text;
    x->data = x->file + head + len;

    npy_type(x);
    npy_shape(x);
    want = maas__dtypes[x->dtype].bits / 8;

    for (i = 0; i < x->rank; i++) {
        if (maas__mul(want, x->dim[i], &want) != MAAS_OK) {
            train_die("%s: byte 10: the shape is too large", path);
        }
    }

    if (want != x->size - head - len) {
        train_die("%s: byte %zu: %zu bytes of numbers: expected %zu, as the "
                  "shape says", path, head + len, x->size - head - len, want);
    }
}


static void
npy_close(npy_t *x)
{
    train_free((void *) x->header);
    train_free(x->file);
}


double
train_npy_number(maas_dtype_t dtype, const void *p, unsigned big)
{
    char                     le[8];
    size_t                   i, size;
    const maas_dtype_row_t  *type;

    type = &maas__dtypes[dtype];
    size = type->bits / 8;

    for (i = 0; i < size; i++) {
        le[i] = ((const char *) p)[big ? size - 1 - i : i];
    }

    return type->number(le);
}


static double
npy_number(const npy_t *x, size_t at)
{
    return train_npy_number(x->dtype,
                            x->data + at * maas__dtypes[x->dtype].bits / 8,
                            x->big);
}


/* Where number j of row i is */

static size_t
npy_at(const npy_t *x, size_t i, size_t j)
{
    return x->fortran ? j * x->dim[0] + i
                      : x->rank > 1 ? i * x->dim[1] + j : i;
}


static void
npy_cell(train_cell_t *cell, double v)
{
    cell->type = isnan(v) ? TRAIN_CELL_NULL : TRAIN_CELL_NUMBER;
    cell->v = v;
}


static void
npy_names(train_table_t *t, const npy_t *rows, const npy_t *targets)
{
    int      new;
    char     name[32];
    size_t   i, len;

    for (i = 0; i < rows->dim[1]; i++) {
        len = (size_t) snprintf(name, sizeof(name), "column%zu", i + 1);
        (void) train_table_add(t, name, len, &new);
    }

    if (targets != NULL) {
        (void) train_table_add(t, "target", 6, &new);
    }

    t->closed = 1;

    for (i = 0; i < t->n; i++) {
        t->columns[i].seen.filled = rows->dim[0];
        t->columns[i].seen.numbers = rows->dim[0];
        t->columns[i].seen.way[TRAIN_WAY_POINT] = rows->dim[0];
    }
}


static void
npy_table(train_table_t *t, const npy_t *rows, const npy_t *targets)
{
    size_t         i, j;
    train_cell_t  *cell;

    cell = train_alloc(t->n + 1, sizeof(train_cell_t));

    for (i = 0; i < rows->dim[0]; i++) {
        for (j = 0; j < rows->dim[1]; j++) {
            npy_cell(&cell[j], npy_number(rows, npy_at(rows, i, j)));
        }

        if (targets != NULL) {
            npy_cell(&cell[j++], npy_number(targets, i));
        }

        train_table_row(t, i + 1, cell, j);
    }

    train_free(cell);
}


/* n numbers of rows, as the model, if there is one, takes them */

static void
npy_numbers(const npy_t *x, const maas_info_t *model, size_t n,
    train_data_t *d)
{
    int     wide, nan;
    size_t  i;
    double  v;

    wide = model != NULL && model->wide;
    nan = model != NULL && model->nan;

    if (wide) {
        d->exact = train_alloc(n, sizeof(double));

    } else {
        d->numbers = train_alloc(n, sizeof(float));
    }

    for (i = 0; i < n; i++) {
        v = npy_number(x, i);

        if (wide) {
            d->exact[i] = v;

        } else {
            d->numbers[i] = (float) v;
            v = (double) d->numbers[i];
        }

        if (isnan(v) ? !nan : isinf(v)) {
            train_die("%s: row %zu, number %zu: expected a finite number",
                      x->path, i / d->in + 1, i % d->in + 1);
        }
    }
}


/* More than two dimensions: a tensor, pictures if they are bytes */

static void
npy_tensor(const npy_t *x, const train_want_t *want, train_data_t *d)
{
    size_t  i, n;

    if (x->fortran || x->rank > MAAS_MAX_RANK + 1) {
        train_die("%s: byte 10: expected at most %d dimensions, in C's order",
                  x->path, MAAS_MAX_RANK + 1);
    }

    d->input = MAAS_INPUT_TENSOR;
    d->rows = x->dim[0];
    d->rank = x->rank - 1;
    d->in = 1;

    for (i = 0; i < d->rank; i++) {
        d->shape[i] = x->dim[i + 1];

        if (d->shape[i] == 0 || d->shape[i] > MAAS_MAX_WIDTH / d->in) {
            train_die("%s: byte 10: a row of no numbers, or of more than %u",
                      x->path, MAAS_MAX_WIDTH);
        }

        d->in *= d->shape[i];
    }

    n = d->rows * d->in;

    if (x->dtype == MAAS_U8) {
        d->image = (d->rank == 2);
        d->bytes = train_alloc(n, 1);
        (void) memcpy(d->bytes, x->data, n);
        return;
    }

    npy_numbers(x, want->model, n, d);
}


static void
npy_tensor_targets(const npy_t *x, const train_want_t *want, train_data_t *d)
{
    char           buf[MAAS_NUMBER_TEXT];
    size_t         i;
    double         v;
    uint32_t      *id;
    train_dict_t   dict = { 0 };

    id = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < d->rows; i++) {
        v = npy_number(x, i);

        if (!isfinite((float) v)) {
            train_die("%s: row %zu: expected a finite number", x->path,
                      i + 1);
        }

        id[i] = train_dict_put(&dict, buf, maas__field_print(v, buf));
    }

    train_target_set(d, want, &dict, id, x->path);
    train_dict_free(&dict);
    train_free(id);
}


static void
npy_check(const npy_t *rows, const npy_t *targets, const train_want_t *want)
{
    if (rows->rank < 2 || rows->dim[0] == 0 || rows->dim[1] == 0
        || rows->dim[0] > UINT32_MAX / 4)
    {
        train_die("%s: byte 10: expected an array of two dimensions or more "
                  "with something in it", rows->path);
    }

    if (targets != NULL
        && (targets->dim[0] != rows->dim[0] || targets->rank > 2
            || targets->rank < 1
            || (targets->rank == 2 && targets->dim[1] != 1)))
    {
        train_die("%s: byte 10: expected one number for each of the %zu rows "
                  "of %s", targets->path, rows->dim[0], rows->path);
    }

    if (targets == NULL && rows->rank > 2 && !want->no_target) {
        train_die("%s: no targets: expected --data ROWS.npy,TARGETS.npy",
                  rows->path);
    }
}


void
train_npy_read(const char *rows, const char *targets,
    const train_want_t *want, train_data_t *d)
{
    npy_t           x, truth, *y;
    train_table_t  *t;

    y = (targets != NULL) ? &truth : NULL;
    npy_open(&x, rows);

    if (y != NULL) {
        npy_open(y, targets);
    }

    npy_check(&x, y, want);
    d->crc32c = maas__crc32c(0, x.file, x.size);

    if (x.rank > 2) {
        npy_tensor(&x, want, d);

        if (y != NULL) {
            npy_tensor_targets(y, want, d);
        }

    } else {
        t = train_table_begin(rows, want);
        npy_names(t, &x, y);
        train_table_roles(t);
        t->pass = TRAIN_TABLE_KEEP;
        npy_table(t, &x, y);
        train_table_finish(t, d);
    }

    npy_close(&x);

    if (y != NULL) {
        d->crc32c = maas__crc32c(d->crc32c, y->file, y->size);
        npy_close(y);
    }
}
