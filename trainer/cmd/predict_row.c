/*
 * What lines of `predict` share: a row's id, its label, and its JSON object.
 * Not here: which lines there are (cmd_predict.c, predict_*.c).
 */

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "predict.h"
#include "text/maas_json.h"


const char *
train_predict_label(const maas_info_t *info, const float *y)
{
    size_t                    said;
    static const char *const  binary[] = { "0", "1" };

    if (info->task == MAAS_TASK_REGRESSION) {
        return NULL;
    }

    said = maas_decision(info, y);

    if (info->n_labels > 0) {
        return info->labels[said];
    }

    return info->task == MAAS_TASK_BINARY ? binary[said] : "";
}


const char *
train_predict_id(const train_data_t *d, size_t row)
{
    const char        *text;
    train_row_name_t   name;

    if (!train_table_name(d->table, 0, &name)) {
        return NULL;
    }

    text = train_table_written(d->table, &name, row, NULL);

    return (text != NULL) ? text : "";
}


void
train_predict_json_begin(maas_writer_t *w, const maas_info_t *info,
    const char *id, const float *y)
{
    char         number[MAAS_FLOAT_MAX];
    size_t       j;
    const char  *label;

    label = train_predict_label(info, y);
    train_json_begin(w, stdout);

    if (id != NULL) {
        maas_writer_key(w, "id");
        maas_writer_string(w, id, train_cut(id, strlen(id), MAAS_MAX_TEXT));
    }

    if (label != NULL) {
        train_json_text(w, "label", label);
    }

    train_json_open(w, "outputs", '[');

    for (j = 0; j < info->out; j++) {
        maas_writer_raw(w, number, maas__float_print(y[j], number));
    }

    maas_writer_close(w, ']');
}
