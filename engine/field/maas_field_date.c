/*
 * Dates and times as people write them -> a point in time and the parts that
 * the writer saw.
 * Not here: the calendar (maas_field_calendar.c).
 */

#include "maas_field.h"
#include "maas_int.h"

#include <string.h>


#define DATE_CENTURY  69              /* two digits below it are 20xx */


typedef struct {
    const char  *p;
    const char  *end;
} date_text_t;


static int
date_letter(char c)
{
    c |= 0x20;

    return c >= 'a' && c <= 'z' ? c : 0;
}


static int
date_skip(date_text_t *t, const char *any)
{
    if (t->p < t->end && *t->p != '\0' && strchr(any, *t->p) != NULL) {
        t->p++;
        return 1;
    }

    return 0;
}


/* Digits, most of them at most; *n says how many there were */

static unsigned
date_digits(date_text_t *t, unsigned most, unsigned *n)
{
    unsigned  v;

    v = 0;

    for (*n = 0; *n < most && t->p < t->end && maas__is_digit(*t->p); (*n)++) {
        v = v * 10 + (unsigned) (*t->p++ - '0');
    }

    return v;
}


/* 1 + place of the English word in a list of three letters each, which may go
 * on as long as it likes; 0 if there is none */

static unsigned
date_word(date_text_t *t, const char *list)
{
    char         word[3];
    size_t       i;
    const char  *p;

    for (i = 0; i < 3; i++) {
        if (t->end - t->p <= (ptrdiff_t) i || !date_letter(t->p[i])) {
            return 0;
        }
        word[i] = (char) date_letter(t->p[i]);
    }

    for (i = 0, p = list; *p != '\0'; i++, p += 3) {
        if (memcmp(p, word, 3) == 0) {
            while (t->p < t->end && date_letter(*t->p)) {
                t->p++;
            }

            date_skip(t, ".");
            return (unsigned) i + 1;
        }
    }

    return 0;
}


/* One of 'y', 'm', 'd', a month also as a word: its digits, 0 if it is none */

static unsigned
date_part(date_text_t *t, char part, maas_date_t *d)
{
    unsigned  n, v;

    static const char  months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    if (part == 'm' && (v = date_word(t, months)) != 0) {
        n = 2;

    } else {
        v = date_digits(t, part == 'y' ? 4 : 2, &n);
    }

    if (part == 'y') {
        d->year = (long) v;

        if (n == 2) {
            d->year += v < DATE_CENTURY ? 2000 : 1900;
        }

    } else if (part == 'm') {
        d->month = v;

    } else {
        d->day = v;
    }

    return n;
}


/* Year, month and day in the order of the form */

static int
date_ymd(date_text_t *t, maas_date_form_t form, maas_date_t *d)
{
    int          iso;
    unsigned     i, n, digits;
    const char  *order;

    static const char  days[] = "montuewedthufrisatsun";

    static const char *const  orders[] = {
        [MAAS_DATE_ISO] = "ymd",
        [MAAS_DATE_DMY] = "dmy",
        [MAAS_DATE_MDY] = "mdy"
    };

    if (date_word(t, days)) {          /* "Mon, 02 Jan 2006" */
        date_skip(t, ",");
        date_skip(t, " ");
    }

    iso = form == MAAS_DATE_ISO;
    order = orders[form];
    digits = 0;

    for (i = 0; i < 3; i++) {
        n = date_part(t, order[i], d);

        if (n == 0) {
            return 0;
        }

        if (order[i] == 'y') {
            digits = n;
        }

        if (i == 1 && iso && n == 2 && t->p == t->end) {
            d->day = 1;                /* 2024-05 */
            break;
        }

        /* 20240531 */

        if (i < 2 && !(iso && digits == 4 && n >= 2 && t->p < t->end
                       && maas__is_digit(*t->p)))
        {
            if (!date_skip(t, "-/., ")) {
                return 0;
            }

            date_skip(t, " ");
        }
    }

    return (digits == 4 || (digits == 2 && !iso))
           && d->month >= 1 && d->month <= 12 && d->day >= 1
           && d->day <= maas__date_month_days(d->year, d->month);
}


/* "Z", "UTC", "+01:00", "-0530", "+01": seconds to take off; 0: wrong */

