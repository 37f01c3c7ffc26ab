/*
 * fit --help, from the table of settings.  No text about a setting is here.
 */

#include <stdio.h>
#include <string.h>

#include "options_table.h"
#include "util.h"


#define OPTIONS_WIDTH   80          /* of --help */
#define OPTIONS_INDENT  27          /* where its texts begin */


/* Goes on with a text at a column of the terminal: the column behind it */

static size_t
options_words(const char *text, const char *end, size_t at)
{
    size_t  n, all;

    while (*text != '\0') {
        n = strcspn(text, " ");
        all = n + (text[n] == '\0' ? strlen(end) : 0);

        if (at + 1 + all > OPTIONS_WIDTH) {
            (void) printf("\n%*s", OPTIONS_INDENT - 1, "");
            at = OPTIONS_INDENT - 1;
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
options_heading(const char *first)
{
    size_t  i;

    static const char *const  headings[][2] = {
        { "data", "Data (docs/data.md)" },
        { "hidden", "Network and training (docs/networks.md)" },
        { "config", "Running" },
        { "report", "What is said" }
    };

    for (i = 0; i < train_nelts(headings); i++) {
        if (strcmp(headings[i][0], first) == 0) {
            (void) printf("\n%s:\n", headings[i][1]);
        }
    }
}


void
train_options_help(void)
{
    size_t                 i, j, at;
    char                   left[64];
    const train_option_t  *t;

    (void) puts("usage: maas-trainer fit --data D -o MODEL [OPTION]...\n"
                "Train a network on a data set and write a model file, as in\n"
                "\n"
                "  maas-trainer fit --data payments.csv --target outcome "
                "-o payments.safetensors\n"
                "\n"
                "In brackets: what an option is when it is not given.");

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        t = &train_options_table[i];
        options_heading(t->name);

        (void) snprintf(left, sizeof(left), "%c%c%c --%s%s%s",
                        t->letter ? '-' : ' ', t->letter ? t->letter : ' ',
                        t->letter ? ',' : ' ', t->name,
                        t->kind == OPT_FLAG ? "" : "=",
                        t->kind == OPT_FLAG ? ""
                        : t->arg != NULL ? t->arg : "...");
        (void) printf("  %-24s", left);
        at = options_words(t->help, "", OPTIONS_INDENT - 1);

        for (j = 0; j < t->n_choices; j++) {
            at = options_words(t->choices[j], j + 1 < t->n_choices ? "," : "",
                               j ? at : OPTIONS_WIDTH);
        }

        (void) putchar('\n');
    }

    (void) puts("\nCtrl-C ends training early: the best weights so far are "
                "written.");
}
