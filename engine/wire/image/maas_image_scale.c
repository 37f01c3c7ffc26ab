/*
 * Grey pictures of one size -> pictures of another, row by row, so that the
 * large one is never in memory as a whole; how large it may be.  No file
 * formats here.
 */

#include "maas_image.h"
#include "maas_int.h"


maas_status_t
maas__scale_size(maas_scale_t *s, size_t width, size_t height,
    maas_err_t *err)
{
    if (width == 0 || height == 0) {
        return maas__fail(err, MAAS_BADVALUE, "a picture without pixels");
    }

    if (width > MAAS_IMAGE_SIDE || height > MAAS_IMAGE_SIDE
        || width * height > s->left)
    {
        return maas__fail(err, MAAS_TOOBIG, "a picture of %zu x %zu pixels, at"
                          " most %u a side and %u in all are allowed", width,
                          height, MAAS_IMAGE_SIDE, MAAS_IMAGE_PIXELS);
    }

    s->width = width;
    s->height = height;

    return MAAS_OK;
}


/* To fewer pixels: in units of 1/(from * to) pixel i covers [i * from,
 * (i + 1) * from), and pixel j of the large side [j * to, (j + 1) * to). */

static size_t
scale_overlap(size_t i, size_t j, size_t from, size_t to)
{
    size_t  low, high;

    low = i * from > j * to ? i * from : j * to;
    high = (i + 1) * from < (j + 1) * to ? (i + 1) * from : (j + 1) * to;

    return high > low ? high - low : 0;
}


/* To more pixels: the middle of pixel i in units of 1/(2 * to) of a pixel of
 * the small side, from the middle of the first one; no further than the middle
 * of the last. */

static size_t
scale_middle(size_t i, size_t from, size_t to)
{
    size_t  at, last;

    at = (2 * i + 1) * from;
    at = at > to ? at - to : 0;
    last = (from - 1) * 2 * to;

    return at < last ? at : last;
}


static void
scale_line(const maas_scale_t *s, const uint8_t *pixels)
{
    size_t    i, j, end, at, rest, from, to;
    uint64_t  sum;

    from = s->width;
    to = s->to_width;

    for (i = 0; i < to; i++) {

        if (to <= from) {
            sum = 0;
            end = ((i + 1) * from - 1) / to;

            for (j = i * from / to; j <= end; j++) {
                sum += pixels[j] * scale_overlap(i, j, from, to);
            }

            s->line[i] = (float) sum / (float) from;

        } else {
            at = scale_middle(i, from, to);
            j = at / (2 * to);
            rest = at % (2 * to);
            sum = pixels[j] * (2 * to - rest);
            sum += rest > 0 ? pixels[j + 1] * rest : 0;

            s->line[i] = (float) sum / (float) (2 * to);
        }
    }
}


/* How much of row j goes into row i of x */

static float
scale_weight(const maas_scale_t *s, size_t i, size_t j)
{
    size_t  at, mine, from, to;

    from = s->height;
    to = s->to_height;

    if (to <= from) {
        return (float) scale_overlap(i, j, from, to) / (float) from;
    }

    at = scale_middle(i, from, to);
    mine = j * 2 * to;

    if (at + 2 * to <= mine || mine + 2 * to <= at) {
        return 0;
    }

    return 1 - (float) (at > mine ? at - mine : mine - at) / (float) (2 * to);
}


/* Has row i of x got all that it gets before row j? */

static int
scale_done(const maas_scale_t *s, size_t i, size_t j)
{
    size_t  from, to;

    from = s->height;
    to = s->to_height;

    return to <= from ? (i + 1) * from <= j * to
                      : scale_middle(i, from, to) + 2 * to <= j * 2 * to;
}


void
maas__scale_row(maas_scale_t *s, const uint8_t *pixels)
{
    float   weight, *x;
    size_t  i, k;

    scale_line(s, pixels);

    while (s->first < s->to_height && scale_done(s, s->first, s->row)) {
        s->first++;
    }

    for (i = s->first; i < s->to_height; i++) {
        weight = scale_weight(s, i, s->row);

        if (weight == 0) {
            break;
        }

        x = s->x + i * s->to_width;

        for (k = 0; k < s->to_width; k++) {
            x[k] += weight * s->line[k];
        }
    }

    s->row++;
}
