
/*
 * Where the entry of a key is: sets of eight, and who makes room for whom.
 * No locks: a place is taken by a compare-and-swap of its tag.
 * Not here: what is kept of a key (ngx_http_maas_track_entry.c).
 */


#include "ngx_http_maas_sip.h"
#include "ngx_http_maas_track_table.h"


/*
 * A tag is 0 (free), the hash of a key, which is odd, or, while a worker makes
 * it another key's, the time of that, which is even.  A worker that dies there
 * leaves it so: after a second others may take it.
 */

#define NGX_HTTP_MAAS_TRACK_DEAD   1000    /* ms */

/* looks at a set, some 5 ns each; the first half waits for who is at work */

#define NGX_HTTP_MAAS_TRACK_TRIES  256


typedef struct {
    uint64_t                  tag[NGX_HTTP_MAAS_TRACK_WAYS];
    uint64_t                  last[NGX_HTTP_MAAS_TRACK_WAYS];   /* ms */
    uint8_t                   entry[];
} ngx_http_maas_track_set_t;


size_t
ngx_http_maas_track_smallest(uint32_t n_windows)
{
    /* 16 sets */

    return sizeof(ngx_http_maas_track_zone_t)
           + 16 * (sizeof(ngx_http_maas_track_set_t)
                   + NGX_HTTP_MAAS_TRACK_WAYS
                     * (sizeof(ngx_http_maas_track_entry_t)
                        + n_windows * sizeof(ngx_http_maas_track_window_t)));
}


void
ngx_http_maas_track_use(ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_zone_t *zone, size_t size)
{
    size_t    n;
    uint32_t  i;

    table->longest = 0;

    for (i = 0; i < table->n_windows; i++) {
        if (table->width[i] > table->longest) {
            table->longest = table->width[i];
        }
    }

    table->fade = 1.0f / (float) table->longest;
    table->entry_size = sizeof(ngx_http_maas_track_entry_t)
                    + table->n_windows * sizeof(ngx_http_maas_track_window_t);
    table->set_size = sizeof(ngx_http_maas_track_set_t)
                      + NGX_HTTP_MAAS_TRACK_WAYS * table->entry_size;

    n = (size - sizeof(ngx_http_maas_track_zone_t)) / table->set_size;

    table->n_sets = n < UINT32_MAX ? (uint32_t) n : UINT32_MAX;
    table->zone = zone;
    table->sets = (uint8_t *) zone + sizeof(ngx_http_maas_track_zone_t);
    table->lane = &zone->lane[0];
}


uint64_t
ngx_http_maas_track_hash(const ngx_http_maas_track_table_t *table,
    const void *data, size_t len)
{
    uint64_t             rest;
    ngx_http_maas_sip_t  sip;

    ngx_http_maas_sip_begin(&sip, table->zone->seed);
    rest = ngx_http_maas_sip_bytes(&sip, data, len);
    ngx_http_maas_sip_word(&sip, rest | (uint64_t) len << 56);

    return ngx_http_maas_sip_end(&sip, 0xff) | 1;
}


static ngx_http_maas_track_set_t *
ngx_http_maas_track_set_of(const ngx_http_maas_track_table_t *table,
    uint64_t key)
{
    return (void *) (table->sets
                     + ((key >> 32) * table->n_sets >> 32) * table->set_size);
}


static ngx_http_maas_track_entry_t *
ngx_http_maas_track_entry(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_set_t *set, uint32_t i)
{
    return (void *) (set->entry + i * table->entry_size);
}


/* The place of a key, -1 if it has none */

static int
ngx_http_maas_track_find(const ngx_http_maas_track_set_t *set, uint64_t key)
{
    int  i;

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
        if (__atomic_load_n(&set->tag[i], __ATOMIC_ACQUIRE) == key) {
            return i;
        }
    }

    return -1;
}


/* The place to take, with its tag: free, left by a dead worker, or that of the
 * key that was not seen for longest.  -1: others are taking all of them, or,
 * with `wait`, one of them. */

