
/*
 * Where the answer for a row is: buckets with a ring of answers each, the
 * newest in place of the oldest.
 * No locks and nothing to repair: a reader believes an answer if its check, a
 * hash of key and numbers, agrees.  Whoever dies, sleeps or meets another one
 * in the middle of writing leaves an answer that nobody believes.
 * Not here: whose rows these are (ngx_http_maas_cache.c).
 */


#include "ngx_http_maas_cache_table.h"


/* words of an answer before its numbers */

#define NGX_HTTP_MAAS_CACHE_HEAD  4

#define ngx_http_maas_cache_load(p)                                           \
    __atomic_load_n(p, __ATOMIC_RELAXED)

#define ngx_http_maas_cache_store(p, v)                                       \
    __atomic_store_n(p, v, __ATOMIC_RELAXED)


/*
 * An answer, in the ring, is two words of its key, a word of when it was kept
 * and how many numbers it has, its check, and the numbers, two in a word.  A
 * word of the index has 24 bits of the key, then the unit of the bucket where
 * the answer begins, which is never 0.
 */

typedef struct {
    uint64_t                  head;        /* answers ever, 32 bits; units */
    uint64_t                  spare[7];
    uint32_t                  index[NGX_HTTP_MAAS_CACHE_WAYS];
} ngx_http_maas_cache_bucket_t;


/* A place for an answer: word n of it is in the ring at (at + n) % ring */

typedef struct {
    uint64_t                 *ring;
    uint32_t                  words;       /* of the ring */
    uint32_t                  at;
} ngx_http_maas_cache_place_t;


static size_t
ngx_http_maas_cache_words(size_t out)
{
    return NGX_HTTP_MAAS_CACHE_HEAD + (out + 1) / 2;
}


/* Units before the ring of a bucket */

static uint32_t
ngx_http_maas_cache_first(uint32_t unit)
{
    return (uint32_t) (sizeof(ngx_http_maas_cache_bucket_t) + unit - 1) / unit;
}


static uint32_t
ngx_http_maas_cache_units(const ngx_http_maas_cache_table_t *table, size_t out)
{
    return (uint32_t) ((ngx_http_maas_cache_words(out) * 8 + table->unit - 1)
                       / table->unit);
}


size_t
ngx_http_maas_cache_bucket(size_t out)
{
    size_t  bucket, least;

    if (out > ((size_t) 1 << 24)) {
        return 0;
    }

    least = ngx_http_maas_cache_words(out) * 8 * NGX_HTTP_MAAS_CACHE_LONGEST
            + sizeof(ngx_http_maas_cache_bucket_t);

    for (bucket = NGX_HTTP_MAAS_CACHE_BUCKET; bucket < least; bucket *= 2) {
        /* void */
    }

    return bucket;
}


size_t
ngx_http_maas_cache_smallest(size_t bucket)
{
    return sizeof(ngx_http_maas_cache_zone_t) + 16 * bucket;
}


void
ngx_http_maas_cache_use(ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_zone_t *zone, size_t size, size_t bucket)
{
    size_t  n;

    n = (size - sizeof(ngx_http_maas_cache_zone_t)) / bucket;

    table->n_buckets = n < UINT32_MAX ? (uint32_t) n : UINT32_MAX;
    table->unit = (uint32_t) (bucket / NGX_HTTP_MAAS_CACHE_UNITS);
    table->ring = (NGX_HTTP_MAAS_CACHE_UNITS
                   - ngx_http_maas_cache_first(table->unit))
                  * (table->unit / 8);
    table->bucket = bucket;
    table->zone = zone;
    table->buckets = (uint8_t *) zone + sizeof(ngx_http_maas_cache_zone_t);
    table->lane = &zone->lane[0];
}


int
ngx_http_maas_cache_fits(const ngx_http_maas_cache_table_t *table, size_t out)
{
    return ngx_http_maas_cache_words(out) <= table->ring / 2;
}


void
ngx_http_maas_cache_begin(const ngx_http_maas_cache_table_t *table,
    const void *sum, size_t len, ngx_http_maas_sip_t *model)
{
    ngx_http_maas_sip_begin(model, table->zone->seed);
    model->v[1] ^= 0xee;                   /* 128 bits */
    (void) ngx_http_maas_sip_bytes(model, sum, len);
}


void
ngx_http_maas_cache_key(const ngx_http_maas_sip_t *model, const void *row,
    size_t len, ngx_http_maas_cache_key_t *key)
{
    uint64_t             rest;
    ngx_http_maas_sip_t  sip;

    sip = *model;
    rest = ngx_http_maas_sip_bytes(&sip, row, len);
    ngx_http_maas_sip_word(&sip, rest | (uint64_t) len << 56);

    key->word[0] = ngx_http_maas_sip_end(&sip, 0xee);
    key->word[1] = ngx_http_maas_sip_end(&sip, 0xdd);
}


