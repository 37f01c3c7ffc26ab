/*
 * Texts of files that others made, for a terminal: what would move its cursor,
 * turn the line round or be seen by nobody is escaped as in JSON.
 * What is said is not known here.
 */

#include <stdio.h>
#include <string.h>

#include "util.h"


#define ESCAPE_ROOM     13           /* of an escape and its end */


long
train_char(const char *s, size_t *n)
{
    long                  c;
    size_t                i;
    const unsigned char  *u = (const unsigned char *) s;

    *n = (u[0] < 0x80) ? 1 : (u[0] >= 0xf0) ? 4 : (u[0] >= 0xe0) ? 3 : 2;

    if (*n == 1) {
        return u[0];
    }

    c = u[0] & (0x7f >> *n);

    for (i = 1; i < *n && (u[i] & 0xc0) == 0x80; i++) {
        c = c << 6 | (u[i] & 0x3f);
    }

    if (i < *n || u[0] < 0xc2 || u[0] > 0xf4 || c > 0x10ffff
        || c < (*n == 3 ? 0x800 : *n == 4 ? 0x10000 : 0x80)
        || (c >= 0xd800 && c <= 0xdfff))
    {
        *n = 1;
        return -1;
    }

    return c;
}


int
train_is_plain(long c)
{
    size_t  i;

    /* C1, marks of direction, ends of lines, a mark of bytes, tags */

    static const long  not[][2] = {
        { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f },
        { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
        { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff }
    };

    for (i = 0; i < train_nelts(not); i++) {
        if (c >= not[i][0] && c <= not[i][1]) {
            return 0;
        }
    }

    return c >= 0;
}


static size_t
escape_put(char *to, long c, const char *s)
{
    int  n;

    if (c < 0) {
        n = snprintf(to, ESCAPE_ROOM, "\\x%02x", (unsigned char) *s);

    } else if (c < 0x10000) {
        n = snprintf(to, ESCAPE_ROOM, "\\u%04lx", (unsigned long) c);

    } else {
        c -= 0x10000;
        n = snprintf(to, ESCAPE_ROOM, "\\u%04lx\\u%04lx",
                     (unsigned long) (0xd800 | c >> 10),
                     (unsigned long) (0xdc00 | (c & 0x3ff)));
    }

    return (size_t) n;
}


void
train_escape(char *to, const char *s, int lines)
{
    long    c;
    size_t  n, k;

    for (k = 0; s[k] != '\0'; k += n) {
        c = train_char(s + k, &n);

        if (train_is_plain(c)
            || (lines && (c < 0 || (c < 0x20 && strchr("\n\r\t", (int) c)))))
        {
            (void) memcpy(to, s + k, n);
            to += n;

        } else {
            to += escape_put(to, c, s + k);
        }
    }

    *to = '\0';
}
