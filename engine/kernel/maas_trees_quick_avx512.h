/*
 * Quick sums (maas_trees_layout.h): ids become places of leaves, and these are
 * added in the order of the file, beside what is decided next.
 * Part of maas_trees_avx512.c, of whose blocks and places it is made.
 * Not here: other sums (maas_trees_sums.c).
 */


/* `trees` leaves of n rows, by their places from tree `at` of group g on, added
 * to s */

#define MAAS_V_QUICK(T)                                                       \
                                                                              \
INLINE void                                                                   \
maas_v_add_##T(const maas_trees_head_t *h, const trees_rows_t *r, size_t g,   \
    size_t at, size_t trees, T *s, const int n)                               \
{                                                                             \
    int              i;                                                       \
    size_t           k;                                                       \
    const T         *leaf;                                                    \
    const uint16_t  *place[ROWS];                                             \
                                                                              \
    leaf = MAAS_TREES_AT(h, value_at, T)                                      \
           + MAAS_TREES_AT(h, group_at, maas_trees_group_t)[g].leaf;          \
                                                                              \
    for (i = 0; i < n; i++) {                                                 \
        place[i] = (const uint16_t *) (const void *) (r->id + 2 * g * WIDTH   \
                                       + (size_t) i * r->next) + at;          \
        __asm__ ("" : "+r" (place[i]));                                       \
    }                                                                         \
                                                                              \
    __asm__ ("" : "+r" (leaf));                                               \
                                                                              \
    _Pragma("GCC unroll 8")                                                   \
    for (k = 0; k < trees; k++) {                                             \
        _Pragma("GCC unroll 4")                                               \
        for (i = 0; i < n; i++) {                                             \
            s[i] += leaf[place[i][k]];                                        \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
INLINE void                                                                   \
maas_v_leaves_##T(const maas_trees_head_t *h, const trees_rows_t *r,          \
    size_t g, T *s, const int n)                                              \
{                                                                             \
    int  i;                                                                   \
    T    sum[ROWS];                                                           \
                                                                              \
    for (i = 0; i < n; i++) {                                                 \
        sum[i] = s[i];                                                        \
    }                                                                         \
                                                                              \
    maas_v_add_##T(h, r, g, 0, MAAS_TREES_AT(h, group_at,                     \
                   maas_trees_group_t)[g].trees, sum, n);                     \
                                                                              \
    for (i = 0; i < n; i++) {                                                 \
        s[i] = sum[i];                                                        \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* Groups one after the other, of n rows, or twice n */                       \
                                                                              \
INLINE void                                                                   \
maas_v_some_##T(const maas_trees_head_t *h, const trees_rows_t *r, T *s,      \
    const int n, size_t all)                                                  \
{                                                                             \
    size_t                     i, g, b;                                       \
    trees_rows_t               more;                                          \
    const maas_trees_group_t  *group;                                         \
                                                                              \
    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);                   \
    more = maas_v_behind(r);                                                  \
                                                                              \
    for (i = 0; i < all; i++) {                                               \
        s[i] = h->base_last ? 0 : *MAAS_TREES_AT(h, base_at, T);              \
    }                                                                         \
                                                                              \
    for (g = 0, b = 0; g < h->groups; b = group[g++].blocks) {                \
        maas_v_all_blocks(h, r, all, b, group[g].blocks);                     \
        maas_v_places(h, r, g, n);                                            \
                                                                              \
        if (all > (size_t) n) {                                               \
            maas_v_places(h, &more, g, n);                                    \
        }                                                                     \
                                                                              \
        maas_v_leaves_##T(h, r, g, s, n);                                     \
                                                                              \
        if (all > (size_t) n) {                                               \
            maas_v_leaves_##T(h, &more, g, s + n, n);                         \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* One row: the leaves of a group are added while the next one is decided */  \
                                                                              \
INLINE void                                                                   \
maas_v_one_##T(const maas_trees_head_t *h, const trees_rows_t *r, T *s,       \
    const int regs, const int narrow, const int sets)                         \
{                                                                             \
    T                          sum;                                           \
    size_t                     g, b, at, each;                                \
    __m512i                    row[4];                                        \
    const maas_trees_group_t  *group;                                         \
                                                                              \
    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);                   \
    sum = h->base_last ? 0 : *MAAS_TREES_AT(h, base_at, T);                   \
    maas_v_row(r->column, row, regs, narrow);                                 \
                                                                              \
    for (b = 0; b < group[0].blocks; b++) {                                   \
        maas_v_block(h, r, b, row, 1, regs, narrow, sets);                    \
    }                                                                         \
                                                                              \
    maas_v_places(h, r, 0, 1);                                                \
                                                                              \
    for (g = 1; g < h->groups; g++) {                                         \
        each = h->share / ((group[g].blocks - b) * TOGETHER + 1) + 1;         \
        at = 0;                                                               \
                                                                              \
        for (/* void */; b < group[g].blocks; b++) {                          \
            size_t k;                                                         \
            maas_v_block(h, r, b, row, 1, regs, narrow, sets);                \
                                                                              \
            for (k = 0; k < each && at < h->share; k++) {                     \
                maas_v_add_##T(h, r, g - 1, at, TOGETHER, &sum, 1);           \
                at += TOGETHER;                                               \
            }                                                                 \
        }                                                                     \
                                                                              \
        maas_v_places(h, r, g, 1);                                            \
                                                                              \
        for (/* void */; at < h->share; at += TOGETHER) {                     \
            maas_v_add_##T(h, r, g - 1, at, TOGETHER, &sum, 1);               \
        }                                                                     \
    }                                                                         \
                                                                              \
    maas_v_add_##T(h, r, g - 1, 0, group[g - 1].trees, &sum, 1);              \
    *s = sum;                                                                 \
}                                                                             \
                                                                              \
                                                                              \
INLINE void                                                                   \
maas_v_alone_##T(const maas_trees_head_t *h, const trees_rows_t *r, T *s,     \
    const int sets)                                                           \
{                                                                             \
    if (h->narrow) {                                                          \
        maas_v_one_##T(h, r, s, 1, 1, sets);                                  \
    } else if (h->columns <= 64) {                                            \
        maas_v_one_##T(h, r, s, 1, 0, sets);                                  \
    } else if (h->columns <= 128) {                                           \
        maas_v_one_##T(h, r, s, 2, 0, sets);                                  \
    } else if (h->columns <= 192) {                                           \
        maas_v_one_##T(h, r, s, 3, 0, sets);                                  \
    } else {                                                                  \
        maas_v_one_##T(h, r, s, 4, 0, sets);                                  \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
static TARGET void                                                            \
maas_v_quick_##T(const maas_trees_head_t *h, const trees_rows_t *r,           \
    size_t n, T *s)                                                           \
{                                                                             \
    if (n >= 4) {                                                             \
        maas_v_some_##T(h, r, s, 4, n);                                       \
    } else if (n == 2) {                                                      \
        maas_v_some_##T(h, r, s, 2, 2);                                       \
    } else if (h->bits) {                                                     \
        maas_v_alone_##T(h, r, s, 1);                                         \
    } else {                                                                  \
        maas_v_alone_##T(h, r, s, 0);                                         \
    }                                                                         \
}

MAAS_V_QUICK(float)
MAAS_V_QUICK(double)


static int
maas_v_quick(const maas_trees_head_t *h, const trees_rows_t *r, size_t n,
    void *s)
{
    if (!h->quick) {
        return 0;
    }

    if (h->wide_sum) {
        maas_v_quick_double(h, r, n, s);
    } else {
        maas_v_quick_float(h, r, n, s);
    }

    return 1;
}
