
/*
 * Facts that are told in one of two ways, as JSON or as a protobuf message: a
 * list of them is written once and read by both kinds of clients.
 * Not here: which facts there are (routes/).
 */


#ifndef _NGX_HTTP_MAAS_TELL_H_INCLUDED_
#define _NGX_HTTP_MAAS_TELL_H_INCLUDED_


#include "ngx_http_maas_response.h"

#include <text/maas_pb.h>


#define NGX_HTTP_MAAS_TELL_DEEP  16        /* messages within messages */

typedef struct {
    ngx_http_maas_text_t     *text;
    size_t                    open[NGX_HTTP_MAAS_TELL_DEEP];    /* where those
                                              begin that have not ended */
    ngx_uint_t                deep;
    maas_pb_out_t             out;         /* for one field */
    unsigned                  protobuf:1;
} ngx_http_maas_tell_t;


/* What is told from now on is put into text. */
void ngx_http_maas_tell_init(ngx_http_maas_tell_t *t,
    ngx_http_maas_text_t *text, ngx_uint_t protobuf);

/*
 * Facts have a name, that of the member of an object, NULL in a list or for all
 * of it, and a number, that of the field, 0 for all of it.  What protobuf has
 * as the default (0, false, an empty text) it does not write; an object is
 * there even if it is empty.  Lists are repeated fields: their elements have
 * the number, the list has none.
 */
void ngx_http_maas_tell_open(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number);
void ngx_http_maas_tell_close(ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_list(ngx_http_maas_tell_t *t, const char *name);
void ngx_http_maas_tell_list_end(ngx_http_maas_tell_t *t);

/* Values; a word: of an enumeration, protobuf has its value.  Elements of lists
 * of numbers are not packed, which readers take as well. */
void ngx_http_maas_tell_text(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *value);
void ngx_http_maas_tell_number(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, int64_t value);
void ngx_http_maas_tell_flag(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, ngx_uint_t value);
void ngx_http_maas_tell_word(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *word, ngx_uint_t value);

/* A list of n texts */
void ngx_http_maas_tell_texts(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *const *values, size_t n);

/* A map, which protobuf has as a list; of its members, between entry and its
 * end, the value, an object. */
void ngx_http_maas_tell_map(ngx_http_maas_tell_t *t, const char *name);
void ngx_http_maas_tell_map_end(ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_entry(ngx_http_maas_tell_t *t, ngx_uint_t number,
    const char *key);
void ngx_http_maas_tell_entry_end(ngx_http_maas_tell_t *t);

/* What only one of the two has: JSON's members, as text, such as those that
 * protobuf's defaults say; a number of protobuf that is written even if it is
 * 0, as one of several fields that exclude each other. */
void ngx_http_maas_tell_json(ngx_http_maas_tell_t *t, const char *json);
void ngx_http_maas_tell_field(ngx_http_maas_tell_t *t, ngx_uint_t number,
    uint64_t value);


#endif /* _NGX_HTTP_MAAS_TELL_H_INCLUDED_ */
