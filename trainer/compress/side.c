/*
 * What a model costs: size, time and score, measured and said.
 * Not here: how it got smaller.
 */

#include <math.h>

#include "compress.h"
#include "util.h"


#define SIDE_ROWS     200           /* of a round, at most */
#define SIDE_ROUNDS   100           /* the best of them counts, */
#define SIDE_SECONDS  0.2           /*     in so much time */


double
train_micros(const maas_model_t *m, const train_data_t *d)
{
    char               *x;
    void               *ws;
    float              *y;
    double              begin, start, best;
    size_t              i, round, rows, size;
    maas_err_t          err;
    const maas_info_t  *info;

    info = maas_model_info(m);
    rows = (d->rows < SIDE_ROWS) ? d->rows : SIDE_ROWS;
    size = maas_workspace_size(m, 1);
    ws = train_alloc(size, 1);
    x = train_alloc(rows + 1, info->row);
    y = train_alloc(info->out, sizeof(float));

    for (i = 0; i < rows; i++) {
        train_data_wire(d, i * (d->rows / rows), info, x + i * info->row);
    }

    best = INFINITY;
    begin = train_now();

    for (round = 0; round < SIDE_ROUNDS && rows > 0; round++) {
        start = train_now();

        for (i = 0; i < rows; i++) {
            if (maas_run(m, x + i * info->row, 1, y, ws, size, &err)
                != MAAS_OK)
            {
                train_die("row %zu: %s", i + 1, err.msg);
            }
        }

        best = fmin(best, train_now() - start);

        if (train_now() - begin > SIDE_SECONDS) {
            break;
        }
    }

    train_free(ws);
    train_free(x);
    train_free(y);

    return (rows > 0) ? best * 1e6 / (double) rows : NAN;
}


static void
side_row(FILE *f, const char *what, const train_side_t *side)
{
    (void) fprintf(f, "%-10s%12zu", what, side->bytes);

    if (isnan(side->micros)) {
        (void) fprintf(f, "%14s", "-");
    } else {
        (void) fprintf(f, "%14.2f", side->micros);
    }

    if (isnan(side->score)) {
        (void) fprintf(f, "%12s\n", "-");
    } else {
        (void) fprintf(f, "%12.4f\n", side->score);
    }
}


void
train_sides_print(FILE *f, const char *score_name, const train_side_t *before,
    const train_side_t *after)
{
    (void) fprintf(f, "%-10s%12s%14s%12s\n", "", "bytes", "us a row",
                   score_name);
    side_row(f, "before", before);
    side_row(f, "after", after);
}


void
train_side_json(maas_writer_t *w, const char *name, const char *score_name,
    const train_side_t *side)
{
    train_json_open(w, name, '{');
    train_json_number(w, "bytes", (double) side->bytes);

    if (!isnan(side->micros)) {
        maas_writer_key(w, "microseconds");
        maas_writer_value(w, "%.4g", side->micros);
    }

    if (!isnan(side->score)) {
        maas_writer_key(w, score_name);
        maas_writer_value(w, "%.6g", side->score);
    }

    maas_writer_close(w, '}');
}
