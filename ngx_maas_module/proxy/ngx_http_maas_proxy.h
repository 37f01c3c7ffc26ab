
/*
 * Predictions from a request's own fields, as variables: features -> row ->
 * score -> texts, whoever answers the request.
 * Not here: requests whose body is rows for a model (request/).
 */


#ifndef _NGX_HTTP_MAAS_PROXY_H_INCLUDED_
#define _NGX_HTTP_MAAS_PROXY_H_INCLUDED_


#include "ngx_http_maas_conf.h"
#include "ngx_http_maas_ctx.h"
#include "ngx_http_maas_track_table.h"

#include <trust/maas_trust.h>


/* A line of maas_feature */

typedef struct {
    ngx_str_t                  column;
    ngx_str_t                  model;      /* that it is for; empty: any */
    ngx_http_complex_value_t   value;
    ngx_int_t                  variable;   /* index, where the value is just a
                                              variable; or NGX_ERROR */
    ngx_uint_t                 readers;    /* models, and logs: what several
                                              read is read once a request, */
    ngx_uint_t                 index;      /*     and kept at this place */
    u_char                    *file;       /* where it stands */
    ngx_uint_t                 line;
    unsigned                   log:1;      /* for a model to come */
    unsigned                   quoted:1;   /* in a log of all features */
} ngx_http_maas_feature_t;


/* What feeds a model: one for locations that have the same */

typedef struct {
    ngx_uint_t                 column;
    ngx_http_maas_feature_t   *feature;
} ngx_http_maas_input_t;

typedef struct ngx_http_maas_inputs_s  ngx_http_maas_inputs_t;

struct ngx_http_maas_inputs_s {
    ngx_http_maas_model_t     *model;
    ngx_uint_t                 n;
    ngx_http_maas_input_t     *input;      /* (n), by column */
    ngx_array_t               *features;   /* the lines */
    ngx_http_maas_inputs_t    *now;        /* the same for the generation that
                                              is current in this worker, */
    ngx_http_maas_inputs_t    *next;       /*     and for the one to come */
    unsigned                   body:1;     /* the others are fields of it */
    unsigned                   warned:1;   /* of what is not fed */
};


/* A line of maas_set; the most reasons that one has */

#define NGX_HTTP_MAAS_WHYS  16

typedef enum {
    NGX_HTTP_MAAS_WHAT_LABEL = 0,
    NGX_HTTP_MAAS_WHAT_SCORE,
    NGX_HTTP_MAAS_WHAT_PROBABILITY,
    NGX_HTTP_MAAS_WHAT_DECISION,
    NGX_HTTP_MAAS_WHAT_STEP,
    NGX_HTTP_MAAS_WHAT_REASONS
} ngx_http_maas_what_e;

typedef struct ngx_http_maas_set_s  ngx_http_maas_set_t;

struct ngx_http_maas_set_s {
    ngx_uint_t                 slot;
    ngx_http_maas_which_t      which;
    ngx_http_maas_model_t     *model;      /* found once all are read */
    ngx_http_maas_what_e       what;
    ngx_str_t                  arg;        /* of probability, step */
    ngx_uint_t                 label;      /* of probability: its place, in the
                                              first generation */
    ngx_uint_t                 n_steps;
    float                     *steps;      /* ascending */
    ngx_uint_t                 n_reasons;
    ngx_str_t                  preset;     /* default=; empty: none */
    maas_blunt_t              *output;     /* of locations whose maas_output
                                              blunts it, or NULL: one set for */
    ngx_http_maas_set_t       *whole;      /*     each, of this one */
    ngx_uint_t                 index;      /* in mmcf->sets */
    u_char                    *file;
    ngx_uint_t                 line;
};

typedef struct {
    ngx_http_maas_set_t       *set;        /* NULL: not here */
    ngx_http_maas_inputs_t    *inputs;
} ngx_http_maas_bound_t;


/* A value that feeds a column */

