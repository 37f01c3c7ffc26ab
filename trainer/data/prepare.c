/*
 * Preparation: what a model file says of its inputs, fitted to the training
 * rows and to no others.
 * Formulas of scaling are not here (scale.c), nor rows made by it (rows.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define PREPARE_HASH      256       /* slots of a hashed category */
#define PREPARE_RARE      50        /* training rows from which a value that
                                       stands only once is "other" */
#define PREPARE_SAMPLE    10000     /* rows that tell of a tensor */
#define PREPARE_CODES     4096      /* values that have a place of their own */


typedef struct {
    const char  *text;
    size_t       n;
    uint32_t     rank;
} prepare_value_t;


static int
prepare_compare(const void *one, const void *two)
{
    const prepare_value_t  *a = one, *b = two;

    if (a->n != b->n) {
        return a->n > b->n ? -1 : 1;
    }

    return strcmp(a->text, b->text);
}


static int
prepare_compare_rank(const void *one, const void *two)
{
    const prepare_value_t  *a = one, *b = two;

    return (a->rank > b->rank) - (a->rank < b->rank);
}


/* Values of a category that stand in the training rows, most frequent first;
 * *missing: rows without one */

static prepare_value_t *
prepare_count(const train_column_t *c, const uint32_t *row, size_t n,
    size_t *n_values, size_t *missing)
{
    size_t            i, k;
    prepare_value_t  *v;

    v = train_alloc(c->dict.n + 1, sizeof(prepare_value_t));
    *missing = 0;

    for (i = 0; i < c->dict.n; i++) {
        v[i].text = c->dict.text[i];
        v[i].rank = (c->rank != NULL) ? c->rank[i] : 0;
    }

    for (i = 0; i < n; i++) {
        if (c->id[row[i]] == 0) {
            (*missing)++;
        } else {
            v[c->id[row[i]] - 1].n++;
        }
    }

    for (i = 0, k = 0; i < c->dict.n; i++) {
        if (v[i].n > 0 && strlen(v[i].text) <= MAAS_MAX_TEXT) {
            v[k++] = v[i];
        }
    }

    qsort(v, k, sizeof(prepare_value_t), prepare_compare);
    *n_values = k;

    return v;
}


static void
prepare_category(train_scale_t *s, maas_column_t *c, const train_table_t *all,
    const train_column_t *t, const uint32_t *row, size_t n)
{
    size_t            i, k, missing, rows;
    const char      **values;
    prepare_value_t  *v;

    v = prepare_count(t, row, n, &k, &missing);

    if (s->raw && k > 0) {
        c->codes = 1;
        k = (k < PREPARE_CODES) ? k : PREPARE_CODES;

    } else {
        c->missing_slot = (missing > 0);
    }

    if (k == 0 || (k > all->one_hot && !s->raw)) {
        c->hash = (k == 0) ? 1 : all->hash ? all->hash : PREPARE_HASH;
        train_free(v);
        return;
    }

    while (n >= PREPARE_RARE && k > 1 && v[k - 1].n < 2) {
        k--;
    }

    if (s->raw && t->rank != NULL) {
        qsort(v, k, sizeof(prepare_value_t), prepare_compare_rank);
        s->ordered[t->place] = (uint8_t) t->ordered;
    }

    values = maas__arena_alloc(s->arena, k, sizeof(char *));
    rows = missing;

    for (i = 0; i < k && values != NULL; i++) {
        values[i] = maas__arena_strndup(s->arena, v[i].text,
                                        strlen(v[i].text));
        rows += v[i].n;
    }

    c->values = values;
    c->n_values = k;

    /* without a row to learn from, a slot would add its first weights */

    c->other = (rows < n && !s->raw);
    train_free(v);
}


static void
prepare_text(maas_column_t *c, const train_table_t *all,
    const train_column_t *t, const uint32_t *row, size_t n)
{
    size_t  i;

    c->hash = all->hash ? all->hash : t->slots ? t->slots : TRAIN_PIECES;
    c->shortest = TRAIN_PIECE_SHORTEST;
    c->longest = TRAIN_PIECE_LONGEST;

    for (i = 0; i < n; i++) {
        c->missing_slot |= (t->id[row[i]] == 0);
    }
}


/* Numbers of column i, from the table or from rows that are numbers already */

static void
prepare_number(train_scale_t *s, maas_column_t *c, const train_data_t *d,
    size_t i, const float *column, const uint32_t *row, size_t n)
{
    float            *v, x;
    size_t            j, k;
    train_scaling_t   kind;

    kind = s->kind;

    if (c->kind == MAAS_FIELD_BOOLEAN && kind != TRAIN_SCALE_NONE) {
        kind = TRAIN_SCALE_STANDARD;
    }

    v = train_alloc(n, sizeof(float));

    for (j = 0, k = 0; j < n; j++) {
        x = (column != NULL) ? column[row[j]]
                             : d->numbers[row[j] * d->in + i];

        if (!isnan(x)) {
            v[k++] = x;
        }
    }

    train_scale_numbers(c, kind, v, k);
    c->missing_slot = (k < n);
    train_free(v);
}


/* A number as it is, or none */

static void
prepare_raw(maas_column_t *c)
{
    c->scaling = train_scaling_names[TRAIN_SCALE_NONE];
    c->factor = 1;
    c->missing = (float) MAAS_KEEP;
}


