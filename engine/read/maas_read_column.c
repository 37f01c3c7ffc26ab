/*
 * A column of a model file's document: what its values are and how they are
 * prepared (R18, R27, R29).
 * Not here: what is done with values that clients send (maas_fields.c).
 */

#include "maas_desc.h"
#include "maas_int.h"
#include "maas_mem.h"
#include "maas_read.h"
#include "field/maas_field.h"

#include <math.h>
#include <string.h>


/* R29: `name`, numbers with finite steps between them, at most MAAS_MAX_KNOTS;
 * rising: by steps that a division by them can take.  NULL if there are none,
 * *n is then 0, or MAAS_MAX_KNOTS + 1 for what breaks the rule. */

static const float *
maas_doc_numbers(maas_container_t *c, const cJSON *column, const char *name,
    int rising, size_t *n)
{
    float        *out, step;
    size_t        i;
    const cJSON  *list, *v;

    list = maas_get(column, name);
    *n = 0;

    if (list == NULL) {
        return NULL;
    }

    *n = MAAS_MAX_KNOTS + 1;

    i = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;
    if (i < 2 || i > MAAS_MAX_KNOTS) {
        return NULL;
    }

    out = maas__arena_alloc(c->arena, i, sizeof(float));
    if (out == NULL) {
        return NULL;
    }

    i = 0;

    cJSON_ArrayForEach(v, list) {
        if (!cJSON_IsNumber(v)) {
            return NULL;
        }

        out[i] = (float) v->valuedouble;
        step = i > 0 ? out[i] - out[i - 1] : 1;

        if (!isfinite(out[i]) || !isfinite(step)
            || (rising && !(step > 0 && isnormal(step))))
        {
            return NULL;
        }

        i++;
    }

    *n = i;
    return out;
}


/* R29 */

static maas_status_t
maas_doc_curve(maas_container_t *c, const cJSON *v, size_t i,
    maas_column_t *col)
{
    size_t  n;

    col->knots = maas_doc_numbers(c, v, "knots", 1, &col->n_knots);
    col->levels = maas_doc_numbers(c, v, "levels", 0, &n);

    if (n != col->n_knots || n > MAAS_MAX_KNOTS) {
        return MAAS_BAD(c, "R29: column %zu: knots and levels are not two "
                        "lists of 2 to %d numbers, as many of both, knots "
                        "rising", i, MAAS_MAX_KNOTS);
    }

    if (!maas__doc_float(v, "clip", 0, &col->clip)
        || (maas_get(v, "clip") != NULL && !(col->clip > 0)))
    {
        return MAAS_BAD(c, "R29: column %zu: clip is not above 0", i);
    }

    return MAAS_OK;
}


static int
maas_doc_flag(const cJSON *v, const char *name, unsigned *out)
{
    const cJSON  *flag;

    flag = maas_get(v, name);
    *out = cJSON_IsTrue(flag) != 0;

    return flag == NULL || cJSON_IsBool(flag);
}


/* R27: the list of a category's values */

static maas_status_t
maas_doc_values(maas_container_t *c, const cJSON *list, size_t i,
    maas_column_t *col)
{
    size_t        n, len;
    const char   *s, *bad, **values;
    const cJSON  *v;

    n = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;

    if (n == 0 || n > MAAS_MAX_WIDTH) {
        return MAAS_BAD(c, "R27: column %zu: values is not a list of 1 to "
                        "2^20 texts", i);
    }

    values = maas__arena_alloc(c->arena, n, sizeof(char *));
    if (values == NULL) {
        return MAAS_OOM(c);
    }

    cJSON_ArrayForEach(v, list) {
        s = maas__doc_is_text(v) ? v->valuestring : "";
        len = strlen(s);
        maas__field_trim(&s, &len);

        if (len == 0 || len != strlen(v->valuestring)) {
            return MAAS_BAD(c, "R27: column %zu: value %zu is not a text of 1 "
                            "to %d bytes without blanks around it", i,
                            col->n_values, MAAS_MAX_TEXT);
        }

        values[col->n_values] = maas__doc_copy(c, s);
        if (values[col->n_values++] == NULL) {
            return MAAS_OOM(c);
        }
    }

    bad = maas__doc_twice(c, values, n);
    if (bad != NULL) {
        return MAAS_BAD(c, "R27: column %zu: value \"%.64s\" stands twice", i,
                        bad);
    }

    col->values = values;
    return MAAS_OK;
}


