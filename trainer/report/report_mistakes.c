/*
 * The part of the report that shows the worst mistakes: the pictures, or the
 * rows with some of their values.
 */

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"


#define MISTAKES_PICTURES  28
#define MISTAKES_ROWS      12
#define MISTAKES_COLUMNS   6


typedef struct {
    double  size;               /* of the loss, or of the error */
    size_t  at;                 /* among the rows that were judged */
} mistake_t;


static int
mistakes_compare(const void *one, const void *two)
{
    const mistake_t  *a = one, *b = two;

    if (a->size != b->size) {
        return (a->size < b->size) - (a->size > b->size);
    }

    return (a->at > b->at) - (a->at < b->at);
}


/* Worst first; of classes those alone where something else was said */

static mistake_t *
mistakes_find(const train_report_t *r, size_t *n)
{
    size_t                i, k;
    mistake_t            *m;
    const train_judge_t  *j;

    j = r->judge;
    m = train_alloc(r->m->rows, sizeof(mistake_t));
    *n = 0;

    for (i = 0; i < r->m->rows; i++) {
        if (r->m->classes > 0) {
            if (j->said[i] != j->truth->class[i]) {
                m[*n].size = j->loss[i];
                m[(*n)++].at = i;
            }

            continue;
        }

        for (k = 0; k < j->truth->out; k++) {
            m[*n].size += fabs((double) j->y[i * j->truth->out + k]
                               - j->truth->target[i * j->truth->out + k]);
        }

        m[(*n)++].at = i;
    }

    qsort(m, *n, sizeof(mistake_t), mistakes_compare);

    return m;
}


static size_t
mistakes_row(const train_report_t *r, size_t at)
{
    return (r->row != NULL) ? r->row[at] : at;
}


static void
mistakes_base64(FILE *f, const uint8_t *p, size_t n)
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


/* x(in): numbers of a picture, drawn from the least to the greatest if they
 * are not bytes */

static void
mistakes_picture(FILE *f, const train_data_t *d, const float *x)
{
    float             low, high, v;
    size_t            i;
    uint8_t          *grey, *file;
    png_image         image = { .version = PNG_IMAGE_VERSION };
    png_alloc_size_t  size;

    grey = train_alloc(d->in, 1);
    low = 0;
    high = (d->bytes != NULL) ? 255 : 1e-6f;

    for (i = 0; i < d->in && d->bytes == NULL; i++) {
        low = (x[i] < low) ? x[i] : low;
        high = (x[i] > high) ? x[i] : high;
    }

    for (i = 0; i < d->in; i++) {
        v = (x[i] - low) / (high - low) * 255;
        grey[i] = (uint8_t) (v + 0.5f);
    }

    image.height = (png_uint_32) d->shape[0];
    image.width = (png_uint_32) d->shape[1];
    image.format = PNG_FORMAT_GRAY;
    size = PNG_IMAGE_PNG_SIZE_MAX(image);
    file = train_alloc(size, 1);

    if (png_image_write_to_memory(&image, file, &size, 0, grey, 0, NULL)) {
        (void) fputs("<img alt=\"\" src=\"data:image/png;base64,", f);
        mistakes_base64(f, file, size);
        (void) fputs("\">", f);
    }

    train_free(file);
    train_free(grey);
}


/* "5", or "12.5" */

static void
mistakes_is(FILE *f, const train_report_t *r, size_t at)
{
    const train_truth_t  *t;

    t = r->judge->truth;

    if (t->classes > 0) {
        train_report_text(f, r->data->labels[t->class[at]]);
    } else {
        (void) fprintf(f, "%.6g", (double) t->target[at * t->out]);
    }
}


static void
mistakes_said(FILE *f, const train_report_t *r, size_t at)
{
    const train_judge_t  *j;

    j = r->judge;

    if (j->truth->classes > 0) {
        train_report_text(f, r->data->labels[j->said[at]]);
    } else {
        (void) fprintf(f, "%.6g", (double) j->y[at * j->truth->out]);
    }
}


static void
mistakes_pictures(FILE *f, const train_report_t *r, const mistake_t *m,
    size_t n)
{
    float   *x;
    size_t   i;

    n = (n < MISTAKES_PICTURES) ? n : MISTAKES_PICTURES;
    x = train_alloc(r->data->in, sizeof(float));
    (void) fputs("<div class=\"pictures\">\n", f);

    for (i = 0; i < n; i++) {
        train_data_row(r->data, mistakes_row(r, m[i].at), x);
        (void) fputs("<figure>", f);
        mistakes_picture(f, r->data, x);
        (void) fputs("<br>", f);
        mistakes_is(f, r, m[i].at);
        (void) fputs(" &rarr; <b>", f);
        mistakes_said(f, r, m[i].at);
        (void) fputs("</b>", f);

        if (r->m->classes > 0) {
            (void) fprintf(f, "<br><span>%.1f %% sure</span>",
                           100 * (double) r->judge->sure[m[i].at]);
        }

        (void) fputs("</figure>\n", f);
    }

    (void) fputs("</div>\n", f);
    train_free(x);
}


