/*
 * JSON lines: an object a line, its members are the values of the columns.
 * What they mean is not known here (table.c).
 */

#include <string.h>

#include "data.h"
#include "maas_int.h"
#include "table.h"
#include "util.h"
#include "text/maas_json.h"


#define JSONL_DEPTH  16


typedef struct {
    train_table_t  *table;
    size_t          line;
    const char     *p;              /* in a line that is good JSON */
    const char     *end;

    char          *text;            /* strings of the row, unescaped */
    size_t         used;
    size_t         room;
    train_cell_t  *cell;
    size_t        *at;              /* where a cell's string is in text */
    size_t         n;
    size_t         n_room;
} jsonl_t;


static void
jsonl_space(jsonl_t *j)
{
    while (j->p < j->end && *j->p != '\0'
           && strchr(" \t\r\n", *j->p) != NULL)
    {
        j->p++;
    }
}


static unsigned
jsonl_hex(const char *p)
{
    int       i;
    unsigned  v;

    v = 0;

    for (i = 0; i < 4; i++) {
        v = v * 16 + (unsigned) (p[i] <= '9' ? p[i] - '0'
                                             : (p[i] | 0x20) - 'a' + 10);
    }

    return v;
}


static size_t
jsonl_utf8(unsigned c, char *out)
{
    if (c < 0x80) {
        out[0] = (char) c;
        return 1;
    }

    if (c < 0x800) {
        out[0] = (char) (0xc0 | c >> 6);
        out[1] = (char) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        out[0] = (char) (0xe0 | c >> 12);
        out[1] = (char) (0x80 | (c >> 6 & 0x3f));
        out[2] = (char) (0x80 | (c & 0x3f));
        return 3;
    }

    out[0] = (char) (0xf0 | c >> 18);
    out[1] = (char) (0x80 | (c >> 12 & 0x3f));
    out[2] = (char) (0x80 | (c >> 6 & 0x3f));
    out[3] = (char) (0x80 | (c & 0x3f));

    return 4;
}


/* \uXXXX at p, perhaps with its other half behind it; 0: no character */

