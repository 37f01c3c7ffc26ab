/*
 * The subcommands, as main.c calls them.
 * Not here: what they share about models (model_args.h).
 */

#ifndef TRAIN_CMD_H
#define TRAIN_CMD_H


/* One file cmd_NAME.c each: main() of a subcommand; argv[0] is its name.
 * Returns an exit code. */

int train_cmd_fit(int argc, char **argv);
int train_cmd_evaluate(int argc, char **argv);
int train_cmd_predict(int argc, char **argv);
int train_cmd_inspect(int argc, char **argv);
int train_cmd_synth(int argc, char **argv);
int train_cmd_tune(int argc, char **argv);


#endif /* TRAIN_CMD_H */
