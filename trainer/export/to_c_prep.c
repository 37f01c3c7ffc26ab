/*
 * Scaling of a row as C: what maas_prep.c does.
 * Not here: values of columns (to_c_columns.c).
 */

#include "to_c.h"


static const char  to_prep_line[] =
    "/* From knot to knot, level beyond the ends */\n\n"
    "static float\n"
    "@_line(const float *knots, const float *levels, size_t n, float z)\n"
    "{\n"
    "    size_t  i;\n"
    "    float   t;\n\n"
    "    if (!(z > knots[0])) {\n"
    "        return levels[0];\n"
    "    }\n\n"
    "    if (z >= knots[n - 1]) {\n"
    "        return levels[n - 1];\n"
    "    }\n\n"
    "    for (i = 0; z >= knots[i + 1]; i++) {\n"
    "    }\n\n"
    "    t = (z - knots[i]) / (knots[i + 1] - knots[i]);\n\n"
    "    return levels[i] + t * (levels[i + 1] - levels[i]);\n"
    "}\n\n\n";

static const char  to_prep_clip[] =
    "static float\n"
    "@_clip(float z, float c)\n"
    "{\n"
    "    double  t;\n\n"
    "    t = (double) z / c;\n\n"
    "    return (float) (z / sqrt(1 + t * t));\n"
    "}\n\n\n";


int
train_c_scales(const maas_desc_t *d)
{
    size_t                i;
    const maas_column_t  *c;

    for (i = 0; i < d->n_columns; i++) {
        c = &d->columns[i];

        if (c->shift != 0 || c->factor != 1 || c->n_knots > 0 || c->clip > 0) {
            return 1;
        }
    }

    return 0;
}


/* z of the first slot of a column; others are as they were */

static void
to_prep_column(const train_c_t *c, size_t i)
{
    const maas_column_t  *v;

    v = &c->d->columns[i];

    if (v->shift != 0 || v->factor != 1) {
        (void) fprintf(c->f, "    z[%zu] = (x[%zu] - ", v->at, v->at);
        train_c_float(c, v->shift);
        (void) fputs(") * ", c->f);
        train_c_float(c, v->factor);
        (void) fputs(";\n", c->f);
    }

    if (v->n_knots > 0) {
        (void) fprintf(c->f, "    z[%zu] = %s_line(%s_knots%zu, %s_levels%zu, "
                       "%zu, z[%zu]);\n", v->at, c->name, c->name, i, c->name,
                       i, v->n_knots, v->at);
    }

    if (v->clip > 0) {
        (void) fprintf(c->f, "    z[%zu] = %s_clip(z[%zu], ", v->at, c->name,
                       v->at);
        train_c_float(c, v->clip);
        (void) fputs(");\n", c->f);
    }
}


static void
to_prep_helpers(const train_c_t *c)
{
    size_t                i;
    unsigned              clip, knots;
    const maas_column_t  *v;

    clip = 0;
    knots = 0;

    for (i = 0; i < c->d->n_columns; i++) {
        v = &c->d->columns[i];
        clip |= v->clip > 0;
        knots |= v->n_knots > 0;

        if (v->n_knots > 0) {
            train_c_floats(c, "knots", i, v->knots, v->n_knots);
            train_c_floats(c, "levels", i, v->levels, v->n_knots);
        }
    }

    if (knots) {
        train_c_code(c, to_prep_line);
    }

    if (clip) {
        train_c_code(c, to_prep_clip);
    }
}


void
train_c_scale(const train_c_t *c)
{
    size_t  i;

    to_prep_helpers(c);

    train_c_code(c, "/* Numbers of a row -> the network's input */\n\n"
                 "static void\n@_scale(const float *x, float *z)\n{\n"
                 "    size_t  i;\n\n");
    (void) fprintf(c->f, "    for (i = 0; i < %zu; i++) {\n"
                   "        z[i] = ", c->d->in);

    if (c->d->input == MAAS_INPUT_TENSOR) {
        (void) fputs("(x[i] - ", c->f);
        train_c_float(c, c->d->columns[0].shift);
        (void) fputs(") * ", c->f);
        train_c_float(c, c->d->columns[0].factor);

    } else {
        (void) fputs("x[i]", c->f);
    }

    (void) fputs(";\n    }\n\n", c->f);

    for (i = 0; c->d->input == MAAS_INPUT_COLUMNS && i < c->d->n_columns; i++)
    {
        to_prep_column(c, i);
    }

    (void) fputs("}\n\n\n", c->f);
}
