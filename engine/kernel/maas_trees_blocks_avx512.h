/*
 * Blocks of pieces (maas_trees_layout.h): what the nodes of a row's columns
 * clear, the exits that are left, and by these the ids of trees.
 * Part of maas_trees_avx512.c, of whose maas_v_bytes() it is made.
 * Not here: columns (maas_trees_simd.h), leaves (maas_trees_quick_avx512.h).
 */


INLINE void
maas_v_row(const uint8_t *column, __m512i *row, const int regs,
    const int narrow)
{
    int  i;

    if (narrow) {
        row[0] = _mm512_broadcast_i64x4(
                     _mm256_load_si256((const __m256i *) column));
        return;
    }

    for (i = 0; i < regs; i++) {
        row[i] = _mm512_load_si512(column + 64 * i);
    }
}


/* Exits that the nodes of slot j clear if they go right.  Narrow: exit e is bit
 * e + 5, or e - 3, so that slots 0 to 2 have theirs where the node has them, of
 * which other bits do not count; of the others byte `first` of a table for the
 * slot has exits first..j, and the matrix moves bits 5 to 7 of a byte down. */

INLINE __m512i
maas_v_clear(const uint8_t *at, __m512i node, const int j, const int narrow)
{
    uint64_t  all;
    __m512i   first;

    if (!narrow) {
        return _mm512_load_si512(at + 2 * WIDTH);
    }

    if (j < 3) {
        return node;
    }

    first = _mm512_gf2p8affine_epi64_epi8(node,
                _mm512_set1_epi64(0x2040800000000000), 0);
    all = 0x80c0e0f0f8fcfeff & ((2ull << j) - 1) * 0x0101010101010101;
    all = (all << 5 & 0xe0e0e0e0e0e0e0e0) | (all >> 3 & 0x1f1f1f1f1f1f1f1f);

    return _mm512_shuffle_epi8(_mm512_set1_epi64((int64_t) all), first);
}


/* Exits in their order */

INLINE __m512i
maas_v_exits(__m512i cleared, const int narrow)
{
    return !narrow ? cleared
           : _mm512_gf2p8affine_epi64_epi8(cleared,
                 _mm512_set1_epi64(0x2040800102040810), 0);
}


/* Trailing ones */

INLINE __m512i
maas_v_exit(__m512i cleared)
{
    return _mm512_popcnt_epi8(_mm512_andnot_si512(
               _mm512_add_epi8(cleared, _mm512_set1_epi8(1)), cleared));
}


/* Ids of two bytes */

INLINE void
maas_v_put_words(uint8_t *to, __m512i exit, const uint8_t *base)
{
    _mm512_store_si512(to, _mm512_add_epi16(_mm512_load_si512(base),
        _mm512_cvtepu8_epi16(_mm512_castsi512_si256(exit))));
    _mm512_store_si512(to + 64, _mm512_add_epi16(
        _mm512_load_si512(base + 64),
        _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(exit, 1))));
}


/* What slot j of a block clears in n rows */

INLINE void
maas_v_slot(const trees_rows_t *r, const uint8_t *at, size_t word,
    const __m512i *row, __m512i *right, const int j, const int n,
    const int regs, const int narrow, const int sets)
{
    int        i;
    __m512i    node, k, clear;
    __mmask64  mask;

    at += j * WIDTH * (narrow ? 2 : 3);
    node = _mm512_load_si512(at);

    /* once: under a mask it would take far longer */

    __asm__ ("" : "+v" (node));

    k = _mm512_load_si512(at + WIDTH);
    clear = maas_v_clear(at, node, j, narrow);

#pragma GCC unroll 4
    for (i = 0; i < n; i++) {
        mask = _mm512_cmpgt_epu8_mask(maas_v_bytes(row + 4 * i, node, regs),
                                      k);

        if (sets) {
            mask |= ((const uint64_t *) (r->bits + (size_t) i
                                         * r->next))[word + (size_t) j];
        }

        right[i] = _mm512_maskz_mov_epi8(mask, clear);
    }
}


/* Exits of block b of n rows, of which `row` are registers.  What is behind its
 * nodes. */

