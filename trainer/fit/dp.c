/*
 * What is asked of a training with differential privacy: which settings go
 * with it, what is chosen where nothing was said, and which noise keeps the
 * budget.
 * Not here: steps (net/private.c), accountants (privacy/).
 */

#include <math.h>
#include <string.h>

#include "options.h"
#include "edges.h"


#define DP_STEPS_SEEN  30           /* batches that hold all rows, at most */
#define DP_LEAST       64           /* rows of a batch, if there are as many */
#define DP_EPOCHS      40
#define DP_CLIP        1.0
#define DP_HIDDEN      "64:tanh"
#define DP_LR          0.01


static const char *const  dp_words[] = {
    TRAIN_DP_PREPARE, TRAIN_DP_REFERENCE, TRAIN_DP_VALIDATION, TRAIN_DP_LOSSES
};


int
train_dp_asked(const train_options_t *o)
{
    return !isnan(o->dp_epsilon) || !isnan(o->dp_noise);
}


/* The next word of a list at *p, or NULL; *n: its length */

static const char *
dp_next(const char **p, size_t *n)
{
    const char  *word;

    if (*p == NULL || **p == '\0') {
        return NULL;
    }

    word = *p;
    *n = strcspn(word, ",");
    *p = word + *n + (word[*n] == ',');

    return word;
}


