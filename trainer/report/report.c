/*
 * The report: the frame of the page, its figures and its record.
 * The cards are written by report_*.c.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"


static void
report_head(FILE *f, const train_report_t *r)
{
    size_t              i;
    const maas_info_t  *info;

    info = r->info;
    (void) fputs("<!DOCTYPE html>\n<html lang=\"en\"><head>"
                 "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                 "content=\"width=device-width,initial-scale=1\">\n", f);
    train_report_print(f, "<title>%s</title>\n", r->title);
    train_report_style(f);
    train_report_print(f, "</head><body>\n<h1>%s</h1>\n<p>A %s model of ",
                       r->title, info->task_name);

    if (info->n_columns > 0) {
        (void) fprintf(f, "%zu columns", info->n_columns);
    } else {
        for (i = 0; i < info->rank; i++) {
            (void) fprintf(f, "%s%zu", i ? " &times; " : "", info->shape[i]);
        }

        (void) fputs(info->image ? " pixels" : " numbers", f);
    }

    (void) fprintf(f, ", %zu parameters, file checksum %08x. ",
                   info->parameters, info->crc32c);

    if (r->m != NULL) {
        train_report_print(f, "Judged by %zu rows: %s.", r->m->rows, r->what);
    }

    (void) fputs("</p>\n", f);
}


/* Eight signs are as wide as a tile */

static void
tiles_number(FILE *f, const char *form, double v)
{
    (void) fprintf(f, fabs(v) < 1e7 ? train_number_form(v, form) : "%.3g", v);
}


static void
report_tiles(FILE *f, const train_report_t *r)
{
    size_t                 i;
    const char            *form;
    const train_figure_t  *t;

    (void) fputs("<div class=\"tiles\">\n", f);

    for (i = 0; i < TRAIN_N_FIGURES; i++) {
        t = &train_figures[i];

        if (!train_figure_of(t, r->m) || isnan(train_figure(r->m, t))) {
            continue;
        }

        form = (t->numbers && strcmp(t->key, "r2") != 0) ? "%.5g" : "%.4f";
        (void) fprintf(f, "<div class=\"tile\"><span>%s</span><b>", t->title);
        tiles_number(f, form, train_figure(r->m, t));
        (void) fputs("</b><span>", f);

        if (r->low != NULL && !isnan(train_figure(r->low, t))) {
            tiles_number(f, form, train_figure(r->low, t));
            (void) fputs(" to ", f);
            tiles_number(f, form, train_figure(r->high, t));
        }

        (void) fputs("</span>", f);

        if (!isnan(r->m->base[i])) {
            (void) fputs("<span>baseline ", f);
            tiles_number(f, form, r->m->base[i]);
            (void) fputs("</span>", f);
        }

        (void) fputs("</div>\n", f);
    }

    (void) fputs("</div>\n", f);
    train_report_print(f, "<p>Baseline: who always says %s%s%s.</p>\n",
                       r->m->classes ? "\"" : "the mean",
                       r->m->classes ? r->data->labels[r->m->largest] : "",
                       r->m->classes ? "\"" : "");

    if (r->low != NULL) {
        (void) fprintf(f, "<p>Below a figure: where that of all such rows is, "
                       "right %g %% of the times.</p>\n", 100 * TRAIN_LEVEL);
    }
}


static void
report_record_part(FILE *f, const char *name, const cJSON *part)
{
    char         *text;
    const cJSON  *v;

    (void) fprintf(f, "<h3>%s</h3>\n<div class=\"key\">\n", name);

    cJSON_ArrayForEach(v, part) {
        if (v->string == NULL || cJSON_IsObject(v) || cJSON_IsNull(v)) {
            continue;
        }

        text = cJSON_IsString(v) ? NULL : cJSON_PrintUnformatted(v);
        train_report_print(f, "<div><span>%s</span><b>%s</b></div>\n",
                           v->string, text != NULL ? text
                           : cJSON_IsString(v) ? v->valuestring : "");
        cJSON_free(text);
    }

    (void) fputs("</div>\n", f);
}


/* What the file says of its training, as it stands there */

static void
report_record(FILE *f, const train_report_t *r)
{
    size_t              i;
    cJSON              *document;
    const cJSON        *training, *part;
    static const char  *const  parts[] = { "data", "metrics", "privacy",
                                           "settings" };

    document = cJSON_Parse(r->info->document);
    training = cJSON_GetObjectItemCaseSensitive(document, "training");

    if (cJSON_IsObject(training)) {
        train_report_open(f, "The record in the file",
                          cJSON_HasObjectItem(training, "privacy")
                          ? "The noise that privacy wants is never the same."
                          : "With these settings and these data the same file "
                            "comes out again, bit for bit.", 1);
        report_record_part(f, "training", training);

        for (i = 0; i < train_nelts(parts); i++) {
            part = cJSON_GetObjectItemCaseSensitive(training, parts[i]);

            if (part != NULL || strcmp(parts[i], "privacy") != 0) {
                report_record_part(f, parts[i], part);
            }
        }

        train_report_close(f);
    }

    cJSON_Delete(document);
}


static void
report_page(FILE *f, const train_report_t *r)
{
    report_head(f, r);

    if (r->m != NULL) {
        report_tiles(f, r);
    }

    (void) fputs("<div class=\"cards\">\n", f);
    train_report_history(f, r);
    train_report_tried(f, r);

    if (r->m != NULL) {
        if (r->m->classes > 0) {
            train_report_classes(f, r);
        } else {
            train_report_numbers(f, r);
        }

        train_report_importance(f, r);
        train_report_reasons(f, r);
        train_report_mistakes(f, r);
    }

    train_report_audit(f, r);
    train_report_smaller(f, r);
    train_report_columns(f, r);
    report_record(f, r);
    (void) fprintf(f, "</div>\n<footer>%s</footer>\n</body></html>\n",
                   TRAIN_TOOL);
}


void
train_report_write(const char *path, const train_report_t *r)
{
    FILE    *f;
    char    *text;
    size_t   size;

    text = NULL;
    size = 0;
    f = open_memstream(&text, &size);

    if (f == NULL) {
        train_die("no memory for a report");
    }

    report_page(f, r);

    if (fclose(f) != 0) {
        train_die("no memory for a report");
    }

    train_save(path, text, size);
    train_free(text);
}
