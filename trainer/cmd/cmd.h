/*
 * The subcommands, as main.c calls them.
 * Not here: what they share about models (model_args.h).
 */

#ifndef TRAIN_CMD_H
#define TRAIN_CMD_H


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int cmd_fit(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_tune(int argc, char **argv);


#endif /* TRAIN_CMD_H */
