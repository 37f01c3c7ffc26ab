/*
 * Embeddings: the values of a row become what a network stands on.  What a
 * file says of them, item by item.
 * Not here: the arithmetic of items (kernel/maas_embed.h).
 */

#include "maas_int.h"
#include "maas_op.h"
#include "kernel/maas_embed.h"

#include <math.h>
#include <stddef.h>
#include <string.h>


typedef struct {
    size_t  units;
    size_t  items;
    size_t  numbers;
    size_t  in;                        /* of its input, by shape() */
} maas_op_embed_t;

#define EMBED_SIZE(field, least, most)                                        \
    { .name = #field, .type = MAAS_ATTR_SIZE,                                 \
      .at = offsetof(maas_op_embed_t, field), .low = least, .high = most,     \
      .def = NAN, .refused = #field " is not an integer from " #least         \
      " to " #most }

static const maas_attr_t  embed_attrs[] = {
    EMBED_SIZE(units, 1, 1048576),
    EMBED_SIZE(items, 1, 1048576),
    EMBED_SIZE(numbers, 0, 1073741824)
};

/* Wide ones first: so all are aligned in the file */

enum {
    EMBED_NUMBER = 0,
    EMBED_FROM,
    EMBED_WIDTH,
    EMBED_AT,
    EMBED_ITEM
};

static const maas_operand_t  embed_tensors[] = {
    [EMBED_NUMBER] = { "number", 1 << MAAS_F32 },
    [EMBED_FROM] = { "from", 1 << MAAS_U32 },
    [EMBED_WIDTH] = { "width", 1 << MAAS_U32 },
    [EMBED_AT] = { "at", 1 << MAAS_U32 },
    [EMBED_ITEM] = { "item", 1 << MAAS_U8 }
};


static maas_status_t
embed_shape(maas_node_t *n, const maas_shape_t *in, maas_err_t *err)
{
    size_t            i;
    maas_op_embed_t  *a = (void *) n->attrs;

    a->in = maas__shape_numbers(in);
    n->shape = maas__shape_flat(MAAS_F32, a->units);

    for (i = 0; i < sizeof(embed_tensors) / sizeof(embed_tensors[0]); i++) {
        n->tensors[i].rank = 1;
        n->tensors[i].shape[0] = a->items;
    }

    n->tensors[EMBED_NUMBER].shape[0] = a->numbers;
    n->tensors[EMBED_AT].shape[0] = a->items + 1;

    return MAAS_OK;
}


/* Numbers of an item; waves: of a periodic one.  SIZE_MAX: none would do */

static size_t
embed_expected(maas_embed_kind_t kind, size_t width, size_t n, size_t waves)
{
    switch (kind) {

    case MAAS_EMBED_COPY:
        return 2;

    case MAAS_EMBED_NUMBER:
        return width == 1 ? MAAS_EMBED_SCALE : SIZE_MAX;

    case MAAS_EMBED_MISSING:
        return width == 1 ? 0 : SIZE_MAX;

    case MAAS_EMBED_BINS:
        return width + 1;

    case MAAS_EMBED_TABLE:
        return n >= width ? n / width * width : SIZE_MAX;

    case MAAS_EMBED_ONE_HOT:
        return 1;

    default:
        return MAAS_EMBED_WAVES + 2 * waves + (waves + 1) * width;
    }
}


/* Waves of a periodic item with so many numbers, 0 if it says none that can
 * be */

static size_t
embed_waves(const float *number, size_t n)
{
    float  m;

    m = n > MAAS_EMBED_WAVES ? number[MAAS_EMBED_SCALE] : 0;

    return m >= 1 && m <= MAAS_EMBED_MOST && m == floorf(m) ? (size_t) m : 0;
}


/* NULL: its numbers are right; else what is wrong of them */

static const char *
embed_wrong(const maas_embed_item_t *e)
{
    size_t        i;
    const float  *v = e->number;

    if (e->kind == MAAS_EMBED_NUMBER || e->kind == MAAS_EMBED_PERIODIC) {
        return v[2] >= 0 ? NULL : "its clip is below 0";
    }

    if (e->kind == MAAS_EMBED_ONE_HOT) {
        return v[0] == 0 || v[0] == 1
               ? NULL : "its number \"other\" is neither 0 nor 1";
    }

    for (i = 0; e->kind == MAAS_EMBED_BINS && i < e->width; i++) {
        if (!isnormal(v[i + 1] - v[i]) || v[i + 1] < v[i]) {
            return "its knots do not rise by normal numbers";
        }
    }

    return NULL;
}


/* Item i of a checked place in `number`, as kernels have it */

static void
embed_item(const maas_node_t *n, size_t i, const float *number,
    maas_embed_item_t *e)
{
    size_t           count;
    const uint32_t  *at = n->tensors[EMBED_AT].data;

    count = at[i + 1] - at[i];
    memset(e, 0, sizeof(maas_embed_item_t));

    e->kind = ((const uint8_t *) n->tensors[EMBED_ITEM].data)[i];
    e->from = ((const uint32_t *) n->tensors[EMBED_FROM].data)[i];
    e->width = ((const uint32_t *) n->tensors[EMBED_WIDTH].data)[i];
    e->number = number + at[i];

    if (e->kind == MAAS_EMBED_TABLE && e->width != 0) {
        e->rows = (uint32_t) (count / e->width);

    } else if (e->kind == MAAS_EMBED_PERIODIC) {
        e->rows = (uint32_t) embed_waves(e->number, count);
    }
}


void
maas__embed_items(const maas_node_t *n, const float *number,
    maas_embed_item_t *to)
{
    size_t    i;
    uint32_t  done;

    for (i = 0, done = 0; i < n->tensors[EMBED_ITEM].shape[0]; i++, to++) {
        embed_item(n, i, number, to);
        to->to = done;
        done += to->width;
    }
}


/* R43, of item i, which may write so many numbers */

static maas_status_t
embed_check_item(const maas_node_t *n, size_t i, size_t room,
    maas_err_t *err)
{
    size_t                  count, reads;
    const char             *wrong;
    const uint32_t         *at = n->tensors[EMBED_AT].data;
    maas_embed_item_t       e;
    const maas_op_embed_t  *a = (const void *) n->attrs;

    if (at[i + 1] < at[i] || at[i + 1] > a->numbers) {
        return maas__fail(err, MAAS_BADVALUE, "item %zu: \"at\" does not rise "
                          "to %zu", i, a->numbers);
    }

    count = at[i + 1] - at[i];
    embed_item(n, i, n->tensors[EMBED_NUMBER].data, &e);

    if (e.kind >= MAAS_N_EMBEDS) {
        return maas__fail(err, MAAS_BADVALUE, "item %zu is of kind %u: "
                          "expected 0 to %u", i, (unsigned) e.kind,
                          (unsigned) MAAS_N_EMBEDS - 1);
    }

    reads = e.kind == MAAS_EMBED_COPY ? e.width : 1;

    if (e.width == 0 || e.width > room || e.from >= a->in
        || reads > a->in - e.from)
    {
        return maas__fail(err, MAAS_BADVALUE, "item %zu reads from number %u "
                          "of %zu and writes %u of %zu that are left", i,
                          (unsigned) e.from, a->in, (unsigned) e.width, room);
    }

    if ((e.kind == MAAS_EMBED_PERIODIC && e.rows == 0)
        || count != embed_expected(e.kind, e.width, count, e.rows))
    {
        return maas__fail(err, MAAS_BADVALUE, "item %zu of kind %u and width "
                          "%u does not have %zu numbers", i,
                          (unsigned) e.kind, (unsigned) e.width, count);
    }

    wrong = embed_wrong(&e);

    return wrong == NULL ? MAAS_OK
                         : maas__fail(err, MAAS_BADVALUE, "item %zu: %s", i,
                                      wrong);
}


static maas_status_t
embed_check(const maas_node_t *n, maas_arena_t *arena, maas_err_t *err)
{
    size_t                  i, room;
    const uint32_t         *at, *width;
    const maas_op_embed_t  *a = (const void *) n->attrs;

    at = n->tensors[EMBED_AT].data;
    width = n->tensors[EMBED_WIDTH].data;
    room = a->units;

    for (i = 0; i < a->items; i++) {
        if (embed_check_item(n, i, room, err) != MAAS_OK) {
            return MAAS_BADVALUE;
        }

        room -= width[i];
    }

    return room == 0 && at[0] == 0 && at[i] == a->numbers
           ? MAAS_OK
           : maas__fail(err, MAAS_BADVALUE, "its items write %zu of %zu "
                        "numbers and have %u of %zu", a->units - room,
                        a->units, (unsigned) (at[i] - at[0]), a->numbers);
}


static const void *
embed_kernel(const maas_node_t *n, maas_isa_t isa)
{
    return maas__embed_choose(isa);
}


/* Packed: items, then their numbers, and a vector's room behind them */

static size_t
embed_head(const maas_op_embed_t *a)
{
    return (a->items * sizeof(maas_embed_item_t) + MAAS_ALIGN - 1)
           & ~(size_t) (MAAS_ALIGN - 1);
}


static size_t
embed_size(const maas_step_t *s)
{
    const maas_op_embed_t  *a = (const void *) s->node.attrs;

    return embed_head(a) + a->numbers * sizeof(float) + MAAS_ALIGN;
}


static void
embed_pack(const maas_step_t *s, void *to)
{
    float                  *number;
    const maas_op_embed_t  *a = (const void *) s->node.attrs;

    number = (float *) ((char *) to + embed_head(a));

    if (a->numbers > 0) {
        memcpy(number, s->node.tensors[EMBED_NUMBER].data,
               a->numbers * sizeof(float));
    }

    maas__embed_items(&s->node, number, to);
}


const maas_embed_item_t *
maas__embed_of(const maas_step_t *s, size_t *n)
{
    *n = ((const maas_op_embed_t *) (const void *) s->node.attrs)->items;

    return s->packed;
}


static void
embed_run(const maas_step_t *s, const maas_pass_t *p)
{
    size_t                      r;
    const maas_op_embed_t      *a = (const void *) s->node.attrs;
    const maas_embed_kernel_t  *k = s->kernel;

    for (r = 0; r < p->rows; r++) {
        k->run(s->packed, a->items,
               (const float *) p->in[0].data + r * p->in[0].ld,
               (float *) p->out.data + r * p->out.ld);
    }
}


static void
embed_back(const maas_step_t *s, const maas_pass_t *p,
    const maas_pass_t *slope)
{
    size_t                    r, i;
    const maas_op_embed_t    *a = (const void *) s->node.attrs;
    const maas_embed_item_t  *item = s->packed;

    for (r = 0; slope->in[0].data != NULL && r < slope->rows; r++) {
        for (i = 0; i < a->items; i++) {
            maas__embed_back(&item[i],
                (const float *) p->in[0].data + r * p->in[0].ld,
                (const float *) slope->out.data + r * slope->out.ld,
                (float *) slope->in[0].data + r * slope->in[0].ld);
        }
    }
}


const maas_op_t  maas__op_embed = {
    .name = "embed",
    .n_in = 1,
    .takes = 1 << MAAS_F32,
    .missing = 1,
    .version = 5,
    .rule = 43,
    .n_attrs = sizeof(embed_attrs) / sizeof(embed_attrs[0]),
    .attrs = embed_attrs,
    .n_tensors = sizeof(embed_tensors) / sizeof(embed_tensors[0]),
    .tensors = embed_tensors,
    .shape = embed_shape,
    .check = embed_check,
    .kernel = embed_kernel,
    .size = embed_size,
    .pack = embed_pack,
    .run = embed_run,
    .back = embed_back
};
