/*
 * What is seen of a training: by a person, on stderr, a bar on a terminal and
 * nothing elsewhere unless asked for; by a program, a line an epoch.  Results
 * are printed by the commands.
 */

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "loop.h"


#define PROGRESS_BAR      16
#define PROGRESS_PERIOD   0.1       /* seconds between two drawings */
#define PROGRESS_STAY     1.0       /* seconds between lines that stay */
#define PROGRESS_COLUMNS  80
#define PROGRESS_MAX      512


static void progress_put(const train_progress_t *p, char *line,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


void
train_progress_begin(train_progress_t *p, size_t epochs, size_t batches,
    const char *score_name, int mode)
{
    struct winsize  size;

    (void) memset(p, 0, sizeof(train_progress_t));

    p->bar = (mode == TRAIN_PROGRESS_AUTO && isatty(STDERR_FILENO) == 1);
    p->lines = (mode == TRAIN_PROGRESS_LINES);
    p->begin = train_now();
    p->last_line = p->begin;
    p->epochs = epochs;
    p->batches = batches ? batches : 1;
    p->score_name = score_name;
    p->columns = PROGRESS_COLUMNS;

    if (p->bar && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0
        && size.ws_col > 0)
    {
        p->columns = size.ws_col;
    }
}


/* The time that is left, as "1:02:03", "2:03" or "3.4 s"; done: epochs and
 * parts of one */

static void
progress_left(const train_progress_t *p, double done, char *buf, size_t size)
{
    double         s, here;
    unsigned long  n;

    here = done - (double) (p->first - 1);      /* it may have been resumed */
    s = (here > 0) ? (train_now() - p->begin) * ((double) p->epochs - done)
                     / here : 0;

    if (s < 10) {
        (void) snprintf(buf, size, "%.1f s", s < 0 ? 0 : s);
        return;
    }

    n = (unsigned long) (s + 0.5);

    if (n < 3600) {
        (void) snprintf(buf, size, "%lu:%02lu", n / 60, n % 60);
    } else {
        (void) snprintf(buf, size, "%lu:%02lu:%02lu", n / 3600,
                        n / 60 % 60, n % 60);
    }
}


/* "812", "34.5k" or "1.20M" */

static void
progress_rate(double v, char *buf, size_t size)
{
    if (v < 1e4) {
        (void) snprintf(buf, size, "%.0f", v);
    } else if (v < 1e6) {
        (void) snprintf(buf, size, "%.1fk", v / 1e3);
    } else {
        (void) snprintf(buf, size, "%.2fM", v / 1e6);
    }
}


/* One more part of the line, if it fits: a line longer than the terminal is
 * wide could not be wiped */

static void
progress_put(const train_progress_t *p, char *line, const char *fmt, ...)
{
    size_t   at, room;
    va_list  args;

    at = strlen(line);
    room = (p->columns < PROGRESS_MAX) ? p->columns : PROGRESS_MAX;

    if (at + 1 >= room) {
        return;
    }

    va_start(args, fmt);

    if (vsnprintf(line + at, room - at, fmt, args) >= (int) (room - at)) {
        line[at] = '\0';
    }

    va_end(args);
}


/* The line that is drawn over and over */

static void
progress_draw(train_progress_t *p, size_t epoch, double done, double loss)
{
    int     n;
    char    bar[PROGRESS_BAR + 1], left[32], rate[32];
    char    line[PROGRESS_MAX] = "";

    n = (int) (done * PROGRESS_BAR / (double) p->epochs);
    n = (n < PROGRESS_BAR) ? n : PROGRESS_BAR;
    (void) memset(bar, '-', PROGRESS_BAR);
    (void) memset(bar, '#', (size_t) n);
    bar[PROGRESS_BAR] = '\0';

    progress_left(p, done, left, sizeof(left));
    progress_rate(p->rate, rate, sizeof(rate));
    progress_put(p, line, "[%s] %zu/%zu  loss %.4f", bar, epoch, p->epochs,
                 loss);

    if (p->best_epoch > 0) {
        progress_put(p, line, "  best %.4f (epoch %zu)", p->best,
                     p->best_epoch);
    }

    progress_put(p, line, "  %s left", left);

    if (p->rate > 0) {
        progress_put(p, line, "  %s rows/s", rate);
    }

    (void) fprintf(stderr, "\r%s\033[K", line);
    (void) fflush(stderr);
    p->last = train_now();
}


void
train_progress_batch(train_progress_t *p, size_t epoch, size_t batch,
    double loss)
{
    if (p->first == 0) {
        p->first = epoch;
    }

    if (!p->bar || train_now() - p->last < PROGRESS_PERIOD) {
        return;
    }

    progress_draw(p, epoch, (double) (epoch - 1)
                            + (double) batch / (double) p->batches, loss);
}


static void
progress_line(const train_progress_t *p, const train_epoch_t *e)
{
    char  left[32], rate[32];

    progress_left(p, (double) e->epoch, left, sizeof(left));
    progress_rate(p->rate, rate, sizeof(rate));

    (void) fprintf(stderr, "%sepoch %zu/%zu: loss %.4f",
                   p->bar ? "\r\033[K" : "", e->epoch, p->epochs, e->loss);

    if (!isnan(e->valid_loss)) {
        (void) fprintf(stderr, ", validation loss %.4f", e->valid_loss);
    }

    if (!isnan(e->score)) {
        (void) fprintf(stderr, ", %s %.4f", p->score_name, e->score);
    }

    (void) fprintf(stderr, ", %s rows/s, %s left%s\n", rate, left,
                   e->best ? " *" : "");
}


void
train_progress_epoch(train_progress_t *p, const train_epoch_t *e,
    double rows_per_second)
{
    double  now;

    now = train_now();
    p->rate = rows_per_second;

    if (p->first == 0) {
        p->first = e->epoch;
    }

    if (e->best) {
        p->best = isnan(e->valid_loss) ? e->loss : e->valid_loss;
        p->best_epoch = e->epoch;
    }

    /* a hundred lines in a second are for nobody */

    if (p->lines || (p->bar && now - p->last_line >= PROGRESS_STAY)) {
        progress_line(p, e);
        p->last_line = now;
        p->last = 0;
    }

    if (p->bar && now - p->last >= PROGRESS_PERIOD) {
        progress_draw(p, e->epoch, (double) e->epoch, e->loss);
    }
}


void
train_progress_end(train_progress_t *p)
{
    if (p->bar) {
        (void) fputs("\r\033[K", stderr);
        (void) fflush(stderr);
    }
}


void
train_history_create(train_history_t *h, const char *log, int append,
    int classes)
{
    (void) memset(h, 0, sizeof(train_history_t));
    h->score_name = classes ? "accuracy" : "r2";

    if (log == NULL) {
        return;
    }

    h->log = fopen(log, append ? "a" : "w");

    if (h->log == NULL) {
        train_die("%s: cannot be written to: %s", log, strerror(errno));
    }
}


static void
history_figure(maas_writer_t *w, const char *name, double v)
{
    maas_writer_key(w, name);
    maas_writer_value(w, isfinite(v) ? "%.9g" : "null", v);
}


static void
history_log(const train_history_t *h, const train_epoch_t *e)
{
    maas_writer_t  w;

    train_json_begin(&w, h->log);
    train_json_number(&w, "epoch", (double) e->epoch);
    history_figure(&w, "loss", e->loss);
    history_figure(&w, "validation_loss", e->valid_loss);
    history_figure(&w, h->score_name, e->score);
    history_figure(&w, "rate", e->rate);
    history_figure(&w, "seconds", e->seconds);
    train_json_flag(&w, "best", (int) e->best);
    train_json_end(&w);

    if (fflush(h->log) != 0) {
        train_die("--log: cannot be written to: %s", strerror(errno));
    }
}


void
train_history_add(train_history_t *h, const train_epoch_t *e)
{
    train_room(&h->epochs, &h->size, h->n + 1, sizeof(train_epoch_t));
    h->epochs[h->n++] = *e;

    if (h->log != NULL) {
        history_log(h, e);
    }
}


void
train_history_free(train_history_t *h)
{
    if (h->log != NULL) {
        (void) fclose(h->log);
    }

    train_free(h->epochs);
    (void) memset(h, 0, sizeof(train_history_t));
}
