/*
 * Figures of a day: who was caught at which share of false alarms, and what the
 * best rule on one rate would have caught.
 * Reads and prints nothing.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bots.h"
#include "judge.h"


static int
bots_falling(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x < y) - (x > y);
}


/* Above which bound of score(n) are at most so many of the fine, and how many
 * of the bad */

static bots_point_t
bots_point(const double *score, const unsigned char *bad, size_t n,
    double alarms)
{
    size_t        i, k, fine, above[2];
    double       *s;
    bots_point_t  p = { 0, 0, 0 };

    s = bots_alloc(n, sizeof(double));
    fine = 0;

    for (i = 0; i < n; i++) {
        if (!bad[i]) {
            s[fine++] = score[i];
        }
    }

    if (fine == 0 || fine == n) {
        free(s);
        return p;
    }

    qsort(s, fine, sizeof(double), bots_falling);

    /* of equal scores all or none are above: at most k, not about k */

    k = (size_t) (alarms * (double) fine);
    p.bound = s[k < fine ? k : fine - 1];
    above[0] = above[1] = 0;

    for (i = 0; i < n; i++) {
        above[bad[i]] += score[i] > p.bound;
    }

    p.alarms = (double) above[0] / (double) fine;
    p.caught = (double) above[1] / (double) (n - fine);
    free(s);

    return p;
}


static void
bots_judge_kinds(bots_verdict_t *v, const bots_log_t *l)
{
    int                 bar;
    size_t              i;
    const bots_seen_t  *s;

    for (i = 0; i < l->n; i++) {
        s = &l->seen[i];
        v->requests[s->kind]++;
        v->flagged[s->kind] += s->flagged;
        v->denied[s->kind] += s->status == 403;
        v->slowed[s->kind] += s->slowed && s->status != 403;
        v->reached[s->kind] += s->reached;

        if (!isnan(s->score)) {
            bar = (int) (s->score * BOTS_BARS);
            bar = bar < 0 ? 0 : bar >= BOTS_BARS ? BOTS_BARS - 1 : bar;
            v->bars[bots_kinds[s->kind].bad][bar]++;
        }
    }
}


/* Requests by their score; without one nothing is said */

static void
bots_judge_requests(bots_verdict_t *v, const bots_log_t *l, double *score,
    unsigned char *bad, double alarms)
{
    size_t        i, k;
    double        sign;
    bots_point_t  p;

    for (i = 0; i < l->n; i++) {
        score[i] = isnan(l->seen[i].score) ? 0 : l->seen[i].score;
        bad[i] = (unsigned char) bots_kinds[l->seen[i].kind].bad;
    }

    v->request = bots_point(score, bad, l->n, alarms);

    for (k = 0; k < 2 * l->n_rates; k++) {
        sign = k & 1 ? -1 : 1;

        for (i = 0; i < l->n; i++) {
            score[i] = sign * l->seen[i].rate[k / 2];
        }

        p = bots_point(score, bad, l->n, alarms);

        if (v->rate_name == NULL || p.caught > v->rate.caught) {
            v->rate = p;
            v->rate.bound *= sign;
            v->rate_name = l->rates[k / 2];
            v->rate_below = k & 1;
        }
    }
}


/* Clients by the mean score of their requests */

static void
bots_judge_clients(bots_verdict_t *v, const bots_log_t *l, double alarms)
{
    size_t              i, n;
    double             *sum;
    unsigned           *count, *hurt;
    unsigned char      *bad;
    const bots_seen_t  *s;

    sum = bots_alloc(l->n_clients, sizeof(double));
    count = bots_alloc(l->n_clients, sizeof(unsigned));
    hurt = bots_alloc(l->n_clients, sizeof(unsigned));
    bad = bots_alloc(l->n_clients, 1);

    for (i = 0; i < l->n; i++) {
        s = &l->seen[i];
        sum[s->client] += isnan(s->score) ? 0 : s->score;
        count[s->client]++;
        hurt[s->client] |= s->slowed || s->status == 403;
        bad[s->client] = (unsigned char) bots_kinds[s->kind].bad;
    }

    for (i = n = 0; i < l->n_clients; i++) {
        if (count[i]) {
            sum[n] = sum[i] / count[i];
            bad[n++] = bad[i];
            v->people += !bad[n - 1];
            v->hurt += !bad[n - 1] && hurt[i];
        }
    }

    v->client = bots_point(sum, bad, n, alarms);
    free(bad);
    free(hurt);
    free(count);
    free(sum);
}


void
bots_judge(bots_verdict_t *v, const bots_log_t *l, double alarms)
{
    double         *score;
    unsigned char  *bad;

    memset(v, 0, sizeof(*v));
    score = bots_alloc(l->n, sizeof(double));
    bad = bots_alloc(l->n, 1);

    bots_judge_kinds(v, l);
    bots_judge_requests(v, l, score, bad, alarms);
    bots_judge_clients(v, l, alarms);

    free(bad);
    free(score);
}
