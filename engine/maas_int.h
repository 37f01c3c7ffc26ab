/*
 * What the engine's files and the trainer share: descriptions, plans, kernels.
 * Not for the nginx module: that one knows maas.h alone.
 */

#ifndef MAAS_INT_H
#define MAAS_INT_H

#include "maas.h"


#define MAAS_ALIGN         64      /* a cache line, and a zmm register */

/* Caps, checked before anything is allocated; docs/model-format.md says why */

#define MAAS_MAX_HEADER    (16u << 20)         /* R2: bytes */
#define MAAS_MAX_DEPTH     16                  /* R4 */
#define MAAS_MAX_LAYERS    1024                /* R19 */
#define MAAS_MAX_WIDTH     (1u << 20)          /* R19: numbers a row */
#define MAAS_MAX_PARAMS    (1ull << 30)        /* R26 */
#define MAAS_MAX_TEXT      256                 /* R18, R23: bytes of a label */
#define MAAS_MAX_KNOTS     256                 /* R29 */
#define MAAS_MAX_NGRAM     8                   /* R27: characters */
#define MAAS_MAX_VALUE     (1u << 20)          /* bytes of a field's text */


/* Status with a formatted sentence; err may be NULL.  Returns code.  What is
 * not printable ASCII becomes "?". */
