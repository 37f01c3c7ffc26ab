/*
 * The network: layers from a short spec, parameters and their first values.
 * Running it is in forward.c and backward.c.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"


#define NET_STREAM  2


static int
net_activation(const char *name, size_t len, maas_act_t *act)
{
    int  i;

    for (i = 0; i < MAAS_N_ACTS; i++) {
        if (strlen(maas__act_names[i]) == len
            && memcmp(maas__act_names[i], name, len) == 0)
        {
            *act = (maas_act_t) i;
            return 0;
        }
    }

    return -1;
}


/* "64" or "64:relu" or "64:elu:0.5", up to a comma.  Returns what follows, or
 * NULL with a sentence in why. */

static const char *
net_layer(const char *p, train_layer_t *l, char *why)
{
    char    *end;
    double   alpha;
    size_t   len;

    l->kind = MAAS_LAYER_DENSE;
    l->act = MAAS_ACT_RELU;
    l->units = 0;

    if (*p >= '0' && *p <= '9') {
        l->units = strtoul(p, &end, 10);
    } else {
        end = (char *) p;
    }

    if (l->units < 1 || l->units > MAAS_MAX_WIDTH) {
        (void) snprintf(why, 160, "\"%.20s\" is not a layer: expected units "
                        "from 1 to %u, as in 64:relu", p, MAAS_MAX_WIDTH);
        return NULL;
    }

    p = end;

    if (*p == ':') {
        len = strcspn(++p, ":,");

        if (net_activation(p, len, &l->act) != 0) {
            (void) snprintf(why, 160, "\"%.*s\" is not an activation: expected"
                            " relu, leaky_relu, elu, gelu, sigmoid, tanh, "
                            "softmax or linear", (int) (len < 20 ? len : 20),
                            p);
            return NULL;
        }

        p += len;
    }

    l->alpha = (l->act == MAAS_ACT_LEAKY_RELU) ? 0.01f : 1;

    if (*p == ':') {
        alpha = strtod(p + 1, &end);

        if (end == p + 1 || !isfinite((float) alpha)) {
            (void) snprintf(why, 160, "\"%.20s\" is not an alpha: expected a "
                            "number", p + 1);
            return NULL;
        }

        l->alpha = (float) alpha;
        p = end;
    }

    if (*p != ',' && *p != '\0') {
        (void) snprintf(why, 160, "\"%.20s\" follows a layer: expected a "
                        "comma", p);
        return NULL;
    }

    return p;
}


static int
net_spec(train_net_t *net, const char *p, char *why)
{
    while (*p != '\0') {
        if (net->n_layers == TRAIN_MAX_NET) {
            (void) snprintf(why, 160, "more than %d layers", TRAIN_MAX_NET);
            return -1;
        }

        p = net_layer(p, &net->layers[net->n_layers++], why);

        if (p == NULL) {
            return -1;
        }

        if (*p == ',' && *++p == '\0') {
            (void) snprintf(why, 160, "nothing follows the last comma");
            return -1;
        }
    }

    return 0;
}


/* Places of weights and biases in the parameters */

static int
net_layout(train_net_t *net, char *why)
{
    size_t          i, in, at;
    train_layer_t  *l;

    at = 0;
    in = net->in;

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        l->in = in;
        l->ld = train_pad(l->units);

        if ((uint64_t) in * l->ld + at > MAAS_MAX_PARAMS) {
            (void) snprintf(why, 160, "more than %llu weights",
                            MAAS_MAX_PARAMS);
            return -1;
        }

        l->w_at = at;
        at += in * l->ld;
        l->b_at = at;
        at += l->ld;

        net->width = (l->ld > net->width) ? l->ld : net->width;
        in = l->units;
    }

    net->n = at;

    return 0;
}


int
train_net_create(train_net_t *net, size_t in, size_t out, maas_task_t task,
    const char *spec, char *why)
{
    train_layer_t            *last;
    static const maas_act_t   output[] = {
        MAAS_ACT_SOFTMAX, MAAS_ACT_SIGMOID, MAAS_ACT_LINEAR
    };

    (void) memset(net, 0, sizeof(train_net_t));
    net->in = in;
    net->out = out;

    if (net_spec(net, spec, why) != 0) {
        return -1;
    }

    last = &net->layers[net->n_layers++];
    last->kind = MAAS_LAYER_DENSE;
    last->act = output[task];
    last->alpha = 1;
    last->units = out;

    if (net_layout(net, why) != 0) {
        return -1;
    }

    net->params = train_alloc(net->n, sizeof(float));

    return 0;
}


static int
net_is_he(const train_layer_t *l, train_init_t init)
{
    if (init != TRAIN_INIT_AUTO) {
        return init == TRAIN_INIT_HE;
    }

    return l->act == MAAS_ACT_RELU || l->act == MAAS_ACT_LEAKY_RELU
           || l->act == MAAS_ACT_ELU || l->act == MAAS_ACT_GELU;
}


void
train_net_init(train_net_t *net, train_init_t init, uint64_t seed)
{
    float          *w;
    double          limit, fans;
    size_t          i, j, k;
    train_rng_t     rng;
    train_layer_t  *l;

    train_rng_init(&rng, seed, NET_STREAM);
    (void) memset(net->params, 0, net->n * sizeof(float));

    for (i = 0; i < net->n_layers; i++) {
        l = &net->layers[i];
        w = net->params + l->w_at;
        fans = net_is_he(l, init) ? (double) l->in
                                  : (double) (l->in + l->units);
        limit = sqrt(6 / fans);

        for (j = 0; j < l->in; j++) {
            for (k = 0; k < l->units; k++) {
                w[j * l->ld + k] = (float)
                                 ((2 * train_rng_unit(&rng) - 1) * limit);
            }
        }
    }
}


void
train_net_free(train_net_t *net)
{
    train_free(net->params);
    net->params = NULL;
}


void
train_net_fold(train_net_t *net, double factor, double shift)
{
    float          *w, *b;
    size_t          i, k;
    train_layer_t  *l;

    l = &net->layers[net->n_layers - 1];
    w = net->params + l->w_at;
    b = net->params + l->b_at;

    for (i = 0; i < l->in * l->ld; i++) {
        w[i] = (float) (w[i] * factor);
    }

    for (k = 0; k < l->units; k++) {
        b[k] = (float) (b[k] * factor + shift);
    }
}


size_t
train_net_parameters(const train_net_t *net)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < net->n_layers; i++) {
        n += (net->layers[i].in + 1) * net->layers[i].units;
    }

    return n;
}