typedef enum {
    NGX_HTTP_MAAS_VALUE_NONE = 0,          /* nothing feeds it */
    NGX_HTTP_MAAS_VALUE_MISSING,           /* absent, or not to be read */
    NGX_HTTP_MAAS_VALUE_TEXT,
    NGX_HTTP_MAAS_VALUE_DIGITS,            /* of a number in JSON */
    NGX_HTTP_MAAS_VALUE_TRUE,
    NGX_HTTP_MAAS_VALUE_FALSE
} ngx_http_maas_value_e;

typedef struct {
    ngx_http_maas_value_e      kind;
    ngx_str_t                  text;       /* valid UTF-8 */
} ngx_http_maas_value_t;


/* What a model says of a request, once for all variables of it */

typedef enum {
    NGX_HTTP_MAAS_SCORE_NONE = 0,
    NGX_HTTP_MAAS_SCORE_BUSY,              /* its features are being read, or a
                                              thread runs it */
    NGX_HTTP_MAAS_SCORE_READ,              /* values are there */
    NGX_HTTP_MAAS_SCORE_DONE,              /* and y */
    NGX_HTTP_MAAS_SCORE_FAILED
} ngx_http_maas_score_e;

typedef struct ngx_http_maas_score_s  ngx_http_maas_score_t;
typedef struct ngx_http_maas_body_features_s  ngx_http_maas_body_features_t;
typedef struct ngx_http_maas_thread_s  ngx_http_maas_thread_t;
typedef struct ngx_http_maas_whys_s  ngx_http_maas_whys_t;

struct ngx_http_maas_score_s {
    ngx_http_maas_inputs_t    *lines;      /* those of the configuration, */
    ngx_http_maas_inputs_t    *inputs;     /*     of the generation that it has;
                                                  NULL: it is settled */
    ngx_http_request_t        *request;    /* the main one */
    ngx_http_maas_model_t    **held;       /* NULL: it is not watched */
    ngx_queue_t                queue;      /* of the scores of its generation,
                                              where it is */
    ngx_http_maas_score_e      state;
    ngx_http_maas_value_t     *values;     /* (n_columns) */
    float                     *y;          /* (out) */
    ngx_http_maas_whys_t      *whys;       /* NULL: nobody asked yet */
    ngx_str_t                 *texts;      /* (all lines of maas_set) */
    ngx_str_t                  log;        /* $maas_features_NAME, once it is
                                              settled */
    ngx_http_maas_score_t     *next;
    ngx_uint_t                 missing;    /* values, once they are known: */
    unsigned                   known:1;    /*     which ones can be read */
    unsigned                   early:1;    /* it was asked for too early */
    unsigned                   seen:1;     /* its values are counted, or not to
                                              be */
};


/* What a main request keeps: over internal redirects, for subrequests, too */

typedef struct {
    ngx_http_maas_score_t     *scores;
    ngx_http_maas_value_t     *features;   /* (n_shared): TEXT, MISSING, or
                                              NONE: not read yet */
    ngx_http_maas_body_features_t  *body;  /* NULL: not asked for */
    ngx_http_maas_thread_t    *thread;     /* that scores wait for, or NULL */
    ngx_http_maas_track_seen_t *seen;      /* (all lines of maas_track) */
    unsigned                   failed:1;   /* no memory for another score */
    ngx_http_maas_loc_conf_t  *shadow;     /* the location whose shadows see
                                              it; NULL: the one it ends in */
} ngx_http_maas_state_t;


/* ngx_http_maas_state.c */

/* In preconfiguration: the variable that it hangs on. */
ngx_int_t ngx_http_maas_state_init(ngx_conf_t *cf);

/* That of r's main request, made at the first call; NULL: out of memory. */
ngx_http_maas_state_t *ngx_http_maas_state(ngx_http_request_t *r);

/* The same, NULL: there is none yet. */
ngx_http_maas_state_t *ngx_http_maas_state_now(ngx_http_request_t *r);


