/*
 * Rows through a layout, the same for every instruction set.  A file that
 * includes this has included maas_trees_simd.h, and defined
 *
 *   TARGET                        for functions with its target
 *   WIDTH                         pieces of a block
 *   PACKED                        are nodes of two bytes known?
 *   RANKED                        are MAAS_TREES_BATCH rows ranked together?
 *   maas_v_ranked(h, x, ldx, rows, staged)
 *                                 if so: columns of as many, or of
 *                                 MAAS_TREES_MOST, and which are odd
 *   maas_v_take(h, x, ldx, staged, odd, column, next)
 *                                 those of MAAS_TREES_MOST of them
 *   maas_v_sets(h, x, bits)       decisions of a row's sets, and of its gaps
 *   maas_v_quick(h, r, n, s)      quick sums of n rows: 1, 2 or once or twice
 *                                 MAAS_TREES_ROWS; 0: there are none
 *   maas_v_all_blocks(h, r, n)    exits of all pieces, of as many
 *   maas_v_all_ids(h, r, n)       ids of trees, of the same
 *
 * Not here: what stands where (maas_trees_layout.h).
 */


/* A step reads as vectors what the one before stored in pieces, and would wait
 * for that: so each is done for twice the rows that run together */

INLINE void
maas_v_ready(const maas_trees_head_t *h, const void *x, size_t ldx, size_t n,
    void *s, void *scratch)
{
    size_t        i, row, sums, some;
    trees_rows_t  r;

    row = ldx * (h->wide ? sizeof(double) : sizeof(float));
    sums = h->out * (h->wide_sum ? sizeof(double) : sizeof(float));
    r.next = h->scratch;
    r.column = scratch;
    r.bits = r.column + h->bits_off;
    r.exit = r.column + h->exit_off;
    r.id = r.column + h->id_off;

    for (i = 0; h->bits && i < n; i++) {
        maas_v_sets(h, (const char *) x + i * row, r.bits + i * r.next);
    }

    if (maas_v_quick(h, &r, n, s)) {
        return;
    }

    maas_v_all_blocks(h, &r, n);
    maas_v_all_ids(h, &r, n);

    for (i = 0; i < n; i += some) {
        some = n < MAAS_TREES_ROWS ? n : MAAS_TREES_ROWS;
        maas__trees_sums(h, r.id + i * r.next, r.next,
                         (const char *) x + i * row, ldx, some,
                         (char *) s + i * sums);
    }
}


INLINE void
maas_v_rows(const maas_trees_head_t *h, const void *x, size_t ldx, size_t n,
    void *s, void *scratch)
{
    size_t  i, row;

    row = ldx * (h->wide ? sizeof(double) : sizeof(float));

    for (i = 0; i < n; i += MAAS_TREES_ROWS) {
        if (n == 1) {
            maas_v_columns(h, x, ldx, scratch, h->scratch, 1);
        } else if (n == 2) {
            maas_v_columns(h, x, ldx, scratch, h->scratch, 2);
        } else {
            maas_v_columns(h, (const char *) x + i * row, ldx,
                           (uint8_t *) scratch + i * h->scratch, h->scratch,
                           MAAS_TREES_ROWS);
        }
    }

    maas_v_ready(h, x, ldx, n, s, scratch);
}


#if RANKED

/* Those that are ranked together.  The number of them. */

static TARGET __attribute__((noinline)) size_t
maas_v_many(const maas_trees_head_t *h, const char *x, size_t ldx,
    size_t rows, char *s, void *scratch)
{
    size_t    i, n, some, row, sums;
    uint8_t   staged[MAAS_TREES_BATCH * STAGED] __attribute__((aligned(64)));
    uint32_t  odd;

    if (!h->batch) {
        return 0;
    }

    row = ldx * (h->wide ? sizeof(double) : sizeof(float));
    sums = h->out * (h->wide_sum ? sizeof(double) : sizeof(float));

    for (n = 0; rows - n >= h->least; n += some) {
        some = rows - n < MAAS_TREES_BATCH ? MAAS_TREES_MOST
                                           : MAAS_TREES_BATCH;
        odd = maas_v_ranked(h, x, ldx, some, staged);

        for (i = 0; i < some; i += MAAS_TREES_MOST) {
            maas_v_take(h, x, ldx, staged + i * STAGED, odd >> i, scratch,
                        h->scratch);
            maas_v_ready(h, x, ldx, MAAS_TREES_MOST, s, scratch);
            x += MAAS_TREES_MOST * row;
            s += MAAS_TREES_MOST * sums;
        }
    }

    return n;
}

#endif


static TARGET void
maas_v_alone(const maas_trees_head_t *h, const void *x, size_t ldx, void *s,
    void *scratch)
{
    maas_v_rows(h, x, ldx, 1, s, scratch);
}


static TARGET void
maas_v_together(const maas_trees_head_t *h, const void *x, size_t ldx,
    size_t rows, void *s, void *scratch)
{
    size_t  n, row, sums;

    row = ldx * (h->wide ? sizeof(double) : sizeof(float));
    sums = h->out * (h->wide_sum ? sizeof(double) : sizeof(float));

    n = 0;

#if RANKED
    if (rows >= MAAS_TREES_MOST) {
        n = maas_v_many(h, x, ldx, rows, s, scratch);
        x = (const char *) x + n * row;
        s = (char *) s + n * sums;
    }
#endif

    for (rows -= n; rows > 1; rows -= n) {
        n = rows >= 2 * MAAS_TREES_ROWS ? 2 * MAAS_TREES_ROWS
            : rows >= MAAS_TREES_ROWS ? MAAS_TREES_ROWS : 2;
        maas_v_rows(h, x, ldx, n, s, scratch);
        x = (const char *) x + n * row;
        s = (char *) s + n * sums;
    }

    if (rows == 1) {
        maas_v_alone(h, x, ldx, s, scratch);
    }
}


static void
maas_v_run(const maas_trees_t *t, const void *packed, const void *x,
    size_t ldx, size_t rows, void *s, void *scratch)
{
    const maas_trees_head_t  *h = packed;

    if (h->walk) {
        maas__trees_walk_run(h, x, ldx, rows, s, scratch);
    } else if (rows == 1) {
        maas_v_alone(h, x, ldx, s, scratch);
    } else {
        maas_v_together(h, x, ldx, rows, s, scratch);
    }
}


static void *
maas_v_layout(const maas_trees_t *t, maas_arena_t *a, size_t *size,
    size_t *scratch)
{
    maas_trees_layout_t  *l;

    l = maas__trees_layout(t, a, WIDTH, PACKED);

    if (l != NULL) {
        *size = l->head.size;
        *scratch = l->head.scratch;
    }

    return l;
}
