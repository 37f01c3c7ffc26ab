/*
 * When two texts of a column are the same value, and which mean that there is
 * none: decided by what stands in it, kept in the model file.
 * How a value is compared is not known here (engine/field).
 */

#include <string.h>

#include "table.h"
#include "util.h"


static const char *
values_text(train_table_t *t, const char *s, size_t len)
{
    const char  *copy;

    copy = maas__arena_strndup(t->arena, s, len);

    if (copy == NULL) {
        train_die("no memory for the formats of columns");
    }

    return copy;
}


/* One more text, if it is new */

static void
values_add(train_table_t *t, train_column_t *c, const char **list,
    const char *s, size_t len)
{
    size_t  i;

    maas__field_trim(&s, &len);

    for (i = 0; i < c->format.n_blanks; i++) {
        if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0) {
            return;
        }
    }

    if (len > MAAS_MAX_TEXT || c->format.n_blanks == MAAS_MAX_UNITS) {
        train_die("--na-values: expected at most %d texts of at most %d bytes",
                  MAAS_MAX_UNITS, MAAS_MAX_TEXT);
    }

    if (len > 0) {
        list[c->format.n_blanks++] = values_text(t, s, len);
    }
}


void
train_blanks_decide(train_table_t *t, train_column_t *c, int marks)
{
    size_t                 i, n;
    const char           **list, *na;
    const train_counts_t  *m = &c->seen.marks;

    list = maas__arena_alloc(t->arena, MAAS_MAX_UNITS, sizeof(char *));

    if (list == NULL) {
        train_die("no memory for the formats of columns");
    }

    c->format.n_blanks = 0;
    c->format.blanks = list;

    for (na = t->want->na; na != NULL && *na != '\0'; na += n + (na[n] == ','))
    {
        n = strcspn(na, ",");
        values_add(t, c, list, na, n);
    }

    for (i = 0; marks && i < m->n; i++) {
        values_add(t, c, list, m->item[i].text, strlen(m->item[i].text));
    }
}


void
train_values_decide(train_table_t *t, train_column_t *c)
{
    int                  numbers;
    const train_look_t  *k = &c->seen;

    numbers = k->numbers > 0 && k->codes == 0
              && k->numbers + k->missing.all + k->marks.all == k->filled;

    if (c->role == TRAIN_ROLE_TEXT) {
        c->format.compare = (k->numbers > 0) ? MAAS_COMPARE_TEXT
                                             : MAAS_COMPARE_DIGITS;
        return;
    }

    c->format.compare = numbers ? MAAS_COMPARE_NUMBER
                        : k->truths > 0 ? MAAS_COMPARE_BOOLEAN
                        : k->numbers > 0 ? MAAS_COMPARE_TEXT
                                         : MAAS_COMPARE_DIGITS;

    if (numbers) {
        train_blanks_decide(t, c, 1);
    }
}
