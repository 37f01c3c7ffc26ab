/*
 * Any bytes as a model file of trees, or of embeddings: refused with a rule, or
 * run, with reasons or a sentence why there are none; the same row has the same
 * ones.  The
 * checksum of every second input is put right first.
 */

#include "maas.h"
#include "read/maas_crc.h"
#include "fuzz.h"


#define ROWS  3

unsigned long  fuzz_accepted;

/* x0 <= 0.5 ? (x1 in {0, 2} ? a : b) : (x0 <= 1 ? c : d), and a tree of one
 * node, of the other output */

static const double    cover[] = { 9, 4, 5, 3, 1, 0, 5, 9, 2, 7 };
static const double    threshold[] = { 0.5, 0, 1, -1 };
static const double    values[] = { 1, -2, 3, 0.25, 7, -7 };
static const double    base[] = { 0.5, -0.5 };
static const uint32_t  sizes[] = { 3, 1 };
static const uint32_t  output[] = { 0, 1 };
static const uint32_t  feature[] = { 0, 1, 0, 2 };
static const int32_t   left[] = { 1, -1, -3, -1 };
static const int32_t   right[] = { 2, -2, -4, -2 };
static const uint32_t  set[] = { 0, 1 };
static const uint32_t  word[] = { 5 };
static const uint8_t   flags[] = { 4, 5, 6, 8 };

/* An embedding of every kind, and two groups behind it */

static const float     number[] = {
    0.5f, 2, 1, 0.25f, 3, -0.5f, -1, 0, 0.5f, 1, 2, 3, 4, 1,
    0.5f, 1.5f, 0, 0.25f, 1, 0.3f, 0.1f, 1, -2, 0.5f, 0.75f
};
static const uint32_t  from[] = { 0, 1, 1, 1, 2, 2, 0 };
static const uint32_t  width[] = { 2, 1, 1, 2, 1, 3, 2 };
static const uint32_t  at[] = { 0, 2, 6, 6, 9, 13, 14, 25 };
static const uint8_t   item[] = { 0, 1, 2, 3, 4, 5, 6 };
static const float     weight[] = { 1, -1, 0.5f, 2, 3, -2, 0, 1, 1, 1, -3, 2 };

#define TENSOR(name, dtype, a)                                                \
    { "0." name, dtype, sizeof(a) / sizeof((a)[0]), 0, sizeof(a), a }

typedef struct {
    const char  *name;
    const char  *dtype;
    size_t       n;
    size_t       columns;              /* 0: of one dimension */
    size_t       bytes;
    const void  *data;
} tensor_t;

static const tensor_t  embedding[] = {
    TENSOR("number", "F32", number),
    TENSOR("from", "U32", from),
    TENSOR("width", "U32", width),
    TENSOR("at", "U32", at),
    { "1.weight", "F32", 12, 1, sizeof(weight), weight },
    { "1.bias", "F32", 2, 0, 8, weight },
    TENSOR("item", "U8", item)
};

static const tensor_t  tensors[] = {
    TENSOR("cover", "F64", cover),
    TENSOR("threshold", "F64", threshold),
    TENSOR("value", "F64", values),
    TENSOR("base", "F64", base),
    TENSOR("size", "U32", sizes),
    TENSOR("output", "U32", output),
    TENSOR("feature", "U32", feature),
    TENSOR("left", "I32", left),
    TENSOR("right", "I32", right),
    TENSOR("set", "U32", set),
    TENSOR("word", "U32", word),
    TENSOR("flags", "U8", flags)
};

static const char  embeds[] =
    "{\"__metadata__\":{\"maas_crc32c\":\"00000000\",\"maas\":\"{"
    "\\\"version\\\":5,\\\"name\\\":\\\"e\\\",\\\"task\\\":"
    "\\\"regression\\\",\\\"inputs\\\":{\\\"kind\\\":\\\"tensor\\\","
    "\\\"shape\\\":[3],\\\"missing\\\":\\\"nan\\\"},\\\"layers\\\":[{"
    "\\\"kind\\\":\\\"embed\\\",\\\"units\\\":12,\\\"items\\\":7,"
    "\\\"numbers\\\":25},{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":2,"
    "\\\"groups\\\":2,\\\"activation\\\":\\\"relu\\\"}],"
    "\\\"outputs\\\":{}}\"}";

static const char  document[] =
    "{\"__metadata__\":{\"maas_crc32c\":\"00000000\",\"maas\":\"{"
    "\\\"version\\\":3,\\\"name\\\":\\\"t\\\",\\\"task\\\":"
    "\\\"classification\\\",\\\"inputs\\\":{\\\"kind\\\":\\\"tensor\\\","
    "\\\"shape\\\":[3],\\\"shift\\\":-0.5,\\\"factor\\\":2},\\\"layers\\\":[{"
    "\\\"kind\\\":\\\"trees\\\",\\\"trees\\\":2,\\\"nodes\\\":4,"
    "\\\"outputs\\\":2,\\\"sets\\\":1,\\\"words\\\":1,\\\"cover\\\":1,"
    "\\\"divide\\\":2,\\\"transform\\\":\\\"softmax\\\"}],"
    "\\\"outputs\\\":{\\\"labels\\\":[\\\"u\\\",\\\"v\\\"]}}\"}";


static void
mend(uint8_t *file, size_t size)
{
    char    digits[9];
    size_t  i;

    static const char  key[] = "\"maas_crc32c\":\"";

    for (i = 8; i + sizeof(key) + 8 < size; i++) {
        if (memcmp(file + i, key, sizeof(key) - 1) == 0) {
            i += sizeof(key) - 1;
            memset(file + i, '0', 8);
            (void) snprintf(digits, sizeof(digits), "%08x",
                            (unsigned) maas__crc32c(0, file, size));
            memcpy(file + i, digits, 8);
            return;
        }
    }
}


