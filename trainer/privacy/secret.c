/*
 * A cryptographic generator, and what is drawn from it: normal numbers and
 * samples of rows.
 * Not here: repeatable numbers (rng.c).
 */

#include <math.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "secret.h"
#include "util.h"


#define SECRET_PAIRS  1024          /* words and numbers at a time */


struct train_secret_s {
    EVP_CIPHER_CTX  *cipher;
    size_t           left;          /* unused words at the end of unit */
    uint64_t         unit[64];
    uint32_t         word[2 * SECRET_PAIRS];
    float            normal[2 * SECRET_PAIRS];
};


train_secret_t *
train_secret_create(void)
{
    unsigned char    key[48];       /* and the first counter */
    train_secret_t  *s;

    s = train_alloc(1, sizeof(train_secret_t));
    s->cipher = EVP_CIPHER_CTX_new();

    if (s->cipher == NULL || RAND_bytes(key, sizeof(key)) != 1
        || EVP_EncryptInit_ex(s->cipher, EVP_aes_256_ctr(), NULL, key,
                              key + 32) != 1)
    {
        train_die("the system gives no random numbers that are fit for "
                  "privacy");
    }

    OPENSSL_cleanse(key, sizeof(key));

    return s;
}


void
train_secret_free(train_secret_t *s)
{
    if (s != NULL) {
        EVP_CIPHER_CTX_free(s->cipher);
        OPENSSL_cleanse(s, sizeof(train_secret_t));
        train_free(s);
    }
}


static void
secret_bytes(train_secret_t *s, void *p, int n)
{
    int  done;

    (void) memset(p, 0, (size_t) n);

    if (EVP_EncryptUpdate(s->cipher, p, &done, p, n) != 1 || done != n) {
        train_die("the generator of random numbers for privacy has failed");
    }
}


/* Even in (0,1], 53 bits */

static double
secret_unit(train_secret_t *s)
{
    uint64_t  word;

    if (s->left == 0) {
        secret_bytes(s, s->unit, sizeof(s->unit));
        s->left = train_nelts(s->unit);
    }

    word = s->unit[--s->left];
    s->unit[s->left] = 0;

    return (double) ((word >> 11) + 1) * 0x1p-53;
}


/* Box and Muller: a pair of words becomes a pair of numbers, the longest 6.7.
 * Logarithm by atanh's series, sine and cosine by Taylor's in a quarter of the
 * circle: all to the last bits of a float. */

TRAIN_VECTORS
static void
secret_pairs(const uint32_t *word, float deviation, float *x)
{
    float    f, g, r, a, b;
    size_t   i;
    int32_t  e, k, mask;

    union {                         /* no branch: that would end vectors */
        float    f;
        int32_t  i;
    } m, c, s, d;

    for (i = 0; i < SECRET_PAIRS; i++) {
        m.f = ((float) (int32_t) (word[i] >> 1) + 0.5f) * 0x1p-31f;
        e = (m.i - 0x3f3504f3) >> 23;       /* from a root of a half on */
        m.i -= e * 0x800000;
        f = (m.f - 1) / (m.f + 1);
        g = f * f;
        r = 2 * f * (1 + g * (1 / 3.f + g * (1 / 5.f + g * (1 / 7.f
                                                       + g * (1 / 9.f)))));
        r = __builtin_fabsf(-2 * (r + (float) e * 0.693147181f));

        /* the root as r / root, by Newton's steps */

        d.f = r;
        d.i = 0x5f375a86 - (d.i >> 1);
        d.f *= 1.5f - 0.5f * r * d.f * d.f;
        d.f *= 1.5f - 0.5f * r * d.f * d.f;
        d.f *= 1.5f - 0.5f * r * d.f * d.f;
        r *= deviation * d.f;

        k = (int32_t) (word[SECRET_PAIRS + i] >> 30);
        a = (float) (int32_t) (word[SECRET_PAIRS + i] & 0x3fffffff) * 0x1p-30f;
        a = (a - 0.5f) * 1.57079633f;
        b = a * a;
        s.f = a * (1 - b * (1 / 6.f - b * (1 / 120.f - b * (1 / 5040.f))));
        c.f = 1 - b * (0.5f - b * (1 / 24.f - b * (1 / 720.f
                                                    - b * (1 / 40320.f))));
        mask = -(k & 1);                    /* by quarters of the circle */
        d.i = (s.i & mask) | (c.i & ~mask);
        d.i ^= (int32_t) ((uint32_t) (k ^ (k >> 1)) << 31);
        x[i] = r * d.f;
        d.i = (c.i & mask) | (s.i & ~mask);
        d.i ^= (int32_t) ((uint32_t) (k >> 1) << 31);
        x[SECRET_PAIRS + i] = r * d.f;
    }
}


void
train_secret_normal(train_secret_t *s, float *x, size_t n, double deviation)
{
    size_t  i, part;

    for (i = 0; i < n; i += part) {
        part = (n - i < 2 * SECRET_PAIRS) ? n - i : 2 * SECRET_PAIRS;
        secret_bytes(s, s->word, sizeof(s->word));
        secret_pairs(s->word, (float) deviation, s->normal);
        (void) memcpy(x + i, s->normal, part * sizeof(float));
    }
}


/* From one that is taken to the next: a geometric number of others */

size_t
train_secret_sample(train_secret_t *s, size_t n, double q, uint32_t *row,
    size_t max)
{
    double  at;
    size_t  found;

    found = 0;
    at = -1;

    for ( ;; ) {
        at += 1;

        if (q < 1) {
            at += floor(log(secret_unit(s)) / log1p(-q));
        }

        if (at >= (double) n || found == max) {
            return found;
        }

        row[found++] = (uint32_t) at;
    }
}


size_t
train_secret_most(double expected)
{
    return (size_t) (expected + 10 * sqrt(expected)) + 74;
}
