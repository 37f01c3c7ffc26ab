/*
 * Rows to work with and rows to judge with, and the file at the end, of
 * commands that make a model smaller.
 * Not here: how it gets smaller (compress/).
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "export/model.h"
#include "small_rows.h"


void
train_small_apart(const char *cmd, const char *path,
    const train_small_args_t *a)
{
    if (a->output == NULL) {
        train_usage(cmd, "--output is missing");
    }

    train_save_check(a->output);
    train_save_apart(a->output, path);
    train_data_apart(a->output, a->data);
    train_data_apart(a->output, a->valid);
}


static void
small_rows_read(train_small_rows_t *r, const char *path,
    const train_small_args_t *a, const char *data, train_part_t part,
    train_data_t *d)
{
    train_model_args_t  args = { .model = path, .part = (int) part };

    args.data = (char *) data;
    args.want.target = a->target;
    args.want.skip = (unsigned) a->skip;
    args.want.header = (train_tri_t) a->header;
    args.want.encoding = a->encoding;
    train_model_data(&args, r->model, d);
}


/* What rows leave in the file is in no budget of privacy */

static void
small_rows_private(const train_small_rows_t *r, const char *cmd,
    const char *path, const train_small_args_t *a)
{
    cJSON        *document;
    const cJSON  *training;

    document = cJSON_Parse(maas_model_info(r->model)->document);
    training = cJSON_GetObjectItemCaseSensitive(document, "training");

    if (cJSON_HasObjectItem(training, "privacy") && !a->known
        && (a->data != NULL || a->valid != NULL))
    {
        train_usage(cmd, "%s was trained with privacy, and what is read off "
                    "the rows here has no noise: expected other rows, or such "
                    "as may be known, and --public to say so", path);
    }

    cJSON_Delete(document);
}


void
train_small_rows(train_small_rows_t *r, const char *cmd, const char *path,
    const train_small_args_t *a, double share)
{
    *r = (train_small_rows_t) { .model = train_model_open(path) };
    small_rows_private(r, cmd, path, a);

    if (a->data != NULL) {
        small_rows_read(r, path, a, a->data, TRAIN_PART_TRAIN, &r->data);
    }

    if (a->valid != NULL) {
        small_rows_read(r, path, a, a->valid, TRAIN_PART_TEST, &r->apart);

    } else if (a->data != NULL && train_data_has_test(a->data)) {
        small_rows_read(r, path, a, a->data, TRAIN_PART_TEST, &r->apart);
    }

    r->judging = (r->apart.rows > 0) ? &r->apart : &r->data;
    r->judged.data = r->judging;

    if (a->data != NULL) {
        r->order = train_alloc(r->data.rows, sizeof(uint32_t));
        r->n = train_split(&r->data, r->apart.rows > 0 ? 0 : share, a->seed,
                           r->order);

        if (r->n == 0) {
            train_usage(cmd, "--data: %s has only %zu rows: expected more, or "
                        "--valid", a->data, r->data.rows);
        }
    }

    if (r->apart.rows > 0) {
        r->judged.rows = r->apart.rows;

    } else if (a->data != NULL) {
        r->judged.row = r->order + r->n;
        r->judged.rows = r->data.rows - r->n;
    }
}


void
train_small_measured(const train_small_rows_t *r, const char *cmd, double drop)
{
    if (!isnan(drop) && r->judged.rows == 0) {
        train_usage(cmd, "--max-drop: measured with what? %s has %zu rows, of "
                    "which none are left: expected more, or --valid",
                    r->data.path, r->data.rows);
    }
}


void
train_small_rows_free(train_small_rows_t *r)
{
    maas_model_free(r->model);
    train_data_free(&r->data);
    train_data_free(&r->apart);
    train_free(r->order);
}


/* The entry of the record; what is not known yet is what it was before */

static char *
small_rows_record(const train_small_t *s, const train_small_rows_t *r,
    const char *did, void (*how)(void *ctx, maas_writer_t *w), void *ctx,
    const train_side_t *side)
{
    char           *text;
    size_t          size;
    const char     *name, *base;
    maas_writer_t   w;

    name = (s->desc->task == MAAS_TASK_REGRESSION) ? "r2" : "accuracy";
    base = strrchr(s->path, '/');
    train_json_memory(&w, &text, &size);
    train_json_text(&w, "how", did);
    train_json_text(&w, "tool", TRAIN_TOOL);
    train_json_text(&w, "from", base != NULL ? base + 1 : s->path);
    maas_writer_key(&w, "crc32c");
    maas_writer_value(&w, "\"%08x\"", s->desc->crc32c);
    how(ctx, &w);
    train_json_number(&w, "judged_rows", (double) r->judged.rows);
    train_side_json(&w, "before", name, &side[0]);
    train_side_json(&w, "after", name, &side[1]);
    train_json_done(&w);

    return text;
}


void *
train_small_finish(const train_small_t *s, maas_node_t *nodes,
    const train_small_rows_t *r, const char *did,
    void (*how)(void *ctx, maas_writer_t *w), void *ctx, train_side_t side[2],
    train_scored_t score[2], size_t *size)
{
    char          *text;
    void          *image;
    size_t         i;
    maas_model_t  *m;

    side[0] = (train_side_t) { s->size, NAN, score[0].score };
    side[1] = (train_side_t) { s->size, NAN, NAN };

    if (r->judged.rows > 0) {
        side[0].micros = train_micros(r->model, r->judging);
    }

    /* the file says how long it is: a few times, until it is true */

    image = NULL;

    for (i = 0; i < 4; i++) {
        text = small_rows_record(s, r, did, how, ctx, side);
        train_free(image);
        image = train_small_image(s, nodes, text, size, &m);
        train_free(text);

        if (i == 0) {
            score[1] = train_scored(m, &r->judged);
            side[1].score = score[1].score;
            side[1].micros = (r->judged.rows > 0)
                             ? train_micros(m, r->judging) : NAN;

        } else if (side[1].bytes == *size) {
            maas_model_free(m);
            break;
        }

        side[1].bytes = *size;
        maas_model_free(m);
    }

    return image;
}
