/*
 * A portfolio: several ways to learn from one table, tried on parts of its
 * rows, and what the good ones say together.
 * Not here: how any of them learns (learn/), and what a file is made of
 * (export/).
 */

#ifndef TRAIN_PORTFOLIO_H
#define TRAIN_PORTFOLIO_H

#include "data/transform.h"
#include "fit/options.h"
#include "learn/learn.h"


#define TRAIN_PORTFOLIO_ROWS  30    /* fewer do not choose anything */


/* recipes.c: what can be tried */

typedef struct {
    train_recipe_t  recipe;
    int             effort;         /* from which effort on */
} train_entry_t;

extern const train_entry_t  train_recipes[];
extern const size_t         train_n_recipes;


/* parts.c: which rows learn and which judge, once or in turns */

typedef struct {
    uint32_t       *learn;          /* (n_learn) */
    size_t          n_learn;
    uint32_t       *judge;          /* (n_judge) */
    size_t          n_judge;
    size_t          at;             /* of its first among those of all parts */
} train_part_rows_t;

typedef struct {
    size_t              n;          /* parts */
    size_t              first;      /* of them, each row judges once at most;
                                       behind them it does again */
    size_t              judges;     /* of all parts */
    train_part_rows_t  *part;
} train_parts_t;

/* d's rows from `apart` on judge, if that is not 0; else a share of them, as
 * d->split has it, or with TRAIN_BY_FOLDS each in its turn.  To be freed. */
#define TRAIN_BY_FOLDS  (-1.0)
void train_parts_create(train_parts_t *p, const train_data_t *d, size_t apart,
    double share, size_t repeats, uint64_t seed);
void train_parts_free(train_parts_t *p);


/* search.c: the whole of it */

typedef struct {
    const train_recipe_t *recipe;
    train_learnt_t       *member;   /* (parts); no arena: not learnt */
    size_t                parts;    /* so many are, */
    size_t                looked;   /*     or were before it was dropped */
    float                *scores;   /* (judges,out) */
    double                loss;     /* mean of the rows that judged */
    double                score;    /* accuracy, or R2 */
    double                first;    /* loss of the first part alone, */
    size_t                rows;     /*     or of so many rows of a sample */
    double                price;    /* work of the first part, at most */
    double                most;     /* work that a part may take, as train_job_t
                                       has it */
    double                work;     /* done */
    double                weight;   /* in the blend */
    unsigned              failed;
    const char           *why;      /* it is not in it; NULL: it is */
    char                  said[TRAIN_WHY];  /* by the learner that failed */
} train_tried_t;

typedef struct {
    /* what is told; memory is the caller's */
    train_lesson_t        lesson;   /* rows and numbers to learn aside */
    const float          *y;        /* (rows,out) numbers; NULL: classes */
    const uint32_t       *row;      /* (n_row) of which may be known what they
                                       are */
    size_t                n_row;
    int                   model, effort;
    train_parts_t         parts;
    const volatile sig_atomic_t *stop;  /* not 0: no more is begun */
    int                   progress;     /* train_progress_mode_t */

    /* what came of it */
    train_transform_t     transform;    /* of y */
    float                *target;   /* (rows,out) of y, what is learnt */
    double               *unit;     /* (out) by which the loss of each number
                                       is divided: of one alone 1 */
    train_tried_t        *tried;    /* (n) the cheapest first */
    size_t                n;
    double               *constant; /* (parts,out) that loses least of the
                                       rows learnt from; NULL: not known */
    float                *said;     /* (judges,out) the same for each row */
    double                weight;   /* of it in the blend */
    double                budget, work;
    float                *scores;   /* (judges,out) of the blend */
    double                loss, score;
    size_t                parts_used;
    size_t                learnt;   /* recipes in the blend */
    unsigned              interrupted;
    char                  why[TRAIN_WHY];   /* no recipe came to anything */
} train_portfolio_t;

/* 0, or -1 with p->why.  Either way to be freed. */
int train_portfolio_run(train_portfolio_t *p);
void train_portfolio_free(train_portfolio_t *p);


/* price.c: work, in units of learn.h, of which a core does about a thousand
 * million a second */

