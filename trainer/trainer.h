/*
 * What the trainer's files share.  Only trainer/ and its unit tests include
 * this; the engine and the nginx module know nothing of it.
 */

#ifndef MAAS_TRAINER_H
#define MAAS_TRAINER_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "maas.h"
#include "maas_int.h"


#define TRAIN_TOOL      "maas-trainer " MAAS_VERSION

#define TRAIN_EXIT_OK      0
#define TRAIN_EXIT_FAILED  1
#define TRAIN_EXIT_USAGE   2

#define TRAIN_PAD       16     /* columns of padded matrices: one zmm */
#define TRAIN_LISTS     4      /* lists of a batch that are walked together */
#define TRAIN_MAX_NET   64     /* layers that --hidden may ask for */

/* Before a function of plain loops: the compiler makes vectors of them, for
 * every CPU, and none changes a bit */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)                      \
    && !defined(__SANITIZE_THREAD__)
#define TRAIN_VECTORS                                                         \
    __attribute__((optimize("O3"), target_clones("avx512f", "avx2", "default")))
#else
#define TRAIN_VECTORS
#endif

#define train_pad(n)    (((n) + TRAIN_PAD - 1) / TRAIN_PAD * TRAIN_PAD)
#define train_nelts(a)  (sizeof(a) / sizeof((a)[0]))


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int cmd_fit(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_tune(int argc, char **argv);


/* util.c: memory that is there, and ends with one sentence */

/* Print "maas-trainer: sentence" to stderr and exit with 1. */
void train_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* The same with 2, and a hint at --help. */
void train_usage(const char *cmd, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Never NULL; zeroed, aligned to MAAS_ALIGN; to be given to train_free(). */
void *train_alloc(size_t n, size_t size);
/* Grows to n elements; new bytes are not zeroed.  p may be NULL. */
void *train_grow(void *p, size_t old_n, size_t n, size_t size);
char *train_strdup(const char *s);
/* A formatted string of its own. */
char *train_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void train_free(void *p);

/* Seconds of a clock that only goes forward. */
double train_now(void);

/* Strict number: all of s (blanks around it allowed), finite, decimal.
 * Returns 0 if it is none. */
int train_number(const char *s, double *out);

/* The whole of a file in memory; dies if it cannot be read. */
void *train_slurp(const char *path, size_t *size);

/* Denormals are zero in this thread from now on: they would cost threefold.
 * Returns what train_restore_denormals() wants. */
unsigned train_flush_denormals(void);
void train_restore_denormals(unsigned before);


/* rng.c: xoshiro256**, the same stream on every machine */

typedef struct {
    uint64_t  s[4];
} train_rng_t;

/* Different streams of the same seed are independent. */
void train_rng_init(train_rng_t *r, uint64_t seed, uint64_t stream);
uint64_t train_rng_u64(train_rng_t *r);
/* Even in [0,n), n > 0. */
uint32_t train_rng_below(train_rng_t *r, uint32_t n);
/* Even in [0,1). */
double train_rng_unit(train_rng_t *r);
void train_rng_shuffle(train_rng_t *r, uint32_t *a, size_t n);
/* About normal with mean 0 and deviation 1; the same on every machine. */
double train_rng_normal(train_rng_t *r);
/* Of Beta(alpha,alpha), by rejection. */
double train_rng_beta(train_rng_t *r, double alpha);
/* The at-th number of the stream `key`: no state, so that threads may draw in
 * any order. */
uint64_t train_rng_at(uint64_t key, uint64_t at);


/* team.c: threads that work in step; member 0 is the caller.  What they
 * compute must not depend on who is first. */

typedef struct train_team_s  train_team_t;

/* n members, denormals flushed in all but the caller; 0: one for each core */
train_team_t *train_team_create(size_t n);
void train_team_free(train_team_t *t);
size_t train_team_size(const train_team_t *t);
/* job(ctx, 0..n-1), each on a thread of its own; returns when all are done */
void train_team_run(train_team_t *t, void (*job)(void *ctx, size_t id),
    void *ctx);
/* How often somebody waited so long that others might have run. */
size_t train_team_waits(const train_team_t *t);
/* Within a job: nobody goes on before all have come.  NULL: alone. */
void train_team_wait(train_team_t *t);


/* target.c: distinct texts, and classes or targets made of them */

typedef struct {
    char         **text;            /* distinct values, in order of arrival */
    double        *value;           /* their numbers; NAN if they are none */
    size_t         n;
    size_t         size;
    uint32_t      *hash;            /* index + 1, open addressing */
    size_t         hash_size;
} train_dict_t;

/* Number of a text, added if new.  One of no zero byte. */
uint32_t train_dict_add(train_dict_t *t, const char *text);
uint32_t train_dict_put(train_dict_t *t, const char *text, size_t len);
/* UINT32_MAX if it is not there. */
uint32_t train_dict_find(const train_dict_t *t, const char *text, size_t len);
void train_dict_free(train_dict_t *t);


/* data.c: rows of numbers with what is to be predicted */

typedef enum {
    TRAIN_AUTO = 0,
    TRAIN_YES,
    TRAIN_NO
} train_tri_t;

#define TRAIN_ONE_HOT  64       /* want.one_hot unless said */

/* How to read: all zero is a good start */

typedef struct {
    const char         *target;     /* NULL: last column */
    train_tri_t         header;
    int                 task;       /* maas_task_t, or -1 to look at the data */

    /* columns of a table; NULL: by looking */
    const char         *columns;    /* "NAME=KIND,..." */
    const char         *ignore;     /* "NAME,..." */
    const char         *id;
    const char         *weight;
    unsigned            skip;       /* rows that cannot be read */
    size_t              one_hot;    /* values of a category with a slot each */
    size_t              hash;       /* slots of what is hashed; 0: by kind */

    /* from a model, when reading for it */
    const maas_info_t  *model;
    unsigned            no_target;  /* the target is not wanted */
} train_want_t;

typedef struct train_table_s  train_table_t;    /* table.h */

typedef struct {
    char          *path;            /* as the user gave it */
    size_t         rows;

    maas_input_t   input;
    size_t         rank;
    size_t         shape[MAAS_MAX_RANK];
    int            image;
    size_t         in;              /* 0: not prepared yet */
    uint8_t       *bytes;           /* (rows,in) or NULL */
    float         *numbers;         /* (rows,in) or NULL */
    train_table_t *table;           /* what they are made of, or NULL */
    size_t         n_columns;       /* 0 for a tensor */
    char         **columns;         /* (n_columns) names */
    maas_field_t  *fields;          /* (n_columns) names and kinds */

    maas_task_t    task;
    size_t         out;             /* width of the network's answer */
    uint32_t      *classes;         /* (rows), classification and binary */
    float         *targets;         /* (rows,out), regression */
    float         *weights;         /* (rows), how much a row counts: 0 and
                                       up, about 1; NULL: all the same */
    size_t         n_labels;
    char         **labels;
    char          *target;          /* column's name, NULL for IDX */

    uint32_t       crc32c;          /* of the (unpacked) files read */
} train_data_t;

typedef enum {
    TRAIN_PART_TRAIN = 0,           /* of a folder; all of anything else */
    TRAIN_PART_TEST
} train_part_t;

/* Read a folder, an IDX pair or a CSV file; dies with file, line, column and
 * reason.  *d is to be given to train_data_free(). */
void train_data_read(const char *path, train_part_t part,
    const train_want_t *want, train_data_t *d);
void train_data_free(train_data_t *d);
/* Does this path have a test part of its own? */
int train_data_has_test(const char *path);
/* What reading more data for the same network needs: points into d. */
void train_data_info(const train_data_t *d, maas_info_t *info);
/* row as wire numbers, x(in) */
void train_data_row(const train_data_t *d, size_t row, float *x);

/* data_idx.c: train_data_read() for a pair of IDX files, plain or .gz */
void train_idx_read(const char *images, const char *labels,
    const train_want_t *want, train_data_t *d);

/* table_read.c: the same for CSV and JSON lines, plain, .gz or "-": a table, no
 * numbers yet */
void train_table_read(const char *path, const train_want_t *want,
    train_data_t *d);
void train_table_free(train_table_t *t);
/* Text of the id column, NULL if there is none. */
const char *train_table_id(const train_table_t *t, size_t row);

/* data_npy.c: the same for NumPy arrays; targets NULL: a column of rows */
void train_npy_read(const char *rows, const char *targets,
    const train_want_t *want, train_data_t *d);

/* target.c */

/* Decide the task, fill task, out, classes or targets, labels of *d.
 * id(rows): from train_dict_add().  where: for messages. */
void train_target_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *t, const uint32_t *id, const char *where);


/* weight.c: multiply the rows' weights by what --class-weight says (NULL:
 * nothing; balanced by the n rows that row[] names), then make them 1 on
 * average of these rows. */
void train_weights(train_data_t *d, const char *spec, const uint32_t *row,
    size_t n);

/* threshold.c */

/* "X:Y", what a false alarm and a miss cost; 0 if it is not that */
int train_threshold_cost(const char *spec, double *alarm, double *miss);
/* The best for the n rows of d that row[] names, with probabilities y(n): the
 * least cost, or, unless `rate` is NAN, the fewest misses with at most that
 * share of false alarms.  Above 0, below 1. */
float train_threshold(const train_data_t *d, const uint32_t *row, size_t n,
    const float *y, double alarm, double miss, double rate);


/* split.c: which rows are for what */

/* Shuffle 0..rows and put about `share` of them at the end, the same share of
 * each class.  row(rows).  Returns how many come first. */
size_t train_split(const train_data_t *d, double share, uint64_t seed,
    uint32_t *row);


/* scale.c, prepare.c: what becomes of values on their way into the network,
 * fitted on the given rows alone */

typedef enum {
    TRAIN_SCALE_AUTO = 0,           /* minmax for bytes, else standard, or
                                       quantile for columns with far ends */
    TRAIN_SCALE_NONE,
    TRAIN_SCALE_STANDARD,
    TRAIN_SCALE_MINMAX,
    TRAIN_SCALE_ROBUST,             /* median and quartiles, softly bounded */
    TRAIN_SCALE_QUANTILE            /* by rank, to a normal distribution */
} train_scaling_t;

#define TRAIN_N_SCALINGS  6
extern const char *const train_scaling_names[TRAIN_N_SCALINGS];

typedef struct {
    train_scaling_t  kind;          /* AUTO: each column has its own */
    size_t           n;             /* slots of a row, or 1 for a tensor */
    float           *shift;
    float           *factor;
    size_t           n_curves;      /* to be applied after them */
    maas_curve_t    *curves;

    size_t           n_columns;     /* 0 for a tensor */
    maas_column_t   *columns;       /* as the model file will say */
    maas_fields_t    fields;
    maas_arena_t    *arena;
} train_scale_t;

/* scale.c: scaling and stand-in for missing ones, from v(n), which it may
 * sort.  c->knots and c->levels are to be given to train_free(). */
void train_scale_numbers(maas_column_t *c, train_scaling_t kind, float *v,
    size_t n);

/* prepare.c: fit to n rows of d, those that row[] names; AUTO chooses by the
 * data.  *s is to be given to train_scale_free(). */
void train_scale_fit(train_scale_t *s, train_scaling_t kind,
    const train_data_t *d, const uint32_t *row, size_t n);
void train_scale_free(train_scale_t *s);

/* rows.c: make d->numbers and d->in of a table, by what was fitted or by a model that
 * the data was read for.  May be called again.  Nothing to do for others. */
void train_rows_fitted(const train_scale_t *s, train_data_t *d);
void train_rows_model(const maas_model_t *m, train_data_t *d);


struct cJSON;

/* columns.c: what became of the columns of a table; nothing for others */
void train_columns_print(FILE *f, const train_data_t *d,
    const train_scale_t *s);
void train_columns_json(struct cJSON *o, const train_data_t *d,
    const train_scale_t *s);


/* network.c */

typedef enum {
    TRAIN_INIT_AUTO = 0,            /* he before relu and its kin, else glorot */
    TRAIN_INIT_HE,
    TRAIN_INIT_GLOROT
} train_init_t;

typedef enum {
    TRAIN_NORM_NONE = 0,
    TRAIN_NORM_BATCH,               /* over the rows of a batch */
    TRAIN_NORM_LAYER                /* over the numbers of a row */
} train_norm_t;

/*
 * A layer: x W + b, then normalised, activated, some of it dropped, and the
 * output of the layer `skip` below added, as far as it has these.  Matrices
 * are padded: ld = train_pad(units) columns, the last ones zero.
 */

typedef struct {
    maas_act_t     act;
    float          alpha;
    train_norm_t   norm;
    float          eps;             /* of norm */
    float          drop;            /* share that is dropped in training */
    size_t         skip;            /* 0: nothing is added */
    train_init_t   init;

    size_t         in;
    size_t         units;
    size_t         ld;

    /* places in the parameters; from gamma on only with norm, mean and var
     * only with TRAIN_NORM_BATCH */
    size_t         at;              /* where the layer begins */
    size_t         size;            /* floats of it */
    size_t         w_at;            /* (in,ld), here the layer begins */
    size_t         b_at;            /* (ld) */
    size_t         gamma_at;        /* (ld), behind b */
    size_t         beta_at;         /* (ld), behind gamma */
    size_t         mean_at;         /* (ld) */
    size_t         var_at;          /* (ld) */

    unsigned       fed;             /* a layer above adds this one's output */
    unsigned       feeds_first;     /* of those that add the same output this
                                       is the highest */
} train_layer_t;

typedef struct {
    size_t         in;
    size_t         out;
    size_t         n_layers;
    train_layer_t  layers[TRAIN_MAX_NET + 1];
    size_t         n;               /* floats in params, padding counted */
    float         *params;
} train_net_t;

/* spec: layers like "64:relu:bn:drop=0.2", or "" for none; the output layer is
 * added: softmax, sigmoid or linear.  Returns 0, or -1 with a sentence in
 * why[160]. */
int train_net_create(train_net_t *net, size_t in, size_t out,
    maas_task_t task, const char *spec, char *why);
void train_net_init(train_net_t *net, train_init_t init, uint64_t seed);
void train_net_free(train_net_t *net);
/* The last layer, before its activation, gives factor times what it gave, plus
 * shift. */
void train_net_fold(train_net_t *net, double factor, double shift);
/* Without padding, as the file will have them. */
size_t train_net_parameters(const train_net_t *net);

/* spec.c: the hidden layers of a spec.  Returns as train_net_create(). */
int train_spec_read(train_net_t *net, const char *spec, char *why);


/* product.c: room of a thread to pack matrices into; zero to begin with */

typedef struct {
    float         *b;
    float         *a;
    size_t         a_size;
} train_pack_t;


/* export.c: the layers as the model file has them */

typedef struct {
    size_t         n;
    maas_layer_t   layers[3 * (TRAIN_MAX_NET + 1)];
} train_export_t;

/* To be given to train_export_free(). */
train_export_t *train_export(const train_net_t *net);
void train_export_free(train_export_t *e);


/* batch.c: rows on their way through the network */

/* As a matrix, or as lists of what is not zero: (rows,stride) places and
 * values, n(rows) of them in each row; in groups of TRAIN_LISTS rows the
 * values are 0 up to the longest list's end */

typedef struct {
    size_t         rows;
    size_t         max_rows;
    size_t         in;
    size_t         out;
    unsigned       sparse;
    float         *x;               /* (rows,in) unless sparse */
    size_t         stride;
    uint32_t      *at;
    float         *v;
    uint32_t      *n;
    uint32_t      *classes;         /* (rows) */
    float         *targets;         /* (rows,out) */
    float         *weight;          /* (rows), NULL: each counts once */
    double         mass;            /* sum of the weights, or rows */
    unsigned       soft;            /* targets are shares of classes, given */
} train_batch_t;

/* The same lists by columns: (in,max_rows) pairs, end(in): where each ends */

typedef struct {
    uint32_t       at;              /* row */
    float          v;
} train_pair_t;

typedef struct {
    size_t         in;
    size_t         max_rows;
    train_pair_t  *pairs;
    train_pair_t **end;
} train_columns_t;

/* augment.c: pictures, each time a little different */

typedef struct {
    unsigned       any;
    double         shift;           /* pixels, at most, each way */
    double         rotate;          /* degrees, at most, each way */
    double         scale;           /* 0.1: 10 %, each way, in x and y */
    double         shear;           /* 0.1: a tenth of the height aside */
    double         elastic;         /* pixels, deviation of a smooth field */
    double         noise;           /* deviation of each number */
} train_augment_t;

/* text: "shift=2,rotate=10".  Returns 0, or -1 with a sentence in why[160]. */
int train_augment_read(train_augment_t *a, const char *text, char *why);
/* x(height,width), what is beyond its edge is `ground` */
void train_augment_row(const train_augment_t *a, train_rng_t *rng,
    size_t height, size_t width, float ground, float *x);


/* What gives batches: data seen through the scaling. */

typedef struct {
    const train_data_t   *data;
    const train_scale_t  *scale;
    float                 lut[256]; /* byte -> network input */
    unsigned              sparse;   /* worth skipping zeros */

    /* for training alone, all zero after train_source_init() */
    float                 smoothing;    /* this much of a class is everyone's */
    double                mixup;        /* alpha of Beta(alpha,alpha) */
    train_augment_t       augment;
    uint64_t              seed;
    uint64_t              epoch;
} train_source_t;

void train_source_init(train_source_t *s, const train_data_t *d,
    const train_scale_t *scale);
void train_batch_create(train_batch_t *b, const train_source_t *s,
    size_t max_rows);
void train_batch_free(train_batch_t *b);
/* row(n), n <= max_rows: rows of the data, in this order; `follow` more stand
 * behind them, for later.  Fills from..to of the batch; once all are filled
 * train_batch_count() must follow. */
void train_batch_rows(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow, size_t from, size_t to);
void train_batch_count(train_batch_t *b);
/* Both, for all rows. */
void train_batch_fill(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow);

void train_columns_create(train_columns_t *c, size_t in, size_t max_rows);
void train_columns_free(train_columns_t *c);
void train_columns_fill(train_columns_t *c, const train_batch_t *b);


/* loss.c */

typedef enum {
    TRAIN_LOSS_AUTO = 0,
    TRAIN_LOSS_MSE,
    TRAIN_LOSS_MAE,
    TRAIN_LOSS_HUBER,               /* delta 1 */
    TRAIN_LOSS_BINARY,              /* cross-entropies, fused with sigmoid */
    TRAIN_LOSS_SPARSE,              /*     and softmax; targets are classes, */
    TRAIN_LOSS_CATEGORICAL          /*     or a probability per class */
} train_loss_t;

#define TRAIN_N_LOSSES  7
extern const char *const train_loss_names[TRAIN_N_LOSSES];

/* The loss for a task, or -1 if `loss` does not go with it. */
int train_loss_choose(train_loss_t loss, maas_task_t task);

/*
 * z(rows,ld): the last layer's numbers before its activation; becomes its
 * answers.  dz(rows,ld), if not NULL: gradient by z of the weighted losses'
 * sum over the number of rows.  Returns the sum of the weighted losses: over
 * b->mass it is their mean.
 */
double train_loss(train_loss_t loss, maas_act_t act, const train_batch_t *b,
    float *z, size_t ld, float *dz);
/* The same for rows from..to: each one's weighted loss goes to losses[]. */
void train_loss_rows(train_loss_t loss, maas_act_t act,
    const train_batch_t *b, size_t from, size_t to, float *z, size_t ld,
    float *dz, double *losses);


/* optim.c */

typedef enum {
    TRAIN_OPT_SGD = 0,
    TRAIN_OPT_MOMENTUM,
    TRAIN_OPT_NESTEROV,
    TRAIN_OPT_RMSPROP,
    TRAIN_OPT_ADAM,
    TRAIN_OPT_ADAMW
} train_optim_kind_t;

#define TRAIN_N_OPTS  6
extern const char *const train_optim_names[TRAIN_N_OPTS];

/* m = beta1 m + gradient, v = beta2 v + gradient^2, without Adam's factors
 * 1 - beta: alpha and eps have them */

typedef struct {
    float          alpha;           /* lr, corrected for the start */
    float          beta1, beta2, eps;
    float          l2;              /* gradient += l2 * weight */
    float          decay;           /* weight -= decay * weight */
} train_adam_t;

typedef struct {
    train_optim_kind_t  kind;
    double              lr, momentum, rho, beta1, beta2, eps;
    double              l2;         /* loss += l2 * sum of squared weights */
    double              weight_decay;
    double              clip_norm;  /* 0: off */
    uint64_t            step;
    size_t              n;
    float              *m;          /* as net->params, NULL if unused */
    float              *v;
} train_optim_t;

/* Keras's defaults for everything but kind and n. */
void train_optim_create(train_optim_t *o, train_optim_kind_t kind, size_t n);
void train_optim_free(train_optim_t *o);
double train_optim_default_lr(train_optim_kind_t kind);

/* Numbers for the Adam kernels: those of step o->step. */
void train_optim_adam(const train_optim_t *o, double lr, train_adam_t *a);
/* One step's change of w(rows,n) by its gradient g; m and v as w, NULL where
 * unused.  adam: of this step; factor: of the gradient.  Biases
 * and norms know neither l2 nor decay: they are no weights. */
void train_optim_apply(const train_optim_t *o, const train_adam_t *adam,
    double lr, double factor, int weights, float *w, float *m, float *v,
    size_t ld, const float *g, size_t ldg, size_t rows, size_t n);


/*
 * work.c: what a member of a team needs to run batches through a network.
 *
 * A layer with much to do is split: each member has some of its columns, and
 * all see one set of numbers.  Any other layer is done by every member for
 * itself, with its own copy of the parameters: all get the same bits, and
 * nobody waits.  How many members there are changes no bit.
 */

typedef struct {
    unsigned       split;
    size_t         from, to;        /* own columns */

    /* as the layer's part of net->params */
    float         *p;
    float         *m, *v;           /* the optimiser's, NULL if unused */
    float         *grad;            /* NULL if spent at once */
    float         *ema;             /* NULL: no average is kept */

    /* own columns of the weights (in,to - from), ldw apart, and what goes with
     * them: there, or apart from the others' (panel), so that no line of the
     * cache is wanted by two */
    unsigned       panel;
    size_t         ldw;
    float         *w, *wm, *wv, *wema;

    /* (max_rows,ld) */
    float         *a;               /* output */
    float         *h;               /* before dropout and addition; may be a */
    float         *z;               /* before activation, NULL if not kept */
    float         *xhat;            /* normalised, NULL without norm */
    float         *mask;            /* 0 or 1 / (1 - drop), NULL without */
    float         *g;               /* gradient by a, then by z */
    float         *dz;              /* by the product; g but for layer norm */

    float         *inv;             /* (ld) or (max_rows): 1 / deviation */
    float         *small;           /* (5,ld): gradients of b, gamma, beta;
                                       a batch's mean and variance */
} train_part_work_t;

typedef struct {
    const train_net_t   *net;
    train_team_t        *team;      /* NULL: alone */
    size_t               id;
    size_t               n;
    size_t               max_rows;
    unsigned             training;
    uint64_t             key;       /* of the dropout of this step */
    double               ema_decay;
    train_optim_t        optim;     /* shared moments, own step */
    train_part_work_t    part[TRAIN_MAX_NET + 1];
    double              *losses;    /* (max_rows) */
    train_pack_t         pack;
    train_columns_t      columns;   /* in NULL unless the data is sparse */
} train_work_t;

/* One member alone.  o: NULL: gradients only, into part[].grad; training 0:
 * forward only. */
void train_work_create(train_work_t *w, const train_net_t *net,
    const train_optim_t *o, size_t max_rows, int training);
/* w(n) for the members of a team, or one if n is 1; ema: as net->params, or
 * NULL */
void train_work_team(train_work_t *w, size_t n, train_team_t *team,
    const train_net_t *net, const train_optim_t *o, float *ema,
    size_t max_rows);
/* After the network's numbers were changed from outside: the copies too. */
void train_work_copy(train_work_t *w, size_t n);
/* The other way: a member's own columns to where all see them. */
void train_work_publish(train_work_t *w);
void train_work_free(train_work_t *w, size_t n);
/* How many members are worth it: 1 if no layer is worth splitting. */
size_t train_work_members(const train_net_t *net, size_t rows, size_t n);
/* Is layer i done by rows after its product, not by columns? */
int train_work_by_rows(const train_layer_t *l);


/* forward.c: one batch.  The last layer then holds numbers before its
 * activation: train_loss() wants them so. */
void train_forward(train_work_t *w, const train_batch_t *b);

/* backward.c: one step, by each member of a team; the losses' sum is right
 * for member 0.  Members have to wait for each other afterwards. */
double train_step(train_work_t *w, const train_batch_t *b, train_loss_t loss,
    double lr);
/* From part[last].g, which train_loss() filled as dz: gradients into
 * part[].grad; alone. */
void train_gradient(train_work_t *w, const train_batch_t *b);

/* norm.c: columns from..to of z(rows,ld) become normalised, scaled by gamma
 * and moved by beta.  Training: by the batch's own mean and variance, which
 * are remembered (running); xhat and inv are kept for backward. */
void train_norm_batch(const train_layer_t *l, train_part_work_t *p,
    size_t rows, int training);
/* the same over rows from..to */
void train_norm_layer(const train_layer_t *l, train_part_work_t *p,
    size_t from, size_t to);
/* g by the norm's answer -> dz by its input; small: gradients */
void train_norm_batch_back(const train_layer_t *l, train_part_work_t *p,
    size_t rows);
void train_norm_layer_back(const train_layer_t *l, train_part_work_t *p,
    size_t from, size_t to);
/* of gamma and beta, own columns */
void train_norm_layer_small(const train_layer_t *l, train_part_work_t *p,
    size_t rows);

/* act.c: d(rows,n) *= act'(z), a = act(z); all ld apart.  Not for softmax with dz of the
 * loss: that is fused. */
void train_act_backward(maas_act_t act, float alpha, const float *z,
    const float *a, size_t rows, size_t n, size_t ld, float *d);


/* metrics.h */

typedef struct train_metrics_s  train_metrics_t;


/* loop.c: epochs */

typedef enum {
    TRAIN_SCHED_CONSTANT = 0,
    TRAIN_SCHED_LINEAR,             /* to lr_final at the last epoch's end */
    TRAIN_SCHED_COSINE,
    TRAIN_SCHED_STEP,               /* times step_factor now and then */
    TRAIN_SCHED_ONE_CYCLE,          /* up, and down to almost nothing */
    TRAIN_SCHED_PLATEAU             /* times step_factor where it stands */
} train_sched_t;

#define TRAIN_N_SCHEDS  6
extern const char *const train_sched_names[TRAIN_N_SCHEDS];

typedef struct {
    train_loss_t    loss;
    train_sched_t   schedule;
    double          warmup;         /* epochs in which the rate rises */
    double          lr_final;       /* share of the rate at the end */
    size_t          step_every;     /* epochs; 0: a third of them */
    double          step_factor;
    size_t          plateau;        /* epochs without progress */
    double          ema;            /* decay of averaged weights, 0: none */
    size_t          epochs;
    size_t          batch;
    size_t          patience;       /* 0: no early stopping */
    size_t          threads;        /* 0: one for each core */
    uint64_t        seed;
    int             progress;       /* train_progress_mode_t */
    struct train_history_s  *history;   /* to be filled, or NULL */

    const char     *checkpoint;     /* NULL: none */
    size_t          checkpoint_every;
    size_t          checkpoint_keep;
    unsigned        resume;
    char           *identity;       /* of data and settings, with checkpoint */
} train_plan_t;

typedef struct {
    size_t          epochs;         /* begun */
    size_t          best_epoch;     /* from 1; 0: none was finished */
    double          best_loss;      /* of validation, or of training */
    double          best_score;     /* accuracy or R2; NAN without */
    double          train_loss;     /* of the best epoch */
    double          train_seconds;  /* gradient steps alone */
    double          seconds;
    uint64_t        rows;           /* trained on, in all epochs */
    unsigned        interrupted;
    unsigned        stopped;        /* by patience */
} train_result_t;

/* Best weights are in net->params on return.  train(n_train) and
 * valid(n_valid, may be 0) are rows of their sources.  The threads change no
 * bit of the result. */
void train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    const uint32_t *train, size_t n_train, const uint32_t *valid,
    size_t n_valid, train_result_t *r);
