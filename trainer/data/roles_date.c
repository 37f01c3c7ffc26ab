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


/* Such as "created_at", "startTime", "event ts"; not "update_count" */

static int
date_is_name(const char *name)
{
    size_t                    i, n, end, start;
    static const char *const  words[] = {
        "time", "date", "datetime", "ts", "timestamp", "epoch", "at", "when",
        "created", "updated", "modified", "datum", "zeit", "unixtime", "day",
        "on", "dt"
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


void
train_date_decide(const train_table_t *t, train_column_t *c)
{
    maas_date_form_t     form, other;
    const train_look_t  *k = &c->seen;

    if (c->asked) {
        return;                     /* c->format.date is there */
    }

    if (!train_is_date(t, c, &form)) {
        train_die("%s: column \"%.64s\" does not look like dates: expected "
                  "--columns NAME=date:iso, dmy, mdy, unix or unix_ms",
                  t->path, c->name);
    }

    c->format.date = form;

    if (form != MAAS_DATE_DMY || k->date_either == 0
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
