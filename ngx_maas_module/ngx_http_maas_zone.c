
/*
 * Rooms in the zone: a table by key, memory that is never given back but to
 * other rooms, since workers of the past may still write there.
 * Not here: models, and what is counted of them (life/ngx_http_maas_shm.c).
 */


#include "ngx_http_maas_zone.h"


/* changes with what stands in the zone: "maas", then a number */

#define NGX_HTTP_MAAS_LAYOUT      0x6d616176

/* bytes of the zone for each place of the table, of the smallest room's entry;
 * and an offset that no memory has */

#define NGX_HTTP_MAAS_ZONE_PLACE  4096
#define NGX_HTTP_MAAS_ZONE_ENTRY  128
#define NGX_HTTP_MAAS_ZONE_END    0xffffffff


/* An offset counts bytes from the start of the zone: 0 is none. */

typedef struct {
    uint32_t                  layout;
    uint32_t                  lane;        /* bytes: checks the layout */
    uint32_t                  lanes;
    uint32_t                  tried;       /* number of the configuration that
                                              was last read, and */
    uint32_t                  held;        /*     of that which is in force, */
    uint32_t                  before;      /*     and of the one before */
    uint32_t                  fresh;       /* offset: memory behind it was never
                                              given to anybody */
    uint32_t                  spare;       /* rooms without a key */
    uint32_t                  swept;       /* all that are not used are there */
    uint32_t                  mask;        /* of the table, which follows */
} ngx_http_maas_zone_t;


typedef struct {
    uint32_t                  next;        /* of its place, or a spare one */
    uint32_t                  hash;
    uint32_t                  data;        /* 0: it is promised */
    uint32_t                  size;
    uint32_t                  mark;        /* the last configuration that it
                                              was of */
    uint32_t                  len;         /* of the key, which follows */
} ngx_http_maas_room_t;


#define ngx_http_maas_zone_at(shpool, offset)                                 \
    ((void *) ((u_char *) (shpool) + (offset)))

#define ngx_http_maas_zone_offset(shpool, p)                                  \
    ((uint32_t) ((u_char *) (p) - (u_char *) (shpool)))

#define ngx_http_maas_zone_key(room)                                          \
    ((u_char *) (room) + sizeof(ngx_http_maas_room_t))


/* Zeroed; what nobody had has the zeros of new pages, which need no memory
 * before somebody counts there. */

static void *
ngx_http_maas_zone_alloc(ngx_slab_pool_t *shpool, size_t size)
{
    u_char                *p;
    uint32_t               at;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    p = ngx_slab_alloc_locked(shpool, size);
    if (p == NULL) {
        return NULL;
    }

    at = ngx_http_maas_zone_offset(shpool, p);

#if (NGX_DEBUG_MALLOC || NGX_HAVE_DEBUG_MALLOC)
    ngx_memzero(p, size);
#else
    if (at < zone->fresh) {
        ngx_memzero(p, size);
    }
#endif

    if (zone->fresh < at + size) {
        zone->fresh = at + (uint32_t) ngx_align(size, ngx_pagesize);
    }

    return p;
}


/* Where the offset of the first room stands that has this hash, or others */

static uint32_t *
ngx_http_maas_zone_place(ngx_slab_pool_t *shpool, uint32_t hash)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    return (uint32_t *) (zone + 1) + (hash & zone->mask);
}


static ngx_http_maas_room_t *
ngx_http_maas_zone_find(ngx_slab_pool_t *shpool, u_char *key, size_t len)
{
    uint32_t               hash, offset;
    ngx_http_maas_room_t  *room;

    hash = ngx_murmur_hash2(key, len);

    for (offset = *ngx_http_maas_zone_place(shpool, hash);
         offset != 0;
         offset = room->next)
    {
        room = ngx_http_maas_zone_at(shpool, offset);

        if (room->hash == hash && room->len == len
            && ngx_memcmp(ngx_http_maas_zone_key(room), key, len) == 0)
        {
            return room;
        }
    }

    return NULL;
}


/* Lanes, without which there is no configuration: its own key says so. */

