/*
 * Programs that send requests: which headers, in which order, with what in
 * them.
 * Where they go is decided elsewhere.
 */

#include <string.h>

#include "bots.h"


/* Orders of headers, a letter each (bots_header() has them all) */

#define CHROME_PAGE   "HCabcIUAsmudRELK"
#define CHROME_FORM   "HCNMabcIOTUAsmudRELK"
#define CHROME_LOAD   "HCcUabAsmdRELK"
#define FIREFOX_PAGE  "HUALERCKIdmsuP"
#define FIREFOX_FORM  "HUALETNORCKIdmsuP"
#define FIREFOX_LOAD  "HUALERCKdmsP"
#define SAFARI_PAGE   "HAsKdmULREPC"
#define SAFARI_FORM   "HTOAsKdmULRENPC"
#define SAFARI_LOAD   "HAsKdmULREC"

static const char *const  bots_languages[] = {
    "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de,en-US;q=0.7,en;q=0.3",
    "en-US,en;q=0.9", "en-US,en;q=0.5", "en-GB,en;q=0.9", "fr-FR,fr;q=0.9",
    "pl-PL,pl;q=0.9,en;q=0.8", "es-ES,es;q=0.9,en;q=0.8", "de-AT,de;q=0.9",
    "nl-NL,nl;q=0.9,en;q=0.8", "tr-TR,tr;q=0.9,de;q=0.8", "it-IT,it;q=0.9"
};

static const char *const  bots_chrome_accept =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
    "image/webp,image/apng,*/*;q=0.8";
const char *const  bots_plain_accept =
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

void
bots_chrome(bots_actor_t *a, unsigned version)
{
    unsigned         k;
    train_rng_t     *r;
    bots_browser_t  *b;

    static const char *const  systems[] = {
        "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7",
        "X11; Linux x86_64", "Linux; Android 10; K"
    };
    static const char *const  platforms[] = {
        "\"Windows\"", "\"macOS\"", "\"Linux\"", "\"Android\""
    };

    r = &a->rng;
    b = &a->browser;
    k = train_rng_below(r, 10);
    k = k < 5 ? 0 : k < 6 ? 1 : k < 7 ? 2 : 3;

    (void) snprintf(b->agent, sizeof(b->agent), "Mozilla/5.0 (%s) AppleWebKit/"
                    "537.36 (KHTML, like Gecko) Chrome/%u.0.0.0%s Safari/"
                    "537.36%s", systems[k], version, k == 3 ? " Mobile" : "",
                    k == 0 && bots_chance(r, 0.2) ? " Edg/120.0.0.0" : "");
    (void) snprintf(b->brands, sizeof(b->brands), "\"Chromium\";v=\"%u\", "
                    "\"Google Chrome\";v=\"%u\", \"Not-A.Brand\";v=\"%u\"",
                    version, version, bots_between(r, 8, 24) & ~7u);
    b->platform = platforms[k];
    b->page = CHROME_PAGE;
    b->form = CHROME_FORM;
    b->load = CHROME_LOAD;
    b->accept = bots_chrome_accept;
    b->encoding = "gzip, deflate, br, zstd";
    b->images = 0;
}


void
bots_firefox(bots_actor_t *a, unsigned version)
{
    bots_browser_t  *b;

    static const char *const  systems[] = {
        "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10.15",
        "X11; Linux x86_64", "X11; Ubuntu; Linux x86_64"
    };

    b = &a->browser;
    (void) snprintf(b->agent, sizeof(b->agent), "Mozilla/5.0 (%s; rv:%u.0) "
                    "Gecko/20100101 Firefox/%u.0",
                    bots_pick(&a->rng, systems, bots_nelts(systems)), version,
                    version);
    b->page = FIREFOX_PAGE;
    b->form = FIREFOX_FORM;
    b->load = FIREFOX_LOAD;
    b->accept = bots_plain_accept;
    b->encoding = "gzip, deflate, br, zstd";
    b->images = 1;
}