/* The order of an epoch's rows: order(n) is rows(n) shuffled. */
void train_order(const uint32_t *rows, size_t n, uint64_t seed, size_t epoch,
    uint32_t *order);

/* schedule.c: the rate of a step, counted over all epochs of `steps` each;
 * plateau: product of the factors so far */
double train_rate(const train_plan_t *p, double lr, size_t steps, size_t step,
    double plateau);


/* check.c: validation between epochs */

typedef struct train_check_part_s  train_check_part_t;

typedef struct {
    train_team_t           *team;
    const train_net_t      *net;
    train_loss_t            loss;
    const train_source_t   *source;
    const uint32_t         *row;        /* (n) */
    size_t                  n;
    size_t                  members;
    train_work_t           *work;       /* (members) */
    train_batch_t          *batch;
    train_check_part_t     *parts;
} train_check_t;

/* Keeps the pointers.  n may be 0: then there is nothing to be said. */
void train_check_create(train_check_t *j, train_team_t *team,
    const train_net_t *net, train_loss_t loss, const train_source_t *source,
    const uint32_t *row, size_t n);
void train_check_free(train_check_t *j);
/* Mean loss, and accuracy or R2; untouched if n is 0. */
void train_check(train_check_t *j, double *loss, double *score);


/* checkpoint.c: a loop between two epochs, as a file */

