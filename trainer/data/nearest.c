/*
 * The name that was probably meant, by the letters that differ.
 * What is done with it is said where names are looked for (roles.c).
 */

#include <string.h>

#include "data.h"
#include "util.h"


#define NEAREST_MAX  64             /* bytes; longer names have no neighbour */


static char
nearest_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char) (c | 0x20) : c;
}


/* Letters to put in, take out or change, case aside */

static size_t
nearest_distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t  i, j, row[NEAREST_MAX + 1], before, change;

    for (j = 0; j <= m; j++) {
        row[j] = j;
    }

    for (i = 1; i <= n; i++) {
        before = row[0];
        row[0] = i;

        for (j = 1; j <= m; j++) {
            change = before
                     + (nearest_lower(a[i - 1]) != nearest_lower(b[j - 1]));
            before = row[j];
            row[j]++;
            row[j] = (row[j - 1] + 1 < row[j]) ? row[j - 1] + 1 : row[j];
            row[j] = (change < row[j]) ? change : row[j];
        }
    }

    return row[m];
}


const char *
train_nearest(const train_dict_t *names, const char *s, size_t len)
{
    size_t       i, n, d, least;
    const char  *best;

    best = NULL;
    least = (len + 1) / 3 + 1;          /* a third of it may be wrong */

    for (i = 0; i < names->n && len <= NEAREST_MAX; i++) {
        n = strlen(names->text[i]);

        if (n > NEAREST_MAX) {
            continue;
        }

        d = nearest_distance(s, len, names->text[i], n);

        if (d < least && (d == 0 || len > 2)) {
            least = d;
            best = names->text[i];
        }
    }

    return best;
}
