/*
 * What the files about pictures share: rows of grey pixels on their way from
 * a format to a model's input.  Not for others: they know maas.h alone.
 */

#ifndef MAAS_IMAGE_H
#define MAAS_IMAGE_H

#include "maas_mem.h"


#define MAAS_IMAGE_SIDE    16384           /* docs/wire.md: pixels */
#define MAAS_IMAGE_PIXELS  (1u << 22)


/* maas_image_scale.c: pictures of one size -> pictures of another.  Smaller:
 * each pixel is the mean of the area that it covers; larger: bilinear between
 * the middles of pixels; either way in each direction by itself.  The same
 * size is an exact copy. */

typedef struct {
    size_t   width, height;        /* of what comes in */
    size_t   to_width, to_height;
    float   *x;                    /* (to_height,to_width), 0 before; 0..255 */
    float   *line;                 /* (to_width) */
    size_t   left;                 /* pixels that may come in */
    size_t   row;                  /* rows that came in */
    size_t   first;                /* row of x that is not complete yet */
} maas_scale_t;

/* Take a picture's size; BADVALUE or TOOBIG if it is none, or over the caps. */
maas_status_t maas__scale_size(maas_scale_t *s, size_t width, size_t height,
    maas_err_t *err);

/* The next row of `width` pixels from above. */
void maas__scale_row(maas_scale_t *s, const uint8_t *pixels);


/* maas_image.c */

/* Do these bytes begin as a PNG or PGM file does? */
int maas__image_is(const char *file, size_t len);

/* A PNG or PGM file -> x(info->shape), as docs/wire.md says.
 * Memory for the picture is allocated and given back: NOMEM.  *pixels:
 * those of the request so far, the caps are for all of them. */
maas_status_t maas__image_read(const maas_info_t *info, const char *file,
    size_t len, size_t *pixels, float *x, maas_err_t *err);


/* maas_image_png.c: the only file that knows libpng */

/* A PNG file, of a size that was checked, -> s; its memory from a. */
maas_status_t maas__png_read(const char *file, size_t len, maas_scale_t *s,
    maas_arena_t *a, maas_err_t *err);


#endif /* MAAS_IMAGE_H */
