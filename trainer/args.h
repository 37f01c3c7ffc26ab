/*
 * Options of a subcommand as rows of a table: one table is its command line,
 * its --config files, its --help and the texts of its settings.  What an
 * option means is not known here.
 */

#ifndef TRAIN_ARGS_H
#define TRAIN_ARGS_H

#include <stddef.h>

#include "util.h"


typedef enum {
    TRAIN_ARG_TEXT = 0,             /* char *, to be freed; NULL: not given */
    TRAIN_ARG_COUNT,                /* size_t from min to max */
    TRAIN_ARG_WHOLE,                /* uint64_t from min to max, every bit */
    TRAIN_ARG_NUMBER,               /* double from min to max; NAN: by itself */
    TRAIN_ARG_CHOICE,               /* int: place in choices */
    TRAIN_ARG_FLAG                  /* int */
} train_arg_kind_t;

typedef enum {
    TRAIN_ARG_PLAIN = 0,
    TRAIN_ARG_WEIGHTS,              /* changes the weights: is recorded */
    TRAIN_ARG_NETWORK,              /* the same, of one network by hand */
    TRAIN_ARG_RUN                   /* of this run, in no --config file */
} train_arg_role_t;

typedef struct {
    const char           *name;     /* --name */
    int                   letter;   /* -n, or 0 */
    train_arg_kind_t      kind;
    size_t                at;       /* in the struct that is filled */
    double                min, max;
    const char *const    *choices;
    size_t                n_choices;
    train_arg_role_t      role;
    const char           *arg;      /* in --help; NULL: "..." */
    const char           *help;
    const char           *group;    /* its heading in --help; NULL: that of the
                                     * row before */
    const char           *expected; /* what is said of choices, or NULL */
    unsigned              with;     /* of choices: place of the one that has a
                                       number, "quantile=0.9"; 0: none */
    size_t                with_at;  /* a double, above min and below max */
} train_arg_t;

/* Members of a row from the kind to the role: field f of struct s.  What
 * follows them is the arg and the help. */

#define TRAIN_TEXT(s, f, r)                                                   \
    .kind = TRAIN_ARG_TEXT, .at = offsetof(s, f), .role = r
#define TRAIN_COUNT(s, f, a, b, r)                                            \
    .kind = TRAIN_ARG_COUNT, .at = offsetof(s, f), .min = a, .max = b,        \
    .role = r
#define TRAIN_WHOLE(s, f, a, b, r)                                            \
    .kind = TRAIN_ARG_WHOLE, .at = offsetof(s, f), .min = a, .max = b,        \
    .role = r
#define TRAIN_NUMBER(s, f, a, b, r)                                           \
    .kind = TRAIN_ARG_NUMBER, .at = offsetof(s, f), .min = a, .max = b,       \
    .role = r
#define TRAIN_CHOICE(s, f, c, r)                                              \
    .kind = TRAIN_ARG_CHOICE, .at = offsetof(s, f), .choices = c,             \
    .n_choices = train_nelts(c), .role = r
#define TRAIN_FLAG(s, f, r)                                                   \
    .kind = TRAIN_ARG_FLAG, .at = offsetof(s, f), .role = r

#define train_quote(x)    train_quote_(x)   /* a macro's number, in a help */
#define train_quote_(x)   #x

/* Is what it says recorded? */
#define train_arg_weighs(t)                                                   \
    ((t)->role == TRAIN_ARG_WEIGHTS || (t)->role == TRAIN_ARG_NETWORK)

typedef struct {
    const char           *cmd;      /* "fit" */
    const train_arg_t    *rows;     /* (n), in the order of --help */
    size_t                n;
    const char           *head;     /* of --help */
    const char           *foot;     /* or NULL */

    /* a line of a --config file that is no option: 0 if this neither */
    int                 (*line)(void *to, const char *name, const char *value);

    unsigned              brief;    /* no hint at --help */
} train_args_t;


/* args.c: whatever makes no sense leaves with usage, --help with 0 */

/* GNU options, operands among them.  only: set just this option; NULL: all.
 * Returns where the operands begin, which are moved to the end of argv. */
int train_args_read(const train_args_t *a, void *to, int argc, char **argv,
    const char *only);
/* The name of the first option of that role among them, or NULL. */
const char *train_args_first(const train_args_t *a, train_arg_role_t role,
    int argc, char **argv);
/* Options of this table alone: --name=value, --name value, -n value and flags
 * in full.  What is left goes to rest(argc); returns how many. */
int train_args_take(const train_args_t *a, void *to, int argc, char **argv,
    char **rest);
/* The only operand, which is there. */
char *train_args_operand(const train_args_t *a, int argc, char **argv, int at,
    const char *what);
/* where: what the sentence begins with: "--lr", or "file:3: lr". */
void train_args_set(const train_args_t *a, void *to, const train_arg_t *t,
    const char *value, const char *where);
/* Frees the texts. */
void train_args_free(const train_args_t *a, void *to);

/* args_text.c */

#define TRAIN_ARG_VALUE  64

/* The value as text that train_args_set() reads back; NULL if there is none */
const char *train_args_value(const train_arg_t *t, const void *from,
    char buf[TRAIN_ARG_VALUE]);
/* args_config.c: all lines of a --config file; dies if it cannot be read. */
void train_args_config(const train_args_t *a, void *to, const char *path);
/* Does a value begin or end with a blank, within quotes if it has some?  Then
 * it stands in quotes in such a file. */
int train_args_blank_ends(const char *value);
/* Says --help on stdout, and ends the program.  how: what follows "--help=":
 * "options", a list for programs, or NULL. */
void train_args_say(const train_args_t *a, const char *how);


#endif /* TRAIN_ARGS_H */
