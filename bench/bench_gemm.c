/*
 * Times forward passes of the three reference models, and the machine's own
 * limits in the same run.  Not here: other programs' figures
 * (bench/ort_forward.py runs this one side by side with ONNX Runtime).
 *
 * bench_gemm [-i isa] [-m A|B|C] [-b batch] [-w f32|half|bf16] [-z]
 *            [-t seconds]                                        one line each
 * bench_gemm -p [-t seconds]                                     the limits
 */

#include "maas_desc.h"

#include <cblas.h>
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


#define N_ROWS     256                 /* different rows, so that nothing is */
                                       /* learnt by heart by a predictor */
#define MAX_TIMES  4096


typedef struct {
    const char  *name;
    size_t       widths[5];
    size_t       n;
} net_t;

static const net_t  nets[] = {
    { "A", { 784, 64, 64, 10 }, 4 },
    { "B", { 784, 1024, 512, 10 }, 4 },
    { "C", { 1024, 4096, 2048, 1000 }, 4 }
};

static const char *const  isa_names[] = {
    "auto", "ref", "blas", "avx2", "avx512", "sgemm"
};

/* Weights of F32, or BF16 with rows of floats, or both of BF16 */

static const char *const  weight_names[] = { "f32", "half", "bf16" };

typedef struct {
    const net_t   *net;
    int            weights;
    maas_model_t  *model;              /* NULL: OpenBLAS by hand */
    size_t         batch;
    float         *x, *y, *h[2], *w[4], *bias;
    void          *ws;
    size_t         ws_size;
    size_t         calls;
} bench_t;


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec * 1e-9;
}


static void *
floats(size_t n)
{
    void  *p = NULL;

    if (posix_memalign(&p, 64, n * sizeof(float)) != 0) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }

    memset(p, 0, n * sizeof(float));

    return p;
}


static void
fill(float *p, size_t n, double scale, int zeros)
{
    size_t           i;
    static uint64_t  s = 1;

    for (i = 0; i < n; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        p[i] = (float) (((double) (s >> 40) / 8388608.0 - 1.0) * scale);

        s = s * 6364136223846793005u + 1442695040888963407u;
        if ((s >> 33) % 100 < (uint64_t) zeros) {
            p[i] = 0.0f;
        }
    }
}


/* The upper halves of floats, in place */

static void
halve(float *p, size_t n)
{
    size_t    i;
    uint16_t  h;

    for (i = 0; i < n; i++) {
        memcpy(&h, (char *) (p + i) + 2, sizeof(h));
        memcpy((char *) p + i * sizeof(h), &h, sizeof(h));
    }
}


static void
setup(bench_t *b, maas_isa_t isa, int zeros)
{
    size_t         i;
    maas_err_t     err;
    maas_desc_t    d;
    maas_node_t    nodes[4];
    maas_column_t  column;
    maas_output_t  output;
    const size_t  *width;

    memset(&d, 0, sizeof(d));

    width = b->net->widths;
    d.shape = maas__shape_flat(MAAS_F32, width[0]);
    b->bias = floats(4096);
    fill(b->bias, 4096, 0.1, 0);

    for (i = 0; i + 1 < b->net->n; i++) {
        b->w[i] = floats(width[i] * width[i + 1]);
        fill(b->w[i], width[i] * width[i + 1], 0.05, 0);

        maas__node_init(&nodes[i], maas__op_find("dense"));
        (void) maas__node_set(&nodes[i], "units", (double) width[i + 1]);
        nodes[i].act = i + 2 < b->net->n ? MAAS_ACT_RELU : MAAS_ACT_SOFTMAX;
        nodes[i].in[0] = (unsigned) i;
        nodes[i].tensors[0].data = b->w[i];
        nodes[i].tensors[1].data = b->bias;

        if (b->weights != 0) {
            halve(b->w[i], width[i] * width[i + 1]);
            nodes[i].tensors[0].dtype = MAAS_BF16;
            (void) maas__node_set(&nodes[i], "activations", b->weights - 1);
        }

        (void) maas__node_shape(nodes, i, &d.shape, &err);
    }

    output.name = "output";
    output.from = (unsigned) i;
    output.at = 0;

    column.name = NULL;
    column.scaling = "none";
    column.shift = 0;
    column.factor = 1;

    d.name = b->net->name;
    d.task = MAAS_TASK_CLASSIFICATION;
    d.input = MAAS_INPUT_TENSOR;
    d.input_name = "input";
    d.n_outputs = 1;
    d.outputs = &output;
    d.in = width[0];
    d.n_columns = 1;
    d.columns = &column;
    d.n_nodes = b->net->n - 1;
    d.nodes = nodes;
    d.out = width[b->net->n - 1];

    b->x = floats(N_ROWS * width[0]);
    b->y = floats(N_ROWS * 4096);
    fill(b->x, N_ROWS * width[0], 1, zeros);

    if ((int) isa == 5) {
        b->h[0] = floats(N_ROWS * 4096);
        b->h[1] = floats(N_ROWS * 4096);
        return;
    }

    if (maas__model_plan(&d, 0, isa, &b->model, &err) != MAAS_OK) {
        fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }

    b->ws_size = maas_workspace_size(b->model, b->batch);
    b->ws = floats(b->ws_size / sizeof(float) + 1);
}


