/*
 * Times values of columns on their way into a row: nanoseconds a value of each
 * kind, and of the preparation behind it.
 * Only measures: what is right is for t/unit/test_fields.c to say.
 */

#include "field/maas_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define VALUES  256
#define ROUNDS  9
#define SLOTS   1024


static const char *const  countries[] = {
    "Austria", "Belgium", "Chile", "Denmark", "Estonia", "Finland", "Greece",
    "Hungary", "Iceland", "Japan", "Kenya", "Latvia", "Mexico", "Norway",
    "Oman", "Poland"
};

static const char *const  codes[] = {
    "100", "101", "102", "103", "104", "105", "106", "107", "108", "109",
    "110", "111", "112", "113", "114", "115"
};

static const char *const  units[] = { "EUR", "%" };
static const char *const  blanks[] = { "-999", "-" };

static const maas_part_t  parts[] = {
    { MAAS_PART_SECONDS, 1.7e9, 1e-8 }, { MAAS_PART_MONTH, 0, 1 },
    { MAAS_PART_DAY, 0, 1 }, { MAAS_PART_WEEKDAY, 0, 1 },
    { MAAS_PART_HOUR, 0, 1 }
};

static const maas_column_t  columns[] = {
    { .name = "number", .kind = MAAS_FIELD_NUMBER },
    { .name = "number, missing \"-999\"", .kind = MAAS_FIELD_NUMBER,
      .n_blanks = 2, .blanks = blanks },
    { .name = "number \"1.234,5 EUR\"", .kind = MAAS_FIELD_NUMBER,
      .decimal = ',', .thousands = '.', .n_units = 2, .units = units },
    { .name = "date", .kind = MAAS_FIELD_DATE, .date = MAAS_DATE_ISO,
      .n_parts = 5, .parts = parts },
    { .name = "date of unix seconds", .kind = MAAS_FIELD_DATE,
      .date = MAAS_DATE_UNIX, .n_parts = 5, .parts = parts },
    { .name = "boolean", .kind = MAAS_FIELD_BOOLEAN },
    { .name = "category of 16", .kind = MAAS_FIELD_CATEGORY, .n_values = 16,
      .values = countries, .other = 1 },
    { .name = "category by number", .kind = MAAS_FIELD_CATEGORY,
      .compare = MAAS_COMPARE_NUMBER, .n_values = 16, .values = codes,
      .other = 1 },
    { .name = "category in 256 slots", .kind = MAAS_FIELD_CATEGORY,
      .hash = 256 },
    { .name = "text in 512 slots", .kind = MAAS_FIELD_TEXT, .hash = 512,
      .shortest = 2, .longest = 4 }
};

#define COLUMNS  (sizeof(columns) / sizeof(columns[0]))


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static int
compare(const void *one, const void *two)
{
    double  a = *(const double *) one, b = *(const double *) two;

    return (a > b) - (a < b);
}


static void
value(size_t column, size_t i, char *buf, size_t room)
{
    switch (columns[column].kind) {

    case MAAS_FIELD_NUMBER:
        if (columns[column].n_units > 0) {
            (void) snprintf(buf, room, "%zu.%03zu,5 EUR", 1 + i % 90, i);
            return;
        }

        (void) snprintf(buf, room, "%.6g", (double) i * 12.3456789);
        return;

    case MAAS_FIELD_DATE:
        if (columns[column].date == MAAS_DATE_UNIX) {
            (void) snprintf(buf, room, "%zu", 1700000000 + i * 86399);
            return;
        }

        (void) snprintf(buf, room, "2024-%02zu-%02zuT%02zu:30:00+01:00",
                        1 + i % 12, 1 + i % 28, i % 24);
        return;

    case MAAS_FIELD_BOOLEAN:
        (void) snprintf(buf, room, "%s", i % 2 ? "true" : "false");
        return;

    case MAAS_FIELD_CATEGORY:
        if (columns[column].compare == MAAS_COMPARE_NUMBER) {
            (void) snprintf(buf, room, "%zu.0", 100 + i % 16);
            return;
        }

        (void) snprintf(buf, room, "%s", countries[i % 16]);
        return;

    default:
        (void) snprintf(buf, room, "Payment no. %zu from %s, late", i * 7919,
                        countries[i % 16]);
    }
}


static void
measure(const maas_fields_t *f, size_t column)
{
    char           text[VALUES][80];
    float         *x;
    double         t[ROUNDS], begin;
    size_t         i, r, k, bytes, len[VALUES];
    maas_err_t     err = { 0 };

    x = calloc(SLOTS, sizeof(float));

    if (x == NULL) {
        return;
    }

    bytes = 0;

    for (i = 0; i < VALUES; i++) {
        value(column, i, text[i], sizeof(text[i]));
        len[i] = strlen(text[i]);
        bytes += len[i];
    }

    for (r = 0; r < ROUNDS; r++) {
        begin = now();

        for (k = 0; k < 40; k++) {
            for (i = 0; i < VALUES; i++) {
                (void) maas_row_text(f, column, text[i], len[i], x, &err);
            }
        }

        t[r] = (now() - begin) / (40 * VALUES);
    }

    if (err.code != MAAS_OK) {
        printf("%s\n", err.msg);
        exit(1);
    }

    qsort(t, ROUNDS, sizeof(double), compare);
    printf("%-24s %5.1f bytes  %7.1f ns a value\n", columns[column].name,
           (double) bytes / VALUES, t[ROUNDS / 2]);
    free(x);
}


/* A bent slot, as maas_run() does it behind shift and factor */

static void
measure_curve(const char *name, float clip, size_t knots)
{
    float         k[64], y[VALUES];
    double        t[ROUNDS], begin;
    size_t        i, r, n;
    maas_curve_t  c = { 0, clip, knots, k, k };

    for (i = 0; i < 64; i++) {
        k[i] = (float) i / 32 - 1;
    }

    for (r = 0; r < ROUNDS; r++) {
        for (i = 0; i < VALUES; i++) {
            y[i] = (float) (i * 37 % VALUES) / 100 - 1.2f;
        }

        begin = now();

        for (n = 0; n < 40; n++) {
            for (i = 0; i < VALUES; i++) {
                maas__prep_curves(&c, 1, &y[i]);
            }
        }

        t[r] = (now() - begin) / (40 * VALUES);
    }

    qsort(t, ROUNDS, sizeof(double), compare);
    printf("%-24s              %7.1f ns a number\n", name, t[ROUNDS / 2]);
}


int
main(void)
{
    size_t          i;
    maas_arena_t   *arena;
    maas_fields_t   f;

    arena = maas__arena_create(1 << 20);

    if (arena == NULL
        || maas__fields_create(arena, columns, COLUMNS, &f) != MAAS_OK)
    {
        return 1;
    }

    for (i = 0; i < COLUMNS; i++) {
        measure(&f, i);
    }

    measure_curve("soft bound", 3, 0);
    measure_curve("quantile, 64 knots", 0, 64);
    maas__arena_destroy(arena);

    return 0;
}
