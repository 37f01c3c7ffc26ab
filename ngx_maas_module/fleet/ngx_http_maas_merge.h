
/*
 * Texts of metrics, one of each instance, as one text in which each sample has
 * its instance as a label (Prometheus, text format 0.0.4).
 * Not here: nginx, and how texts are had (ngx_http_maas_ask.c), so that a unit
 * test and a fuzzer can link it.
 */


#ifndef _NGX_HTTP_MAAS_MERGE_H_INCLUDED_
#define _NGX_HTTP_MAAS_MERGE_H_INCLUDED_


#include "ngx_http_maas_line.h"


/* Families that are told apart, of all texts together: more are left out. */
#define NGX_HTTP_MAAS_FAMILIES       2048
#define NGX_HTTP_MAAS_FAMILY_SLOTS   4096


/* Metrics of one name.  Texts are those of the first instance that has them. */

typedef struct {
    ngx_http_maas_piece_t     name;
    ngx_http_maas_piece_t     help;        /* len 0: not said */
    ngx_http_maas_piece_t     type;        /* the same */
} ngx_http_maas_family_t;


/* Zeroed before the first text is read */

typedef struct {
    size_t                    n;
    ngx_http_maas_family_t    of[NGX_HTTP_MAAS_FAMILIES];
    unsigned short            slot[NGX_HTTP_MAAS_FAMILY_SLOTS];
} ngx_http_maas_families_t;


/* Where in a text the samples of a family are; end 0: it has none. */

typedef struct {
    size_t                    begin;
    size_t                    end;
} ngx_http_maas_run_t;


/* What texts are written with */

typedef struct {
    void                    (*put)(void *ctx, const unsigned char *data,
                                   size_t len);
    void                     *ctx;
} ngx_http_maas_sink_t;


/* The families of one more text, which must stay: families point into it. */
void ngx_http_maas_merge_read(ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t text);

/* Once all are read: where the families of a text are, runs(families->n).
 * Returns how many lines are left out: none of the format, not with others of
 * their name, of another type than the family has, or of one too many. */
size_t ngx_http_maas_merge_find(const ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t text, ngx_http_maas_run_t *runs);

/* ngx_http_maas_merge_put.c */

/* The head of a family, as far as it was said */
void ngx_http_maas_merge_head(const ngx_http_maas_family_t *family,
    const ngx_http_maas_sink_t *sink);

/* Samples of a run, each with the label instance; one that has such a label
 * keeps it as exported_instance, which is what Prometheus calls it.  instance:
 * as the value of a label, without quotes. */
void ngx_http_maas_merge_samples(ngx_http_maas_piece_t text,
    const ngx_http_maas_run_t *run, ngx_http_maas_piece_t instance,
    const ngx_http_maas_sink_t *sink);


#endif /* _NGX_HTTP_MAAS_MERGE_H_INCLUDED_ */
