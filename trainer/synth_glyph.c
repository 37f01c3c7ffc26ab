/*
 * How people write the ten digits: strokes drawn by us, several ways for each.
 * No deformation and no pixels here.
 */

#include "synth.h"


#define SYNTH_SHAPES  6


/*
 * A shape is the way of a pen in a field 60 wide and 100 high, y downwards:
 * points "x,y" that a smooth curve goes through, "!" after a point where the
 * pen turns sharply, "/" where it is lifted.  The shapes of a family have the
 * same points in the same order, so that anything between two of them is a
 * shape as well.  A weight is relative to the other families of the digit.
 */

typedef struct {
    unsigned     digit;
    unsigned     weight;
    const char  *shape[SYNTH_SHAPES];
} synth_family_t;


static const synth_family_t  synth_families[] = {

    /* an oval, from the top, to the left */
    { 0, 10, {
        "34,2 14,14 3,50 14,86 32,98 52,84 59,50 50,15 30,3",
        "30,2 6,22 1,54 14,88 38,97 58,80 62,46 52,12 26,2",
        "44,4 22,14 6,44 8,82 26,98 46,86 58,54 60,18 40,3" } },
    /* closed with a small overlap or a loop at the top */
    { 0, 4, {
        "40,8 24,4 6,30 4,72 28,98 54,76 58,34 44,8 28,6 20,14",
        "52,16 32,2 8,24 4,70 30,98 56,74 58,34 40,6 26,4 36,18",
        "28,12 20,8 6,34 8,78 32,98 56,72 54,28 36,4 26,8 26,18" } },
    /* the other way round */
    { 0, 2, {
        "26,4 48,10 60,50 48,88 28,98 8,84 2,48 12,14 32,2",
        "18,10 44,2 60,38 54,84 30,98 8,82 2,46 10,18 28,6" } },

    /* a bar */
    { 1, 12, {
        "30,0 30,34 30,66 30,100",
        "31,0 30,34 29,66 30,100",
        "33,0 29,34 29,66 32,100" } },
    /* with a flag */
    { 1, 4, {
        "14,24 32,2! 32,50 32,98",
        "20,16 30,2! 31,50 32,98",
        "4,36 34,2! 33,50 33,98" } },
    /* with a flag and a foot */
    { 1, 2, {
        "14,22 32,2! 32,50 32,97 / 10,97 32,98 54,97",
        "20,14 32,2! 32,50 31,96 / 18,97 32,96 46,96",
        "4,30 32,2! 32,50 33,98 / 2,98 32,97 60,97" } },

    /* a sharp turn at the bottom left */
    { 2, 8, {
        "6,24 26,3 50,12 48,40 26,72 4,96! 32,95 60,95",
        "4,16 30,2 56,20 46,48 24,76 2,98! 30,92 58,98",
        "8,30 20,4 44,4 50,32 28,64 6,92! 36,96 62,88",
        "4,8 28,3 50,8 46,32 24,66 4,97! 30,97 58,97" } },
    /* a loop there */
    { 2, 8, {
        "6,22 26,3 50,12 46,44 22,84 6,92 6,78 24,80 44,94 62,92",
        "4,14 30,2 54,22 42,56 20,92 6,94 8,82 26,84 42,92 60,84",
        "8,28 24,4 48,8 50,38 34,76 12,96 2,84 16,72 40,86 64,96" } },
    /* a round turn, no corner */
    { 2, 3, {
        "6,20 28,3 50,14 44,44 20,74 8,90 14,97 36,94 60,92",
        "6,26 24,2 48,10 46,38 24,68 6,88 16,95 36,96 58,96" } },

    /* two bows, sharp between them */
    { 3, 8, {
        "6,14 28,2 50,12 46,34 24,46! 48,54 56,76 34,98 4,90",
        "2,10 26,2 48,18 40,40 18,48! 46,52 58,72 38,96 2,94",
        "10,20 26,3 46,8 48,30 30,44! 52,58 54,84 28,99 6,84",
        "8,6 34,2 54,16 48,38 28,44! 50,50 54,74 32,97 6,92" } },
    /* a small loop between them */
    { 3, 4, {
        "6,14 28,2 50,12 44,36 24,48 18,44 26,42 50,58 56,80 32,98 4,90",
        "8,10 32,2 50,16 40,40 22,50 16,46 26,44 48,54 54,78 30,98 2,86" } },
    /* nearly without a waist */
    { 3, 3, {
        "6,12 30,2 50,14 42,38 36,46 46,56 54,76 36,96 6,92",
        "4,8 28,2 48,12 46,32 38,46 48,60 54,78 32,98 4,88" } },
    /* a flat top */
    { 3, 3, {
        "6,4 30,4 54,4! 40,22 24,40! 48,48 56,74 34,98 4,90",
        "4,8 28,4 50,4! 38,22 28,38! 52,50 54,80 28,98 2,86" } },

    /* open: an angle and a bar */
    { 4, 8, {
        "14,4 10,30 6,54! 30,54 60,52 / 46,6 44,50 42,98",
        "10,10 8,30 6,50! 28,50 52,48 / 50,2 48,50 46,98",
        "22,2 14,28 2,60! 30,58 62,54 / 44,22 42,54 38,98" } },
    /* open: a bow and a bar */
    { 4, 6, {
        "10,6 6,30 12,50 28,52 46,42 / 50,4 46,46 42,98",
        "6,4 4,36 14,56 34,54 50,40 / 52,2 50,48 48,98",
        "16,2 6,26 8,46 24,50 44,36 / 48,10 42,50 36,98" } },
    /* open: without lifting the pen */
    { 4, 4, {
        "10,6 8,30 14,50 30,52 46,38 52,6! 47,50 42,98",
        "14,4 6,26 8,46 26,50 44,36 52,14! 45,54 38,98" } },
    /* closed: a triangle and a bar */
    { 4, 5, {
        "42,2 24,30 3,62! 30,64 62,64 / 43,2 43,50 42,98",
        "44,2 22,34 4,68! 28,68 58,66 / 44,8 44,50 44,98",
        "38,4 20,30 2,58! 30,58 60,56 / 40,4 40,50 38,98" } },
    /* closed: without lifting the pen */
    { 4, 3, {
        "42,98 43,50 44,2! 24,32 4,64! 32,64 62,62",
        "36,98 40,50 46,4! 26,30 2,56! 30,56 60,50" } },

    /* down, round, and a hat */
    { 5, 8, {
        "14,6 12,24 10,44! 34,36 54,58 46,88 22,98 2,88 / 14,6 34,5 56,4",
        "18,8 14,28 10,46! 30,42 50,62 42,90 18,98 2,94 / 18,6 36,6 60,2",
        "12,4 10,22 8,40! 36,34 58,56 52,86 28,99 4,84 / 12,6 30,4 48,4",
        "22,8 17,28 12,46! 36,46 48,64 38,88 18,98 0,96 / 26,8 46,6 66,4" } },
    /* one stroke */
    { 5, 6, {
        "56,4 34,5 14,6! 12,24 10,44! 34,36 54,58 46,88 22,98 2,88",
        "60,2 38,4 20,6! 15,26 10,46! 32,42 50,62 42,90 18,98 0,92",
        "52,8 32,6 16,4! 12,22 8,42! 36,34 58,56 50,86 26,99 4,86" } },
    /* one stroke, all round: like an s */
    { 5, 4, {
        "58,4 36,4 18,14 14,34 28,46 48,60 46,86 22,98 2,88",
        "62,8 42,2 22,14 16,32 30,46 46,62 40,88 18,98 0,90",
        "56,4 34,6 20,12 16,36 34,44 52,64 46,90 22,98 2,94" } },

    /* a bow and a ring at its foot */
    { 6, 8, {
        "42,2 18,24 4,60 10,90 32,99 52,84 48,62 28,56 8,72",
        "34,2 16,30 6,62 12,92 32,98 48,86 46,68 28,64 10,76",
        "54,4 26,20 6,56 10,90 34,98 56,80 48,58 28,54 8,74",
        "28,0 12,30 4,64 12,92 34,99 54,82 46,58 26,54 8,70" } },
    /* the ring closes with a flourish */
    { 6, 4, {
        "48,4 24,18 6,52 6,84 26,99 48,86 46,62 26,58 10,80 18,90",
        "38,2 18,24 6,58 8,86 28,98 46,84 40,64 24,64 10,82 22,88" } },
    /* the top curls over */
    { 6, 2, {
        "54,14 40,2 16,18 4,56 12,90 34,98 52,82 46,60 26,56 8,70",
        "58,18 46,4 22,12 6,50 8,88 32,98 54,84 48,62 28,58 8,76" } },

    /* an angle */
    { 7, 8, {
        "3,8 28,6 56,4! 40,48 26,98",
        "6,12 30,8 56,6! 46,50 38,98",
        "2,4 30,4 60,4! 36,46 16,98",
        "4,6 28,5 50,6! 44,50 42,98" } },
    /* a bow */
    { 7, 4, {
        "4,12 26,4 50,8 46,40 30,98",
        "4,8 30,4 56,12 44,46 34,98",
        "6,20 22,4 46,6 50,38 40,98" } },
    /* a small hook before it */
    { 7, 4, {
        "4,24 6,8! 30,7 56,6! 40,50 28,98",
        "8,18 8,6! 30,5 54,6! 46,50 40,98",
        "2,30 6,10! 28,8 58,4! 38,44 20,98" } },
    /* a bar across */
    { 7, 3, {
        "3,8 28,6 56,4! 40,48 26,98 / 18,52 38,50 56,48",
        "6,10 30,8 54,6! 46,50 38,98 / 26,50 44,50 62,46",
        "2,6 30,5 60,4! 38,44 20,98 / 14,46 32,48 52,48" } },

    /* as an s that is closed */
    { 8, 9, {
        "48,12 30,2 12,14 18,36 42,58 52,82 30,98 8,84 18,60 42,36 50,12",
        "52,10 30,4 14,18 22,38 40,54 44,80 24,98 6,84 20,58 44,34 54,14",
        "42,8 26,2 10,16 16,38 44,58 56,80 36,98 10,86 16,58 36,38 46,16" } },
    /* from the right, the other way */
    { 8, 4, {
        "50,18 34,2 14,10 14,34 40,56 50,82 28,98 8,80 22,56 44,36 54,8",
        "56,14 38,2 18,12 18,34 36,52 42,80 22,98 6,82 22,56 46,32 60,6" } },
    /* from the middle */
    { 8, 3, {
        "28,48 8,28 28,2 50,22 32,48 6,74 30,98 56,74 30,48",
        "32,46 14,26 34,2 52,22 30,46 4,74 26,98 50,76 30,48" } },
    /* two rings */
    { 8, 2, {
        "30,2 10,14 14,40 32,46 50,34 46,8 28,2"
            " / 30,46 6,64 10,92 32,98 56,84 50,54 28,46",
        "30,4 12,20 20,42 32,44 48,28 42,6 28,4"
            " / 32,44 8,58 4,86 28,98 54,88 52,56 30,44" } },

    /* a ring, then straight down */
    { 9, 8, {
        "50,14 30,3 8,16 8,40 28,48 48,32 52,8! 49,50 44,98",
        "48,10 28,2 6,22 12,46 30,48 48,30 52,12! 50,52 50,98",
        "54,8 34,4 12,20 8,42 24,50 44,34 54,10! 44,54 32,98" } },
    /* a ring, then round and down */
    { 9, 6, {
        "50,18 32,3 10,14 8,38 28,48 48,30 52,22 50,52 42,98",
        "50,14 28,2 8,18 12,44 32,46 50,28 53,30 51,58 46,98",
        "46,8 24,4 8,24 16,46 36,42 48,20 52,34 46,62 34,98" } },
    /* a tail that turns to the left */
    { 9, 4, {
        "50,14 30,3 8,16 8,40 28,48 48,32 54,20 54,56 38,92 10,96",
        "52,12 32,2 10,20 12,44 32,48 50,32 56,26 54,66 36,96 8,90" } },
};

