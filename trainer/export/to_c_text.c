/*
 * Texts of C: names, strings, comments and numbers that are read back to the
 * same bits.
 * Not here: what they say.
 */

#include <limits.h>
#include <math.h>
#include <string.h>

#include "to_c.h"


#define TEXT_LINE  8               /* numbers on a line */


void
train_c_code(const train_c_t *c, const char *code)
{
    for ( ; *code != '\0'; code++) {
        if (*code == '@') {
            (void) fputs(c->name, c->f);

        } else if (*code == '$') {
            (void) fputs(c->row, c->f);

        } else {
            (void) putc(*code, c->f);
        }
    }
}


/* Octal, so that no digit that follows belongs to it; "?" begins trigraphs */

void
train_c_string(const train_c_t *c, const char *s)
{
    unsigned char  b;

    (void) putc('"', c->f);

    for ( ; *s != '\0'; s++) {
        b = (unsigned char) *s;

        if (b < 0x20 || b > 0x7e) {
            (void) fprintf(c->f, "\\%03o", b);

        } else {
            if (b == '"' || b == '\\' || b == '?') {
                (void) putc('\\', c->f);
            }
            (void) putc(b, c->f);
        }
    }

    (void) putc('"', c->f);
}


void
train_c_comment(const train_c_t *c, const char *s)
{
    int  b;

    for ( ; *s != '\0'; s++) {
        b = (unsigned char) *s;
        (void) putc(b < 0x20 || b > 0x7e || strchr("*\\?", b) != NULL ? '_'
                                                                      : b,
                    c->f);
    }
}


/* Digits are a whole number where no point is: it gets one */

static void
text_number(const train_c_t *c, const char *digits, const char *suffix)
{
    (void) fprintf(c->f, "%s%s%s", digits,
                   strpbrk(digits, ".e") == NULL ? ".0" : "", suffix);
}


void
train_c_float(const train_c_t *c, float v)
{
    char  digits[MAAS_FLOAT_TEXT];

    if (isnan(v)) {
        (void) fputs("NAN", c->f);
        return;
    }

    if (isinf(v)) {
        (void) fputs(v < 0 ? "-INFINITY" : "INFINITY", c->f);
        return;
    }

    maas_float_text(v, digits);
    text_number(c, digits, "f");
}


void
train_c_double(const train_c_t *c, double v)
{
    char  digits[32];

    if (isnan(v)) {
        (void) fputs("NAN", c->f);
        return;
    }

    (void) snprintf(digits, sizeof(digits), "%.17g", v);
    text_number(c, digits, "");
}


static void
text_array(const train_c_t *c, const char *type, const char *name,
    size_t layer, size_t n)
{
    (void) fprintf(c->f, "static const %s %s_%s", type, c->name, name);

    if (layer != SIZE_MAX) {
        (void) fprintf(c->f, "%zu", layer);
    }

    (void) fprintf(c->f, "[%zu] = {", n);
}


static void
text_next(const train_c_t *c, size_t i)
{
    (void) fputs(i == 0 ? "\n    " : i % TEXT_LINE == 0 ? ",\n    " : ", ",
                 c->f);
}


void
train_c_floats(const train_c_t *c, const char *name, size_t layer,
    const float *v, size_t n)
{
    size_t  i;

    text_array(c, "float", name, layer, n);

    for (i = 0; i < n; i++) {
        text_next(c, i);
        train_c_float(c, v[i]);
    }

    (void) fputs("\n};\n\n", c->f);
}


void
train_c_texts(const train_c_t *c, const char *name, const char *const *s,
    size_t n)
{
    size_t  i;

    (void) fprintf(c->f, "const char *const  %s_%s[%zu] = {", c->name, name,
                   n);

    for (i = 0; i < n; i++) {
        (void) fputs(i == 0 ? "\n    " : ",\n    ", c->f);
        train_c_string(c, s[i]);
    }

    (void) fputs("\n};\n\n", c->f);
}


void
train_c_numbers(const train_c_t *c, const char *name, size_t layer,
    train_c_number_t v, const void *of, size_t n)
{
    long    low, high;
    size_t  i;

    low = 0;
    high = 0;

    for (i = 0; i < n; i++) {
        low = v(of, i) < low ? v(of, i) : low;
        high = v(of, i) > high ? v(of, i) : high;
    }

    text_array(c, low < SHRT_MIN ? "int32_t"
                  : low < 0 ? (high > SHRT_MAX ? "int32_t" : "int16_t")
                  : high > USHRT_MAX ? "uint32_t"
                  : high > UCHAR_MAX ? "uint16_t" : "uint8_t", name, layer, n);

    for (i = 0; i < n; i++) {
        text_next(c, i);
        (void) fprintf(c->f, "%ld%s", v(of, i), high > INT_MAX ? "u" : "");
    }

    (void) fputs("\n};\n\n", c->f);
}
