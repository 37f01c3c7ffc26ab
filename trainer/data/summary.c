/*
 * What stands in the columns of a table, for people: how many values are
 * missing, numbers from where to where, the most frequent text.
 * What is made of them is not known here (prepare.c).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "util.h"


static void
summary_numbers(train_summary_t *s, const float *v, size_t n)
{
    size_t  i;
    double  sum;

    sum = 0;
    s->low = INFINITY;
    s->high = -INFINITY;

    for (i = 0; i < n; i++) {
        if (isnan(v[i])) {
            s->missing++;
            continue;
        }

        sum += (double) v[i];
        s->low = fmin(s->low, (double) v[i]);
        s->high = fmax(s->high, (double) v[i]);
    }

    s->mean = sum / (double) (n - s->missing);
    s->numbers = (s->missing < n);
}


static void
summary_texts(train_summary_t *s, const train_column_t *c, size_t n)
{
    size_t  i, *count;

    count = train_alloc(c->dict.n + 1, sizeof(size_t));

    for (i = 0; i < n; i++) {
        count[c->id[i]]++;
    }

    s->missing = count[0];

    for (i = 1; i <= c->dict.n; i++) {
        s->different += (count[i] > 0);

        if (count[i] > s->usual_rows) {
            s->usual_rows = count[i];
            s->usual = c->dict.text[i - 1];
        }
    }

    train_free(count);
}


int
train_table_summary(const train_table_t *t, size_t k, train_summary_t *s)
{
    const train_column_t  *c;

    if (t == NULL || k >= t->n) {
        return 0;
    }

    c = &t->columns[k];
    *s = (train_summary_t) {
        .name = c->name, .why = c->why, .rows = t->rows,
        .role = (c->role < TRAIN_N_ROLES) ? train_role_names[c->role]
                                          : "target"
    };

    if (t->rows == 0) {
        return 1;
    }

    if (c->number != NULL) {
        summary_numbers(s, c->number, t->rows);
    } else if (c->id != NULL) {
        summary_texts(s, c, t->rows);
    } else if (c->written != NULL) {
        s->different = c->texts.n;
    }

    return 1;
}


void
train_table_value(const train_table_t *t, const char *name, size_t row,
    char out[TRAIN_SHORT])
{
    size_t                 n;
    uint32_t               i;
    const char            *text;
    const train_column_t  *c;

    i = train_dict_find(&t->names, name, strlen(name));
    c = (i != UINT32_MAX) ? &t->columns[i] : NULL;
    text = (c != NULL && c->id != NULL && c->id[row] > 0)
           ? c->dict.text[c->id[row] - 1] : NULL;

    if (text != NULL) {
        n = strlen(text);
        n = (n < TRAIN_SHORT) ? n : train_cut(text, n, TRAIN_SHORT - 4);

        (void) snprintf(out, TRAIN_SHORT, "%.*s%s", (int) n, text,
                        text[n] != '\0' ? "..." : "");

    } else if (c == NULL || c->number == NULL || isnan(c->number[row])) {
        (void) snprintf(out, TRAIN_SHORT, "missing");

    } else if (c->role == TRAIN_ROLE_BOOLEAN) {
        (void) snprintf(out, TRAIN_SHORT, "%s", c->number[row] != 0 ? "yes"
                                                                   : "no");

    } else {
        (void) snprintf(out, TRAIN_SHORT, "%.6g", (double) c->number[row]);
    }
}
