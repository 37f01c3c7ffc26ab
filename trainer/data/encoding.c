/*
 * Text in other encodings as UTF-8, by iconv of the C library; files that are
 * no text are told from it.
 * Nothing is known of rows here.
 */

#define _GNU_SOURCE                     /* memmem */

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "encoding.h"
#include "util.h"
#include "text/maas_json.h"


#define ENCODING_LOOK  4096         /* bytes in which zeros are counted */
#define ENCODING_STEP  (4u << 20)   /* bytes that are looked at, and go */

#define ENCODING_TABLE  "save it as CSV (in pandas: df.to_csv(FILE, "         \
                        "index=False))"


/* First bytes of files that people try, too */

typedef struct {
    const char  *bytes;
    size_t       len;
    const char  *what;
    const char  *instead;
} encoding_magic_t;

#define MAGIC(bytes, what, instead)  { bytes, sizeof(bytes) - 1, what, instead }

static const encoding_magic_t  encoding_magic[] = {
    MAGIC("PAR1", "a Parquet file", ENCODING_TABLE),
    MAGIC("ARROW1", "an Arrow (Feather) file", ENCODING_TABLE),
    MAGIC("FEA1", "a Feather file", ENCODING_TABLE),
    MAGIC("\xff\xff\xff\xff", "an Arrow stream", ENCODING_TABLE),
    MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file (.xls)",
          "save it as CSV UTF-8"),
    MAGIC("SQLite format 3", "an SQLite database",
          "export a table: sqlite3 -csv -header FILE 'SELECT * FROM t'"),
    MAGIC("\x89HDF\r\n\x1a\n", "an HDF5 file", ENCODING_TABLE),
    MAGIC("\x80\x02", "a pickle", ENCODING_TABLE),
    MAGIC("\x80\x03", "a pickle", ENCODING_TABLE),
    MAGIC("\x80\x04\x95", "a pickle", ENCODING_TABLE),
    MAGIC("\x80\x05\x95", "a pickle", ENCODING_TABLE),
    MAGIC("Obj\x01", "an Avro file", ENCODING_TABLE),
    MAGIC("ORC", "an ORC file", ENCODING_TABLE),
    MAGIC("\x93NUMPY", "a NumPy array", "call it .npy"),
    MAGIC("%PDF-", "a PDF", "save its table as CSV"),
    MAGIC("\x89PNG\r\n", "a picture", "see docs/data.md"),
    MAGIC("\xfd" "7zXZ", "compressed by xz", "unpack it, or use gzip"),
    MAGIC("BZh", "compressed by bzip2", "unpack it, or use gzip"),
    MAGIC("\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it, or use gzip")
};


static int
encoding_has(const char *text, size_t len, const char *what)
{
    return memmem(text, len, what, strlen(what)) != NULL;
}


/* Does the text begin with bytes that none has?  Four letters may be a name. */

static int
encoding_is_bytes(const char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len && i < ENCODING_LOOK; i++) {
        if ((unsigned char) text[i] < 0x20
            && memchr("\t\n\r", text[i], 3) == NULL)
        {
            return 1;
        }
    }

    return 0;
}


static void
encoding_foreign(const char *path, const char *text, size_t len)
{
    size_t                   i;
    const encoding_magic_t  *m;

    if (len >= 4 && memcmp(text, "PK\3\4", 4) == 0) {
        if (encoding_has(text, len, "xl/workbook")) {
            train_die("%s: an Excel file (.xlsx): expected text; save it as "
                      "CSV UTF-8, or in pandas: read_excel(FILE)"
                      ".to_csv(FILE, index=False)", path);
        }

        if (encoding_has(text, len, "content.xml")) {
            train_die("%s: a spreadsheet (.ods): expected text; save it as "
                      "CSV in UTF-8", path);
        }

        train_die("%s: a zip archive: expected text; unpack it", path);
    }

    for (i = 0; i < train_nelts(encoding_magic); i++) {
        m = &encoding_magic[i];

        if (len >= m->len && memcmp(text, m->bytes, m->len) == 0
            && encoding_is_bytes(text, len))
        {
            train_die("%s: %s: expected text; %s", path, m->what, m->instead);
        }
    }
}


/* UTF-16 or UTF-32 by its mark, or by where zeros stand; or NULL */