/* ngx_http_maas_lines.c */

/* Are two lines about the same thing, so that one replaces the other? */
typedef ngx_uint_t (*ngx_http_maas_same_pt)(const void *a, const void *b);

/* The element of lines, which may be NULL, that is the same as *one; or NULL */
void *ngx_http_maas_lines_find(ngx_array_t *lines, const void *one,
    ngx_http_maas_same_pt same);

/* A copy of *one, `size` bytes, behind *lines, which the first one makes. */
ngx_int_t ngx_http_maas_lines_add(ngx_conf_t *cf, ngx_array_t **lines,
    const void *one, size_t size);

/* *lines of a level, with those of the one above that they do not replace. */
ngx_int_t ngx_http_maas_lines_inherit(ngx_conf_t *cf, ngx_array_t *above,
    ngx_array_t **lines, ngx_http_maas_same_pt same);


/* ngx_http_maas_feature.c */

/* maas_feature column value [model=name] [log] */
char *ngx_http_maas_feature(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Is the line about a column of at least one model?  *quoted: of which kinds,
 * says whether a log of all features has it in quotes. */
ngx_uint_t ngx_http_maas_feature_known(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_feature_t *feature, ngx_uint_t *quoted);

/* Once all models are read: is each line's column one of a model?  Logs what is
 * wrong. */
ngx_int_t ngx_http_maas_feature_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);

/* Lines of a level, with those of the one above that they do not replace. */
ngx_int_t ngx_http_maas_feature_merge(ngx_conf_t *cf,
    ngx_http_maas_proxy_conf_t *prev, ngx_http_maas_proxy_conf_t *conf);


/* ngx_http_maas_inputs.c */

/* Is the line for this model?  Then its column there, or SIZE_MAX */
size_t ngx_http_maas_inputs_column(ngx_http_maas_feature_t *feature,
    ngx_http_maas_model_t *model);

/* What feeds `model` by merged lines, which may be NULL, and, if so, by fields
 * of the body, in memory of the pool; NULL: out of it. */
ngx_http_maas_inputs_t *ngx_http_maas_inputs_gather(ngx_pool_t *pool,
    ngx_array_t *features, ngx_uint_t body, ngx_http_maas_model_t *model);

/* The same by those of a level, once for all that have the same; NULL: out of
 * memory. */
ngx_http_maas_inputs_t *ngx_http_maas_inputs_of(ngx_conf_t *cf,
    ngx_http_maas_proxy_conf_t *conf, ngx_http_maas_model_t *model);

/* The same of all models that something feeds: conf->inputs */
ngx_int_t ngx_http_maas_inputs_each(ngx_conf_t *cf,
    ngx_http_maas_proxy_conf_t *conf);

/* bytes of a list of columns in a warning */

#define NGX_HTTP_MAAS_NAMES  256

/* Required columns that nothing feeds: their names with commas -> names, where
 * there is room for `room` bytes.  Returns how many of them are used; 0: there
 * are none, or they were told before. */
size_t ngx_http_maas_inputs_unfed(ngx_http_maas_inputs_t *inputs,
    u_char *names, size_t room);


/* ngx_http_maas_feature_text.c */

/* What is no UTF-8 in text becomes U+FFFD, in memory of r; NGX_ERROR: out of
 * it. */
ngx_int_t ngx_http_maas_feature_repair(ngx_http_request_t *r,
    ngx_str_t *text);

/* *value = the text of a line for r, in UTF-8, TEXT or MISSING; what several
 * read is the same for all of them.  NGX_ERROR: out of memory. */
ngx_int_t ngx_http_maas_feature_value(ngx_http_request_t *r,
    ngx_http_maas_state_t *state, ngx_http_maas_feature_t *feature,
    ngx_http_maas_value_t *value);


/* ngx_http_maas_name.c */

/* Is a word of the configuration "$name" and nothing else? */
ngx_uint_t ngx_http_maas_name_is(ngx_str_t *word);

