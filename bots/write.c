/*
 * A request as bytes: the headers of a browser in its order.
 * What a browser is stands in browser.c.
 */

#include <string.h>

#include "bots.h"


static const char *const  bots_image_accepts[] = {
    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "image/webp,image/avif,image/png,image/*;q=0.8,*/*;q=0.5"
};


typedef struct {
    bots_actor_t          *a;
    const bots_request_t  *q;
} bots_writer_t;


static void
bots_put(bots_actor_t *a, const char *name, const char *value)
{
    int     n;
    size_t  room;

    room = sizeof(a->out) - a->out_len;
    n = snprintf(a->out + a->out_len, room, "%s: %s\r\n", name, value);

    if (n < 0 || (size_t) n >= room) {
        bots_die("a request of more than %d bytes", BOTS_REQUEST);
    }

    a->out_len += (size_t) n;
}


/* What is fetched, in the words of Sec-Fetch-Dest and of Accept */

static const char *
bots_destination(const bots_request_t *q)
{
    switch (q->sort) {
    case BOTS_ASSET:
        return strstr(q->path, ".css") ? "style" : "script";
    case BOTS_IMAGE:
        return "image";
    case BOTS_API:
        return "empty";
    default:
        return "document";
    }
}


static const char *
bots_accept(const bots_writer_t *w)
{
    const bots_browser_t  *b;

    b = &w->a->browser;

    if (b->load == b->page) {           /* a program: always the same */
        return b->accept;
    }

    switch (w->q->sort) {
    case BOTS_ASSET:
        return strstr(w->q->path, ".css") ? "text/css,*/*;q=0.1" : "*/*";
    case BOTS_IMAGE:
        return bots_image_accepts[b->images];
    case BOTS_API:
        return "*/*";
    default:
        return b->accept;
    }
}


static const char *
bots_fetch_site(const bots_writer_t *w)
{
    if (w->q->referer[0] == '\0') {
        return w->q->sort == BOTS_PAGE ? "none" : "same-origin";
    }

    return strstr(w->q->referer, BOTS_HOST) ? "same-origin" : "cross-site";
}


static void
bots_header(const bots_writer_t *w, char letter)
{
    char                   text[BOTS_PATH + 64];
    unsigned               page;
    bots_actor_t          *a;
    const bots_browser_t  *b;
    const bots_request_t  *q;

    a = w->a;
    b = &a->browser;
    q = w->q;
    page = q->sort == BOTS_PAGE || q->sort == BOTS_FORM;

#define PUT(c, name, value)                                                   \
    case c:                                                                   \
        bots_put(a, name, value);                                             \
        break
#define PUT_IF(c, name, is, value)                                            \
    case c:                                                                   \
        if (is) {                                                             \
            bots_put(a, name, value);                                         \
        }                                                                     \
        break

    switch (letter) {
    PUT('H', "Host", BOTS_HOST);
    PUT('C', "Connection", "keep-alive");
    PUT_IF('a', "sec-ch-ua", b->brands[0], b->brands);
    PUT_IF('b', "sec-ch-ua-mobile", b->brands[0],
           strstr(b->agent, "Mobile") ? "?1" : "?0");
    PUT_IF('c', "sec-ch-ua-platform", b->brands[0], b->platform);
    PUT_IF('I', "Upgrade-Insecure-Requests", page, "1");
    PUT('U', "User-Agent", b->agent);
    PUT_IF('A', "Accept", bots_accept(w)[0], bots_accept(w));
    PUT('s', "Sec-Fetch-Site", bots_fetch_site(w));
    PUT('m', "Sec-Fetch-Mode", page ? "navigate" : "no-cors");
    PUT_IF('u', "Sec-Fetch-User", page, "?1");
    PUT('d', "Sec-Fetch-Dest", bots_destination(q));
    PUT_IF('R', "Referer", q->referer[0], q->referer);
    PUT_IF('E', "Accept-Encoding", b->encoding[0], b->encoding);
    PUT_IF('L', "Accept-Language", b->language, b->language);
    PUT_IF('T', "Content-Type", q->body[0],
           "application/x-www-form-urlencoded");
    PUT('M', "Cache-Control", "max-age=0");
    PUT('P', "Priority", page ? "u=0, i" : "u=5");
    PUT('G', "Sec-GPC", "1");
    PUT('X', "X-Requested-With", "com.social.app");
    PUT('V', "Via", "1.1 proxy.office.example");
    case 'O':
        bots_put(a, "Origin", "http://" BOTS_HOST);
        break;
    case 'N':
        (void) snprintf(text, sizeof(text), "%zu", strlen(q->body));
        bots_put(a, "Content-Length", text);
        break;
    case 'K':
        if (a->keeps && a->cookie[0]) {
            (void) snprintf(text, sizeof(text), "sid=%s", a->cookie);
            bots_put(a, "Cookie", text);
        }
        break;
    }

#undef PUT
#undef PUT_IF
}


void
bots_write(bots_actor_t *a, const bots_request_t *q)
{
    int            n;
    const char    *order;
    bots_writer_t  w = { a, q };

    n = snprintf(a->out, sizeof(a->out), "%s %s HTTP/1.1\r\n", q->method,
                 q->path);
    a->out_len = (size_t) n;

    order = q->sort == BOTS_PAGE ? a->browser.page
            : q->sort == BOTS_FORM ? a->browser.form : a->browser.load;

    for ( /* void */ ; *order; order++) {
        bots_header(&w, *order);
    }

    /* as the proxy that ends TLS would add it, for all in the same way */

    bots_hex(&a->rng, a->id, BOTS_ID - 1);
    bots_put(a, "X-Request-ID", a->id);

    n = snprintf(a->out + a->out_len, sizeof(a->out) - a->out_len, "\r\n%s",
                 q->body);
    a->out_len += (size_t) n;
}
