
/*
 * Two generations of a model, for people: what one has otherwise than the
 * other, and where it comes from.
 */


#include "ngx_http_maas_watch.h"


#define NGX_HTTP_MAAS_DIFFER_NAMES  3      /* of a list, the rest is counted */


/* A text of a file, in a line of a log */

static u_char *
ngx_http_maas_differ_text(u_char *p, u_char *last, const char *text)
{
    if (p < last) {
        *p++ = '"';
    }

    for ( /* void */ ; *text != '\0' && p < last; text++) {
        *p++ = (u_char) *text < 0x20 || *text == 0x7f ? '?' : (u_char) *text;
    }

    if (p < last) {
        *p++ = '"';
    }

    return p;
}


static ngx_uint_t
ngx_http_maas_differ_in(const char *const *list, size_t n, const char *name)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_strcmp(list[i], name) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Names that `a` has and `b` has not; lists may be long, so that only the first
 * of them are looked for. */

#define NGX_HTTP_MAAS_DIFFER_LIST  2048

static u_char *
ngx_http_maas_differ_list(u_char *p, u_char *last, const char *what,
    const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < n_a && i < NGX_HTTP_MAAS_DIFFER_LIST; i++) {

        if (ngx_http_maas_differ_in(b, ngx_min(n_b, NGX_HTTP_MAAS_DIFFER_LIST),
                                    a[i]))
        {
            continue;
        }

        if (n < NGX_HTTP_MAAS_DIFFER_NAMES) {
            p = ngx_slprintf(p, last, "%s", n == 0 ? what : ", ");
            p = ngx_http_maas_differ_text(p, last, a[i]);
        }

        n++;
    }

    if (n > NGX_HTTP_MAAS_DIFFER_NAMES) {
        p = ngx_slprintf(p, last, " and %uz more",
                         n - NGX_HTTP_MAAS_DIFFER_NAMES);
    }

    return p;
}


/* Are they the same, in the same order? */

static ngx_uint_t
ngx_http_maas_differ_same(const char *const *a, size_t n_a,
    const char *const *b, size_t n_b)
{
    size_t  i;

    for (i = 0; n_a == n_b && i < n_a; i++) {
        if (ngx_strcmp(a[i], b[i]) != 0) {
            return 0;
        }
    }

    return n_a == n_b;
}


/* Lists of names: what is new, what is gone, or that the order is another */

static u_char *
ngx_http_maas_differ_names(u_char *p, u_char *last, const char *what,
    const char *const *old, size_t n_old, const char *const *new, size_t n_new)
{
    u_char  *start;

    if (ngx_http_maas_differ_same(old, n_old, new, n_new)) {
        return p;
    }

    p = ngx_slprintf(p, last, ", other %s:", what);
    start = p;

    p = ngx_http_maas_differ_list(p, last, " new ", new, n_new, old, n_old);
    p = ngx_http_maas_differ_list(p, last, p == start ? " gone " : "; gone ",
                                  old, n_old, new, n_new);

    return p == start ? ngx_slprintf(p, last, " another order") : p;
}


/* Columns that both have, in another kind */

static u_char *
ngx_http_maas_differ_kinds(u_char *p, u_char *last, const maas_info_t *old,
    const maas_info_t *new)
{
    size_t  i, at;

    for (i = 0; i < new->n_columns && old->reader != NULL; i++) {
        at = maas_column_find(old->reader, new->columns[i],
                              ngx_strlen(new->columns[i]));

        if (at != SIZE_MAX && old->fields[at].kind != new->fields[i].kind) {
            p = ngx_slprintf(p, last, ", column ");
            p = ngx_http_maas_differ_text(p, last, new->columns[i]);
            p = ngx_slprintf(p, last, " is %s, not %s",
                             new->fields[i].kind_name,
                             old->fields[at].kind_name);
        }
    }

    return p;
}


static u_char *
ngx_http_maas_differ_shape(u_char *p, u_char *last, const maas_info_t *info)
{
    size_t  i;

    for (i = 0; i < info->rank; i++) {
        p = ngx_slprintf(p, last, "%s%uz", i == 0 ? "" : "x", info->shape[i]);
    }

    return p;
}


size_t
ngx_http_maas_differ(const maas_info_t *old, const maas_info_t *new,
    u_char *text, size_t size)
{
    u_char  *p, *last;

    p = text;
    last = text + size - 1;

    if (old->task != new->task) {
        p = ngx_slprintf(p, last, ", task %s, not %s", new->task_name,
                         old->task_name);
    }

    p = ngx_http_maas_differ_names(p, last, "columns", old->columns,
                                   old->n_columns, new->columns,
                                   new->n_columns);
    p = ngx_http_maas_differ_kinds(p, last, old, new);

    if (old->input != new->input
        || (old->n_columns == 0 && old->in != new->in)
        || (old->n_columns == 0
            && ngx_memcmp(old->shape, new->shape, sizeof(old->shape)) != 0))
    {
        p = ngx_slprintf(p, last, ", shape ");
        p = ngx_http_maas_differ_shape(p, last, new);
        p = ngx_slprintf(p, last, ", not ");
        p = ngx_http_maas_differ_shape(p, last, old);
    }

    if (old->out != new->out) {
        p = ngx_slprintf(p, last, ", %uz numbers a row, not %uz", new->out,
                         old->out);
    }

    p = ngx_http_maas_differ_names(p, last, "labels", old->labels,
                                   old->n_labels, new->labels, new->n_labels);

    if (p == text) {
        return 0;
    }

    /* without the first ", " */

    ngx_memmove(text, text + 2, p - text - 2);

    return p - text - 2;
}


size_t
ngx_http_maas_origin(const maas_info_t *info, time_t written, u_char *text,
    size_t size)
{
    u_char    *p, *last;
    ngx_tm_t   tm;

    last = text + size - 1;

    ngx_gmtime(written, &tm);

    p = ngx_slprintf(text, last, "file of %4d-%02d-%02dT%02d:%02d:%02dZ",
                     tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                     tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);

    if (info->trained_on != NULL) {
        p = ngx_slprintf(p, last, ", trained on ");
        p = ngx_http_maas_differ_text(p, last, info->trained_on);
    }

    if (info->trained_rows != 0) {
        p = ngx_slprintf(p, last, "%s%uz rows",
                         info->trained_on != NULL ? ", " : ", trained on ",
                         info->trained_rows);
    }

    return p - text;
}
