/*
 * What is known of clients: windows, gaps, shares, paths, who makes room for
 * whom; rates against exact counts while four processes count.
 * Not here: the same through nginx (t/46-track.t), what it costs
 * (bench/bench_track.c).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "track.h"


#define SIZE   ((size_t) 4 << 20)
#define START  (uint64_t) 1234567

static const uint64_t  widths[] = { 10000, 60000, 600000, 0 };

static ngx_http_maas_track_table_t  table;
static ngx_http_maas_track_seen_t   seen;


static int
make(void **state)
{
    (void) state;

    track_make(&table, SIZE, widths);
    return 0;
}


static int
drop(void **state)
{
    (void) state;

    return munmap(table.zone, SIZE);
}


static void
count(const char *key, const char *path, uint64_t now)
{
    ngx_http_maas_track_count(&table,
                          ngx_http_maas_track_hash(&table, key, strlen(key)),
                          ngx_http_maas_track_hash(&table, path, strlen(path)),
                          now, &seen);
}


static void
end(const char *key, uint64_t now, uint32_t status, uint64_t bytes)
{
    ngx_http_maas_track_end(&table,
                          ngx_http_maas_track_hash(&table, key, strlen(key)),
                          now, status, bytes);
}


/* SipHash-1-3 with the key 0, as CPython 3.11 says hash() of bytes */

static void
hash(void **state)
{
    size_t  i;

    static const struct {
        const char  *text;
        uint64_t     hash;
    } known[] = {
        { "a", 0x407448d2b89b1813 },
        { "abcdefg", 0x6db12aae9070f506 },
        { "abcdefgh", 0x3f7b849c0b8e35ea },
        { "192.0.2.1/products/0123456789", 0xfbdd4745e6689097 }
    };

    (void) state;

    table.zone->seed[0] = 0;
    table.zone->seed[1] = 0;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_int_equal(ngx_http_maas_track_hash(&table, known[i].text,
                                                  strlen(known[i].text)),
                         known[i].hash | 1);
    }
}


static void
first(void **state)
{
    uint32_t  i;

    (void) state;

    count("a", "/", START);

    for (i = 0; i < 3; i++) {
        assert_int_equal(seen.count[i], 0);
    }

    assert_int_equal(seen.paths, 0);
    assert_int_equal(seen.age, 0);
    assert_true(seen.last < 0);
    assert_true(seen.gap < 0);
    assert_true(seen.gap_dev < 0);
    assert_true(seen.errors < 0);
    assert_true(seen.missing < 0);
    assert_true(seen.bytes == 0);

    /* it is known now, but nothing has ended */

    count("a", "/", START + 1500);

    for (i = 0; i < 3; i++) {
        assert_int_equal(seen.count[i], 1);
    }

    assert_int_equal(seen.paths, 1);
    assert_int_equal(seen.age, 1500);
    assert_int_equal(seen.last, 1500);
    assert_true(seen.gap < 0);
    assert_true(seen.errors < 0);

    /* another key knows nothing of it */

    count("b", "/", START + 1500);
    assert_true(seen.last < 0);
    assert_int_equal(seen.count[0], 0);
}


/* Whatever the clock says: nothing is lost while nothing is out, all is out
 * after the window, and in between it is never far from exact */

static void
windows(void **state)
{
    char      key[32];
    uint32_t  i, n;
    uint64_t  start;

    (void) state;

    for (n = 0; n < 300; n++) {
        start = 1 + n * 7919;
        (void) snprintf(key, sizeof(key), "key %u", n);

        for (i = 0; i < 100; i++) {
            count(key, "/", start + i * 90);
            assert_int_equal(seen.count[0], i);
            assert_int_equal(seen.count[2], i);
        }

        /* of the last 10 s: from 4.5 s on, every 90 ms */

        count(key, "/", start + 14500);
        assert_in_range(seen.count[0], 48, 51);
        assert_int_equal(seen.count[1], 100);

        count(key, "/", start + 14500 + 10000 + 770);
        assert_int_equal(seen.count[0], 0);
        assert_int_equal(seen.count[1], 101);

        count(key, "/", start + 700000);
        assert_int_equal(seen.count[1], 0);
        assert_int_equal(seen.count[2], 0);
    }
}


/* A worker whose clock is behind reads and counts all the same. */

static void
behind(void **state)
{
    uint32_t  i;

    (void) state;

    count("a", "/", START);
    count("a", "/", START + 5000);
    count("a", "/", START + 3000);
    assert_int_equal(seen.count[0], 2);
    assert_int_equal(seen.last, 0);
    count("a", "/", START + 5000);
    assert_int_equal(seen.count[0], 3);
    assert_int_equal(seen.last, 0);

    /* of long ago: in no window that is over */

    count("a", "/", START + 100000);
    count("a", "/", START + 1000);
    count("a", "/", START + 100000);
    assert_int_equal(seen.count[0], 1);

    /* what is in its window is counted, though the others are at the next
     * sub-window, of which there is one each 10000/13 ms */

    for (i = 0; i < 10; i++) {
        count("b", "/", 1990100);
    }

    count("b", "/", 2000000);
    count("b", "/", 1999999);
    assert_int_equal(seen.count[0], 11);
}


