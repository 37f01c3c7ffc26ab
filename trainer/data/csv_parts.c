/*
 * Large CSV on all cores: a wave of parts, read side by side and put together
 * in their order; then the next.
 * What a row is, is not known here, but for where it ends.
 */

#include <string.h>

#include "csv_rows.h"
#include "table_part.h"
#include "team.h"
#include "util.h"


#define PARTS_LEAST  (4u << 20)     /* bytes of text that are worth it */
#define PARTS_FIRST  (256u << 10)   /* that one reads alone: most of what comes
                                       again is then known */
#define PARTS_BYTES  (512u << 10)   /* in a part */


typedef struct {
    maas_csv_t      from;
    const char     *end;
    train_table_t  *table;
} parts_part_t;

typedef struct {
    train_team_t   *team;
    size_t          n;              /* parts of a wave */
    size_t          parts;          /* that have rows */
    parts_part_t   *part;           /* (n) */
    unsigned        denormals;      /* as the caller has them */
} parts_t;


/* Ends of lines: LF, CR LF or CR */

TRAIN_VECTORS static size_t
parts_lines(const char *s, size_t len)
{
    size_t  i, n;

    n = (len > 0) && (s[len - 1] == '\n' || s[len - 1] == '\r');

    for (i = 0; i + 1 < len; i++) {
        n += (s[i] == '\n') | ((s[i] == '\r') & (s[i + 1] != '\n'));
    }

    return n;
}


/* Some rows from *c on, which comes behind them.  Returns where they end. */

static const char *
parts_cut(maas_csv_t *c, size_t bytes)
{
    const char  *end;

    if ((size_t) (c->end - c->p) <= bytes) {
        c->p = c->end;
        return c->end;
    }

    end = memchr(c->p + bytes, '\n', (size_t) (c->end - c->p) - bytes);

    if (end != NULL && memchr(c->p, '"', (size_t) (end - c->p)) == NULL) {
        end++;                      /* no line goes on in the next */
        c->line += parts_lines(c->p, (size_t) (end - c->p));
        c->p = end;
        return end;
    }

    end = c->p + bytes;

    while (c->p < end && maas__csv_row(c)) {
        (void) maas__csv_pass_row(c);
    }

    return c->p;
}


static void
parts_read(void *ctx, size_t id)
{
    unsigned       before;
    parts_t       *all = ctx;
    parts_part_t  *p = &all->part[id];

    if (id < all->parts) {
        before = train_flush_denormals();
        train_restore_denormals(all->denormals);
        (void) train_csv_rows(p->table, p->from, p->end);
        train_restore_denormals(before);
    }
}


/* 0: the pass has to be done again */

static int
parts_wave(parts_t *all, train_table_t *t)
{
    int     good;
    size_t  i;

    for (i = 0; i < all->n && t->body.p < t->body.end; i++) {
        all->part[i].from = t->body;
        all->part[i].end = parts_cut(&t->body, PARTS_BYTES);
        train_part_begin(all->part[i].table, t);
    }

    all->parts = i;
    train_team_run(all->team, parts_read, all);
    good = 1;

    for (i = 0; i < all->parts; i++) {
        good &= train_part_end(all->part[i].table, t);
    }

    if (t->text != NULL) {
        train_text_done(t->text, t->body.p);
    }

    return good;
}


static int
parts_all(parts_t *all, train_table_t *t)
{
    int     good;
    size_t  i;

    all->part = train_alloc(all->n, sizeof(parts_part_t));
    all->denormals = train_flush_denormals();
    train_restore_denormals(all->denormals);

    for (i = 0; i < all->n; i++) {
        all->part[i].table = train_part_create(t);
    }

    for (good = 1; good && t->body.p < t->body.end; /* void */ ) {
        good = parts_wave(all, t);
    }

    for (i = 0; i < all->n; i++) {
        train_part_free(all->part[i].table);
    }

    train_free(all->part);

    return good;
}


static void
parts_alone(train_table_t *t, size_t bytes)
{
    const char  *end;

    end = (bytes > 0 && (size_t) (t->body.end - t->body.p) > bytes)
          ? t->body.p + bytes : t->body.end;
    t->body = train_csv_rows(t, t->body, end);
}


void
train_csv_parts(train_table_t *t)
{
    parts_t     all = { 0 };
    maas_csv_t  body;

    body = t->body;

    if (t->take == NULL && t->join == NULL && t->piece == 0
        && (size_t) (body.end - body.start) >= PARTS_LEAST)
    {
        all.team = train_team_create(t->want->threads);
        all.n = train_team_size(all.team);
    }

    if (all.n < 2) {
        parts_alone(t, t->piece);

    } else {
        if (t->pass == TRAIN_TABLE_LOOK) {
            parts_alone(t, PARTS_FIRST);
        }

        if (!parts_all(&all, t)) {
            train_part_undo(t);
            t->body = body;
            parts_alone(t, t->piece);
        }
    }

    if (all.team != NULL) {
        train_team_free(all.team);
    }

    t->over = (t->body.p >= t->body.end || !maas__csv_row(&t->body));

    if (t->piece == 0) {
        t->body = body;             /* for the next pass */
    }
}
