/*
 * sign: a signature file for a model file.
 * Not here: what stands in it (trust/sign.c).
 */

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "maas_utf8.h"
#include "trust/trust.h"


typedef struct {
    char  *key;
    char  *output;
} sign_t;

static const train_arg_t  sign_rows[] = {
    { "key", 'k', TRAIN_TEXT(sign_t, key, TRAIN_ARG_PLAIN), "KEY",
      "private key on P-256, P-384 or P-521" },
    { "output", 'o', TRAIN_TEXT(sign_t, output, TRAIN_ARG_PLAIN), "FILE",
      "signature file to write, - for standard output (MODEL.sig)" }
};

static const train_args_t  sign_args = {
    "sign", sign_rows, train_nelts(sign_rows),
    "usage: maas-trainer sign MODEL --key KEY [-o FILE]\n"
    "Sign a model file: OpenSSF Model Signing 1.0, as PyPI's model-signing "
    "verifies.\ndocs/trust.md says how nginx then serves nothing else.\n",
    NULL, NULL, 0
};


/* What the model is called in the signature: its name without folders */

static const char *
sign_name(const char *path)
{
    const char  *slash;

    slash = strrchr(path, '/');
    path = slash != NULL ? slash + 1 : path;

    return maas__utf8(path, strlen(path)) ? path : "model";
}


int
train_cmd_sign(int argc, char **argv)
{
    int      at;
    char    *path, *to, *pem, *text, why[TRAIN_WHY] = "";
    char     sha256[MAAS_SHA256_HEX + 1], hint[MAAS_SHA256_HEX + 1];
    void    *file;
    size_t   size, pem_size, len;
    sign_t   o = { 0 };

    at = train_args_read(&sign_args, &o, argc, argv, NULL);
    path = train_args_operand(&sign_args, argc, argv, at, "a model file");

    if (o.key == NULL) {
        train_usage("sign", "--key is missing");
    }

    to = o.output != NULL ? train_strdup(o.output)
                          : train_format("%s.sig", path);

    if (strcmp(to, "-") != 0) {
        train_save_check(to);
        train_save_apart(to, path);
        train_save_apart(to, o.key);
    }

    file = train_slurp(path, &size);
    maas_sha256(file, size, sha256);
    train_free(file);

    pem = train_slurp(o.key, &pem_size);
    text = train_sign(pem, pem_size, sign_name(path), sha256, &len, hint, why);
    maas_wipe(pem, pem_size);
    train_free(pem);

    if (text == NULL) {
        train_die("%s: %s", o.key, train_shown(why));
    }

    if (strcmp(to, "-") == 0) {
        (void) fwrite(text, 1, len, stdout);

    } else {
        train_save(to, text, len);
        (void) printf("wrote     %s\nSHA-256   %s\nkey       %s\n",
                      train_shown(to), sha256, hint);
    }

    train_free(text);
    train_free(to);
    train_args_free(&sign_args, &o);

    return TRAIN_EXIT_OK;
}
