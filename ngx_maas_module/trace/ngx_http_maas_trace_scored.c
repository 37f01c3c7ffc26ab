
/*
 * Which models variables asked of a request that others answer.  They run where
 * a variable is read, and nobody looks at a clock for that.
 * Not here: requests for a model (ngx_http_maas_trace_parts.c).
 */


#include "ngx_http_maas_trace.h"
#include "proxy/ngx_http_maas_proxy.h"


void
ngx_http_maas_trace_scored(ngx_http_request_t *r, ngx_http_maas_text_t *t)
{
    ngx_http_maas_model_t  *model;
    ngx_http_maas_score_t  *score;
    ngx_http_maas_state_t  *state;

    state = r == r->main ? ngx_http_maas_state_now(r) : NULL;
    score = state == NULL ? NULL : state->scores;

    for ( /* void */ ; score != NULL; score = score->next) {
        if (score->state == NGX_HTTP_MAAS_SCORE_DONE) {
            break;
        }
    }

    if (score == NULL) {
        return;
    }

    ngx_http_maas_json_open(t, NULL, "{");
    ngx_http_maas_json_string(t, "key", "maas.scored");
    ngx_http_maas_json_open(t, "value", "{");
    ngx_http_maas_json_open(t, "arrayValue", "{");
    ngx_http_maas_json_open(t, "values", "[");

    for ( /* void */ ; score != NULL; score = score->next) {
        if (score->state != NGX_HTTP_MAAS_SCORE_DONE) {
            continue;
        }

        model = score->lines->model;

        ngx_http_maas_json_open(t, NULL, "{");
        ngx_http_maas_json_value(t, "stringValue", "\"%V:%V\"", &model->name,
                                 &model->version);
        ngx_http_maas_json_close(t, "}");
    }

    ngx_http_maas_json_close(t, "]}}}");
}
