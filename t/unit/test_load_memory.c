/*
 * Loading a model when memory is out: each allocation fails once, and each time
 * it is NOMEM, nothing else, and nothing is kept.
 * Linked with --wrap for what maas_mem.c calls and for what it offers, so that
 * an arena fails at each of its calls, not where its next block happens to be.
 */

#include "maas_mem.h"
#include "text/maas_json.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>


static long  countdown;            /* that one fails when it comes to 0 */
static long  live;                 /* pieces of heap that were not given back */


static int
strike(void)
{
    return --countdown == 0;
}


void *__real_calloc(size_t n, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void __real_free(void *p);
void *__real_mmap(void *p, size_t size, int prot, int flags, int fd,
    off_t at);
int __real_mprotect(void *p, size_t size, int prot);
maas_arena_t *__real_maas__arena_create(size_t limit);
void *__real_maas__arena_alloc(maas_arena_t *a, size_t n, size_t size);
char *__real_maas__arena_strndup(maas_arena_t *a, const char *s, size_t len);


void *
__wrap_calloc(size_t n, size_t size)
{
    if (strike()) {
        return NULL;
    }

    live++;
    return __real_calloc(n, size);
}


int
__wrap_posix_memalign(void **p, size_t align, size_t size)
{
    if (strike()) {
        return 12;
    }

    live++;
    return __real_posix_memalign(p, align, size);
}


void
__wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}


void *
__wrap_mmap(void *p, size_t size, int prot, int flags, int fd, off_t at)
{
    return strike() ? MAP_FAILED : __real_mmap(p, size, prot, flags, fd, at);
}


int
__wrap_mprotect(void *p, size_t size, int prot)
{
    return strike() ? -1 : __real_mprotect(p, size, prot);
}


maas_arena_t *
__wrap_maas__arena_create(size_t limit)
{
    return strike() ? NULL : __real_maas__arena_create(limit);
}


void *
__wrap_maas__arena_alloc(maas_arena_t *a, size_t n, size_t size)
{
    return strike() ? NULL : __real_maas__arena_alloc(a, n, size);
}


char *
__wrap_maas__arena_strndup(maas_arena_t *a, const char *s, size_t len)
{
    return strike() ? NULL : __real_maas__arena_strndup(a, s, len);
}


static void *
json_malloc(size_t size)
{
    if (strike()) {
        return NULL;
    }

    live++;
    return malloc(size);
}


/* A model file: its document, and tensors in the order of the data */

typedef struct {
    unsigned  layer;
    unsigned  rows;                /* 0: no weight of a dense layer */
    unsigned  columns;
} weights_t;

typedef struct {
    char    bytes[64 * 1024];
    size_t  size;
} file_t;


static void
put(file_t *f, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    f->size += (size_t) vsnprintf(f->bytes + f->size,
                                  sizeof(f->bytes) - f->size, fmt, args);
    va_end(args);

    assert_true(f->size < sizeof(f->bytes));
}


static void
tensor(file_t *f, unsigned layer, const char *part, const char *shape,
    size_t numbers, size_t *at)
{
    put(f, ",\"layers.%u.%s\":{\"dtype\":\"F32\",\"shape\":[%s],"
        "\"data_offsets\":[%zu,%zu]}", layer, part, shape, *at,
        *at + 4 * numbers);
    *at += 4 * numbers;
}


/* `pad` blanks end the header: tensors may be at any address. */

