/*
 * Is a column dates, and in which form?  By what stands in it, by its name
 * where the texts are numbers, and by the options; where two readings are left
 * it ends with both.
 * Parts of dates are chosen in prepare_date.c.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "util.h"


#define DATE_SURE   0.9             /* share of dates that makes a column */

/* What seconds since 1970 are about: 1980 to 2100 */
#define DATE_LOW    315532800.0
#define DATE_HIGH   4102444800.0

/* Years of two digits, 1969 to 2068: 21-07-31 has its year in front where more
 * different numbers than a year has months stand behind, and fewer in front;
 * and one this late was meant to be in the century before */
#define DATE_MONTHS  12
#define DATE_LATE    2040


/* Such as "created_at", "startTime", "event ts"; not "update_count" */

static int
date_is_name(const char *name)
{
    size_t                    i, n, end, start;
    static const char *const  words[] = {
        "time", "date", "datetime", "ts", "timestamp", "epoch", "at", "when",
        "created", "updated", "modified", "datum", "zeit", "unixtime", "day",
        "on", "dt", "start", "started", "end", "ended", "since", "until",
        "seen", "expires", "login", "birthday", "dob"
    };

    for (end = strlen(name); end > 0; end = start) {
        for (start = end - 1; start > 0; start--) {
            if (strchr("_- .:", name[start - 1]) != NULL
                || (name[start] >= 'A' && name[start] <= 'Z'
                    && name[start - 1] >= 'a' && name[start - 1] <= 'z'))
            {
                break;
            }
        }

        n = end - start;

        for (i = 0; i < train_nelts(words); i++) {
            if (strlen(words[i]) == n
                && strncasecmp(words[i], name + start, n) == 0)
            {
                return 1;
            }
        }

        while (start > 0 && strchr("_- .:", name[start - 1]) != NULL) {
            start--;
        }
    }

    return 0;
}


/* Numbers that are dates, all of them; *form says which */

static int
date_numbers(const train_column_t *c, maas_date_form_t *form)
{
    size_t       i, iso, seconds, ms, n;
    double       v;
    const char  *s;
    maas_date_t  d;

    iso = 0;
    seconds = 0;
    ms = 0;
    n = 0;

    for (i = 0; i < c->dict.n; i++) {
        v = c->dict.value[i];
        s = c->dict.text[i];

        if (isnan(v)) {
            continue;               /* missing, or no number */
        }

        n++;
        iso += strlen(s) == 8 && maas__date_text(MAAS_DATE_ISO, s, 8, &d)
               && d.year >= 1900 && d.year < 2100;
        seconds += (v >= DATE_LOW && v <= DATE_HIGH);
        ms += (v >= 1000 * DATE_LOW && v <= 1000 * DATE_HIGH);
    }

    *form = (iso == n) ? MAAS_DATE_ISO
            : (ms == n) ? MAAS_DATE_UNIX_MS : MAAS_DATE_UNIX;

    return n > 0 && (iso == n || ms == n || seconds == n);
}


/* The form that reads most texts; how many */

static size_t
date_best(const train_look_t *k, maas_date_form_t *form)
{
    size_t  i;

    *form = MAAS_DATE_ISO;

    for (i = 0; i <= MAAS_DATE_MDY; i++) {
        if (k->date[i] > k->date[*form]) {
            *form = (maas_date_form_t) i;
        }
    }

    return k->date[*form];
}


int
train_is_date(const train_table_t *t, const train_column_t *c,
    maas_date_form_t *form)
{
    size_t               n, read;
    const train_look_t  *k = &c->seen;

    n = k->filled - k->missing.all - k->marks.all;
    read = date_best(k, form);

    if (n > 0 && (double) read >= DATE_SURE * (double) n) {
        return 1;
    }

    return n > 0 && k->numbers == n
           && (c->role == TRAIN_ROLE_DATE || date_is_name(c->name))
           && date_numbers(c, form);
}


/* What other columns say of 1/2/2024: DMY or MDY, ISO if nothing */

static maas_date_form_t
date_neighbours(const train_table_t *t)
{
    size_t               i, dmy, mdy;
    const train_look_t  *k;

    dmy = 0;
    mdy = 0;

    for (i = 0; i < t->n; i++) {
        k = &t->columns[i].seen;
        dmy += k->date[MAAS_DATE_DMY] > k->date[MAAS_DATE_MDY];
        mdy += k->date[MAAS_DATE_MDY] > k->date[MAAS_DATE_DMY];
    }

    return (dmy > 0) == (mdy > 0) ? MAAS_DATE_ISO
           : dmy > 0 ? MAAS_DATE_DMY : MAAS_DATE_MDY;
}


static void
date_ambiguous(const train_table_t *t, const train_column_t *c)
{
    size_t       i;
    const char  *s;
    maas_date_t  a, b;

    s = "";
    (void) memset(&a, 0, sizeof(maas_date_t));
    (void) memset(&b, 0, sizeof(maas_date_t));

    for (i = 0; i < c->dict.n; i++) {
        s = c->dict.text[i];

        if (maas__date_text(MAAS_DATE_DMY, s, strlen(s), &a)
            && maas__date_text(MAAS_DATE_MDY, s, strlen(s), &b)
            && a.month != b.month)
        {
            break;
        }
    }

    train_die("%s: column \"%.64s\": \"%.40s\" may be %04ld-%02u-%02u or "
              "%04ld-%02u-%02u: expected --columns NAME=date:dmy or "
              "NAME=date:mdy to say which", t->path, c->name, s, a.year,
              a.month, a.day, b.year, b.month, b.day);
}


/* 21-07-31: *front is 21, *behind 31; all three have two digits */

