
/*
 * Answers by the rows that they are of: a table in memory that processes share.
 * Plain C, so that tests and bench/ link it without nginx.
 * Not here: requests (ngx_http_maas_cache.h), directives, where the memory
 * comes from.
 */


#ifndef _NGX_HTTP_MAAS_CACHE_TABLE_H_INCLUDED_
#define _NGX_HTTP_MAAS_CACHE_TABLE_H_INCLUDED_


#include "ngx_http_maas_sip.h"


/* changes with the structures below: no zone of another number is used */

#define NGX_HTTP_MAAS_CACHE_LAYOUT   1

#define NGX_HTTP_MAAS_CACHE_LANES    64
#define NGX_HTTP_MAAS_CACHE_WAYS     64    /* answers of a bucket, at most */

/* bytes of a bucket, at least: a page; units that it is divided into, so that
 * eight bits say where an answer begins */

#define NGX_HTTP_MAAS_CACHE_BUCKET   4096
#define NGX_HTTP_MAAS_CACHE_UNITS    256

/* answers of the longest kind that a bucket holds, about */

#define NGX_HTTP_MAAS_CACHE_LONGEST  7

/* A time is a count of 64 ms: so many bits of a clock in ms are left out. */

#define NGX_HTTP_MAAS_CACHE_TICK     6


/* What is known of a row and the file of its model: 128 bits of SipHash-1-3 */

typedef struct {
    uint64_t                  word[2];
} ngx_http_maas_cache_key_t;


/* What a worker counts of a table, of rows */

typedef struct {
    uint64_t                  hits;
    uint64_t                  misses;
    uint64_t                  kept;
    uint64_t                  evicted;     /* made room for another row */
    uint64_t                  renewed;     /* made room for their own row */
    uint64_t                  spare[3];
} ngx_http_maas_cache_lane_t;


/* The beginning of the memory; zeros, but for the seed, are an empty table */

typedef struct {
    uint64_t                    seed[2];   /* nobody outside may know it */
    uint64_t                    size;      /* bytes, this among them */
    uint64_t                    spare[5];
    ngx_http_maas_cache_lane_t  lane[NGX_HTTP_MAAS_CACHE_LANES];
} ngx_http_maas_cache_zone_t;


/* A table as a process sees it */

typedef struct {
    uint32_t                    n_buckets;
    uint32_t                    unit;      /* bytes */
    uint32_t                    ring;      /* words of a bucket's ring */
    size_t                      bucket;    /* bytes */
    ngx_http_maas_cache_zone_t *zone;      /* on a cache line */
    uint8_t                    *buckets;
    ngx_http_maas_cache_lane_t *lane;      /* of this process */
} ngx_http_maas_cache_table_t;


/* Bytes of buckets for answers of up to `out` floats, a power of two; the
 * smallest memory of a table of them, 16.  0: no table has such answers. */
size_t ngx_http_maas_cache_bucket(size_t out);
size_t ngx_http_maas_cache_smallest(size_t bucket);

/* The table in `size` bytes at zone, zeros but for seed[] or used before with
 * the same numbers: *table, with lane 0. */
void ngx_http_maas_cache_use(ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_zone_t *zone, size_t size, size_t bucket);

/* Has the table room for answers of so many floats? */
int ngx_http_maas_cache_fits(const ngx_http_maas_cache_table_t *table,
    size_t out);

/* What all keys of a model have in common: by the sum of its file, len bytes,
 * a multiple of 8.  Then the key of a row of len bytes. */
void ngx_http_maas_cache_begin(const ngx_http_maas_cache_table_t *table,
    const void *sum, size_t len, ngx_http_maas_sip_t *model);
void ngx_http_maas_cache_key(const ngx_http_maas_sip_t *model,
    const void *row, size_t len, ngx_http_maas_cache_key_t *key);

/* y(out) of a key, if it is no older than `ttl` (0: of any age) at `now`, ms.
 * 0: it is not there; y may have been written to. */
int ngx_http_maas_cache_get(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key, uint64_t now, uint64_t ttl,
    float *y, size_t out);

/* Keep y(out), which fits, for a key: the oldest answers of its bucket make
 * room. */
void ngx_http_maas_cache_put(ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key, uint64_t now, const float *y,
    size_t out);

/* Count rows in this process's lane, in any thread; the sums of all lanes. */
void ngx_http_maas_cache_add(uint64_t *counter, uint64_t n);
void ngx_http_maas_cache_sum(const ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_lane_t *sum);


#endif /* _NGX_HTTP_MAAS_CACHE_TABLE_H_INCLUDED_ */
