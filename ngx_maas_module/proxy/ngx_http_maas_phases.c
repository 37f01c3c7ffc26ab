
/*
 * What of this room runs in which phase of a request.
 * Not here: what it does.
 */


#include "ngx_http_maas_shadow.h"
#include "ngx_http_maas_track.h"
#include "ngx_http_maas_wait.h"


/* Of the modules in a phase the last one registered runs first: this one does,
 * before limit_req, since it stands behind them in the list of modules. */

static ngx_int_t
ngx_http_maas_preaccess(ngx_http_request_t *r)
{
    ngx_http_maas_shadow_begin(r);

    /* first: who sends a body slowly has arrived */

    if (r == r->main) {
        ngx_http_maas_track_arrive(r);
    }

    return ngx_http_maas_wait(r);
}


static ngx_int_t
ngx_http_maas_logged(ngx_http_request_t *r)
{
    ngx_http_maas_shadow_after(r);

    if (r == r->main) {
        ngx_http_maas_track_finish(r);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_phases_init(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    static const struct {
        ngx_http_phases      phase;
        ngx_http_handler_pt  handler;
    } phases[] = {
        { NGX_HTTP_PREACCESS_PHASE, ngx_http_maas_preaccess },
        { NGX_HTTP_ACCESS_PHASE, ngx_http_maas_deny_handler },
        { NGX_HTTP_LOG_PHASE, ngx_http_maas_logged }
    };

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        h = ngx_array_push(&cmcf->phases[phases[i].phase].handlers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = phases[i].handler;
    }

    return NGX_OK;
}


void
ngx_http_maas_phases_find(ngx_cycle_t *cycle, ngx_http_maas_main_conf_t *mmcf)
{
    ngx_int_t                   i;
    ngx_http_phase_handler_t   *ph;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    ph = cmcf->phase_engine.handlers;

    for (i = 0; ph[i].checker; i++) {
        if (ph[i].handler == ngx_http_maas_preaccess) {
            mmcf->preaccess = i;
        }
    }
}
