/*
 * JSON text of a model file -> a tree, rules R4, R5 and R16, and what readers
 * ask of its members.  Bytes are untrusted here.
 * Not here: what any member means.
 */

#define _GNU_SOURCE                     /* memmem */

#include "maas_read_tree.h"
#include "field/maas_field.h"
#include "text/maas_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


int
maas__tree_choice(const cJSON *v, const char *const *names, int n)
{
    int  i;

    for (i = 0; i < n; i++) {
        if (cJSON_IsString(v) && strcmp(v->valuestring, names[i]) == 0) {
            return i;
        }
    }

    return -1;
}


int
maas__tree_is_text(const cJSON *v)
{
    return cJSON_IsString(v) && v->valuestring[0] != '\0'
           && strlen(v->valuestring) <= MAAS_MAX_TEXT;
}


int
maas__tree_integer(const cJSON *v, double max, size_t *out)
{
    if (!cJSON_IsNumber(v) || !(v->valuedouble >= 0)
        || v->valuedouble > max
        || v->valuedouble != (double) (uint64_t) v->valuedouble)
    {
        return 0;
    }

    *out = (size_t) v->valuedouble;
    return 1;
}


int
maas__tree_is(const cJSON *v, const char *text)
{
    return cJSON_IsString(v) && strcmp(v->valuestring, text) == 0;
}


int
maas__tree_float(const cJSON *object, const char *name, float def, float *out)
{
    const cJSON  *v;

    v = maas_get(object, name);

    if (v == NULL) {
        *out = def;
        return 1;
    }

    if (!cJSON_IsNumber(v) || !isfinite((float) v->valuedouble)) {
        return 0;
    }

    *out = (float) v->valuedouble;
    return 1;
}


const char *
maas__tree_unknown(const cJSON *object, const char *const *known)
{
    const cJSON        *v;
    const char *const  *p;

    cJSON_ArrayForEach(v, object) {
        for (p = known; *p != NULL && strcmp(*p, v->string) != 0; p++) {
            /* void */
        }

        if (*p == NULL) {
            return v->string;
        }
    }

    return NULL;
}


maas_status_t
maas__tree_copy(maas_read_t *r, const char *s, const char **out)
{
    const char  *copy;

    copy = maas__arena_strndup(r->arena, s, strlen(s));
    if (copy == NULL) {
        return MAAS_OOM(r);
    }

    *out = copy;
    return MAAS_OK;
}


maas_status_t
maas__tree_name(maas_read_t *r, const cJSON *object, const char *what,
    const char *def, const char **out)
{
    const cJSON  *v;

    v = maas_get(object, "name");

    if (v == NULL) {
        *out = def;
        return MAAS_OK;
    }

    if (!cJSON_IsString(v)
        || !maas_is_name(v->valuestring, strlen(v->valuestring)))
    {
        return MAAS_BAD(r, "R16: %s: name is not 1 to %d of " MAAS_NAME_RULE,
                        what, MAAS_MAX_NAME);
    }

    return maas__tree_copy(r, v->valuestring, out);
}


static int
tree_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


/* Sorts the texts. */

static const char *
tree_twice(const char **texts, size_t n)
{
    size_t  i;

    qsort(texts, n, sizeof(char *), tree_compare);

    for (i = 1; i < n; i++) {
        if (strcmp(texts[i - 1], texts[i]) == 0) {
            return texts[i];
        }
    }

    return NULL;
}


maas_status_t
maas__tree_distinct(maas_read_t *r, const char *const *texts, size_t n,
    const char *what)
{
    const char  **sorted, *twice;

    sorted = maas__arena_alloc(r->arena, n, sizeof(char *));
    if (sorted == NULL) {
        return MAAS_OOM(r);
    }

    memcpy(sorted, texts, n * sizeof(char *));
    twice = tree_twice(sorted, n);

    return twice == NULL ? MAAS_OK
                         : MAAS_BAD(r, "%s \"%.64s\" stands twice", what,
                                    twice);
}


