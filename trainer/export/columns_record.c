/*
 * What a model file says of the training file's columns beside its inputs:
 * those that are none, how the target was written, and what was usual.
 * Columns that go into the network are in record.c.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "model.h"
#include "data/join.h"


#define COLUMNS_DECIDED  256        /* of which is said why, at most */


static const char *
columns_other_role(train_role_t role)
{
    switch (role) {

    case TRAIN_ROLE_TARGET:
        return maas__role_names[MAAS_ROLE_TARGET];

    case TRAIN_ROLE_ID:
        return maas__role_names[MAAS_ROLE_ID];

    case TRAIN_ROLE_WEIGHT:
        return maas__role_names[MAAS_ROLE_WEIGHT];

    default:
        return maas__role_names[MAAS_ROLE_IGNORED];
    }
}


/* How numbers of a target or weight are written: for `evaluate` alone */

static void
columns_judged(maas_writer_t *w, const train_column_t *c)
{
    const maas_column_t  *f = &c->format;

    train_json_text(w, "kind", maas__field_names[f->kind]);

    train_record_format(w, f);

    if (f->n_blanks > 0) {
        train_json_texts(w, "missing_values", f->blanks, f->n_blanks);
    }
}


static void
columns_others(maas_writer_t *w, const train_table_t *t)
{
    size_t                 i;
    const train_column_t  *c;

    train_json_open(w, "other_columns", '[');

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (train_role_is_field(c->role)) {
            continue;
        }

        train_json_open(w, NULL, '{');
        train_json_text(w, "name", c->name);
        train_json_text(w, "role", columns_other_role(c->role));

        if (!t->free_order && !train_table_is_joined(t, i)) {
            train_json_number(w, "at", (double) i);
        }

        if (c->role == TRAIN_ROLE_TARGET || c->role == TRAIN_ROLE_WEIGHT) {
            columns_judged(w, c);
        }

        maas_writer_close(w, '}');
    }

    maas_writer_close(w, ']');
}


static void
columns_numbers(maas_writer_t *w, const train_column_t *c, size_t rows)
{
    size_t  i, n;
    double  v, sum, low, high;

    n = 0;
    sum = 0;
    low = INFINITY;
    high = -INFINITY;

    for (i = 0; i < rows; i++) {
        v = (double) c->number[i];

        if (!isnan(v)) {
            n++;
            sum += v;
            low = (v < low) ? v : low;
            high = (v > high) ? v : high;
        }
    }

    if (n == 0) {
        return;
    }

    if (c->role == TRAIN_ROLE_BOOLEAN) {
        train_json_text(w, "usual", 2 * sum > (double) n ? "true" : "false");
        return;
    }

    train_json_float(w, "mean", (float) (sum / (double) n));
    train_json_float(w, "low", (float) low);
    train_json_float(w, "high", (float) high);
}


/* The most frequent text, unless it might be somebody's own */

static void
columns_usual(maas_writer_t *w, const train_column_t *c, size_t rows)
{
    size_t   i, best;
    size_t  *n;

    n = train_alloc(c->dict.n + 1, sizeof(size_t));     /* 0: missing */
    best = 0;

    for (i = 0; i < rows; i++) {
        n[c->id[i]]++;
    }

    n[0] = 0;

    for (i = 1; i <= c->dict.n; i++) {
        best = (n[i] > n[best]) ? i : best;
    }

    if (best > 0 && (n[best] > 1 || c->role == TRAIN_ROLE_DATE)
        && strlen(c->dict.text[best - 1]) <= MAAS_MAX_TEXT)
    {
        train_json_text(w, "usual", c->dict.text[best - 1]);
    }

    train_free(n);
}


void
train_columns_decided(maas_writer_t *w, const train_table_t *t)
{
    size_t                 i, n;
    const train_column_t  *c;

    for (i = 0, n = 0; t != NULL && i < t->n && n < COLUMNS_DECIDED; i++) {
        c = &t->columns[i];

        if (c->was_why != NULL) {
            if (n++ == 0) {
                train_json_open(w, "columns", '{');
            }

            train_json_text(w, c->name, c->why);
        }
    }

    if (n > 0) {
        maas_writer_close(w, '}');
    }
}


