/*
 * The tight accountant: the distribution of the privacy loss of one step on a
 * grid, summed over all steps by a Fourier transform.
 *
 * One step: between two points of the grid, the loss's mass is shared by both
 * so that both densities keep theirs; that is never less private than the
 * truth (Doroshenko et al., "Connect the dots", 2022).  The sum is taken of
 * masses weighted by e^(tilt loss), so that it is exact to many digits where
 * delta is, far out in a tail.
 * Not here: the other accountant (rdp.c).
 */

#include <math.h>
#include <string.h>

#include "privacy.h"
#include "util.h"


#define PLD_FINE      32            /* points in a deviation of a step's loss */
#define PLD_CELLS     1e6           /* of a step, at most */
#define PLD_POINTS    (1u << 22)    /* of the sum, at most */
#define PLD_TAIL      1e-5          /* of delta may be left out */
#define PLD_OUTSIDE   1e-12         /* tilted mass out of the sum's window */
#define PLD_TILTS     30
#define PLD_LOOK      4000          /* points that tell the deviation */


/* A step in one of two directions: a row more, or a row less */

typedef struct {
    double   h;                     /* between points */
    long     first;                 /* the loss of p[0] is first * h */
    size_t   n;
    double  *p;                     /* (n) masses */
    double   lost;                  /* of losses beyond, taken as infinite */
} pld_step_t;


static double
pld_loss(const train_dp_t *d, double x)
{
    double  e;

    e = (2 * x - 1) / (2 * d->sigma * d->sigma);

    return (e > 0) ? e + log(d->q + (1 - d->q) * exp(-e))
                   : log1p(d->q * expm1(e));
}


/* Where the loss is that; -INFINITY if it is nowhere so small */

static double
pld_at(const train_dp_t *d, double loss)
{
    double  ratio;

    ratio = (expm1(loss) + d->q) / d->q;

    if (!(ratio > 0)) {
        return -INFINITY;
    }

    return (isfinite(ratio) ? log(ratio) : loss - log(d->q))
           * d->sigma * d->sigma + 0.5;
}


/* Mass of a normal distribution about mean between two points, from the side
 * where it is small */

static double
pld_mass(double from, double to, double mean, double sigma)
{
    double  a, b;

    a = (from - mean) / (sigma * M_SQRT2);
    b = (to - mean) / (sigma * M_SQRT2);

    return 0.5 * ((a > 0) ? erfc(a) - erfc(b) : erfc(-b) - erfc(-a));
}


/* Standard deviation of a step's loss */

static double
pld_deviation(const train_dp_t *d)
{
    double  x, w, l, sum[3] = { 0, 0, 0 };
    size_t  i;

    for (i = 0; i < PLD_LOOK; i++) {
        x = d->sigma * (16 * ((double) i + 0.5) / PLD_LOOK - 8);
        w = (1 - d->q) * exp(-x * x / (2 * d->sigma * d->sigma));
        l = pld_loss(d, x);
        sum[0] += w;
        sum[1] += w * l;
        sum[2] += w * l * l;

        w = d->q * exp(-x * x / (2 * d->sigma * d->sigma));
        l = pld_loss(d, x + 1);
        sum[0] += w;
        sum[1] += w * l;
        sum[2] += w * l * l;
    }

    sum[1] /= sum[0];

    return sqrt(fmax(sum[2] / sum[0] - sum[1] * sum[1], 0));
}


/* The mass between points i and i + 1 of the grid goes to both */

static void
pld_share(pld_step_t *s, long i, double p, double q)
{
    double  up;

    up = (p - q * exp((double) i * s->h)) / -expm1(-s->h);
    up = fmin(fmax(up, 0), p);
    s->p[i - s->first] += p - up;
    s->p[i + 1 - s->first] += up;
}


/* less: a row less; the larger density is the mixture.  Else it is the other
 * way round, and so is the sign of the loss. */

static void
pld_step(const train_dp_t *d, int less, pld_step_t *s)
{
    long    i, from, to;
    double  tail, z, a, b, mix, x, next;

    tail = PLD_TAIL * d->delta / (double) d->steps;
    z = d->sigma * sqrt(-2 * log(tail));
    from = (long) floor(pld_loss(d, -z) / s->h);
    to = (long) ceil(pld_loss(d, 1 + z) / s->h);

    s->first = less ? from : -to;
    s->n = (size_t) (to - from) + 1;
    s->p = train_alloc(s->n, sizeof(double));
    x = pld_at(d, (double) from * s->h);

    /* below the grid: up to its lowest point, or lost */

    a = pld_mass(-INFINITY, x, 0, d->sigma);
    b = pld_mass(-INFINITY, x, 1, d->sigma);
    s->p[0] += less ? (1 - d->q) * a + d->q * b : 0;
    s->lost = less ? 0 : a;

    for (i = from; i < to; i++) {
        next = pld_at(d, (double) (i + 1) * s->h);
        a = pld_mass(x, next, 0, d->sigma);
        b = pld_mass(x, next, 1, d->sigma);
        mix = (1 - d->q) * a + d->q * b;
        pld_share(s, less ? i : -i - 1, less ? mix : a, less ? a : mix);
        x = next;
    }

    a = pld_mass(x, INFINITY, 0, d->sigma);
    b = pld_mass(x, INFINITY, 1, d->sigma);
    s->p[0] += less ? 0 : a;
    s->lost += less ? (1 - d->q) * a + d->q * b : 0;
}


