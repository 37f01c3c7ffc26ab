/*
 * What the trainer's files share, in reading order.  Only trainer/ and its
 * unit tests include this; the engine and the nginx module know nothing of it.
 */

#ifndef MAAS_TRAINER_H
#define MAAS_TRAINER_H

#include "util.h"
#include "data.h"
#include "network.h"
#include "batch.h"
#include "step.h"
#include "loop.h"
#include "options.h"
#include "model.h"


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int cmd_fit(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_tune(int argc, char **argv);


#endif /* MAAS_TRAINER_H */
