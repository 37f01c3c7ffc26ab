/*
 * Foreign texts as people see them: escaped, and in columns.
 * What is escaped is not known here (escape.c).
 */

#include <stdio.h>
#include <string.h>

#include "util.h"


#define SHOWN_AT_ONCE  8


char *
train_escaped(const char *s, int lines)
{
    char  *to;

    to = train_alloc(strlen(s) * TRAIN_ESCAPED + 1, 1);
    train_escape(to, s, lines);

    return to;
}


size_t
train_cut(const char *s, size_t len, size_t most)
{
    if (len <= most) {
        return len;
    }

    for (len = most; len > 0 && (s[len] & 0xc0) == 0x80; len--) {
        /* not within a character */
    }

    return len;
}


const char *
train_shown(const char *s)
{
    size_t        n, k;
    static char  *kept[SHOWN_AT_ONCE];
    static size_t at;

    for (k = 0; s[k] != '\0'; k += n) {
        if (!train_is_plain(train_char(s + k, &n))) {
            at = (at + 1) % SHOWN_AT_ONCE;
            train_free(kept[at]);
            kept[at] = train_escaped(s, 0);
            return kept[at];
        }
    }

    return s;
}


void
train_put_cell(FILE *f, const char *s, int width)
{
    int     n, room;
    size_t  k, end;

    s = train_shown(s);
    room = (width < 0) ? -width : width;

    for (n = 0, end = 0; n < room && s[end] != '\0'; n++, end += k) {
        (void) train_char(s + end, &k);
    }

    (void) fprintf(f, "%*s%.*s%*s", width < 0 ? 0 : room - n, "", (int) end, s,
                   width < 0 ? room - n : 0, "");
}
