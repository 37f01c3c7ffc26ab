
/*
 * Texts of metrics become one: families are found by name in each.
 * Not here: nginx, what a line must look like (ngx_http_maas_line.c), what is
 * written (ngx_http_maas_merge_put.c).
 */


#include "ngx_http_maas_merge.h"

#include <stdint.h>
#include <string.h>


/* FNV-1a, 32 bits (draft-eastlake-fnv) */

#define NGX_HTTP_MAAS_MERGE_BASIS  2166136261u
#define NGX_HTTP_MAAS_MERGE_PRIME  16777619u


/* A way through a text; name and type: of the family that the line belongs to,
 * as far as this text has said it */

typedef struct {
    ngx_http_maas_piece_t     left;
    size_t                    begin;       /* of the line */
    size_t                    end;
    ngx_http_maas_line_t      line;
    ngx_http_maas_piece_t     name;
    ngx_http_maas_piece_t     type;
} ngx_http_maas_walk_t;


/* The place of a name among the slots: of its family, or one that is free */

static size_t
ngx_http_maas_merge_slot(const ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t name)
{
    size_t    i;
    uint32_t  h;

    h = NGX_HTTP_MAAS_MERGE_BASIS;

    for (i = 0; i < name.len; i++) {
        h = (h ^ name.data[i]) * NGX_HTTP_MAAS_MERGE_PRIME;
    }

    i = h % NGX_HTTP_MAAS_FAMILY_SLOTS;

    /* one half of them is free at least */

    while (families->slot[i] != 0
           && !ngx_http_maas_piece_is(name,
                                 families->of[families->slot[i] - 1].name))
    {
        i = (i + 1) % NGX_HTTP_MAAS_FAMILY_SLOTS;
    }

    return i;
}


/* NULL: there is no room for one more. */

static ngx_http_maas_family_t *
ngx_http_maas_merge_add(ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t name)
{
    size_t  i;

    i = ngx_http_maas_merge_slot(families, name);

    if (families->slot[i] == 0) {
        if (families->n == NGX_HTTP_MAAS_FAMILIES) {
            return NULL;
        }

        families->of[families->n].name = name;
        families->n++;
        families->slot[i] = (unsigned short) families->n;
    }

    return &families->of[families->slot[i] - 1];
}


/* Is it the name with one of those at its end that the type has? */

