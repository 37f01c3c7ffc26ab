/*
 * Is the target numbers, however they are written, or classes?  Decided by
 * what stands in it, or not at all: then the program ends and says what it saw.
 * Classes and numbers are made in target.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"


#define TARGET_SURE     0.9         /* share that makes numbers of it */
#define TARGET_MOST     0.5         /* share of numbers that is no accident */
#define TARGET_CLASSES  20          /* so many different ones may be classes */


static void
target_mixed(const train_table_t *t, const train_column_t *c, size_t read,
    size_t n)
{
    char                   some[160];
    const train_look_t    *k = &c->seen;
    const train_counts_t  *rest;

    rest = (k->others.all > 0) ? &k->others : &k->units;
    train_counts_print(rest, some, sizeof(some));
    train_die("%s: the target \"%.64s\": %zu of %zu values are numbers, but "
              "not %s%s: expected numbers alone or classes (--na-values leaves "
              "out rows, --task classification takes all as classes)", t->path,
              c->name, read, n, rest == &k->units ? "of one unit, " : "",
              some);
}


/* Numbers that would be predicted as such, not as classes? */

static int
target_is_amount(const train_table_t *t, const train_column_t *c)
{
    char             plain[96];
    size_t           i;
    double           v;
    train_way_t      way;
    train_written_t  w;

    if (t->n_more > 0 || t->want->task > 0 || c->dict.n > TARGET_CLASSES) {
        return 1;
    }

    (void) train_number_way(t, c, &way);

    for (i = 0; i < c->dict.n; i++) {
        if (train_written(c->dict.text[i], strlen(c->dict.text[i]), &w)
            && (w.ways >> way & 1))
        {
            train_written_plain(&w, way, plain);

            if (train_number(plain, &v) && v != floor(v)) {
                return 1;
            }
        }
    }

    return 0;
}


/* Words that may mean "missing" among names of classes */

static void
target_words(const train_table_t *t, const train_column_t *c)
{
    char                some[160];
    const train_look_t  *k = &c->seen;

    if (k->missing.all == 0 || t->want->na != NULL) {
        return;
    }

    train_counts_print(&k->missing, some, sizeof(some));
    train_warn("%s: the target \"%.64s\" holds %s, classes like the others: "
               "--na-values leaves such rows out", t->path, c->name, some);
}


void
train_target_look(train_table_t *t, train_column_t *c)
{
    size_t            n, read;
    maas_date_form_t  form;

    c->format.kind = MAAS_FIELD_CATEGORY;
    train_blanks_decide(t, c, 0);

    if (t->want->no_target
        || (t->want->task > 0
            && t->want->task - 1 != (int) MAAS_TASK_REGRESSION))
    {
        return;                     /* texts, whatever stands in them */
    }

    read = train_numbers(t, c, &n);

    if (n == 0) {
        return;
    }

    if (read < n && train_is_date(t, c, &form)) {
        train_die("%s: the target \"%.64s\" is dates, such as \"%.40s\": "
                  "expected numbers or classes (--task classification takes "
                  "them as classes)", t->path, c->name, c->dict.text[0]);
    }

    /* rows with something else are left out where --on-error skip says so */

    if (read == n || (t->want->skip
                      && (double) read >= TARGET_SURE * (double) n))
    {
        if (target_is_amount(t, c)) {
            train_number_decide(t, c);
            c->amounts = 1;
        } else {
            train_blanks_decide(t, c, 1);
        }

        c->format.kind = MAAS_FIELD_NUMBER;
        return;
    }

    if ((double) (read + train_money(c)) >= TARGET_MOST * (double) n
        && (t->want->task > 0 || c->dict.n > TARGET_CLASSES))
    {
        target_mixed(t, c, read, n);
    }

    target_words(t, c);
}


/* Number k of them */

static void
target_like(const train_table_t *t, train_column_t *c, size_t k)
{
    const train_want_t  *w = t->want;

    if (k < w->n_written) {
        c->format = w->written[k];

    } else {
        c->format.kind = (w->model->task == MAAS_TASK_REGRESSION)
                         ? MAAS_FIELD_NUMBER : MAAS_FIELD_CATEGORY;
    }

    c->amounts = (w->model->task == MAAS_TASK_REGRESSION);
}


void
train_target_like(train_table_t *t)
{
    size_t  k;

    if (t->target != TRAIN_NO_COLUMN) {
        target_like(t, &t->columns[t->target], 0);
    }

    for (k = 0; k < t->n_more; k++) {
        target_like(t, &t->columns[t->more[k]], k + 1);
    }
}