maas_status_t
maas__tree_texts(maas_read_t *r, const cJSON *list, int bare, size_t *n,
    const char ***out, const char *what)
{
    size_t         i, len, whole;
    const char    *s, **texts;
    const cJSON   *v;
    maas_status_t  rc;

    i = (size_t) cJSON_GetArraySize(list);
    texts = maas__arena_alloc(r->arena, i, sizeof(char *));
    if (texts == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;

    cJSON_ArrayForEach(v, list) {
        s = maas__tree_is_text(v) ? v->valuestring : "";
        len = whole = strlen(s);

        if (bare) {
            maas__field_trim(&s, &len);
        }

        if (len == 0 || len != whole) {
            return MAAS_BAD(r, "%s %zu is not a text of 1 to %d bytes%s", what,
                            i, MAAS_MAX_TEXT,
                            bare ? " without blanks around it" : "");
        }

        rc = maas__tree_copy(r, s, &texts[i++]);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    *n = i;
    *out = texts;

    return maas__tree_distinct(r, texts, i, what);
}


/* R5 for one object. */

static maas_status_t
tree_unique(maas_read_t *r, const cJSON *object)
{
    size_t         n, i;
    const char   **keys, *twice;
    const cJSON   *v;

    n = (size_t) cJSON_GetArraySize(object);
    if (n < 2) {
        return MAAS_OK;
    }

    keys = maas__arena_alloc(r->arena, n, sizeof(char *));
    if (keys == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;
    cJSON_ArrayForEach(v, object) {
        keys[i++] = v->string;
    }

    twice = tree_twice(keys, n);

    return twice == NULL ? MAAS_OK
                         : MAAS_BAD(r, "R5: key \"%.64s\" stands twice in an "
                                    "object", twice);
}


/* R5 for a tree; its depth is within MAAS_MAX_DEPTH. */

static maas_status_t
tree_unique_all(maas_read_t *r, const cJSON *root)
{
    unsigned       depth;
    const cJSON   *v, *up[MAAS_MAX_DEPTH + 1];
    maas_status_t  rc;

    depth = 0;
    v = root;

    for ( ;; ) {
        if (cJSON_IsObject(v)) {
            rc = tree_unique(r, v);
            if (rc != MAAS_OK) {
                return rc;
            }
        }

        if (v->child != NULL) {
            up[depth++] = v;
            v = v->child;
            continue;
        }

        while (v->next == NULL || depth == 0) {
            if (depth == 0) {
                return MAAS_OK;
            }
            v = up[--depth];
        }

        v = v->next;
    }
}


maas_status_t
maas__tree_parse(maas_read_t *r, const char *text, size_t len,
    const char *rule, const char *what, cJSON **out)
{
    cJSON          *tree;
    maas_err_t      why;
    maas_status_t   rc;

    if (len == 0 || text[0] != '{') {
        return MAAS_BAD(r, "%s: the %s does not begin with \"{\"", rule, what);
    }

    if (maas__json_check(text, len, MAAS_MAX_DEPTH, &why) != MAAS_OK) {
        return MAAS_BAD(r, "%s: the %s: %s", rule, what, why.msg);
    }

    /* cJSON ends strings at NUL: names would not be what they seem */

    if (memmem(text, len, "\\u0000", 6) != NULL) {
        return MAAS_BAD(r, "%s: the %s contains \\u0000", rule, what);
    }

    /* what it refuses by itself has been refused above: memory is left */

    tree = cJSON_ParseWithLength(text, len);
    if (tree == NULL) {
        return maas__fail(r->err, MAAS_NOMEM, "out of memory for the %s",
                          what);
    }

    rc = tree_unique_all(r, tree);
    if (rc != MAAS_OK) {
        cJSON_Delete(tree);
        return rc;
    }

    *out = tree;
    return MAAS_OK;
}
