/*
 * ONNX files: the graph is walked once, operator by operator.
 * Not here: what operators do.
 */

#include "onnx_leaves.h"

#include <float.h>
#include <stdio.h>
#include <string.h>


#define ONNX_FAR_APART   100           /* of an exponent: errors of 1e-5 */


static const train_onnx_op_t *const  onnx_tables[] = {
    train_onnx_shapes, train_onnx_picks, train_onnx_maths,
    train_onnx_products, train_onnx_chains, train_onnx_networks,
    train_onnx_shares, train_onnx_pieced, train_onnx_sklearns,
    train_onnx_svms, train_onnx_encoders, train_onnx_ensembles
};


/* Which operators compute, besides numbers, what is only a label */

static int
onnx_is_label(const train_onnx_t *o, const train_onnx_port_t *p)
{
    size_t                    k;
    train_onnx_name_t        *e;
    const train_onnx_node_t  *n;

    if (p->type == TRAIN_ONNX_INT64 || p->type == TRAIN_ONNX_INT32
        || p->type == TRAIN_ONNX_STRING || p->type == TRAIN_ONNX_BOOL)
    {
        return 1;
    }

    e = train_onnx_find(o, p->name);
    n = e == NULL ? NULL : e->from;

    if (n == NULL) {
        return 0;
    }

    k = strlen("Classifier");

    return train_onnx_is(n->op, "ArgMax")
           || train_onnx_is(n->op, "LabelEncoder")
           || (n->op.len > k
               && memcmp(n->op.data + n->op.len - k, "Classifier", k) == 0
               && n->n_out > 0 && n->out[0].len == p->name.len
               && memcmp(n->out[0].data, p->name.data, p->name.len) == 0);
}


/* The output that was asked for */

static maas_status_t
onnx_named(train_onnx_t *o, const train_onnx_port_t **answer)
{
    int     k, at;
    char    names[160];
    size_t  i;

    for (at = 0, i = 0; i < o->n_outputs; i++) {
        if (train_onnx_is(o->output[i].name, o->m->answer)) {
            *answer = &o->output[i];
            o->m->answer = NULL;

            return MAAS_OK;
        }

        k = snprintf(names + at, sizeof(names) - (size_t) at, "%s\"%.*s\"",
                     i == 0 ? "" : ", ", o->output[i].name.len < 60
                     ? (int) o->output[i].name.len : 60,
                     o->output[i].name.data);
        at = k < 0 || (size_t) (at + k) >= sizeof(names) ? at : at + k;
        names[at] = '\0';
    }

    return train_onnx_refuse(o, NULL, "--answer: there is no output \"%.60s\","
                             " expected one of %s", o->m->answer, names);
}


/* The one output that is numbers */

static maas_status_t
onnx_answer(train_onnx_t *o, const train_onnx_port_t **answer)
{
    size_t                    i;
    const train_onnx_port_t  *p;

    *answer = NULL;

    if (o->m->answer != NULL) {
        return onnx_named(o, answer);
    }

    for (i = 0; i < o->n_outputs; i++) {
        p = &o->output[i];

        if (onnx_is_label(o, p)) {
            continue;
        }

        if (*answer != NULL) {
            return train_onnx_refuse(o, NULL, "the model has two answers,"
                                     " \"%.*s\" and \"%.*s\"; take one with"
                                     " --answer NAME",
                                     (int) (*answer)->name.len,
                                     (*answer)->name.data, (int) p->name.len,
                                     p->name.data);
        }

        *answer = p;
    }

    if (*answer == NULL) {
        return train_onnx_refuse(o, NULL, "the model's answer is a label, and"
                                 " no numbers; export its probabilities, too,"
                                 " or its scores");
    }

    return MAAS_OK;
}


/* Which nodes the answer needs, and how often names are used */

static maas_status_t
onnx_needed(train_onnx_t *o, const train_onnx_port_t *answer)
{
    size_t               i, k;
    train_onnx_name_t   *e;
    train_onnx_node_t   *n;

    e = train_onnx_find(o, answer->name);

    if (e == NULL || e->from == NULL) {
        return train_onnx_bad(o, NULL, "nothing makes the answer, \"%.*s\"",
                              (int) answer->name.len, answer->name.data);
    }

    e->uses = 1;
    e->from->needed = 1;

    for (i = o->n_nodes; i-- > 0; /* void */) {
        n = &o->node[i];

        for (k = 0; n->needed && k < n->n_in; k++) {
            e = train_onnx_find(o, n->in[k]);

            if (e == NULL) {
                continue;
            }

            e->uses++;

            if (e->from != NULL && e->from >= n) {
                return train_onnx_bad(o, n, "takes \"%.*s\", which is made"
                                      " after it", (int) n->in[k].len,
                                      n->in[k].data);
            }

            if (e->from != NULL) {
                e->from->needed = 1;
            }
        }
    }

    return MAAS_OK;
}


