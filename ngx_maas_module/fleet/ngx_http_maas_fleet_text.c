
/*
 * What instances said, as one text: metrics, JSON.
 * Not here: how they are asked (ngx_http_maas_ask.c), which lines of metrics
 * belong together (ngx_http_maas_merge.c).
 */


#include "ngx_http_maas_fleet.h"
#include "ngx_http_maas_merge.h"
#include "routes/ngx_http_maas_routes.h"


/* nesting of an instance's JSON */

#define NGX_HTTP_MAAS_FLEET_DEPTH  32


/* Metrics on their way */

typedef struct {
    ngx_http_maas_ask_t       *ask;
    ngx_http_maas_text_t      *text;
    ngx_uint_t                 n;          /* instances */
    ngx_http_maas_families_t  *families;
    ngx_http_maas_run_t       *runs;       /* (n, families->n) */
    ngx_http_maas_piece_t     *names;      /* (n) as values of a label */
    size_t                    *left_out;   /* (n) lines */
} ngx_http_maas_merging_t;


/* Families of our own stand first: others of a router below fall in. */

static const ngx_http_maas_piece_t  ngx_http_maas_fleet_own =
    ngx_http_maas_piece(
        "# HELP maas_instance_up Did the instance answer with metrics\n"
        "# TYPE maas_instance_up gauge\n"
        "# HELP maas_instance_left_out_lines Lines of its metrics that do not "
        "fit in here\n"
        "# TYPE maas_instance_left_out_lines gauge\n");


static void
ngx_http_maas_fleet_put(void *ctx, const u_char *data, size_t len)
{
    ngx_str_t  s;

    s.data = (u_char *) data;
    s.len = len;

    ngx_http_maas_put_text(ctx, &s);
}


static ngx_http_maas_piece_t
ngx_http_maas_fleet_said(const ngx_http_maas_said_t *said)
{
    ngx_http_maas_piece_t  piece;

    piece.data = said->text.data;
    piece.len = said->text.len;

    return piece;
}


/* As the values of labels */

static ngx_int_t
ngx_http_maas_fleet_names(ngx_http_maas_merging_t *m)
{
    ngx_str_t             name;
    ngx_uint_t            i;
    ngx_http_maas_text_t  text;

    for (i = 0; i < m->n; i++) {
        name = m->ask->said[i].instance->name;

        ngx_http_maas_text_init(&text, m->text->pool);
        ngx_http_maas_put_escaped(&text, (char *) name.data, name.len);

        if (ngx_http_maas_text(&text, &name) != NGX_OK) {
            return NGX_ERROR;
        }

        m->names[i].data = name.data;
        m->names[i].len = name.len;
    }

    return NGX_OK;
}


/* Is there a sample of it, or nothing at all? */

static ngx_uint_t
ngx_http_maas_fleet_is_metrics(const ngx_http_maas_merging_t *m, ngx_uint_t i)
{
    size_t  k;

    for (k = 0; k < m->families->n; k++) {
        if (m->runs[i * m->families->n + k].end != 0) {
            return 1;
        }
    }

    return m->left_out[i] == 0;
}


static ngx_int_t
ngx_http_maas_fleet_merge(ngx_http_maas_merging_t *m)
{
    ngx_uint_t   i;
    ngx_pool_t  *pool;

    pool = m->text->pool;

    m->families = ngx_pcalloc(pool, sizeof(ngx_http_maas_families_t));
    m->names = ngx_pcalloc(pool, m->n * sizeof(ngx_http_maas_piece_t));
    m->left_out = ngx_pcalloc(pool, m->n * sizeof(size_t));

    if (m->families == NULL || m->names == NULL || m->left_out == NULL) {
        return NGX_ERROR;
    }

    ngx_http_maas_merge_read(m->families, ngx_http_maas_fleet_own);

    for (i = 0; i < m->n; i++) {
        ngx_http_maas_merge_read(m->families,
                                 ngx_http_maas_fleet_said(&m->ask->said[i]));
    }

    m->runs = ngx_palloc(pool, m->n * m->families->n
                               * sizeof(ngx_http_maas_run_t));
    if (m->runs == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < m->n; i++) {
        m->left_out[i] = ngx_http_maas_merge_find(m->families,
                                     ngx_http_maas_fleet_said(&m->ask->said[i]),
                                     &m->runs[i * m->families->n]);

        if (m->ask->said[i].error == NULL
            && !ngx_http_maas_fleet_is_metrics(m, i))
        {
            m->ask->said[i].error = "the answer is no metrics";
        }
    }

    return ngx_http_maas_fleet_names(m);
}


/* Samples of the first two families, which are ours */

