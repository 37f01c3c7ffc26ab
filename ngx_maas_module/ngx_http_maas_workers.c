
/*
 * How workers are, in a room of the zone: what each of them has of maas_memory,
 * and how many more were started than the configuration asked for.
 * Not here: the room itself (ngx_http_maas_zone.c).
 */


#include "ngx_http_maas_workers.h"
#include "ngx_http_maas_zone.h"


typedef struct {
    ngx_atomic_t              started;
    ngx_atomic_t              expected;
    ngx_atomic_t              deaths;
    ngx_atomic_t              unused[5];
    ngx_http_maas_shown_t     lane[];
} ngx_http_maas_workers_room_t;

_Static_assert(sizeof(ngx_http_maas_workers_room_t) % 64 == 0
               && sizeof(ngx_http_maas_shown_t) % 64 == 0,
               "workers do not share cache lines");


static ngx_http_maas_workers_room_t *
ngx_http_maas_workers_room(ngx_http_maas_main_conf_t *mmcf)
{
    static ngx_str_t  key = ngx_string("workers");

    return ngx_http_maas_zone_room(mmcf, &key,
                                   sizeof(ngx_http_maas_workers_room_t)
                                   + ngx_http_maas_zone_lanes(mmcf)
                                     * sizeof(ngx_http_maas_shown_t));
}


void
ngx_http_maas_workers_expect(ngx_http_maas_main_conf_t *mmcf, ngx_uint_t n)
{
    ngx_http_maas_workers_room_t  *room;

    room = ngx_http_maas_workers_room(mmcf);

    if (room != NULL) {
        room->expected = room->started + n;
    }
}


void
ngx_http_maas_workers_join(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_uint_t                     lane;
    ngx_http_maas_shown_t         *shown;
    ngx_http_maas_workers_room_t  *room;

    room = ngx_http_maas_workers_room(mmcf);

    if (room == NULL) {
        return;
    }

    if (ngx_atomic_fetch_add(&room->started, 1) >= room->expected) {
        (void) ngx_atomic_fetch_add(&room->deaths, 1);
    }

    lane = ngx_http_maas_zone_lane(mmcf);

    if (lane == ngx_http_maas_zone_lanes(mmcf) - 1) {
        return;                            /* others are there, too */
    }

    shown = &room->lane[lane];
    shown->used = mmcf->memory.used;
    shown->peak = mmcf->memory.used;
    shown->pid = (ngx_atomic_uint_t) ngx_pid;

    mmcf->memory.shown = shown;
}


/* A lane may be of one that died, and of nobody since. */

static ngx_uint_t
ngx_http_maas_workers_lives(ngx_http_maas_shown_t *shown)
{
    return shown->pid != 0
           && (kill((pid_t) shown->pid, 0) == 0 || ngx_errno == EPERM);
}


ngx_int_t
ngx_http_maas_workers_sum(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_workers_t *sum)
{
    ngx_uint_t                     i;
    ngx_http_maas_shown_t         *shown;
    ngx_http_maas_workers_room_t  *room;

    room = ngx_http_maas_workers_room(mmcf);

    if (room == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(sum, sizeof(ngx_http_maas_workers_t));
    sum->deaths = room->deaths;

    for (i = 0; i < ngx_http_maas_zone_lanes(mmcf); i++) {
        shown = &room->lane[i];

        if (ngx_http_maas_workers_lives(shown)) {
            sum->n++;
            sum->used += shown->used;
            sum->peak = ngx_max(sum->peak, shown->peak);
        }
    }

    return NGX_OK;
}
