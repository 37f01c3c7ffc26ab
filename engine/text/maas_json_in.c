/*
 * A strict walk over JSON text (RFC 8259), byte by byte, building nothing.
 * No strings (maas_json_string.c), and no meaning: what members are called is
 * the business of who reads requests.
 */

#include "maas_int.h"
#include "maas_json.h"

#include <string.h>


maas_status_t
maas__json_check(const char *start, size_t len, unsigned max_depth,
    maas_err_t *err)
{
    maas_json_t    j;
    maas_status_t  rc;

    maas__json_start(&j, start, len);
    maas__json_space(&j);

    rc = maas__json_skip(&j, max_depth, err);

    return rc == MAAS_OK ? maas__json_finish(&j, err) : rc;
}


maas_status_t
maas__json_finish(maas_json_t *j, maas_err_t *err)
{
    maas__json_space(j);

    if (j->p != j->end) {
        return maas__json_bad(j, "more text after the value", err);
    }

    return MAAS_OK;
}


/* A word that ends where no letter or digit follows. */

static int
json_word(maas_json_t *j, const char *word)
{
    size_t  len;

    len = strlen(word);

    if ((size_t) (j->end - j->p) < len || memcmp(j->p, word, len) != 0) {
        return 0;
    }

    j->p += len;

    return 1;
}


maas_status_t
maas__json_bool(maas_json_t *j, unsigned *out, maas_err_t *err)
{
    *out = (unsigned) json_word(j, "true");

    return *out || json_word(j, "false")
           ? MAAS_OK : maas__json_expected(j, "true or false", err);
}


maas_status_t
maas__json_size(maas_json_t *j, size_t *out, maas_err_t *err)
{
    int          negative;
    uint64_t     v;
    const char  *next;

    next = maas__json_integer(j->p, j->end, &negative, &v);

    if (next == NULL || negative || v > INT64_MAX) {
        return maas__json_expected(j, "a whole number of 0 or more", err);
    }

    *out = v;
    j->p = next;

    return MAAS_OK;
}


static maas_status_t
json_scalar(maas_json_t *j, maas_err_t *err)
{
    maas_str_t   s;
    const char  *next;

    if (j->p < j->end && *j->p == '"') {
        return maas__json_string(j, &s, err);
    }

    next = maas__json_number(j->p, j->end);

    if (next != NULL) {
        j->p = next;
        return MAAS_OK;
    }

    return json_word(j, "true") || json_word(j, "false")
           || json_word(j, "null")
           ? MAAS_OK : maas__json_expected(j, "a value", err);
}


/* A name, the colon, and white space up to the value. */

