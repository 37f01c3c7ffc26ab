/*
 * May these models be made one?  What parts take and say has to fit, and each
 * that does not is told with both names.
 * Not here: the model that is made of them (maas_join.c).
 */

#include "maas_int.h"
#include "maas_plan.h"

#include <string.h>


/* What errors call a part */

static const char *
join_name(const maas_join_t *how, size_t i)
{
    return how->names[i];
}


static maas_status_t
join_link(const maas_join_t *how, size_t i, maas_err_t *err)
{
    const maas_info_t  *a, *b;

    a = &how->parts[i]->info;
    b = &how->parts[i + 1]->info;

    if (!b->plain) {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" takes columns that "
                          "are more than a number each, expected a model of "
                          "%zu numbers behind \"%.64s\"",
                          join_name(how, i + 1), a->out, join_name(how, i));
    }

    if (a->out != b->in) {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" says (rows,%zu) and "
                          "\"%.64s\" takes (rows,%zu): expected as many "
                          "numbers", join_name(how, i), a->out,
                          join_name(how, i + 1), b->in);
    }

    return MAAS_OK;
}


/* A column that both have is of one kind. */

static maas_status_t
join_kinds(const maas_join_t *how, size_t i, size_t k, maas_err_t *err)
{
    size_t               c, own;
    const maas_field_t  *f;
    const maas_info_t   *a, *b;

    a = &how->parts[i]->info;
    b = &how->parts[k]->info;

    for (c = 0; c < a->n_columns; c++) {
        f = &a->fields[c];
        own = maas_column_find(b->reader, f->name, strlen(f->name));

        if (own != SIZE_MAX && b->fields[own].kind != f->kind) {
            return maas__fail(err, MAAS_BADSHAPE, "column \"%.64s\" is of "
                              "kind %s in \"%.64s\", %s in \"%.64s\": "
                              "expected the same", f->name, f->kind_name,
                              join_name(how, i), b->fields[own].kind_name,
                              join_name(how, k));
        }
    }

    return MAAS_OK;
}


/* May part i read what the first part reads, and those between them? */

static maas_status_t
join_inputs(const maas_join_t *how, size_t i, maas_err_t *err)
{
    size_t              k;
    maas_status_t       rc;
    const maas_info_t  *a, *b;

    static const char  *const takes[] = { "a tensor", "columns" };
    static const char  *const wide[] = { "FP32", "FP64" };

    a = &how->parts[0]->info;
    b = &how->parts[i]->info;

    if (a->input != b->input) {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" takes %s, \"%.64s\" "
                          "%s: expected the same inputs", join_name(how, 0),
                          takes[a->input], join_name(how, i),
                          takes[b->input]);
    }

    if (a->wide != b->wide
        || (a->input == MAAS_INPUT_TENSOR && a->in != b->in))
    {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" takes (rows,%zu) of "
                          "%s, \"%.64s\" (rows,%zu) of %s: expected the same "
                          "inputs", join_name(how, 0), a->in, wide[a->wide],
                          join_name(how, i), b->in, wide[b->wide]);
    }

    for (k = 0, rc = MAAS_OK; rc == MAAS_OK && a->input == MAAS_INPUT_COLUMNS
                              && k < i; k++)
    {
        rc = join_kinds(how, k, i, err);
    }

    return rc;
}


/* Do the numbers of part i mean what those of the first part do? */

static maas_status_t
join_outputs(const maas_join_t *how, size_t i, maas_err_t *err)
{
    size_t              k;
    const maas_info_t  *a, *b;

    a = &how->parts[0]->info;
    b = &how->parts[i]->info;

    if (a->task != b->task || a->out != b->out || a->n_labels != b->n_labels) {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" says (rows,%zu) of "
                          "task %s, \"%.64s\" (rows,%zu) of task %s: expected "
                          "the same outputs", join_name(how, 0), a->out,
                          a->task_name, join_name(how, i), b->out,
                          b->task_name);
    }

    for (k = 0; k < a->n_labels; k++) {
        if (strcmp(a->labels[k], b->labels[k]) != 0) {
            return maas__fail(err, MAAS_BADSHAPE, "label %zu of \"%.64s\" is "
                              "\"%.64s\", of \"%.64s\" it is \"%.64s\": "
                              "expected the same outputs", k + 1,
                              join_name(how, 0), a->labels[k],
                              join_name(how, i), b->labels[k]);
        }
    }

    return MAAS_OK;
}


static maas_status_t
join_chain(const maas_join_t *how, maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    for (i = 0, rc = MAAS_OK; rc == MAAS_OK && i + 1 < how->n; i++) {
        rc = join_link(how, i, err);
    }

    return rc;
}


static maas_status_t
join_mean(const maas_join_t *how, maas_err_t *err)
{
    size_t         i;
    maas_status_t  rc;

    for (i = 0; how->weights != NULL && i < how->n; i++) {
        if (!(how->weights[i] > 0 && how->weights[i] <= 1e9)) {
            return maas__fail(err, MAAS_BADVALUE, "weight %zu is not above 0 "
                              "and at most 1e9", i + 1);
        }
    }

    for (i = 1, rc = MAAS_OK; rc == MAAS_OK && i < how->n; i++) {
        if ((rc = join_inputs(how, i, err)) == MAAS_OK) {
            rc = join_outputs(how, i, err);
        }
    }

    return rc;
}


static maas_status_t
join_gate(const maas_join_t *how, maas_err_t *err)
{
    size_t              i;
    maas_status_t       rc;
    const maas_info_t  *a, *b;

    a = &how->parts[0]->info;
    b = &how->parts[1]->info;

    if (a->out != 1) {
        return maas__fail(err, MAAS_BADSHAPE, "\"%.64s\" says (rows,%zu), "
                          "expected one number of a gate: a binary model or "
                          "a regression", join_name(how, 0), a->out);
    }

    if (!isfinite(how->above)) {
        return maas__fail(err, MAAS_BADVALUE, "what is to be above is no "
                          "number");
    }

    rc = join_inputs(how, 1, err);

    if (rc != MAAS_OK || how->otherwise == NULL) {
        return rc == MAAS_OK ? join_outputs(how, 1, err) : rc;
    }

    for (i = 0; i < b->out; i++) {
        if (!isfinite(how->otherwise[i])
            || (b->task != MAAS_TASK_REGRESSION
                && (how->otherwise[i] < 0 || how->otherwise[i] > 1)))
        {
            return maas__fail(err, MAAS_BADVALUE, "number %zu for rows that "
                              "the gate stops is no %s", i + 1,
                              b->task == MAAS_TASK_REGRESSION
                              ? "number" : "probability");
        }
    }

    return MAAS_OK;
}


maas_status_t
maas__join_fits(const maas_join_t *how, maas_err_t *err)
{
    static maas_status_t  (*const fits[])(const maas_join_t *how,
                                          maas_err_t *err) = {
        [MAAS_JOIN_CHAIN] = join_chain,
        [MAAS_JOIN_MEAN] = join_mean,
        [MAAS_JOIN_GATE] = join_gate
    };

    if (how->n < 2 || how->n > (how->kind == MAAS_JOIN_GATE
                                ? 2 : MAAS_JOIN_MOST))
    {
        return maas__fail(err, MAAS_BADSHAPE, "expected 2 to %d models, not "
                          "%zu", MAAS_JOIN_MOST, how->n);
    }

    return fits[how->kind](how, err);
}
