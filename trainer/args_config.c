/*
 * Options from the lines of a --config file.
 * Not here: the command line, and what a value means (args.c).
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "args.h"


#define ARGS_MAX_LINE  4094
#define ARGS_MAX_FILE  (1 << 20)    /* also what has no end ends there */


static char *
args_trim(char *s)
{
    char  *end;

    s += strspn(s, " \t\r\n");
    end = s + strlen(s);

    while (end > s && strchr(" \t\r\n", end[-1]) != NULL) {
        *--end = '\0';
    }

    return s;
}


int
train_args_blank_ends(const char *value)
{
    size_t  n;

    for (n = strlen(value); n > 2 && value[0] == '"' && value[n - 1] == '"';
         n -= 2)
    {
        value++;
    }

    return n > 0 && (strchr(" \t", value[0]) != NULL
                     || strchr(" \t", value[n - 1]) != NULL);
}


/* Those stand in quotes, of which one pair goes; elsewhere quotes are
 * characters */

static char *
args_unquote(char *value)
{
    size_t  n;

    n = strlen(value);

    if (n > 2 && value[0] == '"' && value[n - 1] == '"'
        && train_args_blank_ends(value))
    {
        value[n - 1] = '\0';
        value++;
    }

    return value;
}


static void
args_line(const train_args_t *a, void *to, const char *path, size_t n,
    char *line)
{
    char    where[320], *value;
    size_t  i;

    line = args_trim(line);

    if (*line == '\0' || *line == '#') {
        return;
    }

    value = strchr(line, '=');

    if (value == NULL) {
        train_usage(a->cmd, "%.200s:%zu: expected \"option = value\"", path,
                    n);
    }

    *value++ = '\0';
    line = args_trim(line);
    value = args_unquote(args_trim(value));

    if (a->line != NULL && a->line(to, line, value)) {
        return;
    }

    for (i = 0; i < a->n; i++) {
        if (strcmp(a->rows[i].name, line) == 0
            && strcmp(line, "config") != 0)
        {
            (void) snprintf(where, sizeof(where), "%.200s:%zu: %s", path, n,
                            line);
            train_args_set(a, to, &a->rows[i], value, where);
            return;
        }
    }

    train_usage(a->cmd, "%.200s:%zu: unknown option \"%.40s\"", path, n, line);
}


/* The bytes of a text, with a zero behind them */

static char *
args_slurp(const char *path, size_t *size)
{
    FILE  *f;
    char  *text;

    f = fopen(path, "re");

    if (f == NULL) {
        train_die("%s: cannot be opened: %s", path, strerror(errno));
    }

    text = train_alloc(ARGS_MAX_FILE + 2, 1);
    *size = fread(text, 1, ARGS_MAX_FILE + 1, f);

    if (ferror(f)) {
        train_die("%s: cannot be read: %s", path, strerror(errno));
    }

    (void) fclose(f);

    return text;
}


void
train_args_config(const train_args_t *a, void *to, const char *path)
{
    char    *text, *line, *next;
    size_t   n, size;

    text = args_slurp(path, &size);
    next = text;

    for (n = 1; *next != '\0'; n++) {
        line = next;
        next += strcspn(next, "\n");

        if (*next == '\n') {
            *next++ = '\0';
        }

        if (strlen(line) > ARGS_MAX_LINE) {
            train_die("%s:%zu: a line over %d bytes", path, n, ARGS_MAX_LINE);
        }

        args_line(a, to, path, n, line);
    }

    if ((size_t) (next - text) < size) {
        train_die("%s:%zu: a zero byte: expected lines \"option = value\"",
                  path, n);
    }

    if (size > ARGS_MAX_FILE) {
        train_die("%s: over %d bytes: expected lines \"option = value\"", path,
                  ARGS_MAX_FILE);
    }

    train_free(text);
}