static void
ngx_http_maas_fleet_own_samples(ngx_http_maas_merging_t *m, ngx_uint_t family)
{
    ngx_str_t   name;
    ngx_uint_t  i;

    for (i = 0; i < m->n; i++) {

        if (family == 1 && m->ask->said[i].error != NULL) {
            continue;
        }

        name.data = (u_char *) m->names[i].data;
        name.len = m->names[i].len;

        ngx_http_maas_put(m->text, "%s{instance=\"",
                          family == 0 ? "maas_instance_up"
                                      : "maas_instance_left_out_lines");
        ngx_http_maas_put_text(m->text, &name);
        ngx_http_maas_put(m->text, "\"} %uz\n",
                          family == 1 ? m->left_out[i]
                                      : m->ask->said[i].error == NULL);
    }
}


ngx_int_t
ngx_http_maas_fleet_metrics(ngx_http_maas_ask_t *ask,
    ngx_http_maas_text_t *text)
{
    size_t                   all;
    ngx_uint_t               i, k;
    ngx_http_maas_run_t     *run;
    ngx_http_maas_sink_t     sink;
    ngx_http_maas_merging_t  m;

    ngx_memzero(&m, sizeof(ngx_http_maas_merging_t));

    m.ask = ask;
    m.text = text;
    m.n = ask->fleet->instances.nelts;

    sink.put = ngx_http_maas_fleet_put;
    sink.ctx = text;

    for (i = all = 0; i < m.n; i++) {
        all += ask->said[i].text.len;
    }

    /* labels make it longer: copied once then */

    if (ngx_http_maas_fleet_merge(&m) != NGX_OK
        || ngx_http_maas_text_reserve(text, all + all / 2) == NULL)
    {
        return NGX_ERROR;
    }

    for (k = 0; k < m.families->n; k++) {
        ngx_http_maas_merge_head(&m.families->of[k], &sink);

        if (k < 2) {
            ngx_http_maas_fleet_own_samples(&m, k);
        }

        for (i = 0; i < m.n; i++) {
            run = &m.runs[i * m.families->n + k];
            ngx_http_maas_merge_samples(ngx_http_maas_fleet_said(&ask->said[i]),
                                        run, m.names[i], &sink);
        }
    }

    return NGX_OK;
}


static void
ngx_http_maas_fleet_string(ngx_http_maas_text_t *t, const char *key,
    const ngx_str_t *s)
{
    maas_writer_key(&t->json, key);
    maas_writer_string(&t->json, (const char *) s->data, s->len);
}


static void
ngx_http_maas_fleet_instance(ngx_http_maas_text_t *t,
    const ngx_http_maas_said_t *said)
{
    const ngx_http_maas_instance_t  *instance;

    instance = said->instance;

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_fleet_string(t, "instance", &instance->name);
    ngx_http_maas_json_value(t, NULL, "\"weight\":%ui,\"backup\":%s,"
                             "\"down\":%s", instance->weight,
                             instance->backup ? "true" : "false",
                             instance->down ? "true" : "false");

    if (said->status != 0) {
        ngx_http_maas_json_value(t, NULL, "\"up\":false,\"error\":"
                                 "\"the answer has status %ui\"",
                                 said->status);

    } else if (said->error != NULL) {
        ngx_http_maas_json_value(t, NULL, "\"up\":false,\"error\":\"%s\"",
                                 said->error);

    } else if (maas_writer_object(&t->json, "live",
                                  (const char *) said->text.data,
                                  said->text.len, NGX_HTTP_MAAS_FLEET_DEPTH)
               == MAAS_OK)
    {
        ngx_http_maas_json_value(t, NULL, "\"up\":true");

    } else {
        ngx_http_maas_json_value(t, NULL, "\"up\":false,\"error\":"
                                 "\"the answer is no JSON object\"");
    }

    ngx_http_maas_json_close(t, "}");
}


void
ngx_http_maas_fleet_json(ngx_http_maas_ask_t *ask, ngx_http_maas_text_t *text)
{
    ngx_uint_t   i;
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    ngx_http_maas_json_open(text, NULL, "{");
    ngx_http_maas_json_string(text, "version", MAAS_VERSION);
    ngx_http_maas_json_value(text, "now", "%uL",
                             (uint64_t) tp->sec * 1000 + tp->msec);
    ngx_http_maas_fleet_string(text, "upstream", &ask->fleet->upstream);
    ngx_http_maas_json_open(text, "instances", "[");

    for (i = 0; i < ask->fleet->instances.nelts; i++) {
        ngx_http_maas_fleet_instance(text, &ask->said[i]);
    }

    ngx_http_maas_json_close(text, "]}");
}
