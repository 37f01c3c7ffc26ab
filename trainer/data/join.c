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


/* Where the key is, or would be; size > 0 */

static train_join_key_t *
join_place(const train_join_t *j, const char *s, size_t len, uint32_t hash)
{
    size_t             at;
    const char        *text;
    train_join_key_t  *k;

    for (at = hash & (j->size - 1); ; at = (at + 1) & (j->size - 1)) {
        k = &j->keys[at];
        text = j->text + k->at;

        if (k->label == 0
            || (k->hash == hash && strncmp(text, s, len) == 0
                && text[len] == '\0'))
        {
            return k;
        }
    }
}


/* Twice the places, where three quarters are taken */

static void
join_grow(train_join_t *j)
{
    size_t             i, at, size;
    train_join_key_t  *old;

    if (j->n + 1 <= j->size / 4 * 3) {
        return;
    }

    old = j->keys;
    size = j->size;
    j->size = (size > 0) ? 2 * size : 64;
    j->keys = train_alloc(j->size, sizeof(train_join_key_t));

    for (i = 0; i < size; i++) {
        if (old[i].label != 0) {
            at = old[i].hash & (j->size - 1);

            while (j->keys[at].label != 0) {
                at = (at + 1) & (j->size - 1);
            }

            j->keys[at] = old[i];
        }
    }

    train_free(old);
}


/* The label at hand among all, + 1 */

static uint32_t
join_label(train_join_t *j, const train_cell_t *cell, const char *s,
    size_t len)
{
    train_room(&j->label, &j->label_room, len + 1, 1);
    j->label[0] = (char) ('a' + (int) cell->type);
    (void) memcpy(j->label + 1, s, len);

    return train_dict_put(&j->labels, j->label, len + 1) + 1;
}


void
train_join_take(train_join_t *j, const train_cell_t *cells, size_t n)
{
    char               buf[MAAS_CANONICAL];
    size_t             len;
    uint32_t           label, hash;
    const char        *s;
    train_join_key_t  *k;

    join_text(cells, n, j->label_at, buf, &s, &len);

    if (len == 0) {
        return;                     /* nothing is known of it yet */
    }

    label = join_label(j, &cells[j->label_at], s, len);
    join_text(cells, n, j->key_at, buf, &s, &len);

    if (len == 0) {
        return;
    }

    join_grow(j);
    hash = maas__field_hash(s, len);
    k = join_place(j, s, len, hash);

    if (k->label != 0) {
        j->twice++;
        j->changed += (k->label != label);

    } else {
        train_room(&j->text, &j->room, j->used + len + 1, 1);
        (void) memcpy(j->text + j->used, s, len);
        j->text[j->used + len] = '\0';
        *k = (train_join_key_t) { .hash = hash, .at = j->used };
        j->used += len + 1;
        j->n++;
    }

    k->label = label;
}


const train_cell_t *
train_join_row(train_join_t *j, const train_cell_t *cells, size_t *n,
    int count)
{
    char               buf[MAAS_CANONICAL];
    size_t             len, all;
    const char        *s;
    train_join_key_t  *k;

    all = (j->column < *n) ? *n : j->column + 1;
    train_room(&j->cell, &j->cell_room, all, sizeof(train_cell_t));

    if (*n > 0) {
        (void) memcpy(j->cell, cells, *n * sizeof(train_cell_t));
    }

    (void) memset(j->cell + *n, 0, (all - *n) * sizeof(train_cell_t));
    join_text(cells, *n, j->key, buf, &s, &len);
    k = (len > 0 && j->n > 0)
        ? join_place(j, s, len, maas__field_hash(s, len)) : NULL;
    k = (k != NULL && k->label != 0) ? k : NULL;
    *n = all;

    if (k != NULL) {
        s = j->labels.text[k->label - 1];
        j->cell[j->column] = (train_cell_t) {
            .type = (train_cell_type_t) (s[0] - 'a'), .s = s + 1,
            .len = strlen(s + 1)
        };
    }

    if (count) {
        j->rows++;
        j->keyed += (len > 0);
        j->found += (k != NULL);

        if (k != NULL) {
            k->met = 1;
        }
    }

    return j->cell;
}


/* Labels without a row */

static size_t
join_unused(const train_join_t *j)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < j->size; i++) {
        n += (j->keys[i].label != 0 && !j->keys[i].met);
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
    unused = join_unused(j);
    (void) fprintf(f, "%-*s%s: %zu of %zu rows have one; %zu of %zu without a "
                   "row\n", width, "labels", train_shown(j->path), j->found,
                   j->rows, unused, j->n);
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
    train_json_number(w, "keys", (double) j->n);
    train_json_number(w, "without_row", (double) join_unused(j));
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

    train_dict_free(&j->labels);
    train_free(j->path);
    train_free(j->on);
    train_free(j->target);
    train_free(j->label);
    train_free(j->keys);
    train_free(j->text);
    train_free(j->cell);
    train_free(j);
}
