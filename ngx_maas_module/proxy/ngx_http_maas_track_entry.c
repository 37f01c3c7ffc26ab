
/*
 * What is kept of one key: windows, gaps, paths, sums that fade.  No locks:
 * every word is read and written whole, in no order.
 * Not here: which entry is whose (ngx_http_maas_track_table.c).
 */


#include "ngx_http_maas_track_table.h"

#include <math.h>


#define NGX_HTTP_MAAS_TRACK_BITS  (64 * NGX_HTTP_MAAS_TRACK_WORDS)

/* The mean of gaps forgets: each new one weighs at least 1/16. */

#define NGX_HTTP_MAAS_TRACK_GAPS  16

/* Of less than so many requests no share is told. */

#define NGX_HTTP_MAAS_TRACK_LEAST 0.001f


#define ngx_http_maas_track_get(p)     __atomic_load_n(p, __ATOMIC_RELAXED)
#define ngx_http_maas_track_set(p, v)                                         \
    __atomic_store_n(p, v, __ATOMIC_RELAXED)

/* For floats, which the above do not take */

#define ngx_http_maas_track_load(p, v)                                        \
    __atomic_load(p, v, __ATOMIC_RELAXED)
#define ngx_http_maas_track_store(p, v)                                       \
    __atomic_store(p, v, __ATOMIC_RELAXED)


/* Where the sub-window is that was n before t */

#define ngx_http_maas_track_slot(w, t, n)                                     \
    (&(w)->slot[((t) + NGX_HTTP_MAAS_TRACK_SLOTS - (n))                       \
                % NGX_HTTP_MAAS_TRACK_SLOTS])


static uint64_t
ngx_http_maas_track_since(uint64_t now, uint64_t then)
{
    /* the clock of another process may be some milliseconds ahead */

    return now > then ? now - then : 0;
}


/* Windows */

static void
ngx_http_maas_track_window_add(ngx_http_maas_track_window_t *w, uint64_t t)
{
    int32_t   ahead;
    uint32_t  tick, i;

    tick = ngx_http_maas_track_get(&w->tick);
    ahead = (int32_t) ((uint32_t) t - tick);

    /* The one that moves the tick clears what comes after the slot of the next
     * tick, which is clear already: where sub-windows follow each other nobody
     * can count in a slot before it is cleared. */

    if (ahead > 0
        && __atomic_compare_exchange_n(&w->tick, &tick, (uint32_t) t, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
        for (i = 0;
             i < NGX_HTTP_MAAS_TRACK_SLOTS && i < (uint32_t) ahead;
             i++)
        {
            ngx_http_maas_track_set(ngx_http_maas_track_slot(w, t + 1, i), 0);
        }

    } else if (ahead < -NGX_HTTP_MAAS_TRACK_SUBS) {
        return;
    }

    (void) __atomic_fetch_add(ngx_http_maas_track_slot(w, t, 0), 1,
                              __ATOMIC_RELAXED);
}


/* Slots have ticks tick - 13 to tick.  In the window are t - 12 to t, which is
 * not before tick, and t - 13 in part. */

static uint32_t
ngx_http_maas_track_window_read(const ngx_http_maas_track_window_t *w,
    uint64_t t, float part)
{
    int32_t   ahead, i;
    uint32_t  sum, edge;

    ahead = (int32_t) ((uint32_t) t - ngx_http_maas_track_get(&w->tick));

    if (ahead > NGX_HTTP_MAAS_TRACK_SUBS) {
        return 0;
    }

    if (ahead < 0) {

        /* the other process's sub-window has only begun */

        t -= ahead;
        ahead = 0;
        part = 1.0f;
    }

    sum = 0;

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_SLOTS; i++) {
        sum += ngx_http_maas_track_get(&w->slot[i]);
    }

    for (i = 0; i < ahead; i++) {
        sum -= ngx_http_maas_track_get(ngx_http_maas_track_slot(w, t - i,
                                              NGX_HTTP_MAAS_TRACK_SUBS + 1));
    }

    edge = ngx_http_maas_track_get(ngx_http_maas_track_slot(w, t,
                                                  NGX_HTTP_MAAS_TRACK_SUBS));

    return sum - edge + (uint32_t) ((float) edge * part + 0.5f);
}


/* Paths */

