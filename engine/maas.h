/*
 * The engine's public face: load a model file, run rows of numbers.  Bodies of
 * requests and answers are in maas_form.h; others include these two and no
 * more.  Nothing here knows nginx, training, threads, files or standard output.
 *
 * Shapes are written (rows,columns), row-major.  All floats are IEEE single
 * precision in host order unless a comment says otherwise.  Every function is
 * safe to call from any thread as long as each thread brings its own workspace
 * and output memory; a loaded model is immutable.
 */

#ifndef MAAS_H
#define MAAS_H

#include <stddef.h>
#include <stdint.h>


#define MAAS_VERSION       "0.2.0"

#define MAAS_MAX_RANK      4
#define MAAS_MAX_NAME      64      /* R16, docs/model-format.md */


/* A closed list: who maps it to exit codes or HTTP statuses has one row for
 * each. */

typedef enum {
    MAAS_OK = 0,
    MAAS_NOMEM,             /* memory could not be had */
    MAAS_BADFILE,           /* a model file breaks a rule */
    MAAS_BADSHAPE,          /* counts or shapes disagree */
    MAAS_BADVALUE,          /* malformed text, out of range */
    MAAS_BADNAME,           /* a column, input or output that the model has
                               not */
    MAAS_TOOBIG,            /* over a limit */
    MAAS_UNSUPPORTED,       /* legal, but not in this version */
    MAAS_BUSY,              /* try again later */
    MAAS_INTERNAL           /* our fault */
} maas_status_t;


/* Detail of a failure, owned by the caller: one clear sentence,
 * NUL-terminated, free of paths and pointers. */

typedef struct {
    maas_status_t  code;
    char           msg[320];
} maas_err_t;


/* Bytes that belong to someone else; not NUL-terminated unless said. */

typedef struct {
    const char    *data;
    size_t         len;
} maas_str_t;


typedef struct maas_model_s   maas_model_t;
typedef struct maas_fields_s  maas_fields_t;    /* how columns are read */


/* Constants and their names in files, X(constant, name): whoever has a table by
 * one of these lists makes it of the list. */

#define MAAS_TASKS(X)                                                         \
    X(CLASSIFICATION, "classification")  /* (rows,classes): probabilities */  \
    X(BINARY,   "binary")           /* (rows,1): that of the second label */  \
    X(REGRESSION, "regression")             /* (rows,targets): numbers */

#define MAAS_FIELD_KINDS(X)                                                   \
    X(NUMBER,   "number")           /* a slot with the number */              \
    X(BOOLEAN,  "boolean")          /* a slot, 1: true, 0: false */           \
    X(CATEGORY, "category")         /* a slot a value, or hashed */           \
    X(TEXT,     "text")             /* pieces hashed into slots */            \
    X(DATE,     "date")             /* slots for its parts */

/* What a column was for in training that is no input of the model */

#define MAAS_ROLES(X)                                                         \
    X(TARGET,   "target")                                                     \
    X(ID,       "id")                                                         \
    X(WEIGHT,   "weight")                                                     \
    X(IGNORED,  "ignored")

#define MAAS_TASK_CONSTANT(c, name)   MAAS_TASK_##c,
#define MAAS_FIELD_CONSTANT(c, name)  MAAS_FIELD_##c,
#define MAAS_ROLE_CONSTANT(c, name)   MAAS_ROLE_##c,

typedef enum { MAAS_TASKS(MAAS_TASK_CONSTANT) MAAS_N_TASKS } maas_task_t;

typedef enum { MAAS_ROLES(MAAS_ROLE_CONSTANT) MAAS_N_ROLES } maas_role_t;

typedef enum {
    MAAS_FIELD_KINDS(MAAS_FIELD_CONSTANT)
    MAAS_N_FIELDS
} maas_field_kind_t;

typedef enum {
    MAAS_INPUT_TENSOR = 0,          /* numbers of one meaning, such as pixels */
    MAAS_INPUT_COLUMNS              /* named business fields */
} maas_input_t;

