
/*
 * Content handlers, the trees of paths that maas_serve leads to, and the JSON
 * of what is said of the server and its models.
 */


#ifndef _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_
#define _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_


#include "answers/ngx_http_maas_response.h"
#include "answers/ngx_http_maas_tell.h"
#include "ngx_http_maas_conf.h"


/* Content handlers of maas_serve and maas_predict */
ngx_int_t ngx_http_maas_serve_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_maas_predict_handler(ngx_http_request_t *r);

/* maas_status: two pages for people, JSON for programs. */
ngx_int_t ngx_http_maas_status_handler(ngx_http_request_t *r);

/* maas_metrics: the text form of Prometheus. */
ngx_int_t ngx_http_maas_metrics_handler(ngx_http_request_t *r);

/* Open Inference Protocol routes; path is what follows /v2. */
ngx_int_t ngx_http_maas_v2_handler(ngx_http_request_t *r, ngx_str_t *path);

/* TensorFlow Serving's and KServe's routes; path is what follows /v1. */
ngx_int_t ngx_http_maas_v1_handler(ngx_http_request_t *r, ngx_str_t *path);


/* ngx_http_maas_meta.c */

/* What a path is about; empty if it names no model, or no version */

typedef struct {
    ngx_http_maas_main_conf_t  *mmcf;
    ngx_http_maas_which_t       which;
    ngx_http_maas_model_t      *model;
} ngx_http_maas_target_t;


/* Takes what stands before the next "/" or `end` off the front of a path. */
ngx_str_t ngx_http_maas_path_segment(ngx_str_t *path, u_char end);


/* What a kind of column is called in v2, in Triton's configuration and in
 * TensorFlow's metadata, with their numbers in protobuf */

typedef struct {
    const char                 *v2;
    const char                 *triton;
    ngx_uint_t                  triton_value;
    const char                 *tensorflow;
    ngx_uint_t                  tensorflow_value;
} ngx_http_maas_datatype_t;


/* That of a kind of column of the model */
const ngx_http_maas_datatype_t *ngx_http_maas_datatype(const maas_info_t *info,
    maas_field_kind_t kind);


/* One tensor of all numbers, or if columns are of several kinds one of them */

typedef struct {
    const char                      *name;
    const ngx_http_maas_datatype_t  *type;
    const size_t                    *shape;    /* without rows */
    size_t                           rank;
} ngx_http_maas_input_t;


/* Input i of a model, from 0 on; 0: it has no more. */
ngx_uint_t ngx_http_maas_input(const maas_info_t *info, size_t i,
    ngx_http_maas_input_t *input);

/* What a client may ask for: output i, below MAAS_N_OUTPUTS; 0: the model has
 * it not. */
ngx_uint_t ngx_http_maas_output_at(const maas_info_t *info, ngx_uint_t i,
    ngx_http_maas_input_t *output);

/* A list: the dimensions of a row, behind that of rows if it is not 0 */
void ngx_http_maas_tell_dims(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, ngx_int_t rows, const size_t *shape, size_t rank);

/* The same, as JSON's member "shape" */
void ngx_http_maas_put_shape(ngx_http_maas_text_t *text, ngx_int_t rows,
    const size_t *shape, size_t rank);

/* The names of models, as JSON */
void ngx_http_maas_put_models(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);

/* Answers, each to the route or the method of its name; fields as in the
 * messages of inference.GRPCInferenceService.  What a model says needs one,
 * readiness in protobuf excepted. */
void ngx_http_maas_tell_model(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_model_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);

/* ngx_http_maas_config.c */
void ngx_http_maas_tell_config(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);

/* ngx_http_maas_stats.c: of a version, of all of a model, of all */
void ngx_http_maas_tell_stats(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);