static int
ngx_http_maas_merge_suffix(ngx_http_maas_piece_t name,
    const ngx_http_maas_walk_t *walk)
{
    size_t  i;

    static const struct {
        ngx_http_maas_piece_t   type;
        ngx_http_maas_piece_t   suffix;
    } suffixes[] = {

#define ngx_http_maas_suffix(type, suffix)                                    \
    { { (const unsigned char *) type, sizeof(type) - 1 },                     \
      { (const unsigned char *) suffix, sizeof(suffix) - 1 } }

        ngx_http_maas_suffix("histogram", "_bucket"),
        ngx_http_maas_suffix("histogram", "_sum"),
        ngx_http_maas_suffix("histogram", "_count"),
        ngx_http_maas_suffix("summary", "_sum"),
        ngx_http_maas_suffix("summary", "_count"),
        ngx_http_maas_suffix("summary", ""),
        ngx_http_maas_suffix("counter", ""),
        ngx_http_maas_suffix("gauge", ""),
        ngx_http_maas_suffix("untyped", ""),
        ngx_http_maas_suffix("", "")

#undef ngx_http_maas_suffix

    };

    if (walk->name.len == 0 || name.len < walk->name.len
        || memcmp(name.data, walk->name.data, walk->name.len) != 0)
    {
        return 0;
    }

    name.data += walk->name.len;
    name.len -= walk->name.len;

    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (ngx_http_maas_piece_is(walk->type, suffixes[i].type)
            && ngx_http_maas_piece_is(name, suffixes[i].suffix))
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_http_maas_merge_begin(ngx_http_maas_walk_t *walk,
    ngx_http_maas_piece_t text)
{
    memset(walk, 0, sizeof(ngx_http_maas_walk_t));
    walk->left = text;
}


/* The next line; 0: there is none. */

static int
ngx_http_maas_merge_step(ngx_http_maas_walk_t *walk)
{
    size_t                 left;
    ngx_http_maas_line_t  *line;

    if (walk->left.len == 0) {
        return 0;
    }

    line = &walk->line;
    left = walk->left.len;
    ngx_http_maas_line_read(&walk->left, line);

    walk->begin = walk->end;
    walk->end += left - walk->left.len;

    if (line->kind < NGX_HTTP_MAAS_LINE_HELP) {
        return 1;
    }

    if (line->kind == NGX_HTTP_MAAS_LINE_SAMPLE
        ? !ngx_http_maas_merge_suffix(line->name, walk)
        : !ngx_http_maas_piece_is(line->name, walk->name))
    {
        walk->name = line->name;
        walk->type.len = 0;
    }

    if (line->kind == NGX_HTTP_MAAS_LINE_TYPE) {
        walk->type = line->rest;
    }

    return 1;
}


void
ngx_http_maas_merge_read(ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t text)
{
    ngx_http_maas_walk_t     walk;
    ngx_http_maas_family_t  *family;

    ngx_http_maas_merge_begin(&walk, text);

    while (ngx_http_maas_merge_step(&walk)) {

        if (walk.line.kind < NGX_HTTP_MAAS_LINE_HELP) {
            continue;
        }

        family = ngx_http_maas_merge_add(families, walk.name);

        if (family == NULL) {
            continue;
        }

        if (walk.line.kind == NGX_HTTP_MAAS_LINE_HELP
            && family->help.len == 0)
        {
            family->help = walk.line.rest;
        }

        if (walk.line.kind == NGX_HTTP_MAAS_LINE_TYPE
            && family->type.len == 0)
        {
            family->type = walk.line.rest;
        }
    }
}


/* Of the type that others have, or of none; a histogram has no sample of its
 * plain name. */

static int
ngx_http_maas_merge_fits(const ngx_http_maas_family_t *family,
    const ngx_http_maas_walk_t *walk)
{
    if (walk->line.kind == NGX_HTTP_MAAS_LINE_SAMPLE
        && ngx_http_maas_piece_is(walk->line.name, family->name)
        && ngx_http_maas_piece_is(family->type,
                                  ngx_http_maas_piece("histogram")))
    {
        return 0;
    }

    return walk->type.len == 0 || family->type.len == 0
           || ngx_http_maas_piece_is(walk->type, family->type);
}


size_t
ngx_http_maas_merge_find(const ngx_http_maas_families_t *families,
    ngx_http_maas_piece_t text, ngx_http_maas_run_t *runs)
{
    size_t                 i, last, left_out;
    ngx_http_maas_walk_t   walk;

    memset(runs, 0, families->n * sizeof(ngx_http_maas_run_t));

    left_out = 0;
    last = 0;

    ngx_http_maas_merge_begin(&walk, text);

    while (ngx_http_maas_merge_step(&walk)) {

        if (walk.line.kind < NGX_HTTP_MAAS_LINE_HELP) {
            left_out += walk.line.kind == NGX_HTTP_MAAS_LINE_BAD;
            continue;
        }

        /* from 1 on; 0: it has no place */

        i = families->slot[ngx_http_maas_merge_slot(families, walk.name)];

        if (i == 0 || (i != last && runs[i - 1].end != 0)
            || !ngx_http_maas_merge_fits(&families->of[i - 1], &walk))
        {
            left_out++;
            last = 0;
            continue;
        }

        if (i != last) {
            runs[i - 1].begin = walk.begin;
        }

        runs[i - 1].end = walk.end;
        last = i;
    }

    return left_out;
}