static double
pld_log_mean(const pld_step_t *s, double tilt)
{
    double  most, sum, e;
    size_t  i;

    most = tilt * s->h * (double) (tilt > 0 ? s->first + (long) s->n - 1
                                            : s->first);
    sum = 0;

    for (i = 0; i < s->n; i++) {
        e = tilt * s->h * (double) (s->first + (long) i) - most;
        sum += (e > -700) ? s->p[i] * exp(e) : 0;
    }

    return most + log(sum);
}


/* A tilt is what an order of Renyi's less 1 is.  Returns the one that bounds
 * the sum's loss best, up to which all but `left` of its mass is. */

static double
pld_tilt(const pld_step_t *s, double steps, double left)
{
    double  at, high, tilt, best;
    size_t  i;

    high = INFINITY;
    best = 1;

    for (i = 0; i < PLD_TILTS; i++) {
        tilt = 0.05 * pow(1.37, (double) i);
        at = (steps * pld_log_mean(s, tilt) - log(left)) / tilt;

        if (at < high) {
            high = at;
            best = tilt;
        }
    }

    return best;
}


/* By Chernoff's bound, next to no tilted mass of the sum is beyond: above, or
 * below for side -1 */

static double
pld_edge(const pld_step_t *s, double steps, double tilt, double log_mean,
    int side)
{
    double  more, at, edge;
    size_t  i;

    edge = INFINITY;

    for (i = 0; i < PLD_TILTS; i++) {
        more = side * tilt * 0.005 * pow(1.37, (double) i);
        at = (steps * (pld_log_mean(s, tilt + more) - log_mean)
              - log(PLD_OUTSIDE)) / more * side;
        edge = fmin(edge, at);
    }

    return side * edge;
}


/* x(n): tilted masses at (i - first) mod n -> those of the sum of so many */

static void
pld_sum(double *x, size_t n, double steps)
{
    double  r, phase;
    size_t  i;

    train_dp_fft(x, n, 0);

    for (i = 0; i < n; i++) {
        r = pow(hypot(x[2 * i], x[2 * i + 1]), steps) / (double) n;
        phase = fmod(atan2(x[2 * i + 1], x[2 * i]) * steps, 2 * M_PI);
        x[2 * i] = r * cos(phase);
        x[2 * i + 1] = r * sin(phase);
    }

    train_dp_fft(x, n, 1);
}


/* The least epsilon for which the sum of p (1 - e^(epsilon - loss)) over larger
 * losses is delta: x(n) are tilted masses of the losses from low * h on */

static double
pld_solve(const double *x, size_t n, long low, double h, double tilt,
    double log_mean, double delta)
{
    long    at;
    double  p, above, weighted, loss;
    size_t  i;

    above = 0;                      /* sum of p, */
    weighted = 0;                   /*     and of p e^(here - loss) */

    for (i = n; i-- > 0; /* void */ ) {
        at = (low + (long) i) % (long) n;
        at += (at < 0) ? (long) n : 0;
        loss = (double) (low + (long) i) * h;
        weighted *= exp(-h);

        if (above - weighted > delta) {
            return loss + log((above - delta) / weighted);
        }

        p = fmax(x[2 * at], 0) * exp(log_mean - tilt * loss);
        above += p;
        weighted += p;
    }

    return -INFINITY;
}


static double
pld_compose(const train_dp_t *d, pld_step_t *s)
{
    long     low, at;
    double   steps, tilt, high, log_mean, left, eps, *x;
    size_t   i, n;

    steps = (double) d->steps;
    left = steps * s->lost + PLD_TAIL * d->delta;   /* and out of the window */

    if (left >= d->delta) {
        return INFINITY;
    }

    tilt = pld_tilt(s, steps, d->delta);
    log_mean = pld_log_mean(s, tilt);
    high = pld_edge(s, steps, tilt, log_mean, 1);
    low = (long) floor(pld_edge(s, steps, tilt, log_mean, -1) / s->h);

    for (n = 64; (double) n < high / s->h - (double) low + 2; n *= 2) {
        if (n >= PLD_POINTS) {
            return NAN;
        }
    }

    x = train_alloc(2 * n, sizeof(double));

    for (i = 0; i < s->n; i++) {
        at = (s->first + (long) i) % (long) n;
        at += (at < 0) ? (long) n : 0;
        x[2 * at] += s->p[i] * exp(tilt * s->h
                                   * (double) (s->first + (long) i)
                                   - log_mean);
    }

    pld_sum(x, n, steps);
    eps = pld_solve(x, n, low, s->h, tilt, steps * log_mean,
                    d->delta - left);
    train_free(x);

    return eps;
}


double
train_dp_pld_epsilon(const train_dp_t *d)
{
    int         less;
    double      eps, most, span, h;
    pld_step_t  s;

    span = pld_loss(d, 1 + 9 * d->sigma) - pld_loss(d, -9 * d->sigma);
    h = fmax(pld_deviation(d) / PLD_FINE, span / PLD_CELLS);
    most = 0;

    for (less = 0; less < 2; less++) {
        do {
            (void) memset(&s, 0, sizeof(s));
            s.h = h;
            pld_step(d, less, &s);
            eps = pld_compose(d, &s);
            train_free(s.p);
            h *= isnan(eps) ? 2 : 1;

        } while (isnan(eps));

        most = fmax(most, eps);
    }

    return most;
}