static void
prepare_columns(train_scale_t *s, const train_data_t *d, const uint32_t *row,
    size_t n)
{
    size_t                 i;
    maas_column_t         *c;
    const train_column_t  *t;

    for (i = 0; d->table != NULL && i < d->table->n; i++) {
        t = &d->table->columns[i];

        if (!train_role_is_field(t->role)) {
            continue;
        }

        c = &s->columns[t->place];
        *c = t->format;
        c->name = t->name;
        c->kind = (maas_field_kind_t) t->role;
        c->scaling = train_scaling_names[TRAIN_SCALE_NONE];
        c->factor = 1;

        if (c->kind == MAAS_FIELD_DATE) {
            train_prepare_date(c, t, row, n, (int) s->raw,
                               maas__arena_alloc(s->arena, MAAS_N_PARTS,
                                                 sizeof(maas_part_t)));

        } else if (c->kind == MAAS_FIELD_CATEGORY) {
            prepare_category(s, c, d->table, t, row, n);

        } else if (c->kind == MAAS_FIELD_TEXT) {
            prepare_text(c, d->table, t, row, n);

        } else if (s->raw) {
            prepare_raw(c);

        } else {
            prepare_number(s, c, d, i, t->number, row, n);
        }
    }

    for (i = 0; d->table == NULL && i < d->in; i++) {
        s->columns[i].name = (d->columns != NULL) ? d->columns[i] : "";

        if (s->raw) {
            prepare_raw(&s->columns[i]);
        } else {
            prepare_number(s, &s->columns[i], d, i, NULL, row, n);
        }
    }
}


/* shift and factor of each slot, and curves, for train_batch_fill() */

static void
prepare_slots(train_scale_t *s)
{
    size_t                i;
    const maas_column_t  *c;

    s->n = s->fields.in;
    s->shift = train_alloc(s->n, sizeof(float));
    s->factor = train_alloc(s->n, sizeof(float));
    s->curves = train_alloc(s->n_columns, sizeof(maas_curve_t));

    for (i = 0; i < s->n; i++) {
        s->factor[i] = 1;
    }

    for (i = 0; i < s->n_columns; i++) {
        c = &s->fields.columns[i];
        s->shift[c->at] = c->shift;
        s->factor[c->at] = c->factor;

        if (c->clip > 0 || c->n_knots > 0) {
            s->curves[s->n_curves++] = (maas_curve_t) {
                c->at, c->clip, c->n_knots, c->knots, c->levels
            };
        }
    }
}


static void
prepare_tensor(train_scale_t *s, const train_data_t *d, const uint32_t *row,
    size_t n)
{
    float          *v, *x;
    size_t          i, j, step, rows;
    maas_column_t   c = { 0 };

    s->n = 1;
    s->shift = train_alloc(1, sizeof(float));
    s->factor = train_alloc(1, sizeof(float));

    /* bytes have their range by nature */

    if (d->bytes != NULL && s->kind == TRAIN_SCALE_MINMAX) {
        s->factor[0] = 1 / 255.0f;
        return;
    }

    /* some rows tell as much of one number as all of them would */

    step = n / PREPARE_SAMPLE + 1;
    rows = (n + step - 1) / step;
    v = train_alloc(rows * d->in, sizeof(float));
    x = v;

    for (i = 0, j = 0; j < rows; i += step, j++, x += d->in) {
        train_data_row(d, row[i], x);
    }

    train_scale_numbers(&c, s->kind, v, rows * d->in);
    s->shift[0] = c.shift;
    s->factor[0] = c.factor;
    train_free((void *) c.knots);
    train_free((void *) c.levels);
    train_free(v);
}


static void
prepare_fields(train_scale_t *s, const train_data_t *d, const uint32_t *row,
    size_t n)
{
    size_t  i;

    s->arena = maas__arena_create(SIZE_MAX / 2);
    s->n_columns = (d->table != NULL) ? d->n_columns : d->in;
    s->columns = train_alloc(s->n_columns, sizeof(maas_column_t));
    s->ordered = train_alloc(s->n_columns, 1);

    if (s->arena == NULL) {
        train_die("no memory for the preparation");
    }

    prepare_columns(s, d, row, n);

    if (maas__fields_create(s->arena, s->columns, s->n_columns, &s->fields)
        != MAAS_OK)
    {
        train_die("the columns make more than %u numbers a row, or memory is "
                  "out", MAAS_MAX_WIDTH);
    }

    for (i = 0; i < s->n_columns; i++) {
        train_free((void *) s->columns[i].knots);
        train_free((void *) s->columns[i].levels);
    }

    train_free(s->columns);
    s->columns = s->fields.columns;
    prepare_slots(s);
}


void
train_scale_fit(train_scale_t *s, train_scaling_t kind,
    const train_data_t *d, const uint32_t *row, size_t n)
{
    (void) memset(s, 0, sizeof(train_scale_t));

    if (kind == TRAIN_SCALE_AUTO && d->input == MAAS_INPUT_TENSOR) {
        kind = (d->bytes != NULL) ? TRAIN_SCALE_MINMAX : TRAIN_SCALE_STANDARD;
    }

    s->kind = kind;

    if (d->input == MAAS_INPUT_TENSOR) {
        if (kind == TRAIN_SCALE_QUANTILE) {
            train_die("--scaling: quantile is for columns");
        }

        prepare_tensor(s, d, row, n);
        return;
    }

    prepare_fields(s, d, row, n);
}


void
train_scale_raw(train_scale_t *s, const train_data_t *d, const uint32_t *row,
    size_t n)
{
    (void) memset(s, 0, sizeof(train_scale_t));

    s->kind = TRAIN_SCALE_NONE;
    s->raw = 1;
    prepare_fields(s, d, row, n);
}


void
train_scale_free(train_scale_t *s)
{
    train_free(s->shift);
    train_free(s->factor);
    train_free(s->curves);
    train_free(s->ordered);
    maas__arena_destroy(s->arena);
    (void) memset(s, 0, sizeof(train_scale_t));
}