INLINE const uint8_t *
maas_v_block(const maas_trees_head_t *h, const trees_rows_t *r, size_t b,
    const __m512i *row, __m512i *exit, const int n, const int regs,
    const int narrow, const int sets)
{
    int             i, j;
    __m512i         one[ROWS], two[ROWS], theirs;
    const uint8_t  *at;

    at = MAAS_TREES_AT(h, block_at, uint8_t) + b * h->block;
    theirs = _mm512_set1_epi8((char) 0xe0);
    maas_v_slot(r, at, b * SLOTS, row, exit, 0, n, regs, narrow, sets);

#pragma GCC unroll 3
    for (j = 1; j < SLOTS; j += 2) {
        maas_v_slot(r, at, b * SLOTS, row, one, j, n, regs, narrow, sets);
        maas_v_slot(r, at, b * SLOTS, row, two, j + 1, n, regs, narrow, sets);

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            exit[i] = _mm512_ternarylogic_epi64(exit[i], one[i], two[i], 0xfe);

            if (narrow && j == 1) {
                exit[i] = _mm512_and_si512(exit[i], theirs);
            }
        }
    }

#pragma GCC unroll 4
    for (i = 0; i < n; i++) {
        exit[i] = maas_v_exit(maas_v_exits(exit[i], narrow));
    }

    return at + SLOTS * WIDTH * (narrow ? 2 : 3);
}


INLINE void
maas_v_some_rows(const trees_rows_t *r, __m512i *row, const int n,
    const int regs, const int narrow)
{
    int  i;

#pragma GCC unroll 4
    for (i = 0; i < n; i++) {
        maas_v_row(r->column + (size_t) i * r->next, row + 4 * i, regs,
                   narrow);
    }
}


/* Ids of two bytes: exits wait in memory */

INLINE void
maas_v_blocks(const maas_trees_head_t *h, const trees_rows_t *r,
    const int n, const int regs, const int narrow, const int sets)
{
    int             i;
    size_t          b;
    __m512i         row[ROWS * 4], exit[ROWS];
    const uint8_t  *base;

    maas_v_some_rows(r, row, n, regs, narrow);

    for (b = 0; b < h->blocks; b++) {
        base = maas_v_block(h, r, b, row, exit, n, regs, narrow, sets);

        for (i = 0; i < n; i++) {
            maas_v_put_words(r->exit + (size_t) i * r->next + 2 * b * WIDTH,
                             exit[i], base);
        }
    }
}


/* Ids of one byte: block b of a group, and its steps */

INLINE void
maas_v_steps(const maas_trees_head_t *h, const trees_rows_t *r, size_t b,
    const __m512i *row, __m512i *id, const int n, const int regs,
    const int narrow, const int sets)
{
    int              i;
    __m512i          exit[ROWS], link, from;
    const uint8_t   *at, *end, *step;
    const uint32_t  *count;

    at = maas_v_block(h, r, b, row, exit, n, regs, narrow, sets);

#pragma GCC unroll 4
    for (i = 0; i < n; i++) {
        exit[i] = _mm512_add_epi8(exit[i], _mm512_load_si512(at));
    }

    step = MAAS_TREES_AT(h, step_at, uint8_t);
    count = MAAS_TREES_AT(h, block_step_at, uint32_t) + b;
    end = step + 2 * WIDTH * count[1];

    for (at = step + 2 * WIDTH * count[0]; at != end; at += 2 * WIDTH) {
        link = _mm512_load_si512(at);
        from = _mm512_load_si512(at + WIDTH);

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            id[i] = _mm512_mask_permutexvar_epi8(id[i],
                        _mm512_cmpeq_epi8_mask(id[i], link), from, exit[i]);
        }
    }
}


/* Places behind the group's leaf */

INLINE void
maas_v_places(const maas_trees_head_t *h, const trees_rows_t *r, size_t g,
    const __m512i *id, const int n)
{
    int       i;
    uint8_t  *to;
    __m512i   low, high;

    low = _mm512_load_si512(MAAS_TREES_AT(h, place_at, uint16_t) + g * WIDTH);
    high = _mm512_load_si512(MAAS_TREES_AT(h, place_at, uint16_t)
                             + g * WIDTH + 32);

#pragma GCC unroll 4
    for (i = 0; i < n; i++) {
        to = r->id + 2 * g * WIDTH + (size_t) i * r->next;
        _mm512_store_si512(to, _mm512_add_epi16(low,
            _mm512_cvtepu8_epi16(_mm512_castsi512_si256(id[i]))));
        _mm512_store_si512(to + 64, _mm512_add_epi16(high,
            _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(id[i], 1))));
    }
}


/* Ids of trees of groups g..end, or, `quick`, their places behind the group's
 * leaf, from block b on. */