static void
gaps(void **state)
{
    uint32_t  i;
    uint64_t  now = START;

    static const uint32_t  gap[] = { 100, 300, 1000, 200, 400 };

    (void) state;

    count("a", "/", now);

    for (i = 0; i < 5; i++) {
        now += gap[i];
        count("a", "/", now);
    }

    /* values are those before this request */

    assert_true(fabsf(seen.gap - 0.4f) < 1e-6f);
    assert_true(fabsf(seen.gap_dev - 0.353553f) < 1e-5f);

    /* a pause longer than the longest window is none */

    count("a", "/", now + 600001);
    assert_true(fabsf(seen.gap - 0.4f) < 1e-6f);
    count("a", "/", now + 600001);
    assert_true(fabsf(seen.gap - 0.4f) < 1e-6f);

    /* and what was long ago is forgotten */

    now += 600001;

    for (i = 0; i < 200; i++) {
        now += 2000;
        count("a", "/", now);
    }

    assert_true(fabsf(seen.gap - 2) < 1e-3f);
    assert_true(seen.gap_dev < 1e-2f);
}


static void
ends(void **state)
{
    (void) state;

    count("a", "/", START);
    end("a", START, 200, 1000);
    count("a", "/", START);
    end("a", START, 404, 500);
    count("a", "/", START);
    end("a", START, 503, 500);
    end("a", START, 302, 0);
    count("a", "/", START);
    assert_true(seen.errors == 0.5f);
    assert_true(seen.missing == 0.25f);
    assert_true(seen.bytes == 2000);

    /* after one longest window 1/e is left, of the shares all */

    count("a", "/", START + 600000);
    assert_true(seen.errors == 0.5f);
    assert_true(fabs(seen.bytes - 2000 * exp(-1)) < 0.01);

    /* a new one weighs more than what faded */

    end("a", START + 600000, 200, 100);
    count("a", "/", START + 600000);
    assert_true(fabs(seen.errors - 2 * exp(-1) / (4 * exp(-1) + 1)) < 1e-6);
    assert_true(fabs(seen.bytes - 2000 * exp(-1) - 100) < 0.01);

    /* too little is left to tell */

    count("a", "/", START + 600000 * 20);
    assert_true(seen.errors < 0);
    assert_true(seen.missing < 0);

    /* of a key that is not there */

    end("b", START, 404, 1);
    count("b", "/", START);
    assert_true(seen.last < 0);
    count("b", "/", START);
    assert_true(seen.errors < 0);
}


static void
paths(void **state)
{
    char      path[32];
    uint32_t  i, n;
    uint64_t  period;

    (void) state;

    period = 600000;

    for (n = 0; n < 2; n++) {
        for (i = 0; i < 100; i++) {
            (void) snprintf(path, sizeof(path), "/item/%u", i);
            count("a", path, period);
        }
    }

    count("a", "/item/0", period);
    assert_in_range(seen.paths, 90, 110);

    /* in the middle of the next period half of it is out; what is seen again
     * is there whole */

    count("a", "/item/0", period + 900000);
    assert_in_range(seen.paths, 45, 55);

    for (i = 0; i < 100; i++) {
        (void) snprintf(path, sizeof(path), "/item/%u", i);
        count("a", path, period + 900000);
    }

    count("a", "/item/0", period + 900000);
    assert_in_range(seen.paths, 90, 110);

    count("a", "/item/0", period + 2400000);
    assert_int_equal(seen.paths, 0);
    count("a", "/item/0", period + 2400000);
    assert_int_equal(seen.paths, 1);

    /* more than can be told apart is a large number */

    for (i = 0; i < 20000; i++) {
        (void) snprintf(path, sizeof(path), "/item/%u", i);
        count("a", path, period + 2400000);
    }

    assert_int_equal(seen.paths, 1420);
}


/* The table holds the newest keys, and each key once. */

static void
evict(void **state)
{
    char                        key[32];
    uint32_t                    i, n, known;
    ngx_http_maas_track_lane_t  sum;

    (void) state;

    n = table.n_sets * NGX_HTTP_MAAS_TRACK_WAYS;

    for (i = 0; i < 4 * n; i++) {
        (void) snprintf(key, sizeof(key), "%u", i);
        count(key, "/", START + i);
        assert_true(seen.last < 0);
    }

    ngx_http_maas_track_sum(&table, &sum);
    assert_int_equal(sum.arrivals, 4 * n);
    assert_int_equal(sum.keys, n);
    assert_int_equal(sum.evictions, 3 * n);
    assert_int_equal(sum.full, 0);

    /* of the newest half of what it can hold, nearly all are there */

    known = 0;

    for (i = 4 * n - n / 2; i < 4 * n; i++) {
        (void) snprintf(key, sizeof(key), "%u", i);
        count(key, "/", START + 4 * n);
        known += seen.last >= 0;
    }

    assert_true(known > 0.93 * (n / 2));
}