static void *
room_of(size_t n)
{
    void  *p;

    p = aligned_alloc(64, (n + 64) / 64 * 64);
    FUZZ_HOLDS(p != NULL);

    return p;
}


/* x: two rows, and the first one again */

static void
ask(const maas_info_t *info, const void *x, const uint8_t *file, size_t size)
{
    void            *ws;
    double          *phi;
    size_t           n, row;
    maas_err_t       err = { 0 };
    maas_reasons_t  *r = NULL;

    if (maas_reasons_load(file, size, MAAS_ISA_AUTO, &r, &err) != MAAS_OK) {
        FUZZ_HOLDS(r == NULL && err.msg[0] != '\0');
        FUZZ_HOLDS(err.code == MAAS_UNSUPPORTED || err.code == MAAS_TOOBIG);
        return;
    }

    n = maas_reasons_workspace_size(r);
    row = info->out * (info->in + 1);
    ws = room_of(n);
    phi = room_of(ROWS * row * sizeof(double));

    FUZZ_HOLDS(maas_reasons_run(r, x, ROWS, phi, ws, n - 1, &err)
               == MAAS_BADSHAPE);
    FUZZ_HOLDS(maas_reasons_run(r, x, ROWS, phi, ws, n, &err) == MAAS_OK);
    FUZZ_HOLDS(memcmp(phi, phi + 2 * row, row * sizeof(double)) == 0);

    free(ws);
    free(phi);
    maas_reasons_free(r);
}


/* What embeddings and trees beside networks add: to a finite score it adds up,
 * and the same row has the same bits */

static void
explain(const maas_model_t *m, const void *x, const uint8_t *file,
    size_t size)
{
    void              *ws;
    double            *a;
    size_t             n, columns;
    maas_err_t         err = { 0 };
    maas_explained_t   said, again;
    maas_explainer_t  *e = NULL;

    if (maas_explainer_load(m, file, size, MAAS_ISA_AUTO, &e, &err)
        != MAAS_OK)
    {
        FUZZ_HOLDS(e == NULL && err.msg[0] != '\0');
        return;
    }

    n = maas_explain_workspace_size(e, 4);
    columns = maas_explainer_size(e);
    ws = room_of(n);
    a = room_of(2 * columns * sizeof(double));

    FUZZ_HOLDS(maas_explain(e, x, NULL, 0, 4, a, &said, ws, n, &err)
               == MAAS_OK);
    memset(ws, 0x5a, n);
    FUZZ_HOLDS(maas_explain(e, x, NULL, 0, 4, a + columns, &again, ws, n, &err)
               == MAAS_OK);
    FUZZ_HOLDS(memcmp(a, a + columns, columns * sizeof(double)) == 0);

    free(ws);
    free(a);
    maas_explainer_free(e);
}


static void
load_and_ask(const uint8_t *file, size_t size)
{
    void               *ws, *x;
    size_t              i, n;
    double             *y;
    maas_err_t          err = { 0 };
    maas_model_t       *m = NULL;
    const maas_info_t  *info;

    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        FUZZ_HOLDS(m == NULL && err.msg[0] != '\0');
        return;
    }

    fuzz_accepted++;
    info = maas_model_info(m);
    n = maas_workspace_size(m, ROWS);
    ws = room_of(n);
    x = room_of(ROWS * info->row);
    y = room_of(ROWS * info->out * sizeof(double));

    for (i = 0; i < 2 * info->in; i++) {
        if (info->wide) {
            ((double *) x)[i] = (double) i / 2 - 1;
        } else {
            ((float *) x)[i] = (float) i / 2 - 1;
        }
    }

    memcpy((char *) x + 2 * info->row, x, info->row);
    FUZZ_HOLDS(maas_raw(m, x, ROWS, y, ws, n, &err) == MAAS_OK);
    ask(info, x, file, size);
    explain(m, x, file, size);

    free(ws);
    free(x);
    free(y);
    maas_model_free(m);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t  *file;

    load_and_ask(data, size);

    file = room_of(size);
    memcpy(file, data, size);
    mend(file, size);
    load_and_ask(file, size);
    free(file);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    char             text[4096];
    size_t           i, len, at_byte, many;
    uint64_t         head;
    const tensor_t  *t;

    if (n > 1) {
        return 0;
    }

    t = n == 0 ? tensors : embedding;
    many = n == 0 ? sizeof(tensors) / sizeof(tensors[0])
                  : sizeof(embedding) / sizeof(embedding[0]);
    at_byte = 0;
    len = (size_t) snprintf(text, sizeof(text), "%s",
                            n == 0 ? document : embeds);

    for (i = 0; i < many; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len,
            ",\"layers.%s\":{\"dtype\":\"%s\",\"shape\":[%zu%s],"
            "\"data_offsets\":[%zu,%zu]}", t[i].name, t[i].dtype, t[i].n,
            t[i].columns ? ",1" : "", at_byte, at_byte + t[i].bytes);
        at_byte += t[i].bytes;
    }

    len += (size_t) snprintf(text + len, sizeof(text) - len, "}");
    head = (len + 7) / 8 * 8;
    FUZZ_HOLDS(len < sizeof(text) && 8 + head + at_byte <= room);

    memcpy(buf, &head, 8);
    memset(buf + 8, ' ', head);
    memcpy(buf + 8, text, len);
    at_byte = 8 + head;

    for (i = 0; i < many; i++) {
        memcpy(buf + at_byte, t[i].data, t[i].bytes);
        at_byte += t[i].bytes;
    }

    mend(buf, at_byte);

    return at_byte;
}
