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
#define BLEND_STEPS   20            /* shares of a blend beside a constant */
#define BLEND_RATE    1e-9          /* a rate is this at least */
#define BLEND_NONE    SIZE_MAX
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


/* Means over the rows of parts from..to but one, of scores z of these; room: of
 * as many, for numbers in their units */

static double
blend_mean(const train_portfolio_t *p, const float *z, size_t from,
    size_t to, size_t but, float *room, double *hits)
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

        if (i == but) {
            z += part->n_judge * p->lesson.out;
            continue;
        }

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
                       from, to, BLEND_NONE, room, score);

    if (p->y != NULL) {
        *score = (p->lesson.loss == TRAIN_LOSS_MSE)
                 ? 1 - *loss / blend_spread(p, from, to) : NAN;
    }

    train_free(room);
}


/* Losses of the rows of parts below `to`, and their sum of weights */

static void
blend_losses(const train_portfolio_t *p, const float *z, size_t to,
    double *loss)
{
    float                    *room;
    size_t                    i, j;
    uint32_t                  row;
    const train_part_rows_t  *part;

    room = train_alloc(p->parts.judges * p->lesson.out, sizeof(float));

    if (p->y != NULL) {
        part = &p->parts.part[to - 1];
        train_transform_back(&p->transform, z, part->at + part->n_judge, room);
        z = room;
    }

    for (i = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++, z += p->lesson.out) {
            row = part->judge[j];
            *loss++ = (p->y != NULL) ? blend_number(p, row, z)
                                     : blend_class(&p->lesson, row, z);
        }
    }

    train_free(room);
}


double
train_blend_more(const train_portfolio_t *p, const float *a, const float *b,
    size_t to, double *error)
{
    double                    w, mean, sq, all, squares, *x, *y;
    size_t                    i, j, k;
    const train_part_rows_t  *part;

    x = train_alloc(p->parts.judges, sizeof(double));
    y = train_alloc(p->parts.judges, sizeof(double));
    blend_losses(p, a, to, x);
    blend_losses(p, b, to, y);
    mean = sq = all = squares = 0;

    for (i = 0, k = 0; i < to; i++) {
        part = &p->parts.part[i];

        for (j = 0; j < part->n_judge; j++, k++) {
            w = blend_weight(&p->lesson, part->judge[j]);
            x[k] -= y[k];
            y[k] = w;
            mean += w * x[k];
            all += w;
            squares += w * w;
        }
    }

    mean /= all;

    for (i = 0; i < k; i++) {
        sq += y[i] * (x[i] - mean) * (x[i] - mean);
    }

    *error = sqrt(sq / all * squares) / all;
    train_free(x);
    train_free(y);

    return mean;
}


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
 * then; BLEND_NONE: none has learnt all */

static size_t
blend_next(const train_portfolio_t *p, size_t to, size_t but,
    const float *sum, size_t round, size_t n, float *z, float *room,
    double *least)
{
    double        loss, hits;
    size_t        i, best;
    const float  *more;

    *least = INFINITY;
    best = BLEND_NONE;

    for (i = 0; i <= p->n; i++) {
        more = blend_scores(p, i, to, round);

        if (more == NULL) {
            continue;
        }

        blend_more(sum, more, (double) round, n, z);
        loss = blend_mean(p, z, 0, to, but, room, &hits);

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

        if (chosen[round] == BLEND_NONE || round >= rounds + BLEND_WAIT) {
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

        loss = blend_mean(p, mixed, 0, to, BLEND_NONE, room, &hits);

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

    blend_but(p, to, BLEND_NONE);

    if (z != NULL && to > 1 && p->said != NULL) {
        blend_trust(p, to, z);

    } else if (z != NULL && to == 1) {
        blend_say(p, 0, blend_rows(p, 1), z);
    }
}