static ngx_uint_t
ngx_http_maas_zone_must(u_char *key)
{
    return *key == 'm' || *key == 'p';
}


/* Half of the zone is for these alone, so that a reload finds room for more
 * models; else the zone may be used up. */

static ngx_uint_t
ngx_http_maas_zone_may(ngx_slab_pool_t *shpool, u_char *key)
{
    size_t  pages;

    pages = (size_t) (shpool->end - shpool->start) / ngx_pagesize;

    return ngx_http_maas_zone_must(key) || shpool->pfree > pages / 2;
}


/* Is it of the configuration in force or of one that is read?  Most are as long
 * as the lanes of their model are, and asked for once in each configuration. */

static ngx_uint_t
ngx_http_maas_zone_used(ngx_slab_pool_t *shpool, ngx_http_maas_room_t *room)
{
    u_char                *p, *last, *key, text[NGX_HTTP_MAAS_ROOM_KEY + 2];
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;
    key = ngx_http_maas_zone_key(room);
    last = key + room->len;

    if (ngx_http_maas_zone_must(key)) {
        return room->mark >= zone->held;
    }

    key = ngx_strlchr(key, last, ' ');
    if (key == NULL) {
        return 1;
    }

    if (room->mark < zone->before) {
        return 0;
    }

    p = ngx_strlchr(++key, last, ' ');
    last = ngx_cpymem(ngx_cpymem(text, "m ", 2), key,
                      (p == NULL ? last : p) - key);

    room = ngx_http_maas_zone_find(shpool, text, last - text);

    return room != NULL && room->mark >= zone->held;
}


/* Out of the table: its memory is spare. */

static void
ngx_http_maas_zone_release(ngx_slab_pool_t *shpool, uint32_t *from)
{
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;
    room = ngx_http_maas_zone_at(shpool, *from);

    *from = room->next;

    if (room->data == 0) {
        ngx_slab_free_locked(shpool, room);
        return;
    }

    room->next = zone->spare;
    zone->spare = ngx_http_maas_zone_offset(shpool, room);
}


/* Where the offset of a room stands that is in the table */

static uint32_t *
ngx_http_maas_zone_from(ngx_slab_pool_t *shpool, ngx_http_maas_room_t *room)
{
    uint32_t              *from;
    ngx_http_maas_room_t  *other;

    from = ngx_http_maas_zone_place(shpool, room->hash);

    for ( ;; ) {
        other = ngx_http_maas_zone_at(shpool, *from);

        if (other == room) {
            return from;
        }

        from = &other->next;
    }
}


static void
ngx_http_maas_zone_sweep(ngx_slab_pool_t *shpool)
{
    uint32_t              *from;
    ngx_uint_t             i;
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    /* lanes of models last: they tell whether others are used */

    for (i = 0; i < 2 * ((ngx_uint_t) zone->mask + 1); i++) {
        from = ngx_http_maas_zone_place(shpool, (uint32_t) i);

        while (*from != 0) {
            room = ngx_http_maas_zone_at(shpool, *from);

            if ((i <= zone->mask && *ngx_http_maas_zone_key(room) == 'm')
                || ngx_http_maas_zone_used(shpool, room))
            {
                from = &room->next;

            } else {
                ngx_http_maas_zone_release(shpool, from);
            }
        }
    }

    zone->swept = 1;
}


/* Memory of a room that nobody uses any more, zeroed */

