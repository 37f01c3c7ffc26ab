/*
 * A model card as Markdown.
 * Not here: bills of materials (card_bom.c).
 */

#include <stdio.h>
#include <string.h>

#include "card.h"


#define MD_DEPTH  4                  /* of objects within each other */


/* A text of a file that Markdown shall not take for its own */

static void
md_text(FILE *f, const char *s)
{
    char        *shown;
    const char  *p;

    shown = train_escaped(s, 0);

    for (p = shown; *p != '\0'; p++) {
        if (strchr("\\`*_{}[]<>()#+!|~&", *p) != NULL) {
            (void) fputc('\\', f);
        }

        (void) fputc(*p, f);
    }

    train_free(shown);
}


/* A row of a table */

static void
md_row(FILE *f, const char *name, const char *value)
{
    if (value != NULL) {
        (void) fputs("| ", f);
        md_text(f, name);
        (void) fputs(" | ", f);
        md_text(f, value);
        (void) fputs(" |\n", f);
    }
}


static void
md_members(FILE *f, const cJSON *object)
{
    char         *value;
    const cJSON  *v;

    cJSON_ArrayForEach(v, object) {
        value = v->string != NULL ? train_card_value(v) : NULL;

        if (value != NULL && value[0] != '\0') {
            md_row(f, v->string, value);
        }

        train_free(value);
    }
}


static void
md_head(FILE *f, const char *title)
{
    (void) fprintf(f, "\n## %s\n\n", title);
}


static void
md_table(FILE *f, const char *title)
{
    md_head(f, title);
    (void) fputs("| | |\n|---|---|\n", f);
}


static void
md_model(FILE *f, const train_card_t *c)
{
    char  *text;

    (void) fputs("# ", f);
    md_text(f, c->info->name);
    (void) fputs("\n\n| | |\n|---|---|\n", f);

    md_row(f, "task", c->info->task_name);
    md_row(f, "kind", train_card_family(c));
    text = train_card_layers(c);
    md_row(f, "layers", text);
    train_free(text);
    text = train_format("%zu", c->info->parameters);
    md_row(f, "parameters", text);
    train_free(text);
    text = train_format("%s, %zu bytes", c->file, c->info->file_size);
    md_row(f, "file", text);
    train_free(text);
    md_row(f, "SHA-256", c->sha256);
    md_row(f, "made by", train_card_text(c, NULL, "tool"));
}


static void
md_inputs(FILE *f, const maas_info_t *info)
{
    size_t               i;
    const maas_usual_t  *usual;

    md_head(f, "Inputs");

    if (info->n_columns == 0) {
        md_text(f, info->input_name);
        (void) fputs(": ", f);

        for (i = 0; i < info->rank; i++) {
            (void) fprintf(f, "%s%zu", i > 0 ? " x " : "", info->shape[i]);
        }

        (void) fputs(info->image ? " pixels of a picture\n" : " numbers\n", f);
        return;
    }

    (void) fputs("| column | kind | usual in training |\n|---|---|---|\n", f);

    for (i = 0; i < info->n_columns; i++) {
        usual = &info->fields[i].usual;
        (void) fputs("| ", f);
        md_text(f, info->columns[i]);
        (void) fprintf(f, " | %s%s | ", info->fields[i].kind_name,
                       info->fields[i].required ? ", required" : "");

        if (usual->text != NULL) {
            md_text(f, usual->text);
        }

        if (usual->low == usual->low && usual->high == usual->high) {
            (void) fprintf(f, "%s%.6g to %.6g",
                           usual->text != NULL ? "; " : "", usual->low,
                           usual->high);
        }

        (void) fputs(" |\n", f);
    }
}


static void
md_outputs(FILE *f, const maas_info_t *info)
{
    size_t  i;

    md_head(f, "Outputs");
    md_text(f, info->output_name);

    if (info->n_labels == 0) {
        (void) fprintf(f, ": %zu numbers\n", info->out);
        return;
    }

    for (i = 0; i < info->n_labels; i++) {
        (void) fputs(i > 0 ? ", " : ": ", f);
        md_text(f, info->labels[i]);
    }

    (void) fputc('\n', f);
}


/* Figures of a part of the record beside those of its baseline */

static void
md_figures(FILE *f, const train_card_t *c, const char *name)
{
    char         *text;
    const cJSON  *part, *baseline, *v, *b;

    part = cJSON_GetObjectItemCaseSensitive(c->training, name);
    baseline = cJSON_GetObjectItemCaseSensitive(part, "baseline");

    if (!cJSON_IsObject(part)) {
        return;
    }

    (void) fprintf(f, "\n| %s | | baseline |\n|---|---|---|\n", name);

    cJSON_ArrayForEach(v, part) {
        if (!cJSON_IsNumber(v)) {
            continue;
        }

        b = cJSON_GetObjectItemCaseSensitive(baseline, v->string);
        (void) fputs("| ", f);
        md_text(f, v->string);
        text = train_card_value(v);
        (void) fprintf(f, " | %s | ", text);
        train_free(text);

        if (cJSON_IsNumber(b)) {
            text = train_card_value(b);
            (void) fprintf(f, "%s ", text);
            train_free(text);
        }

        (void) fputs("|\n", f);
    }
}


