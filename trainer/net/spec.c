/*
 * Layers in words: "256:relu:bn:drop=0.2,256:gelu:ln:res" -> layers.
 * Where their numbers stand is network.c's matter.
 */

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_int.h"
#include "network.h"
#include "util.h"
#include "kernel/maas_act.h"


static int spec_refuse(char *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


static int
spec_refuse(char *why, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(why, 160, fmt, args);
    va_end(args);

    return -1;
}


static int
spec_drop(train_layer_t *l, const char *value, char *why)
{
    double  v;

    if (!train_number(value, &v) || v < 0 || v > 0.95) {
        return spec_refuse(why, "drop=%.20s: expected a share from 0 to 0.95",
                           value);
    }

    l->drop = (float) v;

    return 0;
}


/* The output of so many layers below is added */

static int
spec_skip(train_layer_t *l, const char *value, char *why)
{
    double  v;

    if (!train_number(value, &v) || v < 1 || v > TRAIN_MAX_NET
        || v != floor(v))
    {
        return spec_refuse(why, "res=%.20s: expected how many layers below, "
                           "from 1", value);
    }

    l->skip = (size_t) v;

    return 0;
}


/* One item behind the units; `first` because it was always an activation */

static int
spec_item(train_layer_t *l, const char *item, int first, char *why)
{
    int     act;
    double  v;

    act = maas__act_find(item);

    if (act >= 0) {
        l->act = (maas_act_t) act;
        l->alpha = maas__acts[act].alpha;
        return 0;
    }

    if (strcmp(item, "bn") == 0) {
        l->norm = TRAIN_NORM_BATCH;
        l->eps = 1e-3f;             /* Keras's */

    } else if (strcmp(item, "ln") == 0) {
        l->norm = TRAIN_NORM_LAYER;
        l->eps = 1e-5f;             /* the model format's */

    } else if (strncmp(item, "drop=", 5) == 0) {
        return spec_drop(l, item + 5, why);

    } else if (strcmp(item, "res") == 0) {
        l->skip = 1;

    } else if (strncmp(item, "res=", 4) == 0) {
        return spec_skip(l, item + 4, why);

    } else if (strcmp(item, "he") == 0) {
        l->init = TRAIN_INIT_HE;

    } else if (strcmp(item, "glorot") == 0) {
        l->init = TRAIN_INIT_GLOROT;

    } else if (train_number(item, &v) && !first) {
        l->alpha = (float) v;

        if (!isfinite(l->alpha)) {
            return spec_refuse(why, "\"%.20s\" is not an alpha: expected a "
                               "number", item);
        }

    } else {
        return spec_refuse(why, "\"%.20s\" is not %s: expected relu, "
                           "leaky_relu, elu, gelu, sigmoid, tanh, softmax or "
                           "linear, bn, ln, drop=X, res[=N], he, glorot",
                           item, first ? "an activation" : "an item");
    }

    return 0;
}


/* "64", "64:relu", "64:elu:0.5:bn:res" */

static int
spec_layer(train_layer_t *l, char *text, char *why)
{
    char  *item, *end;
    int    first;

    l->act = MAAS_ACT_RELU;
    l->alpha = 1;
    l->units = 0;
    end = text;

    if (*text >= '0' && *text <= '9') {
        l->units = strtoul(text, &end, 10);
    }

    if (l->units < 1 || l->units > MAAS_MAX_WIDTH
        || (*end != '\0' && *end != ':'))
    {
        return spec_refuse(why, "\"%.20s\" is not a layer: expected units "
                           "from 1 to %u, as in 64:relu", text,
                           MAAS_MAX_WIDTH);
    }

    for (first = 1; *end == ':'; first = 0) {
        item = end + 1;
        end = item + strcspn(item, ":");

        if (*end == ':') {
            *end = '\0';

            if (spec_item(l, item, first, why) != 0) {
                return -1;
            }

            *end = ':';
            continue;
        }

        if (spec_item(l, item, first, why) != 0) {
            return -1;
        }
    }

    return 0;
}


static int
spec_check(const train_net_t *net, char *why)
{
    size_t                i;
    const train_layer_t  *l;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];

        if (l->skip == 0) {
            continue;
        }

        if (l->skip > i) {
            return spec_refuse(why, "hidden layer %zu: res=%zu: there are "
                               "only %zu layers below", i + 1, l->skip, i);
        }

        if (net->layers[i - l->skip].units != l->units) {
            return spec_refuse(why, "hidden layer %zu: res=%zu adds %zu "
                               "numbers to %zu", i + 1, l->skip,
                               net->layers[i - l->skip].units, l->units);
        }
    }

    return 0;
}


int
train_spec_read(train_net_t *net, const char *spec, char *why)
{
    int     rc;
    char   *text, *p, *next;

    if (*spec == '\0') {
        return 0;
    }

    text = train_strdup(spec);
    rc = 0;

    for (p = text; rc == 0 && p != NULL; p = next) {
        next = strchr(p, ',');

        if (next != NULL) {
            *next++ = '\0';
        }

        if (net->n_layers == TRAIN_MAX_NET) {
            rc = spec_refuse(why, "more than %d layers", TRAIN_MAX_NET);

        } else if (*p == '\0' && next == NULL && p != text) {
            rc = spec_refuse(why, "nothing follows the last comma");

        } else {
            rc = spec_layer(&net->layers[net->n_layers++], p, why);
        }
    }

    train_free(text);

    return (rc == 0) ? spec_check(net, why) : rc;
}
