/*
 * CRC-32C, the checksum of a model file.
 * Not here: what the file means (maas_read.c).
 */

#include "maas_crc.h"
#include "maas_int.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif


#define MAAS_CRC_KEY     "\"maas_crc32c\""
#define MAAS_CRC_DIGITS  8


/* RFC 3720 B.4: polynomial 0x1edc6f41, here bit-reversed */
#define MAAS_CRC_POLY    0x82f63b78u


static uint32_t
maas_crc_soft(uint32_t crc, const unsigned char *p, size_t n)
{
    int       bit;
    size_t    i;
    uint32_t  table[256], c;

    for (i = 0; i < 256; i++) {
        c = (uint32_t) i;
        for (bit = 0; bit < 8; bit++) {
            c = (c >> 1) ^ (MAAS_CRC_POLY & (0u - (c & 1)));
        }
        table[i] = c;
    }

    for (i = 0; i < n; i++) {
        crc = (crc >> 8) ^ table[(crc ^ p[i]) & 0xff];
    }

    return crc;
}


#if defined(__x86_64__)

__attribute__((target("sse4.2")))
static uint32_t
maas_crc_sse42(uint32_t crc, const unsigned char *p, size_t n)
{
    uint64_t  c, word;

    for (c = crc; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        c = _mm_crc32_u64(c, word);
    }

    for ( ; n > 0; n--, p++) {
        c = _mm_crc32_u8((uint32_t) c, *p);
    }

    return (uint32_t) c;
}

#endif


uint32_t
maas__crc32c(uint32_t crc, const void *p, size_t n)
{
    crc = ~crc;

#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        return ~maas_crc_sse42(crc, p, n);
    }
#endif

    return ~maas_crc_soft(crc, p, n);
}


/* Offset of the eight digits in the header, 0 if the key is not there;
 * `from` is where to begin to look. */

static size_t
maas_crc_find(const char *file, size_t from, size_t end)
{
    size_t       klen;
    const char  *p, *last;

    klen = sizeof(MAAS_CRC_KEY) - 1;
    last = file + end;

    for (p = file + from; (p = memchr(p, '"', (size_t) (last - p))) != NULL;
         p++)
    {
        if ((size_t) (last - p) < klen + MAAS_CRC_DIGITS + 3) {
            return 0;
        }

        if (memcmp(p, MAAS_CRC_KEY, klen) != 0) {
            continue;
        }

        for (p += klen; p < last && strchr(" \t\r\n:", *p) != NULL; p++) {
            /* void */
        }

        if (last - p > MAAS_CRC_DIGITS + 1 && p[0] == '"'
            && p[MAAS_CRC_DIGITS + 1] == '"')
        {
            return (size_t) (p + 1 - file);
        }

        return 0;
    }

    return 0;
}


maas_status_t
maas__file_crc32c(const void *file, size_t size, size_t header,
    uint32_t *crc, size_t *digits, maas_err_t *err)
{
    size_t       at, head;
    uint32_t     c;
    const char  *p;

    p = file;
    head = 8 + header;

    at = maas_crc_find(p, 8, head);

    if (at == 0) {
        *crc = maas__crc32c(0, p, size);
        *digits = 0;
        return MAAS_OK;
    }

    if (maas_crc_find(p, at + MAAS_CRC_DIGITS, head) != 0) {
        return maas__fail(err, MAAS_BADFILE,
                          "R25: maas_crc32c stands in the header twice");
    }

    c = maas__crc32c(0, p, at);
    c = maas__crc32c(c, "00000000", MAAS_CRC_DIGITS);
    c = maas__crc32c(c, p + at + MAAS_CRC_DIGITS,
                     size - at - MAAS_CRC_DIGITS);
    *crc = c;
    *digits = at;

    return MAAS_OK;
}
