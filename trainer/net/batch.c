/*
 * Batches: rows gathered from the data, scaled, varied and mixed if asked, as
 * a matrix or, where most numbers are zero, as lists of the others.
 */

#include <math.h>
#include <string.h>

#include "batch.h"
#include "embed.h"
#include "kernel.h"


#define BATCH_SPARSE  0.4       /* share of numbers that are not zero */
#define BATCH_SAMPLE  1000      /* rows that tell the share */
#define BATCH_AHEAD   32        /* rows that are fetched before their turn */
#define BATCH_SLACK   64        /* the list kernels write this much further */
#define BATCH_KNOWN   (8u << 20)    /* numbers of all rows, at most */


static double
source_density(const train_source_t *s)
{
    size_t               i, j, step, n, some;
    const train_data_t  *d;

    d = s->data;
    step = d->rows / BATCH_SAMPLE + 1;
    n = 0;
    some = 0;

    for (i = 0; i < d->rows; i += step) {
        for (j = 0; j < d->in; j++) {
            some += (d->bytes != NULL)
                    ? s->lut[d->bytes[i * d->in + j]] != 0
                    : d->numbers[i * d->in + j] != s->scale->shift[0];
        }

        n += d->in;
    }

    return (double) some / (double) (n ? n : 1);
}


void
train_source_init(train_source_t *s, const train_data_t *d,
    const train_scale_t *scale)
{
    int    i;
    float  v;

    (void) memset(s, 0, sizeof(train_source_t));
    s->data = d;
    s->scale = scale;

    for (i = 0; i < 256 && d->bytes != NULL; i++) {
        v = (float) i;
        maas__prep(&v, 1, 1, scale->shift, scale->factor, 1, &s->lut[i]);
    }

    s->sparse = d->input == MAAS_INPUT_TENSOR
                && (d->bytes == NULL || s->lut[0] == 0)
                && source_density(s) < BATCH_SPARSE;
}


void
train_source_embed(train_source_t *s, const train_embed_t *e)
{
    float   *x, *y;
    size_t   i, j, step, n, some;

    s->embed = e;
    x = train_alloc(s->data->in, sizeof(float));
    y = train_alloc(e->units, sizeof(float));
    step = s->data->rows / BATCH_SAMPLE + 1;
    n = 0;
    some = 0;

    for (i = 0; i < s->data->rows; i += step) {
        train_data_row(s->data, i, x);
        train_embed_row(e, x, y);
        n += e->units;

        for (j = 0; j < e->units; j++) {
            some += (y[j] != 0);
        }
    }

    s->sparse = e->n_learnt == 0
                && (double) some < BATCH_SPARSE * (double) n;
    train_free(x);
    train_free(y);
}


void
train_source_know(train_source_t *s, const uint32_t *row, size_t n)
{
    float   *x;
    size_t   i, units;

    units = s->embed->units;

    if ((double) s->data->rows * (double) units > BATCH_KNOWN) {
        return;
    }

    if (s->known == NULL) {
        s->known = train_alloc(s->data->rows * units, sizeof(float));
    }

    x = train_alloc(s->data->in, sizeof(float));

    for (i = 0; i < n; i++) {
        train_data_row(s->data, row[i], x);
        train_embed_row(s->embed, x, s->known + row[i] * units);
    }

    train_free(x);
}


void
train_source_forget(train_source_t *s)
{
    train_free(s->known);
    s->known = NULL;
}


/* Are rows more than copied? */

static int
source_varies(const train_source_t *s)
{
    return s->augment.any || s->mixup > 0;
}


void
train_batch_create(train_batch_t *b, const train_source_t *s,
    size_t max_rows)
{
    const train_data_t  *d;

    (void) memset(b, 0, sizeof(train_batch_t));

    d = s->data;
    b->max_rows = max_rows;
    b->in = (s->embed != NULL) ? s->embed->units : d->in;
    b->out = d->out;
    b->sparse = s->sparse;
    b->level = s->level;
    b->soft = (s->mixup > 0 || s->smoothing > 0);

    if (b->sparse) {
        b->stride = b->in + BATCH_SLACK;
        b->at = train_alloc(max_rows * b->stride, sizeof(uint32_t));
        b->v = train_alloc(max_rows * b->stride, sizeof(float));
        b->n = train_alloc(max_rows + 1, sizeof(uint32_t));
    }

    if (!b->sparse || source_varies(s)) {
        b->x = train_alloc(max_rows * b->in, sizeof(float));
    }

    if (s->embed != NULL && d->numbers == NULL) {
        b->raw = train_alloc(max_rows * d->in, sizeof(float));
    }

    b->classes = train_alloc(max_rows, sizeof(uint32_t));
    b->targets = train_alloc(max_rows * b->out, sizeof(float));

    if (s->teacher != NULL && d->classes != NULL) {
        b->teacher = train_alloc(max_rows * b->out, sizeof(float));
        b->temperature = s->temperature;
        b->alpha = s->alpha;
    }

    if (d->weights != NULL) {
        b->weight = train_alloc(max_rows, sizeof(float));
    }
}


