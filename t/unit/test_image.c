/*
 * Pictures: PGM and every kind of PNG become the row that they should, damaged
 * ones and bombs a sentence, and scaling agrees with a plain reference.
 */

#include "wire/image/maas_image.h"
#include "text/maas_json.h"
#include "wire.h"

#include <math.h>
#include <png.h>



#define SIDE  24                   /* most pixels a side in these tests */


typedef struct {
    size_t          len;
    unsigned char   data[65536];
} file_t;


static maas_info_t
picture_info(size_t height, size_t width)
{
    maas_info_t  info;

    info = wire_info();
    info.image = 1;
    info.rank = 2;
    info.shape[0] = height;
    info.shape[1] = width;
    info.in = height * width;
    info.row = info.in * sizeof(float);

    return info;
}


/* In memory of just its size: AddressSanitizer sees a read behind it. */

static maas_status_t
picture(const void *file, size_t len, size_t height, size_t width, float *x,
    maas_err_t *err)
{
    char           *copy;
    size_t          pixels;
    maas_info_t     info;
    maas_status_t   rc;

    info = picture_info(height, width);
    pixels = 0;
    copy = malloc(len);
    memcpy(copy, file, len);

    rc = maas__image_read(&info, copy, len, &pixels, x, err);

    free(copy);

    return rc;
}


static void
png_put(png_structp png, png_bytep data, size_t n)
{
    file_t  *f = png_get_io_ptr(png);

    assert_true(f->len + n <= sizeof(f->data));
    memcpy(f->data + f->len, data, n);
    f->len += n;
}


static void
png_flush_nothing(png_structp png)
{
}


/* rows: packed as the format wants it, `stride` bytes each */

static void
png_make(file_t *f, unsigned width, unsigned height, int depth, int type,
    int interlace, const unsigned char *rows, size_t stride)
{
    int          pass, passes;
    unsigned     i;
    png_infop    info;
    png_structp  png;

    static png_color  palette[3] = {
        { 255, 0, 0 }, { 0, 255, 0 }, { 10, 20, 30 }
    };
    static png_byte  alpha[2] = { 255, 51 };

    f->len = 0;
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    info = png_create_info_struct(png);
    png_set_write_fn(png, f, png_put, png_flush_nothing);
    png_set_IHDR(png, info, width, height, depth, type, interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);

    if (type == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, palette, 3);
        png_set_tRNS(png, info, alpha, 2, NULL);
    }

    png_write_info(png, info);
    passes = png_set_interlace_handling(png);

    for (pass = 0; pass < passes; pass++) {
        for (i = 0; i < height; i++) {
            png_write_row(png, rows + i * stride);
        }
    }

    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}


static void
holds(const file_t *f, size_t height, size_t width, const float *want,
    const char *what)
{
    float       x[SIDE * SIDE];
    size_t      i;
    maas_err_t  err;

    if (picture(f->data, f->len, height, width, x, &err) != MAAS_OK) {
        fail_msg("%s: %s", what, err.msg);
    }

    for (i = 0; i < height * width; i++) {
        if (x[i] != want[i]) {
            fail_msg("%s: pixel %zu: %g, expected %g", what, i, x[i], want[i]);
        }
    }
}


