/*
 * A table of clients in memory that processes share, and how far its rates are
 * from exact counts when four of them count at once: for test_track.c and
 * bench_track.c.
 */

#ifndef UNIT_TRACK_H
#define UNIT_TRACK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../ngx_maas_module/proxy/ngx_http_maas_track_entry.c"
#include "../../ngx_maas_module/proxy/ngx_http_maas_track_table.c"
#include "../../ngx_maas_module/proxy/ngx_http_maas_track_top.c"


#define SIM_REQUESTS  1000000
#define SIM_KEYS      100000
#define SIM_WORKERS   4
#define SIM_SPAN      60000         /* ms, of which the window is a sixth */
#define SIM_WINDOW    10000
#define SIM_TABLE     ((size_t) 256 << 20)     /* no key is evicted */


static uint64_t  track_random = 1;


static double
track_uniform(void)
{
    /* splitmix64 */

    uint64_t  z;

    z = (track_random += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;

    return (double) ((z ^ z >> 31) >> 11) / 9007199254740992.0;
}


static void *
track_shared(size_t size)
{
    void  *p;

    p = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }

    return p;
}


/* Windows in ms, ended by 0 */

static void
track_make(ngx_http_maas_track_table_t *table, size_t size,
    const uint64_t *width)
{
    ngx_http_maas_track_zone_t  *zone;

    memset(table, 0, sizeof(*table));

    while (table->n_windows < NGX_HTTP_MAAS_TRACK_WINDOWS
           && width[table->n_windows])
    {
        table->width[table->n_windows] = width[table->n_windows];
        table->n_windows++;
    }

    zone = track_shared(size);
    zone->seed[0] = 0x0706050403020100;
    zone->seed[1] = 0x0f0e0d0c0b0a0908;
    ngx_http_maas_track_use(table, zone, size);
}


typedef struct {
    uint32_t  key;
    uint32_t  at;                   /* ms */
    uint32_t  said;
} sim_request_t;

typedef struct {
    size_t    next;                 /* of all workers */
    char      pad[56];
} sim_turn_t;

typedef struct {
    double    error;                /* mean of |said - exact| / exact */
    double    bias;                 /* mean of (said - exact) / exact */
    size_t    n;                    /* requests with 90 to 110 before them */
    double    lost;                 /* share of arrivals that no one counted */
} sim_result_t;


/* Keys as they are in life: the k-th has a share of 1/k; arrivals at random */

static void
sim_draw(sim_request_t *r)
{
    size_t  i;
    double  at = 1;

    for (i = 0; i < SIM_REQUESTS; i++) {
        at -= log(1 - track_uniform()) * SIM_SPAN / SIM_REQUESTS;
        r[i].at = (uint32_t) at;
        r[i].key = (uint32_t) exp(track_uniform() * log(SIM_KEYS));
    }
}


static void
sim_work(ngx_http_maas_track_table_t *table, int lane, sim_turn_t *turn,
    sim_request_t *r)
{
    size_t                      i;
    uint64_t                    key;
    ngx_http_maas_track_seen_t  seen;

    table->lane = &table->zone->lane[lane];

    for ( ;; ) {
        i = __atomic_fetch_add(&turn->next, 1, __ATOMIC_RELAXED);
        if (i >= SIM_REQUESTS) {
            return;
        }

        key = ngx_http_maas_track_hash(table, &r[i].key, sizeof(uint32_t));
        ngx_http_maas_track_count(table, key, r[i].key, r[i].at, &seen);
        ngx_http_maas_track_end(table, key, r[i].at, 200, 100);
        r[i].said = seen.count[0];
    }
}


static sim_result_t
sim_compare(const sim_request_t *r)
{
    double         e;
    size_t        *first, *next, i, k, exact;
    sim_result_t   s = { 0, 0, 0, 0 };

    /* of each key its oldest request in the window, and how many there are */

    first = malloc((SIM_KEYS + 1) * sizeof(size_t));
    next = malloc(SIM_REQUESTS * sizeof(size_t));
    size_t *newest = malloc((SIM_KEYS + 1) * sizeof(size_t));
    size_t *inside = calloc(SIM_KEYS + 1, sizeof(size_t));

    if (!first || !next || !newest || !inside) {
        exit(1);
    }

    for (i = 0; i < SIM_REQUESTS; i++) {
        k = r[i].key;

        while (inside[k] && r[first[k]].at + SIM_WINDOW <= r[i].at) {
            first[k] = next[first[k]];
            inside[k]--;
        }

        exact = inside[k];

        if (exact >= 90 && exact <= 110 && r[i].at > SIM_WINDOW) {
            e = ((double) r[i].said - (double) exact) / (double) exact;
            s.error += fabs(e);
            s.bias += e;
            s.n++;
        }

        if (inside[k]++) {
            next[newest[k]] = i;
        } else {
            first[k] = i;
        }

        newest[k] = i;
    }

    free(first);
    free(next);
    free(newest);
    free(inside);

    s.error /= (double) s.n;
    s.bias /= (double) s.n;

    return s;
}


/* What the longest of windows has of all keys at the end, against how many
 * requests there were: nothing of it is out yet */

static double
sim_lost(ngx_http_maas_track_table_t *table)
{
    int                           i;
    double                        sum = 0;
    uint32_t                      n;
    ngx_http_maas_track_set_t    *set;
    ngx_http_maas_track_entry_t  *entry;
    ngx_http_maas_track_clock_t   clock;

    ngx_http_maas_track_clock(table, SIM_SPAN);
    clock = table->clock;

    for (n = 0; n < table->n_sets; n++) {
        set = (void *) (table->sets + n * table->set_size);

        for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
            entry = ngx_http_maas_track_entry(table, set, i);

            if (set->tag[i] != 0) {
                sum += ngx_http_maas_track_window_read(&entry->window[1],
                                                       clock.tick[1],
                                                       clock.part[1]);
            }
        }
    }

    return 1 - sum / SIM_REQUESTS;
}


static sim_result_t
sim_run(void)
{
    int                          i;
    sim_turn_t                  *turn;
    sim_result_t                 s;
    sim_request_t               *r;
    ngx_http_maas_track_table_t  table;

    static const uint64_t  width[] = { SIM_WINDOW, 600000, 0 };

    r = track_shared(SIM_REQUESTS * sizeof(sim_request_t));
    turn = track_shared(sizeof(sim_turn_t));
    track_make(&table, SIM_TABLE, width);
    sim_draw(r);

    for (i = 0; i < SIM_WORKERS; i++) {
        if (fork() == 0) {
            sim_work(&table, i, turn, r);
            _exit(0);
        }
    }

    while (wait(NULL) > 0) { /* void */ }

    s = sim_compare(r);
    s.lost = sim_lost(&table);

    munmap(r, SIM_REQUESTS * sizeof(sim_request_t));
    munmap(turn, sizeof(sim_turn_t));
    munmap(table.zone, SIM_TABLE);

    return s;
}


#endif
