/*
 * What a person sees during training: a bar on a terminal, a line per epoch
 * elsewhere, all on stderr.  Results are printed by the commands.
 */

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "trainer.h"


#define PROGRESS_BAR     20
#define PROGRESS_PERIOD  0.1        /* seconds */


void
train_progress_begin(train_progress_t *p, size_t epochs, size_t batches,
    const char *score_name, int quiet)
{
    p->tty = isatty(STDERR_FILENO) != 0;
    p->quiet = quiet != 0;
    p->begin = train_now();
    p->last = p->begin;
    p->epochs = epochs;
    p->batches = batches;
    p->score_name = score_name;
}


/* "1:02:03", "2:03" or "3.4 s" */

static void
progress_time(double s, char *buf, size_t size)
{
    unsigned long  n;

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


static void
progress_left(const train_progress_t *p, double done, double now, char *buf,
    size_t size)
{
    progress_time(done > 0 ? (now - p->begin) * (1 - done) / done : 0, buf,
                  size);
}


void
train_progress_batch(train_progress_t *p, size_t epoch, size_t batch,
    double loss)
{
    int     n;
    char    bar[PROGRESS_BAR + 1], left[32];
    double  now, done;

    if (p->quiet || !p->tty) {
        return;
    }

    now = train_now();

    if (now - p->last < PROGRESS_PERIOD) {
        return;
    }

    p->last = now;

    n = (int) (batch * PROGRESS_BAR / (p->batches ? p->batches : 1));
    (void) memset(bar, '-', PROGRESS_BAR);
    (void) memset(bar, '#', (size_t) (n < PROGRESS_BAR ? n : PROGRESS_BAR));
    bar[PROGRESS_BAR] = '\0';

    done = ((double) (epoch - 1) + (double) batch / (double) p->batches)
           / (double) p->epochs;
    progress_left(p, done, now, left, sizeof(left));

    (void) fprintf(stderr, "\r\033[Kepoch %zu/%zu [%s] loss %.4f, %s left",
                   epoch, p->epochs, bar, loss, left);
    (void) fflush(stderr);
}


void
train_progress_epoch(train_progress_t *p, size_t epoch, double loss,
    double valid_loss, double score, double rows_per_second, int best)
{
    char    left[32];
    double  now;

    if (p->quiet) {
        return;
    }

    now = train_now();
    progress_left(p, (double) epoch / (double) p->epochs, now, left,
                  sizeof(left));

    (void) fprintf(stderr, "%sepoch %zu/%zu: loss %.4f",
                   p->tty ? "\r\033[K" : "", epoch, p->epochs, loss);

    if (!isnan(valid_loss)) {
        (void) fprintf(stderr, ", validation loss %.4f", valid_loss);
    }

    if (!isnan(score)) {
        (void) fprintf(stderr, ", %s %.4f", p->score_name, score);
    }

    (void) fprintf(stderr, ", %.0f rows/s, %s left%s\n", rows_per_second,
                   left, best ? " *" : "");
}