static void
png_kinds(void **state)
{
    int     interlace;
    file_t  f;

    static const unsigned char  grey[] = { 0, 1, 254, 255, 7, 128 };
    static const unsigned char  bits[] = { 0x40, 0xa0 };
    static const unsigned char  deep[] = { 0, 0, 0x80, 0x80, 0xff, 0xff,
                                           0x00, 0x80, 0x01, 0x01, 0xfe,
                                           0xff };
    static const unsigned char  veil[] = { 200, 255, 200, 0, 200, 51 };
    static const unsigned char  rgb[] = { 255, 0, 0, 0, 255, 0, 0, 0, 255 };
    static const unsigned char  rgba[] = { 255, 255, 255, 255, 255, 255, 255,
                                           0, 0, 255, 0, 51 };
    static const unsigned char  index[] = { 0x18 };    /* 0 1 2 0, two bits */

    for (interlace = 0; interlace < 2; interlace++) {
        png_make(&f, 3, 2, 8, PNG_COLOR_TYPE_GRAY, interlace, grey, 3);
        holds(&f, 2, 3, (float []) { 0, 1, 254, 255, 7, 128 }, "grey");

        png_make(&f, 3, 2, 1, PNG_COLOR_TYPE_GRAY, interlace, bits, 1);
        holds(&f, 2, 3, (float []) { 0, 255, 0, 255, 0, 255 }, "one bit");

        png_make(&f, 3, 2, 16, PNG_COLOR_TYPE_GRAY, interlace, deep, 6);
        holds(&f, 2, 3, (float []) { 0, 128, 255, 0, 1, 254 }, "16 bits");

        png_make(&f, 3, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, interlace, veil, 6);
        holds(&f, 1, 3, (float []) { 200, 0, 40 }, "grey and alpha");

        png_make(&f, 3, 1, 8, PNG_COLOR_TYPE_RGB, interlace, rgb, 9);
        holds(&f, 1, 3, (float []) { 76, 150, 29 }, "RGB");

        png_make(&f, 3, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, interlace, rgba, 12);
        holds(&f, 1, 3, (float []) { 255, 0, 30 }, "RGB and alpha");

        /* green is a fifth there */
        png_make(&f, 4, 1, 2, PNG_COLOR_TYPE_PALETTE, interlace, index, 1);
        holds(&f, 1, 4, (float []) { 76, 30, 18, 76 }, "palette");
    }
}


static void
pgm_kinds(void **state)
{
    size_t  i;
    file_t  f;

    static const float  want[] = { 0, 51, 255, 128, 7, 1 };

#define PGM(text)  { text, sizeof(text) - 1 }

    static const struct { const char *data; size_t len; }  cases[] = {
        PGM("P5 3 2 255\n\x00\x33\xff\x80\x07\x01"),
        PGM("P5\n# by hand\n3\t2 # more\n255 \x00\x33\xff\x80\x07\x01"),
        PGM("P2\n3 2\n255\n0 51 255\n128 7 1\n"),
        PGM("P2#\n3 2 255 0 51 255 128 #\n7 1 \n\n"),
        PGM("P5 3 2 65535\n\x00\x00\x33\x33\xff\xff\x80\x80\x07\x07\x01\x01"),
        PGM("P2 3 2 1020 0 204 1020 512 28 4"),
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f.len = cases[i].len;
        memcpy(f.data, cases[i].data, f.len);
        holds(&f, 2, 3, want, cases[i].data);
    }
}


