/*
 * Runs of numbers, the fast way against the byte-wise way: same outcome, same
 * bits, same place, same sentence, on good and on broken text.
 */

#include "text/maas_json.h"
#include "wire.h"

#include <sys/mman.h>


#define RUN_MOST  600


typedef struct {
    maas_status_t  rc;
    maas_err_t     err;
    size_t         n;
    size_t         stop;
    float         *x;              /* exactly `room` of them */
} run_t;

typedef maas_status_t (*run_pt)(maas_json_t *, float *, size_t, size_t *,
    maas_err_t *);


/* Vector loads and stores are not what AddressSanitizer watches: memory whose
 * last byte is followed by a page that may not be touched. */

#define GUARD_SIZE  (4 * 65536)

static char *
guard(void)
{
    char  *p;

    p = mmap(NULL, GUARD_SIZE + 65536, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(p != MAP_FAILED);
    assert_int_equal(mprotect(p + GUARD_SIZE, 65536, PROT_NONE), 0);

    return p + GUARD_SIZE;
}


/* The text and the room for numbers both end where memory ends. */

static void
run_one(run_t *r, run_pt run, const char *text, size_t len, size_t room,
    size_t from)
{
    char         *copy;
    maas_json_t   j;

    static char  *end_of_text, *end_of_room;

    if (end_of_text == NULL) {
        end_of_text = guard();
        end_of_room = guard();
    }

    copy = end_of_text - len;
    memcpy(copy, text, len);
    text = copy;

    memset(r, 0, sizeof(run_t));
    r->n = from;
    r->x = (float *) (end_of_room - room * sizeof(float));

    j.p = j.start = text;
    j.end = text + len;
    maas__json_space(&j);
    r->rc = run(&j, r->x, room, &r->n, &r->err);
    r->stop = (size_t) (j.p - text);

    copy = malloc(room * sizeof(float) + 1);
    memcpy(copy, r->x, room * sizeof(float));
    r->x = (float *) copy;
}


/* Where the CPU lacks what the fast way needs, only the values are tested. */

static run_pt
fast_way(void)
{
    return maas__json_has_avx512() ? maas__json_run_avx512
                                   : maas__json_run_plain;
}


/* One text, both ways. */

static void
same(const char *text, size_t len, size_t room, size_t from)
{
    run_t   fast, plain;
    size_t  stored;

    run_one(&fast, fast_way(), text, len, room, from);
    run_one(&plain, maas__json_run_plain, text, len, room, from);

    if (fast.rc != plain.rc || fast.n != plain.n || fast.stop != plain.stop
        || strcmp(fast.err.msg, plain.err.msg) != 0)
    {
        fail_msg("%.*s: fast %d, %zu numbers, byte %zu, \"%s\"; plain %d, "
                 "%zu, %zu, \"%s\"", (int) len, text, fast.rc, fast.n,
                 fast.stop, fast.err.msg, plain.rc, plain.n, plain.stop,
                 plain.err.msg);
    }

    stored = plain.n < room ? plain.n : room;

    if (stored > from && memcmp(fast.x + from, plain.x + from,
                                (stored - from) * sizeof(float)) != 0)
    {
        fail_msg("%.*s: other numbers", (int) len, text);
    }

    free(fast.x);
    free(plain.x);
}


/* A number of the kind, or of any. */

static size_t
number(char *p, size_t size, int kind, uint64_t *seed)
{
    int       places;
    double    d;
    uint64_t  r;

    r = wire_random(seed);
    d = (double) (int64_t) wire_random(seed) / 0x1p63;

    if (kind == 10) {
        kind = (int) (r % 10);
    }

    r >>= 8;
    places = (int) (r >> 40) % 20;

    switch (kind) {
    case 0:
        return (size_t) snprintf(p, size, "%d", r % 4 == 0 ? (int) r % 256 & 255
                                                           : 0);
    case 1:
        return (size_t) snprintf(p, size, "%.8g", (double) (r % 256) / 255);
    case 2:
        return (size_t) snprintf(p, size, "%.*f", places, d);
    case 3:
        return (size_t) snprintf(p, size, "%.*f", places, d * 1000);
    case 4:
        return (size_t) snprintf(p, size, "%.17g", d);
    case 5:
        return (size_t) snprintf(p, size, "%lld", (long long) (r % 100000));
    case 6:
        return (size_t) snprintf(p, size, "%.3e", d);
    case 7:
        return (size_t) snprintf(p, size, "%llu.5", (1ull << 23) + r % 99999);
    case 8:
        return (size_t) snprintf(p, size, "%llu",
                                 (1ull << (24 + r % 40)) + (r >> 20) % 9);
    default:
        return (size_t) snprintf(p, size, "%s0.%0*d%llu", r % 2 ? "-" : "",
                                 places + 1, 0, (unsigned long long) r % 1000);
    }
}


static size_t
array(char *text, size_t size, uint64_t *seed)
{
    int       kind, space;
    char     *p, *end;
    size_t    i, n;
    uint64_t  r;

    static const char *const  commas[] = {
        ",", ", ", " ,", ",\n    ", "\t,\r\n", ",  ", " , ", ","
    };

    r = wire_random(seed);
    kind = (int) (r % 14);
    kind = kind > 10 ? 10 : kind;
    space = (int) (r >> 8) % 16;
    n = 1 + (r >> 16) % 90;
    p = text;
    end = text + size - 64;

    for (i = 0; i < n && p < end; i++) {
        p += number(p, 48, kind, seed);

        if (i + 1 < n && p < end) {
            p = stpcpy(p, space < 8 ? "," : space == 15
                          ? commas[wire_random(seed) % 8]
                          : commas[space - 8]);

        } else {
            p = stpcpy(p, space == 9 || space == 15 ? " ]" : "]");
        }
    }

    if ((r >> 40) % 2) {
        p = stpcpy(p, "}]}, [1,2,3 ");
    }

    return (size_t) (p - text);
}


static void
mutate(char *text, size_t *len, uint64_t *seed)
{
    size_t    at, times;
    uint64_t  r;

    static const char  bytes[] =
        "0123456789.,-+eE[] \t\n\r\"x\0/:;\x80\xff" "00..,,--";

    for (times = wire_random(seed) % 3 + 1; times > 0 && *len > 1; times--) {
        r = wire_random(seed);
        at = (r >> 8) % *len;

        switch (r % 4) {
        case 0:                                     /* another byte */
            text[at] = bytes[(r >> 40) % (sizeof(bytes) - 1)];
            break;
        case 1:                                     /* one more */
            memmove(text + at + 1, text + at, *len - at);
            text[at] = bytes[(r >> 40) % (sizeof(bytes) - 1)];
            ++*len;
            break;
        case 2:                                     /* one less */
            memmove(text + at, text + at + 1, *len - at - 1);
            --*len;
            break;
        default:                                    /* cut */
            if (r >> 60 == 0) {
                *len = at + 1;
            }
        }
    }
}


static void
random_arrays(void **state)
{
    int       i, count;
    char      text[8192];
    size_t    len, room, from;
    uint64_t  seed;

    seed = 4;
    count = getenv("MAAS_SLOW") != NULL ? 3000000 : 150000;

    for (i = 0; i < count; i++) {
        len = array(text, 4096, &seed);

        room = wire_random(&seed) % 4 == 0 ? wire_random(&seed) % 100
                                           : RUN_MOST;
        from = wire_random(&seed) % 8 == 0 ? wire_random(&seed) % 40 : 0;

        if (i % 2 == 1) {
            mutate(text, &len, &seed);
        }

        same(text, len, room, from);
    }
}


/* Every pair and triple of bytes that numbers are made of, in front of, in the
 * middle of and at the end of a block. */

static void
all_short_texts(void **state)
{
    char    text[256];
    size_t  a, b, c, d, at;

    static const char    set[] = "01.,- ]e";
    static const size_t  places[] = { 0, 1, 31, 59, 60, 61, 62, 63, 64, 65 };

    for (at = 0; at < sizeof(places) / sizeof(places[0]); at++) {
        for (a = 0; a < 8; a++) {
            for (b = 0; b < 8; b++) {
                for (c = 0; c < 8; c++) {
                    for (d = 0; d < 8; d++) {
                        memset(text, '7', sizeof(text));

                        if (places[at] > 0) {
                            text[places[at] - 1] = ',';
                            text[places[at] / 2] = ',';
                        }

                        text[places[at]] = set[a];
                        text[places[at] + 1] = set[b];
                        text[places[at] + 2] = set[c];
                        text[places[at] + 3] = set[d];
                        memcpy(text + places[at] + 4, "8,9]", 4);
                        same(text, places[at] + 8, RUN_MOST, 0);
                        memcpy(text + places[at] + 4, ",3.5]", 5);
                        same(text, places[at] + 9, RUN_MOST, 0);
                    }
                }
            }
        }
    }
}


/* T38: text that ends at every place, numbers that end there or not. */

static void
t38_every_end(void **state)
{
    char    text[600];
    char    kept;
    size_t  len, i;

    static const char  pattern[] = "31,0,0.5,-2.25,";

    for (i = 0; i < 300; i++) {
        text[i] = pattern[i % (sizeof(pattern) - 1)];
    }

    for (len = 1; len < 300; len++) {
        same(text, len, RUN_MOST, 0);
        same(text, len, len / 4, 0);
        kept = text[len];
        text[len] = ']';
        same(text, len + 1, RUN_MOST, 0);
        same(text, len + 1, 33, 5);
        text[len] = kept;
    }
}


/* Values of tokens through the fast way, one by one at each length. */

static void
values(void **state)
{
    char         text[512], *p;
    float        x[64];
    size_t       i, k, n;
    maas_json_t  j;

    static const struct { const char *text; float value; }  cases[] = {
        { "0", 0.0f }, { "-0", -0.0f }, { "-0.0", -0.0f }, { "7", 7.0f },
        { "255", 255.0f }, { "9999", 9999.0f }, { "10000", 10000.0f },
        { "-1", -1.0f }, { "0.1", 0.1f }, { "-0.1", -0.1f },
        { "12345678", 12345678.0f }, { "123456789", 123456789.0f },
        { "0.51764706", 0.51764706f }, { "0.0039215686", 0.0039215686f },
        { "1.5", 1.5f }, { "-12.375", -12.375f },
        { "1234567890123456", 1234567890123456.0f },
        { "0.1234567890123456", 0.1234567890123456f },
        { "0.00000000000000012345678", 1.2345678e-16f },
        { "0.0000000000000000000000000000012", 1.2e-30f },
        { "0.0000000000000000000000000000000000012", 1.2e-36f },
        { "16777217", 16777216.0f }, { "16777219", 16777220.0f },
        { "1e2", 100.0f }, { "1.5E-3", 0.0015f }, { "1e-45", 1e-45f },
        { "3.4028235e38", 3.4028235e38f }, { "8388608.5", 8388608.0f }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (k = 0; k < 40; k++) {
            memset(text, 0, sizeof(text));
            p = text;

            for (n = 0; n < k; n++) {
                p = stpcpy(p, n % 3 == 0 ? "5," : "0.5,");
            }

            p = stpcpy(p, cases[i].text);
            p = stpcpy(p, ",4]");

            j.p = j.start = text;
            j.end = p;
            n = 0;
            memset(x, 0x7f, sizeof(x));

            assert_int_equal(fast_way()(&j, x, 64, &n, NULL), MAAS_OK);
            assert_int_equal(n, k + 2);
            assert_memory_equal(&x[k], &cases[i].value, sizeof(float));
            assert_true(x[k + 1] == 4);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(t38_every_end),
        cmocka_unit_test(all_short_texts),
        cmocka_unit_test(random_arrays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