typedef struct {
    train_result_t  result;
    uint64_t        step;           /* of the optimiser */
    double          best_watch;
    double          plateau_watch;
    double          plateau;
    uint64_t        plateau_wait;
} train_state_t;

#define TRAIN_STATE_ARRAYS  5       /* each of n floats, or NULL */

/* Older files move to FILE.1, FILE.2, as many as are kept; dies on failure. */
void train_checkpoint_write(const train_plan_t *p, const train_state_t *state,
    float *const *arrays, size_t n);
/* 0 if there is none; dies if it is damaged or of another training. */
int train_checkpoint_read(const train_plan_t *p, train_state_t *state,
    float *const *arrays, size_t n);

/* Set by SIGINT while a loop runs. */
extern volatile sig_atomic_t train_interrupted;


/* progress.c */

typedef enum {
    TRAIN_PROGRESS_AUTO = 0,        /* a bar on a terminal, else nothing */
    TRAIN_PROGRESS_NONE,
    TRAIN_PROGRESS_LINES            /* one for each epoch, anywhere */
} train_progress_mode_t;

typedef struct {
    unsigned        bar;
    unsigned        lines;
    size_t          columns;        /* of the terminal */
    double          begin;
    double          last;           /* when something was drawn, */
    double          last_line;      /*     a line that stays */
    size_t          first;          /* epoch, 0: none yet */
    size_t          epochs;
    size_t          batches;
    const char     *score_name;
    size_t          best_epoch;
    double          best;
    double          rate;           /* rows a second in the last epoch */
} train_progress_t;

