/*
 * One picture of a digit: which digit, and the walk from its shape to pixels.
 */

#include "synth.h"


unsigned
train_synth_draw(uint64_t seed, uint64_t set, uint64_t index, unsigned size,
    unsigned char *out)
{
    unsigned             i, k, label, digit[10];
    train_synth_ink_t    ink;
    train_synth_rng_t    g;
    train_synth_glyph_t  glyph;

    /* the order of the ten digits belongs to the ten, not to one picture */

    train_synth_rng_init(&g, seed, set + 2, index / 10);

    for (i = 0; i < 10; i++) {
        k = train_synth_pick(&g, i + 1);
        digit[i] = digit[k];
        digit[k] = i;
    }

    label = digit[index % 10];

    train_synth_rng_init(&g, seed, set, index);
    train_synth_glyph(&g, label, &glyph);
    train_synth_deform(&g, &glyph);
    train_synth_trace(&g, &glyph, &ink);
    train_synth_raster(&g, &ink, size, out);

    return label;
}
