/*
 * Names first, then numbers of fields.
 * Not here: the grammar (maas_csv_text.c), and which names there are
 * (maas_layout_names.c).
 */

#include "maas_field.h"
#include "maas_int.h"
#include "maas_layout.h"
#include "maas_layout_names.h"

#include <math.h>
#include <string.h>


/* What fits() has seen of the first row */

typedef struct {
    const maas_info_t         *info;
    const maas_layout_want_t  *want;
    size_t                     n;
} layout_fit_t;


size_t
maas__layout_size(const maas_info_t *info)
{
    return (MAAS_LAYOUT_MAX + info->n_others) * sizeof(uint32_t)
           + info->n_columns + info->n_others + 4 * MAAS_ALIGN;
}


/* Fields of a row of the file that the model was trained on, `without` those
 * of its targets; 0: nothing is known of it */

static size_t
layout_width(const maas_info_t *info, unsigned without)
{
    size_t  i, n, all;

    all = info->n_columns + info->n_others;
    n = all;

    for (i = 0; i < info->n_others; i++) {
        if (info->others[i].at >= all) {
            return 0;
        }

        n -= without && maas__is_target(info, i);
    }

    return info->n_others > 0 ? n : 0;
}


/* Places of a row as in the training file, in place[all]; NULL: two columns
 * had the same place */

static uint32_t *
layout_trained(const maas_info_t *info, unsigned without, uint32_t *place)
{
    size_t    i, n, all;
    uint32_t  column;

    all = info->n_columns + info->n_others;

    for (i = 0; i < all; i++) {
        place[i] = MAAS_LAYOUT_PASS;
    }

    for (i = 0; i < info->n_others; i++) {
        if (place[info->others[i].at] != MAAS_LAYOUT_PASS) {
            return NULL;
        }

        place[info->others[i].at] = (uint32_t) (info->n_columns + i);
    }

    for (i = 0, n = 0, column = 0; i < all; i++) {
        if (place[i] == MAAS_LAYOUT_PASS) {
            place[n++] = column++;

        } else if (!without
                   || !maas__is_target(info, place[i] - info->n_columns))
        {
            place[n++] = place[i];
        }
    }

    return place;
}


/* Numbers of fields that a row without names may have, beside n_columns:
 * NULL, with *n as it should be, or places */

static maas_status_t
layout_count(maas_layout_t *l, const maas_layout_want_t *want, size_t n,
    maas_arena_t *a, maas_err_t *err)
{
    size_t              i;
    unsigned            without;
    uint32_t           *place;
    const maas_info_t  *info;

    info = l->info;
    l->n = info->n_columns > 0 ? info->n_columns : info->in;
    l->place = NULL;

    if (n == l->n || n == 0 || info->n_columns == 0) {
        return MAAS_OK;
    }

    without = n != layout_width(info, 0);

    if (n != layout_width(info, without)
        && (n != info->n_columns + 1 || want->target >= n))
    {
        return MAAS_OK;                /* the row will say it */
    }

    place = maas__arena_alloc(a, n + info->n_others, sizeof(uint32_t));
    if (place == NULL) {
        return maas__fail(err, MAAS_NOMEM, "no memory for the columns");
    }

    if (n == layout_width(info, without)) {
        place = layout_trained(info, without, place);

        if (place == NULL) {
            return MAAS_OK;
        }

    } else {
        for (i = 0; i < n; i++) {
            place[i] = i == want->target ? MAAS_LAYOUT_PASS
                                         : (uint32_t) (i - (i > want->target));
        }
    }

    l->n = n;
    l->place = place;

    return MAAS_OK;
}


/* Are numbers written with a comma?  Then it separates no values. */

static int
layout_decimal_comma(const maas_info_t *info)
{
    size_t  i;

    for (i = 0; info->reader != NULL && i < info->n_columns; i++) {
        if (info->reader->columns[i].decimal == ',') {
            return 1;
        }
    }

    return 0;
}


/* Could the field be a value of the column?  Lax: it is read later. */