static void
make(file_t *f, const char *doc, const weights_t *w, size_t n, size_t pad)
{
    char    shape[32], bias[16];
    float   v;
    size_t  i, at;

    f->size = 8;
    at = 0;

    put(f, "{\"__metadata__\":{\"maas\":");
    f->size += maas__json_quote(doc, strlen(doc), f->bytes + f->size);
    put(f, "}");

    for (i = 0; i < n; i++, w++) {
        snprintf(bias, sizeof(bias), "%u", w->columns);
        snprintf(shape, sizeof(shape), "%u,%u", w->rows, w->columns);

        tensor(f, w->layer, "weight", w->rows == 0 ? bias : shape,
               (w->rows == 0 ? 1 : w->rows) * w->columns, &at);
        tensor(f, w->layer, "bias", bias, w->columns, &at);
    }

    put(f, "}%*s", (int) pad, "");

    for (i = 0; i < 8; i++) {
        f->bytes[i] = (char) ((uint64_t) (f->size - 8) >> (8 * i));
    }

    for (i = 0; i < at / 4; i++, f->size += 4) {
        v = 0.25f * (float) (i % 7) - 0.5f;
        memcpy(f->bytes + f->size, &v, 4);
    }

    assert_true(f->size < sizeof(f->bytes));
}


/* Allocation 1, 2, 3 ... fails until none is left; returns how many were. */

static long
torture(const char *name, const file_t *f)
{
    long           n, before;
    maas_err_t     err;
    maas_model_t  *m;
    maas_status_t  rc;

    before = live;

    for (n = 1; /* void */ ; n++) {
        memset(&err, 0, sizeof(err));
        m = NULL;

        countdown = n;
        rc = maas_model_load(f->bytes, f->size, MAAS_ISA_AUTO, &m, &err);

        if (countdown > 0) {
            break;
        }

        if (rc != MAAS_NOMEM || err.code != rc || m != NULL
            || strncmp(err.msg, "out of memory", 13) != 0)
        {
            fail_msg("%s: allocation %ld failed: status %d, \"%s\"", name, n,
                     rc, err.msg);
        }

        if (live != before) {
            fail_msg("%s: allocation %ld failed: %ld pieces are left", name, n,
                     live - before);
        }
    }

    if (rc != MAAS_OK) {
        fail_msg("%s: status %d, \"%s\"", name, rc, err.msg);
    }

    countdown = 0;
    assert_non_null(m);
    maas_model_free(m);
    assert_int_equal(live, before);

    print_message("# %s: %ld allocations\n", name, n - 1);

    return n - 1;
}


#define HEAD(task)  "{\"version\":1,\"name\":\"m\",\"task\":\"" task "\","

static void
a_tensor(void **state)
{
    file_t  f;

    static const weights_t  w[] = { { 0, 4, 3 }, { 1, 3, 1 } };

    make(&f, HEAD("binary")
         "\"inputs\":{\"kind\":\"tensor\",\"name\":\"pixels\",\"shape\":[2,2],"
         "\"image\":true,\"scaling\":\"minmax\",\"shift\":1,\"factor\":2},"
         "\"layers\":[{\"kind\":\"dense\",\"units\":3,\"activation\":\"relu\"},"
         "{\"kind\":\"dense\",\"units\":1,\"activation\":\"sigmoid\"}],"
         "\"outputs\":{\"name\":\"p\",\"labels\":[\"no\",\"yes\"]}}", w, 2, 0);

    assert_true(torture("a tensor", &f) > 50);
}


static void
columns(void **state)
{
    file_t  f;

    /* 2 + 1 + 5 + 4 + 9 slots */
    static const weights_t  w[] = { { 0, 21, 3 } };

    make(&f, HEAD("classification")
         "\"inputs\":{\"kind\":\"columns\",\"columns\":["
         "{\"name\":\"n\",\"scaling\":\"quantile\",\"knots\":[0,1,2],"
         "\"levels\":[-1,0,1],\"clip\":3,\"missing\":0,"
         "\"missing_slot\":true},"
         "{\"name\":\"b\",\"kind\":\"boolean\"},"
         "{\"name\":\"c\",\"kind\":\"category\",\"values\":[\"x\",\"y\","
         "\"z\"],\"other\":true,\"missing_slot\":true},"
         "{\"name\":\"h\",\"kind\":\"category\",\"hash\":4},"
         "{\"name\":\"t\",\"kind\":\"text\",\"hash\":8,\"ngrams\":[1,3],"
         "\"missing_slot\":true}]},"
         "\"layers\":[{\"kind\":\"dense\",\"units\":3,\"activation\":"
         "\"softmax\"}],\"outputs\":{\"labels\":[\"red\",\"green\","
         "\"blue\"]}}", w, 1, 0);

    assert_true(torture("columns", &f) > 100);
}


