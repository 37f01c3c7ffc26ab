/*
 * inspect: check a model file against every rule and say what it holds.
 */

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "inspect.h"
#include "compress/compress.h"
#include "export/model.h"
#include "trust/maas_trust.h"


typedef struct {
    int  json;
} inspect_t;


static const train_arg_t  inspect_rows[] = {
    { "json", 0, TRAIN_FLAG(inspect_t, json, TRAIN_ARG_PLAIN), NULL, "JSON" }
};

static const train_args_t  inspect_args = {
    "inspect", inspect_rows, train_nelts(inspect_rows),
    "usage: maas-trainer inspect MODEL [--json]\n"
    "Check a model file against every rule of docs/model-format.md and say "
    "what it\nholds.\n", NULL, NULL, 0
};


static void
inspect_shape(const maas_info_t *info)
{
    size_t  i;

    if (info->input == MAAS_INPUT_COLUMNS) {
        (void) printf("%zu columns:", info->n_columns);

        for (i = 0; i < info->n_columns; i++) {
            (void) printf("%s%s", i ? ", " : " ",
                          train_shown(info->columns[i]));

            if (info->fields[i].kind != MAAS_FIELD_NUMBER) {
                (void) printf(" (%s)",
                              info->fields[i].kind_name);
            }
        }

        (void) putchar('\n');
        return;
    }

    for (i = 0; i < info->rank; i++) {
        (void) printf("%s%zu", i ? " x " : "", info->shape[i]);
    }

    (void) puts(info->image ? " image" : " numbers");
}


/* Is some layer less exact than single precision? */

static int
inspect_reduced(const maas_model_t *m)
{
    size_t        i;
    maas_layer_t  l;

    for (i = 0; i < maas_model_info(m)->layers; i++) {
        l = maas_model_layer(m, i);

        if (l.weights != NULL && strcmp(l.weights, "F32") != 0) {
            return 1;
        }
    }

    return 0;
}


static void
inspect_layers(const maas_model_t *m, const cJSON *document)
{
    int               reduced;
    size_t            i, at, members, said;
    const char       *text;
    maas_layer_t      l;
    const cJSON      *layer, *kind, *attr, *act;
    const maas_op_t  *op;

    at = 0;
    reduced = inspect_reduced(m);

    cJSON_ArrayForEach(layer,
                       cJSON_GetObjectItemCaseSensitive(document, "layers"))
    {
        kind = cJSON_GetObjectItemCaseSensitive(layer, "kind");
        act = cJSON_GetObjectItemCaseSensitive(layer, "activation");

        (void) printf("            %s", cJSON_GetStringValue(kind));
        op = maas__op_find(cJSON_GetStringValue(kind));

        for (members = 0, i = 0; i < op->n_attrs; i++) {
            members += op->attrs[i].version == 0;
        }

        said = 0;

        for (i = 0; i < members; i++) {
            attr = cJSON_GetObjectItemCaseSensitive(layer, op->attrs[i].name);

            if (members > 1 && attr != NULL) {
                (void) printf("%s %s", said++ ? "," : ":",
                              op->attrs[i].name);
            }

            if (cJSON_IsString(attr)) {
                (void) printf(" %s", attr->valuestring);

            } else if ((op->attrs[i].type != MAAS_ATTR_FLOAT || members > 1)
                       && attr != NULL)
            {
                (void) printf(" %.9g", attr->valuedouble);
            }
        }

        text = cJSON_IsString(act) ? act->valuestring : "linear";

        if (!said || strcmp(text, "linear") != 0) {
            (void) printf("%s %s", said ? "," : "", text);
        }

        l = maas_model_layer(m, at++);

        if (reduced && l.weights != NULL) {
            (void) printf(", weights %s, rows %s, %zu bytes", l.weights,
                          l.rows, l.bytes);
        }

        (void) putchar('\n');
    }
}


/* A table of size, time and score of each step that made it smaller */

static void
inspect_compression(const maas_info_t *info)
{
    size_t             i, n;
    const char        *score;
    train_recorded_t  *r;

    r = train_recorded(info, &n);
    score = (info->task == MAAS_TASK_REGRESSION) ? "R2" : "accuracy";

    for (i = 0; i < n; i++) {
        (void) printf("smaller     %s, from %s\n", train_shown(r[i].what),
                      train_shown(r[i].from));
        train_sides_print(stdout, score, &r[i].side[0], &r[i].side[1]);
    }

    train_recorded_free(r, n);
}


/* What decides, where it is not just the largest probability */

static void
inspect_decision(const maas_info_t *info)
{
    size_t  i;

    if (info->task == MAAS_TASK_BINARY && info->threshold != 0.5f) {
        (void) printf("threshold   %.6g: above it the second label is said\n",
                      (double) info->threshold);
    }

    for (i = 0; info->decision != NULL && i < info->out; i++) {
        (void) printf("%s%.6g%s", i == 0 ? "weights     " : ", ",
                      (double) info->decision[i], i + 1 < info->out ? "" :
                      ": the label with the largest probability * weight is "
                      "said\n");
    }
}


