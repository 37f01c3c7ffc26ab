/*
 * Model files: a network and its document -> bytes -> a file on the disk,
 * the whole of it or nothing.  What the document says is in record.c.
 */

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas_desc.h"
#include "model.h"
#include "util.h"
#include "net/network.h"
#include "read/maas_crc.h"


#define WRITE_DIGITS  "\"maas_crc32c\":\"00000000\""


static void
write_tensor(cJSON *header, size_t layer, const char *what, size_t rows,
    size_t columns, size_t *at)
{
    char    name[64];
    size_t  size;
    cJSON  *t, *shape, *offsets;

    (void) snprintf(name, sizeof(name), "layers.%zu.%s", layer, what);
    size = (rows ? rows : 1) * columns * sizeof(float);

    t = cJSON_AddObjectToObject(header, name);
    (void) cJSON_AddStringToObject(t, "dtype", "F32");
    shape = cJSON_AddArrayToObject(t, "shape");

    if (rows > 0) {
        (void) cJSON_AddItemToArray(shape, cJSON_CreateNumber((double) rows));
    }

    (void) cJSON_AddItemToArray(shape, cJSON_CreateNumber((double) columns));
    offsets = cJSON_AddArrayToObject(t, "data_offsets");
    (void) cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double) *at));
    *at += size;
    (void) cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double) *at));
}


/* Of a layer's weight; 0: it is a vector */

static size_t
write_rows(const maas_layer_t *l)
{
    return (l->kind == MAAS_LAYER_DENSE) ? l->in_width : 0;
}


static char *
write_header(const train_export_t *e, const char *document, size_t *tensors)
{
    char                *text;
    size_t               i;
    cJSON               *header, *meta;
    const maas_layer_t  *l;

    header = cJSON_CreateObject();
    meta = cJSON_AddObjectToObject(header, "__metadata__");
    (void) cJSON_AddStringToObject(meta, "maas_crc32c", "00000000");
    (void) cJSON_AddStringToObject(meta, "maas", document);

    *tensors = 0;

    for (i = 0; i < e->n; i++) {
        l = &e->layers[i];

        if (l->weight != NULL) {
            write_tensor(header, i, "weight", write_rows(l), l->units,
                         tensors);
            write_tensor(header, i, "bias", 0, l->units, tensors);
        }
    }

    text = cJSON_PrintUnformatted(header);

    if (text == NULL) {
        train_die("no memory for the header of a model file");
    }

    cJSON_Delete(header);

    return text;
}


static char *
write_floats(char *p, const float *v, size_t n)
{
    size_t    i;
    uint32_t  u;

    for (i = 0; i < n; i++, p += 4) {
        (void) memcpy(&u, &v[i], sizeof(u));
        p[0] = (char) (u & 0xff);
        p[1] = (char) (u >> 8 & 0xff);
        p[2] = (char) (u >> 16 & 0xff);
        p[3] = (char) (u >> 24);
    }

    return p;
}


static void
write_crc(char *image, size_t size)
{
    char      digits[9], *p;
    uint32_t  crc;

    crc = maas__crc32c(0, image, size);
    (void) snprintf(digits, sizeof(digits), "%08x", crc);

    /* the first of its kind: in the document quotes are escaped */

    p = strstr(image + 8, WRITE_DIGITS);
    (void) memcpy(p + sizeof(WRITE_DIGITS) - 1 - 9, digits, 8);
}