static void
many_layers(void **state)
{
    file_t  f, doc;
    size_t  i;

    static const weights_t  w[] = { { 300, 2, 2 } };

    doc.size = 0;
    put(&doc, HEAD("regression") "\"inputs\":{\"kind\":\"tensor\","
        "\"shape\":[2]},\"layers\":[");

    for (i = 0; i < 300; i++) {
        put(&doc, "{\"kind\":\"activation\",\"name\":\"l%zu\"},", i);
    }

    put(&doc, "{\"kind\":\"dense\",\"units\":2}]}");
    make(&f, doc.bytes, w, 1, 0);

    assert_true(torture("many layers", &f) > 300);
}


/* Each address that tensors may have: those that floats cannot are copied. */

static void
branches(void **state)
{
    size_t  pad;
    file_t  f;

    static const weights_t  w[] = { { 0, 4, 4 }, { 1, 0, 4 }, { 3, 4, 2 } };

    for (pad = 0; pad < 4; pad++) {
        make(&f, HEAD("classification")
             "\"inputs\":{\"kind\":\"tensor\",\"shape\":[4]},\"layers\":["
             "{\"kind\":\"dense\",\"name\":\"a\",\"units\":4,\"activation\":"
             "\"elu\",\"alpha\":0.5},"
             "{\"kind\":\"layer_norm\",\"epsilon\":0.001},"
             "{\"kind\":\"add\",\"inputs\":[\"a\",\"layers.1\"]},"
             "{\"kind\":\"dense\",\"units\":2,\"activation\":\"softmax\"}]}",
             w, 3, pad);

        assert_true(torture("branches", &f) > 100);
    }
}


/* In memory of the caller's: the same bits, nothing outside of what is used,
 * no page that is another's to seal; and too little room is told. */

static void
a_room(void **state)
{
    char          *room;
    float          ws[4096] __attribute__((aligned(64)));
    float          x[4] = { 1, -2, 3, 0.5f }, y[2], want[2];
    size_t         size, used, n;
    file_t         f;
    maas_err_t     err;
    maas_model_t  *m;

    static const weights_t  w[] = { { 0, 4, 3 }, { 1, 3, 2 } };

    make(&f, HEAD("classification")
         "\"inputs\":{\"kind\":\"tensor\",\"shape\":[4]},\"layers\":["
         "{\"kind\":\"dense\",\"units\":3,\"activation\":\"relu\"},"
         "{\"kind\":\"dense\",\"units\":2,\"activation\":\"softmax\"}],"
         "\"training\":{\"data\":{\"name\":\"a.csv\",\"rows\":7}}}", w, 2,
         0);

    assert_int_equal(maas_model_load(f.bytes, f.size, MAAS_ISA_AUTO, &m, &err),
                     MAAS_OK);
    assert_string_equal(maas_model_info(m)->trained_on, "a.csv");
    assert_int_equal(maas_model_info(m)->trained_rows, 7);
    assert_int_equal(maas_run(m, x, 1, want, ws, sizeof(ws), &err), MAAS_OK);
    maas_model_free(m);

    size = 64 * 4096;
    room = maas_buffer(size);
    assert_non_null(room);

    assert_int_equal(maas_model_load_at(f.bytes, f.size, MAAS_ISA_AUTO, room,
                                        size, &m, &used, &err), MAAS_OK);
    assert_true((char *) m >= room && (char *) m < room + used);
    assert_true((char *) maas_model_info(m)->name < room + used);
    assert_true(used < size);

    for (n = used; n < size; n++) {
        assert_int_equal(room[n], 0);
    }

    room[size - 1] = 1;                    /* it is not sealed */

    assert_int_equal(maas_run(m, x, 1, y, ws, sizeof(ws), &err), MAAS_OK);
    assert_memory_equal(y, want, sizeof(y));
    maas_model_free(m);
    assert_int_equal(maas_model_info(m)->out, 2);      /* it stays */

    for (n = 0; n < used; n += 512) {
        memset(room, 0, size);
        assert_int_equal(maas_model_load_at(f.bytes, f.size, MAAS_ISA_AUTO,
                                            room, n, &m, &used, &err),
                         MAAS_TOOBIG);
        assert_non_null(strstr(err.msg, "does not fit into"));
        assert_int_equal(room[n], 0);
    }

    maas_buffer_free(room, size);
}


