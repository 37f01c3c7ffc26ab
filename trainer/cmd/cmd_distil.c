/*
 * distil: a small network that learns what big ones say, which is `fit` with a
 * teacher.
 * Not here: how (fit_teach.c, net/loss.c).
 */

#include "cmd.h"


typedef struct {
    char    *teacher, *data, *output, *unlabelled, *hidden;
    double   temperature, alpha;
} distil_t;

static const train_arg_t  distil_rows[] = {
    { "teacher", 0, TRAIN_TEXT(distil_t, teacher, TRAIN_ARG_PLAIN), "MODEL",
      "what is learnt from, a network or trees; several with commas between "
      "them: the mean of what they say" },
    { "data", 'd', TRAIN_TEXT(distil_t, data, TRAIN_ARG_PLAIN), "D",
      "as for fit, with the truth" },
    { "output", 'o', TRAIN_TEXT(distil_t, output, TRAIN_ARG_PLAIN), "FILE",
      "model file to write" },
    { "unlabelled", 0, TRAIN_TEXT(distil_t, unlabelled, TRAIN_ARG_PLAIN), "D",
      "more rows, without the truth: the teacher's answer is theirs" },
    { "hidden", 0, TRAIN_TEXT(distil_t, hidden, TRAIN_ARG_PLAIN), "SPEC",
      "hidden layers of the small network, as for fit" },
    { "temperature", 0,
      TRAIN_NUMBER(distil_t, temperature, 0.1, 100, TRAIN_ARG_PLAIN), "T",
      "at which the teacher's probabilities are learnt (2)" },
    { "alpha", 0, TRAIN_NUMBER(distil_t, alpha, 0, 1, TRAIN_ARG_PLAIN), "X",
      "the teacher's part of the loss, the rest is the truth's (0.9)" }
};

static const train_args_t  distil_args = {
    "distil", distil_rows, train_nelts(distil_rows),
    "usage: maas-trainer distil --teacher MODEL --data D -o OUT [OPTION]...\n"
    "Train a small network on what big models say of the rows, beside the "
    "truth.\n",
    "\nAll other options are those of fit (see fit --help).", NULL, 0
};


int
train_cmd_distil(int argc, char **argv)
{
    char     **rest;
    distil_t   o = { 0 };

    rest = train_alloc((size_t) argc + 1, sizeof(char *));
    (void) train_args_take(&distil_args, &o, argc, argv, rest);
    train_free(rest);

    if (o.teacher == NULL) {
        train_usage("distil", "--teacher is missing: the model to learn from");
    }

    train_args_free(&distil_args, &o);

    return train_cmd_fit(argc, argv);   /* all of them are its options too */
}
