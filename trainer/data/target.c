/*
 * What is to be predicted: the task that its distinct texts mean, classes or
 * numbers.  Files are not known here.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "util.h"


#define TARGET_MAX_CLASSES  65536
#define TARGET_AUTO_CLASSES 20      /* whole numbers up to this many: classes */


/* Numbers by size, then texts by bytes */

typedef struct {
    double       value;
    const char  *text;
    uint32_t     id;
} target_order_t;


static int
target_compare(const void *one, const void *two)
{
    const target_order_t  *a = one, *b = two;

    if (isnan(a->value) != isnan(b->value)) {
        return isnan(a->value) ? 1 : -1;
    }

    if (a->value < b->value || a->value > b->value) {
        return a->value < b->value ? -1 : 1;
    }

    return strcmp(a->text, b->text);
}


/* A code such as 007 is not 7 */

static int
target_is_code(const char *s)
{
    if (s[0] == '+') {
        return 1;
    }

    s += (s[0] == '-');

    return s[0] == '0' && s[1] >= '0' && s[1] <= '9';
}


/* Are all of them numbers?  Then two spellings of one are one. */

static int
target_are_numbers(const train_dict_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        if (isnan(t->value[i]) || target_is_code(t->text[i])) {
            return 0;
        }
    }

    return 1;
}


/* Texts of one value have one key: *out is in buf or s itself */

static const char *
target_key(const char *s, int numbers, char buf[MAAS_CANONICAL + 1])
{
    size_t  n;

    n = numbers ? maas__field_canonical(s, strlen(s), buf)
                : maas__field_truth(s, strlen(s), buf);

    if (n == 0) {
        return s;
    }

    buf[n] = '\0';

    return buf;
}


/* Texts without those that are written otherwise only: first(t->n) is the
 * place of the first of its value in *out */

static void
target_merge(const train_dict_t *t, train_dict_t *out, uint32_t *first)
{
    int            numbers;
    char           buf[MAAS_CANONICAL + 1];
    size_t         i, n;
    uint32_t       key;
    train_dict_t   keys = { 0 };

    numbers = target_are_numbers(t);

    for (i = 0; i < t->n; i++) {
        n = keys.n;
        key = train_dict_add(&keys, target_key(t->text[i], numbers, buf));
        first[i] = key;

        if (keys.n > n) {
            (void) train_dict_add(out, t->text[i]);
        }
    }

    train_dict_free(&keys);
}


/* class(t->n): the class of each text */

static void
target_classes(train_data_t *d, const train_dict_t *t, uint32_t *class,
    const char *where)
{
    size_t           i;
    target_order_t  *order;

    if (t->n < 2) {
        train_die("%s: all rows have the target \"%s\": expected at least two "
                  "classes", where, t->n ? t->text[0] : "");
    }

    if (t->n > TARGET_MAX_CLASSES) {
        train_die("%s: %zu different targets: expected at most %d classes "
                  "(numbers to predict? --task regression)", where, t->n,
                  TARGET_MAX_CLASSES);
    }

    order = train_alloc(t->n, sizeof(target_order_t));

    for (i = 0; i < t->n; i++) {
        order[i].value = t->value[i];
        order[i].text = t->text[i];
        order[i].id = (uint32_t) i;
    }

    qsort(order, t->n, sizeof(target_order_t), target_compare);

    d->n_labels = t->n;
    d->labels = train_alloc(t->n, sizeof(char *));

    for (i = 0; i < t->n; i++) {
        if (order[i].text[0] == '\0'
            || strlen(order[i].text) > MAAS_MAX_TEXT)
        {
            train_die("%s: the class name \"%.40s%s\" has %zu bytes: expected "
                      "1 to %d", where, order[i].text,
                      strlen(order[i].text) > 40 ? "..." : "",
                      strlen(order[i].text), MAAS_MAX_TEXT);
        }

        class[order[i].id] = (uint32_t) i;
        d->labels[i] = train_strdup(order[i].text);
    }

    train_free(order);
}


/* Place of a label: that text, or else another spelling of its value */

static size_t
target_label(const maas_info_t *m, const char *text)
{
    char    a[MAAS_CANONICAL + 1], b[MAAS_CANONICAL + 1];
    int     numbers;
    size_t  j;

    for (j = 0; j < m->n_labels; j++) {
        if (strcmp(m->labels[j], text) == 0) {
            return j;
        }
    }

    for (numbers = 0; numbers < 1 + !target_is_code(text); numbers++) {
        for (j = 0; j < m->n_labels; j++) {
            if (!(numbers && target_is_code(m->labels[j]))
                && strcmp(target_key(m->labels[j], numbers, a),
                          target_key(text, numbers, b)) == 0)
            {
                return j;
            }
        }
    }

    return j;
}


/* The model's labels, in its order */

static void
target_model_classes(train_data_t *d, const maas_info_t *m,
    const train_dict_t *t, uint32_t *class, const char *where)
{
    size_t  i, j;

    for (i = 0; i < t->n; i++) {
        j = target_label(m, t->text[i]);

        if (j == m->n_labels) {
            train_die("%s: the target \"%s\" is none of the %zu labels of the "
                      "model \"%s\" (\"%s\" to \"%s\")", where, t->text[i],
                      m->n_labels, m->name, m->labels[0],
                      m->labels[m->n_labels - 1]);
        }

        class[i] = (uint32_t) j;
    }

    d->n_labels = m->n_labels;
    d->labels = train_alloc(m->n_labels, sizeof(char *));

    for (j = 0; j < m->n_labels; j++) {
        d->labels[j] = train_strdup(m->labels[j]);
    }
}


