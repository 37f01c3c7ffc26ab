/*
 * Activations on vectors, written once for every instruction set.  A file that
 * includes this has defined V (a vector of N floats), INLINE, and maas_v_*
 * below.  Not for anyone else.
 *
 * Elements go through the same steps wherever they stand: a tail is done with
 * whole vectors, of which only the numbers that exist are loaded and stored.
 * Sums over a row are 16 sums, of columns 0, 16, ..., 1, 17, ..., added in
 * halves at the end.  So bits depend neither on position nor on the set.
 *
 *   maas_v_set(f)  maas_v_fma(a, b, c)
 *   maas_v_load(p, n)  maas_v_store(p, n, v)  no more than n numbers
 *   maas_v_max(a, b)  maas_v_min(a, b)      b if one is NaN
 *   maas_v_below(a, b, x, y)                a < b ? x : y
 *   maas_v_round(v)                         to the nearest whole number, even
 *   maas_v_fold(op, V *)                    16 numbers to 8, by max or add
 */

#define PARTS  (16 / N)                /* vectors that make 16 numbers */
#define ROWS   4                       /* of a narrow softmax, together */


typedef int32_t   maas_v_int_t __attribute__((vector_size(4 * N)));
typedef uint32_t  maas_v_bits_t __attribute__((vector_size(4 * N)));


INLINE V
maas_v_abs(V v)
{
    return (V) ((maas_v_bits_t) v & 0x7fffffff);
}


/* |v| with the sign of s */

INLINE V
maas_v_sign(V v, V s)
{
    return (V) ((maas_v_bits_t) maas_v_abs(v)
                | ((maas_v_bits_t) s & 0x80000000));
}


/* 2^n for whole n of -126..127 */

INLINE V
maas_v_pow2(V n)
{
    return (V) (((maas_v_bits_t) __builtin_convertvector(n, maas_v_int_t)
                 + 127) << 23);
}


/* The largest, and the sum, of eight numbers */

#define MAAS_V_EIGHT(op)                                                      \
                                                                              \
INLINE float                                                                  \
maas_v_##op##8(__m256 y)                                                      \
{                                                                             \
    __m128  x;                                                                \
                                                                              \
    x = _mm_##op##_ps(_mm256_castps256_ps128(y),                              \
                      _mm256_extractf128_ps(y, 1));                           \
    x = _mm_##op##_ps(x, _mm_movehl_ps(x, x));                                \
    x = _mm_##op##_ss(x, _mm_movehdup_ps(x));                                 \
                                                                              \
    return _mm_cvtss_f32(x);                                                  \
}

MAAS_V_EIGHT(max)
MAAS_V_EIGHT(add)


/* e^r - 1 for |r| <= ln(2)/2: r + r^2/2 + ... + r^7/5040 */

INLINE V
maas_v_expm1_near(V r)
{
    V  p;

    p = maas_v_set(1.0f / 5040);
    p = maas_v_fma(p, r, maas_v_set(1.0f / 720));
    p = maas_v_fma(p, r, maas_v_set(1.0f / 120));
    p = maas_v_fma(p, r, maas_v_set(1.0f / 24));
    p = maas_v_fma(p, r, maas_v_set(1.0f / 6));
    p = maas_v_fma(p, r, maas_v_set(0.5f));

    return maas_v_fma(p * r, r, r);
}


/* x = n ln(2) + r; ln(2) in two parts, the first of few bits */

INLINE V
maas_v_reduce(V x, V *n)
{
    V  r;

    *n = maas_v_round(x * maas_v_set(0x1.715476p+0f));
    r = maas_v_fma(*n, maas_v_set(-0x1.62e4p-1f), x);

    return maas_v_fma(*n, maas_v_set(-0x1.7f7d1cp-20f), r);
}


/* e^x; 2^n in two steps, so that results may be denormal or infinite */

INLINE V
maas_v_exp(V x)
{
    V  n, half, p;

    x = maas_v_min(maas_v_set(89.0f), maas_v_max(maas_v_set(-105.0f), x));
    p = maas_v_expm1_near(maas_v_reduce(x, &n)) + maas_v_set(1.0f);
    half = maas_v_round(n * maas_v_set(0.5f));

    return p * maas_v_pow2(half) * maas_v_pow2(n - half);
}


/* e^x - 1 for x <= 0 */