void *
train_image(const train_net_t *net, const char *document, size_t *size)
{
    int                  i;
    char                *text, *image, *p;
    size_t               n, padded, tensors, j;
    train_export_t      *e;
    const maas_layer_t  *l;

    e = train_export(net);
    text = write_header(e, document, &tensors);
    n = strlen(text);
    padded = (n + 7) / 8 * 8;
    *size = 8 + padded + tensors;

    image = train_alloc(*size, 1);
    p = image;

    for (i = 0; i < 8; i++) {
        *p++ = (char) ((uint64_t) padded >> (8 * i) & 0xff);
    }

    (void) memcpy(p, text, n);
    (void) memset(p + n, ' ', padded - n);
    p += padded;
    cJSON_free(text);

    for (j = 0; j < e->n; j++) {
        l = &e->layers[j];

        if (l->weight != NULL) {
            n = write_rows(l);
            p = write_floats(p, l->weight, (n ? n : 1) * l->units);
            p = write_floats(p, l->bias, l->units);
        }
    }

    write_crc(image, *size);
    train_export_free(e);

    return image;
}


/* "." or all before the last slash; to be freed */

static char *
write_folder(const char *path)
{
    const char  *slash;

    slash = strrchr(path, '/');

    if (slash == NULL) {
        return train_strdup(".");
    }

    return train_format("%.*s", (int) (slash == path ? 1 : slash - path),
                        path);
}


void
train_save_check(const char *path)
{
    char         *folder;
    struct stat   st;

    if (path[0] == '\0' || path[strlen(path) - 1] == '/'
        || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
    {
        train_die("%s: the name of a folder: expected the name of a file",
                  path);
    }

    folder = write_folder(path);

    if (access(folder, W_OK | X_OK) != 0) {
        train_die("%s: the folder %s cannot be written to: %s", path, folder,
                  strerror(errno));
    }

    train_free(folder);
}


/* One file by two names, or by one */

static int
write_same(const char *a, const char *b)
{
    struct stat   s, t;

    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev
           && s.st_ino == t.st_ino;
}


void
train_save_apart(const char *path, const char *input)
{
    int          same;
    char        *first;
    const char  *comma;

    if (path == NULL || input == NULL) {
        return;
    }

    same = write_same(path, input);
    comma = strchr(input, ',');

    if (comma != NULL) {
        first = train_format("%.*s", (int) (comma - input), input);
        same |= write_same(path, first) || write_same(path, comma + 1);
        train_free(first);
    }

    if (same) {
        train_die("%s: is read, too: expected another file to write to", path);
    }
}


static int
write_all(int fd, const char *p, size_t n)
{
    ssize_t  done;

    while (n > 0) {
        done = write(fd, p, n);

        if (done < 0) {
            if (errno == EINTR) {
                continue;
            }

            return -1;
        }

        p += done;
        n -= (size_t) done;
    }

    return 0;
}


static int
write_sync_folder(const char *path)
{
    int    fd, rc;
    char  *folder;

    folder = write_folder(path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    train_free(folder);

    if (fd < 0) {
        return -1;
    }

    rc = fsync(fd);

    /* some file systems cannot sync a folder: the file itself is safe */

    if (rc != 0 && (errno == EINVAL || errno == EROFS)) {
        rc = 0;
    }

    (void) close(fd);

    return rc;
}


void
train_save(const char *path, const void *image, size_t size)
{
    int        fd, bad, why;
    char      *temp;
    sigset_t   set, old;

    temp = train_format("%s.tmp%ld", path, (long) getpid());

    /* a signal must not leave the temporary file behind */

    (void) sigfillset(&set);
    (void) sigprocmask(SIG_BLOCK, &set, &old);

    fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0) {
        train_die("%s: cannot be created: %s", temp, strerror(errno));
    }

    bad = write_all(fd, image, size) != 0 || fsync(fd) != 0;
    why = errno;

    if (close(fd) != 0 && !bad) {
        bad = 1;
        why = errno;
    }

    if (!bad && rename(temp, path) != 0) {
        bad = 1;
        why = errno;
    }

    if (bad) {
        (void) unlink(temp);
        train_die("%s: cannot be written: %s; nothing was changed", path,
                  strerror(why));
    }

    if (write_sync_folder(path) != 0) {
        train_die("%s: is written, but its folder cannot be synced: %s", path,
                  strerror(errno));
    }

    (void) sigprocmask(SIG_SETMASK, &old, NULL);
    train_free(temp);
}
