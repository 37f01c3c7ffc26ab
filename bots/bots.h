/*
 * A site's visitors, simulated: who they are, how they walk, what their
 * requests look like, and how what caught them is judged.
 * Nothing of models or of nginx's insides: only what a client could do.
 */

#ifndef BOTS_H
#define BOTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rng.h"


#define BOTS_PATH     192       /* bytes of a path with its arguments */
#define BOTS_REQUEST  4096      /* bytes of a whole request */
#define BOTS_COOKIE   33
#define BOTS_ID       33
#define BOTS_HOST     "shop.example"

#define bots_nelts(a)  (sizeof(a) / sizeof((a)[0]))

typedef enum {
    BOTS_PAGE = 0,              /* what a browser navigates to */
    BOTS_FORM,                  /* the same by POST */
    BOTS_ASSET,                 /* style sheets, scripts */
    BOTS_IMAGE,
    BOTS_API
} bots_sort_t;

typedef struct {
    const char   *method;
    bots_sort_t   sort;
    char          path[BOTS_PATH];
    char          referer[BOTS_PATH + 32];  /* empty: none */
    char          body[BOTS_PATH];
} bots_request_t;

/* What sends the requests: names in order, one letter each, for pages, forms
 * and what a page loads; and values of some. */

typedef struct {
    const char   *page, *form, *load;
    char          agent[256];
    char          brands[128];              /* sec-ch-ua */
    const char   *platform;
    const char   *accept;                   /* of pages */
    const char   *language;
    const char   *encoding;
    unsigned      images;                   /* which Accept for images */
    char          order[3][40];             /* room for orders that were made */
} bots_browser_t;

typedef struct bots_kind_s   bots_kind_t;
typedef struct bots_actor_s  bots_actor_t;
typedef struct bots_site_s   bots_site_t;

/* One client: a session of a person, or of a program from one address */

struct bots_actor_s {
    const bots_kind_t  *kind;
    const bots_site_t  *site;
    train_rng_t         rng;
    uint32_t            address;
    uint32_t            number;             /* of the client, in its day */
    bots_browser_t      browser;
    unsigned            keeps;              /* cookies */
    unsigned            refers;             /* sends Referer */
    unsigned            loads;              /* what pages need */
    char                cookie[BOTS_COOKIE];

    /* how it walks */

    double              tempo;              /* seconds between pages, about */
    unsigned            left;               /* pages still to go to */
    unsigned            pending;            /* things of a page to load */
    unsigned            first;              /* page of a session? */
    unsigned            step;
    unsigned            refused;            /* answers of 403 and 429 */
    uint32_t            at;                 /* product */
    char                page[BOTS_PATH];    /* where it is */

    /* the request under way */

    double              due;                /* seconds of the day */
    int                 fd;                 /* -1: not connected */
    unsigned            status;             /* of the last answer */
    unsigned            again;              /* sent on a fresh connection */
    size_t              out_len, in_len;
    long long           body_left;          /* -1: still in the header */
    char                id[BOTS_ID];
    char                out[BOTS_REQUEST];
    char                in[2048];
};

/* How many there are of a kind an hour: groups of some size, each of which may
 * share an address (an office) or a program (a campaign) */

struct bots_kind_s {
    const char   *name;
    unsigned      bad;                      /* label "bot" */
    double        groups;                   /* an hour */
    unsigned      size_min, size_max;       /* clients of a group */
    unsigned      one_address, one_browser;
    double        spread;                   /* seconds over which they come */

    /* who it is; the rng of the actor is there */
    void        (*init)(bots_actor_t *a);

    /* the next request; seconds until it is sent, negative: that was all */
    double      (*next)(bots_actor_t *a, bots_request_t *q);
};

/* What a seed makes of the site and its visitors */

#define BOTS_NETWORKS  48
#define BOTS_PRODUCTS  400
#define BOTS_SHAPES    24                   /* kinds, at most */

struct bots_site_s {
    uint64_t      seed;
    uint32_t      network[BOTS_NETWORKS];
    uint32_t      product[BOTS_PRODUCTS];
    uint32_t      build;                    /* in the names of assets */
    unsigned      chrome, firefox, safari;  /* versions in use */
    double        mix[BOTS_SHAPES];         /* of each kind, and its tempo */
    double        tempo[BOTS_SHAPES];
};

typedef struct {
    unsigned      port;                     /* of nginx, on 127.0.0.1 */
    uint64_t      seed;
    unsigned      day;
    double        seconds;                  /* of the clock, a day */
    double        speed;                    /* site's seconds a second */
    const char   *labels, *truth;           /* files to append to */
} bots_options_t;


/* util.c */

/* Print "maas-bots: sentence" to stderr and exit with 1. */
void bots_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
/* Never NULL, zeroed; to be given to free(). */
void *bots_alloc(size_t n, size_t size);
/* p, which has *room elements, with room for the n-th, from 0, in any case. */
void *bots_grow(void *p, size_t *room, size_t n, size_t size);
/* Even in [a,b]. */
unsigned bots_between(train_rng_t *r, unsigned a, unsigned b);
/* True with this probability. */
unsigned bots_chance(train_rng_t *r, double p);
/* A time with this median, spread as times of people are: two thirds are
 * within a factor of e^sigma. */