void
train_batch_free(train_batch_t *b)
{
    train_free(b->x);
    train_free(b->raw);
    train_free(b->at);
    train_free(b->v);
    train_free(b->n);
    train_free(b->classes);
    train_free(b->targets);
    train_free(b->teacher);
    train_free(b->weight);
    (void) memset(b, 0, sizeof(train_batch_t));
}


/* What a row is of, and its place there */

static const train_data_t *
batch_data(const train_source_t *s, size_t *row)
{
    if (*row < s->data->rows) {
        return s->data;
    }

    *row -= s->data->rows;

    return s->more;
}


/* The same of values themselves, for row `at` of the batch */

static void
batch_embed(const train_batch_t *b, const train_source_t *s, size_t row,
    size_t at, float *x)
{
    float               *raw;
    const train_data_t  *d;

    if (s->known != NULL) {
        (void) memcpy(x, s->known + row * b->in, b->in * sizeof(float));
        return;
    }

    d = batch_data(s, &row);

    if (d->numbers != NULL) {
        train_embed_row(s->embed, d->numbers + row * d->in, x);
        return;
    }

    raw = b->raw + at * d->in;
    train_data_row(d, row, raw);
    train_embed_row(s->embed, raw, x);
}


/* x(in): the network's input for a row of the data */

static void
batch_numbers(const train_batch_t *b, const train_source_t *s, size_t row,
    size_t at, float *x)
{
    size_t               j;
    const uint8_t       *p;
    const train_data_t  *d;

    if (s->embed != NULL) {
        batch_embed(b, s, row, at, x);
        return;
    }

    d = batch_data(s, &row);

    if (d->bytes == NULL) {
        if (d->numbers == NULL) {
            train_data_row(d, row, x);
        }

        maas__prep(d->numbers == NULL ? x : d->numbers + row * d->in, 1, d->in,
                   s->scale->shift, s->scale->factor, s->scale->n, x);
        maas__prep_curves(s->scale->curves, s->scale->n_curves, x);
        return;
    }

    p = d->bytes + row * d->in;

    for (j = 0; j < d->in; j++) {
        x[j] = s->lut[p[j]];
    }
}


/* The row's own numbers in the stream of this epoch */

static void
batch_draw(const train_source_t *s, size_t row, train_rng_t *rng)
{
    train_rng_init(rng, train_rng_at(s->seed, s->epoch), row + 1000);
}


/* What the teacher says of a row: shares beside the truth, or a number that
 * goes into it */

static void
batch_taught(train_batch_t *b, const train_source_t *s, size_t row, size_t at)
{
    float        *t;
    size_t        j;
    const float  *y;

    y = s->teacher + row * b->out;

    if (b->teacher != NULL) {
        (void) memcpy(b->teacher + at * b->out, y, b->out * sizeof(float));
        return;
    }

    t = b->targets + at * b->out;

    for (j = 0; j < b->out; j++) {
        t[j] = (row < s->data->rows) ? t[j] + s->alpha * (y[j] - t[j]) : y[j];
    }
}


static void
batch_targets(train_batch_t *b, const train_source_t *s, size_t row,
    size_t at)
{
    float               *t;
    size_t               j, all;
    const train_data_t  *d;

    all = row;
    d = batch_data(s, &row);
    t = b->targets + at * b->out;

    if (d->targets != NULL) {
        (void) memcpy(t, d->targets + row * b->out, b->out * sizeof(float));

    } else if (d->classes != NULL && b->out == 1) {
        t[0] = (1 - s->smoothing) * (float) d->classes[row] + s->smoothing / 2;

    } else if (d->classes != NULL) {
        for (j = 0; j < b->out; j++) {
            t[j] = s->smoothing / (float) b->out;
        }

        t[d->classes[row]] += 1 - s->smoothing;
    }

    if (d->classes != NULL) {
        b->classes[at] = d->classes[row];
    }

    if (s->teacher != NULL) {
        batch_taught(b, s, all, at);
    }

    if (b->weight != NULL) {
        b->weight[at] = (d->weights != NULL) ? d->weights[row] : 1;
    }
}


/* x: all numbers of row `at`; may be where the list begins */

static void
batch_list(train_batch_t *b, const float *x, size_t at)
{
    b->n[at] = (uint32_t) train_kernel()->nonzero(x, b->in,
                                                  b->at + at * b->stride,
                                                  b->v + at * b->stride);
}


