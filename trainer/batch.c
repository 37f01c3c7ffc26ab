/*
 * Batches: rows gathered from the data, scaled, as a matrix or, where most
 * numbers are zero, as lists of the others.  No arithmetic beyond scaling.
 */

#include <string.h>

#include "trainer.h"


#define BATCH_SPARSE  0.4       /* share of numbers that are not zero */
#define BATCH_SAMPLE  1000      /* rows that tell the share */
#define BATCH_AHEAD   32        /* rows that are fetched before their turn */

#define BATCH_LOW7    0x7f7f7f7f7f7f7f7full


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
train_batch_create(train_batch_t *b, const train_source_t *s,
    size_t max_rows)
{
    const train_data_t  *d;

    (void) memset(b, 0, sizeof(train_batch_t));

    d = s->data;
    b->max_rows = max_rows;
    b->in = d->in;
    b->out = d->out;
    b->sparse = s->sparse;

    if (b->sparse) {
        b->row = train_alloc(max_rows * b->in, sizeof(train_pair_t));
        b->row_at = train_alloc(max_rows + 1, sizeof(uint32_t));
        b->col = train_alloc(max_rows * b->in, sizeof(train_pair_t));
        b->col_n = train_alloc(b->in, sizeof(uint32_t));

    } else {
        b->x = train_alloc(max_rows * b->in, sizeof(float));
    }

    b->classes = train_alloc(max_rows, sizeof(uint32_t));
    b->targets = train_alloc(max_rows * b->out, sizeof(float));

    if (d->weights != NULL) {
        b->weight = train_alloc(max_rows, sizeof(float));
    }
}


void
train_batch_free(train_batch_t *b)
{
    train_free(b->x);
    train_free(b->row);
    train_free(b->row_at);
    train_free(b->col);
    train_free(b->col_n);
    train_free(b->classes);
    train_free(b->targets);
    train_free(b->weight);
    (void) memset(b, 0, sizeof(train_batch_t));
}


/* A bit for each of 64 bytes that is not zero */

static uint64_t
batch_mask(const uint8_t *p)
{
    int       i;
    uint64_t  x, mask;

    mask = 0;

    for (i = 0; i < 8; i++, p += 8) {
        (void) memcpy(&x, p, 8);

        /* the top bit of each byte tells, then the bytes' bits side by side */

        x = (((x & BATCH_LOW7) + BATCH_LOW7) | x) & ~BATCH_LOW7;
        mask |= ((x >> 7) * 0x0102040810204080ull >> 56) << (8 * i);
    }

    return mask;
}


/* The non-zero numbers of a row; into the lists of columns too if wanted */

static void
batch_pairs_bytes(train_batch_t *b, const train_source_t *s,
    const uint8_t *bytes, uint32_t at, int columns)
{
    size_t         i, j, in, left, max_rows;
    uint8_t        tail[64];
    uint32_t      *col_n;
    uint64_t       mask;
    train_pair_t  *row, *col, pair;

    in = b->in;
    max_rows = b->max_rows;
    row = b->row + b->row_at[at];
    col = b->col;
    col_n = b->col_n;

    for (i = 0; i < in; i += 64) {
        left = in - i;

        if (left >= 64) {
            mask = batch_mask(bytes + i);

        } else {
            (void) memset(tail, 0, sizeof(tail));
            (void) memcpy(tail, bytes + i, left);
            mask = batch_mask(tail);
        }

        for ( /* void */ ; mask != 0; mask &= mask - 1) {
            j = i + (size_t) __builtin_ctzll(mask);
            pair.v = s->lut[bytes[j]];
            pair.at = (uint32_t) j;
            *row++ = pair;

            if (columns) {
                pair.at = at;
                col[j * max_rows + col_n[j]++] = pair;
            }
        }
    }

    b->row_at[at + 1] = (uint32_t) (row - b->row);
}


static void
batch_pairs_numbers(train_batch_t *b, const train_source_t *s,
    const float *x, uint32_t at, int columns)
{
    float          v;
    size_t         j;
    train_pair_t  *row, *col;

    row = b->row + b->row_at[at];

    for (j = 0; j < b->in; j++) {
        v = x[j];
        maas__prep(&v, 1, 1, s->scale->shift, s->scale->factor, 1, &v);

        if (v == 0) {
            continue;
        }

        row->at = (uint32_t) j;
        row->v = v;
        row++;

        if (columns) {
            col = b->col + j * b->max_rows + b->col_n[j]++;
            col->at = at;
            col->v = v;
        }
    }

    b->row_at[at + 1] = (uint32_t) (row - b->row);
}


static void
batch_row(train_batch_t *b, const train_source_t *s, size_t row, uint32_t at,
    int columns)
{
    float               *x;
    size_t               j;
    const train_data_t  *d;

    d = s->data;

    if (b->sparse && d->bytes != NULL) {
        batch_pairs_bytes(b, s, d->bytes + row * d->in, at, columns);
        return;
    }

    if (b->sparse) {
        batch_pairs_numbers(b, s, d->numbers + row * d->in, at, columns);
        return;
    }

    x = b->x + at * b->in;

    if (d->bytes != NULL) {
        for (j = 0; j < b->in; j++) {
            x[j] = s->lut[d->bytes[row * d->in + j]];
        }

        return;
    }

    maas__prep(d->numbers + row * d->in, 1, d->in, s->scale->shift,
               s->scale->factor, s->scale->n, x);
}


static void
batch_fetch(const train_data_t *d, size_t row)
{
    size_t  i;

    for (i = 0; d->bytes != NULL && i < d->in; i += 64) {
        __builtin_prefetch(d->bytes + row * d->in + i);
    }
}


void
train_batch_fill(train_batch_t *b, const train_source_t *s,
    const uint32_t *row, size_t n, size_t follow, int columns)
{
    size_t               i;
    const train_data_t  *d;

    d = s->data;
    b->rows = n;
    b->mass = (d->weights != NULL) ? 0 : (double) n;

    if (b->sparse && columns) {
        (void) memset(b->col_n, 0, b->in * sizeof(uint32_t));
    }

    for (i = 0; i < n; i++) {
        if (i + BATCH_AHEAD < n + follow) {
            batch_fetch(d, row[i + BATCH_AHEAD]);
        }

        batch_row(b, s, row[i], (uint32_t) i, columns);

        if (d->classes != NULL) {
            b->classes[i] = d->classes[row[i]];
        }

        if (d->targets != NULL) {
            (void) memcpy(b->targets + i * b->out,
                          d->targets + row[i] * b->out,
                          b->out * sizeof(float));
        }

        if (d->weights != NULL) {
            b->weight[i] = d->weights[row[i]];
            b->mass += (double) b->weight[i];
        }
    }
}
