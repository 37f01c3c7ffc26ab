/*
 * What all families do alike.
 * Not here: what they learn.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn.h"
#include "util.h"


#define LEARN_LOOK  256             /* rows that tell of values, */
#define LEARN_MANY  0.5             /*     of which so many that differ are as
                                           many as there are rows */


/* v(n) is sorted */

static void
learn_values(float *v, size_t n, size_t rows, train_seen_t *to)
{
    size_t  i;

    qsort(v, n, sizeof(float), train_by_float);
    to->values = (n > 0);

    for (i = 1; i < n; i++) {
        to->values += (v[i] != v[i - 1]);
    }

    if ((double) to->values > LEARN_MANY * (double) n) {
        to->values = (n > 0) ? rows : 0;
    }
}


train_seen_t *
train_lesson_see(const train_lesson_t *l)
{
    float         *x, *v;
    size_t         i, j, k, n, in;
    train_seen_t  *seen;

    in = l->data->in;
    n = (l->n < LEARN_LOOK) ? l->n : LEARN_LOOK;
    seen = train_alloc(in + 1, sizeof(train_seen_t));
    x = train_alloc(n * in + 1, sizeof(float));
    v = train_alloc(n + 1, sizeof(float));

    for (i = 0; i < n; i++) {
        train_data_row(l->data, l->row[i * l->n / n], x + i * in);
    }

    for (j = 0; j < in; j++) {
        for (i = 0, k = 0; i < n; i++) {
            if (!isnan(x[i * in + j])) {
                v[k++] = x[i * in + j];
            }
        }

        seen[j].missing = (k < n);
        learn_values(v, k, l->n, &seen[j]);
    }

    train_free(v);
    train_free(x);

    return seen;
}


void
train_learnt_settle(train_learnt_t *l)
{
    if (l->kept != NULL) {
        l->drop(l->kept);
    }

    l->kept = NULL;
    l->curve = NULL;
    l->n_curve = 0;
}


void
train_learnt_free(train_learnt_t *l)
{
    train_learnt_settle(l);
    maas__arena_destroy(l->arena);
    (void) memset(l, 0, sizeof(train_learnt_t));
}


int
train_settings_read(const char *family, const char *text,
    int (*set)(void *to, const char *name, double v, char *why), void *to,
    char *why)
{
    char         name[32], number[32];
    double       v;
    size_t       n;
    const char  *end, *is;

    for ( /* void */ ; text != NULL && *text != '\0'; text = end) {
        end = text + strcspn(text, ",");
        is = text + strcspn(text, "=");
        n = (size_t) (is - text);

        if (is >= end || n >= sizeof(name)
            || (size_t) (end - is) > sizeof(number))
        {
            return train_refuse(why, "%s: expected NAME=NUMBER,..., not "
                                "\"%.40s\"", family, text);
        }

        (void) memcpy(name, text, n);
        name[n] = '\0';
        n = (size_t) (end - is - 1);
        (void) memcpy(number, is + 1, n);
        number[n] = '\0';

        if (!train_number(number, &v)) {
            return train_refuse(why, "%s: %s=%s is no number", family, name,
                                number);
        }

        if (set(to, name, v, why) != 0) {
            return -1;
        }

        end += (*end == ',');
    }

    return 0;
}
