/*
 * The bins of all rows: which slots differ, in what form they are kept, and
 * their bytes.
 * Not here: where a bin ends (bins.c).
 */

#include <string.h>

#include "trees.h"


#define FILL_SAMPLE  (1u << 24)     /* numbers that tell of bins, */
#define FILL_MOST    200000         /*     at most so many rows, */
#define FILL_LEAST   4096           /*     and so many at least */
#define FILL_SPARSE  0.8            /* share of rows that have one bin */


typedef struct {
    train_bins_t         *b;
    const train_data_t   *d;
    const uint32_t       *row;
    size_t                n;        /* rows, */
    size_t                n_sample; /*     of which some tell of bins: */
    size_t                n_learn;  /*     of the first ones */
    size_t                most;
    float                *sample;   /* (in,n_sample) */
    train_slot_t         *slot;     /* (in) */
    train_team_t         *team;
    size_t                members;
    uint32_t            **entry;    /* (members) of a member's rows */
    size_t               *n_entry;
} fill_t;


static size_t
fill_from(size_t n, size_t id, size_t members)
{
    return n / members * id + (id < n % members ? id : n % members);
}


/* Is it the same in nearly all rows of the sample, bin by bin? */

static void
fill_usual(const fill_t *f, train_slot_t *s, const float *v)
{
    size_t    i;
    uint32_t  k, rows[TRAIN_TREES_BINS] = { 0 };

    for (i = 0; i < f->n_sample; i++) {
        rows[train_bins_of(s, v[i])]++;
    }

    s->usual = 0;

    for (k = 1; k < s->n; k++) {
        s->usual = (rows[k] > rows[s->usual]) ? k : s->usual;
    }

    s->sparse = (double) rows[s->usual] >= FILL_SPARSE * (double) f->n_sample;

    if (rows[s->usual] == f->n_sample) {
        s->n = 0;                   /* says nothing */
    }
}


static void
fill_look(void *ctx, size_t id)
{
    size_t   i, j, n;
    float   *x;
    fill_t  *f = ctx;

    x = train_alloc(f->d->in, sizeof(float));
    n = f->n_sample;

    for (i = fill_from(n, id, f->members);
         i < fill_from(n, id + 1, f->members); i++)
    {
        train_data_row(f->d, f->row[i * f->n_learn / n], x);

        for (j = 0; j < f->d->in; j++) {
            f->sample[j * n + i] = x[j];
        }
    }

    train_free(x);
    train_team_wait(f->team);

    x = train_alloc(n, sizeof(float));

    for (j = id; j < f->d->in; j += f->members) {
        (void) memcpy(x, f->sample + j * n, n * sizeof(float));
        train_bins_find(&f->slot[j], x, n, f->most);
        fill_usual(f, &f->slot[j], f->sample + j * n);
    }

    train_free(x);
}


/* Those that differ, the ones for tiles first */

static void
fill_order(fill_t *f)
{
    size_t         i, sparse;
    train_bins_t  *b;

    b = f->b;
    b->slot = train_alloc(b->in, sizeof(train_slot_t));

    for (sparse = 0; sparse < 2; sparse++) {
        for (i = 0; i < b->in; i++) {
            if (f->slot[i].n == 0 || f->slot[i].sparse != sparse) {
                continue;
            }

            b->slot[b->n] = f->slot[i];
            f->slot[i].upper = NULL;
            b->slot[b->n].at = (uint32_t) b->all;
            b->all += b->slot[b->n++].n;
        }

        if (!sparse) {
            b->dense = b->n;
        }
    }

    for (i = 0; i < b->in; i++) {
        train_free(f->slot[i].upper);
    }
}


static void
fill_rows(void *ctx, size_t id)
{
    float         *x;
    size_t         r, j, room;
    uint32_t       bin;
    fill_t        *f = ctx;
    train_slot_t  *s;
    train_bins_t  *b;

    b = f->b;
    x = train_alloc(f->d->in, sizeof(float));
    room = 0;

    for (r = fill_from(f->n, id, f->members);
         r < fill_from(f->n, id + 1, f->members); r++)
    {
        train_data_row(f->d, f->row[r], x);

        for (j = 0; j < b->dense; j++) {
            b->tile[j / TRAIN_TREES_TILE][r * TRAIN_TREES_TILE
                                          + j % TRAIN_TREES_TILE]
                = (uint8_t) train_bins_of(&b->slot[j], x[b->slot[j].slot]);
        }

        train_room(&f->entry[id], &room, f->n_entry[id] + b->n - b->dense,
                   sizeof(uint32_t));

        for (j = b->dense; j < b->n; j++) {
            s = &b->slot[j];
            bin = train_bins_of(s, x[s->slot]);

            if (bin != s->usual) {
                f->entry[id][f->n_entry[id]++] = s->at + bin;
                b->from[r + 1]++;
            }
        }
    }

    train_free(x);
}