/* Start of what a person sees on stderr.  score_name is kept, not copied. */
void train_progress_begin(train_progress_t *p, size_t epochs, size_t batches,
    const char *score_name, int mode);
/* Within an epoch, as often as you like. */
void train_progress_batch(train_progress_t *p, size_t epoch, size_t batch,
    double loss);
/* valid_loss and score may be NAN. */
void train_progress_epoch(train_progress_t *p, size_t epoch, double loss,
    double valid_loss, double score, double rows_per_second, int best);
/* Wipe the bar. */
void train_progress_end(train_progress_t *p);


/* history.c: what each epoch brought */

typedef struct {
    size_t          epoch;          /* from 1 */
    double          loss;
    double          valid_loss;     /* NAN without validation */
    double          score;          /* accuracy or R2, or NAN */
    double          rate;           /* of learning, at its end */
    double          seconds;        /* since the start, of training alone */
    unsigned        best;           /* of all so far */
} train_epoch_t;

typedef struct train_history_s {
    train_epoch_t  *epochs;
    size_t          n;
    size_t          size;
    const char     *score_name;     /* "accuracy" or "r2" */
    FILE           *log;            /* NULL: none */
} train_history_t;

/* log: file for a JSON line an epoch, or NULL; dies if it cannot be written.
 * append: to what is there.  To be freed, which closes it. */
