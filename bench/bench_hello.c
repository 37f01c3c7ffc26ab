/*
 * Times JA4 and JA4_ro of a ClientHello, once a connection, and the hash of a
 * browser's header names, once a request.  Only measures: what is right is for
 * t/unit/test_hello.c to say.
 */

#include "../ngx_maas_module/proxy/ngx_http_maas_hello.h"

#include "trust/maas_trust.h"

#include <stdio.h>
#include <string.h>
#include <time.h>


#define ROUNDS  9
#define TIMES   20000

#define NAMES                                                                 \
    "sec-ch-ua,sec-ch-ua-mobile,sec-ch-ua-platform,upgrade-insecure-"         \
    "requests,user-agent,accept,sec-fetch-site,sec-fetch-mode,"               \
    "sec-fetch-user,sec-fetch-dest,accept-encoding,accept-language,priority"


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


/* A message of 31 ciphers and 17 extensions; returns its size */

static size_t
message(unsigned char *msg)
{
    size_t          n, size, body;
    unsigned char  *p;

    memset(msg, 0, 1024);
    msg[0] = 1;
    msg[4] = msg[5] = 3;
    p = msg + 39;

    *p++ = 0;
    *p++ = 62;

    for (n = 0; n < 31; n++) {
        *p++ = n % 3 ? 0xc0 : 0x13;
        *p++ = (unsigned char) (n * 37 % 61);
    }

    *p++ = 1;
    *p++ = 0;
    body = 17 * (4 + 20);
    *p++ = (unsigned char) (body >> 8);
    *p++ = (unsigned char) body;

    for (n = 0; n < 17; n++) {
        p[1] = (unsigned char) (n * 29 % 53);
        p[3] = 20;
        p[5] = 18;                     /* a list, where it is one */
        p += 24;
    }

    size = (size_t) (p - msg);
    msg[2] = (unsigned char) ((size - 4) >> 8);
    msg[3] = (unsigned char) (size - 4);

    return size;
}


/* Nanoseconds of CPU for one; 0: JA4, 1: JA4_ro, 2: names */

static double
cost(int what, const unsigned char *msg, size_t size)
{
    int                    i, round;
    double                 t, best;
    unsigned char          out[MAAS_SHA256_HEX + 1];
    static unsigned char   work[NGX_HTTP_MAAS_HELLO_ROOM(1024)];
    ngx_http_maas_hello_t  hello;

    best = 1e9;

    for (round = 0; round < ROUNDS; round++) {
        t = now();

        for (i = 0; i < TIMES; i++) {
            if (what == 2) {
                maas_sha256(NAMES, sizeof(NAMES) - 1, (char *) out);

            } else if (!ngx_http_maas_hello_read(msg, size, &hello)) {
                return -1;

            } else if (what == 1) {
                (void) ngx_http_maas_hello_ja4_ro(&hello, 't', work);

            } else {
                ngx_http_maas_hello_ja4(&hello, 't', out, work);
            }
        }

        t = (now() - t) / TIMES;
        best = t < best ? t : best;
    }

    return best;
}


int
main(void)
{
    size_t         size;
    unsigned char  msg[1024];

    size = message(msg);

    printf("%-44s %6.0f ns\n", "JA4, 31 ciphers, 17 extensions",
           cost(0, msg, size));
    printf("%-44s %6.0f ns\n", "JA4_ro of it", cost(1, msg, size));
    printf("%-44s %6.0f ns\n", "SHA-256 of a browser's 13 names",
           cost(2, msg, size));

    return 0;
}
