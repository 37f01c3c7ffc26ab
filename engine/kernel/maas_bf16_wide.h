/*
 * Kernels of BF16 whose weights are widened on the way: for rows of floats, and
 * for rows of BF16 where the processor has no instruction for those.  A file
 * that includes this has included maas_bf16_simd.h with PER 1, and makes a
 * maas_bf16_t of each.
 * Not here: tiles (maas_bf16_simd.h), the loops (maas_bf16_rows.c).
 */

static const maas_bf16_rows_t  bf16_float = {
    .cols = WIDE, .pad = 2 * N, .per = PER, .lanes = N, .most = MOST,
    .tile = bf16_v_rows
};

static const maas_bf16_rows_t  bf16_swap = {
    .cols = WIDE, .pad = 2 * N, .per = PER, .lanes = N, .most = MOST,
    .swap = 1, .tile = bf16_v_rows
};


static size_t
bf16_float_size(size_t k, size_t n)
{
    return maas__bf16_rows_size(&bf16_float, k, n);
}


static void
bf16_float_pack(const void *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__bf16_rows_pack(&bf16_float, w, bias, k, n, packed);
}


static void
bf16_float_run(const void *packed, size_t k, size_t n, const void *x,
    size_t ldx, size_t rows, maas_act_t act, float alpha, float *y, size_t ldy)
{
    maas_block_t  b = { .act = act, .alpha = alpha, .ldx = ldx, .ldy = ldy };

    maas__bf16_rows_run(&bf16_float, packed, k, n, x, rows, &b, y);
}


static size_t
bf16_swap_size(size_t k, size_t n)
{
    return maas__bf16_rows_size(&bf16_swap, k, n);
}


static void
bf16_swap_pack(const void *w, const float *bias, size_t k, size_t n,
    void *packed)
{
    maas__bf16_rows_pack(&bf16_swap, w, bias, k, n, packed);
}


/* Rows of BF16 as floats, pairs of k changing places: the same steps, if what
 * is denormal is 0.  That is no matter of the activation: leaky relu may make
 * such numbers. */

static void
bf16_swap_run(const void *packed, size_t k, size_t n, const void *x, size_t ldx,
    size_t rows, maas_act_t act, float alpha, float *y, size_t ldy)
{
    size_t        r;
    unsigned      csr;
    maas_block_t  b = {
        .act = act == MAAS_ACT_LEAKY_RELU ? MAAS_ACT_LINEAR : act,
        .ldx = ldx, .ldy = ldy
    };

    csr = _mm_getcsr();
    _mm_setcsr(csr | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
    maas__bf16_rows_run(&bf16_swap, packed, k, n, x, rows, &b, y);
    _mm_setcsr(csr);

    for (r = 0; act == MAAS_ACT_LEAKY_RELU && r < rows; r++) {
        maas__act(act, alpha, y + r * ldy, n);
    }
}
