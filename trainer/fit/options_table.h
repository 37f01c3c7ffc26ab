/*
 * The settings of `fit` as a table.  Only options*.c include this: what is
 * asked for is in options.h.
 */

#ifndef TRAIN_OPTIONS_TABLE_H
#define TRAIN_OPTIONS_TABLE_H

#include "args.h"
#include "options.h"


/* options_table.c: of train_options_t */
extern const train_args_t  train_options_args;
/* What each setting is before anybody says anything. */
void train_options_defaults(train_options_t *o);

/* options.c: "layer = 64 relu bn" of a --config file; 0 for any other line */
int train_options_line(void *to, const char *name, const char *value);


#endif /* TRAIN_OPTIONS_TABLE_H */
