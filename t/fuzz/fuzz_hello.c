/*
 * Any bytes as a ClientHello: refused, or two fingerprints of a known shape,
 * the second one within its room.
 */

#include <ctype.h>

#include "../../ngx_maas_module/proxy/ngx_http_maas_hello.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


#define RANDOM  "................................"

static const struct {
    const char  *data;
    size_t       len;
} seeds[] = {
#define SEED(text)  { text, sizeof(text) - 1 }
    SEED("\1\0\0\x29\3\3" RANDOM "\0\0\2\x13\1\1\0"),
    SEED("\1\0\0\x2b\3\1" RANDOM "\0\0\2\x0a\x0a\1\0\0\0"),
    SEED("\1\0\0\x74\3\3" RANDOM "\4sess\0\6\x0a\x0a\x13\1\xc0\x2b\1\0\0\x41"
         "\xaa\xaa\0\0" "\0\0\0\x0e\0\x0c\0\0\x09localhost"
         "\0\x10\0\x0e\0\x0c\2h2\x08http/1.1" "\0\x0d\0\6\0\4\4\3\x08\4"
         "\0\x2b\0\5\4\x4a\x4a\3\4" "\xfe\x0d\0\2\0\0"),
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                 i, len, head;
    uint8_t               *msg, *work, ja4[NGX_HTTP_MAAS_JA4_LEN];
    ngx_http_maas_hello_t  hello;

    msg = malloc(size ? size : 1);
    work = malloc(NGX_HTTP_MAAS_HELLO_ROOM(size));
    FUZZ_HOLDS(msg != NULL && work != NULL);
    memcpy(msg, data, size);

    /* most changes of length would be refused by the header alone */

    if (size >= 4 && (size & 3) != 0) {
        msg[1] = (uint8_t) ((size - 4) >> 16);
        msg[2] = (uint8_t) ((size - 4) >> 8);
        msg[3] = (uint8_t) (size - 4);
    }

    if (ngx_http_maas_hello_read(msg, size, &hello)) {
        fuzz_accepted++;

        ngx_http_maas_hello_ja4(&hello, 't', ja4, work);

        for (i = 0; i < sizeof(ja4); i++) {
            FUZZ_HOLDS(i == 10 || i == 23 ? ja4[i] == '_' : isalnum(ja4[i]));
        }

        len = ngx_http_maas_hello_ja4_ro(&hello, 't', work);
        head = 11;
        FUZZ_HOLDS(len > head && len <= NGX_HTTP_MAAS_HELLO_ROOM(size));
        FUZZ_HOLDS(memcmp(work, ja4, head) == 0);
    }

    free(msg);
    free(work);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    FUZZ_HOLDS(seeds[n].len <= room);
    memcpy(buf, seeds[n].data, seeds[n].len);

    return seeds[n].len;
}