void train_history_create(train_history_t *h, const char *log, int append,
    int classes);
void train_history_add(train_history_t *h, const train_epoch_t *e);
void train_history_free(train_history_t *h);


/* options.c: fit's settings, from the command line and from a file */

#define TRAIN_BY_DATA   SIZE_MAX    /* patience that nobody asked for */

typedef struct {
    char      *data, *valid, *test, *target, *output, *name, *hidden, *config;
    char      *augment, *checkpoint, *log, *report;
    unsigned   layers;              /* hidden is from `layer` lines */
    char      *columns, *ignore, *id, *weight, *class_weight, *cost;
    int        on_error;
    size_t     one_hot, hash;
    double     false_alarms;
    int        header, task, scaling, init, loss, optimizer, schedule;
    int        calibration, target_scaling;
    size_t     epochs, batch, patience, seed;
    double     lr, momentum, rho, beta1, beta2, epsilon, weight_decay, l2;
    double     clip_norm, validation;
    double     warmup, lr_final, step_factor, ema, smoothing, mixup;
    size_t     step_every, plateau, threads, folds;
    size_t     checkpoint_every, checkpoint_keep;
    int        resume;
    int        progress, json, quiet;
} train_options_t;

/* Leaves with usage if they make no sense; --help is printed here too. */
void train_options_read(train_options_t *o, int argc, char **argv);
void train_options_free(train_options_t *o);
/* What differs from the usual as lines of a --config file, but for what is of
 * this run alone (output, report, ...). */
