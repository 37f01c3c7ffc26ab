/*
 * CSV files: columns of numbers and a target column, plain or gzipped.
 * libcsv takes quotes and separators apart; where it is wrong is said here.
 */

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "trainer.h"


#define CSV_MAX_LINE     (64u << 20)
#define CSV_MAX_COLUMNS  65536
#define CSV_BETWEEN_ROWS 0          /* libcsv's ROW_NOT_BEGUN */


typedef struct {
    const char          *path;
    const train_want_t  *want;
    train_data_t        *data;

    size_t               line;          /* being parsed, from 1 */
    size_t               row_line;      /* where the row began */

    char               **field;         /* of the row at hand */
    size_t               n_field;
    size_t               room_field;

    size_t               columns;       /* of the file; 0: not known yet */
    char               **name;          /* (columns) */
    size_t               target;        /* its column; columns: none */
    size_t              *place;         /* (columns) place in a row of numbers,
                                           or SIZE_MAX */
    size_t               room_rows;
    uint32_t            *id;            /* (rows) of the targets */
    train_dict_t         dict;
} csv_file_t;


static void
csv_add_field(void *s, size_t len, void *ctx)
{
    char        *copy;
    csv_file_t  *f = ctx;

    if (f->n_field == CSV_MAX_COLUMNS) {
        train_die("%s:%zu: more than %d columns", f->path, f->row_line,
                  CSV_MAX_COLUMNS);
    }

    if (f->n_field == f->room_field) {
        f->field = train_grow(f->field, f->room_field,
                              2 * f->room_field + 16, sizeof(char *));
        f->room_field = 2 * f->room_field + 16;
    }

    if (s != NULL && memchr(s, '\0', len) != NULL) {
        train_die("%s:%zu:%zu: a zero byte: expected text", f->path,
                  f->row_line, f->n_field + 1);
    }

    copy = train_alloc(len + 1, 1);

    if (s != NULL) {
        (void) memcpy(copy, s, len);
    }

    f->field[f->n_field++] = copy;
}


/* Has the first row names rather than numbers?  All but the target must be
 * numbers in a row of data. */

static int
csv_is_header(const csv_file_t *f)
{
    size_t  i, numbers;
    double  v;

    if (f->want->header != TRAIN_AUTO) {
        return f->want->header == TRAIN_YES;
    }

    numbers = 0;

    for (i = 0; i < f->n_field; i++) {
        numbers += train_number(f->field[i], &v) || f->field[i][0] == '\0';
    }

    return numbers == 0;
}


static size_t
csv_find(const csv_file_t *f, const char *name)
{
    size_t  i;

    for (i = 0; i < f->columns; i++) {
        if (strcmp(f->name[i], name) == 0) {
            break;
        }
    }

    return i;
}


/* --target: a name, or the number of a column */

static void
csv_find_target(csv_file_t *f)
{
    double       v;
    const char  *target;

    target = f->want->target;

    if (target == NULL) {
        f->target = f->columns;

        if (f->want->model == NULL) {
            f->target = f->columns - 1;
        }

        return;
    }

    f->target = csv_find(f, target);

    if (f->target == f->columns && train_number(target, &v) && v >= 1
        && v <= (double) f->columns && v == floor(v))
    {
        f->target = (size_t) v - 1;
    }

    if (f->target == f->columns && !f->want->no_target) {
        train_die("%s:1: no column \"%s\" for --target: expected one of the "
                  "names (\"%s\" to \"%s\") or a number from 1 to %zu",
                  f->path, target, f->name[0], f->name[f->columns - 1],
                  f->columns);
    }
}


/* A model knows its columns: by name, or by place if the file has no names */

static void
csv_place_model(csv_file_t *f, int header)
{
    size_t              i, j, others;
    const maas_info_t  *m;

    m = f->want->model;

    for (i = 0; i < f->columns; i++) {
        f->place[i] = SIZE_MAX;
    }

    if (header && m->n_columns > 0) {
        for (j = 0; j < m->n_columns; j++) {
            i = csv_find(f, m->columns[j]);

            if (i == f->columns) {
                train_die("%s:1: no column \"%s\", which the model \"%s\" "
                          "expects", f->path, m->columns[j], m->name);
            }

            f->place[i] = j;
        }

        return;
    }

    others = f->columns - (f->target < f->columns);

    if (others == m->in + 1 && f->target == f->columns
        && f->want->no_target)
    {
        others--;               /* a target that is not asked for: the last */
        f->target = f->columns - 1;
    }

    if (others != m->in) {
        train_die("%s:1: %zu columns without the target: the model \"%s\" "
                  "expects %zu", f->path, others, m->name, m->in);
    }

    for (i = 0, j = 0; i < f->columns; i++) {
        f->place[i] = (i == f->target) ? SIZE_MAX : j++;
    }
}


