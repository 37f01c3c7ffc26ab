/*
 * One step of training: losses, optimisers, and a batch forwards and backwards
 * through a network.  Nothing of epochs.
 */

#ifndef TRAIN_STEP_H
#define TRAIN_STEP_H

#include "batch.h"
#include "network.h"
#include "privacy/secret.h"
#include "team.h"
#include "util.h"


/* product.c: room of a thread to pack matrices into; zero to begin with */

typedef struct {
    float         *b;
    float         *a;
    size_t         a_size;
} train_pack_t;


/* loss.c */

typedef enum {
    TRAIN_LOSS_AUTO = 0,
    TRAIN_LOSS_MSE,
    TRAIN_LOSS_MAE,
    TRAIN_LOSS_HUBER,               /* delta 1 */
    TRAIN_LOSS_BINARY,              /* cross-entropies, fused with sigmoid */
    TRAIN_LOSS_SPARSE,              /*     and softmax; targets are classes, */
    TRAIN_LOSS_CATEGORICAL,         /*     or a probability per class */
    TRAIN_LOSS_QUANTILE,            /* the batch has its level */
    TRAIN_LOSS_POISSON              /* fused with exp; half of the deviance */
} train_loss_t;

#define TRAIN_N_LOSSES  (TRAIN_LOSS_POISSON + 1)

extern const char *const train_loss_names[TRAIN_N_LOSSES];

/* The loss for a task, or -1 if `loss` does not go with it. */
int train_loss_choose(train_loss_t loss, maas_task_t task);

/*
 * z(rows,ld): the last layer's numbers before its activation; becomes its
 * answers.  dz(rows,ld), if not NULL: gradient by z of the weighted losses'
 * sum over the number of rows.  For rows from..to; each one's weighted loss
 * goes to losses[]: their sum over b->mass is the mean.  A teacher, if the
 * batch has one, is for cross-entropies, and where there is dz.
 */
void train_loss(train_loss_t loss, maas_act_t act, const train_batch_t *b,
    size_t from, size_t to, float *z, size_t ld, float *dz, double *losses);


/* optim.c */

typedef enum {
    TRAIN_OPT_SGD = 0,
    TRAIN_OPT_MOMENTUM,
    TRAIN_OPT_NESTEROV,
    TRAIN_OPT_RMSPROP,
    TRAIN_OPT_ADAM,
    TRAIN_OPT_ADAMW
} train_optim_kind_t;

#define TRAIN_N_OPTS  (TRAIN_OPT_ADAMW + 1)

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

    /* privacy: what one row may add to a gradient at most, 0: anything; the
     * noise's deviation by that; by how many rows the sum is divided */
    double              row_clip, row_noise, row_expected;
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

#define TRAIN_N_ARRAYS  4

typedef struct {
    unsigned       split;
    unsigned       spends;          /* weights take steps without a gradient
                                       in memory */
    unsigned       pending;         /* gradients are, until the others have
                                       read what a step would change */
    size_t         from, to;        /* own columns */

    /* as the layer's part of net->params: parameters, the optimiser's moments
     * or NULL if unused, their average or NULL if none is kept */
    union {
        struct { float  *p, *m, *v, *ema; };
        float     *all[TRAIN_N_ARRAYS];
    };

    /* gradients: weights (rows,ld) unless spent, and behind them */
    float         *grad;
    float         *small;           /* vectors (vectors,ld) */

    /* own columns of the weights (rows,to - from), ldw apart, and what goes
     * with them: there, or apart from the others' (panel), so that no line of
     * the cache is wanted by two */
    unsigned       panel;
    size_t         ldw;
    union {
        struct { float  *w, *wm, *wv, *wema; };
        float     *own[TRAIN_N_ARRAYS];
    };

    /* (max_rows,ld); a and g may be those of the layer below */
    float         *a;               /* output */
    float         *g;               /* gradient by it */
    float         *keep;            /* what the kind keeps for the way back */
    float         *stats;           /* and of each row or column */
} train_share_t;

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
    train_secret_t      *secret;    /* own, of the caller; NULL: no noise */
    train_share_t       *part;      /* of each layer */
    double              *losses;    /* (max_rows) */
    double              *factor;    /* (max_rows) of all, with row_clip, */
    float               *noise;     /*     and as net->params */
    train_pack_t         pack;
    train_columns_t      columns;   /* in NULL unless the data is sparse */
    size_t               n_owned;   /* arrays that it is to free */
    void               **owned;
} train_work_t;

/* w(n) for the members of a team, or one alone if n is 1.  o: NULL: a step at
 * rate 0 leaves gradients in part[].grad; ema: as net->params, or NULL;
 * training 0: forward only. */
void train_work_create(train_work_t *w, size_t n, train_team_t *team,
    const train_net_t *net, const train_optim_t *o, float *ema, size_t max_rows,
    int training);
/* A member's own columns, to where all see them or back. */
void train_work_move(train_work_t *w, int publish);
void train_work_free(train_work_t *w, size_t n);
/* How many members are worth it: 1 if no layer is worth splitting. */
size_t train_work_members(const train_net_t *net, size_t rows, size_t n);


/* private.c: gradients of rows, if optim.row_clip is set; by all members */

/* Sum of x(n) squared. */
double train_private_squares(const float *x, size_t n);
/* The layers' output gradients become those of clipped rows, by the number of
 * rows that is expected.  Members have to wait for each other afterwards. */
void train_private_clip(train_work_t *w, const train_batch_t *b);
/* Draw a member's part of a step's noise; likewise. */
void train_private_noise(train_work_t *w);
/* Add it to layer i's gradient, a member its own columns. */
void train_private_add(train_work_t *w, size_t i);
/* Layer i's gradient of no rows. */
void train_private_empty(train_work_t *w, size_t i);
/* The items of a layer of which a row's gradient has no length, or NULL. */
const char *train_private_refuses(const train_net_t *net);


/* step.c: one batch.  The last layer then holds numbers before its
 * activation: train_loss() wants them so. */
void train_forward(train_work_t *w, const train_batch_t *b);

/* One step, by each member of a team; the losses' sum is right for member 0.
 * Members have to wait for each other afterwards. */
double train_step(train_work_t *w, const train_batch_t *b, train_loss_t loss,
    double lr);


#endif /* TRAIN_STEP_H */
