/*
 * Runs of numbers, 64 bytes of text a step, with AVX-512 (VBMI2).
 * Only what is plain: digits, one point, a minus, commas, white space.  All
 * else, and every error, is left to the byte-wise walk of maas_json_row.c.
 *
 * A step classifies 64 bytes that begin with a number, up to its last comma,
 * and checks the grammar on bit masks.  Then the digits of up to 32 numbers
 * are gathered by byte permutations: no branch looks at a single number.
 */

#include "maas_json.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>


#define RUN_TARGET  __attribute__((target("avx512f,avx512bw,avx512vl,"        \
                        "avx512dq,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,"     \
                        "popcnt")))
#define RUN_INLINE  RUN_TARGET __attribute__((always_inline)) static inline


/* 64 bytes of text, white space squeezed out; bit i of a mask: byte i */

typedef struct {
    __m512i    digit;              /* each byte minus '0' */
    uint64_t   digits;
    uint64_t   zeros;
    uint64_t   points;
    uint64_t   minuses;
    uint64_t   ends;               /* the separator behind each number */
    uint64_t   ends_in_text;       /* the same, white space still there */
    unsigned   last;               /* the last one may be a ] */
} run_block_t;


/* 10^-i, and byte permutations: of lane l the number, its place from the end */

static const double  run_pow10[32] = {
    1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11,
    1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21,
    1e-22, 1e-23, 1e-24, 1e-25, 1e-26, 1e-27, 1e-28, 1e-29, 1e-30, 1e-31
};

#define RUN_B4(n)   n, n, n, n
#define RUN_B8(n)   RUN_B4(n), RUN_B4(n)
#define RUN_B16(n)  RUN_B8(n), RUN_B8(n)

static const int8_t  run_iota[64] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63
};

/* numbers of 4 bytes: 0..15 */
static const int8_t  run_of_4[64] = {
    RUN_B4(0), RUN_B4(1), RUN_B4(2), RUN_B4(3), RUN_B4(4), RUN_B4(5),
    RUN_B4(6), RUN_B4(7), RUN_B4(8), RUN_B4(9), RUN_B4(10), RUN_B4(11),
    RUN_B4(12), RUN_B4(13), RUN_B4(14), RUN_B4(15)
};

/* of 8 bytes: such that packing two of them gives 0..15 in order */
static const int8_t  run_of_8[64] = {
    RUN_B8(0), RUN_B8(1), RUN_B8(4), RUN_B8(5),
    RUN_B8(8), RUN_B8(9), RUN_B8(12), RUN_B8(13)
};

/* of 16 bytes: likewise 0..7 */
static const int8_t  run_of_16[64] = {
    RUN_B16(0), RUN_B16(2), RUN_B16(4), RUN_B16(6)
};


int
maas__json_has_avx512(void)
{
    return __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512dq")
           && __builtin_cpu_supports("avx512vbmi")
           && __builtin_cpu_supports("avx512vbmi2")
           && __builtin_cpu_supports("bmi2");
}


RUN_INLINE uint64_t
run_first(uint64_t n)
{
    return _bzhi_u64(~0ull, (unsigned) n);
}


/* The uncommon bytes: white space is squeezed out, anything else ends the
 * block; a ] there is the last separator.  `others`: all of these. */

