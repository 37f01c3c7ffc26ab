/*
 * Products of whole numbers on tiles of 16 rows of 64 bytes, as AMX has them.
 * A file that includes this has included maas_int8_zmm.h, and defined
 * TILES(name) and, of tiles 0 to 7,
 *
 *   tile_begin(), tile_end()   they are there from now on; no more
 *   tile_zero(t)               its bytes are 0
 *   tile_load(t, p, ld)        rows from p on, ld bytes apart; tile_store: to p
 *   tile_dot(c, a, b)          c(16,16) of int32 += a(16,16,4) of uint8 times
 *                              b(16,16,4) of int8
 *
 * Not here: rows that fill no tile (maas_int8_avx512.c).
 */

#define TILES_STEPS  16                /* of a tile */


/* Sums of 16 rows and 32 columns in tiles 0 and 1, of 16 rows more in 2 and
 * 3: as many steps as fill tiles */

INLINE void
int8_tiles_sums(const maas_int8_block_t *b, const uint8_t *x, const int two,
    int32_t *c)
{
    size_t         s;
    const int8_t  *w;

    tile_zero(0);
    tile_zero(1);
    tile_zero(2);
    tile_zero(3);
    w = b->w;

    for (s = 0; s + TILES_STEPS <= b->steps; s += TILES_STEPS) {
        tile_load(6, w, MAAS_INT8_STEP);
        tile_load(7, w + 64, MAAS_INT8_STEP);
        tile_load(4, x + 4 * s, b->ldx);
        tile_dot(0, 4, 6);
        tile_dot(1, 4, 7);

        if (two) {
            tile_load(5, x + 16 * b->ldx + 4 * s, b->ldx);
            tile_dot(2, 5, 6);
            tile_dot(3, 5, 7);
        }

        w += TILES_STEPS * MAAS_INT8_STEP;
    }

    tile_store(0, c, 128);
    tile_store(1, c + 16, 128);

    if (two) {
        tile_store(2, c + 16 * 32, 128);
        tile_store(3, c + 16 * 32 + 16, 128);
    }
}


/* The rest of the steps, and what becomes of the sums */

INLINE void
int8_tiles_rows(const maas_int8_block_t *b, size_t r, const uint8_t *x,
    const int two)
{
    size_t   i, s;
    int32_t  c[32 * 32] __attribute__((aligned(64)));
    __m512i  v[2];

    int8_tiles_sums(b, x, two, c);

    for (i = 0; i < (two ? 32 : 16); i++) {
        v[0] = _mm512_load_si512(c + 32 * i);
        v[1] = _mm512_load_si512(c + 32 * i + 16);

        for (s = b->steps / TILES_STEPS * TILES_STEPS; s < b->steps; s++) {
            int8_step(b, s, x + i * b->ldx, v, 1, 2);
        }

        int8_end(b, r + i, v, 1, 2);
    }
}


/* Rows [0, rows), a multiple of 16 */

static TARGET void
TILES(run)(const void *packed, size_t k, size_t n, const maas_int8_pass_t *p,
    size_t rows)
{
    size_t              r, col, cols;
    const uint8_t      *x;
    maas_int8_block_t   b;

    tile_begin();

    for (col = 0; col < n; col += MAAS_INT8_STRIP) {
        cols = n - col < MAAS_INT8_STRIP ? n - col : MAAS_INT8_STRIP;
        b = maas__int8_strips_block(packed, k, n, p, col, cols);
        x = p->x;

        for (r = 0; r + 32 <= rows; r += 32) {
            int8_tiles_rows(&b, r, x + r * b.ldx, 1);
        }

        if (r < rows) {
            int8_tiles_rows(&b, r, x + r * b.ldx, 0);
        }
    }

    tile_end();
}


/* Rows that fill tiles here, the others by AVX-512 */

static void
TILES(all)(const void *packed, size_t k, size_t n, const maas_int8_pass_t *p)
{
    size_t             rows;
    maas_int8_pass_t   q = *p;

    rows = p->rows / 16 * 16;

    if (rows > 0) {
        TILES(run)(packed, k, n, p, rows);
    }

    if (rows < p->rows) {
        q.rows -= rows;
        q.x = (const uint8_t *) p->x + rows * p->ldx;
        q.y = (char *) p->y + rows * p->ldy * (p->inverse != 0
                                               ? 1 : sizeof(float));
        maas__int8_avx512.run(packed, k, n, &q);
    }
}
