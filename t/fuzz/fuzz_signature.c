/*
 * Any bytes as a signature file, as what is signed, as a key and as an
 * encrypted model: refused with a sentence, or accepted.
 */

#include "read/maas_read_tree.h"
#include "trust/maas_sealed.h"
#include "trust/maas_statement.h"
#include "trust/trust.h"
#include "fuzz.h"


#define SUM   "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"
#define ROOT  "7e43cb0548dda3ded96c23f55dd1c5ebf467e7d24cbe7b52d5a634b21dc38657"
#define PATH  "in/m.safetensors"

unsigned long  fuzz_accepted;

static const unsigned char  key[MAAS_KEY] = "a key of a test, no other files";

static const char  secret[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIKrOEcmq0IHDJ2hNQoMTcQV2OeshOwzJrBTluxKMAk30oAoGCCqGSM49\n"
    "AwEHoUQDQgAEciUYCQoYORVGDPhMxAyPQrYPYS1j7UZrh08Uhasb2Sn1CNkjmEbm\n"
    "fQ3nk2wgiU3hCvsXe9freZ8j0tVBp//pAQ==\n"
    "-----END EC PRIVATE KEY-----\n";

static const char  public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEciUYCQoYORVGDPhMxAyPQrYPYS1j\n"
    "7UZrh08Uhasb2Sn1CNkjmEbmfQ3nk2wgiU3hCvsXe9freZ8j0tVBp//pAQ==\n"
    "-----END PUBLIC KEY-----\n";

static const char  statement[] =
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
    "\"m\",\"digest\":{\"sha256\":\"" ROOT "\"}}],\"predicateType\":"
    "\"https://model_signing/signature/v1.0\",\"predicate\":{"
    "\"serialization\":{\"method\":\"files\",\"hash_type\":\"sha256\"},"
    "\"resources\":[{\"name\":\"m.safetensors\",\"algorithm\":\"sha256\","
    "\"digest\":\"" SUM "\"}]}}";


static void
said(maas_status_t rc, const maas_err_t *err)
{
    if (rc == MAAS_OK) {
        fuzz_accepted++;
        return;
    }

    FUZZ_HOLDS(err->msg[0] != '\0');
    FUZZ_HOLDS(memchr(err->msg, '\0', sizeof(err->msg)) != NULL);
}


static void
as_signature(const uint8_t *data, size_t size)
{
    maas_err_t               err;
    static maas_verifier_t  *v;

    if (v == NULL) {
        FUZZ_HOLDS(maas_verifier_create(public, sizeof(public) - 1, &v, &err)
                   == MAAS_OK);
    }

    err.msg[0] = '\0';
    said(maas_verify(v, data, size, PATH, SUM, &err), &err);
}


static void
as_statement(const uint8_t *data, size_t size)
{
    maas_err_t   err;
    maas_read_t  r;

    err.msg[0] = '\0';
    r.err = &err;
    r.arena = maas__arena_create(64 * size + 65536);
    FUZZ_HOLDS(r.arena != NULL);

    said(maas__statement_check(&r, (const char *) data, size, PATH, SUM),
         &err);
    maas__arena_destroy(r.arena);
}


static void
as_key(const uint8_t *data, size_t size)
{
    maas_err_t        err;
    unsigned char     k[MAAS_KEY];
    maas_verifier_t  *v;
    static unsigned   times;

    (void) maas_key_read(data, size, k, &err);

    /* libcrypto takes a millisecond to find out that it is none */

    if (times++ % 16 != 0) {
        return;
    }

    v = NULL;
    err.msg[0] = '\0';
    said(maas_verifier_create(data, size, &v, &err), &err);
    maas_verifier_free(v);
}


static void
as_sealed(const uint8_t *data, size_t size)
{
    void        *copy, *plain;
    size_t       n;
    maas_err_t   err;

    copy = malloc(size ? size : 1);
    FUZZ_HOLDS(copy != NULL);
    memcpy(copy, data, size);

    plain = NULL;
    n = 0;
    err.msg[0] = '\0';
    said(maas_decrypt(key, copy, size, &plain, &n, &err), &err);
    FUZZ_HOLDS(plain == NULL || n + MAAS_SEALED_HEAD + MAAS_SEALED_TAG == size);

    free(copy);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* by how they begin, to save time; what begins otherwise is all of them */

    if (size == 0 || data[0] == '{' || (data[0] != '-' && data[0] != 'm')) {
        as_signature(data, size);
        as_statement(data, size);
    }

    if (size != 0 && data[0] != '{') {
        as_key(data, size);
    }

    if (size == 0 || data[0] != '{') {
        as_sealed(data, size);
    }

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    char    *text, hint[MAAS_SHA256_HEX + 1], why[TRAIN_WHY];
    size_t   size;

    switch (n) {

    case 0:
        text = train_sign(secret, sizeof(secret) - 1, "m.safetensors", SUM,
                          &size, hint, why);
        break;

    case 1:
        return fuzz_text(statement, buf, room);

    case 2:
        return fuzz_text(public, buf, room);

    case 3:
        text = train_seal(key, "model", 5, &size);
        break;

    default:
        return 0;
    }

    FUZZ_HOLDS(text != NULL && size <= room);
    memcpy(buf, text, size);
    train_free(text);

    return size;
}