RUN_INLINE int
run_squeeze(run_block_t *b, __m512i text, uint64_t others)
{
    uint64_t  space, stop, valid, keep, token, starts, expected;

    space = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(' '))
            | _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\n'))
            | _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\r'))
            | _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\t'));

    others &= ~space;
    stop = _blsi_u64(others);

    b->last = (stop & _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(']')))
              != 0;

    valid = others != 0 ? stop - 1 : ~0ull;
    b->digits &= valid;
    b->zeros &= valid;
    b->points &= valid;
    b->minuses &= valid;
    b->ends &= valid;
    b->ends |= b->last ? stop : 0;
    b->ends_in_text = b->ends;

    space &= valid;

    if (space == 0) {
        return 1;
    }

    token = b->digits | b->points | b->minuses;
    keep = token | b->ends;
    starts = _pext_u64(token & ~(token << 1), keep);

    b->digit = _mm512_maskz_compress_epi8(keep, b->digit);
    b->digits = _pext_u64(b->digits, keep);
    b->zeros = _pext_u64(b->zeros, keep);
    b->points = _pext_u64(b->points, keep);
    b->minuses = _pext_u64(b->minuses, keep);
    b->ends = _pext_u64(b->ends, keep);

    /* a number that starts elsewhere than behind a separator was two */

    expected = (b->ends << 1) | 1;

    return ((starts ^ expected)
            & run_first(63 - _lzcnt_u64(b->ends | 1))) == 0;
}


/* 64 bytes at p, or as many as there are.  0: not for us. */

RUN_INLINE int
run_classify(run_block_t *b, const char *p, const char *end)
{
    __m512i   text;
    uint64_t  others;

    text = end - p >= 64 ? _mm512_loadu_si512(p)
           : _mm512_maskz_loadu_epi8(run_first((uint64_t) (end - p)), p);

    b->digit = _mm512_sub_epi8(text, _mm512_set1_epi8('0'));
    b->digits = _mm512_cmplt_epu8_mask(b->digit, _mm512_set1_epi8(10));
    b->zeros = _mm512_testn_epi8_mask(b->digit, b->digit);
    b->points = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('.'));
    b->minuses = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('-'));
    b->ends = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(','));
    b->ends_in_text = b->ends;
    b->last = 0;

    others = ~(b->digits | b->points | b->minuses | b->ends);

    return others == 0 || run_squeeze(b, text, others);
}


/* Whole numbers without a sign, up to 32 of up to 4 digits. */

RUN_INLINE void
run_small(const run_block_t *b, __m512 out[2])
{
    int        i;
    __m512i    ends, starts, of, end, start, src, v;
    __mmask64  k;

    ends = _mm512_maskz_compress_epi8(b->ends,
                                      _mm512_loadu_si512(run_iota));

    /* one before the first digit: where the number before ends, or -1 */
    starts = _mm512_mask_permutexvar_epi8(_mm512_set1_epi8(-1), ~1ull,
                 _mm512_sub_epi8(_mm512_loadu_si512(run_iota),
                                 _mm512_set1_epi8(1)), ends);

    of = _mm512_loadu_si512(run_of_4);

    for (i = 0; i < 2; i++) {
        end = _mm512_permutexvar_epi8(of, ends);
        start = _mm512_permutexvar_epi8(of, starts);
        of = _mm512_add_epi8(of, _mm512_set1_epi8(16));

        /* -4, -3, -2, -1 */
        src = _mm512_add_epi8(end, _mm512_set1_epi32((int) 0xfffefdfc));
        k = _mm512_cmpgt_epi8_mask(src, start);
        v = _mm512_maskz_permutexvar_epi8(k, src, b->digit);

        v = _mm512_maddubs_epi16(v, _mm512_set1_epi16(0x010a));
        v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00010064));
        out[i] = _mm512_cvtepi32_ps(v);
    }
}


/* Where each of up to 16 numbers begins and ends, its digits behind the point
 * and its sign. */

typedef struct {
    __m512i    end;                /* bytes, one a number */
    __m512i    start;              /* one before the first digit */
    __m512i    point;              /* digits behind the point, 127: no point */
    __m128i    exp;                /* the same, 0: no point */
    uint32_t   negative;
} run_place_t;