typedef enum {
    MAAS_ISA_AUTO = 0,              /* the fastest that this CPU has */
    MAAS_ISA_REF,                   /* plain loops: the oracle */
    MAAS_ISA_BLAS,                  /* OpenBLAS */
    MAAS_ISA_AVX2,                  /* AVX2 and FMA */
    MAAS_ISA_AVX512                 /* AVX-512 F, BW, DQ, VL */
} maas_isa_t;


/* What training saw of a column, for people: nothing is computed with it. */

typedef struct {
    const char         *text;           /* a usual value; NULL: not known */
    double              mean;           /* of numbers; NAN: not known */
    double              low;
    double              high;
} maas_usual_t;

/* How the values of a column were spread in training: rows in bins, for
 * whoever compares them with what comes now.  Nothing is computed with it. */

typedef struct {
    size_t              n;              /* bins; 0: the file does not say */
    const double       *counts;         /* (n) rows of training */
    size_t              n_edges;        /* number, date: bin i has what is below
                                           edges[i], the one behind the rest */
    const double       *edges;          /* (n_edges) rising; of a date seconds
                                           since 1970, or years */
    size_t              listed;         /* category: so many of its first values
                                           have a bin each */
    size_t              unknown;        /* bin of values that a category does
                                           not know; n: there is none */
    size_t              missing;        /* bin of no value, the last one */
} maas_reference_t;

/* A column of a model with MAAS_INPUT_COLUMNS: what a client sends as one value
 * and where it goes in a row, x[at..at+width). */

typedef struct {
    const char         *name;
    maas_field_kind_t   kind;
    const char         *kind_name;      /* as in the file */
    int                 required;       /* a row without it is refused */
    size_t              at;             /* first slot */
    size_t              width;          /* slots, 1 or more */
    size_t              n_values;       /* of a category that knows them */
    const char *const  *values;
    const char         *form;           /* of a date, as in the file; or NULL */
    maas_usual_t        usual;
    maas_reference_t    reference;
} maas_field_t;

/* A column of the training data that is no input: whoever sends it may go on
 * doing so, its values are passed over. */

typedef struct {
    const char         *name;
    maas_role_t         role;
    size_t              at;             /* place in the training file, from 0;
                                           SIZE_MAX: not known */
} maas_other_t;


/* What a model says of itself.  Strings and arrays live as long as the model
 * and end with NUL. */

typedef struct {
    const char         *name;
    maas_task_t         task;
    const char         *task_name;      /* as in the file */
    maas_input_t        input;
    const char         *input_name;     /* of the input tensor on the wire */
    const char         *output_name;
    size_t              rank;           /* of the input, without rows: 1..4 */
    size_t              shape[MAAS_MAX_RANK];
    size_t              in;             /* numbers a row: product of shape */
    int                 wide;           /* they are doubles, FP64 on the wire,
                                           else floats */
    size_t              row;            /* bytes of a row: in * 4 or 8 */
    int                 nan;            /* numbers that come without names may
                                           be NaN: no value */
    size_t              out;            /* numbers a row of the answer */
    size_t              n_labels;       /* 0: none */
    const char *const  *labels;
    size_t              n_columns;      /* 0 for a tensor */
    const char *const  *columns;        /* their names */
    const maas_field_t *fields;         /* (n_columns) */
    const maas_fields_t *reader;        /* of columns; NULL for a tensor */
    const maas_fields_t *marking;       /* the same, which leaves marks: see
                                           maas_row_mark() */
    size_t              n_others;
    const maas_other_t *others;         /* (n_others) */
    int                 plain;          /* a row is just the numbers of its
                                           columns: all are of kind number and
                                           one slot wide; 1 for a tensor */
    float               threshold;      /* binary: the second label is said if
                                           its probability is above this */
    const float        *decision;       /* (out) classification: the label with
                                           the largest probability * weight is
                                           said; NULL: all weights are 1 */
    int                 image;          /* a picture (height,width) */
    size_t              layers;
    size_t              parameters;
    size_t              file_size;      /* bytes */
    size_t              weights_size;   /* bytes, as packed for running */
    uint32_t            crc32c;         /* of the file: its identity */
    const char         *isa;            /* name of the kernels that run it */
    const char         *document;       /* JSON text as in the file */
    size_t              version;        /* of the document, 1 or 2 */
    const char         *trained_on;     /* name of the training data; NULL: the
                                           file does not say */
    size_t              trained_rows;   /* of it; 0: the file does not say */
} maas_info_t;


