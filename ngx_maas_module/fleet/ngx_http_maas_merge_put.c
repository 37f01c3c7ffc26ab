
/*
 * A family of metrics, written once: its head, samples of all instances below.
 * Not here: which lines are of it (ngx_http_maas_merge.c), nginx.
 */


#include "ngx_http_maas_merge.h"

#include <string.h>


static void
ngx_http_maas_merge_put(const ngx_http_maas_sink_t *sink,
    ngx_http_maas_piece_t piece)
{
    sink->put(sink->ctx, piece.data, piece.len);
}


#define ngx_http_maas_merge_text(sink, text)                                  \
    ngx_http_maas_merge_put(sink, ngx_http_maas_piece(text))


void
ngx_http_maas_merge_head(const ngx_http_maas_family_t *family,
    const ngx_http_maas_sink_t *sink)
{
    if (family->help.len > 0) {
        ngx_http_maas_merge_text(sink, "# HELP ");
        ngx_http_maas_merge_put(sink, family->name);
        ngx_http_maas_merge_text(sink, " ");
        ngx_http_maas_merge_put(sink, family->help);
        ngx_http_maas_merge_text(sink, "\n");
    }

    if (family->type.len > 0) {
        ngx_http_maas_merge_text(sink, "# TYPE ");
        ngx_http_maas_merge_put(sink, family->name);
        ngx_http_maas_merge_text(sink, " ");
        ngx_http_maas_merge_put(sink, family->type);
        ngx_http_maas_merge_text(sink, "\n");
    }
}


/* "instance", also behind one "exported_" or more: each gets one more. */

static int
ngx_http_maas_merge_is_instance(ngx_http_maas_piece_t name)
{
    static const ngx_http_maas_piece_t  exported = {
        (const unsigned char *) "exported_", sizeof("exported_") - 1
    };

    while (name.len > exported.len
           && memcmp(name.data, exported.data, exported.len) == 0)
    {
        name.data += exported.len;
        name.len -= exported.len;
    }

    return ngx_http_maas_piece_is(name, ngx_http_maas_piece("instance"));
}


static void
ngx_http_maas_merge_labels(ngx_http_maas_piece_t labels,
    const ngx_http_maas_sink_t *sink)
{
    ngx_http_maas_piece_t  name, value;

    while (ngx_http_maas_line_label(&labels, &name, &value) == 1) {
        ngx_http_maas_merge_text(sink, ",");

        if (ngx_http_maas_merge_is_instance(name)) {
            ngx_http_maas_merge_text(sink, "exported_");
        }

        ngx_http_maas_merge_put(sink, name);
        ngx_http_maas_merge_text(sink, "=\"");
        ngx_http_maas_merge_put(sink, value);
        ngx_http_maas_merge_text(sink, "\"");
    }
}


void
ngx_http_maas_merge_samples(ngx_http_maas_piece_t text,
    const ngx_http_maas_run_t *run, ngx_http_maas_piece_t instance,
    const ngx_http_maas_sink_t *sink)
{
    ngx_http_maas_line_t  line;

    text.data += run->begin;
    text.len = run->end - run->begin;

    while (text.len > 0) {
        ngx_http_maas_line_read(&text, &line);

        if (line.kind != NGX_HTTP_MAAS_LINE_SAMPLE) {
            continue;
        }

        ngx_http_maas_merge_put(sink, line.name);
        ngx_http_maas_merge_text(sink, "{instance=\"");
        ngx_http_maas_merge_put(sink, instance);
        ngx_http_maas_merge_text(sink, "\"");
        ngx_http_maas_merge_labels(line.labels, sink);
        ngx_http_maas_merge_text(sink, "} ");
        ngx_http_maas_merge_put(sink, line.rest);
        ngx_http_maas_merge_text(sink, "\n");
    }
}
