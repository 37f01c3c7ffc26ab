
/*
 * What the Open Inference Protocol and Triton say of the server: what it is,
 * which models it has, how it logs and traces.
 * Not here: a model's metadata (ngx_http_maas_meta.c), counters
 * (ngx_http_maas_stats.c).
 */


#include "ngx_http_maas_routes.h"


/* What lives is ready: members that every client's reader of these routes
 * accepts, also those that look for the other one. */

void
ngx_http_maas_tell_live(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_flag(t, "live", 1, 1);
    ngx_http_maas_tell_close(t);
}


void
ngx_http_maas_tell_ready(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_json(t, "\"live\":true");
    ngx_http_maas_tell_flag(t, "ready", 1, 1);
    ngx_http_maas_tell_close(t);
}


void
ngx_http_maas_tell_server(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    static const char *const  extensions[] = {
        "binary_tensor_data", "classification", "model_configuration",
        "statistics"
    };

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_text(t, "name", 1, "ngx_maas");
    ngx_http_maas_tell_text(t, "version", 2, MAAS_VERSION);
    ngx_http_maas_tell_texts(t, "extensions", 3, extensions,
                             sizeof(extensions) / sizeof(extensions[0]));
    ngx_http_maas_tell_close(t);
}


/* A list, which in gRPC is in a message */

void
ngx_http_maas_tell_index(ngx_http_request_t *r, ngx_http_maas_target_t *target,
    ngx_http_maas_tell_t *t)
{
    ngx_uint_t               i;
    ngx_http_maas_model_t  **models;

    models = target->mmcf->models.elts;

    ngx_http_maas_tell_list(t, NULL);

    for (i = 0; i < target->mmcf->models.nelts; i++) {
        ngx_http_maas_tell_open(t, NULL, 1);
        ngx_http_maas_tell_text(t, "name", 1, (char *) models[i]->name.data);
        ngx_http_maas_tell_text(t, "version", 2,
                                (char *) models[i]->version.data);
        ngx_http_maas_tell_text(t, "state", 3, "READY");
        ngx_http_maas_tell_text(t, "reason", 4, "");
        ngx_http_maas_tell_close(t);
    }

    ngx_http_maas_tell_list_end(t);
}


/* How a setting's value is told: protobuf has a message of one field for it,
 * by its kind. */

static void
ngx_http_maas_setting_open(ngx_http_maas_tell_t *t, const char *name)
{
    if (t->protobuf) {
        ngx_http_maas_tell_entry(t, 1, name);
    }
}


static void
ngx_http_maas_setting_close(ngx_http_maas_tell_t *t)
{
    if (t->protobuf) {
        ngx_http_maas_tell_entry_end(t);
    }
}


static void
ngx_http_maas_setting_flag(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t value)
{
    ngx_http_maas_setting_open(t, name);

    if (t->protobuf) {
        ngx_http_maas_tell_field(t, 1, value);

    } else {
        ngx_http_maas_tell_flag(t, name, 0, value);
    }

    ngx_http_maas_setting_close(t);
}


static void
ngx_http_maas_setting_text(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *value)
{
    ngx_http_maas_setting_open(t, name);
    ngx_http_maas_tell_text(t, t->protobuf ? NULL : name, number, value);
    ngx_http_maas_setting_close(t);
}


/* What error_log of this place lets through; its path is nobody's business */

void
ngx_http_maas_tell_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_uint_t  level, verbose;

    level = r->connection->log->log_level;
    verbose = level >= NGX_LOG_DEBUG_FIRST;

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_setting_text(t, "log_file", 3, "");
    ngx_http_maas_setting_flag(t, "log_error", level >= NGX_LOG_ERR);
    ngx_http_maas_setting_flag(t, "log_warning", level >= NGX_LOG_WARN);
    ngx_http_maas_setting_flag(t, "log_info", level >= NGX_LOG_INFO);
    ngx_http_maas_setting_open(t, "log_verbose_level");

    if (t->protobuf) {
        ngx_http_maas_tell_field(t, 2, verbose);

    } else {
        ngx_http_maas_tell_number(t, "log_verbose_level", 0, verbose);
    }

    ngx_http_maas_setting_close(t);
    ngx_http_maas_setting_text(t, "log_format", 3, "default");
    ngx_http_maas_tell_close(t);
}


/* Nothing is traced in Triton's way, by clients' wish; maas_trace is another
 * way.  Clients that ask are told so. */

void
ngx_http_maas_tell_tracing(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t)
{
    ngx_uint_t  i;

    static const struct {
        const char  *name, *value;
    } settings[] = {
        { "trace_rate", "0" }, { "trace_count", "0" },
        { "log_frequency", "0" }, { "trace_file", "" },
        { "trace_mode", "triton" }
    };

    ngx_http_maas_tell_open(t, NULL, 0);
    ngx_http_maas_tell_json(t, "\"trace_level\":[\"OFF\"]");

    if (t->protobuf) {
        ngx_http_maas_setting_text(t, "trace_level", 1, "OFF");
    }

    for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        ngx_http_maas_setting_text(t, settings[i].name, 1, settings[i].value);
    }

    ngx_http_maas_tell_close(t);
}