#define SYNTH_FAMILIES  (sizeof(synth_families) / sizeof(synth_families[0]))


const char *
synth_shape(size_t f, size_t k, unsigned *digit)
{
    if (f >= SYNTH_FAMILIES || k >= SYNTH_SHAPES
        || synth_families[f].shape[k] == NULL)
    {
        return NULL;
    }

    *digit = synth_families[f].digit;

    return synth_families[f].shape[k];
}


static const char *
synth_parse_number(const char *p, float *out)
{
    int  v;

    if (*p < '0' || *p > '9') {
        return NULL;
    }

    for (v = 0; *p >= '0' && *p <= '9' && v < 1000; p++) {
        v = v * 10 + (*p - '0');
    }

    *out = (float) v;

    return p;
}


size_t
synth_parse(const char *text, synth_point_t *out)
{
    size_t       n;
    const char  *p;

    p = text;

    for (n = 0; n < SYNTH_MAX_POINTS; n++) {
        out[n].down = (n == 0);

        if (p[0] == '/' && p[1] == ' ' && n != 0) {
            out[n].down = 1;
            p += 2;
        }

        p = synth_parse_number(p, &out[n].x);
        if (p == NULL || *p != ',') {
            return 0;
        }

        p = synth_parse_number(p + 1, &out[n].y);
        if (p == NULL) {
            return 0;
        }

        out[n].corner = (*p == '!');
        p += out[n].corner;

        if (*p == '\0') {
            return n + 1;
        }

        if (*p++ != ' ') {
            return 0;
        }
    }

    return 0;
}


