/*
 * Options as text: --help, for people and for programs, and values that read
 * back.
 * Not here: reading (args.c, args_config.c).
 */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"


#define ARGS_WIDTH     80           /* of --help */
#define ARGS_INDENT    27           /* where its texts begin */


const char *
train_args_value(const train_arg_t *t, const void *from,
    char buf[TRAIN_ARG_VALUE])
{
    const void  *p, *with;

    p = (const char *) from + t->at;
    with = (const char *) from + t->with_at;

    switch (t->kind) {

    case TRAIN_ARG_TEXT:
        return *(char *const *) p;

    case TRAIN_ARG_CHOICE:
        if (t->with > 0 && *(const int *) p == (int) t->with) {
            (void) snprintf(buf, TRAIN_ARG_VALUE, "%s=%.9g",
                            t->choices[t->with], *(const double *) with);
            return buf;
        }

        return t->choices[*(const int *) p];

    case TRAIN_ARG_FLAG:
        return *(const int *) p ? "yes" : "no";

    case TRAIN_ARG_COUNT:
        (void) snprintf(buf, TRAIN_ARG_VALUE, "%zu", *(const size_t *) p);
        return buf;

    case TRAIN_ARG_WHOLE:
        (void) snprintf(buf, TRAIN_ARG_VALUE, "%" PRIu64,
                        *(const uint64_t *) p);
        return buf;

    default:
        if (isnan(*(const double *) p)) {
            return NULL;
        }

        (void) snprintf(buf, TRAIN_ARG_VALUE, "%.9g", *(const double *) p);
        return buf;
    }
}


/* Goes on with a text at a column of the terminal: the column behind it */

static size_t
args_words(const char *text, const char *end, size_t at)
{
    size_t  n, all;

    while (*text != '\0') {
        n = strcspn(text, " ");
        all = n + (text[n] == '\0' ? strlen(end) : 0);

        if (at + 1 + all > ARGS_WIDTH) {
            (void) printf("\n%*s", ARGS_INDENT - 1, "");
            at = ARGS_INDENT - 1;
        }

        (void) printf(" %.*s", (int) n, text);
        at += 1 + n;
        text += n;
        text += strspn(text, " ");
    }

    (void) fputs(end, stdout);

    return at + strlen(end);
}


static void
args_help_row(const train_arg_t *t)
{
    int     flag;
    char    left[64];
    size_t  i, at;

    flag = (t->kind == TRAIN_ARG_FLAG);
    (void) snprintf(left, sizeof(left), "%c%c%c --%s%s%s",
                    t->letter ? '-' : ' ', t->letter ? t->letter : ' ',
                    t->letter ? ',' : ' ', t->name, flag ? "" : "=",
                    flag ? "" : t->arg != NULL ? t->arg : "...");
    (void) printf("  %-24s", left);
    at = args_words(t->help, "", ARGS_INDENT - 1);

    for (i = 0; i < t->n_choices; i++) {
        at = args_words(t->choices[i], i + 1 < t->n_choices ? "," : "",
                        i ? at : ARGS_WIDTH);
    }

    (void) putchar('\n');
}


/* The heading that a row stands under */

static const char *
args_group(const train_args_t *a, size_t i)
{
    while (i > 0 && a->rows[i].group == NULL) {
        i--;
    }

    return a->rows[i].group == NULL ? "" : a->rows[i].group;
}


/* Calls for each row, those under the same heading together, wherever they are
 * in the table; heading, which may be NULL, before the first of them, unless it
 * is "" */

static void
args_each(const train_args_t *a, void (*heading)(const char *text),
    void (*row)(const train_arg_t *t))
{
    size_t       i, k;
    const char  *group;

    for (i = 0; i < a->n; i++) {
        group = args_group(a, i);

        for (k = 0; strcmp(args_group(a, k), group) != 0; k++) {
            /* void */
        }

        if (k < i) {
            continue;                  /* it was with the others */
        }

        if (heading != NULL && group[0] != '\0') {
            heading(group);
        }

        for (/* void */; k < a->n; k++) {
            if (strcmp(args_group(a, k), group) == 0) {
                row(&a->rows[k]);
            }
        }
    }
}


static void
args_heading(const char *text)
{
    (void) printf("\n%s:\n", text);
}


static void
args_help(const train_args_t *a)
{
    (void) puts(a->head);
    args_each(a, args_heading, args_help_row);

    if (a->foot != NULL) {
        (void) puts(a->foot);
    }
}


/* For programs: "--name=ARG -n", the choices instead of ARG where there are
 * some, no "=" for a flag */

static void
args_list_row(const train_arg_t *t)
{
    size_t  k;

    (void) printf("--%s", t->name);

    for (k = 0; k < t->n_choices; k++) {
        (void) printf("%c%s", k ? ',' : '=', t->choices[k]);
    }

    if (k == 0 && t->kind != TRAIN_ARG_FLAG) {
        (void) printf("=%s", t->arg);
    }

    if (t->letter != 0) {
        (void) printf(" -%c", t->letter);
    }

    (void) putchar('\n');
}


void
train_args_say(const train_args_t *a, const char *how)
{
    if (how == NULL) {
        args_help(a);

    } else if (strcmp(how, "options") == 0) {
        args_each(a, NULL, args_list_row);

    } else {
        train_usage(a->cmd, "--help: \"%.40s\": expected nothing, or options",
                    how);
    }

    exit(TRAIN_EXIT_OK);
}
