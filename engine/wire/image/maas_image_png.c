/*
 * PNG files -> rows of grey pixels, by libpng with memory from an arena: the
 * only file that knows it.  No scaling, no caps: they were checked.
 */

#include "maas_image.h"
#include "maas_int.h"

#include <png.h>
#include <string.h>


#define PNG_HEAD   33              /* bytes: signature and IHDR */
#define PNG_CHUNK  (1u << 16)      /* the most memory for a chunk */


typedef struct {
    const unsigned char  *p;
    const unsigned char  *end;
    maas_arena_t         *arena;
    unsigned              nomem;
} png_source_t;


static void
png_take(png_structp png, png_bytep to, size_t n)
{
    png_source_t  *source;

    source = png_get_io_ptr(png);

    if ((size_t) (source->end - source->p) < n) {
        png_error(png, "");
    }

    memcpy(to, source->p, n);
    source->p += n;
}


/* What libpng allocates lives until the arena goes. */

static png_voidp
png_arena(png_structp png, png_alloc_size_t n)
{
    void          *p;
    png_source_t  *source;

    source = png_get_mem_ptr(png);

    p = maas__arena_alloc(source->arena, n, 1);
    source->nomem |= p == NULL;

    return p;
}


static void
png_keep(png_structp png, png_voidp p)
{
}


static void
png_failed(png_structp png, png_const_charp text)
{
    png_longjmp(png, 1);
}


static void
png_ignored(png_structp png, png_const_charp text)
{
}


/* Grey, RGB, either with alpha -> grey on black: the luma of ITU-R BT.601 in
 * 1/65536. */

static void
png_grey(const uint8_t *in, size_t n, unsigned channels, uint8_t *out)
{
    size_t    i;
    uint32_t  v;

    for (i = 0; i < n; i++, in += channels) {
        v = channels < 3 ? in[0]
            : (19595u * in[0] + 38470u * in[1] + 7471u * in[2] + 32768) >> 16;

        if (channels == 2 || channels == 4) {
            v = (v * in[channels - 1] + 127) / 255;
        }

        out[i] = (uint8_t) v;
    }
}


/* Between png_create_read_struct and its end: png_error() comes back as a
 * failure, through the caller's setjmp. */

static maas_status_t
png_rows(png_structp png, png_infop info, maas_scale_t *s, maas_arena_t *a,
    maas_err_t *err)
{
    size_t     i, size, rows;
    uint8_t   *pixels, *grey, *p;
    unsigned   channels;
    int        pass, passes;

    png_set_user_limits(png, MAAS_IMAGE_SIDE, MAAS_IMAGE_SIDE);
    png_set_chunk_malloc_max(png, PNG_CHUNK);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);

    png_read_info(png, info);

    png_set_expand(png);               /* palette, few bits, tRNS */
    png_set_scale_16(png);
    passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);

    channels = png_get_channels(png, info);
    size = png_get_rowbytes(png, info);
    rows = passes > 1 ? s->height : 1;

    pixels = maas__arena_alloc(a, rows, size);
    grey = maas__arena_alloc(a, s->width, 1);

    if (pixels == NULL || grey == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for a picture");
    }

    /* of an interlaced picture no row is complete before the last pass */

    for (pass = 1; pass < passes; pass++) {
        for (i = 0; i < s->height; i++) {
            png_read_row(png, pixels + i * size, NULL);
        }
    }

    for (i = 0; i < s->height; i++) {
        p = pixels + (rows > 1 ? i * size : 0);

        png_read_row(png, p, NULL);
        png_grey(p, s->width, channels, grey);
        maas__scale_row(s, grey);
    }

    png_read_end(png, NULL);

    return MAAS_OK;
}


static size_t
png_get32(const char *p)
{
    const unsigned char  *u = (const unsigned char *) p;

    return (size_t) u[0] << 24 | (size_t) u[1] << 16 | (size_t) u[2] << 8
           | u[3];
}


maas_status_t
maas__png_read(const char *file, size_t len, maas_scale_t *s, maas_arena_t *a,
    maas_err_t *err)
{
    png_infop      info;
    png_structp    png;
    png_source_t   source;
    maas_status_t  rc;

    if (len < PNG_HEAD || memcmp(file + 12, "IHDR", 4) != 0) {
        return maas__fail(err, MAAS_BADVALUE, "the PNG picture has no header");
    }

    rc = maas__scale_size(s, png_get32(file + 16), png_get32(file + 20), err);
    if (rc != MAAS_OK) {
        return rc;
    }

    source.p = (const unsigned char *) file;
    source.end = source.p + len;
    source.arena = a;
    source.nomem = 0;

    png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, NULL, png_failed,
                                   png_ignored, &source, png_arena, png_keep);
    info = png == NULL ? NULL : png_create_info_struct(png);

    if (info == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for a picture");
    }

    png_set_read_fn(png, &source, png_take);

    if (setjmp(png_jmpbuf(png)) == 0) {
        rc = png_rows(png, info, s, a, err);

    } else {
        rc = source.nomem
             ? maas__fail(err, MAAS_NOMEM, "no memory for a picture")
             : maas__fail(err, MAAS_BADVALUE, "the PNG picture is damaged");
    }

    png_destroy_read_struct(&png, &info, NULL);

    if (rc == MAAS_OK && source.p != source.end) {
        return maas__fail(err, MAAS_BADVALUE, "%zu bytes more than the PNG "
                          "picture has", (size_t) (source.end - source.p));
    }

    return rc;
}
