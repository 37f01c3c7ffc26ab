/*
 * A setting of `fit` as a row of a table.  Only options*.c include this:
 * what is asked for is in options.h.
 */

#ifndef MAAS_TRAIN_OPTIONS_TABLE_H
#define MAAS_TRAIN_OPTIONS_TABLE_H

#include "options.h"


typedef enum {
    OPT_TEXT,
    OPT_COUNT,                  /* size_t from min to max */
    OPT_NUMBER,                 /* double from min to max; NAN: by itself */
    OPT_CHOICE,                 /* int: place in choices */
    OPT_FLAG
} train_option_kind_t;

typedef struct {
    const char           *name;
    int                   letter;
    train_option_kind_t   kind;
    unsigned              record;   /* changes the weights */
    size_t                at;       /* in train_options_t */
    double                min, max;
    const char *const    *choices;
    size_t                n_choices;
    const char           *arg;
    const char           *help;
} train_option_t;

#define TRAIN_N_OPTIONS  61


/* options_table.c: (TRAIN_N_OPTIONS), in the order of --help */
extern const train_option_t *const  train_options_table;
/* What each setting is before anybody says anything. */
void train_options_defaults(train_options_t *o);

/* options_set.c: a setting from its text; leaves with usage if that makes no
 * sense.  where: "--lr", or "file:3: lr". */
void train_options_set(train_options_t *o, const train_option_t *t,
    const char *value, const char *where);
/* All lines of a --config file; dies if it cannot be read. */
void train_options_config(train_options_t *o, const char *path);

/* options_help.c: all of --help, on stdout */
void train_options_help(void);


#endif /* MAAS_TRAIN_OPTIONS_TABLE_H */
