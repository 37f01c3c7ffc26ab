/*
 * Any bytes as a picture file: refused with a sentence, or a row of numbers
 * within 0..255.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wire/image/maas_image.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


/* A byte before the file says which shape it goes to, and whether the sums
 * over a PNG's chunks are made right first: else all but a few changes would
 * be refused by them. */

#define HEAD    "\x89PNG\r\n\x1a\n"
#define IEND    "\0\0\0\0IEND...."

static const struct {
    const char  *data;
    size_t       len;
} seeds[] = {
#define SEED(text)  { text, sizeof(text) - 1 }
    SEED("aP2 3 2 255 0 51 255 128 7 1"),
    SEED("bP5\n# by hand\n3\t2 # more\n255 \x00\x33\xff\x80\x07\x01"),
    SEED("aP5 2 2 65535\n\x00\x00\x33\x33\xff\xff\x80\x80"),
    SEED("a" HEAD "\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0...."
         "\0\0\0\x0dIDAT\x78\1\1\2\0\xfd\xff\0\x80\0\x82\0\x81...." IEND),
    SEED("b" HEAD "\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\4\0\0\1...."
         "\0\0\0\x0eIDAT\x78\1\1\3\0\xfc\xff\0\x80\x40\1\x43\0\xc1...."
         IEND),
    SEED("a" HEAD "\0\0\0\x0dIHDR\0\0\0\2\0\0\0\1\2\3\0\0\0...."
         "\0\0\0\6PLTE\1\2\3\xff\xfe\xfd....\0\0\0\1tRNS\x40...."
         "\0\0\0\x0dIDAT\x78\1\1\2\0\xfd\xff\0\x10\0\x12\0\x11...." IEND),
};


static void
sums(unsigned char *p, size_t len)
{
    size_t    at, n;
    uint32_t  crc;

    for (at = 8; at + 12 <= len; at += n + 12) {
        n = (size_t) p[at] << 24 | (size_t) p[at + 1] << 16
            | (size_t) p[at + 2] << 8 | p[at + 3];

        if (n > len - at - 12) {
            return;
        }

        crc = (uint32_t) crc32(0, p + at + 4, (unsigned) n + 4);
        p[at + 8 + n] = (unsigned char) (crc >> 24);
        p[at + 9 + n] = (unsigned char) (crc >> 16);
        p[at + 10 + n] = (unsigned char) (crc >> 8);
        p[at + 11 + n] = (unsigned char) crc;
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char           *body;
    float           x[15];
    size_t          i, len, pixels;
    maas_err_t      err;
    maas_info_t     info;
    maas_status_t   rc;

    if (size == 0) {
        return 0;
    }

    memset(&info, 0, sizeof(info));
    info.image = 1;
    info.rank = 2;
    info.shape[0] = data[0] & 1 ? 3 : 1;
    info.shape[1] = data[0] & 1 ? 5 : 2;
    info.in = info.shape[0] * info.shape[1];
    info.row = info.in * sizeof(float);

    /* of just that size and without a terminator */

    len = size - 1;
    body = malloc(len ? len : 1);
    FUZZ_HOLDS(body != NULL);
    memcpy(body, data + 1, len);

    if (!(data[0] & 0x80)) {
        sums((unsigned char *) body, len);
    }

    memset(&err, 0, sizeof(err));

    pixels = 0;
    rc = maas__image_read(&info, body, len, &pixels, x, &err);

    if (rc == MAAS_OK) {
        fuzz_accepted++;

        for (i = 0; i < info.in; i++) {
            FUZZ_HOLDS(x[i] >= 0 && x[i] <= 255.01f);
        }

    } else {
        FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
    }

    free(body);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    memcpy(buf, seeds[n].data, seeds[n].len);

    return seeds[n].len;
}
