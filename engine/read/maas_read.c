/*
 * A model file -> its description: the container, then the document in it.
 * Not here: any rule.
 */

#include "maas_read.h"
#include "maas_read_doc.h"


maas_status_t
maas__read(const void *file, size_t size, maas_arena_t *a, maas_desc_t **out,
    maas_err_t *err)
{
    maas_read_t        r = { a, err };
    maas_desc_t       *desc;
    maas_status_t      rc;
    maas_container_t   c;

    rc = maas__container_open(&r, file, size, &c);
    if (rc != MAAS_OK) {
        return rc;
    }

    rc = maas__read_document(&r, &c, &desc);
    if (rc == MAAS_OK) {
        desc->crc32c = c.crc32c;
        *out = desc;
    }

    maas__container_close(&c);

    return rc;
}
