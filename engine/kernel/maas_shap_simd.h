/*
 * SHAP values of one tree, in vectors of maas_v_lanes doubles: of a row, with
 * places of t in lanes, or of as many rows, with a row in each.  Compiled for
 * each instruction set; both forms do the same operations in the same order.
 * Not here: rows, sums of several trees (maas_shap.c).
 */

/* At node n with feature i, which was met above with the product `known` of its
 * shares, r is the share of the child that the row does not enter.  In lanes t:
 *
 *     u = known (1-t) / (known (1-t) + t), z = known / (known (1-t) + t)^2
 *     down:  P(entered) = P(n) (1 - r u), P(other) = P(n) r u
 *     up:    d = r (H(entered) - H(other)), H(n) = H(entered) - u d
 *            phi_i += P(n) z d
 *
 * P of the root is the rule's weights, H of a leaf its value.  Where the row
 * did not take all edges of the feature above, u = 1 and z = 0. */


typedef struct {
    uint8_t   *left;                   /* (nodes) bits: rows that go left */
    uint8_t   *on;                     /* (nodes) rows that took all edges of
                                          the feature above */
    double    *one;                    /* 1 where left is entered, else 0 */
    double    *into;                   /* P(left) = P (one + into u) */
    double    *other;                  /* r */
    double    *entered;                /* leaves */
    double    *drop;                   /* d of two leaves */
    uint32_t  *hot;                    /* child that is entered */
    uint32_t  *cold;
    uint32_t  *curve;
    double    *p;
    double    *h;
} maas_v_room_t;


INLINE void *
maas_v_take(char **at, size_t n, size_t size)
{
    void  *p;

    p = *at;
    *at += (n * size + 63) & ~(size_t) 63;

    return p;
}


INLINE maas_v_room_t
maas_v_room(const maas_shap_t *s, void *scratch, size_t slots)
{
    char           *at;
    size_t          n;
    maas_v_room_t   r;

    at = scratch;
    n = s->max_nodes;

    r.left = maas_v_take(&at, n, 1);
    r.on = maas_v_take(&at, n, 1);
    r.one = maas_v_take(&at, n, sizeof(double));
    r.into = maas_v_take(&at, n, sizeof(double));
    r.other = maas_v_take(&at, n, sizeof(double));
    r.entered = maas_v_take(&at, n, sizeof(double));
    r.drop = maas_v_take(&at, n, sizeof(double));
    r.hot = maas_v_take(&at, n, sizeof(uint32_t));
    r.cold = maas_v_take(&at, n, sizeof(uint32_t));
    r.curve = maas_v_take(&at, n, sizeof(uint32_t));
    r.p = maas_v_take(&at, slots, sizeof(double));
    r.h = maas_v_take(&at, slots, sizeof(double));

    return r;
}


/* Nodes that are asked in another way, and which rows are still on the paths of
 * features that come again */

INLINE void
maas_v_paths(const maas_shap_t *s, const maas_shap_tree_t *t,
    const uint8_t *asked, const maas_v_room_t *m)
{
    size_t                     i;
    const maas_shap_odd_t     *odd;
    const maas_shap_repeat_t  *r;

    odd = s->odd + t->odd;
    r = s->repeat + t->repeat;

    for (i = 0; i < t->odds; i++) {
        m->left[odd[i].node] = asked[i];
    }

    memset(m->on, 0xff, t->nodes);

    for (i = 0; i < t->repeats; i++) {
        m->on[r[i].node] = (uint8_t) (m->on[r[i].above]
                                      & (m->left[r[i].above] ^ r[i].flip));
    }
}


/* Leaves of the tree for an output: single ones; then `*pairs`, left and right
 * ones by node, `*n` numbers from each other */

INLINE const double *
maas_v_leaves(const maas_shap_t *s, const maas_shap_tree_t *t, size_t output,
    const double **pairs, size_t *n)
{
    size_t         single;
    const double  *value;

    single = (t->single + MAAS_SHAP_PAD - 1) & ~(size_t) (MAAS_SHAP_PAD - 1);
    *n = (t->nodes + MAAS_SHAP_PAD - 1) & ~(size_t) (MAAS_SHAP_PAD - 1);
    value = s->value + t->value + output * (single + 2 * *n);
    *pairs = value + single;

    return value;
}


#if (LANES > 1)

/* One row.  All nodes of the tree, MAAS_SHAP_PAD at a time */

