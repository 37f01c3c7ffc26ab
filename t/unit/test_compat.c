/*
 * Every model file of t/compat/models on rows made here gives the bits that
 * t/compat/engine has, with each set of kernels that this CPU has.  Those of
 * OpenBLAS are its own: they need only be near, and so are all on a CPU without
 * AVX2, whose activations are the C library's.
 *
 * With arguments it is a tool of t/compat/make and of t/81-compat-files.t:
 *     make       writes what is missing in t/compat/engine, by the plain loops
 *     libm       prints a checksum of results of the C library's functions and
 *                one of the CPU's approximations, on which trained bits depend
 */

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmocka.h>

#include "maas.h"


#define ROWS    33
#define MODELS  "t/compat/models"
#define OUTPUTS "t/compat/engine"


typedef struct {
    char          name[128];    /* without .safetensors */
    char         *file;
    size_t        size;
    maas_model_t *model;
    size_t        in, out;
    float        *x, *y;        /* (ROWS,in), (ROWS,out) */
} compat_t;


static char *
slurp(const char *path, size_t *size)
{
    char  *bytes;
    FILE  *f;
    long   n;

    f = fopen(path, "rb");

    if (f == NULL) {
        return NULL;
    }

    fseek(f, 0, SEEK_END);
    n = ftell(f);
    rewind(f);

    bytes = malloc((size_t) n + 1);
    *size = fread(bytes, 1, (size_t) n, f);
    fclose(f);

    if (*size != (size_t) n) {
        free(bytes);
        return NULL;
    }

    return bytes;
}


/*
 * Rows of several kinds, exact in any arithmetic: full ones of growing size,
 * some with zeros (of both signs), some nearly empty; for pictures bytes.
 */

static void
rows_make(float *x, size_t in, int picture)
{
    int       e;
    float     f;
    size_t    r, i;
    uint64_t  s;

    s = 0x9e3779b97f4a7c15u;

    for (r = 0; r < ROWS; r++) {
        for (i = 0; i < in; i++, x++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            f = (float) ((int) (s >> 40) - (1 << 23)) / (float) (1 << 23);
            e = (int) (s >> 33 & 127);

            if (picture) {
                *x = (float) (s >> 56) * (e & 1);
            } else if (r % 5 == 3) {
                *x = e & 1 ? f : e & 2 ? -0.0f : 0.0f;
            } else if (r % 5 == 4) {
                *x = e % 16 == 0 ? f * 8 : 0;
            } else {
                *x = f * (float) (1 << r % 8);
            }
        }
    }
}


static void
run(compat_t *c, maas_model_t *m, size_t rows, float *y)
{
    void        *ws;
    size_t       size;
    maas_err_t   err;

    /* half of the rows at a time: slices too */
    size = (maas_workspace_size(m, (rows + 1) / 2) + 63) / 64 * 64;
    ws = aligned_alloc(64, size);
    assert_non_null(ws);
    assert_int_equal(maas_run(m, c->x, rows, y, ws, size, &err), MAAS_OK);
    free(ws);
}


static void
compat_open(compat_t *c, const char *name)
{
    char                path[256];
    maas_err_t          err;
    const maas_info_t  *info;

    memset(c, 0, sizeof(compat_t));
    snprintf(c->name, sizeof(c->name), "%.*s",
             (int) (strlen(name) - strlen(".safetensors")), name);
    snprintf(path, sizeof(path), MODELS "/%.100s", name);

    c->file = slurp(path, &c->size);
    assert_non_null(c->file);

    err.msg[0] = '\0';
    if (maas_model_load(c->file, c->size, MAAS_ISA_REF, &c->model, &err)
        != MAAS_OK)
    {
        fail_msg("%s: %s", name, err.msg);
    }

    info = maas_model_info(c->model);
    c->in = info->in;
    c->out = info->out;
    c->x = malloc(ROWS * c->in * sizeof(float));
    c->y = malloc(ROWS * c->out * sizeof(float));
    assert_non_null(c->x);
    assert_non_null(c->y);
    rows_make(c->x, c->in, info->image);
}


static void
compat_close(compat_t *c)
{
    maas_model_free(c->model);
    free(c->file);
    free(c->x);
    free(c->y);
}


/* Calls f for every model file, in order; returns how many there are */

static int
is_model(const struct dirent *e)
{
    size_t  n;

    n = strlen(e->d_name);
    return n > 12 && strcmp(e->d_name + n - 12, ".safetensors") == 0;
}


