/*
 * What readers of text share: the whole of a file, mapped or in memory, plain,
 * gzipped or from standard input, and the row at hand, cells with texts that
 * grow as they come.
 * Not here: what is said.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "encoding.h"
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

    for (p = buf; p < buf + len; p++) {
        n += (*p == '\n');
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


static int
text_is_json(const char *buf, size_t len)
{
    size_t  i;

    for (i = 0; i < len && memchr(" \t\r\n", buf[i], 4) != NULL; i++) {
        /* blanks */
    }

    return i < len && (buf[i] == '{' || buf[i] == '[');
}


/* All of it, in memory */

static char *
text_slurp(const char *path, size_t *len)
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

    return buf;
}


void
train_text_read(train_text_t *t, const char *path, const char *encoding,
    int log, uint32_t *crc)
{
    size_t  at, n;

    (void) memset(t, 0, sizeof(train_text_t));

    if (!train_text_map(t, path)) {
        t->owned = text_slurp(path, &t->len);
        t->data = t->owned;
    }

    if (log && encoding == NULL && text_is_json(t->data, t->len)) {
        encoding = "utf-8";
    }

    train_encoding(path, t, encoding);

    for (at = 0; at < t->len; at += n) {
        n = (t->len - at < TEXT_STEP) ? t->len - at : TEXT_STEP;
        *crc = maas__crc32c(*crc, t->data + at, n);
        train_text_done(t, t->data + at + n);
    }
}


void
train_fields_begin(train_fields_t *f, size_t len)
{
    train_room(&f->text, &f->room, len + 1, 1);
}


train_cell_t *
train_fields_cell(train_fields_t *f, size_t i)
{
    train_room(&f->cell, &f->n_room, i + 1, sizeof(train_cell_t));

    for ( /* void */ ; f->n <= i; f->n++) {
        (void) memset(&f->cell[f->n], 0, sizeof(train_cell_t));
    }

    return &f->cell[i];
}


void
train_fields_free(train_fields_t *f)
{
    train_free(f->text);
    train_free(f->cell);
}