INLINE V
maas_v_expm1(V x)
{
    V  n, p, s;

    x = maas_v_max(maas_v_set(-30.0f), x);
    p = maas_v_expm1_near(maas_v_reduce(x, &n));
    s = maas_v_pow2(n);

    return maas_v_fma(p, s, s - maas_v_set(1.0f));
}


INLINE V
maas_v_sigmoid(V x)
{
    V  e, one;

    one = maas_v_set(1.0f);
    e = maas_v_exp(-maas_v_abs(x));

    return maas_v_below(x, maas_v_set(0.0f), e, one) / (one + e);
}


/*
 * x / (1 + e^-x) = (x < 0 ? x e^x : x) / (1 + e^-|x|).  x e^x is scaled after
 * the product, where it may be denormal: e^x alone would have lost bits by
 * then.
 */

INLINE V
maas_v_silu(V x)
{
    V  a, n, half, p, e, y;

    a = maas_v_max(maas_v_set(-110.0f), -maas_v_abs(x));
    p = maas_v_expm1_near(maas_v_reduce(a, &n)) + maas_v_set(1.0f);
    half = maas_v_round(n * maas_v_set(0.5f));
    n = maas_v_pow2(n - half);
    half = maas_v_pow2(half);

    e = p * half * n;
    y = maas_v_below(x, maas_v_set(0.0f), a * p * half * n, x);

    return y / (maas_v_set(1.0f) + e);
}


INLINE V
maas_v_tanh(V x)
{
    V  e;

    e = maas_v_expm1(maas_v_abs(x) * maas_v_set(-2.0f));

    return maas_v_sign(e / (e + maas_v_set(2.0f)), x);
}


/*
 * x Phi(x) = max(x, 0) - |x| erfc(z) / 2 where z = |x| / sqrt(2), and
 * erfc(z) = e^(-z^2) t p(t) where t = 1 / (1 + z/2): p fitted for the least
 * relative error, 2.3e-8, over |x| <= 15; beyond, the second term is 0.
 */

INLINE V
maas_v_gelu(V x)
{
    V  a, t, p, sq, rest;

    a = maas_v_min(maas_v_set(15.0f), maas_v_abs(x));
    t = maas_v_set(1.0f)
        / maas_v_fma(a, maas_v_set(0.35355339f), maas_v_set(1.0f));

    p = maas_v_set(0.010513832792639732f);
    p = maas_v_fma(p, t, maas_v_set(-0.11387470364570618f));
    p = maas_v_fma(p, t, maas_v_set(0.40749260783195496f));
    p = maas_v_fma(p, t, maas_v_set(-0.6423745155334473f));
    p = maas_v_fma(p, t, maas_v_set(0.3991613984107971f));
    p = maas_v_fma(p, t, maas_v_set(-0.0869809091091156f));
    p = maas_v_fma(p, t, maas_v_set(0.2218283712863922f));
    p = maas_v_fma(p, t, maas_v_set(0.23939193785190582f));
    p = maas_v_fma(p, t, maas_v_set(0.282773494720459f));
    p = maas_v_fma(p, t, maas_v_set(0.2820684611797333f));

    /* a^2 in two parts: the exponent would lose what its size takes */

    sq = a * a;
    rest = maas_v_fma(a, a, -sq);
    p = p * t * maas_v_fma(rest, maas_v_set(-0.5f), maas_v_set(1.0f));
    p = p * a * maas_v_set(0.5f) * maas_v_exp(sq * maas_v_set(-0.5f));

    return maas_v_max(maas_v_set(0.0f), x) - p;
}


INLINE V
maas_v_act(maas_act_t act, V alpha, V x)
{
    V  zero;

    zero = maas_v_set(0.0f);

    switch (act) {

    case MAAS_ACT_RELU:
        return maas_v_max(zero, x);

    case MAAS_ACT_LEAKY_RELU:
        return maas_v_below(x, zero, alpha * x, x);

    case MAAS_ACT_ELU:
        return maas_v_below(x, zero,
                            alpha * maas_v_expm1(maas_v_min(zero, x)), x);

    case MAAS_ACT_GELU:
        return maas_v_gelu(x);

    case MAAS_ACT_SILU:
        return maas_v_silu(x);

    case MAAS_ACT_SIGMOID:
        return maas_v_sigmoid(x);

    case MAAS_ACT_TANH:
        return maas_v_tanh(x);

    default:
        return x;
    }
}


/* act is a constant where this is inlined: no choice within the loop */