static const char *
encoding_wide(const char *text, size_t len)
{
    size_t  i, n, zeros[2] = { 0 };

    if (len >= 4 && memcmp(text, "\xff\xfe\0\0", 4) == 0) {
        return "UTF-32LE";
    }

    if (len >= 4 && memcmp(text, "\0\0\xfe\xff", 4) == 0) {
        return "UTF-32BE";
    }

    if (len >= 2 && memcmp(text, "\xff\xfe", 2) == 0) {
        return "UTF-16LE";
    }

    if (len >= 2 && memcmp(text, "\xfe\xff", 2) == 0) {
        return "UTF-16BE";
    }

    n = (len < ENCODING_LOOK) ? len : ENCODING_LOOK;

    for (i = 0; i < n; i++) {
        zeros[i & 1] += (text[i] == '\0');
    }

    /* text of Latin letters: nearly all of one kind, hardly any other */

    if (n >= 4 && zeros[1] * 5 >= n && zeros[0] * 20 <= n) {
        return "UTF-16LE";
    }

    return (n >= 4 && zeros[0] * 5 >= n && zeros[1] * 20 <= n) ? "UTF-16BE"
                                                               : NULL;
}


/* Not UTF-8, nor UTF-8 with a few broken characters: one byte a character */

static int
encoding_is_narrow(train_text_t *t)
{
    size_t       i, n, good, bad;
    uint64_t     word;
    const char  *text;

    text = t->data;
    good = 0;
    bad = 0;

    for (i = 0; i < t->len; i += n) {
        if (i % ENCODING_STEP < 8) {
            train_text_done(t, text + i);
        }

        n = 8;

        if (t->len - i >= 8) {
            (void) memcpy(&word, text + i, 8);

            if ((word & 0x8080808080808080ull) == 0) {
                continue;           /* nothing but ASCII */
            }
        }

        n = 1;

        if ((unsigned char) text[i] < 0x80) {
            continue;
        }

        n = maas__utf8_char(text + i, t->len - i);

        if (n == 0) {
            bad++;
            n = 1;

        } else {
            good++;
        }
    }

    return bad > good;
}


/* NULL: at *at are bytes that the encoding has not */

static char *
encoding_convert(const char *path, const char *name, const char *text,
    size_t *len, size_t *at)
{
    char     *out, *to, *from;
    size_t    room, left, rest, n, rc;
    iconv_t   cd;

    cd = iconv_open("UTF-8", name);

    if (cd == (iconv_t) -1) {
        train_die("%s: --encoding: \"%s\" is not known: expected utf-8, "
                  "utf-16, latin1, windows-1252 or another that iconv -l "
                  "lists", path, name);
    }

    out = NULL;
    room = 0;
    n = 0;
    from = (char *) text;
    left = *len;

    do {
        train_room(&out, &room, n + 2 * left + 64, 1);
        to = out + n;
        rest = room - n;
        rc = iconv(cd, &from, &left, &to, &rest);
        n = (size_t) (to - out);
    } while (rc == (size_t) -1 && errno == E2BIG);

    (void) iconv_close(cd);
    *at = *len - left;

    if (left > 0) {
        train_free(out);
        return NULL;
    }

    *len = n;

    return out;
}


static void
encoding_unmark(train_text_t *t)
{
    if (t->len >= 3 && memcmp(t->data, "\xef\xbb\xbf", 3) == 0) {
        t->data += 3;           /* the mark that spreadsheets put first */
        t->len -= 3;
    }
}


void
train_encoding(const char *path, train_text_t *t, const char *name)
{
    int     said;
    char   *out;
    size_t  at, len;

    said = (name == NULL || strcasecmp(name, "auto") == 0);

    if (said) {
        encoding_foreign(path, t->data, t->len);
        name = encoding_wide(t->data, t->len);

        if (name == NULL && encoding_is_narrow(t)) {
            name = "windows-1252";
        }
    }

    if (name == NULL || strcasecmp(name, "utf-8") == 0
        || strcasecmp(name, "utf8") == 0)
    {
        encoding_unmark(t);
        return;
    }

    len = t->len;
    out = encoding_convert(path, name, t->data, &len, &at);

    if (out == NULL && said && strcmp(name, "windows-1252") == 0) {
        name = "latin1";
        out = encoding_convert(path, name, t->data, &len, &at);
    }

    if (out == NULL) {
        train_die("%s: byte %zu is no %s: --encoding says another", path, at,
                  name);
    }

    if (said) {
        train_warn("%s: read as %s; --encoding says another", path, name);
    }

    train_text_free(t);
    t->data = t->owned = out;
    t->len = len;
    encoding_unmark(t);
}
