/*
 * Options from the command line into a struct, by a table.  Files of options
 * and --help are in args_text.c.
 */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"


#define ARGS_VALUE  1000            /* getopt's value of the first row */


/* A choice that has a number, "name=number"; 0: it is another */

static int
args_with(const train_args_t *a, const train_arg_t *t, double *out,
    const char *value, const char *where)
{
    double       v;
    size_t       n;
    const char  *name;

    name = t->choices[t->with];
    n = strlen(name);

    if (t->with == 0 || strncmp(name, value, n) != 0
        || (value[n] != '=' && value[n] != '\0'))
    {
        return 0;
    }

    if (value[n] == '\0' || !train_number(value + n + 1, &v) || v <= t->min
        || v >= t->max)
    {
        train_usage(a->cmd, "%s: \"%.40s\": expected %s=X, a number above "
                    "%.16g and below %.16g", where, value, name, t->min,
                    t->max);
    }

    *out = v;

    return 1;
}


static void
args_choice(const train_args_t *a, const train_arg_t *t, void *to,
    const char *value, const char *where)
{
    int    *out;
    char    list[256];
    size_t  i, n;

    out = (int *) (void *) ((char *) to + t->at);
    n = (size_t) snprintf(list, sizeof(list), "one of ");

    if (args_with(a, t, (double *) (void *) ((char *) to + t->with_at), value,
                  where))
    {
        *out = (int) t->with;
        return;
    }

    for (i = 0; i < t->n_choices; i++) {
        if (strcmp(t->choices[i], value) == 0) {
            *out = (int) i;
            return;
        }

        if (n < sizeof(list)) {
            n += (size_t) snprintf(list + n, sizeof(list) - n, "%s%s",
                                   i ? ", " : "", t->choices[i]);
        }
    }

    train_usage(a->cmd, "%s: \"%.40s\": expected %s", where, value,
                t->expected != NULL ? t->expected : list);
}


/* Digits alone: a double would not hold all of them */

static void
args_whole(const train_args_t *a, const train_arg_t *t, uint64_t *out,
    const char *value)
{
    char      *end;
    uint64_t   v, min, max;

    min = (uint64_t) t->min;
    max = (t->max < 0x1p64) ? (uint64_t) t->max : UINT64_MAX;
    errno = 0;
    v = strtoull(value, &end, 10);

    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || v < min
        || v > max)
    {
        (void) fprintf(stderr, "maas-trainer %s: --%s takes a whole number "
                       "from %" PRIu64 " to %" PRIu64 ", not \"%s\"\n",
                       a->cmd, t->name, min, max, train_shown(value));
        exit(TRAIN_EXIT_USAGE);
    }

    *out = v;
}


static double
args_number(const train_args_t *a, const train_arg_t *t, const char *value,
    const char *where)
{
    double  v;

    if (!train_number(value, &v) || v < t->min || v > t->max
        || (t->kind == TRAIN_ARG_COUNT && v != floor(v)))
    {
        train_usage(a->cmd, "%s: \"%.40s\": expected a %s from %.16g to "
                    "%.16g", where, value, t->kind == TRAIN_ARG_COUNT
                    ? "whole number" : "number", t->min, t->max);
    }

    return v;
}


void
train_args_set(const train_args_t *a, void *to, const train_arg_t *t,
    const char *value, const char *where)
{
    void  *p;

    p = (char *) to + t->at;

    switch (t->kind) {

    case TRAIN_ARG_TEXT:
        train_free(*(char **) p);
        *(char **) p = train_strdup(value);
        break;

    case TRAIN_ARG_COUNT:
        *(size_t *) p = (size_t) args_number(a, t, value, where);
        break;

    case TRAIN_ARG_WHOLE:
        args_whole(a, t, p, value);
        break;

    case TRAIN_ARG_NUMBER:
        *(double *) p = args_number(a, t, value, where);
        break;

    case TRAIN_ARG_CHOICE:
        args_choice(a, t, to, value, where);
        break;

    case TRAIN_ARG_FLAG:
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
            train_usage(a->cmd, "%s: \"%.40s\": expected yes or no", where,
                        value);
        }

        *(int *) p = (strcmp(value, "yes") == 0);
    }
}


/* longs(n + 2), letters[3 n + 2] */

static void
args_getopt(const train_args_t *a, struct option *longs, char *letters)
{
    size_t              i;
    const train_arg_t  *t;

    for (i = 0; i < a->n; i++) {
        t = &a->rows[i];
        longs[i].name = t->name;
        longs[i].has_arg = (t->kind == TRAIN_ARG_FLAG) ? no_argument
                                                       : required_argument;
        longs[i].val = ARGS_VALUE + (int) i;

        if (t->letter != 0) {
            *letters++ = (char) t->letter;

            if (t->kind != TRAIN_ARG_FLAG) {
                *letters++ = ':';
            }
        }
    }

    longs[i].name = "help";
    longs[i].has_arg = optional_argument;
    longs[i].val = 'h';
    *letters++ = 'h';
    *letters = '\0';
}