static long
torture_join(const maas_join_t *how)
{
    long           n, before;
    maas_err_t     err;
    maas_model_t  *m;
    maas_status_t  rc;

    before = live;

    for (n = 1; /* void */ ; n++) {
        m = NULL;
        countdown = n;
        rc = maas_join(how, &m, &err);

        if (countdown > 0) {
            break;
        }

        assert_int_equal(rc, MAAS_NOMEM);
        assert_string_equal(err.msg, "out of memory");
        assert_null(m);
        assert_int_equal(live, before);
    }

    countdown = 0;
    assert_int_equal(rc, MAAS_OK);
    maas_model_free(m);
    assert_int_equal(live, before);

    return n - 1;
}


/* Models of models: columns that are the same, that are all numbers, and that
 * are not */

static void
joined(void **state)
{
    size_t               i;
    file_t               f;
    maas_err_t           err;
    maas_join_t          how;
    maas_model_t        *m[3];
    const maas_model_t  *parts[2];

    static const weights_t    w[] = { { 0, 2, 1 } };
    static const char *const  columns[] = {
        "{\"name\":\"a\",\"kind\":\"number\"},"
            "{\"name\":\"b\",\"kind\":\"number\",\"missing\":1}",
        "{\"name\":\"b\",\"kind\":\"number\",\"missing\":2},"
            "{\"name\":\"c\",\"kind\":\"number\"}",
        "{\"name\":\"d\",\"kind\":\"category\",\"values\":[\"x\",\"y\"]}"
    };

    for (i = 0; i < 3; i++) {
        char  text[1024];

        (void) snprintf(text, sizeof(text), HEAD("binary")
                        "\"inputs\":{\"kind\":\"columns\",\"columns\":[%s]},"
                        "\"layers\":[{\"kind\":\"dense\",\"units\":1,"
                        "\"activation\":\"sigmoid\"}],"
                        "\"outputs\":{\"labels\":[\"no\",\"yes\"]},"
                        "\"other_columns\":[{\"name\":\"t%zu\","
                        "\"role\":\"target\"}]}", columns[i], i);
        make(&f, text, w, 1, 0);
        assert_int_equal(maas_model_load(f.bytes, f.size, MAAS_ISA_AUTO, &m[i],
                                         &err), MAAS_OK);
    }

    memset(&how, 0, sizeof(how));
    how.n = 2;
    how.parts = parts;
    how.names = (const char *[]) { "one", "two" };

    parts[0] = m[0];

    for (i = 0; i < 3; i++) {
        parts[1] = m[i];
        how.kind = i == 1 ? MAAS_JOIN_GATE : MAAS_JOIN_MEAN;
        assert_true(torture_join(&how) > (i == 0 ? 4 : 15));
    }

    for (i = 0; i < 3; i++) {
        maas_model_free(m[i]);
    }
}


int
main(void)
{
    cJSON_Hooks  hooks = { json_malloc, __wrap_free };

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_tensor),
        cmocka_unit_test(columns),
        cmocka_unit_test(many_layers),
        cmocka_unit_test(branches),
        cmocka_unit_test(a_room),
        cmocka_unit_test(joined),
    };

    cJSON_InitHooks(&hooks);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
