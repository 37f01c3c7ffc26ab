/*
 * Answers by rows: the same bits again or nothing, who makes room for whom, how
 * old an answer may be; four processes at once of which some are killed in the
 * middle of a write, and memory that somebody wrote over.
 * Not here: the same through nginx (t/36-cache.t).
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ngx_maas_module/cache/ngx_http_maas_cache_table.c"


#define NOW   (uint64_t) 123456789
#define MOST  3000

static ngx_http_maas_cache_table_t  table;
static ngx_http_maas_sip_t          model;
static size_t                       mapped;


/* A table of n buckets for answers of up to `out` numbers */

static void
make(uint32_t n, size_t out)
{
    size_t                       bucket;
    ngx_http_maas_cache_zone_t  *zone;

    bucket = ngx_http_maas_cache_bucket(out);
    mapped = sizeof(ngx_http_maas_cache_zone_t) + n * bucket;

    zone = mmap(NULL, mapped, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS,
                -1, 0);
    assert_true(zone != MAP_FAILED);

    zone->seed[0] = 0x0706050403020100;
    zone->seed[1] = 0x0f0e0d0c0b0a0908;

    ngx_http_maas_cache_use(&table, zone, mapped, bucket);
    assert_int_equal(table.n_buckets, n);
    ngx_http_maas_cache_begin(&table, "12345678", 8, &model);
}


static void
drop(void)
{
    assert_int_equal(munmap(table.zone, mapped), 0);
}


static void
key_of(uint32_t n, ngx_http_maas_cache_key_t *key)
{
    uint32_t  row[3] = { n, 7, n };

    ngx_http_maas_cache_key(&model, row, sizeof(row), key);
}


/* The answer for row n: any bits, NaN among them */

static void
answer(uint32_t n, float *y, size_t out)
{
    size_t    i;
    uint32_t  bits;

    for (i = 0; i < out; i++) {
        bits = (uint32_t) ((n + 1) * 2654435761u + i * 40503u);
        memcpy(y + i, &bits, 4);
    }
}


static void
put(uint32_t n, size_t out, uint64_t now)
{
    float                      y[MOST];
    ngx_http_maas_cache_key_t  key;

    key_of(n, &key);
    answer(n, y, out);
    ngx_http_maas_cache_put(&table, &key, now, y, out);
}


/* Is it there?  If it is, it has its bits, and nothing behind it is written. */

static int
get(uint32_t n, size_t out, uint64_t now, uint64_t ttl)
{
    float                      y[MOST + 1], want[MOST];
    ngx_http_maas_cache_key_t  key;

    key_of(n, &key);
    answer(n, want, out);
    y[out] = 42;

    if (!ngx_http_maas_cache_get(&table, &key, now, ttl, y, out)) {
        return 0;
    }

    if (memcmp(y, want, out * sizeof(float)) != 0 || y[out] != 42) {
        fprintf(stderr, "another answer for row %u\n", n);
        abort();
    }

    return 1;
}


static ngx_http_maas_cache_lane_t
sum(void)
{
    ngx_http_maas_cache_lane_t  s;

    ngx_http_maas_cache_sum(&table, &s);

    return s;
}


static uint64_t
entries(void)
{
    ngx_http_maas_cache_lane_t  s = sum();

    return s.kept - s.evicted - s.renewed;
}


/* Words of all indices that say something */

static uint64_t
indexed(void)
{
    uint32_t                       i, k;
    uint64_t                       n = 0;
    ngx_http_maas_cache_bucket_t  *bucket;

    for (i = 0; i < table.n_buckets; i++) {
        bucket = (void *) (table.buckets + i * table.bucket);

        for (k = 0; k < NGX_HTTP_MAAS_CACHE_WAYS; k++) {
            n += bucket->index[k] != 0;
        }
    }

    return n;
}


/* Any number of numbers, so many that an answer goes round the ring's end */

static void
lengths(void **state)
{
    size_t    out;
    uint32_t  n;

    (void) state;

    for (out = 1; out <= MOST; out += out < 130 ? 1 : 317) {
        make(16, out);
        assert_true(ngx_http_maas_cache_fits(&table, out));
        assert_true(!ngx_http_maas_cache_fits(&table, table.bucket / 4));

        for (n = 0; n < 400; n++) {
            assert_int_equal(get(n, out, NOW, 0), 0);
            put(n, out, NOW);
            assert_int_equal(get(n, out, NOW, 0), 1);
            assert_int_equal(get(n, out, NOW, 0), 1);
        }

        assert_int_equal(get(n - 1, out + 1, NOW, 0), 0);
        assert_int_equal(entries(), indexed());
        assert_true(entries() >= 16 * 6 && entries() <= 16 * 64);
        drop();
    }

    assert_int_equal(ngx_http_maas_cache_bucket((size_t) -1), 0);
}


