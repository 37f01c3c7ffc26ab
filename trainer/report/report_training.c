/*
 * Parts of the report on training: curves over the epochs, and the columns'
 * permutation importance.
 */

#include <math.h>
#include <stdio.h>

#include "report.h"


#define TRAINING_LOG   5.0      /* largest loss by least: then logarithmic */
#define TRAINING_CLIP  2.0      /* by so much epochs that are cut off squeeze
                                   the others */
#define TRAINING_FLOOR 8        /* space below: so much of the range */
#define TRAINING_BARS  20


typedef struct {
    double  *x, *loss, *valid, *score;
    size_t   n;
    size_t   best;              /* place of the best epoch */
    double   low, high;         /* of both losses */
} training_t;


static void
training_read(training_t *t, const train_history_t *h)
{
    size_t  i;

    t->n = h->n;
    t->x = train_alloc(4 * t->n, sizeof(double));
    t->loss = t->x + t->n;
    t->valid = t->loss + t->n;
    t->score = t->valid + t->n;
    t->low = INFINITY;
    t->high = -INFINITY;
    t->best = 0;

    for (i = 0; i < t->n; i++) {
        t->x[i] = (double) h->epochs[i].epoch;
        t->loss[i] = h->epochs[i].loss;
        t->valid[i] = h->epochs[i].valid_loss;
        t->score[i] = h->epochs[i].score;
        t->best = h->epochs[i].best ? i : t->best;
        train_plot_reach(&t->low, &t->high, t->loss[i]);
        train_plot_reach(&t->low, &t->high, t->valid[i]);
    }
}


/* Epochs at the beginning that are off the picture, so that the others can be
 * seen: as long as they take more than half of its height, but not more than a
 * quarter of them.  In *low and *high: the range of the others. */

static size_t
training_clip(const training_t *t, const double *one, const double *two,
    double *low, double *high)
{
    size_t  i, k;
    double  all, range[2];

    for (k = 0; /* void */ ; k++) {
        range[0] = INFINITY;
        range[1] = -INFINITY;

        for (i = k; i < t->n; i++) {
            train_plot_reach(&range[0], &range[1], one[i]);
            train_plot_reach(&range[0], &range[1], two[i]);
        }

        all = (k == 0) ? range[1] - range[0] : *high - *low;

        if (k > 0 && range[1] - range[0] > all / TRAINING_CLIP) {
            return k - 1;
        }

        *low = range[0];
        *high = range[1];

        if (4 * (k + 1) > t->n) {
            return k;
        }
    }
}


/* Losses begin at 0, unless the picture would be empty below them then. */

static double
training_floor(double low, double high)
{
    if (2 * low <= high || low >= high) {
        return 0;
    }

    return low - (high - low) / TRAINING_FLOOR;
}


static void
training_losses(FILE *f, const training_t *t)
{
    int           valid;
    char          sentence[240];
    size_t        last, off, n;
    double        kept;
    train_plot_t  p = { .f = f, .title = "Loss by epoch", .x_label = "epoch" };

    valid = isfinite(t->valid[t->best]);
    kept = valid ? t->valid[t->best] : t->loss[t->best];
    last = t->n - 1;

    n = (size_t) snprintf(sentence, sizeof(sentence), "The weights of epoch "
                          "%.0f are kept: the least %s loss, %.4g.",
                          t->x[t->best], valid ? "validation" : "training",
                          kept);

    p.sentence = sentence;
    p.x0 = t->x[0];
    p.x1 = t->x[last];
    p.log_y = (t->low > 0 && t->high / t->low > TRAINING_LOG);
    p.y_label = p.log_y ? "loss (logarithmic)" : "loss";
    p.y0 = t->low;
    p.y1 = t->high;

    if (!p.log_y) {
        off = training_clip(t, t->loss, t->valid, &p.y0, &p.y1);
        p.y0 = training_floor(p.y0, p.y1);

        if (off > 0) {
            (void) snprintf(sentence + n, sizeof(sentence) - n, " What is "
                            "above the picture, to epoch %.0f, is up to %.4g.",
                            t->x[off - 1], t->high);
        }
    }

    train_plot_begin(&p);

    train_plot_line(&p, "a", "training", t->x, t->loss, t->n);
    train_plot_word(&p, "a", "training", t->x[last], t->loss[last],
                    valid && t->loss[last] < t->valid[last]);

    if (valid) {
        train_plot_line(&p, "b d1", "validation", t->x, t->valid, t->n);
        train_plot_word(&p, "b", "validation", t->x[last], t->valid[last],
                        t->valid[last] < t->loss[last]);
    }

    train_plot_dot(&p, valid ? "b" : "a", "the weights that are kept",
                   t->x[t->best], kept, 4.5);
    train_plot_end(&p);
}


