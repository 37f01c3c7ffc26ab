/*
 * Model file -> description: the safetensors container, rules R1 to R13, R25.
 * Bytes are untrusted here.  Not here: the document inside (maas_read_doc.c)
 * and anything that packs or runs (maas_model.c).
 */

#define _GNU_SOURCE                     /* memmem */

#include "maas_crc.h"
#include "maas_desc.h"
#include "maas_dtype.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_read.h"
#include "text/maas_json.h"

#include <stdlib.h>
#include <string.h>


#define MAAS_MAX_INTEGER  281474976710655.0    /* 2^48 - 1: R9, R10 */


static int
maas_cmp_string(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


static int
maas_cmp_name(const void *a, const void *b)
{
    return strcmp(((const maas_entry_t *) a)->name,
                  ((const maas_entry_t *) b)->name);
}


static int
maas_cmp_offset(const void *a, const void *b)
{
    const maas_entry_t  *x = a, *y = b;

    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }

    return (x->end > y->end) - (x->end < y->end);
}


int
maas__read_integer(const cJSON *v, double max, size_t *out)
{
    if (!cJSON_IsNumber(v) || !(v->valuedouble >= 0)
        || v->valuedouble > max
        || v->valuedouble != (double) (uint64_t) v->valuedouble)
    {
        return 0;
    }

    *out = (size_t) v->valuedouble;
    return 1;
}


maas_entry_t *
maas__read_tensor(maas_container_t *c, const char *name)
{
    maas_entry_t  key;

    key.name = name;

    return c->n == 0 ? NULL
                     : bsearch(&key, c->entries, c->n, sizeof(maas_entry_t),
                               maas_cmp_name);
}


/* R5 for one object. */

static maas_status_t
maas_read_unique(maas_container_t *c, const cJSON *object)
{
    size_t         n, i;
    const char   **keys;
    const cJSON   *v;

    n = (size_t) cJSON_GetArraySize(object);
    if (n < 2) {
        return MAAS_OK;
    }

    keys = maas__arena_alloc(c->arena, n, sizeof(char *));
    if (keys == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "out of memory");
    }

    i = 0;
    cJSON_ArrayForEach(v, object) {
        keys[i++] = v->string;
    }

    qsort(keys, n, sizeof(char *), maas_cmp_string);

    for (i = 1; i < n; i++) {
        if (strcmp(keys[i - 1], keys[i]) == 0) {
            return maas__fail(c->err, MAAS_BADFILE,
                              "R5: key \"%.64s\" stands twice in an object",
                              keys[i]);
        }
    }

    return MAAS_OK;
}


/* R5 for a tree; its depth is within MAAS_MAX_DEPTH. */

static maas_status_t
maas_read_unique_all(maas_container_t *c, const cJSON *root)
{
    unsigned       depth;
    const cJSON   *v, *up[MAAS_MAX_DEPTH + 1];
    maas_status_t  rc;

    depth = 0;
    v = root;

    for ( ;; ) {
        if (cJSON_IsObject(v)) {
            rc = maas_read_unique(c, v);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        if (v->child != NULL) {
            up[depth++] = v;
            v = v->child;
            continue;
        }

        while (v->next == NULL || depth == 0) {
            if (depth == 0) {
                return MAAS_OK;
            }
            v = up[--depth];
        }

        v = v->next;
    }
}


maas_status_t
maas__read_tree(maas_container_t *c, const char *text, size_t len,
    const char *rule, const char *what, cJSON **out)
{
    cJSON          *tree;
    maas_err_t      why;
    maas_status_t   rc;

    if (len == 0 || text[0] != '{') {
        return maas__fail(c->err, MAAS_BADFILE,
                          "%s: the %s does not begin with \"{\"", rule, what);
    }

    if (maas__json_check(text, len, MAAS_MAX_DEPTH, &why) != MAAS_OK) {
        return maas__fail(c->err, MAAS_BADFILE, "%s: the %s: %s", rule, what,
                          why.msg);
    }

    /* cJSON ends strings at NUL: names would not be what they seem */

    if (memmem(text, len, "\\u0000", 6) != NULL) {
        return maas__fail(c->err, MAAS_BADFILE, "%s: the %s contains \\u0000",
                          rule, what);
    }

    tree = cJSON_ParseWithLength(text, len);
    if (tree == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "out of memory for the %s",
                          what);
    }

    rc = maas_read_unique_all(c, tree);
    if (rc != MAAS_OK) {
        cJSON_Delete(tree);
        return rc;
    }

    *out = tree;
    return MAAS_OK;
}


/* R8, R9, R11: bytes that dtype and shape ask for */