/* Columns are graph inputs of one number, or numbers of a larger one */

static const char *
onnx_column_name(train_onnx_t *o, const train_onnx_port_t *p, size_t i,
    size_t n)
{
    char  name[160];

    if (n == 1) {
        return train_import_text(o->m, p->name.data, p->name.len);
    }

    if (o->n_inputs == 1) {
        (void) snprintf(name, sizeof(name), "f%zu", i);
    } else {
        (void) snprintf(name, sizeof(name), "%.*s.%zu",
                        p->name.len < 100 ? (int) p->name.len : 100,
                        p->name.data, i);
    }

    return train_import_text(o->m, name, strlen(name));
}


static maas_status_t
onnx_input_size(train_onnx_t *o, const train_onnx_port_t *p, size_t *n)
{
    size_t  i;

    if (p->type != TRAIN_ONNX_FLOAT && p->type != TRAIN_ONNX_STRING
        && p->type != TRAIN_ONNX_INT64 && p->type != TRAIN_ONNX_INT32
        && p->type != TRAIN_ONNX_DOUBLE && p->type != TRAIN_ONNX_BOOL)
    {
        return train_onnx_refuse(o, NULL, "input \"%.*s\" is no tensor of"
                                 " float, double, int64 or string; export the"
                                 " model with float inputs",
                                 (int) p->name.len, p->name.data);
    }

    *n = 1;

    for (i = 1; i < p->rank; i++) {
        if (p->dim[i] == TRAIN_ONNX_UNKNOWN
            || p->dim[i] > MAAS_MAX_WIDTH / *n)
        {
            return train_onnx_refuse(o, NULL, "input \"%.*s\": how many"
                                     " numbers a row has is not said, or more"
                                     " than %u; export the model with a fixed"
                                     " number of features", (int) p->name.len,
                                     p->name.data, MAAS_MAX_WIDTH);
        }

        *n *= p->dim[i];
    }

    return MAAS_OK;
}


static maas_status_t
onnx_input(train_onnx_t *o, const train_onnx_port_t *p, size_t n)
{
    size_t                 i;
    train_onnx_name_t     *e;
    train_onnx_value_t    *v;
    train_onnx_column_t   *c;
    train_onnx_element_t  *el;

    v = train_onnx_value(o, ONNX_INPUT, p->rank == 0 ? 0 : p->rank - 1,
                         p->dim + 1);
    el = train_import_alloc(o->m, n, sizeof(*el));
    e = train_onnx_find(o, p->name);
    if (v == NULL || el == NULL || e == NULL) {
        return v == NULL || el == NULL ? train_onnx_nomem(o)
               : train_onnx_bad(o, NULL, "an input without a name");
    }

    for (i = 0; i < n; i++) {
        c = &o->column[o->n_columns];
        c->text = p->type == TRAIN_ONNX_STRING;
        c->truth = p->type == TRAIN_ONNX_BOOL;
        c->whole = c->truth || p->type == TRAIN_ONNX_INT64
                   || p->type == TRAIN_ONNX_INT32;
        c->factor = 1;
        c->name = onnx_column_name(o, p, i, n);

        if (c->name == NULL) {
            return train_onnx_nomem(o);
        }

        el[i].column = o->n_columns++;
        el[i].factor = 1;
    }

    v->element = el;
    e->value = v;

    return MAAS_OK;
}


/* One row for all rows is a constant: who makes rows does not know it */

static maas_status_t
onnx_inputs_rows(train_onnx_t *o)
{
    size_t                    i, any;
    const train_onnx_port_t  *p;

    for (any = i = 0; i < o->n_inputs; i++) {
        p = &o->input[i];
        any += p->rank > 0 && p->dim[0] == TRAIN_ONNX_UNKNOWN;
    }

    for (i = 0; i < o->n_inputs; i++) {
        p = &o->input[i];

        if (any > 0 && p->rank > 1 && p->dim[0] == 1) {
            return train_onnx_refuse(o, NULL, "input \"%.*s\" is one row for"
                                     " any number of rows, a constant that was"
                                     " left out, as of Keras' Normalization:"
                                     " take a Rescaling with its mean and"
                                     " variance", p->name.len < 100
                                     ? (int) p->name.len : 100, p->name.data);
        }
    }

    return MAAS_OK;
}