RUN_INLINE void
run_place(const run_block_t *b, uint32_t numbers, run_place_t *at)
{
    __m128i    end, start, point;
    uint64_t   both, kind, has_point;
    __m512i    iota;

    iota = _mm512_loadu_si512(run_iota);
    end = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(b->ends, iota));
    point = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(b->points,
                                                              iota));

    /* points and ends as they follow each other: who has a point before? */
    both = b->points | b->ends;
    kind = _pext_u64(b->points, both);
    has_point = _pext_u64(kind << 1, ~kind) & numbers;

    point = _mm_maskz_expand_epi8((__mmask16) has_point, point);
    point = _mm_sub_epi8(_mm_sub_epi8(end, _mm_set1_epi8(1)), point);

    at->exp = _mm_maskz_mov_epi8((__mmask16) has_point, point);
    at->point = _mm512_castsi128_si512(
                    _mm_mask_mov_epi8(_mm_set1_epi8(127),
                                      (__mmask16) has_point, point));

    at->negative = (uint32_t) _pext_u64(b->minuses, (b->ends << 1) | 1);

    start = _mm_alignr_epi8(end, _mm_set1_epi8(-1), 15);
    start = _mm_mask_add_epi8(start, (__mmask16) at->negative, start,
                              _mm_set1_epi8(1));

    at->end = _mm512_castsi128_si512(end);
    at->start = _mm512_castsi128_si512(start);
}


/* The digits of the numbers `of`, right-aligned in lanes whose bytes are
 * `back` from their end; the point is skipped.  Fours of digits remain. */

RUN_INLINE __m512i
run_fours(const run_block_t *b, const run_place_t *at, __m512i of,
    __m512i back)
{
    __m512i    src, v;
    __mmask64  k;

    src = _mm512_sub_epi8(_mm512_permutexvar_epi8(of, at->end), back);
    k = _mm512_cmpgt_epi8_mask(back, _mm512_permutexvar_epi8(of, at->point));
    src = _mm512_mask_sub_epi8(src, k, src, _mm512_set1_epi8(1));

    k = _mm512_cmpgt_epi8_mask(src, _mm512_permutexvar_epi8(of, at->start));
    v = _mm512_maskz_permutexvar_epi8(k, src, b->digit);

    v = _mm512_maddubs_epi16(v, _mm512_set1_epi16(0x010a));

    return _mm512_madd_epi16(v, _mm512_set1_epi32(0x00010064));
}


/* Eight numbers w * 10^-exp -> floats; *near: those within 4 units of a
 * midpoint of floats, as maas_json_num.c's num_round() has it. */

RUN_INLINE __m256
run_floats(__m512d w, __m512i exp, uint32_t negative, int wide, uint32_t *near)
{
    __m512d    pow, high;
    __m512i    d, low;

    pow = _mm512_permutex2var_pd(_mm512_loadu_pd(run_pow10), exp,
                                 _mm512_loadu_pd(run_pow10 + 8));
    if (wide) {
        high = _mm512_permutex2var_pd(_mm512_loadu_pd(run_pow10 + 16), exp,
                                      _mm512_loadu_pd(run_pow10 + 24));
        pow = _mm512_mask_mov_pd(pow, _mm512_test_epi64_mask(exp,
                                     _mm512_set1_epi64(16)), high);
    }

    d = _mm512_castpd_si512(_mm512_mul_pd(w, pow));

    low = _mm512_and_si512(_mm512_add_epi64(d,
                               _mm512_set1_epi64(4 - 0x10000000)),
                           _mm512_set1_epi64(0x1fffffff));
    *near = _mm512_cmple_epu64_mask(low, _mm512_set1_epi64(8));

    d = _mm512_mask_xor_epi64(d, (__mmask8) negative, d,
                              _mm512_set1_epi64((long long) (1ull << 63)));

    return _mm512_cvtpd_ps(_mm512_castsi512_pd(d));
}


/* Up to 16 numbers that 8 digits are enough for; which of them are near. */