static int
date_zone(date_text_t *t, long *offset)
{
    long      sign;
    unsigned  hours, minutes, n;

    *offset = 0;

    if (date_skip(t, "Zz")) {
        return 1;
    }

    if (t->end - t->p >= 3
        && (memcmp(t->p, "UTC", 3) == 0 || memcmp(t->p, "GMT", 3) == 0))
    {
        t->p += 3;
    }

    if (t->p == t->end || (*t->p != '+' && *t->p != '-')) {
        return 1;
    }

    sign = *t->p++ == '-' ? -1 : 1;
    hours = date_digits(t, 2, &n);

    if (n != 2 || hours > 15) {
        return 0;
    }

    date_skip(t, ":");
    minutes = date_digits(t, 2, &n);

    if ((n != 0 && n != 2) || minutes > 59) {
        return 0;
    }

    *offset = sign * (long) (hours * 3600 + minutes * 60);

    return 1;
}


/* ":05" or "05", digits alone behind two others: 0 if they are wrong, -1 if
 * there are none */

static int
date_sixty(date_text_t *t, int bare, unsigned *v)
{
    unsigned  n;

    if (!date_skip(t, ":")
        && !(bare && t->p < t->end && maas__is_digit(*t->p)))
    {
        return -1;
    }

    *v = date_digits(t, 2, &n);

    return n == 2;
}


/* ".25" of a second */

static double
date_fraction(date_text_t *t)
{
    double  v, scale;

    v = 0;

    if (date_skip(t, ".,")) {
        for (scale = 0.1; t->p < t->end && maas__is_digit(*t->p); scale /= 10) {
            v += scale * (*t->p++ - '0');
        }
    }

    return v;
}


/* Noon for "pm", 0 for "am"; -1: neither */

static int
date_half(date_text_t *t)
{
    int  half;

    half = -1;

    if (t->end - t->p >= 2 && date_letter(t->p[1]) == 'm'
        && (date_letter(t->p[0]) == 'a' || date_letter(t->p[0]) == 'p'))
    {
        half = date_letter(t->p[0]) == 'p' ? 12 : 0;
        t->p += 2;
    }

    return half;
}


/* "13:05", "13:05:30.25", "1:05 pm": seconds of the day, below 0 if it is
 * wrong */

static double
date_clock(date_text_t *t)
{
    int       minutes, seconds, half;
    double    fraction;
    unsigned  hour, minute, second, n;

    hour = date_digits(t, 2, &n);
    minute = 0;
    second = 0;
    fraction = 0;

    if (n == 0) {
        return -1;
    }

    minutes = date_sixty(t, n == 2, &minute);
    seconds = minutes > 0 ? date_sixty(t, 1, &second) : -1;

    if (minutes == 0 || seconds == 0) {
        return -1;
    }

    if (minutes > 0) {
        fraction = date_fraction(t);
    }

    while (date_skip(t, " ")) { /* void */ }

    half = date_half(t);

    if (half >= 0) {
        if (hour < 1 || hour > 12) {
            return -1;
        }

        hour = hour % 12 + (unsigned) half;
        while (date_skip(t, " ")) { /* void */ }
    }

    if (hour > 23 || minute > 59 || second > 60) {
        return -1;
    }

    return fraction + hour * 3600 + minute * 60 + second;
}


int
maas__date_text(maas_date_form_t form, const char *s, size_t len,
    maas_date_t *d)
{
    long         offset, days;
    double       v;
    date_text_t  t;

    if (form == MAAS_DATE_UNIX || form == MAAS_DATE_UNIX_MS) {
        return maas__field_double(s, len, &v) && maas__date_number(form, v, d);
    }

    t = (date_text_t) { s, s + len };
    d->clock = 0;
    offset = 0;

    if (!date_ymd(&t, form, d)) {
        return 0;
    }

    if (t.p < t.end) {
        date_skip(&t, ",");

        if (!date_skip(&t, "Tt ")) {
            return 0;
        }

        while (date_skip(&t, " ")) { /* void */ }

        d->clock = date_clock(&t);

        if (d->clock < 0 || !date_zone(&t, &offset) || t.p != t.end) {
            return 0;
        }
    }

    days = maas__date_days(d->year, d->month, d->day);
    d->weekday = maas__date_weekday(days);
    d->seconds = (double) days * MAAS_DATE_DAY + d->clock - (double) offset;

    return 1;
}
