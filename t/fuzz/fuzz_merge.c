/*
 * Any bytes as the metrics of two instances: what comes out is metrics, each
 * sample with its instance, nothing of what went in is lost but the lines that
 * are said to be, and merged again it is the same but for a label.
 */

#include "../../ngx_maas_module/fleet/ngx_http_maas_merge.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;

static const char *const  seeds[] = {
    "# HELP x An x\n# TYPE x counter\nx{k=\"v\"} 1\n|# TYPE x counter\nx 2\n",
    "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1e-3\nh_count 2\n|y 1 2\n",
    "x{a=\"\\\"}\\\\\\n\",instance=\"q\"} +Inf\n|# a comment\n\nx NaN\n",
    "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n|s 1\n"
};

static ngx_http_maas_families_t  families;


typedef struct {
    unsigned char  *data;
    size_t          len;
    size_t          room;
} sink_t;


static void
put(void *ctx, const unsigned char *data, size_t len)
{
    sink_t  *sink = ctx;

    FUZZ_HOLDS(sink->len + len <= sink->room);
    memcpy(sink->data + sink->len, data, len);
    sink->len += len;
}


static size_t
samples(ngx_http_maas_piece_t text, size_t *bad)
{
    size_t                n;
    ngx_http_maas_line_t  line;

    n = *bad = 0;

    while (text.len > 0) {
        ngx_http_maas_line_read(&text, &line);
        n += line.kind == NGX_HTTP_MAAS_LINE_SAMPLE;
        *bad += line.kind == NGX_HTTP_MAAS_LINE_BAD;
    }

    return n;
}


/* Of n texts into the sink; returns lines that are left out. */

static size_t
merge(const ngx_http_maas_piece_t *texts, size_t n, sink_t *out)
{
    size_t                 i, k, left_out;
    ngx_http_maas_run_t   *runs;
    ngx_http_maas_sink_t   sink = { put, out };

    memset(&families, 0, sizeof(families));

    for (i = 0; i < n; i++) {
        ngx_http_maas_merge_read(&families, texts[i]);
    }

    runs = calloc(n * families.n + 1, sizeof(ngx_http_maas_run_t));
    FUZZ_HOLDS(runs != NULL);
    left_out = 0;

    for (i = 0; i < n; i++) {
        left_out += ngx_http_maas_merge_find(&families, texts[i],
                                             runs + i * families.n);
    }

    for (k = 0; k < families.n; k++) {
        ngx_http_maas_merge_head(&families.of[k], &sink);

        for (i = 0; i < n; i++) {
            ngx_http_maas_merge_samples(texts[i], &runs[i * families.n + k],
                                        ngx_http_maas_piece("i"), &sink);
        }
    }

    free(runs);

    return left_out;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sink_t                 once, twice;
    size_t                 i, n, all, bad, left_out;
    uint8_t               *copy;
    ngx_http_maas_piece_t  texts[2], piece;

    copy = malloc(size ? size : 1);
    FUZZ_HOLDS(copy != NULL);
    memcpy(copy, data, size);

    for (i = 0; i < size && copy[i] != '|'; i++) { /* void */ }

    texts[0].data = copy;
    texts[0].len = i;
    texts[1].data = i < size ? copy + i + 1 : copy;
    texts[1].len = i < size ? size - i - 1 : 0;

    /* a label or two for each sample, a head for each name */

    once.room = 32 * size + 64;
    once.data = malloc(once.room);
    once.len = 0;
    twice.room = 2 * once.room;
    twice.data = malloc(twice.room);
    twice.len = 0;
    FUZZ_HOLDS(once.data != NULL && twice.data != NULL);

    left_out = merge(texts, 2, &once);
    all = samples(texts[0], &bad);
    all += samples(texts[1], &bad);

    piece.data = once.data;
    piece.len = once.len;
    n = samples(piece, &bad);
    FUZZ_HOLDS(bad == 0 && n <= all && all - n <= left_out);
    fuzz_accepted += n > 1;

    /* heads stand before their samples, names together */

    FUZZ_HOLDS(merge(&piece, 1, &twice) == 0);
    piece.data = twice.data;
    piece.len = twice.len;
    FUZZ_HOLDS(samples(piece, &bad) == n && bad == 0);

    free(copy);
    free(once.data);
    free(twice.data);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0]) ? fuzz_text(seeds[n], buf, room)
                                                : 0;
}
