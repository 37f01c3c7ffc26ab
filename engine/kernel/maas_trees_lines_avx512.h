/*
 * Ranks of a row of floats by lines (maas_trees_layout.h): which thresholds of
 * a line are below is a mask, and the masks are counted together.
 * Part of maas_trees_avx512.c.
 * Not here: doubles (maas_trees_lines.h), where it is slower, as each line is
 * also asked for what is alike; 16 rows together (maas_trees_batch_avx512.h).
 */


#define MASKS  32                      /* that are counted at once */


/* Of 16 values, bytes from the first line on to theirs, and ranks that those
 * begin with.  max() gives its second operand where the first one is NaN. */

INLINE void
maas_v_guess(const maas_trees_head_t *h, const float *x, const float *guess,
    const uint8_t *begin, uint32_t *line, uint8_t *rank)
{
    size_t     i;
    __m512     v;
    __m512i    at;
    __mmask64  some;

    v = _mm512_loadu_ps(x);
    v = _mm512_add_ps(_mm512_mul_ps(v, _mm512_load_ps(guess)),
                      _mm512_load_ps(guess + 16));
    v = _mm512_max_ps(v, _mm512_setzero_ps());
    v = _mm512_min_ps(v, _mm512_load_ps(guess + 32));
    at = _mm512_cvttps_epi32(v);
    _mm512_store_si512(line, _mm512_add_epi32(_mm512_slli_epi32(at, 6),
                                 _mm512_load_si512(guess + 48)));

    /* a table of 128 bytes has the ranks of some lanes: others stay what they
     * are, a rank or a place in a table to come */

    at = _mm512_add_epi32(at, _mm512_load_si512(
             MAAS_TREES_AT(h, near_table_at, uint32_t)));
    some = UINT64_MAX >> (64 - h->near_bits);

    for (i = 0; i < 16 * h->near_most; i += 128) {
        at = _mm512_mask2_permutex2var_epi8(_mm512_load_si512(begin + i), at,
                 some, _mm512_load_si512(begin + i + 64));
        some <<= h->near_bits & 63;
    }

    _mm_store_si128((__m128i *) (void *) rank, _mm512_cvtepi32_epi8(at));
}


/* Values side by side, 16 or more: those of the row, or a copy in `apart`, as a
 * load under a mask takes far longer where it spans two lines */

INLINE const float *
maas_v_near_values(const maas_trees_head_t *h, const float *x, float *apart)
{
    size_t           i;
    const uint32_t  *feature;

    if (!h->near_apart && h->near_span >= 16) {
        return x + h->near_row;
    }

    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + h->small;

    for (i = 0; i < h->near_span; i++) {
        apart[i] = x[h->near_apart ? feature[i] : h->near_row + i];
    }

    for (/* void */; i < 16; i++) {
        apart[i] = 0;
    }

    return apart;
}


/* Ranks of near features of a row to column; 32 bytes are written at least */

INLINE void
maas_v_near_row(const maas_trees_head_t *h, const float *x, uint8_t *column)
{
    float           apart[MAAS_TREES_COLUMNS];
    size_t          i, k, n;
    __m256i         v;
    uint8_t         rank[MAAS_TREES_COLUMNS] __attribute__((aligned(64)));
    uint16_t        below[MAAS_TREES_COLUMNS] __attribute__((aligned(64)));
    uint32_t        line[MAAS_TREES_COLUMNS] __attribute__((aligned(64)));
    const char     *lines;
    const float    *at;
    const uint8_t  *from;

    n = h->near_span < 16 ? 16 : h->near_span;
    x = maas_v_near_values(h, x, apart);

    for (i = 0; i < n; i += 16) {
        maas_v_guess(h, x + (i + 16 > n ? n - 16 : i),
                     MAAS_TREES_AT(h, near_line_at, float) + 4 * i,
                     MAAS_TREES_AT(h, near_begin_at, uint8_t)
                         + i * h->near_most, line + i, rank + i);
    }

    /* in memory: to get them out of a register takes longer */

    __asm__ ("" : "+m" (line));
    lines = MAAS_TREES_AT(h, near_at, char);

    for (i = 0; i < n; i += 16) {
        at = x + (i + 16 > n ? n - 16 : i);

#pragma GCC unroll 1
        for (k = 0; k < 16; k++) {
            _store_mask16(&below[i + k], _mm512_cmp_ps_mask(
                _mm512_set1_ps(at[k]), _mm512_load_ps(lines + line[i + k]),
                _CMP_GT_OQ));
        }
    }

    for (i = 0; i < n; i += MASKS) {
        v = _mm256_add_epi8(
                _mm256_load_si256((const __m256i *) (const void *) (rank + i)),
                _mm512_cvtepi16_epi8(_mm512_popcnt_epi16(
                    _mm512_load_si512(below + i))));
        _mm256_store_si256((__m256i *) (void *) (rank + i), v);
    }

    from = MAAS_TREES_AT(h, near_from_at, uint8_t);

    if (n <= MASKS) {
        _mm256_storeu_si256((__m256i *) (void *) column,
            _mm256_permutexvar_epi8(_mm256_load_si256((const __m256i *)
                                        (const void *) from), v));
        return;
    }

    for (i = 0; i < h->near; i++) {
        column[i] = rank[from[i]];
    }
}


INLINE void
maas_v_near_float(const maas_trees_head_t *h, const float *x, size_t ldx,
    uint8_t *column, size_t next, const int n)
{
    int  i;

#pragma GCC unroll 1
    for (i = 0; i < n; i++, x += ldx, column += next) {
        maas_v_near_row(h, x, column);
    }
}
