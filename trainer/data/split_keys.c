/*
 * What parts the rows of a table for validation, if not chance: the times or
 * the groups of a column, whatever else it is for.
 * Which rows validate is not known here (fit/split.c).
 */

#include <math.h>
#include <string.h>

#include "table.h"
#include "util.h"


train_split_t
train_split_read(const char *spec, const char **name)
{
    static const struct {
        const char     *begin;
        train_split_t   kind;
    } kinds[] = {
        { "time=", TRAIN_SPLIT_TIME }, { "group=", TRAIN_SPLIT_GROUP }
    };

    size_t  i;

    for (i = 0; spec != NULL && i < train_nelts(kinds); i++) {
        *name = spec + strlen(kinds[i].begin);

        if (strncmp(spec, kinds[i].begin, strlen(kinds[i].begin)) == 0
            && **name != '\0')
        {
            return kinds[i].kind;
        }
    }

    return TRAIN_SPLIT_RANDOM;
}


/* Dates, or what else has an order: numbers */

void
train_split_look(train_table_t *t)
{
    const char        *name;
    train_column_t    *c;
    maas_date_form_t   form;

    if (t->split == TRAIN_NO_COLUMN
        || train_split_read(t->want->split, &name) != TRAIN_SPLIT_TIME)
    {
        return;
    }

    c = &t->columns[t->split];
    t->split_dates = (c->role == TRAIN_ROLE_DATE || c->asked);

    if (!t->split_dates && c->role != TRAIN_ROLE_NUMBER
        && train_is_date(t, c, &form))
    {
        train_date_decide(t, c);
        t->split_dates = 1;
    }
}


static double
keys_time(const train_table_t *t, const train_column_t *c, const char *s,
    size_t len)
{
    char         buf[64];
    double       v;
    maas_date_t  date;

    maas__field_trim(&s, &len);

    if (maas__field_is_missing(s, len)) {
        return NAN;
    }

    if (t->split_dates && maas__date_text(c->format.date, s, len, &date)) {
        return date.seconds;
    }

    if (!t->split_dates && len < sizeof(buf)) {
        (void) memcpy(buf, s, len);
        buf[len] = '\0';

        if (train_number(buf, &v)) {
            return v;
        }
    }

    train_die("%s: --split time: column \"%.64s\" holds \"%.*s\": expected "
              "%s", t->path, c->name, (int) (len < 40 ? len : 40), s,
              t->split_dates ? "dates like the others in it"
                             : "numbers, or dates");
}


void
train_split_keys(const train_table_t *t, train_data_t *d)
{
    double                *value;
    size_t                 i, len;
    train_dict_t           groups = { 0 };
    const char            *s, *name;
    const train_column_t  *c;

    if (t->split == TRAIN_NO_COLUMN) {
        return;
    }

    c = &t->columns[t->split];
    d->split = train_split_read(t->want->split, &name);
    d->split_by = train_alloc(t->rows, sizeof(double));
    value = train_alloc(c->texts.n, sizeof(double));

    for (i = 0; i < c->texts.n; i++) {
        s = c->texts.text[i];
        len = strlen(s);

        if (d->split == TRAIN_SPLIT_TIME) {
            value[i] = keys_time(t, c, s, len);
            continue;
        }

        maas__field_trim(&s, &len);
        value[i] = train_dict_put(&groups, s, len);
    }

    /* a row of no group is one of its own */

    d->n_groups = groups.n;

    for (i = 0; i < t->rows; i++) {
        d->split_by[i] = (c->written[i] > 0) ? value[c->written[i] - 1]
                         : (d->split == TRAIN_SPLIT_TIME) ? NAN
                         : (double) d->n_groups++;
    }

    train_dict_free(&groups);
    train_free(value);
}
