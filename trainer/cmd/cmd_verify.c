/*
 * verify: is a model file signed by a key?
 * Not here: how that is found out (engine/trust/maas_verify.c).
 */

#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "trust/trust.h"


typedef struct {
    char  *key;
    char  *signature;
} verify_t;

static const train_arg_t  verify_rows[] = {
    { "key", 'k', TRAIN_TEXT(verify_t, key, TRAIN_ARG_PLAIN), "KEY",
      "public key on P-256, P-384 or P-521" },
    { "signature", 's', TRAIN_TEXT(verify_t, signature, TRAIN_ARG_PLAIN),
      "FILE", "signature file (MODEL.sig)" }
};

static const train_args_t  verify_args = {
    "verify", verify_rows, train_nelts(verify_rows),
    "usage: maas-trainer verify MODEL --key KEY [--signature FILE]\n"
    "Is a model file signed by a key, as it is now?  Signature files are those "
    "of\n\"maas-trainer sign\", or of PyPI's model-signing for the file or for "
    "a folder\nthat it is in.\n", NULL, NULL, 0
};


/* In a signed folder a file has the path that it has there */

static char *
verify_path(const char *path)
{
    char   *here, *whole;

    here = path[0] == '/' ? NULL : getcwd(NULL, 0);
    whole = here != NULL ? train_format("%s/%s", here, path)
                         : train_strdup(path);
    train_free(here);

    return whole;
}


static maas_verifier_t *
verify_key(const char *path)
{
    char             *pem;
    size_t            size;
    maas_err_t        err;
    maas_verifier_t  *v;

    pem = train_slurp(path, &size);

    if (maas_verifier_create(pem, size, &v, &err) != MAAS_OK) {
        train_die("%s: %s", path, train_shown(err.msg));
    }

    train_free(pem);

    return v;
}


int
train_cmd_verify(int argc, char **argv)
{
    int               at;
    char             *path, *from, *sig, *whole;
    char              sha256[MAAS_SHA256_HEX + 1];
    void             *file;
    size_t            size;
    verify_t          o = { 0 };
    maas_err_t        err;
    maas_verifier_t  *v;

    at = train_args_read(&verify_args, &o, argc, argv, NULL);
    path = train_args_operand(&verify_args, argc, argv, at, "a model file");

    if (o.key == NULL) {
        train_usage("verify", "--key is missing");
    }

    v = verify_key(o.key);
    from = o.signature != NULL ? train_strdup(o.signature)
                               : train_format("%s.sig", path);
    file = train_slurp(path, &size);
    maas_sha256(file, size, sha256);
    train_free(file);

    sig = train_slurp(from, &size);
    whole = verify_path(path);

    if (maas_verify(v, sig, size, whole, sha256, &err) != MAAS_OK) {
        train_die("%s: %s", from, train_shown(err.msg));
    }

    (void) printf("signed    %s, as %s says\nSHA-256   %s\nkey       %s\n",
                  train_shown(path), train_shown(from), sha256,
                  maas_verifier_hint(v));

    train_free(sig);
    train_free(whole);
    train_free(from);
    maas_verifier_free(v);
    train_args_free(&verify_args, &o);

    return TRAIN_EXIT_OK;
}
