/*
 * Rows through the engine's public face: the same code, and so the same bits,
 * as in nginx.  Nothing of the trainer's own arithmetic may be here.
 */

#include <cjson/cJSON.h>

#include "model.h"


#define RUN_ROWS  256


maas_model_t *
train_model_open(const char *path)
{
    void          *file;
    size_t         size;
    maas_err_t     err = { 0 };
    maas_model_t  *m;

    file = train_slurp(path, &size);

    if (maas_model_load(file, size, MAAS_ISA_AUTO, &m, &err) != MAAS_OK) {
        train_die("%s: %s", path, err.msg);
    }

    train_free(file);

    return m;
}


/* Answers y(n,out) of the rows row(n), or of those from `at`: which are not
 * finite is told by far(n), or ends the program */

static void
run_finite(const train_data_t *d, const float *y, size_t at, size_t n,
    size_t out, const uint32_t *row, uint8_t *far)
{
    size_t                 i, k;
    const train_origin_t  *place;

    for (i = 0; i < n; i++) {
        if (maas_is_finite(y + i * out, out)) {
            continue;
        }

        if (far != NULL) {
            far[i] = 1;
            continue;
        }

        k = (row != NULL) ? row[i] : at + i;
        place = train_table_origin(d->table, k);
        train_die("row %zu: " TRAIN_NOT_FINITE,
                  place != NULL ? place->row : d->before + k + 1);
    }
}


float *
train_model_run(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows)
{
    return train_model_run_far(m, d, row, rows, NULL);
}


float *
train_model_run_far(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows, uint8_t *far)
{
    void               *ws;
    char               *x;
    float              *y;
    size_t              ws_size, at, i, n;
    maas_err_t          err = { 0 };
    const maas_info_t  *info;

    info = maas_model_info(m);
    ws_size = maas_workspace_size(m, RUN_ROWS);
    ws = train_alloc(ws_size, 1);
    x = train_alloc(RUN_ROWS, info->row);
    rows = (row != NULL) ? rows : d->rows;
    y = train_alloc(rows * info->out, sizeof(float));

    for (at = 0; at < rows; at += n) {
        n = (rows - at < RUN_ROWS) ? rows - at : RUN_ROWS;

        for (i = 0; i < n; i++) {
            train_data_wire(d, row != NULL ? row[at + i] : at + i, info,
                            x + i * info->row);
        }

        if (maas_run(m, x, n, y + at * info->out, ws, ws_size, &err)
            != MAAS_OK)
        {
            train_die("rows %zu to %zu: %s", d->before + at + 1,
                      d->before + at + n, err.msg);
        }

        if (!maas_is_finite(y + at * info->out, n * info->out)) {
            run_finite(d, y + at * info->out, at, n, info->out,
                       row != NULL ? row + at : NULL,
                       far != NULL ? far + at : NULL);
        }
    }

    train_free(ws);
    train_free(x);

    return y;
}


double *
train_model_raw(const maas_model_t *m, const train_data_t *d, int raw)
{
    void        *ws, *x;
    float       *answers;
    double      *y;
    size_t       i, out, ws_size;
    maas_err_t   err = { 0 };

    out = maas_model_info(m)->out;
    y = train_alloc(d->rows * out, sizeof(double));

    if (!raw) {
        answers = train_model_run(m, d, NULL, 0);

        for (i = 0; i < d->rows * out; i++) {
            y[i] = answers[i];
        }

        train_free(answers);
        return y;
    }

    ws_size = maas_workspace_size(m, 1);
    ws = train_alloc(ws_size, 1);
    x = train_alloc(1, maas_model_info(m)->row);

    for (i = 0; i < d->rows; i++) {
        train_data_wire(d, i, maas_model_info(m), x);

        if (maas_raw(m, x, 1, y + i * out, ws, ws_size, &err) != MAAS_OK) {
            train_die("row %zu: %s", d->before + i + 1, err.msg);
        }
    }

    train_free(ws);
    train_free(x);

    return y;
}


char *
train_model_recorded(const maas_info_t *info, const char *part,
    const char *what)
{
    char         *text;
    cJSON        *document;
    const cJSON  *training, *data, *name;

    text = NULL;
    document = cJSON_Parse(info->document);
    training = cJSON_GetObjectItemCaseSensitive(document, "training");
    data = cJSON_GetObjectItemCaseSensitive(training, part);
    name = cJSON_GetObjectItemCaseSensitive(data, what);

    if (cJSON_IsString(name)) {
        text = train_strdup(name->valuestring);
    }

    cJSON_Delete(document);

    return text;
}
