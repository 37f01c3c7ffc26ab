
/*
 * Rooms: pieces of the shared memory of counters, by a key, kept over reloads.
 * Not here: what stands in them.
 */


#ifndef _NGX_HTTP_MAAS_ZONE_H_INCLUDED_
#define _NGX_HTTP_MAAS_ZONE_H_INCLUDED_


#include "ngx_http_maas_conf.h"


/* bytes of a key */

#define NGX_HTTP_MAAS_ROOM_KEY  512


/*
 * What all may use, in workers and in the master.  A key is a word, a blank,
 * MODEL:VERSION as it is counted, and whatever may follow behind a blank; or
 * one word alone, where no model is meant.  Words: a letter for each kind of
 * room, "m" and "p" are taken.  A room lives as long as its model, if each
 * configuration asks for it again, and is found again where that comes back.
 * Once it is gone and memory is short, the room goes to others of its size or
 * less, zeroed, while a worker of the past may still add to it: it holds
 * numbers and nothing else, and whoever takes one as an index checks it.
 */

/* Zeroed memory of `size` bytes, those of a cache line or more on one, made at
 * the first call, and the same for all workers until the zone is another one.
 * A key has one size: another one begins anew.  NULL: no room.  Takes a lock:
 * at start and for swaps, not for requests. */
void *ngx_http_maas_zone_room(ngx_http_maas_main_conf_t *mmcf, ngx_str_t *key,
    size_t size);

/* A room often has a lane for each worker: how many there are, and that of this
 * process.  Processes that found no other share the last one. */
ngx_uint_t ngx_http_maas_zone_lanes(ngx_http_maas_main_conf_t *mmcf);
ngx_uint_t ngx_http_maas_zone_lane(ngx_http_maas_main_conf_t *mmcf);

/* The rest is for life/ngx_http_maas_shm.c.  A change of configuration begins,
 * makes rooms, and holds or is forgotten; all under the zone's lock. */

/* In the zone, made if need be, with so many lanes of so many bytes; NGX_OK, or
 * NGX_ERROR: no room. */
ngx_int_t ngx_http_maas_zone_begin(ngx_slab_pool_t *shpool, ngx_uint_t lanes,
    size_t lane);

/* A room of the new configuration as above, or the promise of one: *room is
 * then NULL, and n grows.  NGX_ERROR: no room. */
ngx_int_t ngx_http_maas_zone_promise(ngx_slab_pool_t *shpool, ngx_str_t *key,
    size_t size, void **room, ngx_uint_t *n);

/* Are there n rooms of `size` bytes that only the old configuration knows? */
ngx_uint_t ngx_http_maas_zone_keeps(ngx_slab_pool_t *shpool, ngx_uint_t n,
    size_t size);

/* The new configuration holds: what it does not know may be given away. */
void ngx_http_maas_zone_hold(ngx_slab_pool_t *shpool);

/* A room that was promised; NULL: somebody else was faster. */
void *ngx_http_maas_zone_made(ngx_slab_pool_t *shpool, ngx_str_t *key,
    size_t size);

/* In a worker: nobody uses the room any more. */
void ngx_http_maas_zone_free(ngx_http_maas_main_conf_t *mmcf, ngx_str_t *key);


#endif /* _NGX_HTTP_MAAS_ZONE_H_INCLUDED_ */