static int
date_short(const char *s, unsigned *front, unsigned *behind)
{
    size_t  i;

    for (i = 0; i < 8; i++) {
        if (i % 3 == 2 ? s[i] != s[2] || s[i] == '\0'
                       : s[i] < '0' || s[i] > '9')
        {
            return 0;
        }
    }

    *front = (unsigned) (s[0] - '0') * 10 + (unsigned) (s[1] - '0');
    *behind = (unsigned) (s[6] - '0') * 10 + (unsigned) (s[7] - '0');

    return s[8] < '0' || s[8] > '9';
}


/* Dates that are read with the day in front, but may well have the year there:
 * few of them, not the first or last of months, and days of all kinds behind */

static void
date_year_first(const train_table_t *t, const train_column_t *c)
{
    size_t       i, n, years, days;
    unsigned     front, behind, inner;
    uint8_t      is[2][100] = { { 0 } };
    const char  *s;
    maas_date_t  d;

    s = "";
    n = 0;
    years = 0;
    days = 0;
    inner = 0;

    for (i = 0; i < c->dict.n; i++) {
        if (!maas__date_text(MAAS_DATE_DMY, c->dict.text[i],
                             strlen(c->dict.text[i]), &d))
        {
            continue;
        }

        s = c->dict.text[i];

        if (!date_short(s, &front, &behind) || behind == 0 || behind > 31) {
            return;
        }

        n++;
        inner |= (front > 1 && front < 28);
        years += !is[0][front];
        days += !is[1][behind];
        is[0][front] = 1;
        is[1][behind] = 1;
    }

    if (n > 0 && inner && years < days && days > DATE_MONTHS) {
        (void) date_short(s, &front, &behind);
        (void) maas__date_text(MAAS_DATE_DMY, s, strlen(s), &d);
        train_die("%s: column \"%.64s\": \"%.40s\" may be %04ld-%02u-%02u or "
                  "%u-%02u-%02u: expected years of four digits, or --columns "
                  "NAME=date:dmy if the day is first", t->path, c->name, s,
                  d.year, d.month, d.day,
                  front + (front < 69 ? 2000 : 1900), d.month, behind);
    }
}


/* Years of birth, such as 64, that are read as 2064 */

static void
date_late(const train_table_t *t, const train_column_t *c)
{
    char         year[24];
    size_t       i;
    const char  *s;
    maas_date_t  d;

    for (i = 0; i < c->dict.n; i++) {
        s = c->dict.text[i];

        if (!maas__date_text(c->format.date, s, strlen(s), &d)
            || d.year < DATE_LATE || d.year > 2068)
        {
            continue;
        }

        (void) snprintf(year, sizeof(year), "%ld", d.year);

        if (strstr(s, year) == NULL) {
            train_warn("%s: column \"%.64s\": years of two digits are 1969 to "
                       "2068: \"%.40s\" is read as %04ld-%02u-%02u", t->path,
                       c->name, s, d.year, d.month, d.day);
            return;
        }
    }
}


/* Which of day and month is first */

static void
date_order(const train_table_t *t, train_column_t *c)
{
    maas_date_form_t     other;
    const train_look_t  *k = &c->seen;

    if (c->format.date != MAAS_DATE_DMY || k->date_either == 0
        || k->date[MAAS_DATE_MDY] < k->date[MAAS_DATE_DMY]
        || k->date_points == k->date_either)
    {
        return;
    }

    other = date_neighbours(t);

    if (other == MAAS_DATE_ISO) {
        date_ambiguous(t, c);
    }

    c->format.date = other;
    train_warn("%s: column \"%.64s\": the %s is taken to be first, as in "
               "other columns (--columns NAME=date:%s)", t->path, c->name,
               other == MAAS_DATE_DMY ? "day" : "month",
               other == MAAS_DATE_DMY ? "mdy" : "dmy");
}


void
train_date_decide(const train_table_t *t, train_column_t *c)
{
    if (!c->asked) {
        if (!train_is_date(t, c, &c->format.date)) {
            train_die("%s: column \"%.64s\" does not look like dates: expected "
                      "--columns NAME=date:iso, dmy, mdy, unix or unix_ms",
                      t->path, c->name);
        }

        if (c->format.date == MAAS_DATE_DMY) {
            date_year_first(t, c);
        }

        date_order(t, c);
    }

    if (c->format.date == MAAS_DATE_DMY || c->format.date == MAAS_DATE_MDY) {
        date_late(t, c);
    }
}


void
train_date_print(const train_column_t *c, char *out, size_t size)
{
    size_t       i;
    const char  *s;
    maas_date_t  d, low, high;

    static const char *const  forms[MAAS_N_DATE_FORMS] = {
        [MAAS_DATE_ISO] = "year-month-day",
        [MAAS_DATE_DMY] = "day.month.year",
        [MAAS_DATE_MDY] = "month/day/year",
        [MAAS_DATE_UNIX] = "seconds since 1970",
        [MAAS_DATE_UNIX_MS] = "milliseconds since 1970"
    };

    (void) memset(&low, 0, sizeof(maas_date_t));
    high = low;
    low.seconds = INFINITY;
    high.seconds = -INFINITY;

    for (i = 0; i < c->dict.n; i++) {
        s = c->dict.text[i];

        if (!maas__date_text(c->format.date, s, strlen(s), &d)) {
            continue;
        }

        low = (d.seconds < low.seconds) ? d : low;
        high = (d.seconds > high.seconds) ? d : high;
    }

    if (!(low.seconds <= high.seconds)) {
        (void) snprintf(out, size, "dates, %s", forms[c->format.date]);
        return;
    }

    (void) snprintf(out, size, "dates, %s, from %04ld-%02u-%02u to "
                    "%04ld-%02u-%02u", forms[c->format.date], low.year,
                    low.month, low.day, high.year, high.month, high.day);
}
