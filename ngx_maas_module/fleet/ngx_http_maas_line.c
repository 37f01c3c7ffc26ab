
/*
 * A line of metrics as text, taken apart and held to the format: what others
 * wrote must not spoil what is made of it.
 * Not here: nginx, which families lines are of (ngx_http_maas_merge.c).
 */


#include "ngx_http_maas_line.h"

#include <string.h>


int
ngx_http_maas_piece_is(ngx_http_maas_piece_t a, ngx_http_maas_piece_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


static int
ngx_http_maas_line_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}


/* Of a name, at its beginning or within; colons are for metrics alone. */

static int
ngx_http_maas_line_letter(unsigned char c, int first, int colons)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || (c == ':' && colons)
           || (!first && ngx_http_maas_line_digit(c));
}


static void
ngx_http_maas_line_blanks(ngx_http_maas_piece_t *p)
{
    while (p->len > 0 && (*p->data == ' ' || *p->data == '\t')) {
        p->data++;
        p->len--;
    }
}


static void
ngx_http_maas_line_skip(ngx_http_maas_piece_t *p, size_t n)
{
    p->data += n;
    p->len -= n;
}


/* What stands in front, as long as it is a name */

static ngx_http_maas_piece_t
ngx_http_maas_line_name(ngx_http_maas_piece_t *p, int colons)
{
    ngx_http_maas_piece_t  name;

    name = *p;

    while (p->len > 0
           && ngx_http_maas_line_letter(*p->data, p->data == name.data, colons))
    {
        ngx_http_maas_line_skip(p, 1);
    }

    name.len = p->data - name.data;

    return name;
}


/* The word in front, up to a blank */

static ngx_http_maas_piece_t
ngx_http_maas_line_word(ngx_http_maas_piece_t *p)
{
    ngx_http_maas_piece_t  word;

    word = *p;

    while (p->len > 0 && *p->data != ' ' && *p->data != '\t') {
        ngx_http_maas_line_skip(p, 1);
    }

    word.len = p->data - word.data;

    return word;
}


static size_t
ngx_http_maas_line_digits(ngx_http_maas_piece_t *p)
{
    size_t  n;

    n = 0;

    while (p->len > 0 && ngx_http_maas_line_digit(*p->data)) {
        ngx_http_maas_line_skip(p, 1);
        n++;
    }

    return n;
}


static void
ngx_http_maas_line_sign(ngx_http_maas_piece_t *p)
{
    if (p->len > 0 && (*p->data == '+' || *p->data == '-')) {
        ngx_http_maas_line_skip(p, 1);
    }
}


/* All of it is a number: digits, a fraction, an exponent, or a word */

static int
ngx_http_maas_line_number(ngx_http_maas_piece_t p)
{
    size_t  n;

    ngx_http_maas_line_sign(&p);

    if (ngx_http_maas_piece_is(p, ngx_http_maas_piece("Inf"))
        || ngx_http_maas_piece_is(p, ngx_http_maas_piece("NaN")))
    {
        return 1;
    }

    n = ngx_http_maas_line_digits(&p);

    if (p.len > 0 && *p.data == '.') {
        ngx_http_maas_line_skip(&p, 1);
        n += ngx_http_maas_line_digits(&p);
    }

    if (n > 0 && p.len > 0 && (*p.data == 'e' || *p.data == 'E')) {
        ngx_http_maas_line_skip(&p, 1);
        ngx_http_maas_line_sign(&p);
        n = ngx_http_maas_line_digits(&p);
    }

    return n > 0 && p.len == 0;
}


/* A value, and perhaps a time in milliseconds of a length that fits */

static int
ngx_http_maas_line_value(ngx_http_maas_piece_t p)
{
    size_t  n;

    if (!ngx_http_maas_line_number(ngx_http_maas_line_word(&p))) {
        return 0;
    }

    ngx_http_maas_line_blanks(&p);

    if (p.len == 0) {
        return 1;
    }

    ngx_http_maas_line_sign(&p);
    n = ngx_http_maas_line_digits(&p);

    return n > 0 && n <= 18 && p.len == 0;
}


/* Bytes that follow the first one of a character, as UTF-8 has it (RFC 3629),
 * and the least and the most that the first of them may be; -1: none begins
 * so. */

