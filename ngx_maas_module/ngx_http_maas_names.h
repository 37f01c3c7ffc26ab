
/*
 * Where names stand in a list: a hash of it, made again in place when the list
 * changes.  Plain C, so that tests link it without nginx.
 * Not here: what has the names (ngx_http_maas_find.c).
 */


#ifndef _NGX_HTTP_MAAS_NAMES_H_INCLUDED_
#define _NGX_HTTP_MAAS_NAMES_H_INCLUDED_


#include <maas.h>


/* no place in the list */

#define NGX_HTTP_MAAS_NO_NAME  UINT32_MAX


typedef struct {
    const unsigned char      *text;        /* the owner's */
    size_t                    len;
    uint32_t                  hash;
    uint32_t                  next;        /* of the same head, further back in
                                              the list */
} ngx_http_maas_name_t;


typedef struct {
    ngx_http_maas_name_t     *list;        /* n of `room` */
    uint32_t                 *heads;       /* `mask` + 1 of them, each where
                                              the first name of it stands */
    uint32_t                  mask;
    uint32_t                  room;
    uint32_t                  n;
} ngx_http_maas_names_t;


/* Bytes that a table of so many names takes: aligned as pointers are. */
size_t ngx_http_maas_names_size(uint32_t room);

/* An empty table in `memory`, of names_size(room) bytes, which the caller
 * keeps. */
void ngx_http_maas_names_init(ngx_http_maas_names_t *names, void *memory,
    uint32_t room);

/* Empties it. */
void ngx_http_maas_names_clear(ngx_http_maas_names_t *names);

/* One more name, at the end of the list; text must live as long.  Several may
 * be the same.  There must be room. */
void ngx_http_maas_names_add(ngx_http_maas_names_t *names,
    const unsigned char *text, size_t len);

/* Where a name stands first, and where the name at i stands next; or
 * NGX_HTTP_MAAS_NO_NAME. */
uint32_t ngx_http_maas_names_first(const ngx_http_maas_names_t *names,
    const unsigned char *text, size_t len);
uint32_t ngx_http_maas_names_next(const ngx_http_maas_names_t *names,
    uint32_t i);


#endif /* _NGX_HTTP_MAAS_NAMES_H_INCLUDED_ */
