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


/* When two texts are one value */

typedef enum {
    TARGET_SAME_TEXT = 0,           /* the same bytes; True is true, */
    TARGET_SAME_NUMBER,             /*     as numbers, */
    TARGET_SAME_BOOLEAN             /*     or both a yes or a no */
} target_same_t;


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


/* Are all of them a yes or a no, in more than two spellings? */

static int
target_are_booleans(const train_dict_t *t)
{
    size_t  i;

    for (i = 0; i < t->n; i++) {
        if (maas__field_boolean(t->text[i], strlen(t->text[i])) < 0) {
            return 0;
        }
    }

    return t->n > 2;
}


/* Texts of one value have one key: *out is in buf or s itself */

static const char *
target_key(const char *s, target_same_t same, char buf[MAAS_CANONICAL + 1])
{
    size_t  n;

    if (same == TARGET_SAME_BOOLEAN) {
        return maas__field_boolean(s, strlen(s)) > 0 ? "true" : "false";
    }

    n = (same == TARGET_SAME_NUMBER) ? maas__field_canonical(s, strlen(s), buf)
                                     : maas__field_truth(s, strlen(s), buf);

    if (n == 0) {
        return s;
    }

    buf[n] = '\0';

    return buf;
}


/* How a yes, or a no, is to be called: the first of the longest texts, so that
 * it is no 1 beside a false */

static const char *
target_word(const train_dict_t *t, int yes)
{
    size_t       i;
    const char  *s;

    for (i = 0, s = ""; i < t->n; i++) {
        if (maas__field_boolean(t->text[i], strlen(t->text[i])) == yes
            && strlen(t->text[i]) > strlen(s))
        {
            s = t->text[i];
        }
    }

    return s;
}


/* How many there are if True is true */

static size_t
target_truths(const train_dict_t *t)
{
    char          buf[MAAS_CANONICAL + 1];
    size_t        i, n;
    train_dict_t  keys = { 0 };

    for (i = 0; i < t->n; i++) {
        (void) train_dict_add(&keys, target_key(t->text[i], TARGET_SAME_TEXT,
                                                buf));
    }

    n = keys.n;
    train_dict_free(&keys);

    return n;
}


/* Texts without those that are written otherwise only: first(t->n) is the
 * place of the first of its value in *out */

static void
target_merge(const train_want_t *want, const train_dict_t *t,
    train_dict_t *out, uint32_t *first, const char *where)
{
    int            yes;
    char           buf[MAAS_CANONICAL + 1];
    size_t         i, n;
    uint32_t       key;
    train_dict_t   keys = { 0 };
    target_same_t  same;

    same = target_are_numbers(t) ? TARGET_SAME_NUMBER : TARGET_SAME_TEXT;

    if (same == TARGET_SAME_TEXT && target_are_booleans(t)
        && (want->task == 0 || want->task - 1 == (int) MAAS_TASK_BINARY))
    {
        same = TARGET_SAME_BOOLEAN;
    }

    for (i = 0; i < t->n; i++) {
        n = keys.n;
        key = train_dict_add(&keys, target_key(t->text[i], same, buf));
        first[i] = key;

        if (keys.n == n) {
            continue;
        }

        if (same != TARGET_SAME_BOOLEAN) {
            (void) train_dict_add(out, t->text[i]);
            continue;
        }

        yes = (keys.text[key][0] == 't');
        (void) train_dict_add(out, target_word(t, yes));
        out->value[key] = yes;      /* no comes first */
    }

    train_dict_free(&keys);

    /* True and true are no news */

    if (same == TARGET_SAME_BOOLEAN && out->n < target_truths(t)) {
        train_warn("%s: the target says yes and no in %zu ways, such as "
                   "\"%.40s\" and \"%.40s\": two classes (--task "
                   "classification takes each as one)", where, t->n,
                   t->text[0], t->text[t->n - 1]);
    }
}


/* Names of classes that differ in case alone are said */

static void
target_cases(const train_dict_t *t, const char *where)
{
    char          *lower;
    size_t         i, k;
    uint32_t       at;
    train_dict_t   seen = { 0 };

    for (i = 0; i < t->n; i++) {
        lower = train_strdup(t->text[i]);

        for (k = 0; lower[k] != '\0'; k++) {
            if (lower[k] >= 'A' && lower[k] <= 'Z') {
                lower[k] = (char) (lower[k] | 0x20);
            }
        }

        at = train_dict_add(&seen, lower);
        train_free(lower);

        if (seen.n <= i) {
            train_warn("%s: \"%.40s\" and \"%.40s\" are two classes, which "
                       "differ in capital letters alone", where, t->text[at],
                       t->text[i]);
            break;
        }
    }

    train_dict_free(&seen);
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


/* Of two labels that are a yes and a no, the one that the text is, too */

static size_t
target_boolean(const maas_info_t *m, const char *text)
{
    int  is, label[2];

    if (m->n_labels != 2) {
        return m->n_labels;
    }

    is = maas__field_boolean(text, strlen(text));
    label[0] = maas__field_boolean(m->labels[0], strlen(m->labels[0]));
    label[1] = maas__field_boolean(m->labels[1], strlen(m->labels[1]));

    if (is < 0 || label[0] < 0 || label[1] < 0 || label[0] == label[1]) {
        return m->n_labels;
    }

    return is == label[1];
}


/* Place of a label: that text, or else another spelling of its value */

static size_t
target_label(const maas_info_t *m, const char *text)
{
    char           a[MAAS_CANONICAL + 1], b[MAAS_CANONICAL + 1];
    size_t         j;
    target_same_t  same;

    for (j = 0; j < m->n_labels; j++) {
        if (strcmp(m->labels[j], text) == 0) {
            return j;
        }
    }

    for (same = TARGET_SAME_TEXT;
         same <= (target_is_code(text) ? TARGET_SAME_TEXT : TARGET_SAME_NUMBER);
         same++)
    {
        for (j = 0; j < m->n_labels; j++) {
            if (!(same == TARGET_SAME_NUMBER && target_is_code(m->labels[j]))
                && strcmp(target_key(m->labels[j], same, a),
                          target_key(text, same, b)) == 0)
            {
                return j;
            }
        }
    }

    return target_boolean(m, text);
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
            train_die("%s: the target holds \"%s\": regression expects "
                      "numbers", where, t->text[i]);
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

        if (want->model == NULL) {
            target_cases(t, where);
        }
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
    target_merge(want, t, &values, first, where);

    for (i = 0; i < d->rows; i++) {
        merged[i] = first[id[i]];
    }

    target_set(d, want, &values, merged, where);
    train_dict_free(&values);
    train_free(first);
    train_free(merged);
}