INLINE void
maas_v_act_loop(const maas_act_t act, float alpha, float *x, size_t n)
{
    V          a;
    size_t     i;
    ptrdiff_t  m;

    a = maas_v_set(alpha);

    for (i = 0; i < n; i += N) {
        m = (ptrdiff_t) (n - i);
        maas_v_store(x + i, m, maas_v_act(act, a, maas_v_load(x + i, m)));
    }
}


#define MAAS_V_CASE(c, ...)                                                   \
    case MAAS_ACT_##c:                                                        \
        maas_v_act_loop(MAAS_ACT_##c, alpha, x, n);                           \
        break;

static TARGET void
maas_v_act_all(maas_act_t act, float alpha, float *x, size_t n)
{
    switch (act) {

    MAAS_ACTS(MAAS_V_CASE)

    default:
        break;
    }
}


/* Columns at and beyond n, as v - INFINITY makes of them: e^v = 0 */

INLINE V
maas_v_fill(const float *x, ptrdiff_t n)
{
    static const float  step[16] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    };

    return maas_v_below(maas_v_load(step, N), maas_v_set((float) n),
                        maas_v_load(x, n),
                        maas_v_set(-INFINITY));
}


INLINE void
maas_v_softmax_row(float *x, size_t n)
{
    V          max[PARTS], sum[PARTS], v, m, s;
    ptrdiff_t  i, p, end;

    end = (ptrdiff_t) n;

    for (p = 0; p < PARTS; p++) {
        max[p] = maas_v_set(-INFINITY);
        sum[p] = maas_v_set(0.0f);
    }

    for (i = 0; i < end; i += 16) {
        for (p = 0; p < PARTS && i + p * N < end; p++) {
            v = maas_v_fill(x + i + p * N, end - i - p * N);
            max[p] = maas_v_max(max[p], v);
        }
    }

    m = maas_v_set(maas_v_max8(maas_v_fold(max, max)));

    for (i = 0; i < end; i += 16) {
        for (p = 0; p < PARTS && i + p * N < end; p++) {
            v = maas_v_exp(maas_v_fill(x + i + p * N, end - i - p * N) - m);
            sum[p] = sum[p] + v;
            maas_v_store(x + i + p * N, end - i - p * N, v);
        }
    }

    s = maas_v_set(maas_v_add8(maas_v_fold(add, sum)));

    for (i = 0; i < end; i += N) {
        v = maas_v_load(x + i, end - i) / s;
        maas_v_store(x + i, end - i, v);
    }
}


/* Of rows that fit 16 columns, such as digits: none is read again after it was
 * written, and several at a time do not wait for each other. */

INLINE void
maas_v_softmax_narrow(float *x, ptrdiff_t n, size_t ld, const int rows)
{
    int        r, p;
    V          v[ROWS][PARTS], m[ROWS], s[ROWS];

#pragma GCC unroll 4
    for (r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (p = 0; p < PARTS; p++) {
            v[r][p] = p * N < n ? maas_v_fill(x + r * ld + p * N, n - p * N)
                                : maas_v_set(-INFINITY);
        }
    }

#pragma GCC unroll 4
    for (r = 0; r < rows; r++) {
        m[r] = maas_v_set(maas_v_max8(maas_v_fold(max, v[r])));
    }

#pragma GCC unroll 4
    for (r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (p = 0; p < PARTS; p++) {
            v[r][p] = p * N < n ? maas_v_exp(v[r][p] - m[r])
                                : maas_v_set(0.0f);
        }
    }

#pragma GCC unroll 4
    for (r = 0; r < rows; r++) {
        s[r] = maas_v_set(maas_v_add8(maas_v_fold(add, v[r])));
    }

#pragma GCC unroll 4
    for (r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (p = 0; p < PARTS; p++) {
            if (p * N < n) {
                maas_v_store(x + r * ld + p * N, n - p * N,
                             v[r][p] / s[r]);
            }
        }
    }
}


static TARGET void
maas_v_softmax(float *x, size_t rows, size_t n, size_t ld)
{
    if (n <= 16) {
        for (/* void */; rows >= ROWS; rows -= ROWS, x += ROWS * ld) {
            maas_v_softmax_narrow(x, (ptrdiff_t) n, ld, ROWS);
        }

        for (/* void */; rows > 0; rows--, x += ld) {
            maas_v_softmax_narrow(x, (ptrdiff_t) n, ld, 1);
        }
    }

    for (/* void */; rows > 0; rows--, x += ld) {
        maas_v_softmax_row(x, n);
    }
}