static void
bots_safari(bots_actor_t *a, unsigned version)
{
    unsigned         phone;
    bots_browser_t  *b;

    b = &a->browser;
    phone = bots_chance(&a->rng, 0.7);
    (void) snprintf(b->agent, sizeof(b->agent), "Mozilla/5.0 (%s) AppleWebKit/"
                    "605.1.15 (KHTML, like Gecko) Version/%u.%u%s Safari/%s",
                    phone ? "iPhone; CPU iPhone OS 17_5 like Mac OS X"
                          : "Macintosh; Intel Mac OS X 10_15_7",
                    version, bots_between(&a->rng, 0, 6),
                    phone ? " Mobile/15E148" : "",
                    phone ? "604.1" : "605.1.15");
    b->page = SAFARI_PAGE;
    b->form = SAFARI_FORM;
    b->load = SAFARI_LOAD;
    b->accept = bots_plain_accept;
    b->encoding = "gzip, deflate, br";
    b->images = 2;
}


/* Newest versions, a few, and machines that nobody looks after */

static unsigned
bots_version(train_rng_t *r, unsigned newest, unsigned per_year)
{
    if (bots_chance(r, 0.85)) {
        return newest - train_rng_below(r, 3);
    }

    return newest - train_rng_below(r, 3 * per_year);
}


void
bots_language(bots_actor_t *a)
{
    a->browser.language = bots_pick(&a->rng, bots_languages,
                                    bots_nelts(bots_languages));
}


/* Between a person and the site: proxies of offices that add a header, or
 * write them all anew by the alphabet; settings and apps that add one */

static void
bots_between_change(bots_actor_t *a)
{
    char             c, *order;
    size_t           i, j, k, n;
    unsigned         how;
    const char      *from[3];
    bots_browser_t  *b;

    b = &a->browser;
    from[0] = b->page;
    from[1] = b->form;
    from[2] = b->load;
    how = train_rng_below(&a->rng, 4);

    for (k = 0; k < 3; k++) {
        order = b->order[k];
        (void) snprintf(order, sizeof(b->order[k]), "%s%c", from[k],
                        "VVGX"[how]);
        n = strlen(order);

        /* sorted: H first, then by what the letters happen to be */

        for (i = 1; how == 0 && i < n; i++) {
            for (j = i; j > 1 && order[j - 1] > order[j]; j--) {
                c = order[j];
                order[j] = order[j - 1];
                order[j - 1] = c;
            }
        }
    }

    b->page = b->order[0];
    b->form = b->order[1];
    b->load = b->order[2];
}


void
bots_browser_real(bots_actor_t *a)
{
    double        u;
    train_rng_t  *r;

    r = &a->rng;
    u = train_rng_unit(r);

    if (u < 0.62) {
        bots_chrome(a, bots_version(r, a->site->chrome, 10));

    } else if (u < 0.78) {
        bots_firefox(a, bots_version(r, a->site->firefox, 10));

    } else {
        bots_safari(a, bots_version(r, a->site->safari, 1));
    }

    bots_language(a);

    if (bots_chance(r, 0.08)) {
        bots_between_change(a);
    }
}


void
bots_browser_app(bots_actor_t *a)
{
    bots_browser_t  *b;

    b = &a->browser;
    (void) snprintf(b->agent, sizeof(b->agent), "ShopApp/%u.%u (Android %u) "
                    "okhttp/4.12.0", 4 + a->site->chrome % 3,
                    bots_between(&a->rng, 0, 9), bots_between(&a->rng, 11, 15));
    b->page = b->load = "AHCEKU";
    b->form = "ATNHCEKU";
    b->accept = "application/json";
    b->encoding = "gzip";
}


void
bots_browser_honest(bots_actor_t *a, const char *agent)
{
    bots_browser_t  *b;

    b = &a->browser;
    (void) snprintf(b->agent, sizeof(b->agent), "%s", agent);
    b->page = b->form = b->load = bots_chance(&a->rng, 0.5) ? "HCAUE" : "HUAEC";
    b->accept = bots_chance(&a->rng, 0.5) ? bots_plain_accept : "*/*";
    b->encoding = "gzip, deflate, br";
}


/* Pointers into a browser's own room follow it */

static const char *
bots_browser_moved(bots_browser_t *to, const bots_browser_t *from,
    const char *order)
{
    const char  *room;

    room = from->order[0];

    return order >= room && order < room + sizeof(from->order)
           ? to->order[0] + (order - room) : order;
}


void
bots_browser_copy(bots_browser_t *to, const bots_browser_t *from)
{
    *to = *from;
    to->page = bots_browser_moved(to, from, from->page);
    to->form = bots_browser_moved(to, from, from->form);
    to->load = bots_browser_moved(to, from, from->load);
}
