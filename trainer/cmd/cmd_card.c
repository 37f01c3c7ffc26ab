/*
 * card: what a model file says of itself, as a model card.
 * Not here: what stands in it (trust/card.c).
 */

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "trust/card.h"


typedef struct {
    int    format;
    char  *output;
} card_t;

static const char *const  card_formats[] = { "md", "cyclonedx" };

static const train_arg_t  card_rows[] = {
    { "format", 'f', TRAIN_CHOICE(card_t, format, card_formats,
      TRAIN_ARG_PLAIN), NULL, "Markdown, or a bill of materials as CycloneDX "
      "1.6 in JSON (md)" },
    { "output", 'o', TRAIN_TEXT(card_t, output, TRAIN_ARG_PLAIN), "FILE",
      "file to write, - for standard output (-)" }
};

static const train_args_t  card_args = {
    "card", card_rows, train_nelts(card_rows),
    "usage: maas-trainer card MODEL [--format md|cyclonedx] [-o FILE]\n"
    "Write a model card, filled from the model file and the record of its "
    "training;\nwhat the file does not say is left out.\n", NULL, NULL, 0
};


static char *
card_write(const char *path, int format, size_t *len)
{
    char          *text;
    void          *file;
    cJSON         *document;
    size_t         size;
    const char    *slash;
    maas_err_t     err;
    maas_model_t  *m;
    train_card_t   c;

    file = train_slurp(path, &size);

    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        train_die("%s: %s", path, train_shown(err.msg));
    }

    maas_sha256(file, size, c.sha256);
    train_free(file);

    slash = strrchr(path, '/');
    c.file = slash != NULL ? slash + 1 : path;
    c.file = maas__utf8(c.file, strlen(c.file)) ? c.file : "model";
    c.info = maas_model_info(m);
    c.document = document = cJSON_Parse(c.info->document);
    c.training = cJSON_GetObjectItemCaseSensitive(document, "training");

    if (document == NULL) {
        train_die("no memory for a card");
    }

    text = format == 0 ? train_card_md(&c, len) : train_card_bom(&c, len);

    cJSON_Delete(document);
    maas_model_free(m);

    return text;
}


int
train_cmd_card(int argc, char **argv)
{
    int      at;
    char    *path, *text;
    size_t   len;
    card_t   o = { 0 };

    at = train_args_read(&card_args, &o, argc, argv, NULL);
    path = train_args_operand(&card_args, argc, argv, at, "a model file");

    if (o.output != NULL && strcmp(o.output, "-") != 0) {
        train_save_check(o.output);
        train_save_apart(o.output, path);
    }

    text = card_write(path, o.format, &len);

    if (o.output == NULL || strcmp(o.output, "-") == 0) {
        (void) fwrite(text, 1, len, stdout);

        if (o.format != 0) {
            (void) putchar('\n');
        }

    } else {
        train_save(o.output, text, len);
    }

    train_free(text);
    train_args_free(&card_args, &o);

    return TRAIN_EXIT_OK;
}
