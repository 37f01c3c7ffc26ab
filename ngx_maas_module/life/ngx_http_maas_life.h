
/*
 * From directives to workers that are ready: what ngx_http_maas_module.c calls
 * in the rest of this room.
 */


#ifndef _NGX_HTTP_MAAS_LIFE_H_INCLUDED_
#define _NGX_HTTP_MAAS_LIFE_H_INCLUDED_


#include "ngx_http_maas_conf.h"


/* Directives */

/* maas_model NAME PATH [version=N] [label=L] [watch=TIME] [max=SIZE]
 * [verify=FILE] [signature=FILE] [key=FILE]: load the file, check all, add it
 * to mmcf->models. */
char *ngx_http_maas_model(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* maas_models PATTERN [watch=TIME] [max=SIZE] [verify=FILE] [signature=FILE]
 * [key=FILE]: the same of each file that matches. */
char *ngx_http_maas_models(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* maas_pipeline NAME MODEL,MODEL... | mean=MODEL,MODEL... [weights=W,W...]
 * [threshold=P] | gate=MODEL above=X then=MODEL else=...; [version=N]
 * [label=L]: models in one pass are a model of its own. */
char *ngx_http_maas_pipeline(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* maas_offload off | pool[=name] above=time [nice=n] */
char *ngx_http_maas_offload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* maas_output off | [top=K] [round=D] [labels-only] */
char *ngx_http_maas_output(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Once it is merged: does it do anything here?  Logs if it does not;
 * NGX_ERROR: for the one model that the location has. */
ngx_int_t ngx_http_maas_output_check(ngx_conf_t *cf,
    ngx_http_maas_loc_conf_t *mlcf);

/* maas_explain off | top=N|all [steps=N] [baseline=mean|zero] */
char *ngx_http_maas_explain_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* maas_features_log name|* [without=column,...] [hash=column,... key=file] */
char *ngx_http_maas_features_log(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* maas_status, maas_metrics: the location is of kind cmd->offset. */
char *ngx_http_maas_take(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The same with what belongs to maas_serve, maas_predict */
char *ngx_http_maas_serve(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_maas_predict(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* maas_fleet metrics|status upstream uri [timeout=time] [max=size] */
char *ngx_http_maas_fleet_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Once all is read: which servers their upstreams have; logs what is wrong. */
ngx_int_t ngx_http_maas_fleets_init(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);

/* Who answers where a location is of a kind */
extern const ngx_http_handler_pt
    ngx_http_maas_handlers[NGX_HTTP_MAAS_N_KINDS];


/* ngx_http_maas_model.c */

/* The name of a directive; version 1.  Logs if it may not be one. */
ngx_int_t ngx_http_maas_model_begin(ngx_conf_t *cf,
    ngx_http_maas_model_t *model, ngx_str_t *name);

/* version=N or label=L; NGX_DECLINED: it is neither, or not well formed. */
ngx_int_t ngx_http_maas_model_version(ngx_http_maas_model_t *model,
    ngx_str_t *value);

/* Logs if its version or label is in use. */
ngx_int_t ngx_http_maas_model_twice(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);

/* A model of which name, version, label and file are set: load, check, add;
 * logs what is wrong. */
ngx_int_t ngx_http_maas_model_new(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);


/* ngx_http_maas_explainer.c */

/* A location is merged: which models it may explain; logs if it may not. */
ngx_int_t ngx_http_maas_explain_mark(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_loc_conf_t *mlcf);

/* Once all is merged: explainers of those models; logs why there is none where
 * answers cannot do without. */
ngx_int_t ngx_http_maas_explainers(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_worker.c */

/* In a worker: workspace, batches, one warm-up pass of each model.  What cannot
 * be had now is asked for again when a request needs it. */
void ngx_http_maas_worker_init(ngx_cycle_t *cycle,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_fit.c */

/* Once all is merged: how many rows batches have, and what memory is left; logs
 * why not. */
ngx_int_t ngx_http_maas_fit(ngx_conf_t *cf, ngx_http_maas_main_conf_t *mmcf);

/* In a worker: rows of a batch of `new`, which is to take the place of `now`,
 * NULL if it has none; TOOBIG: there is no room for one. */
maas_status_t ngx_http_maas_fit_new(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *new, maas_err_t *err);

/* It does: memory is that of the new one from now on. */
void ngx_http_maas_fit_take(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now, ngx_http_maas_model_t *new);

/* A model is gone, and nothing takes its place. */
void ngx_http_maas_fit_drop(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *now);


/* ngx_http_maas_shm.c */

/* At the end of the configuration: the zone, where each model will find its
 * lanes before workers are forked. */
ngx_int_t ngx_http_maas_zone_add(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);

/* In the master, once nothing can fail any more: models that are new get the
 * lanes of those that are gone, where there is no other room. */
void ngx_http_maas_zone_commit(ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_model.c: a notice of each model that is loaded */
void ngx_http_maas_model_tell(ngx_cycle_t *cycle,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_first.c: the part that runs before nginx merges */
extern ngx_module_t  ngx_http_maas_first_module;


#endif /* _NGX_HTTP_MAAS_LIFE_H_INCLUDED_ */