/* What a worker left that died while it took a place */

static void
dead(void **state)
{
    uint32_t                    i;
    uint64_t                    key, busy;
    ngx_http_maas_track_set_t  *set;
    ngx_http_maas_track_lane_t  sum;

    (void) state;

    key = ngx_http_maas_track_hash(&table, "a", 1);
    set = ngx_http_maas_track_set_of(&table, key);
    busy = START & ~(uint64_t) 1;

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
        set->tag[i] = busy;
    }

    /* just now: a request goes on without */

    count("a", "/", START + 10);
    assert_true(seen.last < 0);
    end("a", START + 10, 200, 1);
    ngx_http_maas_track_sum(&table, &sum);
    assert_int_equal(sum.full, 1);

    for (i = 0; i < NGX_HTTP_MAAS_TRACK_WAYS; i++) {
        assert_int_equal(set->tag[i], busy);
    }

    /* one of eight: the others serve */

    set->tag[3] = 0;
    count("a", "/", START + 10);
    count("a", "/", START + 20);
    assert_int_equal(seen.count[0], 1);
    assert_int_equal(set->tag[3], key);

    /* a second later it is anybody's */

    set->tag[3] = busy;
    count("a", "/", START + 1002);
    count("a", "/", START + 1003);
    assert_int_equal(seen.count[0], 1);
    ngx_http_maas_track_sum(&table, &sum);
    assert_int_equal(sum.full, 1);
}


/* The keys with the most requests: once all sets were looked at they are
 * exact, and who went away leaves. */

static void
top(void **state)
{
    char                       key[32];
    uint32_t                   i, k;
    uint64_t                   now;
    ngx_http_maas_track_top_t  best = { .at = 0 };

    (void) state;

    now = START;

    for (i = 0; i < 3000; i++) {
        (void) snprintf(key, sizeof(key), "%u", i);

        for (k = 0; k < 1 + (i < 20 ? 5 * i : 0); k++) {
            count(key, "/", now);
        }
    }

    ngx_http_maas_track_top(&table, &best, now + 1);

    assert_int_equal(best.window, 1);
    assert_int_equal(best.looked, table.n_sets);
    assert_int_equal(best.n, NGX_HTTP_MAAS_TRACK_TOP);

    for (i = 0; i < best.n; i++) {
        (void) snprintf(key, sizeof(key), "%u", 19 - i);
        assert_true(best.seen[i].key
                    == ngx_http_maas_track_hash(&table, key, strlen(key)));
        assert_int_equal(best.seen[i].count[1], 1 + 5 * (19 - i));
        assert_int_equal(best.seen[i].paths, 1);
    }

    /* two minutes later one is there that was not among them */

    now += 120000;
    count("1", "/", now);
    count("1", "/", now);
    ngx_http_maas_track_top(&table, &best, now);

    assert_int_equal(best.n, 1);
    assert_int_equal(best.seen[0].count[0], 2);
    assert_int_equal(best.seen[0].count[2], 8);
}


/* Of a large table a call looks at a part. */

static void
top_parts(void **state)
{
    ngx_http_maas_track_top_t    best = { .at = 0 };
    ngx_http_maas_track_table_t  large;

    (void) state;

    track_make(&large, 4 * SIZE, widths);
    assert_true(large.n_sets > 4096 && large.n_sets < 8192);

    ngx_http_maas_track_top(&large, &best, START);
    assert_int_equal(best.looked, 4096);
    assert_int_equal(best.at, 4096);

    ngx_http_maas_track_top(&large, &best, START);
    assert_int_equal(best.looked, large.n_sets);
    assert_int_equal(best.at, 8192 - large.n_sets);

    assert_int_equal(munmap(large.zone, 4 * SIZE), 0);
}


/* Rates are as near to exact counts as sub-windows allow, and next to nothing
 * is lost. */

static void
simulation(void **state)
{
    sim_result_t  s;

    (void) state;

    track_random = 1;
    s = sim_run();

    print_message("%zu rates: mean error %.2f %%, bias %.2f %%; not counted "
                  "%.4f %%\n", s.n, 100 * s.error, 100 * s.bias, 100 * s.lost);

    assert_true(s.n > 10000);
    assert_true(s.error < 0.01);
    assert_true(fabs(s.bias) < 0.002);
    assert_true(s.lost < 0.0002);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(hash, make, drop),
        cmocka_unit_test_setup_teardown(first, make, drop),
        cmocka_unit_test_setup_teardown(windows, make, drop),
        cmocka_unit_test_setup_teardown(behind, make, drop),
        cmocka_unit_test_setup_teardown(gaps, make, drop),
        cmocka_unit_test_setup_teardown(ends, make, drop),
        cmocka_unit_test_setup_teardown(paths, make, drop),
        cmocka_unit_test_setup_teardown(evict, make, drop),
        cmocka_unit_test_setup_teardown(dead, make, drop),
        cmocka_unit_test_setup_teardown(top, make, drop),
        cmocka_unit_test(top_parts),
        cmocka_unit_test(simulation)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
