
/*
 * Shared memory that one table has all of, in a zone whose name says what the
 * table is like: "WORD NAME LIKE THIS".
 * Not here: rooms in the memory of counters (ngx_http_maas_zone.h), tables.
 */


#ifndef _NGX_HTTP_MAAS_PAGES_H_INCLUDED_
#define _NGX_HTTP_MAAS_PAGES_H_INCLUDED_


#include "ngx_http_maas_conf.h"


/* bytes that nginx keeps in a zone for itself: some, and 1/128 */

#define NGX_HTTP_MAAS_PAGES_OWN(size)  (4 * ngx_pagesize + (size) / 128)


/* All pages of a new zone, zeroed, in the master: *size bytes.  NULL: there are
 * none. */
void *ngx_http_maas_pages(ngx_shm_zone_t *zone, size_t *size);

/* Did the last configuration have a zone of the name, whose table was another
 * one?  The first n bytes of the zone's name are word, name and blanks. */
ngx_uint_t ngx_http_maas_pages_were(ngx_shm_zone_t *zone, size_t n);


#endif /* _NGX_HTTP_MAAS_PAGES_H_INCLUDED_ */
