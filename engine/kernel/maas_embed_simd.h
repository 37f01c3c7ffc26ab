/*
 * Embeddings of a row in vectors: the same operations as maas_embed.c, so the
 * same bits.  Included with V, N and maas_v_*() of an instruction set, and
 * EMBED_RUN, the name of what it makes.
 * Not here: slopes.
 */

/* y(n) = clamped to [0,1]; of what is not a number 0 */

INLINE void
embed_bins(const float *knot, size_t n, float x, float *y)
{
    V       low, t;
    size_t  i;

    for (i = 0; i < n; i += N) {
        low = maas_v_load(knot + i, (ptrdiff_t) (n - i));
        t = (maas_v_set(x) - low)
            / (maas_v_load(knot + i + 1, (ptrdiff_t) (n - i)) - low);
        t = maas_v_min(maas_v_max(t, maas_v_set(0.0f)), maas_v_set(1.0f));
        maas_v_store(y + i, (ptrdiff_t) (n - i), t);
    }
}


/* c(n) = cosines of w z + b turns */

INLINE void
embed_waves(const float *w, const float *b, size_t n, float z, float *c)
{
    V       t, u, q, p;
    size_t  i;
    int     k;

    for (i = 0; i < n; i += N) {
        t = maas_v_load(w + i, (ptrdiff_t) (n - i)) * maas_v_set(z)
            + maas_v_load(b + i, (ptrdiff_t) (n - i));
        t = t - maas_v_round(t);
        u = maas_v_set(0.25f) - maas_v_max(t, -t);
        q = u * u;
        p = maas_v_set(maas__embed_sine[MAAS_EMBED_SINE - 1]);

        for (k = MAAS_EMBED_SINE - 2; k >= 0; k--) {
            p = maas_v_fma(p, q, maas_v_set(maas__embed_sine[k]));
        }

        maas_v_store(c + i, (ptrdiff_t) (n - i), u * p);
    }
}


/* y(n) = bias + c(m) matrix(m,n), m ascending */

INLINE void
embed_product(const float *c, const float *matrix, size_t m, size_t n,
    float *y)
{
    V             sum;
    size_t        i, k;
    const float  *v;

    for (i = 0; i < n; i += N) {
        sum = maas_v_load(matrix + m * n + i, (ptrdiff_t) (n - i));
        v = matrix + i;

        for (k = 0; k < m; k++, v += n) {
            sum = maas_v_fma(maas_v_set(c[k]),
                             maas_v_load(v, (ptrdiff_t) (n - i)), sum);
        }

        maas_v_store(y + i, (ptrdiff_t) (n - i), sum);
    }
}


INLINE void
embed_periodic(const maas_embed_item_t *e, float x, float *y)
{
    float         c[MAAS_EMBED_MOST];
    const float  *w;

    w = e->number + MAAS_EMBED_WAVES;
    embed_waves(w, w + e->rows, e->rows, maas__embed_scale(e->number, x), c);
    embed_product(c, w + 2 * e->rows, e->rows, e->width, y);
}


INLINE void
embed_move(const float *from, size_t n, float *y)
{
    size_t  i;

    for (i = 0; i < n; i += N) {
        maas_v_store(y + i, (ptrdiff_t) (n - i),
                     maas_v_load(from + i, (ptrdiff_t) (n - i)));
    }
}


INLINE void
embed_one_hot(const maas_embed_item_t *e, float code, float *y)
{
    size_t  i;

    for (i = 0; i < e->width; i += N) {
        maas_v_store(y + i, (ptrdiff_t) (e->width - i), maas_v_set(0.0f));
    }

    i = maas__embed_row(code, e->width + (e->number[0] == 0));

    if (i < e->width) {
        y[i] = 1;
    }
}


INLINE void
embed_copy(const maas_embed_item_t *e, const float *x, float *y)
{
    float   shift, factor;
    size_t  i;

    shift = e->number[0];
    factor = e->number[1];

    for (i = 0; i < e->width; i++) {
        y[i] = isnan(x[i]) ? 0 : (x[i] - shift) * factor;
    }
}


TARGET static void
EMBED_RUN(const maas_embed_item_t *e, size_t n, const float *row, float *to)
{
    float         x, *y;
    const float  *v;

    for ( ; n > 0; n--, e++) {
        v = e->number;
        x = row[e->from];
        y = to + e->to;

        switch (e->kind) {

        case MAAS_EMBED_COPY:
            embed_copy(e, row + e->from, y);
            break;

        case MAAS_EMBED_NUMBER:
            y[0] = maas__embed_scale(v, x);
            break;

        case MAAS_EMBED_MISSING:
            y[0] = isnan(x) ? 1 : 0;
            break;

        case MAAS_EMBED_BINS:
            embed_bins(v, e->width, x, y);
            break;

        case MAAS_EMBED_TABLE:
            embed_move(v + maas__embed_row(x, e->rows) * e->width, e->width,
                       y);
            break;

        case MAAS_EMBED_ONE_HOT:
            embed_one_hot(e, x, y);
            break;

        default:
            embed_periodic(e, x, y);
        }
    }
}