static maas_status_t
maas_read_shape(maas_container_t *c, const cJSON *v, maas_entry_t *e,
    size_t *bytes)
{
    size_t          bits;
    const cJSON    *dtype, *shape, *dim;
    maas_tensor_t  *t;

    t = &e->tensor;
    dtype = cJSON_GetObjectItemCaseSensitive(v, "dtype");
    shape = cJSON_GetObjectItemCaseSensitive(v, "shape");

    for (t->dtype = 0; t->dtype < MAAS_N_DTYPES; t->dtype++) {
        if (cJSON_IsString(dtype) && maas__dtypes[t->dtype].name != NULL
            && strcmp(dtype->valuestring, maas__dtypes[t->dtype].name) == 0)
        {
            break;
        }
    }

    if (t->dtype == MAAS_N_DTYPES) {
        return maas__fail(c->err, MAAS_BADFILE,
                          "R8: tensor \"%.64s\": unknown dtype", e->name);
    }

    bits = maas__dtypes[t->dtype].bits;

    if (!cJSON_IsArray(shape)
        || cJSON_GetArraySize(shape) > MAAS_MAX_RANK)
    {
        return maas__fail(c->err, MAAS_BADFILE, "R9: tensor \"%.64s\": shape "
                          "is not a list of at most 4 integers", e->name);
    }

    cJSON_ArrayForEach(dim, shape) {
        if (!maas__read_integer(dim, MAAS_MAX_INTEGER, &t->shape[t->rank])) {
            return maas__fail(c->err, MAAS_BADFILE,
                              "R9: tensor \"%.64s\": dimension %zu is not an "
                              "integer from 0 to 2^48 - 1", e->name, t->rank);
        }

        if (maas__mul(bits, t->shape[t->rank++], &bits) != MAAS_OK) {
            return maas__fail(c->err, MAAS_BADFILE, "R11: tensor \"%.64s\": "
                              "the product of shape overflows", e->name);
        }
    }

    if (bits % 8 != 0) {
        return maas__fail(c->err, MAAS_BADFILE, "R11: tensor \"%.64s\" does "
                          "not fill whole bytes", e->name);
    }

    *bytes = bits / 8;
    return MAAS_OK;
}


/* R7 to R11 for one tensor */

