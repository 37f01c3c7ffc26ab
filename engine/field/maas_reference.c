/*
 * What training saw, and what comes now: marks of values that the numbers of a
 * row do not tell of, and the bin of a column's reference that a value is in.
 * Not here: reading references (read/maas_read_reference.c), counting.
 */

#include "maas_field.h"
#include "maas_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


/* seconds by which a point in time may be off, since a slot is a float */

#define REFERENCE_NOISE  600


/* As it is without marks */

static void
reference_missing(const maas_fields_t *f, const maas_column_t *c, void *x)
{
    memset(x, 0, c->width * maas__slot_size(f->wide));

    if (maas__field_is_number(c)) {
        if (isnan(c->missing)) {
            maas__slot_clear(f->wide, x, 0);

        } else {
            maas__slot_set(f->wide, x, 0, c->missing == MAAS_KEEP
                                          ? NAN : (double) c->missing);
        }
    }

    if (c->codes) {
        maas__slot_set(f->wide, x, 0, NAN);
    }

    if (c->missing_slot) {
        maas__slot_set(f->wide, x, c->width - 1, 1);
    }
}


static void
reference_unknown(const maas_fields_t *f, const maas_column_t *c, void *x)
{
    memset(x, 0, c->width * maas__slot_size(f->wide));

    if (c->codes) {
        maas__slot_set(f->wide, x, 0, NAN);

    } else if (c->other) {
        maas__slot_set(f->wide, x, c->n_values, 1);
    }
}


void
maas__field_missing(const maas_fields_t *f, const maas_column_t *c, void *x)
{
    reference_missing(f, c, x);

    if (f->marks && !maas__slot_is_clear(f->wide, x, 0)) {
        maas__slot_set(f->wide, x, 0, INFINITY);
    }
}


void
maas__field_unknown(const maas_fields_t *f, const maas_column_t *c, void *x)
{
    if (f->marks) {
        maas__slot_set(f->wide, x, 0, -INFINITY);

    } else {
        reference_unknown(f, c, x);
    }
}


/* NaN is of a row that came as numbers alone: no value. */

maas_mark_t
maas_row_mark(const maas_fields_t *f, size_t column, const void *x)
{
    double  v;

    v = maas__slot(f->wide, x, f->columns[column].at);

    if (isfinite(v)) {
        return MAAS_MARK_NONE;
    }

    return v < 0 ? MAAS_MARK_UNKNOWN : MAAS_MARK_MISSING;
}


void
maas_row_unmark(const maas_fields_t *f, void *x)
{
    void                 *own;
    size_t                i;
    const maas_column_t  *c;

    for (i = 0; i < f->n_parts; i++) {
        maas_row_unmark(f->parts[i].fields, (char *) x + f->parts[i].at);
    }

    for (i = 0; f->n_parts == 0 && i < f->n; i++) {
        c = &f->columns[i];
        own = maas__slot_at(f->wide, x, c->at);

        switch (maas_row_mark(f, i, x)) {

        case MAAS_MARK_MISSING:
            reference_missing(f, c, own);
            break;

        case MAAS_MARK_UNKNOWN:
            reference_unknown(f, c, own);
            break;

        default: /* MAAS_MARK_NONE */
            break;
        }
    }
}


/* The part of a date that has an order, and its slot; NULL: it has none */

static const maas_part_t *
reference_part(const maas_column_t *c, size_t *slot)
{
    size_t  i;

    for (i = 0; i < c->n_parts; i++) {
        if (c->parts[i].kind < MAAS_PART_MONTH && c->parts[i].factor != 0) {
            *slot = maas__date_slots(c->parts, i);
            return &c->parts[i];
        }
    }

    return NULL;
}


double
maas__reference_value(const maas_fields_t *f, const maas_column_t *c,
    const void *x)
{
    size_t              slot;
    const maas_part_t  *part;

    if (c->kind == MAAS_FIELD_NUMBER) {
        return maas__slot(f->wide, x, 0);
    }

    part = c->kind == MAAS_FIELD_DATE ? reference_part(c, &slot) : NULL;

    return part == NULL ? NAN
                        : maas__slot(f->wide, x, slot) / part->factor
                          + part->shift;
}


/* How many edges are not above v */