static int
layout_could(const maas_layout_t *l, size_t n, const maas_csv_field_t *f)
{
    uint32_t  place;

    place = l->place != NULL ? l->place[n] : (uint32_t) n;

    if (place == MAAS_LAYOUT_PASS || place >= l->info->n_columns) {
        return maas__layout_passes(l, place, f->s.data, f->s.len, NULL)
               == MAAS_OK;
    }

    return l->info->fields[place].kind != MAAS_FIELD_NUMBER
           || maas__field_is_missing(f->s.data, f->s.len)
           || (maas__csv_numeric(f->s.data, f->s.len)
               && memchr(f->s.data, ';', f->s.len) == NULL);
}


static int
layout_fits_row(const maas_layout_t *l, const maas_csv_t *row)
{
    size_t            n;
    maas_csv_t        c;
    maas_csv_field_t  f;

    c = *row;
    n = 0;

    do {
        if (maas__csv_next(&c, &f) != NULL) {
            return 0;
        }

        if (n == l->n) {
            return f.last && f.s.len == 0 && !f.quoted;
        }

        if (l->info->n_columns > 0 && !layout_could(l, n, &f)) {
            return 0;
        }
        n++;
    } while (!f.last);

    return n == l->n;
}


/* The same for the rows at c: one field more may be a separator at the end */

static maas_status_t
layout_rows(maas_layout_t *l, const maas_layout_want_t *want,
    const maas_csv_t *c, maas_arena_t *a, maas_err_t *err)
{
    size_t         n;
    maas_status_t  rc;

    n = maas__csv_count(c);
    rc = layout_count(l, want, n, a, err);

    return rc == MAAS_OK && l->n != n && n > 1
           ? layout_count(l, want, n - 1, a, err) : rc;
}


/* Is this row one of the model's, whatever the values? */

static int
layout_is_row(const maas_info_t *info, const maas_layout_want_t *want,
    const maas_csv_t *row)
{
    int             is;
    maas_arena_t   *a;
    maas_layout_t   l = { .info = info };

    a = maas__arena_create(maas__layout_size(info));

    is = a != NULL
         && layout_rows(&l, want, row, a, NULL) == MAAS_OK
         && layout_fits_row(&l, row);

    maas__arena_destroy(a);

    return is;
}


/* Is a row a text alone?  Then blanks stand in it. */

static int
layout_is_text(const maas_info_t *info)
{
    return info->n_columns == 1 && info->fields[0].kind == MAAS_FIELD_TEXT;
}


/* Is the row one field, and a separator, which no comma is, behind it?  In a
 * file with other columns the second may be empty. */

static int
layout_ends(const maas_info_t *info, const maas_csv_t *row)
{
    maas_csv_t        c;
    maas_csv_field_t  f;

    c = *row;

    return row->by != ',' && info->n_others == 0
           && maas__csv_next(&c, &f) == NULL && !f.last && !f.quoted
           && maas__csv_next(&c, &f) == NULL && f.last && f.s.len == 0
           && !f.quoted;
}


static int
layout_fits(void *data, const maas_csv_t *row, unsigned first)
{
    size_t              n;
    layout_fit_t       *fit = data;
    maas_names_kind_t   names;

    n = maas__csv_count(row);

    if (!first) {
        return n == fit->n;
    }

    fit->n = n;

    names = fit->want->header != MAAS_HEADER_NO
            ? maas__names_look(fit->info, fit->want, row) : MAAS_NAMES_NONE;

    /* words, one of which may be a name, or look like a target; or a text that
     * ends with what might separate */

    if (layout_is_text(fit->info)
        && ((names != MAAS_NAMES_KNOWN && row->by == ' ')
            || (names == MAAS_NAMES_NONE && layout_ends(fit->info, row))))
    {
        return 0;
    }

    if (names != MAAS_NAMES_NONE) {
        return fit->info->n_columns > 0 || (n > 1 && n == fit->info->in);
    }

    return n > 1 && (row->by != ',' || !layout_decimal_comma(fit->info))
           && layout_is_row(fit->info, fit->want, row);
}


static void
layout_separator(const maas_info_t *info, const maas_layout_want_t *want,
    maas_csv_t *c, const maas_csv_t *body)
{
    char          by;
    layout_fit_t  fit = { info, want, 0 };

    if (c->by != '\0') {
        return;
    }

    by = maas__csv_choose(body, want->hint, layout_fits, &fit);

    if (by == '\0' && (info->n_columns > 0 ? info->n_columns : info->in) > 1) {
        by = maas__csv_guess(body, want->hint);
        by = by == ' ' ? '\0' : by;
    }

    if (by == '\0') {
        by = layout_decimal_comma(info) ? ';' : ',';
    }

    c->by = by;
}


