/*
 * Any bytes as a model file: refused with a rule, or loaded and run.  The
 * checksum of every second input is put right first, so that what stands
 * behind it is reached.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/maas_crc.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


static const struct {
    const char  *header;
    size_t       numbers;
} seeds[] = {
    { "{\"__metadata__\":{\"maas\":\"{\\\"version\\\":1,\\\"name\\\":\\\"a\\\","
      "\\\"task\\\":\\\"regression\\\",\\\"inputs\\\":{\\\"kind\\\":"
      "\\\"tensor\\\",\\\"shape\\\":[2],\\\"shift\\\":1,\\\"factor\\\":0.5},"
      "\\\"layers\\\":"
      "[{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":1}],"
      "\\\"outputs\\\":{}}\"},"
      "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],"
      "\"data_offsets\":[0,8]},\"layers.0.bias\":{\"dtype\":\"F32\","
      "\"shape\":[1],\"data_offsets\":[8,12]}}", 3 },

    { "{\"__metadata__\":{\"maas\":\"{\\\"version\\\":1,\\\"name\\\":\\\"b\\\","
      "\\\"task\\\":\\\"classification\\\",\\\"inputs\\\":{\\\"kind\\\":"
      "\\\"columns\\\",\\\"columns\\\":[{\\\"name\\\":\\\"x\\\",\\\"kind\\\":"
      "\\\"number\\\"},{\\\"name\\\":\\\"y\\\",\\\"kind\\\":\\\"number\\\"}]},"
      "\\\"layers\\\":[{\\\"kind\\\":\\\"dense\\\","
      "\\\"units\\\":2,\\\"name\\\":"
      "\\\"p\\\",\\\"activation\\\":\\\"gelu\\\"},{\\\"kind\\\":"
      "\\\"layer_norm\\\",\\\"name\\\":\\\"q\\\"},{\\\"kind\\\":\\\"add\\\","
      "\\\"inputs\\\":[\\\"p\\\",\\\"q\\\"],\\\"activation\\\":\\\"softmax\\\""
      "}],\\\"outputs\\\":{\\\"labels\\\":[\\\"u\\\",\\\"v\\\"]}}\","
      "\"maas_crc32c\":\"00000000\"},"
      "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],"
      "\"data_offsets\":[0,16]},\"layers.0.bias\":{\"dtype\":\"F32\","
      "\"shape\":[2],\"data_offsets\":[16,24]},\"layers.1.weight\":{\"dtype\":"
      "\"F32\",\"shape\":[2],\"data_offsets\":[24,32]},\"layers.1.bias\":"
      "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,40]}}", 10 },

    { "{\"__metadata__\":{\"maas\":\"{\\\"version\\\":1,\\\"name\\\":\\\"c"
      "\\\",\\\"task\\\":\\\"binary\\\",\\\"inputs\\\":{\\\"kind\\\":\\\"co"
      "lumns\\\",\\\"columns\\\":[{\\\"name\\\":\\\"n\\\",\\\"clip\\\":3,"
      "\\\"missing\\\":1,\\\"missing_slot\\\":true,\\\"scaling\\\":\\\"quan"
      "tile\\\",\\\"knots\\\":[0,1],\\\"levels\\\":[-1,1]},{\\\"name\\\":"
      "\\\"b\\\",\\\"kind\\\":\\\"boolean\\\",\\\"missing\\\":0},{\\\"name"
      "\\\":\\\"c\\\",\\\"kind\\\":\\\"category\\\",\\\"values\\\":[\\\"u"
      "\\\",\\\"v\\\"],\\\"other\\\":true},{\\\"name\\\":\\\"h\\\",\\\"kind"
      "\\\":\\\"category\\\",\\\"hash\\\":2},{\\\"name\\\":\\\"t\\\",\\\"ki"
      "nd\\\":\\\"text\\\",\\\"hash\\\":4,\\\"ngrams\\\":[1,3]}]},\\\"layer"
      "s\\\":[{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":1,\\\"activation"
      "\\\":\\\"sigmoid\\\"}],\\\"outputs\\\":{\\\"labels\\\":[\\\"u\\\","
      "\\\"v\\\"],\\\"threshold\\\":0.25},"
      "\\\"reference\\\":{\\\"columns\\\":{\\\"n\\\":{\\\"edges\\\":[0,1]"
      ",\\\"counts\\\":[1,2,3],\\\"missing\\\":1},\\\"b\\\":{\\\"counts"
      "\\\":[1,1]},\\\"c\\\":{\\\"counts\\\":[1,2],\\\"unknown\\\":1},"
      "\\\"h\\\":{\\\"counts\\\":[1,2]},\\\"t\\\":{\\\"counts\\\":[1]}}}"
      "}\"},\"layers.0.weight\":{\"dtype"
      "\":\"F32\",\"shape\":[12,1],\"data_offsets\":[0,48]},\"layers.0.bias"
      "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[48,52]}}", 13 },

    { "{\"__metadata__\":{\"maas\":\"{\\\"version\\\":4,\\\"name\\\":\\\"d"
      "\\\",\\\"task\\\":\\\"regression\\\",\\\"inputs\\\":{\\\"kind\\\":\\\""
      "tensor\\\",\\\"shape\\\":[4],\\\"shift\\\":0.5,\\\"factor\\\":2},\\\"l"
      "ayers\\\":[{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":4,\\\"activation"
      "\\\":\\\"relu\\\",\\\"input_scale\\\":0.03,\\\"input_zero\\\":128,\\\""
      "output_scale\\\":0.5},{\\\"kind\\\":\\\"dense\\\",\\\"units\\\":4,\\\""
      "input_scale\\\":0.5}],\\\"outputs\\\":{}}\",\"maas_crc32c\":\"00000000"
      "\"},\"layers.0.weight\":{\"dtype\":\"I8\",\"shape\":[4,4],\"data_offse"
      "ts\":[0,16]},\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data"
      "_offsets\":[16,32]},\"layers.0.scale\":{\"dtype\":\"F32\",\"shape\":[4"
      "],\"data_offsets\":[32,48]},\"layers.1.weight\":{\"dtype\":\"I8\",\"sh"
      "ape\":[4,4],\"data_offsets\":[48,64]},\"layers.1.bias\":{\"dtype\":\"F"
      "32\",\"shape\":[4],\"data_offsets\":[64,80]},\"layers.1.scale\":{\"dty"
      "pe\":\"F32\",\"shape\":[4],\"data_offsets\":[80,96]}}", 24 },
};


/* The right checksum into the digits that are there, as far as they can be
 * found without reading the file as its reader does */