static void
md_folds(FILE *f, const cJSON *folds)
{
    const cJSON  *v, *mean, *deviation;

    if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(folds, "figures"))) {
        return;
    }

    (void) fprintf(f, "\n| %d folds | mean | deviation |\n|---|---|---|\n",
                   cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(folds,
                                                                "scores")));

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(folds, "figures")) {
        mean = cJSON_GetObjectItemCaseSensitive(v, "mean");
        deviation = cJSON_GetObjectItemCaseSensitive(v, "deviation");

        if (cJSON_IsNumber(mean) && cJSON_IsNumber(deviation)) {
            (void) fputs("| ", f);
            md_text(f, v->string);
            (void) fprintf(f, " | %.6g | %.6g |\n", mean->valuedouble,
                           deviation->valuedouble);
        }
    }
}


static void
md_limits(FILE *f, const train_card_t *c)
{
    const cJSON  *v, *warnings;

    warnings = cJSON_GetObjectItemCaseSensitive(c->training, "warnings");

    if (!cJSON_IsArray(warnings) || warnings->child == NULL) {
        return;
    }

    md_head(f, "Limits");

    cJSON_ArrayForEach(v, warnings) {
        if (cJSON_IsString(v)) {
            (void) fputs("- ", f);
            md_text(f, v->valuestring);
            (void) fputc('\n', f);
        }
    }
}


/* A value by its name; of an object or a list each of its own, by names that
 * begin with this one. */

static void
md_value(FILE *f, const char *name, const cJSON *v, unsigned depth)
{
    char         *text;
    size_t        i;
    const cJSON  *part;

    if (depth == 0 || v->child == NULL) {
        text = train_card_value(v);
        md_row(f, name, text != NULL ? text
                                     : v->child != NULL ? "..." : "none");
        train_free(text);
        return;
    }

    i = 0;

    cJSON_ArrayForEach(part, v) {
        text = cJSON_IsObject(v) ? train_format("%s, %s", name, part->string)
                                 : train_format("%s %zu", name, ++i);
        md_value(f, text, part, depth - 1);
        train_free(text);
    }
}


/* One of the record's members that is an object: a table of its own */

static void
md_part(FILE *f, const char *title, const cJSON *object)
{
    const cJSON  *v;

    (void) fputs("\n## ", f);
    md_text(f, title);
    (void) fputs("\n\n| | |\n|---|---|\n", f);

    cJSON_ArrayForEach(v, object) {
        md_value(f, v->string, v, MD_DEPTH);
    }
}


static void
md_rest(FILE *f, const train_card_t *c)
{
    size_t        plain;
    const cJSON  *v, *part;

    plain = 0;

    for (v = train_card_rest(c, NULL); v != NULL; v = train_card_rest(c, v)) {
        if (cJSON_IsObject(v)) {
            md_part(f, v->string, v);

        } else if (cJSON_IsObject(v->child)) {
            cJSON_ArrayForEach(part, v) {
                md_part(f, v->string, part);
            }

        } else {
            plain++;
        }
    }

    if (plain == 0) {
        return;
    }

    md_table(f, "More of the training");

    for (v = train_card_rest(c, NULL); v != NULL; v = train_card_rest(c, v)) {
        if (!cJSON_IsObject(v) && !cJSON_IsObject(v->child)) {
            md_value(f, v->string, v, MD_DEPTH);
        }
    }
}


char *
train_card_md(const train_card_t *c, size_t *size)
{
    char         *text;
    FILE         *f;
    const cJSON  *data, *settings;

    f = open_memstream(&text, size);

    if (f == NULL) {
        train_die("no memory for a card");
    }

    md_model(f, c);
    md_inputs(f, c->info);
    md_outputs(f, c->info);

    data = cJSON_GetObjectItemCaseSensitive(c->training, "data");
    settings = cJSON_GetObjectItemCaseSensitive(c->training, "settings");

    if (cJSON_IsObject(data)) {
        md_table(f, "Training data");
        md_members(f, data);
    }

    if (cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(c->training, "test"))
        || cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(c->training,
                                                           "validation")))
    {
        (void) fputs("\n## How good it is\n", f);
        md_figures(f, c, "validation");
        md_figures(f, c, "test");
        md_folds(f, cJSON_GetObjectItemCaseSensitive(c->training, "folds"));
    }

    md_limits(f, c);

    if (cJSON_IsObject(settings)) {
        md_table(f, "Settings");
        md_members(f, settings);
    }

    md_rest(f, c);

    if (fclose(f) != 0) {
        train_die("no memory for a card");
    }

    return text;
}