static size_t
reference_edges(const maas_reference_t *r, double v)
{
    size_t  low, high, mid;

    low = 0;
    high = r->n_edges;

    while (low < high) {
        mid = (low + high) / 2;

        if (v >= r->edges[mid]) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    return low;
}


/* The first of n slots that is not 0, n if there is none */

static size_t
reference_slot(const maas_fields_t *f, const void *x, size_t n)
{
    size_t  i;

    for (i = 0; i < n && maas__slot(f->wide, x, i) == 0; i++) { /* void */ }

    return i;
}


static size_t
reference_category(const maas_fields_t *f, const maas_column_t *c,
    const maas_reference_t *r, const void *x)
{
    double  place;

    if (c->hash > 0) {
        return reference_slot(f, x, c->hash) % r->missing;
    }

    if (!c->codes) {
        return reference_slot(f, x, r->listed);
    }

    place = maas__slot(f->wide, x, 0);

    return place < (double) r->listed ? (size_t) place : r->listed;
}


size_t
maas__reference_bin(const maas_fields_t *f, const maas_column_t *c,
    const maas_reference_t *r, const void *x)
{
    switch (c->kind) {

    case MAAS_FIELD_BOOLEAN:
        return maas__slot(f->wide, x, 0) != 0;

    case MAAS_FIELD_CATEGORY:
        return reference_category(f, c, r, x);

    case MAAS_FIELD_TEXT:
        return 0;

    default: /* MAAS_FIELD_NUMBER, MAAS_FIELD_DATE */
        return r->n_edges > 0
               ? reference_edges(r, maas__reference_value(f, c, x)) : 0;
    }
}


size_t
maas_row_bin(const maas_fields_t *f, size_t column, const void *x)
{
    const maas_column_t     *c;
    const maas_reference_t  *r;

    c = &f->columns[column];
    r = &f->info[column].reference;

    switch (maas_row_mark(f, column, x)) {

    case MAAS_MARK_MISSING:
        return r->missing;

    case MAAS_MARK_UNKNOWN:
        return r->unknown;

    default: /* MAAS_MARK_NONE */
        return maas__reference_bin(f, c, r,
                                   maas__slot_at(f->wide, x, c->at));
    }
}


/* An edge as text: a number, a day, a year */

static void
reference_edge(const maas_column_t *c, double v, char *out, size_t size)
{
    size_t              slot, n;
    maas_date_t         d;
    const maas_part_t  *part;

    part = c->kind == MAAS_FIELD_DATE ? reference_part(c, &slot) : NULL;

    if (part != NULL && part->kind == MAAS_PART_SECONDS && fabs(v) < 1e11) {
        maas__date_set(&d, v + REFERENCE_NOISE);
        (void) snprintf(out, size, "%ld-%02u-%02u", d.year, d.month, d.day);
        return;
    }

    n = maas__field_print(v, out);
    out[n] = '\0';
}


static void
reference_between(const maas_column_t *c, const maas_reference_t *r, size_t bin,
    char text[MAAS_BIN_TEXT])
{
    char  low[MAAS_NUMBER_TEXT + 1], high[MAAS_NUMBER_TEXT + 1];

    if (bin > 0) {
        reference_edge(c, r->edges[bin - 1], low, sizeof(low));
    }

    if (bin < r->n_edges) {
        reference_edge(c, r->edges[bin], high, sizeof(high));
    }

    if (r->n_edges == 0) {
        (void) snprintf(text, MAAS_BIN_TEXT, "a value");

    } else if (bin == 0) {
        (void) snprintf(text, MAAS_BIN_TEXT, "below %s", high);

    } else if (bin == r->n_edges) {
        (void) snprintf(text, MAAS_BIN_TEXT, "%s and up", low);

    } else {
        (void) snprintf(text, MAAS_BIN_TEXT, "%s to %s", low, high);
    }
}


void
maas_bin_text(const maas_fields_t *f, size_t column, size_t bin,
    char text[MAAS_BIN_TEXT])
{
    const maas_column_t     *c;
    const maas_reference_t  *r;

    c = &f->columns[column];
    r = &f->info[column].reference;

    if (bin == r->missing) {
        (void) snprintf(text, MAAS_BIN_TEXT, "missing");

    } else if (bin == r->unknown) {
        (void) snprintf(text, MAAS_BIN_TEXT, "unknown");

    } else if (c->kind == MAAS_FIELD_BOOLEAN) {
        (void) snprintf(text, MAAS_BIN_TEXT, bin ? "true" : "false");

    } else if (c->kind == MAAS_FIELD_CATEGORY && c->hash > 0) {
        (void) snprintf(text, MAAS_BIN_TEXT, "group %zu of hashes", bin + 1);

    } else if (c->kind == MAAS_FIELD_CATEGORY) {
        (void) snprintf(text, MAAS_BIN_TEXT, "%s", bin < r->listed
                        ? c->values[bin] : "other known values");

    } else {
        reference_between(c, r, bin, text);
    }
}


double
maas_psi(const maas_reference_t *r, const uint64_t *counts)
{
    size_t  i, bins;
    double  m, n, p, q, sum;

    m = 0;
    n = 0;
    bins = 0;

    for (i = 0; i < r->n; i++) {
        if (r->counts[i] > 0 || counts[i] > 0) {
            m += r->counts[i] + 0.5;
            n += (double) counts[i] + 0.5;
            bins++;
        }
    }

    if (bins == 0 || n < (MAAS_PSI_ROWS + 0.5) * (double) bins) {
        return NAN;
    }

    sum = 0;

    for (i = 0; i < r->n; i++) {
        if (r->counts[i] > 0 || counts[i] > 0) {
            p = ((double) counts[i] + 0.5) / n;
            q = (r->counts[i] + 0.5) / m;
            sum += (p - q) * log(p / q);
        }
    }

    return sum;
}
