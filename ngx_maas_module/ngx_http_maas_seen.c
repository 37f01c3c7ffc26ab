
/*
 * Counts values of rows by column.  What is missing or unknown is counted
 * exactly, by lane; of other values a sample goes into bins, parts of windows
 * in a ring, which all workers share.  No locks.
 * Not here: the shared memory of it (life/ngx_http_maas_lanes.c).
 */


#include "ngx_http_maas_model.h"


/* values of rows that a worker puts into bins in a second, about */

#define NGX_HTTP_MAAS_SAMPLE_VALUES  10000
#define NGX_HTTP_MAAS_SAMPLE_STEP    (1 << 20)

/* of a part that is being cleared */

#define NGX_HTTP_MAAS_SEEN_BUSY      ((ngx_uint_t) 1 << 30)

#define NGX_HTTP_MAAS_SEEN_MARKS     2


typedef struct {
    ngx_uint_t                seconds;     /* of a part */
    ngx_uint_t                first;       /* place of its parts in the ring */
    ngx_uint_t                n;
} ngx_http_maas_seen_window_t;

static const ngx_http_maas_seen_window_t
    ngx_http_maas_seen_windows[NGX_HTTP_MAAS_N_WINDOWS] =
{
    [NGX_HTTP_MAAS_HOUR] = { 600, 0, 7 },
    [NGX_HTTP_MAAS_DAY] = { 10800, 7, 9 }
};


static ngx_uint_t
ngx_http_maas_seen_bins(const maas_info_t *info)
{
    ngx_uint_t  i, bins;

    bins = 0;

    for (i = 0; i < info->n_columns; i++) {
        bins += info->fields[i].reference.n;
    }

    return bins;
}


size_t
ngx_http_maas_seen_size(ngx_http_maas_model_t *model, ngx_uint_t lanes)
{
    if (model->info->n_columns == 0) {
        return 0;
    }

    return sizeof(ngx_http_maas_seen_room_t)
           + lanes * model->info->n_columns * NGX_HTTP_MAAS_SEEN_MARKS
             * sizeof(ngx_atomic_t)
           + NGX_HTTP_MAAS_PARTS * ngx_http_maas_seen_bins(model->info)
             * sizeof(uint32_t);
}


/* Counts of a column in a lane: missing, unknown */

static ngx_atomic_t *
ngx_http_maas_seen_marks(ngx_http_maas_model_t *model, ngx_uint_t lane,
    ngx_uint_t column)
{
    return (ngx_atomic_t *) (model->seen.room + 1)
           + (lane * model->info->n_columns + column)
             * NGX_HTTP_MAAS_SEEN_MARKS;
}


/* The bins of all columns in a part */

static uint32_t *
ngx_http_maas_seen_part(ngx_http_maas_model_t *model, ngx_uint_t part)
{
    return (uint32_t *) ngx_http_maas_seen_marks(model, model->seen.lanes, 0)
           + part * model->seen.bins;
}


/* What the memory behind a room's head is like, and what its bins mean: never
 * 0, and not more than 32 bits, which may stand in JSON */

static void
ngx_http_maas_seen_sums(ngx_http_maas_model_t *model)
{
    uint32_t                 layout, reference;
    ngx_uint_t               i;
    const maas_field_t      *field;
    ngx_http_maas_seen_t    *seen;

    seen = &model->seen;

    ngx_crc32_init(layout);
    ngx_crc32_init(reference);
    ngx_crc32_update(&layout, (u_char *) &seen->lanes, sizeof(ngx_uint_t));
    ngx_crc32_update(&layout, (u_char *) &seen->bins, sizeof(ngx_uint_t));

    for (i = 0; i < model->info->n_columns; i++) {
        field = &model->info->fields[i];

        ngx_crc32_update(&layout, (u_char *) field->name,
                         ngx_strlen(field->name) + 1);
        ngx_crc32_update(&reference, (u_char *) field->reference.counts,
                         field->reference.n * sizeof(double));
        ngx_crc32_update(&reference, (u_char *) field->reference.edges,
                         field->reference.n_edges * sizeof(double));
    }

    seen->layout = layout | 1;
    seen->reference = reference | 1;
}


