/*
 * Products of matrices of any size: pieces that fit the caches, packed, given
 * to the loops of kernel_impl.h.  No arithmetic: packing changes no bit.
 */

#include <string.h>

#include "kernel.h"


#define PRODUCT_DIRECT  65536   /* floats: stays in the second cache unpacked */
#define PRODUCT_DEPTH   256     /* rows of b packed at a time, */
#define PRODUCT_FLOATS  65536   /*     and so many numbers */
#define PRODUCT_FUSED   2048    /* rows of b at most where a step follows */

typedef float  quad_t __attribute__((vector_size(16), aligned(4)));
typedef int    quad_int_t __attribute__((vector_size(16)));


void
train_pack_free(train_pack_t *room)
{
    train_free(room->b);
    train_free(room->a);
    (void) memset(room, 0, sizeof(train_pack_t));
}


static void
product_room(train_pack_t *room, size_t a)
{
    if (room->b == NULL) {
        room->b = train_alloc(PRODUCT_FUSED * 64 > PRODUCT_FLOATS
                              ? PRODUCT_FUSED * 64 : PRODUCT_FLOATS,
                              sizeof(float));
    }

    if (a > room->a_size) {
        train_free(room->a);
        room->a = train_alloc(a, sizeof(float));
        room->a_size = a;
    }
}


/* a's columns lie side by side: strips of `height` rows, [strip][s][height] */

static void
product_pack_a(const train_product_t *p, size_t height, float *out)
{
    size_t        i, s, j, left;
    const float  *from;

    for (i = 0; i < p->rows; i += height) {
        left = (p->rows - i < height) ? p->rows - i : height;

        for (s = 0; s < p->k; s++, out += height) {
            from = p->a + s * p->as + i;

            if (left == 6 && height == 6) {
                (void) memcpy(out, from, 6 * sizeof(float));
                continue;
            }

            for (j = 0; j < left; j++) {
                out[j] = from[j];
            }
        }
    }
}


/* depth rows of b from (s,j) on, n columns: strips [strip][s][width] */

static void
product_pack_b(const train_product_t *p, size_t s, size_t j, size_t depth,
    size_t n, size_t width, float *out)
{
    size_t        i, c, w;
    const float  *from;

    for (i = 0; i < depth; i++) {
        from = p->b + (s + i) * p->ldb + j;

        for (c = 0; c < n; c += width) {
            w = (n - c < width) ? n - c : width;
            (void) memcpy(out + c * depth + i * width, from + c,
                          w * sizeof(float));
        }
    }
}


static void
product_turn_4(const float *from, size_t ld, float *to, size_t width)
{
    int           i;
    quad_t        r[4], t[4];
    size_t        at;
    const float  *p;

    for (i = 0, p = from; i < 4; i++, p += ld) {
        (void) memcpy(&r[i], p, sizeof(quad_t));
    }

    t[0] = __builtin_shuffle(r[0], r[1], (quad_int_t) { 0, 4, 1, 5 });
    t[1] = __builtin_shuffle(r[0], r[1], (quad_int_t) { 2, 6, 3, 7 });
    t[2] = __builtin_shuffle(r[2], r[3], (quad_int_t) { 0, 4, 1, 5 });
    t[3] = __builtin_shuffle(r[2], r[3], (quad_int_t) { 2, 6, 3, 7 });

    r[0] = __builtin_shuffle(t[0], t[2], (quad_int_t) { 0, 1, 4, 5 });
    r[1] = __builtin_shuffle(t[0], t[2], (quad_int_t) { 2, 3, 6, 7 });
    r[2] = __builtin_shuffle(t[1], t[3], (quad_int_t) { 0, 1, 4, 5 });
    r[3] = __builtin_shuffle(t[1], t[3], (quad_int_t) { 2, 3, 6, 7 });

    for (i = 0, at = 0; i < 4; i++, at += width) {
        (void) memcpy(to + at, &r[i], sizeof(quad_t));
    }
}


/* The same of a b that is given transposed; what is beyond p->n is zero */

static void
product_turn_b(const train_product_t *p, size_t s, size_t j, size_t depth,
    size_t n, size_t width, float *out)
{
    float        *to;
    size_t        i, c, q;
    const float  *from;

    for (c = 0; c < n; c += 4) {
        from = p->b + (j + c) * p->ldb + s;
        to = out + c / width * width * depth + c % width;
        i = 0;

        if (j + c + 4 <= p->n) {
            for ( /* void */ ; i + 4 <= depth; i += 4) {
                product_turn_4(from + i, p->ldb, to + i * width, width);
            }
        }

        for ( /* void */ ; i < depth; i++) {
            for (q = 0; q < 4; q++) {
                to[i * width + q] = (j + c + q < p->n)
                                    ? from[q * p->ldb + i] : 0;
            }
        }
    }
}


/* Lines from..to of a piece of b that is packed next: rows of `floats` */

static void
product_fetch(const float *b, size_t ldb, size_t floats, size_t from,
    size_t to)
{
    size_t  i, lines;

    lines = (floats + 15) / 16;

    for (i = from; i < to; i++) {
        __builtin_prefetch(b + i / lines * ldb + i % lines * 16, 0, 2);
    }
}


