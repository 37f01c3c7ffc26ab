/*
 * What is signed: an in-toto statement of OpenSSF Model Signing 1.0, with the
 * digest of each file and one of them all.
 * Not here: who signed it (maas_verify.c).
 */

#include "maas_statement.h"
#include "maas_pem.h"
#include "text/maas_json.h"

#include <string.h>


#define STATEMENT_SUM  (MAAS_SHA256_HEX / 2)

/* of a name in a sentence */
#define STATEMENT_SHOWN  "%.80s"


/* MAAS_SHA256_HEX digits -> bytes; 0: they are none */

static int
statement_bytes(const char *s, unsigned char *out)
{
    size_t    i;
    unsigned  high, low;

    if (s == NULL || strlen(s) != MAAS_SHA256_HEX) {
        return 0;
    }

    for (i = 0; i < STATEMENT_SUM; i++) {
        high = maas__hex_digit(s[2 * i]);
        low = maas__hex_digit(s[2 * i + 1]);

        if (high > 15 || low > 15) {
            return 0;
        }

        out[i] = (unsigned char) (high << 4 | low);
    }

    return 1;
}


/* Is a text member that?  Else it is said what it is. */

static maas_status_t
statement_is(maas_read_t *r, const cJSON *object, const char *name,
    const char *want, const char *hint)
{
    const cJSON  *v;

    v = maas_get(object, name);

    if (maas__tree_is(v, want)) {
        return MAAS_OK;
    }

    if (!cJSON_IsString(v)) {
        return MAAS_BAD(r, "what is signed has no \"%s\": expected \"%s\"",
                        name, want);
    }

    return MAAS_BAD(r, "%s is \"" STATEMENT_SHOWN "\": expected \"%s\"%s",
                    name, v->valuestring, want, hint);
}


/* Is the name the end of the path? */

static int
statement_means(const char *path, const char *name)
{
    size_t  n, m;

    n = strlen(path);
    m = strlen(name);

    return m > 0 && m <= n && strcmp(path + n - m, name) == 0
           && (m == n || path[n - m - 1] == '/');
}


/* A resource that is well formed: its bytes to sums. */

static maas_status_t
statement_resource(maas_read_t *r, const cJSON *v, unsigned char *sum)
{
    if (!cJSON_IsString(maas_get(v, "name"))) {
        return MAAS_BAD(r, "a resource has no name");
    }

    if (!maas__tree_is(maas_get(v, "algorithm"), "sha256")) {
        return MAAS_BAD(r, "the digest of \"" STATEMENT_SHOWN "\" is not of "
                        "algorithm \"sha256\"",
                        maas_get(v, "name")->valuestring);
    }

    if (!statement_bytes(cJSON_GetStringValue(maas_get(v, "digest")), sum)) {
        return MAAS_BAD(r, "the digest of \"" STATEMENT_SHOWN "\" is not %d "
                        "hex digits", maas_get(v, "name")->valuestring,
                        MAAS_SHA256_HEX);
    }

    return MAAS_OK;
}


/* Which resource is the file?  A file that was signed by itself is ".". */

static maas_status_t
statement_find(maas_read_t *r, const cJSON *resources, const char *path,
    const cJSON **out)
{
    size_t        best, times, len;
    const char   *name;
    const cJSON  *v;

    best = 0;
    times = 0;

    cJSON_ArrayForEach(v, resources) {
        name = maas_get(v, "name")->valuestring;
        len = strlen(name);

        if (strcmp(name, ".") == 0 ? resources->child->next != NULL
                                   : !statement_means(path, name))
        {
            continue;
        }

        if (len >= best) {
            times = len == best ? times + 1 : 1;
            best = len;
            *out = v;
        }
    }

    if (times == 0) {
        name = strrchr(path, '/');

        return MAAS_BAD(r, "no file \"" STATEMENT_SHOWN "\" is signed, but "
                        "%d others, as \"" STATEMENT_SHOWN "\"",
                        name != NULL ? name + 1 : path,
                        cJSON_GetArraySize(resources),
                        maas_get(resources->child, "name")->valuestring);
    }

    return times == 1 ? MAAS_OK
                      : MAAS_BAD(r, "\"" STATEMENT_SHOWN "\" is signed twice",
                                 maas_get(*out, "name")->valuestring);
}


