
/*
 * Counts memory that is taken, and does not give more than there is.
 * Not here: how much that is (life/ngx_http_maas_fit.c).
 */


#include "ngx_http_maas_memory.h"


/* Threads may overtake each other: the next one puts it right. */

static void
ngx_http_maas_memory_show(ngx_http_maas_memory_t *memory)
{
    size_t                  used;
    ngx_http_maas_shown_t  *shown;

    shown = memory->shown;

    if (shown == NULL) {
        return;
    }

    used = memory->used;
    shown->used = used;

    if (shown->peak < used) {
        shown->peak = used;
    }
}


maas_status_t
ngx_http_maas_memory_fits(ngx_http_maas_memory_t *memory, size_t size,
    maas_err_t *err)
{
    if (size <= memory->limit - memory->fixed) {
        return MAAS_OK;
    }

    return ngx_http_maas_fail(err, MAAS_TOOBIG, "the request needs more memory "
                              "than one may have here, %uz bytes",
                              memory->limit - memory->fixed);
}


maas_status_t
ngx_http_maas_memory_take(ngx_http_maas_memory_t *memory, size_t size,
    maas_err_t *err)
{
    size_t  used;

    if (ngx_http_maas_memory_fits(memory, size, err) != MAAS_OK) {
        return err->code;
    }

    used = ngx_atomic_fetch_add(&memory->used, size);

    if (size > memory->limit - ngx_min(used, memory->limit)) {
        ngx_http_maas_memory_give(memory, size);
        return ngx_http_maas_fail(err, MAAS_BUSY, "maas_memory is used up: "
                                  "%uz bytes of %uz, and %uz more are needed",
                                  used, memory->limit, size);
    }

    ngx_http_maas_memory_show(memory);

    return MAAS_OK;
}


void
ngx_http_maas_memory_give(ngx_http_maas_memory_t *memory, size_t size)
{
    (void) ngx_atomic_fetch_add(&memory->used, -(ngx_atomic_int_t) size);

    ngx_http_maas_memory_show(memory);
}


static maas_status_t
ngx_http_maas_block_get(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block, size_t align, size_t size, maas_err_t *err)
{
    if (ngx_http_maas_memory_take(memory, size, err) != MAAS_OK) {
        return err->code;
    }

    block->data = ngx_memalign(align, ngx_max(size, 1), ngx_cycle->log);

    if (block->data == NULL) {
        ngx_http_maas_memory_give(memory, size);
        return ngx_http_maas_fail(err, MAAS_NOMEM, "no memory: %uz bytes",
                                  size);
    }

    block->size = size;

    return MAAS_OK;
}


maas_status_t
ngx_http_maas_block_take(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block, size_t size, maas_err_t *err)
{
    return ngx_http_maas_block_get(memory, block, NGX_CPU_CACHE_LINE, size,
                                   err);
}


maas_status_t
ngx_http_maas_block_text(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block, size_t size, maas_err_t *err)
{
    return ngx_http_maas_block_get(memory, block, NGX_POOL_ALIGNMENT, size,
                                   err);
}


void
ngx_http_maas_block_give(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block)
{
    if (block->data == NULL) {
        return;
    }

    ngx_free(block->data);
    ngx_http_maas_memory_give(memory, block->size);

    block->data = NULL;
    block->size = 0;
}


maas_status_t
ngx_http_maas_fail(maas_err_t *err, maas_status_t code, const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    err->code = code;
    p = (u_char *) err->msg;

    va_start(args, fmt);
    *ngx_vslprintf(p, p + sizeof(err->msg) - 1, fmt, args) = '\0';
    va_end(args);

    return code;
}
