
/*
 * The memory of a worker that models and requests for them share, maas_memory:
 * what is taken is counted, and there is no more than that.
 * Not here: nginx's own buffers and pools, what is small.
 */


#ifndef _NGX_HTTP_MAAS_MEMORY_H_INCLUDED_
#define _NGX_HTTP_MAAS_MEMORY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <maas.h>


/* What others see of it, in shared memory: a cache line */

typedef struct {
    ngx_atomic_t              pid;
    ngx_atomic_t              used;        /* bytes, about now; */
    ngx_atomic_t              peak;        /*     the most since the start */
    ngx_atomic_t              unused[5];
} ngx_http_maas_shown_t;


/* Threads take and give as well: `used` alone changes. */

typedef struct {
    ngx_atomic_t              used;        /* bytes, `fixed` among them */
    size_t                    limit;
    size_t                    fixed;       /* of workspaces and batches that a
                                              worker is sure to need */
    ngx_queue_t               spares;      /* batches without rows that are
                                              not fixed; of the event loop */
    ngx_http_maas_shown_t    *shown;       /* NULL: nowhere */
} ngx_http_maas_memory_t;


/* Memory on a cache line; none if data is NULL */

typedef struct {
    void                     *data;
    size_t                    size;
} ngx_http_maas_block_t;


/* Can a request have size bytes, if there is no other?  OK or TOOBIG. */
maas_status_t ngx_http_maas_memory_fits(ngx_http_maas_memory_t *memory,
    size_t size, maas_err_t *err);

/* Count size bytes, in any thread: BUSY if others have them now, TOOBIG if they
 * will never be there. */
maas_status_t ngx_http_maas_memory_take(ngx_http_maas_memory_t *memory,
    size_t size, maas_err_t *err);
void ngx_http_maas_memory_give(ngx_http_maas_memory_t *memory, size_t size);

/* Memory that is counted, in any thread; NOMEM as well.  That of texts is
 * aligned as malloc() has it, which is quicker, else to a cache line.  Freed:
 * none is left in *block; there may have been none. */
maas_status_t ngx_http_maas_block_take(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block, size_t size, maas_err_t *err);
maas_status_t ngx_http_maas_block_text(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block, size_t size, maas_err_t *err);
void ngx_http_maas_block_give(ngx_http_maas_memory_t *memory,
    ngx_http_maas_block_t *block);

/* Fill *err, in any thread; its code. */
maas_status_t ngx_http_maas_fail(maas_err_t *err, maas_status_t code,
    const char *fmt, ...) __attribute__((cold));


#endif /* _NGX_HTTP_MAAS_MEMORY_H_INCLUDED_ */
