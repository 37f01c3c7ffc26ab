
/*
 * What is known of clients: a table of keys in memory that processes share, and
 * what is kept of each key.  Plain C, so that tests and bench/ link it without
 * nginx.
 * Not here: requests, directives, where the memory comes from
 * (ngx_http_maas_track.h).
 */


#ifndef _NGX_HTTP_MAAS_TRACK_TABLE_H_INCLUDED_
#define _NGX_HTTP_MAAS_TRACK_TABLE_H_INCLUDED_


#include <maas.h>


/* changes with the structures below: no zone of another number is used */

#define NGX_HTTP_MAAS_TRACK_LAYOUT   1

#define NGX_HTTP_MAAS_TRACK_WINDOWS  8     /* of a table, at most */
#define NGX_HTTP_MAAS_TRACK_WAYS     8     /* keys of a set */
#define NGX_HTTP_MAAS_TRACK_LANES    64
#define NGX_HTTP_MAAS_TRACK_LINE     64    /* bytes of a cache line */

/* A window is 13 sub-windows wide.  Of the one that is partly out of it a part
 * counts: with arrivals at random this misses 100 requests by 0.9 in the mean
 * (sqrt(100 / 13 / 6), and what rounding adds). */

#define NGX_HTTP_MAAS_TRACK_SUBS     13
#define NGX_HTTP_MAAS_TRACK_SLOTS    15    /* and one partly out, one ahead */


/* Of one window and key: `tick` is the newest sub-window that was counted in;
 * slot t % 15 has those of sub-window t, and the next slot is empty. */

typedef struct {
    uint32_t                  tick;
    uint32_t                  slot[NGX_HTTP_MAAS_TRACK_SLOTS];
} ngx_http_maas_track_window_t;


/* Which paths were seen, as bits, in this period as long as the longest window
 * and in the one before */

#define NGX_HTTP_MAAS_TRACK_WORDS    4

typedef struct {
    uint64_t                  now[NGX_HTTP_MAAS_TRACK_WORDS];
    uint64_t                  before[NGX_HTTP_MAAS_TRACK_WORDS];
} ngx_http_maas_track_paths_t;


/* Sums fade: after the longest window, 1/e of them is left.  Times are
 * milliseconds of a clock that never goes back. */

typedef struct {
    uint64_t                  first;       /* when the key was new */
    uint64_t                  at;          /* sums are as of */
    double                    bytes;       /* sent */
    float                     done;        /* requests that ended */
    float                     errors;      /* of these, 4xx and 5xx */
    float                     missing;     /* of these, 404 */
    float                     gap;         /* seconds between requests, mean */
    float                     gap_var;     /*     and variance */
    uint32_t                  gaps;        /* how many, at most 16 */
    uint32_t                  period;      /* of paths.now */
    uint32_t                  spare;
} ngx_http_maas_track_head_t;


/* Of a key, in whole cache lines; windows up to `n_windows` of the table */

typedef struct {
    ngx_http_maas_track_head_t    head;
    ngx_http_maas_track_paths_t   paths;
    ngx_http_maas_track_window_t  window[];
} ngx_http_maas_track_entry_t;


/* What a worker counts of a table */

typedef struct {
    uint64_t                  arrivals;
    uint64_t                  keys;        /* that took free room */
    uint64_t                  evictions;   /* that took another key's */
    uint64_t                  full;        /* that found none */
    uint64_t                  spare[4];
} ngx_http_maas_track_lane_t;


/* The beginning of the memory; zeros, but for the seed, are an empty table */

typedef struct {
    uint64_t                    seed[2];   /* nobody outside may know it */
    uint64_t                    size;      /* bytes, this among them */
    uint64_t                    spare[5];
    ngx_http_maas_track_lane_t  lane[NGX_HTTP_MAAS_TRACK_LANES];
} ngx_http_maas_track_zone_t;


/* A moment, as it is in all entries */

typedef struct {
    uint64_t                  now;         /* ms */
    uint64_t                  period;      /* as long as the longest window, */
    float                     rest;        /*     and what is left of it */
    float                     part[NGX_HTTP_MAAS_TRACK_WINDOWS];
                                           /* of a sub-window, the same */
    uint64_t                  tick[NGX_HTTP_MAAS_TRACK_WINDOWS];
} ngx_http_maas_track_clock_t;


/* A table as a process sees it.  The first members are given. */

typedef struct {
    uint64_t                    width[NGX_HTTP_MAAS_TRACK_WINDOWS];  /* ms */
    uint32_t                    n_windows;

    uint32_t                    n_sets;
    uint64_t                    longest;   /* of the windows, ms */
    float                       fade;      /* 1 / longest */
    size_t                      entry_size;
    size_t                      set_size;
    ngx_http_maas_track_zone_t *zone;      /* on a cache line */
    uint8_t                    *sets;
    ngx_http_maas_track_lane_t *lane;      /* of this process */
    ngx_http_maas_track_clock_t clock;     /* of the last call */
} ngx_http_maas_track_table_t;


