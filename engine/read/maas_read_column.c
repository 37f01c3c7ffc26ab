/*
 * A column of a model file's document: what its values are and how they are
 * prepared (R18, R27, R29, R36).
 * Not here: what is done with values that clients send (maas_fields.c).
 */

#include "maas_read_doc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


/* R29: `name`, numbers with finite steps between them, at most MAAS_MAX_KNOTS;
 * rising: by steps that a division by them can take.  *n is 0 if there are
 * none, or MAAS_MAX_KNOTS + 1 for what breaks the rule. */

static maas_status_t
column_line(maas_read_t *r, const cJSON *column, const char *name, int rising,
    size_t *n, const float **out)
{
    float        *line, step;
    size_t        i;
    const cJSON  *list, *v;

    list = maas_get(column, name);

    if (list == NULL) {
        *n = 0;
        return MAAS_OK;
    }

    *n = MAAS_MAX_KNOTS + 1;

    i = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;
    if (i < 2 || i > MAAS_MAX_KNOTS) {
        return MAAS_OK;
    }

    line = maas__arena_alloc(r->arena, i, sizeof(float));
    if (line == NULL) {
        return MAAS_OOM(r);
    }

    i = 0;

    cJSON_ArrayForEach(v, list) {
        if (!cJSON_IsNumber(v)) {
            return MAAS_OK;
        }

        line[i] = (float) v->valuedouble;
        step = i > 0 ? line[i] - line[i - 1] : 1;

        if (!isfinite(line[i]) || !isfinite(step)
            || (rising && !(step > 0 && isnormal(step))))
        {
            return MAAS_OK;
        }

        i++;
    }

    *n = i;
    *out = line;
    return MAAS_OK;
}


/* R29 */

static maas_status_t
column_curve(maas_read_t *r, const cJSON *v, size_t i, maas_column_t *col)
{
    size_t         n;
    maas_status_t  rc;

    if ((rc = column_line(r, v, "knots", 1, &col->n_knots, &col->knots))
        != MAAS_OK
        || (rc = column_line(r, v, "levels", 0, &n, &col->levels)) != MAAS_OK)
    {
        return rc;
    }

    if (n != col->n_knots || n > MAAS_MAX_KNOTS) {
        return MAAS_BAD(r, "R29: column %zu: knots and levels are not two "
                        "lists of 2 to %d numbers, as many of both, knots "
                        "rising", i, MAAS_MAX_KNOTS);
    }

    if (!maas__tree_float(v, "clip", 0, &col->clip)
        || (maas_get(v, "clip") != NULL && !(col->clip > 0)))
    {
        return MAAS_BAD(r, "R29: column %zu: clip is not above 0", i);
    }

    return MAAS_OK;
}


static int
column_flag(const cJSON *v, const char *name, unsigned *out)
{
    const cJSON  *flag;

    flag = maas_get(v, name);
    *out = cJSON_IsTrue(flag) != 0;

    return flag == NULL || cJSON_IsBool(flag);
}


/* A number, or "nan" */

static int
column_missing(const cJSON *v, float *out)
{
    if (maas__tree_is(maas_get(v, "missing"), "nan")) {
        *out = MAAS_KEEP;
        return 1;
    }

    return maas__tree_float(v, "missing", NAN, out);
}


/* R36: columns whose slot may be NaN */

static maas_status_t
column_gaps(maas_read_t *r, const cJSON *v, size_t version, size_t i,
    maas_column_t *col)
{
    int  keep, codes;

    keep = col->missing == MAAS_KEEP;
    codes = column_flag(v, "codes", &col->codes);

    if (version < 3 && (keep || maas_get(v, "codes") != NULL)) {
        return MAAS_BAD(r, "R36: column %zu: \"%s\" needs version 3 of the "
                        "document", i, keep ? "missing\": \"nan" : "codes");
    }

    if (keep && (col->missing_slot || maas_get(v, "clip") != NULL
                 || maas_get(v, "knots") != NULL))
    {
        return MAAS_BAD(r, "R36: column %zu: missing is \"nan\" beside "
                        "missing_slot, clip or knots", i);
    }

    if (!codes || (col->codes && (maas_get(v, "values") == NULL || col->other
                                  || col->missing_slot)))
    {
        return MAAS_BAD(r, "R36: column %zu: codes is not true or false, or "
                        "without values, or beside other or missing_slot", i);
    }

    return MAAS_OK;
}


