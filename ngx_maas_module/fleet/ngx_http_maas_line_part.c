
/*
 * Parts of a line of metrics: blanks and words, numbers, text that is UTF-8.
 * Not here: lines (ngx_http_maas_line.c), nginx.
 */


#include "ngx_http_maas_line.h"

#include <string.h>


int
ngx_http_maas_piece_is(ngx_http_maas_piece_t a, ngx_http_maas_piece_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


void
ngx_http_maas_line_skip(ngx_http_maas_piece_t *p, size_t n)
{
    p->data += n;
    p->len -= n;
}


void
ngx_http_maas_line_blanks(ngx_http_maas_piece_t *p)
{
    while (p->len > 0 && (*p->data == ' ' || *p->data == '\t')) {
        p->data++;
        p->len--;
    }
}


/* The word in front, up to a blank */

ngx_http_maas_piece_t
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


static int
ngx_http_maas_line_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
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

int
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

int
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


/* Of a help, a backslash escapes itself and a line break. */

int
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
