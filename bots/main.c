/*
 * `maas-bots`: a day of a site's visitors as requests to nginx, with what each
 * of them truly was.
 * How they walk, and what is made of the log, stands elsewhere.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bots.h"
#include "judge.h"


static const char  bots_usage[] =
    "usage: maas-bots day PORT LABELS TRUTH [OPTION]...\n"
    "       maas-bots judge TRUTH RESULT NAME=LOG...\n\n"
    "Send a day of a site's visitors to nginx on PORT of 127.0.0.1, from "
    "addresses of\n127.0.0.0/8; append lines \"request_id,label\" to LABELS "
    "and\n\"request_id,kind,client\" to TRUTH.\n\n"
    "      --seed=N     which site and visitors (1)\n"
    "      --day=N      which day of them (1)\n"
    "      --seconds=N  how long the day is (60)\n"
    "      --speed=N    how much faster than in earnest all is (60): a day of\n"
    "                   60 seconds is an hour of visitors\n\n"
    "The second form prints what of each day's LOG was caught and, as JSON, "
    "writes it to\nRESULT.\n";


static double
bots_number(const char *name, const char *text, double min, double max)
{
    char    *end;
    double   v;

    v = strtod(text, &end);

    if (end == text || *end || !(v >= min && v <= max)) {
        bots_die("%s: \"%s\" is no number from %g to %g", name, text, min,
                 max);
    }

    return v;
}


static void
bots_option(bots_options_t *o, const char *arg)
{
    const char  *eq;

    eq = strchr(arg, '=');

    if (eq == NULL) {
        bots_die("%s: expected --NAME=VALUE; --help says which", arg);
    }

    if (strncmp(arg, "--seed=", 7) == 0) {
        o->seed = (uint64_t) bots_number("--seed", eq + 1, 0, 1e15);

    } else if (strncmp(arg, "--day=", 6) == 0) {
        o->day = (unsigned) bots_number("--day", eq + 1, 1, 100000);

    } else if (strncmp(arg, "--seconds=", 10) == 0) {
        o->seconds = bots_number("--seconds", eq + 1, 0.1, 86400);

    } else if (strncmp(arg, "--speed=", 8) == 0) {
        o->speed = bots_number("--speed", eq + 1, 1, 1000);

    } else {
        bots_die("%s: unknown; --help says what there is", arg);
    }
}


static FILE *
bots_append(const char *path, const char *head)
{
    FILE  *f;

    f = fopen(path, "a");

    if (f == NULL) {
        bots_die("cannot write to %s: %s", path, strerror(errno));
    }

    if (ftell(f) == 0) {
        (void) fputs(head, f);
    }

    return f;
}


static void
bots_finish(FILE *f, const char *path)
{
    if (ferror(f) || fclose(f) != 0) {
        bots_die("cannot write to %s: %s", path, strerror(errno));
    }
}


static void
bots_day(const bots_options_t *o)
{
    FILE          *labels, *truth;
    size_t         n, answered;
    bots_site_t    site;
    bots_actor_t  *actors;

    labels = bots_append(o->labels, "request_id,label\n");
    truth = bots_append(o->truth, "request_id,kind,client\n");
    bots_site_init(&site, o->seed);
    actors = bots_plan(o, &site, &n);
    answered = bots_loop(o, actors, n, labels, truth);
    bots_finish(labels, o->labels);
    bots_finish(truth, o->truth);
    free(actors);

    (void) printf("day %u of seed %llu: %zu requests of %zu clients\n",
                  o->day, (unsigned long long) o->seed, answered, n);
}


/* Each day by its name; RESULT is whole or not there */

static void
bots_result(int argc, char **argv)
{
    int              i;
    char             temp[1024], *eq;
    FILE            *f;
    bots_log_t       log;
    bots_verdict_t   verdict;

    (void) snprintf(temp, sizeof(temp), "%s.tmp", argv[3]);
    f = fopen(temp, "w");

    if (f == NULL) {
        bots_die("cannot write to %s: %s", temp, strerror(errno));
    }

    (void) fputs("{\"days\":[", f);

    for (i = 4; i < argc; i++) {
        eq = strchr(argv[i], '=');

        if (eq == NULL) {
            bots_die("%s: expected NAME=LOG", argv[i]);
        }

        *eq = '\0';
        bots_log_read(&log, argv[i], eq + 1, argv[2]);
        bots_judge(&verdict, &log, 0.01);
        bots_say(&log, &verdict);
        (void) fputs(i > 4 ? ",\n" : "", f);
        bots_say_json(f, &log, &verdict);
        bots_log_free(&log);
    }

    (void) fputs("]}\n", f);
    bots_finish(f, temp);

    if (rename(temp, argv[3]) != 0) {
        bots_die("cannot write to %s: %s", argv[3], strerror(errno));
    }
}


int
main(int argc, char **argv)
{
    int             i;
    bots_options_t  o = { .seed = 1, .day = 1, .seconds = 60, .speed = 60 };

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        (void) fputs(bots_usage, stdout);
        return 0;
    }

    if (argc > 4 && strcmp(argv[1], "judge") == 0) {
        bots_result(argc, argv);
        return 0;
    }

    if (argc < 5 || strcmp(argv[1], "day") != 0) {
        (void) fputs(bots_usage, stderr);
        return 2;
    }

    o.port = (unsigned) bots_number("PORT", argv[2], 1, 65535);
    o.labels = argv[3];
    o.truth = argv[4];

    for (i = 5; i < argc; i++) {
        bots_option(&o, argv[i]);
    }

    bots_day(&o);

    return 0;
}
