/*
 * What the files of `maas-trainer synth` share: drawing digits as a person's
 * pen would, prepared as the MNIST pictures were.
 * Not for files, options or messages (cmd_synth.c), nor for other commands.
 */

#ifndef TRAIN_SYNTH_H
#define TRAIN_SYNTH_H

#include <stddef.h>
#include <stdint.h>


#define TRAIN_SYNTH_MIN_SIZE    14     /* pixels a side */
#define TRAIN_SYNTH_MAX_SIZE    128    /* two such pictures lie on the stack */
#define TRAIN_SYNTH_MAX_POINTS  48     /* of a glyph */
#define TRAIN_SYNTH_MAX_DOTS    512    /* of the ink of a glyph */


/* A glyph is drawn in a square of about 100 units, y downwards. */

typedef struct {
    float          x;
    float          y;
    unsigned char  corner;         /* the pen turns sharply here */
    unsigned char  down;           /* a stroke begins here */
} train_synth_point_t;

typedef struct {
    size_t               n;
    train_synth_point_t  point[TRAIN_SYNTH_MAX_POINTS];
} train_synth_glyph_t;


/* Ink: where the pen went, as discs that are joined to the one before. */

typedef struct {
    float          x;
    float          y;
    float          r;              /* half the width of the stroke */
    unsigned char  down;           /* not joined to the one before */
} train_synth_dot_t;

typedef struct {
    size_t             n;
    train_synth_dot_t  dot[TRAIN_SYNTH_MAX_DOTS];
} train_synth_ink_t;


/* synth_rng.c: the same numbers on every machine; no libm */

typedef struct {
    uint64_t       state;
} train_synth_rng_t;

/* A stream of its own for each (seed, set, index). */
void train_synth_rng_init(train_synth_rng_t *g, uint64_t seed, uint64_t set,
    uint64_t index);
/* 0 <= result < n, n at least 1. */
unsigned train_synth_pick(train_synth_rng_t *g, unsigned n);
/* lo <= result < hi */
float train_synth_uniform(train_synth_rng_t *g, float lo, float hi);
/* Mean 0, deviation 1, never beyond +-3.5. */
float train_synth_normal(train_synth_rng_t *g);
/* Sine of `turns` full turns, |turns| < 1000; error below 1e-5. */
float train_synth_sin(float turns);


/* synth_glyph.c: how people write digits */

/* One of the ways to write `digit` (0..9), as a mean hand would. */
void train_synth_glyph(train_synth_rng_t *g, unsigned digit,
    train_synth_glyph_t *out);
/* Number of families of shapes, and shape k of family f: NULL if there is no
 * such shape.  *digit is set if there is one.  For tests. */
const char *train_synth_shape(size_t f, size_t k, unsigned *digit);
/* A shape's text -> points; 0 if it is malformed or has too many. */
size_t train_synth_parse(const char *text, train_synth_point_t *out);


/* synth_hand.c: one person, one moment */

/* Shake, slant, squeeze and bend the points of a glyph. */
void train_synth_deform(train_synth_rng_t *g, train_synth_glyph_t *glyph);
/* Follow the points with a pen.  Radii come out around 1. */
void train_synth_trace(train_synth_rng_t *g, const train_synth_glyph_t *glyph,
    train_synth_ink_t *ink);


/* synth_raster.c: ink -> pixels, prepared as MNIST was (the rules are there) */

/* out(size,size), 0 the background, 255 full ink.  ink is scaled in place. */
void train_synth_raster(train_synth_rng_t *g, train_synth_ink_t *ink,
    unsigned size, unsigned char *out);


/* synth_draw.c */

/* Picture `index` of a set: its pixels (size,size); returns the digit.
 * Each ten pictures from a multiple of ten hold every digit once. */
unsigned train_synth_draw(uint64_t seed, uint64_t set, uint64_t index,
    unsigned size, unsigned char *out);


#endif /* TRAIN_SYNTH_H */
