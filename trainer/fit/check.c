/*
 * The validation rows through a network in training: loss, and accuracy or R2.
 * Figures for people, of finished models, are metrics.c's.
 */

#include <math.h>
#include <string.h>

#include "loop.h"
#include "judge/metrics.h"


#define CHECK_ROWS  256


/* Sums over a part of the rows: added up in order, whoever found them */

struct train_check_part_s {
    double  loss, mass, good, t, t2, e;
};


void
train_check_create(train_check_t *j, train_team_t *team,
    const train_net_t *net, train_loss_t loss, const train_source_t *source,
    const uint32_t *row, size_t n)
{
    size_t  i;

    (void) memset(j, 0, sizeof(train_check_t));

    if (n == 0) {
        return;
    }

    *j = (train_check_t) { .team = team, .net = net, .loss = loss,
                           .source = source, .row = row, .n = n };
    train_data_info(source->data, &j->said);
    j->parts = train_alloc((n + CHECK_ROWS - 1) / CHECK_ROWS,
                           sizeof(train_check_part_t));
    j->members = train_team_size(team);
    j->work = train_alloc(j->members, sizeof(train_work_t));
    j->batch = train_alloc(j->members, sizeof(train_batch_t));

    for (i = 0; i < j->members; i++) {
        train_work_create(&j->work[i], 1, NULL, net, NULL, NULL, CHECK_ROWS,
                          0);
        train_batch_create(&j->batch[i], source, CHECK_ROWS);
    }
}


void
train_check_free(train_check_t *j)
{
    size_t  i;

    for (i = 0; i < j->members; i++) {
        train_work_free(&j->work[i], 1);
        train_batch_free(&j->batch[i]);
    }

    train_free(j->work);
    train_free(j->batch);
    train_free(j->parts);
}


static void
check_part(train_check_t *j, size_t id, size_t at, train_check_part_t *p)
{
    float                *y;
    double                t, e, weight;
    size_t                i, k, n, last;
    train_work_t         *w;
    train_batch_t        *b;
    const train_layer_t  *out;

    w = &j->work[id];
    b = &j->batch[id];
    last = j->net->n_layers - 1;
    out = &j->net->layers[last];
    n = (j->n - at < CHECK_ROWS) ? j->n - at : CHECK_ROWS;
    (void) memset(p, 0, sizeof(train_check_part_t));

    train_batch_fill(b, j->source, j->row + at, n, j->n - at - n);
    train_forward(w, b);
    y = w->part[last].a;
    train_loss(j->loss, j->net->act, b, 0, n, y, out->ld, NULL, w->losses);
    p->mass = b->mass;

    for (i = 0; i < n; i++, y += out->ld) {
        p->loss += w->losses[i];
        weight = (b->weight != NULL) ? (double) b->weight[i] : 1;

        if (j->source->data->classes != NULL) {
            p->good += weight * (maas_decision(&j->said, y)
                                 == b->classes[i]);
            continue;
        }

        for (k = 0; k < b->out; k++) {
            t = (double) b->targets[i * b->out + k];
            e = t - (double) y[k];
            p->t += weight * t;
            p->t2 += weight * t * t;
            p->e += weight * e * e;
        }
    }
}


static void
check_member(void *ctx, size_t id)
{
    size_t          i;
    train_check_t  *j;

    j = ctx;

    for (i = id; i * CHECK_ROWS < j->n; i += j->members) {
        check_part(j, id, i * CHECK_ROWS, &j->parts[i]);
    }
}


void
train_check(train_check_t *j, double *loss, double *score)
{
    size_t               i;
    train_check_part_t  *p, all = { 0 };

    if (j->n == 0) {
        return;
    }

    train_team_run(j->team, check_member, j);

    for (i = 0; i * CHECK_ROWS < j->n; i++) {
        p = &j->parts[i];
        all.loss += p->loss;
        all.mass += p->mass;
        all.good += p->good;
        all.t += p->t;
        all.t2 += p->t2;
        all.e += p->e;
    }

    *loss = all.loss / all.mass;

    if (j->source->data->classes != NULL) {
        *score = all.good / all.mass;
        return;
    }

    all.t2 -= all.t * all.t / (all.mass * (double) j->source->data->out);
    *score = (all.t2 > 0) ? 1 - all.e / all.t2 : NAN;
}
