/*
 * The common command line of `evaluate` and `predict`: a model and data.
 */

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas.h"
#include "model_args.h"
#include "util.h"
#include "data/data.h"
#include "export/model.h"
#include "judge/metrics.h"


#define ARGS_OWN  5


static void
args_help(const char *cmd, const char *what, int evaluate)
{
    (void) printf("usage: maas-trainer %s MODEL --data D [OPTION]...\n%s\n\n"
        "  -d, --data=D             folder with the MNIST names (its test "
        "part),\n"
        "                           CSV, JSON lines, .npy, IDX pair, - ...\n"
        "      --part=PART          of a folder: test (default) or train\n"
        "  -t, --target=COL         column with the truth (as in training)\n"
        "      --id=COL             column that names the rows (as in "
        "training)\n"
        "      --on-error=skip|stop at a row that cannot be read (stop)\n"
        "      --header=yes|no      does a CSV file begin with names? (by "
        "looking)\n"
        "      --json               JSON\n", cmd, what);

    if (evaluate) {
        (void) printf(
            "      --report=FILE        a page with plots, in one HTML file\n"
            "      --importance         of each column: what is lost without "
            "it\n"
            "      --repeats=N          shuffles of a column for that (%d)\n"
            "      --bootstrap=N        rounds for the intervals, 0: none "
            "(%d)\n"
            "      --seed=N             of shuffles and rounds (1)\n",
            TRAIN_REPEATS, TRAIN_ROUNDS);
    }

    exit(TRAIN_EXIT_OK);
}


static size_t
args_count(const char *cmd, const char *name, const char *value, double min,
    double max)
{
    double  v;

    if (!train_number(value, &v) || v < min || v > max || v != floor(v)) {
        train_usage(cmd, "--%s: \"%.40s\": expected a whole number from %.16g "
                    "to %.16g", name, value, min, max);
    }

    return (size_t) v;
}


static train_tri_t
args_header(const char *cmd, const char *value)
{
    if (strcmp(value, "yes") == 0) {
        return TRAIN_YES;
    }

    if (strcmp(value, "no") == 0) {
        return TRAIN_NO;
    }

    train_usage(cmd, "--header: \"%.40s\": expected yes or no", value);
}


static unsigned
args_skip(const char *cmd, const char *value)
{
    if (strcmp(value, "skip") != 0 && strcmp(value, "stop") != 0) {
        train_usage(cmd, "--on-error: \"%.40s\": expected stop or skip",
                    value);
    }

    return strcmp(value, "skip") == 0;
}


static train_part_t
args_part(const char *cmd, const char *value)
{
    if (strcmp(value, "test") == 0) {
        return TRAIN_PART_TEST;
    }

    if (strcmp(value, "train") == 0) {
        return TRAIN_PART_TRAIN;
    }

    train_usage(cmd, "--part: \"%.40s\": expected test or train", value);
}


void
train_model_args(train_model_args_t *a, int argc, char **argv,
    const char *what)
{
    int                         c, evaluate;
    const char                 *cmd;
    static const struct option  longs[] = {
        /* evaluate alone */
        { "report",     required_argument, NULL, 'R' },
        { "importance", no_argument,       NULL, 'i' },
        { "repeats",    required_argument, NULL, 'n' },
        { "bootstrap",  required_argument, NULL, 'b' },
        { "seed",       required_argument, NULL, 's' },
        /* everyone; ARGS_OWN are before */
        { "data",       required_argument, NULL, 'd' },
        { "part",       required_argument, NULL, 'p' },
        { "target",     required_argument, NULL, 't' },
        { "id",         required_argument, NULL, 'I' },
        { "on-error",   required_argument, NULL, 'e' },
        { "header",     required_argument, NULL, 'H' },
        { "json",       no_argument,       NULL, 'j' },
        { "help",       no_argument,       NULL, 'h' },
        { NULL,         0,                 NULL, 0 }
    };

    (void) memset(a, 0, sizeof(train_model_args_t));
    a->part = TRAIN_PART_TEST;
    a->repeats = TRAIN_REPEATS;
    a->rounds = TRAIN_ROUNDS;
    a->seed = 1;
    cmd = strrchr(argv[0], ' ') + 1;       /* "maas-trainer evaluate" */
    evaluate = (strcmp(cmd, "evaluate") == 0);

    while ((c = getopt_long(argc, argv, "d:t:h",
                            evaluate ? longs : longs + ARGS_OWN, NULL)) != -1)
    {
        switch (c) {
        case 'd':
            a->data = optarg;
            break;
        case 'p':
            a->part = args_part(cmd, optarg);
            break;
        case 't':
            a->want.target = optarg;
            break;
        case 'I':
            a->want.id = optarg;
            break;
        case 'e':
            a->want.skip = args_skip(cmd, optarg);
            break;
        case 'H':
            a->want.header = args_header(cmd, optarg);
            break;
        case 'j':
            a->json = 1;
            break;
        case 'R':
            a->report = optarg;
            break;
        case 'i':
            a->importance = 1;
            break;
        case 'n':
            a->repeats = args_count(cmd, "repeats", optarg, 1, 1e6);
            break;
        case 'b':
            a->rounds = args_count(cmd, "bootstrap", optarg, 0, 1e6);
            break;
        case 's':
            a->seed = args_count(cmd, "seed", optarg, 0, 9007199254740992.0);
            break;
        case 'h':
            args_help(cmd, what, evaluate);
            break;
        default:
            (void) fprintf(stderr, "try: maas-trainer %s --help\n", cmd);
            exit(TRAIN_EXIT_USAGE);
        }
    }

    if (argc - optind != 1) {
        train_usage(cmd, "%d arguments beside the options: expected one, a "
                    "model file", argc - optind);
    }

    if (a->data == NULL) {
        train_usage(cmd, "--data is missing");
    }

    a->model = argv[optind];
}


void
train_model_data(train_model_args_t *a, const maas_model_t *m,
    train_data_t *d)
{
    char               *target, *id;
    train_want_t        want;
    const maas_info_t  *info;

    target = NULL;
    id = NULL;
    want = a->want;
    info = maas_model_info(m);

    /* columns of the training are found by their names */

    if (want.target == NULL && info->n_columns > 0) {
        target = train_model_recorded(info, "target");
        want.target = target;
    }

    if (want.id == NULL && info->n_columns > 0) {
        id = train_model_recorded(info, "id");
        want.id = id;
    }

    want.model = info;
    train_data_read(a->data, a->part, &want, d);
    train_rows_model(m, d);
    train_free(target);
    train_free(id);
}
