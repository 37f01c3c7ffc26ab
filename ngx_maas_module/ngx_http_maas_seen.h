
/*
 * What values the rows of a model have had: by column how many were missing or
 * unknown, and how they were spread over the bins of the model's reference
 * within the last hour and day.
 * Not here: how it is shown (routes/ngx_http_maas_columns.c).
 */


#ifndef _NGX_HTTP_MAAS_SEEN_H_INCLUDED_
#define _NGX_HTTP_MAAS_SEEN_H_INCLUDED_


#include "ngx_http_maas_count.h"

#include <maas.h>


/* A window: the part of it that is now, and as many before as it takes */

typedef enum {
    NGX_HTTP_MAAS_HOUR = 0,                /* six parts and this one */
    NGX_HTTP_MAAS_DAY,                     /* eight and this one */
    NGX_HTTP_MAAS_N_WINDOWS
} ngx_http_maas_window_e;

#define NGX_HTTP_MAAS_PARTS  16            /* of all windows */


/* At the start of a model's room in shared memory; behind it for each lane and
 * column what was missing and unknown, then the bins of each part. */

typedef struct {
    ngx_atomic_t              layout;      /* what it was made for */
    ngx_atomic_t              reference;   /*     and bins are of */
    ngx_atomic_t              part[NGX_HTTP_MAAS_PARTS];    /* since 1970 */
    ngx_atomic_t              rows[NGX_HTTP_MAAS_PARTS];    /* in bins */
} ngx_http_maas_seen_room_t;


/* Of a model, in this process */

typedef struct {
    ngx_http_maas_seen_room_t  *room;      /* NULL: nothing is counted */
    const maas_info_t          *info;      /* of the generation that it */
    ngx_uint_t                  generation;    /* is for */
    ngx_uint_t                  lanes;
    ngx_uint_t                  bins;      /* of all columns */
    ngx_uint_t                  layout;    /* as in the room, unless that is */
    ngx_uint_t                  reference; /*     used by another model now */

    time_t                      second;    /* a sample: in this one */
    ngx_uint_t                  taken;     /*     so many rows, */
    ngx_uint_t                  skip;      /*     none of the next ones, */
    ngx_uint_t                  step;      /*     then one in so many */
} ngx_http_maas_seen_t;


/* Bytes of a model's room with so many lanes; 0: it needs none. */
size_t ngx_http_maas_seen_size(ngx_http_maas_model_t *model, ngx_uint_t lanes);

/* Count there: a room of that size, which may have been another model's under
 * the same name; or nowhere, NULL.  In the master, or in a worker when it has a
 * model that the master had not. */
void ngx_http_maas_seen_use(ngx_http_maas_model_t *model, void *room,
    ngx_uint_t lanes);

/* Rows x(rows,in) that were read by info->marking are as info->reader reads
 * them, and counted if `count`.  In any thread. */
void ngx_http_maas_seen(ngx_http_maas_model_t *model, void *x, size_t rows,
    ngx_uint_t count);

/* How many values of a column were missing or unknown, in all workers */
uint64_t ngx_http_maas_seen_total(ngx_http_maas_model_t *model,
    ngx_uint_t column, maas_mark_t mark);

/* Rows in bins within a window, a sample where they are many; and counts(n),
 * those of a column's bins, before which are `at` bins of other columns. */
uint64_t ngx_http_maas_seen_rows(ngx_http_maas_model_t *model,
    ngx_http_maas_window_e window);
void ngx_http_maas_seen_counts(ngx_http_maas_model_t *model, ngx_uint_t column,
    ngx_uint_t at, ngx_http_maas_window_e window, uint64_t counts[MAAS_BINS]);


#endif /* _NGX_HTTP_MAAS_SEEN_H_INCLUDED_ */
