/*
 * The proleptic Gregorian calendar: a point in time -> year, month, day and
 * clock -> the slots of a row.
 * Not here: dates as people write them (maas_field_date.c), what a column makes
 * of them (maas_fields.c).
 */

#include "maas_field.h"

#include <math.h>


#define DATE_FAR  1e11                 /* seconds: beyond the year 5000 */


unsigned
maas__date_month_days(long year, unsigned month)
{
    static const unsigned char  days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    return days[month - 1] + (month == 2 && year % 4 == 0
                              && (year % 100 != 0 || year % 400 == 0));
}


/* To the first of March of a year, and from there: years that begin in March
 * have their leap day at the end */

long
maas__date_days(long year, unsigned month, unsigned day)
{
    long  y;

    y = year - (month <= 2) + 4000;    /* no year is below 0 */
    month = (month + 9) % 12;

    return y * 365 + y / 4 - y / 100 + y / 400
           + (long) ((153 * month + 2) / 5 + day) - 1 - 719468 - 1460970;
}


unsigned
maas__date_weekday(long days)
{
    return (unsigned) (((days + 3) % 7 + 7) % 7);
}


void
maas__date_set(maas_date_t *d, double seconds)
{
    long  days, y, m;

    days = (long) floor(seconds / MAAS_DATE_DAY);
    d->seconds = seconds;
    d->clock = seconds - (double) days * MAAS_DATE_DAY;
    d->weekday = maas__date_weekday(days);

    y = 1970 + days / 366 - 1;

    while (maas__date_days(y + 1, 1, 1) <= days) {
        y++;
    }

    while (maas__date_days(y, 1, 1) > days) {
        y--;
    }

    m = 12;

    while (maas__date_days(y, (unsigned) m, 1) > days) {
        m--;
    }

    d->year = y;
    d->month = (unsigned) m;
    d->day = (unsigned) (days - maas__date_days(y, (unsigned) m, 1)) + 1;
}


int
maas__date_number(maas_date_form_t form, double v, maas_date_t *d)
{
    if (form == MAAS_DATE_UNIX_MS) {
        v /= 1000;

    } else if (form != MAAS_DATE_UNIX) {
        return 0;
    }

    if (!(fabs(v) < DATE_FAR)) {
        return 0;
    }

    maas__date_set(d, v);

    return 1;
}


/* A turn of 0 to 1 as a point on the circle */

static void
date_cycle(double turn, float *x)
{
    x[0] = (float) sin(turn * 6.283185307179586);
    x[1] = (float) cos(turn * 6.283185307179586);
}


size_t
maas__date_slots(const maas_part_t *part, size_t n)
{
    size_t  i, slots;

    for (slots = 0, i = 0; i < n; i++) {
        slots += MAAS_PART_CYCLE(part[i].kind) ? 2 : 1;
    }

    return slots;
}


/* A part that is no cycle */

static double
date_number(maas_part_kind_t kind, const maas_date_t *d)
{
    switch (kind) {

    case MAAS_PART_YEAR:
        return (double) d->year;

    case MAAS_PART_MONTH_NUMBER:
        return d->month;

    case MAAS_PART_DAY_NUMBER:
        return d->day;

    case MAAS_PART_WEEKDAY_NUMBER:
        return d->weekday;

    case MAAS_PART_HOUR_NUMBER:
        return d->clock / 3600;

    case MAAS_PART_YEARDAY:
        return (double) (maas__date_days(d->year, d->month, d->day)
                         - maas__date_days(d->year, 1, 1) + 1);

    default: /* MAAS_PART_SECONDS */
        return d->seconds;
    }
}


void
maas__date_row(const maas_part_t *part, size_t n, const maas_date_t *d,
    float *x)
{
    size_t  i;

    for (i = 0; i < n; i++, part++) {
        switch (part->kind) {

        case MAAS_PART_MONTH:
            date_cycle((d->month - 1) / 12.0, x);
            break;

        case MAAS_PART_DAY:
            date_cycle((d->day - 1)
                       / (double) maas__date_month_days(d->year, d->month), x);
            break;

        case MAAS_PART_WEEKDAY:
            date_cycle(d->weekday / 7.0, x);
            break;

        case MAAS_PART_HOUR:
            date_cycle(d->clock / MAAS_DATE_DAY, x);
            break;

        default: /* a number */
            *x++ = (float) ((date_number(part->kind, d) - part->shift)
                            * part->factor);
            continue;
        }

        x += 2;
    }
}
