/*
 * The grammar of CSV: RFC 4180, and what people write beside it.
 * Not here: which byte separates (maas_csv_guess.c).
 */

#include "maas_csv_text.h"

#include <string.h>


#define CSV_COMMENTS  1000         /* lines that begin with #; more are rows */


static inline int
csv_is_blank(const maas_csv_t *c, char ch)
{
    return ch == ' ' || (ch == '\t' && c->by != '\t');
}


static inline int
csv_at_end(const maas_csv_t *c)
{
    return c->p == c->end || *c->p == '\n' || *c->p == '\r';
}


static void
csv_blanks(maas_csv_t *c)
{
    while (c->p < c->end && csv_is_blank(c, *c->p)) {
        c->p++;
    }
}


/* Past LF, CR LF or CR, or nothing at the end of the text */

static void
csv_line(maas_csv_t *c)
{
    if (c->p < c->end) {
        c->p += *c->p == '\r' && c->end - c->p > 1 && c->p[1] == '\n';
        c->p++;
        c->line++;
    }
}


/* Line ends in a quoted field */

static void
csv_lines(maas_csv_t *c, maas_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        c->line += s.data[i] == '\n'
                   || (s.data[i] == '\r'
                       && (i + 1 == s.len || s.data[i + 1] != '\n'));
    }
}


void
maas__csv_start(maas_csv_t *c, const char *text, size_t len)
{
    size_t      quotes;
    maas_csv_t  at;

    *c = (maas_csv_t) { text, text + len, text, 1, 0 };

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        c->p += 3;
    }

    at = *c;
    quotes = at.p < at.end && *at.p == '"';
    at.p += quotes;

    if (at.end - at.p < 5 || memcmp(at.p, "sep=", 4) != 0
        || memchr("\"\r\n", at.p[4], 4) != NULL)
    {
        return;
    }

    at.by = at.p[4];
    at.p += 5;

    if (quotes > 0) {
        if (at.p == at.end || *at.p != '"') {
            return;
        }
        at.p++;
    }

    if (csv_at_end(&at)) {
        csv_line(&at);
        *c = at;
    }
}


/* They begin with a mark or have zeros in the first characters */

int
maas__csv_is_wide(const char *text, size_t len)
{
    return len >= 2
           && (memcmp(text, "\xff\xfe", 2) == 0
               || memcmp(text, "\xfe\xff", 2) == 0
               || (text[0] == '\0') != (text[1] == '\0'));
}


int
maas__csv_row(maas_csv_t *c)
{
    const char  *begin;

    for ( ;; ) {
        begin = c->p;
        csv_blanks(c);

        if (c->p == c->end) {
            return 0;
        }

        if (!csv_at_end(c)) {
            c->p = begin;
            return 1;
        }

        csv_line(c);
    }
}


static const char *
csv_behind(const maas_csv_t *c, maas_csv_field_t *f)
{
    f->at = (size_t) (c->p - c->start);

    return c->by == ',' ? "expected a comma or the end of the line behind a "
                          "quoted field"
                        : "expected a separator or the end of the line behind "
                          "a quoted field";
}


static const char *
csv_quoted(maas_csv_t *c, maas_csv_field_t *f)
{
    f->quoted = 1;
    f->s.data = ++c->p;

    for ( ;; ) {
        c->p = memchr(c->p, '"', (size_t) (c->end - c->p));

        if (c->p == NULL) {
            c->p = c->end;
            return "a quote that does not end";
        }

        if (c->end - c->p < 2 || c->p[1] != '"') {
            break;
        }

        f->doubled = 1;
        c->p += 2;
    }

    f->s.len = (size_t) (c->p - f->s.data);
    c->p++;
    csv_lines(c, f->s);

    if (memchr(f->s.data, '\0', f->s.len) != NULL) {
        return "a zero byte: expected text";
    }

    if (!csv_at_end(c) && *c->p != c->by && !csv_is_blank(c, *c->p)) {
        return csv_behind(c, f);
    }

    return NULL;
}


static const char *
csv_bare(maas_csv_t *c, maas_csv_field_t *f)
{
    char         by, ch;
    const char  *p, *end;

    by = c->by;
    end = c->end;
    f->s.data = c->p;

    for (p = c->p; p < end; p++) {
        ch = *p;

        if (ch == by || ch == '\n' || ch == '\r' || ch == '\0'
            || (ch == '\t' && by == ' '))
        {
            break;
        }
    }

    c->p = p;

    if (p < end && *p == '\0' && by != '\0') {
        return "a zero byte: expected text";
    }

    while (p > f->s.data && csv_is_blank(c, p[-1])) {
        p--;
    }

    f->s.len = (size_t) (p - f->s.data);

    return NULL;
}


const char *
maas__csv_next(maas_csv_t *c, maas_csv_field_t *f)
{
    const char  *wrong;

    csv_blanks(c);
    f->at = (size_t) (c->p - c->start);
    f->line = c->line;
    f->quoted = 0;
    f->doubled = 0;

    wrong = c->p < c->end && *c->p == '"' ? csv_quoted(c, f) : csv_bare(c, f);

    if (wrong != NULL) {
        return wrong;
    }

    csv_blanks(c);
    f->last = csv_at_end(c);

    if (f->last) {
        csv_line(c);

    } else if (*c->p == c->by) {
        c->p++;

    } else if (c->by != ' ') {
        return csv_behind(c, f);
    }

    return NULL;
}


void
maas__csv_pass(maas_csv_t *c)
{
    while (!csv_at_end(c)) {
        c->p++;
    }

    csv_line(c);
}


int
maas__csv_pass_row(maas_csv_t *c)
{
    maas_csv_t        row;
    maas_csv_field_t  f;

    row = *c;

    do {
        if (maas__csv_next(c, &f) != NULL) {
            *c = row;
            maas__csv_pass(c);
            return 0;
        }
    } while (!f.last);

    return 1;
}


void
maas__csv_body(maas_csv_t *c)
{
    size_t      n;
    maas_csv_t  at;

    at = *c;

    for (n = 0; n < CSV_COMMENTS && maas__csv_row(&at); n++) {
        if (*at.p != '#') {
            *c = at;
            return;
        }

        maas__csv_pass(&at);
    }
}


void
maas__csv_uncomment(maas_csv_t *c)
{
    c->p += c->p < c->end && *c->p == '#';
    csv_blanks(c);
}


size_t
maas__csv_count(const maas_csv_t *c)
{
    size_t            n;
    maas_csv_t        at;
    maas_csv_field_t  f;

    at = *c;
    n = 0;

    do {
        if (maas__csv_next(&at, &f) != NULL) {
            return 0;
        }
        n++;
    } while (!f.last);

    return n;
}


size_t
maas__csv_plain(maas_str_t s, char *out)
{
    char    *p;
    size_t   i;

    for (p = out, i = 0; i < s.len; i++) {
        *p++ = s.data[i];
        i += s.data[i] == '"';
    }

    return (size_t) (p - out);
}