static int
ngx_http_maas_track_victim(const ngx_http_maas_track_set_t *set, uint64_t now,
    int wait, uint64_t *tag)
{
    int       i, oldest;
    uint64_t  t, last, least;

    oldest = -1;
    least = 0;

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
        t = __atomic_load_n(&set->tag[i], __ATOMIC_RELAXED);

        if (t == 0
            || (t % 2 == 0 && now > t + NGX_HTTP_MAAS_TRACK_DEAD))
        {
            *tag = t;
            return i;
        }

        if (t % 2 == 0) {
            if (wait) {
                return -1;
            }

            continue;
        }

        last = __atomic_load_n(&set->last[i], __ATOMIC_RELAXED);

        if (oldest < 0 || last < least) {
            oldest = i;
            least = last;
            *tag = t;
        }
    }

    return oldest;
}


static void
ngx_http_maas_track_lane_add(uint64_t *counter)
{
    uint64_t  n;

    /* a lane is of one worker; where there are more workers than lanes a count
     * may be lost */

    n = __atomic_load_n(counter, __ATOMIC_RELAXED);
    __atomic_store_n(counter, n + 1, __ATOMIC_RELAXED);
}


/*
 * The place of a key, taken if it has none: *is_new.  Of two workers that take
 * one for the same key at once the second waits, and finds what the first left.
 * If it saw nobody at work, the key has two places, of which the first is used
 * and the other grows old.
 */

