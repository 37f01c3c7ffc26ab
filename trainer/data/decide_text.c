/*
 * Do the texts of a column tell of the targets what the other columns do not?
 * Linear functions of their pieces, by partial least squares whose number of
 * components is chosen out of fold, on what such a function of the other
 * columns has left.
 * What follows from it is decided in decide.c.
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define TEXT_OUT      3             /* targets that are looked at */
#define TEXT_STEPS    12            /* components, at most */
#define TEXT_COLUMNS  256           /* others that are looked at */
#define TEXT_VALUES   16            /* of a category with a slot each */


/* What weights of rows of length 1 cost: for words that say something, and for
 * many that hardly do */
static const double  text_ridges[] = { 3, 30 };


/* Rows of mostly zeros */

typedef struct {
    size_t     n, width;
    size_t    *at;                  /* (n + 1) */
    size_t     room_index, room_value;
    uint32_t  *index;
    float     *value;
} text_rows_t;


static void
text_begin(text_rows_t *r, size_t n)
{
    (void) memset(r, 0, sizeof(text_rows_t));
    r->at = train_alloc(n + 1, sizeof(size_t));
}


static void
text_add(text_rows_t *r, size_t index, float value)
{
    size_t  k;

    k = r->at[r->n + 1];
    train_room(&r->index, &r->room_index, k + 1, sizeof(uint32_t));
    train_room(&r->value, &r->room_value, k + 1, sizeof(float));
    r->index[k] = (uint32_t) index;
    r->value[k] = value;
    r->at[r->n + 1] = k + 1;
}


static void
text_next(text_rows_t *r, size_t n)
{
    r->n++;

    if (r->n < n) {
        r->at[r->n + 1] = r->at[r->n];
    }
}


static void
text_free(text_rows_t *r)
{
    train_free(r->at);
    train_free(r->index);
    train_free(r->value);
}


static double
text_dot(const text_rows_t *r, size_t row, const double *w)
{
    size_t  i;
    double  sum;

    sum = 0;

    for (i = r->at[row]; i < r->at[row + 1]; i++) {
        sum += (double) r->value[i] * w[r->index[i]];
    }

    return sum;
}


/* g(width) = sum of the rows times e(n), but for those of the fold, less what
 * weights w(width) cost */

static void
text_gradient(const text_rows_t *r, const train_sample_t *s, size_t fold,
    double ridge, const double *e, const double *w, double *g)
{
    size_t  i, j;

    for (i = 0; i < r->width; i++) {
        g[i] = -ridge * w[i];
    }

    for (i = 0; i < r->n; i++) {
        if (i >= s->at[fold] && i < s->at[fold + 1]) {
            continue;
        }

        for (j = r->at[i]; j < r->at[i + 1]; j++) {
            g[r->index[j]] += (double) r->value[j] * e[i];
        }
    }
}


/* What one fold's learning leaves: conjugate gradients of least squares, after
 * each step e(n) is what is left, of rows that were learnt from and of others.
 * left(TEXT_STEPS + 1,n): that of the fold. */

static void
text_fold(const text_rows_t *r, const train_sample_t *s, size_t fold,
    double ridge, const float *y, float *left)
{
    size_t   i, step;
    double  *w, *p, *g, *e, *q, mean, rho, old, alpha, curve;
    size_t   learnt;

    w = train_alloc(3 * r->width + 2 * r->n, sizeof(double));
    p = w + r->width;
    g = p + r->width;
    e = g + r->width;
    q = e + r->n;
    mean = 0;
    learnt = r->n - (s->at[fold + 1] - s->at[fold]);

    for (i = 0; i < r->n; i++) {
        mean += (i >= s->at[fold] && i < s->at[fold + 1]) ? 0 : (double) y[i];
    }

    mean = (learnt > 0) ? mean / (double) learnt : 0;

    for (i = 0; i < r->n; i++) {
        e[i] = (double) y[i] - mean;
    }

    text_gradient(r, s, fold, ridge, e, w, g);
    old = 0;

    for (step = 0; step <= TEXT_STEPS; step++) {
        for (i = s->at[fold]; i < s->at[fold + 1]; i++) {
            left[step * r->n + i] = (float) e[i];
        }

        for (i = 0, rho = 0; i < r->width; i++) {
            rho += g[i] * g[i];
        }

        for (i = 0; i < r->width; i++) {
            p[i] = g[i] + (old > 0 ? rho / old * p[i] : 0);
        }

        for (i = 0, curve = 0; i < r->width; i++) {
            curve += ridge * p[i] * p[i];
        }

        for (i = 0; i < r->n; i++) {
            q[i] = text_dot(r, i, p);
            curve += (i >= s->at[fold] && i < s->at[fold + 1]) ? 0
                     : q[i] * q[i];
        }

        alpha = (curve > 0) ? rho / curve : 0;

        for (i = 0; i < r->width; i++) {
            w[i] += alpha * p[i];
        }

        for (i = 0; i < r->n; i++) {
            e[i] -= alpha * q[i];
        }

        text_gradient(r, s, fold, ridge, e, w, g);
        old = rho;
    }

    train_free(w);
}


