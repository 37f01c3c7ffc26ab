/*
 * Reads a day's log, lines of JSON as conf/bots.conf writes them, and joins
 * what each request truly was.
 * Judges nothing.
 */

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bots.h"
#include "judge.h"


typedef struct {
    char      id[40];
    char      client[40];
    unsigned  kind;
    unsigned  place;                /* of the client + 1, once it was seen */
} bots_true_t;

typedef struct {
    bots_true_t  *rows;             /* (n), by id */
    size_t        n;
} bots_truth_t;


static int
bots_by_id(const void *a, const void *b)
{
    return strcmp(((const bots_true_t *) a)->id,
                  ((const bots_true_t *) b)->id);
}


static int
bots_by_client(const void *a, const void *b)
{
    return strcmp((*(bots_true_t *const *) a)->client,
                  (*(bots_true_t *const *) b)->client);
}


static unsigned
bots_kind_find(const char *name)
{
    size_t  k;

    for (k = 0; k < bots_n_kinds; k++) {
        if (strcmp(bots_kinds[k].name, name) == 0) {
            return (unsigned) k;
        }
    }

    bots_die("the truth has a kind \"%s\", which is none", name);
}


static FILE *
bots_open(const char *path)
{
    FILE  *f;

    f = fopen(path, "r");

    if (f == NULL) {
        bots_die("cannot read %s: %s", path, strerror(errno));
    }

    return f;
}


/* Numbers for clients, 1 and so on */

static size_t
bots_truth_clients(bots_truth_t *t)
{
    size_t         i, n;
    bots_true_t  **by;

    by = bots_alloc(t->n, sizeof(bots_true_t *));

    for (i = 0; i < t->n; i++) {
        by[i] = &t->rows[i];
    }

    qsort(by, t->n, sizeof(bots_true_t *), bots_by_client);
    n = 0;

    for (i = 0; i < t->n; i++) {
        n += i == 0 || strcmp(by[i]->client, by[i - 1]->client) != 0;
        by[i]->place = (unsigned) n;
    }

    free(by);

    return n;
}


static void
bots_truth_read(bots_truth_t *t, const char *path)
{
    char          line[256], kind[40];
    FILE         *f;
    size_t        room;
    bots_true_t  *row;

    f = bots_open(path);
    room = 0;

    while (fgets(line, sizeof(line), f) != NULL) {
        t->rows = bots_grow(t->rows, &room, t->n, sizeof(bots_true_t));
        row = &t->rows[t->n];

        if (strncmp(line, "request_id,", 11) == 0) {
            continue;
        }

        if (sscanf(line, "%39[^,],%39[^,],%39[^,\n]", row->id, kind,
                   row->client) != 3)
        {
            bots_die("%s, line %zu: expected request_id,kind,client", path,
                     t->n + 2);
        }

        row->kind = bots_kind_find(kind);
        t->n++;
    }

    (void) fclose(f);
    qsort(t->rows, t->n, sizeof(bots_true_t), bots_by_id);
}


static double
bots_json_number(const cJSON *object, const char *name, double other)
{
    char        *end;
    double       v;
    const cJSON *m;

    m = cJSON_GetObjectItemCaseSensitive(object, name);

    if (cJSON_IsNumber(m)) {
        return m->valuedouble;
    }

    if (cJSON_IsString(m) && m->valuestring[0]) {
        v = strtod(m->valuestring, &end);
        return *end ? other : v;
    }

    return other;
}


/* A rate's column is called by its window: ip_10s */

static int
bots_is_rate(const char *name)
{
    const char  *p;

    p = strrchr(name, '_');

    if (p == NULL || p[1] < '0' || p[1] > '9') {
        return 0;
    }

    p += 1 + strspn(p + 1, "0123456789");

    return strcmp(p, "ms") == 0 || strcmp(p, "s") == 0 || strcmp(p, "m") == 0;
}


static void
bots_read_rates(bots_log_t *l, bots_seen_t *s, const cJSON *features)
{
    size_t        k;
    const cJSON  *m;

    cJSON_ArrayForEach(m, features) {
        if (!bots_is_rate(m->string)) {
            continue;
        }

        for (k = 0; k < l->n_rates && strcmp(l->rates[k], m->string); k++) {
            /* void */
        }

        if (k == l->n_rates && k < BOTS_RATES) {
            (void) snprintf(l->rates[k], sizeof(l->rates[k]), "%s",
                            m->string);
            l->n_rates++;
        }

        if (k < BOTS_RATES) {
            s->rate[k] = bots_json_number(features, m->string, 0);
        }
    }
}


/* 0: it is of nobody that the truth knows */

static int
bots_read_line(bots_log_t *l, bots_seen_t *s, const bots_truth_t *t,
    const cJSON *line)
{
    bots_true_t         key;
    const cJSON        *id, *slowed;
    const bots_true_t  *row;

    id = cJSON_GetObjectItemCaseSensitive(line, "request_id");

    if (!cJSON_IsString(id)) {
        return 0;
    }

    memset(&key, 0, sizeof(key));
    (void) snprintf(key.id, sizeof(key.id), "%s", id->valuestring);
    row = bsearch(&key, t->rows, t->n, sizeof(bots_true_t), bots_by_id);

    if (row == NULL) {
        return 0;
    }

    memset(s, 0, sizeof(*s));
    s->kind = row->kind;
    s->client = row->place - 1;
    s->status = (unsigned) bots_json_number(line, "status", 0);
    s->flagged = bots_json_number(line, "decision", 0) > 0;
    slowed = cJSON_GetObjectItemCaseSensitive(line, "slowed");
    s->slowed = cJSON_IsString(slowed)
                && (strcmp(slowed->valuestring, "DELAYED") == 0
                    || strcmp(slowed->valuestring, "REJECTED") == 0);
    s->reached = bots_json_number(line, "reached", 0) > 0;
    s->score = bots_json_number(line, "score", NAN);
    bots_read_rates(l, s, cJSON_GetObjectItemCaseSensitive(line, "features"));

    return 1;
}


void
bots_log_read(bots_log_t *l, const char *name, const char *path,
    const char *truth)
{
    char         *line;
    FILE         *f;
    cJSON        *json;
    size_t        room, len;
    bots_truth_t  t = { NULL, 0 };

    memset(l, 0, sizeof(*l));
    l->name = name;
    bots_truth_read(&t, truth);
    l->n_clients = bots_truth_clients(&t);

    f = bots_open(path);
    line = NULL;
    room = len = 0;

    while (getline(&line, &len, f) > 0) {
        l->seen = bots_grow(l->seen, &room, l->n, sizeof(bots_seen_t));
        json = cJSON_Parse(line);

        if (json == NULL) {
            bots_die("%s, line %zu: no JSON", path, l->n + l->unknown + 1);
        }

        if (bots_read_line(l, &l->seen[l->n], &t, json)) {
            l->n++;

        } else {
            l->unknown++;
        }

        cJSON_Delete(json);
    }

    free(line);
    free(t.rows);
    (void) fclose(f);
}


void
bots_log_free(bots_log_t *l)
{
    free(l->seen);
}
