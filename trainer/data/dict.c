/*
 * Distinct texts, each with its number: open addressing, in order of arrival.
 */

#include <math.h>
#include <string.h>

#include "data.h"
#include "util.h"


static uint64_t
dict_hash(const char *s, size_t len)
{
    size_t    i;
    uint64_t  h;

    h = 0xcbf29ce484222325ull;      /* FNV-1a */

    for (i = 0; i < len; i++) {
        h = (h ^ (unsigned char) s[i]) * 0x100000001b3ull;
    }

    return h ^ (h >> 29);
}


/* Place in t->hash where the text is, or where it would be put */

static size_t
dict_place(const train_dict_t *t, const char *text, size_t len)
{
    size_t       at;
    const char  *s;

    at = dict_hash(text, len) & (t->hash_size - 1);

    while (t->hash[at] != 0) {
        s = t->text[t->hash[at] - 1];

        if (strnlen(s, len + 1) == len && memcmp(s, text, len) == 0) {
            break;
        }

        at = (at + 1) & (t->hash_size - 1);
    }

    return at;
}


static void
dict_rehash(train_dict_t *t)
{
    size_t  i;

    train_free(t->hash);
    t->hash_size = t->hash_size ? 2 * t->hash_size : 64;
    t->hash = train_alloc(t->hash_size, sizeof(uint32_t));

    for (i = 0; i < t->n; i++) {
        t->hash[dict_place(t, t->text[i], strlen(t->text[i]))]
            = (uint32_t) i + 1;
    }
}


uint32_t
train_dict_find(const train_dict_t *t, const char *text, size_t len)
{
    return t->n > 0 ? t->hash[dict_place(t, text, len)] - 1 : UINT32_MAX;
}


uint32_t
train_dict_put(train_dict_t *t, const char *text, size_t len)
{
    size_t  at, size;
    double  v;

    if (2 * (t->n + 1) > t->hash_size) {
        dict_rehash(t);
    }

    at = dict_place(t, text, len);

    if (t->hash[at] != 0) {
        return t->hash[at] - 1;
    }

    size = t->size;
    train_room(&t->text, &size, t->n + 1, sizeof(char *));
    train_room(&t->value, &t->size, t->n + 1, sizeof(double));
    t->text[t->n] = train_format("%.*s", (int) len, text);
    t->value[t->n] = train_number(t->text[t->n], &v) ? v : NAN;
    t->hash[at] = (uint32_t) ++t->n;

    return (uint32_t) t->n - 1;
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
    train_free(t->hash);
    (void) memset(t, 0, sizeof(train_dict_t));
}