void
train_columns_record(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s, const float *baseline, int reference)
{
    size_t                 i;
    const train_column_t  *c;
    const train_table_t   *t = d->table;

    if (t == NULL && baseline == NULL) {
        return;
    }

    if (t != NULL) {
        columns_others(w, t);
    }

    if (!reference) {
        return;
    }

    train_json_open(w, "reference", '{');
    train_json_number(w, "rows", (double) d->rows);

    if (baseline != NULL) {
        train_json_floats(w, "baseline", baseline, d->in);
    }

    if (t == NULL) {
        maas_writer_close(w, '}');
        return;
    }

    train_json_open(w, "columns", '{');

    for (i = 0; i < t->n; i++) {
        c = &t->columns[i];

        if (!train_role_is_field(c->role)) {
            continue;
        }

        train_json_open(w, c->name, '{');

        if (c->number != NULL) {
            columns_numbers(w, c, d->rows);

        } else if (c->id != NULL) {
            columns_usual(w, c, d->rows);
        }

        train_columns_reference(w, d, s, c);
        maas_writer_close(w, '}');
    }

    maas_writer_close(w, '}');
    maas_writer_close(w, '}');
}


static const char *const *
columns_list(maas_arena_t *a, const cJSON *list, size_t *n)
{
    const char   **texts;
    const cJSON   *v;

    *n = 0;
    texts = maas__arena_alloc(a, (size_t) cJSON_GetArraySize(list) + 1,
                              sizeof(char *));

    cJSON_ArrayForEach(v, list) {
        if (texts != NULL && cJSON_IsString(v) && *n < MAAS_MAX_UNITS) {
            texts[*n] = maas__arena_strndup(a, v->valuestring,
                                            strlen(v->valuestring));
            *n += (texts[*n] != NULL);
        }
    }

    return texts;
}


static char
columns_sign(const cJSON *v)
{
    return cJSON_IsString(v) && strlen(v->valuestring) == 1
           ? v->valuestring[0] : '\0';
}


int
train_other_recorded(const maas_info_t *info, maas_role_t which,
    const char *name, maas_arena_t *a, maas_column_t *f)
{
    int           known;
    cJSON        *document;
    const cJSON  *v, *role, *kind, *own;

    (void) memset(f, 0, sizeof(maas_column_t));
    document = cJSON_Parse(info->document);
    kind = NULL;

    cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(document,
                                                           "other_columns"))
    {
        role = cJSON_GetObjectItemCaseSensitive(v, "role");
        own = cJSON_GetObjectItemCaseSensitive(v, "name");

        if (cJSON_IsString(role)
            && (name == NULL || (cJSON_IsString(own)
                                 && strcmp(own->valuestring, name) == 0))
            && strcmp(role->valuestring, maas__role_names[which]) == 0)
        {
            kind = cJSON_GetObjectItemCaseSensitive(v, "kind");
            break;
        }
    }

    if (cJSON_IsString(kind)) {
        f->kind = strcmp(kind->valuestring, "number") == 0
                  ? MAAS_FIELD_NUMBER : MAAS_FIELD_CATEGORY;
        f->decimal = columns_sign(cJSON_GetObjectItemCaseSensitive(v,
                                                                "decimal"));
        f->thousands = columns_sign(cJSON_GetObjectItemCaseSensitive(v,
                                                              "thousands"));
        f->units = columns_list(a, cJSON_GetObjectItemCaseSensitive(v,
                                                  "units"), &f->n_units);
        f->blanks = columns_list(a, cJSON_GetObjectItemCaseSensitive(v,
                                       "missing_values"), &f->n_blanks);
    }

    known = (kind != NULL);
    cJSON_Delete(document);

    return known;
}
