/*
 * Tensors of an ONNX file: their numbers, also from a file beside it.
 * Not here: what they are for.
 */

#include "onnx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define ONNX_OUTSIDE  ((size_t) 1 << 31)   /* bytes of files beside it */

/* What external_data says of where the numbers are */

typedef struct {
    maas_str_t  location;
    uint64_t    offset;
    uint64_t    length;
    int         has_length;
} onnx_place_t;


/* Where numbers of a type stand if they are not raw */

typedef struct {
    int            type;
    maas_dtype_t   dtype;              /* of raw bytes */
    size_t         bytes;
    uint32_t       number;             /* of the field */
    maas_pb_wire_t wire;
} onnx_type_t;

static const onnx_type_t  onnx_types[] = {
    { 1, MAAS_F32, 4, 4, MAAS_PB_FIXED32 },
    { 2, MAAS_U8, 1, 5, MAAS_PB_VARINT },
    { 3, MAAS_I8, 1, 5, MAAS_PB_VARINT },
    { 5, MAAS_I16, 2, 5, MAAS_PB_VARINT },
    { 6, MAAS_I32, 4, 5, MAAS_PB_VARINT },
    { 7, MAAS_I64, 8, 7, MAAS_PB_VARINT },
    { 9, MAAS_U8, 1, 5, MAAS_PB_VARINT },
    { 10, MAAS_F16, 2, 5, MAAS_PB_VARINT },
    { 11, MAAS_F64, 8, 10, MAAS_PB_FIXED64 },
    { 16, MAAS_BF16, 2, 5, MAAS_PB_VARINT },
    { 0, MAAS_F32, 0, 0, 0 }
};


static int
onnx_decimal(maas_pb_t p, uint64_t *v)
{
    *v = 0;

    if (p.p == p.end || p.end - p.p > 18) {
        return 0;
    }

    for (; p.p != p.end; p.p++) {
        if (*p.p < '0' || *p.p > '9') {
            return 0;
        }

        *v = 10 * *v + (uint64_t) (*p.p - '0');
    }

    return 1;
}


static maas_status_t
onnx_place(train_onnx_t *o, maas_pb_t p, onnx_place_t *place)
{
    int              ok;
    maas_str_t       key;
    maas_pb_field_t  f, k, v;

    memset(place, 0, sizeof(*place));

    while (maas_pb_next(&p, &f) > 0) {
        if (f.number != 13 || !maas_pb_find(f.bytes, 1, MAAS_PB_BYTES, &k)
            || !maas_pb_find(f.bytes, 2, MAAS_PB_BYTES, &v))
        {
            continue;
        }

        ok = 1;
        key = train_onnx_str(k.bytes);

        if (train_onnx_is(key, "location")) {
            place->location = train_onnx_str(v.bytes);

        } else if (train_onnx_is(key, "offset")) {
            ok = onnx_decimal(v.bytes, &place->offset);

        } else if (train_onnx_is(key, "length")) {
            ok = onnx_decimal(v.bytes, &place->length);
            place->has_length = 1;
        }

        if (!ok) {
            return train_onnx_bad(o, NULL, "an external tensor whose %.*s is"
                                  " not a number", (int) key.len, key.data);
        }
    }

    return MAAS_OK;
}


/* A bare name: what the file says must lead nowhere else */

static int
onnx_is_bare(maas_str_t s)
{
    return s.len > 0 && s.len < 200 && memchr(s.data, '/', s.len) == NULL
           && memchr(s.data, '\\', s.len) == NULL
           && memchr(s.data, '\0', s.len) == NULL && s.data[0] != '.';
}


static maas_status_t
onnx_read_at(train_onnx_t *o, int fd, const onnx_place_t *place, size_t size,
    uint8_t **out)
{
    size_t       n;
    ssize_t      got;
    uint8_t     *to;
    struct stat  st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return train_onnx_bad(o, NULL, "\"%.*s\" is not a file",
                              (int) place->location.len,
                              place->location.data);
    }

    if (place->offset > (uint64_t) st.st_size
        || size > (uint64_t) st.st_size - place->offset)
    {
        return train_onnx_bad(o, NULL, "\"%.*s\" is too short: a tensor is at"
                              " bytes %llu to %llu of %lld; is it whole?",
                              (int) place->location.len, place->location.data,
                              (unsigned long long) place->offset,
                              (unsigned long long) (place->offset + size),
                              (long long) st.st_size);
    }

    /* bytes of another file, which many tensors may name, but not for ever */

    if (size < ONNX_OUTSIDE && o->outside < ONNX_OUTSIDE - size) {
        o->outside += size;
        maas__arena_allow(o->m->arena, TRAIN_IMPORT_ROOM * size);
    }

    to = train_import_alloc(o->m, size, 1);
    if (to == NULL) {
        return train_onnx_nomem(o);
    }

    for (n = 0; n < size; n += (size_t) got) {
        got = pread(fd, to + n, size - n, (off_t) (place->offset + n));

        if (got <= 0) {
            return train_onnx_bad(o, NULL, "\"%.*s\" cannot be read",
                                  (int) place->location.len,
                                  place->location.data);
        }
    }

    *out = to;

    return MAAS_OK;
}


