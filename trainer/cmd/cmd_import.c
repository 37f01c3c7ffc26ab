/*
 * import: a model of another library -> a model file, and the user's own rows
 * as proof that it is the same model.
 * Not here: reading foreign files (import/).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "export/model.h"
#include "import/import.h"


#define IMPORT_ARENA  ((size_t) 1 << 33)

typedef struct {
    char    *output;
    char    *name;
    int      best;
    char    *check;                    /* rows */
    char    *expected;                 /* what they give */
    int      raw;                      /* before the transform */
    double   tolerance;
} import_t;


static const train_arg_t  import_rows[] = {
    { "output", 'o', TRAIN_TEXT(import_t, output, TRAIN_ARG_PLAIN), "FILE",
      "the model file" },
    { "name", 0, TRAIN_TEXT(import_t, name, TRAIN_ARG_PLAIN), "NAME",
      "of the model (that of FILE)" },
    { "best", 0, TRAIN_FLAG(import_t, best, TRAIN_ARG_PLAIN), NULL,
      "only the trees up to best_iteration, where training stopped early" },
    { "check", 0, TRAIN_TEXT(import_t, check, TRAIN_ARG_PLAIN), "ROWS",
      "run these rows, as for predict, and compare with --expected",
      "proof" },
    { "expected", 0, TRAIN_TEXT(import_t, expected, TRAIN_ARG_PLAIN), "FILE",
      "what the other library says: a line a row, numbers with commas "
      "between them" },
    { "raw", 0, TRAIN_FLAG(import_t, raw, TRAIN_ARG_PLAIN), NULL,
      "those are scores before the transform" },
    { "tolerance", 0, TRAIN_NUMBER(import_t, tolerance, 0, 1e9,
                                   TRAIN_ARG_PLAIN), "X",
      "how far they may be apart, by the larger of 1 and the number "
      "(1e-6)" }
};

static const train_args_t  import_args = {
    "import", import_rows, train_nelts(import_rows),
    "usage: maas-trainer import FILE -o MODEL [OPTION]...\n"
    "Make a model file of one of LightGBM (text), XGBoost (JSON, UBJSON), "
    "CatBoost\n(JSON) or ONNX.\n", NULL, NULL, 0
};


/* The model's own name: of its file without what is behind the point, in the
 * characters that names have; to be given to train_free() */

static char *
import_name(const char *path)
{
    char        *name, *p;
    const char  *base;

    base = strrchr(path, '/');
    name = train_strdup(base != NULL ? base + 1 : path);

    p = strrchr(name, '.');
    if (p != NULL && p != name) {
        *p = '\0';
    }

    if (strlen(name) > MAAS_MAX_NAME) {
        name[MAAS_MAX_NAME] = '\0';
    }

    for (p = name; *p != '\0'; p++) {
        *p = maas_is_name(p, 1) ? *p : '_';
    }

    return name;
}


static char *
import_folder(const char *path)
{
    char        *folder;
    const char  *base;

    base = strrchr(path, '/');
    folder = train_strdup(base != NULL ? path : ".");

    if (base != NULL) {
        folder[base == path ? 1 : base - path] = '\0';
    }

    return folder;
}


/* A line of numbers, with commas, blanks or tabs between them; dies if they are
 * not n */

static void
import_line(const char *path, char *line, size_t at, double *v, size_t n)
{
    char    *p, *end;
    size_t   i;

    for (p = line, i = 0; i < n; i++) {
        v[i] = strtod(p, &end);

        if (end == p) {
            break;
        }

        p = end + strspn(end, ", \t\r");
    }

    if (i < n || *p != '\0') {
        train_die("--expected: %s:%zu: is no line of %zu numbers", path, at, n);
    }
}


/* Rows of `path`, to be given to train_free(); a first line that does not begin
 * with a number is a header */

static double *
import_expected(const char *path, size_t n, size_t *rows)
{
    char    *text, *line, *next;
    double  *v;
    size_t   size, room, at;

    text = train_slurp(path, &size);
    room = 0;
    v = NULL;
    *rows = 0;

    /* one byte more, for the end: train_slurp() has it not */

    line = train_alloc(size + 1, 1);
    (void) memcpy(line, text, size);
    train_free(text);
    text = line;

    for (at = 1; line != NULL && *line != '\0'; at++, line = next) {
        next = strchr(line, '\n');

        if (next != NULL) {
            *next++ = '\0';
        }

        if (line[strspn(line, " \t\r")] == '\0'
            || (at == 1 && strchr("+-.0123456789nNiI", *line) == NULL))
        {
            continue;
        }

        train_room(&v, &room, (*rows + 1) * n, sizeof(double));
        import_line(path, line, at, v + *rows * n, n);
        (*rows)++;
    }

    train_free(text);

    return v;
}


/* How far v is from what is expected; NaN is as far as can be */

