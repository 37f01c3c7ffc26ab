/*
 * What is made of a day's log and of what its visitors truly were.
 * Nothing of how they walk.
 */

#ifndef BOTS_JUDGE_H
#define BOTS_JUDGE_H

#include <stddef.h>
#include <stdio.h>


#define BOTS_RATES  16              /* columns of rates, at most */
#define BOTS_BARS   20              /* of the histogram */
#define BOTS_KINDS  24

/* A line of the log, with what it was */

typedef struct {
    char      id[40];
    unsigned  kind;                 /* place in bots_kinds */
    unsigned  client;               /* place among the log's clients */
    unsigned  status;
    unsigned  flagged;              /* the model's decision */
    unsigned  slowed;               /* by limit_req, or refused by it */
    unsigned  reached;              /* the application */
    double    score;                /* NAN: none */
    double    rate[BOTS_RATES];     /* 0 where there was none yet */
} bots_seen_t;

typedef struct {
    const char   *name;             /* of the day */
    bots_seen_t  *seen;             /* (n) */
    size_t        n, unknown;       /* lines of nobody in the truth */
    size_t        n_clients;
    size_t        n_rates;
    char          rates[BOTS_RATES][40];
} bots_log_t;

/* Shares at a share of false alarms: of a score, caught if above the bound */

typedef struct {
    double  bound;
    double  caught, alarms;
} bots_point_t;

typedef struct {
    size_t        requests[BOTS_KINDS], flagged[BOTS_KINDS];
    size_t        denied[BOTS_KINDS], slowed[BOTS_KINDS];
    size_t        reached[BOTS_KINDS];
    size_t        bars[2][BOTS_BARS];   /* fine, unwanted; by score */
    bots_point_t  request, client;
    bots_point_t  rate;             /* the best rule on one rate */
    const char   *rate_name;
    unsigned      rate_below;       /* caught if below instead */
    size_t        people, hurt;     /* fine clients; refused or slowed at least
                                       once */
} bots_verdict_t;


/* read.c: the log at path, with what truth says of its lines. */
void bots_log_read(bots_log_t *l, const char *name, const char *path,
    const char *truth);
/* Releases what bots_log_read() took. */
void bots_log_free(bots_log_t *l);

/* judge.c: all figures; alarms: the share of false alarms to allow. */
void bots_judge(bots_verdict_t *v, const bots_log_t *l, double alarms);

/* say.c: figures for a terminal; the same as JSON, for the page. */
void bots_say(const bots_log_t *l, const bots_verdict_t *v);
/* One object; the stream is the caller's. */
void bots_say_json(FILE *f, const bots_log_t *l, const bots_verdict_t *v);


#endif /* BOTS_JUDGE_H */