/* The members' lists, one behind the other */

static void
fill_lists(fill_t *f)
{
    size_t         i, n;
    train_bins_t  *b;

    b = f->b;

    for (i = 0; i < f->n; i++) {
        b->from[i + 1] += b->from[i];
    }

    b->entry = train_alloc(b->from[f->n] + 1, sizeof(uint32_t));

    for (i = 0, n = 0; i < f->members; i++) {
        if (f->n_entry[i] > 0) {
            (void) memcpy(b->entry + n, f->entry[i],
                          f->n_entry[i] * sizeof(uint32_t));
        }

        n += f->n_entry[i];
        train_free(f->entry[i]);
    }
}


static void
fill_all(fill_t *f)
{
    size_t         i;
    train_bins_t  *b;

    b = f->b;
    b->tiles = (b->dense + TRAIN_TREES_TILE - 1) / TRAIN_TREES_TILE;
    b->tile = train_alloc(b->tiles + 1, sizeof(uint8_t *));

    for (i = 0; i < b->tiles; i++) {
        b->tile[i] = train_alloc(f->n, TRAIN_TREES_TILE);
    }

    if (b->n > b->dense) {
        b->from = train_alloc(f->n + 1, sizeof(size_t));
    }

    f->entry = train_alloc(f->members, sizeof(uint32_t *));
    f->n_entry = train_alloc(f->members, sizeof(size_t));
    train_team_run(f->team, fill_rows, f);

    if (b->from != NULL) {
        fill_lists(f);
    }

    train_free(f->entry);
    train_free(f->n_entry);
}


void
train_bins_create(train_bins_t *b, const train_data_t *d,
    const train_scale_t *scale, const uint32_t *row, size_t n, size_t n_learn,
    size_t most, train_team_t *team)
{
    size_t  i;
    fill_t  f = { b, d, row, n, 0, n_learn, most, .team = team };

    (void) memset(b, 0, sizeof(train_bins_t));
    b->rows = n;
    b->in = d->in;

    f.members = train_team_size(team);
    f.n_sample = FILL_SAMPLE / d->in;
    f.n_sample = (f.n_sample < FILL_MOST) ? f.n_sample : FILL_MOST;
    f.n_sample = (f.n_sample > FILL_LEAST) ? f.n_sample : FILL_LEAST;
    f.n_sample = (f.n_sample < n_learn) ? f.n_sample : n_learn;
    f.sample = train_alloc(d->in * f.n_sample, sizeof(float));
    f.slot = train_alloc(d->in, sizeof(train_slot_t));

    for (i = 0; i < d->in; i++) {
        f.slot[i].slot = (uint32_t) i;
    }

    for (i = 0; i < scale->n_columns; i++) {
        f.slot[scale->columns[i].at].codes
            = scale->columns[i].codes
              && (scale->ordered == NULL || !scale->ordered[i]);
    }

    train_team_run(team, fill_look, &f);
    train_free(f.sample);
    fill_order(&f);
    train_free(f.slot);
    fill_all(&f);
}


void
train_bins_free(train_bins_t *b)
{
    size_t  i;

    for (i = 0; i < b->n; i++) {
        train_free(b->slot[i].upper);
    }

    for (i = 0; i < b->tiles; i++) {
        train_free(b->tile[i]);
    }

    train_free(b->slot);
    train_free(b->tile);
    train_free(b->from);
    train_free(b->entry);
    (void) memset(b, 0, sizeof(train_bins_t));
}


uint32_t
train_bins_listed(const train_bins_t *b, size_t row, size_t s)
{
    size_t               low, high, mid;
    const train_slot_t  *slot;

    slot = &b->slot[s];
    low = b->from[row];
    high = b->from[row + 1];

    while (low < high) {
        mid = (low + high) / 2;

        if (b->entry[mid] < slot->at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }

    return (low < b->from[row + 1] && b->entry[low] < slot->at + slot->n)
           ? b->entry[low] - slot->at : slot->usual;
}