static void
refusals(void **state)
{
    float          x[16];
    size_t         i, pixels;
    maas_err_t     err;
    maas_info_t    info;
    maas_status_t  rc;

    static const struct {
        maas_status_t  rc;
        const char    *data;
        size_t         len;
        const char    *msg;
    } cases[] = {
#define BAD(text)  MAAS_BADVALUE, text, sizeof(text) - 1
        { BAD(""), "neither a PNG nor a PGM picture" },
        { BAD("P6 2 2 255 "), "neither a PNG nor a PGM picture" },
        { BAD("\x89PNG\r\n\x1a\n"), "the PNG picture has no header" },
        { BAD("P5 "), "the PGM picture has no width, height and maximum" },
        { BAD("P5 2 x 255 "), "the PGM picture has no width, height and "
          "maximum" },
        { BAD("P5 2 2 0 "), "the PGM picture has no width, height and "
          "maximum" },
        { BAD("P5 2 2 65536 "), "the PGM picture has no width, height and "
          "maximum" },
        { BAD("P5 2 2 255"), "the PGM picture has no white space before its "
          "pixels" },
        { BAD("P5 2 2 255\0\1\2\3\4"), "the PGM picture has no white space "
          "before its pixels" },
        { BAD("P5 0 2 255 "), "a picture without pixels" },
        { BAD("P5 2 2 255 \1\2\3"), "the PGM picture ends early, or has a "
          "pixel that is no number" },
        { BAD("P5 2 1 256 \1\0\1"), "the PGM picture ends early, or has a "
          "pixel that is no number" },
        { BAD("P5 2 2 255 \1\2\3\4\5"), "1 bytes more than the PGM picture "
          "has" },
        { BAD("P5 2 2 2 \1\2\2\3"), "the PGM picture has a pixel over its "
          "maximum" },
        { BAD("P2 2 1 9 1 a"), "the PGM picture ends early, or has a pixel "
          "that is no number" },
        { BAD("P2 2 1 9 1 10"), "the PGM picture has a pixel over its "
          "maximum" },
        { BAD("P2 2 1 9 1 1 1"), "1 bytes more than the PGM picture has" },
        { MAAS_TOOBIG, "P5 16385 1 255 ", 15, "a picture of 16385 x 1 pixels, "
          "at most 16384 a side and 4194304 in all are allowed" },
        { MAAS_TOOBIG, "P5 4096 1025 255 ", 17, "a picture of 4096 x 1025 "
          "pixels, at most 16384 a side and 4194304 in all are allowed" },
        { MAAS_TOOBIG, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff"
          "\x7f\xff\xff\xff\x08\0\0\0\0....", 33, "a picture of 2147483647 x "
          "2147483647 pixels, at most 16384 a side and 4194304 in all are "
          "allowed" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = picture(cases[i].data, cases[i].len, 2, 2, x, &err);

        if (rc != cases[i].rc || strcmp(err.msg, cases[i].msg) != 0) {
            fail_msg("%zu: %d \"%s\", expected \"%s\"", i, rc, err.msg,
                     cases[i].msg);
        }
    }

    info = wire_info();
    pixels = 0;
    assert_int_equal(maas__image_read(&info, "P2 1 1 1 1", 10, &pixels, x,
                                      &err),
                     MAAS_UNSUPPORTED);
}


/* The cap is for all pictures of a request. */

static void
together(void **state)
{
    float        x[1];
    size_t       pixels;
    maas_err_t   err;
    maas_info_t  info;

    info = picture_info(1, 1);
    pixels = (1 << 22) - 5;

    assert_int_equal(maas__image_read(&info, "P2 2 1 1 1 1", 12, &pixels, x,
                                      &err),
                     MAAS_OK);
    assert_int_equal(maas__image_read(&info, "P2 3 1 1 1 1 1", 14, &pixels, x,
                                      &err),
                     MAAS_OK);
    assert_int_equal(pixels, 1 << 22);
    assert_int_equal(maas__image_read(&info, "P2 1 1 1 1", 10, &pixels, x,
                                      &err),
                     MAAS_TOOBIG);
}


/* Cut anywhere or with a byte changed: never a crash; cut, never a row. */

static void
damage(void **state)
{
    int         interlace;
    float       x[SIDE * SIDE];
    file_t      f;
    size_t      i;
    uint64_t    random;
    maas_err_t  err;

    static unsigned char  rows[SIDE * SIDE * 4];

    random = 1;

    for (i = 0; i < sizeof(rows); i++) {
        rows[i] = (unsigned char) (wire_random(&random) & 3);
    }

    for (interlace = 0; interlace < 2; interlace++) {
        png_make(&f, SIDE, SIDE, 8, PNG_COLOR_TYPE_RGB_ALPHA, interlace, rows,
                 SIDE * 4);
        assert_int_equal(picture(f.data, f.len, 9, 9, x, &err), MAAS_OK);

        for (i = 0; i < f.len; i++) {
            assert_int_not_equal(picture(f.data, i, 9, 9, x, &err), MAAS_OK);

            f.data[i] ^= 0x55;
            (void) picture(f.data, f.len, 9, 9, x, &err);
            f.data[i] ^= 0x55;
        }

        f.data[f.len++] = 0;
        assert_int_equal(picture(f.data, f.len, 9, 9, x, &err),
                         MAAS_BADVALUE);
    }
}


/* The large side as a function, constant on each pixel, integrated; or the
 * small one as a polygon through the middles of its pixels. */

static double
reference_axis(const double *in, size_t stride, size_t from, size_t to,
    size_t i)
{
    double  sum, low, high, at, part;
    size_t  j;

    if (to <= from) {
        low = (double) i * from / to;
        high = (double) (i + 1) * from / to;

        for (sum = 0, j = 0; j < from; j++) {
            part = fmin(high, j + 1.0) - fmax(low, (double) j);
            sum += part > 0 ? part * in[j * stride] : 0;
        }

        return sum / (high - low);
    }

    at = (i + 0.5) * from / to - 0.5;
    at = fmin(fmax(at, 0), from - 1.0);
    j = (size_t) at;
    part = at - j;

    return j + 1 < from ? in[j * stride] * (1 - part)
                          + in[(j + 1) * stride] * part
                        : in[j * stride];
}


static void
scaling_one(size_t w, size_t h, size_t to_w, size_t to_h, uint64_t *random)
{
    int         head;
    float       x[SIDE * SIDE];
    file_t      f;
    size_t      i, k;
    double      want, in[SIDE * SIDE], middle[SIDE * SIDE];
    maas_err_t  err;

    head = snprintf((char *) f.data, 64, "P5 %zu %zu 255\n", w, h);
    f.len = (size_t) head + w * h;

    for (i = 0; i < w * h; i++) {
        f.data[head + i] = (unsigned char) wire_random(random);
        in[i] = f.data[head + i];
    }

    assert_int_equal(picture(f.data, f.len, to_h, to_w, x, &err), MAAS_OK);

    for (i = 0; i < h; i++) {
        for (k = 0; k < to_w; k++) {
            middle[i * to_w + k] = reference_axis(in + i * w, 1, w, to_w, k);
        }
    }

    for (i = 0; i < to_h; i++) {
        for (k = 0; k < to_w; k++) {
            want = reference_axis(middle + k, to_w, h, to_h, i);

            if (fabs(x[i * to_w + k] - want) > 1e-3
                || (w == to_w && h == to_h && x[i * to_w + k] != in[i * w + k]))
            {
                fail_msg("%zu x %zu to %zu x %zu: %g, expected %g", w, h, to_w,
                         to_h, x[i * to_w + k], want);
            }
        }
    }
}


static void
scaling(void **state)
{
    size_t    w, h, to;
    uint64_t  random;

    random = 7;

    for (w = 1; w <= SIDE; w++) {
        for (h = 1; h <= SIDE; h += 3) {
            for (to = 1; to <= 13; to++) {
                scaling_one(w, h, to, 14 - to, &random);
            }

            scaling_one(w, h, w, h, &random);
        }
    }
}


static void
base64(void **state)
{
    char        out[64];
    size_t      i, n;
    maas_str_t  raw;

    static const struct { const char *text, *want; }  cases[] = {
        { "", "" },
        { "Zg==", "f" }, { "Zg", "f" },
        { "Zm8=", "fo" }, { "Zm8", "fo" },
        { "Zm9vYmFy", "foobar" },
        { "+\\/+/", "\xfb\xff\xbf" },
        { "Z", NULL }, { "Zg=", NULL }, { "Zm9v=", NULL }, { "Zg===", NULL },
        { "Z===", NULL }, { "Zg==Zg==", NULL }, { "Zm 8", NULL },
        { "Zm-8", NULL }, { "Zm9v\\n", "foo" }, { "=", NULL },
        { "\\u002b\\u002F\\u002b/", "\xfb\xff\xbf" },
        { "Zg\\u003d\\u003D", "f" }, { "Zm9v\\r\\nYmFy\\u000a", "foobar" },
        { "Zm9v\\u0100", NULL }, { "Zm9v\\u0000", NULL }, { "Zm9v\\", NULL },
        { "Zm9v\\u00", NULL }, { "Zm9v\\b", NULL }, { "Zm9v\\\"", NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        raw.data = cases[i].text;
        raw.len = strlen(raw.data);

        n = maas__base64(raw, out);

        if (n == SIZE_MAX) {
            assert_null(cases[i].want);
            continue;
        }

        if (cases[i].want == NULL || n != strlen(cases[i].want)
            || memcmp(out, cases[i].want, n) != 0)
        {
            fail_msg("%s", cases[i].text);
        }
    }
}


static void
in_json(void **state)
{
    size_t       i;
    wire_t       w;
    maas_info_t  info;

    /* P2 2 2 9 0 9 9 0 */
#define FILE_1  "UDIgMiAyIDkgMCA5IDkgMA=="

    static const struct { const char *text, *msg; size_t rows; }  cases[] = {
        { "{\"instances\":[{\"b64\":\"" FILE_1 "\"}]}", NULL, 1 },
        { "{\"instances\":[{\"input\":{\"b64\":\"" FILE_1 "\"}},"
          "{\"input\":[0,255,255,0]}]}", NULL, 2 },
        { "{\"inputs\":[{\"b64\":\"" FILE_1 "\"},{\"b64\":\"" FILE_1
          "\"}]}", NULL, 2 },
        { "{\"inputs\":{\"input\":[{\"b64\":\"" FILE_1 "\"}]}}", NULL, 1 },
        { "{\"instances\":[{\"b64\":\"UDI\"}]}",
          "neither a PNG nor a PGM picture", 0 },
        { "{\"instances\":[{\"b64\":\"???\"}]}",
          "byte 21: Unable to base64 decode", 0 },
        { "{\"instances\":[{\"b64\":7}]}", "byte 21: expected a string", 0 },
        { "{\"instances\":[{\"input\":{}}]}",
          "byte 23: expected an object of \"b64\" alone", 0 },
        { "{\"instances\":[{\"input\":{\"b64\":\"" FILE_1 "\",\"x\":1}}]}",
          "byte 23: expected an object of \"b64\" alone", 0 },
        { "{\"instances\":[{\"b64\":\"" FILE_1 "\",\"input\":[1,1,1,1]}]}",
          "byte 56: the input is there twice", 0 },
    };

    info = picture_info(2, 2);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wire_read(&w, &info, WIRE_V1, cases[i].text, strlen(cases[i].text),
                  WIRE_ALL, 8);

        if (cases[i].msg != NULL) {
            assert_string_equal(w.err.msg, cases[i].msg);
            continue;
        }

        if (w.rc != MAAS_OK) {
            fail_msg("%s: %s", cases[i].text, w.err.msg);
        }

        assert_int_equal(w.req.rows, cases[i].rows);
        assert_true(w.x[4 * w.req.rows - 4] == 0
                    && w.x[4 * w.req.rows - 3] == 255
                    && w.x[4 * w.req.rows - 2] == 255
                    && w.x[4 * w.req.rows - 1] == 0);
    }

    /* nothing of this for a model of plain numbers */

    info.image = 0;
    wire_read(&w, &info, WIRE_V1, cases[0].text, strlen(cases[0].text),
              WIRE_ALL, 8);
    assert_string_equal(w.err.msg,
                        "byte 21: unknown input \"b64\", expected \"input\"");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(png_kinds),
        cmocka_unit_test(pgm_kinds),
        cmocka_unit_test(refusals),
        cmocka_unit_test(together),
        cmocka_unit_test(damage),
        cmocka_unit_test(scaling),
        cmocka_unit_test(base64),
        cmocka_unit_test(in_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