/* What a search of p takes at most, of what is told. */
double train_portfolio_budget(const train_portfolio_t *p);
/* What t takes with so many rows of the first part, 0: all, and no more than
 * `most`, if that can be. */
double train_price(const train_portfolio_t *p, const train_tried_t *t,
    size_t rows, double most);
/* Of the budget, for the first look at most. */
double train_price_first(const train_portfolio_t *p);
/* What a recipe may take for a look at so many rows of a sample; of 0, which is
 * none, 0: any. */
double train_price_sample(const train_portfolio_t *p, size_t sample);


/* first.c: all recipes that there is work for learn the first part, or a sample
 * of it, of whose rows the number is returned, else 0.  *judge: rows to be
 * given to train_rest() or train_free(), where a sample has fewer judges. */
size_t train_first(train_portfolio_t *p, uint32_t **judge);


/* rest.c: what is left of the work goes to the most promising, of a blend of
 * the first part: all rows, if they have seen a sample, which all that judge do
 * from now on, or all other parts.  judge: the look's, taken. */
void train_rest(train_portfolio_t *p, size_t sample, uint32_t *judge);


/* jobs.c */

typedef struct {
    train_tried_t  *tried;
    size_t          part;
    size_t          sample;         /* rows that it may learn from; 0: all */
    double          most;           /* work that it may take; 0: any */
    unsigned        failed;
    unsigned        skipped;        /* there was to be an end */
    char            said[TRAIN_WHY];
} train_job_t;

/* What a part's rows are to any recipe. */
void train_jobs_lesson(const train_portfolio_t *p, size_t part,
    train_lesson_t *l);
/* All of job(n), some at once; which ones changes no bit. */
void train_jobs_run(train_portfolio_t *p, train_job_t *job, size_t n);
/* What t has learnt goes. */
void train_tried_forget(const train_portfolio_t *p, train_tried_t *t);


/* stops.c: members of t, which has learnt all parts, stop together */
void train_stops(train_portfolio_t *p, train_tried_t *t);


/* targets.c: what numbers become before they are learnt, by one look at the
 * first part; of classes nothing.  -1 with p->why. */
int train_targets_choose(train_portfolio_t *p);
/* Means of what is said, of parts below `to`, become those of the truth. */
void train_targets_level(train_portfolio_t *p, const float *scores, size_t to);


/* constant.c: p->constant and p->said, after targets are chosen */
void train_constant_create(train_portfolio_t *p);
void train_constant_free(train_portfolio_t *p);
/* What it adds to score k of the blend. */
double train_constant_adds(const train_portfolio_t *p, size_t k);


/* losses.c: of scores, in units of the target */

/* Mean over the rows of parts of p below `to`, but of one, by scores z of these
 * parts; room: as many floats.  *hits: share of rows that are right. */
#define TRAIN_LOSSES_ALL  SIZE_MAX
double train_losses_mean(const train_portfolio_t *p, const float *z,
    size_t to, size_t but, float *room, double *hits);
/* The same over all of these parts.  *score: what is right of classes, R2 of
 * numbers with squared losses, else NAN. */
void train_losses_judge(const train_portfolio_t *p, const float *scores,
    size_t to, double *loss, double *score);
/* How much more is lost by the scores a than by b, over parts below `to`: the
 * mean of rows, and its standard error. */
double train_losses_more(const train_portfolio_t *p, const float *a,
    const float *b, size_t to, double *error);


/* blend.c: what several say together */

/* Sets the weights of those that have learnt all parts of `to`, and that of the
 * constant: they sum to 1, most are 0, one that has learnt is not.  z(judges,
 * out), unless NULL: what the blend says of rows, of each part by weights that
 * the other parts have chosen. */
void train_blend(train_portfolio_t *p, size_t to, float *z);


/* graph.c: one graph of what is in the blend, to be given to
 * train_learnt_free().  Its answer is scale * scores + shift(out), or numbers
 * in units of the target.  Dies if it cannot be. */
void train_portfolio_join(const train_portfolio_t *p, double scale,
    const double *shift, train_learnt_t *to);


/* tell.c: what was tried, for people, and as members of an object */
void train_portfolio_print(FILE *f, const train_portfolio_t *p);
void train_portfolio_json(maas_writer_t *w, const train_portfolio_t *p);


#endif /* TRAIN_PORTFOLIO_H */
