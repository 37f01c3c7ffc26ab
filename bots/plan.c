/*
 * A day's visitors: how many of each kind come, when, from where.
 * What they do then is not decided here.
 */

#include <math.h>
#include <stdlib.h>

#include "bots.h"


typedef struct {
    const bots_options_t  *o;
    const bots_site_t     *site;
    bots_actor_t          *actors;
    size_t                 n, room;
    double                 length;          /* of the day, in its own seconds */
} bots_plan_t;


/* One in so many is the mean; the fraction decides by chance */

static unsigned
bots_plan_count(train_rng_t *r, double mean)
{
    double  whole;

    whole = floor(mean);

    return (unsigned) whole + bots_chance(r, mean - whole);
}


/* People have an evening; programs do not care */

static double
bots_plan_time(const bots_plan_t *p, const bots_kind_t *kind, train_rng_t *r)
{
    double  at;

    do {
        at = train_rng_unit(r);
    } while (!kind->bad
             && train_rng_unit(r) > 0.55 - 0.45 * cos(6.2832 * (at + 0.4)));

    return at * p->length;
}


static void
bots_plan_client(bots_plan_t *p, size_t kind, train_rng_t *r, double at,
    uint32_t address)
{
    bots_actor_t  *a;

    if (p->n == p->room) {
        bots_die("more than %zu clients in a day: a shorter one, please",
                 p->room);
    }

    a = &p->actors[p->n];
    a->kind = &bots_kinds[kind];
    a->site = p->site;
    a->number = (uint32_t) p->n++;
    a->address = address;
    a->fd = -1;
    a->due = at / p->o->speed;
    train_rng_init(&a->rng, train_rng_u64(r), a->number);
    a->kind->init(a);
    a->tempo *= p->site->tempo[kind];
}


static void
bots_plan_group(bots_plan_t *p, size_t kind, train_rng_t *r)
{
    size_t              i, first;
    double              at;
    unsigned            n;
    uint32_t            address;
    bots_actor_t       *a;
    const bots_kind_t  *k;

    k = &bots_kinds[kind];
    n = bots_between(r, k->size_min, k->size_max);
    at = bots_plan_time(p, k, r);
    address = bots_site_address(p->site, r);
    first = p->n;

    for (i = first; i < first + n; i++) {
        bots_plan_client(p, kind, r, at + k->spread * train_rng_unit(r),
                         k->one_address ? address
                                        : bots_site_address(p->site, r));

        a = &p->actors[i];

        if (k->one_browser && i > first) {
            bots_browser_copy(&a->browser, &p->actors[first].browser);
            a->keeps = p->actors[first].keeps;
            a->refers = p->actors[first].refers;
        }
    }
}


bots_actor_t *
bots_plan(const bots_options_t *o, const bots_site_t *s, size_t *n)
{
    size_t       kind;
    double       hours;
    unsigned     groups;
    train_rng_t  r;
    bots_plan_t  p = { .o = o, .site = s, .room = 20000 };

    p.actors = bots_alloc(p.room, sizeof(bots_actor_t));
    p.length = o->seconds * o->speed;
    hours = p.length / 3600;

    for (kind = 0; kind < bots_n_kinds; kind++) {
        train_rng_init(&r, o->seed, 100 + 100 * (uint64_t) o->day + kind);
        groups = bots_plan_count(&r, bots_kinds[kind].groups * hours
                                     * s->mix[kind]
                                     * (0.85 + 0.3 * train_rng_unit(&r)));

        while (groups-- > 0) {
            bots_plan_group(&p, kind, &r);
        }
    }

    *n = p.n;

    return p.actors;
}