maas_status_t maas__fail(maas_err_t *err, maas_status_t code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


/* maas_mem.c */

/* *out = a * b or a + b; TOOBIG if that is over SIZE_MAX, *out untouched. */
maas_status_t maas__mul(size_t a, size_t b, size_t *out);
maas_status_t maas__add(size_t a, size_t b, size_t *out);

/* An arena: many allocations, one release.  Blocks are zeroed and aligned
 * to MAAS_ALIGN.  `limit` is the most bytes it will ever hand out. */
typedef struct maas_arena_s  maas_arena_t;

maas_arena_t *maas__arena_create(size_t limit);
void maas__arena_destroy(maas_arena_t *a);
/* NULL if n*size overflows, is over the limit or memory is out. */
void *maas__arena_alloc(maas_arena_t *a, size_t n, size_t size);
/* A NUL-terminated copy of s[0..len). */
char *maas__arena_strndup(maas_arena_t *a, const char *s, size_t len);

/* Zeroed pages; children of fork() share them as long as nobody writes.  NULL
 * if out of memory. */
void *maas__pages_map(size_t size);
/* From now on a write to them is a fault.  0 on success. */
int maas__pages_seal(void *p, size_t size);
void maas__pages_unmap(void *p, size_t size);


/* Activations.  `alpha` is the slope of leaky_relu and the scale of elu. */

typedef enum {
    MAAS_ACT_LINEAR = 0,
    MAAS_ACT_RELU,
    MAAS_ACT_LEAKY_RELU,
    MAAS_ACT_ELU,
    MAAS_ACT_GELU,                 /* x * Phi(x), with erf */
    MAAS_ACT_SIGMOID,
    MAAS_ACT_TANH,
    MAAS_ACT_SOFTMAX               /* over a row */
} maas_act_t;

#define MAAS_N_ACTS  8

/* Names as in the file, in enum order. */
extern const char *const maas__act_names[MAAS_N_ACTS];


/* A description: what a model file says, checked, nothing packed yet.
 * The trainer makes one of these to write a file. */

typedef enum {
    MAAS_LAYER_DENSE = 0,          /* act(x W + b) */
    MAAS_LAYER_ACTIVATION,         /* act(x) */
    MAAS_LAYER_ADD,                /* act(x1 + x2) */
    MAAS_LAYER_NORM                /* act((x-mean)/sqrt(var+eps) * w + b) */
} maas_kind_t;

#define MAAS_N_KINDS  4

extern const char *const maas__kind_names[MAAS_N_KINDS];

#define MAAS_N_FIELDS  4

/* Kinds of columns as in the file, in enum order. */
extern const char *const maas__field_names[MAAS_N_FIELDS];

typedef struct {
    maas_kind_t    kind;
    maas_act_t     act;
    float          alpha;
    float          eps;            /* layer_norm */
    const char    *name;           /* NULL: layers.N */
    unsigned       n_in;           /* 1, or 2 for add */
    unsigned       in[2];          /* 0: network input, i + 1: layer i */
    size_t         in_width;
    size_t         units;          /* output numbers a row */
    const float   *weight;         /* dense (in_width,units), norm (units) */
    const float   *bias;           /* (units) */
} maas_layer_t;

typedef struct {
    const char         *name;      /* the column's, NULL for a tensor */
    maas_field_kind_t   kind;
    size_t              at;        /* first slot */
    size_t              width;     /* slots */

    const char         *scaling;   /* for people, maas__scaling_names */
    float               shift;     /* z = (number - shift) * factor */
    float               factor;
    float               clip;      /* 0: none, else z is softly bounded */
    size_t              n_knots;   /* 0: none, else z goes along a line */
    const float        *knots;     /* (n_knots) rising */
    const float        *levels;    /* (n_knots) */

    float               missing;   /* number, boolean; NAN: none */
    unsigned            missing_slot;  /* the last slot says "missing" */
    unsigned            other;     /* a slot for values not in the list */
    size_t              n_values;  /* category with a list of values */
    const char *const  *values;
    size_t              hash;      /* slots hashed into; 0: not hashed */
    unsigned            shortest;  /* text: characters of a piece */
    unsigned            longest;
} maas_column_t;

typedef struct {
    const char          *name;
    maas_task_t          task;

    maas_input_t         input;
    const char          *input_name;
    size_t               rank;
    size_t               shape[MAAS_MAX_RANK];
    int                  image;
    size_t               in;
    size_t               n_columns;     /* 1 for a tensor: its scaling */
    maas_column_t       *columns;

    size_t               n_layers;
    maas_layer_t        *layers;

    const char          *output_name;
    size_t               out;
    float                threshold;     /* binary */
    size_t               n_labels;
    const char         **labels;

    size_t               parameters;
    const char          *document;      /* JSON text of the document */
    uint32_t             crc32c;
} maas_desc_t;

extern const char *const maas__task_names[3];


/* maas_read.c: file bytes -> description, every rule R1..Rn checked.
 * Everything in *out lives in the arena, or (tensors, if aligned) in
 * the file bytes.  On failure *out is untouched. */
maas_status_t maas__read(const void *file, size_t size, maas_arena_t *a,
    maas_desc_t **out, maas_err_t *err);

/* CRC-32C (RFC 3720 B.4) of n bytes; crc is 0 to start with, or the
 * value so far. */
uint32_t maas__crc32c(uint32_t crc, const void *p, size_t n);

/* CRC-32C of a model file, whose header is `header` bytes long, with the eight
 * digits of its own checksum taken as '0'.  *digits: where they stand, 0 if
 * there are none.  BADFILE if the key stands in the header twice. */
maas_status_t maas__file_crc32c(const void *file, size_t size, size_t header,
    uint32_t *crc, size_t *digits, maas_err_t *err);


/* maas_model.c: a model from a description made in memory (the trainer's).
 * Weights are copied; desc and all it points to may go afterwards. */
maas_status_t maas__model_plan(const maas_desc_t *desc, size_t file_size,
    maas_isa_t isa, maas_model_t **out, maas_err_t *err);


/* maas_prep.c: wire numbers x(rows,in) -> network input y(rows,in).
 * y = (x - shift) * factor, two roundings, the same on every CPU.
 * shift and factor have in entries, or one each if n = 1. x may be y. */
void maas__prep(const float *x, size_t rows, size_t in, const float *shift,
    const float *factor, size_t n, float *y);

/* What shift and factor cannot do to one slot of a row */
typedef struct {
    size_t        slot;
    float         clip;            /* 0: none */
    size_t        n_knots;         /* 0: none */
    const float  *knots;           /* (n_knots) rising */
    const float  *levels;          /* (n_knots) */
} maas_curve_t;

/* After maas__prep(): bend the slots of one row, in place. */
void maas__prep_curves(const maas_curve_t *c, size_t n, float *y);


/* maas_field_text.c: what a field's text means */

/* FNV-1a of 32 bits, then mixed: docs/model-format.md. */
uint32_t maas__field_hash(const char *s, size_t len);

/* Drop blanks at both ends. */
void maas__field_trim(const char **s, size_t *len);

/* A trimmed text that means "no number here", such as nothing or NA? */
int maas__field_is_missing(const char *s, size_t len);

/* A trimmed decimal number, rounded as strtof would.  BADVALUE, or TOOBIG if
 * it is beyond single precision; *out is then untouched. */
maas_status_t maas__field_number(const char *s, size_t len, float *out);

/* 1 or 0 for a trimmed true or false, yes or no, 1 or 0 ...; -1: neither. */
int maas__field_boolean(const char *s, size_t len);

/* v as text: digits if it is whole and below 2^53, else the shortest decimal
 * of its float.  Returns the bytes written, no NUL. */
#define MAAS_NUMBER_TEXT  24
size_t maas__field_print(double v, char *out);

/* Is it UTF-8 (RFC 3629)? */
int maas__field_utf8(const char *s, size_t len);

/* x(n) = pieces of the text counted by hash with signs, divided by the length
 * of the vector.  s is UTF-8; zeros if it is blank. */
void maas__field_pieces(const char *s, size_t len, unsigned shortest,
    unsigned longest, float *x, size_t n);


/* maas_field_list.c, maas_fields.c: the columns of a model, or of one that is
 * being made */

typedef struct {
    size_t               n;
    const char *const   *names;
    uint32_t            *place;        /* + 1; 0: free.  Open addressing */
    size_t               mask;
} maas_names_t;

typedef struct {
    size_t               n;
    size_t               in;           /* slots */
    unsigned             required;     /* some column is */
    maas_column_t       *columns;
    maas_field_t        *info;
    const char         **names;
    maas_names_t         by_name;
    maas_names_t        *values;       /* (n) by value */
} maas_fields_t;

/* Place of a name, SIZE_MAX if it is not there. */
size_t maas__names_find(const maas_names_t *t, const char *s, size_t len);

/* Slots that a column takes; 0 if that is over MAAS_MAX_WIDTH. */
size_t maas__column_width(const maas_column_t *c);
/* Fill at and width of n columns, *in with their sum; TOOBIG if that is over
 * MAAS_MAX_WIDTH. */
maas_status_t maas__columns_place(maas_column_t *c, size_t n, size_t *in);
/* Everything of n placed columns is copied into the arena.  NOMEM. */
maas_status_t maas__fields_create(maas_arena_t *a, const maas_column_t *c,
    size_t n, maas_fields_t *out);

/* The same as the functions of maas.h without the underscore. */
void maas__row_clear(const maas_fields_t *f, float *x);
size_t maas__column_find(const maas_fields_t *f, const char *name,
    size_t len);
maas_status_t maas__row_text(const maas_fields_t *f, size_t column,
    const char *s, size_t len, float *x, maas_err_t *err);
maas_status_t maas__row_number(const maas_fields_t *f, size_t column,
    double v, float *x, maas_err_t *err);
maas_status_t maas__row_bool(const maas_fields_t *f, size_t column, int v,
    float *x, maas_err_t *err);
maas_status_t maas__row_check(const maas_fields_t *f, const float *x,
    maas_err_t *err);


/* maas_op_act.c: in place on n numbers.  Not for softmax. */
void maas__act(maas_act_t act, float alpha, float *x, size_t n);
/* In place, each row of x(rows,n) with stride ld: exp(x - max) / sum. */
void maas__softmax(float *x, size_t rows, size_t n, size_t ld);

/* maas_op_norm.c: y(rows,n) = (x - mean) / sqrt(var + eps) * w + b */
void maas__layer_norm(const float *x, size_t ldx, size_t rows, size_t n,
    float eps, const float *w, const float *b, float *y, size_t ldy);


/* maas_gemm.c: the one place that chooses a kernel.
 *
 * A kernel computes y(rows,n) = act(x(rows,k) * w(k,n) + bias(n)) from
 * weights that it packed itself.  The promise that makes batching safe: a row
 * gives the same bits whatever rows, ldx and position it comes with.
 * Softmax and the curved activations are applied by the caller of run(). */

typedef struct {
    const char   *name;            /* such as "avx512" */
    maas_isa_t    isa;

    int         (*usable)(void);   /* on this CPU */

    /* bytes that pack() writes, 0 on overflow */
    size_t      (*packed_size)(size_t k, size_t n);
    /* packed: MAAS_ALIGN aligned, zeroed */
    void        (*pack)(const float *w, const float *bias, size_t k, size_t n,
                        void *packed);
    /* x and y do not overlap; ldx >= k, ldy >= n, in floats. act is applied
     * if it is LINEAR, RELU or LEAKY_RELU, else left to the caller. */
    void        (*run)(const void *packed, size_t k, size_t n,
                       const float *x, size_t ldx, size_t rows,
                       maas_act_t act, float alpha, float *y, size_t ldy);
} maas_gemm_t;

extern const maas_gemm_t maas__gemm_ref;       /* maas_gemm_ref.c */
extern const maas_gemm_t maas__gemm_blas;      /* maas_gemm.c */
extern const maas_gemm_t maas__gemm_avx2;      /* maas_gemm_avx2.c */
extern const maas_gemm_t maas__gemm_avx512;    /* maas_gemm_avx512.c */

/* NULL if that instruction set is not to be had here. */
const maas_gemm_t *maas__gemm_choose(maas_isa_t isa);


/* maas_json_in.c: strict RFC 8259 walk without building anything */

typedef struct {
    const char  *p;                /* next byte */
    const char  *end;
    const char  *start;
} maas_json_t;

/* Is [start, start+len) one JSON value, UTF-8, nested at most max_depth deep,
 * with nothing but white space around it?  BADVALUE with the offset if not. */
maas_status_t maas__json_check(const char *start, size_t len,
    unsigned max_depth, maas_err_t *err);

/* One number token at p (p < end) -> *out, rounded as strtof would.
 * Returns the first byte after it, or NULL: not a JSON number, or
 * too large for a float (*out is then HUGE_VALF). */
const char *maas__json_float(const char *p, const char *end, float *out);

/* maas_json_out.c */

/* Shortest decimal that reads back to the same float, JSON grammar; v is
 * finite.  Returns bytes written, at most MAAS_FLOAT_MAX, no NUL. */
#define MAAS_FLOAT_MAX  16
size_t maas__float_print(float v, char *out);

/* s[0..len) (UTF-8) as a JSON string with quotes; at most 6*len + 2 bytes.
 * Returns bytes written. */
size_t maas__json_quote(const char *s, size_t len, char *out);


#endif /* MAAS_INT_H */