static int
ngx_http_maas_line_follow(unsigned char c, unsigned char *low,
    unsigned char *high)
{
    *low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    *high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;

    return c < 0x80 ? 0 : c < 0xc2 ? -1 : c < 0xe0 ? 1 : c < 0xf0 ? 2
           : c < 0xf5 ? 3 : -1;
}


/* Text without zeros and carriage returns, in UTF-8 */

static int
ngx_http_maas_line_is_text(ngx_http_maas_piece_t p)
{
    int            n;
    unsigned char  low, high;

    while (p.len > 0) {
        n = ngx_http_maas_line_follow(*p.data, &low, &high);

        if (n < 0 || p.len <= (size_t) n || *p.data == '\0'
            || *p.data == '\r')
        {
            return 0;
        }

        ngx_http_maas_line_skip(&p, 1);

        for ( /* void */ ; n > 0; n--) {
            if (*p.data < low || *p.data > high) {
                return 0;
            }

            low = 0x80;
            high = 0xbf;
            ngx_http_maas_line_skip(&p, 1);
        }
    }

    return 1;
}


/* What stands between quotes, the first of which is passed over; the length of
 * it, with the last one, is taken off.  0: it has no end, or a wrong escape. */

static int
ngx_http_maas_line_quoted(ngx_http_maas_piece_t *p,
    ngx_http_maas_piece_t *value)
{
    *value = *p;

    while (p->len > 0 && *p->data != '"') {

        if (*p->data == '\\') {
            ngx_http_maas_line_skip(p, 1);

            if (p->len == 0
                || (*p->data != '\\' && *p->data != '"' && *p->data != 'n'))
            {
                return 0;
            }
        }

        ngx_http_maas_line_skip(p, 1);
    }

    value->len = p->data - value->data;

    if (p->len == 0) {
        return 0;
    }

    ngx_http_maas_line_skip(p, 1);

    return 1;
}


/* The byte c in front, and blanks around it */

static int
ngx_http_maas_line_mark(ngx_http_maas_piece_t *p, unsigned char c)
{
    ngx_http_maas_line_blanks(p);

    if (p->len == 0 || *p->data != c) {
        return 0;
    }

    ngx_http_maas_line_skip(p, 1);
    ngx_http_maas_line_blanks(p);

    return 1;
}


int
ngx_http_maas_line_label(ngx_http_maas_piece_t *labels,
    ngx_http_maas_piece_t *name, ngx_http_maas_piece_t *value)
{
    ngx_http_maas_line_blanks(labels);

    if (labels->len == 0) {
        return 0;
    }

    *name = ngx_http_maas_line_name(labels, 0);

    if (name->len == 0 || !ngx_http_maas_line_mark(labels, '=')
        || labels->len == 0 || *labels->data != '"')
    {
        return -1;
    }

    ngx_http_maas_line_skip(labels, 1);

    if (!ngx_http_maas_line_quoted(labels, value)) {
        return -1;
    }

    ngx_http_maas_line_blanks(labels);

    return labels->len == 0 || ngx_http_maas_line_mark(labels, ',') ? 1 : -1;
}


/* Each label once, and no more than there is room for */

static int
ngx_http_maas_line_labels(ngx_http_maas_piece_t labels)
{
    int                    rc;
    size_t                 i, n;
    ngx_http_maas_piece_t  value, names[NGX_HTTP_MAAS_LINE_LABELS];

    for (n = 0; n < NGX_HTTP_MAAS_LINE_LABELS; n++) {
        rc = ngx_http_maas_line_label(&labels, &names[n], &value);

        if (rc <= 0) {
            return rc == 0;
        }

        for (i = 0; i < n; i++) {
            if (ngx_http_maas_piece_is(names[i], names[n])) {
                return 0;
            }
        }
    }

    return labels.len == 0;
}


/* The labels in front, braces included, where there are some: up to the first
 * brace that no quotes are around */

static int
ngx_http_maas_line_braces(ngx_http_maas_piece_t *p,
    ngx_http_maas_piece_t *labels)
{
    ngx_http_maas_piece_t  value;

    labels->data = p->data;
    labels->len = 0;

    if (!ngx_http_maas_line_mark(p, '{')) {
        return 1;
    }

    labels->data = p->data;

    while (p->len > 0 && *p->data != '}') {
        if (*p->data == '"') {
            ngx_http_maas_line_skip(p, 1);

            if (!ngx_http_maas_line_quoted(p, &value)) {
                return 0;
            }

        } else {
            ngx_http_maas_line_skip(p, 1);
        }
    }

    labels->len = p->data - labels->data;

    return ngx_http_maas_line_mark(p, '}');
}


