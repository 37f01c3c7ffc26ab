/*
 * JSON that is one value: an array of objects, or columns as pandas writes
 * them: {"a":{"0":1,"1":2}}, {"a":[1,2]}, {"columns":["a"],"data":[[1],[2]]};
 * or rows by their numbers: {"0":{"a":1},"1":{"a":2}}.
 * Objects on lines are in data_jsonl.c, rows in data_json_row.c.
 */

#include <string.h>

#include "data_json.h"
#include "util.h"


/* Columns side by side; rows come of them at the end */

typedef struct {
    train_json_t    j;
    const char     *text;
    size_t          rows;           /* of the first column */
    size_t          n;              /* columns of rows that are lists */
    size_t         *column;         /* (n) their places */
    size_t          n_room;
    maas_str_t     *key;            /* (rows) names of the first column's rows,
                                       where they have names */
    size_t          key_room;
    train_cell_t  **cell;           /* (columns)(rows) */
    size_t          cell_room;
    size_t          cells;          /* columns that have room */
} json_table_t;


/* One object, a row, on several lines? */

static int
json_is_spread(const char *text, size_t len)
{
    const char  *end;

    for ( /* void */ ; len > 0 && memchr(" \t\r\n", *text, 4) != NULL; len--) {
        text++;
    }

    end = memchr(text, '\n', len);

    return end != NULL
           && maas__json_check(text, (size_t) (end - text), TRAIN_JSON_DEPTH,
                               NULL) != MAAS_OK
           && maas__json_check(text, len, TRAIN_JSON_DEPTH, NULL) == MAAS_OK;
}


/* Lines with an object each, of which the first begins with an object?  One
 * line alone may be columns, unless some member is a value. */

