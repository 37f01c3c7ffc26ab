
/*
 * Slots in a shared anonymous mapping.  MAP_NORESERVE: only what is written
 * takes memory, MADV_REMOVE gives it back for all processes.
 */


#include "ngx_http_maas_slots.h"


/* bytes: where the model begins in a slot, on a page; a huge page, in which
 * slots are measured, made known and given back */

#define NGX_HTTP_MAAS_SLOT_HEAD   4096
#define NGX_HTTP_MAAS_SLOT_PIECE  ((size_t) 2 * 1024 * 1024)

static void
ngx_http_maas_slots_cleanup(void *data)
{
    ngx_http_maas_slots_t  *slots = data;

    (void) munmap(slots->mapped, slots->length);
}


ngx_int_t
ngx_http_maas_slots_reserve(ngx_pool_t *pool, ngx_http_maas_slots_t *slots,
    size_t size, ngx_uint_t n)
{
    void                *p;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL || size > (size_t) -1 / (2 * NGX_HTTP_MAAS_SLOTS) / n) {
        return NGX_ERROR;
    }

    slots->most = size;
    slots->size = ngx_align(size + NGX_HTTP_MAAS_SLOT_HEAD,
                            NGX_HTTP_MAAS_SLOT_PIECE);
    slots->length = n * NGX_HTTP_MAAS_SLOTS * slots->size
                    + NGX_HTTP_MAAS_SLOT_PIECE;

    p = mmap(NULL, slots->length, PROT_READ,
             MAP_SHARED|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        return NGX_ERROR;
    }

    slots->mapped = p;
    slots->start = ngx_align_ptr(p, NGX_HTTP_MAAS_SLOT_PIECE);

    cln->handler = ngx_http_maas_slots_cleanup;
    cln->data = slots;

    return NGX_OK;
}


ngx_http_maas_slots_t
ngx_http_maas_slots_part(ngx_http_maas_slots_t *slots, ngx_uint_t i)
{
    ngx_http_maas_slots_t  part;

    part = *slots;
    part.start += i * NGX_HTTP_MAAS_SLOTS * slots->size;

    return part;
}


ngx_http_maas_slot_t *
ngx_http_maas_slot(ngx_http_maas_slots_t *slots, ngx_uint_t i)
{
    return (ngx_http_maas_slot_t *) (slots->start + i * slots->size);
}


static void
ngx_http_maas_slot_protect(ngx_http_maas_slots_t *slots, ngx_uint_t i, int prot)
{
    (void) mprotect(ngx_http_maas_slot(slots, i), slots->size, prot);
}


maas_status_t
ngx_http_maas_slot_load(ngx_http_maas_slots_t *slots, ngx_uint_t i,
    const u_char *file, size_t size, maas_err_t *err)
{
    size_t                 used;
    maas_status_t          rc;
    ngx_http_maas_slot_t  *slot;

    slot = ngx_http_maas_slot(slots, i);

    ngx_http_maas_slot_protect(slots, i, PROT_READ|PROT_WRITE);

    rc = maas_model_load_at(file, size, MAAS_ISA_AUTO,
                            (u_char *) slot + NGX_HTTP_MAAS_SLOT_HEAD,
                            slots->most, &slot->engine, &used, err);
    if (rc == MAAS_OK) {
        slot->used = used + NGX_HTTP_MAAS_SLOT_HEAD;

    } else {
        ngx_http_maas_slot_empty(slots, i);
    }

    return rc;
}


maas_status_t
ngx_http_maas_slot_explain(ngx_http_maas_slots_t *slots, ngx_uint_t i,
    const u_char *file, size_t size, maas_err_t *err)
{
    size_t                 at, used, room;
    maas_status_t          rc;
    ngx_http_maas_slot_t  *slot;

    slot = ngx_http_maas_slot(slots, i);

    ngx_http_maas_slot_protect(slots, i, PROT_READ|PROT_WRITE);

    at = ngx_align(slot->used, NGX_HTTP_MAAS_SLOT_HEAD);
    room = slots->most + NGX_HTTP_MAAS_SLOT_HEAD;
    room -= ngx_min(at, room);

    rc = room == 0
         ? ngx_http_maas_fail(err, MAAS_TOOBIG, "there is no room for them")
         : maas_explainer_load_at(slot->engine, file, size, MAAS_ISA_AUTO,
                                  (u_char *) slot + at, room,
                                  &slot->explainer, &used, err);
    if (rc == MAAS_OK) {
        slot->used = at + used;

    } else {
        slot->explainer = NULL;
        (void) ngx_cpystrn((u_char *) slot->unexplained, (u_char *) err->msg,
                           sizeof(slot->unexplained));
    }

    return rc;
}


maas_status_t
ngx_http_maas_slot_explain_first(ngx_http_maas_slots_t *slots,
    const u_char *file, size_t size, maas_err_t *err)
{
    maas_status_t  rc;

    rc = ngx_http_maas_slot_explain(slots, 0, file, size, err);
    ngx_http_maas_slot_protect(slots, 0, PROT_READ);

    return rc;
}


void
ngx_http_maas_slot_set(ngx_http_maas_slots_t *slots, ngx_uint_t i,
    ngx_uint_t generation, const u_char *sum, time_t written,
    const float cost[2])
{
    ngx_http_maas_slot_t  *slot;

    slot = ngx_http_maas_slot(slots, i);

    ngx_memcpy(slot->sum, sum, MAAS_SHA256_HEX);
    slot->generation = generation;
    slot->written = written;
    slot->loaded = ngx_time();
    slot->cost = cost[0];
    slot->explain = cost[1];

    ngx_http_maas_slot_protect(slots, i, PROT_READ);
}


/* Pages behind what was used may be there as well: of a load that failed. */

void
ngx_http_maas_slot_empty(ngx_http_maas_slots_t *slots, ngx_uint_t i)
{
    size_t   at;
    u_char  *p;

    p = (u_char *) ngx_http_maas_slot(slots, i);

    ngx_http_maas_slot_protect(slots, i, PROT_READ|PROT_WRITE);

    for (at = 0; at < slots->size; at += NGX_HTTP_MAAS_SLOT_PIECE) {
        if (madvise(p + at, NGX_HTTP_MAAS_SLOT_PIECE, MADV_REMOVE) != 0) {
            ngx_memzero(p + at, NGX_HTTP_MAAS_SLOT_PIECE);
        }
    }

    ngx_http_maas_slot_protect(slots, i, PROT_READ);
}


ngx_uint_t
ngx_http_maas_slot_warm(ngx_http_maas_slots_t *slots, ngx_uint_t i, size_t *at)
{
    size_t                 n;
    u_char                *p, *end;
    ngx_http_maas_slot_t  *slot;

    slot = ngx_http_maas_slot(slots, i);
    p = (u_char *) slot + *at;

    n = ngx_min(slot->used - ngx_min(*at, slot->used),
                NGX_HTTP_MAAS_SLOT_PIECE);
    *at += n;

    if (n == 0) {
        return 1;
    }

#ifdef MADV_POPULATE_READ
    if (madvise(p, ngx_align(n, ngx_pagesize), MADV_POPULATE_READ) == 0) {
        return *at >= slot->used;
    }
#endif

    for (end = p + n; p < end; p += ngx_pagesize) {
        (void) *(volatile u_char *) p;
    }

    return *at >= slot->used;
}