RUN_INLINE uint32_t
run_short(const run_block_t *b, const run_place_t *at, float out[16])
{
    __m512i   v, back, of;
    __m256    f;
    uint32_t  near, near_high;

    back = _mm512_set1_epi64(0x0102030405060708);
    of = _mm512_loadu_si512(run_of_8);

    v = _mm512_packus_epi32(
            run_fours(b, at, of, back),
            run_fours(b, at, _mm512_add_epi8(of, _mm512_set1_epi8(2)), back));
    v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00012710));

    f = run_floats(_mm512_cvtepi32_pd(_mm512_castsi512_si256(v)),
                   _mm512_cvtepu8_epi64(at->exp), at->negative, 0, &near);
    _mm256_storeu_ps(out, f);

    f = run_floats(_mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(v, 1)),
                   _mm512_cvtepu8_epi64(_mm_srli_si128(at->exp, 8)),
                   at->negative >> 8, 0, &near_high);
    _mm256_storeu_ps(out + 8, f);

    return near | near_high << 8;
}


/* The same for 20 digits: four in front of sixteen. */

RUN_INLINE uint32_t
run_long(const run_block_t *b, const run_place_t *at, unsigned numbers,
    float out[16])
{
    unsigned  i;
    __m512i   v, back, of, front;
    __m512d   w;
    __m128i   exp;
    __m256    f;
    uint32_t  near, all;

    front = run_fours(b, at, _mm512_loadu_si512(run_of_4),
                      _mm512_set1_epi32(0x11121314));

    back = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0102030405060708,
                                                 0x090a0b0c0d0e0f10));
    of = _mm512_loadu_si512(run_of_16);
    exp = at->exp;
    all = 0;

    for (i = 0; i < numbers; i += 8) {
        v = _mm512_packus_epi32(
                run_fours(b, at, of, back),
                run_fours(b, at, _mm512_add_epi8(of, _mm512_set1_epi8(1)),
                          back));
        v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00012710));

        /* eights: the high one comes first */
        v = _mm512_add_epi64(_mm512_mul_epu32(v, _mm512_set1_epi64(100000000)),
                             _mm512_srli_epi64(v, 32));

        /* the product is exact, so that the sum is wrong by 1 at most */
        w = _mm512_mul_pd(_mm512_cvtepi32_pd(_mm512_castsi512_si256(front)),
                          _mm512_set1_pd(1e16));
        w = _mm512_add_pd(w, _mm512_cvtepi64_pd(v));

        f = run_floats(w, _mm512_cvtepu8_epi64(exp), at->negative >> i, 1,
                       &near);
        _mm256_storeu_ps(out + i, f);

        all |= near << i;
        exp = _mm_srli_si128(exp, 8);
        of = _mm512_add_epi8(of, _mm512_set1_epi8(8));
        front = _mm512_shuffle_i64x2(front, front, 0x4e);
    }

    return all;
}


/* Grammar on masks, of everything before the last end.  Non-zero: wrong. */

RUN_INLINE uint64_t
run_wrong(const run_block_t *b)
{
    uint64_t  starts, wrong, kind, first;

    starts = (b->ends << 1) | 1;

    wrong = b->ends & starts;                          /* no number */
    wrong |= b->minuses & ~starts;
    wrong |= (b->minuses << 1) & ~b->digits;
    wrong |= b->points & ~(b->digits << 1);
    wrong |= (b->points << 1) & ~b->digits;

    first = (starts & ~b->minuses) | ((starts & b->minuses) << 1);
    wrong |= ((first & b->zeros) << 1) & b->digits;    /* 01 */

    kind = _pext_u64(b->points, b->points | b->ends);

    return wrong | (kind & (kind << 1));               /* 1.2.3 */
}


/* Only the first 16 numbers, and nothing behind the last end. */

RUN_INLINE void
run_trim(run_block_t *b, uint64_t most)
{
    uint64_t  before;

    b->ends = _pdep_u64(most, b->ends);
    before = run_first(63 - _lzcnt_u64(b->ends));

    b->digits &= before;
    b->zeros &= before;
    b->points &= before;
    b->minuses &= before;
}


/* Places from which `n` more bytes belong to the same number. */