/* The digest of all digests, in their order, is that of the subject. */

static maas_status_t
statement_root(maas_read_t *r, const cJSON *root, const cJSON *resources)
{
    char            text[MAAS_SHA256_HEX + 1];
    size_t          n;
    const cJSON    *v, *subject;
    unsigned char  *sums, sum[STATEMENT_SUM];
    maas_status_t   rc;

    n = (size_t) cJSON_GetArraySize(resources);
    sums = maas__arena_alloc(r->arena, n, STATEMENT_SUM);
    if (sums == NULL) {
        return MAAS_OOM(r);
    }

    n = 0;

    cJSON_ArrayForEach(v, resources) {
        rc = statement_resource(r, v, sums + n++ * STATEMENT_SUM);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    subject = maas_get(root, "subject");

    if (!cJSON_IsArray(subject) || cJSON_GetArraySize(subject) != 1) {
        return MAAS_BAD(r, "%d subjects: expected one",
                        cJSON_GetArraySize(subject));
    }

    maas_sha256(sums, n * STATEMENT_SUM, text);

    v = maas_get(maas_get(subject->child, "digest"), "sha256");

    if (!statement_bytes(cJSON_GetStringValue(v), sum)
        || !statement_bytes(text, sums)
        || memcmp(sum, sums, STATEMENT_SUM) != 0)
    {
        return MAAS_BAD(r, "the subject's SHA-256 is not %s, that of the "
                        "digests of its resources", text);
    }

    return MAAS_OK;
}


static maas_status_t
statement_read(maas_read_t *r, const cJSON *root, const char *path,
    const char *sha256)
{
    const char     *digest;
    const cJSON    *predicate, *kind, *resources, *found;
    unsigned char   sum[STATEMENT_SUM], file[STATEMENT_SUM];
    maas_status_t   rc;

    found = NULL;
    predicate = maas_get(root, "predicate");
    kind = maas_get(predicate, "serialization");
    resources = maas_get(predicate, "resources");

    if ((rc = statement_is(r, root, "_type", MAAS_STATEMENT_TYPE, ""))
        || (rc = statement_is(r, root, "predicateType", MAAS_PREDICATE_TYPE,
                              ": sign it anew"))
        || (rc = statement_is(r, kind, "method", "files",
                              ": sign it as files"))
        || (rc = statement_is(r, kind, "hash_type", "sha256",
                              ": sign it by SHA-256")))
    {
        return rc;
    }

    if (!cJSON_IsArray(resources) || resources->child == NULL) {
        return MAAS_BAD(r, "what is signed has no resources");
    }

    if ((rc = statement_root(r, root, resources))
        || (rc = statement_find(r, resources, path, &found)))
    {
        return rc;
    }

    digest = maas_get(found, "digest")->valuestring;

    if (!statement_bytes(digest, sum) || !statement_bytes(sha256, file)
        || memcmp(sum, file, STATEMENT_SUM) != 0)
    {
        return MAAS_BAD(r, "SHA-256 %s was signed, the file's is %s",
                        digest, sha256);
    }

    return MAAS_OK;
}


maas_status_t
maas__statement_check(maas_read_t *r, const char *payload, size_t size,
    const char *path, const char *sha256)
{
    cJSON          *root;
    maas_status_t   rc;

    rc = maas__tree_parse(r, payload, size, "JSON", "statement", &root);

    if (rc == MAAS_OK) {
        rc = statement_read(r, root, path, sha256);
        cJSON_Delete(root);
    }

    return rc;
}