/* Targets are kept in single precision */

static float
target_single(const train_dict_t *t, size_t at, const char *where)
{
    float  v;

    v = (float) t->value[at];

    if (!isfinite(v)) {
        train_die("%s: the target \"%s\": expected numbers that fit in single "
                  "precision (in another unit?)", where, t->text[at]);
    }

    return v;
}


static void
target_numbers(train_data_t *d, const train_dict_t *t, const uint32_t *id,
    const char *where)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        if (isnan(t->value[i])) {
            train_die("%s: the target \"%s\" is not a number: regression "
                      "expects numbers", where, t->text[i]);
        }
    }

    d->targets = train_alloc(d->rows, sizeof(float));

    for (i = 0; i < d->rows; i++) {
        d->targets[i] = target_single(t, id[i], where);
    }
}


void
train_targets_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *const *t, const uint32_t *const *id,
    const char *const *names, size_t n, const char *where)
{
    size_t    i, k;
    uint32_t  at;

    if ((want->model != NULL && want->model->task != MAAS_TASK_REGRESSION)
        || (want->model == NULL && want->task > 0
            && want->task - 1 != (int) MAAS_TASK_REGRESSION))
    {
        train_die("%s: %zu targets: expected one, or numbers for a "
                  "regression", where, n);
    }

    d->task = MAAS_TASK_REGRESSION;
    d->out = n;
    d->targets = train_alloc(d->rows * n, sizeof(float));
    d->n_labels = n;
    d->labels = train_alloc(n, sizeof(char *));

    for (k = 0; k < n; k++) {
        d->labels[k] = train_strdup(names[k]);

        for (i = 0; i < d->rows; i++) {
            at = id[k][i];

            if (isnan(t[k]->value[at])) {
                train_die("%s: the target \"%s\" holds \"%s\": several "
                          "targets are numbers", where, names[k],
                          t[k]->text[at]);
            }

            d->targets[i * n + k] = target_single(t[k], at, where);
        }
    }
}


static maas_task_t
target_guess(const train_dict_t *t)
{
    int     numbers;
    size_t  i;

    numbers = (t->n > TARGET_AUTO_CLASSES);

    for (i = 0; i < t->n && !isnan(t->value[i]); i++) {
        numbers |= (t->value[i] != floor(t->value[i]));
    }

    if (numbers && i == t->n) {
        return MAAS_TASK_REGRESSION;
    }

    return t->n == 2 ? MAAS_TASK_BINARY : MAAS_TASK_CLASSIFICATION;
}


/* classes(rows) of texts that are the values themselves */

static void
target_set(train_data_t *d, const train_want_t *want, const train_dict_t *t,
    const uint32_t *id, const char *where)
{
    size_t     i;
    uint32_t  *class;

    d->task = want->model != NULL ? want->model->task
              : want->task > 0 ? (maas_task_t) (want->task - 1)
              : target_guess(t);

    if (d->task == MAAS_TASK_REGRESSION) {
        target_numbers(d, t, id, where);
        d->out = 1;
        return;
    }

    class = train_alloc(t->n, sizeof(uint32_t));

    if (want->model != NULL && want->model->n_labels > 0) {
        target_model_classes(d, want->model, t, class, where);

    } else {
        /* a text that hardly ever comes again is no class */

        if (want->model == NULL && want->task == 0
            && t->n > TARGET_AUTO_CLASSES && t->n > d->rows / 2)
        {
            train_die("%s: the target has %zu different texts in %zu rows: "
                      "expected classes of more rows (another --target?  else "
                      "--task classification)", where, t->n, d->rows);
        }

        target_classes(d, t, class, where);
    }

    d->classes = train_alloc(d->rows, sizeof(uint32_t));

    for (i = 0; i < d->rows; i++) {
        d->classes[i] = class[id[i]];
    }

    train_free(class);

    if (d->task == MAAS_TASK_BINARY && d->n_labels != 2) {
        train_die("%s: %zu different targets: a binary task expects 2", where,
                  d->n_labels);
    }

    d->out = (d->task == MAAS_TASK_BINARY) ? 1 : d->n_labels;
}


void
train_target_set(train_data_t *d, const train_want_t *want,
    const train_dict_t *t, const uint32_t *id, const char *where)
{
    size_t         i;
    uint32_t      *first, *merged;
    train_dict_t   values = { 0 };

    if (want->model != NULL) {
        target_set(d, want, t, id, where);
        return;
    }

    first = train_alloc(t->n, sizeof(uint32_t));
    merged = train_alloc(d->rows, sizeof(uint32_t));
    target_merge(t, &values, first);

    for (i = 0; i < d->rows; i++) {
        merged[i] = first[id[i]];
    }

    target_set(d, want, &values, merged, where);
    train_dict_free(&values);
    train_free(first);
    train_free(merged);
}