double bots_about(train_rng_t *r, double median, double sigma);
/* n hexadecimal digits and the end. */
void bots_hex(train_rng_t *r, char *to, size_t n);
/* One of list[n]. */
const char *bots_pick(train_rng_t *r, const char *const *list, size_t n);

/* site.c: what a seed makes; and paths */

void bots_site_init(bots_site_t *s, uint64_t seed);
/* An address of the site's visitors: of any kind, nobody has a range. */
uint32_t bots_site_address(const bots_site_t *s, train_rng_t *r);
/* Paths to q->path, q is then a GET of a page. */
void bots_site_home(bots_request_t *q);
void bots_site_product(bots_actor_t *a, bots_request_t *q);
void bots_site_category(bots_actor_t *a, bots_request_t *q);
void bots_site_search(bots_actor_t *a, bots_request_t *q);
void bots_site_path(bots_request_t *q, const char *path);
/* One of the things that a page needs. */
void bots_site_load(bots_actor_t *a, bots_request_t *q);
/* A login; good: it will succeed. */
void bots_site_login(bots_actor_t *a, bots_request_t *q, unsigned good);

/* browser.c, disguise.c: programs that send requests */

/* Of this version, on some system. */
void bots_chrome(bots_actor_t *a, unsigned version);
void bots_firefox(bots_actor_t *a, unsigned version);
/* One of those that people have. */
void bots_language(bots_actor_t *a);
extern const char *const  bots_plain_accept;

/* A browser of a person, in a version that is in use. */
void bots_browser_real(bots_actor_t *a);
/* Its own app for telephones. */
void bots_browser_app(bots_actor_t *a);
/* A crawler, a watcher of uptime, a reader of feeds: honest names. */
void bots_browser_honest(bots_actor_t *a, const char *agent);
/* A library by its own name. */
void bots_browser_library(bots_actor_t *a);
/* A library with the name of a browser. */
void bots_browser_named(bots_actor_t *a);
/* A library that sends all headers of a browser, nearly as it does. */
void bots_browser_mimic(bots_actor_t *a);
/* The same program, not one like it. */
void bots_browser_copy(bots_browser_t *to, const bots_browser_t *from);

/* write.c: a->out and out_len from q, all of the request; a new a->id. */
void bots_write(bots_actor_t *a, const bots_request_t *q);

/* kinds.c: who they are; people.c, robots.c: how each walks */

extern const bots_kind_t  bots_kinds[];
extern const size_t       bots_n_kinds;

void bots_person_init(bots_actor_t *a);
void bots_fast_init(bots_actor_t *a);
void bots_shy_init(bots_actor_t *a);
double bots_person_next(bots_actor_t *a, bots_request_t *q);
void bots_app_init(bots_actor_t *a);
double bots_app_next(bots_actor_t *a, bots_request_t *q);
void bots_crawler_init(bots_actor_t *a);
double bots_crawler_next(bots_actor_t *a, bots_request_t *q);
void bots_regular_init(bots_actor_t *a);
double bots_regular_next(bots_actor_t *a, bots_request_t *q);

void bots_scraper_init(bots_actor_t *a);
void bots_headless_init(bots_actor_t *a);
double bots_scraper_next(bots_actor_t *a, bots_request_t *q);
void bots_stuffer_init(bots_actor_t *a);
double bots_stuffer_next(bots_actor_t *a, bots_request_t *q);
void bots_rotator_init(bots_actor_t *a);
double bots_rotator_next(bots_actor_t *a, bots_request_t *q);
void bots_scanner_init(bots_actor_t *a);
double bots_scanner_next(bots_actor_t *a, bots_request_t *q);
void bots_watcher_init(bots_actor_t *a);
double bots_watcher_next(bots_actor_t *a, bots_request_t *q);

/* plan.c: who comes on a day; *n of them, to be given to free(). */
bots_actor_t *bots_plan(const bots_options_t *o, const bots_site_t *s,
    size_t *n);

/* talk.c: a client's connection */

#define BOTS_PATIENCE  10.0     /* seconds for an answer */

/* On loopback it is there at once, or nobody listens: -1 with errno. */
int bots_connect(bots_actor_t *a, unsigned port);
void bots_close(bots_actor_t *a);
/* 1: the answer is there, with its status and cookie; 0: not yet; -1: the
 * connection has ended. */
int bots_read(bots_actor_t *a);

/* loop.c: the day itself, on one thread; returns how many requests were
 * answered.  Each is a line of the two files once it is sent. */
size_t bots_loop(const bots_options_t *o, bots_actor_t *actors, size_t n,
    FILE *labels, FILE *truth);


#endif /* BOTS_H */