void train_options_write(FILE *f, const train_options_t *o);
/* How to read the training data. */
void train_options_want(const train_options_t *o, train_want_t *want);
/* defaults.c: fill in what was left to the data, of which so many rows are for
 * training. */
void train_options_choose(train_options_t *o, const train_data_t *d,
    size_t rows);
/* Calls each() with every setting that changes the weights and the text of
 * its value, which is valid during the call. */
void train_options_each(const train_options_t *o,
    void (*each)(void *ctx, const char *name, const char *value, int quoted),
    void *ctx);


/* folds.c: cross-validation */

typedef struct {
    double    score;                /* accuracy or R2 of the rows kept back */
    double    loss;
    uint64_t  epochs;               /* until the best */
} train_fold_t;

typedef struct {
    uint32_t  *train, *valid, *test;
    size_t     n_train, n_valid, n_test;
} train_fold_rows_t;

/* order(rows): shuffled, but the rows of a class together */
void train_folds_deal(const train_data_t *d, uint64_t seed, uint32_t *order);
/* A fold's three parts: every folds-th row is for the test, a share of the
 * others for validation. */
void train_folds_split(const uint32_t *order, size_t rows, size_t folds,
    size_t fold, double share, train_fold_rows_t *r);
/* job() in a process of its own for each fold, so many at once; out(folds).
 * Dies if one fails. */
