/*
 * Signs a model file: an in-toto statement with its SHA-256, in a DSSE
 * envelope, in a Sigstore bundle, as PyPI's model-signing writes it.
 * Not here: files (cmd_sign.c).
 */

#include <openssl/err.h>
#include <string.h>

#include "trust.h"
#include "trust/maas_pem.h"


static void
sign_resource(maas_writer_t *w, const char *sha256)
{
    train_json_open(w, "predicate", '{');
    train_json_open(w, "serialization", '{');
    train_json_text(w, "method", "files");
    train_json_text(w, "hash_type", "sha256");
    train_json_flag(w, "allow_symlinks", 0);
    train_json_open(w, "ignore_paths", '[');
    maas_writer_close(w, ']');
    maas_writer_close(w, '}');

    train_json_open(w, "resources", '[');
    train_json_open(w, NULL, '{');
    train_json_text(w, "name", ".");       /* a file that is the model */
    train_json_text(w, "algorithm", "sha256");
    train_json_text(w, "digest", sha256);
    maas_writer_close(w, '}');
    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


/* The digest of the only digest */

static void
sign_root(const char *sha256, char root[MAAS_SHA256_HEX + 1])
{
    size_t         i;
    unsigned char  sum[MAAS_SHA256_HEX / 2];

    for (i = 0; i < sizeof(sum); i++) {
        sum[i] = (unsigned char) (OPENSSL_hexchar2int(sha256[2 * i]) << 4
                                  | OPENSSL_hexchar2int(sha256[2 * i + 1]));
    }

    maas_sha256(sum, sizeof(sum), root);
}


static char *
sign_statement(const char *name, const char *sha256, size_t *size)
{
    char            root[MAAS_SHA256_HEX + 1];
    char           *text;
    maas_writer_t   w;

    sign_root(sha256, root);

    train_json_memory(&w, &text, size);
    train_json_text(&w, "_type", MAAS_STATEMENT_TYPE);
    train_json_open(&w, "subject", '[');
    train_json_open(&w, NULL, '{');
    train_json_text(&w, "name", name);
    train_json_open(&w, "digest", '{');
    train_json_text(&w, "sha256", root);
    maas_writer_close(&w, '}');
    maas_writer_close(&w, '}');
    maas_writer_close(&w, ']');
    train_json_text(&w, "predicateType", MAAS_PREDICATE_TYPE);
    sign_resource(&w, sha256);
    train_json_done(&w);

    return text;
}


/* ECDSA as DER, to be given to train_free(); NULL: it cannot be had */

static unsigned char *
sign_bytes(EVP_PKEY *key, const char *payload, size_t size, size_t *n)
{
    EVP_MD_CTX     *ctx;
    unsigned char  *sig;

    *n = (size_t) EVP_PKEY_get_size(key);
    sig = train_alloc(*n, 1);
    ctx = EVP_MD_CTX_new();

    if (ctx == NULL
        || EVP_DigestSignInit(ctx, NULL, maas__pem_hash(key), NULL, key) != 1
        || !maas__pem_feed(ctx, EVP_DigestSignUpdate, payload, size)
        || EVP_DigestSignFinal(ctx, sig, n) != 1)
    {
        train_free(sig);
        sig = NULL;
    }

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();

    return sig;
}


static char *
sign_base64(const void *data, size_t size)
{
    char  *text;

    text = train_alloc(size / 3 * 4 + 8, 1);
    (void) EVP_EncodeBlock((unsigned char *) text, data, (int) size);

    return text;
}


static char *
sign_bundle(const char *hint, const char *payload, const char *sig,
    size_t *len)
{
    char           *text;
    maas_writer_t   w;

    train_json_memory(&w, &text, len);
    train_json_text(&w, "mediaType", MAAS_BUNDLE_TYPE);
    train_json_open(&w, "verificationMaterial", '{');
    train_json_open(&w, "publicKey", '{');
    train_json_text(&w, "hint", hint);
    maas_writer_close(&w, '}');
    train_json_open(&w, "tlogEntries", '[');
    maas_writer_close(&w, ']');
    maas_writer_close(&w, '}');

    train_json_open(&w, "dsseEnvelope", '{');
    train_json_text(&w, "payload", payload);
    train_json_text(&w, "payloadType", MAAS_PAYLOAD_TYPE);
    train_json_open(&w, "signatures", '[');
    train_json_open(&w, NULL, '{');
    train_json_text(&w, "sig", sig);
    train_json_text(&w, "keyid", "");
    maas_writer_close(&w, '}');
    maas_writer_close(&w, ']');
    maas_writer_close(&w, '}');
    train_json_done(&w);

    return text;
}


char *
train_sign(const void *pem, size_t size, const char *name, const char *sha256,
    size_t *len, char hint[MAAS_SHA256_HEX + 1], char *why)
{
    char           *statement, *payload, *text, *out;
    size_t          n, sig_size;
    EVP_PKEY       *key;
    maas_err_t      err;
    unsigned char  *sig;

    key = maas__pem_key(pem, size, 1, &err);

    if (key == NULL) {
        (void) train_refuse(why, "%s", err.msg);
        return NULL;
    }

    out = NULL;
    statement = sign_statement(name, sha256, &n);
    sig = maas__pem_hint(key, hint) ? sign_bytes(key, statement, n, &sig_size)
                                    : NULL;

    if (sig != NULL) {
        payload = sign_base64(statement, n);
        text = sign_base64(sig, sig_size);
        out = sign_bundle(hint, payload, text, len);
        train_free(payload);
        train_free(text);

    } else {
        (void) train_refuse(why, "nothing can be signed with this key");
    }

    train_free(sig);
    train_free(statement);
    EVP_PKEY_free(key);

    return out;
}
