/*
 * Times what a request pays for a tracked key, and compares rates with exact
 * counts.  Only measures: what is right is for t/unit/test_track.c to say.
 */

#include "../t/unit/track.h"

#include <time.h>


#define ROUNDS    9
#define REQUESTS  200000
#define TABLE     ((size_t) 96 << 20)


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


/* Nanoseconds of CPU a request, the best of some rounds: its key and path
 * hashed, values read, counted, and its end counted; keys of addresses, in
 * random order */

static double
cost(ngx_http_maas_track_table_t *table, uint32_t keys, int with_end,
    double *sink)
{
    double                      t, best;
    uint32_t                    i, round, address;
    uint64_t                    clock, key, path;
    ngx_http_maas_track_seen_t  seen;

    static const char  uri[] = "/shop/items/00000000?";

    clock = 1000000;
    best = 1e9;

    for (round = 0; round < ROUNDS; round++) {
        t = now();

        for (i = 0; i < REQUESTS; i++) {
            address = (uint32_t) (track_uniform() * keys);
            clock += i % 32 == 0;
            key = ngx_http_maas_track_hash(table, &address, 4);
            ngx_http_maas_track_ahead(table, key);
            path = ngx_http_maas_track_hash(table, uri, 20);
            path += (uint64_t) i << 32;
            ngx_http_maas_track_count(table, key, path, clock, &seen);

            if (with_end) {
                ngx_http_maas_track_end(table, key, clock, 200, 1000);
            }

            *sink += seen.count[0] + seen.gap;
        }

        t = (now() - t) / REQUESTS;
        best = t < best ? t : best;
    }

    return best;
}


int
main(void)
{
    double                       sink = 0;
    size_t                       i;
    sim_result_t                 s;
    ngx_http_maas_track_table_t  table;

    static const uint64_t  width[] = { 10000, 60000, 600000, 0 };
    static const uint32_t  keys[] = { 1, 100, 10000, 100000 };

    printf("keys      ns: values read, arrival counted   end as well\n");

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        track_make(&table, TABLE, width);
        printf("%6u %35.0f %13.0f\n", keys[i], cost(&table, keys[i], 0, &sink),
               cost(&table, keys[i], 1, &sink));
        munmap(table.zone, TABLE);
    }

    s = sim_run();
    printf("%d requests of %d keys, %d processes: where a window has 90 to 110 "
           "(%zu): mean error %.2f %%, bias %.2f %%; not counted %.4f %%\n",
           SIM_REQUESTS, SIM_KEYS, SIM_WORKERS, s.n, 100 * s.error,
           100 * s.bias, 100 * s.lost);

    return sink < 0;
}