/* What a user of OpenBLAS would write: one product a layer */

static void
run_sgemm(bench_t *b, const float *x, float *y)
{
    size_t        i, r, n, k;
    float        *to;
    const size_t *width;

    width = b->net->widths;

    for (i = 0; i + 1 < b->net->n; i++) {
        k = width[i];
        n = width[i + 1];
        to = i + 2 < b->net->n ? b->h[i % 2] : y;

        for (r = 0; r < b->batch; r++) {
            memcpy(to + r * n, b->bias, n * sizeof(float));
        }

        if (b->batch == 1) {
            cblas_sgemv(CblasRowMajor, CblasTrans, (int) k, (int) n, 1.0f,
                        b->w[i], (int) n, x, 1, 1.0f, to, 1);
        } else {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans,
                        (int) b->batch, (int) n, (int) k, 1.0f, x, (int) k,
                        b->w[i], (int) n, 1.0f, to, (int) n);
        }

        if (to == y) {
            maas__softmax(y, b->batch, n, n);
        } else {
            maas__act(MAAS_ACT_RELU, 0, to, b->batch * n);
        }

        x = to;
    }
}


static void
run(bench_t *b)
{
    float       *x;
    maas_err_t   err;

    x = b->x + b->calls++ * b->batch % N_ROWS * b->net->widths[0];

    if (b->model == NULL) {
        run_sgemm(b, x, b->y);
        return;
    }

    if (maas_run(b->model, x, b->batch, b->y, b->ws, b->ws_size, &err)
        != MAAS_OK)
    {
        fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
}


static int
by_value(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static void
measure(bench_t *b, const char *isa, int zeros, double seconds)
{
    size_t         n, i, reps;
    double         start, t;
    static double  times[MAX_TIMES];

    /* a sample of about 100 us, so that the clock costs nothing */

    run(b);
    start = now();
    run(b);
    run(b);
    t = (now() - start) / 2;
    reps = (size_t) (1e-4 / t) + 1;

    start = now();

    for (n = 0; n < MAX_TIMES && (n < 3 || now() - start < seconds); n++) {
        t = now();
        for (i = 0; i < reps; i++) {
            run(b);
        }
        times[n] = (now() - t) / (double) reps * 1e6;
    }

    qsort(times, n, sizeof(double), by_value);
    printf("%s %zu %d %s %.3f %.3f\n", b->net->name, b->batch, zeros, isa,
           times[0], times[n / 2]);
}


#define F(reg, c)                                                            \
    __asm__ volatile ("vfmadd231ps %1, %1, %0" : "+" reg(c) : reg(x));

__attribute__((target("avx2,fma"))) static double
peak_ymm(void)
{
    int     i, j;
    double  t, best;
    __m256  a, b, c, d, e, f, g, h, k, l, x;

    best = 1e9;
    x = _mm256_set1_ps(0.5f);
    a = b = c = d = e = f = g = h = k = l = x;

    for (j = 0; j < 200; j++) {
        t = now();

        for (i = 0; i < 20000; i++) {
            F("x", a) F("x", b) F("x", c) F("x", d) F("x", e)
            F("x", f) F("x", g) F("x", h) F("x", k) F("x", l)
        }

        t = now() - t;
        best = t < best ? t : best;
    }

    return 20000.0 * 10 * 16 / best / 1e9;
}


__attribute__((target("avx512f"))) static double
peak_zmm(void)
{
    int     i, j;
    double  t, best;
    __m512  a, b, c, d, e, f, g, h, k, l, x;

    best = 1e9;
    x = _mm512_set1_ps(0.5f);
    a = b = c = d = e = f = g = h = k = l = x;

    for (j = 0; j < 200; j++) {
        t = now();

        for (i = 0; i < 20000; i++) {
            F("v", a) F("v", b) F("v", c) F("v", d) F("v", e)
            F("v", f) F("v", g) F("v", h) F("v", k) F("v", l)
        }

        t = now() - t;
        best = t < best ? t : best;
    }

    return 20000.0 * 10 * 32 / best / 1e9;
}


/* Reading n floats over and over, GB/s */

__attribute__((target("avx2"))) static double
read_speed(size_t n)
{
    float   *p;
    size_t   i, j;
    double   t, best;
    __m256i  s[4];

    best = 1e9;
    p = floats(n);
    memset(s, 0, sizeof(s));

    for (j = 0; j < 8 + (1u << 24) / n; j++) {
        t = now();

        for (i = 0; i + 32 <= n; i += 32) {
            s[0] |= _mm256_load_si256((__m256i *) (p + i));
            s[1] |= _mm256_load_si256((__m256i *) (p + i + 8));
            s[2] |= _mm256_load_si256((__m256i *) (p + i + 16));
            s[3] |= _mm256_load_si256((__m256i *) (p + i + 24));
        }

        __asm__ volatile ("" :: "x"(s[0] | s[1] | s[2] | s[3]));
        t = now() - t;
        best = t < best ? t : best;
    }

    free(p);

    return (double) n * 4 / best / 1e9;
}


static void
limits(void)
{
    printf("fma 256 bits: %.1f GFLOP/s\n", peak_ymm());

    if (__builtin_cpu_supports("avx512f")) {
        printf("fma 512 bits: %.1f GFLOP/s\n", peak_zmm());
    }

    printf("read 200 KB: %.1f GB/s\n", read_speed(200000 / 4));
    printf("read 5 MB: %.1f GB/s\n", read_speed(5000000 / 4));
    printf("read 58 MB: %.1f GB/s\n", read_speed(58000000 / 4));
}


int
main(int argc, char **argv)
{
    int      opt, isa, zeros;
    double   seconds;
    size_t   batch, i;
    bench_t  b;

    memset(&b, 0, sizeof(b));
    isa = 0;
    zeros = 0;
    batch = 1;
    seconds = 0.3;
    b.net = &nets[0];

    while ((opt = getopt(argc, argv, "i:m:b:w:t:zp")) != -1) {
        switch (opt) {

        case 'i':
            for (i = 0; i < 6 && strcmp(optarg, isa_names[i]) != 0; i++) {
                /* void */
            }
            isa = (int) i;
            break;

        case 'm':
            b.net = &nets[(*optarg - 'A') % 3];
            break;

        case 'b':
            batch = (size_t) strtoul(optarg, NULL, 10);
            break;

        case 'w':
            for (i = 0; i < 2 && strcmp(optarg, weight_names[i]) != 0; i++) {
                /* void */
            }
            b.weights = (int) i;
            break;

        case 't':
            seconds = strtod(optarg, NULL);
            break;

        case 'z':
            zeros = 80;
            break;

        case 'p':
            limits();
            return 0;

        default:
            return 2;
        }
    }

    if (batch == 0 || batch > N_ROWS || isa > 5) {
        fprintf(stderr, "batch is 1 to %d; isa is one of auto ref blas avx2 "
                "avx512 sgemm\n", N_ROWS);
        return 2;
    }

    maas_single_thread();
    b.batch = batch;
    setup(&b, (maas_isa_t) isa, zeros);
    measure(&b, isa_names[isa], zeros, seconds);

    return 0;
}