static const train_arg_t *
args_row(const train_args_t *a, int c)
{
    size_t  i;

    for (i = 0; i + 1 < a->n; i++) {
        if (c == ARGS_VALUE + (int) i || c == a->rows[i].letter) {
            break;
        }
    }

    return &a->rows[i];
}


int
train_args_read(const train_args_t *a, void *to, int argc, char **argv,
    const char *only)
{
    int                 c;
    char               *letters, where[80];
    struct option      *longs;
    const train_arg_t  *t;

    longs = train_alloc(a->n + 2, sizeof(struct option));
    letters = train_alloc(3 * a->n + 2, 1);
    args_getopt(a, longs, letters);
    optind = 0;                     /* from the start, also the second time */

    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (c == 'h') {
            train_args_say(a, optarg);
        }

        if (c == '?') {
            if (!a->brief) {
                (void) fprintf(stderr, "try: maas-trainer %s --help\n",
                               a->cmd);
            }

            exit(TRAIN_EXIT_USAGE);
        }

        t = args_row(a, c);

        if (only == NULL || strcmp(t->name, only) == 0) {
            (void) snprintf(where, sizeof(where), "--%s", t->name);
            train_args_set(a, to, t, optarg != NULL ? optarg : "yes", where);
        }
    }

    train_free(longs);
    train_free(letters);

    return optind;
}


const char *
train_args_first(const train_args_t *a, train_arg_role_t role, int argc,
    char **argv)
{
    int                 c;
    char               *letters;
    struct option      *longs;
    const train_arg_t  *t, *first;

    longs = train_alloc(a->n + 2, sizeof(struct option));
    letters = train_alloc(3 * a->n + 2, 1);
    args_getopt(a, longs, letters);
    optind = 0;
    first = NULL;

    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        t = args_row(a, c);
        first = (first == NULL && t->role == role) ? t : first;
    }

    train_free(longs);
    train_free(letters);

    return (first != NULL) ? first->name : NULL;
}


/* The value of argv[*i] if that is this option, and *i moves over it; NULL if
 * it is another */

static const char *
args_own(const train_args_t *a, const train_arg_t *t, int argc, char **argv,
    int *i)
{
    char         letter[] = { '-', (char) t->letter, '\0' };
    size_t       n;
    const char  *arg;

    arg = argv[*i];
    n = strlen(t->name);

    if (strncmp(arg, "--", 2) == 0 && strncmp(arg + 2, t->name, n) == 0) {
        arg += 2 + n;

    } else if (t->letter != 0 && strcmp(arg, letter) == 0) {
        arg += 2;

    } else {
        return NULL;
    }

    if (t->kind == TRAIN_ARG_FLAG) {
        return *arg == '\0' ? "yes" : NULL;
    }

    if (*arg == '=') {
        return arg + 1;
    }

    if (*arg != '\0') {
        return NULL;
    }

    if (*i + 1 == argc) {
        train_usage(a->cmd, "%s: nothing follows", argv[*i]);
    }

    return argv[++*i];
}


int
train_args_take(const train_args_t *a, void *to, int argc, char **argv,
    char **rest)
{
    int          i, n;
    char         where[80];
    size_t       k;
    const char  *value;

    n = 0;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            train_args_say(a, NULL);
        }

        if (strncmp(argv[i], "--help=", sizeof("--help=") - 1) == 0) {
            train_args_say(a, argv[i] + sizeof("--help=") - 1);
        }

        value = NULL;

        for (k = 0; k < a->n && value == NULL; k++) {
            value = args_own(a, &a->rows[k], argc, argv, &i);
        }

        if (value == NULL) {
            rest[n++] = argv[i];
            continue;
        }

        (void) snprintf(where, sizeof(where), "--%s", a->rows[k - 1].name);
        train_args_set(a, to, &a->rows[k - 1], value, where);
    }

    return n;
}


char *
train_args_operand(const train_args_t *a, int argc, char **argv, int at,
    const char *what)
{
    if (argc == at) {
        train_usage(a->cmd, "%s is missing", what);
    }

    if (argc - at > 1) {
        train_usage(a->cmd, "%d arguments beside the options: expected one, "
                    "%s", argc - at, what);
    }

    return argv[at];
}


void
train_args_free(const train_args_t *a, void *to)
{
    size_t  i;
    char  **text;

    for (i = 0; i < a->n; i++) {
        if (a->rows[i].kind == TRAIN_ARG_TEXT) {
            text = (char **) ((char *) to + a->rows[i].at);
            train_free(*text);
            *text = NULL;
        }
    }
}
