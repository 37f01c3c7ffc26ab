/*
 * Answers of TensorFlow Serving's protocol, as in maas_form_t: between
 * maas_json_v1.c, which has the forms, and maas_json_v1_out.c.
 */

#ifndef MAAS_JSON_V1_H
#define MAAS_JSON_V1_H

#include "maas.h"
#include "maas_form.h"


/* {"predictions":[row,...]}, {"outputs":...} to a request in columns.  Whole
 * numbers end in ".0", as they do there. */
size_t maas__v1_predict_size(const maas_info_t *info,
    const maas_request_t *req);
size_t maas__v1_predict_write(const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);

/* {"results":[[[label,score],...],...]} */
size_t maas__v1_classify_size(const maas_info_t *info,
    const maas_request_t *req);
size_t maas__v1_classify_write(const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);

/* {"results":[number,...]}, no longer than predictions are */
size_t maas__v1_regress_write(const maas_info_t *info,
    const maas_request_t *req, const float *y, char *buf, size_t *json_len);


#endif /* MAAS_JSON_V1_H */
