/*
 * Counts which forms of dates the texts of a column have, by the engine's own
 * reader.
 * What a column is for is not decided here (roles_date.c).
 */

#include <string.h>

#include "look.h"
#include "util.h"


#define DATE_SHORTEST  6
#define DATE_LONGEST   48


void
train_look_date(train_look_t *k, const char *s, size_t len)
{
    int          read[MAAS_N_DATE_FORMS];
    size_t       i;
    maas_date_t  d[MAAS_N_DATE_FORMS];

    if (len < DATE_SHORTEST || len > DATE_LONGEST) {
        return;
    }

    for (i = 0; i <= MAAS_DATE_MDY; i++) {
        read[i] = maas__date_text((maas_date_form_t) i, s, len, &d[i]);
        k->date[i] += (size_t) read[i];
    }

    if (!read[MAAS_DATE_DMY] || !read[MAAS_DATE_MDY]) {
        return;
    }

    if (d[MAAS_DATE_DMY].month != d[MAAS_DATE_MDY].month) {
        k->date_either++;
        k->date_points += memchr(s, '.', len < 4 ? len : 4) != NULL;
    }
}
