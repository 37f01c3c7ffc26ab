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
#define TRAIN_MAX_NET   64     /* layers that --hidden may ask for */

#define train_pad(n)    (((n) + TRAIN_PAD - 1) / TRAIN_PAD * TRAIN_PAD)
#define train_nelts(a)  (sizeof(a) / sizeof((a)[0]))


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int cmd_fit(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_synth(int argc, char **argv);


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


/* data.c: rows of numbers with what is to be foretold */

typedef enum {
    TRAIN_AUTO = 0,
    TRAIN_YES,
    TRAIN_NO
} train_tri_t;

/* How to read: all zero is a good start */

typedef struct {
    const char         *target;     /* NULL: last column */
    train_tri_t         header;
    int                 task;       /* maas_task_t, or -1 to look at the data */

    /* from a model, when reading for it */
    const maas_info_t  *model;
    unsigned            no_target;  /* the target may be missing */
} train_want_t;

typedef struct {
    char          *path;            /* as the user gave it */
    size_t         rows;

    maas_input_t   input;
    size_t         rank;
    size_t         shape[MAAS_MAX_RANK];
    int            image;
    size_t         in;
    uint8_t       *bytes;           /* (rows,in) or NULL */
    float         *numbers;         /* (rows,in) or NULL */
    char         **columns;         /* (in) names, NULL for a tensor */

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

/* data_csv.c: the same for a CSV file, plain or .gz */
void train_csv_read(const char *path, const train_want_t *want,
    train_data_t *d);

/* target.c: texts or numbers of the target -> classes or targets */

typedef struct {
    char         **text;            /* distinct values, in order of arrival */
    double        *value;           /* their numbers; NAN if they are none */
    size_t         n;
    size_t         size;
    uint32_t      *hash;            /* index + 1, open addressing */
    size_t         hash_size;
} train_dict_t;

/* Number of a text, added if new. */
uint32_t train_dict_add(train_dict_t *t, const char *text);
void train_dict_free(train_dict_t *t);
/* Decide the task, fill task, out, classes or targets, labels of *d.
 * id(rows): from train_dict_add().  where: for messages. */
void train_target_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *t, const uint32_t *id, const char *where);


/* split.c: which rows are for what */

/* Shuffle 0..rows and put about `share` of them at the end, the same share of
 * each class.  row(rows).  Returns how many come first. */
size_t train_split(const train_data_t *d, double share, uint64_t seed,
    uint32_t *row);


/* scale.c: shift and factor, fitted on the given rows alone */

typedef enum {
    TRAIN_SCALE_AUTO = 0,           /* minmax for bytes, standard for columns */
    TRAIN_SCALE_NONE,
    TRAIN_SCALE_STANDARD,
    TRAIN_SCALE_MINMAX,
    TRAIN_SCALE_ROBUST
} train_scaling_t;

typedef struct {
    train_scaling_t  kind;          /* never AUTO */
    size_t           n;             /* in, or 1 for a tensor */
    float           *shift;
    float           *factor;
} train_scale_t;

extern const char *const train_scaling_names[5];

/* Fit to n rows of d, those that row[] names; AUTO chooses by the data.
 * *s is to be given to train_scale_free(). */
void train_scale_fit(train_scale_t *s, train_scaling_t kind,
    const train_data_t *d, const uint32_t *row, size_t n);
void train_scale_free(train_scale_t *s);


/* network.c */

typedef enum {
    TRAIN_INIT_AUTO = 0,            /* he before relu and its kin, else glorot */
    TRAIN_INIT_HE,
    TRAIN_INIT_GLOROT
} train_init_t;

/* Matrices are padded: ld = train_pad(units) columns, the last ones zero. */

typedef struct {
    maas_kind_t    kind;
    maas_act_t     act;
    float          alpha;
    size_t         in;
    size_t         units;
    size_t         ld;
    size_t         w_at;            /* (in,ld), place in the parameters */
    size_t         b_at;            /* (ld) */
} train_layer_t;

typedef struct {
    size_t         in;
    size_t         out;
    size_t         n_layers;
    train_layer_t  layers[TRAIN_MAX_NET + 1];
    size_t         width;           /* widest ld */
    size_t         n;               /* floats in params, padding counted */
    float         *params;
} train_net_t;

/* spec: "64:relu,64:relu" or "" for none; the output layer is added: softmax,
 * sigmoid or linear.  Returns 0, or -1 with a sentence in why[160]. */
int train_net_create(train_net_t *net, size_t in, size_t out,
    maas_task_t task, const char *spec, char *why);
void train_net_init(train_net_t *net, train_init_t init, uint64_t seed);
void train_net_free(train_net_t *net);
/* The last layer, before its activation, gives factor times what it gave, plus
 * shift. */
void train_net_fold(train_net_t *net, double factor, double shift);
/* Without padding. */
size_t train_net_parameters(const train_net_t *net);


/* batch.c: rows on their way through the network */

typedef struct {
    uint32_t       at;              /* column in a row, row in a column */
    float          v;
} train_pair_t;

typedef struct {
    size_t         rows;
    size_t         max_rows;
    size_t         in;
    size_t         out;
    unsigned       sparse;
    float         *x;               /* (rows,in) unless sparse */
    train_pair_t  *row;             /* sparse: pairs, row after row, */
    uint32_t      *row_at;          /*     (rows + 1) where they begin */
    train_pair_t  *col;             /* sparse: (in,max_rows) pairs, */
    uint32_t      *col_n;           /*     (in) so many of each column */
    uint32_t      *classes;         /* (rows) */
    float         *targets;         /* (rows,out) */
    float         *weight;          /* (rows), NULL: each counts once */
    double         mass;            /* sum of the weights, or rows */
    unsigned       soft;            /* targets are shares of classes, given */
} train_batch_t;

/* What gives batches: data seen through the scaling. */

typedef struct {
    const train_data_t   *data;
    const train_scale_t  *scale;
    float                 lut[256]; /* byte -> network input */
    unsigned              sparse;   /* worth skipping zeros */
} train_source_t;

void train_source_init(train_source_t *s, const train_data_t *d,
    const train_scale_t *scale);
void train_batch_create(train_batch_t *b, const train_source_t *s,
    size_t max_rows);
void train_batch_free(train_batch_t *b);
/* row(n), n <= max_rows: rows of the data, in this order; `follow` more stand
 * behind them, for later.  columns: the gradient will be wanted too. */
void train_batch_fill(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow, int columns);


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


/* forward.c, backward.c: one batch */

typedef struct {
    const train_net_t   *net;
    size_t               max_rows;
    float               *z[TRAIN_MAX_NET + 1];  /* before, NULL if as a */
    float               *a[TRAIN_MAX_NET + 1];  /* after activation */
    float               *d[2];                  /* gradients by z */
    float               *wt;                    /* a transposed matrix */
    float               *grad;                  /* as net->params */
} train_work_t;

/* training: make room for gradients too */
void train_work_create(train_work_t *w, const train_net_t *net,
    size_t max_rows, int training);
void train_work_free(train_work_t *w);

/* The last a then holds numbers before the last activation: train_loss()
 * wants them so. */
void train_forward(train_work_t *w, const train_batch_t *b);

/* act.c: d(rows,ld) *= act'(z), a = act(z).  Not for softmax with dz of the
 * loss: that is fused. */
void train_act_backward(maas_act_t act, float alpha, const float *z,
    const float *a, size_t rows, size_t n, size_t ld, float *d);


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

/* backward.c: from w->d[0], which train_loss() filled as dz(rows, last ld):
 * gradients and one step of the optimiser at rate lr. */
void train_backward(train_work_t *w, const train_batch_t *b, float *params,
    train_optim_t *o, double lr);
/* Gradients alone, into w->grad. */
void train_gradient(train_work_t *w, const train_batch_t *b);
/* optim.c: grad and params are as net->params; begins a step itself */
void train_optim_step(train_optim_t *o, const train_net_t *net, float *params,
    float *grad, double lr);
/* Numbers for the Adam kernels: the next step's. */
void train_optim_adam(const train_optim_t *o, double lr, train_adam_t *a);


/* metrics.h */

typedef struct train_metrics_s  train_metrics_t;


/* loop.c: epochs */

typedef enum {
    TRAIN_SCHED_CONSTANT = 0,
    TRAIN_SCHED_LINEAR,             /* to zero at the last epoch's end */
    TRAIN_SCHED_COSINE
} train_sched_t;

extern const char *const train_sched_names[3];

typedef struct {
    train_loss_t    loss;
    train_sched_t   schedule;
    size_t          epochs;
    size_t          batch;
    size_t          patience;       /* 0: no early stopping */
    uint64_t        seed;
    unsigned        quiet;
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
 * valid(n_valid, may be 0) are rows of source. */
void train_loop(train_net_t *net, train_optim_t *o, const train_plan_t *plan,
    const train_source_t *source, const train_source_t *valid_source,
    uint32_t *train, size_t n_train, const uint32_t *valid, size_t n_valid,
    train_result_t *r);

/* Set by SIGINT while a loop runs. */
extern volatile sig_atomic_t train_interrupted;


/* progress.c */

typedef struct {
    unsigned        tty;
    unsigned        quiet;
    double          begin;
    double          last;
    size_t          epochs;
    size_t          batches;
    const char     *score_name;
} train_progress_t;

/* Start of the lines on stderr, with a bar if that is a terminal; quiet: none.
 * score_name is kept, not copied. */
void train_progress_begin(train_progress_t *p, size_t epochs, size_t batches,
    const char *score_name, int quiet);
/* Within an epoch, as often as you like. */
void train_progress_batch(train_progress_t *p, size_t epoch, size_t batch,
    double loss);
/* valid_loss and score may be NAN. */
void train_progress_epoch(train_progress_t *p, size_t epoch, double loss,
    double valid_loss, double score, double rows_per_second, int best);


/* options.c: fit's settings, from the command line and from a file */

typedef struct {
    char      *data, *valid, *test, *target, *output, *name, *hidden, *config;
    int        header, task, scaling, init, loss, optimizer, schedule;
    int        calibration, target_scaling;
    size_t     epochs, batch, patience, seed;
    double     lr, momentum, rho, beta1, beta2, epsilon, weight_decay, l2;
    double     clip_norm, validation;
    int        json, quiet;
} train_options_t;

/* Leaves with usage if they make no sense; --help is printed here too. */
void train_options_read(train_options_t *o, int argc, char **argv);
void train_options_free(train_options_t *o);
/* defaults.c: fill in what was left to the data, of which so many rows are for
 * training. */
void train_options_choose(train_options_t *o, const train_data_t *d,
    size_t rows);
/* Calls each() with every setting that changes the weights and the text of
 * its value, which is valid during the call. */
void train_options_each(const train_options_t *o,
    void (*each)(void *ctx, const char *name, const char *value, int quoted),
    void *ctx);


/* record.c: the `maas` document of a new model */

typedef struct {
    const train_options_t  *options;
    const train_data_t     *data;
    const train_scale_t    *scale;
    const train_net_t      *net;
    const train_result_t   *result;
    const train_metrics_t  *test;       /* NULL: not measured */
    double                  temperature;    /* 1: not calibrated */
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
/* Read the data for the model. */
void train_model_data(train_model_args_t *a, const maas_info_t *info,
    train_data_t *d);


/* run.c: rows through the engine, as nginx runs them */

maas_model_t *train_model_open(const char *path);
/* Answers y(rows,out) for the rows row(rows) of d, or for all with NULL; to be
 * given to train_free().  Dies if one is not finite. */
float *train_model_run(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows);
/* The target's name in the training record, or NULL; to be freed. */
char *train_model_target(const maas_info_t *info);


#endif /* MAAS_TRAINER_H */
