/*
 * What several members say together: losses of scores, and the weights with
 * which a mean of scores loses least on rows that no member has learnt.
 * Not here: who is a member (search.c).
 */

#include <math.h>
#include <string.h>

#include "portfolio.h"


#define BLEND_ROUNDS  40            /* a member's weight is a 40th, or more */
#define BLEND_LEAST   0.05          /* less is not worth its time */
#define BLEND_RATE    1e-9          /* a rate is this at least */
#define BLEND_WAIT    6             /* rounds without progress */
#define BLEND_GAIN    1e-4          /* of the loss, that a round must bring */


static double
blend_softmax(const float *z, size_t n, uint32_t class)
{
    double  most, sum;
    size_t  k;

    most = z[0];
    sum = 0;

    for (k = 1; k < n; k++) {
        most = fmax(most, z[k]);
    }

    for (k = 0; k < n; k++) {
        sum += exp(z[k] - most);
    }

    return log(sum) + most - z[class];
}


/* Of a row of classes with the scores z(out) */

static double
blend_class(const train_lesson_t *l, uint32_t row, const float *z)
{
    double  d;

    if (l->out > 1) {
        return blend_softmax(z, l->out, l->data->classes[row]);
    }

    d = l->data->classes[row] ? -(double) z[0] : (double) z[0];

    return (d > 30) ? d : log1p(exp(d));
}


/* Of a row of numbers with the answers said(out), in their units */

static double
blend_number(const train_portfolio_t *p, uint32_t row, const float *said)
{
    double  y, d, sum;
    size_t  k, out;

    out = p->lesson.out;
    sum = 0;

    for (k = 0; k < out; k++) {
        y = (double) p->y[row * out + k];
        d = (double) said[k] - y;

        if (p->lesson.loss == TRAIN_LOSS_QUANTILE) {
            d *= (d > 0) ? 1 - p->lesson.level : -p->lesson.level;

        } else if (p->lesson.loss == TRAIN_LOSS_POISSON) {
            d = fmax((double) said[k], BLEND_RATE);
            d = d - y + (y > 0 ? y * log(y / d) : 0);

        } else {
            d *= d;
        }

        sum += d / p->unit[k];
    }

    return sum / (double) out;
}


static double
blend_weight(const train_lesson_t *l, uint32_t row)
{
    return (l->weight != NULL) ? (double) l->weight[row] : 1;
}


/* Is the likeliest class the right one?  Of numbers: 0 */

static int
blend_hits(const train_lesson_t *l, uint32_t row, const float *z)
{
    size_t  k, most;

    if (l->data->classes == NULL) {
        return 0;
    }

    if (l->out == 1) {
        return (z[0] > 0) == (l->data->classes[row] == 1);
    }

    most = 0;

    for (k = 1; k < l->out; k++) {
        most = (z[k] > z[most]) ? k : most;
    }

    return most == l->data->classes[row];
}


/* Mean squares about the mean of number k, of the rows that judge */

static double
blend_spread_of(const train_portfolio_t *p, size_t from, size_t to, size_t k)
{
    double                    w, y, sum, sq, all;
    size_t                    i, j;
    uint32_t                  row;
    const train_part_rows_t  *part;

    sum = sq = all = 0;

    for (i = from; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++) {
            row = part->judge[j];
            w = blend_weight(&p->lesson, row);
            y = (double) p->y[row * p->lesson.out + k];
            all += w;
            sum += w * y;
            sq += w * y * y;
        }
    }

    return (all > 0) ? sq / all - sum / all * (sum / all) : 0;
}


/* The same of all of them, each in its unit */

static double
blend_spread(const train_portfolio_t *p, size_t from, size_t to)
{
    double  sum;
    size_t  k;

    sum = 0;

    for (k = 0; k < p->lesson.out; k++) {
        sum += blend_spread_of(p, from, to, k) / p->unit[k];
    }

    return sum / (double) p->lesson.out;
}


/* Means over the rows of parts from..to, of scores z of just these; room: of
 * as many, for numbers in their units */