static int
json_is_lines(const char *text, size_t len, int nested)
{
    int                 values;
    const char         *end;
    maas_json_t         j;
    maas_json_object_t  o = { 0 };
    const char *const   none = NULL;

    while (len > 0 && memchr(" \t\r\n", *text, 4) != NULL) {
        text++;
        len--;
    }

    end = memchr(text, '\n', len);
    end = (end != NULL) ? end : text + len;

    if (maas__json_check(text, (size_t) (end - text), TRAIN_JSON_DEPTH, NULL)
        != MAAS_OK)
    {
        return 0;
    }

    maas__json_start(&j, text, (size_t) (end - text));
    o.names = &none;
    values = 0;

    while (maas__json_member(&j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        values |= (*j.p != '{' && *j.p != '[');
        (void) maas__json_skip(&j, TRAIN_JSON_DEPTH, NULL);
    }

    while (end < text + len && memchr(" \t\r\n", *end, 4) != NULL) {
        end++;
    }

    return nested || values || end < text + len;
}


int
train_json_is(const char *text, size_t len, int nested)
{
    maas_json_t         j;
    maas_json_object_t  o = { 0 };
    const char *const   none = NULL;

    maas__json_start(&j, text, len);
    maas__json_space(&j);

    if (j.p < j.end && *j.p == '[') {
        j.p++;
        maas__json_space(&j);
        return j.p == j.end || *j.p == '{' || *j.p == '[' || *j.p == ']';
    }

    o.names = &none;

    if (j.p == j.end || *j.p != '{'
        || maas__json_member(&j, &o, NULL) != MAAS_OK
        || o.which == MAAS_JSON_END)
    {
        return 0;
    }

    maas__json_space(&j);

    return (j.p < j.end && (*j.p == '{' || *j.p == '[')
            && !json_is_lines(text, len, nested))
           || json_is_spread(text, len);
}


/* Where the cursor is, for sentences of text that is no JSON */

static size_t
json_line(const char *text, const char *p)
{
    size_t  n;

    for (n = 1; text < p; text++) {
        n += (*text == '\n');
    }

    return n;
}


static void __attribute__((noreturn))
json_die(const json_table_t *t, const char *p, const char *what)
{
    train_die("%s:%zu: %s", t->j.table->path, json_line(t->text, p), what);
}


static void
json_check(const train_table_t *t, const char *text, size_t len)
{
    maas_json_t  j;
    maas_err_t   err;

    maas__json_start(&j, text, len);
    maas__json_space(&j);

    if (maas__json_skip(&j, TRAIN_JSON_DEPTH, &err) != MAAS_OK
        || maas__json_finish(&j, &err) != MAAS_OK)
    {
        train_die("%s:%zu: not JSON: %s", t->path, json_line(text, j.p),
                  err.msg);
    }
}


/* [{...},{...}] */

static void
json_records(json_table_t *t, maas_json_t *j)
{
    unsigned     more;
    maas_err_t   err;
    const char  *p;

    more = 0;

    while (maas__json_element(j, &more, &err) == MAAS_OK && more) {
        p = j->p;
        (void) maas__json_skip(j, TRAIN_JSON_DEPTH, &err);
        t->j.line++;
        train_json_row(&t->j, p, j->p);
    }
}


/* Cell `row` of a column, all before it are there */

static train_cell_t *
json_cell(json_table_t *t, size_t column, size_t row)
{
    size_t  room;

    if (column >= t->cells) {
        train_room(&t->cell, &t->cell_room, column + 1, sizeof(void *));

        for ( /* void */ ; t->cells <= column; t->cells++) {
            t->cell[t->cells] = NULL;
        }
    }

    if (t->cell[column] == NULL) {
        t->cell[column] = train_alloc(t->rows + 1, sizeof(train_cell_t));
    }

    room = t->rows;

    return row < room ? &t->cell[column][row] : NULL;
}


static void
json_value(json_table_t *t, maas_json_t *j, train_cell_t *cell)
{
    const char  *p, *wrong;

    p = j->p;
    t->j.at = *j;
    wrong = train_json_value(&t->j, cell);

    if (wrong != NULL) {
        json_die(t, p, wrong);
    }

    *j = t->j.at;
}


/* The rows of a column {"0":1,"1":2}, whose names are those of the first */

static void
json_named(json_table_t *t, maas_json_t *j, size_t column)
{
    size_t              row;
    train_cell_t        none = { 0 }, *cell;
    maas_json_object_t  o = { 0 };
    const char *const   names = NULL;

    o.names = &names;

    for (row = 0; maas__json_member(j, &o, NULL) == MAAS_OK
                  && o.which != MAAS_JSON_END; row++)
    {
        if (row >= t->rows || t->key[row].len != o.key.len
            || memcmp(t->key[row].data, o.key.data, o.key.len) != 0)
        {
            json_die(t, j->p, "a row that the first column has not, or in "
                     "another place: expected the same rows in each");
        }

        cell = (column != TRAIN_NO_COLUMN) ? json_cell(t, column, row) : &none;
        none = (train_cell_t) { 0 };
        json_value(t, j, cell);
    }

    if (row != t->rows) {
        json_die(t, j->p, "fewer rows than in the first column: expected as "
                 "many");
    }
}


static void
json_listed(json_table_t *t, maas_json_t *j, size_t column)
{
    size_t         row;
    unsigned       more;
    train_cell_t   none = { 0 }, *cell;

    more = 0;
    row = 0;

    while (maas__json_element(j, &more, NULL) == MAAS_OK && more) {
        if (row >= t->rows) {
            json_die(t, j->p, "more rows than in the first column: expected "
                     "as many");
        }

        cell = (column != TRAIN_NO_COLUMN) ? json_cell(t, column, row) : &none;
        none = (train_cell_t) { 0 };
        json_value(t, j, cell);
        row++;
    }

    if (row != t->rows) {
        json_die(t, j->p, "fewer rows than in the first column: expected as "
                 "many");
    }
}


/* How many rows, and what they are called */

static void
json_count(json_table_t *t, maas_json_t j)
{
    unsigned            more;
    maas_json_object_t  o = { 0 };
    const char *const   names = NULL;

    t->rows = 0;
    o.names = &names;
    more = 0;

    if (*j.p == '[') {
        while (maas__json_element(&j, &more, NULL) == MAAS_OK && more) {
            (void) maas__json_skip(&j, TRAIN_JSON_DEPTH, NULL);
            t->rows++;
        }

        return;
    }

    while (maas__json_member(&j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        train_room(&t->key, &t->key_room, t->rows + 1, sizeof(maas_str_t));
        t->key[t->rows++] = o.key;
        (void) maas__json_skip(&j, TRAIN_JSON_DEPTH, NULL);
    }
}


static size_t
json_place(json_table_t *t, maas_str_t name, const char *p)
{
    train_cell_t  cell = { 0 };

    if (!train_json_string(&t->j, name, &cell)) {
        json_die(t, p, "a name with a zero byte or half a character");
    }

    return train_json_column(&t->j, cell.s, cell.len);
}


/* {"a":...,"b":...} */

static void
json_columns(json_table_t *t, maas_json_t *j)
{
    char                kind;
    size_t              column;
    maas_json_object_t  o = { 0 };
    const char *const   names = NULL;

    kind = '\0';
    o.names = &names;

    while (maas__json_member(j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        if (kind == '\0' && (*j->p == '{' || *j->p == '[')) {
            kind = *j->p;
            json_count(t, *j);
        }

        if (*j->p != kind) {
            json_die(t, j->p, "a column that is not like the first: expected "
                     "the rows of each");
        }

        column = json_place(t, o.key, j->p);

        if (kind == '{') {
            json_named(t, j, column);
        } else {
            json_listed(t, j, column);
        }
    }
}


/* The names of {"columns":["a"],"data":[[1]]} */

static void
json_split_names(json_table_t *t, maas_json_t j)
{
    unsigned    more;
    maas_str_t  raw;

    more = 0;

    while (maas__json_element(&j, &more, NULL) == MAAS_OK && more) {
        if (maas__json_string(&j, &raw, NULL) != MAAS_OK) {
            json_die(t, j.p, "expected the name of a column");
        }

        train_room(&t->column, &t->n_room, t->n + 1, sizeof(size_t));
        t->column[t->n++] = json_place(t, raw, j.p);
    }
}


static void
json_split_row(json_table_t *t, maas_json_t *j)
{
    size_t         i;
    unsigned       more;
    train_cell_t   none, *cell;

    more = 0;
    i = 0;
    t->j.row.n = 0;

    if (*j->p != '[') {
        json_die(t, j->p, "expected a list of the row's values");
    }

    while (maas__json_element(j, &more, NULL) == MAAS_OK && more) {
        if (i == t->n) {
            json_die(t, j->p, "more values than columns");
        }

        none = (train_cell_t) { 0 };
        cell = (t->column[i] != TRAIN_NO_COLUMN)
               ? train_fields_cell(&t->j.row, t->column[i]) : &none;
        json_value(t, j, cell);
        i++;
    }

    if (i != t->n) {
        json_die(t, j->p, "fewer values than columns");
    }

    train_table_row(t->j.table, ++t->j.line, t->j.row.cell, t->j.row.n);
}


/* Is it "columns" and "data"?  Then the rows are read. */

static int
json_split(json_table_t *t, maas_json_t j)
{
    unsigned            more;
    maas_json_t         columns, data;
    maas_json_object_t  o = { 0 };

    static const char *const  names[] = { "columns", "index", "data", NULL };

    columns.p = data.p = NULL;
    o.names = names;

    while (maas__json_member(&j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        if (o.which == 0) {
            columns = j;

        } else if (o.which == 2) {
            data = j;

        } else if (o.which != 1) {
            return 0;
        }

        (void) maas__json_skip(&j, TRAIN_JSON_DEPTH, NULL);
    }

    if (columns.p == NULL || data.p == NULL || *columns.p != '['
        || *data.p != '[')
    {
        return 0;
    }

    json_split_names(t, columns);
    more = 0;

    while (maas__json_element(&data, &more, NULL) == MAAS_OK && more) {
        json_split_row(t, &data);
    }

    return 1;
}


static int
json_is_number(maas_str_t key)
{
    size_t  i;

    for (i = 0; i < key.len && key.data[i] >= '0' && key.data[i] <= '9'; i++) {
        /* a digit */
    }

    return key.len > 0 && i == key.len;
}


/* Is it {"0":{"a":1,"b":2},"1":{...}}, rows by their numbers?  All outer names
 * are numbers then, and those of the first row are not. */

static int
json_is_rows(maas_json_t j)
{
    size_t              n;
    maas_json_t         row;
    maas_json_object_t  o = { 0 }, inner = { 0 };
    const char *const   names = NULL;

    o.names = &names;
    inner.names = &names;

    for (n = 0; maas__json_member(&j, &o, NULL) == MAAS_OK
                && o.which != MAAS_JSON_END; n++)
    {
        if (!json_is_number(o.key) || *j.p != '{') {
            return 0;
        }

        row = j;

        if (n == 0 && (maas__json_member(&row, &inner, NULL) != MAAS_OK
                       || inner.which == MAAS_JSON_END
                       || json_is_number(inner.key)))
        {
            return 0;
        }

        (void) maas__json_skip(&j, TRAIN_JSON_DEPTH, NULL);
    }

    return n > 0;
}


static void
json_numbered(json_table_t *t, maas_json_t *j)
{
    const char          *p;
    maas_json_object_t   o = { 0 };
    const char *const    names = NULL;

    o.names = &names;

    while (maas__json_member(j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END)
    {
        p = j->p;
        (void) maas__json_skip(j, TRAIN_JSON_DEPTH, NULL);
        t->j.line++;
        train_json_row(&t->j, p, j->p);
    }
}


/* Rows out of columns */

static void
json_rows(json_table_t *t)
{
    size_t         i, row;
    train_cell_t  *cell;

    for (row = 0; row < t->rows; row++) {
        t->j.row.n = 0;

        for (i = 0; i < t->cells; i++) {
            cell = train_fields_cell(&t->j.row, i);

            if (t->cell[i] != NULL) {
                *cell = t->cell[i][row];
            }
        }

        train_table_row(t->j.table, row + 1, t->j.row.cell, t->j.row.n);
    }
}


/* Is the first value of the object a list or an object? */

static int
json_holds(maas_json_t j)
{
    maas_json_object_t  o = { 0 };
    const char *const   names = NULL;

    o.names = &names;

    return maas__json_member(&j, &o, NULL) == MAAS_OK
           && o.which != MAAS_JSON_END && (*j.p == '{' || *j.p == '[');
}


void
train_table_json(train_table_t *t, const char *text, size_t len)
{
    size_t        i;
    maas_json_t   j;
    json_table_t  table = { .j = { .table = t }, .text = text };

    json_check(t, text, len);
    t->over = 1;
    t->by_row = 1;
    train_fields_begin(&table.j.row, len);
    maas__json_start(&j, text, len);
    maas__json_space(&j);

    if (*j.p == '[') {
        json_records(&table, &j);

    } else if (json_is_spread(text, len) && !json_holds(j)) {
        table.j.line++;
        train_json_row(&table.j, j.p, j.end);

    } else if (json_is_rows(j)) {
        json_numbered(&table, &j);

    } else if (!json_split(&table, j)) {
        json_columns(&table, &j);
        json_rows(&table);
    }

    for (i = 0; i < table.cells; i++) {
        train_free(table.cell[i]);
    }

    train_free(table.cell);
    train_free(table.key);
    train_free(table.column);
    train_json_free(&table.j);
}