static void
batch_row(train_batch_t *b, const train_source_t *s, size_t row, size_t at)
{
    float               *x;
    size_t               own;
    train_rng_t          rng;
    const train_data_t  *d;

    own = row;
    d = batch_data(s, &own);
    x = b->x + at * b->in;
    batch_targets(b, s, row, at);

    if (b->sparse && d->bytes != NULL && !source_varies(s)) {
        b->n[at] = (uint32_t)
            train_kernel()->nonzero_bytes(d->bytes + own * d->in, d->in,
                                          s->lut, s->scale->shift[0],
                                          s->scale->factor[0],
                                          b->at + at * b->stride,
                                          b->v + at * b->stride);
        return;
    }

    if (b->sparse && !source_varies(s)) {
        x = b->v + at * b->stride;
        batch_numbers(b, s, row, at, x);
        batch_list(b, x, at);
        return;
    }

    batch_numbers(b, s, row, at, x);

    if (s->augment.any) {
        batch_draw(s, row, &rng);
        train_augment_row(&s->augment, &rng, d->shape[0], d->shape[1],
                          s->lut[0], x);
    }
}


/* x and y(n) -> f x + (1 - f) y and the other way round */

TRAIN_VECTORS
static void
batch_blend(float *x, float *y, size_t n, float f)
{
    float   a;
    size_t  i;

    for (i = 0; i < n; i++) {
        a = x[i];
        x[i] = f * a + (1 - f) * y[i];
        y[i] = f * y[i] + (1 - f) * a;
    }
}


/* Rows in twos, each becomes a mixture of both */

static void
batch_mix(train_batch_t *b, const train_source_t *s, const uint32_t *row,
    size_t at)
{
    float        f;
    train_rng_t  rng;

    batch_draw(s, row[at] + s->data->rows, &rng);
    f = (float) train_rng_beta(&rng, s->mixup);

    batch_blend(b->x + at * b->in, b->x + (at + 1) * b->in, b->in, f);
    batch_blend(b->targets + at * b->out, b->targets + (at + 1) * b->out,
                b->out, f);

    if (b->teacher != NULL) {
        batch_blend(b->teacher + at * b->out, b->teacher + (at + 1) * b->out,
                    b->out, f);
    }

    if (b->weight != NULL) {
        batch_blend(b->weight + at, b->weight + at + 1, 1, f);
    }
}


static void
batch_fetch(const train_source_t *s, size_t row)
{
    size_t               i;
    const train_data_t  *d;

    d = batch_data(s, &row);

    for (i = 0; d->bytes != NULL && i < d->in; i += 64) {
        __builtin_prefetch(d->bytes + row * d->in + i);
    }
}


/* Lists that are walked together go on with zeros up to the longest */

static void
batch_even_out(train_batch_t *b, size_t from, size_t to)
{
    size_t  i, j, end, most;

    for (i = from; i < to; i = end) {
        end = (i + TRAIN_LISTS < to) ? i + TRAIN_LISTS : to;
        most = 0;

        for (j = i; j < end; j++) {
            most = (b->n[j] > most) ? b->n[j] : most;
        }

        for (j = i; j < end; j++) {
            (void) memset(b->v + j * b->stride + b->n[j], 0,
                          (most - b->n[j]) * sizeof(float));
        }
    }
}


void
train_batch_rows(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow, size_t from, size_t to)
{
    size_t  i;

    for (i = from; i < to; i++) {
        if (i + BATCH_AHEAD < n + follow) {
            batch_fetch(s, row[i + BATCH_AHEAD]);
        }

        batch_row(b, s, row[i], i);
    }

    for (i = from; s->mixup > 0 && i + 1 < to; i += 2) {
        batch_mix(b, s, row, i);
    }

    for (i = from; b->sparse && source_varies(s) && i < to; i++) {
        batch_list(b, b->x + i * b->in, i);
    }

    if (b->sparse) {
        batch_even_out(b, from, to);
    }

    if (from == 0) {
        b->rows = n;
    }
}


void
train_batch_count(train_batch_t *b)
{
    size_t  i;

    b->mass = 0;

    for (i = 0; i < b->rows; i++) {
        b->mass += (b->weight != NULL) ? (double) b->weight[i] : 1;
    }
}


void
train_batch_fill(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow)
{
    train_batch_rows(b, s, row, n, follow, 0, n);
    train_batch_count(b);
}


void
train_columns_free(train_columns_t *c)
{
    train_free(c->pairs);
    train_free(c->end);
    (void) memset(c, 0, sizeof(train_columns_t));
}


void
train_columns_fill(train_columns_t *c, const train_batch_t *b)
{
    size_t           i, k, n;
    const float     *v;
    train_pair_t     pair, **end;
    const uint32_t  *at;

    if (c->end == NULL) {
        c->in = b->in;
        c->max_rows = b->max_rows;
        c->pairs = train_alloc(c->in * c->max_rows, sizeof(train_pair_t));
        c->end = train_alloc(c->in, sizeof(train_pair_t *));
    }

    end = c->end;

    for (i = 0; i < c->in; i++) {
        end[i] = c->pairs + i * c->max_rows;
    }

    for (i = 0; i < b->rows; i++) {
        at = b->at + i * b->stride;
        v = b->v + i * b->stride;
        n = b->n[i];
        pair.at = (uint32_t) i;

        for (k = 0; k < n; k++) {
            pair.v = v[k];
            *end[at[k]]++ = pair;
        }
    }
}
