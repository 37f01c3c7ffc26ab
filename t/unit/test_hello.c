/*
 * A ClientHello and its JA4: FoxIO's vectors, each rule of their text, and
 * every way in which a message can be cut short.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ngx_maas_module/proxy/ngx_http_maas_hello.h"


#define ROOM  16384

#define CIPHERS                                                               \
    "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,"  \
    "0035"
#define SORTED                                                                \
    "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,"  \
    "cca9"
#define ALGORITHMS  "0403,0804,0401,0503,0805,0501,0806,0601"

#define H2        "0010=000302" "6832"
#define TLS13     "002b=020304"
#define SIGNED    "000d=00100403080404010503080505010806" "0601"


static unsigned char  msg[ROOM];
static size_t         size;


/* Hex digits to bytes at the end of msg */

static void
put(const char *hex, size_t digits)
{
    unsigned  byte;
    size_t    i;

    for (i = 0; i < digits; i += 2) {
        assert_int_equal(sscanf(hex + i, "%2x", &byte), 1);
        assert_true(size < ROOM);
        msg[size++] = (unsigned char) byte;
    }
}


static void
length(size_t at, size_t width)
{
    size_t  i, n;

    n = size - at - width;

    for (i = 0; i < width; i++) {
        msg[at + i] = (unsigned char) (n >> 8 * (width - 1 - i));
    }
}


/* A message from "1301,1302" and "0000=,002b=020304", where '=' stands before a
 * body; extensions NULL: the block is not there */

static void
make(unsigned version, const char *ciphers, const char *extensions)
{
    size_t       block, one, n;
    const char  *p;

    memset(msg, 0, sizeof(msg));
    msg[0] = 1;
    msg[4] = (unsigned char) (version >> 8);
    msg[5] = (unsigned char) version;
    size = 4 + 2 + 32;
    msg[size++] = 4;                   /* session */
    size += 4;

    block = size;
    size += 2;

    for (p = ciphers; *p != '\0'; p += strspn(p, ",")) {
        put(p, 4);
        p += 4;
    }

    length(block, 2);
    put("0100", 4);                    /* compression */

    if (extensions != NULL) {
        block = size;
        size += 2;

        for (p = extensions; *p != '\0'; p += strspn(p, ",")) {
            n = strcspn(p, ",");
            put(p, 4);
            one = size;
            size += 2;

            if (n > 5) {
                put(p + 5, n - 5);
            }

            length(one, 2);
            p += n;
        }

        length(block, 2);
    }

    length(1, 3);
}


static void
is(int transport, const char *ja4, const char *ja4_ro)
{
    size_t                  len;
    unsigned char           out[NGX_HTTP_MAAS_JA4_LEN + 1], *work;
    ngx_http_maas_hello_t   hello;

    work = malloc(NGX_HTTP_MAAS_HELLO_ROOM(size));
    assert_non_null(work);

    assert_true(ngx_http_maas_hello_read(msg, size, &hello));

    out[NGX_HTTP_MAAS_JA4_LEN] = '\0';
    ngx_http_maas_hello_ja4(&hello, transport, out, work);
    assert_string_equal((char *) out, ja4);

    if (ja4_ro != NULL) {
        len = ngx_http_maas_hello_ja4_ro(&hello, transport, work);
        assert_int_equal(len, strlen(ja4_ro));
        assert_memory_equal(work, ja4_ro, len);
    }

    free(work);
}


/* The example of FoxIO's text, with GREASE wherever clients put it */

static void
example(void **state)
{
    static const char  extensions[] =
        "aaaa=,001b=02,0000=000e00000b6578616d706c652e636f6d,0033=,"
        "0010=000c02683208687474702f312e31,4469=,0017=,002d=0101,"
        "000d=00120a0a04030804040105030805050108060601,"
        "0005=,0023=,0012=,002b=064a4a03040303,ff01=00,000b=0100,"
        "000a=00060a0a001d0017,0015=,1a1a=00";

    make(0x0303, "0a0a," CIPHERS, extensions);

    is('t', "t13d1516h2_8daaf6152771_e5627efa2ab1",
       "t13d1516h2_" CIPHERS "_001b,0000,0033,0010,4469,0017,002d,000d,0005,"
       "0023,0012,002b,ff01,000b,000a,0015_" ALGORITHMS);
    is('q', "q13d1516h2_8daaf6152771_e5627efa2ab1", NULL);

    /* no signature algorithms: no underscore */

    make(0x0303, SORTED, "001b=,0000=,0033=,0010=,4469=,0017=,002d=,000d=,"
         "0005=,0023=,0012=,002b=020304,ff01=,000b=,000a=,0015=");
    is('t', "t13d151600_8daaf6152771_6d807ffa2a79", NULL);
}