/* Where names or values begin, behind lines that begin with # and are neither;
 * names may stand behind such a mark */

static void
layout_begin(const maas_info_t *info, const maas_layout_want_t *want,
    maas_csv_t *c, const maas_csv_t *body)
{
    unsigned    may;
    maas_csv_t  bare;

    may = want->header != MAAS_HEADER_NO && info->n_columns > 0;

    if (may && maas__names_look(info, want, body) != MAAS_NAMES_NONE) {
        *c = *body;
        return;
    }

    for ( /* void */ ; maas__csv_row(c) && c->p < body->p; maas__csv_pass(c)) {
        bare = *c;
        maas__csv_uncomment(&bare);

        if (may && maas__names_look(info, want, c) != MAAS_NAMES_KNOWN
            && maas__names_look(info, want, &bare) == MAAS_NAMES_KNOWN)
        {
            *c = bare;
            return;
        }

        if ((may && maas__names_look(info, want, c) == MAAS_NAMES_KNOWN)
            || layout_is_row(info, want, c))
        {
            return;
        }
    }
}


maas_status_t
maas__layout_find(maas_layout_t *l, const maas_info_t *info,
    const maas_layout_want_t *want, maas_csv_t *c, maas_arena_t *a,
    maas_err_t *err)
{
    size_t         from;
    maas_csv_t     body;
    maas_status_t  rc;

    *l = (maas_layout_t) { .info = info };
    body = *c;
    maas__csv_body(&body);
    layout_separator(info, want, c, &body);
    body.by = c->by;
    from = c->line;
    l->head = *c;

    if (!maas__csv_row(c) || !maas__csv_row(&body)) {
        return layout_count(l, want, 0, a, err);
    }

    if (body.p > c->p) {
        layout_begin(info, want, c, &body);
        l->comments = (unsigned) (c->line - from);
    }

    l->head = *c;
    l->line = c->line;
    l->at = (size_t) (c->p - c->start);

    rc = maas__names_read(l, want, c, a, err);
    l->failed = rc != MAAS_OK;

    if (rc == MAAS_OK && !l->names) {
        rc = layout_rows(l, want, c, a, err);
        l->words = want->header == MAAS_HEADER_AUTO
                   && maas__csv_count(c) != l->n && maas__names_words(c);
    }

    /* as many words as there are columns may be values: others are names */

    if (rc == MAAS_OK && l->words && !want->lenient && info->n_columns > 0) {
        l->failed = 1;
        rc = maas__names_refuse(l, want, c, err);
    }

    return rc;
}


maas_status_t
maas__layout_is_target(const maas_info_t *info, const char *name,
    const char *s, size_t len, maas_err_t *err)
{
    float   v, label;
    size_t  i, n;

    maas__field_trim(&s, &len);

    if (maas__field_is_missing(s, len)
        || (info->task == MAAS_TASK_REGRESSION && maas__csv_numeric(s, len)))
    {
        return MAAS_OK;
    }

    n = info->task == MAAS_TASK_REGRESSION ? 0 : info->n_labels;

    for (i = 0; i < n; i++) {
        if ((strlen(info->labels[i]) == len
             && memcmp(info->labels[i], s, len) == 0)
            || (maas__field_number(s, len, &v) == MAAS_OK
                && maas__field_number(info->labels[i], strlen(info->labels[i]),
                                      &label) == MAAS_OK
                && v == label))
        {
            return MAAS_OK;
        }
    }

    return maas__fail(err, MAAS_BADVALUE, "the field in place of the target "
                      "\"%.64s\" is none of its values: expected rows of %zu "
                      "fields, or the names of columns in the first line",
                      name, info->n_columns);
}


maas_status_t
maas__layout_passes(const maas_layout_t *l, uint32_t place, const char *s,
    size_t len, maas_err_t *err)
{
    size_t  other;

    other = place - l->info->n_columns;

    if (l->names || place == MAAS_LAYOUT_PASS
        || !maas__is_target(l->info, other))
    {
        return MAAS_OK;
    }

    return maas__layout_is_target(l->info, l->info->others[other].name, s, len,
                                  err);
}
