/*
 * Any bytes as a traceparent: refused, or what is written of it is read as the
 * same.
 */

#include "../../ngx_maas_module/trace/ngx_http_maas_trace_context.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


static const char *const  seeds[] = {
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
    "cc-12345678901234567890123456789012-1234567890123456-03-and-more"
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t                       *s;
    unsigned char                  out[NGX_HTTP_MAAS_TRACEPARENT_LEN];
    ngx_http_maas_trace_context_t  context, again;

    s = malloc(size ? size : 1);
    FUZZ_HOLDS(s != NULL);
    memcpy(s, data, size);

    if (ngx_http_maas_traceparent_read(s, size, &context)) {
        fuzz_accepted++;

        ngx_http_maas_traceparent_write(&context, out);
        FUZZ_HOLDS(ngx_http_maas_traceparent_read(out, sizeof(out), &again));
        FUZZ_HOLDS(memcmp(&context, &again, sizeof(context)) == 0);
        FUZZ_HOLDS(memcmp(out + 3, s + 3, sizeof(out) - 5) == 0);
        FUZZ_HOLDS(!ngx_http_maas_trace_taken(&context, 0));
        FUZZ_HOLDS(ngx_http_maas_trace_taken(&context, 1ull << 63));
    }

    free(s);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    if (n >= sizeof(seeds) / sizeof(seeds[0])) {
        return 0;
    }

    FUZZ_HOLDS(strlen(seeds[n]) <= room);
    memcpy(buf, seeds[n], strlen(seeds[n]));

    return strlen(seeds[n]);
}
