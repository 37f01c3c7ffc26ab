/*
 * maas-trainer: finds the subcommand and hands over.
 * No work is done here.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"


typedef struct {
    const char   *name;
    int         (*run)(int argc, char **argv);
    const char   *help;
} main_command_t;


static const main_command_t  main_commands[] = {
    { "fit",      train_cmd_fit,      "find the best model of a data set" },
    { "tune",     train_cmd_tune,     "search the settings of fit" },
    { "evaluate", train_cmd_evaluate, "measure a model on a data set" },
    { "predict",  train_cmd_predict,  "answer for every row of a data set" },
    { "explain",  train_cmd_explain,
      "say what each column adds to the score of a row" },
    { "inspect",  train_cmd_inspect,
      "check a model file and say what it holds" },
    { "import",   train_cmd_import,
      "make a model file of another library's model" },
    { "export",   train_cmd_export,
      "write a model as a file that other programs run" },
    { "quantize", train_cmd_quantize,
      "write a network with weights of 8 or 16 bits" },
    { "prune",    train_cmd_prune,
      "take out of a network what matters least" },
    { "distil",   train_cmd_distil,
      "train a small network on what a big model says" },
    { "audit",    train_cmd_audit,
      "attack a model: which rows was it trained on?" },
    { "privacy",  train_cmd_privacy,
      "say what a training with privacy will spend" },
    { "sign",     train_cmd_sign,     "sign a model file" },
    { "verify",   train_cmd_verify,   "is a model file signed by a key?" },
    { "encrypt",  train_cmd_encrypt,
      "make a model file that only who has the key can read" },
    { "card",     train_cmd_card,
      "write what a model file says of itself as a model card" },
    { "synth",    train_cmd_synth,    "draw a data set of digits" }
};


static void
main_help(FILE *f)
{
    size_t  i;

    (void) fputs("usage: maas-trainer SUBCOMMAND [OPTION]...\n\n", f);

    for (i = 0; i < train_nelts(main_commands); i++) {
        (void) fprintf(f, "  %-10s %s\n", main_commands[i].name,
                       main_commands[i].help);
    }

    (void) fputs("\nmaas-trainer SUBCOMMAND --help says more;"
                 " --version names this one.\n"
                 "Exit code: 0 done, 1 failed, 2 wrong usage.\n", f);
}


/* A stream that is closed would be the first file that is opened */

static void
main_streams(void)
{
    int  fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1) {
            (void) open("/dev/null", O_RDWR);
        }
    }
}


int
main(int argc, char **argv)
{
    int          rc;
    size_t       i;
    static char  name[32];

    main_streams();

    if (argc < 2) {
        main_help(stderr);
        return TRAIN_EXIT_USAGE;
    }

    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0
        || strcmp(argv[1], "help") == 0)
    {
        main_help(stdout);
        return TRAIN_EXIT_OK;
    }

    if (strcmp(argv[1], "--version") == 0) {
        (void) puts(TRAIN_TOOL);
        return TRAIN_EXIT_OK;
    }

    for (i = 0; i < train_nelts(main_commands); i++) {
        if (strcmp(argv[1], main_commands[i].name) == 0) {
            /* what getopt_long() begins its sentences with */
            (void) snprintf(name, sizeof(name), "maas-trainer %s",
                            main_commands[i].name);
            argv[1] = name;

            rc = main_commands[i].run(argc - 1, argv + 1);

            if (fflush(stdout) != 0 || ferror(stdout)) {
                train_die("standard output cannot be written to");
            }

            return rc;
        }
    }

    (void) fprintf(stderr, "maas-trainer: unknown subcommand \"%s\"\n\n",
                   argv[1]);
    main_help(stderr);

    return TRAIN_EXIT_USAGE;
}