static void
training_scores(FILE *f, const training_t *t, const train_report_t *r)
{
    int           classes;
    char          sentence[160], word[64];
    size_t        off;
    double        y[2], x[2] = { t->x[0], t->x[t->n - 1] };
    train_plot_t  p = {
        .f = f, .x_label = "epoch", .x0 = x[0], .x1 = x[1]
    };

    classes = (r->info->task != MAAS_TASK_REGRESSION);
    p.title = classes ? "Validation accuracy by epoch"
                      : "Validation R2 by epoch";
    p.y_label = classes ? "accuracy" : "R2";
    off = training_clip(t, t->score, t->score, &p.y0, &p.y1);

    if (isfinite(r->usual)) {
        train_plot_reach(&p.y0, &p.y1, r->usual);
        y[0] = y[1] = r->usual;
        (void) snprintf(word, sizeof(word), "%s %.4g", classes
                        ? "always the largest class" : "always the mean",
                        r->usual);
    }

    if (off > 0 && t->score[0] < p.y0) {
        (void) snprintf(sentence, sizeof(sentence), "What is below the "
                        "picture, to epoch %.0f, begins at %.4g.",
                        t->x[off - 1], t->score[0]);
        p.sentence = sentence;
    }

    train_plot_begin(&p);

    if (isfinite(r->usual)) {
        train_plot_line(&p, "dash", word, x, y, 2);
        train_plot_word(&p, "c", word, x[1], r->usual,
                        r->usual > (p.y0 + p.y1) / 2);
    }

    train_plot_line(&p, "b", NULL, t->x, t->score, t->n);
    train_plot_dot(&p, "b", "the weights that are kept", t->x[t->best],
                   t->score[t->best], 4.5);
    train_plot_end(&p);
}


void
train_report_history(FILE *f, const train_report_t *r)
{
    training_t  t;

    if (r->history == NULL || r->history->n == 0) {
        return;
    }

    training_read(&t, r->history);

    if (isfinite(t.low)) {
        training_losses(f, &t);
    }

    if (isfinite(t.score[t.best])) {
        training_scores(f, &t, r);
    }

    train_free(t.x);
}


void
train_report_importance(FILE *f, const train_report_t *r)
{
    size_t                     i, n;
    double                     most;
    const train_importance_t  *p;

    if (r->importance == NULL || r->n_importance == 0) {
        return;
    }

    n = (r->n_importance < TRAINING_BARS) ? r->n_importance : TRAINING_BARS;
    most = r->importance[0].drop;
    train_report_open(f, "What the columns are worth",
                      r->m->classes
                      ? "Permutation importance: the accuracy that is lost "
                        "when the values of one column are shuffled among "
                        "the rows, and how much that varies."
                      : "Permutation importance: the R2 that is lost when "
                        "the values of one column are shuffled among the "
                        "rows, and how much that varies.", r->m->classes > 0);
    (void) fputs("<div class=\"bars\">\n", f);

    for (i = 0; i < n; i++) {
        p = &r->importance[i];
        train_report_print(f, "<span>%s</span><i style=\"width:%.1f%%\"></i>"
                           "<span>%.4f &plusmn; %.4f</span>\n", p->name,
                           most > 0 && p->drop > 0 ? 100 * p->drop / most : 0,
                           p->drop, p->deviation);
    }

    (void) fputs("</div>\n", f);

    if (r->n_importance > n) {
        (void) fprintf(f, "<p>%zu columns of less worth are not shown.</p>\n",
                       r->n_importance - n);
    }

    train_report_close(f);
}