/* maas_names.c: R16 */

#define MAAS_NAME_RULE      "A-Z a-z 0-9 _ . -"
#define MAAS_RESERVED_NAME  "stats"     /* a route of the v2 protocol */

/* Is s[0..len) 1 to MAAS_MAX_NAME of those characters? */
int maas_is_name(const char *s, size_t len);

/* And not the reserved one?  Then a model may have it. */
int maas_is_model_name(const char *s, size_t len);


/* maas_model.c: life of a model */

/*
 * Check a model file held in file[0..size) against every rule of
 * docs/model-format.md and make it ready to run. The bytes are untrusted;
 * nothing is kept of them, the caller may free or overwrite them afterwards.
 * Packed weights go to pages of their own that are shared with child processes
 * and read-only on return. isa: MAAS_ISA_AUTO, or one to force (UNSUPPORTED if
 * this CPU lacks it). On success *out belongs to the caller until
 * maas_model_free(). Fails with BADFILE (err says the rule, such as "R12:
 * ..."), TOOBIG, UNSUPPORTED or NOMEM; *out is then untouched.
 */
maas_status_t maas_model_load(const void *file, size_t size, maas_isa_t isa,
    maas_model_t **out, maas_err_t *err);

/* The same in memory of the caller's, at[0..room), which begins on a page and
 * holds zeros: the model and all that maas_model_info() says of it are in the
 * first *used bytes, and good for every process that has them at this address.
 * Pages are not sealed here.  TOOBIG as well if there is too little room; on
 * failure at[0..room) means nothing.  maas_model_free() leaves it alone. */
maas_status_t maas_model_load_at(const void *file, size_t size, maas_isa_t isa,
    void *at, size_t room, maas_model_t **out, size_t *used, maas_err_t *err);

/* Give everything back.  NULL is allowed.  No run may be under way. */
void maas_model_free(maas_model_t *m);

/* How exact a layer is, of info->layers. */

typedef struct {
    const char  *kind;
    const char  *weights;           /* "F32", "BF16", "I8"; NULL: it has no
                                       product */
    const char  *rows;              /* that are multiplied with them: "F32",
                                       "BF16", "U8"; NULL: no product */
    size_t       bytes;             /* of its tensors in the file */
} maas_layer_t;

maas_layer_t maas_model_layer(const maas_model_t *m, size_t layer);

/* Never fails; valid until maas_model_free(). */
const maas_info_t *maas_model_info(const maas_model_t *m);


/* maas_join.c: a model made of others, which run in one pass */

typedef enum {
    MAAS_JOIN_CHAIN = 0,    /* numbers of one are the input of the next */
    MAAS_JOIN_MEAN,         /* the mean of what all say of the same row */
    MAAS_JOIN_GATE          /* the second runs rows that the first lets pass */
} maas_join_kind_t;

#define MAAS_JOIN_MOST  64

typedef struct {
    maas_join_kind_t            kind;
    const char                 *name;       /* of the new one, which outlives
                                               it; NULL: that of the first */
    size_t                      n;          /* 2 to MAAS_JOIN_MOST, of a gate
                                               2 */
    const maas_model_t *const  *parts;      /* (n), the same one twice is
                                               fine */
    const char *const          *names;      /* (n) what errors call them */
    const double               *weights;    /* mean: (n) above 0; NULL: all
                                               are 1 */
    float                       threshold;  /* mean of binary ones: as in
                                               maas_info_t */
    float                       above;      /* gate: a row passes if the one
                                               number that the first part says
                                               is above this */
    const float                *otherwise;  /* gate: (out) finite numbers for
                                               rows that do not; NULL: what the
                                               first part says */
} maas_join_t;

