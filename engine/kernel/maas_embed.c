/*
 * Embeddings of the values of a row, plainly: the bits that all kernels give.
 * Not here: vectors of them, slopes (maas_embed_back.c).
 */

#include "maas_embed.h"

#include <math.h>
#include <string.h>


const float  maas__embed_sine[MAAS_EMBED_SINE] = {
    0x1.921fb6p+2f, -0x1.4abbc2p+5f, 0x1.4668b0p+6f, -0x1.324ccap+6f,
    0x1.3daff6p+5f
};


/* As a sine, whose argument is 0 where the cosine is */

float
maas__embed_cos(float t)
{
    float   u, q, p;
    size_t  i;

    u = 0.25f - fabsf(t - rintf(t));
    q = u * u;
    i = MAAS_EMBED_SINE - 1;
    p = maas__embed_sine[i];

    while (i-- > 0) {
        p = fmaf(p, q, maas__embed_sine[i]);
    }

    return u * p;
}


static void
embed_copy(const maas_embed_item_t *e, const float *x, float *y)
{
    size_t  i;

    for (i = 0; i < e->width; i++) {
        y[i] = isnan(x[i]) ? 0 : (x[i] - e->number[0]) * e->number[1];
    }
}


static void
embed_bins(const maas_embed_item_t *e, float x, float *y)
{
    float   t;
    size_t  i;

    for (i = 0; i < e->width; i++) {
        t = (x - e->number[i]) / (e->number[i + 1] - e->number[i]);
        y[i] = t > 0 ? (t < 1 ? t : 1) : 0;    /* of NaN, too */
    }
}


static void
embed_one_hot(const maas_embed_item_t *e, float code, float *y)
{
    size_t  i, rows;

    rows = e->width + (e->number[0] == 0);
    i = maas__embed_row(code, rows);
    memset(y, 0, e->width * sizeof(float));

    if (i < e->width) {
        y[i] = 1;
    }
}


static void
embed_periodic(const maas_embed_item_t *e, float x, float *y)
{
    float         z, c;
    size_t        i, k;
    const float  *w, *b, *matrix;

    w = e->number + MAAS_EMBED_WAVES;
    b = w + e->rows;
    matrix = b + e->rows;
    z = maas__embed_scale(e->number, x);

    memcpy(y, matrix + (size_t) e->rows * e->width,
           e->width * sizeof(float));

    for (k = 0; k < e->rows; k++, matrix += e->width) {
        c = maas__embed_cos(w[k] * z + b[k]);

        for (i = 0; i < e->width; i++) {
            y[i] = fmaf(c, matrix[i], y[i]);
        }
    }
}


void
maas__embed_one(const maas_embed_item_t *e, const float *x, float *y)
{
    x += e->from;
    y += e->to;

    switch (e->kind) {

    case MAAS_EMBED_COPY:
        embed_copy(e, x, y);
        break;

    case MAAS_EMBED_NUMBER:
        y[0] = maas__embed_scale(e->number, x[0]);
        break;

    case MAAS_EMBED_MISSING:
        y[0] = isnan(x[0]) ? 1 : 0;
        break;

    case MAAS_EMBED_BINS:
        embed_bins(e, x[0], y);
        break;

    case MAAS_EMBED_TABLE:
        memcpy(y, e->number + maas__embed_row(x[0], e->rows) * e->width,
               e->width * sizeof(float));
        break;

    case MAAS_EMBED_ONE_HOT:
        embed_one_hot(e, x[0], y);
        break;

    default:
        embed_periodic(e, x[0], y);
    }
}


static void
embed_plain_run(const maas_embed_item_t *item, size_t n, const float *x,
    float *y)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        maas__embed_one(&item[i], x, y);
    }
}


static int
embed_plain_usable(void)
{
    return 1;
}


const maas_embed_kernel_t  maas__embed_plain = {
    .name = "ref",
    .isa = MAAS_ISA_REF,
    .usable = embed_plain_usable,
    .run = embed_plain_run
};
