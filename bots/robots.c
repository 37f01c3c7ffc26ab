/*
 * Visitors that are not welcome.
 * Nothing of requests as bytes.
 */

#include <string.h>

#include "bots.h"


/* Which disguise a program has: none, a name, all headers, or it is a browser
 * that a program drives */

static void
bots_disguise(bots_actor_t *a, double library, double named, double mimic)
{
    double  u;

    u = train_rng_unit(&a->rng);

    if (u < library) {
        bots_browser_library(a);

    } else if (u < library + named) {
        bots_browser_named(a);

    } else if (u < library + named + mimic) {
        bots_browser_mimic(a);

    } else {
        bots_browser_real(a);
    }

    a->keeps = bots_chance(&a->rng, 0.4);
    a->refers = bots_chance(&a->rng, 0.4);
}


static void
bots_refer(bots_actor_t *a, bots_request_t *q, const char *from)
{
    if (a->refers) {
        (void) snprintf(q->referer, sizeof(q->referer), "http://" BOTS_HOST
                        "%s", from);
    }
}


/* Reads all products, as slowly as a person does */

void
bots_scraper_init(bots_actor_t *a)
{
    bots_disguise(a, 0.1, 0.3, 0.35);
    a->tempo = bots_about(&a->rng, 9, 0.6);
    a->left = bots_between(&a->rng, 60, 240);
}


/* The same in a real browser, with or without pictures: nothing in its headers
 * tells */

void
bots_headless_init(bots_actor_t *a)
{
    bots_browser_real(a);
    a->browser.language = "en-US,en;q=0.9";
    a->keeps = a->refers = bots_chance(&a->rng, 0.7);
    a->loads = bots_chance(&a->rng, 0.3);
    a->tempo = bots_about(&a->rng, 12, 0.4);
    a->left = bots_between(&a->rng, 80, 200);
}


/* The next page, and what it needs */

static void
bots_scraper_page(bots_actor_t *a, bots_request_t *q)
{
    a->left--;
    a->first = a->step == 0;
    a->pending = !a->loads ? 0 : a->first ? bots_between(&a->rng, 4, 12)
                                          : bots_between(&a->rng, 0, 5);

    if (a->step++ == 0) {
        bots_site_home(q);

    } else if (a->step % 25 == 0) {
        bots_site_category(a, q);

    } else {
        bots_site_product(a, q);
        bots_refer(a, q, a->page);
    }

    (void) snprintf(a->page, sizeof(a->page), "%s", q->path);
}


double
bots_scraper_next(bots_actor_t *a, bots_request_t *q)
{
    double  wait;

    if (a->left == 0) {
        return -1;
    }

    wait = 0;

    /* refused, it waits; refused for long, it gives up */

    if (a->status == 403 || a->status == 429) {
        wait = 5 * a->tempo;

        a->pending = 0;

        if (++a->refused > 30) {
            return -1;
        }
    }

    if (a->pending > 0) {
        a->pending--;
        bots_site_load(a, q);
        bots_refer(a, q, a->page);
        return bots_about(&a->rng, 0.15, 0.8);
    }

    bots_scraper_page(a, q);

    return wait + (a->first ? 0 : bots_about(&a->rng, a->tempo, 0.35));
}


/* Tries passwords of other sites, a few from each address */

void
bots_stuffer_init(bots_actor_t *a)
{
    bots_disguise(a, 0.1, 0.35, 0.4);
    a->tempo = bots_about(&a->rng, 15, 0.6);
    a->left = bots_between(&a->rng, 3, 10);
}


double
bots_stuffer_next(bots_actor_t *a, bots_request_t *q)
{
    if (a->left == 0) {
        return -1;
    }

    a->left--;

    if (a->step++ == 0 && a->keeps) {
        bots_site_path(q, "/login");

    } else {
        bots_site_login(a, q, bots_chance(&a->rng, 0.01));
        bots_refer(a, q, "/login");
    }

    return a->step == 1 ? 0 : bots_about(&a->rng, a->tempo, 0.5);
}


/* Prices and stock, each few requests from another address */

void
bots_rotator_init(bots_actor_t *a)
{
    bots_disguise(a, 0.1, 0.35, 0.45);
    a->tempo = bots_about(&a->rng, 6, 0.5);
    a->left = bots_between(&a->rng, 1, 4);
}


double
bots_rotator_next(bots_actor_t *a, bots_request_t *q)
{
    if (a->left == 0) {
        return -1;
    }

    a->left--;

    if (bots_chance(&a->rng, 0.7)) {
        bots_site_product(a, q);

    } else {
        bots_site_search(a, q);
    }

    bots_refer(a, q, "/");

    return a->step++ == 0 ? 0 : bots_about(&a->rng, a->tempo, 0.5);
}


/* Looks for what is left open */

void
bots_scanner_init(bots_actor_t *a)
{
    bots_disguise(a, 0.5, 0.35, 0.15);
    a->keeps = a->refers = 0;
    a->tempo = bots_about(&a->rng, 1.5, 1.0);
    a->left = bots_between(&a->rng, 20, 90);
}


double
bots_scanner_next(bots_actor_t *a, bots_request_t *q)
{
    static const char *const  holes[] = {
        "/.env", "/.git/config", "/wp-login.php", "/wp-admin/setup.php",
        "/admin/", "/phpmyadmin/index.php", "/backup.zip", "/config.json",
        "/server-status", "/cgi-bin/test.sh", "/api/v1/debug", "/old/",
        "/vendor/phpunit/eval-stdin.php", "/actuator/health", "/db.sql",
        "/console", "/login.action", "/xmlrpc.php", "/shell.php", "/test/"
    };

    if (a->left == 0) {
        return -1;
    }

    a->left--;

    if (a->step++ == 0 || bots_chance(&a->rng, 0.05)) {
        bots_site_home(q);

    } else {
        bots_site_path(q, bots_pick(&a->rng, holes, bots_nelts(holes)));
        q->method = bots_chance(&a->rng, 0.1) ? "HEAD" : "GET";
    }

    return a->step == 1 ? 0 : bots_about(&a->rng, a->tempo, 0.6);
}


/* The same few products, round and round, with the headers of a browser */

void
bots_watcher_init(bots_actor_t *a)
{
    bots_disguise(a, 0, 0.1, 0.6);
    a->keeps = bots_chance(&a->rng, 0.8);
    a->tempo = bots_about(&a->rng, 25, 0.4);
    a->left = bots_between(&a->rng, 60, 150);
    a->at = train_rng_below(&a->rng, BOTS_PRODUCTS - 20);
}


double
bots_watcher_next(bots_actor_t *a, bots_request_t *q)
{
    uint32_t  id;

    if (a->left == 0 || a->refused > 40) {
        return -1;
    }

    a->left--;
    a->refused += a->status == 403 || a->status == 429;
    id = a->site->product[a->at + a->step++ % 20];
    bots_site_path(q, "");
    (void) snprintf(q->path, sizeof(q->path), "/p/%u", id);
    bots_refer(a, q, "/");

    return a->step == 1 ? 0 : bots_about(&a->rng, a->tempo, 0.15);
}