static void
mend(uint8_t *file, size_t size)
{
    char             digits[9];
    size_t           i;
    uint32_t         crc;
    static const char  key[] = "\"maas_crc32c\":\"";

    for (i = 8; i + sizeof(key) + 8 < size; i++) {
        if (memcmp(file + i, key, sizeof(key) - 1) == 0) {
            i += sizeof(key) - 1;
            memset(file + i, '0', 8);
            crc = maas__crc32c(0, file, size);
            (void) snprintf(digits, sizeof(digits), "%08x", (unsigned) crc);
            memcpy(file + i, digits, 8);
            return;
        }
    }
}


/* Whatever a reference says, a value is in one of its bins */

static void
check_bin(const maas_info_t *info, size_t i, float *x)
{
    char                     text[MAAS_BIN_TEXT];
    size_t                   k, bin;
    maas_err_t               err;
    const maas_reference_t  *r;

    static const char *const  texts[] = { "1", "", "v" };

    r = &info->fields[i].reference;
    FUZZ_HOLDS(r->n <= MAAS_BINS);

    for (k = 0; r->n > 0 && k < sizeof(texts) / sizeof(texts[0]); k++) {
        if (maas_row_text(info->marking, i, texts[k], strlen(texts[k]), x,
                          &err) != MAAS_OK)
        {
            continue;
        }

        bin = maas_row_bin(info->marking, i, x);
        FUZZ_HOLDS(bin < r->n);
        maas_bin_text(info->marking, i, bin, text);
        FUZZ_HOLDS(memchr(text, '\0', sizeof(text)) != NULL);
    }
}


/* Columns are set from a text that each of them takes in its way */

