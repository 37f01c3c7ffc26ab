/*
 * encrypt: a model file that only who has the key can read.
 * Not here: how (trust/seal.c), and who opens it (nginx, by key=).
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "read/maas_read.h"
#include "trust/trust.h"


typedef struct {
    char  *key;
    char  *new_key;
    char  *output;
} encrypt_t;

static const train_arg_t  encrypt_rows[] = {
    { "output", 'o', TRAIN_TEXT(encrypt_t, output, TRAIN_ARG_PLAIN), "FILE",
      "encrypted file to write" },
    { "key", 'k', TRAIN_TEXT(encrypt_t, key, TRAIN_ARG_PLAIN), "FILE",
      "file of a key: 64 hex digits or 32 bytes" },
    { "new-key", 0, TRAIN_TEXT(encrypt_t, new_key, TRAIN_ARG_PLAIN), "FILE",
      "make a key, and write it to FILE, which must not be there" }
};

static const train_args_t  encrypt_args = {
    "encrypt", encrypt_rows, train_nelts(encrypt_rows),
    "usage: maas-trainer encrypt MODEL --key FILE -o FILE\n"
    "Encrypt a model file (AES-256-GCM); nginx serves it by \"maas_model NAME "
    "FILE\nkey=FILE\".  docs/trust.md says what that protects, and what not.\n",
    NULL, NULL, 0
};


/* Nobody else may read it, and one that is there is never lost. */

static void
encrypt_new_key(const char *path, unsigned char key[MAAS_KEY])
{
    int         fd;
    char        text[TRAIN_KEY_TEXT];
    maas_err_t  err;

    train_key_new(text);
    (void) maas_key_read(text, sizeof(text), key, &err);

    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        train_die("%s: %s", path, errno == EEXIST
                  ? "is there: a key is never overwritten; use it by --key"
                  : strerror(errno));
    }

    if (write(fd, text, sizeof(text)) != (ssize_t) sizeof(text)
        || fsync(fd) != 0 || close(fd) != 0)
    {
        train_die("%s: cannot be written: %s", path, strerror(errno));
    }

    maas_wipe(text, sizeof(text));
}


static void
encrypt_key(const char *path, unsigned char key[MAAS_KEY])
{
    char        *text;
    size_t       size;
    maas_err_t   err;

    text = train_slurp(path, &size);

    if (maas_key_read(text, size, key, &err) != MAAS_OK) {
        train_die("%s: %s", path, err.msg);
    }

    maas_wipe(text, size);
    train_free(text);
}


/* A file that nginx would refuse later is refused now. */

static void *
encrypt_model(const char *path, size_t *size)
{
    void          *file;
    maas_err_t     err = { 0 };
    maas_desc_t   *desc;
    maas_arena_t  *arena;

    file = train_slurp(path, size);

    if (maas_is_encrypted(file, *size)) {
        train_die("%s: is encrypted already", path);
    }

    arena = maas__arena_create(SIZE_MAX / 2);

    if (arena == NULL || maas__read(file, *size, arena, &desc, &err) != MAAS_OK)
    {
        train_die("%s: %s", path, arena == NULL ? "out of memory"
                                                : train_shown(err.msg));
    }

    maas__arena_destroy(arena);

    return file;
}


int
train_cmd_encrypt(int argc, char **argv)
{
    int             at;
    char           *path;
    void           *file, *out;
    size_t          size, out_size;
    encrypt_t       o = { 0 };
    unsigned char   key[MAAS_KEY];

    at = train_args_read(&encrypt_args, &o, argc, argv, NULL);
    path = train_args_operand(&encrypt_args, argc, argv, at, "a model file");

    if (o.output == NULL) {
        train_usage("encrypt", "--output is missing");
    }

    if ((o.key == NULL) == (o.new_key == NULL)) {
        train_usage("encrypt", "expected either --key or --new-key");
    }

    train_save_check(o.output);
    train_save_apart(o.output, path);
    train_save_apart(o.output, o.key != NULL ? o.key : o.new_key);
    file = encrypt_model(path, &size);

    if (o.key != NULL) {
        encrypt_key(o.key, key);
    } else {
        encrypt_new_key(o.new_key, key);
    }

    out = train_seal(key, file, size, &out_size);
    maas_wipe(key, sizeof(key));
    train_save(o.output, out, out_size);

    if (o.new_key != NULL) {
        (void) printf("key       %s\n", train_shown(o.new_key));
    }

    (void) printf("wrote     %s, %zu bytes\n", train_shown(o.output), out_size);

    train_free(out);
    train_free(file);
    train_args_free(&encrypt_args, &o);

    return TRAIN_EXIT_OK;
}