/* ngx_http_maas_server.c */
void ngx_http_maas_tell_server(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_live(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_ready(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_index(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_logging(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);
void ngx_http_maas_tell_tracing(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_tell_t *t);


/* ngx_http_maas_facts.c */

enum {
    NGX_HTTP_MAAS_FACT_TASK = 0,
    NGX_HTTP_MAAS_FACT_LABELS,             /* empty: none */
    NGX_HTTP_MAAS_FACT_THRESHOLD,          /* above which the probability of the
                                              second label must be */
    NGX_HTTP_MAAS_FACT_WEIGHTS,            /* that the probabilities of labels
                                              are multiplied by */
    NGX_HTTP_MAAS_FACT_COLUMNS,            /* empty: it takes a tensor */
    NGX_HTTP_MAAS_FACT_SUM,                /* of the file */
    NGX_HTTP_MAAS_N_FACTS
};

/* What the member is called that has it */
const char *ngx_http_maas_fact_name(ngx_uint_t fact);

/* That member, of threshold and weights where the model has them; both of
 * these */
void ngx_http_maas_put_fact(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model, ngx_uint_t fact);
void ngx_http_maas_put_decision(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model);

/* Its value as a text with NUL, of a list as JSON, in the pool of `text`, which
 * fails if memory is out; empty: there is none. */
ngx_str_t ngx_http_maas_fact_text(ngx_http_maas_text_t *text,
    ngx_http_maas_model_t *model, ngx_uint_t fact);


/* ngx_http_maas_meta_v1.c */

/* TensorFlow's metadata of a model: all of the answer; fields as in
 * tensorflow.serving.GetModelMetadataResponse */
void ngx_http_maas_tell_v1_model(ngx_http_maas_tell_t *t,
    ngx_http_maas_model_t *model);

/* Versions that are meant and how they are: a member of the answer; fields as
 * in tensorflow.serving.GetModelStatusResponse */
void ngx_http_maas_tell_v1_status(ngx_http_maas_tell_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_which_t *which);


/* ngx_http_maas_openapi.c */

/* The OpenAPI document of a model, or of the server with all of them. */
void ngx_http_maas_put_openapi(ngx_http_request_t *r,
    ngx_http_maas_target_t *target, ngx_http_maas_text_t *text);


/* ngx_http_maas_page.c */

/* The same document as a page for people */
ngx_int_t ngx_http_maas_docs_handler(ngx_http_request_t *r,
    ngx_http_maas_target_t *target);

/* What is asked of a fleet can be had: NGX_DECLINED, or what a content handler
 * returns: it is answered. */
ngx_int_t ngx_http_maas_fleet_asked(ngx_http_request_t *r, ngx_uint_t metrics);

/* The page of a fleet, or where JSON is asked for that alone; data: JSON */
ngx_int_t ngx_http_maas_fleet_page(ngx_http_request_t *r,
    ngx_http_maas_text_t *data);


/* ngx_http_maas_page_models.c */

/* An object, what the try-it page knows of all models or of one alone; those
 * that come after `most` bytes of it have no more than a name. */
void ngx_http_maas_put_tried(ngx_http_maas_text_t *text,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *only, size_t most);


/* ngx_http_maas_live.c */

/* An object, what is happening; model: the one that is wanted in detail, or
 * NULL. */
void ngx_http_maas_put_live(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, ngx_http_maas_model_t *model);


/* ngx_http_maas_schema.c */

/* Would generators of clients take a model's identifiers, with or without its
 * version, for those of another one? */
ngx_uint_t ngx_http_maas_schema_clashes(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t versioned);

/* Schemas of one row: lists of numbers, or an object with its columns */
void ngx_http_maas_put_tensor_schema(ngx_http_maas_text_t *t,
    const maas_info_t *info);
void ngx_http_maas_put_columns_schema(ngx_http_maas_text_t *t,
    const maas_info_t *info);


/* ngx_http_maas_examples.c */

/* A number of maas_usual_t, which is NAN where training did not see one */
#define ngx_http_maas_is_known(v)  ((v) == (v))

/* Members "usual", "low" and "high": what training saw of a column */
void ngx_http_maas_put_usual(ngx_http_maas_text_t *t,
    const maas_field_t *field);

/* Members of "examples": of v2's infer, of v1's requests, whose rows are in
 * `key`; none of a row that is too long. */
void ngx_http_maas_put_examples(ngx_http_maas_text_t *t,
    const maas_info_t *info);
void ngx_http_maas_put_v1_examples(ngx_http_maas_text_t *t,
    const maas_info_t *info, const char *key);


/* ngx_http_maas_metrics_model.c */

/* What all workers counted of a model */

typedef struct {
    ngx_http_maas_model_t      *model;
    ngx_str_t                   labels;    /* as the text form has them */
    uint64_t                    lane[NGX_HTTP_MAAS_N_COUNTERS];
    ngx_http_maas_hist_t        hist;
} ngx_http_maas_sum_t;

typedef struct {
    ngx_http_maas_sum_t        *of;        /* (n) */
    ngx_uint_t                  n;
} ngx_http_maas_sums_t;


/* The head of a metric in the text form of Prometheus */
void ngx_http_maas_put_family(ngx_http_maas_text_t *t, const char *name,
    const char *type, const char *help);

/* A text as the value of a label, without its quotes, whatever it has */
void ngx_http_maas_put_escaped(ngx_http_maas_text_t *t, const char *s,
    size_t len);

/* Failures by reason, answers by label, what models are */
void ngx_http_maas_put_model_metrics(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums);


/* ngx_http_maas_metrics_histogram.c */

/* Times by phase, rows of requests and of passes */
void ngx_http_maas_put_histograms(ngx_http_maas_text_t *t,
    const ngx_http_maas_sums_t *sums);


/* ngx_http_maas_columns.c */

/* Values of all models' columns, in the text form of Prometheus; the member
 * "drift" of an object: a list with an object for each column of a model. */
void ngx_http_maas_put_columns(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf);
void ngx_http_maas_put_drift(ngx_http_maas_text_t *t,
    ngx_http_maas_model_t *model);


/* ngx_http_maas_metrics_shadow.c */

/* Models and their shadows: in the text form of Prometheus; the member
 * "shadows" of an object.  Nothing if there are none. */
void ngx_http_maas_put_shadow_metrics(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf);
void ngx_http_maas_put_shadows(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_metrics_cache.c */

/* Zones of maas_cache: in the text form of Prometheus; the member "caches" of
 * an object.  Nothing if there are none. */
void ngx_http_maas_put_cache_metrics(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf, const ngx_http_maas_sums_t *sums);
void ngx_http_maas_put_caches(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_metrics_workers.c */

/* Workers, their memory and that for counters, in the text form of Prometheus;
 * of workers nothing where the zone had no room */
void ngx_http_maas_put_workers(ngx_http_maas_text_t *t,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_grpc.c: a request of gRPC, ctx->grpc; what a content handler
 * returns. */
ngx_int_t ngx_http_maas_grpc_handler(ngx_http_request_t *r);


#endif /* _NGX_HTTP_MAAS_ROUTES_H_INCLUDED_ */
