/*
 * Visitors that are welcome: people, alone and many behind one address, the
 * shop's app, crawlers of search engines, watchers of uptime, readers of feeds.
 * Nothing of requests as bytes.
 */

#include <string.h>

#include "bots.h"


static const char *const  bots_engines[] = {
    "https://www.search.example/", "https://find.example/",
    "https://news.example/tips", "https://social.example/"
};


void
bots_person_init(bots_actor_t *a)
{
    train_rng_t  *r;

    r = &a->rng;
    bots_browser_real(a);
    a->keeps = a->refers = a->loads = 1;
    a->tempo = bots_about(r, 18, 0.5);
    a->left = 1 + (unsigned) bots_about(r, 4, 0.8);

    if (bots_chance(r, 0.4)) {          /* was here before */
        bots_hex(r, a->cookie, BOTS_COOKIE - 1);
    }
}


/* Opens ten tabs at once, compares, is gone */

void
bots_fast_init(bots_actor_t *a)
{
    bots_person_init(a);
    a->tempo = bots_about(&a->rng, 2.5, 0.4);
    a->left = bots_between(&a->rng, 8, 40);
}


/* Neither cookies nor referers, and hardly any pictures */

void
bots_shy_init(bots_actor_t *a)
{
    bots_person_init(a);
    a->keeps = bots_chance(&a->rng, 0.3);
    a->refers = bots_chance(&a->rng, 0.3);
    a->loads = bots_chance(&a->rng, 0.6);
}


/* Where a session begins */

static void
bots_person_arrive(bots_actor_t *a, bots_request_t *q)
{
    double  u;

    u = train_rng_unit(&a->rng);

    if (u < 0.4) {
        bots_site_home(q);

    } else if (u < 0.8) {
        bots_site_product(a, q);

    } else if (u < 0.95) {
        bots_site_category(a, q);

    } else {
        bots_site_path(q, "/login");
    }

    if (a->refers && bots_chance(&a->rng, u < 0.4 ? 0.3 : 0.8)) {
        (void) snprintf(q->referer, sizeof(q->referer), "%s",
                        bots_pick(&a->rng, bots_engines,
                                  bots_nelts(bots_engines)));
    }
}


/* From the page that it is on */

static void
bots_person_go(bots_actor_t *a, bots_request_t *q)
{
    double  u;

    u = train_rng_unit(&a->rng);

    if (strcmp(a->page, "/login") == 0 && a->step < 3) {
        a->step = bots_chance(&a->rng, 0.88) ? 3 : a->step + 1;
        bots_site_login(a, q, a->step == 3);

    } else if (u < 0.45) {
        bots_site_product(a, q);

    } else if (u < 0.70) {
        bots_site_category(a, q);

    } else if (u < 0.82) {
        bots_site_search(a, q);

    } else if (u < 0.88) {
        bots_site_home(q);

    } else if (u < 0.92) {
        bots_site_path(q, "/login");

    } else if (u < 0.96) {
        bots_site_path(q, "/cart");
        q->method = "POST";
        q->sort = BOTS_FORM;
        (void) snprintf(q->body, sizeof(q->body), "add=%u", a->at);

    } else {
        bots_site_path(q, "/cart");
    }
}


double
bots_person_next(bots_actor_t *a, bots_request_t *q)
{
    /* a refusal is no page that needs anything; it is tried twice again */

    if (a->status == 403 || a->status == 429) {
        a->pending = 0;

        if (++a->refused > 2) {
            return -1;
        }
    }

    if (a->page[0] && a->refers) {
        (void) snprintf(q->referer, sizeof(q->referer), "http://" BOTS_HOST
                        "%s", a->page);
    }

    if (a->pending > 0 && a->loads) {
        a->pending--;
        bots_site_load(a, q);
        return bots_about(&a->rng, 0.15, 0.8);
    }

    if (a->left == 0) {
        return -1;
    }

    a->left--;

    if (a->page[0] == '\0') {
        bots_person_arrive(a, q);
        a->first = 1;

    } else {
        bots_person_go(a, q);
        a->first = 0;
    }

    a->pending = a->first ? bots_between(&a->rng, 4, 12)
                          : bots_between(&a->rng, 0, 5);
    (void) snprintf(a->page, sizeof(a->page), "%s", q->path);

    return a->first ? 0 : bots_about(&a->rng, a->tempo, 0.9);
}


