/*
 * Pictures, each time a little different: shifted, rotated, scaled, sheared,
 * elastically distorted, with noise.
 * Grey values come from the four nearest pixels; nothing here knows classes.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "util.h"


#define AUGMENT_CELLS  4        /* of the elastic field, each way; */
#define AUGMENT_KNOTS  (AUGMENT_CELLS + 3)  /* cubic: three knots more */
#define AUGMENT_MAX    256      /* pixels, each way, to distort */


typedef struct {
    const char  *name;
    size_t       at;
    double       max;
} augment_item_t;

#define ITEM(f, max)  { #f, offsetof(train_augment_t, f), max }

static const augment_item_t  augment_items[] = {
    ITEM(shift, 1000), ITEM(rotate, 180), ITEM(scale, 0.9), ITEM(shear, 2),
    ITEM(elastic, 100), ITEM(noise, 100)
};


int
train_augment_read(train_augment_t *a, const char *text, char *why)
{
    char    item[64], *value;
    double  v;
    size_t  i, n;

    (void) memset(a, 0, sizeof(train_augment_t));

    while (*text != '\0') {
        n = strcspn(text, ",");
        (void) snprintf(item, sizeof(item), "%.*s", (int) n, text);
        text += n + (text[n] == ',');
        value = strchr(item, '=');

        if (value != NULL) {
            *value++ = '\0';
        }

        for (i = 0; i < train_nelts(augment_items); i++) {
            if (strcmp(item, augment_items[i].name) == 0) {
                break;
            }
        }

        if (i == train_nelts(augment_items)) {
            return train_refuse(why, "\"%.20s\": expected shift, rotate, "
                                "scale, shear, elastic or noise, as in "
                                "shift=2,rotate=10", item);
        }

        if (value == NULL || !train_number(value, &v) || v < 0
            || v > augment_items[i].max)
        {
            return train_refuse(why, "%.20s: expected a number from 0 to %g, "
                                "as in %.20s=0.1", item, augment_items[i].max,
                                item);
        }

        *(double *) ((char *) a + augment_items[i].at) = v;
        a->any |= (v > 0);
    }

    return 0;
}


static double
augment_even(train_rng_t *rng, double limit)
{
    return limit * (2 * train_rng_unit(rng) - 1);
}


/* Weights of the four knots around t in [0,1) */

