/*
 * JSON lines: an object a line, such as logs have.
 * What is in the object is data_json_row.c's matter.
 */

#include <string.h>

#include "data_json.h"
#include "util.h"


/* A line; bytes that are no UTF-8, which nginx writes as they came, are in a
 * log of features what the module has made of them */

static void
jsonl_line(train_json_t *j, const char *p, const char *end)
{
    size_t  n;

    n = (size_t) (end - p);

    if (!train_json_nested(j->table->want) || maas_is_text(p, n)) {
        train_json_row(j, p, end);
        return;
    }

    train_room(&j->repaired, &j->repaired_room, 3 * n, 1);
    n = maas_text_repair(p, n, j->repaired);
    j->table->repaired += (j->table->pass == TRAIN_TABLE_KEEP);
    train_json_row(j, j->repaired, j->repaired + n);
}


void
train_table_jsonl(train_table_t *t, const char *text, size_t len)
{
    size_t         i;
    const char    *end, *next, *from;
    train_json_t   j = { .table = t, .line = t->rest_line };

    train_fields_begin(&j.row, len);
    end = text + len;
    text += t->rest;
    from = text;

    for ( /* void */ ; text < end; text = next) {
        if (t->piece > 0 && text - from >= (ptrdiff_t) t->piece) {
            t->rest += (size_t) (text - from);
            t->rest_line = j.line;
            train_json_free(&j);
            return;
        }

        if (t->text != NULL) {
            train_text_done(t->text, text);
        }

        next = memchr(text, '\n', (size_t) (end - text));
        next = (next != NULL) ? next + 1 : end;
        j.line++;
        i = 0;

        while (text + i < next && memchr(" \t\r\n", text[i], 4) != NULL) {
            i++;
        }

        if (text + i < next) {
            jsonl_line(&j, text, next);
        }
    }

    if (t->repaired > 0) {
        train_warn("%s: %zu line%s with bytes that are no UTF-8: read as "
                   "U+FFFD", t->path, t->repaired,
                   t->repaired == 1 ? "" : "s");
    }

    t->over = 1;
    train_json_free(&j);
}