static double
blend_mean(const train_portfolio_t *p, const float *z, size_t from, size_t to,
    float *room, double *hits)
{
    double                    w, loss, all;
    size_t                    i, j, n;
    uint32_t                  row;
    const train_part_rows_t  *part;

    loss = all = 0;
    *hits = 0;

    if (p->y != NULL) {
        n = p->parts.part[to - 1].at + p->parts.part[to - 1].n_judge
            - p->parts.part[from].at;
        train_transform_back(&p->transform, z, n, room);
        z = room;
    }

    for (i = from; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++, z += p->lesson.out) {
            row = part->judge[j];
            w = blend_weight(&p->lesson, row);
            loss += w * (p->y != NULL ? blend_number(p, row, z)
                                      : blend_class(&p->lesson, row, z));
            *hits += w * blend_hits(&p->lesson, row, z);
            all += w;
        }
    }

    *hits /= all;

    return loss / all;
}


void
train_blend_judge(const train_portfolio_t *p, const float *scores,
    size_t from, size_t to, double *loss, double *score)
{
    float  *room;

    room = train_alloc(p->parts.judges * p->lesson.out, sizeof(float));
    *loss = blend_mean(p, scores + p->parts.part[from].at * p->lesson.out,
                       from, to, room, score);

    if (p->y != NULL) {
        *score = (p->lesson.loss == TRAIN_LOSS_MSE)
                 ? 1 - *loss / blend_spread(p, from, to) : NAN;
    }

    train_free(room);
}


static size_t
blend_rows(const train_portfolio_t *p, size_t to)
{
    return p->parts.part[to - 1].at + p->parts.part[to - 1].n_judge;
}


/* As often as it was chosen; small weights go, the others sum to 1 */

static void
blend_weights(train_portfolio_t *p, const size_t *chosen, size_t rounds)
{
    size_t  i;
    double  sum;

    sum = 0;

    for (i = 0; i < p->n; i++) {
        p->tried[i].weight = 0;
    }

    for (i = 0; i < rounds; i++) {
        p->tried[chosen[i]].weight += 1 / (double) rounds;
    }

    for (i = 0; i < p->n; i++) {
        p->tried[i].weight *= (p->tried[i].weight >= BLEND_LEAST);
        sum += p->tried[i].weight;
    }

    for (i = 0; i < p->n && rounds > 0; i++) {
        p->tried[i].weight /= sum;
    }
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
 * then; p->n: none has learnt all */

static size_t
blend_next(const train_portfolio_t *p, size_t to, const float *sum,
    size_t round, size_t n, float *z, float *room, double *least)
{
    double  loss, hits;
    size_t  i, best;

    *least = INFINITY;
    best = p->n;

    for (i = 0; i < p->n; i++) {
        if (p->tried[i].parts < to || p->tried[i].failed) {
            continue;
        }

        blend_more(sum, p->tried[i].scores, (double) round, n, z);
        loss = blend_mean(p, z, 0, to, room, &hits);

        if (loss < *least) {
            *least = loss;
            best = i;
        }
    }

    return best;
}


/* Greedy, with putting back (Caruana 2004): the member that helps most is added
 * again and again; those up to the best round stay */

void
train_blend(train_portfolio_t *p, size_t to)
{
    float   *sum, *z, *room;
    double   least, best;
    size_t   k, n, round, rounds, chosen[BLEND_ROUNDS];

    n = blend_rows(p, to) * p->lesson.out;
    sum = train_alloc(n, sizeof(float));
    z = train_alloc(n, sizeof(float));
    room = train_alloc(n, sizeof(float));
    best = INFINITY;
    rounds = 0;

    for (round = 0; round < BLEND_ROUNDS; round++) {
        chosen[round] = blend_next(p, to, sum, round, n, z, room, &least);

        if (chosen[round] == p->n || round >= rounds + BLEND_WAIT) {
            break;
        }

        if (least < best - BLEND_GAIN * fabs(best) || round == 0) {
            best = least;
            rounds = round + 1;
        }

        for (k = 0; k < n; k++) {
            sum[k] += p->tried[chosen[round]].scores[k];
        }
    }

    blend_weights(p, chosen, rounds);
    train_free(sum);
    train_free(z);
    train_free(room);
}