static int
each_model(void (*f)(compat_t *c))
{
    int              i, n;
    compat_t         c;
    struct dirent  **list;

    n = scandir(MODELS, &list, is_model, alphasort);
    assert_true(n > 0);

    for (i = 0; i < n; i++) {
        compat_open(&c, list[i]->d_name);
        f(&c);
        compat_close(&c);
        free(list[i]);
    }

    free(list);
    return n;
}


/* The kept outputs */

static float *
kept(compat_t *c)
{
    char   *y, path[256];
    size_t  size;

    snprintf(path, sizeof(path), OUTPUTS "/%s.bin", c->name);
    y = slurp(path, &size);

    if (y == NULL || size != ROWS * c->out * sizeof(float)) {
        fail_msg("%s: not there, or of another size", path);
    }

    return (float *) y;
}


static void
same_bits(compat_t *c, const char *isa, size_t rows, const float *y,
    const float *want)
{
    size_t    i;
    uint32_t  a, b;

    for (i = 0; i < rows * c->out; i++) {
        memcpy(&a, &y[i], sizeof(a));
        memcpy(&b, &want[i], sizeof(b));

        if (a != b) {
            fail_msg("%s, %s, %zu rows, row %zu, number %zu: %.9g (%08x), "
                     "was %.9g (%08x)", c->name, isa, rows, i / c->out,
                     i % c->out, (double) y[i], a, (double) want[i], b);
        }
    }
}


static void
near(compat_t *c, const char *isa, size_t rows, const float *y,
    const float *want)
{
    size_t  i, j;
    double  most, far;

    for (i = 0; i < rows; i++) {
        for (most = 1, j = 0; j < c->out; j++) {
            most = fmax(most, fabs((double) want[i * c->out + j]));
        }

        for (j = 0; j < c->out; j++) {
            far = fabs((double) y[i * c->out + j]
                       - (double) want[i * c->out + j]);

            if (!(far <= 1e-4 * most)) {
                fail_msg("%s, %s, row %zu, number %zu: %.9g, was %.9g",
                         c->name, isa, i, j, (double) y[i * c->out + j],
                         (double) want[i * c->out + j]);
            }
        }
    }
}


static int
has_avx2(compat_t *c)
{
    maas_err_t     err;
    maas_model_t  *m;

    if (maas_model_load(c->file, c->size, MAAS_ISA_AVX2, &m, &err)
        != MAAS_OK)
    {
        return 0;
    }

    maas_model_free(m);
    return 1;
}


/*
 * One set of kernels on one model.  0: this CPU lacks it.
 */

static int
compat_isa(compat_t *c, maas_isa_t isa, const char *name)
{
    float         *want;
    size_t         i;
    maas_err_t     err;
    maas_model_t  *m;
    maas_status_t  rc;

    static const size_t  rows[] = { 1, 7, ROWS };

    rc = maas_model_load(c->file, c->size, isa, &m, &err);

    if (rc == MAAS_UNSUPPORTED) {
        return 0;
    }

    assert_int_equal(rc, MAAS_OK);
    want = kept(c);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run(c, m, rows[i], c->y);

        if (isa == MAAS_ISA_BLAS || !has_avx2(c)) {
            near(c, name, rows[i], c->y, want);
        } else {
            same_bits(c, name, rows[i], c->y, want);
        }
    }

    free(want);
    maas_model_free(m);
    return 1;
}


static void
check_ref(compat_t *c)
{
    assert_int_equal(compat_isa(c, MAAS_ISA_REF, "ref"), 1);
}


static void
check_blas(compat_t *c)
{
    assert_int_equal(compat_isa(c, MAAS_ISA_BLAS, "blas"), 1);
}


static int  ran;


static void
check_avx2(compat_t *c)
{
    ran += compat_isa(c, MAAS_ISA_AVX2, "avx2");
}


static void
check_avx512(compat_t *c)
{
    ran += compat_isa(c, MAAS_ISA_AVX512, "avx512");
}


/* All models or none; none is said aloud */

static void
check_some(const char *name, void (*f)(compat_t *c))
{
    int  n;

    ran = 0;
    n = each_model(f);

    if (ran == 0) {
        printf("# NOT CHECKED: this CPU has no %s\n", name);
        return;
    }

    assert_int_equal(ran, n);
}


static void
test_ref(void **state)
{
    (void) state;
    each_model(check_ref);
}


static void
test_blas(void **state)
{
    (void) state;
    maas_single_thread();
    each_model(check_blas);
}


static void
test_avx2(void **state)
{
    (void) state;
    check_some("AVX2", check_avx2);
}


