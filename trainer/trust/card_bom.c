/*
 * A model card as a bill of materials: CycloneDX 1.6, JSON.  All values are
 * texts there.
 * Not here: Markdown (card_md.c).
 */

#include <stdio.h>
#include <string.h>

#include "card.h"


static void
bom_property(maas_writer_t *w, const char *name, const char *value)
{
    train_json_open(w, NULL, '{');
    train_json_text(w, "name", name);
    train_json_text(w, "value", value);
    maas_writer_close(w, '}');
}


static void
bom_count(maas_writer_t *w, const char *name, size_t n)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%zu", n);
    bom_property(w, name, text);
}


/* Numbers and texts of an object as properties */

static void
bom_members(maas_writer_t *w, const char *prefix, const cJSON *object)
{
    char         *name, *value;
    const cJSON  *v;

    cJSON_ArrayForEach(v, object) {
        value = v->string != NULL ? train_card_value(v) : NULL;

        if (value != NULL) {
            name = train_format("%s%s", prefix, v->string);
            bom_property(w, name, value);
            train_free(name);
            train_free(value);
        }
    }
}


static void
bom_format(maas_writer_t *w, const char *text)
{
    train_json_open(w, NULL, '{');
    train_json_text(w, "format", text);
    maas_writer_close(w, '}');
}


static void
bom_inputs(maas_writer_t *w, const maas_info_t *info)
{
    char    *text, shape[MAAS_MAX_RANK * 24];
    size_t   i, n;

    train_json_open(w, "inputs", '[');

    for (i = 0; i < info->n_columns; i++) {
        text = train_format("%s: %s", info->columns[i],
                            info->fields[i].kind_name);
        bom_format(w, text);
        train_free(text);
    }

    if (info->n_columns == 0) {
        for (i = 0, n = 0; i < info->rank; i++) {
            n += (size_t) snprintf(shape + n, sizeof(shape) - n, "%s%zu",
                                   i > 0 ? " x " : "", info->shape[i]);
        }

        text = train_format("%s: %s %s", info->input_name, shape,
                            info->image ? "image" : "numbers");
        bom_format(w, text);
        train_free(text);
    }

    maas_writer_close(w, ']');
}


static void
bom_outputs(maas_writer_t *w, const maas_info_t *info)
{
    char    *text;
    size_t   i;

    train_json_open(w, "outputs", '[');

    for (i = 0; i < info->n_labels; i++) {
        text = train_format("%s: %s", info->output_name, info->labels[i]);
        bom_format(w, text);
        train_free(text);
    }

    if (info->n_labels == 0) {
        text = train_format("%s: %zu numbers", info->output_name, info->out);
        bom_format(w, text);
        train_free(text);
    }

    maas_writer_close(w, ']');
}


/* Figures of a part of the record: a metric each */

static void
bom_figures(maas_writer_t *w, const cJSON *figures, const char *slice)
{
    char         *value;
    const cJSON  *v;

    cJSON_ArrayForEach(v, figures) {
        if (!cJSON_IsNumber(v) || v->string == NULL
            || strcmp(v->string, "rows") == 0)
        {
            continue;
        }

        value = train_card_value(v);
        train_json_open(w, NULL, '{');
        train_json_text(w, "type", v->string);
        train_json_text(w, "value", value);
        train_json_text(w, "slice", slice);
        maas_writer_close(w, '}');
        train_free(value);
    }
}


/* Means over folds */

static void
bom_folds(maas_writer_t *w, const cJSON *folds)
{
    char         *value, *slice;
    const cJSON  *v;

    slice = train_format("mean of %d folds", cJSON_GetArraySize(
                         cJSON_GetObjectItemCaseSensitive(folds, "scores")));

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(folds, "figures")) {
        value = train_card_value(cJSON_GetObjectItemCaseSensitive(v, "mean"));

        if (value != NULL && v->string != NULL) {
            train_json_open(w, NULL, '{');
            train_json_text(w, "type", v->string);
            train_json_text(w, "value", value);
            train_json_text(w, "slice", slice);
            maas_writer_close(w, '}');
        }

        train_free(value);
    }

    train_free(slice);
}