void train_folds_run(size_t folds, size_t at_once,
    void (*job)(void *ctx, size_t fold, train_fold_t *out), void *ctx,
    train_fold_t *out);
/* Of the scores, n > 1. */
void train_folds_sum(const train_fold_t *f, size_t n, double *mean,
    double *deviation);


/* plan.c: what the settings mean for training; leaves with usage if they do
 * not go with the data */

void train_plan_create(train_plan_t *p, const train_options_t *o,
    const train_data_t *d, size_t n_train);
void train_plan_free(train_plan_t *p);
void train_plan_optim(train_optim_t *optim, const train_options_t *o,
    size_t n);
/* s: of the training rows */
void train_plan_source(train_source_t *s, const train_options_t *o);


/* record.c: the `maas` document of a new model */

typedef struct {
    const train_options_t  *options;
    const train_data_t     *data;
    const train_scale_t    *scale;
    const train_net_t      *net;
    const train_result_t   *result;
    const train_metrics_t  *test;       /* NULL: not measured */
    double                  temperature;    /* 1: not calibrated */
    float                   threshold;      /* 0: as usual */
    size_t                  n_train;
    size_t                  n_valid;
} train_record_t;

/* JSON text, to be given to train_free(). */
char *train_record(const train_record_t *r);


/* write.c: a whole file or none */