static void
test_avx512(void **state)
{
    (void) state;
    check_some("AVX-512", check_avx512);
}


/* Every kept output is of a model that is there */

static int
is_output(const struct dirent *e)
{
    size_t  n;

    n = strlen(e->d_name);
    return n > 4 && strcmp(e->d_name + n - 4, ".bin") == 0;
}


static void
test_all(void **state)
{
    int              i, n;
    char             path[256];
    size_t           size;
    char            *file;
    struct dirent  **list;

    (void) state;

    n = scandir(OUTPUTS, &list, is_output, alphasort);
    assert_true(n > 30);

    for (i = 0; i < n; i++) {
        snprintf(path, sizeof(path), MODELS "/%.*s.safetensors",
                 (int) strlen(list[i]->d_name) - 4, list[i]->d_name);
        file = slurp(path, &size);

        if (file == NULL) {
            fail_msg("%s: not there", path);
        }

        free(file);
        free(list[i]);
    }

    free(list);
}


/* The tool */

static void
output_make(compat_t *c)
{
    char   path[256];
    FILE  *f;

    snprintf(path, sizeof(path), OUTPUTS "/%s.bin", c->name);
    f = fopen(path, "wbx");

    if (f == NULL) {
        printf("%s: %s\n", path, errno == EEXIST ? "kept" : strerror(errno));
        return;
    }

    run(c, c->model, ROWS, c->y);
    fwrite(c->y, sizeof(float), ROWS * c->out, f);
    fclose(f);
    printf("%s: written\n", path);
}


static void
test_make(void **state)
{
    (void) state;
    each_model(output_make);
}


static uint32_t
hash(uint32_t h, const void *p, size_t n)
{
    const unsigned char  *s;

    for (s = p; n != 0; n--) {
        h = (h ^ *s++) * 16777619u;
    }

    return h;
}


#if defined(__x86_64__)

__attribute__((target("avx512f")))
static uint32_t
approximations(void)
{
    int       i;
    float     x[16];
    uint32_t  h;

    h = 2166136261u;

    for (i = 0; i < 4096; i++) {
        _mm512_storeu_ps(x, _mm512_rsqrt14_ps(_mm512_set1_ps(
            ldexpf(1 + (float) i / 4096, i % 5 - 2))));
        h = hash(h, x, sizeof(float));
        _mm512_storeu_ps(x, _mm512_rcp14_ps(_mm512_set1_ps(
            ldexpf(1 + (float) i / 4096, i % 5 - 2))));
        h = hash(h, x, sizeof(float));
    }

    return h;
}

#endif


static int
arithmetic(void)
{
    int       i;
    float     f[8];
    double    d[14], x;
    uint32_t  h;

    h = 2166136261u;

    for (i = 1; i <= 20000; i++) {
        x = (double) (i * 7919 % 20011) / 1250 - 8;

        d[0] = exp(x);
        d[1] = log(fabs(x) + 1e-3);
        d[2] = log1p(fabs(x));
        d[3] = sin(x);
        d[4] = cos(x);
        d[5] = pow(fabs(x), 0.3);
        d[6] = erf(x / 4);
        d[7] = tanh(x / 4);
        d[8] = expm1(x / 8);
        d[9] = sqrt(fabs(x));
        d[10] = exp2(x);
        d[11] = lgamma(fabs(x) + 0.1);
        d[12] = atan2(x, 2);
        d[13] = tan(x / 8);

        f[0] = expf((float) x);
        f[1] = logf(fabsf((float) x) + 1e-3f);
        f[2] = tanhf((float) x / 4);
        f[3] = erff((float) x / 4);
        f[4] = sinf((float) x);
        f[5] = cosf((float) x);
        f[6] = powf(fabsf((float) x), 0.3f);
        f[7] = log1pf(fabsf((float) x));

        h = hash(h, d, sizeof(d));
        h = hash(h, f, sizeof(f));
    }

    printf("libm %08x\n", h);

#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        printf("approximations %08x\n", approximations());
    }
#endif

    return 0;
}


int
main(int argc, char **argv)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_ref),
        cmocka_unit_test(test_blas),
        cmocka_unit_test(test_avx2),
        cmocka_unit_test(test_avx512)
    };
    const struct CMUnitTest  tool[] = { cmocka_unit_test(test_make) };

    if (argc > 1 && strcmp(argv[1], "libm") == 0) {
        return arithmetic();
    }

    if (argc > 1) {
        return cmocka_run_group_tests_name("make", tool, NULL, NULL);
    }

    return cmocka_run_group_tests_name("compat", tests, NULL, NULL);
}