/* R27: what a kind has beside the others */

static maas_status_t
maas_doc_kind(maas_container_t *c, const cJSON *v, size_t i,
    maas_column_t *col)
{
    size_t        low, high;
    const cJSON  *hash, *ngrams, *values;

    hash = maas_get(v, "hash");
    values = maas_get(v, "values");
    ngrams = maas_get(v, "ngrams");

    if (hash != NULL
        && (!maas__read_integer(hash, MAAS_MAX_WIDTH, &col->hash)
            || col->hash == 0))
    {
        return MAAS_BAD(c, "R27: column %zu: hash is not an integer from 1 to "
                        "2^20", i);
    }

    if (col->kind == MAAS_FIELD_CATEGORY) {
        if ((hash == NULL) == (values == NULL)
            || (hash != NULL && col->other))
        {
            return MAAS_BAD(c, "R27: column %zu: a category has values, with "
                            "or without other, or hash", i);
        }

        return values == NULL ? MAAS_OK : maas_doc_values(c, values, i, col);
    }

    if (col->kind != MAAS_FIELD_TEXT) {
        return MAAS_OK;
    }

    if (hash == NULL || !cJSON_IsArray(ngrams)
        || cJSON_GetArraySize(ngrams) != 2
        || !maas__read_integer(ngrams->child, MAAS_MAX_NGRAM, &low)
        || !maas__read_integer(ngrams->child->next, MAAS_MAX_NGRAM, &high)
        || low < 1 || low > high)
    {
        return MAAS_BAD(c, "R27: column %zu: a text has hash and ngrams, "
                        "[shortest, longest] from 1 to %d", i,
                        MAAS_MAX_NGRAM);
    }

    col->shortest = (unsigned) low;
    col->longest = (unsigned) high;

    return MAAS_OK;
}


/* R27 */

static maas_status_t
maas_doc_members(maas_container_t *c, const cJSON *v, size_t i,
    maas_column_t *col)
{
    int           kind;
    const char   *bad;
    const cJSON  *s;

    static const char *const  members[MAAS_N_FIELDS] = {
        "name kind scaling shift factor clip knots levels missing "
            "missing_slot",
        "name kind scaling shift factor missing missing_slot",
        "name kind values other hash missing_slot",
        "name kind hash ngrams missing_slot"
    };

    s = maas_get(v, "kind");
    kind = s == NULL ? 0
                     : maas__doc_choice(s, maas__field_names, MAAS_N_FIELDS);
    if (kind < 0) {
        return MAAS_BAD(c, "R27: column %zu: kind is not number, boolean, "
                        "category or text", i);
    }

    bad = maas__doc_unknown(v, members[kind]);
    if (bad != NULL) {
        return MAAS_BAD(c, "R27: column %zu, a %s: unknown member \"%.64s\"",
                        i, maas__field_names[kind], bad);
    }

    col->kind = (maas_field_kind_t) kind;

    if (!maas__doc_float(v, "missing", NAN, &col->missing)
        || !maas_doc_flag(v, "missing_slot", &col->missing_slot)
        || !maas_doc_flag(v, "other", &col->other))
    {
        return MAAS_BAD(c, "R27: column %zu: missing is not a number, or "
                        "missing_slot or other not true or false", i);
    }

    return MAAS_OK;
}


maas_status_t
maas__read_column(maas_container_t *c, const cJSON *v, size_t i,
    maas_column_t *col)
{
    maas_status_t  rc;

    if (!cJSON_IsObject(v) || !maas__doc_is_text(maas_get(v, "name"))) {
        return MAAS_BAD(c, "R18: column %zu is not an object with a name of "
                        "1 to %d bytes", i, MAAS_MAX_TEXT);
    }

    col->name = maas__doc_copy(c, maas_get(v, "name")->valuestring);
    if (col->name == NULL) {
        return MAAS_OOM(c);
    }

    if ((rc = maas_doc_members(c, v, i, col)) != MAAS_OK
        || (rc = maas_doc_kind(c, v, i, col)) != MAAS_OK
        || (rc = maas_doc_curve(c, v, i, col)) != MAAS_OK)
    {
        return rc;
    }

    return maas__read_scaling(c, v, col);
}