typedef struct {
    const train_product_t  *p;
    const train_kernel_t   *kernel;
    train_pack_t           *room;
    int                     packed;     /* a is packed */
    size_t                  n;          /* columns of c */
    size_t                  depth;
    size_t                  width;
} product_t;


/* One strip of packed b with all rows of a */

static void
product_strip(const product_t *t, size_t s, size_t j, size_t depth,
    const float *b, const float *next, size_t next_rows, size_t next_floats,
    size_t part, size_t parts)
{
    size_t                  i, step, lines, from, to;
    const train_product_t  *p;
    train_product_t         q;

    p = t->p;
    q = *p;
    q.k = depth;
    q.b = b;
    q.ldb = t->kernel->columns;
    q.n = (t->n - j < q.ldb) ? t->n - j : q.ldb;
    q.relu = p->relu && s + depth == p->k;

    step = t->packed ? t->kernel->rows : 2 * t->kernel->rows;
    lines = (next != NULL) ? next_rows * ((next_floats + 15) / 16) : 0;

    for (i = 0; i < p->rows; i += step) {
        q.rows = (p->rows - i < step) ? p->rows - i : step;

        if (t->packed) {
            q.a = t->room->a + i * p->k + s * t->kernel->rows;
            q.ai = 1;
            q.as = t->kernel->rows;

        } else {
            q.a = p->a + i * p->ai + s * p->as;
        }

        q.c = p->c + i * p->ldc + j;
        q.m = (p->m != NULL) ? p->m + i * p->ldc + j : NULL;
        q.v = (p->v != NULL) ? p->v + i * p->ldc + j : NULL;

        if (s > 0) {
            q.init = q.c;
            q.ldi = p->ldc;
        } else if (p->init != NULL) {
            q.init = p->init + i * p->ldi + j;
        }

        from = lines * (part * p->rows + i) / (parts * p->rows);
        to = lines * (part * p->rows + i + q.rows) / (parts * p->rows);
        product_fetch(next, p->ldb, next_floats, from, to);

        t->kernel->product(&q);
    }
}


/* The piece of b from (s,j) on: packed, used, and the next one fetched */

static void
product_piece(const product_t *t, size_t s, size_t j)
{
    size_t                  depth, n, c, parts, next_s, next_j, rows, floats;
    const float            *next;
    const train_product_t  *p;

    p = t->p;
    depth = (p->k - s < t->depth) ? p->k - s : t->depth;
    n = (t->n - j < t->width) ? t->n - j : t->width;

    if (p->turned) {
        product_turn_b(p, s, j, depth, n, t->kernel->columns, t->room->b);
    } else {
        product_pack_b(p, s, j, depth, n, t->kernel->columns, t->room->b);
    }

    next_s = (s + depth < p->k) ? s + depth : 0;
    next_j = (next_s > 0) ? j : j + n;
    next = NULL;
    rows = 0;
    floats = 0;

    if (next_j < p->n) {
        rows = (p->k - next_s < t->depth) ? p->k - next_s : t->depth;
        floats = (p->n - next_j < t->width) ? p->n - next_j : t->width;
        next = p->b + next_s * p->ldb + next_j;

        if (p->turned) {
            c = rows;
            rows = floats;
            floats = c;
            next = p->b + next_j * p->ldb + next_s;
        }
    }

    parts = (n + t->kernel->columns - 1) / t->kernel->columns;

    for (c = 0; c < parts; c++) {
        product_strip(t, s, j + c * t->kernel->columns, depth,
                      t->room->b + c * t->kernel->columns * depth, next, rows,
                      floats, c, parts);
    }
}


int
train_product_fuses(size_t k)
{
    return k <= PRODUCT_FUSED;
}


void
train_product(const train_product_t *p, train_pack_t *room)
{
    size_t     s, j;
    product_t  t;

    if (!p->turned && p->k * p->ldb <= PRODUCT_DIRECT
        && (p->as == 1 || p->k * p->as <= PRODUCT_DIRECT / 4))
    {
        train_kernel()->product(p);
        return;
    }

    t.p = p;
    t.kernel = train_kernel();
    t.room = room;
    t.packed = (p->as != 1);
    t.n = train_pad(p->n);
    t.depth = (p->adam != NULL || p->k < PRODUCT_DEPTH) ? p->k
                                                        : PRODUCT_DEPTH;
    t.width = PRODUCT_FLOATS / t.depth / t.kernel->columns
              * t.kernel->columns;

    if (t.width < t.kernel->columns) {
        t.width = t.kernel->columns;
    }

    if (t.width > t.n) {
        t.width = (t.n + t.kernel->columns - 1) / t.kernel->columns
                  * t.kernel->columns;
    }

    product_room(room, t.packed ? (p->rows / t.kernel->rows + 1)
                                  * t.kernel->rows * p->k : 0);

    if (t.packed) {
        product_pack_a(p, t.kernel->rows, room->a);
    }

    for (j = 0; j < t.n; j += t.width) {
        for (s = 0; s < p->k; s += t.depth) {
            product_piece(&t, s, j);
        }
    }
}