/* left(n) = what the best cost and number of components leave of y(n) */

static void
text_learn(const text_rows_t *r, const train_sample_t *s, const float *y,
    float *left)
{
    float   *all, *of;
    size_t   i, k, fold, step;
    double   sum, least;

    all = train_alloc((TEXT_STEPS + 1) * r->n, sizeof(float));
    least = INFINITY;

    for (k = 0; k < train_nelts(text_ridges); k++) {
        for (fold = 0; fold < TRAIN_DECIDE_FOLDS; fold++) {
            text_fold(r, s, fold, text_ridges[k], y, all);
        }

        for (step = 0; step <= TEXT_STEPS; step++) {
            of = all + step * r->n;

            for (i = 0, sum = 0; i < r->n; i++) {
                sum += (double) of[i] * (double) of[i];
            }

            if (sum < least) {
                least = sum;
                (void) memcpy(left, of, r->n * sizeof(float));
            }
        }
    }

    train_free(all);
}


/* Ranks of numbers, from -1 to 1; what is missing is in the middle */

static void
text_ranks(const train_sample_t *s, const float *number, float *to)
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
text_values(const train_sample_t *s, const train_column_t *c)
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
text_others(const train_sample_t *s, text_rows_t *to)
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
            text_ranks(s, c->number, number[used]);

        } else if (c->role == TRAIN_ROLE_CATEGORY && c->id != NULL) {
            slot[used] = text_values(s, c);

        } else {
            continue;
        }

        at[used++] = i;
    }

    text_begin(to, s->n);

    for (i = 0; i < s->n; i++) {
        for (k = 0, width = 0; k < used; k++) {
            c = &t->columns[at[k]];

            if (number[k] != NULL) {
                text_add(to, width++, number[k][i]);
                continue;
            }

            if (slot[k][c->id[s->row[i]]] > 0) {
                text_add(to, width + slot[k][c->id[s->row[i]]] - 1, 1);
            }

            width += TEXT_VALUES;
        }

        text_next(to, s->n);
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
text_pieces(const train_sample_t *s, const train_column_t *c, size_t slots,
    text_rows_t *to)
{
    float       *x;
    size_t       i, k;
    uint32_t     id;
    const char  *text;

    x = train_alloc(slots, sizeof(float));
    text_begin(to, s->n);
    to->width = slots;

    for (i = 0; i < s->n; i++) {
        id = c->id[s->row[i]];
        text = (id > 0) ? c->dict.text[id - 1] : "";
        maas__field_pieces(text, strlen(text), TRAIN_PIECE_SHORTEST,
                           TRAIN_PIECE_LONGEST, x, slots);

        for (k = 0; k < slots; k++) {
            if (x[k] < 0 || x[k] > 0) {
                text_add(to, k, x[k]);
            }
        }

        text_next(to, s->n);
    }

    train_free(x);
}


float *
train_text_base(const train_sample_t *s)
{
    float        *left;
    size_t        j, out;
    text_rows_t   rows;

    out = (s->out < TEXT_OUT) ? s->out : TEXT_OUT;
    left = train_alloc(out * s->n, sizeof(float));
    text_others(s, &rows);

    for (j = 0; j < out; j++) {
        text_learn(&rows, s, s->y + j * s->n, left + j * s->n);
    }

    text_free(&rows);

    return left;
}


/* The share of what was left that is told, and how sure that is: of the
 * difference of errors a(n), b(n) for all targets */

static double
text_compare(const double *a, const double *b, size_t n, double *sure)
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
text_errors(const text_rows_t *rows, const train_sample_t *s,
    const float *base, size_t out, double *error)
{
    float   *left;
    size_t   i, j;

    left = train_alloc(s->n, sizeof(float));

    for (j = 0; j < out; j++) {
        text_learn(rows, s, base + j * s->n, left);

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
    text_rows_t   rows;

    out = (s->out < TEXT_OUT) ? s->out : TEXT_OUT;
    error = train_alloc(3 * s->n, sizeof(double));

    for (i = 0; i < out * s->n; i++) {
        error[i % s->n] += (double) base[i] * (double) base[i];
    }

    text_pieces(s, c, slots, &rows);
    text_errors(&rows, s, base, out, error + s->n);
    text_free(&rows);
    text_pieces(s, c, more, &rows);
    text_errors(&rows, s, base, out, error + 2 * s->n);
    text_free(&rows);

    told->share = text_compare(error, error + s->n, s->n, &told->sure);
    told->share_more = text_compare(error, error + 2 * s->n, s->n,
                                    &told->sure_more);
    told->better = text_compare(error + s->n, error + 2 * s->n, s->n,
                                &told->sure_better);
    train_free(error);
}
