/*
 * A column of a model file's document: what its texts mean, in version 2 (R33,
 * R34).
 * Not here: reading such texts (field/).
 */

#include "maas_read_doc.h"
#include "field/maas_field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


#define VALUE_MAX_UNIT  16             /* bytes */


/* R33: an optional list of texts, at most MAAS_MAX_UNITS */

static maas_status_t
value_texts(maas_read_t *r, const cJSON *column, const char *name, size_t i,
    size_t *n, const char *const **out)
{
    char           what[64];
    size_t         count;
    const char   **texts;
    const cJSON   *list;
    maas_status_t  rc;

    list = maas_get(column, name);

    if (list == NULL) {
        return MAAS_OK;
    }

    count = cJSON_IsArray(list) ? (size_t) cJSON_GetArraySize(list) : 0;

    if (count == 0 || count > MAAS_MAX_UNITS) {
        return MAAS_BAD(r, "R33: column %zu: %s is not a list of 1 to %d "
                        "texts", i, name, MAAS_MAX_UNITS);
    }

    snprintf(what, sizeof(what), "R33: column %zu: %s", i, name);
    rc = maas__tree_texts(r, list, 1, n, &texts, what);

    if (rc == MAAS_OK) {
        *out = texts;
    }

    return rc;
}


/* R33: an optional text of one byte out of `any`; 0 if it is something else */

static int
value_sign(const cJSON *column, const char *name, const char *any, char *out)
{
    const cJSON  *v;

    v = maas_get(column, name);

    if (v == NULL) {
        return 1;
    }

    if (!cJSON_IsString(v) || strlen(v->valuestring) != 1
        || strchr(any, v->valuestring[0]) == NULL)
    {
        return 0;
    }

    *out = v->valuestring[0];

    return 1;
}


/* R33: such as "EUR" or "Rs." */

static int
value_is_unit(const char *s)
{
    size_t       n;
    const char  *point;

    n = strlen(s);
    point = strchr(s, '.');

    return n <= VALUE_MAX_UNIT && strpbrk(s, "0123456789+-,()") == NULL
           && (point == NULL || (n > 1 && point == s + n - 1));
}


/* R33 */

static maas_status_t
value_number(maas_read_t *r, const cJSON *v, size_t i, maas_column_t *col)
{
    size_t         j;
    maas_status_t  rc;

    if (!value_sign(v, "decimal", ".,", &col->decimal)
        || !value_sign(v, "thousands", ".,_ '", &col->thousands)
        || (col->thousands != '\0'
            && col->thousands == (col->decimal ? col->decimal : '.')))
    {
        return MAAS_BAD(r, "R33: column %zu: decimal is not a point or a "
                        "comma, or thousands not another one of them, a blank,"
                        " ' or _", i);
    }

    rc = value_texts(r, v, "units", i, &col->n_units, &col->units);

    for (j = 0; rc == MAAS_OK && j < col->n_units; j++) {
        if (!value_is_unit(col->units[j])) {
            return MAAS_BAD(r, "R33: column %zu: unit %zu is not 1 to %d bytes"
                            " without digits, signs, commas, parentheses and "
                            "points but one at its end", i, j,
                            VALUE_MAX_UNIT);
        }
    }

    return rc;
}


/* R34: part k; 0 if it is none */

static int
value_part(const cJSON *v, maas_part_t *part)
{
    int           kind;
    const cJSON  *shift, *factor;

    static const char *const  members[] = { "part", "shift", "factor", NULL };

    kind = maas__tree_choice(maas_get(v, "part"), maas__part_names,
                             MAAS_N_PARTS);
    shift = maas_get(v, "shift");
    factor = maas_get(v, "factor");

    if (!cJSON_IsObject(v) || kind < 0
        || maas__tree_unknown(v, members) != NULL)
    {
        return 0;
    }

    part->kind = (maas_part_kind_t) kind;
    part->shift = shift == NULL ? 0 : shift->valuedouble;
    part->factor = factor == NULL ? 1 : factor->valuedouble;

    /* what is said of a time 10^11 seconds away is finite, too */

    return (shift == NULL || cJSON_IsNumber(shift))
           && (factor == NULL || cJSON_IsNumber(factor))
           && fabs(part->shift) <= 1e15 && fabs(part->factor) <= 1e15
           && (!MAAS_PART_CYCLE(kind) || (shift == NULL && factor == NULL));
}


