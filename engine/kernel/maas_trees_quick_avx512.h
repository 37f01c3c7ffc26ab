/*
 * Quick sums (maas_trees_layout.h): ids become places of leaves, and these are
 * added in the order of the file, beside what is decided next.
 * Part of maas_trees_avx512.c, of whose blocks and places it is made.
 * Not here: other sums (maas_trees_sums.c).
 */


#define TURN  128                      /* trees that are decided together */


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
    size_t                     i, g, b, end;                                  \
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
    for (g = 0, b = 0; g < h->groups; b = group[g - 1].blocks) {              \
        for (end = g + 1; end < h->groups; end++) {                           \
            if (group[end].first + group[end].trees - group[g].first > TURN) {\
                break;                                                        \
            }                                                                 \
        }                                                                     \
                                                                              \
        maas_v_groups(h, r, all, g, end, b);                                  \
                                                                              \
        for (/* void */; g < end; g++) {                                      \
            maas_v_leaves_##T(h, r, g, s, n);                                 \
                                                                              \
            if (all > (size_t) n) {                                           \
                maas_v_leaves_##T(h, &more, g, s + n, n);                     \
            }                                                                 \
        }                                                                     \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
/* The same of one row, from places on: some at once, then those left */      \
                                                                              \
INLINE T                                                                      \
maas_v_sum_##T(T sum, const T *leaf, const uint16_t *place, size_t trees)     \
{                                                                             \
    size_t  k;                                                                \
                                                                              \
    for (/* void */; trees >= 2 * TOGETHER; trees -= 2 * TOGETHER) {          \
        _Pragma("GCC unroll 8")                                               \
        for (k = 0; k < 2 * TOGETHER; k++) {                                  \
            sum += leaf[place[k]];                                            \
        }                                                                     \
                                                                              \
        place += 2 * TOGETHER;                                                \
        __asm__ ("" : "+r" (place));                                          \
    }                                                                         \
                                                                              \
    for (/* void */; trees >= TOGETHER; trees -= TOGETHER) {                  \
        _Pragma("GCC unroll 4")                                               \
        for (k = 0; k < TOGETHER; k++) {                                      \
            sum += leaf[place[k]];                                            \
        }                                                                     \
                                                                              \
        place += TOGETHER;                                                    \
        __asm__ ("" : "+r" (place));                                          \
    }                                                                         \
                                                                              \
    for (k = 0; k < trees; k++) {                                             \
        sum += leaf[place[k]];                                                \
    }                                                                         \
                                                                              \
    return sum;                                                               \
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
    size_t                     g, b, each, left;                              \
    __m512i                    row[4], id;                                    \
    const T                   *leaf;                                          \
    const uint16_t            *place;                                         \
    const maas_trees_group_t  *group;                                         \
                                                                              \
    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);                   \
    sum = h->base_last ? 0 : *MAAS_TREES_AT(h, base_at, T);                   \
    leaf = MAAS_TREES_AT(h, value_at, T);                                     \
    place = (const uint16_t *) (const void *) r->id;                          \
    left = 0;                                                                 \
    maas_v_row(r->column, row, regs, narrow);                                 \
                                                                              \
    for (g = 0, b = 0; g < h->groups; g++) {                                  \
        each = left / ((group[g].blocks - b) * TOGETHER) * TOGETHER;          \
        id = _mm512_set1_epi8((char) MAAS_TREES_NEW_ID);                      \
                                                                              \
        for (/* void */; b < group[g].blocks; b++) {                          \
            maas_v_steps(h, r, b, row, &id, 1, regs, narrow, sets);           \
            sum = maas_v_sum_##T(sum, leaf, place, each);                     \
            place += each;                                                    \
            left -= each;                                                     \
        }                                                                     \
                                                                              \
        maas_v_places(h, r, g, &id, 1);                                       \
        sum = maas_v_sum_##T(sum, leaf, place, left);                         \
        leaf = MAAS_TREES_AT(h, value_at, T) + group[g].leaf;                 \
        place = (const uint16_t *) (const void *) (r->id + 2 * g * WIDTH);    \
        left = group[g].trees;                                                \
    }                                                                         \
                                                                              \
    *s = maas_v_sum_##T(sum, leaf, place, left);                              \
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
maas_v_single_##T(const maas_trees_head_t *h, const trees_rows_t *r, T *s)    \
{                                                                             \
    if (h->bits) {                                                            \
        maas_v_alone_##T(h, r, s, 1);                                         \
    } else {                                                                  \
        maas_v_alone_##T(h, r, s, 0);                                         \
    }                                                                         \
}                                                                             \
                                                                              \
                                                                              \
static TARGET void                                                            \
maas_v_several_##T(const maas_trees_head_t *h, const trees_rows_t *r,         \
    size_t n, T *s)                                                           \
{                                                                             \
    if (n >= 4) {                                                             \
        maas_v_some_##T(h, r, s, 4, n);                                       \
    } else {                                                                  \
        maas_v_some_##T(h, r, s, 2, 2);                                       \
    }                                                                         \
}

MAAS_V_QUICK(float)
MAAS_V_QUICK(double)


INLINE int
maas_v_quick(const maas_trees_head_t *h, const trees_rows_t *r, size_t n,
    void *s)
{
    if (!h->quick) {
        return 0;
    }

    if (n == 1) {
        if (h->wide_sum) {
            maas_v_single_double(h, r, s);
        } else {
            maas_v_single_float(h, r, s);
        }

    } else if (h->wide_sum) {
        maas_v_several_double(h, r, n, s);

    } else {
        maas_v_several_float(h, r, n, s);
    }

    return 1;
}
