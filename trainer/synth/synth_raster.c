/*
 * Ink to pixels, prepared exactly as the pictures of MNIST were.
 * No shapes and no handwriting here.
 *
 * What whoever prepares a drawing for such a network has to do (size 28):
 *
 *   1. A pixel is ink if its value is above 0.  Take the smallest rectangle
 *      that holds all ink.
 *   2. Scale it, both ways by the same factor, so that its longer side is
 *      20 pixels, and lay its middle on the middle of a box of 20 by 20.  A
 *      new pixel is the mean of the area that it covers (a box filter, with
 *      fractions at the rim).  Strokes should then be 2 to 3 pixels wide:
 *      who knows the way of the pen draws it anew at that width, its ends and
 *      joints round, so that ink and not the way fills the box.
 *   3. The centre of mass of the box in pixel indices (first pixel: 0):
 *      cx = sum(v * column) / sum(v), cy = sum(v * row) / sum(v).
 *   4. Lay the box into 28 by 28 of zeros, shifted by whole pixels: its left
 *      column goes to floor(14 - cx + 0.5), its top row to
 *      floor(14 - cy + 0.5), both kept within 0..8.  The centre of mass
 *      of the picture is then at 13.5..14.5 of the index, both ways.
 *   5. 0 is the background, 255 full ink, rounded to the nearest.
 */

#include "synth.h"

#include <math.h>
#include <string.h>


/*
 * The widest pen, in parts of the longer side w, that leaves holes open: of
 * the rectangle x by y no more than `full` is ink.
 */

static float
synth_widest(const train_synth_ink_t *ink, float x, float y, float w,
    float full)
{
    float                     dx, dy, len;
    size_t                    i;
    const train_synth_dot_t  *d;

    len = 0.01f * w;

    for (i = 1; i < ink->n; i++) {
        d = &ink->dot[i];

        if (!d->down) {
            dx = d->x - d[-1].x;
            dy = d->y - d[-1].y;
            len += sqrtf(dx * dx + dy * dy);
        }
    }

    /* a bar has no holes: at least half as wide as high */

    return 0.5f * full * fmaxf(x, 0.5f * w) * fmaxf(y, 0.5f * w) / (len * w);
}


/* Where ink scaled by s begins and ends, with its width: x0, x1, y0, y1. */

static void
synth_extent(const train_synth_ink_t *ink, float s, float pen, float e[4])
{
    float                     r;
    size_t                    i;
    const train_synth_dot_t  *d;

    e[0] = e[2] = 1e9f;
    e[1] = e[3] = -1e9f;

    for (i = 0; i < ink->n; i++) {
        d = &ink->dot[i];
        r = d->r * pen;
        e[0] = fminf(e[0], d->x * s - r);
        e[1] = fmaxf(e[1], d->x * s + r);
        e[2] = fminf(e[2], d->y * s - r);
        e[3] = fmaxf(e[3], d->y * s + r);
    }
}


/* Scale and shift ink so that it just fills the box; radii become pixels. */

static void
synth_fit(train_synth_ink_t *ink, float box, float pen, float full)
{
    float               s, w, e[4];
    size_t              i;
    unsigned            k;
    train_synth_dot_t  *d;

    synth_extent(ink, 1, 0, e);
    w = fmaxf(fmaxf(e[1] - e[0], e[3] - e[2]), 1e-3f);
    pen = fminf(pen, box * synth_widest(ink, e[1] - e[0], e[3] - e[2], w,
                                        full));
    s = (box - 2 * pen) / w;

    /* which dots are outermost depends on the scale: two rounds will do */

    for (k = 0; k < 3; k++) {
        synth_extent(ink, s, pen, e);

        if (k < 2) {
            s += (box - fmaxf(e[1] - e[0], e[3] - e[2])) / w;
        }
    }

    for (i = 0; i < ink->n; i++) {
        d = &ink->dot[i];
        d->x = d->x * s + 0.5f * (box - e[0] - e[1]);
        d->y = d->y * s + 0.5f * (box - e[2] - e[3]);
        d->r *= pen;
    }
}


static int
synth_clamp(float v, int hi)
{
    int  i;

    i = (int) v;

    return v < 0 ? 0 : i > hi ? hi : i;
}