/* Inputs, but those that are initializers of old files, or that nobody uses */

static maas_status_t
onnx_inputs(train_onnx_t *o)
{
    size_t              i, n, kept, total;
    maas_status_t       rc;
    train_onnx_name_t  *e;

    kept = total = 0;

    for (i = 0; i < o->n_inputs; i++) {
        e = train_onnx_find(o, o->input[i].name);

        if (e == NULL || e->tensor.p != NULL || e->uses == 0) {
            continue;
        }

        rc = onnx_input_size(o, &o->input[i], &n);
        if (rc != MAAS_OK) {
            return rc;
        }

        o->input[kept++] = o->input[i];
        total += n;

        if (total > MAAS_MAX_WIDTH) {
            return train_onnx_refuse(o, NULL, "more than %u numbers a row",
                                     MAAS_MAX_WIDTH);
        }
    }

    o->n_inputs = kept;
    rc = onnx_inputs_rows(o);

    if (rc != MAAS_OK) {
        return rc;
    }

    if (kept == 0) {
        return train_onnx_refuse(o, NULL, "the answer depends on no input");
    }

    o->column = train_import_alloc(o->m, total, sizeof(*o->column));
    if (o->column == NULL) {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < kept; i++) {
        (void) onnx_input_size(o, &o->input[i], &n);
        rc = onnx_input(o, &o->input[i], n);
        if (rc != MAAS_OK) {
            return rc;
        }
    }

    return MAAS_OK;
}


static maas_status_t
onnx_run(train_onnx_t *o, const train_onnx_node_t *n)
{
    int                     done;
    size_t                  i;
    maas_status_t           rc;
    const train_onnx_op_t  *op;

    if (n->domain.len > 0 && !train_onnx_is(n->domain, "ai.onnx")
        && !train_onnx_is(n->domain, "ai.onnx.ml"))
    {
        return train_onnx_unknown(o, n);
    }

    if (n->weights.len > 0) {
        return train_onnx_median(o, n);
    }

    rc = train_leaves_run(o, n, &done);

    if (done || rc != MAAS_OK) {
        return rc;
    }

    for (i = 0; i < sizeof(onnx_tables) / sizeof(onnx_tables[0]); i++) {
        for (op = onnx_tables[i]; op->name != NULL; op++) {
            if (train_onnx_is(n->op, op->name)) {
                return op->make(o, n);
            }
        }
    }

    return train_onnx_unknown(o, n);
}


/* Scaled here in single precision, and compared with thresholds */

static int
onnx_scaled_for_trees(const train_onnx_column_t *c)
{
    return c->used && c->by_trees && c->list == NULL
           && (c->shift != 0 || c->factor != 1);
}


/* Those of which no more is to say; score: the answer is one of an SVC */

static maas_status_t
onnx_notes_plain(train_onnx_t *o, int score)
{
    size_t  i;

    const struct {
        int          is;
        const char  *text;
    } plain[] = {
        { o->sets, "trees look for whole numbers in sets: 1.5 counts as 1 here,"
          " and is in no set in ONNX" },
        { o->nearest, "a table, as of isotonic calibration, says what stands at"
          " its nearest point, as in ONNX; scikit-learn draws a line between"
          " two" },
        { score, "the answer is decision_function of the SVC: above 0 is its"
          " second class" },
        { o->cut, "whole numbers are categories: 1.5 is none of them here, as"
          " in scikit-learn, and is 1 in ONNX Runtime" }
    };

    for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (plain[i].is
            && train_import_note(o->m, "%s", plain[i].text) != MAAS_OK)
        {
            return train_onnx_nomem(o);
        }
    }

    return MAAS_OK;
}


/* What may differ from the library */