/* The shop's app asks its interface; a screen is two or three calls */

void
bots_app_init(bots_actor_t *a)
{
    bots_browser_app(a);
    a->keeps = 1;
    bots_hex(&a->rng, a->cookie, BOTS_COOKIE - 1);
    a->tempo = bots_about(&a->rng, 10, 0.6);
    a->left = bots_between(&a->rng, 6, 40);
}


double
bots_app_next(bots_actor_t *a, bots_request_t *q)
{
    if (a->left == 0 || a->refused > 3) {
        return -1;
    }

    a->left--;
    a->refused += a->status == 403 || a->status == 429;
    bots_site_product(a, q);
    q->sort = BOTS_API;

    if (a->step == 0) {
        bots_site_path(q, "/api/me");

    } else if (bots_chance(&a->rng, 0.3)) {
        bots_site_path(q, "/api/cart");

    } else {
        (void) snprintf(q->path, sizeof(q->path), "/api/items/%u", a->at);
    }

    q->sort = BOTS_API;
    a->step++;

    return a->step % 3 ? bots_about(&a->rng, 0.3, 0.5)
                       : bots_about(&a->rng, a->tempo, 0.8);
}


/* A crawler that says who it is, and keeps its distance */

void
bots_crawler_init(bots_actor_t *a)
{
    static const char *const  agents[] = {
        "Mozilla/5.0 (compatible; FindBot/2.1; +http://find.example/bot)",
        "Mozilla/5.0 (compatible; SearchCrawler/1.0; "
            "+https://search.example/crawler.html)",
        "ArchiveBot/3.4 (+https://archive.example/about)"
    };

    bots_browser_honest(a, bots_pick(&a->rng, agents, bots_nelts(agents)));
    a->tempo = bots_about(&a->rng, 8, 0.3);
    a->left = bots_between(&a->rng, 40, 160);
}


double
bots_crawler_next(bots_actor_t *a, bots_request_t *q)
{
    if (a->left == 0 || a->refused > 20) {
        return -1;
    }

    a->left--;
    a->refused += a->status == 403 || a->status == 429;

    switch (a->step++) {
    case 0:
        bots_site_path(q, "/robots.txt");
        return 0;
    case 1:
        bots_site_path(q, "/sitemap.xml");
        return 1;
    }

    if (bots_chance(&a->rng, 0.85)) {
        bots_site_product(a, q);

    } else {
        bots_site_category(a, q);
    }

    return bots_about(&a->rng, a->tempo, 0.2);
}


/* What asks for one thing, again and again: uptime, feeds */

void
bots_regular_init(bots_actor_t *a)
{
    static const char *const  agents[] = {
        "UptimeCheck/1.2 (+https://uptime.example/)",
        "FeedReader/5.1; 12 subscribers", "NewsFetcher/2.0",
        "curl/8.5.0"
    };

    a->step = train_rng_below(&a->rng, bots_nelts(agents));
    bots_browser_honest(a, agents[a->step]);

    if (a->step == 3) {
        a->browser.page = "HUA";
        a->browser.accept = "*/*";
    }

    a->tempo = a->step == 0 ? 60 : bots_about(&a->rng, 300, 0.5);
    a->left = 60;
}


double
bots_regular_next(bots_actor_t *a, bots_request_t *q)
{
    if (a->left-- == 0) {
        return -1;
    }

    bots_site_path(q, a->step ? "/feed.xml" : "/");

    if (a->step == 0 && a->first == 0) {
        q->method = "HEAD";
    }

    return a->left == 59 ? 0 : bots_about(&a->rng, a->tempo, 0.02);
}
