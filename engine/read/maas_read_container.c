/*
 * The safetensors container: a model file taken apart and checked, rules R1 to
 * R3, R6 to R14 and R25.  Bytes are untrusted here.
 * Not here: JSON (maas_read_tree.c), the document (maas_read.c).
 */

#include "maas_crc.h"
#include "maas_read_container.h"

#include <stdlib.h>
#include <string.h>


#define MAAS_MAX_INTEGER  281474976710655.0    /* 2^48 - 1: R9, R10 */


static int
container_by_name(const void *a, const void *b)
{
    return strcmp(((const maas_entry_t *) a)->name,
                  ((const maas_entry_t *) b)->name);
}


static int
container_by_offset(const void *a, const void *b)
{
    const maas_entry_t  *x = a, *y = b;

    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }

    return (x->end > y->end) - (x->end < y->end);
}


maas_entry_t *
maas__container_find(const maas_container_t *c, const char *name)
{
    maas_entry_t  key;

    key.name = name;

    return bsearch(&key, c->entries, c->n, sizeof(maas_entry_t),
                   container_by_name);
}


/* R8, R9, R11: bytes that dtype and shape ask for */

static maas_status_t
container_shape(maas_read_t *r, const cJSON *v, maas_entry_t *e,
    size_t *bytes)
{
    size_t          bits;
    const cJSON    *dtype, *shape, *dim;
    maas_tensor_t  *t;

    t = &e->tensor;
    dtype = maas_get(v, "dtype");
    shape = maas_get(v, "shape");

    for (t->dtype = 0; t->dtype < MAAS_N_DTYPES; t->dtype++) {
        if (cJSON_IsString(dtype) && maas__dtypes[t->dtype].name != NULL
            && strcmp(dtype->valuestring, maas__dtypes[t->dtype].name) == 0)
        {
            break;
        }
    }

    if (t->dtype == MAAS_N_DTYPES) {
        return MAAS_BAD(r, "R8: tensor \"%.64s\": unknown dtype", e->name);
    }

    bits = maas__dtypes[t->dtype].bits;

    if (!cJSON_IsArray(shape)
        || cJSON_GetArraySize(shape) > MAAS_MAX_RANK)
    {
        return MAAS_BAD(r, "R9: tensor \"%.64s\": shape is not a list of at "
                        "most 4 integers", e->name);
    }

    cJSON_ArrayForEach(dim, shape) {
        if (!maas__tree_integer(dim, MAAS_MAX_INTEGER, &t->shape[t->rank])) {
            return MAAS_BAD(r, "R9: tensor \"%.64s\": dimension %zu is not an "
                            "integer from 0 to 2^48 - 1", e->name, t->rank);
        }

        if (maas__mul(bits, t->shape[t->rank++], &bits) != MAAS_OK) {
            return MAAS_BAD(r, "R11: tensor \"%.64s\": the product of shape "
                            "overflows", e->name);
        }
    }

    if (bits % 8 != 0) {
        return MAAS_BAD(r, "R11: tensor \"%.64s\" does not fill whole bytes",
                        e->name);
    }

    *bytes = bits / 8;
    return MAAS_OK;
}


/* R7 to R11 for one tensor */

static maas_status_t
container_entry(maas_read_t *r, maas_container_t *c, const cJSON *v,
    maas_entry_t *e)
{
    size_t         bytes;
    const cJSON   *offsets;
    maas_status_t  rc;

    e->name = v->string;
    bytes = 0;

    offsets = maas_get(v, "data_offsets");

    if (!cJSON_IsObject(v) || cJSON_GetArraySize(v) != 3 || offsets == NULL
        || maas_get(v, "dtype") == NULL || maas_get(v, "shape") == NULL)
    {
        return MAAS_BAD(r, "R7: tensor \"%.64s\" is not an object of dtype, "
                        "shape and data_offsets", e->name);
    }

    rc = container_shape(r, v, e, &bytes);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2
        || !maas__tree_integer(offsets->child, MAAS_MAX_INTEGER, &e->begin)
        || !maas__tree_integer(offsets->child->next, MAAS_MAX_INTEGER,
                               &e->end)
        || e->begin > e->end)
    {
        return MAAS_BAD(r, "R10: tensor \"%.64s\": data_offsets is not "
                        "[begin, end]", e->name);
    }

    if (e->end - e->begin != bytes) {
        return MAAS_BAD(r, "R11: tensor \"%.64s\": shape and dtype need %zu "
                        "bytes, data_offsets give %zu", e->name, bytes,
                        e->end - e->begin);
    }

    if (e->end <= c->data_size) {
        e->tensor.data = c->data + e->begin;
    }

    return MAAS_OK;
}


/* R12, R13 */

static maas_status_t
container_layout(maas_read_t *r, maas_container_t *c)
{
    size_t  i, at;

    at = 0;
    qsort(c->entries, c->n, sizeof(maas_entry_t), container_by_offset);

    for (i = 0; i < c->n; i++) {
        if (c->entries[i].begin != at) {
            return MAAS_BAD(r, "R12: tensor \"%.64s\" begins at %zu, expected "
                            "%zu: a gap or an overlap", c->entries[i].name,
                            c->entries[i].begin, at);
        }
        at = c->entries[i].end;
    }

    if (at != c->data_size) {
        return MAAS_BAD(r, "R13: the tensors end at byte %zu of %zu: the file "
                        "is cut short or has something behind them", at,
                        c->data_size);
    }

    qsort(c->entries, c->n, sizeof(maas_entry_t), container_by_name);

    return MAAS_OK;
}