/* R34 */

static maas_status_t
value_date(maas_read_t *r, const cJSON *v, size_t i, maas_column_t *col)
{
    int           form;
    size_t        n;
    unsigned      seen;
    const cJSON  *parts, *item;
    maas_part_t  *part;

    form = maas__tree_choice(maas_get(v, "format"), maas__date_names,
                             MAAS_N_DATE_FORMS);
    parts = maas_get(v, "parts");
    n = cJSON_IsArray(parts) ? (size_t) cJSON_GetArraySize(parts) : 0;

    if (form < 0 || n == 0 || n > MAAS_N_PARTS) {
        return MAAS_BAD(r, "R34: column %zu: a date has format (iso, dmy, mdy,"
                        " unix or unix_ms) and parts, a list of 1 to %d", i,
                        MAAS_N_PARTS);
    }

    part = maas__arena_alloc(r->arena, n, sizeof(maas_part_t));
    if (part == NULL) {
        return MAAS_OOM(r);
    }

    n = 0;
    seen = 0;

    cJSON_ArrayForEach(item, parts) {
        if (!value_part(item, &part[n])
            || (seen & (1u << part[n].kind)) != 0)
        {
            return MAAS_BAD(r, "R34: column %zu: part %zu is not an object "
                            "with a part of its own, and shift and factor if "
                            "it is no cycle", i, n);
        }

        seen |= 1u << part[n++].kind;
    }

    col->date = (maas_date_form_t) form;
    col->parts = part;
    col->n_parts = n;

    return MAAS_OK;
}


/* R33: values of a category are as they are compared */

static maas_status_t
value_compare(maas_read_t *r, const cJSON *v, size_t i, maas_column_t *col)
{
    int           compare;
    char          buf[MAAS_CANONICAL];
    size_t        j, n, len;
    const cJSON  *s;

    s = maas_get(v, "compare");

    if (s == NULL) {
        return MAAS_OK;
    }

    compare = maas__tree_choice(s, maas__compare_names, MAAS_N_COMPARES);

    if (compare < 1 || (col->kind == MAAS_FIELD_TEXT
                        && compare != MAAS_COMPARE_TEXT))
    {
        return MAAS_BAD(r, "R33: column %zu: compare is not %s", i,
                        col->kind == MAAS_FIELD_TEXT
                        ? "\"text\"" : "number, boolean or text");
    }

    col->compare = (maas_compare_t) compare;

    for (j = 0; j < col->n_values; j++) {
        len = strlen(col->values[j]);
        n = compare == MAAS_COMPARE_NUMBER
            ? maas__field_canonical(col->values[j], len, buf)
            : compare == MAAS_COMPARE_BOOLEAN
              ? maas__field_truth(col->values[j], len, buf) : 0;

        if (n > 0 && (n != len || memcmp(buf, col->values[j], n) != 0)) {
            return MAAS_BAD(r, "R33: column %zu: value %zu is not written as "
                            "it is compared", i, j);
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__read_value(maas_read_t *r, const cJSON *v, size_t i, maas_column_t *col)
{
    maas_status_t  rc;

    rc = value_texts(r, v, "missing_values", i, &col->n_blanks, &col->blanks);

    if (rc != MAAS_OK) {
        return rc;
    }

    switch (col->kind) {

    case MAAS_FIELD_NUMBER:
        return value_number(r, v, i, col);

    case MAAS_FIELD_DATE:
        return value_date(r, v, i, col);

    case MAAS_FIELD_CATEGORY:
    case MAAS_FIELD_TEXT:
        return value_compare(r, v, i, col);

    default: /* MAAS_FIELD_BOOLEAN */
        return MAAS_OK;
    }
}