static maas_status_t
maas_read_entry(maas_container_t *c, const cJSON *v, maas_entry_t *e)
{
    size_t         bytes;
    const cJSON   *offsets;
    maas_status_t  rc;

    e->name = v->string;
    bytes = 0;

    offsets = cJSON_GetObjectItemCaseSensitive(v, "data_offsets");

    if (!cJSON_IsObject(v) || cJSON_GetArraySize(v) != 3 || offsets == NULL
        || cJSON_GetObjectItemCaseSensitive(v, "dtype") == NULL
        || cJSON_GetObjectItemCaseSensitive(v, "shape") == NULL)
    {
        return maas__fail(c->err, MAAS_BADFILE, "R7: tensor \"%.64s\" is not "
                          "an object of dtype, shape and data_offsets",
                          e->name);
    }

    rc = maas_read_shape(c, v, e, &bytes);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2
        || !maas__read_integer(offsets->child, MAAS_MAX_INTEGER, &e->begin)
        || !maas__read_integer(offsets->child->next, MAAS_MAX_INTEGER,
                               &e->end)
        || e->begin > e->end)
    {
        return maas__fail(c->err, MAAS_BADFILE, "R10: tensor \"%.64s\": "
                          "data_offsets is not [begin, end]", e->name);
    }

    if (e->end - e->begin != bytes) {
        return maas__fail(c->err, MAAS_BADFILE,
                          "R11: tensor \"%.64s\": shape and dtype need %zu "
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
maas_read_layout(maas_container_t *c)
{
    size_t  i, at;

    if (c->n > 1) {
        qsort(c->entries, c->n, sizeof(maas_entry_t), maas_cmp_offset);
    }

    at = 0;

    for (i = 0; i < c->n; i++) {
        if (c->entries[i].begin != at) {
            return maas__fail(c->err, MAAS_BADFILE,
                              "R12: tensor \"%.64s\" begins at %zu, expected "
                              "%zu: a gap or an overlap", c->entries[i].name,
                              c->entries[i].begin, at);
        }
        at = c->entries[i].end;
    }

    if (at != c->data_size) {
        return maas__fail(c->err, MAAS_BADFILE,
                          "R13: the tensors end at byte %zu of %zu: the file "
                          "is cut short or has something behind them", at,
                          c->data_size);
    }

    if (c->n > 1) {
        qsort(c->entries, c->n, sizeof(maas_entry_t), maas_cmp_name);
    }

    return MAAS_OK;
}


/* R6 and every tensor's own rules; *meta is NULL if there is none */

static maas_status_t
maas_read_header(maas_container_t *c, const cJSON *header,
    const cJSON **meta)
{
    const cJSON    *v, *s;
    maas_status_t   rc;

    c->entries = maas__arena_alloc(c->arena,
                                   (size_t) cJSON_GetArraySize(header) + 1,
                                   sizeof(maas_entry_t));
    if (c->entries == NULL) {
        return maas__fail(c->err, MAAS_NOMEM, "out of memory");
    }

    *meta = NULL;

    cJSON_ArrayForEach(v, header) {

        if (strcmp(v->string, "__metadata__") != 0) {
            rc = maas_read_entry(c, v, &c->entries[c->n++]);
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
            return maas__fail(c->err, MAAS_BADFILE,
                              "R6: __metadata__ is not an object of strings");
        }
    }

    return maas_read_layout(c);
}


/* R25 */

static maas_status_t
maas_read_checksum(maas_container_t *c, const void *file, size_t size,
    size_t header, const cJSON *meta, uint32_t *crc)
{
    char           digits[9];
    size_t         at, i;
    const cJSON   *given;
    maas_status_t  rc;

    given = cJSON_GetObjectItemCaseSensitive(meta, "maas_crc32c");

    rc = maas__file_crc32c(file, size, header, crc, &at, c->err);
    if (rc != MAAS_OK || given == NULL) {
        return rc;
    }

    for (i = 0; i < 8; i++) {
        digits[i] = "0123456789abcdef"[(*crc >> (28 - 4 * i)) & 15];
    }
    digits[8] = '\0';

    if (at == 0 || strcmp(given->valuestring, digits) != 0) {
        return maas__fail(c->err, MAAS_BADFILE,
                          "R25: maas_crc32c is \"%.16s\" but the file's is "
                          "%s: the file was changed or damaged",
                          given->valuestring, digits);
    }

    return MAAS_OK;
}


/* R1, R2, R3 */

static maas_status_t
maas_read_length(const unsigned char *p, size_t size, size_t *header,
    maas_err_t *err)
{
    int       i;
    uint64_t  n;

    if (size < 8) {
        return maas__fail(err, MAAS_BADFILE, "R1: the file has %zu bytes, "
                          "fewer than the 8 that it begins with", size);
    }

    n = 0;
    for (i = 7; i >= 0; i--) {
        n = n << 8 | p[i];
    }

    if (n < 2 || n > MAAS_MAX_HEADER) {
        return maas__fail(err, MAAS_BADFILE, "R2: header length %llu is not "
                          "2 to %u: not a safetensors file?",
                          (unsigned long long) n, MAAS_MAX_HEADER);
    }

    if (n > size - 8) {
        return maas__fail(err, MAAS_BADFILE, "R3: the header of %llu bytes "
                          "ends behind the file of %zu bytes",
                          (unsigned long long) n, size);
    }

    *header = (size_t) n;
    return MAAS_OK;
}


maas_status_t
maas__read(const void *file, size_t size, maas_arena_t *a, maas_desc_t **out,
    maas_err_t *err)
{
    cJSON             *tree;
    size_t             len;
    uint32_t           crc;
    const char        *text;
    const cJSON       *meta, *doc;
    maas_desc_t       *desc;
    maas_status_t      rc;
    maas_container_t   c;

    len = 0;
    meta = NULL;

    rc = maas_read_length(file, size, &len, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    memset(&c, 0, sizeof(c));
    c.arena = a;
    c.err = err;
    c.data = (const unsigned char *) file + 8 + len;
    c.data_size = size - 8 - len;
    text = (const char *) file + 8;

    rc = maas__read_tree(&c, text, len, "R4", "header", &tree);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = maas_read_header(&c, tree, &meta);
    if (rc != MAAS_OK) {
        goto done;
    }

    doc = cJSON_GetObjectItemCaseSensitive(meta, "maas");
    if (doc == NULL) {
        rc = maas__fail(err, MAAS_BADFILE,
                        "R14: __metadata__ has no \"maas\" document");
        goto done;
    }

    rc = maas_read_checksum(&c, file, size, len, meta, &crc);
    if (rc != MAAS_OK) {
        goto done;
    }

    rc = maas__read_document(&c, doc->valuestring, &desc);
    if (rc == MAAS_OK) {
        desc->crc32c = crc;
        *out = desc;
    }

done:

    cJSON_Delete(tree);

    return rc;
}
