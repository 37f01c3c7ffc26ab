/*
 * Distinct texts, each with its number: open addressing, in order of arrival.
 */

#include <math.h>
#include <string.h>

#include "data.h"
#include "util.h"


struct train_dict_place_s {
    uint32_t  hash;
    uint32_t  len;
    size_t    at;                   /* place in text + 1; 0: free */
};


/* Eight bytes at a time, the last ones again: a multiplication by an odd number
 * far from any pattern (Steele, Lea and Flood 2014) spreads each */

static uint32_t
dict_hash(const char *s, size_t len)
{
    size_t    i;
    uint64_t  h, word;

    h = len * 0x9e3779b97f4a7c15ull;

    for (i = 0; i + 8 <= len; i += 8) {
        (void) memcpy(&word, s + i, 8);
        h = (h ^ word) * 0xbf58476d1ce4e5b9ull;
        h ^= h >> 29;
    }

    if (i < len && len >= 8) {
        (void) memcpy(&word, s + len - 8, 8);

    } else {
        for (word = 0; i < len; i++) {
            word = word << 8 | (unsigned char) s[i];
        }
    }

    h = (h ^ word) * 0xbf58476d1ce4e5b9ull;
    h = (h ^ (h >> 32)) * 0x94d049bb133111ebull;

    return (uint32_t) (h >> 32);
}


/* Where the text is, or where it would be put */

static train_dict_place_t *
dict_place(const train_dict_t *t, const char *text, size_t len, uint32_t hash)
{
    size_t               at;
    train_dict_place_t  *p;

    for (at = hash; /* void */ ; at++) {
        p = &t->places[at & (t->n_places - 1)];

        if (p->at == 0
            || (p->hash == hash && p->len == (uint32_t) len
                && memcmp(t->text[p->at - 1], text, len) == 0))
        {
            return p;
        }
    }
}


static void
dict_grow(train_dict_t *t)
{
    size_t               i, n, at;
    train_dict_place_t  *old;

    old = t->places;
    n = t->n_places;
    t->n_places = n ? 2 * n : 64;
    t->places = train_alloc(t->n_places, sizeof(train_dict_place_t));

    for (i = 0; i < n; i++) {
        if (old[i].at > 0) {
            at = old[i].hash & (t->n_places - 1);

            while (t->places[at].at > 0) {
                at = (at + 1) & (t->n_places - 1);
            }

            t->places[at] = old[i];
        }
    }

    train_free(old);
}


uint32_t
train_dict_find(const train_dict_t *t, const char *text, size_t len)
{
    return t->n > 0
           ? (uint32_t) dict_place(t, text, len, dict_hash(text, len))->at - 1
           : UINT32_MAX;
}


uint32_t
train_dict_put(train_dict_t *t, const char *text, size_t len)
{
    size_t               size;
    double               v;
    uint32_t             hash;
    train_dict_place_t  *p;

    if (2 * (t->n + 1) > t->n_places) {
        dict_grow(t);
    }

    hash = dict_hash(text, len);
    p = dict_place(t, text, len, hash);

    if (p->at > 0) {
        return (uint32_t) p->at - 1;
    }

    size = t->size;
    train_room(&t->text, &size, t->n + 1, sizeof(char *));
    train_room(&t->value, &t->size, t->n + 1, sizeof(double));
    t->text[t->n] = train_format("%.*s", (int) len, text);
    t->value[t->n] = train_number(t->text[t->n], &v) ? v : NAN;
    *p = (train_dict_place_t) {
        hash, (uint32_t) strlen(t->text[t->n]), t->n + 1
    };

    return (uint32_t) t->n++;
}


uint32_t
train_dict_add(train_dict_t *t, const char *text)
{
    return train_dict_put(t, text, strlen(text));
}


void
train_dict_free(train_dict_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        train_free(t->text[i]);
    }

    train_free(t->text);
    train_free(t->value);
    train_free(t->places);
    (void) memset(t, 0, sizeof(train_dict_t));
}
