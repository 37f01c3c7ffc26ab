/*
 * The family of networks: settings of a recipe, and a training from rows of
 * values themselves to layers that score them.
 * Not here: embeddings of columns (network_embed.c), nodes (network_nodes.c).
 */

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "learn_network.h"


#define NETWORK_ROWS    256         /* scored at a time */
#define NETWORK_SPEC    1000
#define NETWORK_WIDE    2048        /* bins, and waves, of a row at most, */
#define NETWORK_COARSE  4           /*     so many of a number at least */
#define NETWORK_SEEN    400000      /* rows in all epochs, of which there are */
#define NETWORK_LEAST   4           /*     so many at least */
#define NETWORK_WAIT    0.2         /* of the epochs without progress, */
#define NETWORK_PATIENT 10          /*     but so many at least, are the end */
#define NETWORK_STOPS   16          /* epochs to stop at, the first ones close
                                       to each other; */
#define NETWORK_FEWER   4           /*     so many of a network */
#define NETWORK_LARGE   2e6         /*     of which more had more numbers */


typedef struct {
    const char  *name;
    size_t       at;
    double       low, high, usual;
} network_setting_t;

#define NETWORK_SETTING(name, low, high, usual)                               \
    { #name, offsetof(train_network_t, name), low, high, usual }

static const network_setting_t  network_settings[] = {
    NETWORK_SETTING(width, 1, 4096, 128),
    NETWORK_SETTING(depth, 1, 8, 2),
    NETWORK_SETTING(act, 0, MAAS_N_ACTS - 1, MAAS_ACT_RELU),
    NETWORK_SETTING(drop, 0, 0.95, 0.15),
    NETWORK_SETTING(bins, 0, 255, 0),
    NETWORK_SETTING(waves, 0, TRAIN_EMBED_WAVES, 0),
    NETWORK_SETTING(sums, 1, TRAIN_EMBED_SUMS, 3),
    NETWORK_SETTING(one_hot, 0, 4096, 32),
    NETWORK_SETTING(table, 0, 64, 8),
    NETWORK_SETTING(robust, 0, 1, 0),
    NETWORK_SETTING(clip, 0, 1000, 3),
    NETWORK_SETTING(batch, 1, 65536, 128),
    NETWORK_SETTING(epochs, 0, 10000, 0),
    NETWORK_SETTING(most, 1, 10000, 100),
    NETWORK_SETTING(lr, 0, 10, 0.005),
    NETWORK_SETTING(decay, 0, 100, 0.05),
    NETWORK_SETTING(held, 0, 1e9, 0),
    NETWORK_SETTING(beta2, 0, 0.9999, 0.999),
    NETWORK_SETTING(warmup, 0, 100, 0),
    NETWORK_SETTING(ema, 0, 0.99999, 0),
    NETWORK_SETTING(smooth, 0, 0.9, 0),
    NETWORK_SETTING(schedule, 0, TRAIN_N_SCHEDS - 1, TRAIN_SCHED_COSINE),
    NETWORK_SETTING(gain, 0.001, 100, 1),
    NETWORK_SETTING(patience, 0, 10000, 0)
};


static int
network_set(void *to, const char *name, double v, char *why)
{
    size_t                    i;
    const network_setting_t  *t;

    for (i = 0; i < train_nelts(network_settings); i++) {
        t = &network_settings[i];

        if (strcmp(name, t->name) != 0) {
            continue;
        }

        if (!(v >= t->low && v <= t->high)) {
            return train_refuse(why, "network: %s=%g is not from %g to %g",
                                name, v, t->low, t->high);
        }

        *(double *) ((char *) to + t->at) = v;
        return 0;
    }

    return train_refuse(why, "network: no setting \"%s\"", name);
}


static int
network_read(train_network_t *s, const char *text, char *why)
{
    size_t  i;

    for (i = 0; i < train_nelts(network_settings); i++) {
        *(double *) ((char *) s + network_settings[i].at)
            = network_settings[i].usual;
    }

    return train_settings_read("network", text, network_set, s, why);
}


/* Of rows of many numbers each is told more coarsely, or not at all beside its
 * scaled self: an embedding has so many bins, a row so many waves at most */

static void
network_coarsen(train_network_t *s, const train_lesson_t *l)
{
    double                most;
    size_t                i, n;
    const maas_column_t  *c;

    n = 1;

    for (i = 0; i < l->scale->n_columns; i++) {
        c = &l->scale->columns[i];

        if (c->kind != MAAS_FIELD_CATEGORY && c->kind != MAAS_FIELD_TEXT) {
            n += c->width;
        }
    }

    most = floor(NETWORK_WIDE / (double) n);
    most = (most < NETWORK_COARSE) ? 0 : most;
    s->bins = (s->bins < most) ? s->bins : most;
    s->waves = (s->waves < most) ? s->waves : most;
}


/* At work */

typedef struct {
    train_network_t        s;
    const train_lesson_t  *l;
    train_data_t           data;        /* the lesson's, seen by a network */
    train_scale_t          scale;
    float                  shift, factor;
    train_embed_t          embed;
    train_net_t            net;
    train_source_t         source, valid;
    train_optim_t          optim;
    train_plan_t           plan;
    train_result_t         result;
    size_t                 n_stops;     /* looked at, */
    size_t                 most_stops;  /*     and to be */
    float                 *params[NETWORK_STOPS];   /* at each */
    float                  curve[NETWORK_STOPS];
} network_t;


/* Two classes have two logits: one alone would be decayed as hard, but be
 * pushed half as hard */

static void
network_data(network_t *w)
{
    w->data = *w->l->data;
    w->data.targets = (float *) w->l->target;
    w->data.weights = (float *) w->l->weight;
    w->data.out = w->l->out;
    w->data.task = MAAS_TASK_REGRESSION;

    if (w->l->target != NULL) {
        w->data.classes = NULL;
        return;
    }

    w->data.task = MAAS_TASK_CLASSIFICATION;
    w->data.out = (w->l->out > 1) ? w->l->out : 2;
}


/* So many that all rows together are enough steps, and few enough */

static double
network_epochs(const train_network_t *s, size_t rows)
{
    double  epochs;

    if (s->epochs > 0) {
        return s->epochs;
    }

    epochs = floor(NETWORK_SEEN / (double) (rows + 1));
    epochs = (epochs < s->most) ? epochs : s->most;

    return (epochs > NETWORK_LEAST) ? epochs : NETWORK_LEAST;
}


/* The epoch of stop i: the first ones are close to each other */

static size_t
network_stop_epoch(const network_t *w, size_t i)
{
    double  share;

    share = (double) (i + 1) / (double) w->most_stops;

    return (size_t) ceil(share * share * (double) w->plan.epochs);
}


static void
network_look(void *ctx, size_t epoch, double loss, const float *params)
{
    network_t  *w;

    w = ctx;

    while (isfinite(loss) && w->n_stops < w->most_stops
           && network_stop_epoch(w, w->n_stops) == epoch)
    {
        w->curve[w->n_stops] = (float) loss;
        w->params[w->n_stops] = train_alloc(w->net.n, sizeof(float));
        (void) memcpy(w->params[w->n_stops++], params,
                      w->net.n * sizeof(float));
    }
}


/* Epochs without progress after which there are no more; 0: never */

static size_t
network_patience(const train_network_t *s, const train_lesson_t *l,
    size_t rounds, size_t epochs)
{
    double  wait;

    if (rounds > 0 || l->n_valid == 0) {
        return 0;
    }

    wait = (s->patience > 0) ? s->patience : NETWORK_WAIT * (double) epochs;

    return (size_t) ((wait > NETWORK_PATIENT) ? wait : NETWORK_PATIENT);
}


static void
network_plan(network_t *w, size_t rounds)
{
    const train_network_t  *s;

    s = &w->s;
    w->plan.loss = (w->data.classes != NULL) ? TRAIN_LOSS_SPARSE : w->l->loss;
    w->plan.schedule = (train_sched_t) s->schedule;
    w->plan.warmup = s->warmup;
    w->plan.ema = s->ema;
    w->plan.epochs = (rounds > 0) ? rounds
                                   : (size_t) network_epochs(s, w->l->n);
    w->plan.batch = (size_t) s->batch;
    w->plan.batch = (w->plan.batch < w->l->n) ? w->plan.batch : w->l->n;
    w->plan.patience = network_patience(s, w->l, rounds, w->plan.epochs);
    w->plan.threads = w->l->threads;
    w->plan.step_factor = 0.5;
    w->plan.plateau = 5;
    w->plan.dp_last = (w->l->n_valid == 0);
    w->plan.seed = w->l->seed;
    w->plan.progress = TRAIN_PROGRESS_NONE;
    w->plan.guest = 1;

    if (w->most_stops > 0) {
        w->plan.look = network_look;
        w->plan.look_ctx = w;
    }
}


static int
network_create(network_t *w, char *why)
{
    char    spec[NETWORK_SPEC];
    size_t  i, n;

    for (i = 0, n = 0; i < (size_t) w->s.depth; i++) {
        n += (size_t) snprintf(spec + n, sizeof(spec) - n, "%s%zu:%s",
                               i > 0 ? "," : "", (size_t) w->s.width,
                               maas__acts[(size_t) w->s.act].name);

        if (w->s.drop > 0) {
            n += (size_t) snprintf(spec + n, sizeof(spec) - n, ":drop=%g",
                                   w->s.drop);
        }
    }

    if (train_net_create_on(&w->net, &w->embed, w->data.out, w->data.task,
                            spec, why) != 0)
    {
        return -1;
    }

    train_net_init(&w->net, TRAIN_INIT_AUTO, w->l->seed);

    for (i = 0; i < w->net.n_layers && w->s.gain != 1; i++) {
        if (w->net.layers[i].hidden == (w->embed.n_learnt > 0)
            && w->net.layers[i].size > 0)
        {
            for (n = 0; n < w->net.layers[i].rows * w->net.layers[i].ld; n++) {
                w->net.params[w->net.layers[i].at + n] *= (float) w->s.gain;
            }
        }
    }

    return 0;
}


static void
network_train(network_t *w)
{
    const train_lesson_t  *l;

    l = w->l;
    w->factor = 1;
    w->scale.kind = TRAIN_SCALE_NONE;
    w->scale.n = 1;
    w->scale.shift = &w->shift;
    w->scale.factor = &w->factor;
    train_source_init(&w->source, &w->data, &w->scale);
    train_source_embed(&w->source, &w->embed);
    train_source_know(&w->source, l->row, l->n);
    train_source_know(&w->source, l->valid, l->n_valid);
    w->source.level = (float) l->level;
    w->valid = w->source;
    w->source.seed = l->seed;
    w->source.smoothing = (w->data.classes != NULL) ? (float) w->s.smooth : 0;

    train_optim_create(&w->optim, TRAIN_OPT_ADAMW, w->net.n);
    w->optim.lr = w->s.lr;
    w->optim.weight_decay = (w->s.held > 0) ? fmin(w->s.held / (double) l->n, 1)
                                            : w->s.decay;
    w->optim.beta2 = w->s.beta2;

    train_loop(&w->net, &w->optim, &w->plan, &w->source, &w->valid, l->row,
               l->n, l->valid, l->n_valid, &w->result);
    train_optim_free(&w->optim);
    train_source_forget(&w->source);
    w->valid.known = NULL;
}


/* to(n_valid,out) */

static void
network_scores(network_t *w, float *to)
{
    float                 *z;
    size_t                 at, n, i, k, out;
    train_work_t           work;
    train_batch_t          b;
    const train_layer_t   *last;
    const train_lesson_t  *l;

    l = w->l;
    out = l->out;
    last = &w->net.layers[w->net.n_layers - 1];
    train_work_create(&work, 1, NULL, &w->net, NULL, NULL, NETWORK_ROWS, 0);
    train_batch_create(&b, &w->valid, NETWORK_ROWS);

    for (at = 0; at < l->n_valid; at += n) {
        n = l->n_valid - at;
        n = (n < NETWORK_ROWS) ? n : NETWORK_ROWS;
        train_batch_fill(&b, &w->valid, l->valid + at, n, 0);
        train_forward(&work, &b);
        z = work.part[w->net.n_layers - 1].a;

        for (i = 0; i < n; i++, z += last->ld) {
            for (k = 0; k < out; k++) {
                to[(at + i) * out + k] = (w->data.out == out) ? z[k]
                                                              : z[1] - z[0];
            }
        }
    }

    train_batch_free(&b);
    train_work_free(&work, 1);
}


/* Numbers of an embedded row, and waves of it: about as many, or, without
 * `seen`, at most */

static double
network_units(const train_network_t *s, const train_lesson_t *l,
    const train_seen_t *seen, double *waves)
{
    double                sum;
    size_t                i, j;
    const maas_column_t  *c;

    sum = 0;
    *waves = 0;

    for (i = 0; i < l->scale->n_columns; i++) {
        c = &l->scale->columns[i];

        if (c->kind == MAAS_FIELD_CATEGORY && c->codes) {
            sum += ((double) c->n_values <= s->one_hot) ? (double) c->n_values
                   : (s->table > 0) ? s->table : s->one_hot;
            continue;
        }

        if (c->kind == MAAS_FIELD_CATEGORY || c->kind == MAAS_FIELD_TEXT) {
            sum += (double) c->width;
            continue;
        }

        for (j = c->at; j < c->at + c->width; j++) {
            sum += (seen == NULL) ? 2 + s->bins
                   : 1 + seen[j].missing
                     + (seen[j].values > 2
                        ? fmin(s->bins, (double) seen[j].values - 1) : 0);
            sum += (s->waves > 0) ? s->sums : 0;
            *waves += s->waves;
        }
    }

    return sum;
}


/* A multiplication and its way back, or both of them behind the first layer; a
 * step of a weight; what is done of a number, of one that may be dropped, of a
 * wave and of a row on their way.  Measured: 20 tables of 140 to 5600 rows and
 * six recipes, within two thirds. */

static double
network_cost(const train_network_t *s, const train_lesson_t *l, double epochs)
{
    double         units, waves, first, weights, row;
    train_seen_t  *seen;

    seen = train_lesson_see(l);
    units = network_units(s, l, seen, &waves);
    train_free(seen);
    first = s->width * units;
    weights = s->width * ((s->depth - 1) * s->width + (double) l->out);
    row = 0.048 * first + 0.064 * weights + 0.47 * (first + weights) / s->batch
          + 1.2 * units + (s->drop > 0 ? 1.2 * s->width * s->depth : 0)
          + 4.2 * waves + 190;

    return epochs * ((double) l->n + (double) l->n_valid / 3) * row;
}


/* As if nothing ended early */

static double
network_work(const train_recipe_t *r, const train_lesson_t *l)
{
    char             why[TRAIN_WHY];
    train_network_t  s;

    if (network_read(&s, r->settings, why) != 0) {
        return 0;
    }

    network_coarsen(&s, l);

    return network_cost(&s, l, (r->rounds > 0) ? (double) r->rounds
                               : network_epochs(&s, l->n));
}


/* As many as there is room for, the same of all parts of the rows */

static size_t
network_stops(const train_network_t *s, const train_lesson_t *l)
{
    size_t  n;
    double  waves, numbers;

    n = NETWORK_STOPS;
    numbers = s->width * (network_units(s, l, NULL, &waves)
                          + (s->depth - 1) * s->width + (double) l->out);

    return ((double) n * numbers <= NETWORK_LARGE) ? n : NETWORK_FEWER;
}


static void
network_free(network_t *w)
{
    size_t  i;

    for (i = 0; i < w->n_stops; i++) {
        train_free(w->params[i]);
    }

    train_net_free(&w->net);
    train_embed_free(&w->embed);
    train_free(w);
}


static void
network_drop(void *kept)
{
    network_free(kept);
}


static void
network_made(network_t *w, train_learnt_t *to)
{
    const train_lesson_t  *l;

    l = w->l;
    to->arena = maas__arena_create(SIZE_MAX / 2);
    to->scores = maas__arena_alloc(to->arena, l->n_valid * l->out + 1,
                                   sizeof(float));
    network_scores(w, to->scores);
    train_network_nodes(&w->embed, &w->net, l->out, l->data->in, to);
    to->loss = w->result.best_loss;
    to->rounds = w->result.best_epoch;
}


static int
network_stop(const train_lesson_t *l, size_t at, train_learnt_t *to, char *why)
{
    network_t  *w;

    (void) why;
    w = to->kept;
    w->l = l;
    (void) memcpy(w->net.params, w->params[at], w->net.n * sizeof(float));
    w->result.best_loss = (double) w->curve[at];
    w->result.best_epoch = network_stop_epoch(w, at);
    maas__arena_destroy(to->arena);
    to->n_nodes = 0;
    network_made(w, to);

    return 0;
}


static int
network_learn(const train_recipe_t *r, const train_lesson_t *l,
    train_learnt_t *to, char *why)
{
    int         rc;
    network_t  *w;

    (void) memset(to, 0, sizeof(train_learnt_t));
    w = train_alloc(1, sizeof(network_t));
    w->l = l;

    if (network_read(&w->s, r->settings, why) != 0) {
        train_free(w);
        return -1;
    }

    network_coarsen(&w->s, l);
    network_data(w);
    w->most_stops = l->stops ? network_stops(&w->s, l) : 0;
    network_plan(w, r->rounds);
    train_network_embed(&w->s, l, &w->embed);
    rc = network_create(w, why);

    if (rc == 0) {
        network_train(w);

        if (w->result.best_epoch == 0) {
            rc = train_refuse(why, "the loss of the network is not finite");
        }
    }

    if (rc == 0) {
        network_made(w, to);
        to->work = network_cost(&w->s, l, (double) w->result.epochs);
    }

    if (rc == 0 && l->stops) {
        to->curve = w->curve;
        to->n_curve = w->n_stops;
        to->kept = w;
        to->drop = network_drop;
        return 0;
    }

    network_free(w);

    return rc;
}


const train_family_t  train_family_network = {
    "network", network_work, network_learn, network_stop, train_network_pack
};