static maas_status_t
json_key(maas_json_t *j, maas_str_t *key, maas_err_t *err)
{
    maas_status_t  rc;

    maas__json_space(j);

    if (j->p == j->end || *j->p != '"') {
        return maas__json_expected(j, "a member name", err);
    }

    rc = maas__json_string(j, key, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    maas__json_space(j);

    if (j->p == j->end || *j->p != ':') {
        return maas__json_expected(j, "a colon", err);
    }

    j->p++;
    maas__json_space(j);

    return MAAS_OK;
}


/* What is open is a stack of bits, 1 for an object: no recursion on input. */

maas_status_t
maas__json_skip(maas_json_t *j, unsigned depth, maas_err_t *err)
{
    char           c;
    unsigned       level;
    uint64_t       open;
    maas_str_t     key;
    maas_status_t  rc;

    level = 0;
    open = 0;

    for ( ;; ) {

        /* at a value, or a member */

        rc = (open & 1) ? json_key(j, &key, err) : MAAS_OK;
        if (rc != MAAS_OK) {
            return rc;
        }

        c = j->p < j->end ? *j->p : '\0';

        if (c == '{' || c == '[') {

            if (level >= depth || level == 64) {
                return maas__json_bad(j, "nested too deep", err);
            }

            level++;
            open = (open << 1) | (c == '{');
            j->p++;
            maas__json_space(j);

            if (j->p == j->end || *j->p != c + 2) {       /* '}' or ']' */
                continue;
            }

        } else {
            rc = json_scalar(j, err);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        /* behind a value, or at the end of an empty container */

        for ( ;; ) {
            if (level == 0) {
                return MAAS_OK;
            }

            maas__json_space(j);
            c = j->p < j->end ? *j->p : '\0';

            if (c != ((open & 1) ? '}' : ']')) {
                break;
            }

            j->p++;
            level--;
            open >>= 1;
        }

        if (c != ',') {
            return maas__json_expected(j, (open & 1) ? "a comma or }"
                                                     : "a comma or ]", err);
        }

        j->p++;
        maas__json_space(j);
    }
}


/* Into a container that opens so, or on behind an element, which *more says;
 * *more = 0: its end. */

static inline maas_status_t
json_step(maas_json_t *j, char open, unsigned *more, maas_err_t *err)
{
    char  c;

    maas__json_space(j);
    c = j->p < j->end ? *j->p : '\0';

    if (c == (*more ? ',' : open)) {
        j->p++;
        maas__json_space(j);
        *more |= j->p == j->end || *j->p != open + 2;     /* '}' or ']' */

    } else if (*more && c == open + 2) {
        *more = 0;

    } else {
        return maas__json_expected(j, open == '{'
                                   ? *more ? "a comma or }" : "an object"
                                   : *more ? "a comma or ]" : "an array", err);
    }

    j->p += !*more;

    return MAAS_OK;
}


/* Nearly all names of a list are refused by their first letter.  Behind a key
 * that is empty stands its quote. */

static inline int
json_key_is(maas_str_t key, const char *name)
{
    return (*key.data == *name || *key.data == '\\' || key.len == 0)
           && maas__json_is(key, name);
}


maas_status_t
maas__json_member(maas_json_t *j, maas_json_object_t *o, maas_err_t *err)
{
    int            i;
    maas_status_t  rc;

    o->which = MAAS_JSON_END;

    rc = json_step(j, '{', &o->more, err);
    if (rc != MAAS_OK || !o->more) {
        return rc;
    }

    rc = json_key(j, &o->key, err);
    if (rc != MAAS_OK) {
        return rc;
    }

    o->which = MAAS_JSON_OTHER;

    for (i = 0; o->names != NULL && o->names[i] != NULL; i++) {
        if (!json_key_is(o->key, o->names[i])) {
            continue;
        }

        if (o->seen & (1u << i)) {
            return maas__fail(err, MAAS_BADVALUE, "byte %zu: \"%s\" is there "
                              "twice", (size_t) (j->p - j->start),
                              o->names[i]);
        }

        o->seen |= 1u << i;
        o->which = i;
        break;
    }

    return MAAS_OK;
}


maas_status_t
maas__json_element(maas_json_t *j, unsigned *more, maas_err_t *err)
{
    return json_step(j, '[', more, err);
}


maas_status_t
maas__json_members(maas_json_t *j, const char *const *names, unsigned depth,
    maas_json_member_pt member, void *data, unsigned *seen, maas_err_t *err)
{
    maas_status_t       rc;
    maas_json_object_t  o;

    o = (maas_json_object_t) { .names = names };

    do {
        rc = maas__json_member(j, &o, err);

        if (rc == MAAS_OK && o.which == MAAS_JSON_OTHER) {
            rc = maas__json_skip(j, depth, err);

        } else if (rc == MAAS_OK && o.which != MAAS_JSON_END
                   && json_word(j, "null"))
        {
            o.seen &= ~(1u << o.which);

        } else if (rc == MAAS_OK && o.which != MAAS_JSON_END) {
            rc = member(data, o.which);
        }

    } while (rc == MAAS_OK && o.which != MAAS_JSON_END);

    if (seen != NULL) {
        *seen = o.seen;
    }

    return rc;
}