static ngx_int_t
ngx_http_maas_zone_spare(ngx_slab_pool_t *shpool, ngx_http_maas_room_t *to,
    size_t size)
{
    uint32_t              *from;
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    if (!zone->swept) {
        ngx_http_maas_zone_sweep(shpool);
    }

    for (from = &zone->spare; *from != 0; from = &room->next) {
        room = ngx_http_maas_zone_at(shpool, *from);

        if (room->size >= size) {
            to->data = room->data;
            to->size = room->size;
            ngx_memzero(ngx_http_maas_zone_at(shpool, to->data), size);

            *from = room->next;
            ngx_slab_free_locked(shpool, room);

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* One that is not in the table yet, maybe without memory; NULL: no room */

static ngx_http_maas_room_t *
ngx_http_maas_zone_new(ngx_slab_pool_t *shpool, ngx_str_t *key, size_t size)
{
    void                  *data;
    ngx_http_maas_room_t  *room;

    room = ngx_http_maas_zone_alloc(shpool,
                                    ngx_max(sizeof(ngx_http_maas_room_t)
                                            + key->len,
                                            NGX_HTTP_MAAS_ZONE_ENTRY));
    if (room == NULL) {
        return NULL;
    }

    data = ngx_http_maas_zone_may(shpool, key->data)
           ? ngx_http_maas_zone_alloc(shpool, size) : NULL;

    room->data = data == NULL ? 0 : ngx_http_maas_zone_offset(shpool, data);
    room->size = (uint32_t) size;
    room->hash = ngx_murmur_hash2(key->data, key->len);
    room->len = (uint32_t) key->len;
    ngx_memcpy(ngx_http_maas_zone_key(room), key->data, key->len);

    return room;
}


/* The room of the table, made if need be.  promise: it may be one without
 * memory.  NULL: no room */

static ngx_http_maas_room_t *
ngx_http_maas_zone_entry(ngx_slab_pool_t *shpool, ngx_str_t *key, size_t size,
    ngx_uint_t promise)
{
    uint32_t              *place;
    ngx_http_maas_room_t  *room;

    if (key->len > NGX_HTTP_MAAS_ROOM_KEY || size > NGX_HTTP_MAAS_ZONE_END / 2)
    {
        return NULL;
    }

    room = ngx_http_maas_zone_find(shpool, key->data, key->len);

    if (room != NULL && (room->data == 0 || room->size >= size)) {
        return room;
    }

    if (room != NULL) {
        ngx_http_maas_zone_release(shpool,
                                   ngx_http_maas_zone_from(shpool, room));
    }

    room = ngx_http_maas_zone_new(shpool, key, size);
    if (room == NULL) {
        return NULL;
    }

    if (room->data == 0 && !promise
        && ngx_http_maas_zone_spare(shpool, room, size) != NGX_OK)
    {
        ngx_slab_free_locked(shpool, room);
        return NULL;
    }

    place = ngx_http_maas_zone_place(shpool, room->hash);
    room->next = *place;
    *place = ngx_http_maas_zone_offset(shpool, room);

    return room;
}


void *
ngx_http_maas_zone_made(ngx_slab_pool_t *shpool, ngx_str_t *key, size_t size)
{
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    room = ngx_http_maas_zone_entry(shpool, key, size, 0);
    if (room == NULL) {
        return NULL;
    }

    room->mark = ngx_max(room->mark, zone->held);

    /* what was promised is used: nobody takes it out meanwhile */

    if (room->data == 0
        && ngx_http_maas_zone_spare(shpool, room, size) != NGX_OK)
    {
        return NULL;
    }

    return ngx_http_maas_zone_at(shpool, room->data);
}


void *
ngx_http_maas_zone_room(ngx_http_maas_main_conf_t *mmcf, ngx_str_t *key,
    size_t size)
{
    void             *room;
    ngx_slab_pool_t  *shpool;

    if (mmcf->zone == NULL) {
        return NULL;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);
    room = ngx_http_maas_zone_made(shpool, key, size);
    ngx_shmtx_unlock(&shpool->mutex);

    return room;
}


void
ngx_http_maas_zone_free(ngx_http_maas_main_conf_t *mmcf, ngx_str_t *key)
{
    ngx_slab_pool_t       *shpool;
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    if (mmcf->zone == NULL) {
        return;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;
    zone = shpool->data;

    ngx_shmtx_lock(&shpool->mutex);

    room = ngx_http_maas_zone_find(shpool, key->data, key->len);

    if (room != NULL) {
        room->mark = 0;
        zone->swept = 0;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


ngx_uint_t
ngx_http_maas_zone_lanes(ngx_http_maas_main_conf_t *mmcf)
{
    ngx_slab_pool_t       *shpool;
    ngx_http_maas_zone_t  *zone;

    if (mmcf->zone == NULL) {
        return 1;
    }

    shpool = (ngx_slab_pool_t *) mmcf->zone->shm.addr;
    zone = shpool->data;

    return zone->lanes;
}


/* Two processes that run at the same time have different slots, the lowest that
 * are free. */

ngx_uint_t
ngx_http_maas_zone_lane(ngx_http_maas_main_conf_t *mmcf)
{
    return ngx_min((ngx_uint_t) ngx_process_slot,
                   ngx_http_maas_zone_lanes(mmcf) - 1);
}


/* Another module file may have been loaded, with other structures: what it left
 * stays as it is. */

static ngx_int_t
ngx_http_maas_zone_create(ngx_slab_pool_t *shpool, ngx_uint_t lanes,
    size_t lane)
{
    size_t                 places, size;
    ngx_http_maas_zone_t  *zone;

    places = 16;

    while (places < (size_t) (shpool->end - (u_char *) shpool)
                    / NGX_HTTP_MAAS_ZONE_PLACE)
    {
        places *= 2;
    }

    size = sizeof(ngx_http_maas_zone_t) + places * sizeof(uint32_t);

    zone = ngx_slab_alloc_locked(shpool, size);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(zone, size);

    zone->layout = NGX_HTTP_MAAS_LAYOUT;
    zone->lane = (uint32_t) lane;
    zone->lanes = (uint32_t) lanes;
    zone->held = 1;
    zone->before = 1;
    zone->tried = 1;
    zone->mask = (uint32_t) places - 1;
    zone->fresh = shpool->data != NULL ? NGX_HTTP_MAAS_ZONE_END
                  : ngx_http_maas_zone_offset(shpool, zone)
                    + (uint32_t) ngx_align(size, ngx_pagesize);

    shpool->data = zone;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_zone_begin(ngx_slab_pool_t *shpool, ngx_uint_t lanes,
    size_t lane)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    if (zone == NULL || zone->layout != NGX_HTTP_MAAS_LAYOUT
        || zone->lane != lane)
    {
        if (ngx_http_maas_zone_create(shpool, lanes, lane) != NGX_OK) {
            return NGX_ERROR;
        }

        zone = shpool->data;
    }

    zone->tried++;

    return NGX_OK;
}


ngx_int_t
ngx_http_maas_zone_promise(ngx_slab_pool_t *shpool, ngx_str_t *key,
    size_t size, void **data, ngx_uint_t *n)
{
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    room = ngx_http_maas_zone_entry(shpool, key, size, 1);
    if (room == NULL) {
        return NGX_ERROR;
    }

    room->mark = zone->tried;
    *data = room->data != 0 ? ngx_http_maas_zone_at(shpool, room->data) : NULL;
    *n += room->data == 0;

    return NGX_OK;
}


ngx_uint_t
ngx_http_maas_zone_keeps(ngx_slab_pool_t *shpool, ngx_uint_t n, size_t size)
{
    uint32_t               offset;
    ngx_uint_t             i;
    ngx_http_maas_room_t  *room;
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    for (i = 0; n > 0 && i <= (ngx_uint_t) zone->mask + 1; i++) {
        offset = i <= zone->mask
                 ? *ngx_http_maas_zone_place(shpool, (uint32_t) i)
                 : zone->spare;

        for ( /* void */ ; n > 0 && offset != 0; offset = room->next) {
            room = ngx_http_maas_zone_at(shpool, offset);
            n -= room->data != 0 && room->size >= size
                 && (i > zone->mask
                     || (room->mark != zone->tried
                         && ngx_http_maas_zone_must(
                                              ngx_http_maas_zone_key(room))));
        }
    }

    return n == 0;
}


void
ngx_http_maas_zone_hold(ngx_slab_pool_t *shpool)
{
    ngx_http_maas_zone_t  *zone;

    zone = shpool->data;

    zone->before = zone->held;
    zone->held = zone->tried;
    zone->swept = 0;
}
