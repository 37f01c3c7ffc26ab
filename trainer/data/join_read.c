/*
 * --labels: the file, before the rows that want its labels.
 * What becomes of a label is in join.c.
 */

#include <string.h>

#include "join.h"
#include "util.h"


/* The columns of the labels' file: the key, and the label */

static void
join_columns(const train_table_t *t, const train_want_t *w,
    train_join_t *j)
{
    const char  *near;

    j->key_at = train_dict_find(&t->names, w->on, strlen(w->on));

    if (j->key_at == UINT32_MAX) {
        near = train_nearest(&t->names, w->on, strlen(w->on));
        train_die("%s:1: no column \"%.80s\" for --on%s%s%s: expected a file "
                  "with names, and that among them", t->path, w->on,
                  near ? " (did you mean \"" : "", near ? near : "",
                  near ? "\"?)" : "");
    }

    if (w->target != NULL && !w->target_named) {
        j->label_at = train_roles_must_find(t, "target", w->target,
                                            strlen(w->target));

    } else if (t->n == 2) {
        j->label_at = 1 - j->key_at;

    } else {
        j->label_at = (w->target == NULL) ? UINT32_MAX
                      : train_dict_find(&t->names, w->target,
                                        strlen(w->target));
    }

    if (j->label_at == UINT32_MAX || j->label_at == j->key_at) {
        train_die("%s:1: %zu columns beside \"%.80s\": expected one, or "
                  "--target that says which is the label", t->path, t->n - 1,
                  w->on);
    }

    j->target = train_strdup(t->columns[j->label_at].name);
}


train_join_t *
train_join_read(const train_want_t *w, uint32_t *crc)
{
    train_text_t      text;
    train_join_t     *j;
    train_want_t      want = { .header = TRAIN_YES, .skip = w->skip };
    train_table_t    *t;
    train_reader_pt   reader;

    if (w->labels == NULL) {
        return NULL;
    }

    j = train_alloc(1, sizeof(train_join_t));
    *j = (train_join_t) {
        .path = train_strdup(w->labels), .on = train_strdup(w->on),
        .key = TRAIN_NO_COLUMN, .column = TRAIN_NO_COLUMN
    };
    train_text_read(&text, w->labels, NULL, 0, crc);
    reader = train_table_reader(text.data, text.len, 0);
    t = train_table_begin(w->labels, &want);
    t->free_order = (reader != train_table_csv);
    t->pass = TRAIN_TABLE_NAMES;
    reader(t, text.data, text.len);
    join_columns(t, w, j);

    t->pass = TRAIN_TABLE_KEEP;
    t->closed = 1;
    t->take = train_join_take;
    t->to = j;
    reader(t, text.data, text.len);
    train_table_say_skipped(t);
    train_text_free(&text);
    train_table_free(t);

    return j;
}
