/*
 * Programs that are no browsers, and what they do to look like one.
 * Browsers themselves stand in browser.c.
 */

#include <string.h>

#include "bots.h"


typedef struct {
    const char  *name, *page, *form;
    const char  *accept, *encoding;
} bots_library_t;

static const bots_library_t  bots_libraries[] = {
    { "python-requests/2.31.0", "HUEACLRK", "HUEACLRKNT", "*/*",
      "gzip, deflate" },
    { "python-requests/2.32.3", "HUEACLRK", "HUEACLRKNT", "*/*",
      "gzip, deflate, br" },
    { "Go-http-client/1.1", "HULRKE", "HUNLRKTE", "", "gzip" },
    { "Python/3.11 aiohttp/3.9.5", "HLRKAEU", "HLRKAEUNT", "*/*",
      "gzip, deflate, br" },
    { "axios/1.7.2", "HAULRKEC", "HATULRKNEC",
      "application/json, text/plain, */*", "gzip, compress, deflate, br" },
    { "curl/8.5.0", "HUALRK", "HUALRKNT", "*/*", "" },
    { "Java/17.0.10", "UHALRKC", "UHALRKCTN", "text/html, */*; q=.2", "" },
    { "Scrapy/2.11.2 (+https://scrapy.org)", "HALUREK", "HALURETNK",
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      "gzip, deflate" },
};


void
bots_browser_library(bots_actor_t *a)
{
    bots_browser_t        *b;
    const bots_library_t  *l;

    b = &a->browser;
    l = &bots_libraries[train_rng_below(&a->rng, bots_nelts(bots_libraries))];
    (void) snprintf(b->agent, sizeof(b->agent), "%s", l->name);
    b->page = b->load = l->page;
    b->form = l->form;
    b->accept = l->accept;
    b->encoding = l->encoding;

    /* what a program sends only if it was told so is not among them here */

    b->language = NULL;
}


/* Lists of names that are passed around: mostly old ones */

static void
bots_pasted_name(bots_actor_t *a)
{
    unsigned  age;

    age = bots_chance(&a->rng, 0.6) ? bots_between(&a->rng, 0, 60) : 1;

    if (bots_chance(&a->rng, 0.8)) {
        bots_chrome(a, a->site->chrome - age);

    } else {
        bots_firefox(a, a->site->firefox - age);
    }
}


void
bots_browser_named(bots_actor_t *a)
{
    char            agent[sizeof(a->browser.agent)];
    bots_browser_t  *b;

    b = &a->browser;
    bots_pasted_name(a);
    (void) snprintf(agent, sizeof(agent), "%s", b->agent);
    bots_browser_library(a);
    (void) snprintf(b->agent, sizeof(b->agent), "%s", agent);

    if (bots_chance(&a->rng, 0.5)) {
        b->language = "en-US,en;q=0.9";
    }

    if (bots_chance(&a->rng, 0.5)) {
        b->accept = bots_plain_accept;
    }
}


/* All headers of a browser, but two have changed their places, some are
 * forgotten, or the library has put its own before them */

void
bots_browser_mimic(bots_actor_t *a)
{
    char             c;
    size_t           i, j, n;
    train_rng_t     *r;
    bots_browser_t  *b;

    r = &a->rng;
    b = &a->browser;
    bots_pasted_name(a);
    bots_language(a);
    b->language = bots_chance(r, 0.6) ? "en-US,en;q=0.9" : b->language;

    switch (train_rng_below(r, 3)) {

    case 0:                             /* merged into a library's own */
        (void) snprintf(b->order[0], sizeof(b->order[0]), "%s", b->images == 1
                        ? "HUEACLRIdmsuK" : "HUEACabcLIsmudRK");
        break;

    default:
        (void) snprintf(b->order[0], sizeof(b->order[0]), "%s", b->page);
        n = strlen(b->order[0]);

        for (i = bots_between(r, 1, 3); i > 0; i--) {
            j = bots_between(r, 1, (unsigned) n - 2);
            c = b->order[0][j];
            b->order[0][j] = b->order[0][j + 1];
            b->order[0][j + 1] = c;
        }
    }

    (void) snprintf(b->order[1], sizeof(b->order[1]), "%.37sTN",
                    b->order[0]);
    b->page = b->load = b->order[0];
    b->form = b->order[1];
}
