/*
 * JSON by the engine's writer.
 */

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"
#include "text/maas_json.h"


static void
json_put(void *ctx, const char *s, size_t len)
{
    (void) fwrite(s, 1, len, ctx);
}


/* A terminal may be at the other end; what comes here is of whole characters */

static void
json_put_shown(void *ctx, const char *s, size_t len)
{
    char    *text, *shown;
    size_t   i;

    for (i = 0; i < len && (unsigned char) s[i] < 0x7f; i++) {
        /* void */
    }

    if (i == len) {
        json_put(ctx, s, len);
        return;
    }

    text = train_format("%.*s", (int) len, s);
    shown = train_escaped(text, 1);
    (void) fputs(shown, ctx);
    train_free(text);
    train_free(shown);
}


void
train_json_begin(maas_writer_t *w, FILE *f)
{
    *w = (maas_writer_t) { .put = json_put_shown, .ctx = f };
    maas_writer_open(w, '{');
}


void
train_json_end(maas_writer_t *w)
{
    maas_writer_close(w, '}');
    json_put(w->ctx, "\n", 1);
}


void
train_json_memory(maas_writer_t *w, char **text, size_t *size)
{
    FILE  *f;

    f = open_memstream(text, size);

    if (f == NULL) {
        train_die("no memory for a document");
    }

    *w = (maas_writer_t) { .put = json_put, .ctx = f };
    maas_writer_open(w, '{');
}


void
train_json_done(maas_writer_t *w)
{
    maas_writer_close(w, '}');

    if (fclose(w->ctx) != 0) {
        train_die("no memory for a document");
    }
}


static void
json_name(maas_writer_t *w, const char *name)
{
    if (name != NULL) {
        maas_writer_key(w, name);
    }
}


void
train_json_open(maas_writer_t *w, const char *name, char kind)
{
    json_name(w, name);
    maas_writer_open(w, kind);
}


void
train_json_text(maas_writer_t *w, const char *name, const char *s)
{
    json_name(w, name);
    maas_writer_text(w, s);
}


void
train_json_flag(maas_writer_t *w, const char *name, int v)
{
    json_name(w, name);
    maas_writer_value(w, "%s", v ? "true" : "false");
}


void
train_json_number(maas_writer_t *w, const char *name, double v)
{
    char    text[32];
    double  back;

    json_name(w, name);

    if (!isfinite(v)) {
        maas_writer_value(w, "null");
        return;
    }

    /* 15 digits where they are enough */

    (void) snprintf(text, sizeof(text), "%.15g", v);
    back = strtod(text, NULL);

    if (fabs(back - v) > fmax(fabs(back), fabs(v)) * DBL_EPSILON) {
        (void) snprintf(text, sizeof(text), "%.17g", v);
    }

    maas_writer_value(w, "%s", text);
}


void
train_json_float(maas_writer_t *w, const char *name, float v)
{
    char  buf[MAAS_FLOAT_MAX];

    json_name(w, name);
    maas_writer_raw(w, buf, maas__float_print(v, buf));
}


void
train_json_floats(maas_writer_t *w, const char *name, const float *v, size_t n)
{
    size_t  i;

    train_json_open(w, name, '[');

    for (i = 0; i < n; i++) {
        train_json_float(w, NULL, v[i]);
    }

    maas_writer_close(w, ']');
}


void
train_json_texts(maas_writer_t *w, const char *name, const void *s, size_t n)
{
    json_name(w, name);
    maas_writer_list(w, s, n);
}