/* R6 and every tensor's own rules; *meta is NULL if there is none */

static maas_status_t
container_header(maas_read_t *r, maas_container_t *c, const cJSON **meta)
{
    size_t         n;
    const cJSON   *v, *s;
    maas_status_t  rc;

    n = (size_t) cJSON_GetArraySize(c->header) + 1;

    c->entries = maas__arena_alloc(r->arena, n, sizeof(maas_entry_t));
    if (c->entries == NULL) {
        return MAAS_OOM(r);
    }

    *meta = NULL;

    cJSON_ArrayForEach(v, c->header) {

        if (strcmp(v->string, "__metadata__") != 0) {
            rc = container_entry(r, c, v, &c->entries[c->n++]);
            if (rc != MAAS_OK) {
                return rc;
            }
            continue;
        }

        *meta = v;

        s = v->child;
        while (cJSON_IsObject(v) && s != NULL && cJSON_IsString(s)) {
            s = s->next;
        }

        if (!cJSON_IsObject(v) || s != NULL) {
            return MAAS_BAD(r, "R6: __metadata__ is not an object of strings");
        }
    }

    return container_layout(r, c);
}


/* R25; the header has `header` bytes */

static maas_status_t
container_checksum(maas_read_t *r, maas_container_t *c, const void *file,
    size_t size, size_t header, const cJSON *meta)
{
    char           digits[9];
    size_t         at, i;
    const cJSON   *given;
    maas_status_t  rc;

    given = maas_get(meta, "maas_crc32c");

    rc = maas__file_crc32c(file, size, header, &c->crc32c, &at, r->err);
    if (rc != MAAS_OK || given == NULL) {
        return rc;
    }

    for (i = 0; i < 8; i++) {
        digits[i] = "0123456789abcdef"[(c->crc32c >> (28 - 4 * i)) & 15];
    }
    digits[8] = '\0';

    if (at == 0 || strcmp(given->valuestring, digits) != 0) {
        return MAAS_BAD(r, "R25: maas_crc32c is \"%.16s\" but the file's is "
                        "%s: the file was changed or damaged",
                        given->valuestring, digits);
    }

    return MAAS_OK;
}


/* R1, R2, R3 */

static maas_status_t
container_length(maas_read_t *r, const unsigned char *p, size_t size,
    size_t *header)
{
    int       i;
    uint64_t  n;

    if (size < 8) {
        return MAAS_BAD(r, "R1: the file has %zu bytes, fewer than the 8 that "
                        "it begins with", size);
    }

    if (memcmp(p, MAAS_SEALED_MAGIC, 8) == 0) {
        return MAAS_BAD(r, "R2: the file is encrypted: nginx serves it by "
                        "key=; expected the one that it was made of");
    }

    n = 0;
    for (i = 7; i >= 0; i--) {
        n = n << 8 | p[i];
    }

    if (n < 2 || n > MAAS_MAX_HEADER) {
        return MAAS_BAD(r, "R2: it is no safetensors file: its first 8 bytes "
                        "say %llu, expected a header of 2 to %u bytes; "
                        "\"maas-trainer import\" makes one of a model of "
                        "another library", (unsigned long long) n,
                        MAAS_MAX_HEADER);
    }

    if (n > size - 8) {
        return MAAS_BAD(r, "R3: the header of %llu bytes ends behind the file "
                        "of %zu bytes", (unsigned long long) n, size);
    }

    *header = (size_t) n;
    return MAAS_OK;
}


maas_status_t
maas__container_open(maas_read_t *r, const void *file, size_t size,
    maas_container_t *c)
{
    size_t             len;
    const char        *text;
    const cJSON       *meta, *doc;
    maas_status_t      rc;
    maas_container_t   own;

    len = 0;

    rc = container_length(r, file, size, &len);
    if (rc != MAAS_OK) {
        return rc;
    }

    memset(&own, 0, sizeof(own));
    text = (const char *) file + 8;
    own.data = (const unsigned char *) text + len;
    own.data_size = size - 8 - len;

    rc = maas__tree_parse(r, text, len, "R4", "header", &own.header);
    if (rc != MAAS_OK) {
        return rc;
    }

    meta = NULL;
    rc = container_header(r, &own, &meta);

    if (rc == MAAS_OK) {
        doc = maas_get(meta, "maas");

        if (doc == NULL) {
            rc = MAAS_BAD(r, "R14: __metadata__ has no \"maas\" document");

        } else {
            own.document = doc->valuestring;
            rc = container_checksum(r, &own, file, size, len, meta);
        }
    }

    if (rc != MAAS_OK) {
        maas__container_close(&own);
        return rc;
    }

    *c = own;
    return MAAS_OK;
}


void
maas__container_close(maas_container_t *c)
{
    cJSON_Delete(c->header);
}
