/*
 * Forms of bodies: how rows come out of a request and an answer goes into
 * text or bytes.  A form is one file and one row of a table; who reads bodies
 * walks the table.  Not here: HTTP, and running a model (maas.h).
 */

#ifndef MAAS_FORM_H
#define MAAS_FORM_H

#include "maas.h"


/* maas_explain_asked.c: what is asked of explanations */

#define MAAS_EXPLAIN_TOP  64           /* reasons, at most */

typedef struct {
    unsigned    wanted;
    unsigned    said;          /* by the request itself, or not */
    size_t      top;           /* reasons a row; 0: all attributions */
    size_t      steps;         /* nodes, 1 to MAAS_EXPLAIN_STEPS_MAX */
    unsigned    zero;          /* from maas_explainer_zero() on */
    size_t      label;         /* whose score; MAAS_EXPLAIN_LIKELIEST */
} maas_explain_asked_t;


/* A body as it came; it needs no terminator, and nothing beyond is read. */

typedef struct {
    const char  *data;
    size_t       len;
    size_t       json_len;     /* v2: of its JSON, behind which tensors stand
                                  as bytes; = len: there are none; 0: the raw
                                  form, one tensor of FP32 and nothing else */
    size_t       max_rows;     /* more of them are TOOBIG */
    unsigned     loose;        /* it was made for another model: names that
                                  this one has not are passed over */
    unsigned     named;        /* and that one has other columns, so that values
                                  without names are BADVALUE here */
    unsigned     marks;        /* rows of columns are read by info->marking:
                                  see maas_row_mark() */
    const maas_explain_asked_t
                *explain;      /* where the body is silent of it; NULL:
                                  maas_explain_preset() */
} maas_body_t;

/* What an answer may have, and v2's clients ask for by name: the numbers; the
 * label that maas_decision() says; its place among the labels. */

typedef enum {
    MAAS_OUTPUT_NUMBERS = 0,
    MAAS_OUTPUT_LABEL,
    MAAS_OUTPUT_DECISION,
    MAAS_N_OUTPUTS
} maas_output_kind_t;

/* What answers have of explanations, of rows that a request asked for: made by
 * the caller, told by forms that explain. */

typedef struct {
    size_t                   size;     /* numbers of a row's attributions */
    size_t                   top;
    const maas_explained_t  *row;      /* (rows): `output` is the place of the
                                          label */
    const double            *attributions;     /* (rows,size) */
} maas_explanations_t;

/* All attributions of the likeliest label's score by MAAS_EXPLAIN_STEPS nodes
 * from the file's baseline, not wanted */
maas_explain_asked_t maas_explain_preset(void);

/*
 * text, "top=3&label=NAME&steps=64&baseline=mean" in any order, with "+" and
 * "%41" -> *asked, which stays as it is where text is silent, and is wanted
 * then.  top=all: all attributions.  A label is one of the model's, or a place
 * if it has none; the score of a binary model is that of its second label, so
 * that it is what is explained unless the first one is asked for.  info: NULL,
 * labels are none.  Names that are none of these are BADVALUE, or passed over
 * if `loose`.
 */
maas_status_t maas_explain_read(const maas_info_t *info, maas_str_t text,
    unsigned loose, maas_explain_asked_t *asked, maas_err_t *err);

/* Row x as asked, of a model that `e` is of: as maas_explain(), zeros as
 * maas_explainer_zero() makes it.  UNSUPPORTED:
 * a baseline where there is none. */
maas_status_t maas_explain_row(const maas_info_t *info,
    const maas_explainer_t *e, const maas_explain_asked_t *asked,
    const void *x, const void *zeros, double *attributions,
    maas_explained_t *out, void *ws, size_t ws_size, maas_err_t *err);


/*
 * What a request asked for.  `id` points into the body, as raw JSON with its
 * quotes, to be echoed as it stands; len 0: none.  `name` and `version` are
 * what the answer calls the model: readers leave them empty; without a name it
 * is the model's own.
 */

