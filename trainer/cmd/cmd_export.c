/*
 * export: a model file as what other programs run.
 * Not here: what that looks like (export/to_*.c).
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "export/exporter.h"
#include "read/maas_read.h"


typedef struct {
    int     to;                    /* TRAIN_EXPORTER_onnx ..., -1: by suffix */
    char   *output;
    char   *name;
    int     tensor;
    int     program;
} export_t;

#define EXPORT_NAME(name)  [TRAIN_EXPORTER_##name] = #name,

static const char *const  export_names[TRAIN_N_EXPORTERS] = {
    TRAIN_EXPORTERS(EXPORT_NAME)
};

static const train_arg_t  export_rows[] = {
    { "output", 'o', TRAIN_TEXT(export_t, output, TRAIN_ARG_PLAIN), "FILE",
      "file to write, - for standard output" },
    { "to", 0, TRAIN_CHOICE(export_t, to, export_names, TRAIN_ARG_PLAIN),
      NULL, "what to make of it (by the end of FILE: .onnx, .c, .txt)" },
    { "tensor", 0, TRAIN_FLAG(export_t, tensor, TRAIN_ARG_PLAIN), NULL,
      "its input is the row of numbers that columns become, not a value for "
      "each column" },
    { "name", 0, TRAIN_TEXT(export_t, name, TRAIN_ARG_PLAIN), "NAME",
      "of C: what its functions begin with (the model's name)" },
    { "main", 0, TRAIN_FLAG(export_t, program, TRAIN_ARG_PLAIN), NULL,
      "of C: with a main() that answers rows of text" }
};

static const train_args_t  export_args = {
    "export", export_rows, train_nelts(export_rows),
    "usage: maas-trainer export MODEL -o FILE [OPTION]...\n"
    "Write a model as a file that other programs run: ONNX, C that needs "
    "nothing but\nlibm, or LightGBM's text.  docs/export.md says what goes "
    "out and what does not.\n",
    NULL, NULL, 0
};


/* What the options ask for, or usage */

static const train_exporter_t *
export_kind(const export_t *o, train_exported_t *e)
{
    int          to;
    const char  *s;

    if (o->output == NULL) {
        train_usage("export", "--output is missing");
    }

    to = o->to >= 0 ? o->to : train_exporter_find(o->output);

    if (to < 0) {
        train_usage("export", "%s: expected a name that ends in .onnx, .c or "
                    ".txt, or --to",
                    o->output);
    }

    if (to != TRAIN_EXPORTER_c && (o->program || o->name != NULL)) {
        train_usage("export", "--%s is of --to c alone",
                    o->program ? "main" : "name");
    }

    for (s = o->name; s != NULL && *s != '\0'; s++) {
        if (!isalpha((unsigned char) *s) && *s != '_'
            && (s == o->name || !isdigit((unsigned char) *s)))
        {
            train_usage("export", "--name: \"%s\": expected a letter, then "
                        "letters, digits and _", o->name);
        }
    }

    if (o->name != NULL && strlen(o->name) > MAAS_MAX_NAME) {
        train_usage("export", "--name: more than %d characters", MAAS_MAX_NAME);
    }

    e->tensor = o->tensor;
    e->program = o->program;
    e->name = o->name != NULL && o->name[0] != '\0' ? o->name : NULL;

    return train_exporters[to];
}


static void
export_say(const train_exporter_t *x, const train_exported_t *e,
    const char *output, size_t size)
{
    size_t   i;
    FILE    *f;

    f = strcmp(output, "-") == 0 ? stderr : stdout;

    for (i = 0; i < e->n_notes; i++) {
        (void) fprintf(f, "note      %s\n", train_shown(e->notes[i]));
    }

    (void) fprintf(f, "wrote     %s, %s, %zu bytes\n", train_shown(output),
                   x->what, size);
}


int
train_cmd_export(int argc, char **argv)
{
    int                      at;
    char                    *path, why[TRAIN_WHY] = "";
    void                    *file, *bytes;
    size_t                   size;
    export_t                 o = { .to = -1 };
    maas_err_t               err = { 0 };
    maas_desc_t             *desc;
    maas_arena_t            *arena;
    train_exported_t         e = { .why = why };
    const train_exporter_t  *x;

    at = train_args_read(&export_args, &o, argc, argv, NULL);
    path = train_args_operand(&export_args, argc, argv, at, "a model file");
    x = export_kind(&o, &e);

    if (strcmp(o.output, "-") != 0) {
        train_save_check(o.output);
        train_save_apart(o.output, path);
    }

    file = train_slurp(path, &size);
    arena = maas__arena_create(SIZE_MAX / 2);

    if (arena == NULL || maas__read(file, size, arena, &desc, &err) != MAAS_OK)
    {
        train_die("%s: %s", path, arena == NULL ? "out of memory"
                                                : train_shown(err.msg));
    }

    e.desc = desc;
    bytes = train_exporter_run(x, &e, &size);

    if (bytes == NULL) {
        train_die("%s: %s", path, why);
    }

    if (strcmp(o.output, "-") == 0) {
        (void) fwrite(bytes, 1, size, stdout);
    } else {
        train_save(o.output, bytes, size);
    }

    export_say(x, &e, o.output, size);

    train_exported_free(&e);
    train_free(bytes);
    train_free(file);
    maas__arena_destroy(arena);
    train_args_free(&export_args, &o);

    return TRAIN_EXIT_OK;
}