/* Of a word of the configuration, "$name", the name; NGX_ERROR: nobody could
 * read such a variable, which is logged. */
ngx_int_t ngx_http_maas_name(ngx_conf_t *cf, ngx_str_t *word,
    ngx_str_t *name);

/* NGX_ERROR: it would hide what there is by a prefix, as "$http_", which is
 * logged. */
ngx_int_t ngx_http_maas_name_free(ngx_conf_t *cf, ngx_str_t *name);


/* ngx_http_maas_set.c */

/* maas_set $variable model[:version] what [default=value] */
char *ngx_http_maas_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Can a line ask the model for that?  *label as ngx_http_maas_what_check(). */
maas_status_t ngx_http_maas_set_fits(const maas_info_t *info,
    ngx_http_maas_set_t *set, ngx_uint_t *label, maas_err_t *err);

/* As the functions of maas_feature; merging finds each variable's inputs, and
 * warns of required columns that nothing feeds. */
ngx_int_t ngx_http_maas_set_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);
ngx_int_t ngx_http_maas_set_merge(ngx_conf_t *cf,
    ngx_http_maas_loc_conf_t *above, ngx_http_maas_loc_conf_t *here);

/* In postconfiguration: are the variables still ours?  Warns of models that
 * nothing feeds. */
ngx_int_t ngx_http_maas_set_init(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_variable.c: data is its slot */
ngx_int_t ngx_http_maas_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* ngx_http_maas_what.c */

/* What the argument of set->what is, if it does not hang on a model; logs what
 * is wrong. */
ngx_int_t ngx_http_maas_what_read(ngx_conf_t *cf, ngx_http_maas_set_t *set);

/* Can the model say that?  *label = where the one of probability= is; else err
 * says why not. */
maas_status_t ngx_http_maas_what_check(const maas_info_t *info,
    ngx_http_maas_set_t *set, ngx_uint_t *label, maas_err_t *err);

/* Its text for y(out) of the model, in memory of pool. */
ngx_int_t ngx_http_maas_what_text(ngx_pool_t *pool, ngx_http_maas_set_t *set,
    ngx_http_maas_model_t *model, const float *y, ngx_str_t *text);

/* The label in place `said` as a text for a line of a log or of a header: its
 * control characters are blanks; the place, where there are no labels.  In
 * memory of pool. */
ngx_int_t ngx_http_maas_what_label_text(ngx_pool_t *pool,
    const maas_info_t *info, ngx_uint_t said, ngx_str_t *text);

/* A score: a probability, or a number of a regression. */
ngx_int_t ngx_http_maas_what_score_text(ngx_pool_t *pool,
    const maas_info_t *info, float score, ngx_str_t *text);


/* ngx_http_maas_variable.c: the text of a line of maas_set, of a score that is
 * DONE, made once; NULL: out of memory. */
ngx_str_t *ngx_http_maas_variable_text(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_set_t *set, ngx_http_maas_score_t *score);


/* ngx_http_maas_score.c */

/* That of r by `inputs` of the configuration, found or made, in any state;
 * NULL: out of memory. */
ngx_http_maas_score_t *ngx_http_maas_score(ngx_http_request_t *r,
    ngx_http_maas_inputs_t *inputs);

/* Its values are there, where they can be. */
void ngx_http_maas_score_read(ngx_http_request_t *r,
    ngx_http_maas_score_t *score);

/* The same, and those that are not to be read are MISSING. */
void ngx_http_maas_score_known(ngx_http_request_t *r,
    ngx_http_maas_score_t *score);

/* The worker's own row, for any model that variables need; NULL: out of
 * memory. */
void *ngx_http_maas_score_x(ngx_http_maas_main_conf_t *mmcf);

/* A failure is logged now and then. */
void ngx_http_maas_score_complain(ngx_http_request_t *r,
    ngx_http_maas_model_t *model, const char *msg);

/* y is there, unless err says otherwise: DONE or FAILED, counted. */
void ngx_http_maas_score_end(ngx_http_request_t *r,
    ngx_http_maas_score_t *score, maas_err_t *err);

/* It is DONE or FAILED, NONE where that is too early, or BUSY where that was
 * asked for on the way. */
void ngx_http_maas_score_run(ngx_http_request_t *r,
    ngx_http_maas_score_t *score);

/* Its values -> x(in), in any thread; values that are not to be read become
 * MISSING.  OK, or BADVALUE: a required column has none. */
maas_status_t ngx_http_maas_score_row(ngx_http_maas_score_t *score, void *x,
    maas_err_t *err);


/* ngx_http_maas_settle.c */

/* A request may last for hours when all that is known of it is known: let up to
 * n scores and n answers of a generation of the past go their way without it.
 * Scores that did not begin get the current one. */
void ngx_http_maas_settle(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model, ngx_uint_t n);


/* ngx_http_maas_features_log.c */

/* What the model of a score was given, as a JSON object in memory of the pool.
 * NGX_ERROR: out of it. */
ngx_int_t ngx_http_maas_features_text(ngx_pool_t *pool,
    ngx_http_maas_score_t *score, ngx_str_t *text);

/* In preconfiguration: $maas_features, $maas_features_NAME; in
 * postconfiguration: is there such a model? */
ngx_int_t ngx_http_maas_features_log_add(ngx_conf_t *cf);
ngx_int_t ngx_http_maas_features_log_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_private.c */

/* A line of maas_features_log */

typedef struct {
    ngx_str_t                  name;       /* of models; empty: any */
    ngx_array_t                without;    /* of ngx_str_t, columns */
    ngx_array_t                hash;       /* the same */
    maas_hmac_t                key;        /* of these */
    u_char                    *file;
    ngx_uint_t                 line;
} ngx_http_maas_private_t;

/* hex digits of a hash: 64 bits */

#define NGX_HTTP_MAAS_PRIVATE_HEX  16

/* A column's value as a log of `model` has it, NULL: one of all models.
 * NGX_DECLINED: not at all; NGX_OK: as it is, or a hash in its place, for which
 * hex has MAAS_SHA256_HEX + 1 bytes. */
ngx_int_t ngx_http_maas_private(ngx_http_maas_main_conf_t *mmcf,
    ngx_str_t *model, const char *column, ngx_http_maas_value_t *value,
    u_char *hex);

/* In postconfiguration: are there such models and columns?  Logs what is
 * wrong. */
ngx_int_t ngx_http_maas_private_check(ngx_conf_t *cf,
    ngx_http_maas_main_conf_t *mmcf);


/* ngx_http_maas_deny.c */

/* maas_deny $variable [status] | off */
char *ngx_http_maas_deny(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_maas_deny_merge(ngx_conf_t *cf,
    ngx_http_maas_proxy_conf_t *prev, ngx_http_maas_proxy_conf_t *conf);

/* In the access phase */
ngx_int_t ngx_http_maas_deny_handler(ngx_http_request_t *r);


/* ngx_http_maas_own.c */

/* In preconfiguration: variables of served locations, as $maas_model. */
ngx_int_t ngx_http_maas_own_variables(ngx_conf_t *cf);

/* What a cache had of the rows, one word; NULL: they are not answered, or there
 * is no cache. */
ngx_str_t *ngx_http_maas_own_cached(ngx_http_maas_ctx_t *ctx);


/* ngx_http_maas_phases.c */

/* In postconfiguration: what runs in which phase. */
ngx_int_t ngx_http_maas_phases_init(ngx_conf_t *cf);

/* Once phases are in order: mmcf->preaccess. */
void ngx_http_maas_phases_find(ngx_cycle_t *cycle,
    ngx_http_maas_main_conf_t *mmcf);


#endif /* _NGX_HTTP_MAAS_PROXY_H_INCLUDED_ */