static maas_status_t
onnx_notes(train_onnx_t *o, int score)
{
    size_t  i;

    if (o->n_inputs == 1 && o->m->n_columns > 1
        && train_import_note(o->m, "the file has no names of columns: they"
                             " are f0 to f%zu", o->n_columns - 1) != MAAS_OK)
    {
        return train_onnx_nomem(o);
    }

    if (o->n_strict > 0
        && train_import_note(o->m, "categories that are not in the list of"
                             " column \"%s\"%s are zeros here: ONNX Runtime"
                             " refuses their rows", o->column[o->strict].name,
                             o->n_strict > 1 ? " and others" : "") != MAAS_OK)
    {
        return train_onnx_nomem(o);
    }

    if (onnx_notes_plain(o, score) != MAAS_OK) {
        return o->err->code;
    }

    if (o->far > ONNX_FAR_APART
        && train_import_note(o->m, "support vectors are far from each other by"
                             " the kernel's gamma: beside one, floats give the"
                             " kernel within about %.1g; scale the columns, or"
                             " take a smaller gamma", o->far * FLT_EPSILON)
           != MAAS_OK)
    {
        return train_onnx_nomem(o);
    }

    for (i = 0; i < o->n_columns; i++) {
        if (!onnx_scaled_for_trees(&o->column[i])) {
            continue;
        }

        if (train_import_note(o->m, "column \"%s\" is scaled before trees:"
                              " beside a threshold scikit-learn's doubles may"
                              " take another branch than floats, here as in"
                              " ONNX Runtime", o->column[i].name) != MAAS_OK)
        {
            return train_onnx_nomem(o);
        }

        break;
    }

    for (i = 0; i < o->n_inputs; i++) {
        if (o->m->dtype == MAAS_F32 && o->input[i].type == TRAIN_ONNX_DOUBLE
            && train_import_note(o->m, "input \"%.*s\" has doubles, and rows"
                                 " and layers here have floats: the last"
                                 " digits of answers differ",
                                 o->input[i].name.len < 100
                                 ? (int) o->input[i].name.len : 100,
                                 o->input[i].name.data) != MAAS_OK)
        {
            return train_onnx_nomem(o);
        }
    }

    return MAAS_OK;
}


static maas_status_t
onnx_read(train_import_t *m, const char *file, size_t size, maas_err_t *err)
{
    char                       source[160];
    size_t                     i;
    train_onnx_t               o;
    maas_status_t              rc;
    train_onnx_name_t         *e;
    train_onnx_value_t        *v;
    const train_onnx_port_t   *answer;

    memset(&o, 0, sizeof(o));
    o.m = m;
    o.err = err;
    o.file = file;
    o.size = size;
    err->code = MAAS_OK;

    rc = train_onnx_model(&o);

    if (rc == MAAS_OK) {
        rc = onnx_answer(&o, &answer);
    }

    if (rc == MAAS_OK) {
        rc = onnx_needed(&o, answer);
    }

    if (rc == MAAS_OK) {
        train_onnx_medians(&o);
        rc = onnx_inputs(&o);
    }

    for (i = 0; rc == MAAS_OK && i < o.n_nodes; i++) {
        if (o.node[i].needed) {
            rc = onnx_run(&o, &o.node[i]);
        }
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    e = train_onnx_find(&o, answer->name);

    if (e == NULL || e->value == NULL) {
        return train_onnx_bad(&o, NULL, "nothing makes the answer");
    }

    v = train_onnx_copy(&o, e->value);
    rc = v == NULL ? err->code : MAAS_OK;

    if (rc == MAAS_OK && v->n_labels == 0 && v->n > 1
        && v->kind != ONNX_SCORE)
    {
        rc = train_onnx_labels_found(&o, answer->name, v);
    }

    if (rc == MAAS_OK) {
        rc = train_onnx_emit(&o, v);
    }

    if (rc != MAAS_OK) {
        return rc;
    }

    (void) snprintf(source, sizeof(source), "ONNX%s%s",
                    o.producer == NULL ? "" : " of ",
                    o.producer == NULL ? "" : o.producer);
    m->source = train_import_text(m, source, strlen(source));

    return m->source == NULL ? train_onnx_nomem(&o)
           : onnx_notes(&o, v->kind == ONNX_SCORE);
}


/* ir_version, a small number, comes first, and there is a graph */

static int
onnx_is(const char *file, size_t size)
{
    maas_pb_t        p;
    maas_pb_field_t  f;

    p.p = file;
    p.end = file + size;

    return size > 2 && maas_pb_next(&p, &f) > 0 && f.number == 1
           && f.wire == MAAS_PB_VARINT && f.value > 0 && f.value < 256;
}


const train_importer_t  train_import_onnx = {
    .name = "ONNX",
    .is = onnx_is,
    .read = onnx_read
};