static ngx_http_maas_cache_bucket_t *
ngx_http_maas_cache_bucket_of(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key)
{
    return (void *) (table->buckets
                     + ((key->word[0] >> 32) * table->n_buckets >> 32)
                       * table->bucket);
}


/* The word of the index for an answer at a unit */

static uint32_t
ngx_http_maas_cache_tag(const ngx_http_maas_cache_key_t *key, uint32_t unit)
{
    return (uint32_t) key->word[0] << 8 | unit;
}


/* The place at a unit of a bucket */

static ngx_http_maas_cache_place_t
ngx_http_maas_cache_place(const ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_bucket_t *bucket, uint32_t unit)
{
    uint32_t                     first;
    ngx_http_maas_cache_place_t  place;

    first = ngx_http_maas_cache_first(table->unit);

    place.ring = (void *) ((uint8_t *) bucket + (size_t) first * table->unit);
    place.words = table->ring;
    place.at = (unit - first) * (table->unit / 8);

    return place;
}


static uint64_t *
ngx_http_maas_cache_word(const ngx_http_maas_cache_place_t *place, size_t n)
{
    n += place->at;

    return &place->ring[n < place->words ? n : n - place->words];
}


/* The check of what follows it */

static void
ngx_http_maas_cache_check(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key, uint64_t what,
    ngx_http_maas_sip_t *sip)
{
    ngx_http_maas_sip_begin(sip, table->zone->seed);
    ngx_http_maas_sip_word(sip, key->word[0]);
    ngx_http_maas_sip_word(sip, key->word[1]);
    ngx_http_maas_sip_word(sip, what);
}


/* y(out) from a place, if that is what is there */

static int
ngx_http_maas_cache_read(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_place_t *place,
    const ngx_http_maas_cache_key_t *key, uint32_t oldest, float *y,
    size_t out)
{
    size_t               i;
    uint64_t             what, check, word;
    ngx_http_maas_sip_t  sip;

    what = ngx_http_maas_cache_load(ngx_http_maas_cache_word(place, 2));

    if (ngx_http_maas_cache_load(ngx_http_maas_cache_word(place, 0))
        != key->word[0]
        || ngx_http_maas_cache_load(ngx_http_maas_cache_word(place, 1))
           != key->word[1]
        || (uint32_t) what != out
        || (int32_t) ((uint32_t) (what >> 32) - oldest) < 0)
    {
        return 0;
    }

    check = ngx_http_maas_cache_load(ngx_http_maas_cache_word(place, 3));
    ngx_http_maas_cache_check(table, key, what, &sip);

    for (i = 0; i < out; i += 2) {
        word = ngx_http_maas_cache_load(ngx_http_maas_cache_word(place,
                                        NGX_HTTP_MAAS_CACHE_HEAD + i / 2));
        ngx_http_maas_sip_word(&sip, word);
        __builtin_memcpy(y + i, &word, out - i > 1 ? 8 : 4);
    }

    return ngx_http_maas_sip_end(&sip, 0xff) == check;
}


int
ngx_http_maas_cache_get(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key, uint64_t now, uint64_t ttl, float *y,
    size_t out)
{
    uint32_t                       i, tag, slot, oldest;
    ngx_http_maas_cache_place_t    place;
    ngx_http_maas_cache_bucket_t  *bucket;

    bucket = ngx_http_maas_cache_bucket_of(table, key);
    tag = ngx_http_maas_cache_tag(key, 0);

    /* half of all times are older than `oldest`; one of a worker whose clock is
     * ahead is not */

    oldest = (uint32_t) (now >> NGX_HTTP_MAAS_CACHE_TICK) + 1
             - (ttl == 0 ? UINT32_C(0x40000000)
                         : (uint32_t) (ttl >> NGX_HTTP_MAAS_CACHE_TICK));

    for (i = 0; i < NGX_HTTP_MAAS_CACHE_WAYS; i++) {
        slot = __atomic_load_n(&bucket->index[i], __ATOMIC_ACQUIRE);

        if ((slot ^ tag) >= NGX_HTTP_MAAS_CACHE_UNITS || slot == 0) {
            continue;
        }

        place = ngx_http_maas_cache_place(table, bucket,
                                       slot % NGX_HTTP_MAAS_CACHE_UNITS);

        if (place.at < place.words
            && ngx_http_maas_cache_read(table, &place, key, oldest, y, out))
        {
            return 1;
        }
    }

    return 0;
}


/* Units from `unit` on are another answer's from now on, and the key has
 * another one: what the index has there is out. */