static double
import_far(double v, double want)
{
    double  by;

    by = fabs(want) > 1 ? fabs(want) : 1;

    return v == want ? 0 : isnan(v) || isnan(want) ? INFINITY
           : fabs(v - want) / by;
}


/* The number that the user has for number j of a row: of a binary model that
 * may be both classes */

static int
import_check(const import_t *a, const char *path)
{
    double               far, most, *want, *got;
    size_t               i, j, rows, n, at, bad;
    maas_model_t        *m;
    train_data_t         d;
    const maas_info_t   *info;
    train_model_args_t   args = { .model = path, .data = a->check,
                                  .part = TRAIN_PART_TEST };

    m = train_model_open(path);
    info = maas_model_info(m);
    args.want.no_target = 1;
    train_model_data(&args, m, &d);

    n = info->out;
    want = import_expected(a->expected, n, &rows);

    if (rows != d.rows) {
        train_die("--expected: %s has %zu lines of numbers, --check has %zu "
                  "rows", a->expected, rows, d.rows);
    }

    got = train_model_raw(m, &d, a->raw);
    most = 0;
    at = 0;
    bad = 0;

    for (i = 0; i < rows; i++) {
        for (j = 0; j < n; j++) {
            far = import_far(got[i * n + j], want[i * n + j]);
            bad += far > a->tolerance;

            if (far > most) {
                most = far;
                at = i * n + j;
            }
        }
    }

    if (bad > 0) {
        train_warn("row %zu: %.17g where %.17g is expected; %zu numbers of "
                   "%zu rows are off by more than %g", at / n + 1, got[at],
                   want[at], bad, rows, a->tolerance);
    } else {
        (void) printf("checked     %zu rows, at most %.3g apart\n", rows, most);
    }

    train_free(want);
    train_free(got);
    train_data_free(&d);
    maas_model_free(m);

    return bad == 0 ? TRAIN_EXIT_OK : TRAIN_EXIT_FAILED;
}


static void
import_says(const train_import_t *m, const char *name)
{
    size_t  i;

    (void) printf("model       %s, of %s\n", name, m->source);
    (void) printf("task        %s%s%s\n", maas__task_names[m->task],
                  m->objective != NULL ? ", objective " : "",
                  m->objective != NULL ? train_shown(m->objective) : "");
    (void) printf("inputs      %zu %s%s\n",
                  m->n_columns > 0 ? m->n_columns : m->in,
                  m->n_columns > 0 ? "columns" : "numbers",
                  m->dtype == MAAS_F64 ? ", in double precision" : "");

    if (m->n_labels > 0) {
        (void) printf("classes    ");

        for (i = 0; i < m->n_labels; i++) {
            (void) printf("%s %s", i > 0 ? "," : "",
                          train_shown(m->labels[i]));
        }

        (void) putchar('\n');
    }

    for (i = 0; i < m->n_notes; i++) {
        (void) printf("note        %s\n", train_shown(m->notes[i]));
    }
}


static void
import_write(const import_t *a, const char *path)
{
    char            *folder, *name, *file;
    void            *image;
    size_t           size;
    maas_err_t       err = { 0 };
    train_import_t   m = { .best = a->best };

    file = train_slurp(path, &size);
    folder = import_folder(path);
    name = a->name != NULL ? train_strdup(a->name) : import_name(path);

    if (!maas_is_model_name(name, strlen(name))) {
        train_die("--name: \"%s\" is no name of a model: expected 1 to %d of "
                  MAAS_NAME_RULE, train_shown(name), MAAS_MAX_NAME);
    }

    m.folder = folder;
    m.arena = maas__arena_create(IMPORT_ARENA);

    if (m.arena == NULL
        || train_import_read(&m, file, size, &err) != MAAS_OK
        || train_import_file(&m, name, &image, &size, &err) != MAAS_OK)
    {
        train_die("%s: %s", path, err.msg[0] != '\0' ? train_shown(err.msg)
                                                      : "out of memory");
    }

    train_save(a->output, image, size);
    import_says(&m, name);

    train_free(image);
    train_free(file);
    train_free(folder);
    train_free(name);
    maas__arena_destroy(m.arena);
}


int
train_cmd_import(int argc, char **argv)
{
    int          at, rc;
    char        *path;
    import_t     a = { .tolerance = 1e-6 };

    maas_single_thread();
    at = train_args_read(&import_args, &a, argc, argv, NULL);
    path = train_args_operand(&import_args, argc, argv, at,
                              "the file of a model");

    if (a.output == NULL) {
        train_usage("import", "-o is missing: where the model file goes");
    }

    if ((a.check == NULL) != (a.expected == NULL)) {
        train_usage("import", "--check and --expected: expected both or none");
    }

    train_save_check(a.output);
    train_save_apart(a.output, path);
    import_write(&a, path);

    rc = a.check != NULL ? import_check(&a, a.output) : TRAIN_EXIT_OK;
    train_args_free(&import_args, &a);

    return rc;
}
