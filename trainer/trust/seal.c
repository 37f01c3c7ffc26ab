/*
 * Encrypts a model file: AES-256-GCM, its head authenticated.
 * Not here: what opens it (engine/trust/maas_sealed.c).
 */

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "trust.h"
#include "trust/maas_sealed.h"


/* bytes of a call: libcrypto takes an int */

#define SEAL_STEP  ((size_t) 1 << 24)


static void
seal_random(unsigned char *to, int size)
{
    if (RAND_bytes(to, size) != 1) {
        train_die("no random numbers are to be had");
    }
}


void
train_key_new(char text[TRAIN_KEY_TEXT])
{
    size_t         i;
    unsigned char  key[MAAS_KEY];

    seal_random(key, sizeof(key));

    for (i = 0; i < MAAS_KEY; i++) {
        text[2 * i] = "0123456789abcdef"[key[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[key[i] & 15];
    }

    text[2 * MAAS_KEY] = '\n';
    maas_wipe(key, sizeof(key));
}


/* file[size] to out, behind its head; 1: done */

static int
seal_body(EVP_CIPHER_CTX *ctx, const unsigned char *key,
    const unsigned char *file, size_t size, unsigned char *out)
{
    int             n;
    size_t          at, step;
    unsigned char  *body;

    body = out + MAAS_SEALED_HEAD;

    if (EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
                           out + MAAS_SEALED_NONCE) != 1
        || EVP_EncryptUpdate(ctx, NULL, &n, out, MAAS_SEALED_HEAD) != 1)
    {
        return 0;
    }

    for (at = 0; at < size; at += step) {
        step = size - at < SEAL_STEP ? size - at : SEAL_STEP;

        if (EVP_EncryptUpdate(ctx, body + at, &n, file + at, (int) step) != 1)
        {
            return 0;
        }
    }

    return EVP_EncryptFinal_ex(ctx, body + size, &n) == 1
           && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, MAAS_SEALED_TAG,
                                  body + size) == 1;
}


void *
train_seal(const unsigned char key[MAAS_KEY], const void *file, size_t size,
    size_t *out_size)
{
    unsigned char   *out;
    EVP_CIPHER_CTX  *ctx;

    *out_size = MAAS_SEALED_HEAD + size + MAAS_SEALED_TAG;
    out = train_alloc(*out_size, 1);

    maas__sealed_head(key, out);
    seal_random(out + MAAS_SEALED_NONCE, MAAS_SEALED_NONCE);

    ctx = EVP_CIPHER_CTX_new();

    if (ctx == NULL || !seal_body(ctx, key, file, size, out)) {
        train_die("nothing can be encrypted by AES-256-GCM here");
    }

    EVP_CIPHER_CTX_free(ctx);

    return out;
}