static void
ngx_http_maas_cache_clear(ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_bucket_t *bucket, uint32_t tag, uint32_t unit,
    uint32_t units)
{
    uint32_t  i, slot, from, ring;

    ring = table->ring / (table->unit / 8);

    for (i = 0; i < NGX_HTTP_MAAS_CACHE_WAYS; i++) {
        slot = ngx_http_maas_cache_load(&bucket->index[i]);

        if (slot == 0) {
            continue;
        }

        from = slot % NGX_HTTP_MAAS_CACHE_UNITS;
        from = from >= unit ? from - unit : from + ring - unit;

        if (((slot ^ tag) >= NGX_HTTP_MAAS_CACHE_UNITS && from >= units)
            || !__atomic_compare_exchange_n(&bucket->index[i], &slot, 0, 0,
                                            __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
        {
            continue;
        }

        ngx_http_maas_cache_add((slot ^ tag) < NGX_HTTP_MAAS_CACHE_UNITS
                                ? &table->lane->renewed
                                : &table->lane->evicted, 1);
    }
}


static void
ngx_http_maas_cache_write(const ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_place_t *place,
    const ngx_http_maas_cache_key_t *key, uint64_t what, const float *y,
    size_t out)
{
    size_t               i;
    uint64_t             word;
    ngx_http_maas_sip_t  sip;

    ngx_http_maas_cache_check(table, key, what, &sip);
    ngx_http_maas_cache_store(ngx_http_maas_cache_word(place, 0),
                              key->word[0]);
    ngx_http_maas_cache_store(ngx_http_maas_cache_word(place, 1),
                              key->word[1]);
    ngx_http_maas_cache_store(ngx_http_maas_cache_word(place, 2), what);

    for (i = 0; i < out; i += 2) {
        word = 0;
        __builtin_memcpy(&word, y + i, out - i > 1 ? 8 : 4);
        ngx_http_maas_sip_word(&sip, word);
        ngx_http_maas_cache_store(ngx_http_maas_cache_word(place,
                                       NGX_HTTP_MAAS_CACHE_HEAD + i / 2),
                                  word);
    }

    ngx_http_maas_cache_store(ngx_http_maas_cache_word(place, 3),
                              ngx_http_maas_sip_end(&sip, 0xff));
}


void
ngx_http_maas_cache_put(ngx_http_maas_cache_table_t *table,
    const ngx_http_maas_cache_key_t *key, uint64_t now, const float *y,
    size_t out)
{
    uint32_t                       units, unit, tag, slot;
    uint64_t                       head, what;
    ngx_http_maas_cache_place_t    place;
    ngx_http_maas_cache_bucket_t  *bucket;

    bucket = ngx_http_maas_cache_bucket_of(table, key);
    units = ngx_http_maas_cache_units(table, out);

    /* nobody else gets these units before the ring is full once more */

    head = __atomic_fetch_add(&bucket->head, (UINT64_C(1) << 32) + units,
                              __ATOMIC_RELAXED);

    unit = (uint32_t) head % (table->ring / (table->unit / 8))
           + ngx_http_maas_cache_first(table->unit);
    tag = ngx_http_maas_cache_tag(key, unit);

    ngx_http_maas_cache_clear(table, bucket, tag, unit, units);

    place = ngx_http_maas_cache_place(table, bucket, unit);
    what = now >> NGX_HTTP_MAAS_CACHE_TICK << 32 | (uint32_t) out;
    ngx_http_maas_cache_write(table, &place, key, what, y, out);

    slot = __atomic_exchange_n(&bucket->index[(head >> 32)
                                              % NGX_HTTP_MAAS_CACHE_WAYS],
                               tag, __ATOMIC_RELEASE);

    ngx_http_maas_cache_add(&table->lane->kept, 1);

    if (slot != 0) {
        ngx_http_maas_cache_add(&table->lane->evicted, 1);
    }
}


void
ngx_http_maas_cache_add(uint64_t *counter, uint64_t n)
{
    /* a lane is of one worker, but of its threads as well */

    (void) __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}


void
ngx_http_maas_cache_sum(const ngx_http_maas_cache_table_t *table,
    ngx_http_maas_cache_lane_t *sum)
{
    int                                i;
    const ngx_http_maas_cache_lane_t  *lane;

    *sum = (ngx_http_maas_cache_lane_t) { .hits = 0 };

    for (i = 0; i < NGX_HTTP_MAAS_CACHE_LANES; i++) {
        lane = &table->zone->lane[i];

        sum->hits += ngx_http_maas_cache_load(&lane->hits);
        sum->misses += ngx_http_maas_cache_load(&lane->misses);
        sum->kept += ngx_http_maas_cache_load(&lane->kept);
        sum->evicted += ngx_http_maas_cache_load(&lane->evicted);
        sum->renewed += ngx_http_maas_cache_load(&lane->renewed);
    }
}
