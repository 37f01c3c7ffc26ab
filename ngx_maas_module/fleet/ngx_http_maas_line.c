
/*
 * A line of metrics as text, taken apart and held to the format: what others
 * wrote must not spoil what is made of it.
 * Not here: nginx, which families lines are of (ngx_http_maas_merge.c).
 */


#include "ngx_http_maas_line.h"

#include <string.h>


/* Of a name, at its beginning or within; colons are for metrics alone. */

static int
ngx_http_maas_line_letter(unsigned char c, int first, int colons)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || (c == ':' && colons)
           || (!first && c >= '0' && c <= '9');
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
