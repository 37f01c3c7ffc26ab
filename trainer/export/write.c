/*
 * Model files: a network and its document -> bytes.  What the document says is
 * in record.c.
 */

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "net/export.h"
#include "read/maas_crc.h"


#define WRITE_DIGITS  "\"maas_crc32c\":\"00000000\""


static size_t
write_size(const maas_tensor_t *t)
{
    return maas__numbers(t->rank, t->shape) * maas__dtypes[t->dtype].bits / 8;
}


/* The numbers of a tensor stand behind all before it, *at bytes */

static void
write_tensor(maas_writer_t *w, size_t layer, const char *what,
    const maas_tensor_t *t, size_t *at)
{
    char    name[64];
    size_t  i;

    (void) snprintf(name, sizeof(name), "layers.%zu.%s", layer, what);
    train_json_open(w, name, '{');
    train_json_text(w, "dtype", maas__dtypes[t->dtype].name);
    train_json_open(w, "shape", '[');

    for (i = 0; i < t->rank; i++) {
        train_json_number(w, NULL, (double) t->shape[i]);
    }

    maas_writer_close(w, ']');
    maas_writer_key(w, "data_offsets");
    maas_writer_value(w, "[%zu,%zu]", *at, *at + write_size(t));
    *at += write_size(t);
    maas_writer_close(w, '}');
}


static char *
write_header(const maas_node_t *n, size_t nodes, const char *document,
    size_t *size, size_t *tensors)
{
    char           *text;
    size_t          i, j;
    maas_writer_t   w;

    train_json_memory(&w, &text, size);
    train_json_open(&w, "__metadata__", '{');
    train_json_text(&w, "maas_crc32c", "00000000");
    train_json_text(&w, "maas", document);
    maas_writer_close(&w, '}');
    *tensors = 0;

    for (i = 0; i < nodes; i++, n++) {
        for (j = 0; j < n->op->n_tensors; j++) {
            if (n->tensors[j].rank != 0) {
                write_tensor(&w, i, n->op->tensors[j].name, &n->tensors[j],
                             tensors);
            }
        }
    }

    train_json_done(&w);

    return text;
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
train_image_of(const maas_node_t *nodes, size_t n, const char *document,
    size_t *size)
{
    int                   i;
    char                 *text, *image, *p;
    size_t                length, padded, tensors, j, k;
    const maas_tensor_t  *t;

    text = write_header(nodes, n, document, &length, &tensors);
    padded = (length + 7) / 8 * 8;
    *size = 8 + padded + tensors;

    image = train_alloc(*size, 1);
    p = image;

    for (i = 0; i < 8; i++) {
        *p++ = (char) ((uint64_t) padded >> (8 * i) & 0xff);
    }

    (void) memcpy(p, text, length);
    (void) memset(p + length, ' ', padded - length);
    p += padded;
    train_free(text);

    /* numbers of files are little-endian, as those of any host of ours */

    for (j = 0; j < n; j++) {
        t = nodes[j].tensors;

        for (k = 0; k < nodes[j].op->n_tensors; k++, t++) {
            if (t->rank != 0 && write_size(t) != 0) {
                (void) memcpy(p, t->data, write_size(t));
                p += write_size(t);
            }
        }
    }

    write_crc(image, *size);

    return image;
}


void *
train_image(const train_net_t *net, const char *document, size_t *size)
{
    void            *image;
    train_export_t  *e;

    e = train_export(net);
    image = train_image_of(e->nodes, e->n, document, size);
    train_export_free(e);

    return image;
}