static const synth_family_t *
synth_family(synth_rng_t *g, unsigned digit)
{
    size_t    i;
    unsigned  sum, at;

    for (sum = 0, i = 0; i < SYNTH_FAMILIES; i++) {
        sum += synth_families[i].digit == digit ? synth_families[i].weight : 0;
    }

    at = synth_pick(g, sum);

    for (i = 0; i < SYNTH_FAMILIES - 1; i++) {

        if (synth_families[i].digit != digit) {
            continue;
        }

        if (at < synth_families[i].weight) {
            break;
        }

        at -= synth_families[i].weight;
    }

    return &synth_families[i];
}


void
synth_glyph(synth_rng_t *g, unsigned digit, synth_glyph_t *out)
{
    float                  t;
    size_t                 i;
    unsigned               n;
    synth_point_t          other[SYNTH_MAX_POINTS];
    const synth_family_t  *f;

    f = synth_family(g, digit);

    for (n = 1; n < SYNTH_SHAPES && f->shape[n] != NULL; n++) {
        /* void */
    }

    out->n = synth_parse(f->shape[synth_pick(g, n)], out->point);
    (void) synth_parse(f->shape[synth_pick(g, n)], other);

    /* a little beyond the two, too */

    t = synth_uniform(g, -0.25f, 1.25f);

    for (i = 0; i < out->n; i++) {
        out->point[i].x += t * (other[i].x - out->point[i].x);
        out->point[i].y += t * (other[i].y - out->point[i].y);
    }
}