static void
csv_check_names(const csv_file_t *f)
{
    size_t  i, len;

    for (i = 0; i < f->columns; i++) {
        len = strlen(f->name[i]);

        if (len < 1 || len > MAAS_MAX_TEXT) {
            train_die("%s:1:%zu: a column's name of %zu bytes: expected 1 to "
                      "%d", f->path, i + 1, len, MAAS_MAX_TEXT);
        }

        if (csv_find(f, f->name[i]) != i) {
            train_die("%s:1:%zu: the name \"%s\" stands twice: expected "
                      "different names", f->path, i + 1, f->name[i]);
        }
    }
}


static void
csv_begin(csv_file_t *f, int header)
{
    size_t         i, j;
    train_data_t  *d;

    d = f->data;
    f->columns = f->n_field;
    f->name = train_alloc(f->columns, sizeof(char *));
    f->place = train_alloc(f->columns, sizeof(size_t));

    for (i = 0; i < f->columns; i++) {
        f->name[i] = header ? train_strdup(f->field[i])
                            : train_format("column%zu", i + 1);
    }

    csv_check_names(f);
    csv_find_target(f);

    if (f->want->model != NULL) {
        csv_place_model(f, header);
        d->in = f->want->model->in;

    } else {
        for (i = 0, j = 0; i < f->columns; i++) {
            f->place[i] = (i == f->target) ? SIZE_MAX : j++;
        }

        d->in = j;
    }

    if (d->in == 0) {
        train_die("%s:1: one column only: expected columns of numbers beside "
                  "the target", f->path);
    }

    d->input = MAAS_INPUT_COLUMNS;
    d->rank = 1;
    d->shape[0] = d->in;
    d->columns = train_alloc(d->in, sizeof(char *));

    for (i = 0; i < f->columns; i++) {
        if (f->place[i] != SIZE_MAX) {
            d->columns[f->place[i]] = train_strdup(f->name[i]);
        }
    }

    if (f->target < f->columns) {
        d->target = train_strdup(f->name[f->target]);
    }
}


static void
csv_number(csv_file_t *f, size_t i, float *out)
{
    double  v;

    if (f->field[i][strspn(f->field[i], " \t")] == '\0') {
        train_die("%s:%zu:%zu: column \"%s\" is empty: expected a number",
                  f->path, f->row_line, i + 1, f->name[i]);
    }

    if (!train_number(f->field[i], &v)) {
        train_die("%s:%zu:%zu: column \"%s\" holds \"%.40s\": expected a "
                  "number", f->path, f->row_line, i + 1, f->name[i],
                  f->field[i]);
    }

    if (fabs(v) > 3.4e38) {
        train_die("%s:%zu:%zu: column \"%s\" holds %.40s: expected a number "
                  "that fits in single precision", f->path, f->row_line,
                  i + 1, f->name[i], f->field[i]);
    }

    *out = (float) v;
}


static void
csv_room(csv_file_t *f)
{
    size_t         room;
    train_data_t  *d;

    d = f->data;

    if (d->rows < f->room_rows) {
        return;
    }

    if (d->rows >= UINT32_MAX / 4) {
        train_die("%s:%zu: more rows than can be trained on", f->path,
                  f->row_line);
    }

    room = f->room_rows ? 2 * f->room_rows : 1024;
    d->numbers = train_grow(d->numbers, f->room_rows * d->in, room * d->in,
                            sizeof(float));
    f->id = train_grow(f->id, f->room_rows, room, sizeof(uint32_t));
    f->room_rows = room;
}


static void
csv_row(csv_file_t *f)
{
    size_t         i;
    train_data_t  *d;

    if (f->n_field != f->columns) {
        train_die("%s:%zu:%zu: %zu fields: expected %zu as in the first row",
                  f->path, f->row_line,
                  f->n_field < f->columns ? f->n_field : f->columns + 1,
                  f->n_field, f->columns);
    }

    d = f->data;
    csv_room(f);

    for (i = 0; i < f->columns; i++) {
        if (f->place[i] != SIZE_MAX) {
            csv_number(f, i, &d->numbers[d->rows * d->in + f->place[i]]);
        }
    }

    if (d->target != NULL) {
        if (f->field[f->target][0] == '\0') {
            train_die("%s:%zu:%zu: the target \"%s\" is empty", f->path,
                      f->row_line, f->target + 1, d->target);
        }

        f->id[d->rows] = train_dict_add(&f->dict, f->field[f->target]);
    }

    d->rows++;
}