INLINE void
maas_v_decide(const maas_shap_t *s, const maas_shap_tree_t *t,
    const double *v, const maas_v_room_t *m)
{
    size_t           i, n;
    const double    *threshold;
    const uint32_t  *at;

    n = (t->nodes + MAAS_SHAP_PAD - 1) & ~(size_t) (MAAS_SHAP_PAD - 1);
    at = s->at + t->node;
    threshold = s->threshold + t->node;

    for (i = 0; i < n; i += LANES) {
        maas_v_spread(m->left + i, maas_v_most(maas_v_gather(v, at + i),
                                               maas_v_get(threshold + i)));
    }
}


/* What depends on the way that the row takes, but not on t */

INLINE void
maas_v_ways(const maas_shap_t *s, const maas_shap_tree_t *t, size_t output,
    uint32_t off, size_t piece, const maas_v_room_t *m)
{
    V              l, r, a, b;
    M              left;
    size_t         i, n;
    const double  *pairs;

    (void) maas_v_leaves(s, t, output, &pairs, &n);

    for (i = 0; i < n; i += LANES) {
        left = maas_v_gathered(m->left + i);
        l = maas_v_get(s->share[0] + t->node + i);
        r = maas_v_get(s->share[1] + t->node + i);
        a = maas_v_pick(left, l, r);
        maas_v_put(m->other + i, a);
        maas_v_put(m->one + i, maas_v_pick(left, maas_v_set(0),
                                           maas_v_set(1)));
        maas_v_put(m->into + i,
                   maas_v_pick(left, l, maas_v_sub(maas_v_set(0), r)));

        b = a;
        l = maas_v_get(pairs + i);
        r = maas_v_get(pairs + n + i);
        a = maas_v_pick(left, r, l);
        maas_v_put(m->entered + i, a);
        maas_v_put(m->drop + i,
                   maas_v_mul(b, maas_v_sub(a, maas_v_pick(left, l, r))));

        maas_v_choose(m->left + i, s->child[1] + t->node + i,
                      s->child[0] + t->node + i, m->hot + i, m->cold + i);
        maas_v_curve(m->on + i, off, s->curve + t->node + i, (uint32_t) piece,
                     m->curve + i);
    }
}


/* A piece of n places of t, in `parts` vectors */

INLINE void
maas_v_one_down(const maas_shap_t *s, const maas_shap_tree_t *t, size_t n,
    size_t parts, size_t piece, const maas_v_room_t *m)
{
    V                p, l;
    size_t           i, k;
    double          *to;
    const double    *u;
    const uint32_t  *left, *right;

    left = s->child[0] + t->node;
    right = s->child[1] + t->node;

    for (k = 0; k < parts; k++) {
        maas_v_put(m->p + k * LANES, maas_v_some(s->curves + t->weight
                   + piece + k * LANES, n - k * LANES));
    }

    for (i = 0; i < t->wide; i++) {
        u = s->curves + m->curve[i];

        for (k = 0; k < parts; k++) {
            to = m->p + k * LANES;
            p = maas_v_get(to + i * MAAS_SHAP_T);
            l = maas_v_mul(maas_v_set(m->into[i]),
                           maas_v_some(u + k * LANES, n - k * LANES));
            l = maas_v_mul(p, maas_v_add(l, maas_v_set(m->one[i])));
            maas_v_put(to + left[i] * MAAS_SHAP_T, l);
            maas_v_put(to + right[i] * MAAS_SHAP_T, maas_v_sub(p, l));
        }
    }
}


/* The common end of a step up */

INLINE void
maas_v_one_add(const double *u, size_t n, size_t k, const double *p, double *h,
    V entered, V drop, double *phi)
{
    V  z;

    maas_v_put(h, maas_v_sub(entered, maas_v_mul(drop,
               maas_v_some(u + k * LANES, n - k * LANES))));

    z = maas_v_mul(maas_v_get(p),
                   maas_v_some(u + n + k * LANES, n - k * LANES));
    maas_v_put(phi, maas_v_add(maas_v_get(phi), maas_v_mul(z, drop)));
}


