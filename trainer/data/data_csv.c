/*
 * CSV: text to rows of fields, separated by commas, semicolons or tabs.
 * libcsv takes quotes and separators apart; where it is wrong is said here.
 * What the fields mean is not (table.c).
 */

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"
#include "text/maas_json.h"


#define CSV_BETWEEN_ROWS  0         /* libcsv's ROW_NOT_BEGUN */


typedef struct {
    train_table_t  *table;
    size_t          line;           /* being parsed, from 1 */
    size_t          row_line;       /* where the row began */
    unsigned        begun;          /* the first row was seen */
    train_fields_t  row;
} csv_file_t;


static void
csv_add_field(void *s, size_t len, void *ctx)
{
    char          *text;
    csv_file_t    *f = ctx;
    train_cell_t  *cell;

    if (f->row.n == TRAIN_MAX_COLUMNS) {
        train_die("%s:%zu: more than %d columns", f->table->path, f->row_line,
                  TRAIN_MAX_COLUMNS);
    }

    if (s != NULL && memchr(s, '\0', len) != NULL) {
        train_die("%s:%zu:%zu: a zero byte: expected text", f->table->path,
                  f->row_line, f->row.n + 1);
    }

    cell = train_fields_cell(&f->row, f->row.n);
    text = f->row.text + f->row.used;

    if (len > 0) {
        (void) memcpy(text, s, len);
    }

    text[len] = '\0';
    cell->type = TRAIN_CELL_TEXT;
    cell->s = text;
    cell->len = len;
    f->row.used += len + 1;
}


/* Has the first row names rather than values?  A name is no number. */

static int
csv_is_header(const csv_file_t *f)
{
    float        v;
    size_t       i, len;
    const char  *s;

    if (f->table->want->header != TRAIN_AUTO) {
        return f->table->want->header == TRAIN_YES;
    }

    for (i = 0; i < f->row.n; i++) {
        s = f->row.cell[i].s;
        len = f->row.cell[i].len;
        maas__field_trim(&s, &len);

        if (i == 0 && len == 0 && f->row.n > 1) {
            continue;               /* csv_names() has one for it */
        }

        if (len == 0 || maas__field_number(s, len, &v) != MAAS_BADVALUE) {
            return 0;
        }
    }

    return 1;
}


static void
csv_names(csv_file_t *f)
{
    int          new;
    char         buf[32];
    size_t       i, len;
    const char  *name;

    f->table->named = (unsigned) csv_is_header(f);

    for (i = 0; i < f->row.n; i++) {
        name = f->row.cell[i].s;
        len = f->row.cell[i].len;

        if (!f->table->named) {
            len = (size_t) snprintf(buf, sizeof(buf), "column%zu", i + 1);
            name = buf;
        }

        if (i == 0 && len == 0) {
            name = "index";         /* as pandas writes it */
            len = strlen(name);
        }

        if (len < 1 || len > MAAS_MAX_TEXT) {
            train_die("%s:1:%zu: a column's name of %zu bytes: expected 1 to "
                      "%d", f->table->path, i + 1, len, MAAS_MAX_TEXT);
        }

        if (!maas__utf8(name, len)) {
            train_die("%s:1:%zu: a column's name is not UTF-8",
                      f->table->path, i + 1);
        }

        (void) train_table_add(f->table, name, len, &new);

        if (!new) {
            train_die("%s:1:%zu: the name \"%s\" stands twice: expected "
                      "different names", f->table->path, i + 1, name);
        }
    }

    f->table->closed = 1;
}


static void
csv_end_row(int c, void *ctx)
{
    int             first;
    csv_file_t     *f = ctx;
    train_table_t  *t;

    (void) c;
    t = f->table;
    first = !f->begun;
    f->begun = 1;

    if (t->n == 0) {
        csv_names(f);
    }

    if ((!first || !t->named) && t->pass != TRAIN_TABLE_NAMES) {
        if (f->row.n != t->n) {
            train_table_bad(t, f->row_line,
                            f->row.n < t->n ? f->row.n - 1 : t->n,
                            "%zu fields: expected %zu as in the first row",
                            f->row.n, t->n);
        } else {
            train_table_row(t, f->row_line, f->row.cell, f->row.n);
        }
    }

    f->row.n = 0;
    f->row.used = 0;
    f->row_line = f->line + 1;
}


/* The separator that stands most often in the first line, outside quotes */

static unsigned char
csv_separator(const char *path, const char *text, size_t len)
{
    int           quoted;
    size_t        i, n[3] = { 0 };
    const char   *at;
    static const char  separators[] = ",;\t";

    i = strlen(path);

    if ((i > 4 && strcmp(path + i - 4, ".tsv") == 0)
        || (i > 7 && strcmp(path + i - 7, ".tsv.gz") == 0))
    {
        return '\t';
    }

    quoted = 0;

    for (i = 0; i < len && (quoted || text[i] != '\n'); i++) {
        quoted ^= (text[i] == '"');
        at = (text[i] != '\0') ? strchr(separators, text[i]) : NULL;

        if (at != NULL && !quoted) {
            n[at - separators]++;
        }
    }

    if (n[0] >= n[1] && n[0] >= n[2]) {
        return ',';
    }

    return n[1] >= n[2] ? ';' : '\t';
}


void
train_table_csv(train_table_t *t, const char *text, size_t len)
{
    size_t              n;
    const char         *end, *newline;
    csv_file_t          f = { 0 };
    struct csv_parser   p;

    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        train_die("%s: the CSV parser cannot be had", t->path);
    }

    csv_set_delim(&p, csv_separator(t->path, text, len));

    train_fields_begin(&f.row, len);
    f.table = t;
    f.line = 1;
    f.row_line = 1;

    for (end = text + len; text < end; text += n) {
        newline = memchr(text, '\n', (size_t) (end - text));
        n = (newline != NULL) ? (size_t) (newline - text) + 1
                              : (size_t) (end - text);

        if (csv_parse(&p, text, n, csv_add_field, csv_end_row, &f) != n) {
            train_die("%s:%zu:%zu: %s", t->path, f.line, f.row.n + 1,
                      csv_strerror(csv_error(&p)));
        }

        f.line++;

        if (p.pstate == CSV_BETWEEN_ROWS) {
            f.row_line = f.line;

            if (t->pass == TRAIN_TABLE_NAMES && f.begun) {
                break;
            }
        }
    }

    if (text >= end && csv_fini(&p, csv_add_field, csv_end_row, &f) != 0) {
        train_die("%s:%zu:%zu: a quoted field is never closed", t->path,
                  f.row_line, f.row.n + 1);
    }

    csv_free(&p);
    train_fields_free(&f.row);
}