/* Equal bits alone are one row; the model's sum is part of it, and so is the
 * seed, of which all bits of a key depend. */

static void
keys(void **state)
{
    size_t                     len;
    uint32_t                   i, k, n, bits;
    uint8_t                    row[64];
    ngx_http_maas_sip_t        other;
    ngx_http_maas_cache_key_t  key, near;

    (void) state;

    make(16, 1);
    memset(row, 0, sizeof(row));

    for (len = 4; len <= 64; len += 4) {
        ngx_http_maas_cache_key(&model, row, len, &key);

        for (i = 0; i < 8 * len; i++) {
            row[i / 8] ^= 1 << i % 8;
            ngx_http_maas_cache_key(&model, row, len, &near);
            row[i / 8] ^= 1 << i % 8;

            for (n = 0, k = 0; k < 2; k++) {
                n += __builtin_popcountll(key.word[k] ^ near.word[k]);
            }

            assert_in_range(n, 64 - 36, 64 + 36);
        }

        ngx_http_maas_cache_key(&model, row, len - 4, &near);
        assert_true(key.word[0] != near.word[0]);
        assert_true(key.word[1] != near.word[1]);
    }

    ngx_http_maas_cache_begin(&table, "12345679", 8, &other);
    ngx_http_maas_cache_key(&other, row, 64, &near);
    assert_true(key.word[0] != near.word[0] && key.word[1] != near.word[1]);

    for (bits = 0; bits < 128; bits++) {
        table.zone->seed[bits / 64] ^= UINT64_C(1) << bits % 64;
        ngx_http_maas_cache_begin(&table, "12345678", 8, &other);
        table.zone->seed[bits / 64] ^= UINT64_C(1) << bits % 64;
        ngx_http_maas_cache_key(&other, row, 64, &near);
        assert_true(key.word[0] != near.word[0]
                    && key.word[1] != near.word[1]);
    }

    drop();
}


/* The newest rows are there; counts are exact. */

static void
evict(void **state)
{
    uint32_t                    i, known, n = 40000;
    ngx_http_maas_cache_lane_t  s;

    (void) state;

    make(16, 10);

    for (i = 0; i < n; i++) {
        put(i, 10, NOW);
    }

    s = sum();
    assert_int_equal(s.kept, n);
    assert_int_equal(s.renewed, 0);
    assert_int_equal(s.kept - s.evicted, indexed());

    /* 47 of ten numbers have room in a page beside the index */

    assert_in_range(indexed(), 16 * 46, 16 * 47);

    for (known = 0, i = n - 16 * 24; i < n; i++) {
        known += get(i, 10, NOW, 0);
    }

    assert_true(known > 0.97 * 16 * 24);
    assert_int_equal(get(0, 10, NOW, 0), 0);

    /* the same row again takes the place of itself */

    for (i = 0; i < 100; i++) {
        put(n - 1, 10, NOW + i);
        assert_int_equal(get(n - 1, 10, NOW, 0), 1);
    }

    s = sum();
    assert_int_equal(s.renewed, 100);
    assert_int_equal(entries(), indexed());

    drop();
}


/* Models of different answers in one zone */

static void
mixed(void **state)
{
    size_t    out;
    uint32_t  i;

    (void) state;

    make(16, 500);

    for (i = 0; i < 20000; i++) {
        out = i % 3 == 0 ? 1 : i % 3 == 1 ? 33 : 500;
        put(i, out, NOW);
        assert_int_equal(get(i, out, NOW, 0), 1);
    }

    assert_int_equal(entries(), indexed());

    for (i = 0; i < 20000; i++) {
        (void) get(i, i % 3 == 0 ? 1 : i % 3 == 1 ? 33 : 500, NOW, 0);
    }

    drop();
}


/* Never older than it may be; within 64 ms of it, younger ones are there. */

