/*
 * Columns that give the target away: how well each of them alone would tell
 * what is to be predicted.  What is done about one is not known here.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "util.h"


#define LEAK_ROWS   5000
#define LEAK_NUMBERS  20000000  /* of these rows, at most */
#define LEAK_LEAST  50      /* rows; with fewer, chance does it */
#define LEAK_RARE   10      /*     and so many that are not of the largest
                               class */


typedef struct {
    const float         *x;             /* (width) of one column */
    size_t               width;
    uint32_t             row;
} leak_row_t;

typedef struct {
    const train_data_t  *data;
    leak_row_t          *r;             /* (n) by the column's values */
    size_t               n;
    uint32_t            *count;         /* (classes), zero between groups */
    size_t               largest;       /* class of all of them */
    double               mean;          /* of all of them */
    double               left;          /* mistakes or squares, beside */
    double               all;           /*     those of the constant */
} leak_t;


/* Missing is a value, too: behind all others */

static int
leak_order(float a, float b)
{
    if (isnan(a) || isnan(b)) {
        return (isnan(a) != 0) - (isnan(b) != 0);
    }

    return (a > b) - (a < b);
}


static int
leak_compare(const void *one, const void *two)
{
    int                order;
    size_t             i;
    const leak_row_t  *a = one, *b = two;

    for (i = 0; i < a->width; i++) {
        order = leak_order(a->x[i], b->x[i]);

        if (order != 0) {
            return order;
        }
    }

    return (a->row > b->row) - (a->row < b->row);
}


static int
leak_same(const leak_row_t *a, const leak_row_t *b)
{
    return memcmp(a->x, b->x, a->width * sizeof(float)) == 0;
}


/* The two classes that most rows begin..end are of, and how many */

static void
leak_most(const leak_t *p, size_t begin, size_t end, uint32_t class[2],
    uint32_t most[2])
{
    size_t    i;
    uint32_t  c;

    class[0] = (uint32_t) p->largest;
    class[1] = (uint32_t) p->largest;
    most[0] = 0;
    most[1] = 0;

    for (i = begin; i < end; i++) {
        c = p->data->classes[p->r[i].row];

        if (c == class[0] || p->count[c] > most[0]) {
            if (c != class[0]) {
                class[1] = class[0];
                most[1] = most[0];
            }

            class[0] = c;
            most[0] = p->count[c];

        } else if (p->count[c] > most[1]) {
            class[1] = c;
            most[1] = p->count[c];
        }
    }
}


/* Rows from..to are told by begin..end without themselves */

static void
leak_classes(leak_t *p, size_t from, size_t to, size_t begin, size_t end)
{
    size_t           i;
    uint32_t         said, best[2], most[2];
    const uint32_t  *class;

    class = p->data->classes;

    for (i = begin; i < end; i++) {
        p->count[class[p->r[i].row]]++;
    }

    leak_most(p, begin, end, best, most);

    for (i = from; i < to; i++) {
        said = best[class[p->r[i].row] == best[0] && most[0] <= most[1]];
        said = (end - begin > 1) ? said : (uint32_t) p->largest;
        p->left += (said != class[p->r[i].row]);
    }

    for (i = begin; i < end; i++) {
        p->count[class[p->r[i].row]] = 0;
    }
}


static void
leak_numbers(leak_t *p, size_t from, size_t to, size_t begin, size_t end)
{
    double  sum, t, told;
    size_t  i;

    sum = 0;

    for (i = begin; i < end; i++) {
        sum += p->data->targets[p->r[i].row * p->data->out];
    }

    for (i = from; i < to; i++) {
        t = p->data->targets[p->r[i].row * p->data->out];
        told = (end - begin > 1) ? (sum - t) / (double) (end - begin - 1)
                                 : p->mean;
        p->left += (t - told) * (t - told);
    }
}


/* Rows of one value are told by the others of it; one that stands alone by its
 * neighbours, if values have an order */

static void
leak_column(leak_t *p, int ordered)
{
    size_t  from, to, begin, end;

    qsort(p->r, p->n, sizeof(leak_row_t), leak_compare);
    p->left = 0;

    for (from = 0; from < p->n; from = to) {
        to = from + 1;

        while (to < p->n && leak_same(&p->r[from], &p->r[to])) {
            to++;
        }

        begin = from;
        end = to;

        if (to - from == 1 && ordered) {
            begin -= (from > 0);
            end += (to < p->n);
        }

        if (p->data->classes != NULL) {
            leak_classes(p, from, to, begin, end);
        } else {
            leak_numbers(p, from, to, begin, end);
        }
    }
}


/* What the constant leaves; 0 if that is too little to tell */

static void
leak_constant(leak_t *p, const uint32_t *row)
{
    double               t;
    size_t               i, same;
    const train_data_t  *d;

    d = p->data;
    same = 0;
    p->all = 0;
    p->mean = 0;

    if (d->classes != NULL) {
        for (i = 0; i < p->n; i++) {
            p->count[d->classes[row[i]]]++;
        }

        for (i = 0; i < d->n_labels; i++) {
            p->largest = (p->count[i] > p->count[p->largest]) ? i
                                                              : p->largest;
        }

        p->all = (double) (p->n - p->count[p->largest]);
        p->all = (p->all < LEAK_RARE) ? 0 : p->all;
        (void) memset(p->count, 0, d->n_labels * sizeof(uint32_t));
        return;
    }

    for (i = 0; i < p->n; i++) {
        p->mean += d->targets[row[i] * d->out] / (double) p->n;
    }

    for (i = 0; i < p->n; i++) {
        t = d->targets[row[i] * d->out] - p->mean;
        p->all += t * t;
        same += !(d->targets[row[i] * d->out] < d->targets[row[0] * d->out]
                  || d->targets[row[i] * d->out]
                     > d->targets[row[0] * d->out]);
    }

    p->all = (same == p->n) ? 0 : p->all;      /* rounding is nothing */
}


train_leak_t
train_leak(const maas_info_t *info, const train_data_t *d,
    const uint32_t *row, size_t n)
{
    float                *x;
    size_t                i, c;
    leak_t                p = { .data = d };
    train_leak_t          leak = { 0, NAN };
    const maas_field_t   *f;

    n = (n < LEAK_ROWS) ? n : LEAK_ROWS;
    n = (n < LEAK_NUMBERS / d->in) ? n : LEAK_NUMBERS / d->in;

    if (n < LEAK_LEAST || info->n_columns == 0 || d->out > d->n_labels + 1) {
        return leak;
    }

    p.n = n;
    p.r = train_alloc(n, sizeof(leak_row_t));
    p.count = train_alloc(d->n_labels + 1, sizeof(uint32_t));
    x = train_alloc(n * d->in, sizeof(float));
    leak_constant(&p, row);

    for (i = 0; i < n; i++) {
        train_data_row(d, row[i], x + i * d->in);
    }

    for (c = 0; c < info->n_columns && p.all > 0; c++) {
        f = &info->fields[c];

        for (i = 0; i < n; i++) {
            p.r[i] = (leak_row_t) { x + i * d->in + f->at, f->width, row[i] };
        }

        leak_column(&p, f->kind != MAAS_FIELD_BOOLEAN
                        && f->kind != MAAS_FIELD_CATEGORY
                        && f->kind != MAAS_FIELD_TEXT);

        if (isnan(leak.sure) || 1 - p.left / p.all > leak.sure) {
            leak = (train_leak_t) { c, 1 - p.left / p.all };
        }
    }

    train_free(x);
    train_free(p.r);
    train_free(p.count);

    return leak;
}