typedef struct {
    size_t      rows;
    maas_str_t  id;
    maas_str_t  name;
    maas_str_t  version;
    unsigned    binary;        /* outputs as bytes behind the JSON; of several
                                  at least one */
    unsigned    raw;           /* raw form: no JSON in the request */
    size_t      top_k;         /* classification: k best; 0: numbers */
    unsigned    columns;       /* v1: column format, "inputs" */

    /* not asked for, but what the answer is: its numbers are blunted, and so
     * labels do not follow from them any more */
    const maas_blunt_t *blunt; /* NULL: they are not */
    const uint32_t     *said;  /* (rows) maas_decision(), if blunted */

    /* v2: the outputs in their order, 0: just the numbers; those that stand as
     * bytes, a bit each */
    unsigned    n_outputs;
    unsigned    bytes;
    maas_output_kind_t  outputs[MAAS_N_OUTPUTS];

    /* v2: what "explain" among its parameters says, and which outputs of
     * explanations were named, and stand as bytes, a bit each; set by the
     * caller: what the answer tells, NULL: none */
    maas_explain_asked_t        explain;
    unsigned                    explain_named;
    unsigned                    explain_bytes;
    const maas_explanations_t  *explained;
} maas_request_t;


typedef struct {

    const char          *name;

    /* Content types that a body of this form comes with, NULL at the end, "*x"
     * all that end in x; and those that have ";json-header-size=N" behind
     * them, which says json_len, or NULL.  A form with such types answers in
     * JSON unless the request is `binary`. */
    const char *const   *types;
    const char *const   *sized;

    /* of the answer; NULL: application/json */
    const char          *answer;

    /* Has the answer a place for req->explained? */
    unsigned             explains;

    /* Does a body look like this form, where its type is that of others, too?
     * NULL: nobody asks. */
    int                (*is)(const maas_info_t *info, const maas_body_t *body);

    /* Most rows that the body can hold, at most max_rows: how much memory to
     * give read().  Never 0, so that memory for one row is there. */
    size_t             (*bound)(const maas_info_t *info,
                                const maas_body_t *body);

    /*
     * Body -> x(rows,in), which has room for bound() rows.  Strict: everything
     * is checked before use.  On failure x holds nothing of meaning, of *req
     * only `id` may be set, for logs, and err names the place and repeats no
     * byte of the body but those of a wrong name, which is BADNAME and stands
     * before ", expected ": BADVALUE, BADNAME, BADSHAPE, TOOBIG, UNSUPPORTED,
     * NOMEM.  Numbers are rounded as strtof,
     * or strtod if info->wide, would, and every one in x is finite: one beyond
     * FP32 or FP64, and NaN or infinity in bytes, is BADVALUE, since no finite
     * answer could come of it; but for NaN where a value may be missing, and
     * for marks that were asked for.
     */
    maas_status_t      (*read)(const maas_info_t *info,
                               const maas_body_t *body, void *x,
                               maas_request_t *req, maas_err_t *err);

    /*
     * y(req->rows,out), all finite -> text or bytes in buf, which has room for
     * size() bytes.  Returns the bytes written.  Floats are the shortest
     * decimal that reads back to the same bits.  *json_len: length of the JSON
     * part where bytes stand behind it; nothing else sets it.
     */
    size_t             (*size)(const maas_info_t *info,
                               const maas_request_t *req);
    size_t             (*write)(const maas_info_t *info,
                                const maas_request_t *req, const float *y,
                                char *buf, size_t *json_len);
} maas_form_t;


/*
 * The rows, in the order in which maas_form_find() tries them.
 *
 * csv         CSV (RFC 4180): a line a row, of all columns in order or, below
 *             a line of names, of those; a column that is not there is
 *             missing.  For a tensor a line has its numbers, and a first line
 *             that does not begin with one is passed over.
 * bytes       little-endian FP32, row after row, at least one.
 * image       one picture, PNG or PGM (P2, P5), for a model with info->image:
 *             brought to the shape of the input, at most 16384 pixels a side
 *             and 2^22 in all.  Answers as `rows` does.
 * pairs       application/x-www-form-urlencoded: one row of a model of
 *             columns, those that are not there missing.  Answers as `rows`.
 * v1_predict  TensorFlow Serving's v1, KServe's as well: "instances" (rows) or
 *             "inputs" (columns).  Errors have that server's words where it
 *             has a sentence of its own.
 * v1_classify, v1_regress
 *             "examples" with what they share in "context".  UNSUPPORTED: the
 *             model does not do what was asked for.
 * rows        a bare JSON array: one row or rows; of a model of columns a row
 *             is a value for each in order, or an object {column: value}.
 * v2          Open Inference Protocol: the tensor of all numbers, or one for
 *             each column, in JSON or as bytes behind it.
 *
 * docs/wire.md says all that they take.
 */

#define MAAS_FORMS(row)                                                       \
    row(csv)                                                                  \
    row(bytes)                                                                \
    row(image)                                                                \
    row(pairs)                                                                \
    row(v1_predict)                                                           \
    row(v1_classify)                                                          \
    row(v1_regress)                                                           \
    row(rows)                                                                 \
    row(v2)

