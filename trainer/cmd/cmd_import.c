/*
 * import: a model of another library -> a model file.
 * Not here: reading foreign files (import/); the proof (import_check.c).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "import/import.h"
#include "import_check.h"


#define IMPORT_NAMES  20               /* of columns, that are told */

/* Memory that a file may take: a short one must not become a large one */

#define IMPORT_LEAST  ((size_t) 256 << 20)
#define IMPORT_MOST   ((size_t) 1 << 33)

typedef struct {
    char                 *output;
    char                 *name;
    char                 *labels;      /* "no,yes"; NULL: the file's */
    int                   best;
    char                 *answer;      /* NULL: there is one */
    train_import_check_t  check;
} import_t;


static const train_arg_t  import_rows[] = {
    { "output", 'o', TRAIN_TEXT(import_t, output, TRAIN_ARG_PLAIN), "FILE",
      "the model file" },
    { "name", 0, TRAIN_TEXT(import_t, name, TRAIN_ARG_PLAIN), "NAME",
      "of the model (that of FILE)" },
    { "labels", 0, TRAIN_TEXT(import_t, labels, TRAIN_ARG_PLAIN), "A,B,...",
      "names of the classes, in the order of training, where the file has "
      "none" },
    { "best", 0, TRAIN_FLAG(import_t, best, TRAIN_ARG_PLAIN), NULL,
      "only the trees up to best_iteration, where training stopped early" },
    { "answer", 0, TRAIN_TEXT(import_t, answer, TRAIN_ARG_PLAIN), "NAME",
      "which output of an ONNX file, where it has several" },
    { "check", 0, TRAIN_TEXT(import_t, check.rows, TRAIN_ARG_PLAIN), "ROWS",
      "run these rows, as for predict, and compare with --expected",
      "proof" },
    { "expected", 0, TRAIN_TEXT(import_t, check.expected, TRAIN_ARG_PLAIN),
      "FILE",
      "what the other library says: a line a row, numbers with commas "
      "between them" },
    { "raw", 0, TRAIN_FLAG(import_t, check.raw, TRAIN_ARG_PLAIN), NULL,
      "those are scores before the transform" },
    { "tolerance", 0, TRAIN_NUMBER(import_t, check.tolerance, 0, 1e9,
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


/* The user's names of classes, with commas between them, for those that the
 * importer made of numbers */

static maas_status_t
import_labels(train_import_t *m, const char *labels, maas_err_t *err)
{
    char    *p;
    size_t   n;

    if (labels == NULL) {
        return MAAS_OK;
    }

    if (m->n_labels == 0) {
        return maas__fail(err, MAAS_BADVALUE, "--labels: the model has no "
                          "classes that could have names");
    }

    p = train_import_text(m, labels, strlen(labels));
    if (p == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for --labels");
    }

    for (n = 0; p != NULL && n < m->n_labels; n++) {
        m->labels[n] = strsep(&p, ",");
    }

    if (n < m->n_labels || p != NULL) {
        return maas__fail(err, MAAS_BADVALUE, "--labels: \"%.80s\": expected "
                          "%zu names, with commas between them, as the model "
                          "has %zu classes", labels, m->n_labels, m->n_labels);
    }

    return MAAS_OK;
}


/* Names of the first columns, and which ones are no numbers */

static void
import_columns(const train_import_t *m)
{
    size_t  i, n;

    n = m->n_columns > IMPORT_NAMES ? IMPORT_NAMES : m->n_columns;

    for (i = 0; i < n; i++) {
        (void) printf("%s%s%s", i > 0 ? ", " : "columns     ",
                      train_shown(m->columns[i].name),
                      m->columns[i].kind == MAAS_FIELD_CATEGORY
                      ? " (category)" : "");
    }

    if (n > 0) {
        (void) puts(n < m->n_columns ? ", ..." : "");
    }
}


static void
import_says(const train_import_t *m, const char *name)
{
    size_t  i;

    (void) printf("model       %s, of %s\n", name, train_shown(m->source));
    (void) printf("task        %s%s%s\n", maas__task_names[m->task],
                  m->objective != NULL ? ", objective " : "",
                  m->objective != NULL ? train_shown(m->objective) : "");
    (void) printf("inputs      %zu %s%s\n",
                  m->n_columns > 0 ? m->n_columns : m->in,
                  m->n_columns > 0 ? "columns" : "numbers",
                  m->dtype == MAAS_F64 ? ", in double precision" : "");
    import_columns(m);

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


static size_t
import_room(size_t size)
{
    return size > (IMPORT_MOST - IMPORT_LEAST) / TRAIN_IMPORT_ROOM ? IMPORT_MOST
           : IMPORT_LEAST + TRAIN_IMPORT_ROOM * size;
}


static void
import_write(const import_t *a, const char *path)
{
    char            *folder, *name, *file;
    void            *image;
    size_t           size;
    maas_err_t       err = { 0 };
    train_import_t   m = { .best = a->best, .named = a->labels != NULL,
                             .answer = a->answer };

    file = train_slurp(path, &size);
    folder = import_folder(path);
    name = a->name != NULL ? train_strdup(a->name) : import_name(path);

    if (!maas_is_model_name(name, strlen(name))) {
        train_die("--name: \"%s\" is no name of a model: expected 1 to %d of "
                  MAAS_NAME_RULE, train_shown(name), MAAS_MAX_NAME);
    }

    m.folder = folder;
    m.arena = maas__arena_create(import_room(size));

    if (m.arena == NULL
        || train_import_read(&m, file, size, &err) != MAAS_OK
        || import_labels(&m, a->labels, &err) != MAAS_OK
        || train_import_file(&m, name, &image, &size, &err) != MAAS_OK)
    {
        train_die("%s: %s%s", path, err.msg[0] != '\0' ? train_shown(err.msg)
                                                       : "out of memory",
                  err.code != MAAS_NOMEM ? ""
                  : ": the model takes much more than a file of its size");
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
    import_t     a = { .check.tolerance = 1e-6 };

    maas_single_thread();
    at = train_args_read(&import_args, &a, argc, argv, NULL);
    path = train_args_operand(&import_args, argc, argv, at,
                              "the file of a model");

    if (a.output == NULL) {
        train_usage("import", "-o is missing: where the model file goes");
    }

    if ((a.check.rows == NULL) != (a.check.expected == NULL)) {
        train_usage("import", "--check and --expected: expected both or none");
    }

    train_save_check(a.output);
    train_save_apart(a.output, path);
    import_write(&a, path);

    rc = a.check.rows != NULL ? train_import_check(&a.check, a.output)
                              : TRAIN_EXIT_OK;
    train_args_free(&import_args, &a);

    return rc;
}