/* A later Chrome, with the extensions that OpenSSL does not know */

static void
chrome(void **state)
{
    make(0x0303, SORTED, "ff01=,fe0d=,44cd=,0033=," TLS13 ",002d=,0023=,001b=,"
         "0017=,0012=," SIGNED ",000b=,000a=,0005=,0000=," H2);
    is('t', "t13d1516h2_8daaf6152771_d8a2da3f94cd", NULL);
}


/* Only how JA4 begins: what stands before the hashes, or more of it */

static void
begins(const char *want)
{
    unsigned char          out[NGX_HTTP_MAAS_JA4_LEN], *work;
    ngx_http_maas_hello_t  hello;

    work = malloc(NGX_HTTP_MAAS_HELLO_ROOM(size));
    assert_non_null(work);

    assert_true(ngx_http_maas_hello_read(msg, size, &hello));
    ngx_http_maas_hello_ja4(&hello, 't', out, work);

    if (memcmp(out, want, strlen(want)) != 0) {
        fail_msg("%.36s does not begin with %s", out, want);
    }

    free(work);
}


static void
versions(void **state)
{
    size_t  i;
    char    want[64], extensions[64];

    static const struct {
        unsigned     legacy;
        const char  *offered;          /* supported_versions; NULL: none */
        const char  *text;
    } cases[] = {
        { 0x0304, NULL, "13" },
        { 0x0303, NULL, "12" },
        { 0x0302, NULL, "11" },
        { 0x0301, NULL, "10" },
        { 0x0300, NULL, "s3" },
        { 0x0002, NULL, "s2" },
        { 0xfeff, NULL, "d1" },
        { 0xfefd, NULL, "d2" },
        { 0xfefc, NULL, "d3" },
        { 0x0305, NULL, "00" },
        { 0x0303, "020304", "13" },
        { 0x0303, "0403030304", "13" },
        { 0x0303, "0403040303", "13" },
        { 0x0303, "04fafa0302", "11" },      /* GREASE is no version */
        { 0x0303, "020305", "00" },
        { 0x0303, "02baba", "00" },
        { 0x0303, "00", "00" },
        { 0x0303, "", "00" },
        { 0x0303, "0503040303ff", "13" },    /* odd: what is whole counts */
        { 0x0303, "ff0304", "00" },          /* longer than it is */
        { 0x0303, "020303,002b=020304", "12" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(extensions, sizeof(extensions), "002b=%s",
                 cases[i].offered ? cases[i].offered : "");
        make(cases[i].legacy, "1301", cases[i].offered ? extensions : NULL);

        snprintf(want, sizeof(want), "t%si01", cases[i].text);
        begins(want);
    }
}


static void
protocols(void **state)
{
    size_t  i;
    char    want[64], extensions[64];

    static const struct {
        const char  *alpn;             /* the body of the extension */
        const char  *text;
    } cases[] = {
        { "0003026832", "h2" },
        { "000908687474702f312e31", "h1" },
        { "00020168", "hh" },
        { "000403415a61", "Aa" },
        { "0003023039", "09" },

        /* FoxIO's examples */
        { "000201ab", "ab" },
        { "00020120", "20" },
        { "000302abcd", "ad" },
        { "0003022061", "21" },
        { "00030230ab", "3b" },
        { "0003026120", "60" },
        { "0005043031abcd", "3d" },
        { "00050430abcd31", "01" },

        /* tls-non-ascii-alpn.pcapng, where their programs still say 99 */
        { "000c02baad08687474702f312e31", "bd" },

        /* the neighbours of what is alphanumeric */
        { "0003027a5a", "zZ" },
        { "0003022f2f", "2f" },
        { "0002013a", "3a" },
        { "0003024040", "40" },
        { "0003025b5b", "5b" },
        { "0003026060", "60" },
        { "0003027b7b", "7b" },
        { "00020100", "00" },

        /* GREASE is passed over, and is two equal bytes */
        { "0006020a0a026832", "h2" },
        { "0003020a0a", "00" },
        { "0003020a1a", "0a" },

        /* nothing */
        { "", "00" },
        { "0000", "00" },
        { "00", "00" },
        { "000100", "00" },
        { "000400026832", "00" },
        { "0003036832", "00" },
        { "0005026832", "00" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(extensions, sizeof(extensions), "0010=%s", cases[i].alpn);
        make(0x0303, "1301", extensions);
        snprintf(want, sizeof(want), "t12i0101%s_", cases[i].text);
        begins(want);
    }
}


/* So many times an item */

static void
repeat(char *to, const char *item, size_t n)
{
    size_t  len;

    for (len = strlen(item); n > 0; n--, to += len) {
        memcpy(to, item, len);
    }

    *to = '\0';
}


static void
counts(void **state)
{
    static char    ciphers[8192], extensions[8192];
    unsigned char  order[] = { 0x0a, 0x1a, 0xea, 0xfa };
    size_t         i;

    make(0x0303, "", NULL);
    is('t', "t12i000000_000000000000_000000000000", "t12i000000__");

    make(0x0303, "", "");
    is('t', "t12i000000_000000000000_000000000000", "t12i000000__");

    /* only GREASE; only what JA4_c leaves out, which JA4_ro has */

    make(0x0303, "dada", "3a3a=");
    is('t', "t12i000000_000000000000_000000000000", "t12i000000__");

    make(0x0303, "00ff,5600", "0000=,0010=");
    begins("t12d020200_");
    is('t', "t12d020200_dd521c41064d_000000000000",
       "t12d020200_00ff,5600_0000,0010");

    repeat(ciphers, "c02b,", 99);
    repeat(extensions, "abcd=,", 98);
    make(0x0303, ciphers, extensions);
    begins("t12i999800_");

    repeat(ciphers, "c02b,", 1000);
    repeat(extensions, "abcd=,", 1000);
    make(0x0303, ciphers, extensions);
    begins("t12i999900_");

    /* all the values of GREASE, and none that is like one */

    for (i = 0; i < 16; i++) {
        snprintf(ciphers + 5 * i, 6, "%1zxa%1zxa,", i, i);
    }

    make(0x0303, ciphers, NULL);
    begins("t12i000000_");

    for (i = 0; i < sizeof(order) - 1; i++) {
        snprintf(ciphers + 5 * i, 6, "%02x%02x,", order[i], order[i + 1]);
    }

    make(0x0303, ciphers, NULL);
    begins("t12i030000_");
}


/* Signature algorithms: GREASE, what is no list, a second one */

static void
algorithms(void **state)
{
    make(0x0303, "1301", "000d=00060403faFA0804");
    is('t', "t12i010100_0f2cb44170f4_ef95ca21a004",
       "t12i010100_1301_000d_0403,0804");

    make(0x0303, "1301", "000d=0003040308,000d=00020403");
    is('t', "t12i010200_0f2cb44170f4_825687c53bdc",
       "t12i010200_1301_000d,000d");

    make(0x0303, "1301", "000d=00080403");
    begins("t12i010100_");
}


static int
reads(size_t len)
{
    int                    ok;
    size_t                 n;
    unsigned char         *exact, *work, out[NGX_HTTP_MAAS_JA4_LEN];
    ngx_http_maas_hello_t  hello;

    /* of just that size, so that a byte too far is seen */

    exact = malloc(len ? len : 1);
    work = malloc(NGX_HTTP_MAAS_HELLO_ROOM(len));
    assert_non_null(exact);
    assert_non_null(work);
    memcpy(exact, msg, len);

    ok = ngx_http_maas_hello_read(exact, len, &hello);

    if (ok) {
        ngx_http_maas_hello_ja4(&hello, 't', out, work);
        n = ngx_http_maas_hello_ja4_ro(&hello, 't', work);
        assert_true(n <= NGX_HTTP_MAAS_HELLO_ROOM(len));
    }

    free(exact);
    free(work);

    return ok;
}


static void
bounds(void **state)
{
    size_t         i, len, whole;
    unsigned char  kept;

    make(0x0303, CIPHERS, "0000=," SIGNED "," H2 "," TLS13);
    whole = size;
    assert_true(reads(whole));

    for (len = 0; len < whole; len++) {
        assert_false(reads(len));

        /* the same where the header knows */

        if (len >= 4) {
            msg[2] = (unsigned char) ((len - 4) >> 8);
            msg[3] = (unsigned char) (len - 4);
            (void) reads(len);
        }

        msg[2] = (unsigned char) ((whole - 4) >> 8);
        msg[3] = (unsigned char) (whole - 4);
    }

    assert_false(reads(whole + 1));
    msg[3]++;                          /* a byte behind the extensions */
    assert_false(reads(whole + 1));
    msg[3]--;

    /* every byte as every other: whatever comes of it stays within */

    for (i = 0; i < whole; i++) {
        kept = msg[i];

        for (len = 0; len < 256; len++) {
            msg[i] = (unsigned char) len;
            (void) reads(whole);
        }

        msg[i] = kept;
    }

    assert_true(reads(whole));

    msg[0] = 2;
    assert_false(reads(whole));
    msg[0] = 1;
    msg[1] = 1;
    assert_false(reads(whole));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(example),
        cmocka_unit_test(chrome),
        cmocka_unit_test(versions),
        cmocka_unit_test(protocols),
        cmocka_unit_test(counts),
        cmocka_unit_test(algorithms),
        cmocka_unit_test(bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
