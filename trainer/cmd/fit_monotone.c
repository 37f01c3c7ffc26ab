/*
 * Columns that answers must rise or fall with.
 * Not here: how trees keep to it (trees/).
 */

#include <string.h>

#include "fit.h"


/* The column of numbers that is called so */

static const maas_column_t *
monotone_column(const train_fit_t *f, const char *name, size_t len)
{
    size_t                i;
    const maas_column_t  *c;

    for (i = 0; i < f->scale.n_columns; i++) {
        c = &f->scale.columns[i];

        if (strlen(c->name) != len || strncmp(c->name, name, len) != 0) {
            continue;
        }

        if (c->kind != MAAS_FIELD_NUMBER && c->kind != MAAS_FIELD_BOOLEAN) {
            train_usage("fit", "--monotone: \"%s\" is no column of numbers",
                        train_shown(c->name));
        }

        return c;
    }

    train_usage("fit", "--monotone: no column \"%.*s\" among those that are "
                "learnt from", (int) train_cut(name, len, 60), name);
}


/* One of "NAME=+1,...": the last sign of equality is ours */

static void
monotone_one(const train_fit_t *f, const char *s, size_t len, int8_t *way)
{
    size_t       n, k;
    int8_t      *at;
    const char  *end[] = { "=+1", "=-1", "=1" };

    for (k = 0; k < train_nelts(end); k++) {
        n = strlen(end[k]);

        if (len > n && strncmp(s + len - n, end[k], n) == 0) {
            at = &way[monotone_column(f, s, len - n)->at];

            if (*at != 0) {
                train_usage("fit", "--monotone: \"%.*s\" is named twice",
                            (int) train_cut(s, len - n, 60), s);
            }

            *at = (k == 1) ? -1 : 1;
            return;
        }
    }

    train_usage("fit", "--monotone: expected NAME=+1 or NAME=-1, not \"%.*s\"",
                (int) train_cut(s, len, 60), s);
}


int8_t *
train_fit_monotone(const train_fit_t *f)
{
    int8_t      *way;
    size_t       len;
    const char  *s;

    if (f->o.monotone == NULL) {
        return NULL;
    }

    if (f->data.out > 1 && f->data.classes != NULL) {
        train_usage("fit", "--monotone: the target has %zu classes: expected "
                    "two, or numbers", f->data.n_labels);
    }

    way = train_alloc(f->data.in, 1);

    for (s = f->o.monotone; *s != '\0'; s += len + (s[len] == ',')) {
        len = strcspn(s, ",");
        monotone_one(f, s, len, way);
    }

    return way;
}