/* A column's bins that training had rows in */

static void
inspect_bins(const maas_info_t *info, size_t column)
{
    char                     text[MAAS_BIN_TEXT];
    size_t                   i;
    double                   rows;
    const char              *comma;
    const maas_reference_t  *r;

    r = &info->fields[column].reference;
    comma = "";
    rows = 0;

    for (i = 0; i < r->n; i++) {
        rows += r->counts[i];
    }

    (void) printf("            %s:", train_shown(info->columns[column]));

    for (i = 0; i < r->n; i++) {
        if (r->counts[i] > 0) {
            maas_bin_text(info->marking, column, i, text);
            (void) printf("%s %s %.1f %%", comma, train_shown(text),
                          100 * r->counts[i] / rows);
            comma = ",";
        }
    }

    (void) putchar('\n');
}


static void
inspect_reference(const maas_info_t *info)
{
    size_t    i;
    unsigned  any;

    any = 0;

    for (i = 0; i < info->n_columns; i++) {
        if (info->fields[i].reference.n > 0) {
            if (!any++) {
                (void) puts("reference   rows of training");
            }

            inspect_bins(info, i);
        }
    }
}


static void
inspect_print(const maas_model_t *m, const char *sha256)
{
    size_t              i;
    cJSON              *document;
    const maas_info_t  *info;

    info = maas_model_info(m);
    document = cJSON_Parse(info->document);

    (void) printf("name        %s\ntask        %s\ninput       %s: ",
                  train_shown(info->name), info->task_name,
                  train_shown(info->input_name));
    inspect_shape(info);

    (void) printf("output      %s: %zu\n", train_shown(info->output_name),
                  info->out);

    if (info->n_labels > 0) {
        (void) printf("labels     ");

        for (i = 0; i < info->n_labels; i++) {
            (void) printf("%s%s", i ? ", " : " ",
                          train_shown(info->labels[i]));
        }

        (void) putchar('\n');
    }

    inspect_decision(info);
    (void) printf("layers      %zu\n", info->layers);
    inspect_layers(m, document);
    (void) printf("parameters  %zu\nfile        %zu bytes, CRC-32C %08x\n"
                  "SHA-256     %s\nruns on     %s\n", info->parameters,
                  info->file_size, info->crc32c, sha256, info->isa);
    train_inspect_training(document);
    inspect_compression(info);
    inspect_reference(info);
    (void) puts("the file keeps all rules");

    cJSON_Delete(document);
}


static void
inspect_json(const maas_model_t *m, const char *sha256)
{
    char               *document;
    size_t              i;
    maas_layer_t        l;
    maas_writer_t       w;
    const maas_info_t  *info;

    info = maas_model_info(m);

    train_json_begin(&w, stdout);
    train_json_text(&w, "name", info->name);
    train_json_number(&w, "parameters", (double) info->parameters);
    train_json_number(&w, "file_size", (double) info->file_size);
    maas_writer_key(&w, "crc32c");
    maas_writer_value(&w, "\"%08x\"", info->crc32c);
    train_json_text(&w, "sha256", sha256);
    train_json_text(&w, "isa", info->isa);

    if (inspect_reduced(m)) {
        train_json_open(&w, "layers", '[');

        for (i = 0; i < info->layers; i++) {
            l = maas_model_layer(m, i);
            maas_writer_open(&w, '{');
            train_json_text(&w, "kind", l.kind);

            if (l.weights != NULL) {
                train_json_text(&w, "weights", l.weights);
                train_json_text(&w, "rows", l.rows);
            }

            train_json_number(&w, "bytes", (double) l.bytes);
            maas_writer_close(&w, '}');
        }

        maas_writer_close(&w, ']');
    }

    maas_writer_key(&w, "document");
    document = train_escaped(info->document, 1);
    maas_writer_raw(&w, document, strlen(document));
    train_free(document);
    train_json_end(&w);
}


int
train_cmd_inspect(int argc, char **argv)
{
    int            at;
    char          *path, sha256[MAAS_SHA256_HEX + 1];
    void          *file;
    size_t         size;
    inspect_t      o = { 0 };
    maas_err_t     err = { 0 };
    maas_model_t  *m;

    at = train_args_read(&inspect_args, &o, argc, argv, NULL);
    path = train_args_operand(&inspect_args, argc, argv, at, "a model file");
    file = train_slurp(path, &size);

    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        train_die("%s: %s", path, err.msg);
    }

    maas_sha256(file, size, sha256);
    train_free(file);

    if (o.json) {
        inspect_json(m, sha256);
    } else {
        inspect_print(m, sha256);
    }

    maas_model_free(m);

    return TRAIN_EXIT_OK;
}
