/*
 * Any bytes as the text of a column: the canonical text of a number is that of
 * itself and the same number; a date is one that the calendar has.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maas_int.h"
#include "field/maas_field.h"
#include "fuzz.h"


unsigned long  fuzz_accepted;


static const char *const  seeds[] = {
    "-101.0e-2", "0.00012300", "18446744073709551615", "1e40",
    "1.234.567,89 EUR", "(1,5 %)", "\xe2\x82\xac\xc2\xa0" "12,00",
    "2024-02-29T23:59:60.5+01:30", "31. Dec 99, 11:59 pm", "12/31/2024",
    "20240501T103000Z", "Mon, 01 Jan 2024 10:00:00 GMT", "-1714559400.25"
};


static void
check_number(const char *s, size_t len)
{
    char    one[MAAS_CANONICAL], two[MAAS_CANONICAL];
    double  a, b;
    size_t  n;

    n = maas__field_canonical(s, len, one);

    if (n == 0) {
        return;
    }

    fuzz_accepted++;
    FUZZ_HOLDS(n <= sizeof(one));
    FUZZ_HOLDS(maas__field_canonical(one, n, two) == n);
    FUZZ_HOLDS(memcmp(one, two, n) == 0);

    /* another zero behind it changes nothing */

    if (n < 300 && memchr(one, 'e', n) == NULL) {
        memcpy(two, one, n);
        memcpy(two + n, memchr(one, '.', n) != NULL ? "00" : ".0", 2);
        FUZZ_HOLDS(maas__field_canonical(two, n + 2, two) == n);
        FUZZ_HOLDS(memcmp(one, two, n) == 0);
    }

    if (n < 300 && maas__field_double(s, len, &a)) {
        FUZZ_HOLDS(maas__field_double(one, n, &b) && a == b);
    }
}


static void
check_format(const char *s, size_t len)
{
    float   v;
    size_t  i;

    static const char *const  units[] = { "EUR", "\xe2\x82\xac", "%", "$" };
    static const char  signs[][2] = {
        { ',', '.' }, { 0, ',' }, { ',', ' ' }, { '.', '\'' }, { ',', 0 }
    };

    for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        maas_column_t  c = {
            .name = "a", .decimal = signs[i][0], .thousands = signs[i][1],
            .n_units = 4, .units = units
        };

        if (maas__field_formatted(&c, s, len, &v) == MAAS_OK) {
            FUZZ_HOLDS(isfinite(v));
            fuzz_accepted++;
        }
    }
}


static void
check_date(const char *s, size_t len)
{
    float        x[16];
    size_t       i;
    maas_date_t  d, back;

    static const maas_part_t  parts[] = {
        { MAAS_PART_SECONDS, 1e9, 1e-8 }, { MAAS_PART_YEAR, 2000, 0.1 },
        { MAAS_PART_MONTH, 0, 1 }, { MAAS_PART_DAY, 0, 1 },
        { MAAS_PART_WEEKDAY, 0, 1 }, { MAAS_PART_HOUR, 0, 1 }
    };

    for (i = 0; i < MAAS_N_DATE_FORMS; i++) {
        if (!maas__date_text((maas_date_form_t) i, s, len, &d)) {
            continue;
        }

        fuzz_accepted++;
        FUZZ_HOLDS(d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31);
        FUZZ_HOLDS(d.weekday < 7 && d.clock >= 0 && d.clock < 86402);

        maas__date_set(&back, d.seconds);
        FUZZ_HOLDS(back.seconds == d.seconds);
        FUZZ_HOLDS(labs(back.year - d.year) <= 1);

        maas__date_row(parts, 6, &d, x);
        FUZZ_HOLDS(maas__date_slots(parts, 6) == 10);
        FUZZ_HOLDS(maas_is_finite(x, 10));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char  *text;

    /* of just that size and without a terminator */

    text = malloc(size ? size : 1);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data, size);

    check_number(text, size);
    check_format(text, size);
    check_date(text, size);
    free(text);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < sizeof(seeds) / sizeof(seeds[0])
           ? fuzz_text(seeds[n], buf, room) : 0;
}
