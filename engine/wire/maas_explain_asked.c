/*
 * What a request asks of explanations: name=value&..., and a row by it.
 * Not here: how a score is explained (maas_explain.c), how answers tell it.
 */

#include "maas_int.h"
#include "maas_form.h"
#include "text/maas_pairs.h"

#include <stdio.h>
#include <string.h>


#define ASKED_TEXT  1024           /* bytes of a value, a label */


/* All of s is a decimal number from `least` to `most`. */

static int
asked_number(const char *s, size_t len, size_t least, size_t most,
    size_t *number)
{
    size_t  i, n;

    for (n = 0, i = 0; i < len && n <= most; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return 0;
        }

        n = n * 10 + (size_t) (s[i] - '0');
    }

    *number = n;

    return len > 0 && n >= least && n <= most;
}


/* Scores that can be named: those of labels, or of outputs */

static size_t
asked_scores(const maas_info_t *info)
{
    return info->task == MAAS_TASK_BINARY ? 2 : info->out;
}


static maas_status_t
asked_label(const maas_info_t *info, const char *s, size_t len,
    maas_explain_asked_t *asked, maas_err_t *err)
{
    size_t  i;

    for (i = 0; i < info->n_labels && i < asked_scores(info); i++) {
        if (strlen(info->labels[i]) == len
            && memcmp(info->labels[i], s, len) == 0)
        {
            asked->label = i;
            return MAAS_OK;
        }
    }

    if (info->n_labels == 0) {
        return asked_number(s, len, 0, asked_scores(info) - 1, &asked->label)
               ? MAAS_OK
               : maas__fail(err, MAAS_BADVALUE, "\"label=\" of a model without "
                            "labels is the place of an output, expected 0 to "
                            "%zu", asked_scores(info) - 1);
    }

    return maas__fail(err, MAAS_BADVALUE, "\"label=\" is no label of the "
                      "model: its metadata lists them");
}


/* A value, decoded; which: its place among the names */

static maas_status_t
asked_value(const maas_info_t *info, unsigned which, const char *s, size_t len,
    maas_explain_asked_t *asked, maas_err_t *err)
{
    enum { ASKED_TOP, ASKED_STEPS, ASKED_BASELINE };

    switch (which) {

    case ASKED_TOP:

        if (len == 3 && memcmp(s, "all", 3) == 0) {
            asked->top = 0;
            return MAAS_OK;
        }

        return asked_number(s, len, 1, MAAS_EXPLAIN_TOP, &asked->top)
               ? MAAS_OK
               : maas__fail(err, MAAS_BADVALUE, "\"top=\" is how many reasons "
                            "are told, expected 1 to %d, or all",
                            MAAS_EXPLAIN_TOP);

    case ASKED_STEPS:
        return asked_number(s, len, 1, MAAS_EXPLAIN_STEPS_MAX, &asked->steps)
               ? MAAS_OK
               : maas__fail(err, MAAS_BADVALUE, "\"steps=\" is how many nodes "
                            "gradients are taken at, expected 1 to %d",
                            MAAS_EXPLAIN_STEPS_MAX);

    case ASKED_BASELINE:
        asked->zero = len == 4 && memcmp(s, "zero", 4) == 0;

        return asked->zero || (len == 4 && memcmp(s, "mean", 4) == 0)
               ? MAAS_OK
               : maas__fail(err, MAAS_BADVALUE, "\"baseline=\" is the row that "
                            "others are compared with, expected mean or zero");

    default:

        if (info == NULL) {
            return maas__fail(err, MAAS_BADVALUE, "\"label=\" is for requests "
                              "to say");
        }

        return asked_label(info, s, len, asked, err);
    }
}


maas_explain_asked_t
maas_explain_preset(void)
{
    return (maas_explain_asked_t) {
        .steps = MAAS_EXPLAIN_STEPS,
        .label = MAAS_EXPLAIN_LIKELIEST
    };
}


maas_status_t
maas_explain_read(const maas_info_t *info, maas_str_t text, unsigned loose,
    maas_explain_asked_t *asked, maas_err_t *err)
{
    char           value[ASKED_TEXT];
    size_t         len;
    unsigned       i, seen;
    maas_pair_t    pair;
    maas_pairs_t   c;
    maas_status_t  rc;

    static const char *const  names[] = {
        "top", "steps", "baseline", "label"
    };

    asked->wanted = 1;
    maas__pairs_start(&c, text.data, text.len);
    seen = 0;

    while (maas__pairs_next(&c, &pair)) {

        for (i = 0; i < 4 && (strlen(names[i]) != pair.name.len
                              || memcmp(names[i], pair.name.data,
                                        pair.name.len) != 0); i++)
        {
            /* void */
        }

        if (i == 4 && loose) {
            continue;
        }

        if (i == 4) {
            return maas__fail(err, MAAS_BADVALUE, "\"explain\": expected "
                              "\"top=N\", \"steps=N\", \"baseline=mean\" or "
                              "\"zero\", \"label=NAME\", with \"&\" between "
                              "them");
        }

        if (seen & 1u << i) {
            return maas__fail(err, MAAS_BADVALUE, "\"%s=\" is there twice",
                              names[i]);
        }

        seen |= 1u << i;

        /* what is longer is no number and no label: a part of it neither */

        pair.value.len = pair.value.len < sizeof(value) ? pair.value.len
                                                        : sizeof(value);

        rc = maas__pairs_plain(&c, pair.value, value, &len, err);

        if (rc == MAAS_OK) {
            rc = asked_value(info, i, value, len, asked, err);
        }

        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


maas_status_t
maas_explain_row(const maas_info_t *info, const maas_explainer_t *e,
    const maas_explain_asked_t *asked, const void *x, const void *zeros,
    double *attributions, maas_explained_t *out, void *ws, size_t ws_size,
    maas_err_t *err)
{
    size_t         i, output;
    maas_status_t  rc;

    output = asked->label;

    if (asked->zero && maas_explainer_how(e) == MAAS_EXPLAIN_SHAP) {
        return maas__fail(err, MAAS_UNSUPPORTED, "SHAP values of trees have no "
                          "baseline: leave \"baseline=\" out");
    }

    if (info->task == MAAS_TASK_BINARY && info->out == 1) {
        output = 0;
    }

    rc = maas_explain(e, x, asked->zero ? zeros : NULL, output, asked->steps,
                      attributions, out, ws, ws_size, err);

    if (rc != MAAS_OK || info->task != MAAS_TASK_BINARY || info->out != 1) {
        return rc;
    }

    /* the one score is that of the second label */

    out->output = asked->label == 0 ? 0 : 1;

    if (asked->label == 0) {
        out->score = -out->score;
        out->base = -out->base;
        out->error = -out->error;

        for (i = 0; i < maas_explainer_size(e); i++) {
            attributions[i] = -attributions[i];
        }
    }

    return MAAS_OK;
}
