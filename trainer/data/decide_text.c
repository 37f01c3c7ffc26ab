/*
 * Do the texts of a column tell of the targets what the other columns do not?
 * By linear functions of their pieces, of what such a function of the other
 * columns has left.
 * Not here: what follows from it (decide.c).
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define TEXT_OUT      3             /* targets that are looked at */
#define TEXT_COLUMNS  256           /* others that are looked at */
#define TEXT_VALUES   16            /* of a category with a slot each */


/* Ranks of numbers, from -1 to 1; what is missing is in the middle */

static void
pieces_ranks(const train_sample_t *s, const float *number, float *to)
{
    size_t         i, k;
    train_rank_t  *r;

    r = train_alloc(s->n, sizeof(train_rank_t));

    for (i = 0, k = 0; i < s->n; i++) {
        to[i] = 0;

        if (!isnan(number[s->row[i]])) {
            r[k].key = (double) number[s->row[i]];
            r[k++].at = i;
        }
    }

    train_rank(r, k);

    for (i = 0; i < k; i++) {
        to[r[i].at] = (i > 0 && !(r[i].key < r[i - 1].key))
                      ? to[r[i - 1].at]
                      : 1 - 2 * (float) i / (float) k;
    }

    train_free(r);
}


/* slot(dict.n + 1) of values, the most frequent ones, from 1; 0: none */

static uint32_t *
pieces_values(const train_sample_t *s, const train_column_t *c)
{
    size_t         i;
    uint32_t      *slot;
    train_rank_t  *r;

    slot = train_alloc(c->dict.n + 1, sizeof(uint32_t));
    r = train_alloc(c->dict.n + 1, sizeof(train_rank_t));

    for (i = 0; i <= c->dict.n; i++) {
        r[i].at = i;
    }

    for (i = 0; i < s->n; i++) {
        r[c->id[s->row[i]]].key++;
    }

    train_rank(r, c->dict.n + 1);

    for (i = 0; i <= c->dict.n && i < TEXT_VALUES; i++) {
        slot[r[i].at] = (uint32_t) i + 1;
    }

    train_free(r);

    return slot;
}


/* Rows of the columns that are no texts: one column after the other, and then
 * turned around */

static void
pieces_others(const train_sample_t *s, train_sparse_t *to)
{
    size_t                i, k, used, width;
    float               **number;
    uint32_t            **slot;
    size_t               *at;
    const train_table_t  *t = s->d->table;
    const train_column_t *c;

    number = train_alloc(TEXT_COLUMNS, sizeof(float *));
    slot = train_alloc(TEXT_COLUMNS, sizeof(uint32_t *));
    at = train_alloc(TEXT_COLUMNS, sizeof(size_t));
    used = 0;
    width = 0;

    for (i = 0; i < t->n && used < TEXT_COLUMNS; i++) {
        c = &t->columns[i];

        if (c->role <= TRAIN_ROLE_BOOLEAN && c->number != NULL) {
            number[used] = train_alloc(s->n, sizeof(float));
            pieces_ranks(s, c->number, number[used]);

        } else if (c->role == TRAIN_ROLE_CATEGORY && c->id != NULL) {
            slot[used] = pieces_values(s, c);

        } else {
            continue;
        }

        at[used++] = i;
    }

    train_sparse_begin(to, s->n);

    for (i = 0; i < s->n; i++) {
        for (k = 0, width = 0; k < used; k++) {
            c = &t->columns[at[k]];

            if (number[k] != NULL) {
                train_sparse_add(to, width++, number[k][i]);
                continue;
            }

            if (slot[k][c->id[s->row[i]]] > 0) {
                train_sparse_add(to, width + slot[k][c->id[s->row[i]]] - 1, 1);
            }

            width += TEXT_VALUES;
        }

        train_sparse_next(to, s->n);
    }

    to->width = width;

    for (k = 0; k < used; k++) {
        train_free(number[k]);
        train_free(slot[k]);
    }

    train_free(number);
    train_free(slot);
    train_free(at);
}


/* Rows of the pieces of the texts of a column */

static void
pieces_of(const train_sample_t *s, const train_column_t *c, size_t slots,
    train_sparse_t *to)
{
    float       *x;
    size_t       i, k;
    uint32_t     id;
    const char  *text;

    x = train_alloc(slots, sizeof(float));
    train_sparse_begin(to, s->n);
    to->width = slots;

    for (i = 0; i < s->n; i++) {
        id = c->id[s->row[i]];
        text = (id > 0) ? c->dict.text[id - 1] : "";
        maas__field_pieces(text, strlen(text), TRAIN_PIECE_SHORTEST,
                           TRAIN_PIECE_LONGEST, x, slots);

        for (k = 0; k < slots; k++) {
            if (x[k] < 0 || x[k] > 0) {
                train_sparse_add(to, k, x[k]);
            }
        }

        train_sparse_next(to, s->n);
    }

    train_free(x);
}


float *
train_text_base(const train_sample_t *s)
{
    float        *left;
    size_t        j, out;
    train_sparse_t   rows;

    out = (s->out < TEXT_OUT) ? s->out : TEXT_OUT;
    left = train_alloc(out * s->n, sizeof(float));
    pieces_others(s, &rows);

    for (j = 0; j < out; j++) {
        train_linear_left(&rows, s, s->y + j * s->n, left + j * s->n);
    }

    train_sparse_free(&rows);

    return left;
}


/* The share of what was left that is told, and how sure that is: of the
 * difference of errors a(n), b(n) for all targets */

static double
pieces_compare(const double *a, const double *b, size_t n, double *sure)
{
    size_t  i;
    double  d, sum, squares, whole;

    sum = 0;
    squares = 0;
    whole = 0;

    for (i = 0; i < n; i++) {
        d = a[i] - b[i];
        whole += a[i];
        sum += d;
        squares += d * d;
    }

    d = squares - sum * sum / (double) n;
    *sure = (d > 0) ? sum / sqrt(d) : 0;

    return (whole > 0) ? sum / whole : 0;
}


static void
pieces_errors(const train_sparse_t *rows, const train_sample_t *s,
    const float *base, size_t out, double *error)
{
    float   *left;
    size_t   i, j;

    left = train_alloc(s->n, sizeof(float));

    for (j = 0; j < out; j++) {
        train_linear_left(rows, s, base + j * s->n, left);

        for (i = 0; i < s->n; i++) {
            error[i] += (double) left[i] * (double) left[i];
        }
    }

    train_free(left);
}


void
train_text_told(const train_sample_t *s, const float *base,
    const train_column_t *c, size_t slots, size_t more,
    train_text_told_t *told)
{
    double       *error;
    size_t        i, out;
    train_sparse_t   rows;

    out = (s->out < TEXT_OUT) ? s->out : TEXT_OUT;
    error = train_alloc(3 * s->n, sizeof(double));

    for (i = 0; i < out * s->n; i++) {
        error[i % s->n] += (double) base[i] * (double) base[i];
    }

    pieces_of(s, c, slots, &rows);
    pieces_errors(&rows, s, base, out, error + s->n);
    train_sparse_free(&rows);
    pieces_of(s, c, more, &rows);
    pieces_errors(&rows, s, base, out, error + 2 * s->n);
    train_sparse_free(&rows);

    told->share = pieces_compare(error, error + s->n, s->n, &told->sure);
    told->share_more = pieces_compare(error, error + 2 * s->n, s->n,
                                    &told->sure_more);
    told->better = pieces_compare(error + s->n, error + 2 * s->n, s->n,
                                &told->sure_better);
    train_free(error);
}
