/*
 * A float -> its shortest decimal that reads back to the same bits.
 * Text of numbers only; what stands around them is the writers' business.
 *
 * After R. Giulietti, "The Schubfach way to render doubles" (2020), for single
 * precision: of the decimals inside the rounding interval the one with the
 * fewest digits, and of those the nearest.
 */

#include "maas_json.h"

#include <string.h>


#define PRINT_POW_MIN  (-31)


/* floor(10^e * 2^(63 - floor(log2(10^e)))) + 1 for e = PRINT_POW_MIN .. 46,
 * from exact fractions */

static const uint64_t  print_pow10[] = {
    0x81ceb32c4b43fcf5ull, 0xa2425ff75e14fc32ull, 0xcad2f7f5359a3b3full,
    0xfd87b5f28300ca0eull, 0x9e74d1b791e07e49ull, 0xc612062576589ddbull,
    0xf79687aed3eec552ull, 0x9abe14cd44753b53ull, 0xc16d9a0095928a28ull,
    0xf1c90080baf72cb2ull, 0x971da05074da7befull, 0xbce5086492111aebull,
    0xec1e4a7db69561a6ull, 0x9392ee8e921d5d08ull, 0xb877aa3236a4b44aull,
    0xe69594bec44de15cull, 0x901d7cf73ab0acdaull, 0xb424dc35095cd810ull,
    0xe12e13424bb40e14ull, 0x8cbccc096f5088ccull, 0xafebff0bcb24aaffull,
    0xdbe6fecebdedd5bfull, 0x89705f4136b4a598ull, 0xabcc77118461cefdull,
    0xd6bf94d5e57a42bdull, 0x8637bd05af6c69b6ull, 0xa7c5ac471b478424ull,
    0xd1b71758e219652cull, 0x83126e978d4fdf3cull, 0xa3d70a3d70a3d70bull,
    0xcccccccccccccccdull, 0x8000000000000001ull, 0xa000000000000001ull,
    0xc800000000000001ull, 0xfa00000000000001ull, 0x9c40000000000001ull,
    0xc350000000000001ull, 0xf424000000000001ull, 0x9896800000000001ull,
    0xbebc200000000001ull, 0xee6b280000000001ull, 0x9502f90000000001ull,
    0xba43b74000000001ull, 0xe8d4a51000000001ull, 0x9184e72a00000001ull,
    0xb5e620f480000001ull, 0xe35fa931a0000001ull, 0x8e1bc9bf04000001ull,
    0xb1a2bc2ec5000001ull, 0xde0b6b3a76400001ull, 0x8ac7230489e80001ull,
    0xad78ebc5ac620001ull, 0xd8d726b7177a8001ull, 0x878678326eac9001ull,
    0xa968163f0a57b401ull, 0xd3c21bcecceda101ull, 0x84595161401484a1ull,
    0xa56fa5b99019a5c9ull, 0xcecb8f27f4200f3bull, 0x813f3978f8940985ull,
    0xa18f07d736b90be6ull, 0xc9f2c9cd04674edfull, 0xfc6f7c4045812297ull,
    0x9dc5ada82b70b59eull, 0xc5371912364ce306ull, 0xf684df56c3e01bc7ull,
    0x9a130b963a6c115dull, 0xc097ce7bc90715b4ull, 0xf0bdc21abb48db21ull,
    0x96769950b50d88f5ull, 0xbc143fa4e250eb32ull, 0xeb194f8e1ae525feull,
    0x92efd1b8d0cf37bfull, 0xb7abc627050305aeull, 0xe596b7b0c643c71aull,
    0x8f7e32ce7bea5c70ull, 0xb35dbf821ae4f38cull, 0xe0352f62a19e306full
};

static const char  print_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";


/* floor(c * g / 2^shift), its lowest bit set if it is not exact.  g is too
 * large by up to one, c below 2^27: so much in the product means nothing. */

static inline uint32_t
print_scale(uint32_t c, uint64_t g, unsigned shift)
{
    uint64_t           low;
    unsigned __int128  p;

    p = (unsigned __int128) g * c;
    low = (uint64_t) p << (64 - shift);

    return (uint32_t) (p >> shift) | (low >> (64 - shift + 27) != 0);
}


/* The digits and the exponent of ten of a finite float that is not zero. */