/*
 * A model that runs `parts`, which must outlive it: it has no weights of its
 * own, and its bits are those of the parts, run one after the other by hand.
 * Its inputs are those of the first part, its outputs and labels those of the
 * last one; numbers between parts are what a client would send, so that the
 * next one scales them as its file says.  A mean is summed in double precision
 * in the order of the parts, then divided by the sum of the weights.  What is
 * not finite between parts makes a row of the answer NaN.  BADSHAPE, BADVALUE
 * with a sentence where parts do not fit; NOMEM.  Everything that a model is
 * good for but maas_raw() and explanations, *out until maas_model_free().
 */
maas_status_t maas_join(const maas_join_t *how, maas_model_t **out,
    maas_err_t *err);


/*
 * maas_fields.c: values by column -> one row x(in), info->row bytes that are
 * aligned as its numbers are, for models with MAAS_INPUT_COLUMNS, whose
 * info->reader is f.  A row is cleared first, then
 * each value that is there is set, in any order (a second value of a column
 * replaces the first), then the row is checked.  What is set depends on nothing
 * but the value, so that every path gives the same bits.  column < n_columns.
 * Nothing is allocated.  On failure BADVALUE or TOOBIG with a sentence that
 * names the column and repeats no byte of the value; x then holds nothing of
 * meaning.
 */

/* All values are missing. */
void maas_row_clear(const maas_fields_t *f, void *x);

/* Place of the column with that name, SIZE_MAX if there is none. */
size_t maas_column_find(const maas_fields_t *f, const char *name, size_t len);

/* Place among info->others of what is no column, SIZE_MAX if it is neither. */
size_t maas_other_find(const maas_fields_t *f, const char *name, size_t len);

/* A value as UTF-8 text (a CSV field, a form field, a JSON string), read as
 * the column's kind says; nothing or blanks: missing. */
maas_status_t maas_row_text(const maas_fields_t *f, size_t column,
    const char *s, size_t len, void *x, maas_err_t *err);

/* A value as a number; for a category or text its shortest decimal text. */
maas_status_t maas_row_number(const maas_fields_t *f, size_t column, double v,
    void *x, maas_err_t *err);

/* The same of a number as JSON writes it, s[0..len), of which no digit is
 * lost: an id of 64 bits is the same value as its text. */
maas_status_t maas_row_digits(const maas_fields_t *f, size_t column,
    const char *s, size_t len, void *x, maas_err_t *err);

/* Is the text s[0..len) a number of JSON, and is it the same value as a text
 * and as digits?  So it is in a column of kind number whose texts have no
 * decimal comma, thousands or units.  A log may then have it without quotes. */
int maas_row_is_digits(const maas_fields_t *f, size_t column, const char *s,
    size_t len);

/* The same where no column is known: is it one that single precision holds? */
int maas_is_number(const char *s, size_t len);

/* A value as true or false; for a category or text that word, for a category
 * that is compared by number 1 or 0. */
maas_status_t maas_row_bool(const maas_fields_t *f, size_t column, int v,
    void *x, maas_err_t *err);

/* Has every required column got a value? */
maas_status_t maas_row_check(const maas_fields_t *f, const void *x,
    maas_err_t *err);


/*
 * maas_reference.c: what a row's values were, where its numbers do not tell.
 * f is info->marking: a row that is read by it is not to be run before
 * maas_row_unmark().  Until then the first slot of a value that is missing, or
 * of a category that is not known, is not finite, all others are: rows without
 * such values are told by maas_rows_finite().
 */

#define MAAS_BINS      66           /* a reference has no more */

typedef enum {
    MAAS_MARK_NONE = 0,
    MAAS_MARK_MISSING,
    MAAS_MARK_UNKNOWN               /* of a category with a list of values */
} maas_mark_t;

maas_mark_t maas_row_mark(const maas_fields_t *f, size_t column,
    const void *x);

