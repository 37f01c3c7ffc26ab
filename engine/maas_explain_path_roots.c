/*
 * What numbers that trees and embeddings make of a row add to a score, by the
 * numbers of the row that they come of.
 * Not here: which steps those are (maas_explain_roots.c), slopes by what they
 * make (maas_explain_path_back.c).
 */

#include "maas_explain_path.h"
#include "maas_int.h"
#include "kernel/maas_embed.h"

#include <string.h>


void
maas__path_base(const maas_path_room_t *r, const maas_path_step_t *s,
    const float *baseline)
{
    if (s->mean != NULL && (s->shap != NULL || baseline == r->path->usual)) {
        memcpy(maas__path_row(r, s->before, s->ld, 0), s->mean,
               s->width * sizeof(float));
    }
}


/* What each number of trees adds is what those of the row add to it. */

static void
roots_add_trees(const maas_path_room_t *r, const maas_path_step_t *s,
    const double *slope, double *slots)
{
    size_t        i, j, in;
    const float  *x;

    in = r->path->model->info.in;
    x = maas__path_row(r, r->path->input, r->path->ld, 1);

    for (j = 0; j < s->width; j++) {
        if (slope[j] == 0) {
            continue;
        }

        maas__shap_run_one(s->shap, x, j, r->phi, r->shap);

        for (i = 0; i < in; i++) {
            slots[i] += slope[j] * r->phi[i];
        }
    }
}


static void
roots_add_items(const maas_path_room_t *r, const maas_path_step_t *s,
    const double *slope, double *slots)
{
    size_t                    i, j, n;
    const float              *from, *to;
    const maas_embed_item_t  *e;

    from = maas__path_row(r, s->before, s->ld, 0);
    to = maas__path_row(r, s->before, s->ld, 1);
    e = maas__embed_of(&s->step, &n);

    for (i = 0; i < n; i++, e++) {
        for (j = 0; j < e->width; j++) {
            slots[e->from + (e->kind == MAAS_EMBED_COPY ? j : 0)]
                += slope[e->to + j]
                   * ((double) to[e->to + j] - (double) from[e->to + j]);
        }
    }
}


void
maas__path_roots(const maas_path_room_t *r, double *slots)
{
    size_t                   i;
    const double            *sums;
    const maas_path_step_t  *s;

    sums = r->sums;

    for (i = 0; i < r->path->n_steps; i++) {
        s = &r->path->steps[i];

        if (s->root && s->shap != NULL) {
            roots_add_trees(r, s, sums, slots);

        } else if (s->root) {
            roots_add_items(r, s, sums, slots);
        }

        sums += s->first ? s->width : 0;
    }
}