static uint32_t
print_shortest(uint32_t bits, int *exp10)
{
    int       q, k, cmp;
    uint32_t  c, odd, v, low, high, s, t;
    uint64_t  g;
    unsigned  irregular, shift, in, out;

    c = bits & 0x7fffff;
    q = (int) ((bits >> 23) & 0xff);
    irregular = 0;

    if (q != 0) {
        /* at a power of two the neighbour below is only half as far */
        irregular = c == 0 && q > 1;
        c |= 0x800000;
        q -= 150;

    } else {
        q = -149;
    }

    odd = c & 1;

    /* floor(log10(2^q)), or of 3/4 of that */
    k = (q * 1262611 - (irregular ? 524031 : 0)) >> 22;

    g = print_pow10[-k - PRINT_POW_MIN];
    shift = (unsigned) (63 - ((-k * 1741647) >> 19) - q);

    /* all three times 4 */
    v = print_scale(c * 4, g, shift);
    low = print_scale(c * 4 - 2 + irregular, g, shift) + odd;
    high = print_scale(c * 4 + 2, g, shift) - odd;

    s = v >> 2;
    *exp10 = k;

    if (s >= 10) {
        t = s / 10;
        in = low <= t * 40;
        out = t * 40 + 40 <= high;

        if (in != out) {
            *exp10 = k + 1;
            return in ? t : t + 1;
        }
    }

    in = low <= s * 4;
    out = s * 4 + 4 <= high;

    if (in != out) {
        return in ? s : s + 1;
    }

    cmp = (int) (v - (s * 4 + 2));

    return cmp < 0 || (cmp == 0 && (s & 1) == 0) ? s : s + 1;
}


/* `n` digits of v, the first one at out. */

static inline void
print_digits(uint32_t v, unsigned n, char *out)
{
    while (n >= 2) {
        n -= 2;
        memcpy(out + n, print_pairs + v % 100 * 2, 2);
        v /= 100;
    }

    if (n == 1) {
        out[0] = (char) ('0' + v);
    }
}


/* How many digits v, not 0, has: log10(2) of its bits, or one more. */

static inline unsigned
print_count(uint32_t v)
{
    unsigned  n;

    static const uint32_t  tens[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
        1000000000
    };

    n = (unsigned) (32 - __builtin_clz(v)) * 1233 >> 12;

    return n + (v >= tens[n]);
}


/* Plain from 1e-5 to below 1e10, else with an exponent: at most 16 bytes. */

static size_t
print_layout(uint32_t v, unsigned n, int exp10, char *out)
{
    int    point;
    char  *p;

    point = (int) n + exp10;       /* digits before the point */
    p = out;

    if (point > 10 || point < -4) {
        print_digits(v, n, p + 1);
        p[0] = p[1];
        p[1] = '.';
        p += n > 1 ? n + 1 : 1;
        *p++ = 'e';
        point--;

        if (point < 0) {
            *p++ = '-';
            point = -point;
        }

        if (point >= 10) {
            memcpy(p, print_pairs + point * 2, 2);
            p += 2;

        } else {
            *p++ = (char) ('0' + point);
        }

    } else if (point <= 0) {
        memcpy(p, "0.0000", 6);
        print_digits(v, n, p + 2 - point);
        p += 2 - point + (int) n;

    } else if (exp10 >= 0) {
        print_digits(v, n, p);
        memset(p + n, '0', (size_t) exp10);
        p += point;

    } else {
        print_digits(v, n, p + 1);
        memmove(p, p + 1, (size_t) point);
        p[point] = '.';
        p += n + 1;
    }

    return (size_t) (p - out);
}


size_t
maas__float_print(float v, char *out)
{
    int       exp10;
    size_t    sign;
    uint32_t  bits, digits;

    memcpy(&bits, &v, 4);

    sign = bits >> 31;
    out[0] = '-';

    if ((bits & 0x7fffffff) == 0) {
        out[sign] = '0';
        return sign + 1;
    }

    digits = print_shortest(bits, &exp10);

    if (digits % 10000 == 0) {
        digits /= 10000;
        exp10 += 4;
    }

    while (digits % 10 == 0) {
        digits /= 10;
        exp10++;
    }

    return sign + print_layout(digits, print_count(digits), exp10, out + sign);
}


size_t
maas__floats_print(const float *v, size_t n, char *out)
{
    char    *p;
    size_t   i;

    p = out;

    for (i = 0; i < n; i++) {
        p += maas__float_print(v[i], p);
        *p++ = ',';
    }

    return (size_t) (p - out) - (n > 0);
}


size_t
maas__size_print(size_t n, char *out)
{
    char    digits[MAAS_SIZE_TEXT];
    size_t  i;

    i = MAAS_SIZE_TEXT;

    do {
        digits[--i] = (char) ('0' + n % 10);
        n /= 10;
    } while (n != 0);

    memcpy(out, digits + i, MAAS_SIZE_TEXT - i);

    return MAAS_SIZE_TEXT - i;
}