/* The bin of the column's reference that the value in x belongs to: below n,
 * which is not 0. */
size_t maas_row_bin(const maas_fields_t *f, size_t column, const void *x);

/* The row as info->reader reads it, to the bit. */
void maas_row_unmark(const maas_fields_t *f, void *x);

/* What is in bin `bin` of a column's reference, for people, as UTF-8 that ends
 * with NUL and is cut where it is longer than a label may be: "below 3",
 * "3 to 4", a value, "missing". */
#define MAAS_BIN_TEXT  320
void maas_bin_text(const maas_fields_t *f, size_t column, size_t bin,
    char text[MAAS_BIN_TEXT]);

/*
 * The population stability index of counts(n), rows that came, against those of
 * training: the sum of (p - q) ln(p / q) over the bins that have some of
 * either, where p and q are their shares after half a row was added to each.
 * NAN with fewer than 50 rows a bin: by chance alone it is about the number of
 * bins by that of rows.
 */
#define MAAS_PSI_ROWS  50
double maas_psi(const maas_reference_t *r, const uint64_t *counts);


/* maas_utf8.c: texts as logs and training files may have them */

/* Is s[0..len) UTF-8 (RFC 3629) without a zero byte? */
int maas_is_text(const char *s, size_t len);

/* to = the same with U+FFFD in place of each ill-formed piece (the maximal
 * subpart of Unicode 3.9, as WHATWG's decoder has it) and of each zero byte.
 * Returns the bytes of it; `to` has room for 3 * len.  A text stays as it
 * is. */
size_t maas_text_repair(const char *s, size_t len, char *to);


/* maas_run.c: predictions */

/*
 * Bytes of workspace for running up to `rows` rows at once, 1 <= rows; 0 if
 * that overflows. A workspace is plain memory aligned to 64 bytes; its content
 * needs no preparation and means nothing between runs.
 */
size_t maas_workspace_size(const maas_model_t *m, size_t rows);

/*
 * y(rows,out) = the network applied to x(rows,in), both dense row-major.  x
 * holds wire numbers, doubles if the model is wide: the preprocessing of the
 * file is applied on the way (x is not changed).  Runs in slices of as many
 * rows as `ws` was sized for, so that any number of rows may be given; the same
 * row gives the same bits in whatever slice, batch and position. ws: workspace
 * of ws_size bytes, at least maas_workspace_size(m, 1), 64-byte aligned, used
 * by one run at a time. x and y must not overlap.  Allocates nothing, takes no
 * lock, makes no system call.  BADSHAPE if the workspace is too small.
 * Overflow gives results that are not finite: see maas_is_finite().
 */
maas_status_t maas_run(const maas_model_t *m, const void *x, size_t rows,
    float *y, void *ws, size_t ws_size, maas_err_t *err);

/* The same before what the last layer applies to its sums, an activation or a
 * transform: y(rows,out) in the precision of those sums, widened. */
maas_status_t maas_raw(const maas_model_t *m, const void *x, size_t rows,
    double *y, void *ws, size_t ws_size, maas_err_t *err);


/*
 * maas_reasons.c: reasons, for models that are one layer of kind trees: exact,
 * path-dependent SHAP values (arXiv 1802.03888) of maas_raw()'s scores.  What a
 * row's score is expected to be if only some of its numbers are known is the
 * mean of the leaves that it can reach then, by the rows that came to them in
 * training; phi of a number is its Shapley value among all of them.
 */

typedef struct maas_reasons_s  maas_reasons_t;

/*
 * Tables for the model in file[0..size), of which nothing is kept.  They are
 * its own: a model is loaded without.  isa, *out and failure as of
 * maas_model_load(); UNSUPPORTED also, with a sentence, for models that have no
 * such reasons: other layers, linear leaves, trees that are not summed, or a
 * file that does not say how many rows came to each leaf.
 */
maas_status_t maas_reasons_load(const void *file, size_t size, maas_isa_t isa,
    maas_reasons_t **out, maas_err_t *err);

