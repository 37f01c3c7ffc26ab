/*
 * What `fit` chooses by the data where nobody said: passes, network, rate and
 * decay.  Chosen by five-fold scores on small tables (bench/tables.py) and on
 * MNIST; what does not hang on the data is in options.c.
 */

#include <math.h>

#include "options.h"


#define DEFAULTS_EPOCHS       50    /* at least, and */
#define DEFAULTS_MAX_EPOCHS   200   /*     at most for few rows, */
#define DEFAULTS_STEPS        8000  /*     so that there are so many steps */
#define DEFAULTS_PATIENCE     5     /* of so many epochs one without any, */
#define DEFAULTS_LEAST        10    /*     but so many at least */
#define DEFAULTS_SMALL        5000  /* rows of a table for one layer, not two */
#define DEFAULTS_DECAY_ROWS   2000  /* decay is this by the rows, 1 at most */


/* Few rows make few steps an epoch: as many passes as it takes */

static size_t
defaults_epochs(size_t rows, size_t batch)
{
    size_t  steps, epochs;

    steps = (rows + batch - 1) / batch;
    epochs = DEFAULTS_STEPS / steps;
    epochs = (epochs < DEFAULTS_MAX_EPOCHS) ? epochs : DEFAULTS_MAX_EPOCHS;

    return (epochs > DEFAULTS_EPOCHS) ? epochs : DEFAULTS_EPOCHS;
}


void
train_options_choose(train_options_t *o, const train_data_t *d, size_t rows)
{
    int     adam, table;
    double  decay;

    table = (d->input == MAAS_INPUT_COLUMNS);
    adam = (o->optimizer >= TRAIN_OPT_ADAM);

    if (o->epochs == 0) {
        o->epochs = defaults_epochs(rows, o->batch);
    }

    if (o->patience == TRAIN_BY_DATA) {
        o->patience = o->epochs / DEFAULTS_PATIENCE;
        o->patience = (o->patience > DEFAULTS_LEAST) ? o->patience
                                                     : DEFAULTS_LEAST;
    }

    if (o->hidden == NULL) {
        o->hidden = train_strdup(!table ? "64:relu,64:relu"
                                 : rows < DEFAULTS_SMALL ? "128:relu"
                                 : "128:relu,128:relu");
    }

    if (isnan(o->lr)) {
        o->lr = train_optim_default_lr((train_optim_kind_t) o->optimizer);
        o->lr *= (table && adam) ? 2 : 1;
    }

    /* the fewer the rows, the more they leave to be believed beforehand */

    if (isnan(o->weight_decay)) {
        decay = (double) DEFAULTS_DECAY_ROWS / (double) rows;
        o->weight_decay = !adam ? 0 : decay < 1 ? decay : 1;
    }
}