/* R27: the list of a category's values */

static maas_status_t
column_values(maas_read_t *r, const cJSON *list, size_t i,
    maas_column_t *col)
{
    char           what[48];
    size_t         n;
    const char   **values;
    maas_status_t  rc;

    n = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;

    if (n == 0 || n > MAAS_MAX_WIDTH) {
        return MAAS_BAD(r, "R27: column %zu: values is not a list of 1 to "
                        "2^20 texts", i);
    }

    snprintf(what, sizeof(what), "R27: column %zu: value", i);

    rc = maas__tree_texts(r, list, 1, &col->n_values, &values, what);
    if (rc == MAAS_OK) {
        col->values = values;
    }

    return rc;
}


/* R27: what a kind has beside the others */

static maas_status_t
column_kind(maas_read_t *r, const cJSON *v, size_t i,
    maas_column_t *col)
{
    size_t        low, high;
    const cJSON  *hash, *ngrams, *values;

    hash = maas_get(v, "hash");
    values = maas_get(v, "values");
    ngrams = maas_get(v, "ngrams");

    if (hash != NULL
        && (!maas__tree_integer(hash, MAAS_MAX_WIDTH, &col->hash)
            || col->hash == 0))
    {
        return MAAS_BAD(r, "R27: column %zu: hash is not an integer from 1 to "
                        "2^20", i);
    }

    if (col->kind == MAAS_FIELD_CATEGORY) {
        if ((hash == NULL) == (values == NULL)
            || (hash != NULL && col->other))
        {
            return MAAS_BAD(r, "R27: column %zu: a category has values, with "
                            "or without other, or hash", i);
        }

        return values == NULL ? MAAS_OK : column_values(r, values, i, col);
    }

    if (col->kind != MAAS_FIELD_TEXT) {
        return MAAS_OK;
    }

    if (hash == NULL || !cJSON_IsArray(ngrams)
        || cJSON_GetArraySize(ngrams) != 2
        || !maas__tree_integer(ngrams->child, MAAS_MAX_NGRAM, &low)
        || !maas__tree_integer(ngrams->child->next, MAAS_MAX_NGRAM, &high)
        || low < 1 || low > high)
    {
        return MAAS_BAD(r, "R27: column %zu: a text has hash and ngrams, "
                        "[shortest, longest] from 1 to %d", i,
                        MAAS_MAX_NGRAM);
    }

    col->shortest = (unsigned) low;
    col->longest = (unsigned) high;

    return MAAS_OK;
}


/* The first member, or kind, that version 1 of the document has not; NULL */

static const char *
column_later(const cJSON *v)
{
    size_t        i;
    const cJSON  *kind;

    static const char *const  later[] = {
        "missing_values", "compare", "decimal", "thousands", "units", NULL
    };

    kind = maas_get(v, "kind");

    if (kind != NULL
        && strcmp(kind->valuestring, maas__field_names[MAAS_FIELD_DATE]) == 0)
    {
        return maas__field_names[MAAS_FIELD_DATE];
    }

    for (i = 0; later[i] != NULL && maas_get(v, later[i]) == NULL; i++) {
        /* void */
    }

    return later[i];
}


/* R27 */