INLINE void
maas_v_one_up(const maas_shap_t *s, const maas_shap_tree_t *t, size_t output,
    size_t n, size_t parts, double *phi, const maas_v_room_t *m)
{
    V                e;
    size_t           i, k, at, pairs;
    double          *h;
    const double    *leaf, *two;
    const uint32_t  *f;

    f = s->phi + t->node;
    leaf = maas_v_leaves(s, t, output, &two, &pairs);

    for (i = 0; i < t->single; i++) {
        for (k = 0; k < parts; k++) {
            maas_v_put(m->h + (t->nodes + i) * MAAS_SHAP_T + k * LANES,
                       maas_v_set(leaf[i]));
        }
    }

    for (i = t->nodes; i-- > t->wide; ) {
        for (k = 0; k < parts; k++) {
            at = i * MAAS_SHAP_T + k * LANES;
            maas_v_one_add(s->curves + m->curve[i], n, k, m->p + at,
                           m->h + at, maas_v_set(m->entered[i]),
                           maas_v_set(m->drop[i]),
                           phi + f[i] * MAAS_SHAP_T + k * LANES);
        }
    }

    for (i = t->wide; i-- > 0; ) {
        for (k = 0; k < parts; k++) {
            at = i * MAAS_SHAP_T + k * LANES;
            h = m->h + k * LANES;
            e = maas_v_get(h + m->hot[i] * MAAS_SHAP_T);
            maas_v_one_add(s->curves + m->curve[i], n, k, m->p + at,
                           m->h + at, e,
                           maas_v_mul(maas_v_sub(e, maas_v_get(h
                                          + m->cold[i] * MAAS_SHAP_T)),
                                      maas_v_set(m->other[i])),
                           phi + f[i] * MAAS_SHAP_T + k * LANES);
        }
    }
}


static TARGET void
maas_v_one(const maas_shap_t *s, const maas_shap_tree_t *t, size_t output,
    const double *v, const uint8_t *asked, double *phi, void *scratch)
{
    size_t         i, n;
    maas_v_room_t  m;

    m = maas_v_room(s, scratch, s->max_slots * MAAS_SHAP_T);
    maas_v_decide(s, t, v, &m);
    maas_v_paths(s, t, asked, &m);

    for (i = 0; i < t->q; i += MAAS_SHAP_T) {
        n = t->q - i < MAAS_SHAP_T ? t->q - i : MAAS_SHAP_T;
        maas_v_ways(s, t, output, (uint32_t) (2 * MAAS_SHAP_T * (n - 1)),
                    2 * i, &m);

        if (n <= LANES) {
            maas_v_one_down(s, t, n, 1, i, &m);
            maas_v_one_up(s, t, output, n, 1, phi, &m);

        } else {
            maas_v_one_down(s, t, n, MAAS_SHAP_T / LANES, i, &m);
            maas_v_one_up(s, t, output, n, MAAS_SHAP_T / LANES, phi, &m);
        }
    }
}

#endif


/* LANES rows: a row in each lane */

INLINE void
maas_v_rows_decide(const maas_shap_t *s, const maas_shap_tree_t *t,
    const double *v, const maas_v_room_t *m)
{
    size_t           i;
    const double    *threshold;
    const uint32_t  *at;

    at = s->at + t->node;
    threshold = s->threshold + t->node;

    for (i = 0; i < t->nodes; i++) {
        m->left[i] = maas_v_most(maas_v_get(v + at[i] * LANES),
                                 maas_v_set(threshold[i]));
    }
}


INLINE void
maas_v_rows_down(const maas_shap_t *s, const maas_shap_tree_t *t, size_t n,
    size_t i, size_t piece, const maas_v_room_t *m)
{
    V              p, l, into, one;
    M              left, on;
    size_t         k, at;
    double        *a, *b;
    const double  *u;

    at = t->node + i;
    left = maas_v_bits(m->left[i]);
    on = maas_v_bits(m->on[i]);
    u = s->curves + s->curve[at] + piece;
    a = m->p + s->child[0][at] * n * LANES;
    b = m->p + s->child[1][at] * n * LANES;
    one = maas_v_pick(left, maas_v_set(0), maas_v_set(1));
    into = maas_v_pick(left, maas_v_set(s->share[0][at]),
                       maas_v_set(-s->share[1][at]));

    for (k = 0; k < n; k++) {
        p = maas_v_get(m->p + (i * n + k) * LANES);
        l = maas_v_mul(into, maas_v_pick(on, maas_v_set(1),
                                         maas_v_set(u[k])));
        l = maas_v_mul(p, maas_v_add(l, one));
        maas_v_put(a + k * LANES, l);
        maas_v_put(b + k * LANES, maas_v_sub(p, l));
    }
}


/* The common end of a step up, place k of n */

INLINE void
maas_v_rows_add(const double *u, size_t n, size_t k, M on, const double *p,
    double *h, V entered, V drop, double *phi)
{
    V  z;

    maas_v_put(h, maas_v_sub(entered, maas_v_mul(drop,
               maas_v_pick(on, maas_v_set(1), maas_v_set(u[k])))));

    z = maas_v_mul(maas_v_get(p),
                   maas_v_pick(on, maas_v_set(0), maas_v_set(u[n + k])));
    maas_v_put(phi, maas_v_add(maas_v_get(phi), maas_v_mul(z, drop)));
}