static maas_status_t
onnx_external(train_onnx_t *o, maas_pb_t p, size_t size, uint8_t **out)
{
    int            fd, dir;
    char           name[256];
    onnx_place_t   place;
    maas_status_t  rc;

    rc = onnx_place(o, p, &place);
    if (rc != MAAS_OK) {
        return rc;
    }

    if (!onnx_is_bare(place.location)) {
        return train_onnx_bad(o, NULL, "weights in \"%.*s\": only a bare name"
                              " of a file beside the model is read",
                              place.location.len < 80
                              ? (int) place.location.len : 80,
                              place.location.data);
    }

    if (o->m->folder == NULL) {
        return train_onnx_refuse(o, NULL, "weights are in another file, \"%.*s"
                                 "\"", (int) place.location.len,
                                 place.location.data);
    }

    if (place.has_length && place.length != size) {
        return train_onnx_bad(o, NULL, "an external tensor of %zu bytes whose"
                              " length is said to be %llu", size,
                              (unsigned long long) place.length);
    }

    memcpy(name, place.location.data, place.location.len);
    name[place.location.len] = '\0';

    dir = open(o->m->folder[0] ? o->m->folder : ".",
               O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK
                                          | O_CLOEXEC);
    if (fd < 0) {
        rc = train_onnx_bad(o, NULL, "weights are in \"%s\", which %s; it"
                            " belongs beside the model", name,
                            errno == ELOOP ? "is a link" : "is not there");
    } else {
        rc = onnx_read_at(o, fd, &place, size, out);
        (void) close(fd);
    }

    if (dir >= 0) {
        (void) close(dir);
    }

    return rc;
}


static double
onnx_number(const onnx_type_t *t, uint64_t bits)
{
    char  raw[8];

    switch (t->dtype) {

    case MAAS_F32:
        return (double) maas_pb_float(bits);

    case MAAS_F64:
        return maas_pb_double(bits);

    case MAAS_I8: case MAAS_I16: case MAAS_I32: case MAAS_I64:
        return (double) (int64_t) bits;

    default:                           /* its low bytes are the number */
        memcpy(raw, &bits, sizeof(raw));
        return maas__dtypes[t->dtype].number(raw);
    }
}


static maas_status_t
onnx_numbers(train_onnx_t *o, const train_onnx_node_t *n, maas_pb_t p,
    const onnx_type_t *t, train_onnx_tensor_t *v)
{
    size_t            i, count;
    uint8_t          *far;
    uint64_t         *bits;
    const char       *raw;
    maas_status_t     rc;
    maas_pb_list_t    list = { 0 };
    maas_pb_field_t   f;

    if (v->n > (size_t) 1 << 40) {
        return train_onnx_bad(o, n, "a tensor of %zu numbers", v->n);
    }

    raw = NULL;
    far = NULL;

    if (maas_pb_find(p, 14, MAAS_PB_VARINT, &f) && f.value == 1) {
        rc = onnx_external(o, p, v->n * t->bytes, &far);
        if (rc != MAAS_OK) {
            return rc;
        }

        raw = (const char *) far;

    } else if (maas_pb_find(p, 9, MAAS_PB_BYTES, &f)) {
        if (maas_pb_len(f.bytes) != v->n * t->bytes) {
            return train_onnx_bad(o, n, "a tensor of %zu numbers has %zu bytes,"
                                  " not %zu", v->n, maas_pb_len(f.bytes),
                                  v->n * t->bytes);
        }

        raw = f.bytes.p;

    } else {
        list = maas_pb_list(p, t->number, t->wire);
        count = maas_pb_list_count(list);

        if (count == SIZE_MAX) {
            return train_onnx_bad(o, n, "a tensor whose numbers are broken");
        }

        if (count != v->n) {
            return train_onnx_bad(o, n, "a tensor of %zu numbers has %zu",
                                  v->n, count);
        }
    }

    /* backed by the file's bytes from here on */

    v->number = train_import_alloc(o->m, v->n, sizeof(double));
    if (v->number == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; raw != NULL && i < v->n; i++) {
        v->number[i] = maas__dtypes[t->dtype].number(raw + i * t->bytes);
    }

    if (raw != NULL) {
        return MAAS_OK;
    }

    bits = train_import_alloc(o->m, v->n, sizeof(uint64_t));
    if (bits == NULL) {
        return train_onnx_nomem(o);
    }

    maas_pb_list_read(list, bits, v->n);

    for (i = 0; i < v->n; i++) {
        v->number[i] = onnx_number(t, bits[i]);
    }

    return MAAS_OK;
}


