/*
 * One person at one moment: shakes, slants, squeezes and bends a glyph, then
 * follows it with a pen.
 * No shapes of digits and no pixels here.
 */

#include "synth.h"

#include <math.h>


#define SYNTH_STEPS  7             /* dots from one point to the next */


/* The root of a distance: the step of a centripetal curve. */

static float
synth_step(const train_synth_point_t *a, const train_synth_point_t *b)
{
    float  dx, dy;

    dx = b->x - a->x;
    dy = b->y - a->y;

    return sqrtf(sqrtf(dx * dx + dy * dy)) + 1e-4f;
}


/* How far a point may move: less where others of its stroke are near. */

static float
synth_room(const train_synth_glyph_t *glyph, size_t i)
{
    float                       d, e;
    const train_synth_point_t  *p;

    p = &glyph->point[i];
    d = 1000;

    if (!p->down) {
        d = synth_step(p - 1, p);
    }

    if (i + 1 < glyph->n && !p[1].down) {
        e = synth_step(p, p + 1);
        d = e < d ? e : d;
    }

    return d < 5.5f ? d * (1 / 5.5f) : 1;
}


/* Each point, and each stroke as a whole, a little off. */

static void
synth_shake(train_synth_rng_t *g, train_synth_glyph_t *glyph)
{
    float                 s, dx, dy, scale, room[TRAIN_SYNTH_MAX_POINTS];
    size_t                i;
    train_synth_point_t  *p;

    s = train_synth_uniform(g, 0, 1);
    s = 0.7f + 3.3f * s * s;

    for (i = 0; i < glyph->n; i++) {
        room[i] = s * synth_room(glyph, i);
    }

    dx = 0;
    dy = 0;
    scale = 1;

    for (i = 0; i < glyph->n; i++) {
        p = &glyph->point[i];

        if (p->down && i != 0) {
            dx = 3.5f * train_synth_normal(g);
            dy = 3.5f * train_synth_normal(g);
            scale = 1 + 0.12f * train_synth_normal(g);
            dx += (1 - scale) * 30;
            dy += (1 - scale) * 50;
        }

        p->x = p->x * scale + dx + room[i] * train_synth_normal(g);
        p->y = p->y * scale + dy + room[i] * train_synth_normal(g);
    }
}


/* Strokes that are too short or too long: move an end along its direction. */

static void
synth_ends(train_synth_rng_t *g, train_synth_glyph_t *glyph)
{
    float                 t;
    size_t                i;
    train_synth_point_t  *p;

    p = glyph->point;

    for (i = 0; i + 1 < glyph->n; i++) {

        if (p[i].down) {
            t = 0.16f * train_synth_normal(g);
            p[i].x += t * (p[i].x - p[i + 1].x);
            p[i].y += t * (p[i].y - p[i + 1].y);
        }

        if (i + 2 == glyph->n || p[i + 2].down) {
            t = 0.2f * train_synth_normal(g);
            p[i + 1].x += t * (p[i + 1].x - p[i].x);
            p[i + 1].y += t * (p[i + 1].y - p[i].y);
        }
    }
}


/* The field as a whole, here -1..1 both ways. */

static void
synth_field(train_synth_rng_t *g, train_synth_glyph_t *glyph)
{
    float           x, y, waist, belly, taper, wedge, bend, sag, w[8];
    size_t          i;

    waist = 0.20f * train_synth_normal(g);
    belly = 0.10f * train_synth_normal(g);
    taper = 0.18f * train_synth_normal(g);
    wedge = 0.10f * train_synth_normal(g);
    bend = 0.08f * train_synth_normal(g);
    sag = 0.06f * train_synth_normal(g);

    for (i = 0; i < 4; i++) {
        w[i] = train_synth_uniform(g, 0, 1);
        w[4 + i] = 0.035f * train_synth_normal(g);
    }

    for (i = 0; i < glyph->n; i++) {
        x = glyph->point[i].x * 0.02f - 0.6f;
        y = glyph->point[i].y * 0.02f - 1;

        glyph->point[i].x = x + belly * (0.4f - x * x) + taper * x * y
                            + bend * y * y
                            + w[4] * train_synth_sin(0.5f * y + w[0])
                            + w[5] * train_synth_sin(x + w[1]);
        glyph->point[i].y = y + waist * (1 - y * y) + wedge * x * y
                            + sag * x * x
                            + w[6] * train_synth_sin(0.5f * x + w[2])
                            + w[7] * train_synth_sin(y + w[3]);
    }
}


void
train_synth_deform(train_synth_rng_t *g, train_synth_glyph_t *glyph)
{
    float           x, y, wide, shear, turn, s, c;
    size_t          i;

    synth_shake(g, glyph);
    synth_ends(g, glyph);
    synth_field(g, glyph);

    wide = train_synth_uniform(g, 0.7f, 1.5f)
           * train_synth_uniform(g, 0.8f, 1.4f);
    shear = 0.20f + 0.26f * train_synth_normal(g);
    turn = 0.020f * train_synth_normal(g);
    s = train_synth_sin(turn);
    c = train_synth_sin(turn + 0.25f);

    for (i = 0; i < glyph->n; i++) {
        y = glyph->point[i].y;
        x = glyph->point[i].x * wide - shear * y;

        glyph->point[i].x = c * x - s * y;
        glyph->point[i].y = s * x + c * y;
    }
}


static void
synth_dot(train_synth_ink_t *ink, float x, float y, int down)
{
    if (ink->n < TRAIN_SYNTH_MAX_DOTS) {
        ink->dot[ink->n++] = (train_synth_dot_t) {
            .x = x, .y = y, .r = 1, .down = (unsigned char) down
        };
    }
}


