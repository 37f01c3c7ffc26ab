/*
 * JSON text with its commas in the right places.
 * Not here: growing memory, numbers that must read back to the same bits
 * (maas_json_print.c).
 */

#include "maas_json.h"
#include "maas_json_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


static void
writer_comma(maas_writer_t *w)
{
    if (w->follows) {
        w->put(w->ctx, ",", 1);
    }

    w->follows = 1;
}


void
maas_writer_open(maas_writer_t *w, char kind)
{
    writer_comma(w);
    w->put(w->ctx, &kind, 1);
    w->follows = 0;
}


void
maas_writer_close(maas_writer_t *w, char kind)
{
    w->put(w->ctx, &kind, 1);
    w->follows = 1;
}


static void
writer_quote(const maas_writer_t *w, const char *s, size_t len)
{
    char    escaped[6];
    size_t  i, n, from;

    w->put(w->ctx, "\"", 1);

    for (i = from = 0; i < len; i++) {
        n = maas__json_escape(s[i], w->page, escaped);

        if (n > 0) {
            w->put(w->ctx, s + from, i - from);
            w->put(w->ctx, escaped, n);
            from = i + 1;
        }
    }

    w->put(w->ctx, s + from, len - from);
    w->put(w->ctx, "\"", 1);
}


void
maas_writer_key(maas_writer_t *w, const char *name)
{
    writer_comma(w);
    writer_quote(w, name, strlen(name));
    w->put(w->ctx, ":", 1);
    w->follows = 0;
}


void
maas_writer_string(maas_writer_t *w, const char *s, size_t len)
{
    writer_comma(w);
    writer_quote(w, s, len);
}


void
maas_writer_text(maas_writer_t *w, const char *s)
{
    maas_writer_string(w, s, strlen(s));
}


void
maas_writer_value(maas_writer_t *w, const char *fmt, ...)
{
    int      n;
    char     text[64];
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    n = n < (int) sizeof(text) ? n : (int) sizeof(text) - 1;
    maas_writer_raw(w, text, n > 0 ? (size_t) n : 0);
}


void
maas_writer_raw(maas_writer_t *w, const char *s, size_t len)
{
    writer_comma(w);
    w->put(w->ctx, s, len);
}


/* "<" can only be in a string. */

static void
writer_foreign(const maas_writer_t *w, const char *s, size_t len)
{
    char    escaped[6];
    size_t  i, n, from;

    n = maas__json_escape('<', w->page, escaped);

    for (i = from = 0; i < len; i++) {
        if (s[i] == '<' && n > 0) {
            w->put(w->ctx, s + from, i - from);
            w->put(w->ctx, escaped, n);
            from = i + 1;
        }
    }

    w->put(w->ctx, s + from, len - from);
}


maas_status_t
maas_writer_object(maas_writer_t *w, const char *name, const char *s,
    size_t len, unsigned depth)
{
    size_t         i;
    maas_err_t     err;
    maas_status_t  rc;

    rc = maas__json_check(s, len, depth, &err);

    if (rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; s[i] != '{'; i++) {
        if (s[i] != ' ' && s[i] != '\n' && s[i] != '\r' && s[i] != '\t') {
            return MAAS_BADVALUE;
        }
    }

    maas_writer_key(w, name);
    writer_foreign(w, s, len);
    w->follows = 1;

    return MAAS_OK;
}


void
maas_writer_list(maas_writer_t *w, const char *const *s, size_t n)
{
    size_t  i;

    maas_writer_open(w, '[');

    for (i = 0; i < n; i++) {
        maas_writer_text(w, s[i]);
    }

    maas_writer_close(w, ']');
}


void
maas_float_text(float v, char out[MAAS_FLOAT_TEXT])
{
    out[maas__float_print(v, out)] = '\0';
}