static maas_status_t
onnx_strings(train_onnx_t *o, const train_onnx_node_t *n, maas_pb_t p,
    train_onnx_tensor_t *v)
{
    size_t           i;
    maas_pb_t        q;
    maas_pb_field_t  f;

    i = 0;

    for (q = p; maas_pb_next(&q, &f) > 0; /* void */) {
        i += f.number == 6 && f.wire == MAAS_PB_BYTES;
    }

    if (i != v->n) {
        return train_onnx_bad(o, n, "a tensor of %zu texts has %zu", v->n, i);
    }

    v->text = train_import_alloc(o->m, v->n, sizeof(maas_str_t));
    if (v->text == NULL) {
        return train_onnx_nomem(o);
    }

    i = 0;

    for (q = p; maas_pb_next(&q, &f) > 0; /* void */) {
        if (f.number == 6 && f.wire == MAAS_PB_BYTES) {
            v->text[i++] = train_onnx_str(f.bytes);
        }
    }

    return MAAS_OK;
}


static maas_status_t
onnx_dims(train_onnx_t *o, const train_onnx_node_t *n, maas_pb_t p,
    train_onnx_tensor_t *v)
{
    size_t          i;
    uint64_t        dim[TRAIN_ONNX_DIMS];
    maas_pb_list_t  list;

    list = maas_pb_list(p, 1, MAAS_PB_VARINT);
    v->rank = maas_pb_list_count(list);

    if (v->rank == SIZE_MAX) {
        return train_onnx_bad(o, n, "a tensor whose dimensions are broken");
    }

    if (v->rank > TRAIN_ONNX_DIMS) {
        return train_onnx_refuse(o, n, "a tensor of %zu dimensions", v->rank);
    }

    maas_pb_list_read(list, dim, v->rank);
    v->n = 1;

    for (i = 0; i < v->rank; i++) {
        v->dim[i] = (size_t) dim[i];

        if (dim[i] > (uint64_t) 1 << 40
            || maas__mul(v->n, (size_t) dim[i], &v->n) != MAAS_OK)
        {
            return train_onnx_bad(o, n, "a tensor with a dimension of %llu",
                                  (unsigned long long) dim[i]);
        }
    }

    return MAAS_OK;
}


maas_status_t
train_onnx_decode(train_onnx_t *o, const train_onnx_node_t *n,
    maas_pb_t p, train_onnx_tensor_t **out)
{
    maas_status_t         rc;
    maas_pb_field_t       f;
    const onnx_type_t    *t;
    train_onnx_tensor_t  *v;

    if (!maas_pb_whole(p)) {
        return train_onnx_bad(o, n, "a tensor that is broken");
    }

    v = train_import_alloc(o->m, 1, sizeof(train_onnx_tensor_t));
    if (v == NULL) {
        return train_onnx_nomem(o);
    }

    v->type = maas_pb_find(p, 2, MAAS_PB_VARINT, &f) && f.value < 64
              ? (int) f.value : 0;

    rc = onnx_dims(o, n, p, v);
    if (rc != MAAS_OK) {
        return rc;
    }

    *out = v;

    if (v->type == TRAIN_ONNX_STRING) {
        return onnx_strings(o, n, p, v);
    }

    for (t = onnx_types; t->type != 0 && t->type != v->type; t++) { /* void */ }

    if (t->type == 0) {
        return train_onnx_refuse(o, n, "a tensor of type %d, which is not"
                                 " read; export the model in float", v->type);
    }

    return onnx_numbers(o, n, p, t, v);
}
