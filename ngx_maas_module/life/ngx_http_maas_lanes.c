
/*
 * Where models, and pairs of a model and its shadow, are counted: lanes in
 * rooms of the zone, one for each worker, and those of this one.
 * Not here: which room a configuration must have (ngx_http_maas_shm.c), what is
 * counted when (ngx_http_maas_count.c).
 */


#include "ngx_http_maas_lanes.h"
#include "ngx_http_maas_pair.h"
#include "ngx_http_maas_zone.h"

#include <maas_form.h>


ngx_uint_t
ngx_http_maas_zone_n(ngx_http_maas_main_conf_t *mmcf)
{
    return mmcf->models.nelts + mmcf->pairs.nelts;
}


static ngx_http_maas_counted_t
ngx_http_maas_zone_model(ngx_http_maas_model_t *model, u_char *key)
{
    ngx_http_maas_counted_t  c;

    c.key.data = key;
    c.key.len = ngx_sprintf(key, "m %V:%V", &model->name, &model->version)
                - key;
    c.lanes = &model->lanes;
    c.n_lanes = &model->n_lanes;
    c.lane = &model->lane;

    return c;
}


ngx_http_maas_counted_t
ngx_http_maas_zone_counted(ngx_http_maas_main_conf_t *mmcf, ngx_uint_t i,
    u_char *key)
{
    ngx_http_maas_pair_t     *pair;
    ngx_http_maas_counted_t   c;

    if (i < mmcf->models.nelts) {
        return ngx_http_maas_zone_model(
                     ((ngx_http_maas_model_t **) mmcf->models.elts)[i], key);
    }

    i -= mmcf->models.nelts;
    pair = ((ngx_http_maas_pair_t **) mmcf->pairs.elts)[i];

    c.key.data = key;
    c.key.len = ngx_sprintf(key, "p %V", &pair->key) - key;
    c.lanes = &pair->lanes;
    c.n_lanes = &pair->n_lanes;
    c.lane = &pair->lane;

    return c;
}


/* Labels in their order are the key, besides the model: others begin anew. */

static ngx_str_t
ngx_http_maas_zone_says_key(ngx_http_maas_model_t *model, u_char *text)
{
    ngx_str_t  key;

    key.data = text;
    key.len = ngx_sprintf(text, "l %V:%V %08xD%08xD", &model->name,
                          &model->version, model->says_of[0],
                          model->says_of[1])
              - text;

    return key;
}


static void
ngx_http_maas_zone_digest(const maas_info_t *info, uint32_t *digest)
{
    size_t       len;
    u_char      *label;
    ngx_uint_t   i;

    digest[1] = 0;
    ngx_crc32_init(digest[0]);

    for (i = 0; i < info->n_labels; i++) {
        label = (u_char *) info->labels[i];
        len = ngx_strlen(label) + 1;

        ngx_crc32_update(&digest[0], label, len);
        digest[1] = digest[1] * 31 + ngx_murmur_hash2(label, len);
    }
}


/* A generation that comes has what the one before it had. */

static void
ngx_http_maas_zone_says(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    u_char      text[NGX_HTTP_MAAS_ROOM_KEY];
    uint32_t    digest[2];
    ngx_str_t   key;
    ngx_uint_t  had;

    had = model->n_says;
    model->n_says = 0;

    ngx_http_maas_zone_digest(model->info, digest);

    if (had > 0 && ngx_memcmp(digest, model->says_of, sizeof(digest)) != 0) {
        key = ngx_http_maas_zone_says_key(model, text);
        ngx_http_maas_zone_free(mmcf, &key);
    }

    if (!maas_says(model->info) || model->lanes == NULL) {
        return;
    }

    ngx_memcpy(model->says_of, digest, sizeof(digest));
    key = ngx_http_maas_zone_says_key(model, text);

    model->n_says = ngx_min(model->info->n_labels, NGX_HTTP_MAAS_SAYS);
    model->all_says = ngx_http_maas_zone_room(mmcf, &key, model->n_lanes
                                      * ngx_http_maas_says_size(model->n_says));

    if (model->all_says == NULL) {
        model->n_says = 0;
    }
}


