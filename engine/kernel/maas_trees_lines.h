/*
 * Ranks by lines (maas_trees_layout.h), one value of some rows at a time: what
 * maas_trees_simd.h calls maas_v_near_float() or maas_v_near_double().
 * Not here: a row of floats with AVX-512 (maas_trees_lines_avx512.h).
 */


#define MAAS_V_NEAR(T)                                                        \
                                                                              \
/* Ranks by lines, of n rows; where floats are alike, wide ones are told      \
 * apart. */                                                                  \
                                                                              \
INLINE void                                                                   \
maas_v_near_##T(const maas_trees_head_t *h, const T *x, size_t ldx,           \
    uint8_t *column, size_t next, const int n)                                \
{                                                                             \
    T                apart[MAAS_TREES_COLUMNS];                               \
    int              r, holes;                                                \
    float            near[MAAS_TREES_ROWS][MAAS_TREES_COLUMNS + 16]           \
                         __attribute__((aligned(64)));                        \
    size_t           i, at, end, span, whole, skip;                           \
    uint32_t         line[MAAS_TREES_ROWS][MAAS_TREES_COLUMNS + 16]           \
                         __attribute__((aligned(64)));                        \
    const T         *exact;                                                   \
    const char      *lines;                                                   \
    maas_v_same_t    same;                                                    \
    const uint32_t  *feature, *fine, *to;                                     \
                                                                              \
    lines = MAAS_TREES_AT(h, near_at, char);                                  \
    to = MAAS_TREES_AT(h, near_to_at, uint32_t);                              \
    feature = MAAS_TREES_AT(h, feature_at, uint32_t) + h->small;              \
    span = h->near_span;                                                      \
    holes = span != h->near;                                                  \
    same = maas_v_same_none();                                                \
                                                                              \
    for (r = 0; r < n; r++) {                                                 \
        for (i = 0; h->near_apart && i < span; i++) {                         \
            apart[i] = x[(size_t) r * ldx + feature[i]];                      \
        }                                                                     \
                                                                              \
        maas_v_lines_##T(h->near_apart ? apart                                \
                             : x + (size_t) r * ldx + h->near_row, span,      \
                         (const float *) (const void *)                       \
                             MAAS_TREES_AT(h, near_line_at, char),            \
                         near[r], line[r]);                                   \
    }                                                                         \
                                                                              \
    /* a part of 16 values, or more, stands where it would alone */           \
                                                                              \
    whole = span < 16 ? span : span & ~(size_t) 15;                           \
    skip = span < 16 ? 0 : (16 - span % 16) % 16;                             \
                                                                              \
    for (i = 0, end = whole, at = 0; i < span; end = span, at = skip) {       \
        for (/* void */; holes && i < end; i++) {                             \
            _Pragma("GCC unroll 4")                                           \
            for (r = 0; r < n; r++) {                                         \
                column[(size_t) r * next + to[i]] = (uint8_t) maas_v_rank(    \
                    lines + line[r][i + at], near[r][i + at],                 \
                    sizeof(T) > sizeof(float), &same);                        \
            }                                                                 \
        }                                                                     \
                                                                              \
        _Pragma("GCC unroll 2")                                               \
        for (/* void */; i < end; i++) {                                      \
            _Pragma("GCC unroll 4")                                           \
            for (r = 0; r < n; r++) {                                         \
                column[(size_t) r * next + i] = (uint8_t) maas_v_rank(        \
                    lines + line[r][i + at], near[r][i + at],                 \
                    sizeof(T) > sizeof(float), &same);                        \
            }                                                                 \
        }                                                                     \
    }                                                                         \
                                                                              \
    if (sizeof(T) == sizeof(float) || !maas_v_same_any(same)) {               \
        return;                                                               \
    }                                                                         \
                                                                              \
    exact = MAAS_TREES_AT(h, table_at, T);                                    \
    fine = MAAS_TREES_AT(h, fine_at, uint32_t) + h->small;                    \
                                                                              \
    for (r = 0; r < n; r++, column += next, x += ldx) {                       \
        for (i = 0; i < h->near; i++) {                                       \
            column[i] = (uint8_t) (column[i]                                  \
                + (exact[fine[i] * MAAS_TREES_STEP + column[i]]               \
                   < x[feature[i]]));                                         \
        }                                                                     \
    }                                                                         \
}
