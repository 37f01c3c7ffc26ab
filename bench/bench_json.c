/*
 * Times the wire: numbers of 128 different bodies into floats, by our scanner,
 * byte by byte, by strtof and by cJSON; and the printing of answers.
 * Only measures: what is right is for t/unit/test_json_*.c to say.
 */

#include "wire/json/maas_json_record.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define BODIES   128
#define NUMBERS  784
#define ROUNDS   9


typedef struct {
    char    *text;
    size_t   len;
} body_t;

typedef size_t (*reader_pt)(const body_t *b, float *x);


static uint64_t  seed;


static uint32_t
next_random(uint32_t below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;

    return (uint32_t) ((seed >> 33) % below);
}


/* What people send: pictures as bytes or scaled, measurements, doubles. */

static size_t
write_number(char *p, size_t room, int kind)
{
    unsigned  v;
    double    d;

    v = next_random(4) == 0 ? next_random(256) : 0;
    d = (next_random(1u << 30) + next_random(1u << 30) / 0x1p30) / 0x1p30;

    switch (kind) {
    case 0:
        return (size_t) snprintf(p, room, "%u", v);
    case 1:
        return (size_t) snprintf(p, room, v == 0 || v == 255 ? "%.1f" : "%.8g",
                                 v / 255.0);
    case 2:
        return (size_t) snprintf(p, room, "%.7f", d);
    case 3:
        return (size_t) snprintf(p, room, "%.4f", d * 6 - 3);
    default:
        return (size_t) snprintf(p, room, "%.17g", d);
    }
}


static void
make_body(body_t *b, int kind, const char *comma)
{
    char    text[NUMBERS * 32], *p;
    size_t  i;

    p = text;
    *p++ = '[';

    for (i = 0; i < NUMBERS; i++) {
        p += write_number(p, 30, kind);
        p = stpcpy(p, i + 1 < NUMBERS ? comma : "]");
    }

    b->len = (size_t) (p - text);
    b->text = malloc(b->len + 1);
    memcpy(b->text, text, b->len);
    b->text[b->len] = '\0';
}


static size_t
read_run(const body_t *b, float *x,
    maas_status_t (*run)(maas_json_t *, float *, size_t, size_t *,
                         maas_err_t *))
{
    size_t       n;
    maas_json_t  j;

    j.start = b->text;
    j.p = b->text + 1;
    j.end = b->text + b->len;
    n = 0;

    return run(&j, x, NUMBERS, &n, NULL) == MAAS_OK ? n : 0;
}


static size_t
read_fast(const body_t *b, float *x)
{
    maas_dims_t               dims;
    maas_json_t               j;
    static const maas_info_t  info;

    j.p = j.start = b->text;
    j.end = b->text + b->len;

    return maas__json_tensor(&j, MAAS_F32, &info, x, NUMBERS, &dims, NULL)
           == MAAS_OK ? dims.n : 0;
}


static size_t
read_plain(const body_t *b, float *x)
{
    return read_run(b, x, maas__json_run_plain);
}


static size_t
read_strtof(const body_t *b, float *x)
{
    char    *p, *next;
    size_t   n;

    for (p = b->text + 1, n = 0; n < NUMBERS; n++) {
        x[n] = strtof(p, &next);
        p = next + strspn(next, ", ]");
    }

    return n;
}


static size_t
read_cjson(const body_t *b, float *x)
{
    size_t  n;
    cJSON  *root, *item;

    root = cJSON_ParseWithLength(b->text, b->len);
    n = 0;

    cJSON_ArrayForEach(item, root) {
        x[n++] = (float) item->valuedouble;
    }

    cJSON_Delete(root);

    return n;
}


/* Our own time on the processor: what others do there does not count. */

static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);

    return (double) t.tv_sec + t.tv_nsec * 1e-9;
}


