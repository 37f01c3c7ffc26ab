
/*
 * A line of metrics as text, taken apart (Prometheus, text format 0.0.4).
 * Not here: what lines are of one family (ngx_http_maas_merge.h), nginx.
 */


#ifndef _NGX_HTTP_MAAS_LINE_H_INCLUDED_
#define _NGX_HTTP_MAAS_LINE_H_INCLUDED_


#include <stddef.h>


/* Labels that a sample may have */
#define NGX_HTTP_MAAS_LINE_LABELS  64


typedef struct {
    const unsigned char      *data;
    size_t                    len;
} ngx_http_maas_piece_t;


typedef enum {
    NGX_HTTP_MAAS_LINE_NONE = 0,           /* says nothing: a comment */
    NGX_HTTP_MAAS_LINE_BAD,
    NGX_HTTP_MAAS_LINE_HELP,
    NGX_HTTP_MAAS_LINE_TYPE,
    NGX_HTTP_MAAS_LINE_SAMPLE
} ngx_http_maas_line_e;


typedef struct {
    ngx_http_maas_line_e      kind;
    ngx_http_maas_piece_t     name;
    ngx_http_maas_piece_t     labels;      /* of a sample, as they stand */
    ngx_http_maas_piece_t     rest;        /* the help, the type, or a value
                                              and perhaps a time */
} ngx_http_maas_line_t;


/* Takes a line off the front of a text that is not empty. */
void ngx_http_maas_line_read(ngx_http_maas_piece_t *text,
    ngx_http_maas_line_t *line);

/* Takes a label off the front of labels: 1, 0 at their end, -1: there is none
 * where one must be.  value: what stands between its quotes. */
int ngx_http_maas_line_label(ngx_http_maas_piece_t *labels,
    ngx_http_maas_piece_t *name, ngx_http_maas_piece_t *value);

/* A piece that is a literal */
#define ngx_http_maas_piece(text)                                             \
    ((ngx_http_maas_piece_t) { (const unsigned char *) text, sizeof(text) - 1 })


/* ngx_http_maas_line_part.c */

/* Are they the same bytes? */
int ngx_http_maas_piece_is(ngx_http_maas_piece_t a, ngx_http_maas_piece_t b);

/* Take n bytes, blanks, the word up to the next blank off the front. */
void ngx_http_maas_line_skip(ngx_http_maas_piece_t *p, size_t n);
void ngx_http_maas_line_blanks(ngx_http_maas_piece_t *p);
ngx_http_maas_piece_t ngx_http_maas_line_word(ngx_http_maas_piece_t *p);

/* Is all of it a value, and perhaps a time; text without zeros and carriage
 * returns, in UTF-8; a help, whose escapes are known? */
int ngx_http_maas_line_value(ngx_http_maas_piece_t p);
int ngx_http_maas_line_is_text(ngx_http_maas_piece_t p);
int ngx_http_maas_line_help(ngx_http_maas_piece_t p);


#endif /* _NGX_HTTP_MAAS_LINE_H_INCLUDED_ */
