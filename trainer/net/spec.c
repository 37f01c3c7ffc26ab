/*
 * Layers in words: "256:relu:bn:drop=0.2,256:gelu:ln:res" -> layers.
 * What an item means is its kind's matter, where numbers stand network.c's.
 */

#include <stdio.h>
#include <string.h>

#include "op.h"


#define SPEC_USUAL  "relu"      /* where a layer names no activation */


#define SPEC_OP(name)  &train_op_##name,

static const train_op_t *const  spec_ops[] = { TRAIN_OPS(SPEC_OP) };


/* As op->read(); parts: what stands at each place */

static int
spec_read(const train_op_t *op, train_layer_t *parts, const char *item,
    size_t nth, char *why)
{
    size_t          n;
    const char     *value;
    train_layer_t  *l;

    l = &parts[op->place];

    if (op->read != NULL) {
        return op->read(l, item, nth, why);
    }

    n = strlen(op->item);

    if (strncmp(item, op->item, n) != 0
        || (item[n] != '\0' && item[n] != '='))
    {
        return 0;
    }

    l->op = op;
    value = (item[n] == '=') ? item + n + 1 : NULL;

    return (op->set != NULL) ? op->set(l, value, why) : value == NULL;
}


/* Item `nth`: 0 is what a layer begins with, 1 was always an activation;
 * `layer` for people */

static int
spec_item(train_layer_t *parts, const char *item, size_t nth,
    const char *layer, char *why)
{
    int     rc;
    char    items[TRAIN_WHY - 64];      /* 64: what stands before them */
    size_t  i, n;

    for (i = 0; i < train_nelts(spec_ops); i++) {
        rc = (nth > 0 || spec_ops[i]->place == TRAIN_PLACE_PRODUCT)
             ? spec_read(spec_ops[i], parts, item, nth, why) : 0;

        if (rc != 0) {
            return (rc > 0) ? 0 : -1;
        }
    }

    if (nth == 0) {
        return train_refuse(why, "\"%.20s\" is not a layer: expected units "
                            "from 1 to %u, as in 64:relu", layer,
                            MAAS_MAX_WIDTH);
    }

    for (i = 0, n = 0; i < train_nelts(spec_ops) && n < sizeof(items); i++) {
        n += (size_t) snprintf(items + n, sizeof(items) - n, "%s%s",
                               i > 0 ? ", " : "", spec_ops[i]->items);
    }

    return train_refuse(why, "\"%.20s\" is not %s: expected %s", item,
                        nth == 1 ? "an activation" : "an item", items);
}


/* "64", "64:relu", "64:elu:0.5:bn:res" */

static int
spec_layer(train_net_t *net, size_t hidden, char *text, char *why)
{
    char           *item, *next, whole[21];
    size_t          i, nth;
    train_layer_t   parts[TRAIN_N_PLACES] = { 0 };

    (void) snprintf(whole, sizeof(whole), "%s", text);
    (void) spec_item(parts, SPEC_USUAL, 1, whole, why);

    for (item = text, nth = 0; item != NULL; item = next, nth++) {
        next = strchr(item, ':');

        if (next != NULL) {
            *next++ = '\0';
        }

        if (spec_item(parts, item, nth, whole, why) != 0) {
            return -1;
        }
    }

    for (i = 0; i < TRAIN_N_PLACES; i++) {
        if (parts[i].op != NULL) {
            parts[i].hidden = hidden;
            net->layers[net->n_layers++] = parts[i];
        }
    }

    return 0;
}


int
train_spec_read(train_net_t *net, const char *spec, char *why)
{
    int      rc;
    char    *text, *p, *next;
    size_t   hidden;

    net->layers = train_alloc(TRAIN_MAX_NET * TRAIN_N_PLACES + 2,
                              sizeof(train_layer_t));

    if (*spec == '\0') {
        return 0;
    }

    text = train_strdup(spec);
    rc = 0;
    hidden = 0;

    for (p = text; rc == 0 && p != NULL; p = next) {
        next = strchr(p, ',');

        if (next != NULL) {
            *next++ = '\0';
        }

        if (hidden == TRAIN_MAX_NET) {
            rc = train_refuse(why, "more than %d layers", TRAIN_MAX_NET);

        } else if (*p == '\0' && next == NULL && p != text) {
            rc = train_refuse(why, "nothing follows the last comma");

        } else {
            rc = spec_layer(net, hidden++, p, why);
        }
    }

    train_free(text);

    return rc;
}