/* Give everything back.  NULL is allowed.  No run may be under way. */
void maas_reasons_free(maas_reasons_t *r);

/* Bytes of workspace for a run of any number of rows, as of maas_run(). */
size_t maas_reasons_workspace_size(const maas_reasons_t *r);

/*
 * phi(rows,out,in + 1) of x(rows,in), which is what maas_run() takes: what each
 * number adds to each score, and last the bias, the expected score of a row of
 * which nothing is known; together they are the score, but for rounding.  The
 * numbers of a column add up to the column's.  The same row gives the same bits
 * in whatever batch and on any CPU.  Allocates nothing, takes no lock, makes no
 * system call.  BADSHAPE if the workspace is too small.
 */
maas_status_t maas_reasons_run(const maas_reasons_t *r, const void *x,
    size_t rows, double *phi, void *ws, size_t ws_size, maas_err_t *err);


/*
 * maas_explain.c: what each input adds to a score, one number of maas_raw():
 * before the last activation or transform.  Its attributions are numbers by
 * column (by number of a row for a tensor) that add up to it minus a base:
 *   trees     exact path-dependent SHAP values; base: the expected score
 *   linear    all steps are dense or add, without a curve: w (x - baseline),
 *             exact
 *   networks  integrated gradients (arXiv 1703.01365) from a baseline row to x,
 *             straight in the network's input, which is scaled; nodes of Gauss
 *             and Legendre are rows of one pass; base: the baseline's score.
 *             Behind embeddings straight in what they make; trees beside them
 *             go from their expected score to the row's, by SHAP values
 * What belongs to a column (one-hot and hashed slots, parts of a date) is added
 * up.
 */

typedef struct maas_explainer_s  maas_explainer_t;

typedef enum {
    MAAS_EXPLAIN_SHAP = 0,              /* exact, no baseline */
    MAAS_EXPLAIN_LINEAR,                /* exact */
    MAAS_EXPLAIN_GRADIENTS
} maas_explain_t;

#define MAAS_EXPLAIN_STEPS      16      /* nodes, where nobody says */
#define MAAS_EXPLAIN_STEPS_MAX  256

/* For m, which was loaded from file[0..size) and lives longer; of the file
 * nothing is kept.  Weights are the model's.  UNSUPPORTED with a sentence for
 * models that have no explanations: a layer whose slopes nobody knows, trees
 * without reasons.  Else as of maas_model_load(). */
maas_status_t maas_explainer_load(const maas_model_t *m, const void *file,
    size_t size, maas_isa_t isa, maas_explainer_t **out, maas_err_t *err);

/* The same in memory of the caller's, as maas_model_load_at(). */
maas_status_t maas_explainer_load_at(const maas_model_t *m, const void *file,
    size_t size, maas_isa_t isa, void *at, size_t room,
    maas_explainer_t **out, size_t *used, maas_err_t *err);

/* Give everything back.  NULL is allowed.  No run may be under way. */
void maas_explainer_free(maas_explainer_t *e);

/* Never fails. */
maas_explain_t maas_explainer_how(const maas_explainer_t *e);

/* Numbers of an attribution: info->n_columns, for a tensor info->in. */
size_t maas_explainer_size(const maas_explainer_t *e);

/* The file's baseline (training means of the slots; where the file has none,
 * what training saw of columns, else zeros after scaling): (in) numbers as a
 * row of maas_run() has them; NULL with SHAP. */
const void *maas_explainer_baseline(const maas_explainer_t *e);

/* x(in) = a row that is zeros for the network, after scaling; for SHAP zeros as
 * they are. */
void maas_explainer_zero(const maas_explainer_t *e, void *x);

/* Bytes of workspace for maas_explain() with up to `steps` nodes. */
size_t maas_explain_workspace_size(const maas_explainer_t *e, size_t steps);

typedef struct {
    size_t   output;                /* whose score it is */
    double   score;
    double   base;
    double   error;                 /* score - base - sum of attributions;
                                       about 0 if exact */
} maas_explained_t;