static void
augment_spline(float t, float *w)
{
    float  u;

    u = 1 - t;
    w[0] = u * u * u / 6;
    w[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    w[2] = (3 * u * u * u - 6 * u * u + 4) / 6;
    w[3] = t * t * t / 6;
}


/* Where a pixel of the new picture comes from */

typedef struct {
    float  a[2][3];             /* y and x as functions of y, x, 1 */
    float  knots[2][AUGMENT_KNOTS][AUGMENT_KNOTS];
    int    bends;
} augment_map_t;


static void
augment_map(augment_map_t *m, const train_augment_t *a, train_rng_t *rng,
    size_t height, size_t width)
{
    int     k, i, j;
    double  turn, sy, sx, shear, cy, cx, dy, dx, amount;

    turn = augment_even(rng, a->rotate) * M_PI / 180;
    sy = 1 / (1 + augment_even(rng, a->scale));
    sx = 1 / (1 + augment_even(rng, a->scale));
    shear = augment_even(rng, a->shear);
    dy = augment_even(rng, a->shift);
    dx = augment_even(rng, a->shift);
    cy = ((double) height - 1) / 2;
    cx = ((double) width - 1) / 2;

    m->a[0][0] = (float) (sy * cos(turn));
    m->a[0][1] = (float) (sy * sin(turn));
    m->a[1][0] = (float) (sx * (shear * cos(turn) - sin(turn)));
    m->a[1][1] = (float) (sx * (shear * sin(turn) + cos(turn)));

    for (k = 0; k < 2; k++) {
        m->a[k][2] = (float) ((k == 0 ? cy : cx)
                              - (double) m->a[k][0] * (cy + dy)
                              - (double) m->a[k][1] * (cx + dx));
    }

    m->bends = a->elastic > 0 && height <= AUGMENT_MAX
               && width <= AUGMENT_MAX;

    /* the spline averages knots: 0.48 is left of a deviation of 1 */

    amount = a->elastic / 0.48;

    for (k = 0; m->bends && k < 2; k++) {
        for (i = 0; i < AUGMENT_KNOTS; i++) {
            for (j = 0; j < AUGMENT_KNOTS; j++) {
                m->knots[k][i][j] = (float) (amount * train_rng_normal(rng));
            }
        }
    }
}


/* The field's displacement along one line of the picture, d(2,width) */

static void
augment_distort(const augment_map_t *m, size_t y, size_t height, size_t width,
    float *d)
{
    int     k, i, j, cell;
    float   w[4], line[2][AUGMENT_KNOTS], place;
    size_t  x;

    place = (float) y * AUGMENT_CELLS / (float) height;
    cell = (int) place;
    augment_spline(place - (float) cell, w);

    for (k = 0; k < 2; k++) {
        for (j = 0; j < AUGMENT_KNOTS; j++) {
            line[k][j] = 0;

            for (i = 0; i < 4; i++) {
                line[k][j] += w[i] * m->knots[k][cell + i][j];
            }
        }
    }

    for (x = 0; x < width; x++) {
        place = (float) x * AUGMENT_CELLS / (float) width;
        cell = (int) place;
        augment_spline(place - (float) cell, w);

        for (k = 0; k < 2; k++) {
            d[(size_t) k * width + x] = w[0] * line[k][cell]
                                        + w[1] * line[k][cell + 1]
                                        + w[2] * line[k][cell + 2]
                                        + w[3] * line[k][cell + 3];
        }
    }
}


/* from: the picture with an edge of two pixels all around */

static float
augment_pick(const float *from, size_t height, size_t width, float y, float x)
{
    float         fy, fx;
    size_t        iy, ix;
    const float  *p;

    y = fminf(fmaxf(y + 2, 0), (float) (height + 2));
    x = fminf(fmaxf(x + 2, 0), (float) (width + 2));
    iy = (size_t) y;
    ix = (size_t) x;
    fy = y - (float) iy;
    fx = x - (float) ix;
    p = from + iy * (width + 4) + ix;

    return (1 - fy) * ((1 - fx) * p[0] + fx * p[1])
           + fy * ((1 - fx) * p[width + 4] + fx * p[width + 5]);
}


void
train_augment_row(const train_augment_t *a, train_rng_t *rng, size_t height,
    size_t width, float ground, float *x)
{
    float          *from, d[2 * AUGMENT_MAX], py, px;
    size_t          i, j;
    augment_map_t   m;

    augment_map(&m, a, rng, height, width);
    (void) memset(d, 0, sizeof(d));
    from = train_alloc((height + 4) * (width + 4), sizeof(float));

    for (i = 0; i < (height + 4) * (width + 4); i++) {
        from[i] = ground;
    }

    for (i = 0; i < height; i++) {
        (void) memcpy(from + (i + 2) * (width + 4) + 2, x + i * width,
                      width * sizeof(float));
    }

    for (i = 0; i < height; i++) {
        if (m.bends) {
            augment_distort(&m, i, height, width, d);
        }

        for (j = 0; j < width; j++) {
            py = m.a[0][0] * (float) i + m.a[0][1] * (float) j + m.a[0][2];
            px = m.a[1][0] * (float) i + m.a[1][1] * (float) j + m.a[1][2];

            if (m.bends) {
                py += d[j];
                px += d[width + j];
            }

            x[i * width + j] = augment_pick(from, height, width, py, px);
        }
    }

    for (i = 0; a->noise > 0 && i < height * width; i++) {
        x[i] += (float) (a->noise * train_rng_normal(rng));
    }

    train_free(from);
}
