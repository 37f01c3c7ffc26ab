/*
 * Layers of kind embed as C: the same operations in the same order as the
 * engine's plain loops.
 * Not here: other layers (to_c_layers.c).
 */

#include "to_c.h"
#include "kernel/maas_embed.h"


static const char  c_item[] =
    "/* An item of an embedding: what it reads, writes and keeps */\n\n"
    "typedef struct {\n"
    "    int     kind;            /* 0 copy, 1 number, 2 missing, 3 bins,\n"
    "                                4 table, 5 one-hot, 6 periodic */\n"
    "    size_t  from, width;     /* numbers of x, and of y */\n"
    "    size_t  rows;            /* of a table; waves */\n"
    "    size_t  at;              /* where its numbers begin */\n"
    "} @_item_t;\n\n\n";

static const char  c_parts[] =
    "/* v: shift, factor, clip, what stands for no value */\n\n"
    "static float\n"
    "@_scaled(const float *v, float x)\n"
    "{\n"
    "    float   z;\n"
    "    double  t;\n\n"
    "    z = isnan(x) ? v[3] : (x - v[0]) * v[1];\n\n"
    "    if (v[2] > 0) {\n"
    "        t = (double) z / (double) v[2];\n"
    "        z = (float) ((double) z / sqrt(1 + t * t));\n"
    "    }\n\n"
    "    return z;\n"
    "}\n\n\n"
    "/* cos(2 pi t) */\n\n"
    "static float\n"
    "@_cos(float t)\n"
    "{\n"
    "    float  u, q, p;\n\n"
    "    u = 0.25f - fabsf(t - rintf(t));\n"
    "    q = u * u;\n"
    "    p = 0x1.3daff6p+5f;\n"
    "    p = MAAS_FMA(p, q, -0x1.324ccap+6f);\n"
    "    p = MAAS_FMA(p, q, 0x1.4668b0p+6f);\n"
    "    p = MAAS_FMA(p, q, -0x1.4abbc2p+5f);\n"
    "    p = MAAS_FMA(p, q, 0x1.921fb6p+2f);\n\n"
    "    return u * p;\n"
    "}\n\n\n"
    "/* The row that a code means; the last of n if it means none */\n\n"
    "static size_t\n"
    "@_code(float x, size_t n)\n"
    "{\n"
    "    return x >= 0 && x < (float) (n - 1) ? (size_t) x : n - 1;\n"
    "}\n\n\n"
    "static void\n"
    "@_waves(const float *v, size_t m, size_t n, float x, float *y)\n"
    "{\n"
    "    size_t        j, k;\n"
    "    float         c, z;\n"
    "    const float  *w;\n\n"
    "    z = @_scaled(v, x);\n"
    "    v += 5;\n"
    "    w = v + 2 * m;\n\n"
    "    for (j = 0; j < n; j++) {\n"
    "        y[j] = w[m * n + j];\n"
    "    }\n\n"
    "    for (k = 0; k < m; k++, w += n) {\n"
    "        c = @_cos(v[k] * z + v[m + k]);\n\n"
    "        for (j = 0; j < n; j++) {\n"
    "            y[j] = MAAS_FMA(c, w[j], y[j]);\n"
    "        }\n"
    "    }\n"
    "}\n\n\n";

static const char  c_embed[] =
    "/* y of the values x of a row, item by item; NAN is no value */\n\n"
    "static void\n"
    "@_embed(const @_item_t *e, size_t n, const float *number,\n"
    "    const float *x, float *y)\n"
    "{\n"
    "    size_t        i, j, row;\n"
    "    float         t;\n"
    "    const float  *v, *from;\n\n"
    "    for (i = 0; i < n; i++, e++) {\n"
    "        v = number + e->at;\n"
    "        from = x + e->from;\n\n"
    "        if (e->kind == 6) {\n"
    "            @_waves(v, e->rows, e->width, from[0], y);\n"
    "        }\n\n"
    "        row = e->kind == 4 ? @_code(from[0], e->rows)\n"
    "              : e->kind == 5 ? @_code(from[0], e->width + (v[0] == 0))\n"
    "              : 0;\n\n"
    "        for (j = 0; e->kind != 6 && j < e->width; j++) {\n"
    "            if (e->kind == 0) {\n"
    "                y[j] = isnan(from[j]) ? 0 : (from[j] - v[0]) * v[1];\n"
    "            } else if (e->kind == 1) {\n"
    "                y[j] = @_scaled(v, from[0]);\n"
    "            } else if (e->kind == 2) {\n"
    "                y[j] = isnan(from[0]) ? 1 : 0;\n"
    "            } else if (e->kind == 3) {\n"
    "                t = (from[0] - v[j]) / (v[j + 1] - v[j]);\n"
    "                y[j] = t > 0 ? t < 1 ? t : 1 : 0;\n"
    "            } else if (e->kind == 4) {\n"
    "                y[j] = v[row * e->width + j];\n"
    "            } else {\n"
    "                y[j] = j == row;\n"
    "            }\n"
    "        }\n\n"
    "        y += e->width;\n"
    "    }\n"
    "}\n\n\n";


static size_t
c_embed_items(const maas_node_t *n, maas_embed_item_t **item)
{
    size_t  items;

    items = n->tensors[1].shape[0];
    *item = train_alloc(items, sizeof(maas_embed_item_t));
    maas__embed_items(n, n->tensors[0].data, *item);

    return items;
}


static void
c_embed_layer(const train_c_t *c, size_t i)
{
    size_t                k, items;
    const float          *number;
    const maas_node_t    *n;
    maas_embed_item_t    *e;

    n = &c->d->nodes[i];
    number = n->tensors[0].data;
    items = c_embed_items(n, &e);

    /* there is one more, so that the array is never empty */

    (void) fprintf(c->f, "static const float  %s_number%zu[] = {\n", c->name,
                   i);

    for (k = 0; k < n->tensors[0].shape[0]; k++) {
        (void) fputs("    ", c->f);
        train_c_float(c, number[k]);
        (void) fputs(",\n", c->f);
    }

    (void) fprintf(c->f, "    0\n};\n\nstatic const %s_item_t  %s_items%zu[] = "
                   "{\n", c->name, c->name, i);

    for (k = 0; k < items; k++) {
        (void) fprintf(c->f, "    { %u, %u, %u, %u, %zu }%s\n",
                       (unsigned) e[k].kind, (unsigned) e[k].from,
                       (unsigned) e[k].width, (unsigned) e[k].rows,
                       (size_t) (e[k].number - number),
                       k + 1 < items ? "," : "");
    }

    (void) fputs("};\n\n\n", c->f);
    train_free(e);
}


void
train_c_embeds(const train_c_t *c)
{
    size_t    i;
    unsigned  some;

    some = 0;

    for (i = 0; i < c->d->n_nodes; i++) {
        if (c->d->nodes[i].op != &maas__op_embed) {
            continue;
        }

        if (!some) {
            train_c_code(c, c_item);
            train_c_code(c, c_parts);
            train_c_code(c, c_embed);
        }

        some = 1;
        c_embed_layer(c, i);
    }
}


void
train_c_embed(const train_c_t *c, size_t i, const char *in, const char *out)
{
    (void) fprintf(c->f, "    %s_embed(%s_items%zu, %zu, %s_number%zu, %s, "
                   "%s);\n", c->name, c->name, i,
                   c->d->nodes[i].tensors[1].shape[0], c->name, i, in, out);
}
