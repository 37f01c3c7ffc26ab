/*
 * Numbers of a picture as one in the report, a PNG inside of the page.
 * What is drawn is decided elsewhere.
 */

#include <png.h>
#include <stdio.h>

#include "report.h"


static void
picture_base64(FILE *f, const uint8_t *p, size_t n)
{
    size_t             i;
    uint32_t           v;
    static const char  digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (i = 0; i < n; i += 3) {
        v = (uint32_t) p[i] << 16;
        v |= (i + 1 < n) ? (uint32_t) p[i + 1] << 8 : 0;
        v |= (i + 2 < n) ? p[i + 2] : 0;

        (void) fputc(digit[v >> 18], f);
        (void) fputc(digit[v >> 12 & 63], f);
        (void) fputc(i + 1 < n ? digit[v >> 6 & 63] : '=', f);
        (void) fputc(i + 2 < n ? digit[v & 63] : '=', f);
    }
}


void
train_report_picture(FILE *f, size_t height, size_t width, const float *x,
    int bytes)
{
    float             low, high;
    size_t            i;
    uint8_t          *grey, *file;
    png_image         image = { .version = PNG_IMAGE_VERSION };
    png_alloc_size_t  size;

    grey = train_alloc(height * width, 1);
    low = 0;
    high = bytes ? 255 : 1e-6f;

    for (i = 0; i < height * width && !bytes; i++) {
        low = (x[i] < low) ? x[i] : low;
        high = (x[i] > high) ? x[i] : high;
    }

    for (i = 0; i < height * width; i++) {
        grey[i] = (uint8_t) ((x[i] - low) / (high - low) * 255 + 0.5f);
    }

    image.height = (png_uint_32) height;
    image.width = (png_uint_32) width;
    image.format = PNG_FORMAT_GRAY;
    size = PNG_IMAGE_PNG_SIZE_MAX(image);
    file = train_alloc(size, 1);

    if (png_image_write_to_memory(&image, file, &size, 0, grey, 0, NULL)) {
        (void) fputs("<img alt=\"\" src=\"data:image/png;base64,", f);
        picture_base64(f, file, size);
        (void) fputs("\">", f);
    }

    train_free(file);
    train_free(grey);
}
