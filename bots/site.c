/*
 * The site: a shop with products, categories, a search, logins; what a seed
 * makes of it, and paths.
 * Who walks there is decided elsewhere.
 */

#include <math.h>
#include <string.h>

#include "bots.h"


static const char *const  bots_words[] = {
    "lamp", "oak table", "chair", "rug", "blue vase", "desk", "shelf", "sofa",
    "mirror", "clock", "curtain", "pillow", "stool", "bench", "frame", "mug",
    "kettle", "pan", "bowl", "tray", "hook", "basket", "candle", "blanket"
};

static const char *const  bots_categories[] = {
    "living", "kitchen", "garden", "office", "bath", "light", "kids", "sale",
    "new", "textiles", "storage", "outdoor"
};


void
bots_site_init(bots_site_t *s, uint64_t seed)
{
    size_t       i;
    uint32_t     net;
    train_rng_t  r;

    train_rng_init(&r, seed, 1);
    s->seed = seed;

    /* 127.1.0.x to 127.254.255.x; 127.0 is the machine's own */

    for (i = 0; i < BOTS_NETWORKS; i++) {
        net = 127u << 24 | bots_between(&r, 1, 254) << 16;
        s->network[i] = net | bots_between(&r, 0, 255) << 8;
    }

    for (i = 0; i < BOTS_PRODUCTS; i++) {
        s->product[i] = bots_between(&r, 1000, 89999);
    }

    s->build = (uint32_t) train_rng_u64(&r);
    s->chrome = bots_between(&r, 122, 140);
    s->firefox = bots_between(&r, 121, 141);
    s->safari = bots_between(&r, 16, 18);

    for (i = 0; i < BOTS_SHAPES; i++) {
        s->mix[i] = exp(0.5 * (train_rng_unit(&r) - 0.5));
        s->tempo[i] = exp(0.6 * (train_rng_unit(&r) - 0.5));
    }
}


uint32_t
bots_site_address(const bots_site_t *s, train_rng_t *r)
{
    return s->network[train_rng_below(r, BOTS_NETWORKS)]
           | bots_between(r, 1, 48);
}


void
bots_site_path(bots_request_t *q, const char *path)
{
    q->method = "GET";
    q->sort = BOTS_PAGE;
    (void) snprintf(q->path, sizeof(q->path), "%s", path);
}


void
bots_site_home(bots_request_t *q)
{
    bots_site_path(q, "/");
}


/* Some are looked at far more often than others; one in a hundred is gone */

void
bots_site_product(bots_actor_t *a, bots_request_t *q)
{
    double    u;
    uint32_t  id;

    bots_site_path(q, "");
    u = train_rng_unit(&a->rng);
    id = a->site->product[(size_t) (u * u * BOTS_PRODUCTS)];

    if (bots_chance(&a->rng, 0.01)) {
        id = 90000 + id % 10000;
    }

    a->at = id;
    (void) snprintf(q->path, sizeof(q->path), "/p/%u", id);
}


void
bots_site_category(bots_actor_t *a, bots_request_t *q)
{
    unsigned     page;
    const char  *name;

    bots_site_path(q, "");
    name = bots_pick(&a->rng, bots_categories, bots_nelts(bots_categories));
    page = bots_chance(&a->rng, 0.3) ? bots_between(&a->rng, 2, 6) : 1;
    (void) snprintf(q->path, sizeof(q->path),
                    page > 1 ? "/c/%s?page=%u" : "/c/%s", name, page);
}


void
bots_site_search(bots_actor_t *a, bots_request_t *q)
{
    char        *p;
    const char  *words;

    bots_site_path(q, "");
    words = bots_pick(&a->rng, bots_words, bots_nelts(bots_words));
    (void) snprintf(q->path, sizeof(q->path), "/search?q=%s", words);

    for (p = q->path; *p; p++) {
        if (*p == ' ') {
            *p = '+';
        }
    }
}


void
bots_site_load(bots_actor_t *a, bots_request_t *q)
{
    unsigned  k;

    bots_site_path(q, "");
    q->sort = BOTS_ASSET;
    k = a->first ? train_rng_below(&a->rng, 10) : 4;

    if (k == 0) {
        (void) snprintf(q->path, sizeof(q->path), "/static/app.%08x.css",
                        a->site->build);

    } else if (k < 3) {
        (void) snprintf(q->path, sizeof(q->path), "/static/%s.%08x.js",
                        k == 1 ? "app" : "vendor", a->site->build);

    } else {
        q->sort = BOTS_IMAGE;
        (void) snprintf(q->path, sizeof(q->path), "/img/%u-%u.jpg",
                        a->site->product[train_rng_below(&a->rng,
                                                         BOTS_PRODUCTS)],
                        bots_between(&a->rng, 1, 4));
    }
}


void
bots_site_login(bots_actor_t *a, bots_request_t *q, unsigned good)
{
    char  word[17];

    bots_site_path(q, "/login");
    bots_hex(&a->rng, word, 8);
    q->method = "POST";
    q->sort = BOTS_FORM;

    /* the application takes passwords that begin with "ok" */

    (void) snprintf(q->body, sizeof(q->body), "user=%s%%40mail.example&pass="
                    "%s%s", word, good ? "ok" : "no", word + 2);
}
