/*
 * The whole of a text file in memory, plain, gzipped or from standard input.
 * What it says is not looked at here.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "table.h"
#include "util.h"
#include "read/maas_crc.h"


#define TEXT_STEP  (1u << 20)


static size_t
text_line(const char *buf, size_t len)
{
    size_t       n;
    const char  *p;

    n = 1;

    for (p = buf; (p = memchr(p, '\n', len - (size_t) (p - buf))) != NULL;
         p++)
    {
        n++;
    }

    return n;
}


static void
text_failed(const char *path, gzFile file, const char *buf, size_t len)
{
    int          code;
    const char  *why;

    why = gzerror(file, &code);

    if (code != Z_OK && code != Z_STREAM_END) {
        train_die("%s:%zu: cannot be read: %s", path, text_line(buf, len),
                  code == Z_ERRNO ? strerror(errno)
                  : code == Z_BUF_ERROR ? "the file ends too early" : why);
    }
}


char *
train_table_slurp(const char *path, size_t *len, uint32_t *crc)
{
    int      n, std;
    char    *buf;
    size_t   room;
    gzFile   file;

    std = (strcmp(path, "-") == 0);
    file = std ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");

    if (file == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    (void) gzbuffer(file, TEXT_STEP / 8);
    buf = NULL;
    room = 0;
    *len = 0;

    do {
        train_room(&buf, &room, *len + TEXT_STEP, 1);
        n = gzread(file, buf + *len, TEXT_STEP / 2);
        *len += (n > 0) ? (size_t) n : 0;
    } while (n > 0);

    text_failed(path, file, buf, *len);
    (void) gzclose(file);

    if (*len >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0) {
        *len -= 3;              /* the mark that spreadsheets put first */
        (void) memmove(buf, buf + 3, *len);
    }

    *crc = maas__crc32c(*crc, buf, *len);

    return buf;
}
