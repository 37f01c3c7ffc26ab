/*
 * Settings from texts: one by one, and the lines of a --config file.  What
 * makes sense together is options.c's matter.
 */

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "options_table.h"
#include "util.h"


#define OPTIONS_MAX_LINE  4096


static void options_refuse(const char *where, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));


/* where: "--lr", or "file:3: lr" */

static void
options_refuse(const char *where, const char *fmt, ...)
{
    char     why[512];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);

    train_usage("fit", "%s: %s", where, why);
}


static void
options_choice(const train_option_t *t, int *out, const char *value,
    const char *where)
{
    char    list[256];
    size_t  i, n;

    n = 0;

    for (i = 0; i < t->n_choices; i++) {
        if (strcmp(t->choices[i], value) == 0) {
            *out = (int) i;
            return;
        }

        n += (size_t) snprintf(list + n, sizeof(list) - n, "%s%s",
                               i ? ", " : "", t->choices[i]);
    }

    options_refuse(where, "\"%.40s\": expected one of %s", value, list);
}


void
train_options_set(train_options_t *o, const train_option_t *t,
    const char *value, const char *where)
{
    char    **text;
    double    v;

    switch (t->kind) {

    case OPT_TEXT:
        text = (char **) ((char *) o + t->at);
        train_free(*text);
        *text = train_strdup(value);
        return;

    case OPT_CHOICE:
        options_choice(t, (int *) ((char *) o + t->at), value, where);
        return;

    case OPT_FLAG:
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
            options_refuse(where, "\"%.40s\": expected yes or no", value);
        }

        *(int *) ((char *) o + t->at) = (strcmp(value, "yes") == 0);
        return;

    default:
        if (!train_number(value, &v) || v < t->min || v > t->max
            || (t->kind == OPT_COUNT && v != floor(v)))
        {
            options_refuse(where, "\"%.40s\": expected a %s from %.16g to "
                           "%.16g", value, t->kind == OPT_COUNT
                           ? "whole number" : "number", t->min, t->max);
        }
    }

    if (t->kind == OPT_COUNT) {
        *(size_t *) ((char *) o + t->at) = (size_t) v;
    } else {
        *(double *) ((char *) o + t->at) = v;
    }
}


static char *
options_trim(char *s)
{
    char  *end;

    s += strspn(s, " \t\r\n");
    end = s + strlen(s);

    while (end > s && strchr(" \t\r\n", end[-1]) != NULL) {
        *--end = '\0';
    }

    return s;
}


/* "layer = 64 relu bn": one more hidden layer, instead of the default ones */

static void
options_layer(train_options_t *o, const char *value)
{
    char    *spec, *p;
    size_t   n;

    spec = o->layers ? train_format("%s,%s", o->hidden, value)
                     : train_strdup(value);
    n = 0;

    for (p = spec; *p != '\0'; p++) {
        if (*p != ' ' && *p != '\t') {
            spec[n++] = *p;

        } else if (spec[n - 1] != ':') {
            spec[n++] = ':';
        }
    }

    spec[n] = '\0';
    train_free(o->hidden);
    o->hidden = spec;
    o->layers = 1;
}


static void
options_config_line(train_options_t *o, const char *path, size_t n,
    char *line)
{
    char    where[320], *value;
    size_t  i;

    (void) snprintf(where, sizeof(where), "%.200s:%zu", path, n);
    line = options_trim(line);

    if (*line == '\0' || *line == '#') {
        return;
    }

    value = strchr(line, '=');

    if (value == NULL) {
        options_refuse(where, "expected \"option = value\"");
    }

    *value++ = '\0';
    line = options_trim(line);
    value = options_trim(value);

    if (strcmp(line, "layer") == 0) {
        options_layer(o, value);
        return;
    }

    for (i = 0; i < TRAIN_N_OPTIONS; i++) {
        if (strcmp(train_options_table[i].name, line) == 0
            && strcmp(line, "config") != 0)
        {
            (void) snprintf(where, sizeof(where), "%.200s:%zu: %s", path, n,
                            train_options_table[i].name);
            train_options_set(o, &train_options_table[i], value, where);
            return;
        }
    }

    options_refuse(where, "unknown option \"%.40s\"", line);
}


void
train_options_config(train_options_t *o, const char *path)
{
    FILE    *f;
    char     line[OPTIONS_MAX_LINE];
    size_t   n;

    f = fopen(path, "r");

    if (f == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    for (n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
        if (strlen(line) + 1 == sizeof(line)) {
            train_die("%s:%zu: a line over %d bytes", path, n,
                      OPTIONS_MAX_LINE - 2);
        }

        options_config_line(o, path, n, line);
    }

    if (ferror(f)) {
        train_die("%s: cannot be read: %s", path, strerror(errno));
    }

    (void) fclose(f);
}
