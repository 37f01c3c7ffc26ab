/*
 * What all families do alike.
 * Not here: what they learn.
 */

#include <string.h>

#include "learn.h"
#include "util.h"


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