static maas_status_t
column_members(maas_read_t *r, const cJSON *v, size_t version, size_t i,
    maas_column_t *col)
{
    int           kind;
    const char   *bad;
    const cJSON  *s;

    static const char *const  members[MAAS_N_FIELDS][15] = {
        [MAAS_FIELD_NUMBER] = { "name", "kind", "scaling", "shift", "factor",
            "clip", "knots", "levels", "missing", "missing_slot",
            "missing_values", "decimal", "thousands", "units" },
        [MAAS_FIELD_BOOLEAN] = { "name", "kind", "scaling", "shift", "factor",
            "missing", "missing_slot", "missing_values" },
        [MAAS_FIELD_CATEGORY] = { "name", "kind", "values", "other", "hash",
            "codes", "missing_slot", "missing_values", "compare" },
        [MAAS_FIELD_TEXT] = { "name", "kind", "hash", "ngrams",
            "missing_slot", "missing_values", "compare" },
        [MAAS_FIELD_DATE] = { "name", "kind", "format", "parts",
            "missing_slot", "missing_values" }
    };

    s = maas_get(v, "kind");
    kind = s == NULL ? 0
                     : maas__tree_choice(s, maas__field_names, MAAS_N_FIELDS);
    if (kind < 0) {
        return MAAS_BAD(r, "R27: column %zu: kind is not number, boolean, "
                        "category, text or date", i);
    }

    bad = maas__tree_unknown(v, members[kind]);
    if (bad != NULL) {
        return MAAS_BAD(r, "R27: column %zu, a %s: unknown member \"%.64s\"",
                        i, maas__field_names[kind], bad);
    }

    if (version < 2) {
        bad = column_later(v);

        if (bad != NULL) {
            return MAAS_BAD(r, "R27: column %zu: \"%s\" needs version 2 of the "
                            "document", i, bad);
        }
    }

    col->kind = (maas_field_kind_t) kind;

    if (!column_missing(v, &col->missing)
        || !column_flag(v, "missing_slot", &col->missing_slot)
        || !column_flag(v, "other", &col->other))
    {
        return MAAS_BAD(r, "R27: column %zu: missing is not a number, or "
                        "missing_slot or other not true or false", i);
    }

    return column_gaps(r, v, version, i, col);
}


maas_status_t
maas__read_scaling(maas_read_t *r, const cJSON *v, maas_column_t *col)
{
    int           i;
    const cJSON  *s;

    s = maas_get(v, "scaling");
    i = s == NULL ? 0 : maas__tree_choice(s, maas__scaling_names,
                                          MAAS_N_SCALINGS);

    if (i < 0 || !maas__tree_float(v, "shift", 0, &col->shift)
        || !maas__tree_float(v, "factor", 1, &col->factor))
    {
        return MAAS_BAD(r, "R18: inputs: scaling is not none, standard, "
                        "minmax, robust or quantile, or shift or factor not "
                        "finite");
    }

    col->scaling = maas__scaling_names[i];
    return MAAS_OK;
}


/* R34: parts of dates that came with version 5 */

static maas_status_t
column_parts(maas_read_t *r, size_t version, size_t i,
    const maas_column_t *col)
{
    size_t  k;

    for (k = 0; version < 5 && k < col->n_parts; k++) {
        if (MAAS_PART_LATER(col->parts[k].kind)) {
            return MAAS_BAD(r, "R34: column %zu: part \"%s\" needs version 5 "
                            "of the document", i,
                            maas__part_names[col->parts[k].kind]);
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__read_column(maas_read_t *r, const cJSON *v, size_t version, size_t i,
    maas_column_t *col)
{
    maas_status_t  rc;

    if (!cJSON_IsObject(v) || !maas__tree_is_text(maas_get(v, "name"))) {
        return MAAS_BAD(r, "R18: column %zu is not an object with a name of "
                        "1 to %d bytes", i, MAAS_MAX_TEXT);
    }

    if ((rc = maas__tree_copy(r, maas_get(v, "name")->valuestring, &col->name))
        != MAAS_OK
        || (rc = column_members(r, v, version, i, col)) != MAAS_OK
        || (rc = column_kind(r, v, i, col)) != MAAS_OK
        || (rc = column_curve(r, v, i, col)) != MAAS_OK
        || (rc = maas__read_value(r, v, i, col)) != MAAS_OK
        || (rc = column_parts(r, version, i, col)) != MAAS_OK)
    {
        return rc;
    }

    return maas__read_scaling(r, v, col);
}