static int
compare(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


/* Seconds a body: the median of some rounds over all of them. */

static double
time_reader(const body_t *bodies, reader_pt reader, int repeat)
{
    int           i, r, k;
    double        t[ROUNDS];
    static float  x[NUMBERS + 64];

    for (r = 0; r < ROUNDS; r++) {
        t[r] = now();

        for (k = 0; k < repeat; k++) {
            for (i = 0; i < BODIES; i++) {
                if (reader(&bodies[i], x) != NUMBERS) {
                    fprintf(stderr, "a reader failed\n");
                    exit(1);
                }
            }
        }

        t[r] = (now() - t[r]) / repeat / BODIES;
    }

    qsort(t, ROUNDS, sizeof(double), compare);

    return t[ROUNDS / 2];
}


static void
bench_bodies(const char *name, int kind, const char *comma)
{
    int      i;
    double   t, bytes;
    size_t   k;
    body_t   bodies[BODIES];

    static const struct { const char *name; reader_pt reader; int repeat; }
    readers[] = {
        { "scanner", read_fast, 40 }, { "plain", read_plain, 10 },
        { "strtof", read_strtof, 2 }, { "cJSON", read_cjson, 1 }
    };

    for (bytes = 0, i = 0; i < BODIES; i++) {
        make_body(&bodies[i], kind, comma);
        bytes += (double) bodies[i].len / BODIES;
    }

    for (k = 0; k < sizeof(readers) / sizeof(readers[0]); k++) {
        t = time_reader(bodies, readers[k].reader, readers[k].repeat);
        printf("%-22s %-8s %7.0f bytes %9.2f us %7.2f ns/number %6.2f GB/s\n",
               name, readers[k].name, bytes, t * 1e6, t * 1e9 / NUMBERS,
               bytes / t * 1e-9);
    }

    for (i = 0; i < BODIES; i++) {
        free(bodies[i].text);
    }
}


/* Ten numbers, as a classifier of digits answers them. */

static void
bench_print(void)
{
    int             i, k, r;
    char            buf[1024];
    float           y[BODIES][10];
    double          t[ROUNDS], sum;
    size_t          json_len, bytes;
    maas_info_t     info;
    maas_request_t  req;

    memset(&info, 0, sizeof(info));
    memset(&req, 0, sizeof(req));
    info.name = "digits";
    info.output_name = "probabilities";
    info.out = 10;
    req.rows = 1;
    req.version = (maas_str_t) { "1", 1 };

    for (i = 0; i < BODIES; i++) {
        for (sum = 0, k = 0; k < 10; k++) {
            y[i][k] = (float) (next_random(1000000) + 1)
                      * (k == i % 10 ? 1 : 1e-4f);
            sum += y[i][k];
        }

        for (k = 0; k < 10; k++) {
            y[i][k] /= (float) sum;
        }
    }

    bytes = 0;

    for (r = 0; r < ROUNDS; r++) {
        t[r] = now();

        for (k = 0; k < 500; k++) {
            for (i = 0; i < BODIES; i++) {
                bytes += maas_form_rows.write(&info, &req, y[i], buf,
                                              &json_len);
            }
        }

        t[r] = (now() - t[r]) / 500 / BODIES;
    }

    qsort(t, ROUNDS, sizeof(double), compare);
    printf("%-22s %-8s %7.0f bytes %9.3f us %7.2f ns/number\n",
           "print 10 numbers",
           "rows", (double) bytes / ROUNDS / 500 / BODIES, t[ROUNDS / 2] * 1e6,
           t[ROUNDS / 2] * 1e8);

    for (bytes = 0, r = 0; r < ROUNDS; r++) {
        t[r] = now();

        for (k = 0; k < 500; k++) {
            for (i = 0; i < BODIES; i++) {
                bytes += maas_form_v2.write(&info, &req, y[i], buf,
                                            &json_len);
            }
        }

        t[r] = (now() - t[r]) / 500 / BODIES;
    }

    qsort(t, ROUNDS, sizeof(double), compare);
    printf("%-22s %-8s %7.0f bytes %9.3f us\n", "print 10 numbers", "v2",
           (double) bytes / ROUNDS / 500 / BODIES, t[ROUNDS / 2] * 1e6);
}


int
main(void)
{
    printf("scanner: %s; 128 different bodies of %d numbers\n",
           maas__json_has_avx512() ? "AVX-512" : "plain", NUMBERS);

    bench_bodies("integers 0..255", 0, ",");
    bench_bodies("fractions of 255", 1, ",");
    bench_bodies("fractions, spaced", 1, ", ");
    bench_bodies("dense, 7 digits", 2, ",");
    bench_bodies("signed, 4 digits", 3, ",");
    bench_bodies("dense, 17 digits", 4, ",");
    bench_print();

    return 0;
}