static void
csv_end_row(int c, void *ctx)
{
    int          header;
    size_t       i;
    csv_file_t  *f = ctx;

    (void) c;
    header = 0;

    if (f->columns == 0) {
        header = csv_is_header(f);
        csv_begin(f, header);
    }

    if (!header) {
        csv_row(f);
    }

    for (i = 0; i < f->n_field; i++) {
        train_free(f->field[i]);
    }

    f->n_field = 0;
    f->row_line = f->line + 1;
}


static char *
csv_line(csv_file_t *f, gzFile file, char **buf, size_t *room, size_t *len)
{
    int          code;
    const char  *why;

    *len = 0;

    for ( ;; ) {
        if (*len + 1 >= *room) {
            if (*room > CSV_MAX_LINE) {
                train_die("%s:%zu: a line over %u bytes", f->path, f->line,
                          CSV_MAX_LINE);
            }

            *buf = train_grow(*buf, *room, *room ? 2 * *room : 4096, 1);
            *room = *room ? 2 * *room : 4096;
        }

        /* gzgets() would hide zero bytes */

        code = gzgetc(file);

        if (code < 0) {
            break;
        }

        (*buf)[(*len)++] = (char) code;

        if (code == '\n') {
            return *buf;
        }
    }

    why = gzerror(file, &code);

    if (code != Z_OK && code != Z_STREAM_END) {
        train_die("%s:%zu: cannot be read: %s", f->path, f->line,
                  code == Z_ERRNO ? strerror(errno)
                  : code == Z_BUF_ERROR ? "the file ends too early" : why);
    }

    return *len ? *buf : NULL;
}


static void
csv_parse_file(csv_file_t *f)
{
    char               *buf, *line;
    size_t              room, len, n;
    gzFile              file;
    struct csv_parser   p;

    file = gzopen(f->path, "rb");

    if (file == NULL) {
        train_die("%s: cannot be opened: %s", f->path, strerror(errno));
    }

    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        train_die("%s: the CSV parser cannot be had", f->path);
    }

    n = strlen(f->path);

    if ((n > 4 && strcmp(f->path + n - 4, ".tsv") == 0)
        || (n > 7 && strcmp(f->path + n - 7, ".tsv.gz") == 0))
    {
        csv_set_delim(&p, '\t');
    }

    buf = NULL;
    room = 0;
    f->line = 1;
    f->row_line = 1;

    while ((line = csv_line(f, file, &buf, &room, &len)) != NULL) {

        if (f->line == 1 && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
            line += 3;          /* the mark that spreadsheets put first */
            len -= 3;
        }

        f->data->crc32c = maas__crc32c(f->data->crc32c, line, len);

        if (csv_parse(&p, line, len, csv_add_field, csv_end_row, f) != len) {
            train_die("%s:%zu:%zu: %s", f->path, f->line, f->n_field + 1,
                      csv_strerror(csv_error(&p)));
        }

        f->line++;

        if (p.pstate == CSV_BETWEEN_ROWS) {
            f->row_line = f->line;
        }
    }

    if (csv_fini(&p, csv_add_field, csv_end_row, f) != 0) {
        train_die("%s:%zu:%zu: a quoted field is never closed", f->path,
                  f->row_line, f->n_field + 1);
    }

    csv_free(&p);
    (void) gzclose(file);
    train_free(buf);
}


void
train_csv_read(const char *path, const train_want_t *want, train_data_t *d)
{
    size_t      i;
    csv_file_t  f = { 0 };

    f.path = path;
    f.want = want;
    f.data = d;

    csv_parse_file(&f);

    if (d->rows == 0) {
        train_die("%s: no rows: expected %s", path,
                  f.columns ? "rows of data below the names"
                            : "a CSV file with columns of numbers");
    }

    if (d->target != NULL) {
        train_target_set(d, want, &f.dict, f.id, path);

    } else if (!want->no_target) {
        train_die("%s: the target is not known: expected --target COLUMN",
                  path);
    }

    for (i = 0; i < f.columns; i++) {
        train_free(f.name[i]);
    }

    train_dict_free(&f.dict);
    train_free(f.name);
    train_free(f.place);
    train_free(f.field);
    train_free(f.id);
}
