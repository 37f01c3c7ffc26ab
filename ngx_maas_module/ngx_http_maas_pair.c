
/*
 * What is counted of a model and its shadow, in the lane of this worker; sums
 * over all of them.
 * Not here: where lanes live (life/ngx_http_maas_shm.c).
 */


#include "ngx_http_maas_pair.h"


/* In the counters of a lane; two of them hold the bits of a double. */

typedef enum {
    NGX_HTTP_MAAS_PAIR_ROWS = 0,
    NGX_HTTP_MAAS_PAIR_AGREED,
    NGX_HTTP_MAAS_PAIR_DIFFERENCE,
    NGX_HTTP_MAAS_PAIR_DISTANCE,
    NGX_HTTP_MAAS_PAIR_NS,
    NGX_HTTP_MAAS_PAIR_FAILED,
    NGX_HTTP_MAAS_PAIR_DROPPED
} ngx_http_maas_pair_counter_e;

_Static_assert(sizeof(ngx_atomic_uint_t) == sizeof(double),
               "a counter has room for a double");


static double
ngx_http_maas_pair_double(ngx_atomic_uint_t bits)
{
    double  v;

    ngx_memcpy(&v, &bits, sizeof(double));

    return v;
}


static void
ngx_http_maas_pair_add_double(ngx_atomic_t *at, double v)
{
    double             sum;
    ngx_atomic_uint_t  old, new;

    do {
        old = *at;
        sum = ngx_http_maas_pair_double(old) + v;
        ngx_memcpy(&new, &sum, sizeof(double));
    } while (!ngx_atomic_cmp_set(at, old, new));
}


void
ngx_http_maas_pair_count(ngx_http_maas_pair_t *pair,
    const ngx_http_maas_pair_sum_t *add)
{
    ngx_atomic_t  *value;

    value = pair->lane->value;

    (void) ngx_atomic_fetch_add(&value[NGX_HTTP_MAAS_PAIR_ROWS], add->rows);
    (void) ngx_atomic_fetch_add(&value[NGX_HTTP_MAAS_PAIR_AGREED],
                                add->agreed);
    (void) ngx_atomic_fetch_add(&value[NGX_HTTP_MAAS_PAIR_NS], add->ns);
    (void) ngx_atomic_fetch_add(&value[NGX_HTTP_MAAS_PAIR_FAILED],
                                add->failed);
    (void) ngx_atomic_fetch_add(&value[NGX_HTTP_MAAS_PAIR_DROPPED],
                                add->dropped);

    ngx_http_maas_pair_add_double(&value[NGX_HTTP_MAAS_PAIR_DIFFERENCE],
                                  add->difference);
    ngx_http_maas_pair_add_double(&value[NGX_HTTP_MAAS_PAIR_DISTANCE],
                                  add->distance);
}


void
ngx_http_maas_pair_dropped(ngx_http_maas_pair_t *pair, ngx_uint_t rows)
{
    (void) ngx_atomic_fetch_add(&pair->lane->value[NGX_HTTP_MAAS_PAIR_DROPPED],
                                rows);
}


void
ngx_http_maas_pair_sum(ngx_http_maas_pair_t *pair,
    ngx_http_maas_pair_sum_t *sum)
{
    ngx_uint_t     n;
    ngx_atomic_t  *value;

    ngx_memzero(sum, sizeof(ngx_http_maas_pair_sum_t));

    for (n = 0; n < pair->n_lanes; n++) {
        value = pair->lanes[n].value;

        sum->rows += value[NGX_HTTP_MAAS_PAIR_ROWS];
        sum->agreed += value[NGX_HTTP_MAAS_PAIR_AGREED];
        sum->ns += value[NGX_HTTP_MAAS_PAIR_NS];
        sum->failed += value[NGX_HTTP_MAAS_PAIR_FAILED];
        sum->dropped += value[NGX_HTTP_MAAS_PAIR_DROPPED];
        sum->difference += ngx_http_maas_pair_double(
                                      value[NGX_HTTP_MAAS_PAIR_DIFFERENCE]);
        sum->distance += ngx_http_maas_pair_double(
                                      value[NGX_HTTP_MAAS_PAIR_DISTANCE]);
    }
}
