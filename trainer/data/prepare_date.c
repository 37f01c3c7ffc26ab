/*
 * Parts of dates: those that differ among the training rows, and the scale of
 * the ones that go on and on.
 * What a text means as a date is the engine's matter.
 */

#include <math.h>
#include <string.h>

#include "table.h"
#include "util.h"


/* One part of all dates: is it not always the same?  Mean and deviation. */

typedef struct {
    size_t  n;
    double  first;
    int     varies;
    double  mean;
    double  squares;                /* of the distances from the mean */
} date_sum_t;


static void
date_add(date_sum_t *s, double v)
{
    double  d;

    if (s->n++ == 0) {
        s->first = v;
    }

    s->varies |= (v != s->first);
    d = v - s->mean;
    s->mean += d / (double) s->n;
    s->squares += d * (v - s->mean);
}


static void
date_add_all(date_sum_t s[MAAS_N_PARTS], const maas_date_t *d)
{
    date_add(&s[MAAS_PART_SECONDS], d->seconds);
    date_add(&s[MAAS_PART_YEAR], (double) d->year);
    date_add(&s[MAAS_PART_MONTH], d->month);
    date_add(&s[MAAS_PART_DAY], d->day);
    date_add(&s[MAAS_PART_WEEKDAY], d->weekday);
    date_add(&s[MAAS_PART_HOUR], d->clock);
    date_add(&s[MAAS_PART_MONTH_NUMBER], d->month);
    date_add(&s[MAAS_PART_DAY_NUMBER], d->day);
    date_add(&s[MAAS_PART_WEEKDAY_NUMBER], d->weekday);
    date_add(&s[MAAS_PART_HOUR_NUMBER], d->clock);

    /* as they differ whenever months or days do, but of few dates */

    date_add(&s[MAAS_PART_YEARDAY], 31 * d->month + d->day);
}


/* A part among rows of values: numbers that trees can part, not cycles, and
 * as they are but for seconds, of which floats would lose minutes */

static int
date_is_raw(size_t i, const date_sum_t sum[MAAS_N_PARTS])
{
    if (i == MAAS_PART_YEARDAY) {
        return sum[MAAS_PART_MONTH].varies && sum[MAAS_PART_DAY].varies;
    }

    return !MAAS_PART_CYCLE(i);
}


void
train_prepare_date(maas_column_t *c, const train_column_t *t,
    const uint32_t *row, size_t n, int raw, maas_part_t part[MAAS_N_PARTS])
{
    double        deviation;
    size_t        i;
    date_sum_t    sum[MAAS_N_PARTS];
    maas_date_t   d;
    const char   *s;

    (void) memset(sum, 0, sizeof(sum));

    for (i = 0; i < n; i++) {
        if (t->id[row[i]] == 0) {
            c->missing_slot = 1;
            continue;
        }

        s = t->dict.text[t->id[row[i]] - 1];

        if (maas__date_text(c->date, s, strlen(s), &d)) {
            date_add_all(sum, &d);
        }
    }

    c->n_parts = 0;
    c->parts = part;

    for (i = 0; i < MAAS_N_PARTS; i++) {
        if ((!sum[i].varies && i != MAAS_PART_SECONDS)
            || (raw ? !date_is_raw(i, sum) : MAAS_PART_LATER(i)))
        {
            continue;
        }

        (void) memset(&part[c->n_parts], 0, sizeof(maas_part_t));
        part[c->n_parts].kind = (maas_part_kind_t) i;

        if (raw && i != MAAS_PART_SECONDS) {
            part[c->n_parts].factor = 1;

        } else if (!MAAS_PART_CYCLE(i)) {
            deviation = sqrt(sum[i].squares / (double) (sum[i].n + !sum[i].n));
            part[c->n_parts].shift = sum[i].mean;
            part[c->n_parts].factor = (deviation > 0) ? 1 / deviation : 1;
        }

        c->n_parts++;
    }
}