/* The network as the bytes of a model file, to be given to train_free().
 * document: JSON text. */
void *train_image(const train_net_t *net, const char *document, size_t *size);
/* Temporary name in the same folder, synced, renamed, folder synced.  Dies on
 * failure, leaving nothing behind. */
void train_save(const char *path, const void *image, size_t size);
/* Dies now if nothing could be written there after hours of training. */
void train_save_check(const char *path);
/* Dies if what is to be written is what is to be read: a file, or two with a
 * comma between them; NULL is nothing. */
void train_save_apart(const char *path, const char *input);


/* model_args.c: command line of those who use a model on data */

typedef struct {
    const char    *model;
    const char    *data;
    train_part_t   part;
    train_want_t   want;
    int            json;

    /* evaluate alone */
    const char    *report;          /* file, or NULL */
    int            importance;
    size_t         rounds;          /* of the bootstrap; 0: none */
    size_t         repeats;         /* of a column's shuffling */
    size_t         seed;
} train_model_args_t;

/* Leaves with usage if they make no sense; what: one sentence of help. */
void train_model_args(train_model_args_t *a, int argc, char **argv,
    const char *what);
/* Read the data for the model, as rows that it can run. */
void train_model_data(train_model_args_t *a, const maas_model_t *m,
    train_data_t *d);


/* run.c: rows through the engine, as nginx runs them */

maas_model_t *train_model_open(const char *path);
/* Answers y(rows,out) for the rows row(rows) of d, or for all with NULL; to be
 * given to train_free().  Dies if one is not finite. */
float *train_model_run(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows);
/* Name of the target or of the id in the training record, or NULL; to be
 * freed. */
char *train_model_recorded(const maas_info_t *info, const char *what);


#endif /* MAAS_TRAINER_H */