/* The value of a column in a row x(in), as far as it can be said */

static void
mistakes_value(FILE *f, const maas_field_t *field, const float *x)
{
    size_t  k;

    x += field->at;

    if (field->kind <= MAAS_FIELD_BOOLEAN && field->width == 2 && x[1] != 0) {
        (void) fputs("missing", f);     /* x[0] is what stands for it */
        return;
    }

    switch (field->kind) {

    case MAAS_FIELD_NUMBER:
        (void) fprintf(f, "%.6g", (double) x[0]);
        return;

    case MAAS_FIELD_BOOLEAN:
        (void) fputs(x[0] != 0 ? "yes" : "no", f);
        return;

    default:
        for (k = 0; k < field->n_values && k < field->width; k++) {
            if (x[k] != 0) {
                train_report_text(f, field->values[k]);
                return;
            }
        }

        (void) fputs("&hellip;", f);
    }
}


/* A text becomes hashes, of which nobody can read anything */

static int
mistakes_legible(const maas_field_t *field)
{
    return field->kind == MAAS_FIELD_NUMBER
           || field->kind == MAAS_FIELD_BOOLEAN || field->n_values > 0;
}


/* The columns that matter most, or the first ones; returns how many */

static size_t
mistakes_columns(const train_report_t *r, size_t *column)
{
    size_t  i, k, n;

    n = 0;

    for (i = 0; i < r->info->n_columns && n < MISTAKES_COLUMNS; i++) {
        column[n] = i;

        for (k = 0; r->importance != NULL && k < r->info->n_columns; k++) {
            if (strcmp(r->info->columns[k], r->importance[i].name) == 0) {
                column[n] = k;
            }
        }

        n += (size_t) mistakes_legible(&r->info->fields[column[n]]);
    }

    return n;
}


static void
mistakes_table(FILE *f, const train_report_t *r, const mistake_t *m, size_t n)
{
    float   *x;
    size_t   i, k, columns, column[MISTAKES_COLUMNS];

    columns = mistakes_columns(r, column);
    n = (n < MISTAKES_ROWS) ? n : MISTAKES_ROWS;
    x = train_alloc(r->data->in, sizeof(float));
    (void) fputs("<table><tr><th>row</th><th>it was</th><th>said</th>", f);
    (void) fputs(r->m->classes ? "<th>sure</th>" : "<th>off by</th>", f);

    for (k = 0; k < columns; k++) {
        (void) fputs("<th>", f);
        train_report_text(f, r->info->columns[column[k]]);
        (void) fputs("</th>", f);
    }

    (void) fputs("</tr>\n", f);

    for (i = 0; i < n; i++) {
        (void) fprintf(f, "<tr><td>%zu</td><td>",
                       mistakes_row(r, m[i].at) + 1);
        mistakes_is(f, r, m[i].at);
        (void) fputs("</td><td>", f);
        mistakes_said(f, r, m[i].at);

        if (r->m->classes > 0) {
            (void) fprintf(f, "</td><td>%.1f %%</td>",
                           100 * (double) r->judge->sure[m[i].at]);
        } else {
            (void) fprintf(f, "</td><td>%.6g</td>", m[i].size);
        }

        train_data_row(r->data, mistakes_row(r, m[i].at), x);

        for (k = 0; k < columns; k++) {
            (void) fputs("<td>", f);
            mistakes_value(f, &r->info->fields[column[k]], x);
            (void) fputs("</td>", f);
        }

        (void) fputs("</tr>\n", f);
    }

    (void) fputs("</table>\n", f);
    train_free(x);
}


void
train_report_mistakes(FILE *f, const train_report_t *r)
{
    size_t      n;
    mistake_t  *m;

    m = mistakes_find(r, &n);

    if (n > 0) {
        train_report_open(f, "The worst mistakes", r->m->classes
                          ? "What it was, and what was said with how much "
                            "certainty."
                          : "Where the answers are farthest off.", 1);

        if (r->data->image && r->data->rank == 2) {
            mistakes_pictures(f, r, m, n);
        } else {
            mistakes_table(f, r, m, n);
        }

        train_report_close(f);
    }

    train_free(m);
}
