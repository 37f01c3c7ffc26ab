
/*
 * maas_output: answers of a location say less than the model knows.
 * Not here: how rows are blunted (maas.h), and where (request/, proxy/).
 */


#include "ngx_http_maas_life.h"


static ngx_int_t
ngx_http_maas_output_arg(maas_blunt_t *output, ngx_str_t *value)
{
    ngx_int_t  n;

    if (ngx_strcmp(value->data, "labels-only") == 0 && !output->label) {
        output->label = 1;
        return NGX_OK;
    }

    if (ngx_strncmp(value->data, "top=", 4) == 0 && output->top == 0) {
        n = ngx_atoi(value->data + 4, value->len - 4);
        output->top = n > 0 ? n : 0;
        return n > 0 ? NGX_OK : NGX_ERROR;
    }

    if (ngx_strncmp(value->data, "round=", 6) == 0 && output->digits == -1) {
        n = ngx_atoi(value->data + 6, value->len - 6);
        output->digits = (int) ngx_min(n, MAAS_BLUNT_DIGITS + 1);
        return n >= 0 && n <= MAAS_BLUNT_DIGITS ? NGX_OK : NGX_ERROR;
    }

    return NGX_ERROR;
}


char *
ngx_http_maas_output(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_maas_loc_conf_t  *mlcf = conf;

    ngx_str_t     *value;
    ngx_uint_t     i;
    maas_blunt_t  *output;

    if (mlcf->output != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        mlcf->output = NULL;
        return NGX_CONF_OK;
    }

    output = ngx_pcalloc(cf->pool, sizeof(maas_blunt_t));
    if (output == NULL) {
        return NGX_CONF_ERROR;
    }

    output->digits = -1;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_maas_output_arg(output, &value[i]) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\", expected \"top=\" "
                               "and a number from 1 on, \"round=\" and 0 to "
                               "%d, \"labels-only\", each once, or just "
                               "\"off\"",
                               &value[i], MAAS_BLUNT_DIGITS);
            return NGX_CONF_ERROR;
        }
    }

    if (output->label && output->top > 0) {
        return "has \"top=\" and \"labels-only\", of which the second leaves "
               "nothing to the first: expected one of them";
    }

    mlcf->output = output;

    return NGX_CONF_OK;
}


/* Who hides something and hides nothing is told. */

static ngx_uint_t
ngx_http_maas_output_vain(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *mlcf,
    ngx_http_maas_model_t *model, ngx_uint_t level)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (maas_blunts(model->info, mlcf->output)) {
        return 0;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_log_error(level, cf->log, 0,
                  "maas_output in location \"%V\" takes nothing from answers "
                  "of model \"%V\", whose task is %s: %s, or \"maas_output "
                  "off\" there", &clcf->name, &model->name,
                  model->info->task_name,
                  model->info->task == MAAS_TASK_REGRESSION
                  ? "add \"round=\"" : "add \"round=\" or \"labels-only\"");

    return 1;
}


ngx_int_t
ngx_http_maas_output_check(ngx_conf_t *cf, ngx_http_maas_loc_conf_t *mlcf)
{
    ngx_uint_t                  i;
    ngx_http_maas_model_t     **model;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_maas_main_conf_t  *mmcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* what is inside of a location has the same */

    if (mlcf->output == NULL || clcf->noname) {
        return NGX_OK;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_PREDICT) {
        return ngx_http_maas_output_vain(cf, mlcf, mlcf->model, NGX_LOG_EMERG)
               ? NGX_ERROR : NGX_OK;
    }

    if (mlcf->kind == NGX_HTTP_MAAS_SERVE) {
        mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_maas_module);
        model = mmcf->models.elts;

        for (i = 0; i < mmcf->models.nelts; i++) {
            if (ngx_http_maas_output_vain(cf, mlcf, model[i], NGX_LOG_WARN)) {
                break;
            }
        }
    }

    return NGX_OK;
}
