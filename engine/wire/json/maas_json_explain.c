/*
 * Explanations as JSON: the member of an answer, row by row.
 * Not here: the answer around it, outputs of the Open Inference Protocol
 * (maas_json_v2_explain.c), and how scores are explained.
 */

#include "maas_int.h"
#include "maas_json_explain.h"
#include "maas_json_rows.h"

#include <math.h>
#include <string.h>


#define EXPLAIN_NUMBER  (MAAS_FLOAT_MAX + 1)   /* and a comma */
#define EXPLAIN_FRAME   160                    /* names of members */


/* In single precision; what has none there is none at all */

static char *
explain_number(double v, char *p)
{
    float  f;

    f = (float) v;

    if (!isfinite(f)) {
        return stpcpy(p, "null");
    }

    return p + maas__float_print(f, p);
}


const char *
maas__explanations_name(const maas_info_t *info, size_t place,
    char text[MAAS_EXPLAIN_PLACE], size_t *len)
{
    if (info->n_columns > 0) {
        *len = strlen(info->columns[place]);
        return info->columns[place];
    }

    *len = maas__size_print(place, text);

    return text;
}


size_t
maas__explanations_name_size(const maas_info_t *info)
{
    size_t  i, len, longest;

    longest = MAAS_SIZE_TEXT;

    for (i = 0; i < info->n_columns; i++) {
        len = 6 * strlen(info->columns[i]);
        longest = len > longest ? len : longest;
    }

    return longest;
}


const char *
maas__explanations_label(const maas_info_t *info,
    const maas_explanations_t *all, size_t row)
{
    size_t  i;

    i = all->row[row].output;

    return i < info->n_labels ? info->labels[i] : NULL;
}


size_t
maas__explanations_top(const maas_explanations_t *all, size_t row,
    size_t places[MAAS_EXPLAIN_TOP])
{
    return maas_explain_top(all->attributions + row * all->size, all->size,
                            all->top, places);
}


static size_t
explain_attributions_size(const maas_info_t *info,
    const maas_explanations_t *all)
{
    size_t  i, size;

    if (all->top > 0) {
        return all->top * (maas__explanations_name_size(info)
                           + EXPLAIN_NUMBER + 3);
    }

    size = all->size * (EXPLAIN_NUMBER + 2 * MAAS_MAX_RANK);

    for (i = 0; i < info->n_columns; i++) {
        size += 6 * strlen(info->columns[i]) + 3;
    }

    return size;
}


size_t
maas__explanations_size(const maas_info_t *info, const maas_request_t *req)
{
    const maas_explanations_t  *all;

    all = req->explained;

    if (all == NULL) {
        return 0;
    }

    return req->rows * (EXPLAIN_FRAME + 3 * EXPLAIN_NUMBER
                        + maas__label_size(info)
                        + explain_attributions_size(info, all))
           + sizeof(",\"explanations\":[]");
}


static char *
explain_pair(const maas_info_t *info, const double *attributions,
    size_t place, char *p)
{
    char         text[MAAS_EXPLAIN_PLACE];
    size_t       len;
    const char  *name;

    name = maas__explanations_name(info, place, text, &len);

    p += maas__json_quote(name, len, p);
    *p++ = ':';
    p = explain_number(attributions[place], p);
    *p++ = ',';

    return p;
}


/* By name; places: which, NULL: all n in their order */

static char *
explain_object(const maas_info_t *info, const double *attributions, size_t n,
    const size_t *places, char *p)
{
    size_t  i;

    *p++ = '{';

    for (i = 0; i < n; i++) {
        p = explain_pair(info, attributions, places != NULL ? places[i] : i, p);
    }

    p -= n > 0;
    *p++ = '}';

    return p;
}


/* Nested as the tensor is: where a dimension begins and ends with number i */

static char *
explain_tensor(const maas_info_t *info, const double *attributions, size_t n,
    char *p)
{
    size_t  i, k, d;

    for (i = 0; i < n; i++) {

        for (k = 1, d = info->rank; d-- > 0; /* void */ ) {
            k *= info->shape[d];

            if (i % k == 0) {
                *p++ = '[';
            }
        }

        p = explain_number(attributions[i], p);

        for (k = 1, d = info->rank; d-- > 0; /* void */ ) {
            k *= info->shape[d];

            if ((i + 1) % k == 0) {
                *p++ = ']';
            }
        }

        *p++ = ',';
    }

    return p - 1;
}


static char *
explain_row(const maas_info_t *info, const maas_explanations_t *all,
    size_t row, char *p)
{
    size_t         n, places[MAAS_EXPLAIN_TOP];
    const char    *label;
    const double  *attributions;

    attributions = all->attributions + row * all->size;
    label = maas__explanations_label(info, all, row);

    p = stpcpy(p, "{\"score\":");
    p = explain_number(all->row[row].score, p);
    p = stpcpy(p, ",\"base\":");
    p = explain_number(all->row[row].base, p);
    p = stpcpy(p, ",\"error\":");
    p = explain_number(all->row[row].error, p);

    if (label != NULL) {
        p = stpcpy(p, ",\"label\":");
        p += maas__json_quote(label, strlen(label), p);
    }

    p = stpcpy(p, ",\"attributions\":");

    if (all->top > 0) {
        n = maas__explanations_top(all, row, places);
        p = explain_object(info, attributions, n, places, p);

    } else if (info->n_columns > 0) {
        p = explain_object(info, attributions, all->size, NULL, p);

    } else {
        p = explain_tensor(info, attributions, all->size, p);
    }

    *p++ = '}';

    return p;
}


char *
maas__explanations_write(const maas_info_t *info, const maas_request_t *req,
    char *p)
{
    size_t  i;

    p = stpcpy(p, ",\"explanations\":[");

    for (i = 0; i < req->rows; i++) {
        p = explain_row(info, req->explained, i, p);
        *p++ = ',';
    }

    p -= req->rows > 0;
    *p++ = ']';

    return p;
}