/*
 * From b to c as a cubic with the slopes of a curve through a, b, c, d (each
 * a copy of its neighbour where the stroke ends or turns).  Slopes are those
 * of unequal steps, so that close points make no loops.
 */

static void
synth_span(train_synth_ink_t *ink, const train_synth_point_t *a,
    const train_synth_point_t *b, const train_synth_point_t *c,
    const train_synth_point_t *d, float soft)
{
    float     t, t2, t3, h1, h2, h3, h4, l0, l1, l2;
    float     bx, by, cx, cy;
    unsigned  i;

    l0 = synth_step(a, b);
    l1 = synth_step(b, c);
    l2 = synth_step(c, d);

    bx = c->x - b->x;
    by = c->y - b->y;
    cx = bx;
    cy = by;

    if (a != b) {
        bx += l1 * ((b->x - a->x) / l0 - (c->x - a->x) / (l0 + l1));
        by += l1 * ((b->y - a->y) / l0 - (c->y - a->y) / (l0 + l1));
    }

    if (d != c) {
        cx += l1 * ((d->x - c->x) / l2 - (d->x - b->x) / (l1 + l2));
        cy += l1 * ((d->y - c->y) / l2 - (d->y - b->y) / (l1 + l2));
    }

    for (i = 1; i <= SYNTH_STEPS; i++) {
        t = (float) i / SYNTH_STEPS;
        t2 = t * t;
        t3 = t2 * t;
        h1 = 2 * t3 - 3 * t2 + 1;
        h2 = (t3 - 2 * t2 + t) * soft;
        h3 = 1 - h1;
        h4 = (t3 - t2) * soft;

        synth_dot(ink, h1 * b->x + h2 * bx + h3 * c->x + h4 * cx,
                  h1 * b->y + h2 * by + h3 * c->y + h4 * cy, 0);
    }
}


/* The pen's width along the way. */

static void
synth_press(train_synth_rng_t *g, train_synth_ink_t *ink)
{
    float     a, b, fa, pa, fb, pb, t;
    size_t    i;

    a = 0.16f * train_synth_normal(g);
    b = 0.07f * train_synth_normal(g);
    fa = train_synth_uniform(g, 0.2f, 1.2f);
    fb = train_synth_uniform(g, 1.5f, 5.0f);
    pa = train_synth_uniform(g, 0, 1);
    pb = train_synth_uniform(g, 0, 1);

    for (i = 0; i < ink->n; i++) {
        t = (float) i / (float) ink->n;
        ink->dot[i].r = 1 + a * train_synth_sin(fa * t + pa)
                        + b * train_synth_sin(fb * t + pb);
    }
}


/* Now and then the pen leaves a gap. */

static void
synth_gap(train_synth_rng_t *g, train_synth_ink_t *ink)
{
    size_t  at, gap, i;

    gap = 2 + train_synth_pick(g, SYNTH_STEPS);

    if (train_synth_uniform(g, 0, 1) >= 0.03f || ink->n <= 2 * gap) {
        return;
    }

    at = train_synth_pick(g, (unsigned) (ink->n - gap));
    ink->n -= gap;

    for (i = at; i < ink->n; i++) {
        ink->dot[i] = ink->dot[i + gap];
    }

    ink->dot[at].down = 1;
}


/* A trembling hand, and paper that moves: finer than synth_field(). */

static void
synth_wobble(train_synth_rng_t *g, train_synth_ink_t *ink)
{
    float     x, y, s, f[6], p[6], a[6];
    size_t    i, k;

    s = train_synth_uniform(g, 0, 1);

    for (k = 0; k < 6; k++) {
        f[k] = train_synth_uniform(g, 0.4f, k < 4 ? 1.3f : 3.0f);
        p[k] = train_synth_uniform(g, 0, 1);
        a[k] = (k < 4 ? 0.06f : 0.03f) * s * train_synth_normal(g);
    }

    for (i = 0; i < ink->n; i++) {
        x = ink->dot[i].x;
        y = ink->dot[i].y;

        ink->dot[i].x += a[0] * train_synth_sin(f[0] * y + p[0])
                         + a[1] * train_synth_sin(f[1] * (x + y) + p[1])
                         + a[4] * train_synth_sin(f[4] * (y - x) + p[4]);
        ink->dot[i].y += a[2] * train_synth_sin(f[2] * x + p[2])
                         + a[3] * train_synth_sin(f[3] * (x - y) + p[3])
                         + a[5] * train_synth_sin(f[5] * (x + y) + p[5]);
    }
}


void
train_synth_trace(train_synth_rng_t *g, const train_synth_glyph_t *glyph,
    train_synth_ink_t *ink)
{
    float                       soft;
    size_t                      i;
    const train_synth_point_t  *a, *b, *c, *d, *end;

    soft = train_synth_uniform(g, 0.75f, 1.15f);
    end = glyph->point + glyph->n;
    ink->n = 0;

    for (i = 0; i < glyph->n; i++) {
        b = &glyph->point[i];

        if (b->down) {
            synth_dot(ink, b->x, b->y, 1);
        }

        c = b + 1;

        if (c == end || c->down) {
            continue;
        }

        a = (b->down || b->corner) ? b : b - 1;
        d = (c->corner || c + 1 == end || c[1].down) ? c : c + 1;

        synth_span(ink, a, b, c, d, soft);
    }

    synth_wobble(g, ink);
    synth_press(g, ink);
    synth_gap(g, ink);
}
