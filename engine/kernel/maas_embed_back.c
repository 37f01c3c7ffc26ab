/*
 * Slopes of embeddings by the numbers of a row.
 * Not here: the embeddings (maas_embed.c).
 */

#include "maas_embed.h"

#include <math.h>


/* z = f / sqrt(1 + (f/clip)^2): dz/df = (1 + (f/clip)^2)^(-3/2) */

static double
embed_scale_slope(const float *scale, float x)
{
    double  t, s;

    s = scale[1];

    if (scale[2] > 0) {
        t = (double) ((x - scale[0]) * scale[1]) / (double) scale[2];
        s *= pow(1 + t * t, -1.5);
    }

    return s;
}


/* Between two knots; at one, of the bin above */

static double
embed_bins_slope(const maas_embed_item_t *e, float x, const float *dy)
{
    size_t        i;
    double        sum;
    const float  *knot = e->number;

    sum = 0;

    for (i = 0; i < e->width; i++) {
        if (x >= knot[i] && x < knot[i + 1]) {
            sum += dy[i] / ((double) knot[i + 1] - (double) knot[i]);
        }
    }

    return sum;
}


static double
embed_periodic_slope(const maas_embed_item_t *e, float x, const float *dy)
{
    float         z;
    double        sum, dc;
    size_t        i, k;
    const float  *w, *b, *matrix;
    const double  turn = 6.283185307179586;

    w = e->number + MAAS_EMBED_WAVES;
    b = w + e->rows;
    matrix = b + e->rows;
    z = maas__embed_scale(e->number, x);
    sum = 0;

    for (k = 0; k < e->rows; k++, matrix += e->width) {
        dc = 0;

        for (i = 0; i < e->width; i++) {
            dc += (double) matrix[i] * (double) dy[i];
        }

        sum -= dc * turn * (double) w[k]
               * sin(turn * (double) (w[k] * z + b[k]));
    }

    return sum * embed_scale_slope(e->number, x);
}


void
maas__embed_back(const maas_embed_item_t *e, const float *x, const float *dy,
    float *dx)
{
    size_t  i;

    x += e->from;
    dx += e->from;
    dy += e->to;

    for (i = 0; e->kind == MAAS_EMBED_COPY && i < e->width; i++) {
        dx[i] += isnan(x[i]) ? 0 : dy[i] * e->number[1];
    }

    if (isnan(x[0])) {
        return;
    }

    switch (e->kind) {

    case MAAS_EMBED_NUMBER:
        dx[0] += (float) ((double) dy[0] * embed_scale_slope(e->number, x[0]));
        break;

    case MAAS_EMBED_BINS:
        dx[0] += (float) embed_bins_slope(e, x[0], dy);
        break;

    case MAAS_EMBED_PERIODIC:
        dx[0] += (float) embed_periodic_slope(e, x[0], dy);
        break;

    default:
        break;
    }
}