static int
ngx_http_maas_track_take(ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_set_t *set, uint64_t key, uint64_t now, int *is_new)
{
    int       i, tries;
    uint64_t  tag, busy;

    *is_new = 0;
    busy = now > 1 ? now & ~(uint64_t) 1 : 2;

    for (tries = 0; tries < NGX_HTTP_MAAS_TRACK_TRIES; tries++) {

        i = ngx_http_maas_track_find(set, key);
        if (i >= 0) {
            return i;
        }

        i = ngx_http_maas_track_victim(set, now,
                                       tries < NGX_HTTP_MAAS_TRACK_TRIES / 2,
                                       &tag);
        if (i < 0) {
            continue;
        }

        if (!__atomic_compare_exchange_n(&set->tag[i], &tag, busy, 0,
                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        {
            continue;
        }

        ngx_http_maas_track_entry_clear(table,
                                  ngx_http_maas_track_entry(table, set, i));
        __atomic_store_n(&set->last[i], now, __ATOMIC_RELAXED);
        __atomic_store_n(&set->tag[i], key, __ATOMIC_RELEASE);

        ngx_http_maas_track_lane_add(tag == 0 ? &table->lane->keys
                                              : &table->lane->evictions);
        *is_new = 1;
        return i;
    }

    ngx_http_maas_track_lane_add(&table->lane->full);
    return -1;
}


/* All lines of an entry are wanted: they come at the same time. */

static void
ngx_http_maas_track_fetch(const ngx_http_maas_track_table_t *table,
    const ngx_http_maas_track_entry_t *entry)
{
    size_t  i;

    for (i = 0; i < table->entry_size; i += NGX_HTTP_MAAS_TRACK_LINE) {
        __builtin_prefetch((const uint8_t *) entry + i, 1);
    }
}


void
ngx_http_maas_track_ahead(const ngx_http_maas_track_table_t *table,
    uint64_t key)
{
    ngx_http_maas_track_set_t  *set;

    set = ngx_http_maas_track_set_of(table, key);

    __builtin_prefetch(set->tag, 0);
    __builtin_prefetch(set->last, 1);
}


void
ngx_http_maas_track_count(ngx_http_maas_track_table_t *table, uint64_t key,
    uint64_t path, uint64_t now, ngx_http_maas_track_seen_t *seen)
{
    int                           i, is_new;
    uint64_t                      last;
    ngx_http_maas_track_set_t    *set;
    ngx_http_maas_track_entry_t  *entry;

    *seen = (ngx_http_maas_track_seen_t) {
        .key = key, .gap = -1, .gap_dev = -1, .errors = -1, .missing = -1,
        .last = -1
    };

    set = ngx_http_maas_track_set_of(table, key);

    ngx_http_maas_track_clock(table, now);
    ngx_http_maas_track_lane_add(&table->lane->arrivals);

    i = ngx_http_maas_track_take(table, set, key, now, &is_new);
    if (i < 0) {
        return;
    }

    entry = ngx_http_maas_track_entry(table, set, i);
    last = 0;

    if (!is_new) {
        ngx_http_maas_track_fetch(table, entry);
        last = __atomic_load_n(&set->last[i], __ATOMIC_RELAXED);
        ngx_http_maas_track_entry_read(table, entry, last, seen);
    }

    if (now > last) {
        __atomic_store_n(&set->last[i], now, __ATOMIC_RELAXED);
    }

    ngx_http_maas_track_entry_count(table, entry, last, path);
}


void
ngx_http_maas_track_end(ngx_http_maas_track_table_t *table, uint64_t key,
    uint64_t now, uint32_t status, uint64_t bytes)
{
    int                         i;
    ngx_http_maas_track_set_t  *set;

    set = ngx_http_maas_track_set_of(table, key);

    i = ngx_http_maas_track_find(set, key);
    if (i < 0) {
        return;
    }

    ngx_http_maas_track_clock(table, now);
    ngx_http_maas_track_entry_end(table,
                                  ngx_http_maas_track_entry(table, set, i),
                                  status, bytes);
}


int
ngx_http_maas_track_look(const ngx_http_maas_track_table_t *table,
    uint64_t key, uint64_t since, ngx_http_maas_track_seen_t *seen)
{
    int                         i;
    uint64_t                    last;
    ngx_http_maas_track_set_t  *set;

    set = ngx_http_maas_track_set_of(table, key);

    i = ngx_http_maas_track_find(set, key);
    if (i < 0) {
        return 0;
    }

    last = __atomic_load_n(&set->last[i], __ATOMIC_RELAXED);
    if (last < since) {
        return 0;
    }

    *seen = (ngx_http_maas_track_seen_t) { .key = key };
    ngx_http_maas_track_entry_read(table,
                                   ngx_http_maas_track_entry(table, set, i),
                                   last, seen);

    /* another key may have taken the place meanwhile */

    return __atomic_load_n(&set->tag[i], __ATOMIC_ACQUIRE) == key;
}


uint32_t
ngx_http_maas_track_set_keys(const ngx_http_maas_track_table_t *table,
    uint32_t set, uint32_t window, uint64_t since, uint64_t *key,
    uint32_t *count)
{
    uint32_t                    i, n;
    uint64_t                    tag;
    ngx_http_maas_track_set_t  *s;

    n = 0;
    s = (void *) (table->sets + set * table->set_size);

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
        tag = __atomic_load_n(&s->tag[i], __ATOMIC_ACQUIRE);

        if (tag % 2 == 1
            && __atomic_load_n(&s->last[i], __ATOMIC_RELAXED) >= since)
        {
            key[n] = tag;
            count[n++] = ngx_http_maas_track_entry_window(table,
                                    ngx_http_maas_track_entry(table, s, i),
                                    window);
        }
    }

    return n;
}


void
ngx_http_maas_track_sum(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_lane_t *sum)
{
    int                                i;
    const ngx_http_maas_track_lane_t  *lane;

    *sum = (ngx_http_maas_track_lane_t) { .arrivals = 0 };

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_LANES; i++) {
        lane = &table->zone->lane[i];

        sum->arrivals += __atomic_load_n(&lane->arrivals, __ATOMIC_RELAXED);
        sum->keys += __atomic_load_n(&lane->keys, __ATOMIC_RELAXED);
        sum->evictions += __atomic_load_n(&lane->evictions, __ATOMIC_RELAXED);
        sum->full += __atomic_load_n(&lane->full, __ATOMIC_RELAXED);
    }
}