static void
bom_metrics(maas_writer_t *w, const train_card_t *c)
{
    size_t        i;
    const cJSON  *part;

    static const char *const  parts[] = { "validation", "test" };
    static const char *const  base[] = { "validation, baseline",
                                         "test, baseline" };

    train_json_open(w, "quantitativeAnalysis", '{');
    train_json_open(w, "performanceMetrics", '[');

    for (i = 0; i < train_nelts(parts); i++) {
        part = cJSON_GetObjectItemCaseSensitive(c->training, parts[i]);
        bom_figures(w, part, parts[i]);
        bom_figures(w, cJSON_GetObjectItemCaseSensitive(part, "baseline"),
                    base[i]);
    }

    bom_folds(w, cJSON_GetObjectItemCaseSensitive(c->training, "folds"));

    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


static void
bom_limits(maas_writer_t *w, const train_card_t *c)
{
    const cJSON  *v, *warnings;

    warnings = cJSON_GetObjectItemCaseSensitive(c->training, "warnings");

    if (!cJSON_IsArray(warnings) || warnings->child == NULL) {
        return;
    }

    train_json_open(w, "considerations", '{');
    train_json_open(w, "technicalLimitations", '[');

    cJSON_ArrayForEach(v, warnings) {
        if (cJSON_IsString(v)) {
            train_json_text(w, NULL, v->valuestring);
        }
    }

    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
}


static void
bom_card(maas_writer_t *w, const train_card_t *c)
{
    char        *layers;
    const char  *family;

    train_json_open(w, "modelCard", '{');
    train_json_open(w, "modelParameters", '{');

    if (cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(c->training, "data")))
    {
        train_json_open(w, "approach", '{');
        train_json_text(w, "type", "supervised");
        maas_writer_close(w, '}');
    }

    train_json_text(w, "task", c->info->task_name);
    family = train_card_family(c);

    if (family != NULL) {
        train_json_text(w, "architectureFamily", family);
    }

    layers = train_card_layers(c);
    train_json_text(w, "modelArchitecture", layers);
    train_free(layers);

    if (train_card_text(c, "data", "name") != NULL) {
        train_json_open(w, "datasets", '[');
        train_json_open(w, NULL, '{');
        train_json_text(w, "ref", "data");
        maas_writer_close(w, '}');
        maas_writer_close(w, ']');
    }

    bom_inputs(w, c->info);
    bom_outputs(w, c->info);
    maas_writer_close(w, '}');

    bom_metrics(w, c);
    bom_limits(w, c);
    maas_writer_close(w, '}');
}


static void
bom_properties(maas_writer_t *w, const train_card_t *c)
{
    char         *name, *value;
    const cJSON  *v;

    train_json_open(w, "properties", '[');
    bom_property(w, "maas:file", c->file);
    bom_count(w, "maas:bytes", c->info->file_size);
    bom_count(w, "maas:parameters", c->info->parameters);

    if (train_card_text(c, NULL, "tool") != NULL) {
        bom_property(w, "maas:tool", train_card_text(c, NULL, "tool"));
    }

    value = train_card_value(cJSON_GetObjectItemCaseSensitive(c->training,
                                                              "seed"));
    if (value != NULL) {
        bom_property(w, "maas:seed", value);
        train_free(value);
    }

    bom_members(w, "maas:settings.",
                cJSON_GetObjectItemCaseSensitive(c->training, "settings"));

    for (v = train_card_rest(c, NULL); v != NULL; v = train_card_rest(c, v)) {
        name = train_format("maas:%s", v->string);
        value = cJSON_PrintUnformatted(v);

        if (value != NULL) {
            bom_property(w, name, value);
        }

        cJSON_free(value);
        train_free(name);
    }

    maas_writer_close(w, ']');
}


static void
bom_data(maas_writer_t *w, const train_card_t *c)
{
    const char  *name;

    name = train_card_text(c, "data", "name");

    if (name == NULL) {
        return;
    }

    train_json_open(w, "components", '[');
    train_json_open(w, NULL, '{');
    train_json_text(w, "type", "data");
    train_json_text(w, "bom-ref", "data");
    train_json_text(w, "name", name);
    train_json_open(w, "data", '[');
    train_json_open(w, NULL, '{');
    train_json_text(w, "type", "dataset");
    train_json_text(w, "name", name);
    maas_writer_close(w, '}');
    maas_writer_close(w, ']');
    train_json_open(w, "properties", '[');
    bom_members(w, "maas:",
                cJSON_GetObjectItemCaseSensitive(c->training, "data"));
    maas_writer_close(w, ']');
    maas_writer_close(w, '}');
    maas_writer_close(w, ']');
}


static void
bom_metadata(maas_writer_t *w, const train_card_t *c)
{
    train_json_open(w, "metadata", '{');
    train_json_open(w, "tools", '{');
    train_json_open(w, "components", '[');
    train_json_open(w, NULL, '{');
    train_json_text(w, "type", "application");
    train_json_text(w, "name", "maas-trainer");
    train_json_text(w, "version", MAAS_VERSION);
    maas_writer_close(w, '}');
    maas_writer_close(w, ']');
    maas_writer_close(w, '}');

    train_json_open(w, "component", '{');
    train_json_text(w, "type", "machine-learning-model");
    train_json_text(w, "bom-ref", "model");
    train_json_text(w, "name", c->info->name);
    train_json_open(w, "hashes", '[');
    train_json_open(w, NULL, '{');
    train_json_text(w, "alg", "SHA-256");
    train_json_text(w, "content", c->sha256);
    maas_writer_close(w, '}');
    maas_writer_close(w, ']');
    bom_card(w, c);
    bom_properties(w, c);
    maas_writer_close(w, '}');
    maas_writer_close(w, '}');
}


char *
train_card_bom(const train_card_t *c, size_t *size)
{
    char           *text;
    maas_writer_t   w;

    train_json_memory(&w, &text, size);
    train_json_text(&w, "$schema",
                    "http://cyclonedx.org/schema/bom-1.6.schema.json");
    train_json_text(&w, "bomFormat", "CycloneDX");
    train_json_text(&w, "specVersion", "1.6");
    train_json_number(&w, "version", 1);
    bom_metadata(&w, c);
    bom_data(&w, c);
    train_json_done(&w);

    return text;
}
