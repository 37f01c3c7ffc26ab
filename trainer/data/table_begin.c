/*
 * Tables before and after their rows: which reader a text is for, an empty
 * table, what was skipped, and its release.
 * Files are read in table_read.c and join_read.c.
 */

#include <string.h>

#include "data_json.h"
#include "join.h"
#include "util.h"


train_reader_pt
train_table_reader(const char *text, size_t len, int nested)
{
    size_t  i;

    for (i = 0; i < len && memchr(" \t\r\n", text[i], 4) != NULL; i++) {
        /* blanks */
    }

    if (train_json_is(text, len, nested)) {
        return train_table_json;
    }

    return (i < len && text[i] == '{') ? train_table_jsonl : train_table_csv;
}


train_table_t *
train_table_begin(const char *path, const train_want_t *want)
{
    train_table_t  *t;

    t = train_alloc(1, sizeof(train_table_t));
    *t = (train_table_t) {
        .path = path, .want = want, .target = TRAIN_NO_COLUMN,
        .target_at = TRAIN_NO_COLUMN,
        .weight = TRAIN_NO_COLUMN, .split = TRAIN_NO_COLUMN,
        .one_hot = want->one_hot,
        .hash = want->hash, .arena = maas__arena_create(SIZE_MAX / 2)
    };

    if (t->arena == NULL) {
        train_die("%s: no memory for a table", path);
    }

    return t;
}


void
train_table_say_skipped(const train_table_t *t)
{
    if (t->skipped > 0) {
        train_warn("%s: %zu row%s skipped; the first: %s", t->path,
                   t->skipped, t->skipped == 1 ? "" : "s", t->skips[0].why);
    }

    if (t->unread > 0) {
        train_warn("%s: %zu value%s taken as missing; the first: %s", t->path,
                   t->unread, t->unread == 1 ? "" : "s", t->unread_why);
    }
}


void
train_table_free(train_table_t *t)
{
    size_t  i;

    if (t == NULL) {
        return;
    }

    for (i = 0; i < t->n; i++) {
        train_free(t->columns[i].name);
        train_free(t->columns[i].number);
        train_free(t->columns[i].exact);
        train_free(t->columns[i].id);
        train_free(t->columns[i].was_why);
        train_free(t->columns[i].was_number);
        train_free(t->columns[i].rank);
        train_dict_free(&t->columns[i].dict);
        train_free(t->columns[i].times);
        train_look_free(&t->columns[i].seen);
    }

    train_table_rows_free(t);
    train_free(t->unread_why);
    train_free(t->first_bad);
    train_join_free(t->join);
    train_dict_free(&t->objects);
    train_dict_free(&t->outside);
    train_dict_free(&t->names);
    maas__arena_destroy(t->arena);
    train_free(t->columns);
    train_free(t);
}