INLINE void
maas_v_rows_pair(const maas_shap_t *s, const maas_shap_tree_t *t, size_t n,
    size_t i, size_t piece, const double *pairs, size_t padded, double *phi,
    const maas_v_room_t *m)
{
    V              a, b, e, drop;
    M              left, on;
    size_t         k, at, r;
    const double  *u;

    at = t->node + i;
    left = maas_v_bits(m->left[i]);
    on = maas_v_bits(m->on[i]);
    u = s->curves + s->curve[at] + piece;
    a = maas_v_set(pairs[i]);
    b = maas_v_set(pairs[padded + i]);
    e = maas_v_pick(left, b, a);
    drop = maas_v_pick(left, maas_v_set(s->share[0][at]),
                       maas_v_set(s->share[1][at]));
    drop = maas_v_mul(drop, maas_v_sub(e, maas_v_pick(left, a, b)));
    phi += s->phi[at] * MAAS_SHAP_T * LANES;

    for (k = 0; k < n; k++) {
        r = (i * n + k) * LANES;
        maas_v_rows_add(u, n, k, on, m->p + r, m->h + r, e, drop,
                        phi + k * LANES);
    }
}


INLINE void
maas_v_rows_up(const maas_shap_t *s, const maas_shap_tree_t *t, size_t n,
    size_t i, size_t piece, double *phi, const maas_v_room_t *m)
{
    V              l, r, e, other;
    M              left, on;
    size_t         k, at, q;
    const double  *u, *a, *b;

    at = t->node + i;
    left = maas_v_bits(m->left[i]);
    on = maas_v_bits(m->on[i]);
    u = s->curves + s->curve[at] + piece;
    a = m->h + s->child[0][at] * n * LANES;
    b = m->h + s->child[1][at] * n * LANES;
    other = maas_v_pick(left, maas_v_set(s->share[0][at]),
                        maas_v_set(s->share[1][at]));
    phi += s->phi[at] * MAAS_SHAP_T * LANES;

    for (k = 0; k < n; k++) {
        q = (i * n + k) * LANES;
        l = maas_v_get(a + k * LANES);
        r = maas_v_get(b + k * LANES);
        e = maas_v_pick(left, r, l);
        maas_v_rows_add(u, n, k, on, m->p + q, m->h + q, e,
                        maas_v_mul(maas_v_sub(e, maas_v_pick(left, l, r)),
                                   other),
                        phi + k * LANES);
    }
}


/* A piece of n places of t; n is a constant where it is called */

INLINE void
maas_v_rows_piece(const maas_shap_t *s, const maas_shap_tree_t *t,
    size_t output, size_t n, size_t piece, double *phi, const maas_v_room_t *m)
{
    size_t         i, k, padded;
    const double  *leaf, *pairs;

    leaf = maas_v_leaves(s, t, output, &pairs, &padded);

    for (k = 0; k < n; k++) {
        maas_v_put(m->p + k * LANES,
                   maas_v_set(s->curves[t->weight + piece + k]));
    }

    for (i = 0; i < t->wide; i++) {
        maas_v_rows_down(s, t, n, i, 2 * piece, m);
    }

    for (i = 0; i < t->single; i++) {
        for (k = 0; k < n; k++) {
            maas_v_put(m->h + ((t->nodes + i) * n + k) * LANES,
                       maas_v_set(leaf[i]));
        }
    }

    for (i = t->nodes; i-- > t->wide; ) {
        maas_v_rows_pair(s, t, n, i, 2 * piece, pairs, padded, phi, m);
    }

    for (i = t->wide; i-- > 0; ) {
        maas_v_rows_up(s, t, n, i, 2 * piece, phi, m);
    }
}


static TARGET void
maas_v_rows(const maas_shap_t *s, const maas_shap_tree_t *t, size_t output,
    const double *v, const uint8_t *asked, double *phi, void *scratch)
{
    size_t         i;
    maas_v_room_t  m;

    m = maas_v_room(s, scratch, LANES > 1 ? s->max_rows * LANES
                                          : s->max_slots * MAAS_SHAP_T);
    maas_v_rows_decide(s, t, v, &m);
    maas_v_paths(s, t, asked, &m);

#define PIECE(n)                                                              \
    case n:                                                                   \
        maas_v_rows_piece(s, t, output, n, i, phi, &m);                       \
        break

    for (i = 0; i < t->q; i += MAAS_SHAP_T) {

        switch (t->q - i) {
            PIECE(1);
            PIECE(2);
            PIECE(3);
            PIECE(4);
            PIECE(5);
            PIECE(6);
            PIECE(7);
        default:
            maas_v_rows_piece(s, t, output, MAAS_SHAP_T, i, phi, &m);
        }
    }

#undef PIECE
}