int
train_dp_public(const train_options_t *o, const char *what)
{
    size_t       n;
    const char  *list, *word;

    list = o->dp_public;

    while ((word = dp_next(&list, &n)) != NULL) {
        if (n == strlen(what) && strncmp(word, what, n) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
dp_check_words(const train_options_t *o)
{
    size_t       i, n;
    const char  *list, *word;

    list = o->dp_public;

    while ((word = dp_next(&list, &n)) != NULL) {
        for (i = 0; i < train_nelts(dp_words); i++) {
            if (n == strlen(dp_words[i]) && strncmp(word, dp_words[i], n) == 0)
            {
                break;
            }
        }

        if (i == train_nelts(dp_words)) {
            train_usage("fit", "--dp-public: \"%.*s\": expected some of "
                        "prepare, reference, validation and losses",
                        (int) (n < 40 ? n : 40), word);
        }
    }
}


/* Privacy was not asked for, or not all of it */

static void
dp_check_alone(const train_options_t *o)
{
    size_t             i;
    static const char  *const  names[] = { "delta", "clip", "public",
                                           "features" };
    const int          given[] = { !isnan(o->dp_delta), !isnan(o->dp_clip),
                                   o->dp_public != NULL,
                                   o->dp_features != TRAIN_DP_AUTO };

    for (i = 0; i < train_nelts(names); i++) {
        if (!train_dp_asked(o) && given[i]) {
            train_usage("fit", "--dp-%s: of how much privacy? --dp-epsilon or "
                        "--dp-noise is missing", names[i]);
        }
    }

    if (!train_dp_asked(o)) {
        return;
    }

    if (!isnan(o->dp_epsilon) && !isnan(o->dp_noise)) {
        train_usage("fit", "--dp-epsilon and --dp-noise: expected one of "
                    "them");
    }

    if (isnan(o->dp_delta)) {
        train_usage("fit", "--dp-delta is missing: expected a chance well "
                    "below one by the number of rows, as 1e-5 for ten "
                    "thousand");
    }
}


/* What would leak or has no bound for a row, and the way out */

static void
dp_check_leaks(const train_options_t *o, const train_options_t *said)
{
    if (o->clip_norm > 0) {
        train_usage("fit", "--clip-norm: with privacy each row's gradient is "
                    "clipped: expected --dp-clip");
    }

    if (o->mixup > 0) {
        train_usage("fit", "--mixup: a mixed row belongs to two, and what one "
                    "adds has no bound: expected no --mixup with privacy");
    }

    if (o->folds > 0 && o->folds != TRAIN_BY_DATA) {
        train_usage("fit", "--folds: each fold would spend the budget again: "
                    "expected no folds with privacy");
    }

    if (o->class_weight != NULL && strcmp(o->class_weight, "balanced") == 0
        && !train_dp_public(o, TRAIN_DP_PREPARE))
    {
        train_usage("fit", "--class-weight balanced: counts the training rows "
                    "of each class: expected CLASS:X,..., or --dp-public "
                    "prepare if these counts may be known");
    }

    if (train_dp_public(o, TRAIN_DP_VALIDATION)) {
        return;
    }

    if (o->valid != NULL || said->validation > 0
        || said->plan.patience != TRAIN_BY_DATA)
    {
        train_usage("fit", "--%s: the best epoch, early stopping and "
                    "calibration would look at rows without noise: expected "
                    "--dp-public validation if the validation rows may be "
                    "known, or none of them",
                    o->valid != NULL ? "valid" : said->validation > 0
                    ? "validation" : "patience");
    }

    if (o->cost != NULL || !isnan(o->false_alarms)) {
        train_usage("fit", "--%s: the threshold would be read off rows "
                    "without noise: expected --dp-public validation and rows "
                    "to validate", o->cost != NULL ? "cost" : "false-alarms");
    }
}


void
train_dp_apply(train_options_t *o)
{
    if (!train_dp_asked(o)) {
        return;
    }

    o->plan.dp = 1;
    o->plan.dp_losses = train_dp_public(o, TRAIN_DP_LOSSES) ? 1 : 0;
    o->folds = 0;

    if (!train_dp_public(o, TRAIN_DP_VALIDATION)) {
        o->validation = 0;
        o->plan.patience = 0;
        o->plan.dp_last = 1;
    }
}


void
train_dp_options(train_options_t *o, const train_options_t *said)
{
    dp_check_alone(o);

    if (!train_dp_asked(o)) {
        return;
    }

    dp_check_words(o);
    dp_check_leaks(o, said);
    o->plan.batch = said->plan.batch;
    train_dp_apply(o);
}


/* Edges where nobody said what the network is, and no picture varies */

static void
dp_features(train_options_t *o, const train_data_t *d)
{
    int  can;

    can = (train_edges_count(d) > 0 && o->augment[0] == '\0'
           && (o->scaling == TRAIN_SCALE_AUTO
               || o->scaling == TRAIN_SCALE_MINMAX));

    if (o->dp_features == TRAIN_DP_EDGES && !can) {
        train_usage("fit", "--dp-features edges: expected pictures of bytes, "
                    "not too small, and no --augment or --scaling");
    }

    if (o->dp_features == TRAIN_DP_AUTO) {
        o->dp_features = (can && o->hidden == NULL) ? TRAIN_DP_EDGES
                                                    : TRAIN_DP_NONE;
    }
}


/* More rows a step for the same noise, but steps enough: what was left open */

void
train_dp_choose(train_options_t *o, const train_data_t *d, size_t rows)
{
    size_t  batch;

    dp_features(o, d);

    if (o->plan.batch == 0) {
        batch = rows / DP_STEPS_SEEN;
        batch = (batch > DP_LEAST) ? batch : DP_LEAST;
        batch = (batch < 65536) ? batch : 65536;
        o->plan.batch = (batch < rows) ? batch : rows;
    }

    if (o->plan.epochs == 0) {
        o->plan.epochs = DP_EPOCHS;
    }

    if (o->hidden == NULL) {
        o->hidden = train_strdup(DP_HIDDEN);
    }

    if (isnan(o->lr) && o->optimizer >= TRAIN_OPT_ADAM) {
        o->lr = DP_LR;
    }

    if (isnan(o->weight_decay)) {
        o->weight_decay = 0;
    }

    if (isnan(o->dp_clip)) {
        o->dp_clip = DP_CLIP;
    }
}


void
train_dp_budget(const train_options_t *o, const train_plan_t *p,
    size_t n_train, train_dp_t *d)
{
    if (n_train < 2 || o->dp_delta * (double) n_train >= 1) {
        train_usage("fit", "--dp-delta %g: with %zu training rows it lets "
                    "some of them be told as they are: expected less than %g",
                    o->dp_delta, n_train, 1 / (double) n_train);
    }

    d->q = (double) p->batch / (double) n_train;
    d->steps = (uint64_t) (p->epochs * train_steps(p, n_train));
    d->delta = o->dp_delta;
    d->sigma = isnan(o->dp_epsilon) ? o->dp_noise
                                    : train_dp_sigma(d, o->dp_epsilon);

    if (isnan(d->sigma)) {
        train_usage("fit", "--dp-epsilon %g: no noise keeps to it: expected a "
                    "larger one, or fewer --epochs", o->dp_epsilon);
    }
}


void
train_dp_json(maas_writer_t *w, const train_options_t *o,
    const train_dp_t *d, const train_dp_spent_t *s)
{
    size_t  i, k;

    train_json_open(w, "privacy", '{');
    train_json_number(w, "epsilon", s->epsilon);
    train_json_number(w, "epsilon_rdp", s->rdp);
    train_json_number(w, "order", s->order);
    train_json_number(w, "epsilon_classic", s->classic);
    train_json_number(w, "delta", d->delta);
    train_json_number(w, "noise", d->sigma);
    train_json_number(w, "clip", o->dp_clip);
    train_json_number(w, "q", d->q);
    train_json_number(w, "steps", (double) d->steps);
    train_json_text(w, "sampling", TRAIN_DP_SAMPLING);
    train_json_text(w, "adjacency", TRAIN_DP_ADJACENCY);

    for (k = 0; k < 2; k++) {
        train_json_open(w, k == 0 ? "public" : "withheld", '[');

        for (i = 0; i < train_nelts(dp_words); i++) {
            if (train_dp_public(o, dp_words[i]) == (k == 0)) {
                train_json_text(w, NULL, dp_words[i]);
            }
        }

        maas_writer_close(w, ']');
    }

    maas_writer_close(w, '}');
}


void
train_dp_print(FILE *f, const train_options_t *o, const train_dp_t *d,
    const train_dp_spent_t *s)
{
    (void) fprintf(f, "privacy   epsilon %.6g at delta %g (privacy loss "
                   "distributions; %.6g by Renyi divergence, %.6g by its older "
                   "conversion)\n"
                   "          noise %.6g, gradients of rows clipped to %g, "
                   "%llu steps that see a row with probability %.6g\n"
                   "          neighbours have one row more or less; public by "
                   "your word: %s\n", s->epsilon, d->delta, s->rdp,
                   s->classic, d->sigma, o->dp_clip,
                   (unsigned long long) d->steps, d->q,
                   o->dp_public != NULL && o->dp_public[0] != '\0'
                   ? o->dp_public : "nothing");
}