static ngx_http_maas_line_e
ngx_http_maas_line_sample(ngx_http_maas_piece_t p, ngx_http_maas_line_t *line)
{
    line->name = ngx_http_maas_line_name(&p, 1);

    if (line->name.len == 0
        || (p.len > 0 && *p.data != '{' && *p.data != ' ' && *p.data != '\t')
        || !ngx_http_maas_line_braces(&p, &line->labels)
        || !ngx_http_maas_line_labels(line->labels))
    {
        return NGX_HTTP_MAAS_LINE_BAD;
    }

    ngx_http_maas_line_blanks(&p);
    line->rest = p;

    return ngx_http_maas_line_value(p) ? NGX_HTTP_MAAS_LINE_SAMPLE
                                       : NGX_HTTP_MAAS_LINE_BAD;
}


/* Of a help, a backslash escapes itself and a line break. */

static int
ngx_http_maas_line_help(ngx_http_maas_piece_t p)
{
    size_t  i;

    for (i = 0; i < p.len; i++) {
        if (p.data[i] == '\\') {
            i++;

            if (i == p.len || (p.data[i] != '\\' && p.data[i] != 'n')) {
                return 0;
            }
        }
    }

    return 1;
}


/* Behind the number sign */

static ngx_http_maas_line_e
ngx_http_maas_line_comment(ngx_http_maas_piece_t p, ngx_http_maas_line_t *line)
{
    size_t                 i;
    ngx_http_maas_line_e   kind;
    ngx_http_maas_piece_t  word;

    static const ngx_http_maas_piece_t  types[] = {
        { (const unsigned char *) "counter", 7 },
        { (const unsigned char *) "gauge", 5 },
        { (const unsigned char *) "histogram", 9 },
        { (const unsigned char *) "summary", 7 },
        { (const unsigned char *) "untyped", 7 }
    };

    ngx_http_maas_line_blanks(&p);
    word = ngx_http_maas_line_word(&p);

    kind = ngx_http_maas_piece_is(word, ngx_http_maas_piece("HELP"))
           ? NGX_HTTP_MAAS_LINE_HELP
           : ngx_http_maas_piece_is(word, ngx_http_maas_piece("TYPE"))
           ? NGX_HTTP_MAAS_LINE_TYPE : NGX_HTTP_MAAS_LINE_NONE;

    if (kind == NGX_HTTP_MAAS_LINE_NONE) {
        return kind;
    }

    ngx_http_maas_line_blanks(&p);
    line->name = ngx_http_maas_line_name(&p, 1);

    if (line->name.len == 0
        || (p.len > 0 && *p.data != ' ' && *p.data != '\t'))
    {
        return NGX_HTTP_MAAS_LINE_BAD;
    }

    ngx_http_maas_line_blanks(&p);
    line->rest = p;

    if (kind == NGX_HTTP_MAAS_LINE_HELP) {
        return ngx_http_maas_line_help(p) ? kind : NGX_HTTP_MAAS_LINE_BAD;
    }

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (ngx_http_maas_piece_is(p, types[i])) {
            return kind;
        }
    }

    return NGX_HTTP_MAAS_LINE_BAD;
}


void
ngx_http_maas_line_read(ngx_http_maas_piece_t *text,
    ngx_http_maas_line_t *line)
{
    const unsigned char    *end;
    ngx_http_maas_piece_t   p;

    memset(line, 0, sizeof(ngx_http_maas_line_t));

    end = memchr(text->data, '\n', text->len);
    p.data = text->data;
    p.len = end != NULL ? (size_t) (end - text->data) : text->len;

    ngx_http_maas_line_skip(text, p.len + (end != NULL));

    while (p.len > 0
           && (p.data[p.len - 1] == ' ' || p.data[p.len - 1] == '\t'))
    {
        p.len--;
    }

    ngx_http_maas_line_blanks(&p);

    if (p.len == 0) {
        return;
    }

    if (!ngx_http_maas_line_is_text(p)) {
        line->kind = NGX_HTTP_MAAS_LINE_BAD;

    } else if (*p.data != '#') {
        line->kind = ngx_http_maas_line_sample(p, line);

    } else {
        ngx_http_maas_line_skip(&p, 1);
        line->kind = ngx_http_maas_line_comment(p, line);
    }
}
