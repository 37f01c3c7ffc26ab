
/*
 * Which keys have the most requests: a walk through the table, some sets at a
 * time, that keeps the best of what it met.
 * Not here: what is kept of a key (ngx_http_maas_track_entry.c).
 */


#include "ngx_http_maas_track_table.h"


/* sets and busy keys a call, each an access to memory: a third of a
 * millisecond */

#define NGX_HTTP_MAAS_TRACK_WALK    4096

#define NGX_HTTP_MAAS_TRACK_MINUTE  60000  /* ms */


static uint32_t
ngx_http_maas_track_top_window(const ngx_http_maas_track_table_t *table)
{
    uint32_t  i, best;

    best = 0;

    for (i = 1; i < table->n_windows; i++) {
        if (table->width[i] >= NGX_HTTP_MAAS_TRACK_MINUTE
            && table->width[best] >= NGX_HTTP_MAAS_TRACK_MINUTE
            ? table->width[i] < table->width[best]
            : table->width[i] > table->width[best])
        {
            best = i;
        }
    }

    return best;
}


/* Its place among the others, if it has one; what is in front is larger. */

static void
ngx_http_maas_track_top_put(ngx_http_maas_track_top_t *top,
    const ngx_http_maas_track_seen_t *seen)
{
    uint32_t  i, w;

    w = top->window;

    for (i = 0; i < top->n; i++) {
        if (top->seen[i].key == seen->key) {
            return;
        }
    }

    i = top->n;

    if (i == NGX_HTTP_MAAS_TRACK_TOP) {
        i--;

        if (top->seen[i].count[w] >= seen->count[w]) {
            return;
        }

    } else {
        top->n++;
    }

    for ( /* void */ ; i > 0 && top->seen[i - 1].count[w] < seen->count[w]; i--)
    {
        top->seen[i] = top->seen[i - 1];
    }

    top->seen[i] = *seen;
}


/* Those of the last time, as they are now */

static void
ngx_http_maas_track_top_again(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_top_t *top, uint64_t since)
{
    uint32_t                    i, n;
    ngx_http_maas_track_seen_t  seen, old[NGX_HTTP_MAAS_TRACK_TOP];

    n = top->n;
    top->n = 0;
    __builtin_memcpy(old, top->seen, sizeof(old));

    for (i = 0; i < n; i++) {
        if (ngx_http_maas_track_look(table, old[i].key, since, &seen)
            && seen.count[top->window] != 0)
        {
            ngx_http_maas_track_top_put(top, &seen);
        }
    }
}


/* How many of its keys are busy */

static uint32_t
ngx_http_maas_track_top_set(const ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_top_t *top, uint64_t since)
{
    uint32_t                    i, n, least, count[NGX_HTTP_MAAS_TRACK_WAYS];
    uint64_t                    key[NGX_HTTP_MAAS_TRACK_WAYS];
    ngx_http_maas_track_seen_t  seen;

    n = ngx_http_maas_track_set_keys(table, top->at, top->window, since, key,
                                     count);

    for (i = 0; i < n; i++) {
        least = top->n < NGX_HTTP_MAAS_TRACK_TOP
                ? 0 : top->seen[top->n - 1].count[top->window];

        if (count[i] > least
            && ngx_http_maas_track_look(table, key[i], since, &seen))
        {
            ngx_http_maas_track_top_put(top, &seen);
        }
    }

    return n;
}


void
ngx_http_maas_track_top(ngx_http_maas_track_table_t *table,
    ngx_http_maas_track_top_t *top, uint64_t now)
{
    uint32_t  n, busy;
    uint64_t  width, since;

    ngx_http_maas_track_clock(table, now);

    top->window = ngx_http_maas_track_top_window(table);
    width = table->width[top->window];
    since = now > width ? now - width : 0;

    ngx_http_maas_track_top_again(table, top, since);

    busy = 0;

    for (n = 0;
         n < table->n_sets && n < NGX_HTTP_MAAS_TRACK_WALK
         && busy < NGX_HTTP_MAAS_TRACK_WALK;
         n++)
    {
        if (top->at >= table->n_sets) {
            top->at = 0;
        }

        busy += ngx_http_maas_track_top_set(table, top, since);
        top->at++;

        if (top->looked < table->n_sets) {
            top->looked++;
        }
    }
}