static void
ngx_http_maas_track_paths_add(ngx_http_maas_track_entry_t *entry,
    uint64_t period, uint64_t path)
{
    int32_t    ahead;
    uint32_t   i, old;
    uint64_t   bit, word, *p;

    old = ngx_http_maas_track_get(&entry->head.period);
    ahead = (int32_t) ((uint32_t) period - old);

    if (ahead > 0
        && __atomic_compare_exchange_n(&entry->head.period, &old,
                                       (uint32_t) period, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    {
        for (i = 0; i < NGX_HTTP_MAAS_TRACK_WORDS; i++) {
            word = ngx_http_maas_track_get(&entry->paths.now[i]);
            ngx_http_maas_track_set(&entry->paths.before[i],
                                    ahead == 1 ? word : 0);
            ngx_http_maas_track_set(&entry->paths.now[i], 0);
        }
    }

    /* the upper bits: the lowest one of a hash is always set */

    path >>= 32;
    p = &entry->paths.now[(path / 64) % NGX_HTTP_MAAS_TRACK_WORDS];
    bit = (uint64_t) 1 << path % 64;

    if (!(ngx_http_maas_track_get(p) & bit)) {
        (void) __atomic_fetch_or(p, bit, __ATOMIC_RELAXED);
    }
}


/* How many different ones set so many bits (linear counting).  With the last
 * bit it could be any number: 256 ln 256 and more. */

static float
ngx_http_maas_track_linear(uint32_t ones)
{
    uint32_t  zeros;

    zeros = ones < NGX_HTTP_MAAS_TRACK_BITS
            ? NGX_HTTP_MAAS_TRACK_BITS - ones : 1;

    return ones == 0 ? 0
           : -NGX_HTTP_MAAS_TRACK_BITS
             * logf((float) zeros / NGX_HTTP_MAAS_TRACK_BITS);
}


/* Those of this period, and of those that only the one before has the part
 * that is still in the window */

static uint32_t
ngx_http_maas_track_paths_read(const ngx_http_maas_track_entry_t *entry,
    uint64_t period, float part)
{
    float     few, all;
    int32_t   ahead;
    uint32_t  i, ones, both;
    uint64_t  one, two;

    ahead = (int32_t) ((uint32_t) period
                       - ngx_http_maas_track_get(&entry->head.period));

    if (ahead > 1) {
        return 0;
    }

    ones = 0;
    both = 0;

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WORDS; i++) {
        one = ngx_http_maas_track_get(&entry->paths.now[i]);
        two = ngx_http_maas_track_get(&entry->paths.before[i]);

        if (ahead == 1) {
            two = one;
            one = 0;
        }

        ones += __builtin_popcountll(one);
        both += __builtin_popcountll(one | two);
    }

    few = ngx_http_maas_track_linear(ones);
    all = both == ones ? few : ngx_http_maas_track_linear(both);

    return (uint32_t) (few + part * (all - few) + 0.5f);
}


/* Gaps, of one visit: after more than the longest window another one begins */

static void
ngx_http_maas_track_gap_add(ngx_http_maas_track_head_t *head, uint64_t ms)
{
    float     gap, var, diff, part;
    uint32_t  n;

    n = ngx_http_maas_track_get(&head->gaps);
    ngx_http_maas_track_load(&head->gap, &gap);
    ngx_http_maas_track_load(&head->gap_var, &var);

    if (n < NGX_HTTP_MAAS_TRACK_GAPS) {
        n++;
        ngx_http_maas_track_set(&head->gaps, n);
    }

    part = 1.0f / (float) n;
    diff = (float) ms * 0.001f - gap;
    gap += part * diff;
    var = (1.0f - part) * (var + part * diff * diff);

    ngx_http_maas_track_store(&head->gap, &gap);
    ngx_http_maas_track_store(&head->gap_var, &var);
}


/* The whole */

void
ngx_http_maas_track_clock(ngx_http_maas_track_table_t *table, uint64_t now)
{
    uint32_t                      i;
    uint64_t                      width;
    ngx_http_maas_track_clock_t  *clock;

    clock = &table->clock;

    if (now == clock->now) {
        return;
    }

    clock->now = now;
    clock->period = now / table->longest;
    clock->rest = 1.0f - (float) (now - clock->period * table->longest)
                         * table->fade;

    for (i = 0; i < table->n_windows; i++) {
        width = table->width[i];
        clock->tick[i] = now * NGX_HTTP_MAAS_TRACK_SUBS / width;
        clock->part[i] = 1.0f - (float) (now * NGX_HTTP_MAAS_TRACK_SUBS
                                         - clock->tick[i] * width)
                                / (float) width;
    }
}


static float
ngx_http_maas_track_faded(const ngx_http_maas_track_table_t *table,
    uint64_t ms)
{
    return ms == 0 ? 1.0f : expf(-(float) ms * table->fade);
}


void
ngx_http_maas_track_entry_clear(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry)
{
    size_t     i;
    uint64_t  *word;

    word = (uint64_t *) (void *) entry;

    for (i = 0; i < table->entry_size / sizeof(uint64_t); i++) {
        ngx_http_maas_track_set(&word[i], 0);
    }

    ngx_http_maas_track_set(&entry->head.first, table->clock.now);
    ngx_http_maas_track_set(&entry->head.at, table->clock.now);
    ngx_http_maas_track_set(&entry->head.period,
                            (uint32_t) table->clock.period);

    for (i = 0; i < table->n_windows; i++) {
        ngx_http_maas_track_set(&entry->window[i].tick,
                                (uint32_t) table->clock.tick[i]);
    }
}


uint32_t
ngx_http_maas_track_entry_window(const ngx_http_maas_track_table_t *table,
    const ngx_http_maas_track_entry_t *entry, uint32_t window)
{
    return ngx_http_maas_track_window_read(&entry->window[window],
                                           table->clock.tick[window],
                                           table->clock.part[window]);
}


void
ngx_http_maas_track_entry_read(const ngx_http_maas_track_table_t *table,
    const ngx_http_maas_track_entry_t *entry, uint64_t last,
    ngx_http_maas_track_seen_t *seen)
{
    float                               done, errors, missing, fade;
    double                              bytes;
    uint32_t                            i;
    uint64_t                            now;
    const ngx_http_maas_track_head_t   *head;
    const ngx_http_maas_track_clock_t  *clock;

    head = &entry->head;
    clock = &table->clock;
    now = clock->now;

    for (i = 0; i < table->n_windows; i++) {
        seen->count[i] = ngx_http_maas_track_entry_window(table, entry, i);
    }

    seen->paths = ngx_http_maas_track_paths_read(entry, clock->period,
                                                 clock->rest);
    seen->age = ngx_http_maas_track_since(now,
                                        ngx_http_maas_track_get(&head->first));
    seen->last = ngx_http_maas_track_since(now, last);

    seen->gap = -1;
    seen->gap_dev = -1;

    if (ngx_http_maas_track_get(&head->gaps) != 0) {
        ngx_http_maas_track_load(&head->gap, &seen->gap);
        ngx_http_maas_track_load(&head->gap_var, &seen->gap_dev);
        seen->gap_dev = sqrtf(seen->gap_dev);
    }

    ngx_http_maas_track_load(&head->done, &done);
    ngx_http_maas_track_load(&head->errors, &errors);
    ngx_http_maas_track_load(&head->missing, &missing);
    ngx_http_maas_track_load(&head->bytes, &bytes);

    fade = ngx_http_maas_track_faded(table,
                                     ngx_http_maas_track_since(now,
                                         ngx_http_maas_track_get(&head->at)));

    seen->bytes = bytes * fade;
    seen->errors = -1;
    seen->missing = -1;

    if (done * fade >= NGX_HTTP_MAAS_TRACK_LEAST) {

        /* the three may be of different requests for a moment */

        seen->errors = errors < done ? errors / done : 1.0f;
        seen->missing = missing < done ? missing / done : 1.0f;
    }
}


void
ngx_http_maas_track_entry_count(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry, uint64_t last, uint64_t path)
{
    uint32_t  i;
    uint64_t  gap;

    gap = ngx_http_maas_track_since(table->clock.now, last);

    if (last != 0 && gap <= table->longest) {
        ngx_http_maas_track_gap_add(&entry->head, gap);
    }

    for (i = 0; i < table->n_windows; i++) {
        ngx_http_maas_track_window_add(&entry->window[i],
                                       table->clock.tick[i]);
    }

    ngx_http_maas_track_paths_add(entry, table->clock.period, path);
}


static void
ngx_http_maas_track_fade(float *p, float fade, float more)
{
    float  value;

    ngx_http_maas_track_load(p, &value);
    value = value * fade + more;
    ngx_http_maas_track_store(p, &value);
}


void
ngx_http_maas_track_entry_end(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_entry_t *entry, uint32_t status, uint64_t bytes)
{
    float                        fade;
    double                       sum;
    uint64_t                     now, at;
    ngx_http_maas_track_head_t  *head;

    head = &entry->head;
    now = table->clock.now;
    at = ngx_http_maas_track_get(&head->at);
    fade = ngx_http_maas_track_faded(table,
                                     ngx_http_maas_track_since(now, at));

    if (now > at) {
        ngx_http_maas_track_set(&head->at, now);
    }

    ngx_http_maas_track_fade(&head->done, fade, 1.0f);
    ngx_http_maas_track_fade(&head->errors, fade,
                             status >= 400 && status < 600 ? 1.0f : 0.0f);
    ngx_http_maas_track_fade(&head->missing, fade,
                             status == 404 ? 1.0f : 0.0f);

    ngx_http_maas_track_load(&head->bytes, &sum);
    sum = sum * fade + (double) bytes;
    ngx_http_maas_track_store(&head->bytes, &sum);
}
