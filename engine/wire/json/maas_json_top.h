/*
 * Classes of a model by rank.
 */

#ifndef MAAS_JSON_TOP_H
#define MAAS_JSON_TOP_H

#include "maas_form.h"


/* Classes that a model can rank: 0 if it does not classify. */
size_t maas__top_classes(const maas_info_t *info);

/* Bytes that maas__top_write() needs, scratch memory included. */
size_t maas__top_size(const maas_info_t *info, const maas_request_t *req);

/* The req->top_k best classes of each row of y, "value:index:label", best
 * first: JSON strings with commas between them, or where req->binary each one
 * behind its length in 4 bytes. */
size_t maas__top_write(const maas_info_t *info, const maas_request_t *req,
    const float *y, char *buf);


#endif /* MAAS_JSON_TOP_H */