void
ngx_http_maas_zone_extras(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    size_t      size;
    u_char      text[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_str_t   key;

    model->hists = NULL;
    ngx_http_maas_seen_use(model, NULL, 0);
    ngx_http_maas_zone_says(mmcf, model);

    if (model->lanes == NULL) {
        return;
    }

    key.data = text;
    key.len = ngx_sprintf(text, "h %V:%V", &model->name, &model->version)
              - text;

    model->hists = ngx_http_maas_zone_room(mmcf, &key, model->n_lanes
                                             * sizeof(ngx_http_maas_hist_t));

    size = ngx_http_maas_seen_size(model, model->n_lanes);

    if (size > 0) {
        key.data[0] = 'd';
        ngx_http_maas_seen_use(model,
                               ngx_http_maas_zone_room(mmcf, &key, size),
                               model->n_lanes);
    }
}


/* This process's lane; where there is none, one of its own that nobody sees */

static void
ngx_http_maas_zone_take(ngx_http_maas_counted_t *c, ngx_uint_t lane)
{
    static ngx_http_maas_lane_t  nowhere;

    if (*c->lanes == NULL) {
        *c->n_lanes = 0;
        *c->lane = &nowhere;
        return;
    }

    *c->lane = &(*c->lanes)[lane];
}


static void
ngx_http_maas_zone_take_extras(ngx_http_maas_model_t *model, ngx_uint_t lane)
{
    static ngx_http_maas_hist_t  nowhere;

    model->hist = model->hists == NULL ? &nowhere : &model->hists[lane];

    if (model->n_says > 0) {
        model->says = (ngx_atomic_t *)
                      ((u_char *) model->all_says
                       + lane * ngx_http_maas_says_size(model->n_says));
    }
}


void
ngx_http_maas_zone_attach(ngx_http_maas_main_conf_t *mmcf)
{
    u_char                    key[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_uint_t                i, lane;
    ngx_http_maas_counted_t   c;

    lane = ngx_http_maas_zone_lane(mmcf);
    ngx_http_maas_count_share(lane == ngx_http_maas_zone_lanes(mmcf) - 1);

    for (i = 0; i < ngx_http_maas_zone_n(mmcf); i++) {
        c = ngx_http_maas_zone_counted(mmcf, i, key);
        ngx_http_maas_zone_take(&c, lane);
    }

    for (i = 0; i < mmcf->models.nelts; i++) {
        ngx_http_maas_zone_take_extras(
                    ((ngx_http_maas_model_t **) mmcf->models.elts)[i], lane);
    }
}


void
ngx_http_maas_zone_join(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    u_char                    key[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_uint_t                lane;
    ngx_http_maas_counted_t   c;

    lane = ngx_http_maas_zone_lane(mmcf);
    c = ngx_http_maas_zone_model(model, key);

    model->n_lanes = ngx_http_maas_zone_lanes(mmcf);
    model->lanes = ngx_http_maas_zone_room(mmcf, &c.key, model->n_lanes
                                           * sizeof(ngx_http_maas_lane_t));
    ngx_http_maas_zone_take(&c, lane);

    ngx_http_maas_zone_extras(mmcf, model);
    ngx_http_maas_zone_take_extras(model, lane);
}


void
ngx_http_maas_zone_leave(ngx_http_maas_main_conf_t *mmcf,
    ngx_http_maas_model_t *model)
{
    u_char                    key[NGX_HTTP_MAAS_ROOM_KEY];
    ngx_http_maas_counted_t   c;

    c = ngx_http_maas_zone_model(model, key);
    ngx_http_maas_zone_free(mmcf, &c.key);
}