static unsigned
jsonl_escape(jsonl_t *j)
{
    unsigned  c, low;

    c = jsonl_hex(j->p + 2);
    j->p += 6;

    if (c < 0xd800 || c > 0xdfff) {
        return c;
    }

    if (c < 0xdc00 && j->p[0] == '\\' && j->p[1] == 'u') {
        low = jsonl_hex(j->p + 2);

        if (low >= 0xdc00 && low <= 0xdfff) {
            j->p += 6;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }

    return 0;
}


/* The string at p, unescaped behind what is in text: its place there, *len its
 * length; TRAIN_NO_COLUMN if it has an escape that is no character */

static size_t
jsonl_string(jsonl_t *j, size_t *len)
{
    char        *out;
    size_t       at, room;
    unsigned     c;
    const char  *e;

    static const char  from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";

    at = j->used;
    room = (size_t) (j->end - j->p) + 4;

    if (j->room - at < room) {
        j->text = train_grow(j->text, j->room, 2 * (j->room + room), 1);
        j->room = 2 * (j->room + room);
    }

    out = j->text + at;

    for (j->p++; *j->p != '"'; ) {
        if (*j->p != '\\') {
            *out++ = *j->p++;
            continue;
        }

        if (j->p[1] == 'u') {
            c = jsonl_escape(j);

            if (c == 0) {
                return TRAIN_NO_COLUMN;
            }

            out += jsonl_utf8(c, out);
            continue;
        }

        e = strchr(from, j->p[1]);
        *out++ = to[e - from];
        j->p += 2;
    }

    j->p++;
    *len = (size_t) (out - (j->text + at));
    j->used = at + *len;

    return at;
}


/* The value at p; NULL, or what is wrong with it */

static const char *
jsonl_value(jsonl_t *j, train_cell_t *cell, size_t *at)
{
    switch (*j->p) {

    case '"':
        cell->type = TRAIN_CELL_TEXT;
        *at = jsonl_string(j, &cell->len);
        return *at == TRAIN_NO_COLUMN ? "an escape that is no character" : NULL;

    case '{':
    case '[':
        return "an object or a list: expected a number, a text, true, false "
               "or null";

    case 't':
    case 'f':
        cell->type = TRAIN_CELL_BOOL;
        break;

    case 'n':
        cell->type = TRAIN_CELL_NULL;
        break;

    default:
        cell->type = TRAIN_CELL_NUMBER;
    }

    *at = TRAIN_NO_COLUMN;
    cell->s = j->p;

    while (j->p < j->end && strchr(",} \t\r\n", *j->p) == NULL) {
        j->p++;
    }

    cell->len = (size_t) (j->p - cell->s);

    return NULL;
}


/* Place of a member among the columns, new ones are added in the first pass;
 * TRAIN_NO_COLUMN: nobody wants it */

static size_t
jsonl_column(jsonl_t *j, const char *name, size_t len)
{
    int             new;
    size_t          i, room;
    uint32_t        place;
    train_table_t  *t;

    t = j->table;

    if (t->closed) {
        place = train_dict_find(&t->names, name, len);
        i = (place != UINT32_MAX) ? place : TRAIN_NO_COLUMN;

    } else {
        if (len < 1 || len > MAAS_MAX_TEXT) {
            train_die("%s:%zu: a name of %zu bytes: expected 1 to %d",
                      t->path, j->line, len, MAAS_MAX_TEXT);
        }

        i = train_table_add(t, name, len, &new);
    }

    if (t->n > j->n_room) {
        room = 2 * t->n + 16;
        j->cell = train_grow(j->cell, j->n_room, room, sizeof(train_cell_t));
        j->at = train_grow(j->at, j->n_room, room, sizeof(size_t));
        (void) memset(j->cell + j->n_room, 0,
                      (room - j->n_room) * sizeof(train_cell_t));
        j->n_room = room;
    }

    return i;
}


/* The members of the object at p; NULL, or what is wrong; *name is then the
 * column, or TRAIN_NO_COLUMN */

static const char *
jsonl_members(jsonl_t *j, size_t *column)
{
    size_t        at, len;
    const char   *wrong;
    train_cell_t  cell;

    *column = TRAIN_NO_COLUMN;
    j->p++;
    jsonl_space(j);

    while (*j->p != '}') {
        at = jsonl_string(j, &len);

        if (at == TRAIN_NO_COLUMN || memchr(j->text + at, '\0', len) != NULL) {
            return "a name with a zero byte or half a character";
        }

        *column = jsonl_column(j, j->text + at, len);
        jsonl_space(j);
        j->p++;                                             /* : */
        jsonl_space(j);

        (void) memset(&cell, 0, sizeof(cell));
        wrong = jsonl_value(j, &cell, &at);

        if (wrong != NULL) {
            return wrong;
        }

        if (*column != TRAIN_NO_COLUMN) {
            if (j->cell[*column].type != TRAIN_CELL_NULL) {
                return "the same name twice";
            }

            j->cell[*column] = cell;
            j->at[*column] = at;
        }

        jsonl_space(j);

        if (*j->p == ',') {
            j->p++;
            jsonl_space(j);
        }
    }

    return NULL;
}


static void
jsonl_row(jsonl_t *j)
{
    size_t          i, column;
    maas_err_t      err;
    const char     *wrong;
    train_table_t  *t;

    t = j->table;

    if (*j->p != '{') {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN,
                        "no object: expected {\"name\": "
                  "value, ...}");
        return;
    }

    if (maas__json_check(j->p, (size_t) (j->end - j->p), JSONL_DEPTH, &err)
        != MAAS_OK)
    {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN, "not JSON: %s", err.msg);
        return;
    }

    j->used = 0;

    for (i = 0; i < j->n_room; i++) {
        j->cell[i].type = TRAIN_CELL_NULL;
        j->cell[i].len = 0;
    }

    wrong = jsonl_members(j, &column);

    if (wrong != NULL && column != TRAIN_NO_COLUMN) {
        train_table_bad(t, j->line, column, "column \"%.64s\" holds %s",
                        t->columns[column].name, wrong);
        return;
    }

    if (wrong != NULL) {
        train_table_bad(t, j->line, TRAIN_NO_COLUMN, "%s", wrong);
        return;
    }

    for (i = 0; i < t->n && i < j->n_room; i++) {
        if (j->cell[i].type == TRAIN_CELL_TEXT) {
            j->cell[i].s = j->text + j->at[i];
        }
    }

    train_table_row(t, j->line, j->cell, t->n < j->n_room ? t->n : j->n_room);
}


void
train_table_jsonl(train_table_t *t, const char *text, size_t len)
{
    jsonl_t      j = { 0 };
    const char  *end, *next;

    j.table = t;

    for (end = text + len; text < end; text = next) {
        next = memchr(text, '\n', (size_t) (end - text));
        next = (next != NULL) ? next + 1 : end;
        j.line++;
        j.p = text;
        j.end = next;
        jsonl_space(&j);

        if (j.p < j.end) {
            jsonl_row(&j);
        }
    }

    train_free(j.text);
    train_free(j.cell);
    train_free(j.at);
}
