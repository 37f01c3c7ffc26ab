/*
 * A picture file -> the input row of a model that takes pictures: formats,
 * caps, PGM.  No PNG (maas_image_png.c), no scaling (maas_image_scale.c).
 */

#include "maas_image.h"
#include "maas_int.h"

#include <string.h>


/* behind the pixels: what libpng and zlib take */
#define IMAGE_MEMORY  (4 * (size_t) MAAS_IMAGE_PIXELS + (1u << 20))


typedef struct {
    const unsigned char  *p;
    const unsigned char  *end;
} pgm_t;


static const char  image_png[] = "\x89PNG\r\n\x1a\n";


static int
pgm_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}


int
maas__image_is(const char *body, size_t len)
{
    if (len >= 8 && memcmp(body, image_png, 8) == 0) {
        return 1;
    }

    return len >= 3 && body[0] == 'P' && (body[1] == '2' || body[1] == '5')
           && (pgm_space((unsigned char) body[2]) || body[2] == '#');
}


/* White space and comments, then a number of at most 65535: -1 if there is
 * none. */

static long
pgm_number(pgm_t *f)
{
    long  v;

    while (f->p < f->end && (pgm_space(*f->p) || *f->p == '#')) {
        if (*f->p == '#') {
            while (f->p < f->end && *f->p != '\n') {
                f->p++;
            }

        } else {
            f->p++;
        }
    }

    if (f->p == f->end || *f->p < '0' || *f->p > '9') {
        return -1;
    }

    for (v = 0; f->p < f->end && *f->p >= '0' && *f->p <= '9'; f->p++) {
        v = v * 10 + (*f->p - '0');

        if (v > 65535) {
            return -1;
        }
    }

    return v;
}


/* A row of pixels, each as v of max -> 0..255 */

static maas_status_t
pgm_row(pgm_t *f, unsigned plain, long max, uint8_t *row, size_t n,
    maas_err_t *err)
{
    long    v;
    size_t  i;

    for (i = 0; i < n; i++) {

        if (plain) {
            v = pgm_number(f);

        } else if ((size_t) (f->end - f->p) < (max > 255 ? 2u : 1u)) {
            v = -1;

        } else {
            v = *f->p++;
            v = max > 255 ? v << 8 | *f->p++ : v;
        }

        if (v < 0 || v > max) {
            return maas__fail(err, MAAS_BADVALUE, v < 0
                              ? "the PGM picture ends early, or has a pixel "
                                "that is no number"
                              : "the PGM picture has a pixel over its maximum");
        }

        row[i] = (uint8_t) ((v * 255 + max / 2) / max);
    }

    return MAAS_OK;
}


static maas_status_t
pgm_read(const char *file, size_t len, maas_scale_t *s, maas_arena_t *a,
    maas_err_t *err)
{
    long            width, height, max;
    pgm_t           f;
    size_t          i;
    uint8_t        *row;
    unsigned        plain;
    maas_status_t   rc;

    f.p = (const unsigned char *) file + 2;
    f.end = (const unsigned char *) file + len;
    plain = file[1] == '2';

    width = pgm_number(&f);
    height = pgm_number(&f);
    max = pgm_number(&f);

    if (width < 0 || height < 0 || max < 1) {
        return maas__fail(err, MAAS_BADVALUE, "the PGM picture has no width, "
                          "height and maximum");
    }

    if (!plain && (f.p == f.end || !pgm_space(*f.p++))) {
        return maas__fail(err, MAAS_BADVALUE, "the PGM picture has no white "
                          "space before its pixels");
    }

    rc = maas__scale_size(s, (size_t) width, (size_t) height, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    row = maas__arena_alloc(a, s->width, 1);
    if (row == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for a picture");
    }

    for (i = 0; i < s->height; i++) {
        rc = pgm_row(&f, plain, max, row, s->width, err);
        if (rc != MAAS_OK) {
            return rc;
        }

        maas__scale_row(s, row);
    }

    while (plain && f.p < f.end && pgm_space(*f.p)) {
        f.p++;
    }

    if (f.p != f.end) {
        return maas__fail(err, MAAS_BADVALUE, "%zu bytes more than the PGM "
                          "picture has", (size_t) (f.end - f.p));
    }

    return MAAS_OK;
}


maas_status_t
maas__image_read(const maas_info_t *info, const char *file, size_t len,
    size_t *pixels, float *x, maas_err_t *err)
{
    maas_scale_t    s;
    maas_arena_t   *a;
    maas_status_t   rc;

    if (!info->image) {
        return maas__fail(err, MAAS_UNSUPPORTED,
                          "the model does not take pictures");
    }

    if (!maas__image_is(file, len)) {
        return maas__fail(err, MAAS_BADVALUE, "neither a PNG nor a PGM "
                          "picture");
    }

    s = (maas_scale_t) {
        .to_height = info->shape[0],
        .to_width = info->shape[1],
        .x = memset(x, 0, info->in * sizeof(float)),
        .left = MAAS_IMAGE_PIXELS - *pixels
    };

    a = maas__arena_create(IMAGE_MEMORY + s.to_width * sizeof(float));
    s.line = a == NULL ? NULL
             : maas__arena_alloc(a, s.to_width, sizeof(float));

    rc = s.line == NULL
         ? maas__fail(err, MAAS_NOMEM, "no memory for a picture")
         : file[0] == 'P' ? pgm_read(file, len, &s, a, err)
                          : maas__png_read(file, len, &s, a, err);

    maas__arena_destroy(a);

    *pixels += s.width * s.height;

    return rc;
}
