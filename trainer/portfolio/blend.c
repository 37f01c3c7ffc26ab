/*
 * What several members say together: the weights with which a mean of scores
 * loses least on rows that no member has learnt.
 * Not here: what is lost (losses.c), and who is a member (search.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define BLEND_ROUNDS  40            /* a member's weight is a 40th, or more */
#define BLEND_LEAST   0.05          /* less is not worth its time */
#define BLEND_STEPS   20            /* shares of a blend beside a constant */
#define BLEND_WAIT    6             /* rounds without progress */
#define BLEND_GAIN    1e-4          /* of the loss, that a round must bring */


static size_t
blend_rows(const train_portfolio_t *p, size_t to)
{
    return p->parts.part[to - 1].at + p->parts.part[to - 1].n_judge;
}


/* As often as it was chosen; small weights go, the others sum to 1 with that
 * of the constant, which is number p->n */

static void
blend_weights(train_portfolio_t *p, const size_t *chosen, size_t rounds)
{
    size_t   i;
    double   sum, *w;

    sum = 0;
    p->weight = 0;

    for (i = 0; i < p->n; i++) {
        p->tried[i].weight = 0;
    }

    for (i = 0; i < rounds; i++) {
        w = (chosen[i] == p->n) ? &p->weight : &p->tried[chosen[i]].weight;
        *w += 1 / (double) rounds;
    }

    p->weight *= (p->weight >= BLEND_LEAST);

    for (i = 0; i < p->n; i++) {
        w = &p->tried[i].weight;
        *w *= (*w >= BLEND_LEAST * (1 - p->weight));
        sum += *w;
    }

    for (i = 0; i < p->n && rounds > 0; i++) {
        p->tried[i].weight *= (1 - p->weight) / sum;
    }
}


/* The scores of number i; NULL: it has none, or may not be the first */

static const float *
blend_scores(const train_portfolio_t *p, size_t i, size_t to, size_t round)
{
    if (i == p->n) {
        return (round > 0) ? p->said : NULL;
    }

    return (p->tried[i].parts < to || p->tried[i].failed) ? NULL
           : p->tried[i].scores;
}


/* The mean of those chosen so far, sum(n), and one more */

static void
blend_more(const float *sum, const float *more, double total, size_t n,
    float *z)
{
    float   factor;
    size_t  i;

    factor = (float) (1 / (total + 1));

    for (i = 0; i < n; i++) {
        z[i] = (sum[i] + more[i]) * factor;
    }
}


/* Which one helps most on top of sum(n) of `round` others, and what is lost
 * then; TRAIN_LOSSES_ALL: none has learnt all */

static size_t
blend_next(const train_portfolio_t *p, size_t to, size_t but,
    const float *sum, size_t round, size_t n, float *z, float *room,
    double *least)
{
    double        loss, hits;
    size_t        i, best;
    const float  *more;

    *least = INFINITY;
    best = TRAIN_LOSSES_ALL;

    for (i = 0; i <= p->n; i++) {
        more = blend_scores(p, i, to, round);

        if (more == NULL) {
            continue;
        }

        blend_more(sum, more, (double) round, n, z);
        loss = train_losses_mean(p, z, to, but, room, &hits);

        if (loss < *least) {
            *least = loss;
            best = i;
        }
    }

    return best;
}


/* Greedy, with putting back (Caruana 2004): the member that helps most is added
 * again and again; those up to the best round stay */

static void
blend_but(train_portfolio_t *p, size_t to, size_t but)
{
    float   *sum, *z, *room;
    double   least, best;
    size_t   k, n, round, rounds, chosen[BLEND_ROUNDS];
    const float  *more;

    n = blend_rows(p, to) * p->lesson.out;
    sum = train_alloc(n, sizeof(float));
    z = train_alloc(n, sizeof(float));
    room = train_alloc(n, sizeof(float));
    best = INFINITY;
    rounds = 0;

    for (round = 0; round < BLEND_ROUNDS; round++) {
        chosen[round] = blend_next(p, to, but, sum, round, n, z, room,
                                   &least);

        if (chosen[round] == TRAIN_LOSSES_ALL || round >= rounds + BLEND_WAIT) {
            break;
        }

        if (least < best - BLEND_GAIN * fabs(best) || round == 0) {
            best = least;
            rounds = round + 1;
        }

        more = blend_scores(p, chosen[round], to, round);

        for (k = 0; k < n; k++) {
            sum[k] += more[k];
        }
    }

    blend_weights(p, chosen, rounds);

    train_free(sum);
    train_free(z);
    train_free(room);
}


/* z: of rows from..to of those that judge, by the weights */

static void
blend_say(const train_portfolio_t *p, size_t from, size_t to, float *z)
{
    float   w;
    size_t  i, k, out;

    out = p->lesson.out;
    w = (float) p->weight;

    for (k = from * out; k < to * out; k++) {
        z[k] = (p->weight > 0) ? w * p->said[k] : 0;
    }

    for (i = 0; i < p->n; i++) {
        w = (float) p->tried[i].weight;

        for (k = from * out; k < to * out && w > 0; k++) {
            z[k] += w * p->tried[i].scores[k];
        }
    }
}


/* What a part's rows are told by weights that the others have chosen flatters
 * as little as a new row's; by as much as it is worth there, the blend has a
 * say beside the constant */

static void
blend_trust(train_portfolio_t *p, size_t to, float *z)
{
    float   *mixed, *room, share;
    double   loss, least, hits;
    size_t   i, k, n, best;

    n = blend_rows(p, to) * p->lesson.out;
    mixed = train_alloc(n, sizeof(float));
    room = train_alloc(n, sizeof(float));
    least = INFINITY;
    best = BLEND_STEPS;

    for (i = BLEND_STEPS; i > 0; i--) {
        share = (float) i / BLEND_STEPS;

        for (k = 0; k < n; k++) {
            mixed[k] = p->said[k] + share * (z[k] - p->said[k]);
        }

        loss = train_losses_mean(p, mixed, to, TRAIN_LOSSES_ALL, room,
                                 &hits);

        if (loss < least - BLEND_GAIN * fabs(least) || i == BLEND_STEPS) {
            least = loss;
            best = i;
        }
    }

    share = (float) best / BLEND_STEPS;

    for (k = 0; k < n && best < BLEND_STEPS; k++) {
        z[k] = p->said[k] + share * (z[k] - p->said[k]);
    }

    for (i = 0; i < p->n; i++) {
        p->tried[i].weight *= (double) best / BLEND_STEPS;
    }

    p->weight = 1 - (double) best / BLEND_STEPS * (1 - p->weight);
    p->weight = (p->weight < 1e-9) ? 0 : p->weight;
    train_free(mixed);
    train_free(room);
}


void
train_blend(train_portfolio_t *p, size_t to, float *z)
{
    size_t                    i;
    const train_part_rows_t  *part;

    for (i = 0; i < to && to > 1 && z != NULL; i++) {
        part = &p->parts.part[i];
        blend_but(p, to, i);
        blend_say(p, part->at, part->at + part->n_judge, z);
    }

    blend_but(p, to, TRAIN_LOSSES_ALL);

    if (z != NULL && to > 1 && p->said != NULL) {
        blend_trust(p, to, z);

    } else if (z != NULL && to == 1) {
        blend_say(p, 0, blend_rows(p, 1), z);
    }
}