void
ngx_http_maas_seen_use(ngx_http_maas_model_t *model, void *data,
    ngx_uint_t lanes)
{
    size_t                      size;
    ngx_http_maas_seen_t       *seen;
    ngx_http_maas_seen_room_t  *room;

    seen = &model->seen;
    ngx_memzero(seen, sizeof(ngx_http_maas_seen_t));

    if (data == NULL) {
        return;
    }

    room = data;
    seen->room = room;
    seen->info = model->info;
    seen->generation = model->generation;
    seen->lanes = lanes;
    seen->step = 1;
    seen->bins = ngx_http_maas_seen_bins(model->info);

    ngx_http_maas_seen_sums(model);

    size = ngx_http_maas_seen_size(model, lanes);

    /* another model's counts are not this one's; the same columns go on, but
     * for bins of another reference */

    if (room->layout != seen->layout) {
        ngx_memzero(room, size);
        room->reference = seen->reference;
        ngx_memory_barrier();
        room->layout = seen->layout;

    } else if (room->reference != seen->reference) {
        room->reference = seen->reference;
        ngx_memzero((void *) room->part, sizeof(room->part));
    }
}


/* Is the part of a window that is now there to be added to?  Whoever comes
 * first clears it; rows that come meanwhile are in no bin. */

static ngx_uint_t
ngx_http_maas_seen_now(ngx_http_maas_model_t *model,
    ngx_http_maas_window_e window, ngx_uint_t *part)
{
    ngx_atomic_uint_t                   now, was;
    ngx_http_maas_seen_room_t          *room;
    const ngx_http_maas_seen_window_t  *w;

    room = model->seen.room;
    w = &ngx_http_maas_seen_windows[window];

    now = (ngx_atomic_uint_t) ngx_time() / w->seconds;
    *part = w->first + now % w->n;
    was = room->part[*part];

    if (was == now) {
        return 1;
    }

    if (was == (now | NGX_HTTP_MAAS_SEEN_BUSY)
        || !ngx_atomic_cmp_set(&room->part[*part], was,
                               now | NGX_HTTP_MAAS_SEEN_BUSY))
    {
        return 0;
    }

    room->rows[*part] = 0;
    ngx_memzero(ngx_http_maas_seen_part(model, *part),
                model->seen.bins * sizeof(uint32_t));
    ngx_memory_barrier();
    room->part[*part] = now;

    return 1;
}


/* A row into the bins of both windows */

static void
ngx_http_maas_seen_row(ngx_http_maas_model_t *model, const void *x)
{
    uint32_t                *bins[NGX_HTTP_MAAS_N_WINDOWS];
    ngx_uint_t               i, w, bin, part[NGX_HTTP_MAAS_N_WINDOWS];
    const maas_info_t       *info;
    const maas_reference_t  *reference;

    info = model->info;

    for (w = 0; w < NGX_HTTP_MAAS_N_WINDOWS; w++) {
        if (!ngx_http_maas_seen_now(model, w, &part[w])) {
            return;                        /* in both of them, or in none */
        }
    }

    for (w = 0; w < NGX_HTTP_MAAS_N_WINDOWS; w++) {
        bins[w] = ngx_http_maas_seen_part(model, part[w]);
        (void) ngx_atomic_fetch_add(&model->seen.room->rows[part[w]], 1);
    }

    for (i = 0; i < info->n_columns; i++) {
        reference = &info->fields[i].reference;

        if (reference->n == 0) {
            continue;
        }

        bin = maas_row_bin(info->marking, i, x);

        for (w = 0; w < NGX_HTTP_MAAS_N_WINDOWS; w++) {
            (void) __sync_fetch_and_add(&bins[w][bin], 1);
            bins[w] += reference->n;
        }
    }
}


/* A sample of rows that are many: the more there are, the fewer of them.
 * Threads that are here at the same time spoil no more than its size. */

static void
ngx_http_maas_seen_sample(ngx_http_maas_model_t *model, const void *x,
    size_t rows)
{
    size_t                 i;
    ngx_uint_t             step, most;
    const maas_info_t     *info;
    ngx_http_maas_seen_t  *seen;

    seen = &model->seen;
    info = model->info;
    most = ngx_max(NGX_HTTP_MAAS_SAMPLE_VALUES / info->n_columns, 1);

    if (seen->second != ngx_time()) {
        seen->second = ngx_time();
        seen->taken = 0;
        seen->step = ngx_max(seen->step / 2, 1);
    }

    for (i = seen->skip; i < rows; i += step) {
        ngx_http_maas_seen_row(model, (const u_char *) x + i * info->row);

        step = seen->step;

        if (++seen->taken >= most && step < NGX_HTTP_MAAS_SAMPLE_STEP) {
            seen->taken = 0;
            seen->step = step * 2;
        }

        step = step > 1 ? 1 + ngx_random() % (2 * step - 1) : 1;
    }

    seen->skip = i - rows;
}


/* Values that have marks lose them. */