#define MAAS_FORM_DECLARE(name)  extern const maas_form_t  maas_form_##name;

MAAS_FORMS(MAAS_FORM_DECLARE)

extern const maas_form_t *const  maas_forms[];      /* NULL at the end */


/*
 * gRPC: one message of protobuf, without its frame of 5 bytes and without
 * compression.  Not in the list above, since their routes alone have them: they
 * have no types.  `id` and all names are text as it stands, an `id` of any
 * characters of UTF-8; json_len is of no account.
 *
 * grpc_infer    inference.ModelInferRequest -> ModelInferResponse, of KServe
 *               and Triton: what v2 takes, in typed or raw contents.  The
 *               answer is raw (req->binary) where the request was.
 * grpc_predict  tensorflow.serving.PredictRequest -> PredictResponse.
 */

extern const maas_form_t  maas_form_grpc_infer;
extern const maas_form_t  maas_form_grpc_predict;

/* Which model a request means, where it says so.  They point into the body, but
 * a version of grpc_predict's, which is a number, to `digits`: a copy of this
 * points to the first one. */

typedef struct {
    maas_str_t  name;
    maas_str_t  version;            /* len 0: any */
    maas_str_t  label;              /* grpc_predict: instead of a version */
    char        digits[24];
} maas_grpc_which_t;

/* maas_grpc_which.c: BADVALUE if the message's own fields are malformed; that
 * the model is there is another's business. */
maas_status_t maas_grpc_infer_which(const char *data, size_t len,
    maas_grpc_which_t *which, maas_err_t *err);
maas_status_t maas_grpc_predict_which(const char *data, size_t len,
    maas_grpc_which_t *which, maas_err_t *err);


/* maas_says.c */

/* Does the model say a label?  It classifies, and its classes have labels. */
int maas_says(const maas_info_t *info);

/* What an output is called, NULL if the model has it not. */
const char *maas_output_name(const maas_info_t *info,
    maas_output_kind_t output);


/* maas_form.c */

/* That of a list of content types (NULL: none) which a header's value names,
 * in any case and whatever stands behind a ";" or a blank; NULL if it is not
 * there. */
const char *maas_type_find(const char *const *types, const char *value,
    size_t len);

/* Is it CSV in another charset than UTF-8, in which none is read? */
int maas_type_foreign(const char *value, size_t len);

/* The form of a body that came with this content type: of the forms that have
 * it, the first that the body looks like, or else the last one.  NULL: no form
 * has it. */
const maas_form_t *maas_form_find(const maas_info_t *info, const char *value,
    size_t len, const maas_body_t *body);


/* maas_body_fields.c: bodies of one record, for those who pick fields of them
 * by name */

typedef enum {
    MAAS_VALUE_TEXT = 0,
    MAAS_VALUE_DIGITS,              /* a number of JSON, as it is written */
    MAAS_VALUE_TRUE,
    MAAS_VALUE_FALSE,
    MAAS_VALUE_NULL,
    MAAS_VALUE_NESTED               /* an object or a list, as it is written */
} maas_value_kind_t;

/* Texts are decoded: they are in the body or in scratch, as long as these
 * live.  Those of JSON are UTF-8, others may be anything. */

typedef struct {
    maas_str_t         name;
    maas_value_kind_t  kind;
    maas_str_t         value;
} maas_body_field_t;

typedef void (*maas_body_field_pt)(void *data, const maas_body_field_t *field);

/* May a body of this content type (len 0: JSON) have fields? */
int maas_body_has_fields(maas_str_t type);

/*
 * Calls each() for the fields of `text` in their order; a name may come again.
 * By its content type (len 0: JSON) it is an object of JSON or an array of one,
 * a form, or CSV of a line of names and one of values.  scratch has room for
 * text.len bytes; nothing is allocated.  All of the text is checked: on failure
 * the fields that came before mean nothing.  UNSUPPORTED: another type;
 * BADSHAPE: no record, or more than one; BADVALUE: malformed.  err repeats no
 * byte of it.
 */
maas_status_t maas_body_fields(maas_str_t type, maas_str_t text, char *scratch,
    maas_body_field_pt each, void *data, maas_err_t *err);

/* As maas_row_text(), for a field of any kind: null is missing, and what is
 * nested BADVALUE. */
maas_status_t maas_row_field(const maas_fields_t *f, size_t column,
    const maas_body_field_t *field, void *x, maas_err_t *err);


#endif /* MAAS_FORM_H */