#define MAAS_EXPLAIN_LIKELIEST  ((size_t) -1)

/*
 * attributions(size) of score `output` of row x(in); MAAS_EXPLAIN_LIKELIEST:
 * that of maas_decision() for classes, else the first.  steps: 1 to
 * MAAS_EXPLAIN_STEPS_MAX; without meaning if exact.  baseline: as a row, or
 * NULL, the file's.  The same bits on the same kernels.  Allocates nothing,
 * takes no lock, makes no system call.  BADSHAPE: too small a workspace, an
 * output that is not there, steps that are 0 or too many.
 */
maas_status_t maas_explain(const maas_explainer_t *e, const void *x,
    const void *baseline, size_t output, size_t steps, double *attributions,
    maas_explained_t *out, void *ws, size_t ws_size, maas_err_t *err);

/* The `top` places with the largest absolute attributions, largest first; of
 * equals the first in order.  Returns how many: zeros are left out. */
size_t maas_explain_top(const double *attributions, size_t n, size_t top,
    size_t *places);


/* What the model says of a row of its answer, y(out): the place of the label.
 * binary: 1 if y is above the threshold; classification: that of the largest
 * probability * weight, the first of several.  regression: 0. */
size_t maas_decision(const maas_info_t *info, const float *y);

/* The one number of such a row.  binary: the probability of the second label;
 * classification: the largest one; regression: the first number. */
float maas_score(const maas_info_t *info, const float *y);


/*
 * maas_blunt.c: answers that say less than the model knows.  Labels stay those
 * of maas_decision() of the numbers as they were, so that it is asked before.
 */

#define MAAS_BLUNT_DIGITS  6

typedef struct {
    size_t              top;            /* classification: numbers of a row that
                                           stay, the others are 0; 0: all */
    int                 digits;         /* decimals, at most MAAS_BLUNT_DIGITS;
                                           -1: all */
    int                 label;          /* 1 for what is said and 0 for others:
                                           not of a regression */
} maas_blunt_t;

/* Does it take anything from answers of such a model? */
int maas_blunts(const maas_info_t *info, const maas_blunt_t *blunt);

/* y(out), finite, of which `said` is the maas_decision(): of the largest
 * numbers `top` stay, said's first, of equal ones the first; what is left is
 * rounded, half to even.  Allocates nothing. */
void maas_blunt(const maas_info_t *info, const maas_blunt_t *blunt,
    size_t said, float *y);

/* A number of such a row, or what is made of one, with `digits` decimals */
float maas_blunt_round(const maas_blunt_t *blunt, float v);


/* kernel/maas_copy.c: are all n finite?  maas_dtype.c: those of x(rows,in)? */
int maas_is_finite(const float *x, size_t n);
int maas_rows_finite(const maas_info_t *info, const void *x, size_t rows);


/* maas_form.c: the member `name` of a JSON object, true or false, such as
 * that of a control request.  Other members are checked and passed over;
 * *value stays as it is where `name` is not there, and on BADVALUE. */
maas_status_t maas_flag_read(const char *body, size_t len, const char *name,
    int *value, maas_err_t *err);


/* Set OpenBLAS to one thread in this process and in those forked from it: call
 * before the fork, since a child that asks for it gets threads of its own.
 * No-op the second time, and without OpenBLAS. */
void maas_single_thread(void);

/* maas_mem.c: `size` zeroed bytes for much that is read, such as a file, on
 * pages of their own, huge where there are some: filling small new ones takes
 * four times as long.  Children of fork() share them as long as nobody writes.
 * NULL if memory is out.  To be given back with the same size. */
void *maas_buffer(size_t size);
void maas_buffer_free(void *p, size_t size);

/* maas_mem.c: let the process keep the memory that it frees, up to 64 MB, so
 * that requests which end together do not shrink the heap that the next ones
 * grow again.  For a server's worker; no-op where the C library has no such
 * setting. */
void maas_keep_heap(void);


#endif /* MAAS_H */
