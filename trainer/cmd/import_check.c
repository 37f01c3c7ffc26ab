/*
 * The user's own rows as proof that an imported model is the same model.
 * Not here: making the model file (cmd_import.c).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "export/model.h"
#include "import_check.h"


/* A line of numbers, with commas, blanks or tabs between them; dies if they are
 * not as many as the model has */

static void
check_line(const char *path, char *line, size_t at, double *v,
    const maas_info_t *info)
{
    char    *p, *end;
    size_t   n;
    double   d;

    for (p = line, n = 0; *p != '\0'; n++) {
        d = strtod(p, &end);

        if (end == p) {
            train_die("--expected: %s:%zu: \"%.40s\" is no number", path, at,
                      train_shown(p));
        }

        if (n < info->out) {
            v[n] = d;
        }

        p = end + strspn(end, ", \t\r");
    }

    if (n != info->out) {
        train_die("--expected: %s:%zu: %zu numbers where the model has %zu%s",
                  path, at, n, info->out,
                  info->task == MAAS_TASK_BINARY && n == 2
                  ? ": of two classes give the second one" : "");
    }
}


/* Is there no number at the beginning of the line? */

static int
check_is_header(const char *line)
{
    char  *end;

    (void) strtod(line, &end);

    return end == line || strchr(", \t\r", *end) == NULL;
}


/* Rows of `path`, to be given to train_free(); a first line that does not begin
 * with a number is a header */

static double *
check_expected(const char *path, const maas_info_t *info, size_t *rows)
{
    char    *text, *line, *next;
    double  *v;
    size_t   size, room, at;

    text = train_slurp(path, &size);

    if (memchr(text, '\0', size) != NULL) {
        train_die("--expected: %s is no text: expected a line of numbers for"
                  " each row, as numpy.savetxt() writes them", path);
    }

    room = 0;
    v = NULL;
    *rows = 0;

    /* one byte more, for the end: train_slurp() has it not */

    line = train_alloc(size + 1, 1);
    (void) memcpy(line, text, size);
    train_free(text);
    text = line;
    line += strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (at = 1; line != NULL && *line != '\0'; at++, line = next) {
        next = strchr(line, '\n');

        if (next != NULL) {
            *next++ = '\0';
        }

        if (line[strspn(line, " \t\r")] == '\0'
            || (at == 1 && check_is_header(line)))
        {
            continue;
        }

        train_room(&v, &room, (*rows + 1) * info->out, sizeof(double));
        check_line(path, line, at, v + *rows * info->out, info);
        (*rows)++;
    }

    train_free(text);

    return v;
}


/* How far v is from what is expected; what is no number, or without end, is as
 * far as can be */

static double
check_far(double v, double want)
{
    double  by;

    by = fabs(want) > 1 ? fabs(want) : 1;

    return v == want ? 0 : !isfinite(v) || !isfinite(want) ? INFINITY
           : fabs(v - want) / by;
}


/* Compare rows of n numbers, and say what there is to say.  An exit code. */

static int
check_numbers(const train_import_check_t *a, const maas_info_t *info,
    const double *got, const double *want, size_t rows)
{
    double  far, most;
    size_t  i, at, bad, beyond;

    most = 0;
    at = 0;
    bad = 0;
    beyond = 0;

    for (i = 0; i < rows * info->out; i++) {
        far = check_far(got[i], want[i]);
        bad += far > a->tolerance;
        beyond += want[i] < 0 || want[i] > 1;

        if (far > most) {
            most = far;
            at = i;
        }
    }

    if (bad == 0) {
        (void) printf("checked     %zu rows, at most %.3g apart\n", rows, most);
        return TRAIN_EXIT_OK;
    }

    train_warn("row %zu: %.17g where %.17g is expected; %zu of %zu numbers are "
               "off by more than %g%s", at / info->out + 1, got[at], want[at],
               bad, rows * info->out, a->tolerance,
               !a->raw && beyond > 0 && info->task != MAAS_TASK_REGRESSION
               ? "; those are no probabilities: are they scores (--raw)?" : "");

    return TRAIN_EXIT_FAILED;
}


int
train_import_check(const train_import_check_t *a, const char *path)
{
    int                  rc;
    double              *want, *got;
    size_t               rows;
    maas_model_t        *m;
    train_data_t         d;
    const maas_info_t   *info;
    train_model_args_t   args = { .model = path, .data = a->rows,
                                  .part = TRAIN_PART_TEST };

    m = train_model_open(path);
    info = maas_model_info(m);
    args.want.no_target = 1;
    train_model_data(&args, m, &d);

    want = check_expected(a->expected, info, &rows);

    if (rows != d.rows) {
        train_die("--expected: %s has %zu lines of numbers, --check has %zu "
                  "rows%s", a->expected, rows, d.rows, rows == d.rows + 1
                  ? ": is the first line a header of numbers?" : "");
    }

    got = train_model_raw(m, &d, a->raw);
    rc = check_numbers(a, info, got, want, rows);

    train_free(want);
    train_free(got);
    train_data_free(&d);
    maas_model_free(m);

    return rc;
}
