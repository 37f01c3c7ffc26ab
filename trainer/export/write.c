/*
 * Model files: a network and its document -> bytes.  What the document says is
 * in record.c.
 */

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

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
