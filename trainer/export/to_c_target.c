/*
 * Layers of kind target as C: scores in units of what was learnt.
 * Not here: other layers (to_c_layers.c).
 */

#include "to_c.h"


static const char  c_target[] =
    "/* y(n) = f(x a + b) factor + shift, within low and high: rows of\n"
    " * scale(6,n); f: 0 z, 1 exp(z), 2 sign(z) (exp(|z|) - 1), 3 a broken\n"
    " * line through (knot,level), `knots` of each number */\n\n"
    "static void\n"
    "@_target(int f, size_t n, size_t knots, const float *scale,\n"
    "    const float *knot, const float *level, const float *x, float *y)\n"
    "{\n"
    "    size_t  i, k;\n"
    "    double  z;\n\n"
    "    for (i = 0; i < n; i++) {\n"
    "        z = x[i] * (double) scale[i] + (double) scale[n + i];\n\n"
    "        if (f == 1) {\n"
    "            z = exp(z);\n"
    "        } else if (f == 2) {\n"
    "            z = z < 0 ? -expm1(-z) : expm1(z);\n"
    "        } else if (f == 3 && z <= (double) knot[i * knots]) {\n"
    "            z = level[i * knots];\n"
    "        } else if (f == 3 && z >= (double) knot[i * knots + knots - 1])"
    " {\n"
    "            z = level[i * knots + knots - 1];\n"
    "        } else if (f == 3) {\n"
    "            k = i * knots;\n"
    "            while (k + 2 < i * knots + knots\n"
    "                   && (double) knot[k + 1] <= z)\n"
    "            {\n"
    "                k++;\n"
    "            }\n"
    "            z = (double) level[k]\n"
    "                + (z - (double) knot[k])\n"
    "                  / ((double) knot[k + 1] - (double) knot[k])\n"
    "                  * ((double) level[k + 1] - (double) level[k]);\n"
    "        }\n\n"
    "        z = z * (double) scale[2 * n + i] + (double) scale[3 * n + i];\n"
    "        y[i] = (float) (z < (double) scale[4 * n + i] ? "
    "(double) scale[4 * n + i]\n"
    "                        : z > (double) scale[5 * n + i] ? "
    "(double) scale[5 * n + i]\n"
    "                        : z);\n"
    "    }\n"
    "}\n\n\n";


void
train_c_targets(const train_c_t *c)
{
    size_t              i, j, some;
    const maas_node_t  *n;

    static const char *const  names[] = { "scale", "knot", "level" };

    some = 0;

    for (i = 0; i < c->d->n_nodes; i++) {
        n = &c->d->nodes[i];

        if (n->op != &maas__op_target) {
            continue;
        }

        if (some++ == 0) {
            train_c_code(c, c_target);
        }

        for (j = 0; j < 3; j++) {
            if (n->tensors[j].rank > 0) {
                train_c_floats(c, names[j], i, n->tensors[j].data,
                               maas__numbers(2, n->tensors[j].shape));
            }
        }
    }
}


void
train_c_target(const train_c_t *c, size_t i, const char *in, const char *out)
{
    size_t              knots;
    const maas_node_t  *n;

    n = &c->d->nodes[i];
    knots = (size_t) maas__attr_get(n, &n->op->attrs[1]);
    (void) fprintf(c->f, "    %s_target(%d, %zu, %zu, %s_scale%zu, ", c->name,
                   (int) maas__attr_get(n, &n->op->attrs[0]), n->shape.dim[0],
                   knots, c->name, i);

    if (knots > 0) {
        (void) fprintf(c->f, "%s_knot%zu, %s_level%zu, ", c->name, i, c->name,
                       i);
    } else {
        (void) fputs("NULL, NULL, ", c->f);
    }

    (void) fprintf(c->f, "%s, %s);\n", in, out);
}