static void
set_columns(const maas_model_t *m, float *x)
{
    size_t              i;
    maas_err_t          err;
    const maas_info_t  *info;

    info = maas_model_info(m);
    maas_row_clear(info->reader, x);

    for (i = 0; i < info->n_columns; i++) {
        FUZZ_HOLDS(maas_column_find(info->reader, info->columns[i],
                                    strlen(info->columns[i])) == i);
        FUZZ_HOLDS(info->fields[i].at + info->fields[i].width <= info->in);
        check_bin(info, i, x);
        FUZZ_HOLDS(maas_row_text(info->reader, i, "1", 1, x, &err) == MAAS_OK);
    }

    FUZZ_HOLDS(maas_row_check(info->reader, x, &err) == MAAS_OK);
    FUZZ_HOLDS(maas_is_finite(x, info->in));
}


/* What adds to its scores, or a sentence why nobody can say */

static void
explain(const maas_model_t *m, const uint8_t *file, size_t size,
    const float *x)
{
    void               *ws;
    size_t              n, steps;
    double             *adds;
    maas_err_t          err;
    maas_explained_t    out;
    maas_explainer_t   *e;

    if (maas_explainer_load(m, file, size, MAAS_ISA_AUTO, &e, &err)
        != MAAS_OK)
    {
        FUZZ_HOLDS(err.msg[0] != '\0');
        return;
    }

    for (steps = 1; steps <= 17; steps += 16) {
        n = maas_explain_workspace_size(e, steps);
        ws = aligned_alloc(64, (n + 63) / 64 * 64);
        adds = calloc(maas_explainer_size(e), sizeof(double));
        FUZZ_HOLDS(ws != NULL && adds != NULL);

        FUZZ_HOLDS(maas_explain(e, x, NULL, MAAS_EXPLAIN_LIKELIEST, steps,
                                adds, &out, ws, n, &err) == MAAS_OK);
        FUZZ_HOLDS(out.output < maas_model_info(m)->out);
        free(adds);
        free(ws);
    }

    maas_explainer_free(e);
}


static void
load_and_run(const uint8_t *file, size_t size)
{
    void               *ws;
    float              *x, *y;
    size_t              i, n;
    maas_err_t          err;
    maas_model_t       *m;
    const maas_info_t  *info;

    memset(&err, 0, sizeof(err));
    m = NULL;

    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        FUZZ_HOLDS(m == NULL);
        FUZZ_HOLDS(err.code != MAAS_OK && err.msg[0] != '\0');
        FUZZ_HOLDS(memchr(err.msg, '\0', sizeof(err.msg)) != NULL);
        return;
    }

    fuzz_accepted++;
    info = maas_model_info(m);
    n = maas_workspace_size(m, 2);
    FUZZ_HOLDS(n != 0 && info->in != 0 && info->out != 0);

    ws = aligned_alloc(64, (n + 63) / 64 * 64);
    x = malloc(3 * info->in * sizeof(float));
    y = malloc(3 * info->out * sizeof(float));
    FUZZ_HOLDS(ws != NULL && x != NULL && y != NULL);

    for (i = 0; i < info->in; i++) {
        x[i] = x[2 * info->in + i] = (float) i - 1;
        x[info->in + i] = 0;
    }

    if (info->n_columns > 0) {
        set_columns(m, x);
        memcpy(x + 2 * info->in, x, info->in * sizeof(float));
    }

    FUZZ_HOLDS(maas_run(m, x, 3, y, ws, n, &err) == MAAS_OK);
    FUZZ_HOLDS(memcmp(y, y + 2 * info->out, info->out * sizeof(float)) == 0);
    explain(m, file, size, x);

    free(ws);
    free(x);
    free(y);
    maas_model_free(m);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t  *file;

    load_and_run(data, size);

    file = malloc(size ? size : 1);
    if (file == NULL) {
        return 0;
    }

    memcpy(file, data, size);
    mend(file, size);
    load_and_run(file, size);
    free(file);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    float     v;
    size_t    i, len;
    uint64_t  head;

    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    len = strlen(seeds[n].header);
    head = (len + 7) / 8 * 8;

    memcpy(buf, &head, 8);
    memset(buf + 8, ' ', head);
    memcpy(buf + 8, seeds[n].header, len);
    buf += 8 + head;

    for (i = 0; i < seeds[n].numbers; i++) {
        v = (float) i / 4 - 1;
        memcpy(buf + i * sizeof(float), &v, sizeof(float));
    }

    len = 8 + head + seeds[n].numbers * sizeof(float);
    mend(buf - 8 - head, len);

    return len;
}
