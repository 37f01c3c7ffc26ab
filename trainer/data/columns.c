/*
 * Says what became of the columns of a table: as text and as JSON.
 * Nothing is decided here (roles.c, prepare.c).
 */

#include <stdio.h>
#include <string.h>

#include "util.h"
#include "table.h"


#define COLUMNS_LINES  40           /* more than so many plain ones are told
                                       in one line */
#define COLUMNS_SAME   8            /* the same of constant ones */


static const char *
columns_role(const train_column_t *c)
{
    if (c->role < TRAIN_N_ROLES) {
        return c->role == TRAIN_ROLE_IGNORE ? "left out"
                                            : train_role_names[c->role];
    }

    return "target";
}


/* What was fitted, in a few words */

static void
columns_detail(FILE *f, const maas_column_t *c)
{
    if (c->kind == MAAS_FIELD_CATEGORY && c->n_values > 0) {
        (void) fprintf(f, "; %zu values%s", c->n_values,
                       c->other ? " and others" : "");

    } else if (c->hash > 0) {
        (void) fputs("; hashed", f);
    }

    (void) fputs(c->missing_slot ? "; some are missing" : "", f);
}


static int
columns_plain(const train_column_t *c, const train_scale_t *s)
{
    return c->role == TRAIN_ROLE_NUMBER && c->plain
           && !s->columns[c->place].missing_slot;
}


/* Which objects of JSON they stand in, and what is beside that of
 * --features */

static void
columns_objects(FILE *f, const train_table_t *t)
{
    size_t  i;

    if (t->objects.n == 0) {
        return;
    }

    (void) fputs("objects   members of ", f);

    for (i = 0; i < t->objects.n && i < COLUMNS_SAME; i++) {
        (void) fprintf(f, "%s\"%s\"", i ? ", " : "",
                       train_shown(t->objects.text[i]));
    }

    (void) fprintf(f, "%s are columns", i < t->objects.n ? " and others" : "");

    for (i = 0; i < t->outside.n && i < COLUMNS_SAME; i++) {
        (void) fprintf(f, "%s\"%s\"", i ? ", " : "; left out beside them: ",
                       train_shown(t->outside.text[i]));
    }

    (void) fputs(i < t->outside.n ? " and others\n" : "\n", f);
}


void
train_columns_print(FILE *f, const train_data_t *d, const train_scale_t *s)
{
    char                   slots[32];
    int                    width;
    size_t                 i, n, plain, same;
    const train_column_t  *c;

    if (d->table == NULL) {
        return;
    }

    width = 6;
    plain = 0;
    same = 0;

    for (i = 0; i < d->table->n; i++) {
        c = &d->table->columns[i];
        plain += (size_t) columns_plain(c, s);
        same += c->constant;
        n = strlen(train_shown(c->name));
        width = (n > (size_t) width) ? (int) n : width;
    }

    width = (width > 32) ? 32 : width;

    for (i = 0; i < d->table->n; i++) {
        c = &d->table->columns[i];
        slots[0] = '\0';

        if ((plain > COLUMNS_LINES && columns_plain(c, s))
            || (same > COLUMNS_SAME && c->constant))
        {
            continue;
        }

        if (train_role_is_field(c->role)) {
            (void) snprintf(slots, sizeof(slots), "%zu",
                            s->columns[c->place].width);
        }

        (void) fprintf(f, "%-9s ", i ? "" : "columns");
        train_put_cell(f, c->name, -width);
        (void) fprintf(f, "  %-8s %5s  %s", columns_role(c), slots,
                       train_shown(c->why));

        if (train_role_is_field(c->role)) {
            columns_detail(f, &s->columns[c->place]);
        }

        (void) putc('\n', f);
    }

    if (plain > COLUMNS_LINES) {
        (void) fprintf(f, "          and %zu columns of numbers\n", plain);
    }

    if (same > COLUMNS_SAME) {
        (void) fprintf(f, "          and %zu columns left out: all values of "
                       "each are the same\n", same);
    }

    columns_objects(f, d->table);
}


static void
columns_counts(maas_writer_t *w, const char *name, const train_counts_t *a,
    const train_counts_t *b)
{
    size_t  i;

    if (a->n + (b != NULL ? b->n : 0) == 0) {
        return;
    }

    train_json_open(w, name, '{');

    for (i = 0; i < a->n; i++) {
        train_json_number(w, a->item[i].text, (double) a->item[i].n);
    }

    for (i = 0; b != NULL && i < b->n; i++) {
        train_json_number(w, b->item[i].text, (double) b->item[i].n);
    }

    maas_writer_close(w, '}');
}


/* How numbers and dates of it are written, and what is missing */

static void
columns_format(maas_writer_t *w, const train_column_t *c)
{
    const maas_column_t  *f = &c->format;

    if (f->decimal != '\0') {
        train_json_text(w, "decimal", (const char[]) { f->decimal, '\0' });
    }

    if (f->thousands != '\0') {
        train_json_text(w, "thousands", (const char[]) { f->thousands, '\0' });
    }

    if (f->n_units > 0) {
        columns_counts(w, "units", &c->seen.units, NULL);
    }

    if (c->role == TRAIN_ROLE_DATE) {
        train_json_text(w, "format", maas__date_names[f->date]);
    }

    if (f->n_blanks > 0 || f->kind == MAAS_FIELD_NUMBER) {
        columns_counts(w, "missing", &c->seen.missing,
                       f->n_blanks > 0 ? &c->seen.marks : NULL);
    }
}


void
train_columns_json(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s)
{
    size_t                 i;
    const train_column_t  *c;

    if (d->table == NULL) {
        return;
    }

    train_json_open(w, "columns", '[');

    for (i = 0; i < d->table->n; i++) {
        c = &d->table->columns[i];
        train_json_open(w, NULL, '{');
        train_json_text(w, "name", c->name);
        train_json_text(w, "kind", columns_role(c));
        train_json_text(w, "why", c->why);
        columns_format(w, c);

        if (train_role_is_field(c->role)) {
            train_json_number(w, "slots",
                              (double) s->columns[c->place].width);
        }

        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');

    if (d->table->skipped > 0) {
        train_json_number(w, "skipped", (double) d->table->skipped);
    }

    if (d->table->untold > 0) {
        train_json_number(w, "without_target", (double) d->table->untold);
    }
}