static void
ages(void **state)
{
    uint64_t  start, ttl, age;

    (void) state;

    make(16, 3);

    for (start = NOW; start < NOW + 700; start += 37) {
        put(1, 3, start);

        for (ttl = 1000; ttl < 1200; ttl += 23) {
            for (age = 0; age < 1300; age += 7) {
                if (get(1, 3, start + age, ttl)) {
                    assert_true(age <= ttl);

                } else {
                    assert_true(age + 128 > ttl);
                }
            }
        }

        /* a worker's clock may be behind, and there is no limit without one */

        assert_int_equal(get(1, 3, start - 500, 1000), 1);
        assert_int_equal(get(1, 3, start + (UINT64_C(1) << 33), 0), 1);
    }

    /* the clock's bits come round: about nine years */

    put(1, 3, (UINT64_C(1) << 38) - 64);
    assert_int_equal(get(1, 3, (UINT64_C(1) << 38) + 500, 1000), 1);
    assert_int_equal(get(1, 3, (UINT64_C(1) << 38) + 1000, 1000), 0);

    drop();
}


/* Whatever is in the memory: an answer is right, or it is none. */

static void
damage(void **state)
{
    size_t    i;
    uint8_t  *p;
    uint32_t  n, found = 0;

    (void) state;

    make(16, 10);
    srandom(1);

    for (n = 0; n < 30000; n++) {
        put(n % 300, 10, NOW);

        p = table.buckets + (uint32_t) random() % (16 * table.bucket);
        *p ^= 1 << n % 8;

        found += get(n % 300, 10, NOW, 0);
        found += get((uint32_t) random() % 300, 10, NOW, 0);
    }

    assert_true(found > 30000);

    for (i = 0; i < 16 * table.bucket; i++) {
        table.buckets[i] = (uint8_t) random();
    }

    for (n = 0; n < 300; n++) {
        (void) get(n, 10, NOW, 0);
    }

    for (n = 0; n < 300; n++) {
        put(n, 10, NOW);
        assert_int_equal(get(n, 10, NOW, 0), 1);
    }

    drop();
}


/* Until it is killed: any row, one of three kinds of answers */

static void
hammer(int lane)
{
    size_t    out;
    uint32_t  n;

    table.lane = &table.zone->lane[lane];
    srandom((unsigned) getpid());

    for ( ;; ) {
        n = (uint32_t) random() % 600;
        out = n % 3 == 0 ? 1 : n % 3 == 1 ? 33 : 500;

        if (get(n, out, NOW, 0)) {
            ngx_http_maas_cache_add(&table.lane->hits, 1);

        } else {
            ngx_http_maas_cache_add(&table.lane->misses, 1);
            put(n, out, NOW);
        }
    }
}


/* Four processes in four buckets; they are stopped for a while or killed again
 * and again, at any moment. */

static void
killed(void **state)
{
    int                         i, n, status;
    pid_t                       pid[4], child;
    ngx_http_maas_cache_lane_t  s;

    (void) state;

    make(4, 500);

    for (i = 0; i < 4; i++) {
        pid[i] = 0;
    }

    for (n = 0; n < 400; n++) {
        i = n % 4;

        if (pid[i] != 0) {
            assert_int_equal(kill(pid[i], n % 3 ? SIGSTOP : SIGKILL), 0);
            (void) usleep(300);

            if (n % 3) {
                assert_int_equal(kill(pid[i], SIGCONT), 0);
                continue;
            }

            child = waitpid(pid[i], &status, 0);
            assert_int_equal(child, pid[i]);
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        }

        pid[i] = fork();

        if (pid[i] == 0) {
            hammer(i);
        }

        (void) usleep(300);
    }

    (void) usleep(50000);

    for (i = 0; i < 4; i++) {
        assert_int_equal(kill(pid[i], SIGKILL), 0);
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }

    s = sum();
    print_message("%llu hits, %llu misses, %llu kept\n",
                  (unsigned long long) s.hits, (unsigned long long) s.misses,
                  (unsigned long long) s.kept);
    assert_true(s.hits > 1000 && s.kept > 1000);

    /* all goes on as if nothing had been */

    for (n = 0; n < 600; n++) {
        put((uint32_t) n, 33, NOW);
        assert_int_equal(get((uint32_t) n, 33, NOW, 0), 1);
    }

    drop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(lengths),
        cmocka_unit_test(keys),
        cmocka_unit_test(evict),
        cmocka_unit_test(mixed),
        cmocka_unit_test(ages),
        cmocka_unit_test(damage),
        cmocka_unit_test(killed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
