/*
 * dx += dy W^T on vectors, of weights in strips, written once for every
 * instruction set.  A file that includes this has included maas_strips.h and a
 * maas_v_*.h, and defined
 *
 *   BACK                       name of the function that is made
 *   BACK_ROWS, BACK_NUMBERS    of a block, N together
 *   maas_v_sums(c)             vector of the sums of each of N vectors; the
 *                              order in one does not depend on its place
 *
 * Not here: products forward (maas_gemm_simd.h).
 */

/* A number of dx is one sum: vectors of a row of W by one of dy are added in N
 * lanes in the order of the strips, then the lanes.  So a row has the same bits
 * whatever it comes with. */


/* Numbers i to i + numbers of dx, of so many rows, at most `high` and `wide` of
 * them: places that are too many do the last one again */

INLINE void
maas_v_back_block(const float *packed, size_t k, size_t n, const float *dy,
    size_t lddy, size_t rows, float *dx, size_t lddx, size_t i,
    size_t numbers, const int high, const int wide)
{
    V             c[N], w, d[BACK_ROWS];
    int           a, r;
    float         sums[N];
    size_t        j, v, row[BACK_ROWS];
    maas_block_t  b;
    const float  *p[N];

    for (r = 0; r < high; r++) {
        row[r] = ((size_t) r < rows ? (size_t) r : rows - 1) * lddy;
    }

    for (a = 0; a < N; a++) {
        c[a] = maas_v_set(0);
    }

    for (j = 0; j < n; j += MAAS_STRIP) {
        maas__strip_set(&b, packed, k, n, i, j);

#pragma GCC unroll 16
        for (a = 0; a < wide; a++) {
            p[a] = b.w + ((size_t) a < numbers ? (size_t) a : numbers - 1)
                         * b.width;
        }

        for (v = 0; v < b.cols; v += N) {
#pragma GCC unroll 4
            for (r = 0; r < high; r++) {
                d[r] = maas_v_load(dy + row[r] + j + v,
                                   (ptrdiff_t) (b.cols - v));
            }

#pragma GCC unroll 16
            for (a = 0; a < wide; a++) {
                w = maas_v_whole(p[a] + v);
#pragma GCC unroll 4
                for (r = 0; r < high; r++) {
                    c[r * wide + a] = maas_v_fma(w, d[r], c[r * wide + a]);
                }
            }
        }
    }

    maas_v_store(sums, N, maas_v_sums(c));

    for (r = 0; r < high && (size_t) r < rows; r++) {
        for (a = 0; a < wide && (size_t) a < numbers; a++) {
            dx[(size_t) r * lddx + i + (size_t) a] += sums[r * wide + a];
        }
    }
}


static TARGET void
maas_v_back_one(const float *packed, size_t k, size_t n, const float *dy,
    float *dx)
{
    size_t  i;

    for (i = 0; i + N <= k; i += N) {
        maas_v_back_block(packed, k, n, dy, 0, 1, dx, 0, i, N, 1, N);
    }

    if (i < k) {
        maas_v_back_block(packed, k, n, dy, 0, 1, dx, 0, i, k - i, 1, N);
    }
}


/* All rows for a piece of the weights, which is then near */

static TARGET void
maas_v_back_rows(const float *packed, size_t k, size_t n, const float *dy,
    size_t lddy, size_t rows, float *dx, size_t lddx)
{
    size_t  i, r, left, numbers;

    for (i = 0; i < k; i += BACK_NUMBERS) {
        numbers = k - i < BACK_NUMBERS ? k - i : BACK_NUMBERS;

        for (r = 0; r < rows; r += BACK_ROWS) {
            left = rows - r < BACK_ROWS ? rows - r : BACK_ROWS;
            maas_v_back_block(packed, k, n, dy + r * lddy, lddy, left,
                              dx + r * lddx, lddx, i, numbers, BACK_ROWS,
                              BACK_NUMBERS);
        }
    }
}


void
BACK(const void *packed, size_t k, size_t n, const float *dy, size_t lddy,
    size_t rows, float *dx, size_t lddx)
{
    if (rows == 1) {
        maas_v_back_one(packed, k, n, dy, dx);
    } else {
        maas_v_back_rows(packed, k, n, dy, lddy, rows, dx, lddx);
    }
}