static void
ngx_http_maas_seen_unmark(ngx_http_maas_model_t *model, void *x,
    ngx_atomic_t *marks)
{
    ngx_uint_t          i;
    maas_mark_t         mark;
    const maas_info_t  *info;

    info = model->info;

    for (i = 0; marks != NULL && i < info->n_columns; i++) {
        mark = maas_row_mark(info->marking, i, x);

        if (mark != MAAS_MARK_NONE) {
            (void) ngx_atomic_fetch_add(&marks[i * NGX_HTTP_MAAS_SEEN_MARKS
                                               + (mark == MAAS_MARK_UNKNOWN)],
                                        1);
        }
    }

    maas_row_unmark(info->marking, x);
}


/* After a swap or a reload the room is for what comes now: is that this
 * generation of the model, or one of the same columns? */

static ngx_uint_t
ngx_http_maas_seen_here(ngx_http_maas_model_t *model)
{
    ngx_http_maas_seen_t  *seen;

    seen = &model->seen;

    return seen->room != NULL && seen->info == model->info
           && seen->generation == model->generation
           && seen->room->layout == seen->layout;
}


/* And have they the same bins, some of them? */

static ngx_uint_t
ngx_http_maas_seen_binned(ngx_http_maas_model_t *model)
{
    return ngx_http_maas_seen_here(model) && model->seen.bins > 0
           && model->seen.room->reference == model->seen.reference;
}


void
ngx_http_maas_seen(ngx_http_maas_model_t *model, void *x, size_t rows,
    ngx_uint_t count)
{
    size_t                  i;
    ngx_atomic_t           *marks;
    const maas_info_t      *info;
    ngx_http_maas_seen_t   *seen;

    info = model->info;
    seen = &model->seen;

    if (info->marking == NULL) {
        return;
    }

    count = count && ngx_http_maas_seen_here(model);

    if (count && ngx_http_maas_seen_binned(model)) {
        ngx_http_maas_seen_sample(model, x, rows);
    }

    if (maas_rows_finite(info, x, rows)) {
        return;
    }

    marks = count ? ngx_http_maas_seen_marks(model,
                              ngx_min((ngx_uint_t) ngx_process_slot,
                                      seen->lanes - 1), 0)
                  : NULL;

    for (i = 0; i < rows; i++) {
        ngx_http_maas_seen_unmark(model, (u_char *) x + i * info->row, marks);
    }
}


uint64_t
ngx_http_maas_seen_total(ngx_http_maas_model_t *model, ngx_uint_t column,
    maas_mark_t mark)
{
    uint64_t               n;
    ngx_uint_t             i;
    ngx_http_maas_seen_t  *seen;

    n = 0;
    seen = &model->seen;

    for (i = 0; ngx_http_maas_seen_here(model) && i < seen->lanes; i++) {
        n += ngx_http_maas_seen_marks(model, i, column)
                 [mark == MAAS_MARK_UNKNOWN];
    }

    return n;
}


/* Is part i of a window's within it? */

static ngx_uint_t
ngx_http_maas_seen_within(ngx_http_maas_model_t *model,
    const ngx_http_maas_seen_window_t *w, ngx_uint_t i)
{
    ngx_atomic_uint_t  now, part;

    part = model->seen.room->part[w->first + i];
    now = (ngx_atomic_uint_t) ngx_time() / w->seconds;

    return part <= now && part + w->n > now;
}


uint64_t
ngx_http_maas_seen_rows(ngx_http_maas_model_t *model,
    ngx_http_maas_window_e window)
{
    uint64_t                            rows;
    ngx_uint_t                          i;
    const ngx_http_maas_seen_window_t  *w;

    rows = 0;
    w = &ngx_http_maas_seen_windows[window];

    for (i = 0; ngx_http_maas_seen_binned(model) && i < w->n; i++) {
        if (ngx_http_maas_seen_within(model, w, i)) {
            rows += model->seen.room->rows[w->first + i];
        }
    }

    return rows;
}


void
ngx_http_maas_seen_counts(ngx_http_maas_model_t *model, ngx_uint_t column,
    ngx_uint_t at, ngx_http_maas_window_e window, uint64_t counts[MAAS_BINS])
{
    uint32_t                           *bins;
    ngx_uint_t                          i, k, n;
    const ngx_http_maas_seen_window_t  *w;

    w = &ngx_http_maas_seen_windows[window];
    n = model->info->fields[column].reference.n;

    ngx_memzero(counts, n * sizeof(uint64_t));

    for (i = 0; ngx_http_maas_seen_binned(model) && i < w->n; i++) {

        if (!ngx_http_maas_seen_within(model, w, i)) {
            continue;
        }

        bins = ngx_http_maas_seen_part(model, w->first + i) + at;

        for (k = 0; k < n; k++) {
            counts[k] += bins[k];
        }
    }
}