/* What was known of a key before a request.  Times in seconds; below zero: not
 * known. */

typedef struct {
    uint64_t                  key;         /* 0: none was looked up */
    int                       asked;       /* of who makes a key: it does */
    uint32_t                  count[NGX_HTTP_MAAS_TRACK_WINDOWS];
    uint32_t                  paths;
    float                     gap;
    float                     gap_dev;
    float                     errors;      /* shares */
    float                     missing;
    double                    bytes;
    int64_t                   age;         /* milliseconds */
    int64_t                   last;        /* milliseconds; below zero: this is
                                              the first one */
} ngx_http_maas_track_seen_t;


/* The keys with the most requests in a window, as far as was looked; zeros at
 * first */

#define NGX_HTTP_MAAS_TRACK_TOP      10

typedef struct {
    uint32_t                  at;          /* the set to look at next */
    uint32_t                  looked;      /* sets that were */
    uint32_t                  window;      /* that counts */
    uint32_t                  n;
    ngx_http_maas_track_seen_t  seen[NGX_HTTP_MAAS_TRACK_TOP];
} ngx_http_maas_track_top_t;


/* The smallest memory that a table with so many windows may have, bytes. */
size_t ngx_http_maas_track_smallest(uint32_t n_windows);

/* Of width and n_windows, 1 to 8, and the memory at zone: all the rest, with
 * lane 0. */
void ngx_http_maas_track_use(ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_zone_t *zone, size_t size);

/* A hash of len bytes by the table's seed, never 0: SipHash-1-3, so that nobody
 * without the seed can make keys that meet. */
uint64_t ngx_http_maas_track_hash(const ngx_http_maas_track_table_t *table,
    const void *data, size_t len);

/* The memory of a key will be wanted soon. */
void ngx_http_maas_track_ahead(const ngx_http_maas_track_table_t *table,
    uint64_t key);

/* A request for a key at `now`, not 0, with the hash of its path: *seen is what
 * was known before, then it is counted.  Evicts what was not seen for
 * longest. */
void ngx_http_maas_track_count(ngx_http_maas_track_table_t *table,
    uint64_t key, uint64_t path, uint64_t now,
    ngx_http_maas_track_seen_t *seen);

/* A request ended.  Counts nothing if the key was evicted meanwhile. */
void ngx_http_maas_track_end(ngx_http_maas_track_table_t *table, uint64_t key,
    uint64_t now, uint32_t status, uint64_t bytes);

/* The lanes of all processes */
void ngx_http_maas_track_sum(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_lane_t *sum);


/* What is known of a key, at table->clock, but that is not counted.  0: it is
 * not there, or was not seen since `since`. */
int ngx_http_maas_track_look(const ngx_http_maas_track_table_t *table,
    uint64_t key, uint64_t since, ngx_http_maas_track_seen_t *seen);

/* The keys of a set that were seen since `since`: key[WAYS], and of each its
 * requests in a window, count[WAYS]; how many. */
uint32_t ngx_http_maas_track_set_keys(
    const ngx_http_maas_track_table_t *table, uint32_t set, uint32_t window,
    uint64_t since, uint64_t *key, uint32_t *count);


/* ngx_http_maas_track_top.c: *top as of `now`, largest first, by the shortest
 * window of a minute or more, or else the longest.  A call looks at 4096
 * sets or busy keys, from where the last one ended. */
void ngx_http_maas_track_top(ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_top_t *top, uint64_t now);


/* ngx_http_maas_track_entry.c: of one key, at table->clock.  All of these read
 * and write what other processes change at the same time; one of their updates
 * may be lost, and a value may be one request old. */

/* From now on it is `now`. */
void ngx_http_maas_track_clock(ngx_http_maas_track_table_t *table,
    uint64_t now);

/* Nothing is known but that it is new. */
void ngx_http_maas_track_entry_clear(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry);

/* *seen, but for key; last: when it was seen before, ms */
void ngx_http_maas_track_entry_read(const ngx_http_maas_track_table_t *table,
    const ngx_http_maas_track_entry_t *entry, uint64_t last,
    ngx_http_maas_track_seen_t *seen);

/* Requests in a window */
uint32_t ngx_http_maas_track_entry_window(
    const ngx_http_maas_track_table_t *table,
    const ngx_http_maas_track_entry_t *entry, uint32_t window);

/* A request more; last: as above, 0 if it is the first */
void ngx_http_maas_track_entry_count(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry, uint64_t last, uint64_t path);

/* A request less that is under way */
void ngx_http_maas_track_entry_end(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry, uint32_t status, uint64_t bytes);


#endif /* _NGX_HTTP_MAAS_TRACK_TABLE_H_INCLUDED_ */
