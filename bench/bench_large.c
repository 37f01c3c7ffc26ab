/*
 * Writes a large table of mixed columns, the same for the same seed, with
 * something in it to learn: what docs/tables.md tells of large tables.
 *
 *     bench_large ROWS [SEED] > table.csv
 *
 * Two million rows are about 370 MB.  Not here: any measuring.
 */

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define NUMBERS  13
#define LINE     1024
#define FIELDS   128


static uint64_t  state;


/* SplitMix64 (Steele, Lea and Flood 2014) */

static uint64_t
mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;

    return z ^ (z >> 31);
}


static uint64_t
draw(void)
{
    return mix(state += 0x9e3779b97f4a7c15ull);
}


static double
uniform(void)
{
    return (double) (draw() >> 11) * 0x1p-53;
}


static double
normal(void)
{
    return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
}


/* What value k of a category adds: the same in all rows, deviation 1 */

static double
effect(unsigned which, uint64_t k)
{
    uint64_t  h;

    h = mix(mix(which + 1) + k);

    return ((double) (h >> 11) * 0x1p-53 - 0.5) * 3.4641;
}


/* A value out of n, the first ones often */

static uint64_t
frequent(uint64_t n)
{
    return (uint64_t) ((double) n * pow(uniform(), 3));
}


/* One of a few short fields, of which a line has room for all */

static size_t __attribute__((format(printf, 2, 3)))
put(char *p, const char *fmt, ...)
{
    int      n;
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(p, FIELDS, fmt, args);
    va_end(args);

    return n > 0 ? (size_t) n : 0;
}


/* yyyy-mm-dd of days since 1970-03-01 (a calendar that begins in March) */

static size_t
date(char *out, unsigned days)
{
    unsigned  era, of_era, year, of_year, month;

    days += 719468 + 59;
    era = days / 146097;
    of_era = days - era * 146097;
    year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * year + year / 4 - year / 100);
    month = (5 * of_year + 2) / 153;

    return put(out, "%04u-%02u-%02u", year + era * 400 + (month >= 10),
               month < 10 ? month + 3 : month - 9,
               of_year - (153 * month + 2) / 5 + 1);
}


static void
names(void)
{
    int  i;

    for (i = 0; i < NUMBERS; i++) {
        printf("n%d,", i + 1);
    }

    fputs("count,amount,plan,region,device,channel,language,weekday,city,"
          "product,shop,since,seen,active,paid,mailed,target\n", stdout);
}


int
main(int argc, char **argv)
{
    int        b[3];
    char       line[LINE], *p;
    size_t     i, rows, k;
    double     x[NUMBERS], z, amount;
    unsigned   count, since, seen;
    uint64_t   few[6], many[3];

    static const unsigned     of_few[6] = { 3, 5, 8, 12, 20, 7 };
    static const unsigned     of_many[3] = { 60, 900, 12000 };
    static const char *const  plan[] = { "free", "basic", "premium" };

    if (argc < 2) {
        fputs("usage: bench_large ROWS [SEED] > table.csv\n", stderr);
        return 2;
    }

    rows = strtoull(argv[1], NULL, 10);
    state = mix(argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
    names();

    for (i = 0; i < rows; i++) {
        p = line;

        for (k = 0; k < NUMBERS; k++) {
            x[k] = normal() + (k > 0 && k < 4 ? 0.6 * x[k - 1] : 0);
        }

        z = 0.8 * x[0] + 0.7 * x[1] * x[2] + 0.6 * (fabs(x[3]) > 1)
            + 0.7 * sin(2 * x[4]) + 0.5 * (x[5] > 0 ? x[6] : -x[7]);

        for (k = 0; k < NUMBERS; k++) {
            if (k >= 9 && uniform() < 0.05 * (double) (k - 8)) {
                z += (k == 9) ? 0.8 : 0;        /* nothing says something */
                *p++ = ',';
            } else {
                p += put(p, "%.3f,", x[k] * (double) (k + 1));
            }
        }

        count = (unsigned) (-log(1 - uniform()) * 6);
        amount = exp(4 + normal());
        z += 0.3 * log(1 + count) - 0.2 * (log(amount) - 4);
        p += put(p, "%u,%.2f", count, amount);

        for (k = 0; k < 6; k++) {
            few[k] = frequent(of_few[k]);
            z += 0.25 * effect((unsigned) k, few[k]);
        }

        z += 0.5 * effect(20, few[1] * 8 + few[2]);
        p += put(p, ",%s,region %u,dev-%u,channel_%u,l%02u,%u",
                 plan[few[0]], (unsigned) few[1], (unsigned) few[2],
                 (unsigned) few[3], (unsigned) few[4], (unsigned) few[5]);

        for (k = 0; k < 3; k++) {
            many[k] = frequent(of_many[k]);
            z += 0.3 * effect(10 + (unsigned) k, many[k]);
        }

        p += put(p, ",city%03u,P-%04u,s%05u,", (unsigned) many[0],
                 (unsigned) many[1], (unsigned) many[2]);
        since = 16000 + (unsigned) (uniform() * 3650);
        seen = since + (unsigned) (uniform() * (double) (19700 - since));
        z += 0.5 * sin(6.2832 * (double) seen / 365.25)
             + 0.3 * ((seen + 3) % 7 >= 5);      /* a weekend */
        p += date(p, since);
        *p++ = ',';
        p += date(p, seen);

        for (k = 0; k < 3; k++) {
            b[k] = uniform() < 0.2 + 0.2 * (double) k;
            z += (k < 2 && b[k]) ? 0.4 : 0;
        }

        p += put(p, ",%s,%d,%s,", b[0] ? "true" : "false", b[1],
                 uniform() < 0.1 ? "" : b[2] ? "yes" : "no");
        *p++ = uniform() < 1 / (1 + exp(-(z - 1.2))) ? '1' : '0';
        *p++ = '\n';
        fwrite(line, 1, (size_t) (p - line), stdout);
    }

    return fflush(stdout) != 0;
}
