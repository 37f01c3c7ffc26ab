/*
 * Labels by key, and what was found of them.
 * The file is read in join_read.c.
 */

#include <stdio.h>
#include <string.h>

#include "join.h"
#include "util.h"


void
train_labels_check(const char *cmd, const train_want_t *w)
{
    if ((w->labels == NULL) != (w->on == NULL)) {
        train_usage(cmd, "--labels and --on: expected both, a file and the "
                    "column that it shares with --data");
    }
}


/* Trimmed; len 0: missing */

static void
join_text(const train_cell_t *cells, size_t n, size_t i,
    char buf[MAAS_CANONICAL], const char **s, size_t *len)
{
    *len = 0;

    if (i < n) {
        train_cell_text(&cells[i], buf, s, len);
    }
}


void
train_join_take(train_join_t *j, const train_cell_t *cells, size_t n)
{
    char         buf[MAAS_CANONICAL], *text;
    size_t       len, at, known;
    uint32_t     label;
    const char  *s;

    join_text(cells, n, j->label_at, buf, &s, &len);

    if (len == 0) {
        return;                     /* nothing is known of it yet */
    }

    text = train_format("%c%.*s", 'a' + (int) cells[j->label_at].type,
                        (int) len, s);
    label = train_dict_add(&j->labels, text) + 1;
    train_free(text);
    join_text(cells, n, j->key_at, buf, &s, &len);

    if (len == 0) {
        return;
    }

    known = j->keys.n;
    at = train_dict_put(&j->keys, s, len);
    train_room(&j->label, &j->label_room, j->keys.n, sizeof(uint32_t));
    train_room(&j->used, &j->used_room, j->keys.n, 1);

    if (at < known) {
        j->twice++;
        j->changed += (j->label[at] != label);
    }

    j->label[at] = label;
    j->used[at] = 0;
}


const train_cell_t *
train_join_row(train_join_t *j, const train_cell_t *cells, size_t *n,
    int count)
{
    char         buf[MAAS_CANONICAL];
    size_t       len, all;
    uint32_t     at;
    const char  *s;

    all = (j->column < *n) ? *n : j->column + 1;
    train_room(&j->cell, &j->cell_room, all, sizeof(train_cell_t));

    if (*n > 0) {
        (void) memcpy(j->cell, cells, *n * sizeof(train_cell_t));
    }

    (void) memset(j->cell + *n, 0, (all - *n) * sizeof(train_cell_t));
    join_text(cells, *n, j->key, buf, &s, &len);
    at = (len > 0) ? train_dict_find(&j->keys, s, len) : UINT32_MAX;
    *n = all;

    if (at != UINT32_MAX) {
        s = j->labels.text[j->label[at] - 1];
        j->cell[j->column] = (train_cell_t) {
            .type = (train_cell_type_t) (s[0] - 'a'), .s = s + 1,
            .len = strlen(s + 1)
        };
    }

    if (count) {
        j->rows++;
        j->keyed += (len > 0);
        j->found += (at != UINT32_MAX);

        if (at != UINT32_MAX) {
            j->used[at] = 1;
        }
    }

    return j->cell;
}


size_t
train_join_unused(const train_join_t *j)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < j->keys.n; i++) {
        n += !j->used[i];
    }

    return n;
}


void
train_labels_print(FILE *f, const train_data_t *d, int width)
{
    size_t               unused;
    const train_join_t  *j;

    if (d->table == NULL || d->table->join == NULL) {
        return;
    }

    j = d->table->join;
    unused = train_join_unused(j);
    (void) fprintf(f, "%-*s%s: %zu of %zu rows have one; %zu of %zu without a "
                   "row\n", width, "labels", train_shown(j->path), j->found,
                   j->rows, unused, j->keys.n);
}


void
train_labels_warn(const train_data_t *d)
{
    const train_join_t  *j;

    j = (d->table != NULL) ? d->table->join : NULL;

    if (j != NULL && j->found < j->rows) {
        train_warn("%s: %zu of %zu rows left out: no label in %s", d->path,
                   j->rows - j->found, j->rows, j->path);
    }
}


void
train_labels_json(maas_writer_t *w, const train_data_t *d)
{
    const char          *name;
    const train_join_t  *j;

    if (d->table == NULL || d->table->join == NULL) {
        return;
    }

    j = d->table->join;
    name = strrchr(j->path, '/');
    name = (name != NULL && name[1] != '\0') ? name + 1 : j->path;
    train_json_open(w, "labels", '{');
    train_json_text(w, "name", name);
    train_json_text(w, "on", j->on);
    train_json_number(w, "rows", (double) j->rows);
    train_json_number(w, "labelled", (double) j->found);
    train_json_number(w, "keys", (double) j->keys.n);
    train_json_number(w, "without_row", (double) train_join_unused(j));
    train_json_number(w, "again", (double) j->twice);
    train_json_number(w, "changed", (double) j->changed);
    maas_writer_close(w, '}');
}


void
train_join_free(train_join_t *j)
{
    if (j == NULL) {
        return;
    }

    train_dict_free(&j->keys);
    train_dict_free(&j->labels);
    train_free(j->path);
    train_free(j->on);
    train_free(j->target);
    train_free(j->label);
    train_free(j->used);
    train_free(j->cell);
    train_free(j);
}
