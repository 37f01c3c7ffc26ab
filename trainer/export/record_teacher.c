/*
 * The teachers of a training, for the record: which files they were, how good
 * they are themselves, and on which rows nobody but they said a truth.
 * Not here: what they are good for (net/loss.c).
 */

#include <math.h>
#include <string.h>

#include "model.h"


static const char *
teacher_base(const char *path)
{
    const char  *base;

    base = strrchr(path, '/');

    return (base != NULL && base[1] != '\0') ? base + 1 : path;
}


static void
teacher_file(maas_writer_t *w, const char *path, uint32_t crc32c)
{
    train_json_text(w, "name", teacher_base(path));
    maas_writer_key(w, "crc32c");
    maas_writer_value(w, "\"%08x\"", crc32c);
}


void
train_record_teacher(maas_writer_t *w, const train_record_t *r)
{
    char    *names, *p;
    double   score;
    size_t   i;

    if (r->n_teachers == 0) {
        return;
    }

    train_json_open(w, "teacher", '{');
    train_json_open(w, "models", '[');
    names = train_strdup(r->options->teacher);
    p = names;

    for (i = 0; i < r->n_teachers; i++) {
        maas_writer_open(w, '{');
        teacher_file(w, strsep(&p, ","), r->teacher_crc32c[i]);
        maas_writer_close(w, '}');
    }

    train_free(names);
    maas_writer_close(w, ']');
    train_json_number(w, "bytes", (double) r->teacher_bytes);

    if (r->taught != NULL) {
        score = (r->data->classes != NULL) ? r->taught->accuracy
                                           : r->taught->r2;
        train_json_number(w, "rows", (double) r->taught->rows);
        maas_writer_key(w, r->data->classes != NULL ? "accuracy" : "r2");
        maas_writer_value(w, "%.6g", isfinite(score) ? score : 0);
    }

    if (r->more != NULL) {
        train_json_open(w, "unlabelled", '{');
        teacher_file(w, r->more->path, r->more->crc32c);
        train_json_number(w, "rows", (double) r->more->rows);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, '}');
}
