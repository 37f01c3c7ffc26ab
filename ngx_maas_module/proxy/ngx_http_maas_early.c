
/*
 * Reads of a variable before what its score waits for: by "if", "set" and
 * "return", which run before preaccess.
 * Not here: waiting (ngx_http_maas_wait.c).
 */


#include "ngx_http_maas_wait.h"


ngx_uint_t
ngx_http_maas_early(ngx_http_request_t *r, ngx_http_maas_inputs_t *inputs)
{
    ngx_http_maas_loc_conf_t   *mlcf;
    ngx_http_maas_main_conf_t  *mmcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_maas_module);

    if (!inputs->body && mlcf->offload == NULL) {
        return 0;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_maas_module);

    /* each redirect begins again */

    if (r->main->phase_handler >= mmcf->preaccess) {
        return 0;
    }

    return mlcf->offload != NULL || ngx_http_maas_body_to_come(r);
}