INLINE void
maas_v_group(const maas_trees_head_t *h, const trees_rows_t *r, size_t g,
    size_t end, size_t b, const int n, const int regs, const int narrow,
    const int sets)
{
    int                        i;
    __m512i                    row[ROWS * 4], id[ROWS];
    const maas_trees_group_t  *group;

    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);
    maas_v_some_rows(r, row, n, regs, narrow);

    for (/* void */; g < end; g++) {
#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            id[i] = _mm512_set1_epi8((char) MAAS_TREES_NEW_ID);
        }

        for (/* void */; b < group[g].blocks; b++) {
            maas_v_steps(h, r, b, row, id, n, regs, narrow, sets);
        }

        if (h->quick) {
            maas_v_places(h, r, g, id, n);
            continue;
        }

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            _mm512_store_si512(r->id + g * WIDTH + (size_t) i * r->next,
                               id[i]);
        }
    }
}


#define MAAS_V_BY_COLUMNS(f, sets, h, ...)                                    \
    if ((h)->narrow) {                                                        \
        f(h, __VA_ARGS__, 1, 1, sets);                                        \
    } else if ((h)->columns <= 64) {                                          \
        f(h, __VA_ARGS__, 1, 0, sets);                                        \
    } else if ((h)->columns <= 128) {                                         \
        f(h, __VA_ARGS__, 2, 0, sets);                                        \
    } else if ((h)->columns <= 192) {                                         \
        f(h, __VA_ARGS__, 3, 0, sets);                                        \
    } else {                                                                  \
        f(h, __VA_ARGS__, 4, 0, sets);                                        \
    }

#define MAAS_V_BLOCKS(n, sets)                                                \
                                                                              \
static TARGET void                                                            \
maas_v_blocks_##n##_##sets(const maas_trees_head_t *h, const trees_rows_t *r) \
{                                                                             \
    MAAS_V_BY_COLUMNS(maas_v_blocks, sets, h, r, n)                           \
}                                                                             \
                                                                              \
                                                                              \
static TARGET void                                                            \
maas_v_group_##n##_##sets(const maas_trees_head_t *h, const trees_rows_t *r,  \
    size_t g, size_t end, size_t b)                                           \
{                                                                             \
    MAAS_V_BY_COLUMNS(maas_v_group, sets, h, r, g, end, b, n)                 \
}

MAAS_V_BLOCKS(1, 0) MAAS_V_BLOCKS(2, 0) MAAS_V_BLOCKS(4, 0)
MAAS_V_BLOCKS(1, 1) MAAS_V_BLOCKS(2, 1) MAAS_V_BLOCKS(4, 1)


/* 64 bytes, whole: under a mask a load of two lines takes far longer */

INLINE __m512i
maas_v_load(const uint8_t *p)
{
    __m512i  v;

    v = _mm512_loadu_si512(p);
    __asm__ ("" : "+v" (v));

    return v;
}


/* Ids of two bytes, of both halves of a group together: links are followed,
 * from the root piece on */

INLINE void
maas_v_wide_ids(const maas_trees_head_t *h, const trees_rows_t *r,
    const int n)
{
    int                        i;
    size_t                     g, p;
    uint8_t                   *to;
    __m512i                    low[ROWS], high[ROWS], link[2];
    const uint8_t             *links, *from;
    const uint32_t            *start;
    const maas_trees_group_t  *group;

    group = MAAS_TREES_AT(h, group_at, maas_trees_group_t);

    for (g = 0; g < h->groups; g++) {
        start = MAAS_TREES_AT(h, start_at, uint32_t) + g * h->starts;
        links = (const uint8_t *) h + group[g].at;
        from = r->exit + 2 * start[0];

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            low[i] = maas_v_load(from + (size_t) i * r->next);
            high[i] = maas_v_load(from + (size_t) i * r->next + 64);
        }

        for (p = 1; p < group[g].pieces; p++, links += 2 * WIDTH) {
            link[0] = _mm512_load_si512(links);
            link[1] = _mm512_load_si512(links + 64);
            from = r->exit + 2 * start[p];

#pragma GCC unroll 4
            for (i = 0; i < n; i++) {
                low[i] = _mm512_mask_mov_epi16(low[i],
                             _mm512_cmpeq_epi16_mask(low[i], link[0]),
                             maas_v_load(from + (size_t) i * r->next));
                high[i] = _mm512_mask_mov_epi16(high[i],
                              _mm512_cmpeq_epi16_mask(high[i], link[1]),
                              maas_v_load(from + (size_t) i * r->next + 64));
            }
        }

#pragma GCC unroll 4
        for (i = 0; i < n; i++) {
            to = r->id + 2 * g * WIDTH + (size_t) i * r->next;
            _mm512_store_si512(to, low[i]);
            _mm512_store_si512(to + 64, high[i]);
        }
    }
}