/*
 * One piece of stroke, from a to b, onto px(box,box).  `edge` is the width of
 * its soft rim in pixels, `k` its reciprocal.
 */

static void
synth_stroke(const train_synth_dot_t *a, const train_synth_dot_t *b, float edge,
    unsigned box, float *px)
{
    int    x, y, xa, xb, ya, yb;
    float  r, dx, dy, len, t, ex, ey, v, far;

    dx = b->x - a->x;
    dy = b->y - a->y;
    len = dx * dx + dy * dy;
    len = len > 0 ? 1 / len : 0;

    far = fmaxf(a->r, b->r) + 0.5f * edge;
    xa = synth_clamp(fminf(a->x, b->x) - far, (int) box - 1);
    xb = synth_clamp(fmaxf(a->x, b->x) + far, (int) box - 1);
    ya = synth_clamp(fminf(a->y, b->y) - far, (int) box - 1);
    yb = synth_clamp(fmaxf(a->y, b->y) + far, (int) box - 1);

    for (y = ya; y <= yb; y++) {
        for (x = xa; x <= xb; x++) {
            ex = (float) x + 0.5f - a->x;
            ey = (float) y + 0.5f - a->y;
            t = (ex * dx + ey * dy) * len;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            ex -= t * dx;
            ey -= t * dy;
            r = a->r + t * (b->r - a->r);
            v = (r - sqrtf(ex * ex + ey * ey)) / edge + 0.5f;

            if (v > px[(unsigned) y * box + (unsigned) x]) {
                px[(unsigned) y * box + (unsigned) x] = v;
            }
        }
    }
}


/* Steps 3 to 5 of the head of this file. */

static void
synth_centre(const unsigned char *px, unsigned box, unsigned size,
    unsigned char *out)
{
    int       left, top, room;
    float     half;
    uint64_t  sum, sx, sy;
    unsigned  x, y;

    sum = sx = sy = 0;

    for (y = 0; y < box; y++) {
        for (x = 0; x < box; x++) {
            sum += px[y * box + x];
            sx += (uint64_t) px[y * box + x] * x;
            sy += (uint64_t) px[y * box + x] * y;
        }
    }

    sum = sum == 0 ? 1 : sum;
    half = (float) (size / 2) + 0.5f;
    room = (int) (size - box);

    left = synth_clamp(half - (float) sx / (float) sum, room);
    top = synth_clamp(half - (float) sy / (float) sum, room);

    memset(out, 0, (size_t) size * size);

    for (y = 0; y < box; y++) {
        memcpy(out + ((unsigned) top + y) * size + left, px + y * box, box);
    }
}


void
train_synth_raster(train_synth_rng_t *g, train_synth_ink_t *ink, unsigned size,
    unsigned char *out)
{
    float                 v, pen, edge, gain, noise;
    size_t                i;
    unsigned              box;
    float                 px[TRAIN_SYNTH_MAX_SIZE * TRAIN_SYNTH_MAX_SIZE];
    unsigned char         grey[TRAIN_SYNTH_MAX_SIZE * TRAIN_SYNTH_MAX_SIZE];

    box = (size * 20 + 14) / 28;
    pen = train_synth_uniform(g, 0.5f, 1.2f) + train_synth_uniform(g, 0, 0.75f);
    pen *= (train_synth_uniform(g, 0, 1) < 0.2f ? 1.5f : 1) * (float) box / 20;
    edge = train_synth_uniform(g, 1.0f, 2.0f);
    gain = train_synth_uniform(g, 0.95f, 1.3f);
    noise = train_synth_uniform(g, 0, 0.06f);

    synth_fit(ink, (float) box, pen, train_synth_uniform(g, 0.5f, 1.0f));
    memset(px, 0, sizeof(float) * box * box);

    for (i = 0; i < ink->n; i++) {
        synth_stroke(&ink->dot[ink->dot[i].down ? i : i - 1], &ink->dot[i],
                     edge, box, px);
    }

    for (i = 0; i < (size_t) box * box; i++) {
        v = px[i] * gain;

        if (v > 0) {
            v = fminf(v, 1) + noise * train_synth_normal(g);
        }

        grey[i] = (unsigned char) synth_clamp(v * 255 + 0.5f, 255);
    }

    synth_centre(grey, box, size, out);
}