RUN_INLINE uint64_t
run_eight(uint64_t token)
{
    token &= token >> 1;
    token &= token >> 2;

    return token & (token >> 4);
}


/* The numbers of a block -> out[0..32); how many, 0: not for us. */

RUN_INLINE unsigned
run_block(run_block_t *b, float *out)
{
    __m512       small[2];
    unsigned     numbers;
    uint64_t     token, eight, start, wrong;
    uint32_t     mask, near;
    run_place_t  at;

    if (b->ends == 0) {
        return 0;
    }

    if ((b->points | b->minuses) == 0) {

        token = b->digits & (b->digits >> 1);
        token &= token >> 2;
        token &= b->digits >> 4;                       /* five digits */

        if ((token & run_first(63 - _lzcnt_u64(b->ends))) == 0) {
            start = (b->ends << 1) | 1;

            wrong = b->ends & start;
            wrong |= ((start & b->zeros) << 1) & b->digits;

            if (wrong & run_first(64 - _lzcnt_u64(b->ends))) {
                return 0;
            }

            run_small(b, small);
            _mm512_storeu_ps(out, small[0]);
            _mm512_storeu_ps(out + 16, small[1]);

            return (unsigned) _mm_popcnt_u64(b->ends);
        }
    }

    run_trim(b, 0xffff);

    if (run_wrong(b) != 0) {
        return 0;
    }

    numbers = (unsigned) _mm_popcnt_u64(b->ends);
    mask = (1u << numbers) - 1;

    run_place(b, mask, &at);

    token = b->digits | b->points;
    eight = run_eight(token);

    /* digits other than 0 that stand farther from the end than that */

    if ((eight & (token >> 8) & b->digits & ~b->zeros) == 0
        && (_mm_cmpgt_epi8_mask(at.exp, _mm_set1_epi8(15)) & mask) == 0)
    {
        near = run_short(b, &at, out);

    } else if ((eight & (eight >> 8) & (eight >> 12) & (token >> 20)
                & b->digits & ~b->zeros) == 0
               && (_mm_cmpgt_epi8_mask(at.exp, _mm_set1_epi8(31)) & mask) == 0)
    {
        near = run_long(b, &at, numbers, out);

    } else {
        return 0;
    }

    return (near & mask) == 0 ? numbers : 0;
}


RUN_TARGET
maas_status_t
maas__json_run_avx512(maas_json_t *j, float *x, size_t room, size_t *n,
    maas_err_t *err)
{
    float          last[32], *out;
    size_t         count;
    unsigned       numbers, more;
    uint64_t       used;
    const char    *until;
    run_block_t    b;
    maas_status_t  rc;

    count = *n;
    rc = MAAS_OK;

    for ( ;; ) {
        numbers = 0;

        out = room >= 32 && count <= room - 32 ? x + count : last;

        if (run_classify(&b, j->p, j->end)) {
            numbers = run_block(&b, out);

            if (out == last && count < room) {
                memcpy(x + count, last,
                       (numbers < room - count ? numbers : room - count)
                       * sizeof(float));
            }
        }

        if (numbers == 0) {
            maas__json_space(j);
            until = b.ends_in_text == 0 ? j->p + 1 : j->p + 64;

            *n = count;
            rc = maas__json_run_some(j, x, room, n, until, &more, err);
            count = *n;

            if (rc != MAAS_OK || !more) {
                return rc;
            }

            continue;
        }

        count += numbers;

        used = _pdep_u64(run_first(numbers), b.ends_in_text);
        j->p += 63 - _lzcnt_u64(used);

        if (b.last && used == b.ends_in_text) {
            *n = count;
            return MAAS_OK;
        }

        j->p++;
    }
}

#else

int
maas__json_has_avx512(void)
{
    return 0;
}


maas_status_t
maas__json_run_avx512(maas_json_t *j, float *x, size_t room, size_t *n,
    maas_err_t *err)
{
    return maas__json_run_plain(j, x, room, n, err);
}

#endif
